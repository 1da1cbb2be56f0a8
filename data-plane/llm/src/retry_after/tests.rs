//! Tables of headers after the rate limit pages of OpenAI, Azure, Anthropic, Google, Groq, Cerebras and OpenRouter.

use std::time::Duration;

use proptest::prelude::*;

use super::{exhausted_for, retry_after};
use crate::error::ProviderError;

/// 2026-01-01T00:00:00Z.
const NOW: Duration = Duration::from_secs(1_767_225_600);

#[track_caller]
fn check(headers: &[(&str, &str)], body: Option<&str>, expected: Option<f64>) {
    check_status(429, (headers, body), expected);
}

#[track_caller]
fn check_status(
    status: u16,
    (headers, body): (&[(&str, &str)], Option<&str>),
    expected: Option<f64>,
) {
    let error = ProviderError::read(body.unwrap_or_default().as_bytes());
    let said = retry_after(status, headers.iter().copied(), &error, NOW);
    let said = said.map(|said| said.as_secs_f64());
    assert_eq!(said, expected, "{status}: {headers:?}");
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
fn only_an_error_of_limits_asks_to_wait_for_those_that_have_something_left() {
    let left = [
        ("x-ratelimit-remaining-tokens", "149984"),
        ("x-ratelimit-reset-tokens", "6m0s"),
    ];
    let untold = [("anthropic-ratelimit-unified-reset", "1767225610")];
    let used_up = [
        ("anthropic-ratelimit-requests-remaining", "0"),
        ("anthropic-ratelimit-requests-reset", "2026-01-01T00:00:45Z"),
    ];
    check_status(429, (&left, None), Some(360.0));
    check_status(429, (&untold, None), Some(10.0));
    check_status(429, (&used_up, None), Some(45.0));
    let google = r#"{"error":{"code":503,"message":"m","status":"UNAVAILABLE","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"3.5s"}]}}"#;
    for status in [400, 401, 403, 500, 502, 503, 529] {
        check_status(status, (&left, None), None);
        check_status(status, (&untold, None), None);
        check_status(status, (&[left, used_up].concat(), None), Some(45.0));
        let asked = [&left[..], &[("retry-after", "7")]].concat();
        check_status(status, (&asked, None), Some(7.0));
        check_status(status, (&left, Some(google)), Some(3.5));
    }
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
        let error = ProviderError::read(body.as_bytes());
        let said = retry_after(429, [(name, value.as_str())], &error, NOW);
        prop_assert!(said.is_none_or(|said| said <= Duration::from_secs(3600)));
    }
}
