//! Frames by hand, cut everywhere.

use std::ops::ControlFlow;

use super::{Message, ServerMessages, close_frame, text_frame};

const LIMIT: usize = 300;

/// What was told, with texts of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Told {
    Text(String),
    Unread,
    Close(Option<u16>),
}

/// A frame as a server sends it: the first byte, and the payload in the shortest form of its length.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let length = payload.len();
    let mut out = vec![first];
    match length {
        0..126 => out.push(u8::try_from(length).expect("short")),
        126..=0xffff => {
            out.push(126);
            out.extend(u16::try_from(length).expect("medium").to_be_bytes());
        }
        _ => {
            out.push(127);
            out.extend(u64::try_from(length).expect("long").to_be_bytes());
        }
    }
    out.extend_from_slice(payload);
    out
}

fn read(pieces: &[&[u8]]) -> (Vec<Told>, ServerMessages) {
    let mut told = Vec::new();
    let mut messages = ServerMessages::new(LIMIT);
    for piece in pieces {
        messages.push(piece, |message| {
            told.push(match message {
                Message::Text(text) => Told::Text(text.to_owned()),
                Message::Unread => Told::Unread,
                Message::Close(status) => Told::Close(status),
            });
            ControlFlow::Continue(())
        });
    }
    (told, messages)
}

/// The same whole, at every split in two, and byte by byte.
#[track_caller]
fn check(frames: &[Vec<u8>], expected: &[Told]) -> ServerMessages {
    let all = frames.concat();
    for at in 0..=all.len() {
        let (first, second) = all.split_at(at);
        assert_eq!(read(&[first, second]).0, expected, "split at {at}");
    }
    let bytes: Vec<&[u8]> = all.chunks(1).collect();
    let (told, messages) = read(&bytes);
    assert_eq!(told, expected, "byte by byte");
    assert!(messages.held.capacity() <= 2 * LIMIT);
    messages
}

#[test]
fn it_stops_behind_a_message() {
    let all = [frame(0x81, b"one"), frame(0x82, b"x"), frame(0x81, b"two")].concat();
    let mut messages = ServerMessages::new(LIMIT);
    let stop = |message: Message<'_>| match message {
        Message::Text(_) => ControlFlow::Break(()),
        Message::Unread | Message::Close(_) => ControlFlow::Continue(()),
    };
    assert_eq!(messages.push(&all, stop), 5);
    assert_eq!(messages.push(&all[5..], stop), 8);
    assert_eq!(messages.push(&all[13..], stop), 0);
}

#[test]
fn what_is_written_is_read() {
    let text = "\u{f6}".repeat(150);
    let all = [
        text_frame("hi"),
        text_frame(&text),
        close_frame(1008, &text),
    ];
    assert!(all[2].len() <= 127);
    let expected = [said("hi"), said(&text), Told::Close(Some(1008))];
    check(&all, &expected);
}

fn said(text: &str) -> Told {
    Told::Text(text.to_owned())
}

#[test]
fn texts_of_every_length_form() {
    for length in [0, 1, 125, 126, 300] {
        let text = "x".repeat(length);
        let messages = check(&[frame(0x81, text.as_bytes())], &[said(&text)]);
        assert!(!messages.is_lost() && !messages.is_closed());
    }
    // A length may be written longer than it must.
    let long = [&[0x81, 127, 0, 0, 0, 0, 0, 0, 0, 2][..], b"hi"].concat();
    check(&[long], &[said("hi")]);
}

#[test]
fn fragments_with_control_frames_between_them() {
    let frames = [
        frame(0x01, b"one "),
        frame(0x89, b"ping"),
        frame(0x00, b""),
        frame(0x00, "tw\u{f6}".as_bytes()),
        frame(0x8a, b""),
        frame(0x80, b" three"),
        frame(0x81, b"next"),
    ];
    check(&frames, &[said("one tw\u{f6} three"), said("next")]);
}

#[test]
fn what_is_no_text_or_too_long_is_passed_over() {
    let half = "y".repeat(200);
    let frames = [
        frame(0x82, b"\x00\x01"),
        frame(0x81, "z".repeat(LIMIT + 1).as_bytes()),
        frame(0x01, half.as_bytes()),
        frame(0x80, half.as_bytes()),
        frame(0x81, b"\xff"),
        frame(0x81, &vec![b'w'; 70_000][..1000]),
        frame(0x81, b"after"),
    ];
    let expected = [
        Told::Unread,
        Told::Unread,
        Told::Unread,
        Told::Unread,
        Told::Unread,
        said("after"),
    ];
    check(&frames, &expected);
}

#[test]
fn nothing_is_read_behind_a_close() {
    let normal = check(
        &[frame(0x88, b"\x03\xe8bye"), frame(0x81, b"late")],
        &[Told::Close(Some(1000))],
    );
    assert!(normal.is_closed());
    check(&[frame(0x88, b"")], &[Told::Close(None)]);
}

#[test]
fn what_cannot_be_followed_ends_the_reading() {
    let hello = frame(0x81, b"hello");
    for (what, bad) in [
        ("a compressed message", frame(0xc1, b"x")),
        ("a reserved opcode", frame(0x83, b"x")),
        ("a reserved control opcode", frame(0x8b, b"x")),
        ("a mask", vec![0x81, 0x81, 1, 2, 3, 4, 5]),
        ("a continuation of nothing", frame(0x80, b"x")),
        ("a control frame in fragments", frame(0x09, b"x")),
        ("a long control frame", frame(0x89, &[b'x'; 126])),
        ("no length", vec![0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 0]),
    ] {
        let frames = [hello.clone(), bad, hello.clone()];
        let messages = check(&frames, &[said("hello")]);
        assert!(messages.is_lost() && !messages.is_closed(), "{what}");
    }
    let frames = [frame(0x01, b"begun"), hello];
    assert!(check(&frames, &[]).is_lost(), "a message within another");
}
