//! One request of a page, from its bytes to the response.

use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{Call, Fault, NodeAddress, NodeSource};
use crate::Limits;

/// What a node answers: one of the two. Kept as it is written, so that no digit of a large number is lost.
#[derive(Deserialize)]
struct NodeAnswer {
    // `null` is a result too: an unknown block.
    #[serde(default, deserialize_with = "present")]
    result: Option<Box<RawValue>>,
    error: Option<Box<RawValue>>,
}

#[derive(Serialize)]
struct PageAnswer<'a> {
    jsonrpc: &'static str,
    id: &'a Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a RawValue>,
}

#[derive(Serialize)]
struct PageError {
    code: i32,
    message: String,
}

fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::<RawValue>::deserialize(deserializer).map(Some)
}

/// The response to a request with this body, asked of `source` where there is one.
pub(crate) async fn answer(limits: &Limits, source: Result<&NodeSource, Fault>, body: Body) -> Response {
    match exchange(limits, source, body).await {
        Ok((id, node)) => {
            let NodeAnswer { result, error } = node;
            respond(StatusCode::OK, &id, result.as_deref(), error.as_deref())
        }
        Err((id, fault)) => {
            tracing::debug!(%fault, "no answer from a node");
            let error = PageError {
                code: fault.code(),
                message: fault.to_string(),
            };
            respond(fault.status(), &id, None, to_raw_value(&error).ok().as_deref())
        }
    }
}

fn respond(status: StatusCode, id: &Value, result: Option<&RawValue>, error: Option<&RawValue>) -> Response {
    let answer = PageAnswer {
        jsonrpc: "2.0",
        id,
        result,
        error,
    };
    let kind = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    match serde_json::to_string(&answer) {
        Ok(text) => (status, kind, text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn exchange(
    limits: &Limits,
    source: Result<&NodeSource, Fault>,
    body: Body,
) -> Result<(Value, NodeAnswer), (Value, Fault)> {
    let unread = |fault| (Value::Null, fault);
    let source = source.map_err(unread)?;
    let call = read(limits, body).await.map_err(unread)?;
    let node = match source {
        NodeSource::Http(address) => timeout(limits.rpc, ask(limits, address, &call))
            .await
            .unwrap_or(Err(Fault::Slow)),
        NodeSource::Chain(chain) => to_raw_value(&chain.result(&call))
            .map(|result| NodeAnswer {
                result: Some(result),
                error: None,
            })
            .map_err(|_| Fault::NotAnAnswer),
    };
    match node {
        Ok(node) => Ok((call.id, node)),
        Err(fault) => Err((call.id, fault)),
    }
}

async fn read(limits: &Limits, body: Body) -> Result<Call, Fault> {
    let limit = limits.rpc_request;
    match timeout(limits.rpc, to_bytes(body, limit)).await {
        Ok(Ok(bytes)) => Call::read(&bytes),
        Ok(Err(error)) if is_over_limit(&error) => Err(Fault::TooLong { limit }),
        Ok(Err(_)) | Err(_) => Err(Fault::NotArrived),
    }
}

async fn ask(limits: &Limits, address: &NodeAddress, call: &Call) -> Result<NodeAnswer, Fault> {
    let lost = |error: &dyn std::fmt::Display| {
        tracing::warn!(%error, "node unreachable");
        Fault::Unreachable
    };
    let socket = TcpStream::connect(&address.authority)
        .await
        .map_err(|error| lost(&error))?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(socket))
        .await
        .map_err(|error| lost(&error))?;
    let request = Request::builder()
        .method(Method::POST)
        .uri(&address.path)
        .header(header::HOST, &address.authority)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/json")
        .header(header::CONNECTION, "close")
        .body(Body::from(call.to_json()))
        .map_err(|error| lost(&error))?;
    let exchange = async {
        let response = sender.send_request(request).await.map_err(|error| lost(&error))?;
        if response.status() != StatusCode::OK {
            return Err(Fault::Status(response.status().as_u16()));
        }
        let limit = limits.rpc_answer;
        to_bytes(Body::new(response.into_body()), limit)
            .await
            .map_err(|error| match is_over_limit(&error) {
                true => Fault::AnswerTooLong { limit },
                false => lost(&error),
            })
    };
    // The connection is driven here and dropped with the request: nothing outlives the deadline.
    tokio::pin!(connection);
    tokio::pin!(exchange);
    let bytes = tokio::select! {
        bytes = &mut exchange => bytes,
        // Over before the body was read to its end: what arrived lies ready.
        _ = &mut connection => exchange.await,
    }?;
    let node: NodeAnswer = serde_json::from_slice(&bytes).map_err(|_| Fault::NotAnAnswer)?;
    match (&node.result, &node.error) {
        (None, None) => Err(Fault::NotAnAnswer),
        // Some kernels send both, the one that is meant beside a null.
        (_, Some(_)) => Ok(NodeAnswer { result: None, ..node }),
        (Some(_), None) => Ok(node),
    }
}

/// True where a body was longer than allowed, and not merely broken off.
fn is_over_limit(error: &axum::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.is::<http_body_util::LengthLimitError>() {
            return true;
        }
        cause = error.source();
    }
    false
}
