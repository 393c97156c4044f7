//! Bootstrap of the `record-feedback` Lambda.

use filmless_runtime::{Traces, feedback_from_env, init_logging};
use lambda_runtime::{LambdaEvent, run, service_fn};
use record_feedback::handler::{FeedbackEvent, handle};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    init_logging();
    let traces = Traces::from_env();
    let release = feedback_from_env().await?;
    // Boxed: the compiler limits how deep futures may nest.
    let handler = async |event: LambdaEvent<FeedbackEvent>| {
        traces.flushed(Box::pin(handle(&release, event.payload))).await.map_err(lambda_runtime::Error::from)
    };
    run(service_fn(handler)).await.map_err(anyhow::Error::from_boxed)
}
