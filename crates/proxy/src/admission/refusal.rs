//! Why somebody is turned away.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Why a request, or a connection, is turned away. The text is the response's body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("no Host header, or not one that can be read")]
    NoHost,
    #[error("this host is not served here; the operator can allow it")]
    ForeignHost,
    #[error("no Origin header; the operator can allow that")]
    NoOrigin,
    #[error("this origin is not served; the operator can allow it")]
    ForeignOrigin,
    #[error("no pool of this name")]
    UnknownPool,
    #[error("too many connections: the limit is {limit}")]
    Connections { limit: usize },
    #[error("too many connections from this address: the limit is {limit}")]
    ConnectionsOfClient { limit: usize },
    #[error("too many sessions: the limit is {limit}")]
    Sessions { limit: usize },
    #[error("too many sessions from this address: the limit is {limit}")]
    SessionsOfClient { limit: usize },
    #[error("the proxy is stopping")]
    Draining,
    #[error("no TLS handshake, or not in time")]
    Handshake,
}

impl Refusal {
    /// Seconds after which another try makes sense, where it may at all.
    pub(crate) const RETRY_AFTER: u32 = 10;

    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Refusal::NoHost | Refusal::ForeignHost | Refusal::NoOrigin | Refusal::ForeignOrigin => {
                StatusCode::FORBIDDEN
            }
            Refusal::UnknownPool => StatusCode::NOT_FOUND,
            Refusal::ConnectionsOfClient { .. } | Refusal::SessionsOfClient { .. } => {
                StatusCode::TOO_MANY_REQUESTS
            }
            Refusal::Connections { .. } | Refusal::Sessions { .. } | Refusal::Draining => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            // Never on the wire: there is none yet to say it over.
            Refusal::Handshake => StatusCode::BAD_REQUEST,
        }
    }

    /// The cause in the metrics.
    pub(crate) fn label(&self) -> &'static str {
        match self {
            Refusal::NoHost => "no_host",
            Refusal::ForeignHost => "foreign_host",
            Refusal::NoOrigin => "no_origin",
            Refusal::ForeignOrigin => "foreign_origin",
            Refusal::UnknownPool => "unknown_pool",
            Refusal::Connections { .. } => "connections",
            Refusal::ConnectionsOfClient { .. } => "connections_per_client",
            Refusal::Sessions { .. } => "sessions",
            Refusal::SessionsOfClient { .. } => "sessions_per_client",
            Refusal::Draining => "draining",
            Refusal::Handshake => "handshake",
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = self.status();
        let mut response = (status, format!("{self}\n")).into_response();
        if matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
        ) {
            let seconds = HeaderValue::from(Refusal::RETRY_AFTER);
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}
