//! Streams and bodies of OpenAI Responses, after the API reference and the SDK's types.

use proptest::prelude::*;

use super::{Reader, body, usage};
use crate::observed::Observed;
use crate::text::JsonText;
use crate::usage::Usage;
use crate::{Content, Piece};

/// A piece as a line.
fn show(piece: &Piece<'_>) -> String {
    let text = |text: &JsonText<'_>| text.inner().to_owned();
    match piece {
        Piece::Start(start) => format!(
            "start {} {} {}",
            start.id.as_deref().unwrap_or("-"),
            start.model.as_deref().unwrap_or("-"),
            start.created.unwrap_or_default()
        ),
        Piece::Content { choice: 0, content } => match content {
            Content::Text(said) => format!("text {}", text(said)),
            Content::Refusal(said) => format!("refusal {}", text(said)),
            Content::Thinking(said) => format!("thinking {}", text(said)),
            Content::Signature(said) => format!("signature {}", text(said)),
            Content::Redacted(said) => format!("redacted {}", text(said)),
            Content::BlockEnd => "block end".to_owned(),
            Content::ToolCall { slot, id, name, .. } => format!(
                "call {slot} {} {}",
                id.as_ref().map(text).unwrap_or_default(),
                text(name)
            ),
            Content::Arguments { slot, fragment } => format!("arguments {slot} {}", text(fragment)),
            Content::ToolEnd { slot } => format!("call end {slot}"),
        },
        Piece::Content { choice, .. } => format!("choice {choice}"),
        Piece::Finish { finish, .. } => format!("finish {}", finish.reason.as_str()),
        Piece::Usage(usage) => format!(
            "usage {:?} {:?} {:?} {:?} {:?}",
            usage.input, usage.output, usage.total, usage.cache_read, usage.reasoning
        ),
        Piece::Failure(error) => format!(
            "failure {} {} {}",
            error.kind.as_deref().unwrap_or("-"),
            error.code.as_deref().unwrap_or("-"),
            error.message
        ),
        Piece::Dropped(field) => format!("dropped {field}"),
        Piece::End => "end".to_owned(),
    }
}

fn stream(events: &[&str]) -> Vec<String> {
    let mut told = Vec::new();
    let mut reader = Reader::new();
    let mut sink = |piece: &Piece<'_>| told.push(show(piece));
    for event in events {
        reader.event(None, event.as_bytes(), &mut sink);
    }
    reader.end(&mut sink);
    told
}

#[track_caller]
fn check(events: &[&str], expected: &[&str]) {
    assert_eq!(stream(events), expected);
}

#[track_caller]
fn check_body(text: &str, expected: &[&str]) {
    let mut told = Vec::new();
    body(text, true, &mut |piece: &Piece<'_>| {
        told.push(show(piece));
    })
    .expect("an object");
    assert_eq!(told, expected);
}

/// OpenAI's API reference, "Create a model response", the streaming example, shortened.
const CREATED: &str = r#"{"type":"response.created","response":{"id":"resp_67c9fdce","object":"response","created_at":1741290958,"status":"in_progress","error":null,"incomplete_details":null,"model":"gpt-4.1-2025-04-14","output":[],"usage":null}}"#;

#[test]
fn text_is_told_as_it_comes() {
    check(
        &[
            CREATED,
            r#"{"type":"response.in_progress","response":{"id":"resp_67c9fdce","status":"in_progress"}}"#,
            r#"{"type":"response.output_item.added","output_index":0,"item":{"id":"msg_67c9","type":"message","status":"in_progress","role":"assistant","content":[]}}"#,
            r#"{"type":"response.content_part.added","item_id":"msg_67c9","output_index":0,"content_index":0,"part":{"type":"output_text","text":"","annotations":[]}}"#,
            r#"{"type":"response.output_text.delta","item_id":"msg_67c9","output_index":0,"content_index":0,"delta":"Hi \ud83d"}"#,
            r#"{"type":"response.output_text.delta","item_id":"msg_67c9","output_index":0,"content_index":0,"delta":"\ude00"}"#,
            r#"{"type":"response.output_text.done","item_id":"msg_67c9","output_index":0,"content_index":0,"text":"Hi \ud83d\ude00"}"#,
            r#"{"type":"response.content_part.done","item_id":"msg_67c9","output_index":0,"content_index":0,"part":{"type":"output_text","text":"Hi \ud83d\ude00","annotations":[]}}"#,
            r#"{"type":"response.output_item.done","output_index":0,"item":{"id":"msg_67c9","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Hi \ud83d\ude00","annotations":[]}]}}"#,
            r#"{"type":"response.completed","response":{"id":"resp_67c9fdce","status":"completed","output":[{"id":"msg_67c9","type":"message","content":[{"type":"output_text","text":"Hi \ud83d\ude00","annotations":[]}]}],"usage":{"input_tokens":37,"input_tokens_details":{"cached_tokens":4},"output_tokens":11,"output_tokens_details":{"reasoning_tokens":2},"total_tokens":48}}}"#,
            r#"{"type":"response.output_text.delta","output_index":0,"delta":"late"}"#,
        ],
        &[
            "start resp_67c9fdce gpt-4.1-2025-04-14 1741290958",
            r"text Hi \ud83d",
            r"text \ude00",
            "block end",
            "finish stop",
            "usage Some(37) Some(11) Some(48) Some(4) Some(2)",
            "end",
        ],
    );
}

/// OpenAI's guide "Function calling", the streaming example, with a second call in between.
#[test]
fn calls_may_interleave() {
    check(
        &[
            CREATED,
            r#"{"type":"response.output_item.added","output_index":0,"item":{"type":"function_call","id":"fc_1","call_id":"call_DdmO9pD3xa9XTPNJ32zg2hcA","name":"get_weather","arguments":""}}"#,
            r#"{"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":0,"delta":"{\"location\":"}"#,
            r#"{"type":"response.output_item.added","output_index":1,"item":{"type":"function_call","id":"fc_2","call_id":"call_b","name":"get_time","arguments":""}}"#,
            r#"{"type":"response.function_call_arguments.delta","item_id":"fc_2","output_index":1,"delta":"{}"}"#,
            r#"{"type":"response.function_call_arguments.delta","item_id":"fc_1","output_index":0,"delta":"\"Paris\"}"}"#,
            r#"{"type":"response.function_call_arguments.done","item_id":"fc_1","output_index":0,"arguments":"{\"location\":\"Paris\"}"}"#,
            r#"{"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","id":"fc_1","call_id":"call_DdmO9pD3xa9XTPNJ32zg2hcA","name":"get_weather","arguments":"{\"location\":\"Paris\"}"}}"#,
            r#"{"type":"response.completed","response":{"status":"completed"}}"#,
        ],
        &[
            "start resp_67c9fdce gpt-4.1-2025-04-14 1741290958",
            "call 0 call_DdmO9pD3xa9XTPNJ32zg2hcA get_weather",
            r#"arguments 0 {\"location\":"#,
            "call 1 call_b get_time",
            "arguments 1 {}",
            r#"arguments 0 \"Paris\"}"#,
            "call end 0",
            "call end 1",
            "finish tool_calls",
            "end",
        ],
    );
}

#[test]
fn encrypted_reasoning_is_a_signature_with_the_items_id() {
    let events = [
        r#"{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":0,"delta":"**One**"}"#,
        r#"{"type":"response.reasoning_summary_text.delta","output_index":0,"summary_index":1,"delta":"Two"}"#,
        r#"{"type":"response.output_item.done","output_index":0,"item":{"id":"rs_1","type":"reasoning","summary":[{"type":"summary_text","text":"**One**"},{"type":"summary_text","text":"Two"}],"encrypted_content":"gAAA"}}"#,
        r#"{"type":"response.output_item.done","output_index":1,"item":{"id":"rs_2","type":"reasoning","summary":[],"encrypted_content":"gBBB"}}"#,
        r#"{"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}}}"#,
    ];
    check(
        &events,
        &[
            "start - - 0",
            "thinking **One**",
            r"thinking \n\n",
            "thinking Two",
            "signature responses:rs_1:gAAA",
            "block end",
            "thinking ",
            "signature responses:rs_2:gBBB",
            "block end",
            "finish length",
            "end",
        ],
    );
}

/// Some servers send few events: the finished items, or the last event, have the rest.
#[test]
fn what_the_deltas_lack_is_taken_from_what_is_finished() {
    let output = r#"[{"type":"reasoning","id":"rs","summary":[{"type":"summary_text","text":"a"}],"content":[{"type":"reasoning_text","text":"b"}]},
        {"type":"message","content":[{"type":"output_text","text":"c","annotations":[{"type":"url_citation"}]},{"type":"refusal","refusal":"no"}]},
        {"type":"function_call","call_id":"call_1","name":"f","arguments":"{}"},
        {"type":"custom_tool_call","call_id":"call_2","name":"patch","input":"*** \"x\"\n"},
        {"type":"web_search_call","id":"ws_1","status":"completed"}, 7]"#;
    let expected = [
        "thinking a",
        r"thinking \n\n",
        "thinking b",
        "block end",
        "dropped annotations",
        "text c",
        "block end",
        "refusal no",
        "block end",
        "call 2 call_1 f",
        "arguments 2 {}",
        "call end 2",
        "call 3 call_2 patch",
        r#"arguments 3 {\"input\":\"*** \\\"x\\\"\\n"#,
        r#"arguments 3 \"}"#,
        "call end 3",
        "dropped output.web_search_call",
        "finish tool_calls",
        "usage Some(1) Some(2) None None None",
        "end",
    ];
    let response = format!(
        r#"{{"id":"resp_1","model":"m","created_at":7.5,"status":"completed","error":null,"output":{output},"usage":{{"input_tokens":1,"output_tokens":2}}}}"#
    );
    let with = |start: &'static str| -> Vec<&str> { [&[start], expected.as_slice()].concat() };
    check_body(&response, &with("start resp_1 m 7"));
    let last = format!(r#"{{"type":"response.completed","response":{response}}}"#);
    check(&[&last], &with("start resp_1 m 7"));
    // The text in deltas, the rest in the last event.
    let delta =
        r#"{"type":"response.output_text.delta","output_index":1,"content_index":0,"delta":"c"}"#;
    let told = stream(&[CREATED, delta, &last]);
    assert_eq!(told.iter().filter(|line| *line == "text c").count(), 1);
    assert_eq!(told.iter().filter(|line| *line == "refusal no").count(), 1);
}

#[test]
fn custom_input_is_told_as_arguments() {
    let events = [
        r#"{"type":"response.output_item.added","output_index":0,"item":{"type":"custom_tool_call","id":"ctc_1","call_id":"c","name":"patch","input":""}}"#,
        r#"{"type":"response.custom_tool_call_input.delta","output_index":0,"delta":"a\n"}"#,
        r#"{"type":"response.custom_tool_call_input.delta","output_index":0,"delta":"b"}"#,
        r#"{"type":"response.output_item.done","output_index":0,"item":{"type":"custom_tool_call","call_id":"c","name":"patch","input":"a\nb"}}"#,
    ];
    check(
        &events,
        &[
            "start - - 0",
            "call 0 c patch",
            r#"arguments 0 {\"input\":\"a\\n"#,
            "arguments 0 b",
            r#"arguments 0 \"}"#,
            "call end 0",
        ],
    );
}

#[test]
fn failures_end_the_answer() {
    // OpenAI's API reference, "response.failed" and "error".
    for (event, expected) in [
        (
            r#"{"type":"response.failed","response":{"id":"resp_1","status":"failed","error":{"code":"server_error","message":"The model failed to generate a response."}}}"#,
            "failure api_error server_error The model failed to generate a response.",
        ),
        (
            r#"{"type":"error","code":"rate_limit_exceeded","message":"Slow","param":null,"sequence_number":1}"#,
            "failure rate_limit_error rate_limit_exceeded Slow",
        ),
        (
            r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
            "failure overloaded_error - Overloaded",
        ),
        (
            r#"{"error":{"type":"invalid_request_error","code":"context_length_exceeded","message":"Long"}}"#,
            "failure invalid_request_error context_length_exceeded Long",
        ),
        (
            r#"{"type":"response.failed","response":{"error":null}}"#,
            "failure - - the provider failed to answer and gave no reason",
        ),
        (
            r#"{"type":"error"}"#,
            "failure - - the provider reported an error without a message",
        ),
    ] {
        let told = stream(&[
            CREATED,
            event,
            r#"{"type":"response.completed","response":{}}"#,
        ]);
        assert_eq!(told.last().map(String::as_str), Some(expected), "{event}");
        assert_eq!(told.len(), 2, "{event}");
    }
    for (text, expected) in [
        (
            r#"{"status":"failed","error":{"code":"invalid_prompt","message":"Bad"},"output":[]}"#,
            "failure invalid_request_error invalid_prompt Bad",
        ),
        (
            r#"{"error":{"message":"Nope","type":"api_error"}}"#,
            "failure api_error - Nope",
        ),
        (
            r#"{"status":"in_progress","output":[]}"#,
            "failure - - the provider answered before the response was finished",
        ),
    ] {
        check_body(text, &["start - - 0", expected]);
    }
    assert!(body("{\"output\":[", true, &mut |_: &Piece<'_>| ()).is_err());
    assert!(body("[]", true, &mut |_: &Piece<'_>| ()).is_err());
}

#[test]
fn what_is_made_in_the_background_has_a_name_and_nothing_else() {
    let begun = r#"{"id":"resp_1","status":"queued","background":true,"model":"m","output":[],"usage":null}"#;
    check_body(begun, &["start resp_1 m 0", "end"]);
    let mut observed = Observed::default();
    body(begun, true, &mut |piece: &Piece<'_>| {
        piece.note(&mut observed)
    })
    .expect("an object");
    assert!(observed.is_of_background && observed.id.as_deref() == Some("resp_1"));
    // Of another format nobody could look at it.
    let mut told = Vec::new();
    body(begun, false, &mut |piece: &Piece<'_>| {
        told.push(show(piece))
    })
    .expect("an object");
    let last = told.last().map(String::as_str);
    assert_eq!(
        last,
        Some("failure - - the provider answered before the response was finished")
    );
}

#[test]
fn reasons_to_end() {
    for (status, reason, expected) in [
        ("completed", "null", "finish stop"),
        (
            "incomplete",
            r#"{"reason":"max_output_tokens"}"#,
            "finish length",
        ),
        (
            "incomplete",
            r#"{"reason":"content_filter"}"#,
            "finish content_filter",
        ),
        ("incomplete", r#"{"reason":"steered"}"#, "finish other"),
        ("incomplete", "null", "finish length"),
        ("new", "7", "finish stop"),
    ] {
        let text = format!(r#"{{"status":"{status}","incomplete_details":{reason},"output":[]}}"#);
        check_body(&text, &["start - - 0", expected, "end"]);
    }
}

/// The last event of some servers leaves items out, or has more than were told.
#[test]
fn an_item_is_known_by_its_id() {
    let message =
        r#"{"id":"msg_1","type":"message","content":[{"type":"output_text","text":"a"}]}"#;
    let done =
        format!(r#"{{"type":"response.output_item.done","output_index":0,"item":{message}}}"#);
    let last = format!(
        r#"{{"type":"response.completed","response":{{"output":[{{"id":"rs_1","type":"reasoning","summary":[{{"type":"summary_text","text":"b"}}]}},{message}]}}}}"#
    );
    check(
        &[&done, &last],
        &[
            "start - - 0",
            "text a",
            "block end",
            "thinking b",
            "block end",
            "finish stop",
            "end",
        ],
    );
}

/// Without the last event the answer is cut, however regularly the body ended.
#[test]
fn a_cut_stream_has_no_end() {
    let told = stream(&[CREATED]);
    assert_eq!(told.len(), 1);
    let mut told = Vec::new();
    let mut reader = Reader::new();
    let named = br#"{"response":{"status":"completed"}}"#;
    reader.event(Some(b"response.completed"), named, &mut |piece: &Piece<
        '_,
    >| {
        told.push(show(piece));
    });
    assert_eq!(told, ["start - - 0", "finish stop", "end"]);
}

#[test]
fn the_tier_that_served_is_the_last_that_is_told() {
    let mut observed = Observed::default();
    let mut reader = Reader::new();
    let told = |tier: &str, kind: &str| {
        format!(
            r#"{{"type":"response.{kind}","response":{{"id":"resp_1","service_tier":"{tier}","usage":{{"input_tokens":1,"output_tokens":1}}}}}}"#
        )
    };
    let mut sink = |piece: &Piece<'_>| piece.note(&mut observed);
    reader.event(None, told("auto", "created").as_bytes(), &mut sink);
    reader.event(None, told("flex", "completed").as_bytes(), &mut sink);
    assert_eq!(observed.service_tier.as_deref(), Some("flex"));
    // Of counts that name none, the one in front stays.
    Piece::Usage(Usage::default()).note(&mut observed);
    assert_eq!(observed.service_tier.as_deref(), Some("flex"));
}

#[test]
fn usage_is_read() {
    let raw = r#"{"input_tokens":9,"input_tokens_details":{"cached_tokens":4,"cache_write_tokens":2},"output_tokens":3.0,"output_tokens_details":null,"total_tokens":12}"#;
    assert_eq!(
        usage(raw),
        Some(Usage {
            input: Some(9),
            output: Some(3),
            total: Some(12),
            cache_read: Some(4),
            cache_write: Some(2),
            raw: Some(raw.to_owned()),
            ..Usage::default()
        })
    );
    for none in ["null", "{}", "[]", r#"{"input_tokens":null}"#] {
        assert_eq!(usage(none), None, "{none}");
    }
}

/// Anything that a server could send as an event of a known type.
fn event() -> impl Strategy<Value = String> {
    let kind = prop_oneof![
        Just("response.created"),
        Just("response.output_item.added"),
        Just("response.output_item.done"),
        Just("response.output_text.delta"),
        Just("response.refusal.delta"),
        Just("response.reasoning_summary_text.delta"),
        Just("response.reasoning_text.delta"),
        Just("response.function_call_arguments.delta"),
        Just("response.custom_tool_call_input.delta"),
        Just("response.completed"),
        Just("response.failed"),
        Just("error"),
        Just("response.unheard_of"),
    ];
    let item = prop_oneof![
        Just(
            r#"{"type":"message","content":[{"type":"output_text","text":"a"},{"type":"refusal","refusal":"b"}]}"#
        ),
        Just(
            r#"{"type":"reasoning","id":"rs","summary":[{"type":"summary_text","text":"s"}],"encrypted_content":"e"}"#
        ),
        Just(r#"{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}"#),
        Just(r#"{"type":"custom_tool_call","call_id":"c","name":"g","input":"i"}"#),
        Just(r#"{"type":"function_call"}"#),
        Just(r#"{"type":7,"content":{},"summary":"x"}"#),
        Just("null"),
    ];
    let delta = prop_oneof![Just("\"x\""), Just("\"\""), Just("7"), Just(r#""\ud83d""#)];
    (kind, 0..3_u8, 0..2_u8, item, delta).prop_map(|(kind, output, part, item, delta)| {
        format!(
            r#"{{"type":"{kind}","output_index":{output},"content_index":{part},"summary_index":{part},"item":{item},"delta":{delta},"response":{{"output":[{item}]}}}}"#
        )
    })
}

proptest! {
    #[test]
    fn any_json_is_survived(text in "\\PC*", value in "[\\[\\]{}\",:a-z0-9 ]*") {
        let mut sink = |_: &Piece<'_>| ();
        let mut reader = Reader::new();
        for data in [&text, &value] {
            reader.event(None, data.as_bytes(), &mut sink);
            let _ = body(data, true, &mut sink);
        }
        reader.end(&mut sink);
    }

    /// What `answer` says that readers promise.
    #[test]
    fn pieces_keep_their_contract(events in proptest::collection::vec(event(), 0..24)) {
        let mut reader = Reader::new();
        let (mut open, mut closed) = (Vec::new(), Vec::new());
        let (mut count, mut finishes, mut is_over) = (0, 0, false);
        for event in &events {
            reader.event(None, event.as_bytes(), &mut |piece: &Piece<'_>| {
                assert!(!is_over, "{piece:?} after the end");
                assert_eq!(count == 0, matches!(piece, Piece::Start(_)), "{piece:?}");
                count += 1;
                match piece {
                    Piece::Content { content: Content::ToolCall { slot, .. }, .. } => {
                        assert!(!open.contains(slot) && !closed.contains(slot));
                        open.push(*slot);
                    }
                    Piece::Content { content: Content::Arguments { slot, .. }, .. } => {
                        assert!(open.contains(slot));
                    }
                    Piece::Content { content: Content::ToolEnd { slot }, .. } => {
                        assert!(open.contains(slot));
                        open.retain(|other| other != slot);
                        closed.push(*slot);
                    }
                    Piece::Finish { .. } => finishes += 1,
                    Piece::End => {
                        assert!(open.is_empty() && finishes == 1);
                        is_over = true;
                    }
                    Piece::Failure(_) => is_over = true,
                    Piece::Content { .. } | Piece::Start(_) | Piece::Usage(_) | Piece::Dropped(_) => (),
                }
            });
        }
    }
}
