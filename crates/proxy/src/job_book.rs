//! What a connection to a pool has been told to work on: jobs, share targets, and its part of the nonce.
//!
//! The rule for targets is the miner's own. In the MiningCore dialect the target of a notify is the network's, and the
//! share target is what `set_target` or `set_difficulty` said last; until one came the notify's is the only safe one.
//! In the solo dialect the notify's own target counts, unless the server has shown that it uses `set_target`. In both,
//! a target that arrives applies to the job just sent and to later ones.
//!
//! The book is kept to tell honest submits from hostile ones, so it never judges by what a client cannot know yet:
//! of the targets that a job had, the easiest counts, and a job that is over is remembered.

use std::collections::{HashSet, VecDeque};

use aion_pow::target::Target;
use stratum::{Notification, Notify, ServerMessage, ShareDifficulty, Subscribed};

/// The jobs that are remembered, those that are over included. At a job every few seconds, more than a minute of
/// them: longer than a share is on its way.
const JOBS: usize = 32;

/// The forms that one job id may have had: a second subscribe sends the same job for another extraNonce1.
const FORMS: usize = 4;

/// Proofs remembered for a job. Each one cost work, so that no ordinary client comes near.
const PROOFS: usize = 65_536;

/// The jobs and targets of one connection to a pool.
#[derive(Debug, Default)]
pub(crate) struct JobBook {
    extra_nonce1: Option<Vec<u8>>,
    announced: Option<Target>,
    announced_governs: bool,
    jobs: VecDeque<Job>,
}

#[derive(Debug)]
struct Job {
    id: String,
    forms: VecDeque<Work>,
    target: Target,
    proofs: HashSet<[u8; 32]>,
}

/// What a nonce of a job is made of and hashed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Work {
    pub(crate) header_hash: [u8; 32],
    pub(crate) extra_nonce1: Vec<u8>,
}

/// A job as a submit must meet it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Terms {
    /// The newest form first; there is at least one.
    pub(crate) forms: Vec<Work>,
    /// The easiest target that the job has had.
    pub(crate) target: Target,
}

impl JobBook {
    /// Takes what the pool says; replies other than to subscribe say nothing here.
    ///
    /// Of all replies only that to a subscribe carries an extraNonce1, so that no id need be looked at.
    pub(crate) fn hear(&mut self, message: &ServerMessage) {
        match message {
            ServerMessage::Reply(reply) => {
                if let Ok(subscribed) = Subscribed::from_result(reply.result.as_ref()) {
                    self.announced_governs |= subscribed.connection.is_some();
                    self.extra_nonce1 = Some(subscribed.extra_nonce1);
                }
            }
            ServerMessage::Notification(Notification::Notify(notify)) => self.enter(notify),
            ServerMessage::Notification(Notification::SetTarget(target)) => {
                self.announced_governs = true;
                self.retarget(Target::from_be_bytes(*target));
            }
            ServerMessage::Notification(Notification::SetDifficulty(difficulty)) => {
                self.retarget(share_target(*difficulty));
            }
            ServerMessage::Notification(Notification::SetExtranonce(bytes)) => {
                self.extra_nonce1 = Some(bytes.clone());
            }
            ServerMessage::Notification(Notification::Reconnect { .. }) => {}
        }
    }

    fn enter(&mut self, notify: &Notify) {
        let own = Target::from_be_bytes(notify.target);
        let target = if self.announced_governs {
            self.announced.unwrap_or(own)
        } else {
            own
        };
        let work = Work {
            header_hash: notify.header_hash,
            extra_nonce1: self.extra_nonce1.clone().unwrap_or_default(),
        };
        let known = self.jobs.iter().position(|job| job.id == notify.job_id);
        let mut job = known.and_then(|at| self.jobs.remove(at)).unwrap_or_else(|| Job {
            id: notify.job_id.clone(),
            forms: VecDeque::new(),
            target,
            proofs: HashSet::new(),
        });
        job.target = job.target.max(target);
        if !job.forms.contains(&work) {
            job.forms.push_front(work);
            job.forms.truncate(FORMS);
        }
        // The newest job is the last, where targets that come apply.
        self.jobs.push_back(job);
        if self.jobs.len() > JOBS {
            self.jobs.pop_front();
        }
    }

    fn retarget(&mut self, target: Target) {
        self.announced = Some(target);
        if let Some(job) = self.jobs.back_mut() {
            job.target = job.target.max(target);
        }
    }

    /// The terms of a job that this connection was sent and that is not long over.
    pub(crate) fn terms(&self, job_id: &str) -> Option<Terms> {
        let job = self.jobs.iter().find(|job| job.id == job_id)?;
        Some(Terms {
            forms: job.forms.iter().cloned().collect(),
            target: job.target,
        })
    }

    /// Notes the proof-of-work hash of a share; false where the job has seen it before.
    pub(crate) fn claim(&mut self, job_id: &str, pow_hash: [u8; 32]) -> bool {
        match self.jobs.iter_mut().find(|job| job.id == job_id) {
            Some(job) if job.proofs.len() < PROOFS => job.proofs.insert(pow_hash),
            Some(job) => !job.proofs.contains(&pow_hash),
            None => true,
        }
    }
}

/// floor(2^256 / number), never above the exact quotient's next representable one: a pool's number is a double itself.
fn share_target(difficulty: ShareDifficulty) -> Target {
    match difficulty {
        ShareDifficulty::Target(bytes) => Target::from_be_bytes(bytes),
        ShareDifficulty::Number(number) => target_of(number),
    }
}

/// The target of a difficulty, exactly: a double is an integer of 53 bits times a power of two.
fn target_of(number: f64) -> Target {
    const MANTISSA: u32 = f64::MANTISSA_DIGITS - 1;
    let bits = number.to_bits();
    let raw_exponent = (bits >> MANTISSA & 0x7ff) as i32;
    let fraction = bits & ((1 << MANTISSA) - 1);
    let (mantissa, exponent) = if raw_exponent == 0 {
        (fraction, -1_074)
    } else {
        (fraction | 1 << MANTISSA, raw_exponent - 1_075)
    };
    // number = mantissa · 2^exponent, so the target is floor(2^(256 - exponent) / mantissa).
    let power = 256 - exponent;
    let mut quotient = [0_u8; 32];
    let mut remainder = 0_u128;
    let mantissa = u128::from(mantissa.max(1));
    for bit in (0..=power.max(0)).rev() {
        remainder = remainder << 1 | u128::from(bit == power);
        if remainder >= mantissa {
            remainder -= mantissa;
            if bit >= 256 {
                return Target::from_be_bytes([0xff; 32]);
            }
            quotient[31 - bit as usize / 8] |= 1 << (bit % 8);
        }
    }
    Target::from_be_bytes(quotient)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(lines: &[String]) -> JobBook {
        let mut book = JobBook::default();
        for line in lines {
            book.hear(&ServerMessage::parse(line).unwrap());
        }
        book
    }

    fn hex(byte: u8) -> String {
        hex::encode([byte; 32])
    }

    fn notify(id: &str, target: u8) -> String {
        format!(
            r#"{{"id":null,"method":"mining.notify","params":["{id}",true,"{}","{}"]}}"#,
            hex(target),
            hex(7)
        )
    }

    fn set_target(target: u8) -> String {
        format!(
            r#"{{"jsonrpc":"2.0","method":"mining.set_target","params":["{}"]}}"#,
            hex(target)
        )
    }

    fn subscribed(result: &str) -> String {
        format!(r#"{{"id":1,"result":{result},"error":null}}"#)
    }

    const SOLO: &str = r#"[null,"bc4fe05100000000"]"#;
    const MINING_CORE: &str = r#"[["mining.notify","0HLD7","AionStratum/1.0.0"],"be10"]"#;

    fn target(byte: u8) -> Target {
        Target::from_be_bytes([byte; 32])
    }

    #[test]
    fn the_target_of_a_job_is_the_one_that_its_client_mines_for() {
        for (name, lines, expected) in [
            ("solo", vec![subscribed(SOLO), notify("1", 3)], 3),
            (
                "solo, a target before",
                vec![subscribed(SOLO), set_target(9), notify("1", 3)],
                9,
            ),
            (
                "solo, a target after",
                vec![subscribed(SOLO), notify("1", 3), set_target(9)],
                9,
            ),
            (
                "MiningCore, no target yet",
                vec![subscribed(MINING_CORE), notify("1", 1)],
                1,
            ),
            (
                "MiningCore",
                vec![subscribed(MINING_CORE), notify("1", 1), set_target(9)],
                9,
            ),
            (
                "MiningCore, the target of the job before",
                vec![
                    subscribed(MINING_CORE),
                    notify("0", 1),
                    set_target(9),
                    notify("1", 1),
                ],
                9,
            ),
            (
                "a harder one comes while a share may be on its way",
                vec![
                    subscribed(MINING_CORE),
                    notify("0", 1),
                    set_target(9),
                    notify("1", 1),
                    set_target(5),
                ],
                9,
            ),
        ] {
            assert_eq!(
                book(&lines).terms("1").unwrap().target,
                target(expected),
                "{name}"
            );
        }
    }

    #[test]
    fn a_harder_target_counts_for_the_next_job() {
        let lines = [
            subscribed(MINING_CORE),
            notify("0", 1),
            set_target(9),
            set_target(5),
            notify("1", 1),
        ];
        assert_eq!(book(&lines).terms("0").unwrap().target, target(9));
        assert_eq!(book(&lines).terms("1").unwrap().target, target(5));
    }

    #[test]
    fn a_job_keeps_the_extra_nonce1_that_it_came_under_and_gets_those_that_it_comes_under_again() {
        let extranonce = r#"{"id":null,"method":"mining.set_extranonce","params":["aa"]}"#.to_owned();
        let lines = [subscribed(SOLO), notify("1", 3), extranonce, notify("2", 3)];
        let forms = |book: &JobBook, id| -> Vec<String> {
            let terms = book.terms(id).unwrap();
            terms
                .forms
                .iter()
                .map(|work| hex::encode(&work.extra_nonce1))
                .collect()
        };
        let first = book(&lines);
        assert_eq!(forms(&first, "1"), ["bc4fe05100000000"]);
        assert_eq!(forms(&first, "2"), ["aa"]);
        let again = [lines.to_vec(), vec![notify("1", 3)]].concat();
        assert_eq!(forms(&book(&again), "1"), ["aa", "bc4fe05100000000"]);
    }

    #[test]
    fn old_jobs_are_remembered_and_very_old_ones_are_not() {
        let mut lines = vec![subscribed(SOLO)];
        lines.extend((0..=JOBS).map(|number| notify(&format!("{number:x}"), 3)));
        let book = book(&lines);
        assert_eq!(book.terms("0"), None);
        assert!(book.terms("1").is_some());
        assert_eq!(book.terms("never"), None);
    }

    #[test]
    fn a_proof_counts_once_for_a_job() {
        let mut book = book(&[subscribed(SOLO), notify("1", 3), notify("2", 3)]);
        assert!(book.claim("1", [1; 32]));
        assert!(!book.claim("1", [1; 32]));
        assert!(book.claim("1", [2; 32]));
        assert!(book.claim("2", [1; 32]));
    }

    #[test]
    fn a_difficulty_gives_the_quotient_rounded_down() {
        let bytes = |text: String| Target::from_be_bytes(hex::decode(text).unwrap().try_into().unwrap());
        for (number, expected) in [
            (1.0, "ff".repeat(32)),
            (0.25, "ff".repeat(32)),
            (f64::MIN_POSITIVE, "ff".repeat(32)),
            (2.0, format!("80{}", "00".repeat(31))),
            (3.0, "55".repeat(32)),
            (1024.0, format!("0040{}", "00".repeat(30))),
            (1.5, "aa".repeat(32)),
            (2_f64.powi(256), format!("{}01", "00".repeat(31))),
            (f64::MAX, "00".repeat(32)),
        ] {
            assert_eq!(target_of(number), bytes(expected), "{number}");
        }
    }
}
