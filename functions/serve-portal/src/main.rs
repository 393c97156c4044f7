//! Bootstrap of the `serve-portal` Lambda.

use std::sync::Arc;

use filmless_delivery::portal::Portal;
use filmless_runtime::{Config, init_logging, services_from};
use serve_portal::{PortalConfig, PortalServices, behind, router};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    init_logging();
    let config = Config::from_env()?;
    let origin_secret = config.origin_secret.clone();
    let services = services_from(config).await;
    let config = PortalConfig::of(&services).await?;
    let door = Arc::new(Portal::new(services));
    let portal = behind(origin_secret, router(Arc::new(PortalServices::new(door, config))));
    lambda_http::run(portal).await.map_err(anyhow::Error::from_boxed)
}
