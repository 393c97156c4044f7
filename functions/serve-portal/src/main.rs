//! Bootstrap of the `serve-portal` Lambda.

use std::sync::Arc;

use axum::middleware::{Next, from_fn};
use filmless_delivery::consult::live::Live;
use filmless_delivery::viewing::Portal;
use filmless_front::behind;
use filmless_runtime::{PortalParts, Traces, init_logging, portal_from_env};
use serve_portal::{PortalConfig, PortalServices, StaffSignIn, router};
use url::Url;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    init_logging();
    let traces = Traces::from_env();
    let PortalParts { viewing, staff, origin_secret, has_ohif, rooms } = portal_from_env().await?;
    let config = PortalConfig::of(&viewing).await?.with_ohif(has_ohif);
    let common = viewing.common.clone();
    let mut portal = PortalServices::new(Portal::new(viewing), config);
    if let Some((room, address)) = rooms {
        portal = portal.with_rooms(Live::new(common, room), Some(Url::parse(&address)?));
    }
    if let Some((provider, console)) = staff {
        portal = portal.with_staff(StaffSignIn::new(console, provider, None)?).without_erasure();
    }
    let portal =
        behind(origin_secret, router(Arc::new(portal))).layer(from_fn(move |request, next: Next| {
            let traces = traces.clone();
            async move { traces.flushed(next.run(request)).await }
        }));
    lambda_http::run(portal).await.map_err(anyhow::Error::from_boxed)
}
