//! Bootstrap of the `serve-dicomweb` Lambda.

use serve_dicomweb::handler::router;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    filmless_runtime::init_logging();
    lambda_http::run(router()).await.map_err(anyhow::Error::from_boxed)
}
