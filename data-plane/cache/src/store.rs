//! The store of one policy: answers by key, and directions by partition.
//!
//! Owns the bounds in bytes and the age of what is found; moka owns who goes first (the least recently used). Must not read
//! a clock: times are handed in. Invariants: what is older than asked for is not found; a lock is held for bookkeeping
//! only, never over a scan; an edit of the policy keeps what still has room.

#![expect(
    clippy::disallowed_types,
    reason = "entries that requests share are the one state this crate cannot return as a value"
)]

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;

use crate::key::Key;
use crate::similar::{Direction, Directions};

/// What an entry takes beside its body.
const OVERHEAD: usize = 512;

/// An answer as its provider gave it.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// The provider's bytes.
    pub body: Bytes,
    /// Its `content-type`.
    pub content_type: Option<Box<str>>,
    /// The provider's name in its backend.
    pub provider: Arc<str>,
    /// What the provider was asked, by [`crate::subject::asked`].
    pub asked: Key,
    /// The same without the user's last text, where that can be compared.
    pub shape: Option<Key>,
    /// When it came, since 1970.
    pub stored: Duration,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The entry.
    pub entry: Arc<Entry>,
    /// How old it is.
    pub age: Duration,
}

/// How much a store may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Bytes in all.
    pub bytes: u64,
    /// Directions that one partition has at most; 0 where nothing is compared.
    pub directions: usize,
}

/// The store.
pub struct Store {
    entries: Cache<Key, Arc<Entry>>,
    directions: Mutex<Directions>,
    room: Room,
}

// === impl Store ===

impl Store {
    /// An empty one.
    #[must_use]
    pub fn new(room: Room) -> Self {
        let entries = Cache::builder()
            .max_capacity(room.bytes.saturating_sub(room.of_directions()))
            .weigher(|_, entry: &Arc<Entry>| entry.weight())
            .eviction_policy(EvictionPolicy::lru())
            .build();
        Self {
            entries,
            directions: Mutex::default(),
            room,
        }
    }

    /// How much it may take.
    #[must_use]
    pub fn room(&self) -> Room {
        self.room
    }

    /// One of another size, with what is here as far as there is room.
    #[must_use]
    pub fn resized(&self, room: Room) -> Self {
        let other = Self::new(room);
        for (key, entry) in &self.entries {
            other.entries.insert(*key, entry);
        }
        other.entries.run_pending_tasks();
        if room.directions > 0 {
            let mut own = self.lock();
            *other.lock() = std::mem::take(&mut *own);
        }
        other
    }

    /// An entry that is at most `oldest` old.
    #[must_use]
    pub fn find(&self, key: &Key, now: Duration, oldest: Duration) -> Option<Found> {
        let entry = self.entries.get(key)?;
        let age = now.saturating_sub(entry.stored);
        (age <= oldest).then_some(Found { entry, age })
    }

    /// Keeps an entry, in the place of one that has its key.
    pub fn insert(&self, key: Key, entry: Entry) {
        self.entries.insert(key, Arc::new(entry));
        // Without it, what is over the bound would stay until somebody else writes.
        self.entries.run_pending_tasks();
    }

    /// Notes in which direction the question of an entry points.
    pub fn note(&self, partition: Key, entry: Key, direction: Direction) {
        let bytes = usize::try_from(self.room.of_directions()).unwrap_or(usize::MAX);
        let room = (self.room.directions, bytes);
        self.lock().add(partition, (entry, direction), room);
    }

    /// The entry whose question is nearest, if it is near enough and not older than `oldest`; with the similarity.
    #[must_use]
    pub fn nearest(
        &self,
        (partition, direction): (&Key, &Direction),
        threshold: f64,
        (now, oldest): (Duration, Duration),
    ) -> Option<(Found, f64)> {
        let candidates = self.lock().of(partition);
        let mut near: Vec<(f64, Key)> = candidates
            .iter()
            .filter_map(|(key, other)| Some((f64::from(direction.cosine(other)?), *key)))
            .filter(|(cosine, _)| *cosine >= threshold)
            .collect();
        near.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        near.into_iter()
            .find_map(|(cosine, key)| Some((self.find(&key, now, oldest)?, cosine.min(1.0))))
    }

    /// Bytes that are taken.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let directions = u64::try_from(self.lock().bytes()).unwrap_or(u64::MAX);
        self.entries.weighted_size().saturating_add(directions)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Directions> {
        // A thread that panicked left directions behind, which are true all the same.
        self.directions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("room", &self.room)
            .field("entries", &self.entries.entry_count())
            .finish_non_exhaustive()
    }
}

// === impl Room ===

impl Room {
    /// The part of directions: a quarter.
    fn of_directions(self) -> u64 {
        match self.directions {
            0 => 0,
            _ => self.bytes / 4,
        }
    }
}

// === impl Entry ===

impl Entry {
    fn weight(&self) -> u32 {
        u32::try_from(self.body.len().saturating_add(OVERHEAD)).unwrap_or(u32::MAX)
    }
}

/// Answers are not shown.
impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Entry")
            .field("body_bytes", &self.body.len())
            .field("provider", &self.provider)
            .field("stored", &self.stored)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
