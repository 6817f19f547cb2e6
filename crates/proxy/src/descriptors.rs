//! File descriptors: a session takes two sockets.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use stratum_proxy::Config;

/// What is open beside sockets, with room to spare: standard streams, the runtime's own, files of the page.
const OTHER: u64 = 64;

/// Raises this process's limit as far as the system lets it, and warns where the settings want more.
pub(crate) fn prepare(config: &Config) {
    let limit = raised();
    let needed = needed(config);
    if let Some(limit) = limit
        && limit < needed
    {
        tracing::warn!(
            limit,
            needed,
            sessions = config.limits.sessions,
            connections = config.limits.connections,
            "the limit of file descriptors is too low for these settings: raise it (ulimit -n, LimitNOFILE), or lower \
             limits.sessions or limits.connections"
        );
    }
}

/// The limit as it is now; `None` where there is none.
fn raised() -> Option<u64> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => maximum,
        Err(error) => {
            tracing::debug!(%error, "the limit of file descriptors stays");
            current
        }
    }
}

/// A session has its client's socket, and its pool's where it shares none. Requests and nodes have theirs.
fn needed(config: &Config) -> u64 {
    let limits = &config.limits;
    let of_session = if config.pools.iter().all(|pool| pool.share_connections) {
        1
    } else {
        2
    };
    let sockets = limits.sessions.saturating_mul(of_session) + limits.connections + limits.rpc_requests;
    OTHER.saturating_add(sockets as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_takes_two_sockets_unless_all_are_shared() {
        let mut config = Config::default();
        config.limits.sessions = 10_000;
        config.limits.connections = 1_000;
        config.limits.rpc_requests = 10;
        let pool: stratum_proxy::PoolEntry = "a=192.0.2.1:1".parse().unwrap();
        config.pools = vec![pool.clone()];
        assert_eq!(needed(&config), 21_074);
        config.pools[0].share_connections = true;
        assert_eq!(needed(&config), 11_074);
        config.pools.push(pool);
        assert_eq!(needed(&config), 21_074);
    }
}
