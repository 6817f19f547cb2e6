//! What an operator can set.

mod error;
mod file;
mod limits;
mod pool;
mod value;

use std::collections::HashSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use crate::Identity;
use crate::admission::{Forwarder, Host, Origin};
use crate::rpc::NodeEntry;

pub use error::ConfigError;
pub use limits::Limits;
pub use pool::{PoolAddress, PoolEntry};

/// The settings of a proxy.
#[derive(Debug, Clone)]
pub struct Config {
    /// The address to listen on, for a program that opens its listener by this; [`run`](crate::run) is given one.
    pub listen: SocketAddr,
    /// The pools that clients can reach, by name.
    pub pools: Vec<PoolEntry>,
    /// The nodes that pages can ask for blocks, by name.
    pub nodes: Vec<NodeEntry>,
    /// The folder of the site, `None` to serve no files.
    pub site: Option<PathBuf>,
    /// Origins that may open a session beside the proxy's own, as `scheme://host[:port]`.
    pub allow_origins: Vec<Origin>,
    /// Hosts that this proxy is known by beside loopback, without a port.
    pub allow_hosts: Vec<Host>,
    /// Whether a session may be opened without an Origin header, as programs do; a browser always sends one.
    pub allow_missing_origin: bool,
    /// The servers in front of this one that say in `X-Forwarded-For` on whose behalf they ask.
    pub trusted_forwarders: Vec<Forwarder>,
    /// The certificate by which the listener speaks TLS; `None` for plain HTTP.
    pub tls: Option<Identity>,
    /// The address for `/metrics`, for a program that opens its listener by this; `None` for none.
    pub metrics: Option<SocketAddr>,
    /// What bounds a client and a pool.
    pub limits: Limits,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            pools: Vec::new(),
            nodes: Vec::new(),
            site: None,
            allow_origins: Vec::new(),
            allow_hosts: Vec::new(),
            allow_missing_origin: false,
            trusted_forwarders: Vec::new(),
            tls: None,
            metrics: None,
            limits: Limits::default(),
        }
    }
}

/// Whether a name fits a path as it is.
pub(crate) fn is_name(name: &str) -> bool {
    let fits = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    !name.is_empty() && name.len() <= error::NAME_LIMIT && name.bytes().all(fits)
}

/// The first name that an earlier one equals.
fn repeated<'a>(names: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut earlier = HashSet::new();
    names
        .into_iter()
        .find(|name| !earlier.insert(*name))
        .map(str::to_owned)
}

impl Config {
    /// Checks what no single setting shows.
    ///
    /// # Errors
    /// [`ConfigError::DuplicatePool`], [`ConfigError::DuplicateNode`], [`ConfigError::IdleBelowPing`] or
    /// [`ConfigError::NotAFolder`].
    pub fn check(&self) -> Result<(), ConfigError> {
        if let Some(name) = repeated(self.pools.iter().map(|pool| pool.name.as_str())) {
            return Err(ConfigError::DuplicatePool(name));
        }
        if let Some(name) = repeated(self.nodes.iter().map(|node| node.name.as_str())) {
            return Err(ConfigError::DuplicateNode(name));
        }
        let Limits { idle, ping, .. } = self.limits;
        if idle <= ping {
            return Err(ConfigError::IdleBelowPing { idle, ping });
        }
        match &self.site {
            Some(site) if !site.is_dir() => Err(ConfigError::NotAFolder(site.clone())),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_given_once() {
        let pool = |text: &str| text.parse::<PoolEntry>().unwrap();
        let config = Config {
            pools: vec![pool("a=h:1"), pool("b=h:1"), pool("a=h:2")],
            ..Config::default()
        };
        assert_eq!(config.check(), Err(ConfigError::DuplicatePool("a".into())));
        let node = |text: &str| text.parse::<NodeEntry>().unwrap();
        let config = Config {
            pools: vec![pool("a=h:1")],
            nodes: vec![node("a=http://h"), node("b=http://h"), node("b=http://g")],
            ..Config::default()
        };
        assert_eq!(config.check(), Err(ConfigError::DuplicateNode("b".into())));
    }

    #[test]
    fn a_ping_comes_before_the_end() {
        let mut config = Config::default();
        config.limits.idle = config.limits.ping;
        let error = config.check().unwrap_err().to_string();
        let expected = "limits.idle is 30s; it must be longer than limits.ping, which is 30s";
        assert_eq!(error, expected);
    }
}
