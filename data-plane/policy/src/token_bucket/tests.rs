//! Buckets: tables, threads, properties.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::{
    Just, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof, proptest,
};

use super::{Buckets, Floor, Invalid, Settled, Standing, TokenBucket, Unit};

const START: Duration = Duration::from_secs(1000);

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

/// Holds `max`, fills 10 tokens a second.
fn tokens(max: u64) -> TokenBucket {
    TokenBucket::try_new(max, 10, secs(1))
        .expect("limit")
        .counting(Unit::Tokens)
}

fn key(name: &str) -> Arc<str> {
    name.into()
}

fn remaining(buckets: &Buckets, limit: &TokenBucket, now: Duration) -> u64 {
    buckets.standing(limit, &key("a"), now).remaining
}

#[test]
fn limits_that_are_none_are_refused() {
    let limit = TokenBucket::try_new;
    assert_eq!(limit(0, 1, secs(1)), Err(Invalid::MaxTokens));
    assert_eq!(limit(1, 0, secs(1)), Err(Invalid::TokensPerFill));
    assert_eq!(limit(1, 1, Duration::ZERO), Err(Invalid::FillInterval));
}

#[track_caller]
fn check_settled(floor: Floor, estimate: u64, real: u64, expected: (u64, u64), left: u64) {
    let (buckets, limit) = (Buckets::new(10), tokens(1000).down_to(floor));
    let held = buckets.reserve(&limit, &key("a"), estimate, START);
    let settled = held.expect("let through").settle(real);
    let (charged, forgiven) = expected;
    assert_eq!(settled, Settled { charged, forgiven });
    assert_eq!(remaining(&buckets, &limit, START), left);
}

#[test]
fn what_was_expected_is_made_right() {
    check_settled(Floor::Zero, 300, 300, (300, 0), 700);
    check_settled(Floor::Zero, 300, 100, (100, 0), 900);
    check_settled(Floor::Zero, 300, 0, (0, 0), 1000);
    check_settled(Floor::Zero, 300, 500, (500, 0), 500);
    check_settled(Floor::Zero, 0, 40, (40, 0), 960);
    check_settled(Floor::Zero, 300, 1200, (1000, 200), 0);
    check_settled(Floor::Debt, 300, 1200, (1200, 0), 0);
    check_settled(Floor::Debt, 1500, 1200, (1200, 0), 0);
}

#[test]
fn a_debt_is_paid_back_before_anything_is_let_through() {
    let (buckets, limit) = (Buckets::new(10), tokens(1000).down_to(Floor::Debt));
    let reserve = |estimate, now| buckets.reserve(&limit, &key("a"), estimate, now);
    assert_eq!(reserve(0, START).expect("first").settle(1200).charged, 1200);
    let refused = reserve(0, START + secs(19)).expect_err("in debt");
    assert_eq!(refused.standing.remaining, 0);
    assert_eq!(refused.retry_after, Some(secs(2)));
    // 1000 - 1200 + 21 * 10.
    assert_eq!(remaining(&buckets, &limit, START + secs(21)), 10);
    reserve(0, START + secs(21)).expect("paid").cancel();
}

/// Takes what is expected of a request that was let through.
fn expecting(
    buckets: &Buckets,
    limit: &TokenBucket,
    estimate: u64,
    now: Duration,
) -> Result<super::Reservation, super::Refused> {
    let mut held = buckets.reserve(limit, &key("a"), 0, now)?;
    held.expect(estimate, now)?;
    Ok(held)
}

#[test]
fn what_is_expected_later_is_held_up_to_what_is_left() {
    let (buckets, limit) = (Buckets::new(10), tokens(100));
    let small = expecting(&buckets, &limit, 30, START).expect("let through");
    assert_eq!(small.standing().remaining, 70);
    // More than there is, and more than there will ever be: it takes the rest.
    let large = expecting(&buckets, &limit, 5000, START).expect("let through");
    assert_eq!(large.standing().remaining, 0);
    let refused = expecting(&buckets, &limit, 1, START).expect_err("empty");
    assert_eq!(refused.retry_after, Some(secs(1)));
    // It is what it took that counts, not what was expected.
    assert_eq!(large.settle(10).charged, 10);
    assert_eq!(remaining(&buckets, &limit, START), 60);
    let (charged, forgiven) = (90, 0);
    assert_eq!(small.settle(90), Settled { charged, forgiven });
    assert_eq!(remaining(&buckets, &limit, START), 0);
}

#[test]
fn a_request_that_is_expected_to_take_nothing_is_not_refused_again() {
    let (buckets, limit) = (Buckets::new(10), tokens(100));
    let reserve = || buckets.reserve(&limit, &key("a"), 0, START);
    let (mut first, mut second) = (reserve().expect("first"), reserve().expect("second"));
    first.expect(100, START).expect("full");
    second.expect(0, START).expect("nothing more is asked");
    assert_eq!(
        second
            .expect(1, START)
            .expect_err("empty")
            .standing
            .remaining,
        0
    );
    // Who was refused took nothing, and gives nothing back.
    second.cancel();
    assert_eq!(remaining(&buckets, &limit, START), 0);
    first.cancel();
    assert_eq!(remaining(&buckets, &limit, START), 100);
    let requests = TokenBucket::try_new(2, 1, secs(60)).expect("limit");
    let mut held = buckets
        .reserve(&requests, &key("b"), 0, START)
        .expect("one");
    held.expect(5000, START).expect("a request is one");
    assert_eq!(held.settle(5000).charged, 1);
}

#[test]
fn a_debt_is_held_whole() {
    let (buckets, limit) = (Buckets::new(10), tokens(100).down_to(Floor::Debt));
    let held = expecting(&buckets, &limit, 300, START).expect("let through");
    // 100 - 300 + 20 * 10 is nothing yet.
    assert!(expecting(&buckets, &limit, 1, START + secs(20)).is_err());
    assert!(expecting(&buckets, &limit, 1, START + secs(21)).is_ok());
    drop(held);
}

#[test]
fn fifty_threads_do_not_pass_one_token() {
    let (buckets, limit) = (Buckets::new(10), tokens(1));
    let held: Vec<_> = std::thread::scope(|scope| {
        let take = || {
            let mut held = buckets.reserve(&limit, &key("a"), 0, START).ok()?;
            held.expect(1024, START).ok()?;
            Some(held)
        };
        let threads: Vec<_> = (0..50).map(|_| scope.spawn(take)).collect();
        let joined = threads
            .into_iter()
            .map(|thread| thread.join().expect("thread"));
        joined.flatten().collect()
    });
    assert_eq!(held.len(), 1);
}

#[test]
fn what_goes_on_is_paid_as_it_goes() {
    let (buckets, limit) = (Buckets::new(10), tokens(100));
    let held = buckets.reserve(&limit, &key("a"), 30, START);
    let mut held = held.expect("let through");
    let paid = |charged, forgiven| Settled { charged, forgiven };
    assert_eq!(held.pay(40, START), (paid(40, 0), true));
    assert_eq!(remaining(&buckets, &limit, START), 60);
    assert_eq!(held.pay(0, START), (paid(0, 0), true));
    // A second later there are ten more.
    assert_eq!(held.pay(65, START + secs(1)), (paid(65, 0), true));
    assert_eq!(held.pay(9, START + secs(1)), (paid(5, 4), false));
    // What was paid is not paid again.
    assert_eq!(held.settle(0), paid(0, 0));
    assert_eq!(remaining(&buckets, &limit, START + secs(1)), 0);
    let requests = tokens(2).counting(Unit::Requests);
    let held = buckets.reserve(&requests, &key("b"), 0, START);
    assert_eq!(
        held.expect("let through").pay(50, START),
        (paid(0, 0), true)
    );
}

#[test]
fn a_request_that_ends_without_a_word_costs_what_was_noted() {
    let (buckets, limit) = (Buckets::new(10), tokens(1000));
    let reserve = || {
        buckets
            .reserve(&limit, &key("a"), 300, START)
            .expect("let through")
    };
    drop(reserve());
    assert_eq!(remaining(&buckets, &limit, START), 1000);
    let mut held = reserve();
    held.note(50);
    held.note(120);
    drop(held);
    assert_eq!(remaining(&buckets, &limit, START), 880);
    let panicked = std::panic::catch_unwind(|| {
        let mut held = reserve();
        held.note(80);
        std::panic::resume_unwind(Box::new(()));
    });
    assert!(panicked.is_err());
    assert_eq!(remaining(&buckets, &limit, START), 800);
    let mut held = reserve();
    held.note(100);
    held.cancel();
    assert_eq!(remaining(&buckets, &limit, START), 800);
}

#[test]
fn a_request_is_one_however_it_ends() {
    let limit = TokenBucket::try_new(3, 1, secs(60)).expect("limit");
    let buckets = Buckets::new(10);
    let reserve = || buckets.reserve(&limit, &key("a"), 5000, START);
    assert_eq!(reserve().expect("first").settle(0).charged, 1);
    drop(reserve().expect("second"));
    reserve().expect("third").cancel();
    let third = reserve().expect("third again");
    assert_eq!(third.standing().remaining, 0);
    let refused = reserve().expect_err("fourth");
    assert_eq!(refused.retry_after, Some(secs(60)));
}

#[track_caller]
fn check_refused(estimate: u64, after: Duration, expected: Option<Duration>) {
    let (buckets, limit) = (Buckets::new(10), tokens(100));
    let first = buckets
        .reserve(&limit, &key("a"), 100, START)
        .expect("full");
    let now = START + after;
    let refused = buckets.reserve(&limit, &key("a"), estimate, now);
    assert_eq!(refused.expect_err("refused").retry_after, expected);
    first.cancel();
}

#[test]
fn a_refusal_tells_when_to_come_again() {
    check_refused(0, secs(0), Some(secs(1)));
    check_refused(10, secs(0), Some(secs(1)));
    check_refused(11, secs(0), Some(secs(2)));
    check_refused(100, secs(0), Some(secs(10)));
    check_refused(100, secs(3), Some(secs(7)));
    check_refused(
        15,
        Duration::from_millis(1700),
        Some(Duration::from_millis(300)),
    );
    // More than the bucket holds: never.
    check_refused(101, secs(0), None);
}

#[test]
fn a_bucket_fills_in_steps_up_to_its_maximum() {
    let (buckets, limit) = (Buckets::new(10), tokens(100));
    let first = buckets
        .reserve(&limit, &key("a"), 100, START)
        .expect("full");
    let at = |millis| remaining(&buckets, &limit, START + Duration::from_millis(millis));
    assert_eq!([0, 999, 1000, 2500, 60_000].map(at), [0, 0, 10, 20, 100]);
    let reset = |millis| {
        let now = START + Duration::from_millis(millis);
        buckets.standing(&limit, &key("a"), now).reset.as_millis()
    };
    assert_eq!([0, 250, 10_000].map(reset), [10_000, 9_750, 0]);
    // A clock that runs back fills nothing and takes nothing.
    assert_eq!(remaining(&buckets, &limit, Duration::ZERO), 0);
    // What is given back to a bucket that has filled does not lift it above its maximum.
    let second = buckets.reserve(&limit, &key("a"), 1, START + secs(60));
    drop(first);
    assert_eq!(remaining(&buckets, &limit, START + secs(60)), 100);
    drop(second);
}

#[test]
fn keys_have_buckets_of_their_own() {
    let (buckets, limit) = (Buckets::new(10), tokens(100));
    let _a = buckets.reserve(&limit, &key("a"), 100, START).expect("a");
    let _b = buckets.reserve(&limit, &key("b"), 100, START).expect("b");
    assert!(buckets.reserve(&limit, &key("a"), 1, START).is_err());
}

#[test]
fn a_level_outlives_its_configuration() {
    let (buckets, old) = (Buckets::new(10), tokens(100));
    let held = buckets.reserve(&old, &key("a"), 60, START).expect("full");
    let new = tokens(1000);
    assert_eq!(remaining(&buckets, &new, START), 40);
    assert_eq!(remaining(&buckets, &new, START + secs(10)), 140);
    // The reservation is made right under the limit that it was taken under.
    held.settle(20);
    assert_eq!(remaining(&buckets, &new, START), 80);
    assert_eq!(remaining(&buckets, &tokens(50), START), 50);
}

#[test]
fn a_flood_of_keys_loosens_no_limit() {
    let (buckets, limit) = (Buckets::new(16), tokens(100));
    let mut held = Vec::new();
    for number in 0..5000 {
        held.extend(buckets.reserve(&limit, &key(&number.to_string()), 100, START));
    }
    // One for each key that found room, and one for all the others.
    assert!(held.len() <= 17, "{}", held.len());
    drop(held);
    // All are full again; a full bucket is as good as none.
    let later = START + secs(2);
    let fresh = (5000..5100).map(|number| key(&number.to_string()));
    let let_through = fresh.filter(|key| buckets.reserve(&limit, key, 100, later).is_ok());
    assert_eq!(let_through.count(), 100);
}

#[test]
fn the_tightest_limit_is_told() {
    let standing = |remaining, limit, reset| Standing {
        unit: Unit::Tokens,
        limit,
        remaining,
        reset: secs(reset),
    };
    let (wide, tight) = (standing(50, 100, 1), standing(60, 1000, 1));
    assert_eq!(Standing::tightest([wide, tight]), Some(tight));
    let later = standing(6, 100, 9);
    assert_eq!(Standing::tightest([tight, later, wide]), Some(later));
    assert_eq!(Standing::tightest([]), None);
}

#[test]
fn nothing_prints_a_key() {
    let (buckets, limit) = (Buckets::new(10), tokens(100));
    let held = buckets
        .reserve(&limit, &key("sk-secret"), 1, START)
        .expect("full");
    assert!(!format!("{buckets:?}{held:?}").contains("secret"));
}

#[test]
fn threads_cannot_take_the_same_tokens() {
    let (buckets, limit) = (Buckets::new(10), tokens(100));
    let open: usize = std::thread::scope(|scope| {
        let take = || buckets.reserve(&limit, &key("a"), 20, START).ok();
        let threads: Vec<_> = (0..50).map(|_| scope.spawn(take)).collect();
        let held: Vec<_> = threads
            .into_iter()
            .map(|thread| thread.join().expect("thread"))
            .collect();
        held.iter().flatten().count()
    });
    assert_eq!(open, 5);
    assert_eq!(remaining(&buckets, &limit, START), 100);
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Reserve(u16),
    /// Ends the reservation at an index, with a cost.
    Settle(usize, u16),
    Drop(usize, u16),
    Cancel(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let index = || any::<usize>();
    let step = prop_oneof![
        any::<u16>().prop_map(Step::Reserve),
        (index(), any::<u16>()).prop_map(|(at, real)| Step::Settle(at, real)),
        (index(), any::<u16>()).prop_map(|(at, real)| Step::Drop(at, real)),
        index().prop_map(Step::Cancel),
    ];
    prop::collection::vec(step, 1..60)
}

fn floor() -> impl Strategy<Value = Floor> {
    prop_oneof![Just(Floor::Zero), Just(Floor::Debt)]
}

proptest! {
    #[test]
    fn what_was_settled_was_charged(floor in floor(), steps in steps()) {
        let (buckets, limit) = (Buckets::new(10), tokens(100_000).down_to(floor));
        let mut open: Vec<(u64, super::Reservation)> = Vec::new();
        let (mut real_sum, mut charged, mut forgiven) = (0, 0, 0);
        for step in steps {
            let mut end = |at: usize| (!open.is_empty()).then(|| open.swap_remove(at % open.len()).1);
            match step {
                Step::Reserve(estimate) => {
                    let estimate = u64::from(estimate);
                    if let Ok(held) = buckets.reserve(&limit, &key("a"), estimate, START) {
                        open.push((estimate, held));
                    }
                }
                Step::Settle(at, real) => if let Some(held) = end(at) {
                    let settled = held.settle(u64::from(real));
                    real_sum += u64::from(real);
                    charged += settled.charged;
                    forgiven += settled.forgiven;
                },
                Step::Drop(at, noted) => if let (Floor::Debt, Some(mut held)) = (floor, end(at)) {
                    held.note(u64::from(noted));
                    drop(held);
                    real_sum += u64::from(noted);
                    charged += u64::from(noted);
                },
                Step::Cancel(at) => if let Some(held) = end(at) {
                    held.cancel();
                },
            }
        }
        prop_assert_eq!(real_sum, charged + forgiven);
        let held: u64 = open.iter().map(|(estimate, _)| estimate).sum();
        let left = remaining(&buckets, &limit, START);
        match floor {
            Floor::Zero => prop_assert_eq!(left + held + charged, 100_000),
            Floor::Debt => prop_assert_eq!(left, 100_000_u64.saturating_sub(held + charged)),
        }
    }

    #[test]
    fn no_more_passes_than_the_bucket_held_and_was_filled(
        requests in prop::collection::vec((0_u64..5000, 1_u64..200), 1..100),
    ) {
        let (buckets, limit) = (Buckets::new(10), tokens(200));
        let (mut now, mut passed) = (START, 0);
        for (millis, cost) in requests {
            now += Duration::from_millis(millis);
            if let Ok(held) = buckets.reserve(&limit, &key("a"), cost, now) {
                passed += held.settle(cost).charged;
            }
            let filled = 10 * (now - START).as_secs();
            prop_assert!(passed <= 200 + filled);
        }
    }

    #[test]
    fn a_debt_is_paid_back_and_nothing_else_is_different(
        floor in floor(),
        requests in prop::collection::vec((0_u64..40, 0_u64..3000), 1..100),
    ) {
        let (buckets, limit) = (Buckets::new(10), tokens(1000).down_to(floor));
        let (mut now, mut fills, mut level) = (START, 0, 1000_i128);
        for (seconds, cost) in requests {
            now += secs(seconds);
            let due = (now - START).as_secs();
            level = (level + 10 * i128::from(due - fills)).min(1000);
            fills = due;
            let admitted = buckets.reserve(&limit, &key("a"), 0, now);
            prop_assert_eq!(admitted.is_ok(), level >= 1);
            let left = u64::try_from(level).unwrap_or_default();
            prop_assert_eq!(remaining(&buckets, &limit, now), left);
            match admitted {
                Ok(held) => {
                    let settled = held.settle(cost);
                    prop_assert_eq!(settled.charged + settled.forgiven, cost);
                    let expected = match floor {
                        Floor::Zero => cost.saturating_sub(left),
                        Floor::Debt => 0,
                    };
                    prop_assert_eq!(settled.forgiven, expected);
                    level -= i128::from(settled.charged);
                }
                Err(refused) => {
                    let missing = u64::try_from(1 - level).unwrap_or_default();
                    let wait = secs(fills + missing.div_ceil(10)) - (now - START);
                    prop_assert_eq!(refused.retry_after, Some(wait));
                }
            }
        }
    }
}
