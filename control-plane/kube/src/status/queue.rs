//! Which statuses wait to be written: the newest wish per object, and nothing that was fulfilled.
//!
//! Owns latest-wins, the pauses after failures and what one leadership has settled. Must not do I/O or read a clock. An
//! object is in one worker's hands at a time; a wish that changes meanwhile is looked at again afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cp_api::ObjectKey;

use crate::status::shape::Shape;
use crate::status::wanted::Wanted;

#[cfg(test)]
mod tests;

/// The wanted status of every object that is ours.
pub type Statuses = BTreeMap<ObjectKey, Arc<Wanted>>;

/// First pause after a failure; each further one doubles it.
const FIRST: Duration = Duration::from_secs(1);
/// Longest pause.
const LAST: Duration = Duration::from_secs(60);

/// What waits.
#[derive(Debug)]
pub struct Queue {
    controller: String,
    wanted: Arc<Statuses>,
    /// What this leadership has seen to be right.
    settled: Statuses,
    waiting: BTreeMap<ObjectKey, Waiting>,
    /// No object that failed is due before.
    earliest: Option<Instant>,
    busy: BTreeSet<ObjectKey>,
    /// Objects in hand since the last look began: what it saw of them may be old.
    touched: BTreeSet<ObjectKey>,
}

#[derive(Clone, Debug)]
struct Waiting {
    wanted: Arc<Wanted>,
    failures: u32,
    since: Option<Instant>,
}

/// What became of one write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The object says what is wanted.
    Settled,
    /// The object does not exist.
    Gone,
    /// It has to be tried again.
    Failed,
}

/// What a look at all objects found.
#[derive(Debug, Default)]
pub struct Seen {
    /// Objects that say what is wanted.
    pub right: Vec<(ObjectKey, Arc<Wanted>)>,
    /// Objects that do not.
    pub wrong: Vec<ObjectKey>,
    /// Objects with entries of ours that are not ours.
    pub stale: Vec<(ObjectKey, Shape)>,
}

impl Queue {
    /// An empty queue.
    pub fn new(controller: impl Into<String>) -> Queue {
        Queue {
            controller: controller.into(),
            wanted: Arc::default(),
            settled: Statuses::new(),
            waiting: BTreeMap::new(),
            earliest: None,
            busy: BTreeSet::new(),
            touched: BTreeSet::new(),
        }
    }

    /// This is wanted from now on.
    pub fn want(&mut self, wanted: Arc<Statuses>) {
        let before = std::mem::replace(&mut self.wanted, wanted);
        for (key, old) in before.iter() {
            if self.wanted.contains_key(key) {
                continue;
            }
            if old.shape.is_shared() {
                self.disown(key.clone(), old.shape);
            } else {
                self.waiting.remove(key);
                self.settled.remove(key);
            }
        }
        for (key, wanted) in self.wanted.iter() {
            let is_settled = self.settled.get(key) == Some(wanted);
            if is_settled {
                self.waiting.remove(key);
                continue;
            }
            let is_waiting = self.waiting.get(key).map(|waiting| &waiting.wanted) == Some(wanted);
            if !is_waiting {
                self.waiting.insert(key.clone(), Waiting::now(wanted));
            }
        }
    }

    /// A look at all objects begins.
    pub fn look(&mut self) -> Arc<Statuses> {
        self.touched.clone_from(&self.busy);
        Arc::clone(&self.wanted)
    }

    /// Takes over what it found.
    pub fn seen(&mut self, seen: Seen) {
        for (key, wanted) in seen.right {
            if self.wanted.get(&key) == Some(&wanted) && !self.touched.contains(&key) {
                self.waiting.remove(&key);
                self.settled.insert(key, wanted);
            }
        }
        for key in seen.wrong {
            self.settled.remove(&key);
            if let Some(wanted) = self.wanted.get(&key)
                && !self.waiting.contains_key(&key)
            {
                self.waiting.insert(key, Waiting::now(wanted));
            }
        }
        for (key, shape) in seen.stale {
            if !self.wanted.contains_key(&key) {
                self.disown(key, shape);
            }
        }
    }

    /// The next object to write, if one is due.
    pub fn next(&mut self, now: Instant) -> Option<(ObjectKey, Arc<Wanted>)> {
        let due = self.waiting.iter().find(|(key, waiting)| {
            !self.busy.contains(*key) && waiting.since.is_none_or(|since| since <= now)
        });
        let Some((key, waiting)) = due else {
            if self.earliest.is_some_and(|earliest| earliest <= now) {
                self.earliest = self.earliest_after(now);
            }
            return None;
        };
        let next = (key.clone(), Arc::clone(&waiting.wanted));
        // From here on nobody knows what it says.
        self.settled.remove(&next.0);
        self.touched.insert(next.0.clone());
        self.busy.insert(next.0.clone());
        Some(next)
    }

    /// When to ask for [`Queue::next`] again, if objects wait after a failure. This is asked after every write, so it is
    /// looked for only when something fails and when its time has come.
    pub fn due(&self) -> Option<Instant> {
        self.earliest
    }

    /// A write ended.
    pub fn finished(
        &mut self,
        key: &ObjectKey,
        wanted: &Arc<Wanted>,
        outcome: Outcome,
        now: Instant,
    ) {
        self.busy.remove(key);
        let Some(waiting) = self.waiting.get_mut(key) else {
            return;
        };
        if waiting.wanted != *wanted {
            return;
        }
        match outcome {
            Outcome::Settled | Outcome::Gone => {
                self.waiting.remove(key);
                // What is gone is wanted anew as another object, with another uid.
                if self.wanted.contains_key(key) {
                    self.settled.insert(key.clone(), Arc::clone(wanted));
                } else {
                    self.settled.remove(key);
                }
            }
            Outcome::Failed => {
                let pause = FIRST.saturating_mul(2_u32.saturating_pow(waiting.failures));
                waiting.failures = waiting.failures.saturating_add(1);
                waiting.since = Some(now + pause.min(LAST));
                self.earliest = self.earliest_after(now);
            }
        }
    }

    /// How many objects wait or are being written.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// When the first object is due of those that are not due yet.
    fn earliest_after(&self, now: Instant) -> Option<Instant> {
        let paused = self.waiting.values().filter_map(|waiting| waiting.since);
        paused.filter(|since| *since > now).min()
    }

    fn disown(&mut self, key: ObjectKey, shape: Shape) {
        self.settled.remove(&key);
        let nothing = Arc::new(Wanted::nothing(shape, &self.controller));
        self.waiting.insert(key, Waiting::now(&nothing));
    }
}

// === impl Waiting ===

impl Waiting {
    fn now(wanted: &Arc<Wanted>) -> Waiting {
        Waiting {
            wanted: Arc::clone(wanted),
            failures: 0,
            since: None,
        }
    }
}
