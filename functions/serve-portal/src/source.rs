//! Where a request comes from, for slowing down guessers.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::Extensions;
use lambda_http::request::RequestContext;

use crate::front::ViewerAddress;

/// The network address, as whoever stands in front of the portal and has proved it, the gateway, or the socket saw
/// it: headers such as `X-Forwarded-For` are whatever the visitor wrote. An IPv6 visitor owns a whole /64, so that is what counts as one source.
pub(crate) fn of(extensions: &Extensions) -> String {
    let gateway = match extensions.get::<RequestContext>() {
        Some(RequestContext::ApiGatewayV2(context)) => {
            context.http.source_ip.as_deref().and_then(|text| text.parse().ok())
        }
        _ => None,
    };
    let socket = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let viewer = extensions.get::<ViewerAddress>().map(|viewer| viewer.0);
    viewer.or(gateway).or(socket).map_or_else(|| "unknown".to_owned(), network)
}

fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_in_one_ipv6_network_are_one_source() {
        for (address, expected) in [
            ("203.0.113.9", "203.0.113.9"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ] {
            assert_eq!(network(address.parse().unwrap()), expected, "{address}");
        }
    }

    #[test]
    fn the_socket_is_the_source_where_there_is_no_gateway() {
        let mut extensions = Extensions::new();
        assert_eq!(of(&extensions), "unknown");
        extensions.insert(ConnectInfo(SocketAddr::from(([203, 0, 113, 9], 4711))));
        assert_eq!(of(&extensions), "203.0.113.9");
    }
}
