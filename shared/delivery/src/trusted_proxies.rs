//! Where a request that came through a proxy comes from.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The proxies whose `X-Forwarded-For` is trusted. None by default: anybody can write that header, and a trusted lie
/// is a new source address for every guess.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TrustedProxies(Vec<IpNet>);

/// The text is not a list of networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("expected addresses or networks such as 10.0.0.0/8, separated by commas")]
pub struct InvalidTrustedProxies;

impl FromStr for TrustedProxies {
    type Err = InvalidTrustedProxies;

    fn from_str(text: &str) -> Result<Self, InvalidTrustedProxies> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let network = |part: &str| part.parse().or_else(|_| part.parse::<IpAddr>().map(IpNet::from));
        let networks = parts.map(|part| network(part).map_err(|_| InvalidTrustedProxies));
        networks.collect::<Result<_, _>>().map(Self)
    }
}

impl TrustedProxies {
    /// The visitor's address. This is `peer`, unless that is one of our proxies. Then it is the last entry of
    /// `X-Forwarded-For`, and so on to the left while entries are our proxies. Anything further left is whatever the
    /// visitor wrote.
    #[must_use]
    pub fn visitor<'a>(
        &self,
        peer: IpAddr,
        forwarded_for: impl DoubleEndedIterator<Item = &'a str>,
    ) -> IpAddr {
        let mut visitor = peer.to_canonical();
        for entry in forwarded_for.flat_map(|line| line.split(',')).rev().map(str::trim) {
            if !self.0.iter().any(|network| network.contains(&visitor)) {
                break;
            }
            let Some(address) = address_of(entry) else { break };
            visitor = address.to_canonical();
        }
        visitor
    }
}

/// An entry is an address; some proxies add a port.
fn address_of(entry: &str) -> Option<IpAddr> {
    let bare = entry.trim_start_matches('[').trim_end_matches(']');
    bare.parse().ok().or_else(|| entry.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

/// The name of a source in logs: an IPv6 visitor owns a whole /64, so that is one.
#[must_use]
pub fn network_of(address: IpAddr) -> String {
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

    fn check(trusted: &str, peer: &str, forwarded_for: &[&str], expected: &str) {
        let trusted: TrustedProxies = trusted.parse().unwrap();
        let visitor = trusted.visitor(peer.parse().unwrap(), forwarded_for.iter().copied());
        assert_eq!(visitor.to_string(), expected, "{trusted:?} {peer} {forwarded_for:?}");
    }

    #[test]
    fn the_header_is_believed_from_our_own_proxies_only() {
        check("", "203.0.113.9", &["198.51.100.1"], "203.0.113.9");
        check("10.0.0.0/8", "203.0.113.9", &["198.51.100.1"], "203.0.113.9");
        check("10.0.0.0/8", "10.1.2.3", &["198.51.100.1"], "198.51.100.1");
        check("127.0.0.1", "::ffff:127.0.0.1", &["198.51.100.1"], "198.51.100.1");
        check("::1", "::1", &["[2001:db8::1]:4711"], "2001:db8::1");
        check("10.0.0.0/8", "10.1.2.3", &["198.51.100.1:4711"], "198.51.100.1");
    }

    #[test]
    fn what_the_visitor_wrote_himself_is_never_reached() {
        check("10.0.0.0/8", "10.1.2.3", &["1.1.1.1, 198.51.100.1"], "198.51.100.1");
        check("10.0.0.0/8", "10.1.2.3", &["1.1.1.1", "198.51.100.1"], "198.51.100.1");
        check("10.0.0.0/8", "10.1.2.3", &["1.1.1.1, 198.51.100.1, 10.9.9.9"], "198.51.100.1");
        check("10.0.0.0/8", "10.1.2.3", &["1.1.1.1, nonsense"], "10.1.2.3");
        check("10.0.0.0/8", "10.1.2.3", &[], "10.1.2.3");
    }

    #[test]
    fn a_list_that_is_none_is_refused() {
        for bad in ["10.0.0.0/33", "proxy.example", "10.0.0.1 10.0.0.2"] {
            assert_eq!(bad.parse::<TrustedProxies>(), Err(InvalidTrustedProxies), "{bad}");
        }
    }

    #[test]
    fn neighbours_in_one_ipv6_network_are_one_source() {
        for (address, expected) in [
            ("203.0.113.9", "203.0.113.9"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ] {
            assert_eq!(network_of(address.parse().unwrap()), expected, "{address}");
        }
    }
}
