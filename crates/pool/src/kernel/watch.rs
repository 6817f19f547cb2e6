//! What polls bring, made jobs of.

use std::time::Duration;

use tokio::time::Instant;

use super::Kernel;
use super::answer::Work;
use super::rpc::Fault;
use crate::{ChainState, Desk, Template};

/// The longest pause between two polls of a kernel that gives no answer.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Makes jobs of what polls bring.
pub(crate) struct Watch<'a> {
    kernel: &'a Kernel,
    published: Option<(Template, Instant)>,
    state: ChainState,
    heard: Instant,
    pause: Duration,
}

impl<'a> Watch<'a> {
    pub(crate) fn new(kernel: &'a Kernel) -> Self {
        Watch {
            kernel,
            published: None,
            state: ChainState::Starting,
            heard: Instant::now(),
            pause: kernel.poll,
        }
    }

    /// Gives the pause until the next poll.
    pub(crate) fn heard(&mut self, work: Result<Work, Fault>, desk: &Desk) -> Duration {
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
