//! Bootstrap of the `run-upkeep` Lambda.

use filmless_runtime::{Traces, init_logging, upkeep_from_env};
use lambda_runtime::{LambdaEvent, run, service_fn};
use run_upkeep::handler::{UpkeepEvent, handle};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    init_logging();
    let traces = Traces::from_env();
    let upkeep = upkeep_from_env().await?;
    // Boxed: the compiler limits how deep futures may nest.
    let handler = async |event: LambdaEvent<UpkeepEvent>| {
        traces.flushed(Box::pin(handle(&upkeep, event.payload))).await.map_err(lambda_runtime::Error::from)
    };
    run(service_fn(handler)).await.map_err(anyhow::Error::from_boxed)
}
