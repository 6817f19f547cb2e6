//! The pages for those who run the proxy, on a listener of their own.

use axum::Router;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::sync::watch;

use crate::admission::Authority;
use crate::routes::{Proxy, Serving};

/// The text format's own type.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// `/metrics`, `/healthz` and `/readyz`.
///
/// A probe may call itself what it likes, since what it is told is no secret. Metrics are given under an address or a
/// name of this proxy only: a page elsewhere can have its own name lead here, but cannot make a browser send
/// another one.
pub(crate) fn router(current: watch::Receiver<Serving>) -> Router {
    let ready = current.clone();
    Router::new()
        .route("/healthz", get(async || "ok"))
        .route(
            "/readyz",
            get(async move || {
                let proxy = ready.borrow().proxy.clone();
                proxy.readiness()
            }),
        )
        .route(
            "/metrics",
            get(async move |headers: HeaderMap| {
                let proxy = current.borrow().proxy.clone();
                metrics(&proxy, &headers)
            }),
        )
}

fn metrics(proxy: &Proxy, headers: &HeaderMap) -> Response {
    let host = headers
        .get(header::HOST)
        .and_then(|value| Authority::parse(value.to_str().ok()?));
    let is_address = host.is_some_and(|authority| authority.host.address().is_some());
    if !is_address && let Err(refusal) = proxy.admission.host(headers) {
        return (StatusCode::FORBIDDEN, format!("{refusal}\n")).into_response();
    }
    ([(header::CONTENT_TYPE, TEXT)], proxy.metrics_text()).into_response()
}
