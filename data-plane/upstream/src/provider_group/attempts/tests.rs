//! Tables and walks of the attempts of a request.

use std::{num::NonZeroU32, thread};

use super::*;
use crate::provider_group::states::Declared;
use crate::provider_group::{
    fixture::{World, world, world_with},
    health_policy::HealthPolicy,
    verdict::Verdict,
};

const BUSY: Verdict = Verdict::Status(429);
const SUCCESS: Verdict = Verdict::Success {
    output_tokens: Some(50),
};

fn attempts(world: &World) -> Attempts {
    Attempts::new(
        world.backend.clone(),
        Answer::Streamed,
        Replay::Possible,
        None,
    )
}

/// Tries until it gives up, always with the same outcome. Returns places, as `group.entry`, with the waits before them.
fn walk(world: &World, outcome: &Outcome) -> (Vec<(String, Duration)>, GiveUp) {
    let mut attempts = attempts(world);
    let (mut found, mut after) = (Vec::new(), Duration::ZERO);
    loop {
        let attempt = attempts.start(world.now, 9).expect("an entry");
        let Place { group, entry } = attempt.place;
        found.push((format!("{group}.{entry}"), after));
        attempt.settle(outcome, world.now, 9);
        match attempts.next(outcome, Head::Unsent, world.now, 9) {
            Next::Retry { after: wait } => after = wait,
            Next::GiveUp(reason) => return (found, reason),
        }
    }
}

#[track_caller]
fn check_walk(world: &World, expected: &[&str]) {
    let (found, reason) = walk(world, &BUSY.into());
    let places: Vec<&str> = found.iter().map(|(place, _)| place.as_str()).collect();
    assert_eq!(
        (places.as_slice(), reason),
        (expected, GiveUp::RetriesSpent)
    );
}

#[test]
fn each_attempt_lands_elsewhere() {
    // The retry of a busy first group is the next group's, in the same request.
    check_walk(&world("1 | 1 | 1"), &["0.0", "1.0", "2.0"]);
    check_walk(&world("1e | 1 | 0 | 1"), &["1.0", "3.0", "0.0"]);
    let (found, _) = walk(&world("1 1 1 | 1"), &BUSY.into());
    let mut places: Vec<_> = found.iter().map(|(place, _)| place.as_str()).collect();
    assert_eq!(places.pop(), Some("1.0"));
    places.sort_unstable();
    assert_eq!(places, ["0.0", "0.1", "0.2"]);
    assert!(found.iter().all(|(_, wait)| wait.is_zero()));
}

#[test]
fn without_a_policy_too() {
    let world = world_with("1 | 1", |declared| {
        for group in &mut declared.groups {
            group.entries[0].settings.health = None;
        }
    });
    check_walk(&world, &["0.0", "1.0", "0.0"]);
}

#[test]
fn a_probe_that_succeeds_ends_the_trial() {
    let world = world("1b | 1");
    let start = || attempts(&world).start(world.now, 9).expect("an entry");
    let probe = start();
    assert!(probe.is_probe() && probe.place.group == 0);
    let meanwhile = start();
    assert!(!meanwhile.is_probe() && meanwhile.place.group == 1);
    // What says nothing of the entry leaves it on trial.
    probe.settle(&Verdict::ClientGone.into(), world.now, 9);
    let probe = start();
    assert!(probe.is_probe());
    probe.settle(&SUCCESS.into(), world.now, 9);
    let (one, other) = (start(), start());
    assert!(!one.is_probe() && one.place.group == 0 && other.place.group == 0);
}

#[test]
fn retries_by_default() {
    #[track_caller]
    fn check(notation: &str, expected: u32) {
        let found = world(notation).backend.default_retries();
        assert_eq!(found, expected, "{notation}");
    }
    check("", 2);
    check("1", 2);
    check("1 1 1 1 1", 2);
    check("1 | 1", 2);
    check("1 | 1 | 1 | 1", 3);
    check("1 0 1 1 1 | 1", 4);
    check("1 1 1 1 1 | 1 1 1 1 1 | 1", 8);
}

#[test]
fn as_many_retries_as_configured() {
    for (retries, attempts) in [(0, 1), (1, 2), (4, 5)] {
        let world = world_with("1 1 1 1 1 1", |declared| {
            declared.retries.retries = Some(retries);
        });
        let (found, reason) = walk(&world, &BUSY.into());
        assert_eq!((found.len(), reason), (attempts, GiveUp::RetriesSpent));
    }
}

#[test]
fn only_the_same_entry_is_waited_for() {
    let world = world_with("1", |declared| {
        declared.retries.retries = Some(3);
        declared.groups[0].entries[0].settings.health = None;
    });
    let (found, _) = walk(&world, &BUSY.into());
    let waits: Vec<Duration> = found.into_iter().map(|(_, wait)| wait).collect();
    assert_eq!(waits[0], Duration::ZERO);
    for (wait, whole) in waits[1..].iter().zip([250, 500, 1_000]) {
        let whole = Duration::from_millis(whole);
        assert!((whole / 2..=whole).contains(wait), "{wait:?} of {whole:?}");
    }
    let asking = |seconds| Outcome {
        retry_after: Some(Duration::from_secs(seconds)),
        ..BUSY.into()
    };
    assert_eq!(walk(&world, &asking(2)).0[1].1, Duration::from_secs(2));
    let (found, reason) = walk(&world, &asking(60));
    assert_eq!((found.len(), reason), (1, GiveUp::WaitTooLong));
}

#[test]
fn an_entry_that_asked_for_more_is_not_waited_for() {
    // Both asked; the second retry would meet the first one again.
    let world = world("1 | 1");
    let asking = Outcome {
        retry_after: Some(Duration::from_secs(60)),
        ..BUSY.into()
    };
    let (found, reason) = walk(&world, &asking);
    assert_eq!((found.len(), reason), (2, GiveUp::WaitTooLong));
}

/// What follows the first attempt of a request.
#[track_caller]
fn check(attempts: Attempts, world: &World, verdict: Verdict, head: Head, expected: Next) {
    let mut attempts = attempts;
    let attempt = attempts.start(world.now, 9).expect("an entry");
    attempt.settle(&verdict.into(), world.now, 9);
    let found = attempts.next(&verdict.into(), head, world.now, 9);
    assert_eq!(found, expected, "{verdict:?}, {head:?}");
}

#[test]
fn reasons_to_give_up() {
    let at_once = Next::Retry {
        after: Duration::ZERO,
    };
    let fresh = || world("1 | 1");
    let give_up = Next::GiveUp;
    let plain = |verdict, head, expected| {
        let world = fresh();
        check(attempts(&world), &world, verdict, head, expected);
    };
    plain(BUSY, Head::Unsent, at_once);
    plain(Verdict::FirstEventError(529), Head::Unsent, at_once);
    plain(
        Verdict::Status(400),
        Head::Unsent,
        give_up(GiveUp::NotRetryable),
    );
    plain(
        Verdict::ClientGone,
        Head::Unsent,
        give_up(GiveUp::NotRetryable),
    );
    plain(SUCCESS, Head::Sent, give_up(GiveUp::NotRetryable));
    plain(BUSY, Head::Sent, give_up(GiveUp::HeadSent));

    let world = fresh();
    let backend = || world.backend.clone();
    let large = Attempts::new(backend(), Answer::Collected, Replay::Impossible, None);
    let no_replay = give_up(GiveUp::NoReplay);
    check(large, &world, Verdict::Dns, Head::Unsent, no_replay);

    for (left, expected) in [(0, give_up(GiveUp::Deadline)), (1, at_once)] {
        let world = fresh();
        let deadline = Some(world.now + Duration::from_millis(left));
        let backend = world.backend.clone();
        let late = Attempts::new(backend, Answer::Collected, Replay::Possible, deadline);
        check(late, &world, BUSY, Head::Unsent, expected);
    }
}

#[test]
fn a_full_backend_is_not_waited_for() {
    let world = world("1 | 1f");
    let busy = Next::GiveUp(GiveUp::NoEntry(NoEntry::Busy));
    check(attempts(&world), &world, BUSY, Head::Unsent, busy);
}

/// The only entry is asked again.
fn again(declared: &mut Declared) {
    declared.retries.retries = Some(2);
    for entry in &mut declared.groups[0].entries {
        entry.settings.health = None;
    }
}

#[test]
fn another_entry_takes_nothing_from_the_budget() {
    let world = world("1 | 1");
    let mut all: Vec<Attempts> = (0..100).map(|_| attempts(&world)).collect();
    for attempts in &mut all {
        drop(attempts.start(world.now, 9));
        let next = attempts.next(&BUSY.into(), Head::Unsent, world.now, 9);
        let at_once = Next::Retry {
            after: Duration::ZERO,
        };
        assert_eq!(next, at_once);
    }
    assert_eq!(world.backend.under_way(), (100, 0));
}

#[test]
fn retries_are_a_part_of_the_requests() {
    let world = world_with("1", again);
    let allowed = |requests: usize| {
        let mut all: Vec<Attempts> = (0..requests).map(|_| attempts(&world)).collect();
        let mut count = 0;
        for attempts in &mut all {
            drop(attempts.start(world.now, 9));
            match attempts.next(&BUSY.into(), Head::Unsent, world.now, 9) {
                Next::Retry { .. } => count += 1,
                Next::GiveUp(reason) => assert_eq!(reason, GiveUp::BudgetSpent),
            }
            // A second retry of a request takes nothing more.
            let before = world.backend.under_way();
            attempts.next(&BUSY.into(), Head::Unsent, world.now, 9);
            assert_eq!(world.backend.under_way(), before);
        }
        assert_eq!(world.backend.under_way().1, count);
        // Answered requests are no retries any more, but still under way.
        let answered: Vec<_> = all.into_iter().map(Attempts::answered).collect();
        let all = u32::try_from(answered.len()).expect("few");
        assert_eq!(world.backend.under_way(), (all, 0));
        count
    };
    assert_eq!(allowed(1), 1);
    assert_eq!(allowed(10), 3);
    assert_eq!(allowed(40), 8);
    assert_eq!(world.backend.under_way(), (0, 0));
}

#[test]
fn giving_up_gives_back_to_the_budget() {
    let world = world_with("1", again);
    let mut attempts = attempts(&world);
    drop(attempts.start(world.now, 9));
    attempts.next(&BUSY.into(), Head::Unsent, world.now, 9);
    assert_eq!(world.backend.under_way(), (1, 1));
    attempts.next(&BUSY.into(), Head::Sent, world.now, 9);
    assert_eq!(world.backend.under_way(), (1, 0));
}

#[test]
fn a_failed_attempt_does_not_slow_the_next_entry() {
    let world = world("1 | 1");
    let mut attempts = attempts(&world);
    let first = attempts.start(world.now, 9).expect("an entry");
    let later = world.now + Duration::from_secs(20);
    first.settle(&Verdict::HeadTimeout.into(), later, 9);
    let mut second = attempts.start(later, 9).expect("an entry");
    assert_eq!(second.place.group, 1);
    let took = second.first_token(later + Duration::from_millis(500));
    assert_eq!(took, Duration::from_millis(500));
    // A second call is no second sample.
    second.first_token(later + Duration::from_secs(90));
    let state = second.entry.state.clone();
    assert_eq!(state.figures(later).in_flight, 1);
    second.settle(&SUCCESS.into(), later + Duration::from_secs(60), 9);
    let figures = state.figures(later);
    assert_eq!((figures.first_token, figures.per_token), (Some(0.5), None));
    assert_eq!(figures.in_flight, 0);
}

#[test]
fn a_new_entry_starts_from_the_median_of_its_group() {
    let world = world("1t 1");
    let entries = &world.backend.groups[0].entries;
    entries[0].state.measured(Answer::Streamed, 1.0, None);
    let mut attempts = attempts(&world);
    attempts.tried.clone_from(&world.tried);
    let mut attempt = attempts.start(world.now, 9).expect("an entry");
    attempt.first_token(world.now + Duration::from_secs(2));
    let figures = entries[1].state.figures(world.now);
    assert!((figures.first_token.expect("a figure") - 1.3).abs() < 1e-9);
}

#[test]
fn the_last_room_is_given_once() {
    let world = world_with("1", |declared| {
        declared.groups[0].entries[0].settings.most_in_flight = Some(NonZeroU32::MIN);
    });
    let attempts = [attempts(&world), attempts(&world)];
    // Both look before either enters.
    let pick = world.backend.pick(Answer::Streamed, &[], world.now, 9);
    let pick = pick.expect("an entry");
    let first = attempts[0].begin(pick, world.now);
    assert!(first.is_some());
    assert!(attempts[1].begin(pick, world.now).is_none());
    drop(first);
    assert!(attempts[1].begin(pick, world.now).is_some());
}

#[test]
fn a_collected_answer_is_measured_for_each_token() {
    let world = world("1");
    let backend = || world.backend.clone();
    let settle = |verdict: Verdict| {
        let mut attempts = Attempts::new(backend(), Answer::Collected, Replay::Possible, None);
        let attempt = attempts.start(world.now, 9).expect("an entry");
        attempt.settle(&verdict.into(), world.now + Duration::from_secs(5), 9);
        let state = &world.backend.groups[0].entries[0].state;
        state.figures(world.now).per_token
    };
    let tokens = |output_tokens| Verdict::Success { output_tokens };
    assert_eq!(settle(tokens(None)), None);
    assert_eq!(settle(tokens(Some(0))), None);
    assert_eq!(settle(Verdict::Status(400)), None);
    assert_eq!(settle(tokens(Some(50))), Some(0.1));
}

#[test]
fn an_attempt_that_is_dropped_says_nothing() {
    let world = world("1 | 1");
    drop(attempts(&world).start(world.now, 9));
    let figures = world.backend.groups[0].entries[0].state.figures(world.now);
    assert_eq!((figures.in_flight, figures.health), (0, 1.0));
    assert_eq!(figures.consecutive_failures, 0);
}

#[test]
fn a_limit_holds_over_all_workers() {
    let world = world_with("1 1", |declared| {
        for entry in &mut declared.groups[0].entries {
            entry.settings.most_in_flight = NonZeroU32::new(2);
            entry.settings.health = Some(HealthPolicy::default());
        }
    });
    let (backend, now) = (&world.backend, world.now);
    thread::scope(|scope| {
        for seed in 0..8 {
            scope.spawn(move || {
                for round in 0..300 {
                    let mut attempts =
                        Attempts::new(backend.clone(), Answer::Streamed, Replay::Possible, None);
                    let attempt = attempts.start(now, seed * 1_000 + round);
                    for entry in &backend.groups[0].entries {
                        assert!(entry.state.figures(now).in_flight <= 2);
                    }
                    match attempt {
                        Ok(attempt) => drop(attempt),
                        Err(error) => assert_eq!(error, NoEntry::Busy),
                    }
                }
            });
        }
    });
    assert_eq!(backend.under_way(), (0, 0));
    let left = backend.groups[0].entries.iter();
    assert!(left.map(|e| e.state.figures(now).in_flight).all(|c| c == 0));
}

/// Places of attempts of which each was refused, by a provider that is well.
fn walk_back(world: &World) -> Vec<String> {
    let refused = Outcome::from(Verdict::Status(400));
    let mut attempts = attempts(world);
    let mut found = Vec::new();
    loop {
        let attempt = attempts.start(world.now, 9).expect("an entry");
        let Place { group, entry } = attempt.place;
        found.push(format!("{group}.{entry}"));
        let falls_back = attempts.fall_back(world.now, 9);
        attempt.settle(&refused, world.now, 9);
        if !falls_back {
            return found;
        }
    }
}

#[test]
fn a_refused_request_turns_to_another_group_once() {
    assert_eq!(walk_back(&world("1 | 1 | 1")), ["0.0", "1.0"]);
    // Others of the group serve the same model.
    let found = walk_back(&world("1 1 1 | 1"));
    assert_eq!(found.last().map(String::as_str), Some("1.0"));
    assert_eq!(found.len(), 2);
    // Unless there is nobody else.
    assert_eq!(walk_back(&world("1 1")).len(), 2);
    assert_eq!(walk_back(&world("1")), ["0.0"]);
    // One that does not serve cannot do better.
    assert_eq!(walk_back(&world("1 | 1e")), ["0.0"]);
    assert_eq!(walk_back(&world("1 | 0")), ["0.0"]);
}

#[test]
fn a_refused_request_does_not_turn_to_another_group_too_late() {
    let world = world("1 | 1");
    let start =
        |replay, deadline| Attempts::new(world.backend.clone(), Answer::Streamed, replay, deadline);
    for mut attempts in [
        start(Replay::Impossible, None),
        start(Replay::Possible, Some(world.now)),
    ] {
        attempts.start(world.now, 9).expect("an entry");
        assert!(!attempts.fall_back(world.now, 9));
    }
    let mut unbegun = start(Replay::Possible, None);
    assert!(!unbegun.fall_back(world.now, 9));
}

/// Starts, finds the entry unfit, and tells where that was and what follows.
fn unfit(attempts: &mut Attempts, world: &World, failed: Option<&Outcome>) -> (Place, Next) {
    let attempt = attempts.start(world.now, 9).expect("an entry");
    let place = attempt.place;
    drop(attempt);
    (place, attempts.pass_over(failed, world.now, 9))
}

#[test]
fn an_entry_that_cannot_take_the_request_is_left_out_without_blame() {
    const AT_ONCE: Next = Next::Retry {
        after: Duration::ZERO,
    };
    let world = world("1 | 1 | 1");
    let mut attempts = attempts(&world);
    let (first, next) = unfit(&mut attempts, &world, None);
    assert_eq!((first.group, next), (0, AT_ONCE));
    assert_eq!(attempts.started(), 0);
    let (second, next) = unfit(&mut attempts, &world, None);
    assert_eq!((second.group, next), (1, AT_ONCE));
    let (third, next) = unfit(&mut attempts, &world, None);
    assert_eq!(third.group, 2);
    assert_eq!(next, Next::GiveUp(GiveUp::NoEntry(NoEntry::Drained)));
    for group in &world.backend.groups {
        let state = &group.entries[0].state;
        let figures = state.figures(world.now);
        assert_eq!((figures.health, figures.in_flight), (1.0, 0));
        assert!(!state.is_evicted(world.now));
    }
}

#[test]
fn behind_a_failure_an_unfit_entry_changes_nothing() {
    // The one that failed is all that is left: as if there were no other.
    let world = world("1 | 1");
    let mut attempts = attempts(&world);
    let failed = attempts.start(world.now, 9).expect("an entry");
    failed.settle(&BUSY.into(), world.now, 9);
    let next = attempts.next(&BUSY.into(), Head::Unsent, world.now, 9);
    assert!(matches!(next, Next::Retry { after } if after.is_zero()));
    let (place, next) = unfit(&mut attempts, &world, Some(&BUSY.into()));
    assert_eq!(place.group, 1);
    let Next::Retry { after } = next else {
        panic!("{next:?}");
    };
    assert!(!after.is_zero(), "the same entry is waited for");
    let again = attempts.start(world.now, 9).expect("an entry");
    assert_eq!((again.place.group, attempts.started()), (0, 2));
}

#[test]
fn an_unfit_entry_leads_to_evicted_ones_too() {
    let world = world("1 | 1e");
    let mut attempts = attempts(&world);
    let (_, next) = unfit(&mut attempts, &world, None);
    assert!(matches!(next, Next::Retry { .. }));
    let attempt = attempts.start(world.now, 9).expect("an entry");
    assert!(attempt.is_panic && attempt.place.group == 1);
}

#[test]
fn a_request_may_belong_to_one_entry_only() {
    let world = world("1 1 | 1e 1");
    for entry in 0..2 {
        let place = Place { group: 1, entry };
        for random in 0..20 {
            let mut attempts = attempts(&world);
            attempts.only(place);
            let attempt = attempts.start(world.now, random).expect("an entry");
            // Also where it is evicted, as it is behind its first failure.
            assert_eq!(attempt.place, place);
            attempt.settle(&BUSY.into(), world.now, 9);
            let next = attempts.next(&BUSY.into(), Head::Unsent, world.now, 9);
            assert!(!matches!(next, Next::Retry { after } if after.is_zero()));
        }
    }
}
