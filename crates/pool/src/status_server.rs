//! The status over HTTP: a page, and the JSON behind it.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::Status;

/// Connections at a time; further ones wait in the listener's queue.
const CONNECTIONS: usize = 64;

/// The time for a request's head.
const REQUEST_HEAD: Duration = Duration::from_secs(10);

/// The longest that a connection lives, reading and requests together.
const CONNECTION: Duration = Duration::from_secs(60);

/// How long to wait after a failed accept.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves `/`, and `/status.json` as [`Snapshot`](crate::Snapshot), until `shutdown` is done. Anybody who reaches it may read it: there is
/// nothing to be set, and no whole wallet address.
pub async fn serve_status(listener: TcpListener, status: Status, shutdown: impl Future<Output = ()>) {
    let router = router(status);
    let seats = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    tokio::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            Some(_) = connections.join_next() => continue,
            accepted = async {
                let seat = seats.clone().acquire_owned().await;
                listener.accept().await.map(|(socket, _)| (socket, seat))
            } => accepted,
        };
        match accepted {
            Ok((socket, seat)) => {
                let router = router.clone();
                connections.spawn(async move {
                    serve(router, socket).await;
                    drop(seat);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "accept failed");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    // Nothing here is worth waiting for: the connections end with the set.
}

fn router(status: Status) -> Router {
    Router::new()
        .route(
            "/",
            get(|| text("text/html; charset=utf-8", include_str!("../assets/status.html"))),
        )
        .route(
            "/status.css",
            get(|| text("text/css; charset=utf-8", include_str!("../assets/status.css"))),
        )
        .route(
            "/status.js",
            get(|| {
                text(
                    "text/javascript; charset=utf-8",
                    include_str!("../assets/status.js"),
                )
            }),
        )
        .route("/status.json", get(snapshot))
        .with_state(status)
}

async fn snapshot(State(status): State<Status>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    match serde_json::to_string(&status.snapshot()) {
        Ok(text) => (headers, text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn text(kind: &'static str, text: &'static str) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, text)
}

async fn serve(router: Router, socket: TcpStream) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(REQUEST_HEAD)
        .serve_connection(TokioIo::new(socket), TowerToHyperService::new(router));
    match timeout(CONNECTION, connection).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "status connection failed"),
        Err(_) => tracing::debug!("status connection closed: too old"),
    }
}
