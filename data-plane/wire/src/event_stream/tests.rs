//! Vectors, and what holds for any cut and any damage.

use bytes::Bytes;
use proptest::prelude::*;

use super::{Broken, Decoder, HEADERS, Kind, Message, Value};

const EMPTY: &str = "000000100000000005c248eb7d98c8ff";
const DELTA: &str = "0000009400000057b4ab9aee0b3a6576656e742d74797065070011636f6e74656e74426c6f636b44656c7461\
    0d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d747970650700056576656e74\
    7b22636f6e74656e74426c6f636b496e646578223a302c2264656c7461223a7b2274657874223a224869227d7d1f944657";
const THROTTLED: &str = "0000008800000061de0175f40f3a657863657074696f6e2d747970650700137468726f74746c696e6745786365\
    7074696f6e0d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d7479706507000965\
    7863657074696f6e7b226d657373616765223a22736c6f7720646f776e227d832ee072";

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    digits
        .chunks(2)
        .map(|pair| {
            let pair = std::str::from_utf8(pair).expect("ASCII");
            u8::from_str_radix(pair, 16).expect("hex")
        })
        .collect()
}

/// A message as AWS frames it.
fn framed(headers: &[u8], payload: &[u8]) -> Vec<u8> {
    let length = |number: usize| u32::try_from(number).expect("small").to_be_bytes();
    let mut out = length(headers.len() + payload.len() + 16).to_vec();
    out.extend(length(headers.len()));
    out.extend(crc32fast::hash(&out).to_be_bytes());
    out.extend([headers, payload].concat());
    out.extend(crc32fast::hash(&out).to_be_bytes());
    out
}

/// All messages of a stream that is cut like this, and how it ends.
fn decode(input: &[u8], cuts: &[usize], limit: usize) -> (Vec<Message>, Result<(), Broken>) {
    let (mut decoder, mut messages, mut from) = (Decoder::new(limit), Vec::new(), 0);
    for cut in cuts.iter().copied().chain([input.len()]) {
        decoder.push(&input[from..cut]);
        from = cut;
        loop {
            match decoder.next_message() {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => break,
                Err(broken) => {
                    decoder.push(b"more");
                    assert_eq!(decoder.next_message(), Ok(None), "told twice");
                    return (messages, Err(broken));
                }
            }
        }
    }
    (messages, decoder.finish())
}

fn stream() -> Vec<u8> {
    [bytes(EMPTY), bytes(DELTA), bytes(THROTTLED)].concat()
}

#[track_caller]
fn is_the_stream(messages: &[Message]) {
    let seen: Vec<(Kind, &[u8])> = messages
        .iter()
        .map(|message| (message.kind(), &*message.payload))
        .collect();
    let (delta, throttled) = (
        Bytes::from("contentBlockDelta"),
        Bytes::from("throttlingException"),
    );
    let expected: [(Kind, &[u8]); 3] = [
        (Kind::Other, b""),
        (
            Kind::Event(delta),
            br#"{"contentBlockIndex":0,"delta":{"text":"Hi"}}"#,
        ),
        (Kind::Exception(throttled), br#"{"message":"slow down"}"#),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn vectors_at_every_cut() {
    let input = stream();
    for cut in 0..=input.len() {
        let (messages, end) = decode(&input, &[cut], 1 << 20);
        assert_eq!(end, Ok(()), "cut at {cut}");
        is_the_stream(&messages);
    }
    let every: Vec<usize> = (1..input.len()).collect();
    is_the_stream(&decode(&input, &every, 1 << 20).0);
}

#[test]
fn a_flipped_bit_is_an_error() {
    let input = bytes(DELTA);
    for index in 0..input.len() * 8 {
        let mut damaged = input.clone();
        damaged[index / 8] ^= 1 << (index % 8);
        let (messages, end) = decode(&damaged, &[], 1 << 20);
        assert!(messages.is_empty(), "bit {index}: {messages:?}");
        assert!(end.is_err(), "bit {index}");
    }
}

#[test]
fn what_ends_within_a_message_is_not_complete() {
    let input = bytes(DELTA);
    for length in 1..input.len() {
        let end = decode(&input[..length], &[], 1 << 20).1;
        assert_eq!(end, Err(Broken::Truncated), "{length} bytes");
    }
}

#[test]
fn lengths_are_judged_before_anything_is_kept() {
    let input = framed(b"", &[0; 1000]);
    assert_eq!(decode(&input, &[], 1016).1, Ok(()));
    // The prelude alone tells.
    assert_eq!(decode(&input[..12], &[], 1015).1, Err(Broken::TooLong));
    let prelude = |total: u32, headers: u32| {
        let mut out = [total.to_be_bytes(), headers.to_be_bytes()].concat();
        out.extend(crc32fast::hash(&out).to_be_bytes());
        out
    };
    let too_long = u32::try_from(HEADERS).expect("small") + 1;
    for (total, headers, expected) in [
        (15, 0, Broken::Length),
        (0, 0, Broken::Length),
        (20, 5, Broken::Length),
        (u32::MAX, 0, Broken::TooLong),
        (1 << 20, too_long, Broken::TooLong),
        (16, u32::MAX, Broken::TooLong),
    ] {
        let end = decode(&prelude(total, headers), &[], 1 << 21).1;
        assert_eq!(end, Err(expected), "{total}, {headers}");
    }
}

#[test]
fn every_type_of_header_is_passed_over() {
    let mut headers = Vec::new();
    for (kind, value) in [
        (0, &b""[..]),
        (1, b""),
        (2, b"1"),
        (3, b"12"),
        (4, b"1234"),
        (5, b"12345678"),
        (6, b"\0\x03abc"),
        (8, b"12345678"),
        (9, b"1234567812345678"),
    ] {
        headers.extend([1, b'h', kind]);
        headers.extend(value);
    }
    headers.extend([1, b't', 7, 0, 2, b'o', b'k']);
    let (messages, end) = decode(&framed(&headers, b"x"), &[], 1 << 20);
    assert_eq!(end, Ok(()));
    let message = messages.first().expect("a message");
    let read: Vec<_> = message.headers().flatten().collect();
    assert_eq!(read.len(), 10);
    assert_eq!(message.text("t").as_deref(), Some(&b"ok"[..]));
    assert_eq!(message.text("h"), None);
    assert_eq!(read.first().map(|it| it.1), Some(Value::Other));
}

#[test]
fn headers_that_cannot_be_read() {
    for headers in [
        &b"\x05ab"[..],
        b"\0",
        b"\x01a",
        b"\x01a\x0a",
        b"\x01a\x07\0",
        b"\x01a\x07\0\x05abc",
        b"\x01a\x06\xff\xff",
        b"\x01a\x05123",
    ] {
        let end = decode(&framed(headers, b""), &[], 1 << 20).1;
        assert_eq!(end, Err(Broken::Headers), "{headers:?}");
    }
}

proptest! {
    #[test]
    fn nothing_panics(input in proptest::collection::vec(any::<u8>(), 0..200), cut in 0usize..200) {
        let cut = cut.min(input.len());
        let _ = decode(&input, &[cut], 1 << 16);
    }

    #[test]
    fn headers_never_panic(headers in proptest::collection::vec(any::<u8>(), 0..64)) {
        let _ = decode(&framed(&headers, b"payload"), &[], 1 << 16);
    }

    #[test]
    fn cuts_do_not_matter(
        payloads in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..64), 0..6),
        cuts in proptest::collection::vec(0usize..600, 0..8),
    ) {
        let input: Vec<u8> = payloads.iter().flat_map(|payload| framed(b"", payload)).collect();
        let mut cuts: Vec<usize> = cuts.into_iter().filter(|cut| *cut <= input.len()).collect();
        cuts.sort_unstable();
        let (messages, end) = decode(&input, &cuts, 1 << 16);
        prop_assert_eq!(end, Ok(()));
        let seen: Vec<Vec<u8>> = messages.iter().map(|message| message.payload.to_vec()).collect();
        prop_assert_eq!(seen, payloads);
    }
}
