//! Messages of `application/vnd.amazon.eventstream` in a byte stream (llm.md 2.8), as Bedrock's streams have them.
//!
//! Owns the framing and its checks; what a message means is for who reads its headers. Invariants: however the input is
//! cut, the messages are the same; nothing of a message is told before its checksum was right; memory is bounded by the
//! limit, because a length above it is refused from the prelude alone. After an error the stream is over: nothing behind
//! a wrong length can be trusted.

use bytes::{Buf, Bytes, BytesMut};

/// Total length, headers' length, and their checksum.
const PRELUDE: usize = 12;
/// The checksum at the end.
const TRAILER: usize = 4;
/// Longest block of headers that AWS sends.
const HEADERS: usize = 128 * 1024;

/// Cuts a byte stream into messages.
#[derive(Debug)]
pub struct Decoder {
    limit: usize,
    pending: BytesMut,
    is_broken: bool,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The headers as they were framed; all can be read.
    headers: Bytes,
    /// Payload.
    pub payload: Bytes,
}

/// The value of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Value<'b> {
    /// Text, which nobody has checked to be UTF-8.
    String(&'b [u8]),
    /// Anything else, whose bytes nobody here needs.
    Other,
}

/// What ends a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// A checksum is wrong.
    #[error("a message of the event stream has a wrong checksum")]
    Checksum,
    /// A length that no message can have.
    #[error("a message of the event stream has lengths that contradict each other")]
    Length,
    /// Longer than what is taken.
    #[error("a message of the event stream is longer than the limit")]
    TooLong,
    /// The headers cannot be read.
    #[error("a message of the event stream has headers that cannot be read")]
    Headers,
    /// The stream ended within a message.
    #[error("the event stream ends within a message")]
    Truncated,
}

/// What a message is, by its `:message-type`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An event, of this `:event-type`.
    Event(Bytes),
    /// A modelled fault, of this `:exception-type`.
    Exception(Bytes),
    /// A fault of the service, with its `:error-code`.
    Error(Bytes),
    /// Something that this version does not know, to be passed over.
    Other,
}

// === impl Decoder ===

impl Decoder {
    /// `limit` is in bytes, for one message with its framing.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            pending: BytesMut::new(),
            is_broken: false,
        }
    }

    /// Gives the next chunk.
    pub fn push(&mut self, chunk: &[u8]) {
        if !self.is_broken {
            self.pending.extend_from_slice(chunk);
        }
    }

    /// The next message that is complete.
    ///
    /// # Errors
    /// What is broken in the stream, once; from then on there is nothing more.
    pub fn next_message(&mut self) -> Result<Option<Message>, Broken> {
        let outcome = self.cut();
        if outcome.is_err() {
            self.is_broken = true;
            self.pending = BytesMut::new();
        }
        outcome
    }

    /// The stream has ended.
    ///
    /// # Errors
    /// If it ended within a message.
    pub fn finish(&self) -> Result<(), Broken> {
        match self.pending.is_empty() {
            true => Ok(()),
            false => Err(Broken::Truncated),
        }
    }

    fn cut(&mut self) -> Result<Option<Message>, Broken> {
        // The prelude stays in the buffer until the message is whole, so that it is read from the same place each time.
        let Some((lengths, sum)) = self.pending.get(..PRELUDE).map(|it| it.split_at(8)) else {
            return Ok(None);
        };
        if crc32fast::hash(lengths).to_be_bytes() != sum {
            return Err(Broken::Checksum);
        }
        let mut lengths = lengths;
        let total = usize::try_from(lengths.get_u32()).map_err(|_| Broken::TooLong)?;
        let headers = usize::try_from(lengths.get_u32()).map_err(|_| Broken::TooLong)?;
        if headers > HEADERS || total > self.limit {
            return Err(Broken::TooLong);
        }
        if total < PRELUDE + headers + TRAILER {
            return Err(Broken::Length);
        }
        if self.pending.len() < total {
            return Ok(None);
        }
        let mut message = self.pending.split_to(total).freeze();
        let mut sum = message.split_off(total - TRAILER);
        if crc32fast::hash(&message) != sum.get_u32() {
            return Err(Broken::Checksum);
        }
        let mut rest = message.split_off(PRELUDE);
        let payload = rest.split_off(headers);
        let message = Message {
            headers: rest,
            payload,
        };
        let is_readable = message.headers().all(|header| header.is_some());
        match is_readable {
            true => Ok(Some(message)),
            false => Err(Broken::Headers),
        }
    }
}

// === impl Message ===

impl Message {
    /// What the message is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        let text = |name: &str| self.text(name).unwrap_or_default();
        match &*text(":message-type") {
            b"event" => Kind::Event(text(":event-type")),
            b"exception" => Kind::Exception(text(":exception-type")),
            b"error" => Kind::Error(text(":error-code")),
            _ => Kind::Other,
        }
    }

    /// The text of a header.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<Bytes> {
        let mut headers = self.headers().flatten();
        match headers.find(|(known, _)| *known == name.as_bytes())?.1 {
            Value::String(text) => Some(self.headers.slice_ref(text)),
            Value::Other => None,
        }
    }

    /// Names and values, in order; `None` for one that cannot be read, which is the last.
    fn headers(&self) -> impl Iterator<Item = Option<(&[u8], Value<'_>)>> {
        let mut rest = &*self.headers;
        std::iter::from_fn(move || {
            let is_more = !rest.is_empty();
            is_more.then(|| {
                let header = header(&mut rest);
                if header.is_none() {
                    rest = &[];
                }
                header
            })
        })
    }
}

fn header<'b>(block: &mut &'b [u8]) -> Option<(&'b [u8], Value<'b>)> {
    let length = usize::from(block.try_get_u8().ok()?);
    if length == 0 {
        return None;
    }
    let name = block.split_off(..length)?;
    let fixed = match block.try_get_u8().ok()? {
        // true, false
        0 | 1 => 0,
        2 => 1,
        3 => 2,
        4 => 4,
        // 64 bits, and milliseconds since the epoch
        5 | 8 => 8,
        // bytes
        6 => usize::from(block.try_get_u16().ok()?),
        7 => {
            let length = usize::from(block.try_get_u16().ok()?);
            return Some((name, Value::String(block.split_off(..length)?)));
        }
        // A UUID.
        9 => 16,
        _ => return None,
    };
    block.split_off(..fixed)?;
    Some((name, Value::Other))
}

#[cfg(test)]
mod tests;
