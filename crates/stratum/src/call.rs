//! What a client sends: a method call with its id.
//!
//! Two readings of the same line: [`RawCall`] takes what any server takes, so that a pool can answer a bad
//! parameter with its own error; [`Call`] holds only well-formed requests, so that a proxy can re-encode them
//! and nothing else gets through.

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::Value;

use crate::{Credential, Id, ParseError, field::Params, parse_error::kind};

/// The most parameters of a subscribe: agent, version, host and port, as the network's own miner sends them.
const SUBSCRIBE_MOST: usize = 4;

/// A call whose parameters are not looked at yet.
#[derive(Debug, Clone, PartialEq)]
pub struct RawCall {
    /// The id to echo.
    pub id: Id,
    /// The method's name.
    pub method: String,
    /// The `params` member, `None` where there is none.
    pub params: Option<Value>,
}

impl RawCall {
    /// Reads one line without its end.
    ///
    /// # Errors
    /// [`ParseError::Json`], [`ParseError::NotAnObject`] or [`ParseError::NoMethod`].
    pub fn parse(line: &str) -> Result<Self, ParseError> {
        match serde_json::from_str(line).map_err(|error| ParseError::json(&error))? {
            Value::Object(mut object) => match object.remove("method") {
                Some(Value::String(method)) => Ok(RawCall {
                    id: Id::take_from(&mut object),
                    method,
                    params: object.remove("params"),
                }),
                _ => Err(ParseError::NoMethod),
            },
            other => Err(ParseError::NotAnObject {
                found: kind(Some(&other)),
            }),
        }
    }

    /// The parameter at `index`, `None` where there is none or `params` is no array.
    pub fn param(&self, index: usize) -> Option<&Value> {
        self.params.as_ref()?.as_array()?.get(index)
    }

    /// The parameter at `index` where it is a string.
    pub fn text_param(&self, index: usize) -> Option<&str> {
        self.param(index)?.as_str()
    }
}

/// A well-formed call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The id to echo: a number, a string, `null` or none.
    pub id: Id,
    /// What is asked.
    pub request: Request,
}

/// What a client can ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// `mining.subscribe`
    Subscribe(Subscribe),
    /// `mining.extranonce.subscribe`, without parameters.
    ExtranonceSubscribe,
    /// `mining.authorize`
    Authorize(Authorize),
    /// `mining.submit`
    Submit(Submit),
}

/// The parameters of `mining.subscribe`: up to four strings or nulls, the agent and the version first.
///
/// The network's own miner sends `["nheqminer/0.2.1", null, "127.0.0.1", "3333"]`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Subscribe {
    /// The parameters in their order.
    pub params: Vec<Option<String>>,
}

impl Subscribe {
    /// Agent and [version](crate::protocol::VERSION), which is what both server families want.
    pub fn new(agent: impl Into<String>) -> Self {
        Subscribe {
            params: vec![Some(agent.into()), Some(crate::protocol::VERSION.to_owned())],
        }
    }

    /// The name and version of the miner.
    pub fn agent(&self) -> Option<&str> {
        self.params.first()?.as_deref()
    }

    /// The protocol version that the miner asks for.
    pub fn version(&self) -> Option<&str> {
        self.params.get(1)?.as_deref()
    }
}

/// The parameters of `mining.authorize`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authorize {
    /// The address to mine for, `0xa0` and 62 hex digits, with an optional `.rig` suffix on MiningCore.
    pub worker: Credential,
    /// The password, empty where none was given.
    pub password: Credential,
}

/// The parameters of `mining.submit`, as text: their sizes are the server's to judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submit {
    /// The worker's name.
    pub worker: Credential,
    /// The job's id, as the server gave it.
    pub job_id: String,
    /// The unix time in seconds as 16 hex digits.
    pub ntime: String,
    /// The client's part of the nonce in hex.
    pub extra_nonce2: String,
    /// `fd8005` and 1408 bytes in hex.
    pub solution: String,
}

impl Request {
    /// The method's name on the wire.
    pub fn method(&self) -> &'static str {
        match self {
            Request::Subscribe(_) => "mining.subscribe",
            Request::ExtranonceSubscribe => "mining.extranonce.subscribe",
            Request::Authorize(_) => "mining.authorize",
            Request::Submit(_) => "mining.submit",
        }
    }
}

impl Call {
    /// Reads one line without its end, strictly: known method, right number of parameters, right kinds.
    ///
    /// # Errors
    /// Any [`ParseError`].
    pub fn parse(line: &str) -> Result<Self, ParseError> {
        Call::try_from(RawCall::parse(line)?)
    }
}

impl TryFrom<RawCall> for Call {
    type Error = ParseError;

    fn try_from(raw: RawCall) -> Result<Self, ParseError> {
        let method = raw.method.as_str();
        let params = raw.params.as_ref();
        let request = match method {
            "mining.subscribe" => {
                let params = Params::of_method(method, params, (0, SUBSCRIBE_MOST), "an array of at most 4")?;
                let texts =
                    (0..params.len()).map(|index| Ok(params.optional_text(index)?.map(str::to_owned)));
                Request::Subscribe(Subscribe {
                    params: texts.collect::<Result<_, ParseError>>()?,
                })
            }
            "mining.extranonce.subscribe" => {
                Params::of_method(method, params, (0, 0), "an empty array")?;
                Request::ExtranonceSubscribe
            }
            "mining.authorize" => {
                let params = Params::of_method(method, params, (1, 2), "an array of 1 or 2")?;
                Request::Authorize(Authorize {
                    worker: Credential::new(params.text(0)?),
                    password: Credential::new(params.optional_text(1)?.unwrap_or_default()),
                })
            }
            "mining.submit" => {
                let params = Params::of_method(method, params, (5, 5), "an array of 5")?;
                Request::Submit(Submit {
                    worker: Credential::new(params.text(0)?),
                    job_id: params.text(1)?.to_owned(),
                    ntime: params.text(2)?.to_owned(),
                    extra_nonce2: params.text(3)?.to_owned(),
                    solution: params.text(4)?.to_owned(),
                })
            }
            other => return Err(ParseError::unknown_method(other)),
        };
        if !raw.id.is_scalar() {
            return Err(ParseError::field(
                format!("{method} id"),
                "a number, a string or null",
                raw.id.value(),
            ));
        }
        Ok(Call { id: raw.id, request })
    }
}

impl Serialize for Call {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        if !self.id.is_absent() {
            object.serialize_entry("id", &self.id)?;
        }
        object.serialize_entry("method", self.request.method())?;
        match &self.request {
            Request::Subscribe(subscribe) => object.serialize_entry("params", &subscribe.params)?,
            Request::ExtranonceSubscribe => object.serialize_entry("params", &[(); 0])?,
            Request::Authorize(authorize) => {
                object.serialize_entry("params", &(&authorize.worker, &authorize.password))?;
            }
            Request::Submit(submit) => object.serialize_entry(
                "params",
                &(
                    &submit.worker,
                    &submit.job_id,
                    &submit.ntime,
                    &submit.extra_nonce2,
                    &submit.solution,
                ),
            )?,
        }
        object.end()
    }
}
