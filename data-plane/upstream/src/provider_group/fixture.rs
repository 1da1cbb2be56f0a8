//! Backends for tests, written in one line.
//!
//! Owns the notation and the seeded cases. Must not decide anything that is tested. Groups stand apart by `|`, entries
//! by spaces; an entry is its weight and what it is: `e` evicted, `f` at its limit, `t` tried, `b` back from an eviction, `p`
//! back and at its limit of one probe.

use std::{
    num::NonZeroU32,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    Backend, Entry, EntrySettings, Place,
    gauge::Underway,
    health_policy::HealthPolicy,
    states::{Declared, DeclaredEntry, DeclaredGroup, Fingerprint, States},
    verdict::Verdict,
};
use crate::balance::Random;

/// A backend, the moment that its notation describes, and what the request in question has tried.
pub(super) struct World {
    pub(super) backend: Arc<Backend>,
    pub(super) tried: Vec<Place>,
    pub(super) now: Instant,
    /// Fill the entries that are at their limit.
    _held: Vec<Underway>,
}

/// Settles `verdict` of an attempt that begins and ends at `now`.
pub(super) fn settle(entry: &Entry, verdict: Verdict, now: Instant) {
    let policy = entry.settings.health.as_ref();
    entry.state.settle(policy, &verdict.into(), now, now, 0);
}

/// Backend of a notation; every entry has the default policy.
pub(super) fn world(notation: &str) -> World {
    world_with(notation, |_| ())
}

/// Backend of a notation, with changes to what is declared.
pub(super) fn world_with(notation: &str, change: impl FnOnce(&mut Declared)) -> World {
    let origin = Instant::now();
    let marks: Vec<Vec<&str>> = notation
        .split('|')
        .map(|group| group.split_whitespace().collect())
        .collect();
    let mut declared = Declared {
        name: "backend".into(),
        groups: (0..).zip(&marks).map(declared_group).collect(),
        retries: Default::default(),
        choice: Default::default(),
    };
    change(&mut declared);
    let backend = Arc::new(States::new(origin).join(&declared));
    let now = origin + Duration::from_secs(1);
    let (mut tried, mut held) = (Vec::new(), Vec::new());
    for (group, marks) in marks.iter().enumerate() {
        for (entry, marks) in marks.iter().enumerate() {
            let place = Place { group, entry };
            let of_place = backend.entry(place).expect("declared");
            if marks.contains('e') {
                settle(of_place, Verdict::ConnectError, now);
            }
            if marks.contains(['b', 'p']) {
                let short = HealthPolicy {
                    base: Duration::from_millis(1),
                    ..HealthPolicy::default()
                };
                let busy = Verdict::Status(429).into();
                of_place
                    .state
                    .settle(Some(&short), &busy, origin, origin + short.base, 0);
            }
            if marks.contains('p') {
                held.push(of_place.state.probes.enter());
            }
            if marks.contains('f') {
                held.push(of_place.state.in_flight.enter());
            }
            if marks.contains('t') {
                tried.push(place);
            }
        }
    }
    World {
        backend,
        tried,
        now,
        _held: held,
    }
}

/// Runs a property on seeded cases; the seed is in the message of a failure.
pub(super) fn cases(count: u64, property: impl Fn(&mut Random)) {
    /// Names the case that was running when a property failed.
    struct Case(u64);
    impl Drop for Case {
        fn drop(&mut self) {
            if std::thread::panicking() {
                eprintln!("failed in the case of seed {}", self.0);
            }
        }
    }
    for seed in 0..count {
        let case = Case(seed);
        property(&mut Random::new(seed));
        drop(case);
    }
}

fn declared_group((group, marks): (usize, &Vec<&str>)) -> DeclaredGroup {
    let entries = marks.iter().enumerate().map(|(index, marks)| {
        let weight = marks.trim_end_matches(char::is_alphabetic);
        DeclaredEntry {
            name: format!("{group}.{index}").into(),
            fingerprint: Fingerprint::of(&index),
            settings: EntrySettings {
                weight: weight.parse().expect("a weight"),
                most_in_flight: marks.contains('f').then_some(NonZeroU32::MIN),
                most_at_endpoint: None,
                most_probes: marks.contains(['b', 'p']).then_some(NonZeroU32::MIN),
                health: Some(HealthPolicy {
                    jitter_percent: 0,
                    ..HealthPolicy::default()
                }),
            },
            keys: Vec::new(),
        }
    });
    DeclaredGroup {
        entries: entries.collect(),
        min_healthy_percent: None,
    }
}
