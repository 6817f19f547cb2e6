//! `client.reconnect`: a pool names a host, a browser knows names of pools only.

use serde_json::{Value, json};
use stratum::{Notification, ServerMessage};

use crate::PoolEntry;
use crate::metrics::{Metrics, Reconnect};

/// What becomes of a pool's line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Translated {
    /// It is no `client.reconnect`: it passes as it is.
    Unchanged,
    /// It passes in this form.
    Line(String),
    /// It names a place that no pool here has: the client never hears of it.
    Dropped,
}

/// Translates a line of the pool `current` for a client, which must never be sent to an address:
///
/// | the pool says | the client hears |
/// |---|---|
/// | no host, or an empty one | `"params":[]`: the same pool again |
/// | a host and port that a pool has | `"params":["/pool/NAME"]`, `current` before others |
/// | a host alone | the same, for a pool that has this host at any port |
/// | anything else | nothing |
///
/// The id is `null` and further members are left out. A reconnect in another form than the pools' (three parameters at
/// most: host, port, seconds to wait) is dropped too.
pub(crate) fn translate(line: &str, current: &str, pools: &[PoolEntry]) -> Translated {
    // Either the method stands there in plain letters, or something is escaped.
    if !line.contains("client.reconnect") && !line.contains('\\') {
        return Translated::Unchanged;
    }
    // A look at the method alone first: in any other message nothing is judged here.
    let method = |value: &Value| value.get("method").and_then(Value::as_str) == Some("client.reconnect");
    if !serde_json::from_str::<Value>(line).is_ok_and(|value| method(&value)) {
        return Translated::Unchanged;
    }
    let Ok(ServerMessage::Notification(Notification::Reconnect { host, port })) = ServerMessage::parse(line)
    else {
        return Translated::Dropped;
    };
    let params = match host.as_deref() {
        None | Some("") => json!([]),
        Some(host) => match pool_at(host, port, current, pools) {
            Some(name) => json!([format!("/pool/{name}")]),
            None => return Translated::Dropped,
        },
    };
    let method = "client.reconnect";
    Translated::Line(json!({ "id": null, "method": method, "params": params }).to_string())
}

/// What a client hears of a line of its pool, `None` for nothing; see [`translate`].
pub(crate) fn translated(
    line: String,
    current: &PoolEntry,
    pools: &[PoolEntry],
    metrics: &Metrics,
) -> Option<String> {
    match translate(&line, &current.name, pools) {
        Translated::Unchanged => Some(line),
        Translated::Line(line) => {
            metrics.reconnect(Reconnect::Translated);
            Some(line)
        }
        Translated::Dropped => {
            metrics.reconnect(Reconnect::Dropped);
            tracing::warn!(
                "a pool sends its clients to an address that no pool here has; they do not hear of it"
            );
            None
        }
    }
}

/// The name of a pool with this address; `current` before the others.
fn pool_at<'a>(host: &str, port: Option<u16>, current: &str, pools: &'a [PoolEntry]) -> Option<&'a str> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let has = |pool: &&PoolEntry| {
        pool.addresses.iter().any(|address| {
            let known = address.host.as_str().trim_matches(['[', ']']);
            known.eq_ignore_ascii_case(host) && port.is_none_or(|port| port == address.port)
        })
    };
    let (own, other): (Vec<_>, Vec<_>) = pools.iter().partition(|pool| pool.name == current);
    let found = own.into_iter().find(has).or_else(|| other.into_iter().find(has));
    found.map(|pool| pool.name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translated(line: &str) -> Translated {
        let pool = |name: &str, addresses: &[&str]| {
            let addresses = addresses.iter().map(|text| text.parse().unwrap()).collect();
            PoolEntry::with_addresses(name, addresses).unwrap()
        };
        let pools = [
            pool("main", &["pool.example:3333", "backup.example:3333"]),
            pool("tls", &["tls://pool.example:3334", "backup.example:3333"]),
            pool("six", &["[2001:db8::1]:3333"]),
        ];
        translate(line, "tls", &pools)
    }

    fn to(params: &str) -> Translated {
        Translated::Line(format!(
            r#"{{"id":null,"method":"client.reconnect","params":{params}}}"#
        ))
    }

    #[test]
    fn a_client_hears_names_of_pools_and_never_an_address() {
        let reconnect =
            |params: &str| format!(r#"{{"id":null,"method":"client.reconnect","params":{params}}}"#);
        for (params, expected) in [
            ("[]", to("[]")),
            ("null", Translated::Dropped),
            ("[null,null]", to("[]")),
            (r#"["",0,5]"#, to("[]")),
            (r#"["pool.example",3333]"#, to(r#"["/pool/main"]"#)),
            (r#"["Pool.Example","3333",10]"#, to(r#"["/pool/main"]"#)),
            (r#"["pool.example",3334]"#, to(r#"["/pool/tls"]"#)),
            (r#"["backup.example",3333]"#, to(r#"["/pool/tls"]"#)),
            (r#"["pool.example"]"#, to(r#"["/pool/tls"]"#)),
            (r#"["2001:db8::1",3333]"#, to(r#"["/pool/six"]"#)),
            (r#"["pool.example",1]"#, Translated::Dropped),
            (r#"["evil.example",3333]"#, Translated::Dropped),
            (r#"["/pool/main"]"#, Translated::Dropped),
            (r#"["pool.example.",3333]"#, Translated::Dropped),
            (r#"["pool.example",3333,1,1]"#, Translated::Dropped),
            (r#"["pool.example",{}]"#, Translated::Dropped),
            (r#"[["pool.example"],3333]"#, Translated::Dropped),
            (r#"{"host":"pool.example"}"#, Translated::Dropped),
        ] {
            assert_eq!(translated(&reconnect(params)), expected, "{params}");
        }
    }

    #[test]
    fn no_other_spelling_gets_past() {
        for line in [
            r#"{"method":"client\u002ereconnect","params":["evil.example",1]}"#,
            r#"{"m\u0065thod":"client.reconnect","params":["evil.example",1]}"#,
            r#"{ "id" : 7, "params" : ["evil.example", 1], "method" : "client.reconnect" }"#,
            r#"{"method":"mining.notify","method":"client.reconnect","params":["evil.example",1]}"#,
        ] {
            assert_eq!(translated(line), Translated::Dropped, "{line}");
        }
        let bare = r#"{"jsonrpc":"2.0","method":"client.reconnect","x":1}"#;
        assert_eq!(translated(bare), to("[]"));
    }

    #[test]
    fn other_lines_pass_as_they_are() {
        for line in [
            r#"{"id":1,"result":true,"error":null}"#,
            r#"{"id":1,"result":null,"error":[20,"a \"client.reconnect\"",null]}"#,
            r#"{"id":null,"method":"client.show_message","params":["client.reconnect"]}"#,
            "client.reconnect",
            r#"{"method":"client.reconnect""#,
            "\\",
        ] {
            assert_eq!(translated(line), Translated::Unchanged, "{line}");
        }
    }
}
