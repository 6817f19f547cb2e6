//! What a server says unasked.

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Map, Value};

use crate::{ParseError, field::Params};

/// A message that answers no call.
#[derive(Debug, Clone, PartialEq)]
pub enum Notification {
    /// `mining.notify`: a job.
    Notify(Notify),
    /// `mining.set_target`: the share target, big-endian, of the job just sent and of later ones.
    SetTarget([u8; 32]),
    /// `mining.set_difficulty`: the share target of later jobs, in another form.
    SetDifficulty(ShareDifficulty),
    /// `mining.set_extranonce`: a new extraNonce1 of 0 to 31 bytes.
    SetExtranonce(Vec<u8>),
    /// `client.reconnect`: another server. Never to be followed blindly.
    Reconnect {
        /// The host, `None` for the same one.
        host: Option<String>,
        /// The port, `None` for the same one.
        port: Option<u16>,
    },
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notify {
    /// Lower-case hex of no fixed width.
    pub job_id: String,
    /// True where work that runs is to be dropped.
    pub clean: bool,
    /// Big-endian. The share target on solo, the network's on MiningCore.
    pub target: [u8; 32],
    /// The mine hash: what a miner hashes before the nonce.
    pub header_hash: [u8; 32],
}

/// The two meanings of `mining.set_difficulty`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ShareDifficulty {
    /// A finite number above 0; the target is floor(2^256 / number).
    Number(f64),
    /// The target itself, big-endian: older solo branches.
    Target([u8; 32]),
}

impl Notification {
    /// The method's name on the wire.
    pub fn method(&self) -> &'static str {
        match self {
            Notification::Notify(_) => "mining.notify",
            Notification::SetTarget(_) => "mining.set_target",
            Notification::SetDifficulty(_) => "mining.set_difficulty",
            Notification::SetExtranonce(_) => "mining.set_extranonce",
            Notification::Reconnect { .. } => "client.reconnect",
        }
    }

    pub(crate) fn from_object(object: &Map<String, Value>) -> Result<Self, ParseError> {
        let Some(Value::String(method)) = object.get("method") else {
            return Err(ParseError::NoMethod);
        };
        let params = |bounds, expected| Params::of_method(method, object.get("params"), bounds, expected);
        match method.as_str() {
            "mining.notify" => {
                let params = params((4, 4), "an array of 4")?;
                Ok(Notification::Notify(Notify {
                    job_id: job_id(&params)?,
                    clean: clean(&params)?,
                    target: params.hash(2)?,
                    header_hash: params.hash(3)?,
                }))
            }
            "mining.set_target" => Ok(Notification::SetTarget(params((1, 1), "an array of 1")?.hash(0)?)),
            "mining.set_difficulty" => {
                let params = params((1, 1), "an array of 1")?;
                match params.get(0) {
                    Some(Value::String(_)) => Ok(ShareDifficulty::Target(params.hash(0)?)),
                    other => match other.and_then(Value::as_f64) {
                        Some(number) if number > 0.0 => Ok(ShareDifficulty::Number(number)),
                        _ => Err(params.wrong(0, "a number above 0 or 64 hex digits", other)),
                    },
                }
                .map(Notification::SetDifficulty)
            }
            "mining.set_extranonce" => {
                // Other coins' servers add the size of extraNonce2; it follows from the 32 bytes of a nonce.
                Ok(Notification::SetExtranonce(
                    params((1, 2), "an array of 1 or 2")?.extra_nonce1(0)?,
                ))
            }
            "client.reconnect" => {
                let params = params((0, 3), "an array of at most 3")?;
                Ok(Notification::Reconnect {
                    host: params.optional_text(0)?.map(str::to_owned),
                    port: port(&params)?,
                })
            }
            other => Err(ParseError::unknown_method(other)),
        }
    }
}

fn job_id(params: &Params<'_>) -> Result<String, ParseError> {
    match params.text(0)? {
        "" => Err(params.wrong(0, "a job id", params.get(0))),
        id => Ok(id.to_owned()),
    }
}

/// The public guide writes the boolean as a string, and servers built after it do too.
fn clean(params: &Params<'_>) -> Result<bool, ParseError> {
    match params.get(1) {
        Some(Value::Bool(clean)) => Ok(*clean),
        Some(Value::String(text)) if text == "true" => Ok(true),
        Some(Value::String(text)) if text == "false" => Ok(false),
        other => Err(params.wrong(1, "a boolean", other)),
    }
}

fn port(params: &Params<'_>) -> Result<Option<u16>, ParseError> {
    let port = match params.get(1) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => text.parse().ok(),
        Some(other) => other.as_u64().and_then(|number| u16::try_from(number).ok()),
    };
    port.map(Some)
        .ok_or_else(|| params.wrong(1, "a port", params.get(1)))
}

/// In the solo form, with `id: null`; see [`Dialect`](super::Dialect) for the other.
impl Serialize for Notification {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(3))?;
        object.serialize_entry("id", &())?;
        object.serialize_entry("method", self.method())?;
        object.serialize_entry("params", &ParamsOf(self))?;
        object.end()
    }
}

/// The `params` of a notification, the same in both dialects.
pub(super) struct ParamsOf<'a>(pub(super) &'a Notification);

impl Serialize for ParamsOf<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Notification::Notify(job) => (
                &job.job_id,
                job.clean,
                hex::encode(job.target),
                hex::encode(job.header_hash),
            )
                .serialize(serializer),
            Notification::SetTarget(target)
            | Notification::SetDifficulty(ShareDifficulty::Target(target)) => {
                [hex::encode(target)].serialize(serializer)
            }
            Notification::SetDifficulty(ShareDifficulty::Number(number)) => [number].serialize(serializer),
            Notification::SetExtranonce(bytes) => [hex::encode(bytes)].serialize(serializer),
            Notification::Reconnect { host, port } => (host, port).serialize(serializer),
        }
    }
}
