//! Bootstrap of the `reconcile` Lambda.

use filmless_runtime::{Traces, init_logging, reconcile_from_env};
use lambda_runtime::{LambdaEvent, run, service_fn};
use reconcile::handler::{ReconcileEvent, handle};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    init_logging();
    let traces = Traces::from_env();
    let parts = reconcile_from_env().await?;
    // Boxed: the compiler limits how deep futures may nest.
    let handler = async |event: LambdaEvent<ReconcileEvent>| {
        traces.flushed(Box::pin(handle(&parts, event.payload))).await.map_err(lambda_runtime::Error::from)
    };
    run(service_fn(handler)).await.map_err(anyhow::Error::from_boxed)
}
