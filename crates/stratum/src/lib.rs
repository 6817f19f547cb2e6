//! Aion stratum as real pools speak it: the messages of both dialects and the framing of their lines.
//!
//! A message is one compact JSON object on a line of UTF-8 that ends in one LF. Two server families exist:
//! **solo** (the network's own pool and its descendants) and **MiningCore** (the pools most miners used). The
//! types here hold what either of them sends, so that a client need not be told whom it talks to.
//!
//! | module | what it is |
//! |---|---|
//! | [`mod@line`] | bytes of a socket to lines, and back, under a byte limit |
//! | [`call`] | what a client sends: a method call with its id, loose or strictly typed |
//! | [`server`] | what a server sends: replies and notifications |
//! | [`error_code`] | the codes of refused calls |
//! | [`parse_error`] | what was wrong with a message, and where |
//!
//! Parsing is total: any bytes give a message or a named error.

pub mod call;
mod credential;
pub mod error_code;
mod field;
mod id;
pub mod line;
pub mod parse_error;
pub mod protocol;
pub mod server;

pub use call::{Authorize, Call, RawCall, Request, Submit, Subscribe};
pub use credential::Credential;
pub use error_code::ErrorCode;
pub use id::Id;
pub use line::{LineBuffer, LineError, LineLimit};
pub use parse_error::ParseError;
pub use server::{
    Dialect, ErrorForm, Notification, Notify, Reply, ReplyError, ServerMessage, ShareDifficulty, Subscribed,
};
