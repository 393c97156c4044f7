//! Bootstrap of the `serve-dicomweb` Lambda. Answers are streamed. Files are decoded in child processes, which are this
//! program again.

use std::process::ExitCode;

use axum::middleware::{Next, from_fn};
use filmless_front::behind;
use filmless_runtime::{DicomwebParts, Traces, dicomweb_from_env, init_logging};
use serve_dicomweb::handler::router;

fn main() -> anyhow::Result<ExitCode> {
    // Before any thread: what a decoder gives up, it gives up for the threads that follow.
    if std::env::args().nth(1).is_some_and(|argument| argument == "render-child") {
        return Ok(filmless_decoder::serve());
    }
    tokio::runtime::Runtime::new()?.block_on(answer_requests())?;
    Ok(ExitCode::SUCCESS)
}

async fn answer_requests() -> anyhow::Result<()> {
    init_logging();
    let traces = Traces::from_env();
    let DicomwebParts { viewing: _, origins: _, origin_secret } = dicomweb_from_env().await?;
    let function = behind(origin_secret, router()).layer(from_fn(move |request, next: Next| {
        let traces = traces.clone();
        async move { traces.flushed(next.run(request)).await }
    }));
    lambda_http::run_with_streaming_response(function).await.map_err(anyhow::Error::from_boxed)
}
