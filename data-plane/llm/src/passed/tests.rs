//! Answers that pass as they are: what of them is read, and that none is changed.

use bytes::Bytes;

use super::{Due, Ending, Framing, Limits, PassedTap, Truncation};
use crate::usage::HeadCounts;

const INVOCATION: Due = Due {
    is_json: false,
    is_invocation: true,
    is_said: true,
};

fn seen(framing: Framing, body: &[u8], is_json: bool) -> super::Finish {
    let due = Due {
        is_json,
        ..Due::default()
    };
    seen_as(due, framing, body)
}

fn seen_as(due: Due, framing: Framing, body: &[u8]) -> super::Finish {
    let mut tap = PassedTap::new(framing, Limits::default(), due);
    let mut passed = Vec::new();
    for byte in body {
        passed.extend_from_slice(&tap.push(Bytes::copy_from_slice(&[*byte])));
    }
    assert_eq!(passed, body, "every byte passes");
    tap.finish()
}

#[track_caller]
fn check(framing: Framing, body: &str, expected: (Option<u64>, Option<u64>)) {
    let finish = seen(framing, body.as_bytes(), false);
    let usage = finish.observed.usage.unwrap_or_default();
    assert_eq!((usage.input, usage.output), expected, "{body}");
}

#[test]
fn usage_of_many_shapes() {
    let one = Framing::Buffered;
    for (body, expected) in [
        (
            r#"{"object":"list","usage":{"prompt_tokens":8,"total_tokens":8}}"#,
            (Some(8), None),
        ),
        (
            r#"{"created":1,"usage":{"input_tokens":50,"output_tokens":1056,"total_tokens":1106}}"#,
            (Some(50), Some(1056)),
        ),
        (
            r#"{"usage":{"input_tokens":1,"cache_read_input_tokens":2,"cache_creation_input_tokens":4,"output_tokens":9}}"#,
            (Some(7), Some(9)),
        ),
        (
            r#"{"id":"r","results":[],"meta":{"billed_units":{"input_tokens":3}}}"#,
            (Some(3), None),
        ),
        (
            r#"{"embedding":[0.5],"inputTextTokenCount":6}"#,
            (Some(6), None),
        ),
        (r#"{"input_tokens":14}"#, (None, None)),
        (
            r#"{"text":"Hi","usage":{"type":"duration","seconds":3}}"#,
            (None, None),
        ),
    ] {
        check(one, body, expected);
    }
    check(
        Framing::EventStream,
        "event: transcript.text.done\ndata: {\"type\":\"transcript.text.done\",\"usage\":{\"input_tokens\":14,\"output_tokens\":45}}\n\n",
        (Some(14), Some(45)),
    );
}

#[test]
fn what_is_no_json_passes_unread() {
    let finish = seen(Framing::Buffered, b"ID3\x04\x00{", false);
    assert_eq!(finish.observed.unreadable, 0);
    assert_eq!(finish.ending, Ending::Complete);
    let page = seen(Framing::Buffered, b"<html>", true);
    assert_eq!(page.observed.unreadable, 1);
    let cut = seen(Framing::Buffered, b"{\"data\":[", true);
    assert_eq!(cut.ending, Ending::Truncated(Truncation::MidBody));
}

#[test]
fn an_error_in_a_stream_is_one() {
    let finish = seen(
        Framing::EventStream,
        b"data: {\"error\":{\"message\":\"busy\",\"type\":\"server_error\"}}\n\n",
        false,
    );
    assert_eq!(finish.ending, Ending::Failed);
    assert!(finish.observed.error.is_some());
}

#[test]
fn who_looks_at_what_has_failed_is_answered() {
    let one = Framing::Buffered;
    for body in [
        r#"{"id":"resp_1","object":"response","error":{"code":"server_error","message":"x"},"status":"failed"}"#,
        r#"{"id":"video_1","object":"video","status":"failed","error":{"code":"moderation_blocked","message":"x"}}"#,
    ] {
        let finish = seen(one, body.as_bytes(), true);
        assert_eq!(finish.observed.error, None, "{body}");
    }
    for body in [
        r#"{"error":{"message":"x","type":"server_error"}}"#,
        r#"{"id":"x","error":{"message":"x"}}"#,
        r#"{"status":"error","error":{"message":"x"}}"#,
    ] {
        let finish = seen(one, body.as_bytes(), true);
        assert!(finish.observed.error.is_some(), "{body}");
    }
}

#[test]
fn a_batch_has_a_price_of_its_own() {
    let body = r#"{"id":"b","object":"batch","status":"completed","usage":{"input_tokens":9,"output_tokens":1}}"#;
    let seen = seen(Framing::Buffered, body.as_bytes(), true).observed;
    assert!(seen.is_of_background);
    assert_eq!(seen.head_tier.as_deref(), Some("batch"));
}

#[test]
fn what_stands_beside_large_images_is_read() {
    let limits = Limits {
        event_bytes: 64,
        body_bytes: 9000,
    };
    let image = "A".repeat(9000);
    let body = format!(
        r#"{{"created":1,"data":[{{"b64_json":"{image}"}}],"usage":{{"input_tokens":5,"output_tokens":4160}}}}"#
    );
    let mut tap = PassedTap::new(Framing::Buffered, limits, Due::default());
    for piece in body.as_bytes().chunks(1000) {
        assert_eq!(tap.push(Bytes::copy_from_slice(piece)), piece);
    }
    let finish = tap.finish();
    let usage = finish.observed.usage.expect("usage");
    assert_eq!((usage.input, usage.output), (Some(5), Some(4160)));
    assert_eq!(finish.ending, Ending::Complete);
}

fn event(kind: &str) -> String {
    format!("event: {kind}\ndata: {{\"type\":\"{kind}\",\"b64_json\":\"aGk=\"}}\n\n")
}

/// The stream ends regularly, behind these events.
#[track_caller]
fn check_end(events: &[&str], expected: Ending) {
    let body: String = events.iter().map(|kind| event(kind)).collect();
    let finish = seen(Framing::EventStream, body.as_bytes(), false);
    assert_eq!(finish.ending, expected, "{events:?}");
}

#[test]
fn a_stream_without_the_event_that_ends_it_is_cut() {
    let cut = Ending::Truncated(Truncation::NoTerminator);
    for (going, last) in [
        (
            "image_generation.partial_image",
            "image_generation.completed",
        ),
        ("image_edit.partial_image", "image_edit.completed"),
        ("speech.audio.delta", "speech.audio.done"),
        ("transcript.text.delta", "transcript.text.done"),
        ("response.output_text.delta", "response.completed"),
        ("content_block_delta", "message_stop"),
    ] {
        check_end(&[going], cut);
        check_end(&[going, last], Ending::Complete);
        check_end(&[going, last, going], cut);
        check_end(&[going, last, "news"], Ending::Complete);
    }
    // Of what ends like this nothing is known.
    check_end(&["news"], Ending::Complete);
    check_end(&[], Ending::Complete);
    let chunk = "data: {\"object\":\"text_completion\",\"choices\":[]}\n\n";
    let ended = [chunk, "data: [DONE]\n\n"].concat();
    let of = |body: &str| seen(Framing::EventStream, body.as_bytes(), false).ending;
    assert_eq!((of(chunk), of(&ended)), (cut, Ending::Complete));
}

fn chunk(inner: &str) -> Vec<u8> {
    let payload = format!("{{\"bytes\":\"{}\"}}", base64(inner.as_bytes()));
    let mut headers = Vec::new();
    for (name, value) in [(":event-type", "chunk"), (":message-type", "event")] {
        headers.push(u8::try_from(name.len()).expect("short"));
        headers.extend_from_slice(name.as_bytes());
        headers.push(7);
        headers.extend_from_slice(&u16::try_from(value.len()).expect("short").to_be_bytes());
        headers.extend_from_slice(value.as_bytes());
    }
    let length = |bytes: usize| u32::try_from(bytes).expect("short").to_be_bytes();
    let mut out = length(16 + headers.len() + payload.len()).to_vec();
    out.extend_from_slice(&length(headers.len()));
    out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
    out.extend_from_slice(&headers);
    out.extend_from_slice(payload.as_bytes());
    out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
    out
}

fn base64(bytes: &[u8]) -> String {
    let letter = |six: u32| match u8::try_from(six & 63).expect("six bits") {
        six @ 0..26 => char::from(b'A' + six),
        six @ 26..52 => char::from(b'a' + six - 26),
        six @ 52..62 => char::from(b'0' + six - 52),
        62 => '+',
        _ => '/',
    };
    let mut out = String::new();
    for part in bytes.chunks(3) {
        let of = |at: usize| u32::from(part.get(at).copied().unwrap_or_default());
        let all = of(0) << 16 | of(1) << 8 | of(2);
        let letters = [18, 12, 6, 0].map(|shift| letter(all >> shift));
        out.extend(letters.iter().take(part.len() + 1));
        out.extend(std::iter::repeat_n('=', 3 - part.len()));
    }
    out
}

#[test]
fn an_invocation_without_its_counts_is_cut() {
    let said = chunk("{\"type\":\"content_block_delta\"}");
    let last = chunk(
        "{\"type\":\"message_stop\",\"amazon-bedrock-invocationMetrics\":{\"inputTokenCount\":3,\"outputTokenCount\":5}}",
    );
    let cut = seen(Framing::AwsEventStream, &said, false);
    assert_eq!(cut.ending, Ending::Truncated(Truncation::NoTerminator));
    let whole = seen(Framing::AwsEventStream, &[said, last].concat(), false);
    assert_eq!(whole.ending, Ending::Complete);
    let usage = whole.observed.usage.expect("counts");
    assert_eq!((usage.input, usage.output), (Some(3), Some(5)));
}

/// Input, output, what was read from and written to a cache, and bytes that were said.
fn counted(finish: &super::Finish) -> ([Option<u64>; 4], u64) {
    let usage = finish.observed.usage.clone().unwrap_or_default();
    let counts = [
        usage.input,
        usage.output,
        usage.cache_read,
        usage.cache_write,
    ];
    (counts, finish.observed.content_bytes)
}

/// After AWS's references of each family's answers.
#[test]
fn invocations_of_each_family_in_one_piece() {
    for (body, expected) in [
        // Claude.
        (
            r#"{"id":"msg_1","type":"message","model":"claude","content":[{"type":"text","text":"Hello"}],"usage":{"input_tokens":3,"cache_read_input_tokens":100,"cache_creation_input_tokens":20,"output_tokens":15}}"#,
            ([Some(123), Some(15), Some(100), Some(20)], 5),
        ),
        // Nova.
        (
            r#"{"output":{"message":{"role":"assistant","content":[{"text":"Hello"}]}},"stopReason":"end_turn","usage":{"inputTokens":3,"outputTokens":15,"totalTokens":18,"cacheReadInputTokenCount":0,"cacheWriteInputTokenCount":0}}"#,
            ([Some(3), Some(15), Some(0), Some(0)], 5),
        ),
        // Titan.
        (
            r#"{"inputTextTokenCount":3,"results":[{"tokenCount":9,"outputText":"Hel","completionReason":"FINISH"},{"tokenCount":6,"outputText":"lo"}]}"#,
            ([Some(3), Some(15), None, None], 5),
        ),
        // Llama.
        (
            r#"{"generation":"Hello","prompt_token_count":3,"generation_token_count":15,"stop_reason":"stop"}"#,
            ([Some(3), Some(15), None, None], 5),
        ),
        // Mistral, Jamba, gpt-oss, Qwen: as OpenAI's.
        (
            r#"{"choices":[{"message":{"role":"assistant","content":"Hello"}}],"usage":{"prompt_tokens":3,"completion_tokens":15,"total_tokens":18}}"#,
            ([Some(3), Some(15), None, None], 5),
        ),
        // Mistral of before, Cohere: nothing is told in the body.
        (
            r#"{"outputs":[{"text":"Hello","stop_reason":"stop"}]}"#,
            ([None; 4], 5),
        ),
        // A vector.
        (
            r#"{"embedding":[0.5],"inputTextTokenCount":6}"#,
            ([Some(6), None, None, None], 0),
        ),
    ] {
        let finish = seen_as(INVOCATION, Framing::Buffered, body.as_bytes());
        assert_eq!(counted(&finish), expected, "{body}");
    }
}

/// Each with the metrics of its last chunk, and left before.
#[test]
fn invocations_of_each_family_as_they_stream() {
    let metrics = r#""amazon-bedrock-invocationMetrics":{"inputTokenCount":3,"outputTokenCount":15,"invocationLatency":3037,"firstByteLatency":2635}"#;
    for (chunks, left) in [
        (
            [
                r#"{"type":"message_start","message":{"id":"m","model":"claude","content":[],"usage":{"input_tokens":3,"output_tokens":1}}}"#,
                r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}"#,
            ],
            ([Some(3), Some(1), None, None], 5),
        ),
        (
            [
                r#"{"messageStart":{"role":"assistant"}}"#,
                r#"{"contentBlockDelta":{"delta":{"text":"Hello"},"contentBlockIndex":0}}"#,
            ],
            ([None; 4], 5),
        ),
        (
            [
                r#"{"outputText":"Hel","index":0,"totalOutputTextTokenCount":null,"completionReason":null,"inputTextTokenCount":3}"#,
                r#"{"outputText":"lo","index":0,"totalOutputTextTokenCount":null,"completionReason":null,"inputTextTokenCount":null}"#,
            ],
            ([Some(3), None, None, None], 5),
        ),
        (
            [
                r#"{"generation":"Hel","prompt_token_count":3,"generation_token_count":1,"stop_reason":null}"#,
                r#"{"generation":"lo","prompt_token_count":null,"generation_token_count":2,"stop_reason":null}"#,
            ],
            ([Some(3), Some(2), None, None], 5),
        ),
        (
            [
                r#"{"outputs":[{"text":"Hel","stop_reason":null}]}"#,
                r#"{"outputs":[{"text":"lo","stop_reason":null}]}"#,
            ],
            ([None; 4], 5),
        ),
    ] {
        let parts = chunks.map(chunk).concat();
        let cut = seen_as(INVOCATION, Framing::AwsEventStream, &parts);
        assert_eq!(counted(&cut), left, "{chunks:?}");
        assert_eq!(cut.ending, Ending::Truncated(Truncation::NoTerminator));
        let last = chunk(&format!("{{{metrics}}}"));
        let whole = seen_as(INVOCATION, Framing::AwsEventStream, &[parts, last].concat());
        assert_eq!(whole.ending, Ending::Complete);
        assert_eq!(counted(&whole).0[..2], [Some(3), Some(15)], "{chunks:?}");
    }
    // Nova has a chunk of counts, too.
    let nova = chunk(
        r#"{"metadata":{"usage":{"inputTokens":3,"outputTokens":15,"cacheReadInputTokenCount":100},"metrics":{}}}"#,
    );
    let seen = seen_as(INVOCATION, Framing::AwsEventStream, &nova);
    assert_eq!(counted(&seen).0, [Some(103), Some(15), Some(100), None]);
}

#[test]
fn what_was_cached_stays_counted_whatever_follows() {
    let start = r#"{"type":"message_start","message":{"usage":{"input_tokens":3,"cache_read_input_tokens":0,"cache_creation_input_tokens":25037,"output_tokens":1}}}"#;
    let delta = r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":15}}"#;
    let stop = r#"{"type":"message_stop","amazon-bedrock-invocationMetrics":{"inputTokenCount":3,"outputTokenCount":15,"cacheReadInputTokenCount":0,"cacheWriteInputTokenCount":25037}}"#;
    let expected = [Some(25_040), Some(15), Some(0), Some(25_037)];
    let frames = [start, delta, stop].map(chunk).concat();
    let seen = seen_as(INVOCATION, Framing::AwsEventStream, &frames);
    assert_eq!(counted(&seen).0, expected);
    // As what an operator lets pass it comes in events.
    let events = [start, delta]
        .map(|data| format!("data: {data}\n\n"))
        .concat();
    let due = Due {
        is_said: true,
        ..Due::default()
    };
    let seen = seen_as(due, Framing::EventStream, events.as_bytes());
    assert_eq!(counted(&seen).0, expected);
}

#[test]
fn the_head_counts_where_the_body_does_not() {
    let mut tap = PassedTap::new(Framing::Buffered, Limits::default(), INVOCATION);
    tap.note_head(HeadCounts {
        input: Some(3),
        output: Some(15),
        ..HeadCounts::default()
    });
    tap.push(Bytes::from_static(br#"{"outputs":[{"text":"Hello"}]}"#));
    let finish = tap.finish();
    assert_eq!(counted(&finish), ([Some(3), Some(15), None, None], 5));
}

#[test]
fn metadata_of_others_counts_nothing() {
    let body = r#"{"id":"batch","metadata":{"usage":{"input_tokens":7},"error":"x"}}"#;
    let finish = seen(Framing::Buffered, body.as_bytes(), false);
    assert_eq!(counted(&finish), ([None; 4], 0));
    assert!(finish.observed.error.is_none());
}
