//! Tables and properties of settlements.

use std::{collections::BTreeMap, thread};

use super::*;
use crate::provider_group::{fixture::cases, verdict::Condition};

const SUCCESS: Verdict = Verdict::Success {
    output_tokens: None,
};
const BUSY: Verdict = Verdict::Status(429);

/// A state with its policy and a clock of its own, in milliseconds.
struct Entry {
    state: State,
    policy: Option<HealthPolicy>,
    origin: Instant,
}

fn steady() -> HealthPolicy {
    HealthPolicy {
        jitter_percent: 0,
        ..HealthPolicy::default()
    }
}

fn entry(policy: Option<HealthPolicy>) -> Entry {
    let origin = Instant::now();
    Entry {
        state: State::new(origin),
        policy,
        origin,
    }
}

fn evicted(seconds: u64, times: u32) -> Change {
    Change::Evicted {
        window: Duration::from_secs(seconds),
        times,
    }
}

fn asking(verdict: Verdict, seconds: u64) -> Outcome {
    Outcome {
        retry_after: Some(Duration::from_secs(seconds)),
        ..verdict.into()
    }
}

impl Entry {
    fn at(&self, millis: u64) -> Instant {
        self.origin + Duration::from_millis(millis)
    }

    /// Settles an attempt from `begun` to `now`.
    fn settle(&self, (begun, now): (u64, u64), outcome: impl Into<Outcome>) -> Change {
        let (begun, now) = (self.at(begun), self.at(now));
        let policy = self.policy.as_ref();
        self.state.settle(policy, &outcome.into(), begun, now, 1)
    }

    /// Settles attempts that take a millisecond and end at the moments given.
    #[track_caller]
    fn check(&self, steps: &[(u64, Verdict, Change)]) {
        for &(now, verdict, expected) in steps {
            let found = self.settle((now - 1, now), verdict);
            assert_eq!(found, expected, "{verdict:?} at {now}");
        }
    }

    fn figures(&self, now: u64) -> Figures {
        self.state.figures(self.at(now))
    }
}

#[test]
fn evictions_grow_until_a_success() {
    entry(Some(steady())).check(&[
        (1_000, BUSY, evicted(3, 1)),
        // The window is open.
        (2_000, BUSY, Change::Nothing),
        (3_999, SUCCESS, Change::Nothing),
        (4_002, Verdict::ConnectError, evicted(6, 2)),
        (11_000, Verdict::ClientGone, Change::Nothing),
        (11_001, Verdict::Status(503), evicted(9, 3)),
        (30_000, SUCCESS, Change::Restored),
        (30_001, SUCCESS, Change::Nothing),
        (30_002, BUSY, evicted(3, 1)),
    ]);
}

#[test]
fn what_the_provider_asks_for_is_kept() {
    let entry = entry(Some(steady()));
    assert_eq!(entry.settle((0, 1), asking(BUSY, 60)), evicted(60, 1));
    assert!(entry.state.is_evicted(entry.at(60_000)));
    assert!(!entry.state.is_evicted(entry.at(60_001)));
    // Less than what is configured counts for nothing.
    let again = entry.settle((60_002, 60_003), asking(BUSY, 1));
    assert_eq!(again, evicted(6, 2));
}

#[test]
fn a_refused_credential_evicts_for_the_longest_time() {
    entry(Some(steady())).check(&[(5, Verdict::CredentialRefused(401), evicted(300, 1))]);
    // That may be about the model that one client asked for.
    entry(Some(steady())).check(&[(5, Verdict::CredentialRefused(403), evicted(3, 1))]);
    entry(Some(steady())).check(&[(5, Verdict::Status(401), Change::Nothing)]);
}

#[test]
fn an_attempt_from_before_the_window_says_nothing_new() {
    let entry = entry(Some(steady()));
    assert_eq!(entry.settle((0, 1_000), BUSY), evicted(3, 1));
    // Ended behind the window, but met the same outage, or the time before it.
    let late = Verdict::HeadTimeout;
    assert_eq!(entry.settle((500, 5_000), late), Change::Nothing);
    assert_eq!(entry.settle((500, 5_001), SUCCESS), Change::Nothing);
    assert_eq!(entry.figures(5_002).times_ejected, 1);
    // Began within, as a panic pick does.
    assert_eq!(entry.settle((2_000, 5_003), late), evicted(6, 2));
}

#[test]
fn thresholds_hold_back() {
    let in_a_row = |most| {
        entry(Some(HealthPolicy {
            consecutive_failures: Some(most),
            ..steady()
        }))
    };
    in_a_row(3).check(&[
        (10, BUSY, Change::Nothing),
        (20, BUSY, Change::Nothing),
        (30, SUCCESS, Change::Nothing),
        (40, BUSY, Change::Nothing),
        (50, Verdict::Status(404), Change::Nothing),
        (60, BUSY, Change::Nothing),
        (70, Verdict::Idle, Change::Nothing),
        (80, BUSY, evicted(3, 1)),
        // Counted anew.
        (5_000, BUSY, Change::Nothing),
    ]);
    // 1, 0.7, 0.49: the sample itself counts.
    let below_half = HealthPolicy {
        health_threshold: Some(0.5),
        ..steady()
    };
    entry(Some(below_half)).check(&[(10, BUSY, Change::Nothing), (20, BUSY, evicted(3, 1))]);
}

#[test]
fn it_comes_back_with_the_health_to_restore() {
    let entry = entry(Some(HealthPolicy {
        restore_health: 0.2,
        ..steady()
    }));
    entry.settle((0, 1), BUSY);
    assert_eq!(entry.figures(2).health, 0.2);
    entry.settle((4_000, 4_001), SUCCESS);
    assert!((entry.figures(4_002).health - 0.44).abs() < 1e-9);
}

#[test]
fn without_a_policy_nothing_evicts() {
    let entry = entry(None);
    for now in 1..20 {
        assert_eq!(entry.settle((now - 1, now), BUSY), Change::Nothing);
        assert_eq!(
            entry.settle((now - 1, now), asking(SUCCESS, 9)),
            Change::Nothing
        );
    }
    let figures = entry.figures(30);
    assert_eq!(figures.evicted_for, None);
    assert!(figures.health < 1.0);
}

#[test]
fn a_condition_decides() {
    let with = |verdict: Verdict, condition| Outcome {
        condition: Some(condition),
        ..verdict.into()
    };
    let entry = entry(Some(steady()));
    let fine = with(BUSY, Condition::Fine);
    assert_eq!(entry.settle((0, 1), fine), Change::Nothing);
    let unhealthy = with(Verdict::Status(418), Condition::Unhealthy);
    assert_eq!(entry.settle((2, 3), unhealthy), evicted(3, 1));
}

#[test]
fn a_used_up_allowance_spares() {
    let entry = entry(Some(steady()));
    let spared = |seconds| Change::Spared {
        window: Duration::from_secs(seconds),
    };
    assert_eq!(entry.settle((0, 1), asking(SUCCESS, 20)), spared(20));
    let figures = entry.figures(1_001);
    assert_eq!(figures.evicted_for, Some(Duration::from_secs(19)));
    assert_eq!((figures.health, figures.times_ejected), (1.0, 0));
    assert_eq!(entry.settle((30_000, 30_001), SUCCESS), Change::Nothing);
    let bounded = entry.settle((30_002, 30_003), asking(SUCCESS, 3_600));
    assert_eq!(bounded, spared(300));
}

#[test]
fn averages_start_from_what_is_typical() {
    let entry = entry(None);
    entry.state.measured(Answer::Streamed, 2.0, Some(1.0));
    entry.state.measured(Answer::Collected, 0.02, None);
    let figures = entry.figures(1);
    assert!((figures.first_token.expect("a figure") - 1.3).abs() < 1e-9);
    assert_eq!(figures.per_token, Some(0.02));
}

#[test]
fn an_open_window_never_moves() {
    let verdicts = [
        BUSY,
        SUCCESS,
        Verdict::ConnectError,
        Verdict::CredentialRefused(403),
        Verdict::ClientGone,
        Verdict::Idle,
    ];
    cases(200, |random| {
        let mut draw = |below: u64| random.next_u64() % below;
        let longest = Duration::from_secs(30);
        let entry = entry(Some(HealthPolicy {
            consecutive_failures: (draw(2) == 0).then_some(2),
            longest,
            ..HealthPolicy::default()
        }));
        let mut now = 100_000;
        for _ in 0..100 {
            now += draw(3_000);
            let until = |entry: &Entry| entry.figures(now).evicted_for;
            let before = until(&entry);
            let outcome = Outcome {
                retry_after: (draw(3) == 0).then(|| Duration::from_secs(draw(90))),
                ..verdicts[usize::try_from(draw(6)).expect("small")].into()
            };
            let begun = now - draw(50_000);
            let policy = entry.policy.as_ref();
            let seed = draw(u64::MAX);
            let change = entry
                .state
                .settle(policy, &outcome, entry.at(begun), entry.at(now), seed);
            let after = until(&entry);
            if before.is_some() {
                assert_eq!((after, change), (before, Change::Nothing));
            }
            assert!(after.is_none_or(|left| left <= longest), "{after:?}");
            let health = entry.figures(now).health;
            assert!((0.0..=1.0).contains(&health), "{health}");
        }
    });
}

#[test]
fn nothing_is_lost_under_concurrency() {
    const THREADS: u64 = 4;
    const EACH: u64 = 500;
    let all = u32::try_from(THREADS * EACH).expect("small");
    let entry = entry(Some(HealthPolicy {
        consecutive_failures: Some(all),
        ..steady()
    }));
    let changes: Vec<Change> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|_| {
                scope.spawn(|| {
                    let settle = |_| {
                        let _attempt = entry.state.in_flight.enter();
                        entry.settle((10, 20), BUSY)
                    };
                    (0..EACH).map(settle).collect::<Vec<_>>()
                })
            })
            .collect();
        let joined = threads.into_iter().map(|thread| thread.join());
        joined
            .flat_map(|changes| changes.expect("settled"))
            .collect()
    });
    // Only the very last failure reaches the threshold.
    let mut counts = BTreeMap::<bool, u32>::new();
    for change in changes {
        *counts.entry(change == evicted(3, 1)).or_default() += 1;
    }
    assert_eq!(counts, BTreeMap::from([(false, all - 1), (true, 1)]));
    let figures = entry.figures(20);
    assert_eq!((figures.in_flight, figures.times_ejected), (0, 1));
}
