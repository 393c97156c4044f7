//! Where a request comes from, for slowing down guessers.

use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use filmless_delivery::{TrustedProxies, network_of};
use lambda_http::request::RequestContext;

use crate::front::ViewerAddress;

/// The network address of a visitor, as it was seen by whoever stands in front of the function and has proved it, by the
/// gateway, or by the socket.
///
/// A header such as `X-Forwarded-For` is whatever the visitor wrote, unless the peer is a proxy that the hospital named.
/// An IPv6 visitor owns a whole /64, so that is what counts as one source.
#[must_use]
pub fn source_of(parts: &Parts, proxies: &TrustedProxies) -> String {
    let gateway = match parts.extensions.get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(context)) => {
            context.http.source_ip.as_deref().and_then(|text| text.parse().ok())
        }
        _ => None,
    };
    let socket = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let forwarded_for = || parts.headers.get_all("x-forwarded-for").iter();
    let visitor = |peer| proxies.visitor(peer, forwarded_for().filter_map(|line| line.to_str().ok()));
    let viewer = parts.extensions.get::<ViewerAddress>().map(|viewer| viewer.0);
    viewer.or_else(|| gateway.or(socket).map(visitor)).map_or_else(|| "unknown".to_owned(), network_of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    #[test]
    fn the_socket_is_the_source_where_there_is_no_gateway() {
        let lie = Request::builder().header("x-forwarded-for", "198.51.100.1").body(()).unwrap();
        let mut parts = lie.into_parts().0;
        let nobody = TrustedProxies::default();
        assert_eq!(source_of(&parts, &nobody), "unknown");
        parts.extensions.insert(ConnectInfo(SocketAddr::from(([203, 0, 113, 9], 4711))));
        assert_eq!(source_of(&parts, &nobody), "203.0.113.9");
        assert_eq!(source_of(&parts, &"203.0.113.0/24".parse().unwrap()), "198.51.100.1");
    }
}
