//! The id that ties a reply to its call.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// A call's id, echoed as it came: any JSON value, or none at all.
///
/// A call without an id is answered without one, so "absent" and `null` differ.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Id(Option<Value>);

impl Id {
    /// No `id` member.
    pub const ABSENT: Id = Id(None);

    /// An id of the value given.
    pub fn new(value: impl Into<Value>) -> Self {
        Id(Some(value.into()))
    }

    /// The value, `None` where the message has no `id` member.
    pub fn value(&self) -> Option<&Value> {
        self.0.as_ref()
    }

    /// True where the message has no `id` member.
    pub fn is_absent(&self) -> bool {
        self.0.is_none()
    }

    /// True for what JSON-RPC allows: a number, a string, `null`, or no id.
    pub fn is_scalar(&self) -> bool {
        matches!(
            self.0,
            None | Some(Value::Null | Value::Number(_) | Value::String(_))
        )
    }

    pub(crate) fn take_from(object: &mut Map<String, Value>) -> Self {
        Id(object.remove("id"))
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}
