//! Checks the secret that CloudFront adds to every request on AWS. The function's own address is open to the network; a
//! request without the secret gets nothing there.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use filmless_domain::Secret;
use subtle::ConstantTimeEq;

const SECRET: HeaderName = HeaderName::from_static("x-origin-secret");
const VIEWER: HeaderName = HeaderName::from_static("cloudfront-viewer-address");

/// The visitor's own address, as told by a client that knows the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ViewerAddress(pub(crate) IpAddr);

/// A function, closed to whoever does not tell this secret. Without one it stands alone, and is open.
pub fn behind(secret: Option<Secret>, function: Router) -> Router {
    match secret {
        Some(secret) => function.layer(from_fn_with_state(Arc::new(secret), admit)),
        None => function,
    }
}

async fn admit(State(secret): State<Arc<Secret>>, mut request: Request, next: Next) -> Response {
    let told = request.headers().get(SECRET).map(|value| value.as_bytes()).unwrap_or_default();
    if !bool::from(told.ct_eq(secret.expose().as_bytes())) {
        return StatusCode::FORBIDDEN.into_response();
    }
    if let Some(address) = viewer(request.headers()) {
        request.extensions_mut().insert(ViewerAddress(address));
    }
    next.run(request).await
}

/// Reads `198.51.100.10:46532`; an IPv6 address has no brackets here.
fn viewer(headers: &HeaderMap) -> Option<IpAddr> {
    let (address, _port) = headers.get(VIEWER)?.to_str().ok()?.rsplit_once(':')?;
    address.trim_matches(['[', ']']).parse().ok()
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::routing::get;
    use filmless_delivery::TrustedProxies;
    use tower::ServiceExt;

    use super::*;
    use crate::source_of;

    async fn ask(secret: Option<&str>, headers: &[(&str, &str)]) -> (StatusCode, String) {
        let function =
            Router::new().route(
                "/",
                get(|request: Request| async move {
                    source_of(&request.into_parts().0, &TrustedProxies::default())
                }),
            );
        let function = behind(secret.map(|text| Secret::new(text.to_owned())), function);
        let request =
            headers.iter().fold(Request::get("/"), |request, (name, value)| request.header(*name, *value));
        let answer = function.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let status = answer.status();
        let body = to_bytes(answer.into_body(), 1024).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn nobody_goes_around_the_front() {
        for headers in [vec![], vec![("x-origin-secret", "guess")], vec![("x-origin-secret", "")]] {
            assert_eq!(
                ask(Some("right"), &headers).await,
                (StatusCode::FORBIDDEN, String::new()),
                "{headers:?}"
            );
        }
        assert_eq!(ask(Some("right"), &[("x-origin-secret", "right")]).await.0, StatusCode::OK);
    }

    #[tokio::test]
    async fn the_front_alone_says_where_a_visitor_is() {
        for (address, expected) in [
            ("198.51.100.10:46532", "198.51.100.10"),
            ("2001:db8:1:2:3:4:5:6:46532", "2001:db8:1:2::/64"),
            ("[2001:db8:1:2:3:4:5:6]:46532", "2001:db8:1:2::/64"),
            ("nowhere", "unknown"),
        ] {
            let headers = [("x-origin-secret", "right"), ("cloudfront-viewer-address", address)];
            assert_eq!(ask(Some("right"), &headers).await.1, expected, "{address}");
        }
        let forged = [("cloudfront-viewer-address", "198.51.100.10:46532")];
        assert_eq!(ask(None, &forged).await.1, "unknown");
    }
}
