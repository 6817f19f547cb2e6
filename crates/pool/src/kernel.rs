//! A kernel behind JSON-RPC as the source of templates.
//!
//! | call | answer |
//! |---|---|
//! | `getblocktemplate []` | a template; or `{"message", "code": -1}`, by which the pool waits: between a proof-of-work block and the next proof-of-stake block there is none |
//! | `submitblock [nonce, solution, headerHash]` | says little: the Java kernel answers `true` to a failed import too |
//! | `getHeaderByBlockNumber [height]` | whether the block is on the chain, by its mine hash |
//! | `validateaddress [address]` | whether a worker's address can be paid |
//!
//! Each call is a connection of its own with a deadline and a longest answer, so that nothing of a kernel that hangs,
//! floods or breaks off outlives it.

mod address;
mod answer;
mod rpc;
mod submission;

use std::collections::HashSet;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::{AddressCheck, ChainState, Desk, Errand, FoundBlock, Template, TemplateSource};

pub use address::{KernelAddress, KernelAddressError};
use answer::Work;
use rpc::{Fault, Rpc};
use submission::{Fate, confirm, submit};

/// The longest pause between two polls of a kernel that gives no answer.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Address checks under way at a time; past it an address's form decides.
const ADDRESS_CHECKS: usize = 8;

/// Addresses that the kernel found valid and that are not asked again.
const KNOWN_ADDRESSES: usize = 4_096;

/// Characters of the kernel's own words that are kept.
const WORDS: usize = 200;

/// A kernel's JSON-RPC over plain http.
#[derive(Debug, Clone)]
pub struct Kernel {
    /// Where it is.
    pub address: KernelAddress,
    /// The time between two polls for a template.
    pub poll: Duration,
    /// How long a call may take.
    pub deadline: Duration,
    /// The longest answer, in bytes.
    pub longest_answer: usize,
    /// A new template on the same head, with other transactions, becomes a job this long after the one before.
    pub refresh: Duration,
    /// How long jobs are handed out after the kernel's last answer.
    pub job_lifetime: Duration,
    /// How long a block is submitted again and again to a kernel that gives no answer.
    pub submit_for: Duration,
    /// How long a submitted block is looked for on the chain.
    pub confirm_for: Duration,
}

impl Kernel {
    /// A kernel with the usual times: polled every 500 ms, 5 s for a call.
    pub fn at(address: KernelAddress) -> Self {
        Kernel {
            address,
            poll: Duration::from_millis(500),
            deadline: Duration::from_secs(5),
            longest_answer: 64 << 10,
            refresh: Duration::from_secs(15),
            job_lifetime: Duration::from_secs(60),
            submit_for: Duration::from_secs(60),
            confirm_for: Duration::from_secs(30),
        }
    }
}

impl TemplateSource for Kernel {
    async fn run(self, mut desk: Desk) {
        let rpc = Arc::new(Rpc::new(self.address.clone(), self.deadline, self.longest_answer));
        let mut watch = Watch::new(&self);
        let mut poll = poll_after(&rpc, Duration::ZERO);
        let mut errands = JoinSet::new();
        let mut addresses = Addresses::default();
        loop {
            tokio::select! {
                errand = desk.next() => match errand {
                    None => break,
                    Some(Errand::Block(block)) => {
                        errands.spawn(submit_task(rpc.clone(), block, self.submit_for));
                    }
                    Some(Errand::Address(check)) => {
                        if let Some(check) = addresses.answer_known(check) {
                            errands.spawn(address_task(rpc.clone(), check));
                        }
                    }
                },
                work = &mut poll => {
                    let pause = watch.heard(work, &desk);
                    poll = poll_after(&rpc, pause);
                }
                Some(done) = errands.join_next() => match done {
                    Ok(Done::Submitted(block)) => {
                        // There is a new head by now, or soon.
                        poll = poll_after(&rpc, Duration::ZERO);
                        errands.spawn(confirm_task(rpc.clone(), block, self.confirm_for));
                    }
                    Ok(done) => finish(done, &desk, &mut addresses),
                    Err(error) => tracing::error!(%error, "an errand at the kernel failed"),
                },
            }
        }
        while let Some(done) = errands.join_next().await {
            match done {
                Ok(Done::Submitted(block)) => {
                    errands.spawn(confirm_task(rpc.clone(), block, self.confirm_for));
                }
                Ok(done) => finish(done, &desk, &mut addresses),
                Err(error) => tracing::error!(%error, "an errand at the kernel failed"),
            }
        }
    }
}

type Poll = Pin<Box<dyn Future<Output = Result<Work, Fault>> + Send>>;

fn poll_after(rpc: &Arc<Rpc>, pause: Duration) -> Poll {
    let rpc = rpc.clone();
    Box::pin(async move {
        sleep(pause).await;
        answer::work(&rpc.call("getblocktemplate", &[]).await?)
    })
}

/// An errand that came to an end.
enum Done {
    /// Whatever the kernel said to it: only the chain tells.
    Submitted(Box<FoundBlock>),
    Decided(Box<FoundBlock>, Fate),
    Address {
        address: String,
        valid: bool,
    },
}

async fn submit_task(rpc: Arc<Rpc>, block: Box<FoundBlock>, patience: Duration) -> Done {
    match submit(&rpc, &block, patience).await {
        Ok(()) => Done::Submitted(block),
        Err(fault) => {
            let why = format!("it could not be submitted: {fault}");
            Done::Decided(block, Fate::NotThere(why))
        }
    }
}

async fn confirm_task(rpc: Arc<Rpc>, block: Box<FoundBlock>, patience: Duration) -> Done {
    let fate = confirm(&rpc, &block, patience).await;
    Done::Decided(block, fate)
}

async fn address_task(rpc: Arc<Rpc>, check: AddressCheck) -> Done {
    let params = [check.address.clone().into()];
    let word = rpc.call("validateaddress", &params).await;
    let address = check.address.clone();
    let valid = match word.and_then(|result| answer::is_valid_address(&result)) {
        Ok(valid) => {
            check.answer(valid);
            valid
        }
        Err(fault) => {
            // The check is dropped: the address's form decides.
            tracing::debug!(%fault, "no word on an address");
            false
        }
    };
    Done::Address { address, valid }
}

fn finish(done: Done, desk: &Desk, addresses: &mut Addresses) {
    match done {
        Done::Submitted(_) => {}
        Done::Decided(block, Fate::OnTheChain) => desk.confirmed(&block),
        Done::Decided(block, Fate::NotThere(why)) => desk.unconfirmed(&block, &why),
        Done::Address { address, valid } => addresses.learned(address, valid),
    }
}

/// What is known of addresses.
#[derive(Default)]
struct Addresses {
    valid: HashSet<String>,
    asked: usize,
}

impl Addresses {
    /// Answers what is known, lets go what is too much, and gives back what must be asked.
    fn answer_known(&mut self, check: AddressCheck) -> Option<AddressCheck> {
        if self.valid.contains(&check.address) {
            check.answer(true);
            return None;
        }
        if self.asked == ADDRESS_CHECKS {
            return None;
        }
        self.asked += 1;
        Some(check)
    }

    fn learned(&mut self, address: String, valid: bool) {
        self.asked -= 1;
        if valid {
            if self.valid.len() == KNOWN_ADDRESSES {
                self.valid.clear();
            }
            self.valid.insert(address);
        }
    }
}

/// Makes jobs of what polls bring.
struct Watch<'a> {
    kernel: &'a Kernel,
    published: Option<(Template, Instant)>,
    state: ChainState,
    heard: Instant,
    pause: Duration,
}

impl<'a> Watch<'a> {
    fn new(kernel: &'a Kernel) -> Self {
        Watch {
            kernel,
            published: None,
            state: ChainState::Starting,
            heard: Instant::now(),
            pause: kernel.poll,
        }
    }

    /// Gives the pause until the next poll.
    fn heard(&mut self, work: Result<Work, Fault>, desk: &Desk) -> Duration {
        let now = Instant::now();
        let state = match work {
            Ok(Work::Template(template)) => {
                if self.is_news(&template, now) {
                    self.published = Some((template, now));
                }
                // After a wait the job before may be the one to go on with.
                if let Some((template, _)) = self.published {
                    desk.publish(template);
                }
                ChainState::Working
            }
            Ok(Work::NoneNow { message }) => {
                desk.withdraw();
                ChainState::Waiting(message)
            }
            Err(fault) => {
                let silence = now.duration_since(self.heard);
                if silence >= self.kernel.job_lifetime && desk.withdraw() {
                    tracing::warn!(?silence, "the kernel's last job is too old to be handed out");
                }
                let state = ChainState::Down(fault.to_string());
                self.enter(state, desk);
                let pause = self.pause;
                self.pause = (2 * pause).min(LONGEST_PAUSE);
                return pause;
            }
        };
        self.heard = now;
        self.pause = self.kernel.poll;
        self.enter(state, desk);
        self.kernel.poll
    }

    fn is_news(&self, template: &Template, now: Instant) -> bool {
        // A kernel that was away may have forgotten the templates it gave before.
        let is_due = |since| {
            matches!(self.state, ChainState::Down(_)) || now.duration_since(since) >= self.kernel.refresh
        };
        self.published.is_none_or(|(published, since)| {
            !published.has_head_of(template) || published != *template && is_due(since)
        })
    }

    fn enter(&mut self, state: ChainState, desk: &Desk) {
        if self.state == state {
            return;
        }
        match (&self.state, &state) {
            (ChainState::Down(_), ChainState::Down(why)) => tracing::debug!(why, "the kernel is still down"),
            (_, ChainState::Down(why)) => tracing::warn!(
                kernel = %self.kernel.address,
                why,
                lifetime = ?self.kernel.job_lifetime,
                "no answer from the kernel: its last job is handed out until its lifetime is over"
            ),
            (_, ChainState::Waiting(message)) => tracing::info!(message, "no template now: waiting"),
            (ChainState::Down(_), _) => tracing::info!("the kernel answers again"),
            _ => tracing::debug!(?state, "the kernel"),
        }
        desk.report(state.clone());
        self.state = state;
    }
}

/// The kernel's own words, cut and without control characters.
fn words(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(WORDS).collect()
}
