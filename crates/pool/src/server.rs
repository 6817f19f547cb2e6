//! Accepts connections until it is told to stop.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{Config, DevChain, TemplateSource, admission::Doors, board::Board, connection};

/// How long to wait after a failed accept: the usual cause is that the process is out of file descriptors, and
/// only time frees some.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves a development chain of its own until `shutdown` is done and every connection is closed.
pub async fn run(listener: TcpListener, config: Config, shutdown: impl Future<Output = ()>) {
    let chain = DevChain::new(config.share_difficulty);
    run_with(listener, config, chain, shutdown).await;
}

/// Serves the templates of `source` until `shutdown` is done and every connection is closed.
pub async fn run_with(
    listener: TcpListener,
    config: Config,
    source: impl TemplateSource,
    shutdown: impl Future<Output = ()>,
) {
    let doors = Doors::new(config.limits.clone());
    let next_extra_nonce1 = Arc::new(AtomicU64::new(first_extra_nonce1(&config)));
    let board = Arc::new(Board::new(source, config));
    let stopping = CancellationToken::new();
    let mut connections = JoinSet::new();
    tokio::pin!(shutdown);
    let clock = keep_time(&board);
    tokio::pin!(clock);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            () = &mut clock => break,
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        let (socket, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "accept failed");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        match doors.enter(peer.ip()) {
            Ok(seat) => {
                let number = board.config().stats.count_connection();
                let connection = connection::Connection::new(
                    number,
                    board.clone(),
                    next_extra_nonce1.clone(),
                    stopping.clone(),
                );
                connections.spawn(async move {
                    serve(connection, socket).await;
                    drop(seat);
                });
            }
            Err(full) => tracing::warn!(?full, "connection refused: too many are open"),
        }
    }
    drop(listener);
    stopping.cancel();
    while connections.join_next().await.is_some() {}
}

async fn serve(connection: connection::Connection, socket: TcpStream) {
    let number = connection.number();
    // Replies are single small writes: without this they wait for the client's acknowledgement.
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!(connection = number, %error, "no TCP_NODELAY");
    }
    tracing::debug!(connection = number, "connected");
    let end = connection.serve(socket).await;
    tracing::debug!(connection = number, %end, "closed");
}

/// Lets the chain grow whenever the block interval passes without a block of ours.
async fn keep_time(board: &Board) {
    let mut jobs = board.jobs();
    loop {
        let job = jobs.borrow_and_update().clone();
        match tokio::time::timeout(board.config().block_interval, jobs.changed()).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return,
            Err(_) => board.interval_passed(&job),
        }
    }
}

/// Four random bytes that tell this pool from an earlier one, and a counter from 0.
fn first_extra_nonce1(config: &Config) -> u64 {
    use std::hash::{BuildHasher, RandomState};
    match config.first_extra_nonce1 {
        Some(bytes) => u64::from_be_bytes(bytes),
        None => RandomState::new().hash_one(()) & !u64::from(u32::MAX),
    }
}
