//! Objects and lists with some of their parts replaced or left out.
//!
//! It must not know what they mean. Invariants: what is kept keeps its bytes; where all is, nothing is written.

use crate::json;
use crate::text::JsonText;

/// What becomes of a part.
pub(super) enum Kept {
    /// It stays as it is.
    Same,
    /// It is left out.
    Gone,
    /// This stands in its place.
    Told(String),
}

/// `None` is nothing changed.
impl From<Option<String>> for Kept {
    fn from(told: Option<String>) -> Self {
        told.map_or(Self::Same, Self::Told)
    }
}

/// The object with its members as `each` wants them; `None` where all stay, or it is no object.
pub(super) fn object(raw: &str, mut each: impl FnMut(&str, &str) -> Kept) -> Option<String> {
    let mut out = String::from("{");
    let mut is_changed = false;
    json::members(raw, |key, value| {
        let name = JsonText::plain(&key);
        is_changed |= put(&mut out, Some(name.as_json()), value, each(&key, value));
    })
    .ok()?;
    out.push('}');
    is_changed.then_some(out)
}

/// The list with its elements as `each` wants them; `None` where all stay, or it is no list.
pub(super) fn list(raw: &str, mut each: impl FnMut(&str) -> Kept) -> Option<String> {
    let mut out = String::from("[");
    let mut is_changed = false;
    json::elements(raw, |element| {
        is_changed |= put(&mut out, None, element, each(element));
    })
    .ok()?;
    out.push(']');
    is_changed.then_some(out)
}

/// The text of a string.
pub(super) fn string(raw: &str) -> Option<JsonText<'_>> {
    serde_json::from_str(raw).ok()
}

/// Writes a part; whether it is another than it was.
fn put(out: &mut String, name: Option<&str>, was: &str, kept: Kept) -> bool {
    let (is_changed, value) = match &kept {
        Kept::Same => (false, was),
        Kept::Told(told) => (true, told.as_str()),
        Kept::Gone => return true,
    };
    if out.len() > 1 {
        out.push(',');
    }
    if let Some(name) = name {
        out.push_str(name);
        out.push(':');
    }
    out.push_str(value);
    is_changed
}
