//! What the formats other than chat completions have in common: failing, scripts, accounts, paths.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Provider, Reply};

const SIGNED: (&str, &str) = (
    "authorization",
    "AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/bedrock/aws4_request, \
     SignedHeaders=host;x-amz-date, \
     Signature=b5693819bf2740ad4731b79f2ad3646d0ddb0cfd24d12cc95d1f1bc366517c1b",
);

type Headers = Vec<(&'static str, &'static str)>;

/// A request of each format for this model: path, headers and body.
fn requests(model: &str, streams: bool) -> Vec<(String, Headers, Value)> {
    let hello = json!([{"role": "user", "content": "hello tide"}]);
    let (converse, generate) = if streams {
        ("converse-stream", "streamGenerateContent?alt=sse")
    } else {
        ("converse", "generateContent")
    };
    let json = ("content-type", "application/json");
    vec![
        (
            "/v1/responses".to_owned(),
            vec![],
            json!({"model": model, "input": hello, "stream": streams}),
        ),
        (
            "/v1/messages".to_owned(),
            vec![
                json,
                ("x-api-key", "k"),
                ("anthropic-version", "2023-06-01"),
            ],
            json!({"model": model, "max_tokens": 99, "messages": hello, "stream": streams}),
        ),
        (
            format!("/model/{model}/{converse}"),
            vec![json, SIGNED, ("x-amz-date", "20260101T000000Z")],
            json!({"messages": [{"role": "user", "content": [{"text": "hello tide"}]}]}),
        ),
        (
            format!("/v1beta/models/{model}:{generate}"),
            vec![json, ("x-goog-api-key", "k")],
            json!({"contents": [{"role": "user", "parts": [{"text": "hello tide"}]}]}),
        ),
    ]
}

/// The answers of every format, in the order of [`requests`].
async fn ask(provider: &Provider, model: &str, streams: bool) -> Vec<Reply> {
    let mut replies = Vec::new();
    for (path, headers, body) in requests(model, streams) {
        let body = body.to_string();
        replies.push(
            provider
                .send("POST", &path, &headers, body.as_bytes())
                .await,
        );
    }
    replies
}

fn text(reply: &Reply) -> String {
    String::from_utf8_lossy(&reply.body).into_owned()
}

/// Modes, statuses, and words that each vendor has for them.
const ERRORS: [(&str, u16, [&str; 4]); 8] = [
    (
        "fail-401",
        401,
        [
            "invalid_api_key",
            "authentication_error",
            "invalid",
            "UNAUTHENTICATED",
        ],
    ),
    (
        "fail-429",
        429,
        [
            "rate_limit_exceeded",
            "rate_limit_error",
            "Too many",
            "RESOURCE_EXHAUSTED",
        ],
    ),
    (
        "fail-500",
        500,
        ["server_error", "api_error", "unexpected error", "INTERNAL"],
    ),
    (
        "fail-503",
        503,
        [
            "server_error",
            "api_error",
            "unable to process",
            "UNAVAILABLE",
        ],
    ),
    (
        "fail-529",
        529,
        [
            "server_error",
            "overloaded_error",
            "unexpected error",
            "UNKNOWN",
        ],
    ),
    (
        "context-too-long",
        400,
        [
            "context_length_exceeded",
            "prompt is too long",
            "too long",
            "exceeds",
        ],
    ),
    ("html-502", 502, ["<html>"; 4]),
    (
        "error-body",
        200,
        ["server_error", "api_error", "unexpected error", "INTERNAL"],
    ),
];

#[tokio::test]
async fn errors_are_worded_by_their_vendors() {
    let provider = Provider::start(&[]).await;
    for (mode, status, words) in ERRORS {
        let replies = ask(&provider, &format!("mock-{mode}"), true).await;
        for (reply, word) in replies.iter().zip(words) {
            assert_eq!(reply.status, status, "{mode}");
            assert!(text(reply).contains(word), "{mode}: {}", text(reply));
            let is_html = reply.header("content-type") != Some("application/json");
            assert_eq!(is_html, mode == "html-502");
        }
    }
    let replies = ask(&provider, "mock-fail-429", false).await;
    assert_eq!(
        replies[0].header("x-ratelimit-remaining-requests"),
        Some("0")
    );
    assert!(
        replies[1]
            .header("anthropic-ratelimit-tokens-reset")
            .is_some()
    );
    assert_eq!(
        replies[2].header("x-amzn-errortype"),
        Some("ThrottlingException")
    );
    let waits: Vec<_> = replies
        .iter()
        .map(|reply| reply.header("retry-after"))
        .collect();
    assert_eq!(waits, [Some("1"), Some("1"), None, None]);
    let replies = ask(&provider, "mock-exhausted", false).await;
    assert_eq!(replies[0].status, StatusCode::OK);
    assert_eq!(replies[0].header("x-ratelimit-remaining-tokens"), Some("0"));
}

#[tokio::test]
async fn streams_of_every_format_break() {
    let provider = Provider::start(&[]).await;
    let whole = ask(&provider, "mock-healthy", true).await;
    let ends = [
        "event: response.completed",
        "event: message_stop",
        "metadata",
        "\"STOP\"",
    ];
    for (reply, end) in whole.iter().zip(ends) {
        assert!(text(reply).contains(end), "{}", text(reply));
    }
    for mode in ["truncate", "no-done", "error-in-200", "error-first"] {
        let cut = ask(&provider, &format!("mock-{mode}"), true).await;
        for (reply, end) in cut.iter().zip(ends) {
            assert_eq!(reply.status, StatusCode::OK);
            assert!(
                !reply.body.is_empty() && !text(reply).contains(end),
                "{mode}: {}",
                text(reply)
            );
        }
    }
    let errors = [
        "event: error",
        "event: error",
        ":exception-type",
        "\"error\"",
    ];
    for (reply, error) in ask(&provider, "mock-error-first", true)
        .await
        .iter()
        .zip(errors)
    {
        let text = text(reply);
        let (first, _) = text.split_once('\n').unwrap_or((&text, ""));
        assert!(first.contains(error), "{text}");
    }
    let plain = ask(&provider, "mock-ignore-stream", true).await;
    assert!(plain.iter().all(|reply| reply.json().is_object()));
    for (path, headers, body) in requests("mock-stall-first", true) {
        let body = body.to_string();
        let mut open = provider.open_at(&path, &headers, body.as_bytes()).await;
        let mut seen = 0;
        while let Ok(piece) = tokio::time::timeout(Duration::from_millis(200), open.piece()).await {
            seen += usize::from(piece.expect("no end").is_ok());
        }
        assert!(seen <= 2, "{path}: nothing of the answer");
    }
}

#[tokio::test]
async fn a_script_comes_before_header_and_model() {
    let provider = Provider::start(&["--mode", "fail-503"]).await;
    let script = br#"["fail-429.retry-after-9", "healthy"]"#;
    let set = provider.send("PUT", "/_mock/script", &[], script).await;
    assert_eq!(set.status, StatusCode::OK);
    let replies = ask(&provider, "mock-fail-418", false).await;
    let statuses: Vec<u16> = replies.iter().map(|reply| reply.status.as_u16()).collect();
    assert_eq!(statuses, [429, 200, 418, 418]);
    assert_eq!(replies[0].header("retry-after"), Some("9"));
    let replies = ask(&provider, "m", false).await;
    assert!(
        replies.iter().all(|reply| reply.status == 503),
        "the command line comes last"
    );
    for wrong in ["{}", "[7]", r#"["dance"]"#] {
        let set = provider
            .send("PUT", "/_mock/script", &[], wrong.as_bytes())
            .await;
        assert_eq!(set.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    provider.send("PUT", "/_mock/script", &[], script).await;
    let left = provider.send("GET", "/_mock/script", &[], b"").await;
    assert_eq!(left.json()["script"][1], "healthy");
    provider.send("DELETE", "/_mock/script", &[], b"").await;
    let left = provider.send("GET", "/_mock/script", &[], b"").await;
    assert_eq!(left.json(), json!({"script": []}));
}

#[tokio::test]
async fn accounts_are_of_what_was_told() {
    let provider = Provider::start(&[]).await;
    for streams in [false, true] {
        ask(&provider, "m", streams).await;
    }
    let accounts = |shown: Reply| {
        shown.json()["accounts"]
            .as_array()
            .expect("accounts")
            .clone()
    };
    let shown = accounts(provider.send("GET", "/_mock/requests", &[], b"").await);
    assert_eq!(shown.len(), 4);
    for account in shown {
        assert_eq!(
            (&account["requests"], &account["settled"]),
            (&json!(2), &json!(2))
        );
        assert_eq!(account["input_tokens"], 10, "{account}");
        assert_eq!(account["output_tokens"], 24);
    }
    provider.send("DELETE", "/_mock/requests", &[], b"").await;
    for model in [
        "mock-truncate",
        "mock-no-usage",
        "mock-error-in-200",
        "mock-fail-500",
    ] {
        ask(&provider, model, true).await;
    }
    let shown = accounts(provider.send("GET", "/_mock/requests", &[], b"").await);
    assert_eq!(shown.len(), 16);
    for account in shown {
        assert_eq!(
            (&account["requests"], &account["settled"]),
            (&json!(1), &json!(0)),
            "{account}"
        );
        assert_eq!(account["output_tokens"], 0);
    }
}

#[tokio::test]
async fn heads_and_paths_are_checked() {
    let provider = Provider::start(&["--require-key", "k"]).await;
    let mut expected = vec![401, 200, 200, 200];
    let statuses = |replies: Vec<Reply>| -> Vec<u16> {
        replies.iter().map(|reply| reply.status.as_u16()).collect()
    };
    assert_eq!(statuses(ask(&provider, "m", false).await), expected);
    let strict = Provider::start(&["--aws-key", "AKID:secret"]).await;
    expected = vec![200, 200, 403, 200];
    assert_eq!(statuses(ask(&strict, "m", false).await), expected);
    let seen = strict.requests().await;
    assert_eq!(
        seen[2]["signed"]["scope"],
        "20260101/us-east-1/bedrock/aws4_request"
    );
    assert_eq!(
        seen[2]["signed"]["signed_headers"],
        json!(["host", "x-amz-date"])
    );
    for (index, (path, headers, body)) in requests("m", true).into_iter().enumerate().skip(1) {
        let bare = provider
            .send("POST", &path, &[], body.to_string().as_bytes())
            .await;
        assert_eq!(bare.status, [401, 401, 403, 403][index], "{path}");
        let no_json = provider.send("POST", &path, &headers, b"{").await;
        assert_eq!(no_json.status, StatusCode::BAD_REQUEST);
    }
    let key = [
        ("x-goog-api-key", "k"),
        ("content-type", "application/json"),
    ];
    let no_sse = provider
        .send("POST", "/v1/models/m:streamGenerateContent", &key, b"{}")
        .await;
    assert_eq!(no_sse.json()["error"]["status"], "INVALID_ARGUMENT");
    let key = [("x-api-key", "k"), ("content-type", "application/json")];
    let no_version = provider.send("POST", "/v1/messages", &key, b"{}").await;
    assert!(text(&no_version).contains("anthropic-version"));
    let short = "POST /v1/messages HTTP/1.1\r\nhost: mock\r\ncontent-length: 9\r\n\r\n{}";
    let reply = provider.raw_bytes(short.as_bytes()).await;
    let reply = String::from_utf8_lossy(&reply.expect("a reply")).into_owned();
    assert!(
        reply.is_empty() || reply.starts_with("HTTP/1.1 400"),
        "{reply}"
    );
}
