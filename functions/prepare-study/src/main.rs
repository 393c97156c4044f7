//! Bootstrap of the `prepare-study` Lambda. Child processes, running this same program, decode the files.

use std::convert::Infallible;
use std::process::ExitCode;
use std::sync::Arc;

use aws_lambda_events::sqs::SqsEvent;
use filmless_decoder::ChildRenderer;
use filmless_delivery::InstanceRenderer;
use filmless_runtime::{Traces, function_memory_mib, init_logging, prepare_from_env};
use lambda_runtime::{LambdaEvent, run, service_fn};
use prepare_study::handler::handle;

/// Memory the function itself needs; the decoders share the rest.
const OWN_MIB: u64 = 512;
/// Memory Lambda gives a function that sets none.
const LEAST_MIB: u64 = 1024;

fn main() -> anyhow::Result<ExitCode> {
    // Before any thread starts: the rights a decoder drops, it drops for all threads that follow.
    if std::env::args().nth(1).is_some_and(|argument| argument == "render-child") {
        return Ok(filmless_decoder::serve());
    }
    tokio::runtime::Runtime::new()?.block_on(answer_events())?;
    Ok(ExitCode::SUCCESS)
}

async fn answer_events() -> anyhow::Result<()> {
    init_logging();
    let traces = Traces::from_env();
    let memory_mib = function_memory_mib().unwrap_or(LEAST_MIB).max(LEAST_MIB) - OWN_MIB;
    let prepare = prepare_from_env().await?;
    let renderer: Arc<dyn InstanceRenderer> = Arc::new(ChildRenderer::sharing(memory_mib << 20));
    // Boxed: the compiler limits how deep futures may nest.
    let handler = async |event: LambdaEvent<SqsEvent>| {
        Ok::<_, Infallible>(traces.flushed(Box::pin(handle(&prepare, &renderer, event.payload))).await)
    };
    run(service_fn(handler)).await.map_err(anyhow::Error::from_boxed)
}
