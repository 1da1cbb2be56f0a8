//! The server's codec of ADS: messages that are encoded before they reach tonic.
//!
//! Owns `Encoded`, one message as a list of chunks, and the codec that writes it. Must not know what is in the
//! chunks. The invariant: chunks that many streams share are copied once per stream, into the send buffer, and
//! never re-encoded.

use std::fmt;
use std::marker::PhantomData;

use bytes::{BufMut, Bytes};
use prost::Message;
use tonic::Status;
use tonic::codec::{Codec, EncodeBuf, Encoder};
use tonic_prost::ProstDecoder;

/// One encoded protobuf message. The chunks are concatenated on the wire; protobuf fields may come in any
/// order, so a shared chunk of repeated resources can stand beside a few bytes that belong to one stream.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Encoded(Vec<Bytes>);

/// Writes `Encoded`, reads prost messages of type `D`.
pub struct SharedCodec<D>(PhantomData<fn() -> D>);

/// The writing half of [`SharedCodec`].
#[derive(Clone, Copy, Debug, Default)]
pub struct ChunkEncoder;

// === impl Encoded ===

impl Encoded {
    /// Length on the wire in bytes, without gRPC's own five.
    pub fn len(&self) -> usize {
        self.0.iter().map(Bytes::len).sum()
    }

    /// Whether the message has no field at all; such a message is legal.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Bytes::is_empty)
    }

    /// The chunks in wire order.
    pub fn chunks(&self) -> &[Bytes] {
        &self.0
    }
}

impl From<Bytes> for Encoded {
    fn from(message: Bytes) -> Self {
        Encoded(vec![message])
    }
}

impl From<Vec<Bytes>> for Encoded {
    fn from(chunks: Vec<Bytes>) -> Self {
        Encoded(chunks)
    }
}

/// Prints the size only: resources may be secrets.
impl fmt::Debug for Encoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Encoded({} bytes)", self.len())
    }
}

// === impl SharedCodec ===

impl<D> Default for SharedCodec<D> {
    fn default() -> Self {
        SharedCodec(PhantomData)
    }
}

impl<D> fmt::Debug for SharedCodec<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedCodec")
    }
}

impl<D: Message + Default + Send + 'static> Codec for SharedCodec<D> {
    type Encode = Encoded;
    type Decode = D;
    type Encoder = ChunkEncoder;
    type Decoder = ProstDecoder<D>;

    fn encoder(&mut self) -> Self::Encoder {
        ChunkEncoder
    }

    fn decoder(&mut self) -> Self::Decoder {
        ProstDecoder::default()
    }
}

// === impl ChunkEncoder ===

impl Encoder for ChunkEncoder {
    type Item = Encoded;
    type Error = Status;

    fn encode(&mut self, item: Encoded, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.reserve(item.len());
        for chunk in item.0 {
            buffer.put_slice(&chunk);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
