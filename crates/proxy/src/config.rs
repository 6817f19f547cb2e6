//! What an operator can set.

use std::collections::HashSet;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use thiserror::Error;

use crate::admission::{Host, Origin};
use crate::rpc::NodeEntry;

/// The longest name of a pool or a node.
const NAME_LIMIT: usize = 32;

/// The settings of a proxy.
#[derive(Debug, Clone, Default)]
pub struct Config {
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
    /// What bounds a client and a pool.
    pub limits: Limits,
}

/// What bounds a client and a pool.
#[derive(Debug, Clone)]
pub struct Limits {
    /// HTTP connections in all; one that becomes a session is counted there instead. One more has to wait.
    pub connections: usize,
    /// WebSocket sessions in all; one more is answered with 503.
    pub sessions: usize,
    /// The time to send the head of a request.
    pub request_head: Duration,
    /// The time to reach a pool.
    pub connect: Duration,
    /// The longest time that a client or a pool may leave a message unread.
    pub write: Duration,
    /// The time for a client's first call.
    pub first_call: Duration,
    /// How often a client is pinged.
    pub ping: Duration,
    /// The longest time without a sign of life from a client: a message or a pong.
    pub idle: Duration,
    /// Requests to nodes under way at a time; one more is answered with 503.
    pub rpc_requests: usize,
    /// The time for a request to a node to arrive, and then for the node's whole answer.
    pub rpc: Duration,
    /// The longest request to a node, in bytes.
    pub rpc_request: usize,
    /// The longest answer of a node, in bytes.
    pub rpc_answer: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connections: 1024,
            sessions: 256,
            request_head: Duration::from_secs(15),
            connect: Duration::from_secs(10),
            write: Duration::from_secs(15),
            first_call: Duration::from_secs(30),
            ping: Duration::from_secs(30),
            idle: Duration::from_secs(90),
            rpc_requests: 32,
            rpc: Duration::from_secs(10),
            rpc_request: 4 << 10,
            rpc_answer: 1 << 20,
        }
    }
}

/// A pool and the name that clients know it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolEntry {
    /// 1 to 32 of `a-z`, `0-9`, `-` and `_`.
    pub name: String,
    /// `HOST:PORT`
    pub address: String,
}

/// A setting that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// No `=` in `NAME=HOST:PORT`.
    #[error("pool {0:?} is not NAME=HOST:PORT")]
    NotAPool(String),
    /// A name that does not fit a path.
    #[error("pool name {0:?} is not 1 to {NAME_LIMIT} of a-z, 0-9, - and _")]
    PoolName(String),
    /// An address without host or port.
    #[error("pool address {0:?} is not HOST:PORT")]
    PoolAddress(String),
    /// Two pools of one name.
    #[error("pool name {0:?} is given twice")]
    DuplicatePool(String),
    /// No `=` in `NAME=URL`.
    #[error("node {0:?} is not NAME=http://HOST[:PORT][/PATH]")]
    NotANode(String),
    /// A name that does not fit a path.
    #[error("node name {0:?} is not 1 to {NAME_LIMIT} of a-z, 0-9, - and _")]
    NodeName(String),
    /// An address that is no plain `http` one.
    #[error("node address {0:?} is not http://HOST[:PORT][/PATH]; a node behind TLS needs a forwarder here")]
    NodeAddress(String),
    /// Two nodes of one name.
    #[error("node name {0:?} is given twice")]
    DuplicateNode(String),
    /// An origin that is not `scheme://host[:port]`.
    #[error("origin {0:?} is not http://HOST[:PORT] or https://HOST[:PORT]")]
    Origin(String),
    /// A host that is no name or address, or has a port.
    #[error("host {0:?} is not a name or an address without a port")]
    Host(String),
}

impl PoolEntry {
    /// Checks name and address.
    ///
    /// # Errors
    /// [`ConfigError::PoolName`] or [`ConfigError::PoolAddress`].
    pub fn new(name: &str, address: &str) -> Result<Self, ConfigError> {
        if !is_name(name) {
            return Err(ConfigError::PoolName(name.to_owned()));
        }
        let port = address
            .rsplit_once(':')
            .filter(|(host, _)| !host.is_empty())
            .map(|(_, port)| port.parse::<u16>());
        match port {
            Some(Ok(1..)) => Ok(PoolEntry {
                name: name.to_owned(),
                address: address.to_owned(),
            }),
            _ => Err(ConfigError::PoolAddress(address.to_owned())),
        }
    }
}

impl FromStr for PoolEntry {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        let (name, address) = text
            .split_once('=')
            .ok_or_else(|| ConfigError::NotAPool(text.to_owned()))?;
        PoolEntry::new(name, address)
    }
}

/// Whether a name fits a path as it is.
pub(crate) fn is_name(name: &str) -> bool {
    let fits = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    !name.is_empty() && name.len() <= NAME_LIMIT && name.bytes().all(fits)
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
    /// [`ConfigError::DuplicatePool`] or [`ConfigError::DuplicateNode`].
    pub fn check(&self) -> Result<(), ConfigError> {
        if let Some(name) = repeated(self.pools.iter().map(|pool| pool.name.as_str())) {
            return Err(ConfigError::DuplicatePool(name));
        }
        match repeated(self.nodes.iter().map(|node| node.name.as_str())) {
            Some(name) => Err(ConfigError::DuplicateNode(name)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_is_a_name_and_an_address() {
        for good in ["local=127.0.0.1:3333", "a-b_9=pool.example:1", "six=[::1]:65535"] {
            let (name, address) = good.split_once('=').unwrap();
            assert_eq!(
                good.parse(),
                Ok(PoolEntry {
                    name: name.to_owned(),
                    address: address.to_owned()
                })
            );
        }
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
        ] {
            assert_eq!(bad.parse::<PoolEntry>(), Err(expected), "{bad}");
        }
    }

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
}
