//! Telling in which dialect an error body is written.
//!
//! It must not know what errors mean. Invariant: a body is told to be of a dialect only if the vendor's clients can read it.

use bytes::Bytes;

use super::read::unwrap_array;
use super::write::Dialect;
use crate::format::Format;
use crate::json;

/// What of a body is in the client's dialect already: all of it, or the one element of Google's array.
pub(super) fn in_dialect(client: Format, provider: Format, body: &Bytes) -> Option<Bytes> {
    let text = std::str::from_utf8(body).ok()?;
    let dialect = Dialect::of(client);
    let shape = Shape::of(text, dialect == Dialect::of(provider));
    match (dialect, shape) {
        (dialect, Some(shape)) if dialect == shape => Some(body.clone()),
        (Dialect::Google, None) => {
            let inner = unwrap_array(text.trim());
            let range = json::span(text, inner)?;
            (Shape::of(inner, true) == Some(Dialect::Google)).then(|| body.slice(range))
        }
        (_, _) => None,
    }
}

/// Which members an envelope has.
#[derive(Default)]
struct Shape {
    has_outer_error: bool,
    has_error: bool,
    has_message: bool,
    has_kind: bool,
    has_status: bool,
    has_number: bool,
}

// === impl Shape ===

impl Shape {
    /// The dialect in which an error body is written. Between vendors of one dialect OpenAI's `type` may be absent.
    fn of(text: &str, is_lenient: bool) -> Option<Dialect> {
        let mut shape = Self::default();
        let mut has_top_message = false;
        json::members(text, |key, value| match key.as_ref() {
            "type" => shape.has_outer_error = json::string(value).as_deref() == Some("error"),
            "message" | "Message" => has_top_message = json::string(value).is_some(),
            "error" => {
                shape.has_error = true;
                // No object, no members: an error of this inner read says nothing more.
                let _ = json::members(value, |key, value| shape.note(&key, value));
            }
            _ => (),
        })
        .ok()?;
        match shape {
            Self {
                has_error: false, ..
            } => has_top_message.then_some(Dialect::Bedrock),
            Self {
                has_message: false, ..
            } => None,
            Self {
                has_outer_error: true,
                has_kind,
                ..
            } => has_kind.then_some(Dialect::Anthropic),
            Self {
                has_status: true,
                has_number: true,
                ..
            } => Some(Dialect::Google),
            Self { has_kind, .. } => (has_kind || is_lenient).then_some(Dialect::OpenAi),
        }
    }

    fn note(&mut self, key: &str, value: &str) {
        match key {
            "message" => self.has_message = json::string(value).is_some(),
            "type" => self.has_kind = json::string(value).is_some(),
            "status" => self.has_status = json::string(value).is_some(),
            "code" => self.has_number = json::count(value).is_some(),
            _ => (),
        }
    }
}
