//! Chat answers as OpenAI and compatible servers write them, and what is told of them.
//!
//! Payloads after OpenAI's API reference ("Chat Completions": object, chunk object) unless a case names another source.

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Reader, body};
use crate::{Content, Piece};
use dp_wire::sse::{Content as Frame, Framer};

/// Pieces in short, one a line.
fn line(piece: &Piece<'_>) -> String {
    match piece {
        Piece::Start(start) => format!(
            "start {} {} {}",
            start.id.as_deref().unwrap_or("-"),
            start.model.as_deref().unwrap_or("-"),
            start
                .created
                .map_or_else(|| "-".to_owned(), |n| n.to_string())
        ),
        Piece::Content { choice, content } => {
            let said = match content {
                Content::Text(text) => format!("text {}", text.as_json()),
                Content::Refusal(text) => format!("refusal {}", text.as_json()),
                Content::Thinking(text) => format!("thinking {}", text.as_json()),
                Content::Signature(text) => format!("signature {}", text.as_json()),
                Content::Redacted(text) => format!("redacted {}", text.as_json()),
                Content::BlockEnd => "block end".to_owned(),
                Content::ToolCall {
                    slot,
                    id,
                    name,
                    signature,
                } => {
                    let id = id.as_ref().map_or("-", |id| id.as_json());
                    let signature = signature.as_ref().map_or("", |text| text.as_json());
                    format!("call {slot} {id} {}{signature}", name.as_json())
                }
                Content::Arguments { slot, fragment } => {
                    format!("arguments {slot} {}", fragment.decode())
                }
                Content::ToolEnd { slot } => format!("call end {slot}"),
            };
            match choice {
                0 => said,
                other => format!("#{other} {said}"),
            }
        }
        Piece::Finish { choice, finish } => format!(
            "finish {choice} {} {}",
            finish.reason.as_str(),
            finish.stop_sequence.as_deref().unwrap_or("-")
        ),
        Piece::Usage(usage) => format!(
            "usage {:?} {:?} {:?} {:?}",
            usage.input, usage.output, usage.cache_read, usage.reasoning
        )
        .replace("Some(", "")
        .replace(')', ""),
        Piece::Failure(error) => format!(
            "failure {} {} {}",
            error.message,
            error.kind.as_deref().unwrap_or("-"),
            error.code.as_deref().unwrap_or("-")
        ),
        Piece::Dropped(field) => format!("dropped {field}"),
        Piece::End => "end".to_owned(),
    }
}

fn streamed(events: &[(Option<&str>, &str)]) -> Vec<String> {
    let mut seen = Vec::new();
    let mut sink = |piece: &Piece<'_>| seen.push(line(piece));
    let mut reader = Reader::new();
    for (name, data) in events {
        reader.event(name.map(str::as_bytes), data.as_bytes(), &mut sink);
    }
    reader.end(&mut sink);
    seen
}

#[track_caller]
fn check(events: &[&str], expected: &[&str]) {
    let events: Vec<_> = events.iter().map(|data| (None, *data)).collect();
    assert_eq!(streamed(&events), expected);
}

/// A chunk with this delta.
fn delta(delta: &str) -> String {
    format!(
        r#"{{"id":"c","model":"m","choices":[{{"index":0,"delta":{delta},"finish_reason":null}}]}}"#
    )
}

/// Deltas, then a finish and `[DONE]`; what is told between start and finish.
#[track_caller]
fn check_deltas(deltas: &[&str], expected: &[&str]) {
    let mut events: Vec<_> = deltas.iter().map(|one| delta(one)).collect();
    events.push(r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#.to_owned());
    events.push("[DONE]".to_owned());
    let events: Vec<_> = events.iter().map(|data| (None, data.as_str())).collect();
    let mut whole = vec!["start c m -"];
    whole.extend(expected);
    whole.extend(["finish 0 stop -", "end"]);
    assert_eq!(streamed(&events), whole);
}

fn buffered(text: &str) -> Vec<String> {
    let mut seen = Vec::new();
    body(text, &mut |piece: &Piece<'_>| seen.push(line(piece))).expect("an answer");
    seen
}

#[test]
fn openai_streams_and_bodies_are_told() {
    let stream = include_bytes!("../../../llm/testdata/openai/stream_usage.sse");
    let mut framer = Framer::new(1 << 20);
    framer.push(Bytes::from_static(stream));
    let mut seen = Vec::new();
    let mut reader = Reader::new();
    while let Some(frame) = framer.next_frame() {
        if let Frame::Event(event) = frame.content {
            let mut sink = |piece: &Piece<'_>| seen.push(line(piece));
            reader.event(event.name.as_deref(), &event.data, &mut sink);
        }
    }
    let start = "start chatcmpl-case-1 gpt-4o-mini-2024-07-18 1700000000";
    assert_eq!(
        seen,
        [
            start,
            "text \"Hello\"",
            "text \" thére \\ud83d\\ude00\"",
            "finish 0 stop -",
            "usage 19 10 4 6",
            "end"
        ]
    );
    let whole = buffered(include_str!("../../../llm/testdata/openai/buffered.json"));
    assert_eq!(whole[0], start);
    assert_eq!(
        whole[2..],
        ["finish 0 stop -", "usage 19 10 4 6", "end"].map(str::to_owned)
    );
}

/// Azure's first chunk (recordings of Azure OpenAI in llama-stack's integration tests): nothing but filter results.
#[test]
fn azure_begins_with_the_second_chunk() {
    check(
        &[
            r#"{"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{}}]}"#,
            r#"{"choices":[{"content_filter_results":{},"delta":{"content":"","refusal":null,"role":"assistant"},"finish_reason":null,"index":0,"logprobs":null}],"created":1757499916,"id":"chatcmpl-1","model":"gpt-5-mini-2025-08-07","object":"chat.completion.chunk","usage":null}"#,
            r#"{"choices":[{"content_filter_results":{},"delta":{"content":"The"},"finish_reason":null,"index":0,"logprobs":null}],"created":1757499916,"id":"chatcmpl-1","model":"gpt-5-mini-2025-08-07","object":"chat.completion.chunk","usage":null}"#,
            r#"{"choices":[{"content_filter_results":{},"delta":{},"finish_reason":"content_filter","index":0,"logprobs":null}],"created":1757499916,"id":"chatcmpl-1","model":"gpt-5-mini-2025-08-07","object":"chat.completion.chunk","usage":null}"#,
            "[DONE]",
        ],
        &[
            "start chatcmpl-1 gpt-5-mini-2025-08-07 1757499916",
            "text \"The\"",
            "finish 0 content_filter -",
            "end",
        ],
    );
}

/// llm.md S-7: usage may come with any chunk, or never; `[DONE]` may be missing.
#[test]
fn usage_and_end_come_where_the_server_likes() {
    let text = r#"{"id":"c","model":"m","choices":[{"index":0,"delta":{"content":"a"}}],"usage":{"prompt_tokens":3,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":2}}}"#;
    let last = r#"{"id":"c","model":"m","choices":[{"index":0,"delta":{"content":""},"finish_reason":"length"}],"usage":{"prompt_tokens":3,"completion_tokens":2}}"#;
    let expected = [
        "start c m -",
        "text \"a\"",
        "usage 3 1 2 None",
        "finish 0 length -",
        "usage 3 2 2 None",
        "end",
    ];
    check(&[text, last, "[DONE]"], &expected);
    check(&[text, last], &expected);
    check(&[text], &expected[..3]);
    // Nothing behind the end.
    check(&[text, last, "[DONE]", text, "[DONE]"], &expected);
    check(&["[DONE]"], &["start - - -", "end"]);
    check(&[], &[]);
    // Moonshot's place for usage; a finish that is repeated beside it.
    let moonshot = r#"{"id":"c","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop","usage":{"prompt_tokens":3,"completion_tokens":2}}]}"#;
    check(
        &[moonshot, last],
        &[
            "start c m -",
            "finish 0 stop -",
            "usage 3 2 None None",
            "usage 3 2 None None",
            "end",
        ],
    );
}

#[test]
fn an_answer_is_whole_when_every_choice_is() {
    let first = r#"{"id":"c","model":"m","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}"#;
    let second = r#"{"choices":[{"index":1,"delta":{"content":"b"},"finish_reason":""}]}"#;
    let end = r#"{"choices":[{"index":1,"delta":{},"finish_reason":"stop"}]}"#;
    let told = [
        "start c m -",
        "text \"a\"",
        "finish 0 stop -",
        "#1 text \"b\"",
    ];
    check(&[first, second], &told);
    let whole: Vec<_> = told.into_iter().chain(["finish 1 stop -", "end"]).collect();
    check(&[first, second, end], &whole);
}

#[test]
fn parallel_calls_are_told_apart_by_index() {
    // In order, as OpenAI streams them: the first is over where the second begins.
    check_deltas(
        &[
            r#"{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"f","arguments":""}}]}"#,
            r#"{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":"}}]}"#,
            r#"{"tool_calls":[{"index":0,"function":{"arguments":"1}"}}]}"#,
            r#"{"tool_calls":[{"index":1,"id":"call_2","type":"function","function":{"name":"g","arguments":""}}]}"#,
            r#"{"tool_calls":[{"index":1,"function":{"arguments":"{}"}}]}"#,
        ],
        &[
            r#"call 0 "call_1" "f""#,
            r#"arguments 0 {"a":"#,
            "arguments 0 1}",
            "call end 0",
            r#"call 1 "call_2" "g""#,
            "arguments 1 {}",
            "call end 1",
        ],
    );
    // Interleaved.
    check_deltas(
        &[
            r#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f"}},{"index":1,"id":"b","function":{"name":"g"}}]}"#,
            r#"{"tool_calls":[{"index":1,"function":{"arguments":"{"}},{"index":0,"function":{"arguments":"{"}}]}"#,
            r#"{"tool_calls":[{"index":0,"function":{"arguments":"}"}},{"index":1,"function":{"arguments":"}"}}]}"#,
        ],
        &[
            r#"call 0 "a" "f""#,
            r#"call 1 "b" "g""#,
            "arguments 1 {",
            "arguments 0 {",
            "arguments 0 }",
            "arguments 1 }",
            "call end 0",
            "call end 1",
        ],
    );
}

/// Servers that number every call 0 (ai-dynamo/dynamo PR 4723, Google's OpenAI surface), or none, or give no ids.
#[test]
fn calls_without_proper_index_or_id_are_told_apart() {
    let calls = [
        r#"call 0 "a" "f""#,
        "arguments 0 {}",
        "call end 0",
        r#"call 1 "b" "f""#,
        "arguments 1 {}",
        "call end 1",
    ];
    check_deltas(
        &[
            r#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]}"#,
            r#"{"tool_calls":[{"index":0,"id":"b","function":{"name":"f","arguments":"{}"}}]}"#,
        ],
        &calls,
    );
    check_deltas(
        &[
            r#"{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}},{"id":"b","function":{"name":"f","arguments":"{}"}}]}"#,
        ],
        &calls,
    );
    check_deltas(
        &[
            r#"{"tool_calls":[{"function":{"name":"f","arguments":"{"}}]}"#,
            r#"{"tool_calls":[{"function":{"arguments":"}"}}]}"#,
            r#"{"tool_calls":[{"function":{"name":"f","arguments":{"a":1}}}]}"#,
        ],
        &[
            r#"call 0 - "f""#,
            "arguments 0 {",
            "arguments 0 }",
            "call end 0",
            r#"call 1 - "f""#,
            r#"arguments 1 {"a":1}"#,
            "call end 1",
        ],
    );
    // A new id with every part is no new call; neither is a name that is repeated.
    check_deltas(
        &[
            r#"{"tool_calls":[{"index":0,"id":"x1","function":{"name":"f","arguments":"{"}}]}"#,
            r#"{"tool_calls":[{"index":0,"id":"x2","function":{"name":null,"arguments":"}"}}]}"#,
            r#"{"tool_calls":[{"index":0,"id":"x1","function":{"name":"f","arguments":" "}}]}"#,
        ],
        &[
            r#"call 0 "x1" "f""#,
            "arguments 0 {",
            "arguments 0 }",
            "arguments 0  ",
            "call end 0",
        ],
    );
    // The name comes late, or never.
    check_deltas(
        &[
            r#"{"tool_calls":[{"index":0,"id":"a"},{"index":1,"function":{"arguments":"{"}}]}"#,
            r#"{"tool_calls":[{"index":0,"function":{"arguments":"{"}}]}"#,
            r#"{"tool_calls":[{"index":0,"function":{"name":"f","arguments":"}"}}]}"#,
        ],
        &[
            r#"call 0 "a" "f""#,
            "arguments 0 {",
            "arguments 0 }",
            "call end 0",
            "dropped tool_calls",
        ],
    );
}

#[test]
fn a_call_is_over_where_text_follows_it() {
    check_deltas(
        &[
            r#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]}"#,
            r#"{"content":"so"}"#,
            r#"{"tool_calls":[{"index":0,"function":{"arguments":"\n"}}]}"#,
            r#"{"tool_calls":[{"index":1,"id":"b","function":{"name":"g","arguments":"{\"a"}}]}"#,
            r#"{"content":"but"}"#,
            r#"{"tool_calls":[{"index":1,"function":{"arguments":"\":1}"}}]}"#,
        ],
        &[
            r#"call 0 "a" "f""#,
            "arguments 0 {}",
            "call end 0",
            "text \"so\"",
            r#"call 1 "b" "g""#,
            r#"arguments 1 {"a"#,
            "text \"but\"",
            r#"arguments 1 ":1}"#,
            "call end 1",
        ],
    );
}

#[test]
fn the_legacy_function_call_is_a_call() {
    check_deltas(
        &[
            r#"{"function_call":{"name":"f","arguments":""}}"#,
            r#"{"function_call":{"arguments":"{}"}}"#,
        ],
        &[r#"call 0 - "f""#, "arguments 0 {}", "call end 0"],
    );
}

/// DeepSeek's and vLLM's `reasoning_content`, OpenRouter's `reasoning`, blocks as LiteLLM and this gateway write them,
/// Mistral's parts (its documentation on reasoning), Google's `extra_content` (its documentation on thought signatures).
#[test]
fn extensions_of_compatible_servers_are_read() {
    check_deltas(
        &[
            r#"{"reasoning_content":"a","content":null}"#,
            r#"{"reasoning":"b","reasoning_content":"b"}"#,
            r#"{"reasoning":"c"}"#,
            r#"{"reasoning_signature":"s","thinking_blocks":[{"type":"redacted_thinking","data":"r"}]}"#,
            r#"{"reasoning_content":"d","thinking_blocks":[{"type":"thinking","thinking":"d","signature":"t"}]}"#,
            r#"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"e"}]},{"type":"text","text":"f"},{"type":"reference"}]}"#,
        ],
        &[
            r#"thinking "a""#,
            r#"thinking "b""#,
            r#"thinking "c""#,
            r#"signature "s""#,
            r#"redacted "r""#,
            r#"thinking "d""#,
            r#"signature "t""#,
            r#"thinking "e""#,
            r#"text "f""#,
            "dropped content",
        ],
    );
    check_deltas(
        &[
            r#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"sig"}}}]}"#,
        ],
        &[r#"call 0 "a" "f""sig""#, "arguments 0 {}", "call end 0"],
    );
    // vLLM names the stop sequence that was met; another's `stop_reason` may be a word.
    for (reason, expected) in [
        (r#""\n\nHuman:""#, "finish 0 stop_sequence \n\nHuman:"),
        ("151643", "finish 0 stop -"),
        ("null", "finish 0 stop -"),
        (r#""end_turn""#, "finish 0 stop -"),
    ] {
        let chunk = format!(
            r#"{{"id":"c","model":"m","choices":[{{"index":0,"delta":{{}},"finish_reason":"stop","stop_reason":{reason}}}]}}"#
        );
        check(&[&chunk], &["start c m -", expected, "end"]);
    }
}

#[test]
fn refusals_and_what_has_no_place_are_told() {
    check_deltas(
        &[
            r#"{"refusal":"I"}"#,
            r#"{"refusal":" cannot","content":null}"#,
            r#"{"audio":{"id":"x"},"annotations":[]}"#,
            r#"{"audio":{"data":"x"},"annotations":[{"type":"url_citation"}]}"#,
        ],
        &[
            "refusal \"I\"",
            "refusal \" cannot\"",
            "dropped audio",
            "dropped annotations",
        ],
    );
}

#[test]
fn text_is_told_as_it_is_written() {
    check_deltas(
        &[
            r#"{"content":"\ud83d"}"#,
            r#"{"content":"\ude00\n"}"#,
            r#"{"content":7}"#,
        ],
        &[r#"text "\ud83d""#, r#"text "\ude00\n""#, "dropped content"],
    );
    let mut seen = Vec::new();
    let mut sink = |piece: &Piece<'_>| seen.push(line(piece));
    Reader::new().event(
        None,
        b"{\"choices\":[{\"delta\":{\"content\":\"a\xff\"}}]}",
        &mut sink,
    );
    assert_eq!(seen[1], "text \"a\u{FFFD}\"");
}

/// An error in place of a chunk (OpenAI; OpenRouter's documentation on errors in streams; vLLM before and after 0.9).
#[test]
fn failures_are_the_last_piece() {
    let text = &delta(r#"{"content":"a"}"#);
    let told = |last: &'static str| vec!["start c m -", "text \"a\"", last];
    for (event, expected) in [
        (
            r#"{"error":{"message":"slow down","type":"rate_limit_error","param":null,"code":"rate_limit_exceeded"}}"#,
            "failure slow down rate_limit_error rate_limit_exceeded",
        ),
        (
            r#"{"id":"c","error":{"code":502,"message":"gone"},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}"#,
            "failure gone - 502",
        ),
        (
            r#"{"object":"error","message":"bad","type":"BadRequestError","param":null,"code":400}"#,
            "failure bad BadRequestError 400",
        ),
        (
            r#"{"choices":[{"index":0,"delta":{},"finish_reason":"error"}]}"#,
            "failure the provider ended its answer with the finish reason \"error\" - -",
        ),
        (r#"{"error":"plain"}"#, "failure plain - -"),
        // Google's OpenAI surface.
        (
            r#"[{"error":{"message":"quota","type":"t","code":"c"}}]"#,
            "failure quota t c",
        ),
    ] {
        check(&[text, event, text, "[DONE]"], &told(expected));
    }
    assert_eq!(
        streamed(&[(Some("error"), r#"{"message":"odd"}"#), (None, "[DONE]")]),
        ["failure odd - -"]
    );
    // Not an error; not an answer either.
    check(
        &[
            r#"{"error":null,"id":"c","model":"m","choices":[]}"#,
            "<html>",
            "[1]",
            "{\"choices\":[",
        ],
        &["start c m -"],
    );
}

#[test]
fn bodies_tell_each_call_whole() {
    assert_eq!(
        buffered(
            r#"{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[
                {"index":0,"message":{"role":"assistant","content":"a","reasoning_content":"r","refusal":null,"tool_calls":[
                    {"id":"f","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}},
                    {"id":"f","type":"function","function":{"name":"f","arguments":""}}]},
                 "logprobs":{"content":[]},"finish_reason":"tool_calls"},
                {"index":1,"message":{"role":"assistant","content":null,"refusal":"no"},"finish_reason":"stop"}],
              "usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"#
        ),
        [
            "start c m 1",
            "thinking \"r\"",
            "text \"a\"",
            r#"call 0 "f" "f""#,
            r#"arguments 0 {"a":1}"#,
            "call end 0",
            r#"call 1 "f" "f""#,
            "dropped logprobs",
            "call end 1",
            "finish 0 tool_calls -",
            "#1 refusal \"no\"",
            "finish 1 stop -",
            "usage 1 2 None None",
            "end"
        ]
    );
    assert_eq!(
        buffered(r#"{"id":"c","choices":[]}"#),
        ["start c - -", "end"]
    );
    assert_eq!(buffered(r#"{"error":{"message":"m"}}"#), ["failure m - -"]);
    for refused in ["", "[]", "{}", r#"{"choices":null}"#, "{\"choices\":["] {
        assert!(body(refused, &mut |_: &Piece<'_>| ()).is_err(), "{refused}");
    }
}

/// What readers promise (`answer`).
#[track_caller]
fn assert_contract(pieces: &[String]) {
    let mut open = Vec::new();
    let mut known = Vec::new();
    let mut finished = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        let words: Vec<_> = piece
            .split(' ')
            .skip_while(|w| w.starts_with('#'))
            .collect();
        assert_eq!(words[0] == "start", at == 0 && words[0] != "failure");
        if words[0] == "end" || words[0] == "failure" {
            assert_eq!(at, pieces.len() - 1, "{pieces:?}");
        }
        match words[..] {
            ["call", "end", slot] => {
                let place = open.iter().position(|one| one == slot);
                open.remove(place.expect("an open call"));
            }
            ["call", slot, ..] => {
                assert!(!known.contains(&slot.to_owned()), "{pieces:?}");
                known.push(slot.to_owned());
                open.push(slot.to_owned());
            }
            ["arguments", slot, ..] => assert!(open.contains(&slot.to_owned()), "{pieces:?}"),
            ["finish", choice, ..] => {
                assert!(!finished.contains(&choice.to_owned()), "{pieces:?}");
                finished.push(choice.to_owned());
            }
            _ => (),
        }
    }
    if pieces.last().is_some_and(|piece| piece == "end") {
        assert!(open.is_empty(), "{pieces:?}");
    }
}

/// JSON of the members that the reader knows, in any place.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0_u64..3).prop_map(Value::from),
        prop::sample::select(vec![
            "", "a", "b", "{", "}", "{}", "stop", "error", "text", "thinking"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 48, 4, |inner| {
        let key = prop::sample::select(vec![
            "id",
            "model",
            "choices",
            "index",
            "delta",
            "message",
            "content",
            "tool_calls",
            "function",
            "function_call",
            "name",
            "arguments",
            "finish_reason",
            "usage",
            "error",
            "thinking_blocks",
            "type",
            "reasoning",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..6).prop_map(|members| members
                .into_iter()
                .map(|(k, v)| (k.to_owned(), v))
                .collect()),
        ]
    })
}

/// Calls in any order of parts.
fn any_calls() -> impl Strategy<Value = Vec<Value>> {
    let text = |texts: &'static [&'static str]| prop::option::of(prop::sample::select(texts));
    let part = (
        prop::option::of(0_u64..3),
        text(&["", "a", "b"]),
        text(&["", "f", "g"]),
        text(&["", "{", "}", "{}", "\"", " "]),
        text(&["", "word"]),
        prop::bool::weighted(0.05),
    );
    let part = part.prop_map(|(index, id, name, arguments, content, is_last)| {
        json!({"id": "c", "choices": [{
            "delta": {
                "content": content,
                "tool_calls": [{"index": index, "id": id, "function": {"name": name, "arguments": arguments}}],
            },
            "finish_reason": is_last.then_some("tool_calls"),
        }]})
    });
    prop::collection::vec(part, 0..12)
}

proptest! {
    #[test]
    fn any_json_is_read_without_harm(values in prop::collection::vec(any_json(), 0..6), is_done: bool) {
        let mut texts: Vec<_> = values.iter().map(Value::to_string).collect();
        let mut pieces = Vec::new();
        for text in &texts {
            let _ = body(text, &mut |piece: &Piece<'_>| pieces.push(line(piece)));
            assert_contract(&pieces);
            pieces.clear();
        }
        if is_done {
            texts.push("[DONE]".to_owned());
        }
        let events: Vec<_> = texts.iter().map(|text| (None, text.as_str())).collect();
        assert_contract(&streamed(&events));
    }

    #[test]
    fn any_calls_keep_the_contract(chunks in any_calls()) {
        let mut texts: Vec<_> = chunks.iter().map(Value::to_string).collect();
        texts.push("[DONE]".to_owned());
        let events: Vec<_> = texts.iter().map(|text| (None, text.as_str())).collect();
        let pieces = streamed(&events);
        assert_contract(&pieces);
        assert_eq!(pieces.last().map(String::as_str), Some("end"));
    }

    #[test]
    fn a_stream_tells_what_the_body_tells(
        words in prop::collection::vec("[a-z]{0,3}", 0..4),
        calls in prop::collection::vec(prop::collection::vec("[a-z\"\\\\{}]{0,4}", 0..4), 0..4),
    ) {
        let whole: Vec<_> = calls.iter().enumerate().map(|(at, parts)| json!({
            "id": format!("call_{at}"), "type": "function",
            "function": {"name": "f", "arguments": parts.concat()},
        })).collect();
        let answer = json!({"id": "c", "model": "m", "choices": [{
            "index": 0, "finish_reason": "stop",
            "message": {"role": "assistant", "content": words.concat(), "tool_calls": whole},
        }]});
        let mut events: Vec<_> = words.iter().map(|word| delta(&json!({"content": word}).to_string())).collect();
        for (at, parts) in calls.iter().enumerate() {
            let begin = json!({"tool_calls": [{"index": at, "id": format!("call_{at}"), "function": {"name": "f", "arguments": ""}}]});
            events.push(delta(&begin.to_string()));
            events.extend(parts.iter().map(|part| {
                delta(&json!({"tool_calls": [{"index": at, "function": {"arguments": part}}]}).to_string())
            }));
        }
        events.push(r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#.to_owned());
        let events: Vec<_> = events.iter().map(|text| (None, text.as_str())).collect();
        // Per call and for the text, what was told in one piece.
        let folded = |pieces: &[String]| {
            let mut text = String::new();
            let mut told = vec![String::new(); calls.len()];
            for piece in pieces {
                if let Some(rest) = piece.strip_prefix("text ") {
                    text.push_str(rest.trim_matches('"'));
                } else if let Some((slot, rest)) = piece.strip_prefix("arguments ").and_then(|rest| rest.split_once(' ')) {
                    told[slot.parse::<usize>().expect("slot")].push_str(rest);
                }
            }
            (text, told)
        };
        let events = streamed(&events);
        if !words.concat().is_empty() || !calls.is_empty() {
            prop_assert_eq!(folded(&events), folded(&buffered(&answer.to_string())));
        }
    }
}
