//! Bodies that were encoded for the way: `gzip`, `deflate`, `br` and `zstd` (RFC 9110 section 8.4).
//!
//! It must not know headers beyond the one value. Invariant: what comes out is never longer than the limit, whatever a body
//! pretends to be, and no more than one buffer beyond it is ever unpacked.

use std::io::{self, Read};

use bytes::Bytes;

mod stream;
mod zstd;

pub use stream::Decoding;

/// More than this many encodings on top of each other are nobody's honest body.
const LAYERS: usize = 2;

/// What decoders read ahead, in bytes.
const BUFFER: usize = 8 << 10;

/// Why a body cannot be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// An encoding that is not read, or too many.
    #[error("the content-encoding is not gzip, deflate, br or zstd; send one of them, or none")]
    Unsupported,
    /// It would be longer than the limit.
    #[error("the body is longer than the limit once it is decoded")]
    TooLarge,
    /// The body is not what its encoding says.
    #[error("the body is not what its content-encoding says")]
    Broken,
}

#[derive(Debug, Clone, Copy)]
enum Encoding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

/// The body without the encodings that the header's value lists, of at most `limit` bytes.
///
/// # Errors
/// See [`DecodeError`].
pub fn decode(encodings: &str, body: Bytes, limit: usize) -> Result<Bytes, DecodeError> {
    // The last one was put on last.
    layers(encodings)?
        .into_iter()
        .rev()
        .try_fold(body, |body, encoding| encoding.decode(&body, limit))
}

/// The encodings that a header's value lists, as they were put on.
fn layers(encodings: &str) -> Result<Vec<Encoding>, DecodeError> {
    let listed = encodings.split(',').map(str::trim);
    let is_none = |name: &&str| !name.is_empty() && !name.eq_ignore_ascii_case("identity");
    let layers: Vec<Encoding> = listed
        .filter(is_none)
        .map(|name| Encoding::parse(name).ok_or(DecodeError::Unsupported))
        .collect::<Result<_, _>>()?;
    match layers.len() > LAYERS {
        true => Err(DecodeError::Unsupported),
        false => Ok(layers),
    }
}

// === impl Encoding ===

impl Encoding {
    fn parse(name: &str) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Self::Gzip,
            "deflate" => Self::Deflate,
            "br" => Self::Brotli,
            "zstd" => Self::Zstd,
            _ => return None,
        })
    }

    fn decode(self, body: &[u8], limit: usize) -> Result<Bytes, DecodeError> {
        match self {
            Self::Gzip => read(flate2::read::MultiGzDecoder::new(body), limit),
            Self::Deflate if is_zlib(body) => read(flate2::read::ZlibDecoder::new(body), limit),
            // Some senders leave out the frame that the name stands for.
            Self::Deflate => read(flate2::read::DeflateDecoder::new(body), limit),
            Self::Brotli => read(brotli_decompressor::Decompressor::new(body, BUFFER), limit),
            Self::Zstd => {
                let decoder = ruzstd::decoding::StreamingDecoder::new(body)
                    .map_err(|_| DecodeError::Broken)?;
                read(decoder, limit)
            }
        }
    }
}

/// RFC 1950 section 2.2: the method, and the check of the two bytes.
fn is_zlib(body: &[u8]) -> bool {
    match body {
        [first, second, ..] => {
            first & 0x0f == 8 && (u16::from(*first) << 8 | u16::from(*second)) % 31 == 0
        }
        _ => false,
    }
}

fn read(decoder: impl Read, limit: usize) -> Result<Bytes, DecodeError> {
    let mut out = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let read: io::Result<usize> = decoder.take(most).read_to_end(&mut out);
    if out.len() > limit {
        return Err(DecodeError::TooLarge);
    }
    read.map_err(|_| DecodeError::Broken)?;
    Ok(out.into())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use bytes::Bytes;
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::{DecodeError, decode};

    const TEXT: &[u8] = b"{\"model\":\"m\"}";
    /// The same, by the reference implementations' command lines.
    const BROTLI: &[u8] = &[
        0x0b, 0x06, 0x80, 0x7b, 0x22, 0x6d, 0x6f, 0x64, 0x65, 0x6c, 0x22, 0x3a, 0x22, 0x6d, 0x22,
        0x7d, 0x03,
    ];
    const ZSTD: &[u8] = &[
        0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x0d, 0x69, 0x00, 0x00, 0x7b, 0x22, 0x6d, 0x6f, 0x64, 0x65,
        0x6c, 0x22, 0x3a, 0x22, 0x6d, 0x22, 0x7d,
    ];

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).expect("encodes");
        encoder.finish().expect("encodes")
    }

    #[track_caller]
    fn check(encodings: &str, body: &[u8], expected: Result<&[u8], DecodeError>) {
        let decoded = decode(encodings, Bytes::copy_from_slice(body), 1024);
        assert_eq!(
            decoded.as_deref().map_err(|error| *error),
            expected,
            "{encodings}"
        );
    }

    #[test]
    fn each_encoding() {
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(TEXT).expect("encodes");
        let mut raw = DeflateEncoder::new(Vec::new(), Compression::fast());
        raw.write_all(TEXT).expect("encodes");
        check("gzip", &gzip(TEXT), Ok(TEXT));
        check("X-GZIP", &gzip(TEXT), Ok(TEXT));
        check("deflate", &zlib.finish().expect("encodes"), Ok(TEXT));
        check("deflate", &raw.finish().expect("encodes"), Ok(TEXT));
        check("br", BROTLI, Ok(TEXT));
        check("zstd", ZSTD, Ok(TEXT));
        check("identity", TEXT, Ok(TEXT));
        check("", TEXT, Ok(TEXT));
        check("gzip, gzip", &gzip(&gzip(TEXT)), Ok(TEXT));
    }

    #[test]
    fn what_is_refused() {
        check("compress", TEXT, Err(DecodeError::Unsupported));
        check("gzip, gzip, gzip", TEXT, Err(DecodeError::Unsupported));
        for name in ["gzip", "br", "zstd"] {
            check(name, b"{\"model\":", Err(DecodeError::Broken));
        }
        let whole = gzip(TEXT);
        check("gzip", &whole[..whole.len() - 3], Err(DecodeError::Broken));
        check("zstd", &ZSTD[..ZSTD.len() - 2], Err(DecodeError::Broken));
    }

    #[test]
    fn a_bomb_is_stopped_at_the_limit() {
        let bomb = gzip(&vec![b' '; 64 << 20]);
        assert!(bomb.len() < 1 << 20);
        let twice = gzip(&bomb);
        check("gzip", &bomb, Err(DecodeError::TooLarge));
        check("gzip, gzip", &twice, Err(DecodeError::TooLarge));
    }
}
