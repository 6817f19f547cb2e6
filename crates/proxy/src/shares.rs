//! Which replies of a pool are verdicts on shares, and how long they took.

use std::collections::VecDeque;
use std::time::Duration;

use stratum::{Call, Id, Request, ServerMessage};
use tokio::time::Instant;

/// The most shares of a session whose verdicts are awaited; pools under load never answer some, and the oldest make
/// room.
const AWAITED: usize = 64;

/// The submits of one session that the pool has not answered.
#[derive(Debug, Default)]
pub(crate) struct AwaitedShares(VecDeque<(Id, Instant)>);

/// What a pool said of a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) accepted: bool,
    /// From the submit to the reply.
    pub(crate) took: Duration,
}

impl AwaitedShares {
    /// Notes a call that goes to the pool; true for a submit.
    pub(crate) fn sent(&mut self, call: &Call) -> bool {
        let is_share = matches!(call.request, Request::Submit(_));
        // A call without an id is answered without one: no reply could be told to be its.
        if is_share && !call.id.is_absent() {
            if self.0.len() == AWAITED {
                self.0.pop_front();
            }
            self.0.push_back((call.id.clone(), Instant::now()));
        }
        is_share
    }

    /// The verdict in a line of the pool, if it is one.
    pub(crate) fn heard(&mut self, line: &str) -> Option<Verdict> {
        if self.0.is_empty() {
            return None;
        }
        let Ok(ServerMessage::Reply(reply)) = ServerMessage::parse(line) else {
            return None;
        };
        let index = self.0.iter().position(|(id, _)| *id == reply.id)?;
        let (_, sent) = self.0.remove(index)?;
        Some(Verdict {
            accepted: reply.is_granted(),
            took: sent.elapsed(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn submit(id: &str) -> Call {
        Call::parse(&format!(
            r#"{{"id":{id},"method":"mining.submit","params":["w","1","0","0","0"]}}"#
        ))
        .unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn verdicts_are_found_by_id_in_any_order_and_once() {
        let mut shares = AwaitedShares::default();
        let authorize = r#"{"id":1,"method":"mining.authorize","params":["w","x"]}"#;
        assert!(!shares.sent(&Call::parse(authorize).unwrap()));
        assert!(shares.sent(&submit("2")));
        tokio::time::advance(Duration::from_millis(30)).await;
        assert!(shares.sent(&submit("\"a\"")));
        tokio::time::advance(Duration::from_millis(10)).await;
        let accepted = |milliseconds| {
            Some(Verdict {
                accepted: true,
                took: Duration::from_millis(milliseconds),
            })
        };
        for (line, expected) in [
            (r#"{"id":1,"result":true,"error":null}"#, None),
            (
                r#"{"id":null,"method":"mining.set_difficulty","params":[2]}"#,
                None,
            ),
            ("junk", None),
            (r#"{"id":"a","result":true,"error":null}"#, accepted(10)),
            (r#"{"id":"a","result":true,"error":null}"#, None),
            (r#"{"id":2,"result":true,"error":null}"#, accepted(40)),
            (r#"{"id":2,"result":true,"error":null}"#, None),
        ] {
            assert_eq!(shares.heard(line), expected, "{line}");
        }
    }

    #[test]
    fn both_dialects_refusals_are_refusals() {
        for line in [
            r#"{"id":3,"result":null,"error":[22,"duplicate share"]}"#,
            r#"{"result":false,"error":{"code":-1,"message":"stale share","data":null},"id":3}"#,
            r#"{"id":3,"result":false,"error":null}"#,
        ] {
            let mut shares = AwaitedShares::default();
            shares.sent(&submit("3"));
            assert!(!shares.heard(line).unwrap().accepted, "{line}");
        }
    }

    #[test]
    fn a_pool_that_never_answers_costs_no_memory() {
        let mut shares = AwaitedShares::default();
        for id in 0..10 * AWAITED {
            shares.sent(&submit(&id.to_string()));
        }
        assert_eq!(shares.0.len(), AWAITED);
        assert_eq!(shares.heard(r#"{"id":0,"result":true,"error":null}"#), None);
        assert!(shares.heard(r#"{"id":639,"result":true,"error":null}"#).is_some());
    }
}
