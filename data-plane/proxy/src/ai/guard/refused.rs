//! The refusal that a client gets from a guard.
//!
//! Owns its words, its status and its dialect. Must not know what was found beyond the names of rules. Invariant: with a body
//! that the operator wrote, the client reads that and nothing else.

use std::fmt;

use bytes::Bytes;
use dp_config::prompt_guard::Refusal;
use dp_llm::{
    error::{ErrorBody, ErrorCode},
    format::Format,
};
use dp_policy::prompt_guard::remote::Phase;
use http::{HeaderValue, Response, StatusCode, header::CONTENT_TYPE};

use super::Check;
use crate::{
    fault::{Fault, Kind},
    respond::{name_exception, told},
    response_body::ResponseBody,
};

/// A refusal, as the client gets it.
#[derive(Debug)]
pub(crate) struct Refused {
    check: Check,
    cause: Cause,
    refusal: Refusal,
}

/// Why a guard refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// For what it found.
    Found,
    /// The body is not what can be read.
    Unreadable,
    /// Its service gave no verdict.
    Unanswered,
    /// Nobody can read bodies of the operation.
    Operation,
    /// Answers are judged whole, and a stream was asked for.
    Streamed,
}

// === impl Refused ===

impl Refused {
    pub(super) fn by(check: Check, cause: Cause, refusal: Refusal) -> Refused {
        Refused {
            check,
            cause,
            refusal,
        }
    }

    /// The refusal that is behind a fault, if one is.
    pub(crate) fn of(fault: &Fault) -> Option<&Refused> {
        fault.source.as_deref()?.downcast_ref()
    }

    /// The answer to the client.
    pub(crate) fn respond(&self, format: Format) -> Response<ResponseBody> {
        let status = self.refusal.status;
        let own = self.in_dialect();
        let Some(body) = &self.refusal.body else {
            return told(status, &own, format);
        };
        let mut response = Response::new(ResponseBody::full(Bytes::from(body.to_string())));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(body)));
        name_exception(headers, &own, format);
        response
    }

    /// What it says itself.
    fn in_dialect(&self) -> ErrorBody {
        let message = match (self.check.phase, self.cause) {
            (Phase::Request, Cause::Found) => "the request was refused by a guard",
            (Phase::Response, Cause::Found) => "the answer was refused by a guard",
            (Phase::Request, Cause::Unreadable) => {
                "the request was refused by a guard, which cannot read it; send texts, not token ids"
            }
            (Phase::Response, Cause::Unreadable) => {
                "the answer was refused by a guard, which cannot read it"
            }
            (Phase::Request, Cause::Unanswered) => {
                "the request was refused because a guard could not judge it; try again later"
            }
            (Phase::Response, Cause::Unanswered) => {
                "the answer was refused because a guard could not judge it; try again later"
            }
            (Phase::Request, Cause::Operation) => {
                "the request was refused by a guard, which cannot read requests of this operation"
            }
            (_, Cause::Streamed) => {
                "the request was refused: answers are judged whole here; ask for an answer in one piece, not for a stream"
            }
            (Phase::Response, Cause::Operation) => {
                "the request was refused by a guard, which cannot read answers of this operation; where it streams, ask for \
                 an answer in one piece"
            }
        };
        ErrorBody::gateway(ErrorCode::GuardrailRejected, message)
            .with_status(self.status().as_u16())
    }

    fn status(&self) -> StatusCode {
        self.refusal.status
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.check.fmt(f)
    }
}

impl std::error::Error for Refused {}

impl From<Refused> for Fault {
    fn from(refused: Refused) -> Fault {
        Fault::caused(Kind::GuardRejected, refused)
    }
}

fn content_type(body: &str) -> &'static str {
    let is_object = body.trim_start().starts_with('{');
    if is_object && serde_json::from_str::<serde_json::Value>(body).is_ok() {
        "application/json"
    } else {
        "text/plain; charset=utf-8"
    }
}
