//! Whose turn it is, and what the refusal of a key changes.

use super::*;
use crate::provider_group::{
    Answer, Backend,
    attempts::{Attempts, GiveUp, Head, Next, Replay},
    endpoints::Settled,
    fixture::{World, world_with},
    states::{Declared, DeclaredKey, Fingerprint, States},
};

const SUCCESS: Verdict = Verdict::Success {
    output_tokens: None,
};

fn declare(declared: &mut Declared, names: &[&str]) {
    for group in &mut declared.groups {
        for entry in &mut group.entries {
            let keys = names.iter().map(|name| DeclaredKey {
                name: (*name).into(),
                fingerprint: Fingerprint::of(name),
            });
            entry.keys = keys.collect();
        }
    }
}

/// A backend of a notation, each of whose entries has the same keys.
fn with_keys(notation: &str, names: &[&str]) -> World {
    world_with(notation, |declared| declare(declared, names))
}

fn attempts(world: &World) -> Attempts {
    let backend = world.backend.clone();
    Attempts::new(backend, Answer::Collected, Replay::Possible, None)
}

fn outcome(verdict: Verdict, retry_after: u64) -> Outcome {
    Outcome {
        retry_after: (retry_after > 0).then(|| Duration::from_secs(retry_after)),
        ..verdict.into()
    }
}

/// Asks once: group of the entry, the key, what changed, and what follows.
fn ask(attempts: &mut Attempts, outcome: &Outcome, now: Instant) -> (usize, String, Settled, Next) {
    let attempt = attempts.start(now, 9).expect("an entry");
    let group = attempt.place.group;
    let key = attempt.key().expect("a key").to_string();
    let settled = attempts.settle(attempt, outcome, now, 9);
    let next = attempts.next(outcome, Head::Unsent, now, 9);
    (group, key, settled, next)
}

/// The key of a request that succeeds.
fn served(world: &World, now: Instant) -> String {
    ask(&mut attempts(world), &SUCCESS.into(), now).1
}

fn keys(backend: &Backend) -> &Keys {
    &backend.groups[0].entries[0].keys
}

#[test]
fn keys_take_turns() {
    let world = with_keys("1", &["a", "b", "c"]);
    let all: Vec<_> = (0..6).map(|_| served(&world, world.now)).collect();
    assert_eq!(all, ["a", "b", "c", "a", "b", "c"]);
}

#[test]
fn whose_turn_it_is() {
    let world = with_keys("1", &["a", "b", "c"]);
    let keys = keys(&world.backend);
    let later = |seconds| world.now + Duration::from_secs(seconds);
    let refuse = |index: usize, seconds| {
        let settings = &world.backend.groups[0].entries[0].settings;
        let refused = outcome(Verdict::Status(429), seconds);
        keys.settle(index, settings, &refused, (world.now, world.now), 0)
    };
    let chosen = |tried: &[usize], now| keys.choose(tried, now);
    assert_eq!(chosen(&[], world.now), Some(0));
    assert_eq!(chosen(&[0, 1], world.now), Some(2));
    refuse(1, 30).expect("a key");
    for _ in 0..4 {
        assert_ne!(chosen(&[], world.now), Some(1));
        assert_eq!(chosen(&[2], world.now), Some(0));
    }
    assert!(keys.has_another(&[0], world.now) && !keys.has_another(&[0, 2], world.now));
    refuse(0, 60).expect("a key");
    assert!(!keys.are_out(world.now));
    refuse(2, 20).expect("a key");
    assert!(keys.are_out(world.now) && keys.are_out(later(19)) && !keys.are_out(later(21)));
    // Where none is well it is the one that is back first.
    assert_eq!(chosen(&[], world.now), Some(2));
    assert_eq!(chosen(&[], later(31)).map(|index| index == 0), Some(false));
    assert_eq!(Keys::default().choose(&[], world.now), None);
    assert!(!Keys::default().are_out(world.now));
}

#[test]
fn a_refused_key_is_not_its_entry() {
    for verdict in [
        Verdict::Status(429),
        Verdict::FirstEventError(429),
        Verdict::CredentialRefused(401),
        Verdict::CredentialRefused(403),
    ] {
        let world = with_keys("1 | 1", &["a", "b"]);
        let mut request = attempts(&world);
        let (group, first, settled, next) = ask(&mut request, &outcome(verdict, 30), world.now);
        assert_eq!((group, &*first), (0, "a"), "{verdict:?}");
        let (name, change) = settled.key.expect("a key");
        assert!(&*name == "a" && matches!(change, Change::Evicted { .. }));
        assert_eq!(settled.entry, Change::Nothing);
        let again = Next::Retry {
            after: Duration::ZERO,
        };
        assert_eq!(next, again);
        let (group, second, settled, _) = ask(&mut request, &SUCCESS.into(), world.now);
        assert_eq!((group, &*second), (0, "b"));
        assert_eq!(settled.entry, Change::Nothing);
        let entry = &world.backend.groups[0].entries[0];
        assert!(!entry.state.is_evicted(world.now) && !entry.keys.are_out(world.now));
        // It comes back by itself, once the time is over that its provider asked for.
        assert_eq!(served(&world, world.now), "b");
        let later = world.now + Duration::from_secs(400);
        let keys = [served(&world, later), served(&world, later)];
        assert!(keys.contains(&"a".to_owned()), "{keys:?}");
    }
}

#[test]
fn where_all_keys_are_out_the_entry_is() {
    let world = with_keys("1 | 1", &["a", "b"]);
    let mut request = attempts(&world);
    let busy = outcome(Verdict::Status(429), 30);
    assert_eq!(ask(&mut request, &busy, world.now).0, 0);
    let (group, key, settled, next) = ask(&mut request, &busy, world.now);
    assert_eq!((group, &*key), (0, "b"));
    assert!(matches!(settled.entry, Change::Evicted { .. }));
    assert!(matches!(next, Next::Retry { after } if after.is_zero()));
    // Both keys of the next entry too, and no retry was taken by any key.
    assert_eq!(ask(&mut request, &busy, world.now).0, 1);
    assert_eq!(request.started(), 1);
    let other = attempts(&world).start(world.now, 3).expect("an entry");
    assert!(other.place.group == 1 && !other.is_panic);
    let later = world.now + Duration::from_secs(60);
    let back = attempts(&world).start(later, 3).expect("an entry");
    assert!(back.place.group == 0 && !back.is_panic);
}

#[test]
fn a_lone_entry_asks_each_key_once() {
    let world = world_with("1", |declared| {
        declare(declared, &["a", "b", "c"]);
        declared.retries.retries = Some(0);
        // Alone, an entry is never evicted; its keys are.
        for entry in declared
            .groups
            .iter_mut()
            .flat_map(|group| &mut group.entries)
        {
            entry.settings.health = None;
        }
    });
    let mut request = attempts(&world);
    let refused = outcome(Verdict::CredentialRefused(401), 0);
    let mut asked = Vec::new();
    let last = loop {
        let (_, key, _, next) = ask(&mut request, &refused, world.now);
        asked.push(key);
        if !matches!(next, Next::Retry { .. }) {
            break next;
        }
    };
    // Those that are left take turns.
    asked.sort();
    assert_eq!(asked, ["a", "b", "c"]);
    assert_eq!(last, Next::GiveUp(GiveUp::RetriesSpent));
}

#[test]
fn what_is_no_refusal_is_the_entrys() {
    let world = with_keys("1 | 1", &["a", "b"]);
    let mut request = attempts(&world);
    let (_, _, settled, _) = ask(&mut request, &Verdict::Status(503).into(), world.now);
    assert!(matches!(settled.entry, Change::Evicted { .. }));
    assert!(matches!(settled.key, Some((_, Change::Nothing))));
    // An allowance that is used up is that of the key that was sent.
    let world = with_keys("1 | 1", &["a", "b"]);
    let spent = outcome(SUCCESS, 20);
    let (_, _, settled, _) = ask(&mut attempts(&world), &spent, world.now);
    assert!(matches!(settled.key, Some((_, Change::Spared { .. }))));
    assert_eq!(settled.entry, Change::Nothing);
    let (_, key, settled, _) = ask(&mut attempts(&world), &spent, world.now);
    assert_eq!(key, "b");
    assert!(matches!(settled.entry, Change::Spared { .. }));
}

#[test]
fn a_key_keeps_its_state_as_long_as_it_is_the_same() {
    let origin = Instant::now();
    let states = States::new(origin);
    let world = with_keys("1", &["a", "b"]);
    let entry = &world.backend.groups[0].entries[0];
    let declared = |keys: &[(&str, u64)]| {
        let keys = keys.iter().map(|(name, content)| DeclaredKey {
            name: (*name).into(),
            fingerprint: Fingerprint::of(content),
        });
        Declared {
            name: "b".into(),
            groups: vec![crate::provider_group::states::DeclaredGroup {
                entries: vec![crate::provider_group::states::DeclaredEntry {
                    name: "e".into(),
                    fingerprint: Fingerprint::of(&0),
                    settings: entry.settings.clone(),
                    keys: keys.collect(),
                }],
                min_healthy_percent: None,
            }],
            retries: Default::default(),
            choice: Default::default(),
        }
    };
    let now = origin + Duration::from_secs(1);
    let before = states.join(&declared(&[("a", 1), ("b", 2)]));
    let of_entry = &before.groups[0].entries[0];
    for index in 0..2 {
        let refused = outcome(Verdict::CredentialRefused(401), 0);
        let times = (now, now);
        keys(&before).settle(index, &of_entry.settings, &refused, times, 0);
    }
    let is_out = |backend: &Backend| {
        let all = keys(backend).all.iter();
        all.map(|key| key.state.is_evicted(now)).collect::<Vec<_>>()
    };
    assert_eq!(is_out(&before), [true, true]);
    // One is replaced, and one is new.
    let after = states.join(&declared(&[("c", 3), ("a", 9), ("b", 2)]));
    assert_eq!(is_out(&after), [false, false, true]);
    assert!(Arc::ptr_eq(
        &after.groups[0].entries[0].state,
        &of_entry.state
    ));
    assert_eq!(states.keys(now).len(), 3);
    states.join(&declared(&[]));
    assert!(states.keys(now).is_empty());
}
