//! Accepts connections until it is told to stop.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::Config;
use crate::admission::Admission;
use crate::routes::{Proxy, router};
use crate::shared::Hubs;

/// How long open sessions and requests have to end after the shutdown signal.
const GRACE: Duration = Duration::from_millis(1_500);

/// How long to wait after a failed accept: the usual cause is that the process is out of file descriptors, and
/// only time frees some.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `shutdown` is done; then sessions are closed with code 1001, and all is over within two seconds.
///
/// # Errors
/// The listener has no address.
pub async fn run(
    listener: TcpListener,
    config: Config,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let stopping = CancellationToken::new();
    let running = TaskTracker::new();
    let request_head = config.limits.request_head;
    let connections = Arc::new(Semaphore::new(config.limits.connections));
    let proxy = Proxy {
        admission: Admission {
            listening_on: listener.local_addr()?.ip(),
            hosts: config.allow_hosts.clone(),
            origins: config.allow_origins.clone(),
            missing_origin: config.allow_missing_origin,
        },
        requests: Semaphore::new(config.limits.rpc_requests),
        sessions: Arc::new(Semaphore::new(config.limits.sessions)),
        opened: AtomicU64::new(0),
        hubs: Arc::new(Hubs::new(running.clone(), stopping.clone())),
        running: running.clone(),
        stopping: stopping.clone(),
        config,
    };
    let router = router(Arc::new(proxy));
    tokio::pin!(shutdown);
    loop {
        // Above the cap a connection waits in the listener's queue instead of being served badly.
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = async {
                let seat = connections.clone().acquire_owned().await;
                listener.accept().await.map(|(socket, _)| (socket, seat))
            } => accepted,
        };
        match accepted {
            Ok((socket, seat)) => {
                let connection = serve(router.clone(), socket, request_head, stopping.clone());
                running.spawn(async move {
                    connection.await;
                    drop(seat);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "accept failed");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    stopping.cancel();
    running.close();
    if timeout(GRACE, running.wait()).await.is_err() {
        tracing::warn!(left = running.len(), "not everything ended in time");
    }
    Ok(())
}

/// One connection; its session outlives it and takes its socket.
async fn serve(router: Router, socket: TcpStream, request_head: Duration, stopping: CancellationToken) {
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(request_head)
        .serve_connection(TokioIo::new(socket), TowerToHyperService::new(router))
        .with_upgrades();
    tokio::pin!(connection);
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = result {
        tracing::debug!(%error, "connection failed");
    }
}
