//! Which difficulty each job of a connection was handed out with.

use aion_pow::target::Difficulty;
use tokio::time::Instant;

use crate::Config;
use crate::board::OPEN_JOBS;
use crate::job::Job;
use crate::vardiff::Follower;

/// One connection's share difficulties.
pub(crate) struct Pace {
    source: Source,
    /// The newest jobs with what their shares must meet, the newest last.
    handed: Vec<(u64, Difficulty)>,
}

enum Source {
    Fixed(Difficulty),
    Following(Follower),
}

impl Pace {
    pub(crate) fn new(config: &Config, now: Instant) -> Self {
        let source = match &config.vardiff {
            Some(rules) => Source::Following(Follower::new(rules.clone(), config.share_difficulty, now)),
            None => Source::Fixed(config.share_difficulty),
        };
        Pace {
            source,
            handed: Vec::new(),
        }
    }

    /// From the next job on, this difficulty and no other.
    pub(crate) fn fix(&mut self, difficulty: Difficulty) {
        self.source = Source::Fixed(difficulty);
    }

    /// The difficulty to hand the job out with.
    pub(crate) fn hand_out(&mut self, job: &Job, now: Instant) -> Difficulty {
        if let Source::Following(follower) = &mut self.source {
            match self.handed.is_empty() {
                // Before its first job a client could find nothing.
                true => follower.begin(now),
                false => follower.retarget(now),
            }
        }
        let difficulty = self.current(job);
        match self.handed.iter_mut().find(|(handed, _)| *handed == job.number) {
            // Handed out twice: a share that was on its way may know the first alone.
            Some((_, known)) => *known = difficulty.min(*known),
            None => {
                if self.handed.len() == OPEN_JOBS {
                    self.handed.remove(0);
                }
                self.handed.push((job.number, difficulty));
            }
        }
        difficulty
    }

    /// What a share of the job must meet: what it was handed out with, since the client may not know of a change yet.
    pub(crate) fn required(&self, job: &Job) -> Difficulty {
        self.handed
            .iter()
            .find(|&&(handed, _)| handed == job.number)
            .map_or(self.current(job), |&(_, difficulty)| difficulty)
    }

    /// Counts an accepted share.
    pub(crate) fn share(&mut self, difficulty: Difficulty) {
        if let Source::Following(follower) = &mut self.source {
            follower.share(difficulty);
        }
    }

    fn current(&self, job: &Job) -> Difficulty {
        let wanted = match &self.source {
            Source::Fixed(difficulty) => *difficulty,
            Source::Following(follower) => follower.difficulty(),
        };
        wanted.min(job.hardest)
    }
}
