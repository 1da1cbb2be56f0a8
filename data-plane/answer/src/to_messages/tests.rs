//! Events and bodies for Anthropic's clients, and that the two say the same.
//!
//! Expected events after Anthropic's API reference ("Streaming messages"); the folder does what `accumulate_event` of its
//! Python SDK does (`lib/streaming/_messages.py`).

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
        model: "claude-asked".to_owned(),
        created: 1,
        nonce: 0xabc,
        asks_for_usage: false,
    }
}

fn streamed(pieces: &[Piece<'_>]) -> String {
    let mut stream = Stream::new(client());
    let mut out = Vec::new();
    for piece in pieces {
        stream.piece(piece, &mut out);
    }
    String::from_utf8(out).expect("text")
}

fn whole(pieces: &[Piece<'_>]) -> Value {
    let mut body = Body::new(client());
    for piece in pieces {
        body.piece(piece);
    }
    serde_json::from_slice(&body.finish()).expect("json")
}

/// The data of each frame; every frame names its type.
fn events(stream: &str) -> Vec<Value> {
    stream
        .split_terminator("\n\n")
        .map(|frame| {
            let (name, data) = frame.split_once('\n').expect("two lines");
            let data: Value =
                serde_json::from_str(data.strip_prefix("data: ").expect("data")).expect("json");
            assert_eq!(name.strip_prefix("event: "), data["type"].as_str());
            data
        })
        .collect()
}

/// Puts the events together as the SDK does, and looks after the order of blocks on the way.
fn folded(stream: &str) -> Value {
    let mut message = Value::Null;
    let mut inputs: Vec<String> = Vec::new();
    let mut open = None;
    let mut is_stopped = false;
    for event in events(stream) {
        assert!(!is_stopped);
        let index = event["index"].as_u64().map(|index| index as usize);
        match event["type"].as_str().expect("type") {
            "message_start" => message = event["message"].clone(),
            "content_block_start" => {
                assert_eq!(open, None);
                assert_eq!(index, Some(inputs.len()));
                open = index;
                inputs.push(String::new());
                let content = message["content"].as_array_mut().expect("content");
                content.push(event["content_block"].clone());
            }
            "content_block_delta" => {
                assert_eq!(open, index);
                let index = index.expect("index");
                let block = &mut message["content"][index];
                let delta = &event["delta"];
                let append = |block: &mut Value, member: &str| {
                    let more = delta[member].as_str().expect("text");
                    let so_far = block[member].as_str().expect("text");
                    block[member] = Value::from(format!("{so_far}{more}"));
                };
                match delta["type"].as_str().expect("type") {
                    "text_delta" => append(block, "text"),
                    "thinking_delta" => append(block, "thinking"),
                    "signature_delta" => block["signature"] = delta["signature"].clone(),
                    "input_json_delta" => {
                        inputs[index].push_str(delta["partial_json"].as_str().expect("text"));
                    }
                    other => panic!("{other}"),
                }
            }
            "content_block_stop" => {
                assert_eq!(open.take(), index);
                let index = index.expect("index");
                if !inputs[index].is_empty() {
                    message["content"][index]["input"] =
                        serde_json::from_str(&inputs[index]).expect("a tool's input");
                }
            }
            "message_delta" => {
                assert_eq!(open, None);
                for member in ["stop_reason", "stop_sequence"] {
                    message[member] = event["delta"][member].clone();
                }
                for (member, count) in event["usage"].as_object().expect("usage") {
                    message["usage"][member] = count.clone();
                }
            }
            "message_stop" => is_stopped = true,
            other => panic!("{other}"),
        }
    }
    assert!(is_stopped);
    message
}

fn start() -> Piece<'static> {
    Piece::Start(Start {
        id: Some("chatcmpl-1".to_owned()),
        model: Some("gpt-4o".to_owned()),
        created: Some(1),
        service_tier: None,
        is_of_background: false,
    })
}

fn text(text: &str) -> Piece<'static> {
    Piece::said(Content::Text(JsonText::plain(text)))
}

fn call(slot: u32, id: Option<&str>, name: &str) -> Piece<'static> {
    Piece::said(Content::ToolCall {
        slot,
        id: id.map(JsonText::plain),
        name: JsonText::plain(name),
        signature: None,
    })
}

fn arguments(slot: u32, fragment: &str) -> Piece<'static> {
    Piece::said(Content::Arguments {
        slot,
        fragment: JsonText::plain(fragment),
    })
}

fn call_end(slot: u32) -> Piece<'static> {
    Piece::said(Content::ToolEnd { slot })
}

fn finish(reason: FinishReason) -> Piece<'static> {
    Piece::Finish {
        choice: 0,
        finish: reason.into(),
    }
}

/// The `content` of both forms.
#[track_caller]
fn check_content(said: &[Piece<'static>], expected: &Value) {
    let mut pieces = vec![start()];
    pieces.extend_from_slice(said);
    pieces.push(Piece::End);
    let whole = whole(&pieces);
    assert_eq!(&whole["content"], expected);
    assert_eq!(folded(&streamed(&pieces)), whole);
}

#[test]
fn a_text_is_streamed_in_anthropics_events() {
    let usage = Usage {
        input: Some(100),
        output: Some(7),
        cache_read: Some(60),
        cache_write: Some(10),
        ..Usage::default()
    };
    let pieces = [
        start(),
        text("Hel"),
        text(""),
        Piece::said(Content::Text(
            serde_json::from_str("\"lo\\ud83d\"").expect("literal"),
        )),
        Piece::Content {
            choice: 1,
            content: Content::Text(JsonText::plain("not this one")),
        },
        finish(FinishReason::Stop),
        Piece::Usage(usage),
        Piece::End,
        text("too late"),
        Piece::End,
    ];
    let expected = [
        r#"event: message_start
data: {"type":"message_start","message":{"id":"msg_chatcmpl-1","type":"message","role":"assistant","model":"gpt-4o","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":0,"output_tokens":0}}}"#,
        r#"event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
        r#"event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hel"}}"#,
        r#"event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"lo\ud83d"}}"#,
        r#"event: content_block_stop
data: {"type":"content_block_stop","index":0}"#,
        r#"event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"input_tokens":30,"cache_creation_input_tokens":10,"cache_read_input_tokens":60,"output_tokens":7}}"#,
        r#"event: message_stop
data: {"type":"message_stop"}"#,
        "",
    ]
    .join("\n\n");
    assert_eq!(streamed(&pieces), expected);
}

/// llm.md S-2, U-3: what nobody counted is estimated; what the provider counts comes at the end.
#[test]
fn uncounted_tokens_are_estimated() {
    let counted = Usage {
        input: Some(30),
        output: Some(7),
        ..Usage::default()
    };
    for (usage, at_end) in [
        (None, r#""usage":{"output_tokens":3}"#),
        (
            Some(counted),
            r#""usage":{"input_tokens":30,"output_tokens":7}"#,
        ),
    ] {
        let mut pieces = vec![text("Hello world"), finish(FinishReason::Stop)];
        pieces.extend(usage.map(Piece::Usage));
        pieces.push(Piece::End);
        let (mut stream, mut body) = (Stream::new(client()), Body::new(client()));
        stream.expect_prompt(25);
        body.expect_prompt(25);
        let mut out = Vec::new();
        for piece in &pieces {
            stream.piece(piece, &mut out);
            body.piece(piece);
        }
        let out = String::from_utf8(out).expect("text");
        assert!(
            out.contains(r#""usage":{"input_tokens":25,"output_tokens":0}"#),
            "{out}"
        );
        assert!(out.contains(at_end), "{out}");
        let body: Value = serde_json::from_slice(&body.finish()).expect("JSON");
        let input = if at_end.contains("30") { 30 } else { 25 };
        assert_eq!(body["usage"]["input_tokens"], input);
    }
}

#[test]
fn a_body_is_one_message() {
    let pieces = [
        Piece::Start(Start::default()),
        text("a"),
        Piece::said(Content::BlockEnd),
        text("b"),
        Piece::Finish {
            choice: 0,
            finish: Finish {
                reason: FinishReason::StopSequence,
                stop_sequence: Some("\"x\"".to_owned()),
            },
        },
        Piece::End,
    ];
    let message = json!({
        "id": "msg_0000000000000abc", "type": "message", "role": "assistant", "model": "claude-asked",
        "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}],
        "stop_reason": "stop_sequence", "stop_sequence": "\"x\"",
        "usage": {"input_tokens": 0, "output_tokens": 1},
    });
    assert_eq!(whole(&pieces), message);
    assert_eq!(folded(&streamed(&pieces)), message);
}

/// D-15, and envoyproxy/ai-gateway issue 2490: a block is closed before the next one opens.
#[test]
fn tool_text_tool() {
    check_content(
        &[
            text("a"),
            call(4, Some("call_1"), "f"),
            arguments(4, "{\"a\":"),
            arguments(4, "1}"),
            call_end(4),
            text("b"),
            call(5, Some("call_2"), "g"),
            call_end(5),
        ],
        &json!([
            {"type": "text", "text": "a"},
            {"type": "tool_use", "id": "call_1", "name": "f", "input": {"a": 1}},
            {"type": "text", "text": "b"},
            {"type": "tool_use", "id": "call_2", "name": "g", "input": {}},
        ]),
    );
}

#[test]
fn interleaved_calls_wait_for_each_other() {
    let said = [
        call(0, Some("a"), "f"),
        call(1, Some("b"), "g"),
        arguments(1, "{\"b\""),
        arguments(0, "{\"a\""),
        text("between"),
        call(2, None, "h"),
        arguments(2, "{}"),
        arguments(1, ":2}"),
        call_end(2),
        arguments(0, ":1}"),
        call_end(0),
        call_end(1),
    ];
    check_content(
        &said,
        &json!([
            {"type": "tool_use", "id": "a", "name": "f", "input": {"a": 1}},
            {"type": "tool_use", "id": "b", "name": "g", "input": {"b": 2}},
            {"type": "text", "text": "between"},
            {"type": "tool_use", "id": "toolu_0000000000000abc_2", "name": "h", "input": {}},
        ]),
    );
    // The open call is streamed as it comes.
    let mut pieces = vec![start()];
    pieces.extend_from_slice(&said[..4]);
    let so_far = streamed(&pieces);
    assert!(so_far.contains(r#""partial_json":"{\"a\""#) && !so_far.contains("\\\"b"));
}

/// D-9.
#[test]
fn a_tools_input_is_an_object() {
    for (fragments, expected) in [
        (&[][..], json!({})),
        (&[" ", "\n"], json!({})),
        (&["nu", "ll"], json!({})),
        (&["\n", " {\"a\":1}"], json!({"a": 1})),
        (&["[1", "]"], json!({"_raw": "[1]"})),
        (&["\"x\""], json!({"_raw": "\"x\""})),
        (&["oops \u{1F600}"], json!({"_raw": "oops \u{1F600}"})),
    ] {
        let mut said = vec![call(0, Some("a"), "f")];
        said.extend(fragments.iter().map(|fragment| arguments(0, fragment)));
        said.push(call_end(0));
        check_content(
            &said,
            &json!([{"type": "tool_use", "id": "a", "name": "f", "input": expected}]),
        );
    }
    // What was cut is passed on as it came, and kept as text in a body.
    let cut = [
        start(),
        call(0, Some("a"), "f"),
        arguments(0, "{\"a\":"),
        finish(FinishReason::Length),
        Piece::End,
    ];
    assert_eq!(
        whole(&cut)["content"][0]["input"],
        json!({"_raw": "{\"a\":"})
    );
    assert_eq!(whole(&cut)["stop_reason"], "max_tokens");
    assert!(streamed(&cut).ends_with("data: {\"type\":\"message_stop\"}\n\n"));
}

#[test]
fn ids_are_telling() {
    check_content(
        &[
            call(0, Some("f"), "f"),
            call_end(0),
            call(1, Some("f"), "f"),
            call_end(1),
            Piece::said(Content::ToolCall {
                slot: 2,
                id: Some(JsonText::plain("g")),
                name: JsonText::plain("g"),
                signature: Some(JsonText::plain("c2ln")),
            }),
            call_end(2),
        ],
        &json!([
            {"type": "tool_use", "id": "f", "name": "f", "input": {}},
            {"type": "tool_use", "id": "toolu_0000000000000abc_1", "name": "f", "input": {}},
            {"type": "tool_use", "id": "g__thought__c2ln", "name": "g", "input": {}},
        ]),
    );
}

#[test]
fn thinking_has_its_own_blocks() {
    let thinking = |text: &str| Piece::said(Content::Thinking(JsonText::plain(text)));
    let signature = |text: &str| Piece::said(Content::Signature(JsonText::plain(text)));
    check_content(
        &[
            thinking("a"),
            thinking("b"),
            signature("s"),
            signature("t"),
            thinking("c"),
            Piece::said(Content::BlockEnd),
            signature("hidden"),
            Piece::said(Content::Redacted(JsonText::plain("r"))),
            thinking("d"),
            text("e"),
        ],
        &json!([
            {"type": "thinking", "thinking": "ab", "signature": "st"},
            {"type": "thinking", "thinking": "c", "signature": ""},
            {"type": "thinking", "thinking": "", "signature": "hidden"},
            {"type": "redacted_thinking", "data": "r"},
            {"type": "thinking", "thinking": "d", "signature": ""},
            {"type": "text", "text": "e"},
        ]),
    );
}

#[test]
fn stop_reasons() {
    use FinishReason as R;
    let refusal = Piece::said(Content::Refusal(JsonText::plain("no")));
    // Reason; what it becomes, with a call, with a refusal.
    for (reason, plain, called, refused) in [
        (None, "end_turn", "tool_use", "refusal"),
        (Some(R::Stop), "end_turn", "tool_use", "refusal"),
        (Some(R::Other), "end_turn", "tool_use", "refusal"),
        // Without a call nobody could go on.
        (Some(R::ToolCalls), "end_turn", "tool_use", "refusal"),
        (Some(R::FunctionCall), "end_turn", "tool_use", "refusal"),
        (Some(R::Length), "max_tokens", "max_tokens", "max_tokens"),
        (
            Some(R::StopSequence),
            "stop_sequence",
            "stop_sequence",
            "stop_sequence",
        ),
        (Some(R::PauseTurn), "pause_turn", "pause_turn", "pause_turn"),
        (Some(R::ContentFilter), "refusal", "refusal", "refusal"),
        (
            Some(R::ContextWindow),
            "model_context_window_exceeded",
            "model_context_window_exceeded",
            "model_context_window_exceeded",
        ),
    ] {
        for (said, expected) in [
            (vec![], plain),
            (vec![call(0, None, "f"), call_end(0)], called),
            (vec![refusal.clone()], refused),
        ] {
            let mut pieces = vec![start()];
            pieces.extend(said);
            pieces.extend(reason.map(finish));
            pieces.push(Piece::End);
            assert_eq!(whole(&pieces)["stop_reason"], expected, "{reason:?}");
            assert_eq!(folded(&streamed(&pieces)), whole(&pieces));
        }
    }
}

#[test]
fn nothing_follows_a_failure() {
    let error = ProviderError {
        message: "slow down".to_owned(),
        kind: Some("rate_limit_error".to_owned()),
        ..ProviderError::default()
    };
    let pieces = [
        start(),
        text("a"),
        Piece::Failure(error),
        text("b"),
        Piece::End,
    ];
    let stream = streamed(&pieces);
    assert!(stream.contains("slow down") && stream.ends_with("\n\n"));
    assert!(!stream.contains("message_delta") && !stream.contains("message_stop"));
    assert!(!stream.contains("\"b\""));
    assert_eq!(whole(&pieces)["error"]["message"], "slow down");
}

/// Pieces that keep the readers' promises: per slot a call, then fragments that are an object or nothing like one.
fn any_pieces() -> impl Strategy<Value = Vec<Piece<'static>>> {
    let said = prop_oneof![
        4 => "[a-z\"\n\u{e9}]{0,4}".prop_map(|text| vec![Content::Text(JsonText::plain(&text))]),
        1 => "[a-z]{0,2}".prop_map(|text| vec![Content::Refusal(JsonText::plain(&text))]),
        2 => "[a-z]{0,2}".prop_map(|text| vec![Content::Thinking(JsonText::plain(&text))]),
        1 => "[a-z]{0,2}".prop_map(|text| vec![Content::Signature(JsonText::plain(&text))]),
        1 => "[a-z]{0,2}".prop_map(|text| vec![Content::Redacted(JsonText::plain(&text))]),
        1 => Just(vec![Content::BlockEnd]),
        4 => (
            prop::option::of("[a-b]"),
            prop::sample::select(vec!["{\"a\":[1,\"}\"]}", "{}", " {\"b\":null}", "[1]", "x", "", "null"]),
            1_usize..4,
        )
            .prop_map(|(id, whole, step)| {
                let mut said = vec![Content::ToolCall {
                    slot: 0,
                    id: id.map(|id| JsonText::plain(&id)),
                    name: JsonText::plain("f"),
                    signature: None,
                }];
                let characters: Vec<_> = whole.chars().collect();
                said.extend(characters.chunks(step).map(|piece| Content::Arguments {
                    slot: 0,
                    fragment: JsonText::plain(&piece.iter().collect::<String>()),
                }));
                said.push(Content::ToolEnd { slot: 0 });
                said
            }),
    ];
    // Groups are dealt out piece by piece, so that calls interleave with all the rest.
    let groups = prop::collection::vec(said, 0..7);
    (
        groups,
        prop::collection::vec(any::<prop::sample::Index>(), 60),
    )
        .prop_map(|(groups, deal)| {
            let mut groups: Vec<_> = groups
                .into_iter()
                .zip(0_u32..)
                .map(|(group, slot)| {
                    let numbered: Vec<_> = group
                        .into_iter()
                        .map(|content| numbered(content, slot))
                        .collect();
                    numbered.into_iter()
                })
                .collect();
            let mut pieces = vec![start()];
            let mut deal = deal.into_iter().cycle();
            while !groups.is_empty() {
                let at = deal.next().expect("a cycle").index(groups.len().min(3));
                match groups[at].next() {
                    Some(content) => pieces.push(Piece::said(content)),
                    None => drop(groups.remove(at)),
                }
            }
            pieces.push(Piece::End);
            pieces
        })
}

fn numbered(content: Content<'static>, of: u32) -> Content<'static> {
    match content {
        Content::ToolCall {
            id,
            name,
            signature,
            ..
        } => Content::ToolCall {
            slot: of,
            id,
            name,
            signature,
        },
        Content::Arguments { fragment, .. } => Content::Arguments { slot: of, fragment },
        Content::ToolEnd { .. } => Content::ToolEnd { slot: of },
        other @ (Content::Text(_)
        | Content::Refusal(_)
        | Content::Thinking(_)
        | Content::Signature(_)
        | Content::Redacted(_)
        | Content::BlockEnd) => other,
    }
}

proptest! {
    #[test]
    fn a_stream_folds_to_the_body(pieces in any_pieces()) {
        prop_assert_eq!(folded(&streamed(&pieces)), whole(&pieces));
    }
}
