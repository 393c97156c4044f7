//! Bootstrap of the `ingest-study` Lambda.

use std::convert::Infallible;

use aws_lambda_events::sqs::SqsEvent;
use filmless_runtime::{Traces, init_logging, intake_from_env};
use ingest_study::handler::handle;
use lambda_runtime::{LambdaEvent, run, service_fn};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    init_logging();
    let traces = Traces::from_env();
    let intake = intake_from_env().await?;
    // Boxed: the compiler limits how deep futures may nest.
    let handler = async |event: LambdaEvent<SqsEvent>| {
        Ok::<_, Infallible>(traces.flushed(Box::pin(handle(&intake, event.payload))).await)
    };
    run(service_fn(handler)).await.map_err(anyhow::Error::from_boxed)
}
