//! What a Responses client gets, and that a folded stream is the body.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Body, Stream};
use crate::error::ProviderError;
use crate::observed::FinishReason;
use crate::text::JsonText;
use crate::usage::Usage;
use crate::{ClientSide, Content, Finish, Piece, Start};

fn client() -> ClientSide {
    ClientSide {
        model: "asked".to_owned(),
        created: 1_700_000_000,
        nonce: 0xAB,
        asks_for_usage: false,
    }
}

fn plain(text: &str) -> JsonText<'static> {
    JsonText::plain(text)
}

fn text(text: &str) -> Piece<'static> {
    Piece::said(Content::Text(plain(text)))
}

fn thinking(text: &str) -> Piece<'static> {
    Piece::said(Content::Thinking(plain(text)))
}

fn call(slot: u32, id: Option<&str>, name: &str) -> Piece<'static> {
    Piece::said(Content::ToolCall {
        slot,
        id: id.map(plain),
        name: plain(name),
        signature: None,
    })
}

fn arguments(slot: u32, fragment: &str) -> Piece<'static> {
    Piece::said(Content::Arguments {
        slot,
        fragment: plain(fragment),
    })
}

fn tool_end(slot: u32) -> Piece<'static> {
    Piece::said(Content::ToolEnd { slot })
}

fn finish(reason: FinishReason) -> Piece<'static> {
    Piece::Finish {
        choice: 0,
        finish: Finish::from(reason),
    }
}

/// The events, after a check of their framing and numbers.
fn stream(pieces: &[Piece<'_>], custom: &[&str]) -> Vec<Value> {
    let custom = custom.iter().map(|name| (*name).to_owned()).collect();
    let mut stream = Stream::new(client()).with_custom_tools(custom);
    let mut out = Vec::new();
    for piece in pieces {
        stream.piece(piece, &mut out);
    }
    let out = String::from_utf8(out).expect("UTF-8");
    assert!(out.is_empty() || out.ends_with("\n\n"));
    let frames = out.split_terminator("\n\n");
    let events: Vec<Value> = frames
        .map(|frame| {
            let (name, data) = frame.split_once('\n').expect("two lines");
            let data = data.strip_prefix("data: ").expect("data");
            let event: Value = serde_json::from_str(data).expect("JSON");
            assert_eq!(name.strip_prefix("event: "), event["type"].as_str());
            event
        })
        .collect();
    for (number, event) in events.iter().enumerate() {
        assert_eq!(event["sequence_number"], json!(number));
    }
    events
}

fn body(pieces: &[Piece<'_>], custom: &[&str]) -> Value {
    let custom = custom.iter().map(|name| (*name).to_owned()).collect();
    let mut body = Body::new(client()).with_custom_tools(custom);
    for piece in pieces {
        body.piece(piece);
    }
    serde_json::from_slice(&body.finish()).expect("JSON")
}

/// Folds events as OpenAI's Python SDK does (`lib/streaming/responses`), checking what it asserts.
fn fold(events: &[Value]) -> Value {
    let Some((first, rest)) = events.split_first() else {
        return Value::Null;
    };
    assert_eq!(first["type"], "response.created");
    let mut response = first["response"].clone();
    for event in rest {
        let index = event["output_index"].as_u64().unwrap_or_default() as usize;
        let kind = event["type"].as_str().expect("a type");
        if kind.starts_with("response.") && event.get("item_id").is_some() {
            assert_eq!(event["item_id"], response["output"][index]["id"]);
        }
        let place = event["content_index"].as_u64().unwrap_or_default() as usize;
        match kind {
            "response.output_item.added" => {
                let output = response["output"].as_array_mut().expect("a list");
                assert_eq!(output.len(), index);
                output.push(event["item"].clone());
            }
            "response.content_part.added" => {
                let item = &mut response["output"][index];
                assert_eq!(item["type"], "message");
                let content = item["content"].as_array_mut().expect("a list");
                assert_eq!(content.len(), place);
                content.push(event["part"].clone());
            }
            "response.output_text.delta" => {
                push(
                    &mut response["output"][index]["content"][place]["text"],
                    event,
                );
            }
            "response.refusal.delta" => {
                push(
                    &mut response["output"][index]["content"][place]["refusal"],
                    event,
                );
            }
            "response.function_call_arguments.delta" => {
                push(&mut response["output"][index]["arguments"], event);
            }
            "response.custom_tool_call_input.delta" => {
                push(&mut response["output"][index]["input"], event);
            }
            "response.reasoning_summary_part.added" => {
                let summary = response["output"][index]["summary"].as_array_mut();
                summary.expect("a list").push(event["part"].clone());
            }
            "response.reasoning_summary_text.delta" => {
                push(&mut response["output"][index]["summary"][0]["text"], event);
            }
            "response.output_text.done" => {
                assert_eq!(
                    event["text"],
                    response["output"][index]["content"][place]["text"]
                );
            }
            "response.content_part.done" => {
                assert_eq!(event["part"], response["output"][index]["content"][place]);
            }
            "response.function_call_arguments.done" => {
                assert_eq!(event["arguments"], response["output"][index]["arguments"]);
            }
            "response.output_item.done" => {
                let item = event["item"].clone();
                for member in ["content", "arguments", "input", "summary", "id", "call_id"] {
                    assert_eq!(item[member], response["output"][index][member], "{member}");
                }
                response["output"][index] = item;
            }
            "response.completed" | "response.incomplete" => {
                assert_eq!(event["response"]["output"], response["output"]);
                response = event["response"].clone();
            }
            _ => (),
        }
    }
    response
}

fn push(text: &mut Value, event: &Value) {
    let delta = event["delta"].as_str().expect("a delta");
    let whole = text.as_str().expect("announced").to_owned() + delta;
    *text = Value::String(whole);
}

fn kinds(events: &[Value]) -> Vec<&str> {
    let kinds = events.iter().filter_map(|event| event["type"].as_str());
    kinds
        .map(|kind| kind.strip_prefix("response.").unwrap_or(kind))
        .collect()
}

/// llm.md S-3.
#[test]
fn a_text_is_told_event_by_event() {
    let pieces = [
        Piece::Start(Start {
            id: Some("chatcmpl-1".to_owned()),
            model: Some("gpt".to_owned()),
            created: Some(7),
            service_tier: None,
            is_of_background: false,
        }),
        text("Hi"),
        text(" there"),
        finish(FinishReason::Stop),
        Piece::Usage(Usage {
            input: Some(9),
            output: Some(3),
            cache_read: Some(4),
            ..Usage::default()
        }),
        Piece::End,
        text("late"),
    ];
    let events = stream(&pieces, &[]);
    assert_eq!(
        kinds(&events),
        [
            "created",
            "in_progress",
            "output_item.added",
            "content_part.added",
            "output_text.delta",
            "output_text.delta",
            "output_text.done",
            "content_part.done",
            "output_item.done",
            "completed",
        ]
    );
    assert_eq!(events[6]["text"], "Hi there");
    assert_eq!(events[7]["part"]["text"], "Hi there");
    assert_eq!(events[8]["item"]["content"][0]["text"], "Hi there");
    let id = &events[2]["item"]["id"];
    assert_eq!(id, "msg_00000000000000ab0000");
    assert_eq!(
        events[9]["response"],
        json!({
            "id": "resp_chatcmpl-1", "object": "response", "created_at": 7, "status": "completed",
            "error": null, "incomplete_details": null, "instructions": null, "metadata": {}, "model": "gpt",
            "output": [{
                "id": id, "type": "message", "status": "completed", "role": "assistant",
                "content": [{"type": "output_text", "annotations": [], "logprobs": [], "text": "Hi there"}],
            }],
            "parallel_tool_calls": true, "temperature": null, "tool_choice": "auto", "tools": [], "top_p": null,
            "usage": {
                "input_tokens": 9, "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 0},
                "output_tokens": 3, "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 12,
            },
        })
    );
    assert_eq!(body(&pieces, &[]), events[9]["response"]);
}

/// llm.md D-7: no message is announced where nothing is said; `call_id` is the provider's.
#[test]
fn calls_alone_are_calls_alone() {
    let pieces = [
        text(""),
        call(3, Some("toolu_1"), "f"),
        call(5, None, "g"),
        arguments(5, "{\"a\":"),
        arguments(3, ""),
        arguments(5, "1}"),
        tool_end(3),
        tool_end(5),
        finish(FinishReason::ToolCalls),
        Piece::End,
    ];
    let events = stream(&pieces, &[]);
    assert_eq!(
        kinds(&events),
        [
            "created",
            "in_progress",
            "output_item.added",
            "output_item.added",
            "function_call_arguments.delta",
            "function_call_arguments.delta",
            "function_call_arguments.delta",
            "function_call_arguments.done",
            "output_item.done",
            "function_call_arguments.done",
            "output_item.done",
            "completed",
        ]
    );
    let output = &events[11]["response"]["output"];
    assert_eq!(output[0]["call_id"], "toolu_1");
    assert_eq!(output[0]["arguments"], "{}");
    assert_eq!(output[1]["call_id"], "call_00000000000000ab0001");
    assert_eq!(output[1]["arguments"], "{\"a\":1}");
    assert_eq!(output[1]["id"], "fc_00000000000000ab0001");
    assert_eq!(output[1]["status"], "completed");
    assert_eq!(output.as_array().map(Vec::len), Some(2));
}

/// llm.md D-18.
#[test]
fn reasoning_is_an_item_of_its_own() {
    let pieces = [
        thinking("Let me "),
        thinking("see"),
        Piece::said(Content::Signature(plain("EqoB"))),
        Piece::said(Content::Signature(plain("CkgI"))),
        Piece::said(Content::BlockEnd),
        Piece::said(Content::Redacted(plain("EmwK"))),
        text("42"),
        Piece::said(Content::BlockEnd),
        text("!"),
        Piece::said(Content::Refusal(plain("No"))),
        thinking("alone"),
        finish(FinishReason::Stop),
        Piece::End,
    ];
    let response = body(&pieces, &[]);
    let output = &response["output"];
    assert_eq!(
        output[0],
        json!({
            "id": "rs_00000000000000ab0000", "type": "reasoning",
            "summary": [{"type": "summary_text", "text": "Let me see"}],
            "encrypted_content": "thinking:EqoBCkgI",
        })
    );
    assert_eq!(output[1]["summary"], json!([]));
    assert_eq!(output[1]["encrypted_content"], "redacted_thinking:EmwK");
    let parts = output[2]["content"].as_array().expect("parts");
    let parts: Vec<_> = parts
        .iter()
        .map(|part| part["text"].as_str().or(part["refusal"].as_str()))
        .collect();
    assert_eq!(parts, [Some("42"), Some("!"), Some("No")]);
    assert_eq!(output[3]["summary"][0]["text"], "alone");
    assert_eq!(output[3]["encrypted_content"], "thinking:");
    let events = stream(&pieces, &[]);
    assert_eq!(fold(&events), response);
    assert_eq!(
        kinds(&events)[2..9],
        [
            "output_item.added",
            "reasoning_summary_part.added",
            "reasoning_summary_text.delta",
            "reasoning_summary_text.delta",
            "reasoning_summary_text.done",
            "reasoning_summary_part.done",
            "output_item.done",
        ]
    );
}

/// llm.md D-8.
#[test]
fn an_answer_that_was_limited_is_incomplete() {
    for (reason, status, details) in [
        (
            FinishReason::Length,
            "incomplete",
            json!({"reason": "max_output_tokens"}),
        ),
        (
            FinishReason::ContextWindow,
            "incomplete",
            json!({"reason": "max_output_tokens"}),
        ),
        (
            FinishReason::ContentFilter,
            "incomplete",
            json!({"reason": "content_filter"}),
        ),
        (FinishReason::PauseTurn, "completed", Value::Null),
        (FinishReason::Other, "completed", Value::Null),
    ] {
        let pieces = [text("Hi"), finish(reason), Piece::End];
        let events = stream(&pieces, &[]);
        let last = events.last().expect("an event");
        assert_eq!(last["type"], format!("response.{status}"));
        assert_eq!(last["response"]["status"], status);
        assert_eq!(last["response"]["incomplete_details"], details);
        assert_eq!(last["response"]["output"][0]["status"], status);
        assert_eq!(last["response"]["usage"], Value::Null);
    }
}

/// llm.md S-10.
#[test]
fn a_failure_is_the_last_event() {
    let failure = |kind: &str, code: Option<&str>| {
        Piece::Failure(ProviderError {
            message: "it \"broke\"".to_owned(),
            kind: Some(kind.to_owned()),
            param: None,
            code: code.map(str::to_owned),
            ..ProviderError::default()
        })
    };
    for (piece, code) in [
        (failure("overloaded_error", None), "server_is_overloaded"),
        (failure("rate_limit_error", None), "rate_limit_exceeded"),
        (
            failure("invalid_request_error", Some("context_length_exceeded")),
            "context_length_exceeded",
        ),
        (failure("api_error", None), "server_error"),
        // vLLM's and Google's, which are the status.
        (failure("api_error", Some("429")), "rate_limit_exceeded"),
        (
            failure("rate_limit_error", Some("429")),
            "rate_limit_exceeded",
        ),
        (failure("UNAVAILABLE", Some("503")), "server_is_overloaded"),
        (failure("BadRequestError", Some("400")), "invalid_prompt"),
        (failure("api_error", Some("500")), "server_error"),
        (failure("api_error", Some("1302")), "server_error"),
    ] {
        let pieces = [text("Hi"), piece, text("late"), Piece::End];
        let events = stream(&pieces, &[]);
        assert_eq!(
            kinds(&events),
            [
                "created",
                "in_progress",
                "output_item.added",
                "content_part.added",
                "output_text.delta",
                "failed"
            ]
        );
        let response = &events[5]["response"];
        assert_eq!(response["status"], "failed");
        assert_eq!(
            response["error"],
            json!({"code": code, "message": "it \"broke\""})
        );
        assert_eq!(response["output"][0]["status"], "incomplete");
        assert_eq!(response["output"][0]["content"][0]["text"], "Hi");
        assert_eq!(&body(&pieces, &[]), response);
    }
    // Before anything was said.
    let events = stream(&[failure("api_error", None)], &[]);
    assert_eq!(kinds(&events), ["created", "in_progress", "failed"]);
}

#[test]
fn a_cut_stream_has_no_last_event() {
    let events = stream(&[text("Hi")], &[]);
    assert_eq!(kinds(&events).last(), Some(&"output_text.delta"));
}

#[test]
fn custom_tools_get_a_text() {
    let pieces = [
        call(0, Some("c0"), "patch"),
        arguments(0, "{\"input\":\"*** \\\"a"),
        arguments(0, "\\\"\\n\"}"),
        tool_end(0),
        call(1, Some("c1"), "patch"),
        arguments(1, "{\"inp"),
        tool_end(1),
        finish(FinishReason::ToolCalls),
        Piece::End,
    ];
    let events = stream(&pieces, &["patch"]);
    assert_eq!(
        kinds(&events)[2..6],
        [
            "output_item.added",
            "custom_tool_call_input.delta",
            "custom_tool_call_input.done",
            "output_item.done",
        ]
    );
    let response = fold(&events);
    assert_eq!(response["output"][0]["type"], "custom_tool_call");
    assert_eq!(response["output"][0]["input"], "*** \"a\"\n");
    assert_eq!(response["output"][1]["input"], "{\"inp");
    assert_eq!(response, body(&pieces, &["patch"]));
    assert_eq!(body(&pieces, &[])["output"][0]["type"], "function_call");
}

#[test]
fn a_calls_signature_travels_in_its_id() {
    let pieces = [
        Piece::said(Content::ToolCall {
            slot: 0,
            id: Some(plain("call_1")),
            name: plain("f"),
            signature: Some(plain("CiQB")),
        }),
        tool_end(0),
        Piece::End,
    ];
    assert_eq!(
        body(&pieces, &[])["output"][0]["call_id"],
        "call_1__thought__CiQB"
    );
}

#[test]
fn halves_of_a_character_come_together() {
    let half = |literal: &'static str| -> Piece<'static> {
        Piece::said(Content::Text(
            serde_json::from_str(literal).expect("a literal"),
        ))
    };
    let pieces = [half(r#""\ud83d""#), half(r#""\ude00""#), Piece::End];
    assert_eq!(
        body(&pieces, &[])["output"][0]["content"][0]["text"],
        "\u{1F600}"
    );
}

#[test]
fn one_answer_is_told_of_several() {
    let pieces = [
        text("a"),
        Piece::Content {
            choice: 1,
            content: Content::Text(plain("b")),
        },
        Piece::Finish {
            choice: 1,
            finish: Finish::from(FinishReason::Length),
        },
        Piece::End,
    ];
    let response = body(&pieces, &[]);
    assert_eq!(response["output"][0]["content"][0]["text"], "a");
    assert_eq!(response["status"], "completed");
    assert_eq!(response["model"], "asked");
    assert_eq!(response["id"], "resp_00000000000000ab");
}

fn piece() -> impl Strategy<Value = Piece<'static>> {
    let said = prop_oneof![Just(""), Just("a"), Just("\"\n"), Just("\u{1F600}")];
    prop_oneof![
        said.clone().prop_map(text),
        said.clone().prop_map(thinking),
        said.clone()
            .prop_map(|said| Piece::said(Content::Refusal(plain(said)))),
        said.clone()
            .prop_map(|said| Piece::said(Content::Signature(plain(said)))),
        said.prop_map(|said| Piece::said(Content::Redacted(plain(said)))),
        Just(Piece::said(Content::BlockEnd)),
        (0..3_u32, prop_oneof![Just("f"), Just("patch")]).prop_map(|(slot, name)| call(
            slot,
            Some("c"),
            name
        )),
        (0..3_u32, prop_oneof![Just("{\"input\":"), Just("\"x\"}")])
            .prop_map(|(slot, part)| arguments(slot, part)),
        (0..3_u32).prop_map(tool_end),
        Just(finish(FinishReason::Length)),
        Just(Piece::Usage(Usage {
            input: Some(1),
            ..Usage::default()
        })),
    ]
}

proptest! {
    #[test]
    fn a_folded_stream_is_the_body(mut pieces in proptest::collection::vec(piece(), 0..24)) {
        pieces.push(Piece::End);
        prop_assert_eq!(fold(&stream(&pieces, &["patch"])), body(&pieces, &["patch"]));
    }
}
