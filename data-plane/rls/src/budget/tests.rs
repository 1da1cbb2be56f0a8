//! Budgets through a ledger, whose store is what a service answered.

use std::num::NonZeroU64;

use dp_policy::budget::{
    Action, Budget, Ledger, Memory, NoticeKind, OnOutage, OnUnpriced, Scope, Spend, Why,
};
use dp_policy::price::Money;
use proptest::prelude::{prop_assert, prop_assert_eq, proptest};
use proto::envoy::service::ratelimit::v3::rate_limit_response::{
    Code, DescriptorStatus, RateLimit,
};

use super::*;

const ID: RequestId = RequestId(7);
const NOW: Duration = Duration::from_secs(1_000_000);

fn service() -> Arc<Service> {
    Arc::new(Service {
        cluster: "c".into(),
        label: "shop/teams".into(),
        authority: "limits.shop.svc:8081".into(),
        domain: "money".into(),
        fail_open: false,
        timeout: Duration::from_millis(100),
    })
}

fn matched(limit: Limit, action: Action) -> Matched {
    Matched {
        budget: Arc::new(Budget {
            id: "shop/teams/hour".into(),
            limit,
            window: Window::Custom(NonZeroU64::new(3600).unwrap()),
            thresholds: vec![80],
            action,
            scope: Scope::Shared,
            unpriced: OnUnpriced::Allow,
            outage: OnOutage::FailClosed,
        }),
        key: "a".into(),
    }
}

fn usd(text: &str) -> Money {
    text.parse().unwrap()
}

/// The answer of a service that has counted so many hits of a limit.
fn answer(code: Code, limit: u32, used: u32) -> RateLimitResponse {
    let status = DescriptorStatus {
        code: code.into(),
        current_limit: Some(RateLimit {
            requests_per_unit: limit,
            ..RateLimit::default()
        }),
        limit_remaining: limit.saturating_sub(used),
        ..DescriptorStatus::default()
    };
    RateLimitResponse {
        overall_code: code.into(),
        statuses: vec![status],
        ..RateLimitResponse::default()
    }
}

fn counts(matched: &Matched, response: &RateLimitResponse) -> Arc<Counts> {
    let matched = std::slice::from_ref(matched);
    Arc::new(Counts::read(service(), matched, response).unwrap())
}

fn ledger(counts: &Arc<Counts>) -> Ledger {
    Ledger::new(Arc::new(Memory::new(1)), Some(counts.clone()))
}

#[test]
fn a_question_has_no_hits_and_the_limit_of_the_budget() {
    let own = matched(Limit::Usd(usd("0.0025")), Action::Block);
    let request = check(&service(), &[own]);
    assert_eq!(request.domain, "money");
    let descriptor = &request.descriptors[0];
    let entries = descriptor.entries.iter();
    let entries: Vec<_> = entries.map(|own| (&*own.key, &*own.value)).collect();
    assert_eq!(entries, [("budget", "shop/teams/hour"), ("key", "a")]);
    let limit = descriptor.limit.unwrap();
    assert_eq!(limit.requests_per_unit, 2500);
    assert_eq!(limit.unit, i32::from(RateLimitUnit::Hour));
    assert_eq!(descriptor.hits_addend, Some(UInt64Value { value: 0 }));
}

#[test]
fn what_a_request_took_is_told_once_and_rounded_up() {
    let own = matched(Limit::Usd(usd("0.0025")), Action::Block);
    let counts = counts(&own, &answer(Code::Ok, 2500, 1000));
    let expected = Spend {
        cost: Some(usd("0.001")),
        tokens: 10,
        is_billed: true,
    };
    let reservation = ledger(&counts).reserve(ID, &[own], &expected, NOW).unwrap();
    assert_eq!(counts.report(), None);
    let charged = reservation.settle(&Spend {
        cost: Some(usd("0.0010000001")),
        tokens: 12,
        is_billed: true,
    });
    assert_eq!(charged[0].crossed, [80]);
    let told = counts.report().unwrap();
    assert_eq!(
        told.descriptors[0].hits_addend,
        Some(UInt64Value { value: 1001 })
    );
    let again = counts.settle(ID, &[]);
    assert!(again.is_empty() && counts.report() == Some(told));
}

#[test]
fn a_request_that_took_nothing_tells_nothing() {
    let own = matched(Limit::Tokens(100), Action::Block);
    let counts = counts(&own, &answer(Code::Ok, 100, 0));
    let expected = Spend {
        cost: None,
        tokens: 10,
        is_billed: true,
    };
    drop(ledger(&counts).reserve(ID, &[own], &expected, NOW).unwrap());
    assert_eq!(counts.report(), None);
}

#[test]
fn what_is_left_decides_and_so_does_the_code() {
    let expected = Spend {
        cost: None,
        tokens: 10,
        is_billed: true,
    };
    let try_with = |action: Action, response: RateLimitResponse| {
        let own = matched(Limit::Tokens(100), action);
        let counts = counts(&own, &response);
        let reservation = ledger(&counts).reserve(ID, &[own], &expected, NOW);
        reservation
            .map(|held| held.notices().to_vec())
            .map_err(|refused| refused.why)
    };
    assert_eq!(
        try_with(Action::Block, answer(Code::Ok, 100, 90)),
        Ok(vec![])
    );
    let refused = |found: Result<_, Why>| matches!(found, Err(Why::Exceeded { .. }));
    assert!(refused(try_with(Action::Block, answer(Code::Ok, 100, 91))));
    assert!(refused(try_with(
        Action::Block,
        answer(Code::OverLimit, 100, 100)
    )));
    // A service with a limit of its own is stricter, or is not asked for more than ours.
    assert!(refused(try_with(
        Action::Block,
        answer(Code::OverLimit, 50, 50)
    )));
    assert!(refused(try_with(Action::Block, answer(Code::Ok, 1000, 95))));
    let silent = RateLimitResponse {
        overall_code: Code::OverLimit.into(),
        ..RateLimitResponse::default()
    };
    assert!(refused(try_with(Action::Block, silent)));
    let warned = try_with(Action::Warn, answer(Code::OverLimit, 100, 100)).unwrap();
    assert_eq!(warned[0].kind, NoticeKind::Warn);
}

#[test]
fn windows_that_no_service_has_are_none() {
    let limit = Limit::Tokens(1);
    let every = |seconds| Window::Custom(NonZeroU64::new(seconds).unwrap());
    for window in [Window::Day, Window::Month, every(60), every(86_400)] {
        assert!(is_countable(&limit, window), "{window:?}");
    }
    for window in [Window::Week, every(90)] {
        assert!(!is_countable(&limit, window), "{window:?}");
    }
    assert!(!is_countable(&Limit::Usd(usd("4295")), Window::Day));
}

proptest! {
    #[test]
    fn no_amount_is_less_in_hits(picos in 0..u64::MAX) {
        let limit = Limit::Usd(Money::ZERO);
        let hits = hits(&limit, Amount(picos.into()));
        prop_assert!(u128::from(hits) * MICRO >= u128::from(picos));
        prop_assert!(u128::from(hits) * MICRO < u128::from(picos) + MICRO);
        prop_assert_eq!(super::hits(&Limit::Tokens(0), Amount(picos.into())), picos);
    }
}
