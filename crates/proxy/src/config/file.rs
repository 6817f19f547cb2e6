//! The settings as a TOML file.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::{Deserializer, Error};

use super::value::Text;
use super::{Config, ConfigError, Limits, PoolAddress, PoolEntry};
use crate::Identity;
use crate::rpc::{NodeEntry, NodeSource};
use crate::upstream::Roots;

/// The keys of the file; what is missing has its default, what is unknown is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, deserialize_with = "listen")]
    listen: Option<SocketAddr>,
    #[serde(default)]
    allow_origins: Vec<Text<crate::Origin>>,
    #[serde(default)]
    allow_hosts: Vec<Text<crate::Host>>,
    #[serde(default)]
    allow_missing_origin: bool,
    #[serde(default)]
    trusted_forwarders: Vec<Text<crate::Forwarder>>,
    site: Option<Site>,
    tls: Option<Tls>,
    metrics: Option<Metrics>,
    #[serde(default)]
    limits: Limits,
    #[serde(default, rename = "pool")]
    pools: Vec<CheckedPool>,
    #[serde(default, rename = "node")]
    nodes: Vec<CheckedNode>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Site {
    folder: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tls {
    certificate: PathBuf,
    key: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Metrics {
    #[serde(deserialize_with = "address")]
    listen: SocketAddr,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pool {
    name: String,
    addresses: Vec<Text<PoolAddress>>,
    #[serde(default)]
    allow_private: bool,
    ca: Option<PathBuf>,
    #[serde(default)]
    share_connections: bool,
    #[serde(default)]
    verify_shares: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Node {
    name: String,
    url: Text<crate::NodeAddress>,
}

impl Config {
    /// Reads the file. Paths in it are relative to its folder.
    ///
    /// # Errors
    /// [`ConfigError::Unreadable`] or [`ConfigError::File`]; whatever [`Config::check`] finds.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Unreadable {
            path: path.to_owned(),
            reason: error.to_string(),
        })?;
        let config = Config::from_toml(&text, path)?;
        config.check()?;
        Ok(config)
    }

    fn from_toml(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let file: File = toml::from_str(text).map_err(|error| ConfigError::File {
            path: path.to_owned(),
            text: error.to_string(),
        })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let pool = |CheckedPool(entry, ca)| {
            let roots = ca.map(|ca: PathBuf| Roots::read(&folder.join(ca))).transpose()?;
            Ok(PoolEntry { roots, ..entry })
        };
        let tls = file
            .tls
            .map(|tls| Identity::read(&folder.join(tls.certificate), &folder.join(tls.key)));
        let mut config = Config {
            pools: file.pools.into_iter().map(pool).collect::<Result<_, _>>()?,
            nodes: file.nodes.into_iter().map(|CheckedNode(node)| node).collect(),
            site: file.site.map(|site| folder.join(site.folder)),
            allow_origins: file
                .allow_origins
                .into_iter()
                .map(|Text(origin)| origin)
                .collect(),
            allow_hosts: file.allow_hosts.into_iter().map(|Text(host)| host).collect(),
            allow_missing_origin: file.allow_missing_origin,
            trusted_forwarders: file.trusted_forwarders.into_iter().map(|Text(one)| one).collect(),
            tls: tls.transpose()?,
            metrics: file.metrics.map(|metrics| metrics.listen),
            limits: file.limits,
            ..Config::default()
        };
        if let Some(listen) = file.listen {
            config.listen = listen;
        }
        Ok(config)
    }
}

fn address<'de, D: Deserializer<'de>>(from: D) -> Result<SocketAddr, D::Error> {
    let text = String::deserialize(from)?;
    text.parse()
        .map_err(|_| D::Error::custom(ConfigError::Listen(text)))
}

fn listen<'de, D: Deserializer<'de>>(from: D) -> Result<Option<SocketAddr>, D::Error> {
    address(from).map(Some)
}

/// A pool, and the file of its roots where it has one.
struct CheckedPool(PoolEntry, Option<PathBuf>);

/// Entries are checked as they are read, so that an error can point at the one that it is about.
impl<'de> Deserialize<'de> for CheckedPool {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let pool = Pool::deserialize(from)?;
        let addresses = pool.addresses.into_iter().map(|Text(address)| address).collect();
        let entry = PoolEntry::with_addresses(&pool.name, addresses).map_err(D::Error::custom)?;
        let entry = PoolEntry {
            allow_private: pool.allow_private,
            share_connections: pool.share_connections,
            verify_shares: pool.verify_shares,
            ..entry
        };
        Ok(CheckedPool(entry, pool.ca))
    }
}

struct CheckedNode(NodeEntry);

impl<'de> Deserialize<'de> for CheckedNode {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let node = Node::deserialize(from)?;
        NodeEntry::new(&node.name, NodeSource::Http(node.url.0))
            .map(CheckedNode)
            .map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn read(text: &str) -> Result<Config, ConfigError> {
        Config::from_toml(text, Path::new("/etc/proxy/proxy.toml"))
    }

    #[test]
    fn an_empty_file_is_the_defaults() {
        let config = read("").unwrap();
        assert_eq!(config.listen, Config::default().listen);
        assert_eq!(config.limits, Limits::default());
        assert!(config.pools.is_empty() && config.nodes.is_empty() && config.site.is_none());
    }

    #[test]
    fn every_key_is_read() {
        let config = read(
            r#"
            listen = "[::1]:443"
            allow_origins = ["https://a.example"]
            allow_hosts = ["a.example"]
            allow_missing_origin = true
            trusted_forwarders = ["127.0.0.1", "10.0.0.0/8"]
            [site]
            folder = "dist"
            [metrics]
            listen = "127.0.0.1:9100"
            [limits]
            sessions = 10000
            idle = "3m"
            [[pool]]
            name = "main"
            addresses = ["tls://pool.example:3333", "[::1]:3333"]
            allow_private = true
            share_connections = true
            verify_shares = true
            [[pool]]
            name = "other"
            addresses = ["192.0.2.1:1"]
            [[node]]
            name = "kernel"
            url = "http://127.0.0.1:8545"
            "#,
        )
        .unwrap();
        assert_eq!(config.listen, "[::1]:443".parse().unwrap());
        assert_eq!(config.allow_origins, ["https://a.example".parse().unwrap()]);
        assert_eq!(config.allow_hosts, ["a.example".parse().unwrap()]);
        assert!(config.allow_missing_origin);
        assert_eq!(config.trusted_forwarders.len(), 2);
        assert_eq!(config.metrics, Some("127.0.0.1:9100".parse().unwrap()));
        assert_eq!(config.site.as_deref(), Some(Path::new("/etc/proxy/dist")));
        assert_eq!(config.limits.sessions, 10_000);
        assert_eq!(config.limits.idle, Duration::from_secs(180));
        assert_eq!(config.limits.ping, Limits::default().ping);
        let main = &config.pools[0];
        assert_eq!(
            main.addresses.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["tls://pool.example:3333", "[::1]:3333"]
        );
        assert!(main.allow_private && main.share_connections && main.verify_shares);
        let other = &config.pools[1];
        assert!(!(other.allow_private || other.share_connections || other.verify_shares));
        assert_eq!(config.nodes[0].name, "kernel");
    }

    #[test]
    fn the_example_is_whole_and_says_the_defaults() {
        let text = include_str!("../../../../deploy/stratum-proxy.toml");
        let config = read(text).unwrap();
        assert_eq!(config.check(), Ok(()));
        assert_eq!(config.listen, Config::default().listen);
        assert_eq!(config.pools.len(), 2);
        assert_eq!(config.limits, Limits::default());
        let said = text.split_once("[limits]").unwrap().1.matches(" = ").count();
        let fields = format!("{:?}", Limits::default()).matches(": ").count();
        assert_eq!(said, fields, "every limit is there");
    }

    #[test]
    fn an_error_names_the_line_the_value_and_what_could_be() {
        let table: &[(&str, &[&str])] = &[
            (
                "listen = \"here\"",
                &["line 1", "listen = ", "\"here\" is not an IP address and a port"],
            ),
            ("listen = 80", &["line 1", "invalid type: integer `80`", "string"]),
            (
                "[limits]\nsessions = 0",
                &["line 2", "sessions = 0", "0 is not from 1 to 1000000"],
            ),
            (
                "[limits]\nsessions = 1000001",
                &["1000001 is not from 1 to 1000000"],
            ),
            ("[limits]\nsessions = -1", &["-1 is not from 1 to 1000000"]),
            (
                "[limits]\nidle = 90",
                &["line 2", "idle = 90", "invalid type: integer `90`"],
            ),
            (
                "[limits]\nidle = \"90\"",
                &[
                    "line 2",
                    "duration \"90\" is not a whole number and one of ms, s, m and h",
                ],
            ),
            ("[limits]\nidle = \"25h\"", &["\"25h\" is not from 1s to 86400s"]),
            (
                "[limits]\nsesions = 5",
                &["line 2", "unknown field `sesions`", "`sessions`"],
            ),
            ("pools = []", &["line 1", "unknown field `pools`", "`pool`"]),
            (
                "allow_origins = [\"a.example\"]",
                &["line 1", "origin \"a.example\" is not http://HOST"],
            ),
            (
                "allow_hosts = [\"a:1\"]",
                &["host \"a:1\" is not a name or an address without a port"],
            ),
            (
                "trusted_forwarders = [\"10.0.0.0/33\"]",
                &[
                    "line 1",
                    "trusted forwarder \"10.0.0.0/33\" is not an IP address or a network",
                ],
            ),
            (
                "[metrics]\nlisten = \"9100\"",
                &["line 2", "\"9100\" is not an IP address and a port"],
            ),
            (
                "[tls]\ncertificate = \"a.pem\"",
                &["line 1", "missing field `key`"],
            ),
            (
                "[tls]\ncertificate = \"a.pem\"\nkey = \"b.pem\"",
                &["certificates in /etc/proxy/a.pem: "],
            ),
            (
                "[limits]\nmessage_bytes = 10240",
                &["10240 is not from 1024 to 10239"],
            ),
            ("[site]", &["line 1", "missing field `folder`"]),
            ("[[pool]]\nname = \"a\"", &["line 1", "missing field `addresses`"]),
            (
                "[[pool]]\nname = \"A\"\naddresses = [\"h:1\"]",
                &["line 1", "pool name \"A\" is not 1 to 32 of"],
            ),
            (
                "[[pool]]\nname = \"a\"\naddresses = []",
                &["pool \"a\" has 0 addresses; it may have 1 to 8"],
            ),
            (
                "[[pool]]\nname = \"a\"\naddresses = [\"h:1\"]\nca = \"none.pem\"",
                &["certificates in /etc/proxy/none.pem: "],
            ),
            (
                "[[pool]]\nname = \"a\"\naddresses = [\"h\"]",
                &["line 3", "pool address \"h\" is not HOST:PORT"],
            ),
            (
                "[[pool]]\nname = \"a\"\naddresses = [\"h:1\"]\nverify_share = true",
                &["line 4", "unknown field `verify_share`"],
            ),
            (
                "[[node]]\nname = \"n\"\nurl = \"https://h\"",
                &["line 3", "needs a forwarder"],
            ),
            ("listen = ", &["line 1"]),
            ("listen = \"a\"\nlisten = \"b\"", &["line 2", "duplicate key"]),
        ];
        for (text, expected) in table {
            let error = read(text).map(|_| ()).expect_err(text).to_string();
            for part in *expected {
                assert!(error.contains(part), "{text}\n{part}\n{error}");
            }
        }
    }
}
