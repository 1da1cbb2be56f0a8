//! Guards that are services: what is sent to them and what their answers mean.
//!
//! Owns bodies and nothing around them: no addresses, no credentials, no status codes. Must not decide what happens
//! where an answer cannot be read: that is the guard's failure mode. Invariant: reading is total; an answer that says
//! nothing we know is never a pass.

pub mod azure;
pub mod bedrock;
pub mod model_armor;
pub mod openai;
mod service;
pub mod webhook;

use std::fmt::{self, Write as _};

use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

pub use service::{ANSWER_LIMIT, Asked, Call, Reading, Service, Text};

use super::decision::{Decision, Names};

/// Which side of a call is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The prompt.
    Request,
    /// The answer.
    Response,
}

/// What a service says about the texts it was sent.
#[derive(Clone, PartialEq, Eq)]
pub enum Verdict {
    /// They may pass.
    Pass,
    /// They are replaced by these, one for each that was sent, in order.
    Mask(Vec<String>, Names),
    /// The message is refused.
    Reject(Refusal),
}

/// A refusal by a service.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Refusal {
    /// What the service found.
    pub names: Names,
    /// Status that the service wants, 200 to 599; the guard's own where absent.
    pub status: Option<u16>,
    /// Body that the service wants; the guard's own where absent.
    pub body: Option<String>,
}

/// Why an answer cannot be read. Holds nothing of the answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unreadable {
    /// It is not JSON of the shape that the service documents.
    #[error("the answer is not the JSON of {0}: check the guard's address and version")]
    Shape(&'static str),
    /// The service did not judge everything it was sent.
    #[error("{0} has not judged all of the text: see the service's own log")]
    Incomplete(&'static str),
}

// === impl Phase ===

impl Phase {
    /// Value of the label `phase` of metrics.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Phase::Request => "request",
            Phase::Response => "response",
        }
    }
}

// === impl Verdict ===

impl Verdict {
    /// The decision, without the texts.
    #[must_use]
    pub fn decision(&self) -> Decision {
        match self {
            Verdict::Pass => Decision::Allow,
            Verdict::Mask(_, names) => Decision::Mask(names.clone()),
            Verdict::Reject(refusal) => Decision::Reject(refusal.names.clone()),
        }
    }

    /// A refusal in the guard's own words.
    fn reject(names: Names) -> Self {
        Verdict::Reject(Refusal {
            names,
            status: None,
            body: None,
        })
    }
}

impl fmt::Debug for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.decision().fmt(f)
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refusal")
            .field("names", &self.names)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// The JSON of a body. Strings, lists and structs alone always have one.
fn encode(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body).unwrap_or_default()
}

/// Reads a body; `service` names it in the error.
fn decode<T: DeserializeOwned>(service: &'static str, body: &[u8]) -> Result<T, Unreadable> {
    serde_json::from_slice(body).map_err(|_| Unreadable::Shape(service))
}

/// Percent-encodes all but unreserved characters (RFC 3986 2.3), as the signature expects.
fn encode_segment(path: &mut String, segment: &str) {
    for byte in segment.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            path.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(path, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests;
