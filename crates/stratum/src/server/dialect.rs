//! The two forms in which servers write the same message.

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{Notification, Reply, notification::ParamsOf};
use crate::line::to_line;

/// A server family, by how it writes.
///
/// | | solo | MiningCore |
/// |---|---|---|
/// | reply | `id`, `result`, `error` | `result`, `error`, `id` |
/// | notification | `id: null`, `method`, `params` | `jsonrpc: "2.0"`, `method`, `params`, no `id` |
///
/// The form of an error is the [`ErrorForm`](super::ErrorForm) of the reply; what `Serialize` of a message alone writes
/// is the solo form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// The network's own pool and its descendants.
    #[default]
    Solo,
    /// The C# pools that most public Aion pools ran.
    MiningCore,
}

impl Dialect {
    /// A reply as it goes over TCP: compact JSON and one LF.
    pub fn reply_line(self, reply: &Reply) -> String {
        match self {
            Dialect::Solo => to_line(reply),
            Dialect::MiningCore => to_line(&IdLast(reply)),
        }
    }

    /// A notification as it goes over TCP: compact JSON and one LF.
    pub fn notification_line(self, notification: &Notification) -> String {
        match self {
            Dialect::Solo => to_line(notification),
            Dialect::MiningCore => to_line(&WithVersion(notification)),
        }
    }
}

struct IdLast<'a>(&'a Reply);

impl Serialize for IdLast<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Reply { id, result, error } = self.0;
        let mut object = serializer.serialize_map(None)?;
        if let Some(result) = result {
            object.serialize_entry("result", result)?;
        }
        object.serialize_entry("error", error)?;
        if !id.is_absent() {
            object.serialize_entry("id", id)?;
        }
        object.end()
    }
}

struct WithVersion<'a>(&'a Notification);

impl Serialize for WithVersion<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(3))?;
        object.serialize_entry("jsonrpc", "2.0")?;
        object.serialize_entry("method", self.0.method())?;
        object.serialize_entry("params", &ParamsOf(self.0))?;
        object.end()
    }
}
