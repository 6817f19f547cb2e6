//! One call to a kernel.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{KernelAddress, words};

/// Why a call has no result that can be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum Fault {
    #[error("no connection: {0}")]
    Unreachable(String),
    #[error("the connection broke: {0}")]
    Broken(String),
    #[error("no answer within {0:?}")]
    Slow(Duration),
    #[error("HTTP status {0}")]
    Status(u16),
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
    #[error("the answer is no JSON-RPC: {0}")]
    NotAnAnswer(&'static str),
    #[error("the kernel refused: {0}")]
    Refused(String),
    #[error("{call}: {field} is not {expected}")]
    Field {
        call: &'static str,
        field: &'static str,
        expected: &'static str,
    },
}

/// A kernel to call.
#[derive(Debug)]
pub(crate) struct Rpc {
    address: KernelAddress,
    deadline: Duration,
    longest_answer: usize,
    next_id: AtomicU64,
}

impl Rpc {
    pub(crate) fn new(address: KernelAddress, deadline: Duration, longest_answer: usize) -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Rpc {
            address,
            deadline,
            longest_answer,
            next_id: AtomicU64::new(u64::try_from(since_epoch.as_millis()).unwrap_or_default()),
        }
    }

    /// The `result` of a call, `null` included.
    pub(crate) async fn call(&self, method: &'static str, params: &[Value]) -> Result<Value, Fault> {
        let id = self.next_id.fetch_add(1, Relaxed);
        let request = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        let answer = timeout(self.deadline, self.exchange(request.to_string()))
            .await
            .map_err(|_| Fault::Slow(self.deadline))??;
        read(&answer, id)
    }

    async fn exchange(&self, body: String) -> Result<Bytes, Fault> {
        let broken = |error: hyper::Error| Fault::Broken(cause(&error));
        let socket = TcpStream::connect(&self.address.authority)
            .await
            .map_err(|error| Fault::Unreachable(error.to_string()))?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(socket))
            .await
            .map_err(broken)?;
        let request = Request::builder()
            .method(Method::POST)
            .uri(&self.address.path)
            .header(header::HOST, &self.address.authority)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json")
            .header(header::CONNECTION, "close")
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| Fault::Unreachable(error.to_string()))?;
        let exchange = async {
            let response = sender.send_request(request).await.map_err(broken)?;
            if response.status() != StatusCode::OK {
                return Err(Fault::Status(response.status().as_u16()));
            }
            let body = Limited::new(response.into_body(), self.longest_answer)
                .collect()
                .await;
            body.map(|body| body.to_bytes())
                .map_err(|error| match error.is::<LengthLimitError>() {
                    true => Fault::TooLong(self.longest_answer),
                    false => Fault::Broken(cause(&*error)),
                })
        };
        // The connection is driven here and dropped with the call: nothing outlives the deadline.
        tokio::pin!(connection);
        tokio::pin!(exchange);
        tokio::select! {
            bytes = &mut exchange => bytes,
            // Over before the body was read to its end: what arrived lies ready.
            _ = &mut connection => exchange.await,
        }
    }
}

/// The innermost error says most.
fn cause(error: &(dyn std::error::Error + 'static)) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}

fn read(answer: &[u8], id: u64) -> Result<Value, Fault> {
    let answer: Value = serde_json::from_slice(answer).map_err(|_| Fault::NotAnAnswer("no JSON"))?;
    let Value::Object(mut answer) = answer else {
        return Err(Fault::NotAnAnswer("no object"));
    };
    let is_ours = match answer.get("id") {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => *text == id.to_string(),
        Some(other) => other.as_u64() == Some(id),
    };
    if !is_ours {
        return Err(Fault::NotAnAnswer("another id"));
    }
    // Some kernels send both members, the one that is meant beside a null.
    match answer.remove("error") {
        None | Some(Value::Null) => answer
            .remove("result")
            .ok_or(Fault::NotAnAnswer("neither result nor error")),
        Some(error) => {
            let message = match error.get("message").and_then(Value::as_str) {
                Some(message) => words(message),
                None => words(&error.to_string()),
            };
            Err(Fault::Refused(message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_result_or_an_error_and_ours() {
        let refused = |text: &str| Err(Fault::Refused(text.to_owned()));
        for (answer, expected) in [
            (r#"{"jsonrpc":"2.0","id":7,"result":true}"#, Ok(json!(true))),
            (r#"{"result":null,"id":"7"}"#, Ok(Value::Null)),
            (r#"{"result":1,"error":null,"id":null}"#, Ok(json!(1))),
            (
                r#"{"result":null,"error":{"code":-32601,"message":"no\u0007 such"},"id":7}"#,
                refused("no such"),
            ),
            (r#"{"error":"words","id":7}"#, refused("\"words\"")),
            (r#"{"result":1,"id":8}"#, Err(Fault::NotAnAnswer("another id"))),
            (r#"{"id":7}"#, Err(Fault::NotAnAnswer("neither result nor error"))),
            (r#"[{"result":1,"id":7}]"#, Err(Fault::NotAnAnswer("no object"))),
            ("<html>", Err(Fault::NotAnAnswer("no JSON"))),
            ("", Err(Fault::NotAnAnswer("no JSON"))),
        ] {
            assert_eq!(read(answer.as_bytes(), 7), expected, "{answer}");
        }
    }
}
