//! Payloads after Google's guides ("Text generation", "Thinking", "Function calling", "Safety settings") and reports in
//! the issues of its SDKs, shortened.

use proptest::prelude::*;

use super::{Reader, body};
use crate::{Content, Piece, Sink};

/// One line for each piece.
fn line(piece: &Piece<'_>) -> String {
    match piece {
        Piece::Start(start) => format!(
            "start {} {}",
            start.id.as_deref().unwrap_or("-"),
            start.model.as_deref().unwrap_or("-")
        ),
        Piece::Content { choice, content } => {
            let said = match content {
                Content::Text(text) => format!("text {}", text.as_json()),
                Content::Refusal(text) => format!("refusal {}", text.as_json()),
                Content::Thinking(text) => format!("thinking {}", text.as_json()),
                Content::Signature(text) => format!("signature {}", text.decode()),
                Content::Redacted(text) => format!("redacted {}", text.decode()),
                Content::BlockEnd => "block end".to_owned(),
                Content::ToolCall {
                    slot,
                    id,
                    name,
                    signature,
                } => format!(
                    "call {slot} {} {}{}",
                    id.as_ref().map_or("-".into(), |id| id.decode()),
                    name.decode(),
                    signature
                        .as_ref()
                        .map_or(String::new(), |text| format!(" {}", text.decode()))
                ),
                Content::Arguments { slot, fragment } => {
                    format!("arguments {slot} {}", fragment.decode())
                }
                Content::ToolEnd { slot } => format!("call end {slot}"),
            };
            format!("{choice}: {said}")
        }
        Piece::Finish { choice, finish } => format!("{choice}: finish {}", finish.reason.as_str()),
        Piece::Usage(usage) => format!(
            "usage {:?} {:?} {:?} {:?} {:?}",
            usage.input, usage.output, usage.total, usage.cache_read, usage.reasoning
        )
        .replace("Some(", "")
        .replace(')', "")
        .replace("None", "-"),
        Piece::Failure(error) => format!(
            "failure {} {} {}",
            error.code.as_deref().unwrap_or("-"),
            error.kind.as_deref().unwrap_or("-"),
            error.message
        ),
        Piece::Dropped(field) => format!("dropped {field}"),
        Piece::End => "end".to_owned(),
    }
}

fn streamed(events: &[&str]) -> Vec<String> {
    let mut told = Vec::new();
    let mut sink = |piece: &Piece<'_>| told.push(line(piece));
    let mut reader = Reader::new();
    for event in events {
        reader.event(None, event.as_bytes(), &mut sink);
    }
    reader.end(&mut sink);
    reader.end(&mut sink);
    told
}

fn buffered(text: &str) -> Vec<String> {
    let mut told = Vec::new();
    body(text, &mut |piece: &Piece<'_>| told.push(line(piece))).expect("a body");
    told
}

#[track_caller]
fn check_stream(events: &[&str], expected: &[&str]) {
    assert_eq!(streamed(events), expected);
}

#[track_caller]
fn check_body(text: &str, expected: &[&str]) {
    assert_eq!(buffered(text), expected);
}

#[test]
fn text_streams_and_ends_with_the_body() {
    check_stream(
        &[
            r#"{"candidates":[{"content":{"parts":[{"text":"AI"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":8,"totalTokenCount":8,"promptTokensDetails":[{"modality":"TEXT","tokenCount":8}]},"modelVersion":"gemini-2.5-flash","responseId":"mAitaLmkHPPlz7IPvtfUqQ4"}"#,
            r#"{"candidates":[{"content":{"parts":[{"text":" works\ud83d"}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":12,"totalTokenCount":40,"thoughtsTokenCount":20,"cachedContentTokenCount":4},"modelVersion":"gemini-2.5-flash","responseId":"mAitaLmkHPPlz7IPvtfUqQ4"}"#,
        ],
        &[
            "start mAitaLmkHPPlz7IPvtfUqQ4 gemini-2.5-flash",
            "usage 8 - 8 - -",
            r#"0: text "AI""#,
            "usage 8 32 40 4 20",
            r#"0: text " works\ud83d""#,
            "0: finish stop",
            "end",
        ],
    );
}

#[test]
fn a_stream_without_a_reason_was_cut() {
    check_stream(
        &[r#"{"candidates":[{"content":{"parts":[{"text":"AI"}]}}]}"#],
        &["start - -", r#"0: text "AI""#],
    );
    check_stream(&[], &[]);
    // One of two candidates is not done.
    check_stream(
        &[
            r#"{"candidates":[{"index":0,"content":{"parts":[{"text":"a"}]}},{"index":1,"content":{"parts":[{"text":"b"}]}}]}"#,
            r#"{"candidates":[{"index":0,"finishReason":"STOP"}]}"#,
        ],
        &["start - -", r#"0: text "a""#, r#"1: text "b""#],
    );
}

#[test]
fn a_reason_in_each_event_is_told_once() {
    check_stream(
        &[
            r#"{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}]}"#,
            r#"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f"}}]},"finishReason":"STOP"}],"responseId":"r1"}"#,
        ],
        &[
            "start - -",
            r#"0: text "a""#,
            "0: call 0 call_r1_0 f",
            "0: arguments 0 {}",
            "0: call end 0",
            "0: finish tool_calls",
            "end",
        ],
    );
}

#[test]
fn thoughts_and_their_signature() {
    check_body(
        r#"{"candidates":[{"content":{"parts":[{"text":"**Thinking**","thought":true},{"text":"4","thoughtSignature":"EtYB"}],"role":"model"},"finishReason":"STOP","index":0}],"responseId":"r"}"#,
        &[
            "start r -",
            r#"0: thinking "**Thinking**""#,
            "0: signature gemini:EtYB",
            r#"0: text "4""#,
            "0: finish stop",
            "end",
        ],
    );
    // Gemini 3 streams it in an empty part at the end: it is of no reasoning in front of it.
    check_stream(
        &[
            r#"{"candidates":[{"content":{"parts":[{"text":"4"}]}}]}"#,
            r#"{"candidates":[{"content":{"parts":[{"text":"","thoughtSignature":"EtYB"}]},"finishReason":"STOP"}]}"#,
        ],
        &[
            "start - -",
            r#"0: text "4""#,
            "dropped thoughtSignature",
            "0: finish stop",
            "end",
        ],
    );
}

#[test]
fn calls_are_whole_and_have_ids() {
    check_stream(
        &[
            r#"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"check_flight","args":{"flight":"AA100","n":1.50}},"thoughtSignature":"CiQB"},{"functionCall":{"id":"fc-7","name":"book","args":{}}}],"role":"model"},"index":0}],"responseId":"abc-D_1"}"#,
            r#"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"check_flight","args":null}}]},"finishReason":"STOP"}]}"#,
        ],
        &[
            "start abc-D_1 -",
            "0: call 0 call_abc-D_1_0 check_flight CiQB",
            r#"0: arguments 0 {"flight":"AA100","n":1.50}"#,
            "0: call end 0",
            "0: call 1 fc-7 book",
            "0: arguments 1 {}",
            "0: call end 1",
            "0: call 2 call_abc-D_1_2 check_flight",
            "0: arguments 2 {}",
            "0: call end 2",
            "0: finish tool_calls",
            "end",
        ],
    );
}

#[test]
fn an_id_without_a_response_is_of_the_call() {
    let told = |args: &str| {
        let event = format!(
            r#"{{"candidates":[{{"content":{{"parts":[{{"functionCall":{{"name":"f","args":{args}}}}}]}}}}]}}"#
        );
        streamed(&[&event]).swap_remove(1)
    };
    assert_eq!(told("{}"), told("{}"));
    assert_ne!(told("{}"), told(r#"{"a":1}"#));
    assert!(told("{}").starts_with("0: call 0 call_") && told("{}").ends_with("_0 f"));
}

#[test]
fn several_candidates() {
    check_body(
        r#"{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"},{"content":{"parts":[{"functionCall":{"name":"f","args":{}}}]},"finishReason":"MAX_TOKENS","index":1}],"responseId":"r"}"#,
        &[
            "start r -",
            r#"0: text "a""#,
            "1: call 0 call_r_0 f",
            "1: arguments 0 {}",
            "1: call end 0",
            "0: finish stop",
            "1: finish length",
            "end",
        ],
    );
}

#[test]
fn reasons() {
    for (reason, expected) in [
        ("STOP", "stop"),
        ("MAX_TOKENS", "length"),
        ("SAFETY", "content_filter"),
        ("RECITATION", "content_filter"),
        ("LANGUAGE", "content_filter"),
        ("BLOCKLIST", "content_filter"),
        ("PROHIBITED_CONTENT", "content_filter"),
        ("SPII", "content_filter"),
        ("IMAGE_SAFETY", "content_filter"),
        ("IMAGE_PROHIBITED_CONTENT", "content_filter"),
        ("UNEXPECTED_TOOL_CALL", "content_filter"),
        ("TOO_MANY_TOOL_CALLS", "content_filter"),
        ("OTHER", "stop"),
        ("SOMETHING_NEW", "stop"),
    ] {
        let event = format!(r#"{{"candidates":[{{"finishReason":"{reason}"}}]}}"#);
        let finish = format!("0: finish {expected}");
        check_stream(&[&event], &["start - -", &finish, "end"]);
        check_body(&event, &["start - -", &finish, "end"]);
    }
    for reason in [
        "MALFORMED_FUNCTION_CALL",
        "MALFORMED_RESPONSE",
        "MISSING_THOUGHT_SIGNATURE",
        "NO_IMAGE",
    ] {
        check_stream(
            &[&format!(
                r#"{{"candidates":[{{"finishReason":"{reason}"}}]}}"#
            )],
            &[
                "start - -",
                &format!("dropped {reason}"),
                "0: finish stop",
                "end",
            ],
        );
    }
}

#[test]
fn a_blocked_prompt_is_an_answer_that_was_filtered() {
    // vercel/ai issue 4235.
    let blocked = r#"{"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":12559,"totalTokenCount":12559},"modelVersion":"gemini-1.5-flash-002"}"#;
    let expected = [
        "start - gemini-1.5-flash-002",
        "usage 12559 - 12559 - -",
        "0: finish content_filter",
        "end",
    ];
    check_stream(&[blocked], &expected);
    check_body(blocked, &expected);
    // Ratings alone block nothing.
    check_stream(
        &[r#"{"promptFeedback":{"safetyRatings":[]}}"#],
        &["start - -"],
    );
}

#[test]
fn a_body_is_whole_without_a_reason() {
    check_body(
        r#"{"candidates":[{"content":{"parts":[{"text":"a"}]}}]}"#,
        &["start - -", r#"0: text "a""#, "0: finish stop", "end"],
    );
    check_body(
        r#"{"usageMetadata":{"promptTokenCount":3},"modelVersion":"m"}"#,
        &["start - m", "usage 3 - - - -", "0: finish stop", "end"],
    );
    check_body(r#"{"hello":1}"#, &[]);
    // `streamGenerateContent` without `alt=sse`.
    check_body(
        r#"[{"candidates":[{"content":{"parts":[{"text":"a"}]}}]},
            {"candidates":[{"content":{"parts":[{"text":"b"}]},"finishReason":"STOP"}]}]"#,
        &[
            "start - -",
            r#"0: text "a""#,
            r#"0: text "b""#,
            "0: finish stop",
            "end",
        ],
    );
    for broken in ["", "{", "hello", "7", "[{", "[7]"] {
        assert!(body(broken, &mut |_: &Piece<'_>| ()).is_err(), "{broken}");
    }
}

#[test]
fn errors_end_the_answer() {
    let error = r#"{"error":{"code":503,"message":"The model is overloaded. Please try again later.","status":"UNAVAILABLE"}}"#;
    let failure = "failure 503 UNAVAILABLE The model is overloaded. Please try again later.";
    check_body(error, &[failure]);
    check_body(&format!("[{error}]"), &[failure]);
    check_stream(&[&format!("[{error}\n]")], &[failure]);
    check_stream(
        &[
            r#"{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}]}"#,
            error,
            r#"{"candidates":[{"content":{"parts":[{"text":"b"}]}}]}"#,
        ],
        &["start - -", r#"0: text "a""#, failure],
    );
    check_stream(&[r#"{"error":null}"#, r#"{"error":{}}"#], &[]);
}

#[test]
fn usage_is_merged_field_by_field() {
    check_stream(
        &[
            r#"{"candidates":[],"usageMetadata":{"promptTokenCount":5,"toolUsePromptTokenCount":2,"cachedContentTokenCount":3}}"#,
            r#"{"candidates":[],"usageMetadata":{"promptTokenCount":null,"thoughtsTokenCount":7}}"#,
            r#"{"candidates":[],"usageMetadata":{"thoughtsTokenCount":7}}"#,
            r#"{"candidates":[],"usageMetadata":7}"#,
        ],
        &["start - -", "usage 7 - - 3 -", "usage 7 7 - 3 7"],
    );
}

#[test]
fn what_has_no_place_is_told() {
    check_stream(
        &[
            r#"{"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"QQ=="}},{"executableCode":{"code":"x"}},{"text":7},{"functionCall":{"args":{}}},7]},"groundingMetadata":{"webSearchQueries":["x"]},"safetyRatings":[],"finishReason":"STOP"}]}"#,
        ],
        &[
            "start - -",
            "dropped groundingMetadata",
            "dropped inlineData",
            "dropped executableCode",
            "dropped functionCall",
            "0: finish stop",
            "end",
        ],
    );
}

#[test]
fn events_that_are_no_responses_are_passed_over() {
    check_stream(&["", "[DONE]", "{", "7", "[7]", "{}", r#"{"a":1}"#], &[]);
    let mut reader = Reader::new();
    reader.event(None, b"\xff\xfe", &mut |_: &Piece<'_>| panic!("told"));
}

// === properties ===

/// JSON near enough to a response to reach every arm.
fn response() -> impl Strategy<Value = String> {
    let text = prop_oneof![Just("\"a\""), Just("\"\""), Just("7"), Just("null")];
    let part = prop_oneof![
        text.clone()
            .prop_map(|text| format!(r#"{{"text":{text}}}"#)),
        text.clone()
            .prop_map(|text| format!(r#"{{"text":{text},"thought":true}}"#)),
        text.clone()
            .prop_map(|text| format!(r#"{{"text":"b","thoughtSignature":{text}}}"#)),
        text.clone()
            .prop_map(|text| format!(r#"{{"functionCall":{{"name":{text},"args":{{"a":1}}}}}}"#)),
        text.prop_map(|text| format!(r#"{{"functionCall":{text}}}"#)),
    ];
    let parts = proptest::collection::vec(part, 0..4).prop_map(|parts| parts.join(","));
    let reason = prop_oneof![
        Just(""),
        Just(r#","finishReason":"STOP""#),
        Just(r#","finishReason":"SAFETY""#),
        Just(r#","finishReason":7"#)
    ];
    let candidate = (parts, reason, 0..3_u32).prop_map(|(parts, reason, index)| {
        format!(r#"{{"content":{{"parts":[{parts}]}},"index":{index}{reason}}}"#)
    });
    let candidates = proptest::collection::vec(candidate, 0..3).prop_map(|all| all.join(","));
    let rest = prop_oneof![
        8 => Just(""),
        4 => Just(r#","usageMetadata":{"promptTokenCount":3}"#),
        1 => Just(r#","error":{"message":"x"}"#),
        1 => Just(r#","promptFeedback":{"blockReason":"OTHER"}"#)
    ];
    (candidates, rest)
        .prop_map(|(candidates, rest)| format!(r#"{{"candidates":[{candidates}]{rest}}}"#))
}

/// What readers promise (`answer`).
#[derive(Default)]
struct Contract {
    pieces: usize,
    is_over: bool,
    open: Vec<u32>,
    finished: Vec<u32>,
    last: &'static str,
}

impl Sink for Contract {
    fn piece(&mut self, piece: &Piece<'_>) {
        assert!(!self.is_over, "{piece:?} after the last piece");
        let is_first = self.pieces == 0;
        self.pieces += 1;
        match piece {
            Piece::Start(_) => assert!(is_first),
            Piece::Failure(_) => self.last = "failure",
            Piece::Content { .. }
            | Piece::Finish { .. }
            | Piece::Usage(_)
            | Piece::Dropped(_)
            | Piece::End => assert!(!is_first, "{piece:?} first"),
        }
        match piece {
            Piece::Content { content, .. } => match content {
                Content::ToolCall { slot, .. } => {
                    assert!(!self.open.contains(slot));
                    self.open.push(*slot);
                }
                Content::Arguments { slot, .. } => assert!(self.open.contains(slot)),
                Content::ToolEnd { slot } => {
                    assert!(self.open.contains(slot));
                    self.open.retain(|open| open != slot);
                }
                Content::Text(_)
                | Content::Refusal(_)
                | Content::Thinking(_)
                | Content::Signature(_)
                | Content::Redacted(_)
                | Content::BlockEnd => (),
            },
            Piece::Finish { choice, .. } => {
                assert!(!self.finished.contains(choice));
                self.finished.push(*choice);
            }
            Piece::End => {
                assert!(self.open.is_empty() && !self.finished.is_empty());
                self.last = "end";
            }
            Piece::Start(_) | Piece::Usage(_) | Piece::Failure(_) | Piece::Dropped(_) => (),
        }
        self.is_over = !self.last.is_empty();
    }
}

proptest! {
    #[test]
    fn pieces_keep_their_contract(events in proptest::collection::vec(response(), 0..6)) {
        let mut contract = Contract::default();
        let mut reader = Reader::new();
        for event in &events {
            reader.event(None, event.as_bytes(), &mut contract);
        }
        reader.end(&mut contract);
        let mut contract = Contract::default();
        body(&format!("[{}]", events.join(",")), &mut contract).expect("a body");
    }

    #[test]
    fn a_body_is_what_its_stream_is(response in response()) {
        let streamed = streamed(&[&response]);
        let mut buffered = buffered(&response);
        if streamed.last().map(String::as_str) != Some("end") {
            // A stream without a reason was cut, a body was not.
            buffered.retain(|line| !line.contains("finish") && line != "end");
            prop_assert_eq!(
                streamed.into_iter().filter(|line| !line.contains("finish")).collect::<Vec<_>>(),
                buffered
            );
        } else {
            prop_assert_eq!(streamed, buffered);
        }
    }

    #[test]
    fn any_bytes_are_survived(data in proptest::collection::vec(any::<u8>(), 0..64), text in "[\\[{}\\]\",:a-z0-9]{0,48}") {
        let mut reader = Reader::new();
        let mut contract = Contract::default();
        reader.event(None, &data, &mut contract);
        reader.event(None, text.as_bytes(), &mut contract);
        reader.end(&mut contract);
    }
}
