//! Bootstrap of the `serve-dicomweb` Lambda. Answers are streamed. Files are decoded in child processes, which are this
//! program again.

use std::process::ExitCode;
use std::sync::Arc;

use axum::middleware::{Next, from_fn};
use filmless_decoder::ChildRenderer;
use filmless_delivery::InstanceRenderer;
use filmless_delivery::viewing::software::Software;
use filmless_front::behind;
use filmless_runtime::{DicomwebParts, Traces, dicomweb_from_env, function_memory_mib, init_logging};
use serve_dicomweb::{DicomwebConfig, DicomwebServices, router};

/// What the function itself needs of its memory; the decoders share the rest.
const OWN_MIB: u64 = 256;
/// What Lambda gives a function that says nothing.
const LEAST_MIB: u64 = 512;

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
    let DicomwebParts { viewing, origins, origin_secret } = dicomweb_from_env().await?;
    let memory_mib = function_memory_mib().unwrap_or(LEAST_MIB).max(LEAST_MIB) - OWN_MIB;
    let renderer: Arc<dyn InstanceRenderer> = Arc::new(ChildRenderer::sharing(memory_mib << 20));
    let config = DicomwebConfig::of(&viewing, origins);
    let services = DicomwebServices::new(Software::new(viewing), renderer, config);
    let function =
        behind(origin_secret, router(Arc::new(services))).layer(from_fn(move |request, next: Next| {
            let traces = traces.clone();
            async move { traces.flushed(next.run(request)).await }
        }));
    lambda_http::run_with_streaming_response(function).await.map_err(anyhow::Error::from_boxed)
}
