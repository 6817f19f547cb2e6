//! The answer to a call.

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Map, Value, json};

use crate::{ErrorCode, Id, ParseError, field::Params};

/// The answer to a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// The call's id.
    pub id: Id,
    /// The `result` member, `None` where there is none.
    pub result: Option<Value>,
    /// The `error` member, `None` where it is `null` or missing.
    pub error: Option<ReplyError>,
}

/// Why a call was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyError {
    /// The code.
    pub code: ErrorCode,
    /// The server's words.
    pub message: String,
    /// The shape it has on the wire.
    pub form: ErrorForm,
}

/// The shapes of an error on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorForm {
    /// `[code, "text"]`: solo.
    Pair,
    /// `[code, "text", null]`: solo, with codes 24 and 25 and for unsupported calls.
    Triple,
    /// `{"code": code, "message": "text", "data": null}`: MiningCore.
    Object,
}

impl Reply {
    /// `{"id":…,"result":…,"error":null}`
    pub fn success(id: Id, result: impl Into<Value>) -> Self {
        Reply {
            id,
            result: Some(result.into()),
            error: None,
        }
    }

    /// `{"id":…,"result":null,"error":[code,"text"]}`, the solo pool's refusal.
    pub fn refusal(id: Id, code: ErrorCode, message: impl Into<String>) -> Self {
        let error = ReplyError {
            code,
            message: message.into(),
            form: ErrorForm::Pair,
        };
        Reply {
            id,
            result: Some(Value::Null),
            error: Some(error),
        }
    }

    /// True for a call that the server granted: no error, and a result that is neither `false` nor `null`.
    pub fn is_granted(&self) -> bool {
        self.error.is_none() && !matches!(self.result, None | Some(Value::Null | Value::Bool(false)))
    }

    pub(crate) fn from_object(mut object: Map<String, Value>) -> Result<Self, ParseError> {
        let error = match object.remove("error") {
            None | Some(Value::Null) => None,
            Some(error) => Some(ReplyError::from_value(&error)?),
        };
        Ok(Reply {
            id: Id::take_from(&mut object),
            result: object.remove("result"),
            error,
        })
    }
}

impl ReplyError {
    fn from_value(error: &Value) -> Result<Self, ParseError> {
        let wrong = |expected| ParseError::field("reply error".to_owned(), expected, Some(error));
        let (code, message, form) = match error {
            Value::Array(parts) => match parts.as_slice() {
                [code, message] => (Some(code), Some(message), ErrorForm::Pair),
                [code, message, _] => (Some(code), Some(message), ErrorForm::Triple),
                _ => return Err(wrong("[code, text] or [code, text, data]")),
            },
            Value::Object(object) => (object.get("code"), object.get("message"), ErrorForm::Object),
            _ => return Err(wrong("an array or an object")),
        };
        let code = code
            .and_then(Value::as_i64)
            .ok_or_else(|| ParseError::field("reply error code".to_owned(), "a whole number", code))?;
        let message = message
            .and_then(Value::as_str)
            .ok_or_else(|| ParseError::field("reply error message".to_owned(), "a string", message))?;
        Ok(ReplyError {
            code: ErrorCode::from_number(code),
            message: message.to_owned(),
            form,
        })
    }
}

impl Serialize for Reply {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        if !self.id.is_absent() {
            object.serialize_entry("id", &self.id)?;
        }
        if let Some(result) = &self.result {
            object.serialize_entry("result", result)?;
        }
        object.serialize_entry("error", &self.error)?;
        object.end()
    }
}

impl Serialize for ReplyError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let code = self.code.number();
        match self.form {
            ErrorForm::Pair => (code, &self.message).serialize(serializer),
            ErrorForm::Triple => (code, &self.message, ()).serialize(serializer),
            ErrorForm::Object => {
                let mut object = serializer.serialize_map(Some(3))?;
                object.serialize_entry("code", &code)?;
                object.serialize_entry("message", &self.message)?;
                object.serialize_entry("data", &())?;
                object.end()
            }
        }
    }
}

/// The `result` of a granted `mining.subscribe`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscribed {
    /// The connection's id and the version that a MiningCore server names; solo servers name none.
    pub connection: Option<(String, String)>,
    /// The server's part of every nonce: 0 to 31 bytes, the first of the nonce.
    pub extra_nonce1: Vec<u8>,
}

impl Subscribed {
    /// Reads `[null, extraNonce1]` or `[["mining.notify", connectionId, version], extraNonce1]`.
    ///
    /// # Errors
    /// [`ParseError::Field`]. The version is not judged here: see
    /// [`is_supported_version`](crate::protocol::is_supported_version).
    pub fn from_result(result: Option<&Value>) -> Result<Self, ParseError> {
        let params = Params::new(
            "mining.subscribe result".to_owned(),
            result,
            (2, 2),
            "an array of 2",
        )?;
        let connection = match params.get(0) {
            Some(Value::Array(parts)) => match parts.as_slice() {
                [Value::String(_), Value::String(id), Value::String(version)] => {
                    Some((id.clone(), version.clone()))
                }
                _ => {
                    return Err(params.wrong(
                        0,
                        "[\"mining.notify\", connection id, version]",
                        params.get(0),
                    ));
                }
            },
            Some(Value::Null) => None,
            other => return Err(params.wrong(0, "an array or null", other)),
        };
        Ok(Subscribed {
            connection,
            extra_nonce1: params.extra_nonce1(1)?,
        })
    }

    /// The `result` value of the dialect that the connection tells.
    pub fn to_result(&self) -> Value {
        let extra_nonce1 = hex::encode(&self.extra_nonce1);
        match &self.connection {
            None => json!([null, extra_nonce1]),
            Some((id, version)) => json!([["mining.notify", id, version], extra_nonce1]),
        }
    }
}
