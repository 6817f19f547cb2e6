//! How the chain behind the pool is.

use serde::Serialize;

/// How the chain behind the pool is, for the status page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
#[serde(tag = "state", content = "message", rename_all = "lowercase")]
pub enum ChainState {
    /// Nothing is known yet.
    #[default]
    Starting,
    /// There are templates.
    Working,
    /// There is no template now, which is as it should be: the chain's own words.
    Waiting(String),
    /// The chain gives no answer, or none that can be understood: what went wrong.
    Down(String),
}
