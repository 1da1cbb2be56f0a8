//! Requests that ask the same at once: one asks the provider, the others wait for its answer (llm.md C-4).
//!
//! Owns who leads. Must not know what is asked, or what came of it: whoever waited looks into the store. Invariant: a leader
//! that ends, however it ends, frees those that wait.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use dp_cache::key::Key;
use tokio::sync::watch;

use super::FOLLOWING;

/// What is being asked for, by all workers.
#[derive(Debug, Default)]
pub(crate) struct Flights(Mutex<HashMap<Key, watch::Receiver<()>>>);

/// Whether a request asks or waits.
pub(super) enum Joined {
    Leads(Leader),
    Follows(Follower),
}

/// Whoever asks; frees those that wait when it is dropped.
#[derive(Debug)]
pub(super) struct Leader {
    flights: Arc<Flights>,
    key: Key,
    /// Receivers see its end.
    _end: watch::Sender<()>,
}

/// Whoever waits.
pub(super) struct Follower(watch::Receiver<()>);

/// Joins those that ask for `key`.
pub(super) fn join(flights: &Arc<Flights>, key: Key) -> Joined {
    let mut known = flights.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(receiver) = known.get(&key) {
        return Joined::Follows(Follower(receiver.clone()));
    }
    let (sender, receiver) = watch::channel(());
    known.insert(key, receiver);
    Joined::Leads(Leader {
        flights: flights.clone(),
        key,
        _end: sender,
    })
}

// === impl Follower ===

impl Follower {
    /// Waits for the leader's end, as long as the request may.
    pub(super) async fn wait(mut self, deadline: Option<Instant>) {
        let longest = Instant::now().checked_add(FOLLOWING);
        let Some(due) = [deadline, longest].into_iter().flatten().min() else {
            return;
        };
        // Nothing is ever sent: the channel closes.
        let _ = tokio::time::timeout_at(due.into(), self.0.changed()).await;
    }
}

// === impl Leader ===

impl Drop for Leader {
    fn drop(&mut self) {
        let mut known = self
            .flights
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        known.remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use dp_cache::key::Parts;

    use super::*;

    fn key(name: &str) -> Key {
        Parts::of(name).finish()
    }

    #[tokio::test]
    async fn one_leads_and_its_end_frees_the_others() {
        let flights = Arc::new(Flights::default());
        let Joined::Leads(leader) = join(&flights, key("a")) else {
            panic!("the first leads");
        };
        assert!(matches!(join(&flights, key("b")), Joined::Leads(_)));
        let Joined::Follows(follower) = join(&flights, key("a")) else {
            panic!("the second follows");
        };
        // The first is asked first: it waits before the leader ends.
        tokio::join!(follower.wait(None), async move { drop(leader) });
        assert!(matches!(join(&flights, key("a")), Joined::Leads(_)));
        assert!(flights.0.lock().expect("lock").is_empty());
    }

    #[tokio::test]
    async fn nobody_waits_longer_than_his_request_may() {
        let flights = Arc::new(Flights::default());
        let Joined::Leads(_leader) = join(&flights, key("a")) else {
            panic!("the first leads");
        };
        let Joined::Follows(follower) = join(&flights, key("a")) else {
            panic!("the second follows");
        };
        follower.wait(Some(Instant::now())).await;
    }
}
