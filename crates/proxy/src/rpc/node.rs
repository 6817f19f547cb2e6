//! The nodes that blocks come from.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde_json::Value;

use super::Call;
use crate::ConfigError;
use crate::admission::Authority;
use crate::config::is_name;

/// A node and the name that pages know it by.
#[derive(Clone, Debug)]
pub struct NodeEntry {
    /// 1 to 32 of `a-z`, `0-9`, `-` and `_`.
    pub name: String,
    /// Where its blocks come from.
    pub source: NodeSource,
}

/// Where blocks come from.
#[derive(Clone)]
pub enum NodeSource {
    /// A kernel's JSON-RPC over HTTP.
    Http(NodeAddress),
    /// A chain in this process.
    Chain(Arc<dyn BlockSource>),
}

/// A chain that can be asked without a wire.
pub trait BlockSource: Send + Sync {
    /// The `result` of a call: a kernel's JSON, or null for an unknown block.
    fn result(&self, call: &Call) -> Value;
}

/// `http://HOST[:PORT][/PATH]`. Without TLS: a node far away is reached through a forwarder on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeAddress {
    /// `HOST:PORT`
    pub(crate) authority: String,
    /// Beginning with a slash.
    pub(crate) path: String,
}

impl fmt::Debug for NodeSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NodeSource::Http(address) => formatter.debug_tuple("Http").field(address).finish(),
            NodeSource::Chain(_) => formatter.write_str("Chain"),
        }
    }
}

impl NodeEntry {
    /// Checks the name.
    ///
    /// # Errors
    /// [`ConfigError::NodeName`].
    pub fn new(name: &str, source: NodeSource) -> Result<Self, ConfigError> {
        if !is_name(name) {
            return Err(ConfigError::NodeName(name.to_owned()));
        }
        Ok(NodeEntry {
            name: name.to_owned(),
            source,
        })
    }
}

impl FromStr for NodeEntry {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        let (name, url) = text
            .split_once('=')
            .ok_or_else(|| ConfigError::NotANode(text.to_owned()))?;
        NodeEntry::new(name, NodeSource::Http(url.parse()?))
    }
}

impl FromStr for NodeAddress {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        let wrong = || ConfigError::NodeAddress(text.to_owned());
        let rest = text.strip_prefix("http://").ok_or_else(wrong)?;
        let (authority, path) = match rest.find('/') {
            Some(place) => rest.split_at(place),
            None => (rest, "/"),
        };
        let Authority { host, port } = Authority::parse(authority).ok_or_else(wrong)?;
        let is_plain =
            |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'#' | b'"' | b'<' | b'>' | b'\\');
        if port == Some(0) || !path.bytes().all(is_plain) {
            return Err(wrong());
        }
        Ok(NodeAddress {
            authority: format!("{}:{}", host.as_str(), port.unwrap_or(80)),
            path: path.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_a_name_and_an_address_without_tls() {
        for (good, authority, path) in [
            ("main=http://127.0.0.1:8545", "127.0.0.1:8545", "/"),
            ("a-b_9=http://Node.example/", "node.example:80", "/"),
            ("six=http://[::1]:8545/rpc?key=a", "[::1]:8545", "/rpc?key=a"),
        ] {
            let entry: NodeEntry = good.parse().unwrap();
            let NodeSource::Http(address) = entry.source else {
                panic!("{good}")
            };
            assert_eq!(
                (address.authority.as_str(), address.path.as_str()),
                (authority, path),
                "{good}"
            );
        }
        let address = |text: &str| ConfigError::NodeAddress(text.into());
        for (bad, expected) in [
            ("http://h", ConfigError::NotANode("http://h".into())),
            ("A=http://h", ConfigError::NodeName("A".into())),
            ("=http://h", ConfigError::NodeName(String::new())),
            ("a=h:1", address("h:1")),
            ("a=https://h", address("https://h")),
            ("a=http://", address("http://")),
            ("a=http://h:0", address("http://h:0")),
            ("a=http://h:65536", address("http://h:65536")),
            ("a=http://user:word@h", address("http://user:word@h")),
            ("a=http://h/a b", address("http://h/a b")),
            ("a=http://h/\r\nX: 1", address("http://h/\r\nX: 1")),
            ("a=http://h/#x", address("http://h/#x")),
        ] {
            assert_eq!(
                bad.parse::<NodeEntry>().map(|entry| entry.name),
                Err(expected),
                "{bad}"
            );
        }
    }
}
