//! Tables of error bodies, written and read.

use bytes::Bytes;
use proptest::prelude::*;

use super::{ErrorBody, ErrorCode, ProviderError, for_client, kind_for_status};
use crate::format::Format;

const CHAT: Format = Format::OpenAiChatCompletions;

const CODES: [ErrorCode; 9] = [
    ErrorCode::InvalidRequestBody,
    ErrorCode::RequestBodyTooLarge,
    ErrorCode::UnsupportedEncoding,
    ErrorCode::UnsupportedConversion,
    ErrorCode::ModelNotFound,
    ErrorCode::NoHealthyProvider,
    ErrorCode::UpstreamTimeout,
    ErrorCode::UpstreamError,
    ErrorCode::BackendAuthFailed,
];

#[track_caller]
fn check_read(body: &str, expected: [Option<&str>; 4]) {
    let read = ProviderError::read(body.as_bytes());
    let read =
        [Some(read.message), read.kind, read.param, read.code].map(|text| text.unwrap_or_default());
    assert_eq!(read, expected.map(Option::unwrap_or_default), "{body}");
}

#[test]
fn gateway_errors_are_written_in_the_dialect() {
    let body = ErrorBody::gateway(ErrorCode::UpstreamTimeout, "too \"slow\"");
    assert_eq!(
        body.to_json(CHAT),
        r#"{"error":{"message":"too \"slow\"","type":"timeout_error","param":null,"code":"upstream_timeout"}}"#
    );
    let body = ErrorBody::gateway(ErrorCode::InvalidRequestBody, "no").with_param("model");
    assert_eq!(
        body.to_event(CHAT),
        "data: {\"error\":{\"message\":\"no\",\"type\":\"invalid_request_error\",\"param\":\"model\",\"code\":\"invalid_request_body\"}}\n\n"
    );
}

#[test]
fn every_code_reads_back_as_itself() {
    for code in CODES {
        let written = ErrorBody::gateway(code, "words").to_json(CHAT);
        let read = ProviderError::read(&written);
        assert_eq!(read.code.as_deref(), Some(code.as_str()));
        assert_eq!(read.kind.as_deref(), Some(kind_for_status(code.status())));
        // The dialect passes its own words untouched.
        assert_eq!(
            for_client(CHAT, code.status(), &written).as_ptr(),
            written.as_ptr()
        );
    }
}

#[test]
fn types_follow_the_status() {
    for (status, kind) in [
        (400, "invalid_request_error"),
        (401, "authentication_error"),
        (403, "permission_error"),
        (404, "not_found_error"),
        (408, "timeout_error"),
        (413, "invalid_request_error"),
        (422, "invalid_request_error"),
        (424, "api_error"),
        (429, "rate_limit_error"),
        (500, "api_error"),
        (502, "api_error"),
        (503, "api_error"),
        (504, "timeout_error"),
        (529, "api_error"),
    ] {
        assert_eq!(kind_for_status(status), kind, "{status}");
    }
}

#[test]
fn provider_errors_of_every_known_shape_are_read() {
    check_read(
        r#"{"error":{"message":"m","type":"t","param":"p","code":"c"}}"#,
        [Some("m"), Some("t"), Some("p"), Some("c")],
    );
    check_read(
        r#"{"error":{"message":"m","type":"t","param":null,"code":null}}"#,
        [Some("m"), Some("t"), None, None],
    );
    // Google, and its OpenAI surface, which wraps it in an array.
    let google = r#"{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED"}}"#;
    check_read(
        google,
        [Some("m"), Some("RESOURCE_EXHAUSTED"), None, Some("429")],
    );
    check_read(
        &format!("[{google}\n]"),
        [Some("m"), Some("RESOURCE_EXHAUSTED"), None, Some("429")],
    );
    // vLLM, Cohere, Ollama, FastAPI.
    check_read(
        r#"{"object":"error","message":"m","type":"BadRequestError","code":400}"#,
        [Some("m"), Some("BadRequestError"), None, Some("400")],
    );
    check_read(r#"{"message":"m"}"#, [Some("m"), None, None, None]);
    check_read(r#"{"error":"m"}"#, [Some("m"), None, None, None]);
    check_read(r#"{"detail":"m"}"#, [Some("m"), None, None, None]);
    check_read(
        r#"{"detail":[{"loc":["x"]}]}"#,
        [Some(r#"[{"loc":["x"]}]"#), None, None, None],
    );
    // No known shape: its start.
    check_read("<h1>502</h1>\n", [Some("<h1>502</h1>"), None, None, None]);
    check_read("", [None, None, None, None]);
    check_read("{}", [Some("{}"), None, None, None]);
    check_read(
        &"é".repeat(2000),
        [Some(&"é".repeat(512)), None, None, None],
    );
}

#[track_caller]
fn check_rewritten(status: u16, body: &str, expected: &str) {
    let body = Bytes::copy_from_slice(body.as_bytes());
    assert_eq!(for_client(CHAT, status, &body), expected);
}

#[test]
fn foreign_bodies_become_the_dialect() {
    check_rewritten(
        502,
        "<html>Bad Gateway</html>",
        r#"{"error":{"message":"<html>Bad Gateway</html>","type":"api_error","param":null,"code":null}}"#,
    );
    check_rewritten(
        429,
        r#"{"detail":"slow down"}"#,
        r#"{"error":{"message":"slow down","type":"rate_limit_error","param":null,"code":null}}"#,
    );
    check_rewritten(
        503,
        "",
        r#"{"error":{"message":"the provider answered with status 503 and no message","type":"api_error","param":null,"code":null}}"#,
    );
    // An `error` that an OpenAI client could not read as an object.
    check_rewritten(
        404,
        r#"{"error":"model not found"}"#,
        r#"{"error":{"message":"model not found","type":"not_found_error","param":null,"code":null}}"#,
    );
}

#[test]
fn the_dialect_passes_with_members_that_we_do_not_know() {
    let body =
        Bytes::from_static(br#"{ "error": {"message": "m", "inner": [1]}, "request_id": 7 }"#);
    assert_eq!(for_client(CHAT, 400, &body).as_ptr(), body.as_ptr());
}

proptest! {
    #[test]
    fn any_body_becomes_an_error_that_a_client_can_read(
        body in prop::collection::vec(any::<u8>(), 0..64),
        status in 400_u16..600,
    ) {
        let answer = for_client(CHAT, status, &body.into());
        let answer: serde_json::Value = serde_json::from_slice(&answer).expect("JSON");
        prop_assert!(answer["error"]["message"].is_string());
    }
}
