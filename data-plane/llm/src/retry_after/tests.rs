//! Tables of headers after the rate limit pages of OpenAI, Azure, Anthropic, Google, Groq, Cerebras and OpenRouter.

use std::time::Duration;

use proptest::prelude::*;

use super::{exhausted_for, retry_after, retry_after_error};
use crate::error::ProviderError;

/// 2026-01-01T00:00:00Z.
const NOW: Duration = Duration::from_secs(1_767_225_600);

#[track_caller]
fn check(headers: &[(&str, &str)], body: Option<&str>, expected: Option<f64>) {
    let said = retry_after(headers.iter().copied(), body.map(str::as_bytes), NOW);
    assert_eq!(said.map(|said| said.as_secs_f64()), expected, "{headers:?}");
}

#[test]
fn the_plain_header() {
    check(&[], None, None);
    check(&[("retry-after", "60")], None, Some(60.0));
    check(&[("retry-after", " 1.5 ")], None, Some(1.5));
    check(&[("retry-after", "0")], None, Some(0.0));
    check(&[("retry-after", "-3")], None, Some(0.0));
    check(
        &[("retry-after", "Thu, 01 Jan 2026 00:00:30 GMT")],
        None,
        Some(30.0),
    );
    check(
        &[("retry-after", "Wed, 31 Dec 2025 23:59:00 GMT")],
        None,
        Some(0.0),
    );
    for broken in ["", "soon", "inf", "1e9", "60 seconds", "NaN"] {
        check(&[("retry-after", broken)], None, None);
    }
    // Milliseconds say more.
    check(
        &[("retry-after", "1"), ("retry-after-ms", "250")],
        None,
        Some(0.25),
    );
}

#[test]
fn an_error_inside_a_success_is_asked_like_one_with_a_status() {
    let google = r#"{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure"},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"3.5s"}]}}"#;
    let other = r#"{"error":{"message":"m","type":"overloaded_error"}}"#;
    let asked = |headers: &[(&str, &str)], body: &str| {
        let error = ProviderError::read(body.as_bytes());
        let said = retry_after_error(headers.iter().copied(), &error, NOW);
        said.map(|said| said.as_secs_f64())
    };
    assert_eq!(asked(&[], google), Some(3.5));
    // The header is the more exact one, as it is of a status.
    assert_eq!(asked(&[("retry-after", "60")], google), Some(60.0));
    assert_eq!(asked(&[("retry-after", "60")], other), Some(60.0));
    assert_eq!(asked(&[("retry-after", "86400")], other), Some(900.0));
    assert_eq!(asked(&[], other), None);
    check(&[], Some(google), Some(3.5));
}

#[test]
fn nobody_is_believed_for_long() {
    check(&[("retry-after", "86400")], None, Some(900.0));
    check(
        &[("retry-after", "99999999999999999999999999")],
        None,
        Some(900.0),
    );
    check(&[("x-ratelimit-reset-tokens", "20h")], None, Some(900.0));
    check(
        &[("x-ratelimit-reset-requests-day", "33011.382867")],
        None,
        Some(3600.0),
    );
    let daily = [
        ("retry-after", "33012"),
        ("x-ratelimit-remaining-requests-day", "0"),
        ("x-ratelimit-reset-requests-day", "33011.38"),
    ];
    check(&daily, None, Some(3600.0));
}

#[test]
fn resets_of_limits() {
    let openai = [
        ("x-ratelimit-reset-requests", "1s"),
        ("x-ratelimit-reset-tokens", "6m0s"),
    ];
    check(&openai, None, Some(1.0));
    // What is known to be used up counts.
    let tokens = [
        ("x-ratelimit-remaining-requests", "59"),
        ("x-ratelimit-remaining-tokens", "0"),
    ];
    check(&[openai, tokens].concat(), None, Some(360.0));
    check(
        &[
            ("x-ratelimit-reset-tokens-minute", "11.5"),
            ("x-ratelimit-reset-requests-day", "33011"),
        ],
        None,
        Some(11.5),
    );
    let anthropic = [
        ("anthropic-ratelimit-requests-reset", "2026-01-01T00:00:05Z"),
        (
            "anthropic-ratelimit-input-tokens-reset",
            "2026-01-01T00:00:45Z",
        ),
        ("anthropic-ratelimit-input-tokens-remaining", "0"),
        ("anthropic-ratelimit-requests-remaining", "10"),
    ];
    check(&anthropic, None, Some(45.0));
    let unified = [("anthropic-ratelimit-unified-reset", "1767225610")];
    check(&unified, None, Some(10.0));
    // Seconds, a time, a time in milliseconds.
    check(&[("x-ratelimit-reset", "42")], None, Some(42.0));
    check(&[("x-ratelimit-reset", "1767225660")], None, Some(60.0));
    check(&[("x-ratelimit-reset", "1767225660000")], None, Some(60.0));
    check(&[("x-ratelimit-reset", "1767225000")], None, Some(0.0));
    check(&[("x-ratelimit-limit-requests", "60")], None, None);
}

#[test]
fn google_tells_it_in_the_body() {
    let body = r#"{"error":{"code":429,"message":"Resource exhausted","status":"RESOURCE_EXHAUSTED","details":[
        {"@type":"type.googleapis.com/google.rpc.Help","links":[]},
        {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.074824224s"}]}}"#;
    check(&[], Some(body), Some(34.074_824_224));
    check(&[], Some(&format!("[{body}]")), Some(34.074_824_224));
    check(&[("retry-after", "5")], Some(body), Some(5.0));
    for none in [
        "",
        "{}",
        "[]",
        r#"{"error":"busy"}"#,
        r#"{"error":{"details":[{}]}}"#,
    ] {
        check(&[], Some(none), None);
    }
}

#[test]
fn a_success_may_have_used_up_a_limit() {
    let exhausted = [
        ("x-ratelimit-remaining-requests", "0"),
        ("x-ratelimit-reset-requests", "12ms"),
        ("x-ratelimit-remaining-tokens", "149984"),
        ("x-ratelimit-reset-tokens", "6m0s"),
    ];
    assert_eq!(
        exhausted_for(exhausted, NOW),
        Some(Duration::from_millis(12))
    );
    let left = [
        ("x-ratelimit-remaining-requests", "1"),
        ("x-ratelimit-reset-requests", "1s"),
        ("retry-after", "0"),
    ];
    assert_eq!(exhausted_for(left, NOW), None);
}

proptest! {
    #[test]
    fn never_longer_than_an_hour(
        name in prop::sample::select(vec![
            "retry-after", "retry-after-ms", "x-ratelimit-reset", "x-ratelimit-reset-tokens-day",
            "anthropic-ratelimit-tokens-reset", "x-ratelimit-remaining-tokens",
        ]),
        value in "[0-9.mshTZ:-]{0,24}|\\PC{0,12}",
        body in "\\PC{0,24}",
    ) {
        let said = retry_after([(name, value.as_str())], Some(body.as_bytes()), NOW);
        prop_assert!(said.is_none_or(|said| said <= Duration::from_secs(3600)));
    }
}
