//! Taps over written cases: what the client gets, what is observed, how the end is judged.

use bytes::Bytes;
use proptest::prelude::*;

use super::{Ending, Finish, Framing, Limits, ResponseTap, State, Truncation};
use crate::observed::{FinishReason, Observed};
use crate::request::UsageChunk;
use crate::usage::Usage;

const USAGE: &str = include_str!("../../testdata/openai/stream_usage.sse");
const PLAIN: &str = include_str!("../../testdata/openai/stream_plain.sse");
const BUFFERED: &str = include_str!("../../testdata/openai/buffered.json");

const SMALL: Limits = Limits {
    event_bytes: 4096,
    body_bytes: 4096,
};

/// Feeds `input` cut at `cuts`; the client's bytes, the ending, the facts.
fn run(
    framing: Framing,
    usage_chunk: UsageChunk,
    input: &[u8],
    cuts: &[usize],
) -> (Vec<u8>, Ending, Observed) {
    let mut tap = ResponseTap::new(framing, usage_chunk, SMALL);
    let mut client = Vec::new();
    let mut from = 0;
    for cut in cuts.iter().copied().chain([input.len()]) {
        let piece = Bytes::copy_from_slice(&input[from..cut]);
        let sent = tap.push(piece.clone());
        if usage_chunk == UsageChunk::Forward || framing == Framing::Buffered {
            assert_eq!(sent.as_ptr(), piece.as_ptr(), "forwarded, not copied");
        }
        client.extend_from_slice(&sent);
        from = cut;
    }
    let Finish {
        rest,
        ending,
        observed,
    } = tap.finish();
    client.extend_from_slice(&rest);
    (client, ending, *observed)
}

fn stream(usage_chunk: UsageChunk, input: &str, cuts: &[usize]) -> (String, Ending, Observed) {
    let (client, ending, observed) = run(Framing::EventStream, usage_chunk, input.as_bytes(), cuts);
    (String::from_utf8(client).expect("text"), ending, observed)
}

/// The same result wherever the stream is cut.
#[track_caller]
fn check_stream(usage_chunk: UsageChunk, input: &str, client: &str, ending: Ending) -> Observed {
    let whole = stream(usage_chunk, input, &[]);
    assert_eq!((whole.0.as_str(), whole.1), (client, ending));
    for cut in 0..=input.len() {
        assert_eq!(stream(usage_chunk, input, &[cut]), whole, "cut at {cut}");
    }
    let every: Vec<usize> = (1..input.len()).collect();
    assert_eq!(stream(usage_chunk, input, &every), whole, "byte by byte");
    whole.2
}

fn case_usage(raw: &str) -> Usage {
    let value: serde_json::Value = serde_json::from_str(raw).expect("JSON");
    Usage {
        input: Some(19),
        output: Some(10),
        total: Some(29),
        cache_read: Some(4),
        input_audio: Some(0),
        reasoning: Some(6),
        output_audio: Some(0),
        raw: Some(value.to_string()),
        ..Usage::default()
    }
}

#[track_caller]
fn check_case_facts(observed: Observed, has_usage: bool) {
    assert_eq!(observed.id.as_deref(), Some("chatcmpl-case-1"));
    assert_eq!(observed.model.as_deref(), Some("gpt-4o-mini-2024-07-18"));
    assert_eq!(observed.finish_reason, Some(FinishReason::Stop));
    assert!(observed.has_content);
    assert_eq!((observed.error, observed.unreadable), (None, 0));
    let usage = observed.usage.map(|usage| {
        let expected = case_usage(usage.raw.as_deref().expect("raw"));
        let raw = expected.raw.clone();
        assert_eq!(Usage { raw, ..usage }, expected);
    });
    assert_eq!(usage.is_some(), has_usage);
}

#[test]
fn a_stream_passes_as_it_is_where_the_client_asked_or_nobody_did() {
    let seen = check_stream(UsageChunk::Forward, USAGE, USAGE, Ending::Complete);
    check_case_facts(seen, true);
    let seen = check_stream(UsageChunk::Forward, PLAIN, PLAIN, Ending::Complete);
    check_case_facts(seen, false);
}

#[test]
fn what_exists_because_the_gateway_asked_is_taken_out() {
    let seen = check_stream(UsageChunk::Remove, USAGE, PLAIN, Ending::Complete);
    check_case_facts(seen, true);
    // A server that ignores the wish.
    let seen = check_stream(UsageChunk::Remove, PLAIN, PLAIN, Ending::Complete);
    check_case_facts(seen, false);
    for end in ["\r\n", "\r"] {
        let (input, client) = (USAGE.replace('\n', end), PLAIN.replace('\n', end));
        check_case_facts(
            check_stream(UsageChunk::Remove, &input, &client, Ending::Complete),
            true,
        );
    }
}

#[test]
fn a_comment_behind_a_removed_chunk_stays_whole() {
    let usage = "data: {\"choices\":[],\"usage\":{\"total_tokens\":4}}\r\n\r\n";
    let client = ": ping\r\n\r\ndata: [DONE]\r\n\r\n";
    check_stream(
        UsageChunk::Remove,
        &format!("{usage}{client}"),
        client,
        Ending::Complete,
    );
}

#[test]
fn usage_on_a_chunk_with_choices_is_seen_and_stays() {
    let input = concat!(
        "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}\n\n",
        "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\n",
        "data: [DONE]\n\n",
    );
    let seen = check_stream(UsageChunk::Remove, input, input, Ending::Complete);
    let usage = seen.usage.expect("usage");
    assert_eq!(
        (usage.input, usage.output, usage.total()),
        (Some(3), Some(2), Some(5))
    );
    assert_eq!(seen.finish_reason, Some(FinishReason::Length));
}

#[test]
fn chunks_without_choices_and_usage_stay() {
    // Azure opens with filter results; comments keep a connection alive.
    let input = concat!(
        ": ping\n\n",
        "data: {\"id\":\"\",\"model\":\"\",\"choices\":[],\"prompt_filter_results\":[]}\n\n",
        "data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n",
        ": ping\n\n",
        "data: [DONE]\n\n",
    );
    let seen = check_stream(UsageChunk::Remove, input, input, Ending::Complete);
    assert_eq!(
        (seen.id.as_deref(), seen.model.as_deref()),
        (Some("c"), Some("m"))
    );
}

#[test]
fn a_tap_that_does_not_understand_does_not_interfere() {
    let input = "data: {broken\n\ndata: [1]\n\nevent: x\ndata: {}\n\n<html>\n\ndata: [DONE]\n\n";
    for usage_chunk in [UsageChunk::Forward, UsageChunk::Remove] {
        let seen = check_stream(usage_chunk, input, input, Ending::Complete);
        assert_eq!(seen.unreadable, 2);
    }
    // Data over several lines: read, but not edited.
    let input = "data: {\"choices\":[],\ndata: \"usage\":null}\n\ndata: [DONE]\n\n";
    check_stream(UsageChunk::Remove, input, input, Ending::Complete);
    let input = "data: {\"choices\":[],\ndata: \"usage\":{\"total_tokens\":4}}\n\ndata: [DONE]\n\n";
    let seen = check_stream(
        UsageChunk::Remove,
        input,
        "data: [DONE]\n\n",
        Ending::Complete,
    );
    assert_eq!(seen.usage.and_then(|usage| usage.total), Some(4));
}

#[test]
fn a_stream_that_says_no_reason_is_whole_by_its_terminator_only() {
    let chunk = "data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":null}]}\n\n";
    let cases = [
        ("data: [DONE]\n\n", Ending::Complete),
        ("data: [DONE]\n", Ending::Complete),
        ("data:[DONE]", Ending::Complete),
        ("data: [DONE]\r\n\r\n", Ending::Complete),
        ("data: [DONE]\n\n: bye\n\n", Ending::Complete),
        ("", Ending::Truncated(Truncation::NoTerminator)),
        (": ping\n\n", Ending::Truncated(Truncation::NoTerminator)),
        (": pi", Ending::Truncated(Truncation::NoTerminator)),
        ("data: [DO", Ending::Truncated(Truncation::MidEvent)),
        (
            "data: {\"choices\":[{\"del",
            Ending::Truncated(Truncation::MidEvent),
        ),
        (
            "data: {\"choices\":[]}\n",
            Ending::Truncated(Truncation::MidEvent),
        ),
    ];
    for (end, ending) in cases {
        let input = format!("{chunk}{end}");
        for usage_chunk in [UsageChunk::Forward, UsageChunk::Remove] {
            check_stream(usage_chunk, &input, &input, ending);
        }
    }
    check_stream(
        UsageChunk::Forward,
        "",
        "",
        Ending::Truncated(Truncation::NoTerminator),
    );
    // The terminator as text of the model is none.
    let said = "data: {\"choices\":[{\"delta\":{\"content\":\"data: [DONE]\"}}]}\n\n";
    check_stream(
        UsageChunk::Remove,
        said,
        said,
        Ending::Truncated(Truncation::NoTerminator),
    );
}

/// Some servers have no terminator: each choice that began said why it ended, and clients get one.
#[test]
fn a_stream_whose_choices_all_ended_is_whole() {
    const DONE: &str = "data: [DONE]\n\n";
    let chunk = |choices: &str| format!("data: {{\"choices\":[{choices}]}}\n\n");
    let begun = |index: u64| format!(r#"{{"index":{index},"delta":{{"content":"a"}}}}"#);
    let ended = |index: u64| format!(r#"{{"index":{index},"delta":{{}},"finish_reason":"stop"}}"#);
    let usage = "data: {\"choices\":[],\"usage\":{\"total_tokens\":4}}\n\n";
    let cut = Ending::Truncated(Truncation::NoTerminator);
    for (chunks, is_whole) in [
        (vec![begun(0), ended(0)], true),
        (
            vec![r#"{"text":"a","finish_reason":"length"}"#.to_owned()],
            true,
        ),
        (vec![begun(0), begun(1), ended(1), ended(0)], true),
        (vec![begun(0), begun(1), ended(1)], false),
        (vec![begun(0), begun(70), ended(0)], true),
        (vec![begun(0)], false),
        (vec![], false),
    ] {
        let input: String = chunks.iter().map(|own| chunk(own)).collect();
        let (ending, end) = match is_whole {
            true => (Ending::Complete, DONE),
            false => (cut, ""),
        };
        for usage_chunk in [UsageChunk::Forward, UsageChunk::Remove] {
            check_stream(usage_chunk, &input, &format!("{input}{end}"), ending);
        }
        let counted = format!("{input}{usage}");
        let seen = check_stream(
            UsageChunk::Forward,
            &counted,
            &format!("{counted}{end}"),
            ending,
        );
        assert_eq!(seen.usage.and_then(|usage| usage.total), Some(4));
    }
    // Inside an event nothing may follow.
    let whole = chunk(&ended(0));
    for (end, ending) in [
        (": pi", cut),
        ("data: {\"cho", Ending::Truncated(Truncation::MidEvent)),
    ] {
        let input = format!("{whole}{end}");
        check_stream(UsageChunk::Forward, &input, &input, ending);
    }
}

#[test]
fn an_error_event_ends_a_stream_in_the_dialect() {
    let error =
        "data: {\"error\":{\"message\":\"overloaded\",\"type\":\"server_error\",\"code\":503}}\n\n";
    let seen = check_stream(UsageChunk::Remove, error, error, Ending::Failed);
    let said = seen.error.expect("an error");
    assert_eq!(
        (said.message.as_str(), said.code.as_deref()),
        ("overloaded", Some("503"))
    );
    let closed = format!("{error}data: [DONE]\n\n");
    let seen = check_stream(UsageChunk::Forward, &closed, &closed, Ending::Complete);
    assert!(seen.error.is_some());
}

#[test]
fn an_event_above_the_limit_passes_unread() {
    let large = "x".repeat(SMALL.event_bytes);
    let input = format!(
        "data: {{\"choices\":[{{\"delta\":{{\"content\":\"{large}\"}}}}],\"usage\":null}}\n\ndata: [DONE]\n\n"
    );
    for cuts in [&[][..], &[10], &[10, 4000, 4090, 4100]] {
        let (client, ending, seen) = stream(UsageChunk::Remove, &input, cuts);
        assert!(client == input, "unchanged");
        assert_eq!((ending, seen.unreadable), (Ending::Complete, 1));
    }
    let (_, ending, _) = stream(UsageChunk::Remove, &input[..4150], &[10]);
    assert_eq!(ending, Ending::Truncated(Truncation::MidEvent));
}

#[test]
fn content_and_the_terminator_are_seen_when_they_pass() {
    let mut tap = ResponseTap::new(Framing::EventStream, UsageChunk::Remove, Limits::default());
    let mut seen = Vec::new();
    for event in USAGE.split_inclusive("\n\n") {
        tap.push(Bytes::from_static(event.as_bytes()));
        seen.push((tap.observed().has_content, tap.is_done()));
    }
    assert_eq!(
        seen,
        [
            (false, false),
            (true, false),
            (true, false),
            (true, false),
            (true, false),
            (true, true)
        ]
    );
    assert!(tap.into_observed().usage.is_some());
}

#[track_caller]
fn check_buffered(body: &str, ending: Ending, unreadable: u64) -> Observed {
    let mut last = None;
    for cut in 0..=body.len() {
        let (client, end, seen) = run(
            Framing::Buffered,
            UsageChunk::Forward,
            body.as_bytes(),
            &[cut],
        );
        assert_eq!(client, body.as_bytes());
        assert_eq!((end, seen.unreadable), (ending, unreadable), "{body}");
        last = Some(seen);
    }
    last.expect("a run")
}

#[test]
fn a_buffered_answer_is_read_whole() {
    check_case_facts(check_buffered(BUFFERED, Ending::Complete, 0), true);
    let seen = check_buffered(r#"{"error":{"message":"m"}}"#, Ending::Complete, 0);
    assert_eq!(seen.error.map(|error| error.message).as_deref(), Some("m"));
    check_buffered("<html></html>", Ending::Complete, 1);
    check_buffered("", Ending::Complete, 1);
    check_buffered("[1", Ending::Complete, 1);
    check_buffered("{broken}", Ending::Complete, 1);
    check_buffered(&BUFFERED[..200], Ending::Truncated(Truncation::MidBody), 1);
}

#[test]
fn a_buffered_answer_above_the_limit_passes_unread() {
    let body = format!("{}{BUFFERED}", " ".repeat(SMALL.body_bytes));
    for cuts in [&[][..], &[4000], &[4000, 4097]] {
        let (client, ending, seen) = run(
            Framing::Buffered,
            UsageChunk::Forward,
            body.as_bytes(),
            cuts,
        );
        assert!(client == body.as_bytes());
        assert_eq!(
            (ending, seen.unreadable, seen.usage),
            (Ending::Complete, 1, None)
        );
    }
}

#[test]
fn no_more_is_held_than_the_limit_and_none_is_shown() {
    let mut tap = ResponseTap::new(Framing::Buffered, UsageChunk::Forward, SMALL);
    let held = |tap: &ResponseTap| match &tap.state {
        State::Buffered(held) => held.text().map_or(0, <[u8]>::len),
        State::Streamed(_) => unreachable!("buffered"),
    };
    tap.push(Bytes::from_static(b"hush"));
    assert_eq!(held(&tap), 4);
    assert!(!format!("{tap:?}").contains("hush"));
    for _ in 0..3 {
        tap.push(Bytes::from(vec![b'x'; SMALL.body_bytes]));
        assert_eq!(held(&tap), 0);
    }
}

#[test]
fn framing_follows_the_content_type() {
    for (content_type, framing) in [
        (Some("text/event-stream"), Framing::EventStream),
        (
            Some("Text/Event-Stream; charset=utf-8"),
            Framing::EventStream,
        ),
        (Some("application/json"), Framing::Buffered),
        (Some("text/event-streams"), Framing::Buffered),
        (Some(""), Framing::Buffered),
        (None, Framing::Buffered),
    ] {
        assert_eq!(
            Framing::from_content_type(content_type),
            framing,
            "{content_type:?}"
        );
    }
}

proptest! {
    #[test]
    fn random_bytes_pass_unchanged_or_never_panic(
        input in prop::collection::vec(any::<u8>(), 0..300),
        cut in any::<prop::sample::Index>(),
    ) {
        let cut = cut.index(input.len() + 1);
        for framing in [Framing::EventStream, Framing::Buffered] {
            let (client, ..) = run(framing, UsageChunk::Forward, &input, &[cut]);
            prop_assert_eq!(&client, &input);
            run(framing, UsageChunk::Remove, &input, &[cut]);
        }
    }

    /// Damage of one byte costs facts, never other events, and every cut agrees.
    #[test]
    fn a_damaged_stream_is_the_same_for_every_cut(
        at in any::<prop::sample::Index>(),
        byte in prop_oneof![Just(b'\n'), Just(b'\r'), Just(b'"'), Just(b','), any::<u8>()],
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..5),
    ) {
        let mut input = USAGE.as_bytes().to_vec();
        let at = at.index(input.len());
        input[at] = byte;
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(input.len() + 1)).collect();
        cuts.sort_unstable();
        for usage_chunk in [UsageChunk::Forward, UsageChunk::Remove] {
            prop_assert_eq!(
                run(Framing::EventStream, usage_chunk, &input, &cuts),
                run(Framing::EventStream, usage_chunk, &input, &[])
            );
        }
    }
}
