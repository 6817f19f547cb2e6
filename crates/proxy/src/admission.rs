//! Who may talk to this proxy: the Host and Origin headers of a request, and the caps.

mod client;
mod refusal;
mod seats;

use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use axum::http::{HeaderMap, HeaderName, header};

use crate::ConfigError;

pub use client::Forwarder;
pub(crate) use client::{Client, client, is_forwarded, is_forwarder};
pub(crate) use refusal::Refusal;
pub(crate) use seats::{Full, Seat, Seats};

/// A host without its port, lower case; an IPv6 address in brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host(String);

/// An origin as a browser writes it; the scheme's own port is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    scheme: Scheme,
    authority: Authority,
}

/// A host and, where one is written, its port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Authority {
    pub(crate) host: Host,
    pub(crate) port: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

impl Host {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The address that this is, if it is no name.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        let inner = self
            .0
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .unwrap_or(&self.0);
        inner.parse().ok()
    }

    /// True for what only this machine answers to, whatever a name server says.
    fn is_loopback(&self) -> bool {
        self.0 == "localhost" || self.address().is_some_and(|address| address.is_loopback())
    }
}

impl FromStr for Host {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        match Authority::parse(text) {
            Some(Authority { host, port: None }) => Ok(host),
            _ => Err(ConfigError::Host(text.to_owned())),
        }
    }
}

impl FromStr for Origin {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        Origin::parse(text).ok_or_else(|| ConfigError::Origin(text.to_owned()))
    }
}

impl Authority {
    /// `HOST` or `HOST:PORT`; nothing else that a URL may hold there.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (address, rest) = rest.split_once(']')?;
                let address: Ipv6Addr = address.parse().ok()?;
                let port = if rest.is_empty() {
                    None
                } else {
                    Some(rest.strip_prefix(':')?)
                };
                (format!("[{address}]"), port)
            }
            None => {
                let (host, port) = text
                    .split_once(':')
                    .map_or((text, None), |(host, port)| (host, Some(port)));
                let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
                if host.is_empty() || !host.bytes().all(fits) {
                    return None;
                }
                (host.to_ascii_lowercase(), port)
            }
        };
        let digits = |port: &str| {
            port.bytes()
                .all(|byte| byte.is_ascii_digit())
                .then(|| port.parse().ok())?
        };
        let port = port.map(|port| digits(port).ok_or(())).transpose().ok()?;
        Some(Authority {
            host: Host(host),
            port,
        })
    }
}

impl Origin {
    fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            _ => return None,
        };
        let mut authority = Authority::parse(rest)?;
        authority.port = authority.port.filter(|&port| port != scheme.port());
        Some(Origin { scheme, authority })
    }

    /// True where a page of this origin came from `host`. The scheme is not compared: behind a server that speaks
    /// TLS it is not known here, and the host is what tells sites apart.
    fn is_of(&self, host: &Authority) -> bool {
        let port = |authority: &Authority| authority.port.unwrap_or(self.scheme.port());
        self.authority.host == host.host && port(&self.authority) == port(host)
    }
}

impl Scheme {
    fn port(self) -> u16 {
        match self {
            Scheme::Http => 80,
            Scheme::Https => 443,
        }
    }
}

/// The rules of one proxy.
#[derive(Debug, Clone)]
pub(crate) struct Admission {
    pub(crate) listening_on: IpAddr,
    pub(crate) hosts: Vec<Host>,
    pub(crate) origins: Vec<Origin>,
    pub(crate) missing_origin: bool,
}

impl Admission {
    /// The Host of a request, if it is one of ours.
    pub(crate) fn host(&self, headers: &HeaderMap) -> Result<Authority, Refusal> {
        let text = only(headers, header::HOST).ok_or(Refusal::NoHost)?;
        let authority = Authority::parse(text).ok_or(Refusal::NoHost)?;
        let host = &authority.host;
        let is_ours = host.is_loopback()
            || (!self.listening_on.is_unspecified() && host.address() == Some(self.listening_on))
            || self.hosts.contains(host);
        if is_ours {
            Ok(authority)
        } else {
            Err(Refusal::ForeignHost)
        }
    }

    /// Whether the Origin of a request to `host` may open a session.
    pub(crate) fn origin(&self, headers: &HeaderMap, host: &Authority) -> Result<(), Refusal> {
        if !headers.contains_key(header::ORIGIN) {
            return if self.missing_origin {
                Ok(())
            } else {
                Err(Refusal::NoOrigin)
            };
        }
        let origin = only(headers, header::ORIGIN)
            .and_then(Origin::parse)
            .ok_or(Refusal::ForeignOrigin)?;
        if origin.is_of(host) || self.origins.contains(&origin) {
            Ok(())
        } else {
            Err(Refusal::ForeignOrigin)
        }
    }
}

/// The value of a header that is there exactly once.
fn only(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admission() -> Admission {
        Admission {
            listening_on: "192.0.2.7".parse().unwrap(),
            hosts: vec!["pool.example".parse().unwrap()],
            origins: vec![
                "https://Miner.example:443".parse().unwrap(),
                "http://a.example:8000".parse().unwrap(),
            ],
            missing_origin: false,
        }
    }

    fn headers(name: HeaderName, values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(name.clone(), value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn only_our_own_hosts_are_served() {
        type Found = Result<(&'static str, Option<u16>), Refusal>;
        let table: &[(&[&str], Found)] = &[
            (&["localhost"], Ok(("localhost", None))),
            (&["LocalHost:8080"], Ok(("localhost", Some(8080)))),
            (&["127.0.0.1:80"], Ok(("127.0.0.1", Some(80)))),
            (&["127.9.9.9"], Ok(("127.9.9.9", None))),
            (&["[::1]:8080"], Ok(("[::1]", Some(8080)))),
            (&["[0:0::1]"], Ok(("[::1]", None))),
            (&["192.0.2.7:8080"], Ok(("192.0.2.7", Some(8080)))),
            (&["pool.example"], Ok(("pool.example", None))),
            (&["192.0.2.8"], Err(Refusal::ForeignHost)),
            (&["rebound.example"], Err(Refusal::ForeignHost)),
            (&["localhost.rebound.example"], Err(Refusal::ForeignHost)),
            (&["127.0.0.1.rebound.example"], Err(Refusal::ForeignHost)),
            (&["sub.pool.example"], Err(Refusal::ForeignHost)),
            (&["0.0.0.0"], Err(Refusal::ForeignHost)),
            (&[], Err(Refusal::NoHost)),
            (&[""], Err(Refusal::NoHost)),
            (&["localhost", "localhost"], Err(Refusal::NoHost)),
            (&["me@localhost"], Err(Refusal::NoHost)),
            (&["localhost:"], Err(Refusal::NoHost)),
            (&["localhost:+80"], Err(Refusal::NoHost)),
            (&["localhost:65536"], Err(Refusal::NoHost)),
            (&["localhost;script-src"], Err(Refusal::NoHost)),
            (&["localhost/x"], Err(Refusal::NoHost)),
            (&["[::1"], Err(Refusal::NoHost)),
            (&["[localhost]"], Err(Refusal::NoHost)),
        ];
        for (values, expected) in table {
            let found = admission().host(&headers(header::HOST, values));
            let found = found.map(|authority| (authority.host.0, authority.port));
            assert_eq!(
                found,
                expected.clone().map(|(host, port)| (host.to_owned(), port)),
                "{values:?}"
            );
        }
    }

    #[test]
    fn only_our_own_page_and_allowed_ones_open_a_session() {
        let table: &[(&str, &[&str], Result<(), Refusal>)] = &[
            ("localhost:8080", &["http://localhost:8080"], Ok(())),
            ("localhost:8080", &["https://localhost:8080"], Ok(())),
            ("localhost", &["http://localhost"], Ok(())),
            ("localhost:80", &["http://localhost"], Ok(())),
            ("pool.example", &["https://pool.example"], Ok(())),
            ("pool.example", &["https://miner.example"], Ok(())),
            ("pool.example", &["http://a.example:8000"], Ok(())),
            (
                "localhost:8080",
                &["http://localhost:8081"],
                Err(Refusal::ForeignOrigin),
            ),
            (
                "localhost:8080",
                &["http://127.0.0.1:8080"],
                Err(Refusal::ForeignOrigin),
            ),
            (
                "localhost:8080",
                &["http://localhost"],
                Err(Refusal::ForeignOrigin),
            ),
            (
                "pool.example",
                &["http://miner.example"],
                Err(Refusal::ForeignOrigin),
            ),
            ("pool.example", &["http://a.example"], Err(Refusal::ForeignOrigin)),
            (
                "pool.example",
                &["https://evil-pool.example"],
                Err(Refusal::ForeignOrigin),
            ),
            ("pool.example", &["null"], Err(Refusal::ForeignOrigin)),
            ("pool.example", &["file://"], Err(Refusal::ForeignOrigin)),
            (
                "pool.example",
                &["https://pool.example/"],
                Err(Refusal::ForeignOrigin),
            ),
            (
                "pool.example",
                &["https://pool.example", "https://pool.example"],
                Err(Refusal::ForeignOrigin),
            ),
            ("pool.example", &[""], Err(Refusal::ForeignOrigin)),
            ("pool.example", &[], Err(Refusal::NoOrigin)),
        ];
        for (host, values, expected) in table {
            let host = Authority::parse(host).unwrap();
            let found = admission().origin(&headers(header::ORIGIN, values), &host);
            assert_eq!(found, *expected, "{values:?} to {host:?}");
        }
    }

    #[test]
    fn a_missing_origin_passes_only_where_it_is_allowed() {
        let host = Authority::parse("localhost").unwrap();
        let open = Admission {
            missing_origin: true,
            ..admission()
        };
        assert_eq!(open.origin(&HeaderMap::new(), &host), Ok(()));
        assert_eq!(
            open.origin(&headers(header::ORIGIN, &["https://evil.example"]), &host),
            Err(Refusal::ForeignOrigin)
        );
    }
}
