//! What is wrong with a setting.

use std::path::PathBuf;
use std::time::Duration;

use thiserror::Error;

use super::pool::ADDRESS_LIMIT;

/// The longest name of a pool or a node.
pub(crate) const NAME_LIMIT: usize = 32;

/// A setting that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// A file that cannot be read.
    #[error("{}: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// A file that is not TOML, has a key that is unknown, or a value that cannot be; the text shows the line.
    #[error("{}: {text}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Where and what, with the line.
        text: String,
    },
    /// Clients would be let go before their first ping.
    #[error("limits.idle is {idle:?}; it must be longer than limits.ping, which is {ping:?}")]
    IdleBelowPing {
        /// The longest time without a sign of life.
        idle: Duration,
        /// The time between two pings.
        ping: Duration,
    },
    /// A path that is no folder.
    #[error("site folder {} is not a folder", .0.display())]
    NotAFolder(PathBuf),
    /// No `=` in `NAME=HOST:PORT`.
    #[error("pool {0:?} is not NAME=HOST:PORT or NAME=tls://HOST:PORT")]
    NotAPool(String),
    /// A name that does not fit a path.
    #[error("pool name {0:?} is not 1 to {NAME_LIMIT} of a-z, 0-9, - and _")]
    PoolName(String),
    /// An address without host or port.
    #[error("pool address {0:?} is not HOST:PORT or tls://HOST:PORT")]
    PoolAddress(String),
    /// An address that is no machine's.
    #[error("pool address {address:?} is {kind}: nobody answers there")]
    NobodysAddress {
        /// The address.
        address: String,
        /// The kind of address.
        kind: &'static str,
    },
    /// A file without the certificates that it should have.
    #[error("certificates in {}: {reason}", path.display())]
    Certificates {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// No address, or too many.
    #[error("pool {name:?} has {count} addresses; it may have 1 to {ADDRESS_LIMIT}")]
    PoolAddresses {
        /// The pool.
        name: String,
        /// How many addresses are given.
        count: usize,
    },
    /// Two pools of one name.
    #[error("pool name {0:?} is given twice")]
    DuplicatePool(String),
    /// A key that cannot be read, or that is not the certificate's.
    #[error("key in {}: {reason}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// A forwarder that is no address and no network.
    #[error("trusted forwarder {0:?} is not an IP address or a network such as 10.0.0.0/8")]
    Forwarder(String),
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
    /// A duration that is no whole number with a unit.
    #[error("duration {0:?} is not a whole number and one of ms, s, m and h, such as \"90s\"")]
    Duration(String),
    /// An address to listen on.
    #[error("{0:?} is not an IP address and a port, such as 127.0.0.1:8080 or [::1]:8080")]
    Listen(String),
}
