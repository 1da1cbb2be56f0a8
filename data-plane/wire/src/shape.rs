//! Requests as the formats write them, typed as far as the converters of `edge` read or write.
//!
//! One file per format. A member that no converter knows is not kept: the converter that reads says what was lost. It must
//! not know other formats: what corresponds to what is `edge`'s. Invariant: opaque values (schemas, arguments, text) keep
//! the bytes that the client wrote.

pub mod chat;
pub mod converse;
pub mod gemini;
pub mod messages;
pub mod responses;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::text::JsonText;

/// A member that is one text or a list.
#[derive(Clone, Debug, PartialEq)]
pub enum OneOrMany<'a, T> {
    /// The text.
    One(JsonText<'a>),
    /// The list.
    Many(Vec<T>),
}

impl<'a, T: Deserialize<'a>> OneOrMany<'a, T> {
    /// Reads either; `Ok(None)` for null.
    pub fn read(raw: &'a RawValue) -> Result<Option<Self>, serde_json::Error> {
        if raw.get() == "null" {
            return Ok(None);
        }
        Ok(Some(match JsonText::from_raw(raw) {
            Some(text) => Self::One(text),
            None => Self::Many(serde_json::from_str(raw.get())?),
        }))
    }
}
