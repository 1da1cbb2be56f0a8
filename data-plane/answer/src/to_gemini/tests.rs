//! Shapes after Google's guides ("Text generation", "Thinking", "Function calling").

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
        created: 1,
        nonce: 0xab,
        asks_for_usage: false,
    }
}

fn text(text: &str) -> JsonText<'static> {
    JsonText::plain(text)
}

fn start() -> Piece<'static> {
    Piece::Start(Start {
        id: Some("r1".to_owned()),
        model: Some("gpt-5".to_owned()),
        created: None,
        service_tier: None,
        is_of_background: false,
    })
}

fn finish(choice: u32, reason: FinishReason) -> Piece<'static> {
    Piece::Finish {
        choice,
        finish: Finish::from(reason),
    }
}

fn call(slot: u32, arguments: &[&str]) -> Vec<Piece<'static>> {
    let mut pieces = vec![Piece::said(Content::ToolCall {
        slot,
        id: Some(text(&format!("c{slot}"))),
        name: text("f"),
        signature: Some(text("QQ==")),
    })];
    pieces.extend(arguments.iter().map(|fragment| {
        Piece::said(Content::Arguments {
            slot,
            fragment: text(fragment),
        })
    }));
    pieces.push(Piece::said(Content::ToolEnd { slot }));
    pieces
}

fn streamed(pieces: &[Piece<'_>]) -> String {
    let mut stream = Stream::new(client());
    let mut out = Vec::new();
    for piece in pieces {
        stream.piece(piece, &mut out);
    }
    String::from_utf8(out).expect("text")
}

fn buffered(pieces: &[Piece<'_>]) -> Value {
    let mut body = Body::new(client());
    for piece in pieces {
        body.piece(piece);
    }
    serde_json::from_slice(&body.finish()).expect("JSON")
}

/// What a client makes of a stream: texts that follow each other are one, empty ones nothing.
fn folded(stream: &str) -> Value {
    let mut whole = json!({"candidates": []});
    for event in stream.split_terminator("\n\n") {
        let data = event.strip_prefix("data: ").expect("data");
        let event: Value = serde_json::from_str(data).expect("JSON");
        for (key, value) in event.as_object().expect("an object") {
            if key != "candidates" {
                whole[key] = value.clone();
            }
        }
        for candidate in event["candidates"].as_array().expect("candidates") {
            let all = whole["candidates"].as_array_mut().expect("a list");
            let at = all
                .iter()
                .position(|known| known["index"] == candidate["index"]);
            let at = at.unwrap_or_else(|| {
                all.push(
                    json!({"content": {"parts": [], "role": "model"}, "index": candidate["index"]}),
                );
                all.len() - 1
            });
            let known = &mut all[at];
            if let Some(reason) = candidate.get("finishReason") {
                known["finishReason"] = reason.clone();
            }
            assert_eq!(candidate["content"]["role"], "model");
            let parts = known["content"]["parts"].as_array_mut().expect("parts");
            for part in candidate["content"]["parts"].as_array().expect("parts") {
                fold_part(part, parts);
            }
        }
    }
    let all = whole["candidates"].as_array_mut().expect("a list");
    all.sort_by_key(|candidate| candidate["index"].as_u64());
    whole
}

fn fold_part(part: &Value, parts: &mut Vec<Value>) {
    let is_text =
        |part: &Value| part.get("text").is_some() && part.get("thoughtSignature").is_none();
    if is_text(part) && part["text"] == "" {
        return;
    }
    match parts.last_mut() {
        Some(last)
            if is_text(last) && is_text(part) && last.get("thought") == part.get("thought") =>
        {
            let joined = format!(
                "{}{}",
                last["text"].as_str().expect("text"),
                part["text"].as_str().expect("text")
            );
            last["text"] = json!(joined);
        }
        _ => parts.push(part.clone()),
    }
}

#[test]
fn a_stream_of_text() {
    let pieces = [
        start(),
        Piece::said(Content::Text(text("a\"b"))),
        finish(0, FinishReason::Length),
        Piece::Usage(Usage {
            input: Some(10),
            output: Some(7),
            cache_read: Some(4),
            reasoning: Some(5),
            ..Usage::default()
        }),
        Piece::End,
        Piece::said(Content::Text(text("late"))),
    ];
    assert_eq!(
        streamed(&pieces),
        concat!(
            r#"data: {"candidates":[{"content":{"parts":[{"text":"a\"b"}],"role":"model"},"index":0}],"modelVersion":"gpt-5","responseId":"r1"}"#,
            "\n\n",
            r#"data: {"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"MAX_TOKENS","index":0}],"#,
            r#""usageMetadata":{"promptTokenCount":10,"candidatesTokenCount":2,"totalTokenCount":17,"cachedContentTokenCount":4,"thoughtsTokenCount":5},"#,
            r#""modelVersion":"gpt-5","responseId":"r1"}"#,
            "\n\n",
        )
    );
}

#[test]
fn calls_are_sent_whole() {
    let mut pieces = vec![start()];
    pieces.extend(call(0, &["{\"a\":", "\"\\ud83d\"", ",\"n\":1e400}"]));
    pieces.extend(call(1, &[]));
    pieces.extend(call(2, &["[1]"]));
    pieces.extend([finish(0, FinishReason::ToolCalls), Piece::End]);
    let stream = streamed(&pieces);
    for part in [
        r#"{"functionCall":{"id":"c0","name":"f","args":{"a":"\ud83d","n":1e400}},"thoughtSignature":"QQ=="}"#,
        r#"{"functionCall":{"id":"c1","name":"f","args":{}},"thoughtSignature":"QQ=="}"#,
        r#"{"functionCall":{"id":"c2","name":"f","args":{"_raw":"[1]"}},"thoughtSignature":"QQ=="}"#,
    ] {
        assert_eq!(stream.matches(part).count(), 1, "{part} in {stream}");
    }
    assert_eq!(stream.matches("data: ").count(), 4);
    assert!(stream.contains(r#""finishReason":"STOP""#));
}

#[test]
fn calls_may_interleave_and_stay_open() {
    let open = |slot| {
        Piece::said(Content::ToolCall {
            slot,
            id: None,
            name: text("f"),
            signature: Some(text("no base64!")),
        })
    };
    let more = |slot, fragment: &str| {
        Piece::said(Content::Arguments {
            slot,
            fragment: text(fragment),
        })
    };
    let pieces = [
        start(),
        open(0),
        open(1),
        more(1, "{\"b\""),
        more(0, "{\"a\""),
        more(1, ":1}"),
        more(0, ":0}"),
        Piece::said(Content::ToolEnd { slot: 1 }),
        Piece::End,
    ];
    let expected = json!([
        {"functionCall": {"name": "f", "args": {"b": 1}}, "thoughtSignature": "skip_thought_signature_validator"},
        {"functionCall": {"name": "f", "args": {"a": 0}}},
    ]);
    assert_eq!(
        buffered(&pieces)["candidates"][0]["content"]["parts"],
        expected
    );
    assert_eq!(folded(&streamed(&pieces)), buffered(&pieces));
}

#[test]
fn a_body() {
    let pieces = [
        Piece::Start(Start::default()),
        Piece::said(Content::Thinking(text("h"))),
        Piece::said(Content::Thinking(text("m"))),
        Piece::said(Content::Signature(text("QQ=="))),
        Piece::said(Content::Text(text("a"))),
        Piece::said(Content::Text(text("b"))),
        Piece::said(Content::Redacted(text("x"))),
        finish(0, FinishReason::ContentFilter),
        Piece::End,
    ];
    assert_eq!(
        buffered(&pieces),
        json!({
            "candidates": [{
                "content": {
                    "parts": [
                        {"text": "hm", "thought": true},
                        {"text": "ab"},
                    ],
                    "role": "model",
                },
                "finishReason": "SAFETY",
                "index": 0,
            }],
            "modelVersion": "asked",
            "responseId": "00000000000000ab",
        })
    );
}

#[test]
fn an_answer_of_nothing_has_a_candidate() {
    let pieces = [start(), Piece::End];
    let whole = buffered(&pieces);
    assert_eq!(whole["candidates"][0]["finishReason"], "STOP");
    assert_eq!(folded(&streamed(&pieces)), whole);
}

#[test]
fn nothing_follows_a_failure() {
    let failure = Piece::Failure(ProviderError {
        message: "overloaded".to_owned(),
        ..ProviderError::default()
    });
    let pieces = [
        start(),
        Piece::said(Content::Text(text("a"))),
        failure,
        Piece::said(Content::Text(text("b"))),
        Piece::End,
    ];
    let stream = streamed(&pieces);
    let events: Vec<&str> = stream.split_terminator("\n\n").collect();
    assert_eq!(events.len(), 2, "{stream}");
    let error: Value =
        serde_json::from_str(events[1].strip_prefix("data: ").expect("data")).expect("JSON");
    assert_eq!(error["error"]["message"], "overloaded");
    assert_eq!(buffered(&pieces), error);
    assert!(!stream.contains("finishReason"));
}

#[test]
fn a_half_of_a_character_is_kept() {
    let half = |literal: &str| {
        Piece::said(Content::Text(JsonText::from_inner_literal(
            literal.to_owned(),
        )))
    };
    let pieces = [
        start(),
        half(r#""\ud83d""#),
        half(r#""\ude00""#),
        Piece::End,
    ];
    assert!(streamed(&pieces).contains(r#"[{"text":"\ud83d"}]"#));
    assert_eq!(
        buffered(&pieces)["candidates"][0]["content"]["parts"][0]["text"],
        "\u{1F600}"
    );
}

#[test]
fn signatures_are_bytes_or_left_out() {
    for (said, is_bytes) in [
        ("QQ==", true),
        ("QQ", true),
        ("-_8", true),
        ("QUJD", true),
        ("9", false),
        ("QUJDR", false),
        ("QQ=", false),
        ("Q=Q=", false),
        ("Q===", false),
        ("=", false),
        ("", false),
        ("a b", false),
    ] {
        assert_eq!(super::is_base64(&text(said)), is_bytes, "{said}");
    }
}

fn content() -> impl Strategy<Value = Vec<Piece<'static>>> {
    prop_oneof![
        4 => ("[a-c\"\\\\]{0,3}", 0..2_u32).prop_map(|(said, choice)| vec![Piece::Content { choice, content: Content::Text(text(&said)) }]),
        2 => "[a-c]{0,3}".prop_map(|said| vec![Piece::said(Content::Thinking(text(&said)))]),
        1 => "[a-c!]{0,3}".prop_map(|said| vec![Piece::said(Content::Signature(text(&said)))]),
        1 => "[a-c]{0,3}".prop_map(|said| vec![Piece::said(Content::Refusal(text(&said)))]),
        1 => Just(vec![Piece::said(Content::BlockEnd)]),
        2 => prop_oneof![Just("{}"), Just("{\"a\":1}"), Just("[1"), Just("")]
            .prop_map(|arguments| call(9, &[arguments])),
    ]
}

proptest! {
    #[test]
    fn a_folded_stream_is_the_body(said in proptest::collection::vec(content(), 0..12), reason in 0..3_usize) {
        let mut pieces = vec![start()];
        pieces.extend(said.into_iter().flatten());
        let reasons = [FinishReason::Stop, FinishReason::Length, FinishReason::ContentFilter];
        pieces.push(finish(0, reasons[reason]));
        pieces.push(Piece::Usage(Usage { input: Some(3), output: Some(2), ..Usage::default() }));
        pieces.push(Piece::End);
        prop_assert_eq!(folded(&streamed(&pieces)), buffered(&pieces));
    }
}
