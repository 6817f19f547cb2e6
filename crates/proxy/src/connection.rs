//! One connection, from its first byte to its last; a session that comes of it outlives it and takes its socket.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{HttpService, Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::Limits;
use crate::admission::Refusal;
use crate::routes::{Peer, Serving};
use crate::shared::Shared;
use crate::stall::Unstalled;

/// The most bytes of a request's head; what browsers send has a tenth of it.
const HEAD_BYTES: usize = 16_384;

/// Whoever connected, with TLS or without, as the settings of the moment say.
pub(crate) async fn serve_connection(
    socket: TcpStream,
    peer: IpAddr,
    current: watch::Receiver<Serving>,
    shared: Arc<Shared>,
) {
    if let Err(error) = socket.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    let (tls, limits) = {
        let config = &current.borrow().proxy.config;
        let tls = config.tls.as_ref().map(crate::Identity::acceptor);
        (tls, config.limits.clone())
    };
    // Each request is answered by the settings that hold when it comes, not by those of the connection's first.
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        let router = current.borrow().router.clone();
        TowerToHyperService::new(router).call(request)
    });
    let Some(acceptor) = tls else {
        return http(socket, service, &limits, &shared).await;
    };
    let handshake = timeout(limits.handshake, acceptor.accept(socket));
    let stream = tokio::select! {
        () = shared.stopping.cancelled() => return,
        stream = handshake => stream,
    };
    match stream {
        Ok(Ok(stream)) => http(stream, service, &limits, &shared).await,
        Ok(Err(error)) => {
            tracing::debug!(%error, "no TLS with a client");
            shared.metrics.refused(&Refusal::Handshake);
        }
        Err(_) => shared.metrics.refused(&Refusal::Handshake),
    }
}

/// HTTP/1 until the other side ends it, or the proxy stops.
pub(crate) async fn http<I, S>(stream: I, service: S, limits: &Limits, shared: &Shared)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    S: HttpService<Incoming, ResBody = Body>,
    S::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    // A session that comes of this keeps the stream; its own deadline, which says why, is to be the first.
    let stream = Unstalled::new(stream, 2 * limits.write);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.request_head)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::pin!(connection);
    let result = tokio::select! {
        result = connection.as_mut() => result,
        () = shared.stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                result = connection.as_mut() => result,
                () = shared.over.cancelled() => return,
            }
        }
    };
    if let Err(error) = result {
        tracing::debug!(%error, "connection failed");
    }
}
