//! What is written when.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cp_api::{Kind, ObjectKey};

use super::{Outcome, Queue, Seen, Statuses};
use crate::status::shape::Shape;
use crate::status::wanted::Wanted;

fn key(name: &str) -> ObjectKey {
    ObjectKey::new(Kind::HttpRoute, "default", name)
}

fn wish(generation: i64) -> Arc<Wanted> {
    Arc::new(Wanted {
        generation: Some(generation),
        ..Wanted::nothing(Shape::Parents, "c")
    })
}

fn statuses(wishes: &[(&str, i64)]) -> Arc<Statuses> {
    let all = wishes
        .iter()
        .map(|(name, generation)| (key(name), wish(*generation)));
    Arc::new(all.collect())
}

fn take(queue: &mut Queue, now: Instant) -> Option<(String, Option<i64>)> {
    let (key, wanted) = queue.next(now)?;
    Some((key.name, wanted.generation))
}

fn some(name: &str, generation: i64) -> Option<(String, Option<i64>)> {
    Some((name.to_owned(), Some(generation)))
}

#[test]
fn what_is_settled_is_not_written_again() {
    let (mut queue, now) = (Queue::new("c"), Instant::now());
    queue.want(statuses(&[("a", 1), ("b", 1)]));
    assert_eq!(take(&mut queue, now), some("a", 1));
    queue.finished(&key("a"), &wish(1), Outcome::Settled, now);
    queue.want(statuses(&[("a", 1), ("b", 1)]));
    assert_eq!(take(&mut queue, now), some("b", 1));
    assert_eq!(take(&mut queue, now), None);
    queue.finished(&key("b"), &wish(1), Outcome::Gone, now);
    queue.want(statuses(&[("a", 1), ("b", 1)]));
    assert!(queue.is_empty());
}

#[test]
fn the_newest_wish_wins_and_no_object_is_in_two_hands() {
    let (mut queue, now) = (Queue::new("c"), Instant::now());
    queue.want(statuses(&[("a", 1)]));
    queue.want(statuses(&[("a", 2)]));
    assert_eq!(take(&mut queue, now), some("a", 2));
    queue.want(statuses(&[("a", 3)]));
    assert_eq!(take(&mut queue, now), None, "it is being written");
    queue.finished(&key("a"), &wish(2), Outcome::Settled, now);
    assert_eq!(take(&mut queue, now), some("a", 3));
}

#[test]
fn a_wish_that_goes_back_while_it_is_written_is_written_again() {
    let (mut queue, now) = (Queue::new("c"), Instant::now());
    queue.want(statuses(&[("a", 1)]));
    assert_eq!(take(&mut queue, now), some("a", 1));
    queue.finished(&key("a"), &wish(1), Outcome::Settled, now);
    queue.want(statuses(&[("a", 2)]));
    assert_eq!(take(&mut queue, now), some("a", 2));
    queue.want(statuses(&[("a", 1)]));
    queue.finished(&key("a"), &wish(2), Outcome::Settled, now);
    assert_eq!(take(&mut queue, now), some("a", 1));
}

#[test]
fn failures_wait_ever_longer_and_hold_up_nobody() {
    let (mut queue, mut now) = (Queue::new("c"), Instant::now());
    queue.want(statuses(&[("a", 1), ("b", 1)]));
    assert_eq!(take(&mut queue, now), some("a", 1));
    queue.finished(&key("a"), &wish(1), Outcome::Failed, now);
    assert_eq!(take(&mut queue, now), some("b", 1));
    queue.finished(&key("b"), &wish(1), Outcome::Settled, now);
    for pause in [1, 2, 4, 8, 16, 32, 60, 60] {
        let due = queue.due().expect("a pause");
        assert_eq!(due, now + Duration::from_secs(pause));
        now = due;
        assert_eq!(take(&mut queue, now - Duration::from_nanos(1)), None);
        assert_eq!(take(&mut queue, now), some("a", 1));
        queue.finished(&key("a"), &wish(1), Outcome::Failed, now);
    }
    // Another wish may not have the fault.
    queue.want(statuses(&[("a", 2), ("b", 1)]));
    assert_eq!(take(&mut queue, now), some("a", 2));
}

#[test]
fn what_is_not_ours_any_more_loses_our_entries_once() {
    let (mut queue, now) = (Queue::new("c"), Instant::now());
    queue.want(statuses(&[("a", 1)]));
    assert_eq!(take(&mut queue, now), some("a", 1));
    queue.finished(&key("a"), &wish(1), Outcome::Settled, now);
    queue.want(statuses(&[]));
    let (found, wanted) = queue.next(now).expect("a removal");
    assert_eq!((found, wanted.generation), (key("a"), None));
    queue.finished(&key("a"), &wanted, Outcome::Settled, now);
    queue.want(statuses(&[]));
    assert!(queue.is_empty());
    // It is ours again, and the same as before.
    queue.want(statuses(&[("a", 1)]));
    assert_eq!(take(&mut queue, now), some("a", 1));
}

#[test]
fn a_new_leadership_looks_at_everything_and_writes_what_differs() {
    let (mut queue, now) = (Queue::new("c"), Instant::now());
    queue.want(statuses(&[("a", 1), ("b", 1), ("c", 1)]));
    queue.look();
    queue.want(statuses(&[("a", 1), ("b", 1), ("c", 2)]));
    queue.seen(Seen {
        right: vec![(key("a"), wish(1)), (key("c"), wish(1))],
        wrong: vec![key("b")],
        stale: vec![(key("d"), Shape::Parents), (key("a"), Shape::Parents)],
    });
    assert_eq!(take(&mut queue, now), some("b", 1));
    assert_eq!(
        take(&mut queue, now),
        some("c", 2),
        "it was right for an older wish"
    );
    let (found, wanted) = queue.next(now).expect("a removal");
    assert_eq!((found, wanted.generation), (key("d"), None));
    assert!(queue.next(now).is_none());
}

#[test]
fn what_another_overwrote_is_written_again() {
    let (mut queue, now) = (Queue::new("c"), Instant::now());
    queue.want(statuses(&[("a", 1)]));
    assert_eq!(take(&mut queue, now), some("a", 1));
    queue.finished(&key("a"), &wish(1), Outcome::Settled, now);
    queue.seen(Seen {
        wrong: vec![key("a"), key("b")],
        ..Seen::default()
    });
    assert_eq!(take(&mut queue, now), some("a", 1));
    assert_eq!(take(&mut queue, now), None);
}

#[test]
fn a_look_knows_nothing_of_what_was_written_meanwhile() {
    let (mut queue, now) = (Queue::new("c"), Instant::now());
    queue.want(statuses(&[("a", 1)]));
    queue.look();
    queue.want(statuses(&[("a", 2)]));
    assert_eq!(take(&mut queue, now), some("a", 2));
    queue.finished(&key("a"), &wish(2), Outcome::Settled, now);
    queue.want(statuses(&[("a", 1)]));
    queue.seen(Seen {
        right: vec![(key("a"), wish(1))],
        ..Seen::default()
    });
    assert_eq!(take(&mut queue, now), some("a", 1));
}
