//! Which proxies are wanted, told to those who run them.
//!
//! Owns the newest list and who waits for it. Must not make it: that is translation. Invariant: nobody is told anything
//! before the first translation, because an empty list means that every proxy must end.

use proto::tidegate::v1::Infrastructure;
use tokio::sync::{oneshot, watch};

/// Where an answer goes.
pub type Answer = oneshot::Sender<watch::Receiver<Infrastructure>>;

/// The proxies that are wanted.
#[derive(Debug)]
pub struct Wanted {
    newest: watch::Sender<Infrastructure>,
    /// Those who asked before the first translation; `None` after it.
    waiting: Option<Vec<Answer>>,
}

impl Default for Wanted {
    fn default() -> Self {
        Wanted {
            newest: watch::Sender::new(Infrastructure::default()),
            waiting: Some(Vec::new()),
        }
    }
}

impl Wanted {
    /// Answers with the list and what it becomes, at once or when there is one.
    pub fn ask(&mut self, answer: Answer) {
        match &mut self.waiting {
            Some(waiting) => waiting.push(answer),
            // Who asked may have gone.
            None => drop(answer.send(self.newest.subscribe())),
        }
    }

    /// This is the list now.
    pub fn follow(&mut self, next: Infrastructure) {
        self.newest.send_if_modified(|current| {
            let is_new = *current != next;
            if is_new {
                *current = next;
            }
            is_new
        });
        for answer in self.waiting.take().into_iter().flatten() {
            drop(answer.send(self.newest.subscribe()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Wanted;
    use proto::tidegate::v1::{DesiredProxy, Infrastructure};
    use tokio::sync::oneshot;

    #[test]
    fn nobody_is_told_before_there_is_a_list() {
        let mut wanted = Wanted::default();
        let (early, mut told_early) = oneshot::channel();
        wanted.ask(early);
        assert!(told_early.try_recv().is_err());
        let list = Infrastructure {
            proxies: vec![DesiredProxy::default()],
        };
        wanted.follow(list.clone());
        let (late, mut told_late) = oneshot::channel();
        wanted.ask(late);
        for told in [&mut told_early, &mut told_late] {
            let told = told.try_recv().expect("told");
            assert_eq!(*told.borrow(), list);
        }
    }
}
