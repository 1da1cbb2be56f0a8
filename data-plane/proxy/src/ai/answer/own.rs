//! An answer that no provider gave.
//!
//! Must not make its body. Invariant: it is whole, and says that nobody was asked.

use bytes::Bytes;
use dp_llm::observed::Observed;
use http::{HeaderValue, Response, header::CONTENT_TYPE};

use super::{Answer, Body, Said, Tried};

/// An answer in JSON that the gateway made itself; a header may say how.
pub(in crate::ai) fn own(body: Bytes, (name, value): (&'static str, &'static str)) -> Tried {
    let (mut head, ()) = Response::new(()).into_parts();
    let json = HeaderValue::from_static("application/json");
    head.headers.insert(CONTENT_TYPE, json);
    head.headers.insert(name, HeaderValue::from_static(value));
    let observed = Observed {
        has_content: true,
        ..Observed::default()
    };
    let said = Said {
        spared: None,
        condition: None,
    };
    let body = Body::Whole {
        bytes: body,
        observed: Box::new(observed),
    };
    Tried::Answered(Answer::new(head, body, said))
}
