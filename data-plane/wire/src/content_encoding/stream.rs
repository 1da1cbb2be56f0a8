//! A body that is decoded while it comes.
//!
//! Owns what is kept between two pieces. It must not know headers beyond the one value. Invariants: what a piece stands for
//! comes out with it, but for `zstd`, which keeps a window back; a body that unpacks to many times its length is stopped
//! early; one that is cut is not taken for whole.

use std::io::{self, Write};

use brotli_decompressor::DecompressorWriter;
use flate2::write::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::zstd::Zstd;
use super::{BUFFER, DecodeError, Encoding, is_zlib, layers};

/// So much is decoded whatever the ratio, in bytes: an honest short answer may say one thing many times.
const FREE: u64 = 8 << 20;

/// Beyond that, bytes that one byte may stand for. Texts and events come to ten or twenty; a bomb to a thousand and more.
const RATIO: u64 = 100;

/// Bytes that are given to a decoder at once, which bounds what it makes of them.
const STEP: usize = 1 << 10;

/// Decodes one body.
pub struct Decoding {
    /// In the order in which they are taken off.
    layers: Vec<Layer>,
    taken: u64,
    given: u64,
}

enum Layer {
    Gzip(Box<MultiGzDecoder<Bounded>>),
    /// Whether it has a frame is seen in its first two bytes.
    Deflate(Vec<u8>),
    Zlib(Box<ZlibDecoder<Bounded>>),
    Raw(Box<DeflateDecoder<Bounded>>),
    Brotli(Box<DecompressorWriter<Bounded>>),
    Zstd(Box<Zstd>),
}

/// Where decoders write.
#[derive(Default)]
pub(super) struct Bounded {
    bytes: Vec<u8>,
    room: usize,
    is_over: bool,
}

// === impl Decoding ===

impl Decoding {
    /// For the encodings that the header's value lists; `None` where it lists none.
    ///
    /// # Errors
    /// [`DecodeError::Unsupported`].
    pub fn new(encodings: &str) -> Result<Option<Self>, DecodeError> {
        let mut layers: Vec<Layer> = layers(encodings)?.into_iter().map(Layer::new).collect();
        layers.reverse();
        Ok((!layers.is_empty()).then_some(Self {
            layers,
            taken: 0,
            given: 0,
        }))
    }

    /// Takes from the front of `piece` until about `enough` bytes are decoded, or it is empty; gives what they stand for.
    ///
    /// # Errors
    /// See [`DecodeError`]; nothing more can be decoded then.
    pub fn take(&mut self, piece: &mut &[u8], enough: usize) -> Result<Vec<u8>, DecodeError> {
        let mut out = Vec::new();
        while !piece.is_empty() && out.len() < enough {
            let (step, rest) = piece.split_at(STEP.min(piece.len()));
            *piece = rest;
            self.taken = self.taken.saturating_add(length(step));
            let mut decoded = self.step(step)?;
            self.given = self.given.saturating_add(length(&decoded));
            match out.is_empty() {
                true => out = decoded,
                false => out.append(&mut decoded),
            }
        }
        Ok(out)
    }

    fn step(&mut self, step: &[u8]) -> Result<Vec<u8>, DecodeError> {
        let most = FREE.max(self.taken.saturating_mul(RATIO));
        let room = usize::try_from(most.saturating_sub(self.given)).unwrap_or(usize::MAX);
        let mut bytes: Option<Vec<u8>> = None;
        for layer in &mut self.layers {
            let decoded = layer.decode(bytes.as_deref().unwrap_or(step), room)?;
            bytes = Some(decoded);
        }
        Ok(bytes.unwrap_or_default())
    }

    /// The body is over.
    ///
    /// # Errors
    /// [`DecodeError::Broken`] where it was cut.
    pub fn finish(self) -> Result<(), DecodeError> {
        if self.taken == 0 {
            // An empty body has no encoding to speak of.
            return Ok(());
        }
        self.layers.into_iter().try_for_each(Layer::finish)
    }
}

/// Bodies are not shown.
impl std::fmt::Debug for Decoding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decoding")
            .field("layers", &self.layers.len())
            .field("taken", &self.taken)
            .field("given", &self.given)
            .finish()
    }
}

// === impl Layer ===

impl Layer {
    fn new(encoding: Encoding) -> Self {
        match encoding {
            Encoding::Gzip => Self::Gzip(Box::new(MultiGzDecoder::new(Bounded::default()))),
            Encoding::Deflate => Self::Deflate(Vec::new()),
            Encoding::Brotli => Self::Brotli(Box::new(DecompressorWriter::new(
                Bounded::default(),
                BUFFER,
            ))),
            Encoding::Zstd => Self::Zstd(Box::default()),
        }
    }

    fn decode(&mut self, bytes: &[u8], room: usize) -> Result<Vec<u8>, DecodeError> {
        match self {
            Self::Gzip(decoder) => {
                decoder.get_mut().room = room;
                let written = written(decoder, bytes);
                decoder.get_mut().result(written)
            }
            Self::Zlib(decoder) => {
                decoder.get_mut().room = room;
                let written = written(decoder, bytes);
                decoder.get_mut().result(written)
            }
            Self::Raw(decoder) => {
                decoder.get_mut().room = room;
                let written = written(decoder, bytes);
                decoder.get_mut().result(written)
            }
            Self::Brotli(decoder) => {
                decoder.get_mut().room = room;
                let written = decoder.write_all(bytes);
                decoder.get_mut().result(written)
            }
            Self::Zstd(decoder) => decoder.decode(bytes, room),
            Self::Deflate(held) => {
                held.extend_from_slice(bytes);
                if held.len() < 2 {
                    return Ok(Vec::new());
                }
                let held = std::mem::take(held);
                *self = match is_zlib(&held) {
                    true => Self::Zlib(Box::new(ZlibDecoder::new(Bounded::default()))),
                    // Some senders leave out the frame that the name stands for.
                    false => Self::Raw(Box::new(DeflateDecoder::new(Bounded::default()))),
                };
                self.decode(&held, room)
            }
        }
    }

    fn finish(self) -> Result<(), DecodeError> {
        let finished = match self {
            Self::Gzip(mut decoder) => decoder.try_finish(),
            Self::Zlib(mut decoder) => decoder.try_finish(),
            Self::Raw(mut decoder) => decoder.try_finish(),
            Self::Brotli(mut decoder) => decoder.close(),
            Self::Zstd(decoder) => return decoder.finish(),
            Self::Deflate(_) => return Err(DecodeError::Broken),
        };
        finished.map_err(|_| DecodeError::Broken)
    }
}

/// Writes all of it, and has all come out that it stands for.
fn written(decoder: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    decoder.write_all(bytes)?;
    decoder.flush()
}

// === impl Bounded ===

impl Bounded {
    fn result(&mut self, written: io::Result<()>) -> Result<Vec<u8>, DecodeError> {
        match written {
            _ if self.is_over => Err(DecodeError::TooLarge),
            Ok(()) => Ok(std::mem::take(&mut self.bytes)),
            Err(_) => Err(DecodeError::Broken),
        }
    }
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len().saturating_add(bytes.len()) > self.room {
            self.is_over = true;
            return Err(io::Error::other(DecodeError::TooLarge));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
