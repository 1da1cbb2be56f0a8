//! What a service said to the question before a request is sent.
//!
//! Owns the reading of statuses and which headers of a service are taken over. Must not decide what a client is told. Invariants:
//! a code that is not known is no answer; a limit that tokens have used up to the last one lets nothing through, although nothing
//! was asked for; headers that frame messages, or name hosts and hops, are not taken over.

use std::time::Duration;

use bytes::Bytes;
use dp_policy::token_bucket::{Standing, Unit};
use http::{HeaderName, HeaderValue, header};
use proto::envoy::config::core::v3::HeaderValue as Header;
use proto::envoy::service::ratelimit::v3::RateLimitResponse;
use proto::envoy::service::ratelimit::v3::rate_limit_response::{Code, DescriptorStatus};

use crate::limit::Hits;

/// Headers of a service that are taken over at most.
const HEADERS: usize = 32;

/// Longest body of a refusal, in bytes.
const BODY_LIMIT: usize = 16 << 10;

/// What holds for one message or one connection, and is not for a service to say.
static OWN: [HeaderName; 11] = [
    header::CONNECTION,
    header::CONTENT_ENCODING,
    header::CONTENT_LENGTH,
    header::HOST,
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::EXPECT,
];

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The request is not to be let through.
    pub is_over: bool,
    /// How limits stand: all of them, or those that are in the way.
    pub standings: Vec<Standing>,
    /// When a request that is not let through may come again, if the service knows.
    pub retry_after: Option<Duration>,
    /// For the client.
    pub response_headers: Vec<(HeaderName, HeaderValue)>,
    /// For whoever gets the request.
    pub request_headers: Vec<(HeaderName, HeaderValue)>,
    /// The body of a refusal; empty for none of its own.
    pub body: Bytes,
}

/// The service did not say whether a request may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("its answer has the code {0}, which says neither yes nor no")]
pub struct Undecided(pub i32);

/// Reads an answer to a question with these hits.
///
/// # Errors
/// It decides nothing.
pub fn read(response: &RateLimitResponse, asked: &[Hits]) -> Result<Answer, Undecided> {
    let of_all = is_over(response.overall_code)?;
    let statuses = response.statuses.iter().zip(asked);
    let in_the_way: Vec<_> = statuses
        .clone()
        .filter(|(status, hits)| {
            status.code == i32::from(Code::OverLimit) || is_empty(status, hits)
        })
        .collect();
    let is_over = of_all || !in_the_way.is_empty();
    let standings = match is_over {
        true => in_the_way.iter().filter_map(standing).collect(),
        false => statuses.filter_map(|own| standing(&own)).collect(),
    };
    let resets = in_the_way.iter().filter_map(|(status, _)| reset(status));
    Ok(Answer {
        is_over,
        standings,
        retry_after: resets.max().filter(|_| is_over),
        response_headers: headers(&response.response_headers_to_add),
        request_headers: headers(&response.request_headers_to_add),
        body: match response.raw_body.len() > BODY_LIMIT {
            true => Bytes::new(),
            false => response.raw_body.clone(),
        },
    })
}

/// Whether a code means no.
pub(crate) fn is_over(code: i32) -> Result<bool, Undecided> {
    match Code::try_from(code) {
        Ok(Code::Ok) => Ok(false),
        Ok(Code::OverLimit) => Ok(true),
        Ok(Code::Unknown) | Err(_) => Err(Undecided(code)),
    }
}

/// A limit that was asked for nothing, and has nothing.
fn is_empty(status: &DescriptorStatus, hits: &Hits) -> bool {
    let has_limit = status.current_limit.is_some();
    hits.unit == Unit::Tokens && hits.hits == 0 && has_limit && status.limit_remaining == 0
}

fn standing((status, hits): &(&DescriptorStatus, &Hits)) -> Option<Standing> {
    let limit = status.current_limit.as_ref()?;
    Some(Standing {
        unit: hits.unit,
        limit: limit.requests_per_unit.into(),
        remaining: status.limit_remaining.into(),
        reset: reset(status).unwrap_or_default(),
    })
}

/// Until the window of a limit ends.
pub(crate) fn reset(status: &DescriptorStatus) -> Option<Duration> {
    let written = status.duration_until_reset.as_ref()?;
    let seconds = u64::try_from(written.seconds).ok()?;
    Some(Duration::new(seconds, u32::try_from(written.nanos).ok()?))
}

/// Those that may be taken over.
fn headers(written: &[Header]) -> Vec<(HeaderName, HeaderValue)> {
    let read = |own: &Header| {
        let name = HeaderName::try_from(own.key.as_str()).ok()?;
        let value = match own.raw_value.is_empty() {
            true => HeaderValue::try_from(own.value.as_str()).ok()?,
            false => HeaderValue::from_maybe_shared(own.raw_value.clone()).ok()?,
        };
        (!OWN.contains(&name)).then_some((name, value))
    };
    written.iter().filter_map(read).take(HEADERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proto::envoy::service::ratelimit::v3::rate_limit_response::RateLimit;
    use proto::google::protobuf;

    fn status(code: Code, remaining: u32) -> DescriptorStatus {
        DescriptorStatus {
            code: code.into(),
            current_limit: Some(RateLimit {
                requests_per_unit: 10,
                ..RateLimit::default()
            }),
            limit_remaining: remaining,
            duration_until_reset: Some(protobuf::Duration {
                seconds: 30,
                nanos: 0,
            }),
            quota: None,
        }
    }

    fn response(code: Code, statuses: Vec<DescriptorStatus>) -> RateLimitResponse {
        RateLimitResponse {
            overall_code: code.into(),
            statuses,
            ..RateLimitResponse::default()
        }
    }

    const ONE: Hits = Hits {
        unit: Unit::Requests,
        hits: 1,
    };
    const NONE: Hits = Hits {
        unit: Unit::Tokens,
        hits: 0,
    };

    /// Whether it is over, and what remains of the limits that are told.
    #[track_caller]
    fn check(response: &RateLimitResponse, asked: &[Hits], expected: (bool, &[u64])) {
        let answer = read(response, asked).unwrap();
        let told = answer.standings.iter().map(|own| own.remaining);
        assert_eq!((answer.is_over, &*Vec::from_iter(told)), expected);
        assert_eq!(answer.retry_after.is_some(), expected.0);
    }

    #[test]
    fn a_code_decides_and_so_does_a_limit_without_a_token_left() {
        let both = |one, other| vec![one, other];
        let fine = response(Code::Ok, both(status(Code::Ok, 0), status(Code::Ok, 7)));
        // The last of the requests is this one.
        check(&fine, &[ONE, NONE], (false, &[0, 7]));
        let empty = response(Code::Ok, both(status(Code::Ok, 3), status(Code::Ok, 0)));
        check(&empty, &[ONE, NONE], (true, &[0]));
        let over = both(status(Code::OverLimit, 0), status(Code::Ok, 7));
        check(&response(Code::OverLimit, over), &[ONE, NONE], (true, &[0]));
        // Who does not tell limits is taken at the word of the code.
        let silent = DescriptorStatus {
            current_limit: None,
            ..status(Code::Ok, 0)
        };
        check(&response(Code::Ok, vec![silent]), &[NONE], (false, &[]));
        let none = read(&response(Code::OverLimit, vec![]), &[ONE]).unwrap();
        assert!(none.is_over && none.retry_after.is_none());
    }

    #[test]
    fn what_says_neither_yes_nor_no_is_no_answer() {
        assert_eq!(
            read(&response(Code::Unknown, vec![]), &[]),
            Err(Undecided(0))
        );
        let new = RateLimitResponse {
            overall_code: 7,
            ..RateLimitResponse::default()
        };
        assert_eq!(read(&new, &[]), Err(Undecided(7)));
    }

    #[test]
    fn headers_that_frame_or_break_a_message_are_left_out() {
        let header = |key: &str, value: &str| Header {
            key: key.to_owned(),
            value: value.to_owned(),
            raw_value: Bytes::new(),
        };
        let written = [
            header("X-Limit", "10"),
            header("content-length", "0"),
            header("transfer-encoding", "chunked"),
            header(":status", "200"),
            header("x bad", "1"),
            header("x-split", "a\r\nb: c"),
            Header {
                raw_value: Bytes::from_static(b"\xff"),
                ..header("x-raw", "")
            },
        ];
        let found = headers(&written);
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["x-limit", "x-raw"]);
        let many = vec![header("a", "1"); HEADERS + 1];
        assert_eq!(headers(&many).len(), HEADERS);
    }
}
