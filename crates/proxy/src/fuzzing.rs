//! What fuzz targets may call; only built for them.

use std::collections::BTreeMap;

use serde_json::Value;
use stratum::{Authorize, Credential, Id, ServerMessage, Submit};

use crate::share_check::ShareCheck;
use crate::sharing::{Connection, Seat};

/// A shared connection with a few tabs, told what to do line by line.
///
/// The first byte of a line says what: `+` a tab comes, `-`, `a`, `s`, `x` the tab of the byte after leaves, authorizes,
/// submits, asks for extraNonce notifications; any other line the pool says. Whatever comes, an answer goes to the tab
/// that asked, once.
pub fn shared_connection(bytes: &[u8]) {
    let (mut connection, _) = Connection::new();
    let check = ShareCheck::default();
    let mut tabs: Vec<(Seat, BTreeMap<String, u32>)> = Vec::new();
    let mut asked = 0;
    for line in bytes.split(|&byte| byte == b'\n') {
        let chosen = |tabs: &[_]| usize::from(line.get(1).copied().unwrap_or_default()) % tabs.len().max(1);
        match line.first() {
            Some(b'+') if tabs.len() < 8 => {
                tabs.extend(connection.sit(None).map(|seat| (seat, BTreeMap::new())))
            }
            Some(b'-') if !tabs.is_empty() => {
                let (seat, _) = tabs.swap_remove(chosen(&tabs));
                connection.leave(seat.tab);
            }
            Some(b'a' | b's' | b'x') if !tabs.is_empty() => {
                let index = chosen(&tabs);
                let (seat, open) = &mut tabs[index];
                asked += 1;
                let id = format!("{}:{asked}", seat.tab.0);
                *open.entry(id.clone()).or_default() += 1;
                let id = Id::new(id);
                let worker = Credential::new("w");
                match line[0] {
                    b'a' => {
                        let authorize = Authorize {
                            worker,
                            password: Credential::default(),
                        };
                        let _ = connection.authorize(seat.tab, id, &authorize);
                    }
                    b'x' => drop(connection.extranonce_subscribe(seat.tab, id)),
                    _ => {
                        let rest = String::from_utf8_lossy(line.get(2..).unwrap_or_default()).into_owned();
                        let submit = Submit {
                            worker,
                            job_id: "1".to_owned(),
                            ntime: "0".repeat(16),
                            extra_nonce2: rest,
                            solution: "00".repeat(1_408),
                        };
                        let _ = check.judge(&submit, &seat.prefix);
                        drop(connection.submit(seat.tab, seat.prefix, id, submit));
                    }
                }
            }
            _ => {
                let Ok(line) = std::str::from_utf8(line) else {
                    continue;
                };
                if let Ok(message) = ServerMessage::parse(line) {
                    check.hear(&message);
                }
                if connection.hear(line.to_owned()).is_err() {
                    return;
                }
            }
        }
        for (seat, open) in &mut tabs {
            while let Ok(told) = seat.lines.try_recv() {
                let told: Value = serde_json::from_str(&told).expect("lines that were read as JSON");
                if told.get("method").is_none() {
                    let id = told["id"].as_str().expect("an answer under the id of its call");
                    let left = open.get_mut(id).expect("an answer to who asked");
                    *left = left.checked_sub(1).expect("one answer to one call");
                }
            }
        }
    }
}
