//! What is answered to which path.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use axum::Router;
use axum::body::Body;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{Extension, Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};
use tracing::Instrument;

use crate::admission::{
    Admission, Authority, Client, Full, Refusal, Seat, client, is_forwarded, is_forwarder,
};
use crate::bridge::Bridge;
use crate::client_end::bounded;
use crate::metrics::Gauges;
use crate::rpc::{Fault, NodeSource, answer};
use crate::shared::Shared;
use crate::{Config, headers, site::site};

/// The proxy under one reading of its settings.
pub(crate) struct Proxy {
    pub(crate) config: Config,
    pub(crate) admission: Admission,
    pub(crate) shared: Arc<Shared>,
}

/// What answers requests at the moment.
#[derive(Clone)]
pub(crate) struct Serving {
    pub(crate) proxy: Arc<Proxy>,
    pub(crate) router: Router,
}

impl Serving {
    /// `listening_on` is the address by which requests may name this proxy, whatever the settings say.
    pub(crate) fn new(config: Config, listening_on: IpAddr, shared: Arc<Shared>) -> Self {
        let proxy = Arc::new(Proxy {
            admission: Admission {
                listening_on,
                hosts: config.allow_hosts.clone(),
                origins: config.allow_origins.clone(),
                missing_origin: config.allow_missing_origin,
            },
            config,
            shared,
        });
        let router = router(proxy.clone());
        Serving { proxy, router }
    }
}

/// Who is at the other end of the connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

impl Proxy {
    /// Ready for sessions: it is not stopping, and there is a pool that they could go to. Whether a pool answers does
    /// not count: when one is down it is down for all proxies, and a balancer that took them all out would take
    /// the page away too.
    fn is_ready(&self) -> bool {
        !self.shared.draining.load(Relaxed) && !self.config.pools.is_empty()
    }

    pub(crate) fn readiness(&self) -> (StatusCode, &'static str) {
        if self.is_ready() {
            (StatusCode::OK, "ready\n")
        } else if self.config.pools.is_empty() {
            (StatusCode::SERVICE_UNAVAILABLE, "no pool is configured\n")
        } else {
            (StatusCode::SERVICE_UNAVAILABLE, "the proxy is stopping\n")
        }
    }

    pub(crate) fn metrics_text(&self) -> String {
        self.shared.metrics.text(Gauges {
            connections: self.shared.connections.taken(),
            sessions: self.shared.sessions.taken(),
            ready: self.is_ready(),
        })
    }
}

fn router(proxy: Arc<Proxy>) -> Router {
    let name = |name: &String| json!({ "name": name });
    let config = &proxy.config;
    let pools: Value = config.pools.iter().map(|pool| name(&pool.name)).collect();
    let nodes: Value = config.nodes.iter().map(|node| name(&node.name)).collect();
    let list = |text: String| get(async move || ([(header::CONTENT_TYPE, "application/json")], plain(text)));
    Router::new()
        .route("/healthz", get(async || plain("ok")))
        .route("/readyz", get(ready))
        .route("/pools.json", list(json!({ "pools": pools }).to_string()))
        .route("/nodes.json", list(json!({ "nodes": nodes }).to_string()))
        .route("/rpc/{name}", post(ask_node))
        .route("/pool/{name}", get(open_session))
        .with_state(proxy.clone())
        .fallback_service(site(proxy.config.site.as_deref()))
        .layer(from_fn_with_state(proxy, guard))
}

async fn ready(State(proxy): State<Arc<Proxy>>) -> impl IntoResponse {
    plain(proxy.readiness())
}

fn plain(body: impl IntoResponse) -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "no-cache")], body)
}

/// Refuses foreign hosts, names the client, and isolates every response.
async fn guard(
    State(proxy): State<Arc<Proxy>>,
    Extension(Peer(peer)): Extension<Peer>,
    mut request: Request,
    next: Next,
) -> Response {
    let trusted = &proxy.config.trusted_forwarders;
    if is_forwarded(request.headers())
        && !is_forwarder(peer, trusted)
        && !proxy.shared.forwarder_told.swap(true, Relaxed)
    {
        tracing::warn!(
            %peer,
            "X-Forwarded-For of a peer that is not among trusted_forwarders is ignored; this is said once"
        );
    }
    let client = client(peer, request.headers(), trusted);
    request.extensions_mut().insert(client);
    match proxy.admission.host(request.headers()) {
        Ok(host) => {
            request.extensions_mut().insert(host.clone());
            let mut response = next.run(request).await;
            headers::isolate(response.headers_mut(), Some(&host));
            response
        }
        Err(refusal) => {
            proxy.shared.metrics.refused(&refusal);
            let mut response = refusal.into_response();
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
    let seat = proxy.shared.requests.take(proxy.config.limits.rpc_requests, None);
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
    Extension(client): Extension<Client>,
    Path(name): Path<String>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let (pool, seat) = match proxy.admit(&headers, &host, client, &name) {
        Ok(admitted) => admitted,
        Err(refusal) => {
            proxy.shared.metrics.refused(&refusal);
            return refusal.into_response();
        }
    };
    let token = proxy.shared.running.token();
    bounded(upgrade).on_upgrade(async move |socket| {
        let shared = &proxy.shared;
        let pool = &proxy.config.pools[pool];
        let session = shared.opened.fetch_add(1, Relaxed) + 1;
        let span = tracing::info_span!("session", number = session, pool = pool.name);
        async {
            tracing::info!("opened");
            shared.metrics.session_opened();
            let bridge = Bridge {
                limits: &proxy.config.limits,
                pool,
                pools: &proxy.config.pools,
                shared,
            };
            let end = bridge.carry(socket).await;
            shared.metrics.session_ended(&end);
            // Not the reason's text, which may quote the client.
            tracing::info!(code = end.code(), cause = end.label(), "closed");
        }
        .instrument(span)
        .await;
        drop((seat, token));
    })
}

impl Proxy {
    /// The place in the list of the pool of a session that may begin, and its seat.
    fn admit(
        &self,
        headers: &HeaderMap,
        host: &Authority,
        client: Client,
        name: &str,
    ) -> Result<(usize, Seat), Refusal> {
        self.admission.origin(headers, host)?;
        let pool = self.config.pools.iter().position(|pool| pool.name == name);
        let pool = pool.ok_or(Refusal::UnknownPool)?;
        if self.shared.draining.load(Relaxed) {
            return Err(Refusal::Draining);
        }
        let (limit, each) = (
            self.config.limits.sessions,
            self.config.limits.sessions_per_client,
        );
        let seat = self.shared.sessions.take(limit, Some((client, each)));
        let seat = seat.map_err(|full| match full {
            Full::All => Refusal::Sessions { limit },
            Full::Client => Refusal::SessionsOfClient { limit: each },
        })?;
        Ok((pool, seat))
    }
}
