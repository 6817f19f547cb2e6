//! Accepts connections until it is told to stop.

use std::future::Future;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};

use crate::Config;
use crate::admission::{Client, Full, Refusal, Seat, is_forwarder};
use crate::connection::{http, serve_connection};
use crate::metrics;
use crate::routes::{Proxy, Serving};
use crate::shared::Shared;

/// How long open sessions and requests have to end after the shutdown signal.
const GRACE: Duration = Duration::from_millis(1_500);

/// How long to wait after a failed accept: the usual cause is that the process is out of file descriptors, and
/// only time frees some.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The most connections at a time that ask for metrics.
const METRICS_CONNECTIONS: usize = 32;

/// The sockets of a proxy.
#[derive(Debug)]
pub struct Listeners {
    /// For browsers, and for a server in front.
    pub public: TcpListener,
    /// For those who run it: `/metrics`, `/healthz` and `/readyz`, without TLS.
    pub metrics: Option<TcpListener>,
}

/// Serves with settings that do not change until `shutdown` is done, see [`serve`].
///
/// # Errors
/// The listener has no address.
pub async fn run(
    listener: TcpListener,
    config: Config,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let listeners = Listeners {
        public: listener,
        metrics: None,
    };
    let (_unchanged, settings) = watch::channel(config);
    serve(listeners, settings, shutdown).await
}

/// Serves until `shutdown` is done.
///
/// Whenever `settings` change, requests and sessions that begin from then on follow the new ones; sessions that run
/// go on under the old. The addresses that are listened on stay.
///
/// After `shutdown` no session begins any more and `/readyz` says so; `limits.drain` later, or when the last session has
/// ended by itself, the rest is closed with code 1001, and all is over within two seconds.
///
/// # Errors
/// A listener has no address.
pub async fn serve(
    listeners: Listeners,
    mut settings: watch::Receiver<Config>,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let Listeners { public, metrics } = listeners;
    let address = public.local_addr()?.ip();
    let shared = Arc::new(Shared::default());
    let first = settings.borrow_and_update().clone();
    let (publish, current) = watch::channel(Serving::new(first, address, shared.clone()));

    if let Some(listener) = metrics {
        shared
            .running
            .spawn(serve_metrics(listener, current.clone(), shared.clone()));
    }
    let accepting = accept(&public, &current, &shared);
    let reloading = async {
        while settings.changed().await.is_ok() {
            let config = settings.borrow_and_update().clone();
            publish.send_replace(Serving::new(config, address, shared.clone()));
            shared.metrics.reloaded();
        }
        std::future::pending().await
    };
    let draining = async {
        shutdown.await;
        shared.draining.store(true, Relaxed);
        let drain = current.borrow().proxy.config.limits.drain;
        if !drain.is_zero() {
            tracing::info!(
                seconds = drain.as_secs(),
                sessions = shared.sessions.taken(),
                "draining"
            );
            let _ = timeout(drain, shared.sessions.below(1)).await;
        }
    };
    tokio::select! {
        never = accepting => match never {},
        never = reloading => never,
        () = draining => {}
    }
    drop(public);
    shared.stopping.cancel();
    shared.running.close();
    if timeout(GRACE, shared.running.wait()).await.is_err() {
        tracing::warn!(left = shared.running.len(), "not everything ended in time");
    }
    shared.over.cancel();
    Ok(())
}

async fn accept(
    listener: &TcpListener,
    current: &watch::Receiver<Serving>,
    shared: &Arc<Shared>,
) -> std::convert::Infallible {
    loop {
        // Above the cap a connection waits in the listener's queue instead of being served badly.
        let most = current.borrow().proxy.config.limits.connections;
        shared.connections.below(most).await;
        let (socket, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "accept failed");
                sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let proxy = current.borrow().proxy.clone();
        match seat(&proxy, shared, peer) {
            Ok(seat) => {
                let connection = serve_connection(socket, peer.ip(), current.clone(), shared.clone());
                shared.running.spawn(async move {
                    connection.await;
                    drop(seat);
                });
            }
            Err(refusal) => {
                shared.metrics.refused(&refusal);
                turn_away(socket, &proxy, &refusal);
            }
        }
    }
}

/// A seat for a connection. What a trusted forwarder opens is held to the cap on all alone.
fn seat(proxy: &Proxy, shared: &Arc<Shared>, peer: SocketAddr) -> Result<Seat, Refusal> {
    let config = &proxy.config;
    let each = config.limits.connections_per_client;
    let client =
        (!is_forwarder(peer.ip(), &config.trusted_forwarders)).then(|| (Client::of(peer.ip()), each));
    shared
        .connections
        .take(config.limits.connections, client)
        .map_err(|full| match full {
            // Settings with a lower cap may have come in between.
            Full::All => Refusal::Connections {
                limit: config.limits.connections,
            },
            Full::Client => Refusal::ConnectionsOfClient { limit: each },
        })
}

/// Says why, as far as the socket takes it at once, and hangs up: a client over its cap gets nobody's time.
fn turn_away(socket: TcpStream, proxy: &Proxy, refusal: &Refusal) {
    if proxy.config.tls.is_some() {
        return;
    }
    let body = format!("{refusal}\n");
    let response = format!(
        "HTTP/1.1 {}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: {}\r\nretry-after: {}\r\n\
         connection: close\r\n\r\n{body}",
        refusal.status(),
        body.len(),
        Refusal::RETRY_AFTER,
    );
    // The runtime has not looked at this socket yet, and would call it not ready.
    if let Ok(mut socket) = socket.into_std() {
        let _ = socket.write_all(response.as_bytes());
    }
}

async fn serve_metrics(listener: TcpListener, current: watch::Receiver<Serving>, shared: Arc<Shared>) {
    let seats = Arc::new(Semaphore::new(METRICS_CONNECTIONS));
    let router = metrics::router(current.clone());
    loop {
        let accepted = tokio::select! {
            () = shared.stopping.cancelled() => return,
            accepted = async {
                let seat = seats.clone().acquire_owned().await;
                listener.accept().await.map(|(socket, _)| (socket, seat))
            } => accepted,
        };
        match accepted {
            Ok((socket, seat)) => {
                let service = TowerToHyperService::new(router.clone());
                let limits = current.borrow().proxy.config.limits.clone();
                let shared = shared.clone();
                tokio::spawn(async move {
                    http(socket, service, &limits, &shared).await;
                    drop(seat);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "accept for metrics failed");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}
