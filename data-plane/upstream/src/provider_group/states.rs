//! The states of all entries of all backends.
//!
//! Owns which state belongs to which entry over the change of configurations (llm.md R-9). Must not know what a state
//! holds. Invariant: an entry keeps its state as long as its backend, its name and its fingerprint stay, and what no
//! configuration names any more is dropped.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicUsize},
    time::Instant,
};

use super::{
    Backend, Choice, Entry, EntrySettings, Group, Load,
    attempts::RetryPolicy,
    keys::{Key, Keys},
    state::{Figures, State},
};

/// The states of all entries; one for the process.
#[derive(Debug)]
pub struct States {
    origin: Instant,
    backends: Mutex<HashMap<Arc<str>, Known>>,
}

/// A backend as it is configured.
#[derive(Clone, Debug, PartialEq)]
pub struct Declared {
    /// Resource name.
    pub name: Arc<str>,
    /// Priority groups, first group first.
    pub groups: Vec<DeclaredGroup>,
    /// Settings of retries.
    pub retries: RetryPolicy,
    /// What decides within a group.
    pub choice: Choice,
}

/// A priority group as it is configured.
#[derive(Clone, Debug, PartialEq)]
pub struct DeclaredGroup {
    /// The entries.
    pub entries: Vec<DeclaredEntry>,
    /// See [`Group::min_healthy_percent`].
    pub min_healthy_percent: Option<u8>,
}

/// An entry as it is configured.
#[derive(Clone, Debug, PartialEq)]
pub struct DeclaredEntry {
    /// Unique in the backend.
    pub name: Arc<str>,
    /// Of its endpoint and its credential.
    pub fingerprint: Fingerprint,
    /// Settings.
    pub settings: EntrySettings,
    /// Its keys, where it has a pool of them; its own fingerprint has nothing of them.
    pub keys: Vec<DeclaredKey>,
}

/// A key of an entry as it is configured.
#[derive(Clone, Debug, PartialEq)]
pub struct DeclaredKey {
    /// Unique in the entry.
    pub name: Arc<str>,
    /// Of what it is, and of whom it is sent to.
    pub fingerprint: Fingerprint,
}

/// Tells whether endpoint and credential of an entry are still the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint(u64);

/// A view of a key's state, for metrics and dumps.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyFigures {
    /// Resource name of the backend.
    pub backend: Arc<str>,
    /// Name of the entry.
    pub entry: Arc<str>,
    /// Name of the key.
    pub name: Arc<str>,
    /// What is known of it.
    pub figures: Figures,
}

#[derive(Debug, Default)]
struct Known {
    load: Arc<Load>,
    entries: HashMap<Arc<str>, (Fingerprint, Arc<State>)>,
    /// By entry.
    keys: HashMap<Arc<str>, KnownKeys>,
}

/// The keys of an entry.
#[derive(Debug, Default)]
struct KnownKeys {
    turn: Arc<AtomicUsize>,
    states: HashMap<Arc<str>, (Fingerprint, Arc<State>)>,
}

// === impl Fingerprint ===

impl Fingerprint {
    /// Of whatever makes the entry another one when it changes: the address, the path, the content of the credential.
    pub fn of(parts: &impl Hash) -> Fingerprint {
        let mut hasher = DefaultHasher::new();
        parts.hash(&mut hasher);
        Fingerprint(hasher.finish())
    }
}

// === impl States ===

impl States {
    /// None yet. `origin` is any moment before the first attempt, the start of the process for instance.
    pub fn new(origin: Instant) -> States {
        States {
            origin,
            backends: Mutex::default(),
        }
    }

    /// Joins a backend with the states of its entries, making and dropping what its configuration asks for. To be
    /// called once for each configuration of it and not for each request: two configurations that differ in a
    /// fingerprint reset each other's entry.
    pub fn join(&self, declared: &Declared) -> Backend {
        let mut backends = self.lock();
        let known = backends.entry(declared.name.clone()).or_default();
        let mut before = std::mem::take(&mut known.entries);
        let mut keys_before = std::mem::take(&mut known.keys);
        let mut state = |entry: &DeclaredEntry| {
            let kept = before
                .remove(&entry.name)
                .filter(|(fingerprint, _)| *fingerprint == entry.fingerprint);
            let (_, state) = known.entries.entry(entry.name.clone()).or_insert_with(|| {
                kept.unwrap_or_else(|| (entry.fingerprint, Arc::new(State::new(self.origin))))
            });
            state.clone()
        };
        let mut groups = Vec::with_capacity(declared.groups.len());
        for group in &declared.groups {
            let entries = group.entries.iter().map(|entry| {
                Arc::new(Entry {
                    name: entry.name.clone(),
                    settings: entry.settings.clone(),
                    state: state(entry),
                    keys: match entry.keys.is_empty() {
                        true => Keys::default(),
                        false => {
                            let own = keys_before.remove(&entry.name).unwrap_or_default();
                            let own = own.with(&entry.keys, self.origin);
                            let keys = own.keys(&entry.keys);
                            known.keys.insert(entry.name.clone(), own);
                            keys
                        }
                    },
                })
            });
            groups.push(Group {
                entries: entries.collect(),
                min_healthy_percent: group.min_healthy_percent,
            });
        }
        Backend {
            name: declared.name.clone(),
            groups,
            retries: declared.retries.clone(),
            choice: declared.choice,
            load: known.load.clone(),
        }
    }

    /// What is known of every entry at a moment, by backend and name.
    pub fn figures(&self, now: Instant) -> Vec<(Arc<str>, Arc<str>, Figures)> {
        let backends = self.lock();
        let all = backends.iter().flat_map(|(backend, known)| {
            known
                .entries
                .iter()
                .map(|(name, (_, state))| (backend.clone(), name.clone(), state.figures(now)))
        });
        all.collect()
    }

    /// What is known of every key at a moment, by backend, entry and name.
    pub fn keys(&self, now: Instant) -> Vec<KeyFigures> {
        let backends = self.lock();
        let all = backends.iter().flat_map(|(backend, known)| {
            known.keys.iter().flat_map(move |(entry, keys)| {
                keys.states
                    .iter()
                    .map(move |(name, (_, state))| KeyFigures {
                        backend: backend.clone(),
                        entry: entry.clone(),
                        name: name.clone(),
                        figures: state.figures(now),
                    })
            })
        });
        all.collect()
    }

    /// Drops the states of the backends that no configuration has any more. Those of requests under way last as long
    /// as the requests.
    pub fn retain(&self, is_configured: impl Fn(&str) -> bool) {
        self.lock().retain(|name, _| is_configured(name));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, Known>> {
        self.backends.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl KnownKeys ===

impl KnownKeys {
    /// With a state for each key that is declared, and no other.
    fn with(mut self, declared: &[DeclaredKey], origin: Instant) -> KnownKeys {
        let states = declared.iter().map(|key| {
            let kept = self.states.remove(&key.name);
            let kept = kept.filter(|(fingerprint, _)| *fingerprint == key.fingerprint);
            let state = kept.unwrap_or_else(|| (key.fingerprint, Arc::new(State::new(origin))));
            (key.name.clone(), state)
        });
        KnownKeys {
            states: states.collect(),
            turn: self.turn,
        }
    }

    /// In the order of the configuration.
    fn keys(&self, declared: &[DeclaredKey]) -> Keys {
        let all = declared.iter().filter_map(|key| {
            let (_, state) = self.states.get(&key.name)?;
            Some(Key {
                name: key.name.clone(),
                state: state.clone(),
            })
        });
        Keys {
            all: all.collect(),
            turn: self.turn.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, endpoint: &str, weight: u32) -> DeclaredEntry {
        DeclaredEntry {
            name: name.into(),
            fingerprint: Fingerprint::of(&(endpoint, "key")),
            settings: EntrySettings {
                weight,
                most_in_flight: None,
                most_at_endpoint: None,
                most_probes: None,
                health: None,
            },
            keys: Vec::new(),
        }
    }

    fn join(states: &States, backend: &str, groups: Vec<Vec<DeclaredEntry>>) -> Vec<Arc<Entry>> {
        let groups = groups.into_iter().map(|entries| DeclaredGroup {
            entries,
            min_healthy_percent: None,
        });
        let backend = states.join(&Declared {
            name: backend.into(),
            groups: groups.collect(),
            retries: RetryPolicy::default(),
            choice: Choice::default(),
        });
        backend.groups.into_iter().flat_map(|g| g.entries).collect()
    }

    fn is_same(one: &Arc<Entry>, other: &Arc<Entry>) -> bool {
        Arc::ptr_eq(&one.state, &other.state)
    }

    #[test]
    fn a_state_outlives_what_leaves_the_entry_the_same() {
        let states = States::new(Instant::now());
        let before = join(
            &states,
            "b",
            vec![vec![entry("x", "1", 1), entry("y", "2", 1)]],
        );
        // Other weights, another order, other groups.
        let after = join(
            &states,
            "b",
            vec![vec![entry("y", "2", 5)], vec![entry("x", "1", 0)]],
        );
        assert!(is_same(&before[0], &after[1]) && is_same(&before[1], &after[0]));
        assert_eq!(after[0].settings.weight, 5);
        // Another endpoint or credential is another entry, and so is the same name in another backend.
        let moved = join(
            &states,
            "b",
            vec![vec![entry("x", "9", 1), entry("y", "2", 1)]],
        );
        assert!(!is_same(&before[0], &moved[0]) && is_same(&before[1], &moved[1]));
        let other = join(&states, "c", vec![vec![entry("y", "2", 1)]]);
        assert!(!is_same(&before[1], &other[0]));
    }

    #[test]
    fn what_vanished_is_dropped() {
        let states = States::new(Instant::now());
        let all = || vec![vec![entry("x", "1", 1), entry("y", "2", 1)]];
        let before = join(&states, "b", all());
        let watched: Vec<_> = before.iter().map(|e| Arc::downgrade(&e.state)).collect();
        drop(before);
        join(&states, "b", vec![vec![entry("y", "2", 1)]]);
        assert_eq!(watched[0].strong_count(), 0);
        assert_eq!(watched[1].strong_count(), 1);
        states.retain(|name| name == "b");
        assert_eq!(watched[1].strong_count(), 1);
        states.retain(|name| name != "b");
        assert_eq!(watched[1].strong_count(), 0);
    }

    #[test]
    fn requests_under_way_are_counted_over_configurations() {
        let states = States::new(Instant::now());
        let declared = Declared {
            name: "b".into(),
            groups: Vec::new(),
            retries: RetryPolicy::default(),
            choice: Choice::default(),
        };
        let before = states.join(&declared);
        let _request = before.load.requests.enter();
        assert_eq!(states.join(&declared).under_way(), (1, 0));
    }
}
