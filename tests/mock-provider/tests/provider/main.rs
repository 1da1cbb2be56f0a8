//! The built binary over real sockets: what a client of the OpenAI format gets, healthy and not.
//!
//! Answers are parsed into strict types after OpenAI's published API reference and the `openai`
//! Python SDK's types: an unknown or missing member fails the test.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod formats;
mod harness;
mod shape;

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};

use crate::harness::{Provider, Reply};
use crate::shape::{Chunk, Completion, ErrorEnvelope, ModelList};

fn chat(model: &str, streams: bool) -> Value {
    json!({
        "model": model,
        "messages": [{"role": "user", "content": "hello tide"}],
        "stream": streams,
    })
}

/// The data of each event; panics unless the framing is `data: ..` and a blank line throughout.
#[track_caller]
fn events(body: &[u8]) -> Vec<String> {
    let body = std::str::from_utf8(body).expect("text");
    let blocks = body.split_inclusive("\n\n");
    let data = |block: &str| {
        let line = block.strip_suffix("\n\n").expect("a whole event");
        line.strip_prefix("data: ").expect("data").to_owned()
    };
    blocks.map(data).collect()
}

#[track_caller]
fn chunks(reply: &Reply) -> Vec<Chunk> {
    let mut events = events(&reply.body);
    assert_eq!(events.pop().as_deref(), Some("[DONE]"));
    events
        .iter()
        .map(|data| serde_json::from_str(data).expect(data))
        .collect()
}

fn text(chunks: &[Chunk]) -> String {
    let deltas = chunks.iter().flat_map(|chunk| &chunk.choices);
    deltas
        .filter_map(|choice| choice.delta.content.as_deref())
        .collect()
}

#[track_caller]
fn check_refused(reply: &Reply, status: u16, code: Option<&str>, param: Option<&str>) {
    assert_eq!(reply.status, status);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    let error = serde_json::from_slice::<ErrorEnvelope>(&reply.body)
        .expect("an error")
        .error;
    assert!(!error.message.is_empty() && !error.kind.is_empty());
    assert_eq!(
        (error.code.as_deref(), error.param.as_deref()),
        (code, param)
    );
}

const ANSWER: &str = "This is a mock provider answering as gpt-x. You said: hello tide";

#[tokio::test]
async fn a_buffered_answer_has_the_published_shape() {
    let provider = Provider::start(&[]).await;
    let reply = provider.post(&chat("gpt-x", false)).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.header("content-type"), Some("application/json"));
    assert_eq!(reply.header("x-request-id"), Some("req_mock_1"));
    let body: Completion = serde_json::from_slice(&reply.body).expect("a completion");
    assert_eq!(
        (body.object.as_str(), body.model.as_str()),
        ("chat.completion", "gpt-x")
    );
    assert_eq!(body.id, "chatcmpl-mock-1");
    assert!(body.created > 1_700_000_000);
    assert_eq!(body.choices.len(), 1);
    let choice = &body.choices[0];
    assert_eq!((choice.index, choice.finish_reason.as_str()), (0, "stop"));
    assert_eq!(
        (
            choice.message.role.as_str(),
            choice.message.content.as_str()
        ),
        ("assistant", ANSWER)
    );
    let usage = body.usage;
    assert_eq!(
        (
            usage.prompt_tokens,
            usage.completion_tokens,
            usage.total_tokens
        ),
        (5, 12, 17)
    );
}

#[tokio::test]
async fn a_streamed_answer_has_the_published_shape() {
    let provider = Provider::start(&[]).await;
    let reply = provider.post(&chat("gpt-x", true)).await;
    assert_eq!(
        reply.header("content-type"),
        Some("text/event-stream; charset=utf-8")
    );
    assert_eq!(reply.header("content-length"), None);
    let chunks = chunks(&reply);
    assert_eq!(chunks.len(), 1 + 12 + 1);
    assert_eq!(
        chunks[0].choices[0].delta.role.as_deref(),
        Some("assistant")
    );
    assert!(
        chunks[1..]
            .iter()
            .all(|chunk| chunk.choices[0].delta.role.is_none())
    );
    assert_eq!(text(&chunks), ANSWER);
    let reasons: Vec<_> = chunks
        .iter()
        .map(|chunk| chunk.choices[0].finish_reason.as_deref())
        .collect();
    assert_eq!(reasons.iter().flatten().collect::<Vec<_>>(), [&"stop"]);
    assert_eq!(reasons.last(), Some(&Some("stop")));
    for chunk in &chunks {
        assert_eq!(
            (&chunk.id, chunk.created),
            (&chunks[0].id, chunks[0].created)
        );
        assert_eq!(
            (chunk.object.as_str(), chunk.model.as_str()),
            ("chat.completion.chunk", "gpt-x")
        );
        assert_eq!(chunk.usage, None, "nobody asked");
    }
}

#[tokio::test]
async fn usage_comes_last_where_it_is_asked_for() {
    let provider = Provider::start(&[]).await;
    let mut body = chat("gpt-x", true);
    body["stream_options"] = json!({"include_usage": true});
    let chunks = chunks(&provider.post(&body).await);
    let (last, before) = chunks.split_last().expect("chunks");
    assert!(last.choices.is_empty());
    let usage = last.usage.clone().flatten().expect("usage");
    assert_eq!(
        (
            usage.prompt_tokens,
            usage.completion_tokens,
            usage.total_tokens
        ),
        (5, 12, 17)
    );
    assert!(
        before.iter().all(|chunk| chunk.usage == Some(None)),
        "null before"
    );
}

#[tokio::test]
async fn wrong_requests_are_refused_as_openai_does() {
    let provider = Provider::start(&[]).await;
    let missing = Some("missing_required_parameter");
    check_refused(
        &provider.post(&json!({})).await,
        400,
        missing,
        Some("model"),
    );
    check_refused(
        &provider.post(&json!({"model": "m"})).await,
        400,
        missing,
        Some("messages"),
    );
    let reply = provider
        .send("POST", "/v1/chat/completions", &[], b"{")
        .await;
    check_refused(&reply, 400, None, None);
    let reply = provider.send("GET", "/v1/chat/completions", &[], b"").await;
    check_refused(&reply, 405, Some("method_not_supported"), None);
    let reply = provider.send("POST", "/v1/images", &[], b"{}").await;
    check_refused(&reply, 404, Some("unknown_url"), None);
    let reply = provider.send("POST", "/chat/completions", &[], b"{}").await;
    check_refused(&reply, 404, Some("unknown_url"), None);
    let bad = [("x-mock-mode", "dance")];
    let reply = provider.send_chat(&chat("m", false), &bad).await;
    check_refused(&reply, 400, Some("invalid_value"), Some("x-mock-mode"));
}

#[tokio::test]
async fn models_are_listed() {
    let provider = Provider::start(&["--base-path", "/openai/v1/"]).await;
    let reply = provider.send("GET", "/openai/v1/models", &[], b"").await;
    let list: ModelList = serde_json::from_slice(&reply.body).expect("a list");
    assert_eq!(
        (list.object.as_str(), list.data[0].id.as_str()),
        ("list", "mock-gpt")
    );
    assert!(
        list.data
            .iter()
            .all(|model| model.object == "model" && model.owned_by == "mock")
    );
    for model in &list.data {
        let path = format!("/openai/v1/models/{}", model.id);
        let reply = provider.send("GET", &path, &[], b"").await;
        assert_eq!(reply.json()["id"], model.id.as_str());
    }
    let reply = provider
        .send("GET", "/openai/v1/models/none", &[], b"")
        .await;
    check_refused(&reply, 404, Some("model_not_found"), Some("model"));
}

#[tokio::test]
async fn the_key_is_compared_with_the_whole_header() {
    let provider = Provider::start(&["--require-key", "sk-right"]).await;
    let wrong = Some("invalid_api_key");
    for (headers, expected) in [
        (&[][..], Err(None)),
        (&[("authorization", "Bearer sk-right")][..], Ok(())),
        (&[("authorization", "Bearer sk-wrong")][..], Err(wrong)),
        (
            &[("authorization", "Bearer Bearer sk-right")][..],
            Err(wrong),
        ),
        (&[("authorization", "bearer sk-right")][..], Err(wrong)),
        (&[("authorization", "sk-right")][..], Err(wrong)),
        (
            &[
                ("authorization", "Bearer sk-right"),
                ("authorization", "Bearer x"),
            ][..],
            Err(wrong),
        ),
    ] {
        let reply = provider.send_chat(&chat("m", false), headers).await;
        match expected {
            Ok(()) => assert_eq!(reply.status, StatusCode::OK, "{headers:?}"),
            Err(code) => check_refused(&reply, 401, code, None),
        }
    }
    let seen = provider.requests().await;
    let right: Vec<_> = seen
        .iter()
        .map(|request| request["is_key_right"].clone())
        .collect();
    assert_eq!(right, [false, true, false, false, false, false, false]);
    assert!(!Value::from(seen).to_string().contains("sk-right"));

    let open = Provider::start(&[]).await;
    let reply = open
        .send_chat(&chat("m", false), &[("authorization", "Bearer a")])
        .await;
    assert_eq!(reply.status, StatusCode::OK);
    let doubled = [("authorization", "Bearer Bearer a")];
    check_refused(
        &open.send_chat(&chat("m", false), &doubled).await,
        401,
        wrong,
        None,
    );
}

#[tokio::test]
async fn the_last_requests_are_told_and_forgotten() {
    let provider = Provider::start(&["--remember", "2"]).await;
    for model in ["a", "b", "c"] {
        provider
            .send_chat(&chat(model, false), &[("x-tag", model)])
            .await;
    }
    let seen = provider.requests().await;
    assert_eq!(seen.len(), 2);
    assert_eq!(
        (&seen[1]["method"], &seen[1]["path"]),
        (&json!("POST"), &json!("/v1/chat/completions"))
    );
    assert!(
        seen[1]["headers"]
            .as_array()
            .expect("headers")
            .contains(&json!(["x-tag", "c"]))
    );
    let body: Value = serde_json::from_str(seen[1]["body"].as_str().expect("body")).expect("JSON");
    assert_eq!(body, chat("c", false));
    assert_eq!(seen[1]["is_key_right"], Value::Null);
    provider.send("DELETE", "/_mock/requests", &[], b"").await;
    assert!(provider.requests().await.is_empty());
}

#[tokio::test]
async fn errors_come_on_demand() {
    let provider = Provider::start(&[]).await;
    let reply = provider.post(&chat("mock-fail-500", true)).await;
    check_refused(&reply, 500, None, None);
    let reply = provider.post(&chat("mock-fail-429", false)).await;
    check_refused(&reply, 429, Some("rate_limit_exceeded"), None);
    assert_eq!(reply.header("retry-after"), Some("1"));
    // The header wins over the model.
    let header = [("x-mock-mode", "fail-418")];
    let reply = provider
        .send_chat(&chat("mock-fail-500", false), &header)
        .await;
    check_refused(&reply, 418, None, None);
    let reply = provider.post(&chat("mock-html", true)).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(
        reply.header("content-type"),
        Some("text/html; charset=utf-8")
    );
    let reply = provider.post(&chat("mock-error-in-200", false)).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert!(serde_json::from_slice::<ErrorEnvelope>(&reply.body).is_ok());
}

#[tokio::test]
async fn streams_break_on_demand() {
    let provider = Provider::start(&[]).await;
    let reply = provider.post(&chat("mock-truncate", true)).await;
    let cut = events(&reply.body);
    assert!(
        cut.len() > 1 && !cut.contains(&"[DONE]".to_owned()),
        "{cut:?}"
    );
    let reply = provider.post(&chat("mock-no-done", true)).await;
    let cut = events(&reply.body);
    let last: Chunk = serde_json::from_str(cut.last().expect("events")).expect("a chunk");
    assert_eq!(last.choices[0].finish_reason.as_deref(), Some("stop"));
    let reply = provider.post(&chat("mock-error-in-200", true)).await;
    let cut = events(&reply.body);
    assert!(cut.len() > 2);
    assert!(serde_json::from_str::<ErrorEnvelope>(cut.last().expect("events")).is_ok());
    let reply = provider.post(&chat("mock-truncate", false)).await;
    assert!(serde_json::from_slice::<Value>(&reply.body).is_err());
    for streams in [false, true] {
        let mut broken = provider.open(&chat("mock-abort", streams)).await;
        assert!(broken.piece().await.expect("a first piece").is_ok());
        let mut last = broken.piece().await;
        while let Some(Ok(_)) = last {
            last = broken.piece().await;
        }
        assert!(last.is_some(), "the body does not end regularly");
    }
}

#[tokio::test]
async fn connections_hang_and_are_reset_on_demand() {
    let provider = Provider::start(&[]).await;
    let reset = provider.raw(&chat("mock-reset", false)).await;
    assert_eq!(
        reset.expect_err("a reset").kind(),
        std::io::ErrorKind::ConnectionReset
    );
    let reset = provider.raw(&chat("mock-reset-mid", true)).await;
    assert_eq!(
        reset.expect_err("a reset").kind(),
        std::io::ErrorKind::ConnectionReset
    );
    // The process is still there, whatever happened to its connections.
    let hang = chat("mock-hang", false);
    let silent = provider.try_post(&hang);
    let silent = tokio::time::timeout(Duration::from_millis(300), silent).await;
    assert!(silent.is_err(), "no response");
    let mut stalled = provider.open(&chat("mock-stall", true)).await;
    let mut seen = Vec::new();
    while let Ok(piece) = tokio::time::timeout(Duration::from_millis(500), stalled.piece()).await {
        seen.extend(piece.expect("no end").expect("no error").to_vec());
    }
    assert!(events(&seen).len() > 2);
    assert_eq!(
        provider.post(&chat("m", false)).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn streams_differ_in_form_on_demand() {
    let provider = Provider::start(&[]).await;
    let plain = provider.post(&chat("mock-dribble", true)).await;
    assert_eq!(
        text(&chunks(&plain)),
        ANSWER.replace("gpt-x", "mock-dribble")
    );
    let crlf = provider.post(&chat("mock-crlf", true)).await;
    let body = String::from_utf8(crlf.body.to_vec()).expect("text");
    assert!(body.starts_with(": mock\r\n\r\ndata: {") && body.ends_with("data: [DONE]\r\n\r\n"));
    let ignored = provider.post(&chat("mock-ignore-stream", true)).await;
    assert!(serde_json::from_slice::<Completion>(&ignored.body).is_ok());
    let large = chunks(&provider.post(&chat("mock-large", true)).await);
    assert_eq!((large.len(), text(&large).len()), (3, 1 << 20));
    let mut body = chat("mock-no-usage", true);
    body["stream_options"] = json!({"include_usage": true});
    assert!(
        chunks(&provider.post(&body).await)
            .iter()
            .all(|chunk| chunk.usage.is_none())
    );
}

#[tokio::test]
async fn chunks_are_paced_on_demand() {
    let provider = Provider::start(&[]).await;
    let started = tokio::time::Instant::now();
    let delay = [("x-mock-delay-ms", "10")];
    let reply = provider.send_chat(&chat("gpt-x", true), &delay).await;
    assert_eq!(chunks(&reply).len(), 14);
    assert!(started.elapsed() >= Duration::from_millis(150), "15 pauses");
    // The first chunk does not wait for the last.
    let mut slow = provider.open(&chat("mock-slow", true)).await;
    let first = slow.piece().await.expect("a piece").expect("no error");
    assert!(events(&first).len() < 14);
}

#[tokio::test]
async fn http_2_is_spoken_too() {
    let provider = Provider::start(&[]).await;
    let reply = provider.post_http2(&chat("gpt-x", true)).await;
    assert_eq!(text(&chunks(&reply)), ANSWER);
    assert_eq!(provider.requests().await[0]["version"], "HTTP/2.0");
}

#[tokio::test]
async fn it_ends_on_a_signal_and_with_its_parent() {
    let mut provider = Provider::start(&[]).await;
    let hanging = provider.open(&chat("mock-stall", true)).await;
    provider.terminate();
    assert!(provider.end().await.success());
    drop(hanging);

    let mut orphan = Provider::start(&["--exit-with-parent"]).await;
    orphan.close_input();
    assert!(orphan.end().await.success());

    let mut provider = Provider::start(&[]).await;
    provider.close_input();
    assert_eq!(
        provider.post(&chat("m", false)).await.status,
        StatusCode::OK
    );
}
