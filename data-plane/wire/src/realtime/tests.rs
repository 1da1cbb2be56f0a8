//! Events as OpenAI's reference and SDK have them.

use super::{FinishReason, Observed, RealtimeTap, Usage, expired, spent, used_up};

const CREATED: &str = r#"{"type":"session.created","event_id":"e1","session":{"type":"realtime","object":"realtime.session",
    "id":"sess_1","model":"gpt-realtime-2025-08-28","audio":{"output":{"voice":"alloy"}}}}"#;
const FIRST: &str = r#"{"type":"response.done","event_id":"e9","response":{"object":"realtime.response","id":"resp_1",
    "status":"completed","status_details":null,"output":[{"type":"message","content":[{"usage":{"input_tokens":999}}]}],
    "usage":{"total_tokens":253,"input_tokens":132,"output_tokens":121,
    "input_token_details":{"text_tokens":32,"audio_tokens":100,"image_tokens":0,"cached_tokens":64,
    "cached_tokens_details":{"text_tokens":24,"audio_tokens":40,"image_tokens":0}},
    "output_token_details":{"text_tokens":30,"audio_tokens":91}}}}"#;
const SECOND: &str = r#"{"type":"response.done","response":{"status":"cancelled",
    "status_details":{"type":"cancelled","reason":"turn_detected"},
    "usage":{"input_tokens":10,"output_tokens":1,"output_token_details":{"audio_tokens":1}}}}"#;

/// Frames of these texts, in fragments of seven bytes.
fn frames(texts: &[&str]) -> Vec<u8> {
    let mut out = Vec::new();
    for text in texts {
        let pieces: Vec<&[u8]> = text.as_bytes().chunks(7).collect();
        for (at, piece) in pieces.iter().enumerate() {
            let opcode = u8::from(at == 0);
            let last = if at + 1 == pieces.len() { 0x80 } else { 0 };
            out.extend([opcode | last, u8::try_from(piece.len()).expect("short")]);
            out.extend_from_slice(piece);
        }
    }
    out
}

fn observe(bytes: &[u8], piece: usize) -> Observed {
    let mut tap = RealtimeTap::new(4096);
    for mut piece in bytes.chunks(piece) {
        while !piece.is_empty() {
            piece = &piece[tap.push(piece)..];
        }
    }
    tap.into_observed()
}

/// The same however it is cut.
#[track_caller]
fn check(texts: &[&str], expected: &Observed) {
    let bytes = frames(texts);
    for piece in [1, 2, 3, 5, 64, bytes.len()] {
        assert_eq!(observe(&bytes, piece), *expected, "pieces of {piece}");
    }
}

#[test]
fn responses_add_up() {
    let mut expected = Observed {
        id: Some("sess_1".to_owned()),
        model: Some("gpt-realtime-2025-08-28".to_owned()),
        usage: Some(Usage {
            input: Some(142),
            output: Some(122),
            total: Some(264),
            cache_read: Some(64),
            input_audio: Some(60),
            output_audio: Some(92),
            ..Usage::default()
        }),
        ..Observed::default()
    };
    expected.ended(0, FinishReason::Other);
    check(&[CREATED, FIRST, SECOND], &expected);
}

#[test]
fn it_stops_behind_a_response_that_told_what_it_took() {
    let (first, second) = (frames(&[CREATED, FIRST]), frames(&[SECOND]));
    let mut tap = RealtimeTap::new(4096);
    assert_eq!(
        tap.push(&[first.clone(), second.clone()].concat()),
        first.len()
    );
    assert_eq!(tap.tokens(), 253);
    assert_eq!(tap.push(&second), second.len());
    assert_eq!(tap.tokens(), 264);
}

#[test]
fn the_end_by_a_limit_is_an_error_and_a_close() {
    let mut tap = RealtimeTap::new(4096);
    tap.push(&used_up());
    assert!(tap.is_closed());
    let error = tap.into_observed().error.expect("an error");
    assert_eq!(error.code.as_deref(), Some("rate_limit_exceeded"));
}

#[test]
fn the_end_by_a_budget_is_an_error_and_a_close() {
    let mut tap = RealtimeTap::new(4096);
    tap.push(&spent());
    assert!(tap.is_closed());
    let error = tap.observed().error.as_ref().expect("an error");
    assert_eq!(error.kind.as_deref(), Some("insufficient_quota"));
    assert_eq!(error.code.as_deref(), Some("budget_exceeded"));
}

#[test]
fn one_response_keeps_the_providers_words() {
    let observed = observe(&frames(&[FIRST]), 64);
    let raw = observed.usage.and_then(|usage| usage.raw).expect("raw");
    assert!(raw.starts_with(r#"{"total_tokens":253"#) && raw.ends_with('}'));
}

#[test]
fn text_is_measured_and_sound_is_not() {
    let said = [
        r#"{"type":"response.output_audio.delta","delta":"AAAA"}"#,
        r#"{"type":"response.output_audio_transcript.delta","delta":"four"}"#,
        r#"{"type":"response.output_text.delta","delta":"two\n"}"#,
        r#"{"type":"conversation.item.input_audio_transcription.delta","delta":"not the model's"}"#,
    ];
    let expected = Observed {
        has_content: true,
        content_bytes: 9,
        ..Observed::default()
    };
    check(&said, &expected);
}

#[test]
fn a_session_has_failed_if_it_ended_so() {
    let error = r#"{"type":"error","event_id":"e","error":{"type":"invalid_request_error","code":"missing",
        "message":"no such item","param":"item_id","event_id":null}}"#;
    let failed = r#"{"type":"response.done","response":{"status":"failed","usage":null,
        "status_details":{"type":"failed","error":{"type":"server_error","code":"rate_limit_exceeded"}}}}"#;
    let code = |texts: &[&str]| {
        let observed = observe(&frames(texts), 64);
        observed.error.and_then(|error| error.code)
    };
    assert_eq!(code(&[error]).as_deref(), Some("missing"));
    assert_eq!(code(&[error, FIRST]), None);
    assert_eq!(
        code(&[FIRST, failed]).as_deref(),
        Some("rate_limit_exceeded")
    );
    let close = |payload: &[u8]| {
        let head = [0x88, u8::try_from(payload.len()).expect("short")];
        let mut tap = RealtimeTap::new(64);
        tap.push(&[&head, payload].concat());
        assert!(tap.is_closed());
        tap.into_observed().error.and_then(|error| error.code)
    };
    assert_eq!(close(&1011_u16.to_be_bytes()).as_deref(), Some("1011"));
    assert_eq!(close(&1000_u16.to_be_bytes()), None);
    assert_eq!(close(b""), None);
}

#[test]
fn limits_and_incomplete_answers() {
    let done = |reason: &str| {
        let text = format!(
            r#"{{"type":"response.done","response":{{"status":"incomplete","status_details":{{"reason":"{reason}"}}}}}}"#
        );
        observe(&frames(&[&text]), 64).finish_reason
    };
    assert_eq!(done("max_output_tokens"), Some(FinishReason::Length));
    assert_eq!(done("content_filter"), Some(FinishReason::ContentFilter));
}

#[test]
fn what_cannot_be_read_costs_facts_only() {
    let expected = Observed {
        unreadable: 4,
        ..Observed::default()
    };
    let broken = [
        "no json",
        "[]",
        r#"{"event_id":"e"}"#,
        r#"{"type":"response.done","response":7}"#,
        r#"{"type":"session.created","session":null}"#,
        r#"{"type":"rate_limits.updated","rate_limits":[]}"#,
    ];
    check(&broken, &expected);
    // Compressed: nobody agreed to that.
    let mut bytes = frames(&[FIRST]);
    bytes.splice(0..0, [0xc1, 0]);
    let observed = observe(&bytes, 8);
    assert_eq!((observed.unreadable, observed.usage), (1, None));
}

/// However what came is cut, it is known whether a message is whole.
#[test]
fn the_end_of_a_message_is_told() {
    let bytes = frames(&[CREATED, FIRST]);
    let whole = frames(&[CREATED]).len();
    let mut tap = RealtimeTap::new(4096);
    assert!(tap.is_between());
    for (at, byte) in bytes.iter().enumerate() {
        assert_eq!(tap.push(&[*byte]), 1);
        let is_end = at + 1 == whole || at + 1 == bytes.len();
        assert_eq!(tap.is_between(), is_end, "{at}");
    }
    let mut tap = RealtimeTap::new(4096);
    assert_eq!(tap.push(&bytes[..9]), 9);
    assert_eq!(tap.push_message(&bytes[9..]), whole - 9);
    assert!(tap.is_between());
    assert_eq!(tap.push_message(&bytes[whole..]), bytes.len() - whole);
    tap.push(&expired());
    assert!(tap.is_closed() && !tap.is_between());
    let error = tap.into_observed().error.and_then(|error| error.code);
    assert_eq!(error.as_deref(), Some("session_expired"));
}
