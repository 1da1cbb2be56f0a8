//! Chat completions made of pieces: exact chunks, one body, and that the two agree.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{Body, Stream};
use crate::error::ProviderError;
use crate::observed::FinishReason;
use crate::text::JsonText;
use crate::usage::Usage;
use crate::{ClientSide, Content, Finish, Piece, Start, from_messages};

fn client() -> ClientSide {
    ClientSide {
        model: "asked".to_owned(),
        created: 1_700_000_000,
        nonce: 0xabc,
        asks_for_usage: true,
    }
}

fn started() -> Piece<'static> {
    Piece::Start(Start {
        id: Some("msg_1".to_owned()),
        model: Some("claude".to_owned()),
        created: None,
        service_tier: None,
        is_of_background: false,
    })
}

fn text(said: &str) -> JsonText<'static> {
    JsonText::plain(said)
}

fn finish(choice: u32, reason: FinishReason) -> Piece<'static> {
    Piece::Finish {
        choice,
        finish: Finish::from(reason),
    }
}

fn call(slot: u32, id: Option<&str>, name: &str) -> Piece<'static> {
    Piece::said(Content::ToolCall {
        slot,
        id: id.map(text),
        name: text(name),
        signature: None,
    })
}

fn arguments(slot: u32, fragment: &str) -> Piece<'static> {
    Piece::said(Content::Arguments {
        slot,
        fragment: text(fragment),
    })
}

fn stream(client: ClientSide, pieces: &[Piece<'_>]) -> String {
    let mut encoder = Stream::new(client);
    let mut out = Vec::new();
    for piece in pieces {
        encoder.piece(piece, &mut out);
    }
    String::from_utf8(out).expect("text")
}

fn body(client: ClientSide, pieces: &[Piece<'_>]) -> Value {
    let mut encoder = Body::new(client);
    for piece in pieces {
        encoder.piece(piece);
    }
    serde_json::from_slice(&encoder.finish()).expect("JSON")
}

/// The deltas of a stream that succeeded, without what all chunks have in common.
#[track_caller]
fn check(pieces: &[Piece<'_>], expected: &[&str]) {
    let head = r#"data: {"id":"msg_1","object":"chat.completion.chunk","created":1700000000,"model":"claude","choices":["#;
    let streamed = stream(client(), pieces);
    let frames: Vec<&str> = streamed.split_terminator("\n\n").collect();
    let (last, frames) = frames.split_last().expect("frames");
    assert_eq!(*last, "data: [DONE]");
    let said: Vec<&str> = frames
        .iter()
        .map(|frame| frame.strip_prefix(head).expect("the same head"))
        .map(|rest| {
            rest.strip_suffix(r#","finish_reason":null}]}"#)
                .unwrap_or(rest)
        })
        .collect();
    assert_eq!(said, expected);
    assert_eq!(fold(&streamed), body(client(), pieces), "folded");
}

#[test]
fn a_text_is_streamed() {
    let usage = Usage {
        input: Some(113),
        output: Some(7),
        cache_read: Some(100),
        cache_write: Some(3),
        reasoning: Some(2),
        ..Usage::default()
    };
    check(
        &[
            started(),
            Piece::said(Content::Text(text("Hel\"lo"))),
            Piece::said(Content::Text(text("!"))),
            Piece::said(Content::BlockEnd),
            finish(0, FinishReason::Stop),
            Piece::Usage(usage),
            Piece::Dropped("content.other"),
            Piece::End,
        ],
        &[
            r#"{"index":0,"delta":{"role":"assistant","content":"Hel\"lo"}"#,
            r#"{"index":0,"delta":{"content":"!"}"#,
            r#"{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
            r#"],"usage":{"prompt_tokens":113,"completion_tokens":7,"total_tokens":120,"prompt_tokens_details":{"cached_tokens":100,"cache_write_tokens":3},"completion_tokens_details":{"reasoning_tokens":2}}}"#,
        ],
    );
}

#[test]
fn usage_is_shown_only_where_it_was_asked_for_and_is_known() {
    let silent = ClientSide {
        asks_for_usage: false,
        ..client()
    };
    let counted = Piece::Usage(Usage {
        input: Some(1),
        ..Usage::default()
    });
    let pieces = [started(), counted, Piece::End];
    assert!(!stream(silent.clone(), &pieces).contains("usage"));
    assert!(stream(client(), &pieces).contains(r#""usage":{"prompt_tokens":1}"#));
    assert_eq!(
        body(silent, &pieces)["usage"],
        json!({"prompt_tokens": 1}),
        "a body always has it"
    );
    let empty = [started(), Piece::Usage(Usage::default()), Piece::End];
    assert!(!stream(client(), &empty).contains("usage"));
    assert_eq!(body(client(), &empty).get("usage"), None);
}

#[test]
fn calls_are_counted_from_zero() {
    check(
        &[
            started(),
            Piece::said(Content::Text(text("a"))),
            call(1, Some("toolu_1"), "f"),
            call(4, Some("toolu_2"), "g"),
            arguments(4, "{\"x\""),
            arguments(1, ""),
            Piece::said(Content::ToolEnd { slot: 1 }),
            arguments(4, ":1}"),
            Piece::said(Content::ToolEnd { slot: 4 }),
            finish(0, FinishReason::ToolCalls),
            Piece::End,
        ],
        &[
            r#"{"index":0,"delta":{"role":"assistant","content":"a"}"#,
            r#"{"index":0,"delta":{"tool_calls":[{"index":0,"id":"toolu_1","type":"function","function":{"name":"f","arguments":""}}]}"#,
            r#"{"index":0,"delta":{"tool_calls":[{"index":1,"id":"toolu_2","type":"function","function":{"name":"g","arguments":""}}]}"#,
            r#"{"index":0,"delta":{"tool_calls":[{"index":1,"function":{"arguments":"{\"x\""}}]}"#,
            r#"{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]}"#,
            r#"{"index":0,"delta":{"tool_calls":[{"index":1,"function":{"arguments":":1}"}}]}"#,
            r#"{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#,
        ],
    );
}

#[test]
fn ids_are_made_where_there_are_none_and_carry_signatures() {
    let pieces = [
        Piece::Start(Start::default()),
        Piece::said(Content::ToolCall {
            slot: 0,
            id: None,
            name: text("f"),
            signature: Some(text("c2ln+/=")),
        }),
        Piece::End,
    ];
    let made = body(client(), &pieces);
    assert_eq!(made["id"], "chatcmpl-0000000000000abc");
    assert_eq!(made["model"], "asked");
    let choice = &made["choices"][0];
    assert_eq!(
        choice["message"]["tool_calls"][0]["id"],
        "call_0000000000000abc_0_0__thought__c2ln+/="
    );
    assert_eq!(choice["finish_reason"], "tool_calls");
    assert_eq!(choice["message"]["content"], Value::Null);
    assert_eq!(fold(&stream(client(), &pieces)), made);
}

#[test]
fn reasoning_with_one_signature_has_two_members() {
    check(
        &[
            started(),
            Piece::said(Content::Thinking(text("hm"))),
            Piece::said(Content::Signature(text("sig"))),
            Piece::said(Content::BlockEnd),
            Piece::said(Content::Text(text("a"))),
            Piece::End,
        ],
        &[
            r#"{"index":0,"delta":{"role":"assistant","content":null,"reasoning_content":"hm"}"#,
            r#"{"index":0,"delta":{"reasoning_signature":"thinking:sig"}"#,
            r#"{"index":0,"delta":{"content":"a"}"#,
            r#"{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
        ],
    );
}

#[test]
fn several_blocks_of_reasoning_are_listed() {
    check(
        &[
            started(),
            Piece::said(Content::Thinking(text("unproven"))),
            Piece::said(Content::BlockEnd),
            Piece::said(Content::Thinking(text("h"))),
            Piece::said(Content::Thinking(text("m"))),
            Piece::said(Content::Signature(text("sig"))),
            Piece::said(Content::Redacted(text("xyz"))),
            Piece::said(Content::Signature(text("sig2"))),
            Piece::End,
        ],
        &[
            r#"{"index":0,"delta":{"role":"assistant","content":null,"reasoning_content":"unproven"}"#,
            r#"{"index":0,"delta":{"reasoning_content":"h"}"#,
            r#"{"index":0,"delta":{"reasoning_content":"m"}"#,
            r#"{"index":0,"delta":{"reasoning_signature":"thinking:sig"}"#,
            r#"{"index":0,"delta":{"thinking_blocks":[{"type":"thinking","thinking":"hm","signature":"thinking:sig"},{"type":"redacted_thinking","data":"redacted_thinking:xyz"}]}"#,
            r#"{"index":0,"delta":{"thinking_blocks":[{"type":"thinking","thinking":"","signature":"thinking:sig2"}]}"#,
            r#"{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
        ],
    );
}

#[test]
fn several_choices_are_kept_apart() {
    let second = |said| Piece::Content {
        choice: 1,
        content: Content::Text(text(said)),
    };
    check(
        &[
            started(),
            second("b"),
            Piece::said(Content::Refusal(text("no"))),
            second("c"),
            finish(1, FinishReason::ContextWindow),
            finish(0, FinishReason::ContentFilter),
            Piece::End,
        ],
        &[
            r#"{"index":1,"delta":{"role":"assistant","content":"b"}"#,
            r#"{"index":0,"delta":{"role":"assistant","content":null,"refusal":"no"}"#,
            r#"{"index":1,"delta":{"content":"c"}"#,
            r#"{"index":0,"delta":{},"finish_reason":"content_filter"}]}"#,
            r#"{"index":1,"delta":{},"finish_reason":"length"}]}"#,
        ],
    );
}

#[test]
fn an_answer_that_says_nothing_is_an_empty_text() {
    check(
        &[
            started(),
            finish(0, FinishReason::ContentFilter),
            Piece::End,
        ],
        &[
            r#"{"index":0,"delta":{"role":"assistant","content":""}"#,
            r#"{"index":0,"delta":{},"finish_reason":"content_filter"}]}"#,
        ],
    );
    check(
        &[started(), Piece::End],
        &[
            r#"{"index":0,"delta":{"role":"assistant","content":""}"#,
            r#"{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
        ],
    );
}

/// Bedrock's models say `end_turn` beside calls, too: a client that reads `stop` does not run them.
#[test]
fn calls_decide_over_a_natural_end() {
    for (reason, name) in [
        (FinishReason::Stop, "tool_calls"),
        (FinishReason::Other, "tool_calls"),
        (FinishReason::StopSequence, "stop"),
        (FinishReason::Length, "length"),
    ] {
        let pieces = [
            started(),
            call(0, Some("c0"), "f"),
            arguments(0, "{}"),
            Piece::said(Content::ToolEnd { slot: 0 }),
            finish(0, reason),
            Piece::End,
        ];
        assert_eq!(body(client(), &pieces)["choices"][0]["finish_reason"], name);
        assert_eq!(fold(&stream(client(), &pieces)), body(client(), &pieces));
    }
}

#[test]
fn reasons_have_openai_names() {
    for (reason, name) in [
        (FinishReason::Stop, "stop"),
        (FinishReason::StopSequence, "stop"),
        (FinishReason::PauseTurn, "stop"),
        (FinishReason::Other, "stop"),
        (FinishReason::Length, "length"),
        (FinishReason::ContextWindow, "length"),
        (FinishReason::ToolCalls, "tool_calls"),
        (FinishReason::FunctionCall, "function_call"),
        (FinishReason::ContentFilter, "content_filter"),
    ] {
        let pieces = [started(), finish(0, reason), Piece::End];
        assert_eq!(body(client(), &pieces)["choices"][0]["finish_reason"], name);
        assert_eq!(fold(&stream(client(), &pieces)), body(client(), &pieces));
    }
}

#[test]
fn a_failure_is_the_last_that_is_said() {
    let pieces = [
        started(),
        Piece::said(Content::Text(text("a"))),
        Piece::Failure(ProviderError {
            message: "Overloaded".to_owned(),
            kind: Some("overloaded_error".to_owned()),
            ..ProviderError::default()
        }),
        Piece::said(Content::Text(text("b"))),
        Piece::End,
    ];
    let streamed = stream(client(), &pieces);
    let frames: Vec<&str> = streamed.split_terminator("\n\n").collect();
    assert_eq!(frames.len(), 2, "{streamed}");
    assert!(frames[1].contains("Overloaded") && frames[1].starts_with("data: {\"error\":"));
    assert_eq!(body(client(), &pieces)["error"]["message"], "Overloaded");
}

#[test]
fn halves_of_a_character_in_two_pieces_are_one_in_the_body() {
    let half = |json: &'static str| {
        Piece::said(Content::Text(
            serde_json::from_str(json).expect("a literal"),
        ))
    };
    let pieces = [half(r#""\ud83d""#), half(r#""\ude00""#), Piece::End];
    let made = body(client(), &pieces);
    assert_eq!(made["choices"][0]["message"]["content"], "\u{1F600}");
    assert!(stream(client(), &pieces).contains(r#""content":"\ud83d""#));
}

/// Anthropic's reference ("Streaming messages", tool use) through reader and encoder.
#[test]
fn an_anthropic_answer_becomes_the_same_completion_streamed_and_whole() {
    let events = [
        r#"{"type":"message_start","message":{"id":"msg_014p7gG3wDgGV9EUtLvnow3U","type":"message","role":"assistant","model":"claude-opus-4-6","stop_sequence":null,"usage":{"input_tokens":472,"cache_read_input_tokens":100,"output_tokens":2},"content":[],"stop_reason":null}}"#,
        r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
        r#"{"type":"ping"}"#,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Okay"}}"#,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":", let's"}}"#,
        r#"{"type":"content_block_stop","index":0}"#,
        r#"{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"toolu_01T1x1fJ34qAmk2tNTrN7Up6","name":"get_weather","input":{}}}"#,
        r#"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":""}}"#,
        r#"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"location\":"}}"#,
        r#"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"\"San Francisco, CA\"}"}}"#,
        r#"{"type":"content_block_stop","index":1}"#,
        r#"{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":89}}"#,
        r#"{"type":"message_stop"}"#,
    ];
    let whole = r#"{"id":"msg_014p7gG3wDgGV9EUtLvnow3U","type":"message","role":"assistant","model":"claude-opus-4-6",
        "content":[{"type":"text","text":"Okay, let's"},
        {"type":"tool_use","id":"toolu_01T1x1fJ34qAmk2tNTrN7Up6","name":"get_weather","input":{"location":"San Francisco, CA"}}],
        "stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":472,"cache_read_input_tokens":100,"output_tokens":89}}"#;
    let mut reader = from_messages::Reader::new();
    let mut encoder = Stream::new(client());
    let mut out = Vec::new();
    for event in events {
        reader.event(None, event.as_bytes(), &mut |piece: &Piece<'_>| {
            encoder.piece(piece, &mut out);
        });
    }
    let mut gathered = Body::new(client());
    from_messages::body(whole, &mut |piece: &Piece<'_>| gathered.piece(piece)).expect("a body");
    let made: Value = serde_json::from_slice(&gathered.finish()).expect("JSON");
    let streamed = String::from_utf8(out).expect("text");
    assert_eq!(fold(&streamed), made);
    assert_eq!(
        made,
        json!({
            "id": "msg_014p7gG3wDgGV9EUtLvnow3U",
            "object": "chat.completion",
            "created": 1_700_000_000,
            "model": "claude-opus-4-6",
            "choices": [{
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": "Okay, let's",
                    "refusal": null,
                    "tool_calls": [{
                        "id": "toolu_01T1x1fJ34qAmk2tNTrN7Up6",
                        "type": "function",
                        "function": {
                            "name": "get_weather",
                            "arguments": "{\"location\":\"San Francisco, CA\"}"
                        }
                    }]
                },
                "logprobs": null,
                "finish_reason": "tool_calls"
            }],
            "usage": {
                "prompt_tokens": 572,
                "completion_tokens": 89,
                "total_tokens": 661,
                "prompt_tokens_details": {"cached_tokens": 100}
            }
        })
    );
}

/// Puts a stream together by OpenAI's rules (texts are appended, calls go by their index).
fn fold(streamed: &str) -> Value {
    let mut whole = Map::new();
    let mut choices = std::collections::BTreeMap::<u64, Map<String, Value>>::new();
    for frame in streamed.split_terminator("\n\n") {
        let data = frame.strip_prefix("data: ").expect("data");
        if data == "[DONE]" {
            break;
        }
        let Value::Object(mut chunk) = serde_json::from_str(data).expect("JSON") else {
            panic!("no object");
        };
        for choice in chunk["choices"].as_array().expect("choices") {
            let known = choices
                .entry(choice["index"].as_u64().expect("an index"))
                .or_default();
            known.insert("finish_reason".to_owned(), choice["finish_reason"].clone());
            let message = known
                .entry("message")
                .or_insert_with(|| json!({"content": null, "refusal": null}));
            fold_delta(message, choice["delta"].as_object().expect("a delta"));
        }
        chunk.remove("choices");
        whole.extend(chunk);
    }
    whole.insert("object".to_owned(), json!("chat.completion"));
    let choices: Vec<Value> = choices
        .into_iter()
        .map(|(index, mut choice)| {
            choice.insert("index".to_owned(), json!(index));
            choice.insert("logprobs".to_owned(), Value::Null);
            Value::Object(choice)
        })
        .collect();
    whole.insert("choices".to_owned(), Value::Array(choices));
    Value::Object(whole)
}

fn fold_delta(message: &mut Value, delta: &Map<String, Value>) {
    for (name, value) in delta {
        match (&mut message[name], value) {
            (Value::String(known), Value::String(more)) if name != "role" => known.push_str(more),
            (_, Value::Null) => (),
            (known, Value::Array(list)) if name == "tool_calls" => {
                if known.is_null() {
                    *known = json!([]);
                }
                for call in list {
                    fold_call(known.as_array_mut().expect("calls"), call);
                }
            }
            (Value::Array(known), Value::Array(more)) => known.extend(more.iter().cloned()),
            (known, value) => *known = value.clone(),
        }
    }
}

fn fold_call(calls: &mut Vec<Value>, call: &Value) {
    let index = usize::try_from(call["index"].as_u64().expect("an index")).expect("small");
    if index == calls.len() {
        let mut call = call.clone();
        call.as_object_mut().expect("a call").remove("index");
        calls.push(call);
        return;
    }
    let more = call["function"]["arguments"].as_str().expect("arguments");
    let known = &mut calls[index]["function"]["arguments"];
    *known = json!(format!("{}{more}", known.as_str().expect("text")));
}

#[derive(Clone, Debug)]
enum Said {
    Text(String),
    Refusal(String),
    Thinking(String),
    Signature(String),
    Redacted(String),
    BlockEnd,
    Call(Option<String>),
    /// Of the call that is so many before the last.
    Arguments(usize, String),
    End(usize),
    Finish(bool),
    Usage(u64),
}

fn any_said() -> impl Strategy<Value = (u32, Said)> {
    let text = "[a-z\"\\\\\n\u{1F600}]{0,4}";
    let said = prop_oneof![
        text.prop_map(Said::Text),
        text.prop_map(Said::Refusal),
        text.prop_map(Said::Thinking),
        "[a-z]{1,3}".prop_map(Said::Signature),
        "[a-z]{1,3}".prop_map(Said::Redacted),
        Just(Said::BlockEnd),
        prop::option::of("[a-z]{1,3}").prop_map(Said::Call),
        (0_usize..2, text).prop_map(|(back, text)| Said::Arguments(back, text)),
        (0_usize..2).prop_map(Said::End),
        any::<bool>().prop_map(Said::Finish),
        (0_u64..9).prop_map(Said::Usage),
    ];
    (0_u32..2, said)
}

/// Pieces that keep the promises of readers.
fn pieces(said: &[(u32, Said)]) -> Vec<Piece<'static>> {
    let mut made = vec![started()];
    let mut slots = 0;
    let mut open: Vec<(u32, u32)> = Vec::new();
    for (choice, said) in said {
        let choice = *choice;
        let content = match said {
            Said::Text(said) => Content::Text(text(said)),
            Said::Refusal(said) => Content::Refusal(text(said)),
            Said::Thinking(said) => Content::Thinking(text(said)),
            Said::Signature(said) => Content::Signature(text(said)),
            Said::Redacted(said) => Content::Redacted(text(said)),
            Said::BlockEnd => Content::BlockEnd,
            Said::Call(id) => {
                slots += 1;
                open.push((choice, slots));
                Content::ToolCall {
                    slot: slots,
                    id: id.as_deref().map(text),
                    name: text("f"),
                    signature: None,
                }
            }
            Said::Arguments(back, said) => {
                let Some((choice, slot)) = open.iter().rev().nth(*back).copied() else {
                    continue;
                };
                let fragment = text(said);
                let content = Content::Arguments { slot, fragment };
                made.push(Piece::Content { choice, content });
                continue;
            }
            Said::End(back) => {
                let Some(at) = open.len().checked_sub(1 + back) else {
                    continue;
                };
                let (choice, slot) = open.remove(at);
                let content = Content::ToolEnd { slot };
                made.push(Piece::Content { choice, content });
                continue;
            }
            Said::Finish(is_long) => {
                made.push(finish(
                    choice,
                    match is_long {
                        true => FinishReason::Length,
                        false => FinishReason::Stop,
                    },
                ));
                continue;
            }
            Said::Usage(count) => {
                made.push(Piece::Usage(Usage {
                    input: Some(*count),
                    output: Some(1),
                    ..Usage::default()
                }));
                continue;
            }
        };
        made.push(Piece::Content { choice, content });
    }
    made.push(Piece::End);
    made
}

proptest! {
    #[test]
    fn a_folded_stream_is_the_body(said in prop::collection::vec(any_said(), 0..24)) {
        let pieces = pieces(&said);
        prop_assert_eq!(fold(&stream(client(), &pieces)), body(client(), &pieces));
    }
}
