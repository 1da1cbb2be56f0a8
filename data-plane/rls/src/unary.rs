//! One message each way over gRPC: the prefix of a message, and the status behind it.
//!
//! Owns the framing that a unary call needs. Must not send. Invariant: an answer that is compressed, cut, or larger than it
//! may be is none.

use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderMap, StatusCode};
use prost::Message;

/// The largest answer that is read, with its prefix.
pub const LIMIT: usize = 64 << 10;

/// A byte that says whether it is compressed, and a length of four.
const PREFIX: usize = 5;

/// Why there is no answer.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CallError {
    /// HTTP said no.
    #[error("it answered with HTTP status {0}")]
    Http(StatusCode),
    /// gRPC said no.
    #[error("it answered with gRPC status {0}")]
    Grpc(String),
    /// What came is not one message.
    #[error("its answer is not one message")]
    Shape,
    /// The message is another one.
    #[error("its answer does not decode: {0}")]
    Decode(#[from] prost::DecodeError),
}

/// The body of a request with one message.
#[must_use]
pub fn body(message: &impl Message) -> Bytes {
    let length = message.encoded_len();
    let mut body = BytesMut::with_capacity(PREFIX + length);
    body.put_u8(0);
    body.put_u32(u32::try_from(length).unwrap_or(u32::MAX));
    // There is room, so it does not fail.
    let _ = message.encode(&mut body);
    body.freeze()
}

/// The message of an answer; `ends` are the headers in which its status may stand: those behind the body, then those in front.
///
/// # Errors
/// The call failed, or what came is no answer.
pub fn read<M: Message + Default>(
    status: StatusCode,
    ends: [&HeaderMap; 2],
    body: &Bytes,
) -> Result<M, CallError> {
    if status != StatusCode::OK {
        return Err(CallError::Http(status));
    }
    let grpc = ends.iter().find_map(|headers| headers.get("grpc-status"));
    match grpc.map(http::HeaderValue::as_bytes) {
        Some(b"0") => {}
        Some(other) => {
            return Err(CallError::Grpc(String::from_utf8_lossy(other).into_owned()));
        }
        None => return Err(CallError::Shape),
    }
    let (prefix, message) = body.split_at_checked(PREFIX).ok_or(CallError::Shape)?;
    let &[0, a, b, c, d] = prefix else {
        return Err(CallError::Shape);
    };
    let length = u32::from_be_bytes([a, b, c, d]);
    if u32::try_from(message.len()) != Ok(length) {
        return Err(CallError::Shape);
    }
    Ok(M::decode(message)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use proto::envoy::service::ratelimit::v3::{RateLimitRequest, RateLimitResponse};

    fn ends(status: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(
            http::HeaderName::from_static("grpc-status"),
            HeaderValue::from_static(status),
        )])
    }

    #[test]
    fn what_is_written_is_read() {
        let message = RateLimitRequest {
            domain: "shop".to_owned(),
            ..RateLimitRequest::default()
        };
        let none = HeaderMap::new();
        let read = |body: &Bytes, end: &HeaderMap| {
            read::<RateLimitRequest>(StatusCode::OK, [end, &none], body)
        };
        let written = body(&message);
        assert_eq!(read(&written, &ends("0")), Ok(message));
        let cut = written.slice(..written.len() - 1);
        for broken in [cut, Bytes::new(), Bytes::from_static(&[1, 0, 0, 0, 0])] {
            assert_eq!(read(&broken, &ends("0")), Err(CallError::Shape));
        }
        assert_eq!(read(&written, &none), Err(CallError::Shape));
        let failed = Err(CallError::Grpc("14".to_owned()));
        assert_eq!(read(&written, &ends("14")), failed);
    }

    #[test]
    fn other_statuses_are_told() {
        let (none, body) = (HeaderMap::new(), Bytes::new());
        let found = read::<RateLimitResponse>(StatusCode::NOT_FOUND, [&none, &none], &body);
        assert_eq!(found, Err(CallError::Http(StatusCode::NOT_FOUND)));
    }
}
