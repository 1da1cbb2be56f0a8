//! Framing tables, and the properties that hold for any cut of any stream.

use bytes::Bytes;
use proptest::prelude::*;

use super::{Content, Event, Frame, Framer};

/// Frames of `input` cut at `cuts`, and the block that the stream ended in.
fn frames(input: &[u8], limit: usize, cuts: &[usize]) -> (Vec<Frame>, Option<Frame>) {
    let mut framer = Framer::new(limit);
    let mut frames = Vec::new();
    let mut from = 0;
    for cut in cuts.iter().copied().chain([input.len()]) {
        framer.push(Bytes::copy_from_slice(&input[from..cut]));
        frames.extend(std::iter::from_fn(|| framer.next_frame()));
        from = cut;
    }
    (frames, framer.finish())
}

/// (name, data) of each event; the one that the stream ended in as well.
fn events(input: &[u8], limit: usize, cuts: &[usize]) -> Vec<(String, String)> {
    let (frames, last) = frames(input, limit, cuts);
    let raw: Vec<u8> = frames
        .iter()
        .chain(&last)
        .flat_map(|frame| frame.raw.to_vec())
        .collect();
    assert_eq!(raw, input, "frames are the input");
    let text = |bytes: &Bytes| String::from_utf8_lossy(bytes).into_owned();
    frames
        .iter()
        .chain(&last)
        .filter_map(|frame| match &frame.content {
            Content::Event(Event {
                name,
                data,
                data_start,
            }) => {
                if let Some(start) = data_start {
                    assert_eq!(frame.raw[*start..*start + data.len()], data[..]);
                }
                Some((name.as_ref().map(text).unwrap_or_default(), text(data)))
            }
            Content::Nothing | Content::Oversized | Content::Continuation => None,
        })
        .collect()
}

#[track_caller]
fn check(input: &str, expected: &[(&str, &str)]) {
    let input = input.as_bytes();
    for cut in 0..=input.len() {
        let seen = events(input, 1 << 20, &[cut]);
        let seen: Vec<_> = seen.iter().map(|(n, d)| (n.as_str(), d.as_str())).collect();
        assert_eq!(seen, expected, "cut at {cut}");
    }
    let every: Vec<usize> = (1..input.len()).collect();
    assert_eq!(
        events(input, 1 << 20, &every).len(),
        expected.len(),
        "byte by byte"
    );
}

#[test]
fn lines_end_in_any_of_three_ways() {
    check("data: a\n\ndata: b\n\n", &[("", "a"), ("", "b")]);
    check("data: a\r\n\r\ndata: b\r\n\r\n", &[("", "a"), ("", "b")]);
    check("data: a\r\rdata: b\r\r", &[("", "a"), ("", "b")]);
    check(
        "data: a\n\r\ndata: b\r\n\ndata: c\r\r\n",
        &[("", "a"), ("", "b"), ("", "c")],
    );
    check(
        "data: a\r\n\n\r\n\r\n\rdata: b\n\n",
        &[("", "a"), ("", "b")],
    );
}

#[test]
fn fields_are_read_as_the_standard_says() {
    check("data:a\n\n", &[("", "a")]);
    check("data:  a \n\n", &[("", " a ")]);
    check("data\n\n", &[("", "")]);
    check("data:\n\n", &[("", "")]);
    check("data: a: b\n\n", &[("", "a: b")]);
    check(
        "event: x\ndata: a\nid: 7\nretry: 10\nother: y\n\n",
        &[("x", "a")],
    );
    check(
        "event: x\nevent: y\ndata: a\n\ndata: b\n\n",
        &[("y", "a"), ("", "b")],
    );
    check("Data: a\n\n", &[]);
}

#[test]
fn several_data_lines_are_joined() {
    check("data: a\ndata: b\n\n", &[("", "a\nb")]);
    check(
        "data: a\r\n:c\r\ndata\r\ndata: b\r\n\r\n",
        &[("", "a\n\nb")],
    );
}

#[test]
fn without_data_there_is_no_event() {
    check(": keep-alive\n\n", &[]);
    check(":\n\nevent: x\n\nid: 1\n\n\n\n", &[]);
    check(": c\ndata: a\n\n", &[("", "a")]);
}

#[test]
fn a_byte_order_mark_counts_at_the_start_only() {
    check("\u{feff}data: a\n\ndata: b\n\n", &[("", "a"), ("", "b")]);
    check("data: a\n\n\u{feff}data: b\n\n", &[("", "a")]);
}

#[test]
fn text_may_be_cut_within_a_character() {
    check("data: é\u{1f600}\n\n", &[("", "é\u{1f600}")]);
}

#[test]
fn the_last_event_may_lack_its_blank_line() {
    check("data: a\n\ndata: [DONE]", &[("", "a"), ("", "[DONE]")]);
    check("data: [DONE]\n", &[("", "[DONE]")]);
    check("data: [DONE]\r\n", &[("", "[DONE]")]);
    assert_eq!(frames(b"data: a\n\n", 99, &[]).1, None);
    assert!(frames(b"data: a\n", 99, &[]).1.is_some());
}

#[test]
fn a_whole_event_is_handed_on_at_once_and_without_a_copy() {
    let chunk = Bytes::from_static(b"data: a\r\n\r\ndata: b\n\ndata: c");
    let mut framer = Framer::new(99);
    framer.push(chunk.clone());
    let first = framer.next_frame().expect("a frame");
    assert_eq!(first.raw, "data: a\r\n\r\n");
    assert_eq!(first.raw.as_ptr(), chunk.as_ptr());
    assert_eq!(framer.next_frame().expect("a frame").raw, "data: b\n\n");
    assert_eq!(framer.next_frame(), None);
    framer.push(Bytes::from_static(b"\r\n\r"));
    assert_eq!(framer.next_frame().expect("a frame").raw, "data: c\r\n\r");
    framer.push(Bytes::from_static(b"\ndata"));
    let rest_of_crlf = framer.next_frame().expect("a frame");
    assert_eq!(
        (rest_of_crlf.raw.as_ref(), rest_of_crlf.content),
        (&b"\n"[..], Content::Continuation)
    );
}

#[test]
fn an_event_above_the_limit_passes_in_pieces() {
    let input = b"data: 1\n\ndata: 23456789\n\ndata: 3\n\n";
    for cuts in [&[][..], &[12], &[12, 18, 19], &[23], &[24], &[25]] {
        assert_eq!(
            events(input, 10, cuts),
            [
                (String::new(), "1".to_owned()),
                (String::new(), "3".to_owned())
            ],
            "{cuts:?}"
        );
        let (frames, _) = frames(input, 10, cuts);
        let oversized = frames
            .iter()
            .filter(|frame| frame.content == Content::Oversized)
            .count();
        assert_eq!(oversized, 1, "{cuts:?}");
    }
    // Each of two in a row is told as one.
    let two = [&input[9..25], &input[9..25]].concat();
    for cuts in [&[][..], &[12], &[12, 14, 28, 30]] {
        let (frames, _) = frames(&two, 10, cuts);
        let oversized = frames
            .iter()
            .filter(|frame| frame.content == Content::Oversized)
            .count();
        assert_eq!(oversized, 2, "{cuts:?}");
    }
    // Of an event that never ends, no more than the limit is held.
    let mut framer = Framer::new(10);
    framer.push(Bytes::from_static(b"data: 2345"));
    assert_eq!(framer.next_frame(), None);
    for _ in 0..3 {
        framer.push(Bytes::from_static(b"678"));
        assert!(framer.next_frame().is_some());
        assert!(framer.is_mid_oversized());
    }
    assert_eq!(framer.finish(), None);
}

#[test]
fn chunks_may_be_pushed_ahead() {
    let mut framer = Framer::new(99);
    framer.push(Bytes::from_static(b"data: a\n\nda"));
    framer.push(Bytes::from_static(b"ta: b\n\n"));
    assert_eq!(framer.next_frame().expect("a frame").raw, "data: a\n\n");
    assert_eq!(framer.next_frame().expect("a frame").raw, "data: b\n\n");
}

/// Streams dense in what framing turns on.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just("\n"),
        Just("\r"),
        Just("\r\n"),
        Just("\n\n"),
        Just("\r\n\r\n"),
        Just("data:"),
        Just("data: x"),
        Just("data"),
        Just("event: e"),
        Just(":"),
        Just(" "),
        Just("\u{feff}"),
        Just("é"),
        Just("[DONE]"),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat().into_bytes())
}

proptest! {
    #[test]
    fn every_cut_gives_the_same_events(
        input in stream(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        limit in prop_oneof![Just(4_usize), Just(12), Just(1 << 20)],
    ) {
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(input.len() + 1)).collect();
        cuts.sort_unstable();
        prop_assert_eq!(events(&input, limit, &cuts), events(&input, limit, &[]));
        let every: Vec<usize> = (1..input.len()).collect();
        prop_assert_eq!(events(&input, limit, &every), events(&input, limit, &[]));
    }

    #[test]
    fn random_bytes_pass_whole(input in prop::collection::vec(any::<u8>(), 0..200), cut in any::<prop::sample::Index>()) {
        let cut = cut.index(input.len() + 1);
        events(&input, 16, &[cut]);
    }
}
