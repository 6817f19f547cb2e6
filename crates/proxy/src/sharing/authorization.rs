//! Whether the pool lets a connection's worker mine, asked once for all tabs.

use std::time::Duration;

use serde_json::{Map, Value};
use stratum::Id;
use tokio::time::Instant;

use super::routes::TabId;

/// The time for a pool to answer; whoever asks later asks again.
const PATIENCE: Duration = Duration::from_secs(30);

/// The pool's own answer.
pub(crate) type Answer = Map<String, Value>;

/// Who waits for the pool's answer, or the answer that granted it. One that refuses is not kept: whoever comes next asks
/// the pool.
#[derive(Debug, Default)]
pub(crate) struct Authorization(State);

#[derive(Debug, Default)]
enum State {
    #[default]
    Unasked,
    Asked {
        number: u64,
        at: Instant,
        waiting: Vec<(TabId, Id)>,
    },
    Granted(Answer),
}

/// What is to be done for a tab that wants to be authorized.
#[derive(Debug, PartialEq)]
pub(crate) enum Step {
    /// Ask the pool under this id.
    Ask(u64),
    /// The pool is asked already.
    Wait,
    /// It has granted this.
    Granted(Answer),
}

impl Authorization {
    /// A tab asks, under an id of its own; `fresh` gives ids towards the pool.
    pub(crate) fn ask(&mut self, tab: TabId, id: Id, fresh: impl FnOnce() -> u64) -> Step {
        match &mut self.0 {
            State::Unasked => {
                let number = fresh();
                self.0 = State::Asked {
                    number,
                    at: Instant::now(),
                    waiting: vec![(tab, id)],
                };
                Step::Ask(number)
            }
            State::Asked { number, at, waiting } => {
                waiting.push((tab, id));
                if at.elapsed() < PATIENCE {
                    return Step::Wait;
                }
                (*number, *at) = (fresh(), Instant::now());
                Step::Ask(*number)
            }
            State::Granted(answer) => Step::Granted(answer.clone()),
        }
    }

    /// True where the pool's answer under this id is the one that is waited for.
    pub(crate) fn awaits(&self, number: u64) -> bool {
        matches!(&self.0, State::Asked { number: asked, .. } if *asked == number)
    }

    /// Takes that answer; gives whether it grants, and who has waited for it.
    pub(crate) fn answered(&mut self, answer: &Answer) -> (bool, Vec<(TabId, Id)>) {
        let is_granted = answer.get("result") == Some(&Value::Bool(true));
        let now = if is_granted {
            State::Granted(answer.clone())
        } else {
            State::Unasked
        };
        match std::mem::replace(&mut self.0, now) {
            State::Asked { waiting, .. } => (is_granted, waiting),
            State::Unasked | State::Granted(_) => (is_granted, Vec::new()),
        }
    }

    pub(crate) fn is_awaited_by(&self, tab: TabId) -> bool {
        matches!(&self.0, State::Asked { waiting, .. } if waiting.iter().any(|&(waiting, _)| waiting == tab))
    }

    /// A tab does not wait any more.
    pub(crate) fn forget(&mut self, tab: TabId) {
        if let State::Asked { waiting, .. } = &mut self.0 {
            waiting.retain(|&(waiting, _)| waiting != tab);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answer(result: Value) -> Answer {
        let Value::Object(answer) = json!({ "id": 9, "result": result, "error": null }) else {
            unreachable!()
        };
        answer
    }

    fn never() -> u64 {
        panic!("the pool is not asked")
    }

    #[test]
    fn the_pool_is_asked_once_and_its_yes_is_kept() {
        let mut authorization = Authorization::default();
        assert_eq!(authorization.ask(TabId(1), Id::new(2), || 9), Step::Ask(9));
        assert_eq!(authorization.ask(TabId(2), Id::new(2), never), Step::Wait);
        assert_eq!(authorization.ask(TabId(3), Id::new(5), never), Step::Wait);
        assert!(authorization.awaits(9) && !authorization.awaits(8));
        authorization.forget(TabId(2));
        assert!(!authorization.is_awaited_by(TabId(2)) && authorization.is_awaited_by(TabId(3)));
        let yes = answer(json!(true));
        let waiting = vec![(TabId(1), Id::new(2)), (TabId(3), Id::new(5))];
        assert_eq!(authorization.answered(&yes), (true, waiting));
        assert_eq!(authorization.ask(TabId(4), Id::new(1), never), Step::Granted(yes));
        assert!(!authorization.awaits(9));
    }

    #[test]
    fn whatever_is_not_true_is_a_no_and_is_asked_again() {
        for result in [json!(false), json!(null), json!("true"), json!(1)] {
            let mut authorization = Authorization::default();
            authorization.ask(TabId(1), Id::new(2), || 9);
            let (is_granted, waiting) = authorization.answered(&answer(result));
            assert!(!is_granted && waiting.len() == 1);
            assert_eq!(authorization.ask(TabId(2), Id::new(2), || 10), Step::Ask(10));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_pool_that_never_answers_is_asked_again_for_all_who_wait() {
        let mut authorization = Authorization::default();
        authorization.ask(TabId(1), Id::new(2), || 9);
        tokio::time::advance(PATIENCE).await;
        assert_eq!(authorization.ask(TabId(2), Id::new(3), || 10), Step::Ask(10));
        assert!(!authorization.awaits(9));
        assert_eq!(authorization.answered(&answer(json!(true))).1.len(), 2);
    }
}
