//! A pool as an operator names it.

use std::fmt;
use std::str::FromStr;

use tokio_rustls::rustls::pki_types::ServerName;

use super::{ConfigError, is_name};
use crate::admission::{Authority, Host};
use crate::upstream::{Reach, Roots};

/// The most addresses of one pool.
pub(crate) const ADDRESS_LIMIT: usize = 8;

/// A pool and the name that clients know it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolEntry {
    /// 1 to 32 of `a-z`, `0-9`, `-` and `_`.
    pub name: String,
    /// Where it can be reached, 1 to 8; tried in this order.
    pub addresses: Vec<PoolAddress>,
    /// Whether a name among the addresses may resolve to a private address.
    pub allow_private: bool,
    /// The root certificates for addresses with TLS; `None` for those that browsers know.
    pub roots: Option<Roots>,
    /// Whether sessions of one worker share a connection.
    pub share_connections: bool,
    /// Whether shares are verified before they go to the pool.
    pub verify_shares: bool,
}

/// `HOST:PORT`, or `tls://HOST:PORT`. An IP address or `localhost` is connected to as it is written, whatever it is; a
/// name only where it leads to a public address, see [`PoolEntry::allow_private`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolAddress {
    pub(crate) host: Host,
    pub(crate) port: u16,
    /// What the certificate must be for; `None` without TLS.
    pub(crate) server_name: Option<ServerName<'static>>,
}

impl PoolEntry {
    /// A pool with one address and none of the options.
    ///
    /// # Errors
    /// [`ConfigError::PoolName`] or [`ConfigError::PoolAddress`].
    pub fn new(name: &str, address: &str) -> Result<Self, ConfigError> {
        PoolEntry::with_addresses(name, vec![address.parse()?])
    }

    /// A pool with its addresses, in the order in which they are tried, and none of the options.
    ///
    /// # Errors
    /// [`ConfigError::PoolName`] or [`ConfigError::PoolAddresses`].
    pub fn with_addresses(name: &str, addresses: Vec<PoolAddress>) -> Result<Self, ConfigError> {
        if !is_name(name) {
            return Err(ConfigError::PoolName(name.to_owned()));
        }
        if !(1..=ADDRESS_LIMIT).contains(&addresses.len()) {
            return Err(ConfigError::PoolAddresses {
                name: name.to_owned(),
                count: addresses.len(),
            });
        }
        Ok(PoolEntry {
            name: name.to_owned(),
            addresses,
            allow_private: false,
            roots: None,
            share_connections: false,
            verify_shares: false,
        })
    }
}

impl FromStr for PoolEntry {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        let (name, address) = text
            .split_once('=')
            .ok_or_else(|| ConfigError::NotAPool(text.to_owned()))?;
        if !is_name(name) {
            return Err(ConfigError::PoolName(name.to_owned()));
        }
        PoolEntry::new(name, address)
    }
}

impl FromStr for PoolAddress {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        let wrong = || ConfigError::PoolAddress(text.to_owned());
        let plain = text.strip_prefix("tls://");
        let Some(Authority {
            host,
            port: Some(port @ 1..),
        }) = Authority::parse(plain.unwrap_or(text))
        else {
            return Err(wrong());
        };
        if let Some(Reach::Nobody(kind)) = host.address().map(Reach::of) {
            return Err(ConfigError::NobodysAddress {
                address: text.to_owned(),
                kind,
            });
        }
        let server_name = match (plain, host.address()) {
            (None, _) => None,
            (Some(_), Some(address)) => Some(ServerName::from(address)),
            (Some(_), None) => Some(ServerName::try_from(host.as_str().to_owned()).map_err(|_| wrong())?),
        };
        Ok(PoolAddress {
            host,
            port,
            server_name,
        })
    }
}

impl fmt::Display for PoolAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.server_name.as_ref().map_or("", |_| "tls://");
        write!(formatter, "{scheme}{}:{}", self.host.as_str(), self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_is_a_name_and_an_address() {
        for good in [
            "local=127.0.0.1:3333",
            "a-b_9=pool.example:1",
            "six=[::1]:65535",
            "t=tls://pool.example:3334",
            "t=tls://[::1]:1",
        ] {
            let (name, address) = good.split_once('=').unwrap();
            let entry: PoolEntry = good.parse().unwrap();
            assert_eq!(entry.name, name);
            assert_eq!(entry.addresses[0].to_string(), address);
            assert!(!(entry.allow_private || entry.share_connections || entry.verify_shares));
        }
        let nobodys = |address: &str, kind| ConfigError::NobodysAddress {
            address: address.into(),
            kind,
        };
        for (bad, expected) in [
            ("local", ConfigError::NotAPool("local".into())),
            ("=a:1", ConfigError::PoolName(String::new())),
            ("A=a:1", ConfigError::PoolName("A".into())),
            ("a/b=a:1", ConfigError::PoolName("a/b".into())),
            ("a=host", ConfigError::PoolAddress("host".into())),
            ("a=host:", ConfigError::PoolAddress("host:".into())),
            ("a=:1", ConfigError::PoolAddress(":1".into())),
            ("a=host:0", ConfigError::PoolAddress("host:0".into())),
            ("a=host:65536", ConfigError::PoolAddress("host:65536".into())),
            ("a=http://h:1", ConfigError::PoolAddress("http://h:1".into())),
            ("a=tls://h", ConfigError::PoolAddress("tls://h".into())),
            ("a=tls://-h.:1", ConfigError::PoolAddress("tls://-h.:1".into())),
            ("a=0.0.0.0:1", nobodys("0.0.0.0:1", "unspecified")),
            ("a=tls://[ff02::1]:1", nobodys("tls://[ff02::1]:1", "multicast")),
            ("a=me@h:1", ConfigError::PoolAddress("me@h:1".into())),
        ] {
            assert_eq!(bad.parse::<PoolEntry>(), Err(expected), "{bad}");
        }
    }

    #[test]
    fn a_pool_has_one_to_eight_addresses() {
        let some = |count: usize| vec!["h:1".parse().unwrap(); count];
        for count in [1, 8] {
            assert!(PoolEntry::with_addresses("a", some(count)).is_ok(), "{count}");
        }
        for count in [0, 9] {
            let expected = ConfigError::PoolAddresses {
                name: "a".into(),
                count,
            };
            assert_eq!(PoolEntry::with_addresses("a", some(count)), Err(expected));
        }
    }
}
