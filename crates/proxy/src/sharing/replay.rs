//! What a tab that comes late is told of the past: the pool's own lines, in their order.

use axum::extract::ws::Utf8Bytes;
use stratum::{Notification, ServerMessage};

/// The last job, and the last targets before and after it. A target applies to the job just sent and to later ones, so
/// on which side of the job it stands matters.
#[derive(Debug, Default)]
pub(crate) struct Replay {
    before: Targets,
    job: Option<Utf8Bytes>,
    after: Targets,
}

/// The last `set_target` and the last `set_difficulty`, in the order in which they came.
#[derive(Debug, Default)]
struct Targets(Vec<(Kind, Utf8Bytes)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Target,
    Difficulty,
}

impl Targets {
    fn note(&mut self, kind: Kind, line: Utf8Bytes) {
        self.0.retain(|&(known, _)| known != kind);
        self.0.push((kind, line));
    }

    fn lines(&self) -> impl Iterator<Item = &Utf8Bytes> {
        self.0.iter().map(|(_, line)| line)
    }
}

impl Replay {
    /// Notes a line of the pool.
    pub(crate) fn note(&mut self, message: &ServerMessage, line: &Utf8Bytes) {
        match message {
            ServerMessage::Notification(Notification::Notify(_)) => {
                for (kind, line) in std::mem::take(&mut self.after).0 {
                    self.before.note(kind, line);
                }
                self.job = Some(line.clone());
            }
            ServerMessage::Notification(Notification::SetTarget(_)) => {
                self.after.note(Kind::Target, line.clone())
            }
            ServerMessage::Notification(Notification::SetDifficulty(_)) => {
                self.after.note(Kind::Difficulty, line.clone());
            }
            // The job goes on under the extraNonce1 it came with, which a tab that comes now does not have.
            ServerMessage::Notification(Notification::SetExtranonce(_)) => self.job = None,
            ServerMessage::Notification(Notification::Reconnect { .. }) | ServerMessage::Reply(_) => {}
        }
    }

    /// The lines, in the order in which they are to be told.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &Utf8Bytes> {
        self.before
            .lines()
            .chain(self.job.as_ref())
            .chain(self.after.lines())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use stratum::ShareDifficulty;

    use super::*;

    fn heard(lines: &[String]) -> Replay {
        let mut replay = Replay::default();
        for line in lines {
            replay.note(&ServerMessage::parse(line).unwrap(), &line.as_str().into());
        }
        replay
    }

    /// What a miner makes of a pool's lines: its present job, and the target that it mines for.
    #[derive(Debug, Default, PartialEq)]
    struct Miner {
        announced: Option<[u8; 32]>,
        announced_governs: bool,
        job: Option<(String, [u8; 32])>,
    }

    impl Miner {
        fn hear<'a>(&mut self, lines: impl IntoIterator<Item = &'a str>) {
            for line in lines {
                let ServerMessage::Notification(notification) = ServerMessage::parse(line).unwrap() else {
                    panic!("{line}");
                };
                let target = match notification {
                    Notification::Notify(notify) => {
                        let announced = self.announced.filter(|_| self.announced_governs);
                        self.job = Some((notify.job_id, announced.unwrap_or(notify.target)));
                        continue;
                    }
                    Notification::SetTarget(target) => {
                        self.announced_governs = true;
                        target
                    }
                    Notification::SetDifficulty(ShareDifficulty::Target(target)) => target,
                    other => panic!("{other:?}"),
                };
                self.announced = Some(target);
                if let Some((_, mined_for)) = &mut self.job {
                    *mined_for = target;
                }
            }
        }
    }

    fn line(method: &str, params: &str) -> String {
        format!(r#"{{"id":null,"method":"{method}","params":[{params}]}}"#)
    }

    #[test]
    fn only_the_last_of_each_is_told_and_no_job_of_another_extra_nonce1() {
        let hash = |byte: u8| format!("\"{}\"", hex::encode([byte; 32]));
        let notify = |id: u8| {
            line(
                "mining.notify",
                &format!("\"{id}\",true,{},{}", hash(9), hash(id)),
            )
        };
        let target = |byte| line("mining.set_target", &hash(byte));
        let mut past = vec![notify(1), target(1), notify(2), target(2), target(3)];
        let told: Vec<String> = heard(&past).lines().map(ToString::to_string).collect();
        assert_eq!(told, [target(1), notify(2), target(3)]);
        past.push(line("mining.set_extranonce", "\"aa\""));
        let told: Vec<String> = heard(&past).lines().map(ToString::to_string).collect();
        assert_eq!(told, [target(1), target(3)]);
    }

    fn pool_line() -> impl Strategy<Value = String> {
        let hash = (1_u8..5).prop_map(|byte| format!("\"{}\"", hex::encode([byte; 32])));
        prop_oneof![
            (0_u8..4, any::<bool>(), hash.clone()).prop_map(|(id, clean, target)| {
                let header = hex::encode([id; 32]);
                line(
                    "mining.notify",
                    &format!("\"{id}\",{clean},{target},\"{header}\""),
                )
            }),
            hash.clone().prop_map(|target| line("mining.set_target", &target)),
            hash.prop_map(|target| line("mining.set_difficulty", &target)),
        ]
    }

    proptest! {
        /// A tab that comes late knows the job, the target and the rule that one that was there from the start knows.
        #[test]
        fn a_late_tab_knows_what_an_early_one_knows(
            past in prop::collection::vec(pool_line(), 0..20),
            mining_core in any::<bool>(),
        ) {
            let replay = heard(&past);
            let new = || Miner { announced_governs: mining_core, ..Miner::default() };
            let (mut early, mut late) = (new(), new());
            early.hear(past.iter().map(String::as_str));
            late.hear(replay.lines().map(|line| line.as_str()));
            prop_assert_eq!(&early, &late);
        }
    }
}
