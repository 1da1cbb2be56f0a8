//! Anthropic's answers, as its reference shows them, and broken ones.

use proptest::prelude::*;

use super::{Reader, body};
use crate::observed::FinishReason;
use crate::text::JsonText;
use crate::usage::Usage;
use crate::{Content, Finish, Piece, Start};

/// A piece that outlives its event, in a form that can be read in a failed test.
fn own(piece: &Piece<'_>) -> String {
    let text = |text: &JsonText<'_>| text.decode().into_owned();
    match piece {
        Piece::Start(Start {
            id,
            model,
            created,
            service_tier,
            is_of_background: _,
        }) => {
            assert_eq!((*created, service_tier), (None, &None));
            format!(
                "start {} {}",
                id.as_deref().unwrap_or("-"),
                model.as_deref().unwrap_or("-")
            )
        }
        Piece::Content { choice: 0, content } => match content {
            Content::Text(said) => format!("text {}", text(said)),
            Content::Refusal(said) => format!("refusal {}", text(said)),
            Content::Thinking(said) => format!("thinking {}", text(said)),
            Content::Signature(said) => format!("signature {}", text(said)),
            Content::Redacted(said) => format!("redacted {}", text(said)),
            Content::BlockEnd => "block end".to_owned(),
            Content::ToolCall {
                slot,
                id,
                name,
                signature: None,
            } => format!(
                "tool {slot} {} {}",
                id.as_ref().map_or("-".to_owned(), text),
                text(name)
            ),
            Content::Arguments { slot, fragment } => format!("arguments {slot} {}", text(fragment)),
            Content::ToolEnd { slot } => format!("tool end {slot}"),
            Content::ToolCall { .. } => panic!("a signature"),
        },
        Piece::Content { .. } => panic!("another choice"),
        Piece::Finish {
            choice,
            finish: Finish {
                reason,
                stop_sequence,
            },
        } => {
            assert_eq!(*choice, 0);
            let sequence = stop_sequence.as_deref().unwrap_or("-");
            format!("finish {} {sequence}", reason.as_str())
        }
        Piece::Usage(usage) => format!("usage {}", counts(usage)),
        Piece::Failure(error) => format!(
            "failure {} {}",
            error.kind.as_deref().unwrap_or("-"),
            error.message
        ),
        Piece::Dropped(field) => format!("dropped {field}"),
        Piece::End => "end".to_owned(),
    }
}

fn counts(usage: &Usage) -> String {
    let show = |count: Option<u64>| count.map_or("-".to_owned(), |count| count.to_string());
    format!(
        "{} {} r{} w{} t{}",
        show(usage.input),
        show(usage.output),
        show(usage.cache_read),
        show(usage.cache_write),
        show(usage.reasoning)
    )
}

fn stream(events: &[&str]) -> Vec<String> {
    let mut told = Vec::new();
    let mut reader = Reader::new();
    let mut sink = |piece: &Piece<'_>| told.push(own(piece));
    for event in events {
        reader.event(None, event.as_bytes(), &mut sink);
    }
    reader.end(&mut sink);
    told
}

fn whole(text: &str) -> Vec<String> {
    let mut told = Vec::new();
    body(text, &mut |piece: &Piece<'_>| told.push(own(piece))).expect("an object");
    told
}

/// "Streaming messages", basic request.
#[test]
fn a_text_is_read() {
    assert_eq!(
        stream(&[
            r#"{"type": "message_start", "message": {"id": "msg_1nZdL29xx5MUA1yADyHTEsnR8uuvGzszyY", "type": "message", "role": "assistant", "content": [], "model": "claude-sonnet-4-5-20250929", "stop_reason": null, "stop_sequence": null, "usage": {"input_tokens": 25, "output_tokens": 1}}}"#,
            r#"{"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}"#,
            r#"{"type": "ping"}"#,
            r#"{"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hello"}}"#,
            r#"{"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "!"}}"#,
            r#"{"type": "content_block_stop", "index": 0}"#,
            r#"{"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence":null}, "usage": {"output_tokens": 15}}"#,
            r#"{"type": "message_stop"}"#,
        ]),
        [
            "start msg_1nZdL29xx5MUA1yADyHTEsnR8uuvGzszyY claude-sonnet-4-5-20250929",
            "usage 25 1 r- w- t-",
            "text Hello",
            "text !",
            "block end",
            "finish stop -",
            "usage 25 15 r- w- t-",
            "end",
        ]
    );
}

/// "Streaming messages", tool use and extended thinking.
#[test]
fn reasoning_and_calls_are_read() {
    let events = [
        r#"{"type":"message_start","message":{"id":"msg_01","model":"claude-opus-4-6","content":[],"usage":{"input_tokens":472,"output_tokens":2}}}"#,
        r#"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}"#,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Weather,"}}"#,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":" then."}}"#,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pkiMOYds"}}"#,
        r#"{"type":"content_block_stop","index":0}"#,
        r#"{"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"EmwKAhgBEgy3va3pzix"}}"#,
        r#"{"type":"content_block_stop","index":1}"#,
        r#"{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"toolu_01T1x1fJ34qAmk2tNTrN7Up6","name":"get_weather","input":{}}}"#,
        r#"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":""}}"#,
        r#"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"location\":"}}"#,
        r#"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"\"SF\"}"}}"#,
        r#"{"type":"content_block_stop","index":2}"#,
        r#"{"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"toolu_02","name":"now","input":{}}}"#,
        r#"{"type":"content_block_stop","index":3}"#,
        r#"{"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":89,"output_tokens_details":{"thinking_tokens":40}}}"#,
        r#"{"type":"message_stop"}"#,
    ];
    let expected = [
        "start msg_01 claude-opus-4-6",
        "thinking Weather, then.",
        "signature EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pkiMOYds",
        "block end",
        "redacted EmwKAhgBEgy3va3pzix",
        "tool 2 toolu_01T1x1fJ34qAmk2tNTrN7Up6 get_weather",
        "arguments 2 {\"location\":\"SF\"}",
        "tool end 2",
        "tool 3 toolu_02 now",
        "tool end 3",
        "finish tool_calls -",
        "usage 472 89 r- w- t40",
        "end",
    ];
    let mut told = stream(&events);
    told.remove(1);
    // Pieces of one text, put together.
    for (at, name) in [(1, "thinking "), (6, "arguments 2 ")] {
        let more = told.remove(at + 1);
        told[at].push_str(more.strip_prefix(name).expect("more of the same"));
    }
    assert_eq!(told, expected);
    assert_eq!(
        whole(
            r#"{"id":"msg_01","type":"message","role":"assistant","model":"claude-opus-4-6","content":[
                {"type":"thinking","thinking":"Weather, then.","signature":"EqQBCgIYAhIM1gbcDa9GJwZA2b3hGgxBdjrkzLoky3dl1pkiMOYds"},
                {"type":"redacted_thinking","data":"EmwKAhgBEgy3va3pzix"},
                {"type":"tool_use","id":"toolu_01T1x1fJ34qAmk2tNTrN7Up6","name":"get_weather","input":{"location":"SF"}},
                {"type":"tool_use","id":"toolu_02","name":"now","input":{}}],
                "stop_reason":"tool_use","stop_sequence":null,
                "usage":{"input_tokens":472,"output_tokens":89,"output_tokens_details":{"thinking_tokens":40}}}"#
        ),
        expected
    );
}

#[test]
fn usage_is_merged_member_by_member() {
    let start = r#"{"type":"message_start","message":{"usage":{"input_tokens":10,"cache_creation_input_tokens":3,"cache_read_input_tokens":100,"output_tokens":1}}}"#;
    for (delta, expected) in [
        (r#"{"output_tokens":7}"#, "usage 113 7 r100 w3 t-"),
        (
            r#"{"input_tokens":0,"cache_read_input_tokens":null,"output_tokens":7}"#,
            "usage 113 7 r100 w3 t-",
        ),
        (
            r#"{"input_tokens":12,"cache_read_input_tokens":90,"output_tokens":7}"#,
            "usage 105 7 r90 w3 t-",
        ),
        (r#"{"output_tokens":"many"}"#, "finish stop -"),
    ] {
        let delta = format!(
            r#"{{"type":"message_delta","delta":{{"stop_reason":"end_turn"}},"usage":{delta}}}"#
        );
        let told = stream(&[start, &delta]);
        assert_eq!(told[1], "usage 113 1 r100 w3 t-");
        assert_eq!(told.last().expect("a piece"), expected);
    }
    // Only at the end, where the beginning has none.
    let told = stream(&[
        r#"{"type":"message_start","message":{}}"#,
        r#"{"type":"message_delta","usage":{"input_tokens":5,"cache_read_input_tokens":0,"output_tokens":7}}"#,
    ]);
    assert_eq!(told, ["start - -", "usage 5 7 r0 w- t-"]);
}

#[test]
fn reasons_are_mapped() {
    for (name, reason) in [
        ("end_turn", FinishReason::Stop),
        ("stop_sequence", FinishReason::StopSequence),
        ("max_tokens", FinishReason::Length),
        ("model_context_window_exceeded", FinishReason::ContextWindow),
        ("pause_turn", FinishReason::PauseTurn),
        ("tool_use", FinishReason::ToolCalls),
        ("refusal", FinishReason::ContentFilter),
        ("compaction", FinishReason::Other),
    ] {
        let text = format!(r#"{{"content":[],"stop_reason":"{name}","stop_sequence":"END"}}"#);
        let finish = format!("finish {} END", reason.as_str());
        assert_eq!(whole(&text), ["start - -", &finish, "end"]);
    }
}

#[test]
fn errors_end_the_answer() {
    let overloaded =
        r#"{"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}"#;
    let failure = "failure overloaded_error Overloaded";
    let start = r#"{"type":"message_start","message":{"id":"a"}}"#;
    let stop = r#"{"type":"message_stop"}"#;
    assert_eq!(stream(&[overloaded, stop]), ["start - -", failure]);
    assert_eq!(stream(&[start, overloaded, stop]), ["start a -", failure]);
    assert_eq!(whole(overloaded), ["start - -", failure]);
    assert_eq!(
        whole(r#"{"error":{"type":"api_error","message":"m"}}"#),
        ["start - -", "failure api_error m"]
    );
    assert_eq!(
        stream(&[r#"{"type":"error","error":7}"#])[0],
        "start - -",
        "a failure all the same"
    );
}

#[test]
fn what_the_pieces_have_no_place_for_is_told() {
    let told = stream(&[
        r#"{"type":"content_block_start","index":0,"content_block":{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{}}}"#,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"input_json_delta","partial_json":"{\"query\":"}}"#,
        r#"{"type":"content_block_stop","index":0}"#,
        r#"{"type":"content_block_start","index":1,"content_block":{"type":"web_search_tool_result","content":[]}}"#,
        r#"{"type":"content_block_stop","index":1}"#,
        r#"{"type":"content_block_start","index":2,"content_block":{"type":"hologram"}}"#,
        r#"{"type":"content_block_start","index":3,"content_block":{"type":"text","text":"a","citations":[]}}"#,
        r#"{"type":"content_block_delta","index":3,"delta":{"type":"citations_delta","citation":{}}}"#,
        r#"{"type":"message_stop"}"#,
        r#"{"type":"message_stop"}"#,
    ]);
    assert_eq!(
        told,
        [
            "start - -",
            "dropped content.server_tool_use",
            "dropped content.web_search_tool_result",
            "dropped content.other",
            "text a",
            "dropped content.citations",
            "block end",
            "end",
        ]
    );
}

#[test]
fn a_broken_stream_is_read_as_far_as_it_goes() {
    // Blocks that are not closed, a whole input in a start, names of events only, text that is no JSON.
    assert_eq!(
        stream(&[
            "[DONE]",
            "",
            "[]",
            "{",
            r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\ud83d"}}"#,
            r#"{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","name":"f","input":{"a": 1e400}}}"#,
            r#"{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"x"}}"#,
            r#"{"type":"content_block_delta","index":9,"delta":{"type":"input_json_delta","partial_json":"{}"}}"#,
            r#"{"type":"message_delta","delta":{"stop_reason":"tool_use"}}"#,
            r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"}}"#,
        ]),
        [
            "start - -",
            "text \u{FFFD}",
            "tool 1 - f",
            "dropped content.tool_use",
            "arguments 1 {\"a\": 1e400}",
            "tool end 1",
            "finish tool_calls -",
        ]
    );
    let mut told = Vec::new();
    let mut reader = Reader::new();
    let mut sink = |piece: &Piece<'_>| told.push(own(piece));
    reader.event(Some(b"message_stop"), b"{}", &mut sink);
    assert_eq!(told, ["start - -", "end"]);
}

#[test]
fn what_is_no_object_is_no_body() {
    for text in ["", "[1]", "[]", "{\"id\":", "7", "{} x"] {
        assert!(body(text, &mut |_: &Piece<'_>| ()).is_err(), "{text}");
    }
}

/// What `answer` says that readers promise.
fn check_contract(told: &[String]) {
    let mut open = Vec::new();
    let mut finishes = 0;
    for (at, piece) in told.iter().enumerate() {
        let words: Vec<&str> = piece.split(' ').collect();
        assert_eq!(words[0] == "start", at == 0, "{told:?}");
        if matches!(words[0], "end" | "failure") {
            assert_eq!(at, told.len() - 1, "{told:?}");
        }
        finishes += u32::from(words[0] == "finish");
        match (words[0], words.get(1)) {
            ("tool", Some(&"end")) => {
                let at = open.iter().position(|slot| *slot == words[2]);
                open.remove(at.expect("an open call"));
            }
            ("tool", Some(slot)) => {
                assert!(!open.contains(slot), "{told:?}");
                open.push(slot);
            }
            ("arguments", Some(slot)) => assert!(open.contains(slot), "{told:?}"),
            ("end", _) => assert!(open.is_empty(), "{told:?}"),
            _ => (),
        }
    }
    assert!(finishes < 2, "{told:?}");
}

fn any_value() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("null".to_owned()),
        Just("{}".to_owned()),
        Just("[1,{}]".to_owned()),
        Just("\"\"".to_owned()),
        Just("\"x\"".to_owned()),
        (0_u32..4).prop_map(|number| number.to_string()),
        Just("-1".to_owned()),
        Just(r#"{"type":"tool_use","name":"f","id":"i","input":{"a":1}}"#.to_owned()),
        Just(r#"{"type":"text","text":"t"}"#.to_owned()),
        Just(r#"{"type":"thinking","thinking":"t","signature":"s"}"#.to_owned()),
        Just(r#"{"type":"server_tool_use"}"#.to_owned()),
        Just(r#"{"type":"text_delta","text":"t"}"#.to_owned()),
        Just(r#"{"type":"input_json_delta","partial_json":"{}"}"#.to_owned()),
        Just(r#"{"stop_reason":"end_turn","usage":{"input_tokens":1}}"#.to_owned()),
        Just(r#"{"input_tokens":1,"output_tokens":null}"#.to_owned()),
    ]
}

fn any_event() -> impl Strategy<Value = String> {
    let kind = prop::sample::select(vec![
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
        "error",
        "ping",
        "later",
    ]);
    let members = prop::collection::hash_map(
        prop::sample::select(vec![
            "index",
            "content_block",
            "delta",
            "message",
            "usage",
            "error",
        ]),
        any_value(),
        0..6,
    );
    (kind, members).prop_map(|(kind, members)| {
        let mut event = format!("{{\"type\":\"{kind}\"");
        for (name, value) in members {
            event.push_str(&format!(",\"{name}\":{value}"));
        }
        event.push('}');
        event
    })
}

proptest! {
    #[test]
    fn readers_keep_their_promises(events in prop::collection::vec(any_event(), 0..24)) {
        let events: Vec<&str> = events.iter().map(String::as_str).collect();
        check_contract(&stream(&events));
    }

    #[test]
    fn blocks_are_read_alike_streamed_and_whole(blocks in prop::collection::vec(any_value(), 0..6)) {
        let text = format!("{{\"content\":[{}]}}", blocks.join(","));
        check_contract(&whole(&text));
    }

    #[test]
    fn no_bytes_are_too_strange(data in prop::collection::vec(any::<u8>(), 0..64), text in ".{0,64}") {
        let mut reader = Reader::new();
        let mut sink = |_: &Piece<'_>| ();
        reader.event(None, &data, &mut sink);
        reader.event(Some(&data), text.as_bytes(), &mut sink);
        let _ = body(&text, &mut sink);
    }
}
