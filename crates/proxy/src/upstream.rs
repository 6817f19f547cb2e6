//! Connections to pools: which addresses a pool's entry leads to, in what order, and over what.
//!
//! The rule of addresses is one, for the file and the command line. What an operator writes as an IP address, or as
//! `localhost`, is meant and connected to as written. A name is resolved, and what it resolves to is checked each
//! time, since whoever runs its zone may change it: nothing but public unicast, unless the pool's entry says
//! `allow_private`. The address that was checked is the one connected to; a name is not resolved twice.

mod reach;
mod roots;
mod stream;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::{TcpSocket, TcpStream, lookup_host};
use tokio::time::{Instant, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::{Limits, PoolAddress, PoolEntry};

pub(crate) use reach::Reach;
pub use roots::Roots;
pub(crate) use stream::{FromPool, ToPool, Upstream};

/// What the system may hold for a pool that does not read: ten submits. The default is a thousand, all stale by the
/// time they are read.
const SEND_BUFFER: u32 = 32_768;

/// After so long without a word of a pool its system is asked whether it is still there.
const SILENCE: Duration = Duration::from_secs(60);

/// How often it is asked, and how many times before the connection counts as dead.
const PROBE_INTERVAL: Duration = Duration::from_secs(15);
const PROBES: u32 = 4;

/// The most addresses of one name that are tried.
const RESOLVED_LIMIT: usize = 8;

/// Why a pool cannot be reached. The whole is for the operator; clients get [`ConnectError::word`].
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectError {
    #[error("the name cannot be resolved: {0}")]
    Unresolved(io::Error),
    #[error("the name has no address")]
    NoAddress,
    #[error("the name resolves to {address}, which is {kind}; allow_private of this pool would let it")]
    Private { address: IpAddr, kind: &'static str },
    #[error("the name resolves to {address}, which is {kind}")]
    Nobody { address: IpAddr, kind: &'static str },
    #[error("{address}: {error}")]
    Refused { address: SocketAddr, error: io::Error },
    #[error("{address}: no TLS: {error}")]
    Tls { address: SocketAddr, error: io::Error },
    #[error("no answer in time")]
    Slow,
}

impl ConnectError {
    /// What a client may know: no address.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            ConnectError::Unresolved(_) | ConnectError::NoAddress => "its name leads nowhere",
            ConnectError::Private { .. } | ConnectError::Nobody { .. } => "its address is not allowed",
            ConnectError::Refused { .. } => "no connection",
            ConnectError::Tls { .. } => "no TLS",
            ConnectError::Slow => "no answer in time",
        }
    }

    /// The one of two errors that came further: `::1` refusing says less than a bad certificate at 127.0.0.1.
    fn or(self, later: ConnectError) -> ConnectError {
        if matches!(self, ConnectError::Tls { .. }) {
            self
        } else {
            later
        }
    }
}

/// Connects to the first address of a pool that answers. `limits.connect` is the time for all of it; each address
/// has an equal share of what is left, so that one that swallows packets leaves time for the next.
///
/// # Errors
/// What was wrong with the last address; what was wrong with each is logged.
pub(crate) async fn connect(pool: &PoolEntry, limits: &Limits) -> Result<Upstream, ConnectError> {
    let deadline = Instant::now() + limits.connect;
    let mut failed = ConnectError::NoAddress;
    for (index, address) in pool.addresses.iter().enumerate() {
        let deadline = share(deadline, pool.addresses.len() - index);
        match open(pool, address, deadline).await {
            Ok(upstream) => return Ok(upstream),
            Err(error) => {
                tracing::warn!(pool = pool.name, %address, %error, "no connection to a pool");
                failed = error;
            }
        }
    }
    Err(failed)
}

/// The end of the first of `parts` equal parts of what is left.
fn share(deadline: Instant, parts: usize) -> Instant {
    let now = Instant::now();
    let parts = u32::try_from(parts).unwrap_or(u32::MAX).max(1);
    now + deadline.saturating_duration_since(now) / parts
}

async fn open(pool: &PoolEntry, address: &PoolAddress, deadline: Instant) -> Result<Upstream, ConnectError> {
    let targets = timeout_at(deadline, targets(address, pool.allow_private))
        .await
        .unwrap_or(Err(ConnectError::Slow))?;
    let mut failed = ConnectError::NoAddress;
    for (index, &target) in targets.iter().enumerate() {
        let deadline = share(deadline, targets.len() - index);
        let attempt = async {
            let stream = dial(target).await.map_err(|error| ConnectError::Refused {
                address: target,
                error,
            })?;
            match &address.server_name {
                None => Ok(Upstream::Tcp(stream)),
                Some(name) => encrypt(pool, name, stream)
                    .await
                    .map_err(|error| ConnectError::Tls {
                        address: target,
                        error,
                    }),
            }
        };
        match timeout_at(deadline, attempt).await {
            Ok(Ok(upstream)) => return Ok(upstream),
            Ok(Err(error)) => failed = failed.or(error),
            Err(_) => failed = failed.or(ConnectError::Slow),
        }
    }
    Err(failed)
}

/// What an address leads to, as far as it may be connected to.
async fn targets(address: &PoolAddress, allow_private: bool) -> Result<Vec<SocketAddr>, ConnectError> {
    let port = address.port;
    if let Some(literal) = address.host.address() {
        return Ok(vec![SocketAddr::new(literal, port)]);
    }
    if address.host.as_str() == "localhost" {
        return Ok(vec![
            (Ipv4Addr::LOCALHOST, port).into(),
            (Ipv6Addr::LOCALHOST, port).into(),
        ]);
    }
    let resolved = lookup_host((address.host.as_str(), port))
        .await
        .map_err(ConnectError::Unresolved)?;
    checked(resolved, allow_private)
}

/// The addresses that may be connected to; an error if there is none.
fn checked(
    resolved: impl Iterator<Item = SocketAddr>,
    allow_private: bool,
) -> Result<Vec<SocketAddr>, ConnectError> {
    let mut failed = ConnectError::NoAddress;
    let mut allowed = Vec::new();
    for target in resolved {
        let address = target.ip();
        match Reach::of(address) {
            Reach::Nobody(kind) => failed = ConnectError::Nobody { address, kind },
            Reach::Private(kind) if !allow_private => failed = ConnectError::Private { address, kind },
            Reach::Private(_) | Reach::Public => allowed.push(target),
        }
    }
    allowed.truncate(RESOLVED_LIMIT);
    if allowed.is_empty() {
        Err(failed)
    } else {
        Ok(allowed)
    }
}

async fn dial(target: SocketAddr) -> io::Result<TcpStream> {
    let socket = if target.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    socket.set_send_buffer_size(SEND_BUFFER)?;
    let stream = socket.connect(target).await?;
    if let Err(error) = stream.set_nodelay(true).and_then(|()| watch_over(&stream)) {
        tracing::debug!(%error, "a connection to a pool without all of its options");
    }
    Ok(stream)
}

/// Has the system find out that the other end is gone without a word, as after a power cut. Nothing here could: a pool
/// is silent between blocks, and for how long is the chain's to say.
fn watch_over(stream: &TcpStream) -> io::Result<()> {
    let socket = SockRef::from(stream);
    socket.set_tcp_keepalive(
        &TcpKeepalive::new()
            .with_time(SILENCE)
            .with_interval(PROBE_INTERVAL)
            .with_retries(PROBES),
    )?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(PROBE_INTERVAL * PROBES))?;
    Ok(())
}

async fn encrypt(pool: &PoolEntry, name: &ServerName<'static>, stream: TcpStream) -> io::Result<Upstream> {
    let roots = pool.roots.clone().unwrap_or_else(Roots::public);
    let stream = TlsConnector::from(roots.client())
        .connect(name.clone(), stream)
        .await?;
    Ok(Upstream::Tls(Box::new(stream)))
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[test]
    fn what_a_name_resolves_to_is_held_against_what_the_pool_may_reach() {
        let resolved =
            |texts: &[&str]| -> Vec<SocketAddr> { texts.iter().map(|text| text.parse().unwrap()).collect() };
        type Expected = Result<&'static [&'static str], &'static str>;
        let table: &[(&[&str], bool, Expected)] = &[
            (&["8.8.8.8:1"], false, Ok(&["8.8.8.8:1"])),
            (&["10.0.0.1:1", "8.8.8.8:1"], false, Ok(&["8.8.8.8:1"])),
            (
                &["10.0.0.1:1"],
                false,
                Err("the name resolves to 10.0.0.1, which is private; allow_private"),
            ),
            (&["[::ffff:127.0.0.1]:1"], false, Err("which is loopback")),
            (&["10.0.0.1:1", "[::1]:1"], true, Ok(&["10.0.0.1:1", "[::1]:1"])),
            (
                &["0.0.0.0:1", "224.0.0.1:1"],
                true,
                Err("the name resolves to 224.0.0.1, which is multicast"),
            ),
            (&[], true, Err("the name has no address")),
        ];
        for (addresses, allow_private, expected) in table {
            let found = checked(resolved(addresses).into_iter(), *allow_private);
            match (found, expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, resolved(expected)),
                (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
                (found, expected) => panic!("{found:?}, expected {expected:?}"),
            }
        }
    }

    #[test]
    fn a_name_with_very_many_addresses_is_cut_short() {
        let many = (0..=255).map(|last| SocketAddr::from(([8, 8, 8, last], 1)));
        assert_eq!(checked(many, false).unwrap().len(), RESOLVED_LIMIT);
    }

    #[tokio::test]
    async fn the_system_watches_over_a_silent_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = dial(listener.local_addr().unwrap()).await.unwrap();
        let socket = SockRef::from(&stream);
        assert!(socket.keepalive().unwrap() && stream.nodelay().unwrap());
        assert_eq!(socket.tcp_keepalive_time().unwrap(), SILENCE);
        assert_eq!(socket.tcp_keepalive_interval().unwrap(), PROBE_INTERVAL);
    }

    #[tokio::test(start_paused = true)]
    async fn time_is_shared_among_the_addresses_that_are_left() {
        let start = Instant::now();
        let deadline = start + Duration::from_secs(9);
        assert_eq!(share(deadline, 3) - start, Duration::from_secs(3));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(share(deadline, 2) - start, Duration::from_secs(5));
        assert_eq!(share(deadline, 1), deadline);
        tokio::time::advance(Duration::from_secs(20)).await;
        assert_eq!(share(deadline, 1), Instant::now());
    }
}
