//! Streams and bodies of Bedrock Converse, after the service model of botocore.

use proptest::prelude::{Just, Strategy, any, prop, prop_assert, prop_oneof, proptest};
use serde_json::{Value as Tree, json};

use super::{Reader, body};
use crate::error::ProviderError;
use crate::event_stream::{Decoder, Message};
use crate::observed::FinishReason;
use crate::text::JsonText;
use crate::tool_names::ToolNames;
use crate::usage::Usage;
use crate::{Content, Finish, Piece};

/// A message with its headers as Bedrock writes them.
fn message(kind: &str, name: &str, payload: &str) -> Message {
    let of_kind = format!(":{kind}-type");
    let headers = [
        (of_kind.as_str(), name),
        (":content-type", "application/json"),
        (":message-type", kind),
    ];
    framed(&headers, payload)
}

fn framed(texts: &[(&str, &str)], payload: &str) -> Message {
    let mut headers = Vec::new();
    for (name, value) in texts {
        headers.push(u8::try_from(name.len()).expect("short"));
        headers.extend(name.bytes());
        headers.push(7);
        headers.extend(u16::try_from(value.len()).expect("short").to_be_bytes());
        headers.extend(value.bytes());
    }
    let length = |number: usize| u32::try_from(number).expect("small").to_be_bytes();
    let mut framed = length(headers.len() + payload.len() + 16).to_vec();
    framed.extend(length(headers.len()));
    framed.extend(crc32fast::hash(&framed).to_be_bytes());
    framed.extend([&headers, payload.as_bytes()].concat());
    framed.extend(crc32fast::hash(&framed).to_be_bytes());
    let mut decoder = Decoder::new(framed.len());
    decoder.push(&framed);
    decoder.next_message().expect("readable").expect("whole")
}

fn events(events: &[(&str, Tree)]) -> Vec<Message> {
    events
        .iter()
        .map(|(name, payload)| message("event", name, &payload.to_string()))
        .collect()
}

/// One line for each piece.
fn line(piece: &Piece<'_>) -> String {
    match piece {
        Piece::Start(_) => "start".to_owned(),
        Piece::Content { content, .. } => said(content),
        Piece::Finish { finish, .. } => format!("finish {finish:?}"),
        Piece::Usage(usage) => format!(
            "usage {:?} {:?} {:?} {:?} {:?}",
            usage.input, usage.output, usage.total, usage.cache_read, usage.cache_write
        ),
        Piece::Failure(error) => format!("failure {error:?}"),
        Piece::Dropped(field) => format!("dropped {field}"),
        Piece::End => "end".to_owned(),
    }
}

fn said(content: &Content<'_>) -> String {
    match content {
        Content::Text(text) => format!("text {}", text.as_json()),
        Content::Refusal(text) => format!("refusal {}", text.as_json()),
        Content::Thinking(text) => format!("thinking {}", text.as_json()),
        Content::Signature(text) => format!("signature {}", text.as_json()),
        Content::Redacted(text) => format!("redacted {}", text.as_json()),
        Content::BlockEnd => "block end".to_owned(),
        Content::ToolCall { slot, id, name, .. } => {
            let id = id.as_ref().map(|id| id.decode().into_owned());
            format!("call {slot} {id:?} {}", name.as_json())
        }
        Content::Arguments { slot, fragment } => format!("arguments {slot} {}", fragment.as_json()),
        Content::ToolEnd { slot } => format!("tool end {slot}"),
    }
}

fn read(messages: &[Message], names: &ToolNames, is_ended: bool) -> Vec<String> {
    let mut lines = Vec::new();
    let mut sink = |piece: &Piece<'_>| lines.push(line(piece));
    let mut reader = Reader::new(names.clone());
    for message in messages {
        reader.event(message, &mut sink);
    }
    if is_ended {
        reader.end(&mut sink);
    }
    lines
}

fn read_body(text: &str, names: &ToolNames) -> Vec<String> {
    let mut lines = Vec::new();
    body(text, names, &mut |piece: &Piece<'_>| {
        lines.push(line(piece))
    })
    .expect("an answer");
    lines
}

/// After the AWS guide "Call a tool with the Converse API" (streaming) and the service model's events.
fn tool_stream() -> Vec<Message> {
    events(&[
        ("messageStart", json!({"role": "assistant", "p": "abcd"})),
        (
            "contentBlockDelta",
            json!({"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "Which?"}}}),
        ),
        (
            "contentBlockDelta",
            json!({"contentBlockIndex": 0, "delta": {"reasoningContent": {"signature": "c2ln"}}}),
        ),
        ("contentBlockStop", json!({"contentBlockIndex": 0})),
        (
            "contentBlockDelta",
            json!({"contentBlockIndex": 1, "delta": {"text": "Let me "}}),
        ),
        (
            "contentBlockDelta",
            json!({"contentBlockIndex": 1, "delta": {"text": "see."}}),
        ),
        ("contentBlockStop", json!({"contentBlockIndex": 1})),
        (
            "contentBlockStart",
            json!({"contentBlockIndex": 2, "start": {"toolUse": {"toolUseId": "tooluse_kZJM", "name": "radio_top_song"}}}),
        ),
        (
            "contentBlockDelta",
            json!({"contentBlockIndex": 2, "delta": {"toolUse": {"input": ""}}}),
        ),
        (
            "contentBlockDelta",
            json!({"contentBlockIndex": 2, "delta": {"toolUse": {"input": "{\"sign\": "}}}),
        ),
        (
            "contentBlockDelta",
            json!({"contentBlockIndex": 2, "delta": {"toolUse": {"input": "\"WZPZ\"}"}}}),
        ),
        ("contentBlockStop", json!({"contentBlockIndex": 2})),
        ("messageStop", json!({"stopReason": "tool_use"})),
        (
            "metadata",
            json!({
                "usage": {"inputTokens": 10, "outputTokens": 5, "totalTokens": 35, "cacheReadInputTokens": 20, "cacheWriteInputTokens": 0},
                "metrics": {"latencyMs": 1200},
            }),
        ),
    ])
}

const TOOL_LINES: [&str; 15] = [
    "start",
    "thinking \"Which?\"",
    "signature \"c2ln\"",
    "block end",
    "text \"Let me \"",
    "text \"see.\"",
    "block end",
    "call 2 Some(\"tooluse_kZJM\") \"radio.top_song\"",
    r#"arguments 2 "{\"sign\": ""#,
    r#"arguments 2 "\"WZPZ\"}""#,
    "tool end 2",
    "usage Some(30) Some(5) Some(35) Some(20) Some(0)",
    "finish Finish { reason: ToolCalls, stop_sequence: None }",
    "end",
    "",
];

fn names() -> ToolNames {
    ToolNames::new([&JsonText::plain("radio.top_song")])
}

#[test]
fn a_stream_is_read() {
    let lines = read(&tool_stream(), &names(), true);
    assert_eq!(lines, TOOL_LINES[..14]);
}

#[test]
fn the_end_needs_the_model_to_stop_but_no_counts() {
    let stream = tool_stream();
    // Cut before the counts: the answer is whole.
    let lines = read(&stream[..13], &names(), true);
    assert_eq!(lines[lines.len() - 2..], [TOOL_LINES[12], "end"]);
    assert!(!lines.iter().any(|line| line.starts_with("usage")));
    // The reason is held until they come.
    let lines = read(&stream[..13], &names(), false);
    assert_eq!(lines, TOOL_LINES[..11]);
    // Cut within: no end.
    for cut in 0..12 {
        let lines = read(&stream[..cut], &names(), true);
        assert!(!lines.contains(&"end".to_owned()), "{cut}");
    }
}

#[test]
fn counts_may_come_first() {
    let mut stream = tool_stream();
    stream.swap(12, 13);
    assert_eq!(read(&stream, &names(), true), TOOL_LINES[..14]);
}

#[test]
fn a_call_that_is_left_open_is_closed() {
    let mut stream = tool_stream();
    stream.remove(11);
    assert_eq!(read(&stream, &names(), true), TOOL_LINES[..14]);
}

#[test]
fn exceptions_are_failures() {
    let names = ToolNames::default();
    let start = message("event", "messageStart", r#"{"role":"assistant"}"#);
    for (message, expected) in [
        (
            message(
                "exception",
                "throttlingException",
                r#"{"message":"slow down"}"#,
            ),
            ProviderError {
                message: "slow down".to_owned(),
                kind: Some("throttlingException".to_owned()),
                ..ProviderError::default()
            },
        ),
        (
            message(
                "exception",
                "modelStreamErrorException",
                r#"{"originalMessage":"overloaded","originalStatusCode":529}"#,
            ),
            ProviderError {
                message: "overloaded".to_owned(),
                kind: Some("modelStreamErrorException".to_owned()),
                code: Some("529".to_owned()),
                ..ProviderError::default()
            },
        ),
        (
            message("exception", "internalServerException", "oops"),
            ProviderError {
                message: "oops".to_owned(),
                kind: Some("internalServerException".to_owned()),
                ..ProviderError::default()
            },
        ),
    ] {
        let mut stream = vec![start.clone(), message];
        stream.extend(tool_stream());
        let lines = read(&stream, &names, true);
        assert_eq!(lines, ["start".to_owned(), format!("failure {expected:?}")]);
    }
}

#[test]
fn faults_of_the_service_are_failures() {
    let headers = [
        (":message-type", "error"),
        (":error-code", "InternalFailure"),
        (":error-message", "broken"),
    ];
    let fault = framed(&headers, "");
    let expected = ProviderError {
        message: "broken".to_owned(),
        kind: Some("InternalFailure".to_owned()),
        ..ProviderError::default()
    };
    assert_eq!(
        read(&[fault], &ToolNames::default(), true),
        ["start".to_owned(), format!("failure {expected:?}")]
    );
}

#[test]
fn what_has_no_place_is_told() {
    let stream = events(&[
        ("messageStart", json!({"role": "assistant"})),
        (
            "contentBlockStart",
            json!({"contentBlockIndex": 0, "start": {"toolUse": {"toolUseId": "1", "name": "nova_grounding", "type": "server_tool_use"}}}),
        ),
        (
            "contentBlockDelta",
            json!({"contentBlockIndex": 0, "delta": {"toolUse": {"input": "{}"}}}),
        ),
        ("contentBlockStop", json!({"contentBlockIndex": 0})),
        (
            "contentBlockDelta",
            json!({"contentBlockIndex": 1, "delta": {"citation": {"title": "x"}}}),
        ),
        (
            "contentBlockDelta",
            json!({"contentBlockIndex": 2, "delta": {"reasoningContent": {"redactedContent": "AAEC"}}}),
        ),
        ("newEvent", json!({"contentBlockIndex": 2})),
        (
            "messageStop",
            json!({"stopReason": "stop_sequence", "additionalModelResponseFields": {"stop_sequence": "END"}}),
        ),
        ("metadata", json!({"usage": null})),
    ]);
    assert_eq!(
        read(&stream, &ToolNames::default(), true),
        [
            "start",
            "dropped toolUse",
            "block end",
            "dropped citation",
            "redacted \"AAEC\"",
            "finish Finish { reason: StopSequence, stop_sequence: Some(\"END\") }",
            "end",
        ]
    );
}

#[test]
fn a_part_that_cannot_be_read_costs_no_other() {
    let stream = [
        message("event", "messageStart", "{"),
        message(
            "event",
            "contentBlockDelta",
            r#"{"contentBlockIndex":"x","delta":{"text":"a\ud83d","toolUse":7}}"#,
        ),
        message(
            "event",
            "contentBlockDelta",
            r#"{"contentBlockIndex":0,"delta":7}"#,
        ),
        message("event", "contentBlockDelta", "\u{0}"),
        message("event", "messageStop", r#"{"stopReason":"brand_new"}"#),
        message(
            "event",
            "metadata",
            r#"{"usage":{"inputTokens":-1,"outputTokens":3}}"#,
        ),
    ];
    assert_eq!(
        read(&stream, &ToolNames::default(), true),
        [
            "start",
            r#"text "a\ud83d""#,
            "usage None Some(3) None None None",
            "finish Finish { reason: Other, stop_sequence: None }",
            "end",
        ]
    );
}

/// After the AWS reference "Converse", and its guide on tool use.
#[test]
fn a_buffered_answer_is_told_as_a_stream_is() {
    let answer = r#"{
        "output": {"message": {"role": "assistant", "content": [
            {"reasoningContent": {"reasoningText": {"text": "Which?", "signature": "c2ln"}}},
            {"text": "Let me see."},
            {"toolUse": {"toolUseId": "tooluse_kZJM", "name": "radio_top_song", "input": {"sign":"WZPZ", "n":1e400}}}
        ]}},
        "stopReason": "tool_use",
        "usage": {"inputTokens": 10, "outputTokens": 5, "totalTokens": 35, "cacheReadInputTokens": 20, "cacheWriteInputTokens": 0},
        "metrics": {"latencyMs": 1200}
    }"#;
    let lines = read_body(answer, &names());
    assert_eq!(
        lines,
        [
            TOOL_LINES[0],
            TOOL_LINES[1],
            TOOL_LINES[2],
            TOOL_LINES[3],
            "text \"Let me see.\"",
            TOOL_LINES[6],
            TOOL_LINES[7],
            r#"arguments 2 "{\"sign\":\"WZPZ\", \"n\":1e400}""#,
            TOOL_LINES[10],
            TOOL_LINES[11],
            TOOL_LINES[12],
            TOOL_LINES[13],
        ]
    );
}

#[test]
fn other_blocks_of_a_buffered_answer() {
    let answer = json!({
        "output": {"message": {"role": "assistant", "content": [
            {"reasoningContent": {"redactedContent": "AAEC"}},
            {"citationsContent": {"content": [{"text": "Cited."}], "citations": [{"title": "x"}]}},
            {"image": {"format": "png", "source": {"bytes": "AA=="}}},
            7,
            {"text": ""},
        ]}},
        "stopReason": "guardrail_intervened",
        "additionalModelResponseFields": {"stop_sequence": null},
    });
    assert_eq!(
        read_body(&answer.to_string(), &ToolNames::default()),
        [
            "start",
            "redacted \"AAEC\"",
            "block end",
            "text \"Cited.\"",
            "dropped citation",
            "block end",
            "dropped image",
            "block end",
            "block end",
            "finish Finish { reason: ContentFilter, stop_sequence: None }",
            "end",
        ]
    );
}

#[test]
fn bodies_that_are_no_answer() {
    let names = ToolNames::default();
    assert_eq!(
        read_body(
            r#"{"message":"Too many tokens","__type":"ThrottlingException"}"#,
            &names
        ),
        [format!(
            "failure {:?}",
            ProviderError {
                message: "Too many tokens".to_owned(),
                kind: Some("ThrottlingException".to_owned()),
                ..ProviderError::default()
            }
        )]
    );
    for text in ["", "{}", "[]", r#"{"output":{}}"#] {
        let mut nothing = |piece: &Piece<'_>| panic!("{piece:?}");
        assert!(body(text, &names, &mut nothing).is_err(), "{text}");
    }
}

#[test]
fn reasons() {
    for (reason, expected) in [
        ("end_turn", FinishReason::Stop),
        ("tool_use", FinishReason::ToolCalls),
        ("max_tokens", FinishReason::Length),
        ("stop_sequence", FinishReason::StopSequence),
        ("guardrail_intervened", FinishReason::ContentFilter),
        ("content_filtered", FinishReason::ContentFilter),
        ("malformed_model_output", FinishReason::Other),
        ("malformed_tool_use", FinishReason::Other),
        ("model_context_window_exceeded", FinishReason::ContextWindow),
    ] {
        let stream = events(&[("messageStop", json!({"stopReason": reason}))]);
        let expected = format!("finish {:?}", Finish::from(expected));
        let told = read(&stream, &ToolNames::default(), true);
        assert_eq!(told[1], expected);
        let is_told = told.contains(&format!("dropped {reason}"));
        assert_eq!(is_told, reason.starts_with("malformed"), "{told:?}");
    }
}

/// `ServiceTier` and `PerformanceConfiguration` of the service model.
#[test]
fn the_tier_that_served_is_told_with_the_counts() {
    for (beside, expected) in [
        (json!({"serviceTier": {"type": "flex"}}), Some("flex")),
        (json!({"serviceTier": {"type": "default"}}), None),
        (
            json!({"serviceTier": {"type": "default"}, "performanceConfig": {"latency": "optimized"}}),
            Some("optimized"),
        ),
        (json!({"serviceTier": 7, "performanceConfig": null}), None),
        (json!({}), None),
    ] {
        let mut payload = json!({"usage": {"inputTokens": 1, "outputTokens": 2}});
        let Tree::Object(members) = &beside else {
            panic!("an object");
        };
        for (name, value) in members {
            payload[name] = value.clone();
        }
        let mut told = Vec::new();
        let mut sink = |piece: &Piece<'_>| {
            if let Piece::Usage(usage) = piece {
                told.push(usage.tier.clone());
            }
        };
        let mut reader = Reader::new(ToolNames::default());
        let stop = message("event", "messageStop", r#"{"stopReason":"end_turn"}"#);
        reader.event(&stop, &mut sink);
        reader.event(
            &message("event", "metadata", &payload.to_string()),
            &mut sink,
        );
        payload["output"] = json!({"message": {"role": "assistant", "content": []}});
        payload["stopReason"] = json!("end_turn");
        body(&payload.to_string(), &ToolNames::default(), &mut sink).expect("an answer");
        let expected = expected.map(str::to_owned);
        assert_eq!(told, [expected.clone(), expected], "{beside}");
    }
}

#[test]
fn usage_keeps_its_raw_form() {
    let mut told = Vec::new();
    let mut reader = Reader::new(ToolNames::default());
    let raw = r#"{"inputTokens":1,"outputTokens":2,"totalTokens":3}"#;
    let stream = [
        message("event", "metadata", &format!("{{\"usage\":{raw}}}")),
        message("event", "messageStop", "{}"),
    ];
    for message in &stream {
        reader.event(message, &mut |piece: &Piece<'_>| {
            if let Piece::Usage(usage) = piece {
                told.push(usage.clone());
            }
        });
    }
    let expected = Usage {
        input: Some(1),
        output: Some(2),
        total: Some(3),
        raw: Some(raw.to_owned()),
        ..Usage::default()
    };
    assert_eq!(told, [expected]);
}

/// The vectors of llm.md 2.8, through the framing.
#[test]
fn framed_messages_are_read() {
    let hex = "0000009400000057b4ab9aee0b3a6576656e742d74797065070011636f6e74656e74426c6f636b44656c74610d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d747970650700056576656e747b22636f6e74656e74426c6f636b496e646578223a302c2264656c7461223a7b2274657874223a224869227d7d1f944657";
    let hex = format!(
        "{hex}{}",
        "0000008800000061de0175f40f3a657863657074696f6e2d747970650700137468726f74746c696e67457863657074696f6e0d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d74797065070009657863657074696f6e7b226d657373616765223a22736c6f7720646f776e227d832ee072"
    );
    let bytes: Vec<u8> = (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex"))
        .collect();
    let mut decoder = Decoder::new(1024);
    decoder.push(&bytes);
    let mut messages = Vec::new();
    while let Some(message) = decoder.next_message().expect("well framed") {
        messages.push(message);
    }
    let lines = read(&messages, &ToolNames::default(), true);
    assert_eq!(lines[..2], ["start", "text \"Hi\""]);
    assert!(lines[2].starts_with("failure") && lines[2].contains("slow down"));
}

/// Values of any shape, with the members that are read.
fn tree() -> impl Strategy<Value = Tree> {
    let key = prop::sample::select(vec![
        "contentBlockIndex",
        "start",
        "delta",
        "toolUse",
        "toolUseId",
        "name",
        "input",
        "type",
        "text",
        "reasoningContent",
        "reasoningText",
        "signature",
        "redactedContent",
        "citation",
        "stopReason",
        "usage",
        "inputTokens",
        "outputTokens",
        "output",
        "message",
        "content",
        "citationsContent",
        "image",
        "additionalModelResponseFields",
        "stop_sequence",
    ]);
    let leaf = prop_oneof![
        Just(Tree::Null),
        any::<u8>().prop_map(Tree::from),
        any::<bool>().prop_map(Tree::from),
        "[a-z\"\\\\]{0,4}".prop_map(Tree::from),
    ];
    leaf.prop_recursive(5, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Tree::from),
            prop::collection::vec((key.clone(), inner), 0..5).prop_map(|members| Tree::Object(
                members
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect()
            )),
        ]
    })
}

/// What every reader promises of its pieces.
fn is_well_formed(pieces: &[String]) -> bool {
    let mut open = Vec::new();
    let last = pieces.len().saturating_sub(1);
    pieces.iter().enumerate().all(|(at, line)| {
        let slot = || line.split(' ').nth(1).unwrap_or_default().to_owned();
        match line.split(' ').next() {
            Some("start") => at == 0,
            Some("call") => {
                open.push(slot());
                open.iter().filter(|open| **open == slot()).count() == 1
            }
            Some("arguments") => open.contains(&slot()),
            Some("tool") => {
                let slot = line.split(' ').nth(2).unwrap_or_default();
                let before = open.len();
                open.retain(|open| open != slot);
                open.len() + 1 == before
            }
            Some("end" | "failure") => at == last,
            Some("finish") => {
                pieces
                    .iter()
                    .filter(|line| line.starts_with("finish"))
                    .count()
                    == 1
            }
            _ => at > 0,
        }
    })
}

proptest! {
    #[test]
    fn anything_is_read(
        stream in prop::collection::vec(
            (
                prop::sample::select(vec!["event", "exception", "error", "other"]),
                prop::sample::select(vec![
                    "messageStart", "contentBlockStart", "contentBlockStart", "contentBlockDelta",
                    "contentBlockDelta", "contentBlockStop", "messageStop", "metadata",
                ]),
                tree(),
            ),
            0..20,
        ),
    ) {
        let messages: Vec<_> = stream
            .iter()
            .map(|(kind, name, payload)| message(kind, name, &payload.to_string()))
            .collect();
        let lines = read(&messages, &names(), true);
        prop_assert!(is_well_formed(&lines), "{lines:?}");
    }

    #[test]
    fn calls_are_well_formed(
        steps in prop::collection::vec((0..4_u8, 0..3_u8), 0..30),
    ) {
        let stream: Vec<_> = steps
            .iter()
            .map(|(step, index)| match step {
                0 => ("contentBlockStart", json!({"contentBlockIndex": index, "start": {"toolUse": {"name": "a"}}})),
                1 => ("contentBlockDelta", json!({"contentBlockIndex": index, "delta": {"toolUse": {"input": "{"}}})),
                2 => ("contentBlockDelta", json!({"contentBlockIndex": index, "delta": {"text": "b"}})),
                _ => ("contentBlockStop", json!({"contentBlockIndex": index})),
            })
            .chain([("messageStop", json!({}))])
            .collect();
        let lines = read(&events(&stream), &names(), true);
        prop_assert!(is_well_formed(&lines), "{lines:?}");
        prop_assert!(lines.last().is_some_and(|line| line == "end"));
    }

    #[test]
    fn any_body_is_read(tree in tree()) {
        let text = json!({"output": {"message": {"content": tree.clone()}}, "usage": tree}).to_string();
        let mut lines = Vec::new();
        let read = body(&text, &names(), &mut |piece: &Piece<'_>| lines.push(line(piece)));
        prop_assert!(read.is_ok() && is_well_formed(&lines), "{lines:?}");
        let _ = body(&tree.to_string(), &names(), &mut |_: &Piece<'_>| ());
    }
}
