//! Bodies in pieces: cut anywhere, cut short, and such that unpack to more than anybody holds.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

use super::super::DecodeError;
use super::{Decoding, FREE};

const TEXT: &[u8] = b"{\"model\":\"m\"}";
/// The same, by the reference implementations' command lines.
const BROTLI: &[u8] = &[
    0x0b, 0x06, 0x80, 0x7b, 0x22, 0x6d, 0x6f, 0x64, 0x65, 0x6c, 0x22, 0x3a, 0x22, 0x6d, 0x22, 0x7d,
    0x03,
];
const ZSTD: &[u8] = &[
    0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x0d, 0x69, 0x00, 0x00, 0x7b, 0x22, 0x6d, 0x6f, 0x64, 0x65, 0x6c,
    0x22, 0x3a, 0x22, 0x6d, 0x22, 0x7d,
];
/// A frame with a window of 128 KiB.
const ZSTD_HEAD: [u8; 6] = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38];

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("encodes");
    encoder.finish().expect("encodes")
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("encodes");
    encoder.finish().expect("encodes")
}

fn raw(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("encodes");
    encoder.finish().expect("encodes")
}

/// A block of `zstd`: as it is, or one byte many times.
fn block(is_last: bool, bytes: &[u8], times: Option<u32>) -> Vec<u8> {
    let size = times.unwrap_or(u32::try_from(bytes.len()).expect("short"));
    let header = size << 3 | u32::from(times.is_some()) << 1 | u32::from(is_last);
    [&header.to_le_bytes()[..3], bytes].concat()
}

fn decoding(encodings: &str) -> Decoding {
    Decoding::new(encodings).expect("known").expect("some")
}

/// The pieces decoded, and the longest part that was given at once.
fn decoded(encodings: &str, pieces: &[&[u8]]) -> Result<(Vec<u8>, usize), DecodeError> {
    let mut decoding = decoding(encodings);
    let (mut out, mut longest) = (Vec::new(), 0);
    for piece in pieces {
        let mut piece = *piece;
        while !piece.is_empty() {
            let part = decoding.take(&mut piece, 1 << 16)?;
            longest = longest.max(part.len());
            out.extend_from_slice(&part);
        }
    }
    decoding.finish()?;
    Ok((out, longest))
}

fn each() -> [(&'static str, Vec<u8>); 7] {
    [
        ("gzip", gzip(TEXT)),
        ("deflate", zlib(TEXT)),
        ("deflate", raw(TEXT)),
        ("br", BROTLI.to_vec()),
        ("zstd", ZSTD.to_vec()),
        ("zstd", [&ZSTD_HEAD[..], &block(true, TEXT, None)].concat()),
        ("gzip, gzip", gzip(&gzip(TEXT))),
    ]
}

#[test]
fn cut_anywhere_a_body_is_the_same() {
    for (name, body) in each() {
        for cut in 0..=body.len() {
            let (first, second) = body.split_at(cut);
            let (out, _) = decoded(name, &[first, second]).expect(name);
            assert_eq!(out, TEXT, "{name} at {cut}");
        }
        let bytes: Vec<&[u8]> = body.chunks(1).collect();
        assert_eq!(decoded(name, &bytes).expect(name).0, TEXT, "{name}");
    }
}

#[test]
fn a_body_that_is_cut_short_is_not_whole() {
    for (name, body) in each() {
        for end in 1..body.len() {
            let cut = decoded(name, &[&body[..end]]);
            assert_eq!(cut.map(|_| ()), Err(DecodeError::Broken), "{name}, {end}");
        }
        assert_eq!(decoded(name, &[]), Ok((Vec::new(), 0)), "{name}");
    }
    for name in ["gzip", "br", "zstd"] {
        assert_eq!(decoded(name, &[TEXT]).map(|_| ()), Err(DecodeError::Broken));
    }
    assert_eq!(
        Decoding::new("compress").err(),
        Some(DecodeError::Unsupported)
    );
    assert!(Decoding::new("identity").expect("known").is_none());
}

#[test]
fn what_was_flushed_comes_out_at_once() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let mut decoding = decoding("gzip");
    for number in 0..50 {
        let event = format!("data: {{\"number\":{number}}}\n\n");
        encoder.write_all(event.as_bytes()).expect("encodes");
        encoder.flush().expect("encodes");
        let sent = std::mem::take(encoder.get_mut());
        let out = decoding.take(&mut &sent[..], usize::MAX).expect("decodes");
        assert_eq!(String::from_utf8(out).expect("text"), event);
    }
    let last = encoder.finish().expect("encodes");
    decoding.take(&mut &last[..], usize::MAX).expect("decodes");
    assert_eq!(decoding.finish(), Ok(()));
}

/// What came out until it was stopped.
#[track_caller]
fn check_bomb(encodings: &str, body: &[u8]) {
    let mut decoding = decoding(encodings);
    let mut piece = body;
    let mut out: u64 = 0;
    let error = loop {
        assert!(!piece.is_empty(), "{encodings}: nothing stops it");
        match decoding.take(&mut piece, 1 << 16) {
            Ok(part) => {
                assert!(part.len() <= 4 << 20, "{encodings}: {} at once", part.len());
                out += part.len() as u64;
            }
            Err(error) => break error,
        }
    };
    assert_eq!(error, DecodeError::TooLarge, "{encodings}");
    assert!(out <= FREE, "{encodings}: {out}");
}

#[test]
fn a_bomb_is_stopped_early() {
    let spaces = vec![b' '; 32 << 20];
    let bomb = gzip(&spaces);
    check_bomb("gzip", &bomb);
    check_bomb("deflate", &zlib(&spaces));
    check_bomb("deflate", &raw(&spaces));
    check_bomb("gzip, gzip", &gzip(&gzip(&vec![b' '; 64 << 20])));
    let blocks: Vec<u8> = (0..512)
        .flat_map(|at| block(at == 511, b" ", Some(128 << 10)))
        .collect();
    check_bomb("zstd", &[&ZSTD_HEAD[..], &blocks].concat());
}

#[test]
fn a_window_that_is_too_large_is_refused() {
    // 1 GiB.
    let head = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 20 << 3];
    let mut decoding = decoding("zstd");
    let taken = decoding.take(&mut &head[..], 1);
    assert_eq!(taken, Err(DecodeError::TooLarge));
}

#[test]
fn a_long_honest_body_passes_in_parts() {
    let mut text = Vec::new();
    for number in 0_u64.. {
        let token = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
        write!(
            text,
            "data: {{\"choices\":[{{\"delta\":{{\"content\":\"{token}\"}}}}]}}\n\n"
        )
        .expect("written");
        if text.len() > 12 << 20 {
            break;
        }
    }
    let body = gzip(&text);
    let (out, longest) = decoded("gzip", &[&body]).expect("decodes");
    assert!(out == text, "it is the same");
    assert!(longest < 1 << 20, "{longest} at once");
}
