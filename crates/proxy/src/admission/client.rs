//! Which client a request comes from, where servers stand in front of this one.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use axum::http::HeaderMap;
use ipnet::IpNet;

use crate::ConfigError;

const X_FORWARDED_FOR: &str = "x-forwarded-for";

/// A network whose hosts are believed when they say on whose behalf they ask: an address, or `ADDRESS/BITS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forwarder(IpNet);

/// Who is held to the caps for one client: an IPv4 address, or the /64 of an IPv6 address, since that much is given to
/// one household.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Client(IpAddr);

impl FromStr for Forwarder {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        let network = match text.parse::<IpAddr>() {
            Ok(address) => Ok(IpNet::from(address)),
            Err(_) => text.parse::<IpNet>(),
        };
        network
            .map(|network| Forwarder(network.trunc()))
            .map_err(|_| ConfigError::Forwarder(text.to_owned()))
    }
}

impl fmt::Display for Forwarder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl Client {
    pub(crate) fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Client(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into())
            }
            v4 => Client(v4),
        }
    }
}

/// True where the peer's `X-Forwarded-For` is believed.
pub(crate) fn is_forwarder(peer: IpAddr, trusted: &[Forwarder]) -> bool {
    let peer = peer.to_canonical();
    trusted.iter().any(|Forwarder(network)| network.contains(&peer))
}

/// Whom a request comes from: the rightmost hop that is no trusted forwarder.
///
/// Each forwarder adds the address it was called from at the right end. What is left of the first untrusted hop was
/// written by that hop, and may be anything. From an untrusted peer the header counts for nothing. A hop that is no
/// address ends the walk: the request is then the last forwarder's.
pub(crate) fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[Forwarder]) -> Client {
    let mut client = peer;
    if is_forwarder(peer, trusted) {
        let mut values: Vec<_> = headers.get_all(X_FORWARDED_FOR).iter().collect();
        values.reverse();
        let hops = values.into_iter().flat_map(|value| {
            let text = value.to_str().unwrap_or("?");
            text.rsplit(',')
                .map(|hop| hop.trim().to_owned())
                .collect::<Vec<_>>()
        });
        for hop in hops {
            let Some(address) = address(&hop) else { break };
            client = address;
            if !is_forwarder(address, trusted) {
                break;
            }
        }
    }
    Client::of(client)
}

/// True where a request says that it was forwarded.
pub(crate) fn is_forwarded(headers: &HeaderMap) -> bool {
    headers.contains_key(X_FORWARDED_FOR)
}

/// An address with or without brackets and port; balancers write all of them.
fn address(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    hop.parse()
        .ok()
        .or_else(|| hop.parse::<SocketAddr>().ok().map(|address| address.ip()))
        .or_else(|| bare?.parse::<Ipv6Addr>().ok().map(IpAddr::V6))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trusted() -> Vec<Forwarder> {
        ["10.0.0.0/8", "192.0.2.1", "2001:db8::/32"]
            .map(|text| text.parse().unwrap())
            .to_vec()
    }

    #[test]
    fn the_client_is_the_rightmost_hop_that_is_not_trusted() {
        let table: &[(&str, &str, &[&str], &str)] = &[
            ("no header", "10.0.0.1", &[], "10.0.0.1"),
            (
                "an untrusted peer",
                "198.51.100.1",
                &["203.0.113.9"],
                "198.51.100.1",
            ),
            ("one hop", "10.0.0.1", &["203.0.113.9"], "203.0.113.9"),
            (
                "a forged first hop",
                "10.0.0.1",
                &["1.1.1.1, 203.0.113.9"],
                "203.0.113.9",
            ),
            (
                "two forwarders",
                "10.0.0.1",
                &["203.0.113.9, 10.9.9.9"],
                "203.0.113.9",
            ),
            (
                "a forged forwarder",
                "10.0.0.1",
                &["10.1.1.1, 203.0.113.9, 192.0.2.1"],
                "203.0.113.9",
            ),
            ("all trusted", "10.0.0.1", &["10.0.0.3,10.0.0.2"], "10.0.0.3"),
            (
                "two headers",
                "10.0.0.1",
                &["1.1.1.1", "203.0.113.9,10.0.0.2"],
                "203.0.113.9",
            ),
            (
                "the second header alone",
                "10.0.0.1",
                &["203.0.113.9", "10.0.0.2"],
                "203.0.113.9",
            ),
            ("a port", "10.0.0.1", &["203.0.113.9:4711"], "203.0.113.9"),
            ("IPv6", "10.0.0.1", &["2001:470::1:2:3:4"], "2001:470::"),
            ("IPv6 in brackets", "10.0.0.1", &["[2001:470::1]"], "2001:470::"),
            (
                "IPv6 with a port",
                "10.0.0.1",
                &["[2001:470::1]:443"],
                "2001:470::",
            ),
            (
                "a mapped address",
                "::ffff:10.0.0.1",
                &["::ffff:203.0.113.9"],
                "203.0.113.9",
            ),
            (
                "an IPv6 forwarder",
                "2001:db8::7",
                &["203.0.113.9"],
                "203.0.113.9",
            ),
            ("unknown", "10.0.0.1", &["203.0.113.9, unknown"], "10.0.0.1"),
            (
                "junk behind a forwarder",
                "10.0.0.1",
                &["x, 10.0.0.2"],
                "10.0.0.2",
            ),
            ("an empty header", "10.0.0.1", &[""], "10.0.0.1"),
            ("an empty hop", "10.0.0.1", &["203.0.113.9,"], "10.0.0.1"),
        ];
        for (name, peer, values, expected) in table {
            let mut headers = HeaderMap::new();
            for value in *values {
                headers.append(X_FORWARDED_FOR, value.parse().unwrap());
            }
            let found = client(peer.parse().unwrap(), &headers, &trusted());
            assert_eq!(found, Client(expected.parse().unwrap()), "{name}");
        }
    }

    #[test]
    fn a_household_is_one_client() {
        let of = |text: &str| Client::of(text.parse().unwrap());
        assert_eq!(of("2001:470:1:2::1"), of("2001:470:1:2:ffff:ffff:ffff:ffff"));
        assert_ne!(of("2001:470:1:2::1"), of("2001:470:1:3::1"));
        assert_eq!(of("::ffff:1.2.3.4"), of("1.2.3.4"));
        assert_ne!(of("::ffff:1.2.3.4"), of("::ffff:1.2.3.5"));
    }

    #[test]
    fn a_forwarder_is_an_address_or_a_network() {
        for (text, shown) in [
            ("10.0.0.1", "10.0.0.1/32"),
            ("10.1.2.3/8", "10.0.0.0/8"),
            ("::1", "::1/128"),
            ("fd00::/8", "fd00::/8"),
        ] {
            assert_eq!(text.parse::<Forwarder>().unwrap().to_string(), shown);
        }
        for text in [
            "",
            "proxy.example",
            "10.0.0.0/33",
            "10.0.0/8",
            "10.0.0.0/",
            "::1/129",
        ] {
            assert_eq!(
                text.parse::<Forwarder>(),
                Err(ConfigError::Forwarder(text.into()))
            );
        }
    }
}
