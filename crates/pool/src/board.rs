//! The one job everybody works on, and the chain behind it.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::{Config, Template, TemplateSource, job::Job};

/// Holds the chain and publishes its jobs.
pub(crate) struct Board {
    source: Mutex<Box<dyn TemplateSource>>,
    config: Config,
    job: watch::Sender<Arc<Job>>,
}

impl Board {
    pub(crate) fn new(source: impl TemplateSource, config: Config) -> Self {
        let first = Arc::new(Job::new(source.template(), config.share_difficulty));
        Board {
            source: Mutex::new(Box::new(source)),
            config,
            job: watch::Sender::new(first),
        }
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// The job now and whenever it changes.
    pub(crate) fn jobs(&self) -> watch::Receiver<Arc<Job>> {
        self.job.subscribe()
    }

    /// The job of an id, if it is the one being worked on.
    pub(crate) fn job(&self, id: &str) -> Option<Arc<Job>> {
        let job = self.job.borrow();
        (job.id == id).then(|| job.clone())
    }

    /// Extends the chain by a proven block and publishes the next job. False where another block came first.
    pub(crate) fn found(&self, template: &Template, nonce: &[u8; 32], solution: &[u8]) -> bool {
        let mut source = self.source.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(hash) = source.found(&template.mine_hash, nonce, solution) else {
            return false;
        };
        self.config.stats.count_block();
        tracing::info!(number = template.number, hash = hex::encode(hash), "block found");
        self.publish(source.template());
        true
    }

    /// Lets the chain grow without us, unless `job` is over already.
    pub(crate) fn interval_passed(&self, job: &Job) {
        let mut source = self.source.lock().unwrap_or_else(PoisonError::into_inner);
        if self.job.borrow().id == job.id {
            source.interval_passed();
            self.publish(source.template());
        }
    }

    /// Called under the lock of the source, so that jobs come in the order of their blocks.
    fn publish(&self, template: Template) {
        let job = Job::new(template, self.config.share_difficulty);
        tracing::debug!(job = job.id, number = template.number, "new job");
        self.job.send_replace(Arc::new(job));
    }
}
