//! A bounded map of counters that many threads change at once.
//!
//! Owns the only locks of this crate, and the bound: counters are the state that outlives a configuration, and a
//! reservation must be one step for all threads. Must not know what is counted. Locks are held for arithmetic only,
//! never across a wait, and several are taken in one order; memory never exceeds the capacity, whatever keys
//! clients make up.

#![expect(
    clippy::disallowed_types,
    reason = "a counter that requests share is the one state this crate cannot return as a value"
)]

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How many locks there are. More than the cores of most machines that run one proxy.
const SHARDS: usize = 16;

/// Least time between two searches for idle entries, so that a flood of new keys costs one search and not one each.
const SWEEP_INTERVAL: Duration = Duration::from_secs(1);

/// The map.
pub(crate) struct Shards<K, V> {
    shards: Box<[Mutex<Shard<K, V>>]>,
    /// Seeded, so that nobody can choose keys that meet.
    hasher: RandomState,
}

/// A part of the map, under one lock.
pub(crate) struct Shard<K, V> {
    entries: HashMap<K, V>,
    capacity: usize,
    swept: Option<Duration>,
}

/// Several parts of the map at once, each under its lock.
pub(crate) struct Locked<'a, K, V> {
    owner: &'a Shards<K, V>,
    held: Vec<(usize, MutexGuard<'a, Shard<K, V>>)>,
}

// === impl Shards ===

impl<K: Hash + Eq + Clone, V> Shards<K, V> {
    /// At most about `capacity` entries.
    pub(crate) fn new(capacity: usize) -> Self {
        let capacity = capacity.div_ceil(SHARDS).max(1);
        let shard = || {
            Mutex::new(Shard {
                entries: HashMap::new(),
                capacity,
                swept: None,
            })
        };
        Self {
            shards: (0..SHARDS).map(|_| shard()).collect(),
            hasher: RandomState::new(),
        }
    }

    /// Locks the parts where `keys` are.
    pub(crate) fn lock<'k>(&self, keys: impl IntoIterator<Item = &'k K>) -> Locked<'_, K, V>
    where
        K: 'k,
    {
        let mut wanted: Vec<usize> = keys.into_iter().map(|key| self.index(key)).collect();
        // One order for all threads: none waits for another that waits for it.
        wanted.sort_unstable();
        wanted.dedup();
        let lock = |index: usize| {
            let shard = self.shards.get(index)?;
            // A thread that panicked left whole numbers behind; refusing all others would be worse.
            let guard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            Some((index, guard))
        };
        Locked {
            owner: self,
            held: wanted.into_iter().filter_map(lock).collect(),
        }
    }

    /// Looks at every entry, and forgets those of which `keep` says no. Locks one part after the other.
    pub(crate) fn retain(&self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        for shard in &self.shards {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.entries.retain(|key, value| keep(key, value));
        }
    }

    /// How many entries there are.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        let locked = |shard: &Mutex<Shard<K, V>>| {
            let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.entries.len()
        };
        self.shards.iter().map(locked).sum()
    }

    fn index(&self, key: &K) -> usize {
        let count = self.shards.len().max(1) as u64;
        usize::try_from(self.hasher.hash_one(key) % count).unwrap_or_default()
    }
}

// === impl Locked ===

impl<K: Hash + Eq + Clone, V> Locked<'_, K, V> {
    /// The entry of one of the keys that were locked for.
    pub(crate) fn get(&mut self, key: &K) -> Option<&mut V> {
        self.shard(key)?.entries.get_mut(key)
    }

    /// The entry of one of the keys that were locked for; made if there is room. Idle entries, which are as good as
    /// none, make room.
    pub(crate) fn entry(
        &mut self,
        key: &K,
        now: Duration,
        is_idle: impl FnMut(&mut V) -> bool,
        fresh: impl FnOnce() -> V,
    ) -> Option<&mut V> {
        let shard = self.shard(key)?;
        if !shard.entries.contains_key(key) {
            if !shard.has_room(now, is_idle) {
                return None;
            }
            shard.entries.insert(key.clone(), fresh());
        }
        shard.entries.get_mut(key)
    }

    /// The same where there is room in any case: for a key that no client can make up, or that is forgotten with the
    /// request that brought it.
    pub(crate) fn entry_beyond(&mut self, key: &K, fresh: impl FnOnce() -> V) -> Option<&mut V> {
        let shard = self.shard(key)?;
        Some(shard.entries.entry(key.clone()).or_insert_with(fresh))
    }

    /// Forgets an entry.
    pub(crate) fn remove(&mut self, key: &K) {
        if let Some(shard) = self.shard(key) {
            shard.entries.remove(key);
        }
    }

    fn shard(&mut self, key: &K) -> Option<&mut Shard<K, V>> {
        let index = self.owner.index(key);
        let (_, guard) = self.held.iter_mut().find(|(held, _)| *held == index)?;
        Some(guard)
    }
}

// === impl Shard ===

impl<K: Hash + Eq, V> Shard<K, V> {
    fn has_room(&mut self, now: Duration, mut is_idle: impl FnMut(&mut V) -> bool) -> bool {
        if self.entries.len() < self.capacity {
            return true;
        }
        let is_early = |swept: Duration| now.saturating_sub(swept) < SWEEP_INTERVAL;
        if self.swept.is_some_and(is_early) {
            return false;
        }
        self.swept = Some(now);
        self.entries.retain(|_, value| !is_idle(value));
        self.entries.len() < self.capacity
    }
}

#[cfg(test)]
mod tests {
    use super::{SHARDS, SWEEP_INTERVAL, Shards};
    use std::time::Duration;

    fn put(shards: &Shards<u32, bool>, key: u32, now: Duration) -> bool {
        let mut locked = shards.lock([&key]);
        let entry = locked.entry(&key, now, |is_idle| *is_idle, || false);
        entry.is_some()
    }

    #[test]
    fn memory_is_bounded_and_idle_entries_make_room() {
        let shards: Shards<u32, bool> = Shards::new(SHARDS * 2);
        let first = Duration::from_secs(5);
        let held: Vec<u32> = (0..1000).filter(|key| put(&shards, *key, first)).collect();
        assert_eq!((held.len(), shards.len()), (SHARDS * 2, SHARDS * 2));
        for key in &held {
            assert!(put(&shards, *key, first), "what is there stays");
            *shards.lock([key]).get(key).expect("entry") = true;
        }
        let fresh = 1000..2000;
        assert!(
            !fresh.clone().any(|key| put(&shards, key, first)),
            "searched lately"
        );
        let later = first + SWEEP_INTERVAL;
        assert!(fresh.clone().any(|key| put(&shards, key, later)));
        assert!(shards.len() <= SHARDS * 2);
    }

    #[test]
    fn several_keys_are_locked_at_once() {
        let shards: Shards<u32, bool> = Shards::new(1000);
        let keys: Vec<u32> = (0..100).chain(0..100).collect();
        let mut locked = shards.lock(&keys);
        for key in &keys {
            let entry = locked.entry(key, Duration::ZERO, |_| false, || false);
            assert!(entry.is_some());
        }
        assert_eq!(locked.get(&100), None);
    }
}
