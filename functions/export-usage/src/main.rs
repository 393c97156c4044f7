//! Bootstrap of the `export-usage` Lambda.

use export_usage::handler::{ExportEvent, handle};
use filmless_runtime::{Traces, export_from_env, init_logging};
use lambda_runtime::{LambdaEvent, run, service_fn};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    init_logging();
    let traces = Traces::from_env();
    let parts = export_from_env().await?;
    // Boxed: the compiler limits how deep futures may nest.
    let handler = async |event: LambdaEvent<ExportEvent>| {
        traces.flushed(Box::pin(handle(&parts, event.payload))).await.map_err(lambda_runtime::Error::from)
    };
    run(service_fn(handler)).await.map_err(anyhow::Error::from_boxed)
}
