//! Accepts connections until it is told to stop.

use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::admission::{Doors, Refused};
use crate::ban::BanList;
use crate::board::Board;
use crate::connection;
use crate::extra_nonce::ExtraNonces;
use crate::session::Session;
use crate::{Config, Desk, DevChain, Status, TemplateSource};

/// How long to wait after a failed accept: the usual cause is that the process is out of file descriptors, and
/// only time frees some.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How long a source has for the blocks that are still on their way when the pool stops.
const SOURCE_PATIENCE: Duration = Duration::from_secs(10);

/// What all sessions share.
pub(crate) struct Service {
    pub(crate) board: Arc<Board>,
    pub(crate) bans: BanList,
    pub(crate) doors: Doors,
    pub(crate) extra_nonces: ExtraNonces,
}

/// A pool that is set up and does not serve yet, so that its status can be had first.
pub struct Pool<S> {
    service: Arc<Service>,
    source: S,
    desk: Desk,
    closing: CancellationToken,
}

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
    Pool::new(config, source).run(listener, shutdown).await;
}

impl<S: TemplateSource> Pool<S> {
    /// Sets up a pool over a source.
    pub fn new(config: Config, source: S) -> Self {
        let closing = CancellationToken::new();
        let bans = BanList::new(config.bans.clone());
        let extra_nonces = ExtraNonces::new(config.dialect, config.first_extra_nonce1);
        let doors = Doors::new(config.limits.clone(), bans.clone());
        let (board, errands) = Board::new(config);
        let desk = Desk::new(board.clone(), errands, closing.clone());
        let service = Arc::new(Service {
            board,
            bans,
            doors,
            extra_nonces,
        });
        Pool {
            service,
            source,
            desk,
            closing,
        }
    }

    /// What the pool does, while it runs.
    pub fn status(&self) -> Status {
        Status::new(self.service.clone())
    }

    /// Serves until `shutdown` is done and every connection is closed; the source then has ten seconds for the blocks
    /// that are on their way.
    pub async fn run(self, listener: TcpListener, shutdown: impl Future<Output = ()>) {
        let service = self.service;
        let mut source = JoinSet::new();
        source.spawn(self.source.run(self.desk));
        let failed = async {
            match source.join_next().await {
                Some(Err(error)) => tracing::error!(%error, "the source failed: without it there is no pool"),
                // One that ended by itself has no more to say; its job stays.
                _ => std::future::pending().await,
            }
        };
        let over = async {
            tokio::select! {
                () = shutdown => {}
                () = failed => {}
            }
        };
        accept(listener, service, over).await;
        self.closing.cancel();
        match timeout(SOURCE_PATIENCE, source.join_next()).await {
            Ok(Some(Err(error))) => tracing::error!(%error, "the source failed"),
            Ok(_) => {}
            Err(_) => tracing::warn!("the source did not end in time: a block may be undecided"),
        }
    }
}

async fn accept(listener: TcpListener, service: Arc<Service>, shutdown: impl Future<Output = ()>) {
    let stopping = CancellationToken::new();
    let mut connections = JoinSet::new();
    tokio::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
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
        match service.doors.enter(peer.ip()) {
            Ok(seat) => {
                let (service, stopping) = (service.clone(), stopping.clone());
                connections.spawn(async move {
                    serve(socket, peer.ip(), service, stopping).await;
                    drop(seat);
                });
            }
            Err(Refused::Banned) => tracing::debug!("connection refused: its address is banned"),
            Err(full) => tracing::warn!(?full, "connection refused: too many are open"),
        }
    }
    drop(listener);
    stopping.cancel();
    while connections.join_next().await.is_some() {}
}

async fn serve(socket: TcpStream, address: IpAddr, service: Arc<Service>, stopping: CancellationToken) {
    let config = service.board.config();
    let number = config.first_connection + config.stats.count_connection() - 1;
    // Replies are single small writes: without this they wait for the client's acknowledgement.
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!(connection = number, %error, "no TCP_NODELAY");
    }
    tracing::debug!(connection = number, "connected");
    let session = Session::new(number, address, service.clone());
    let end = connection::serve(socket, session, config, &stopping).await;
    if end.is_junk() && service.bans.junk(address) {
        config.stats.count_ban();
        tracing::warn!(connection = number, %address, "banned: junk");
    }
    tracing::debug!(connection = number, %end, "closed");
}
