//! Bootstrap of the `serve-portal` Lambda.

use std::sync::Arc;

use axum::middleware::{Next, from_fn};
use filmless_delivery::viewing::Portal;
use filmless_runtime::{Config, Traces, init_logging, services_from};
use serve_portal::{PortalConfig, PortalServices, StaffSignIn, behind, router};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    init_logging();
    let traces = Traces::from_env();
    let mut environment = Config::from_env()?;
    let (provider, origin_secret) = (environment.staff_oidc.take(), environment.origin_secret.take());
    let services = services_from(environment).await;
    let config = PortalConfig::of(&services).await?;
    let mut portal = PortalServices::new(Portal::new(services.clone()), config);
    if let Some(provider) = provider {
        portal = portal.with_staff(StaffSignIn::new(services, provider, None)?).without_erasure();
    }
    let portal =
        behind(origin_secret, router(Arc::new(portal))).layer(from_fn(move |request, next: Next| {
            let traces = traces.clone();
            async move { traces.flushed(next.run(request)).await }
        }));
    lambda_http::run(portal).await.map_err(anyhow::Error::from_boxed)
}
