//! One event of a stream, as Server-Sent Events or as a frame of an AWS event stream.
//!
//! Frames after the smithy specification "Amazon Event Stream": lengths, headers, payload and two
//! CRC-32 checksums. Its own encoder, so that it is an oracle for others. It must not know what an
//! event means. Invariant: bytes of an event are whole; who cuts them does so on purpose.

use bytes::Bytes;
use serde_json::Value;

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Event {
    /// `data`, with a name in front where the format has names.
    Sse { name: Option<String>, data: String },
    /// A frame with headers of type string.
    Frame {
        headers: Vec<(&'static str, String)>,
        payload: String,
    },
}

/// The events of an answer, and where what lies in them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Events {
    pub(crate) events: Vec<Event>,
    /// So many stand before the first content.
    pub(crate) preface: usize,
    /// The one that tells the token counts.
    pub(crate) usage_at: Option<usize>,
}

/// The type of a header that holds a string.
const STRING: u8 = 7;

// === impl Event ===

impl Event {
    /// An event without a name.
    pub(crate) fn data(data: &Value) -> Self {
        Self::Sse {
            name: None,
            data: data.to_string(),
        }
    }

    /// An event whose name is the `type` of its data.
    pub(crate) fn typed(data: &Value) -> Self {
        let name = data.get("type").and_then(Value::as_str);
        Self::Sse {
            name: name.map(str::to_owned),
            data: data.to_string(),
        }
    }

    /// A frame with an event of this type.
    pub(crate) fn frame(kind: &str, payload: &Value) -> Self {
        Self::Frame {
            headers: vec![
                (":event-type", kind.to_owned()),
                (":content-type", "application/json".to_owned()),
                (":message-type", "event".to_owned()),
            ],
            payload: payload.to_string(),
        }
    }

    /// A frame with an exception of this type.
    pub(crate) fn exception(kind: &str, payload: &Value) -> Self {
        Self::Frame {
            headers: vec![
                (":exception-type", kind.to_owned()),
                (":content-type", "application/json".to_owned()),
                (":message-type", "exception".to_owned()),
            ],
            payload: payload.to_string(),
        }
    }

    pub(crate) fn to_bytes(&self) -> Bytes {
        match self {
            Self::Sse { name, data } => {
                let name = name.as_ref().map(|name| format!("event: {name}\n"));
                Bytes::from(format!("{}data: {data}\n\n", name.unwrap_or_default()))
            }
            Self::Frame { headers, payload } => frame(headers, payload.as_bytes()),
        }
    }

    /// With line ends of two bytes and a comment in front; a frame has neither.
    pub(crate) fn to_crlf(&self) -> Bytes {
        let bytes = self.to_bytes();
        match self {
            Self::Sse { .. } => {
                let text = String::from_utf8_lossy(&bytes);
                Bytes::from(format!(": mock\n\n{text}").replace('\n', "\r\n"))
            }
            Self::Frame { .. } => bytes,
        }
    }

    /// Data that is no JSON, or a frame whose checksum is wrong.
    pub(crate) fn to_corrupt(&self) -> Bytes {
        match self {
            Self::Sse { name, data } => {
                let half: String = data.chars().take(data.chars().count() / 2).collect();
                let broken = Self::Sse {
                    name: name.clone(),
                    data: half,
                };
                broken.to_bytes()
            }
            Self::Frame { .. } => {
                let mut bytes = self.to_bytes().to_vec();
                if let Some(last) = bytes.last_mut() {
                    *last ^= 1;
                }
                Bytes::from(bytes)
            }
        }
    }
}

fn frame(headers: &[(&'static str, String)], payload: &[u8]) -> Bytes {
    let mut block = Vec::new();
    for (name, value) in headers {
        block.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
        block.extend(name.as_bytes());
        block.push(STRING);
        block.extend(u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes());
        block.extend(value.as_bytes());
    }
    let length = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX).to_be_bytes();
    let mut bytes = Vec::new();
    // Prelude and both checksums are 16 bytes.
    bytes.extend(length(16 + block.len() + payload.len()));
    bytes.extend(length(block.len()));
    bytes.extend(crc32fast::hash(&bytes).to_be_bytes());
    bytes.extend(block);
    bytes.extend(payload);
    bytes.extend(crc32fast::hash(&bytes).to_be_bytes());
    Bytes::from(bytes)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Event, frame};

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn frames_are_as_the_specification_has_them() {
        assert_eq!(hex(&frame(&[], b"")), "000000100000000005c248eb7d98c8ff");
        let exception = Event::exception("throttlingException", &json!({"message": "slow down"}));
        assert_eq!(
            hex(&exception.to_bytes()),
            "0000008800000061de0175f40f3a657863657074696f6e2d747970650700137468726f74746c696e67457863\
             657074696f6e0d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e0d3a6d6573\
             736167652d74797065070009657863657074696f6e7b226d657373616765223a22736c6f7720646f776e227d\
             832ee072"
        );
        let bytes = exception.to_bytes();
        let corrupt = exception.to_corrupt();
        assert_eq!(bytes[..bytes.len() - 1], corrupt[..corrupt.len() - 1]);
        assert_ne!(bytes, corrupt);
    }

    #[test]
    fn events_have_names_where_they_have_types() {
        let event = Event::typed(&json!({"type": "ping"}));
        assert_eq!(
            event.to_bytes(),
            "event: ping\ndata: {\"type\":\"ping\"}\n\n"
        );
        assert_eq!(Event::data(&json!(1)).to_bytes(), "data: 1\n\n");
        assert_eq!(
            Event::data(&json!(1)).to_crlf(),
            ": mock\r\n\r\ndata: 1\r\n\r\n"
        );
        assert_eq!(Event::data(&json!([1])).to_corrupt(), "data: [\n\n");
    }
}
