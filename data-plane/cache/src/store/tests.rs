//! What is found, and what goes.

use super::*;
use crate::key::Parts;

const HOUR: Duration = Duration::from_secs(3600);

fn key(name: &str) -> Key {
    Parts::of(name).finish()
}

fn entry(body: usize, stored: u64) -> Entry {
    Entry {
        body: vec![b'a'; body].into(),
        content_type: None,
        provider: "p".into(),
        asked: key("asked"),
        shape: None,
        stored: Duration::from_secs(stored),
    }
}

fn room(bytes: u64) -> Room {
    Room {
        bytes,
        directions: 0,
    }
}

#[test]
fn what_is_too_old_is_not_found() {
    let store = Store::new(room(1 << 20));
    store.insert(key("a"), entry(1, 100));
    let at = |now: u64, oldest: u64| {
        let (now, oldest) = (Duration::from_secs(now), Duration::from_secs(oldest));
        let found = store.find(&key("a"), now, oldest)?;
        Some(found.age.as_secs())
    };
    assert_eq!(at(100, 10), Some(0));
    assert_eq!(at(110, 10), Some(10));
    assert_eq!(at(111, 10), None);
    assert_eq!(at(101, 0), None);
    // A clock that was set back makes nothing older.
    assert_eq!(at(50, 10), Some(0));
    assert!(store.find(&key("b"), Duration::ZERO, HOUR).is_none());
}

#[test]
fn the_least_recently_used_goes_first() {
    let each = 1000 + OVERHEAD as u64;
    let store = Store::new(room(each * 3));
    for name in ["a", "b", "c"] {
        store.insert(key(name), entry(1000, 0));
    }
    assert!(store.find(&key("a"), Duration::ZERO, HOUR).is_some());
    store.insert(key("d"), entry(1000, 0));
    let is_there = |name: &str| store.find(&key(name), Duration::ZERO, HOUR).is_some();
    assert_eq!(
        ["a", "b", "c", "d"].map(is_there),
        [true, false, true, true]
    );
    assert_eq!(store.bytes(), each * 3);
    // What has no room at all leaves the others alone.
    store.insert(key("e"), entry(10_000, 0));
    assert!(!is_there("e") && is_there("d"));
}

#[test]
fn another_size_keeps_what_has_room() {
    let each = 1000 + OVERHEAD as u64;
    let store = Store::new(room(each * 4));
    for name in ["a", "b", "c", "d"] {
        store.insert(key(name), entry(1000, 0));
    }
    let larger = store.resized(room(each * 8));
    assert_eq!(larger.bytes(), each * 4);
    let smaller = store.resized(room(each * 2));
    assert!(smaller.bytes() <= each * 2 && smaller.bytes() > 0);
}

#[test]
fn the_nearest_is_found() {
    let store = Store::new(Room {
        bytes: 1 << 20,
        directions: 10,
    });
    let partition = key("partition");
    let direction = |vector: &[f32]| Direction::of(vector).expect("a direction");
    for (name, vector, stored) in [
        ("near", [1.0, 0.2], 0),
        ("nearer", [1.0, 0.1], 0),
        ("far", [0.0, 1.0], 0),
    ] {
        store.insert(key(name), entry(name.len(), stored));
        store.note(partition, key(name), direction(&vector));
    }
    let asked = direction(&[1.0, 0.0]);
    let find = |partition: &Key, threshold: f64, now: u64| {
        let times = (Duration::from_secs(now), HOUR);
        let found = store.nearest((partition, &asked), threshold, times);
        found.map(|(found, _)| found.entry.body.len())
    };
    assert_eq!(find(&partition, 0.9, 0), Some("nearer".len()));
    assert_eq!(find(&partition, 0.999, 0), None);
    assert_eq!(find(&key("other"), 0.0, 0), None);
    assert_eq!(find(&partition, 0.9, 3601), None);
    // One whose entry is gone is passed over.
    store.note(partition, key("gone"), asked.clone());
    assert_eq!(find(&partition, 0.9, 0), Some("nearer".len()));
}
