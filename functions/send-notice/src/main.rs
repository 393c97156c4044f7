//! Bootstrap of the `send-notice` Lambda.

use std::convert::Infallible;

use aws_lambda_events::sqs::SqsEvent;
use filmless_runtime::{Traces, init_logging, notify_from_env};
use lambda_runtime::{LambdaEvent, run, service_fn};
use send_notice::handler::handle;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    init_logging();
    let traces = Traces::from_env();
    let notify = notify_from_env().await?;
    // Boxed: the compiler limits how deep futures may nest.
    let handler = async |event: LambdaEvent<SqsEvent>| {
        Ok::<_, Infallible>(traces.flushed(Box::pin(handle(&notify, event.payload))).await)
    };
    run(service_fn(handler)).await.map_err(anyhow::Error::from_boxed)
}
