//! What is answered to which path.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use axum::Router;
use axum::body::Body;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Extension, Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use crate::admission::{Admission, Authority};
use crate::bridge::Bridge;
use crate::client_end::bounded;
use crate::rpc::{Fault, NodeSource, answer};
use crate::shared::Hubs;
use crate::{Config, headers, site::site};

/// What all requests share.
pub(crate) struct Proxy {
    pub(crate) config: Config,
    pub(crate) admission: Admission,
    pub(crate) sessions: Arc<Semaphore>,
    pub(crate) requests: Semaphore,
    pub(crate) opened: AtomicU64,
    pub(crate) hubs: Arc<Hubs>,
    pub(crate) running: TaskTracker,
    pub(crate) stopping: CancellationToken,
}

pub(crate) fn router(proxy: Arc<Proxy>) -> Router {
    let name = |name: &String| json!({ "name": name });
    let config = &proxy.config;
    let pools: Value = config.pools.iter().map(|pool| name(&pool.name)).collect();
    let nodes: Value = config.nodes.iter().map(|node| name(&node.name)).collect();
    let list = |text: String| get(async move || ([(header::CONTENT_TYPE, "application/json")], plain(text)));
    Router::new()
        .route("/healthz", get(async || plain("ok")))
        .route("/pools.json", list(json!({ "pools": pools }).to_string()))
        .route("/nodes.json", list(json!({ "nodes": nodes }).to_string()))
        .route("/rpc/{name}", post(ask_node))
        .route("/pool/{name}", get(open_session))
        .with_state(proxy.clone())
        .fallback_service(site(proxy.config.site.as_deref()))
        .layer(from_fn_with_state(proxy, guard))
}

fn plain(body: impl IntoResponse) -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "no-cache")], body)
}

/// Refuses foreign hosts, and isolates every response.
async fn guard(State(proxy): State<Arc<Proxy>>, mut request: Request, next: Next) -> Response {
    match proxy.admission.host(request.headers()) {
        Ok(host) => {
            request.extensions_mut().insert(host.clone());
            let mut response = next.run(request).await;
            headers::isolate(response.headers_mut(), Some(&host));
            response
        }
        Err(refusal) => {
            let mut response = (StatusCode::FORBIDDEN, format!("{refusal}\n")).into_response();
            headers::isolate(response.headers_mut(), None);
            response
        }
    }
}

async fn ask_node(
    State(proxy): State<Arc<Proxy>>,
    Extension(host): Extension<Authority>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let seat = proxy.requests.try_acquire();
    answer(
        &proxy.config.limits,
        proxy.node(&headers, &host, &name, seat.is_ok()),
        body,
    )
    .await
}

impl Proxy {
    /// The source behind a name, for a request that may have it.
    fn node(
        &self,
        headers: &HeaderMap,
        host: &Authority,
        name: &str,
        has_seat: bool,
    ) -> Result<&NodeSource, Fault> {
        self.admission
            .origin(headers, host)
            .map_err(|refusal| Fault::Refused(refusal.to_string()))?;
        let node = self.config.nodes.iter().find(|node| node.name == name);
        let node = node.ok_or(Fault::UnknownNode)?;
        if has_seat {
            Ok(&node.source)
        } else {
            Err(Fault::Busy)
        }
    }
}

async fn open_session(
    State(proxy): State<Arc<Proxy>>,
    Extension(host): Extension<Authority>,
    Path(name): Path<String>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if let Err(refusal) = proxy.admission.origin(&headers, &host) {
        return (StatusCode::FORBIDDEN, format!("{refusal}\n")).into_response();
    }
    let Some(pool) = proxy.config.pools.iter().find(|pool| pool.name == name) else {
        return (StatusCode::NOT_FOUND, "no pool of this name\n").into_response();
    };
    let Ok(seat) = proxy.sessions.clone().try_acquire_owned() else {
        return (StatusCode::SERVICE_UNAVAILABLE, "too many sessions\n").into_response();
    };
    let pool = pool.clone();
    let token = proxy.running.token();
    bounded(upgrade).on_upgrade(async move |socket| {
        let session = proxy.opened.fetch_add(1, Relaxed) + 1;
        let span = tracing::info_span!("session", number = session, pool = pool.name);
        async {
            tracing::info!("opened");
            let bridge = Bridge {
                limits: &proxy.config.limits,
                pool: &pool,
                hubs: &proxy.hubs,
                stopping: &proxy.stopping,
            };
            let end = bridge.carry(socket).await;
            tracing::info!(code = end.code(), reason = %end, "closed");
        }
        .instrument(span)
        .await;
        drop((seat, token));
    })
}
