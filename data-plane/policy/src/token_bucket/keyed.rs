//! Buckets by key, and what is taken from one until the answer has ended.
//!
//! Owns the map, its bound, and the drop guard. Must not know what a key is made of, nor print one. Invariants: a
//! reservation is settled exactly once, by `settle`, `cancel` or its end; only a full bucket is forgotten, since a
//! new one is as full.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{Level, Refused, Standing, TokenBucket, Unit};
use crate::shards::Shards;

/// Where buckets are kept. It outlives a configuration: one per limit, by the limit's stable id, and a limit that has
/// changed finds the levels where they were.
#[derive(Clone)]
pub struct Buckets {
    levels: Arc<Shards<Key, Level>>,
}

/// Whose bucket it is.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    /// One value of the limit's key.
    Of(Arc<str>),
    /// All values for which there is no room. They share a bucket: neither memory nor the limit gives way to a flood
    /// of keys.
    Others,
}

/// What was taken for a request. When it ends without a word, what was noted last is what it cost.
#[must_use = "a reservation that is dropped is settled"]
pub struct Reservation {
    buckets: Buckets,
    key: Key,
    limit: TokenBucket,
    standing: Standing,
    held: u64,
    noted: u64,
    is_open: bool,
}

/// What came of a reservation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// What the bucket bore.
    pub charged: u64,
    /// What it did not, because it was empty.
    pub forgiven: u64,
}

// === impl Buckets ===

impl Buckets {
    /// At most about `capacity` buckets.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            levels: Arc::new(Shards::new(capacity)),
        }
    }

    /// Takes what is expected of a request from the bucket of `key`. Nothing is taken where it is refused. A limit of
    /// requests takes one.
    pub fn reserve(
        &self,
        limit: &TokenBucket,
        key: &Arc<str>,
        estimate: u64,
        now: Duration,
    ) -> Result<Reservation, Refused> {
        let held = match limit.unit {
            Unit::Requests => 1,
            Unit::Tokens => estimate,
        };
        let (key, standing) = self.at(limit, key, now, |level| {
            level.take(limit, held, now)?;
            level.open = level.open.saturating_add(1);
            Ok(level.standing(limit, now))
        })?;
        Ok(Reservation {
            buckets: self.clone(),
            key,
            limit: *limit,
            standing,
            held,
            noted: 0,
            is_open: true,
        })
    }

    /// How the bucket of `key` stands.
    #[must_use]
    pub fn standing(&self, limit: &TokenBucket, key: &Arc<str>, now: Duration) -> Standing {
        let key = Key::Of(key.clone());
        let mut locked = self.levels.lock([&key]);
        let mut level = locked
            .get(&key)
            .map_or_else(|| Level::full(limit, now), |level| *level);
        level.fill(limit, now);
        level.standing(limit, now)
    }

    /// Does something with the bucket of `key`, or with that of the others where there is no room.
    fn at<T>(
        &self,
        limit: &TokenBucket,
        key: &Arc<str>,
        now: Duration,
        run: impl FnOnce(&mut Level) -> Result<T, Refused>,
    ) -> Result<(Key, T), Refused> {
        let key = Key::Of(key.clone());
        let is_full = |level: &mut Level| level.is_full(limit, now);
        let fresh = || Level::full(limit, now);
        let mut locked = self.levels.lock([&key]);
        if let Some(level) = locked.entry(&key, now, is_full, fresh) {
            return run(level).map(|done| (key, done));
        }
        drop(locked);
        let others = Key::Others;
        let mut locked = self.levels.lock([&others]);
        match locked.entry_beyond(&others, fresh) {
            Some(level) => run(level).map(|done| (others, done)),
            None => run(&mut fresh()).map(|done| (others, done)),
        }
    }
}

impl fmt::Debug for Buckets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buckets").finish_non_exhaustive()
    }
}

// === impl Reservation ===

impl Reservation {
    /// How the bucket stood when this was taken.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// What the request has cost so far. It is what it costs if it ends here: note the prompt when it has been sent,
    /// and the answer as it comes.
    pub fn note(&mut self, tokens: u64) {
        self.noted = tokens;
    }

    /// Takes what is expected, now that somebody has read the request: all of it, or what is left. It is refused where
    /// others have taken the last token since it was let through. Of a limit of requests nothing more is taken.
    pub fn expect(&mut self, estimate: u64, now: Duration) -> Result<Standing, Refused> {
        if self.limit.unit == Unit::Requests || estimate == 0 || !self.is_open {
            return Ok(self.standing);
        }
        let mut locked = self.buckets.levels.lock([&self.key]);
        if let Some(level) = locked.get(&self.key) {
            let taken = level.hold(&self.limit, estimate, now)?;
            self.held = self.held.saturating_add(taken);
            self.standing = level.standing(&self.limit, now);
        }
        Ok(self.standing)
    }

    /// Takes what the request has cost since, while it goes on; whether anything is left for more.
    pub fn pay(&mut self, tokens: u64, now: Duration) -> (Settled, bool) {
        if self.limit.unit == Unit::Requests || !self.is_open {
            return (Settled::default(), true);
        }
        // What was expected is made right by the first payment.
        let held = std::mem::take(&mut self.held);
        let mut locked = self.buckets.levels.lock([&self.key]);
        let Some(level) = locked.get(&self.key) else {
            return (Settled::default(), true);
        };
        level.fill(&self.limit, now);
        let forgiven = level.settle(&self.limit, held, tokens);
        let settled = Settled {
            charged: tokens - forgiven,
            forgiven,
        };
        (settled, level.available > 0)
    }

    /// Ends it with what the request cost. An upstream that failed before it did anything cost 0.
    pub fn settle(mut self, real: u64) -> Settled {
        let real = match self.limit.unit {
            Unit::Requests => self.held,
            Unit::Tokens => real,
        };
        self.close(real)
    }

    /// Ends it as if the request had never come, for one that something else has refused.
    pub fn cancel(mut self) {
        self.close(0);
    }

    fn close(&mut self, real: u64) -> Settled {
        if !std::mem::take(&mut self.is_open) {
            return Settled::default();
        }
        let mut locked = self.buckets.levels.lock([&self.key]);
        let forgiven = locked.get(&self.key).map_or(0, |level| {
            level.open = level.open.saturating_sub(1);
            level.settle(&self.limit, self.held, real)
        });
        Settled {
            charged: real - forgiven,
            forgiven,
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let real = match self.limit.unit {
            Unit::Requests => self.held,
            Unit::Tokens => self.noted,
        };
        self.close(real);
    }
}

impl fmt::Debug for Reservation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reservation")
            .field("held", &self.held)
            .field("noted", &self.noted)
            .finish_non_exhaustive()
    }
}
