//! What a server sends: replies to calls, and notifications nobody asked for.

mod dialect;
mod notification;
mod reply;

use serde::Serialize;
use serde_json::Value;

pub use dialect::Dialect;
pub use notification::{Notification, Notify, ShareDifficulty};
pub use reply::{ErrorForm, Reply, ReplyError, Subscribed};

use crate::{ParseError, parse_error::kind};

/// One line of a server.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum ServerMessage {
    /// The answer to a call, matched by its id; answers come out of order.
    Reply(Reply),
    /// News: a job, a target, another server.
    Notification(Notification),
}

impl ServerMessage {
    /// Reads one line without its end, in either dialect.
    ///
    /// An object with a `method` is a notification, one with a `result` or an `error` is a reply.
    ///
    /// # Errors
    /// Any [`ParseError`].
    pub fn parse(line: &str) -> Result<Self, ParseError> {
        match serde_json::from_str(line).map_err(|error| ParseError::json(&error))? {
            Value::Object(object) if object.contains_key("method") => {
                Notification::from_object(&object).map(ServerMessage::Notification)
            }
            Value::Object(object) if object.contains_key("result") || object.contains_key("error") => {
                Reply::from_object(object).map(ServerMessage::Reply)
            }
            Value::Object(_) => Err(ParseError::NoMethod),
            other => Err(ParseError::NotAnObject {
                found: kind(Some(&other)),
            }),
        }
    }
}
