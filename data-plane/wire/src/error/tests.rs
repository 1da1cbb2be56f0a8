//! Tables of error bodies, written and read.

use bytes::Bytes;
use proptest::prelude::*;

use super::{Class, ErrorBody, ErrorCode, ProviderError, client_status, last_event};
use crate::format::Format;
use crate::unconvertible::Unconvertible;

const CHAT: Format = Format::OpenAiChatCompletions;

const RESPONSES: Format = Format::OpenAiResponses;
const MESSAGES: Format = Format::AnthropicMessages;
const CONVERSE: Format = Format::BedrockConverse;
const GEMINI: Format = Format::GeminiGenerateContent;

/// Between formats of one vendor.
fn for_client(format: Format, status: u16, body: &Bytes) -> Bytes {
    super::for_client(format, format, status, body, None)
}

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

/// The type that OpenAI's dialect has for a status.
fn kind_of(status: u16) -> &'static str {
    Class::of_status(status).words().openai_type
}

#[test]
fn every_code_reads_back_as_itself() {
    for code in ErrorCode::ALL {
        let written = ErrorBody::gateway(code, "words").to_json(CHAT);
        let read = ProviderError::read(&written);
        assert_eq!(read.code.as_deref(), Some(code.as_str()));
        assert_eq!(read.kind.as_deref(), Some(kind_of(code.status())));
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
        assert_eq!(kind_of(status), kind, "{status}");
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
    check_read(
        r#"{"error":"m","error_type":"validation"}"#,
        [Some("m"), Some("validation"), None, None],
    );
    check_read(
        r#"{"code":"c","error":"m"}"#,
        [Some("m"), None, None, Some("c")],
    );
    // Azure, Mistral, Cloudflare, AWS with the type in the body, an error within an error.
    check_read(
        r#"{"error":{"code":"content_filter","message":"m","type":null,"param":"prompt","status":400,"innererror":{}}}"#,
        [Some("m"), None, Some("prompt"), Some("content_filter")],
    );
    check_read(
        r#"{"object":"error","message":{"detail":[1]},"type":"invalid_request_error","param":null,"code":null}"#,
        [
            Some(r#"{"detail":[1]}"#),
            Some("invalid_request_error"),
            None,
            None,
        ],
    );
    check_read(
        r#"{"success":false,"errors":[{"code":10000,"message":"m"}]}"#,
        [Some("m"), None, None, Some("10000")],
    );
    check_read(
        r#"{"__type":"com.amazon.coral.service#ThrottlingException","message":"m"}"#,
        [Some("m"), Some("ThrottlingException"), None, None],
    );
    check_read(
        r#"{"detail":{"error":{"message":"m","type":"t"}}}"#,
        [Some("m"), Some("t"), None, None],
    );
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

#[test]
fn google_says_when_to_come_again() {
    for (details, expected) in [
        (r#"[{"links":[]},{"retryDelay":"3.5s"}]"#, Some("3.5s")),
        (
            r#"[1,"a",{"retryDelay":7},{"retryDelay":"9s"}]"#,
            Some("9s"),
        ),
        (r#"[{"retryDelay":"soon"}]"#, Some("soon")),
        (r#"{"retryDelay":"3s"}"#, None),
        ("[]", None),
    ] {
        let body = format!(r#"{{"error":{{"code":429,"message":"m","details":{details}}}}}"#);
        let read = |body: &str| ProviderError::read(body.as_bytes()).details?.retry_delay;
        assert_eq!(read(&body).as_deref(), expected, "{body}");
        // As its OpenAI surface and its streams without `alt=sse` send it.
        assert_eq!(read(&format!("[{body}]")).as_deref(), expected, "{body}");
    }
    let long = "9".repeat(65);
    let body = format!(r#"{{"error":{{"message":"m","details":[{{"retryDelay":"{long}s"}}]}}}}"#);
    assert_eq!(ProviderError::read(body.as_bytes()).details, None);
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
        r#"{"error":{"message":"the answer is an HTML page","type":"api_error","param":null,"code":"upstream_unavailable"}}"#,
    );
    check_rewritten(
        429,
        r#"{"detail":"slow down"}"#,
        r#"{"error":{"message":"slow down","type":"rate_limit_error","param":null,"code":"rate_limit_exceeded"}}"#,
    );
    check_rewritten(
        503,
        "",
        r#"{"error":{"message":"the provider answered with status 503 and no message","type":"api_error","param":null,"code":"upstream_unavailable"}}"#,
    );
    // An `error` that an OpenAI client could not read as an object.
    check_rewritten(
        404,
        r#"{"error":"model not found"}"#,
        r#"{"error":{"message":"model not found","type":"not_found_error","param":null,"code":"model_not_found"}}"#,
    );
}

#[test]
fn the_dialect_passes_with_members_that_we_do_not_know() {
    let body =
        Bytes::from_static(br#"{ "error": {"message": "m", "inner": [1]}, "request_id": 7 }"#);
    assert_eq!(for_client(CHAT, 400, &body).as_ptr(), body.as_ptr());
}

#[track_caller]
fn check_between(
    (client, provider): (Format, Format),
    status: u16,
    header: Option<&str>,
    body: &str,
    expected: &str,
) {
    let body = Bytes::copy_from_slice(body.as_bytes());
    let written = super::for_client(client, provider, status, &body, header);
    assert_eq!(written, expected);
    // Once written it is in the client's dialect.
    let again = super::for_client(client, provider, status, &written, None);
    assert_eq!(again.as_ptr(), written.as_ptr());
}

// llm.md D-4, D-5, D-6: bodies after the error pages of OpenAI, Anthropic, Google and Bedrock.
const OPENAI: &str = r#"{"error":{"message":"Rate limit reached","type":"tokens","param":null,"code":"rate_limit_exceeded"}}"#;
const ANTHROPIC: &str = r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"req_011CSHoEeqs5C35K2UUqR7Fy"}"#;
const GOOGLE: &str = r#"{"error":{"code":400,"message":"The input token count (1189840) exceeds the maximum number of tokens allowed (1048576).","status":"INVALID_ARGUMENT"}}"#;
const BEDROCK: &str = r#"{"message":"Too many requests, please wait before trying again."}"#;
const THROTTLING: Option<&str> =
    Some("ThrottlingException:http://internal.amazon.com/coral/com.amazon.bedrock/");

#[test]
fn errors_are_translated_between_vendors() {
    check_between(
        (CHAT, CONVERSE),
        429,
        THROTTLING,
        BEDROCK,
        r#"{"error":{"message":"Too many requests, please wait before trying again.","type":"rate_limit_error","param":null,"code":"rate_limit_exceeded"}}"#,
    );
    // The type of the header, where the status says little.
    check_between(
        (MESSAGES, CONVERSE),
        400,
        THROTTLING,
        BEDROCK,
        r#"{"type":"error","error":{"type":"rate_limit_error","message":"Too many requests, please wait before trying again."}}"#,
    );
    check_between(
        (MESSAGES, CHAT),
        429,
        None,
        OPENAI,
        r#"{"type":"error","error":{"type":"rate_limit_error","message":"Rate limit reached"}}"#,
    );
    check_between(
        (CHAT, MESSAGES),
        529,
        None,
        ANTHROPIC,
        r#"{"error":{"message":"Overloaded","type":"api_error","param":null,"code":"overloaded"}}"#,
    );
    check_between(
        (GEMINI, MESSAGES),
        529,
        None,
        ANTHROPIC,
        r#"{"error":{"code":503,"message":"Overloaded","status":"UNAVAILABLE"}}"#,
    );
    check_between(
        (RESPONSES, GEMINI),
        400,
        None,
        GOOGLE,
        r#"{"error":{"message":"The input token count (1189840) exceeds the maximum number of tokens allowed (1048576).","type":"invalid_request_error","param":null,"code":"context_length_exceeded"}}"#,
    );
    check_between(
        (CONVERSE, MESSAGES),
        529,
        None,
        ANTHROPIC,
        r#"{"message":"Overloaded"}"#,
    );
    // OpenAI has one type for many statuses.
    check_between(
        (MESSAGES, CHAT),
        401,
        None,
        r#"{"error":{"message":"Incorrect API key provided","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#,
        r#"{"type":"error","error":{"type":"authentication_error","message":"Incorrect API key provided"}}"#,
    );
    check_between(
        (MESSAGES, CHAT),
        502,
        None,
        "<html>Bad Gateway</html>",
        r#"{"type":"error","error":{"type":"api_error","message":"the answer is an HTML page"}}"#,
    );
    check_between(
        (GEMINI, CHAT),
        404,
        None,
        r#"{"detail":"Not Found"}"#,
        r#"{"error":{"code":404,"message":"Not Found","status":"NOT_FOUND"}}"#,
    );
}

#[test]
fn another_vendors_envelope_is_rewritten_even_from_the_same_format() {
    check_between(
        (CHAT, CHAT),
        400,
        None,
        &format!("[{GOOGLE}]").replace("exceeds the maximum number", "is not a number"),
        r#"{"error":{"message":"The input token count (1189840) is not a number of tokens allowed (1048576).","type":"invalid_request_error","param":null,"code":null}}"#,
    );
    check_between(
        (MESSAGES, MESSAGES),
        429,
        None,
        OPENAI,
        r#"{"type":"error","error":{"type":"rate_limit_error","message":"Rate limit reached"}}"#,
    );
}

#[track_caller]
fn check_untouched((client, provider): (Format, Format), body: &'static str) {
    let body = Bytes::from_static(body.as_bytes());
    let written = super::for_client(client, provider, 400, &body, THROTTLING);
    assert_eq!(written.as_ptr(), body.as_ptr(), "{body:?}");
    assert_eq!(written, body);
}

#[test]
fn a_body_in_the_clients_dialect_is_untouched() {
    check_untouched((CHAT, CHAT), OPENAI);
    check_untouched((RESPONSES, CHAT), OPENAI);
    check_untouched((CHAT, MESSAGES), OPENAI);
    check_untouched((MESSAGES, MESSAGES), ANTHROPIC);
    check_untouched((MESSAGES, CHAT), ANTHROPIC);
    check_untouched((GEMINI, GEMINI), GOOGLE);
    check_untouched((CONVERSE, CONVERSE), BEDROCK);
    // The one element of an array is what Google's clients read.
    let array = Bytes::from(format!("[{GOOGLE}\n]\n"));
    assert_eq!(super::for_client(GEMINI, GEMINI, 400, &array, None), GOOGLE);
}

#[test]
fn statuses_stay_but_for_529() {
    for status in (400..600).filter(|status| *status != 529) {
        for format in Format::ALL {
            assert_eq!(client_status(format, status), status);
        }
    }
    for format in Format::ALL {
        let expected = if format == MESSAGES { 529 } else { 503 };
        assert_eq!(client_status(format, 529), expected);
    }
}

#[test]
fn the_gateways_own_codes_are_told_in_every_dialect() {
    let body = ErrorBody::gateway(ErrorCode::BudgetExceeded, "no more").with_param("model");
    assert_eq!(body.status(), 429);
    assert_eq!(body.amzn_error_type(), "ThrottlingException");
    for (format, expected) in [
        (
            CHAT,
            r#"{"error":{"message":"no more","type":"rate_limit_error","param":"model","code":"budget_exceeded"}}"#,
        ),
        (
            MESSAGES,
            r#"{"type":"error","error":{"type":"rate_limit_error","message":"no more","code":"budget_exceeded"}}"#,
        ),
        (
            GEMINI,
            r#"{"error":{"code":429,"message":"no more","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"BUDGET_EXCEEDED","domain":"tidegate"},{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"field":"model","description":"no more"}]}]}}"#,
        ),
        (CONVERSE, r#"{"message":"no more"}"#),
    ] {
        assert_eq!(body.to_json(format), expected);
    }
    let body = ErrorBody::gateway(ErrorCode::GuardrailRejected, "no").with_status(400);
    assert_eq!(
        body.to_json(MESSAGES),
        r#"{"type":"error","error":{"type":"invalid_request_error","message":"no","code":"guardrail_rejected"}}"#
    );
    let refused = Unconvertible::unsupported("messages[0].content", "no images");
    assert_eq!(
        ErrorBody::from(&refused).to_json(CHAT),
        r#"{"error":{"message":"messages[0].content: no images","type":"invalid_request_error","param":"messages[0].content","code":"unsupported_conversion"}}"#
    );
}

#[track_caller]
fn check_last(format: Format, error: &ProviderError, expected: &str) {
    assert_eq!(last_event(format, error), expected);
}

#[test]
fn a_stream_ends_with_an_error_of_the_dialect() {
    let throttled = ProviderError {
        message: "slow down".to_owned(),
        kind: Some("throttlingException".to_owned()),
        ..ProviderError::default()
    };
    check_last(
        CHAT,
        &throttled,
        "data: {\"error\":{\"message\":\"slow down\",\"type\":\"rate_limit_error\",\"param\":null,\"code\":\"rate_limit_exceeded\"}}\n\n",
    );
    check_last(
        RESPONSES,
        &throttled,
        "event: error\ndata: {\"type\":\"error\",\"code\":\"rate_limit_exceeded\",\"message\":\"slow down\",\"param\":null,\"error\":{\"message\":\"slow down\",\"type\":\"rate_limit_error\",\"param\":null,\"code\":\"rate_limit_exceeded\"}}\n\n",
    );
    check_last(
        MESSAGES,
        &throttled,
        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"slow down\"}}\n\n",
    );
    check_last(
        GEMINI,
        &throttled,
        "data: {\"error\":{\"code\":429,\"message\":\"slow down\",\"status\":\"RESOURCE_EXHAUSTED\"}}\n\n",
    );
    let mut decoder = crate::event_stream::Decoder::new(1 << 20);
    decoder.push(&last_event(CONVERSE, &throttled));
    let message = decoder.next_message().expect("whole").expect("a message");
    assert_eq!(
        message.kind(),
        crate::event_stream::Kind::Exception(Bytes::from_static(b"throttlingException"))
    );
    assert_eq!(message.payload, r#"{"message":"slow down"}"#);

    let overloaded = ProviderError::read(ANTHROPIC.as_bytes());
    assert_eq!(overloaded.status(), 529);
    check_last(
        MESSAGES,
        &overloaded,
        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n",
    );
    check_last(
        GEMINI,
        &overloaded,
        "data: {\"error\":{\"code\":503,\"message\":\"Overloaded\",\"status\":\"UNAVAILABLE\"}}\n\n",
    );
}

#[test]
fn errors_in_streams_have_a_status() {
    for (event, status) in [
        (
            r#"{"type":"error","code":"rate_limit_exceeded","message":"m","param":null}"#,
            429,
        ),
        (
            r#"{"error":{"code":503,"message":"m","status":"UNAVAILABLE"}}"#,
            503,
        ),
        (r#"{"error":{"message":"m","type":"server_error"}}"#, 500),
        (
            r#"{"error":{"message":"m","type":"invalid_request_error"}}"#,
            400,
        ),
        (r#"{"error":{"message":"m"}}"#, 500),
    ] {
        assert_eq!(
            ProviderError::read(event.as_bytes()).status(),
            status,
            "{event}"
        );
    }
}

/// Bytes that are often JSON of some kind.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let word = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"error\"",
        "\"message\"",
        "\"type\"",
        "\"code\"",
        "\"status\"",
        "\"detail\"",
        "\"a\"",
        "1",
        "null",
        "<html>",
        "\u{e9}",
    ]);
    let words = prop::collection::vec(word, 0..24).prop_map(|words| words.concat().into_bytes());
    prop_oneof![words, prop::collection::vec(any::<u8>(), 0..64)]
}

proptest! {
    #[test]
    fn any_body_becomes_an_error_that_a_client_can_read(
        body in body(),
        status in 400_u16..600,
        client in prop::sample::select(Format::ALL.to_vec()),
        provider in prop::sample::select(Format::ALL.to_vec()),
    ) {
        let answer = super::for_client(client, provider, status, &body.into(), None);
        let answer: serde_json::Value = serde_json::from_slice(&answer).expect("JSON");
        let error = if client == CONVERSE { &answer } else { &answer["error"] };
        prop_assert!(error["message"].is_string());
        match client {
            Format::OpenAiChatCompletions | Format::OpenAiResponses | Format::BedrockConverse => (),
            Format::AnthropicMessages => {
                prop_assert_eq!(&answer["type"], "error");
                prop_assert!(error["type"].is_string());
            }
            Format::GeminiGenerateContent => {
                prop_assert!(error["code"].is_u64() && error["status"].is_string());
            }
        }
    }
}
