//! JSON strings and values as they stand on the wire, copied from one document into another.
//!
//! Text of prompts and answers is not decoded on its way: that saves the work, and a lone surrogate (half of a character
//! whose other half comes with the next piece, llm.md F-2) survives. It must not know formats. Invariants: a [`Json`] is one
//! JSON value, and a [`JsonText`] is one string literal with its quotes.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error as _, Unexpected};
use serde::ser::SerializeStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// A JSON string, as written.
#[derive(Clone)]
pub struct JsonText<'a>(Cow<'a, str>);

/// Any JSON value, as written: key order, numbers and all.
#[derive(Clone)]
pub struct Json<'a>(Cow<'a, str>);

/// The name by which `serde_json` knows what it copies as it is: that of its `RawValue`, which cannot be made of a text without
/// reading all of it again. A test holds that it is the name.
const RAW: &str = "$serde_json::private::RawValue";

// === impl JsonText ===

impl<'a> JsonText<'a> {
    /// The literal of this text.
    pub fn plain(text: &str) -> JsonText<'static> {
        Json::of(&text).text().unwrap_or_else(JsonText::empty)
    }

    /// The empty string.
    pub fn empty() -> JsonText<'static> {
        JsonText(Cow::Borrowed("\"\""))
    }

    /// The value, where it is a string.
    pub fn from_raw(raw: &'a RawValue) -> Option<Self> {
        Json::from_raw(raw).text()
    }

    /// The literal, with its quotes.
    pub fn as_json(&self) -> &str {
        &self.0
    }

    /// What is between the quotes, still escaped: what can be put behind, or in front of, another's.
    pub fn inner(&self) -> &str {
        let json = self.as_json();
        json.get(1..json.len().saturating_sub(1))
            .unwrap_or_default()
    }

    /// The text itself; a lone surrogate becomes U+FFFD.
    pub fn decode(&self) -> Cow<'_, str> {
        let inner = self.inner();
        if !inner.contains('\\') {
            return Cow::Borrowed(inner);
        }
        match serde_json::from_str::<String>(self.as_json()) {
            Ok(text) => Cow::Owned(text),
            Err(_) => Cow::Owned(lossy(inner)),
        }
    }

    /// No character at all.
    pub fn is_empty(&self) -> bool {
        self.inner().is_empty()
    }

    /// Nothing, or nothing but whitespace.
    pub fn is_blank(&self) -> bool {
        let mut rest = self.inner();
        loop {
            rest = rest.trim_start();
            match rest.strip_prefix('\\') {
                None => return rest.is_empty(),
                Some(escape) if escape.starts_with(['n', 'r', 't']) => {
                    rest = escape.get(1..).unwrap_or_default();
                }
                Some(_) => return self.decode().trim().is_empty(),
            }
        }
    }

    /// One text of several, with `separator` (plain text) between them.
    pub fn join<'b>(
        texts: impl IntoIterator<Item = &'b JsonText<'b>>,
        separator: &str,
    ) -> JsonText<'static> {
        let between = JsonText::plain(separator);
        let mut joined = String::from("\"");
        for (index, text) in texts.into_iter().enumerate() {
            if index > 0 {
                joined.push_str(between.inner());
            }
            joined.push_str(text.inner());
        }
        joined.push('"');
        JsonText::from_inner_literal(joined)
    }

    /// From a literal put together of the insides of others, which between quotes are a literal.
    pub fn from_inner_literal(literal: String) -> JsonText<'static> {
        JsonText(Cow::Owned(literal))
    }

    /// The same text, free of the body it was read from.
    pub fn into_owned(self) -> JsonText<'static> {
        JsonText(Cow::Owned(self.0.into_owned()))
    }

    /// The same, borrowed.
    pub fn reborrow(&self) -> JsonText<'_> {
        JsonText(Cow::Borrowed(&self.0))
    }

    /// The literal as a value.
    pub fn into_json(self) -> Json<'a> {
        Json(self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for JsonText<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        Self::from_raw(raw)
            .ok_or_else(|| D::Error::invalid_type(Unexpected::Other(kind_of(raw)), &"a string"))
    }
}

impl Serialize for JsonText<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        copied(&self.0, serializer)
    }
}

impl PartialEq for JsonText<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.as_json() == other.as_json() || self.decode() == other.decode()
    }
}

/// Prompts and answers are not shown.
impl fmt::Debug for JsonText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JsonText({} bytes)", self.as_json().len())
    }
}

// === impl Json ===

impl<'a> Json<'a> {
    /// What `value` serialises to; `null` where it cannot be.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Json<'static> {
        Json(match serde_json::to_string(value) {
            Ok(text) => Cow::Owned(text),
            Err(_) => Cow::Borrowed("null"),
        })
    }

    /// A value that was read as one.
    pub fn from_raw(raw: &'a RawValue) -> Self {
        Self(Cow::Borrowed(raw.get()))
    }

    /// A value that [`crate::json`] found in a document.
    pub const fn found(value: &'a str) -> Self {
        Self(Cow::Borrowed(value))
    }

    /// The value where it stands in the document that it was read from; `None` where it was made here.
    pub const fn in_place(&self) -> Option<&'a str> {
        match self.0 {
            Cow::Borrowed(text) => Some(text),
            Cow::Owned(_) => None,
        }
    }

    /// The JSON text.
    pub fn get(&self) -> &str {
        &self.0
    }

    /// It is `null`.
    pub fn is_null(&self) -> bool {
        self.get() == "null"
    }

    /// It is an object.
    pub fn is_object(&self) -> bool {
        self.get().starts_with('{')
    }

    /// Reads a value out of it.
    pub fn read<'b, T: Deserialize<'b>>(&'b self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.get())
    }

    /// The value, where it is a string.
    pub fn text(self) -> Option<JsonText<'a>> {
        self.get().starts_with('"').then_some(JsonText(self.0))
    }

    /// JSON text that is an object, such as the finished arguments of a tool call.
    pub fn object(text: &str) -> Option<Json<'static>> {
        let text = text.trim();
        if !text.starts_with('{') {
            return None;
        }
        serde_json::from_str::<&RawValue>(text).ok()?;
        Some(Json(Cow::Owned(text.to_owned())))
    }

    /// The same value, free of the body it was read from.
    pub fn into_owned(self) -> Json<'static> {
        Json(Cow::Owned(self.0.into_owned()))
    }

    /// The same, borrowed.
    pub fn reborrow(&self) -> Json<'_> {
        Json(Cow::Borrowed(&self.0))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Json<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(Self::from_raw)
    }
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        copied(&self.0, serializer)
    }
}

impl PartialEq for Json<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

/// Prompts and answers are not shown.
impl fmt::Debug for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Json({} bytes)", self.get().len())
    }
}

/// Copies JSON text into a document.
fn copied<S: Serializer>(json: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let mut raw = serializer.serialize_struct(RAW, 1)?;
    raw.serialize_field(RAW, json)?;
    raw.end()
}

fn kind_of(raw: &RawValue) -> &'static str {
    match raw.get().as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'[') => "an array",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        _ => "a number",
    }
}

/// Decodes escapes one by one; what stands for no character becomes U+FFFD.
fn lossy(inner: &str) -> String {
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        out.push_str(rest.get(..at).unwrap_or_default());
        rest = rest.get(at..).unwrap_or_default();
        let length = if rest.as_bytes().get(1) == Some(&b'u') {
            6
        } else {
            2
        };
        let mut taken = length;
        let mut decoded = None;
        // A pair of surrogates is one character.
        for candidate in [12, length] {
            let piece = rest.get(..candidate).unwrap_or_default();
            let literal = format!("\"{piece}\"");
            if !piece.is_empty()
                && let Ok(text) = serde_json::from_str::<String>(&literal)
            {
                taken = candidate;
                decoded = Some(text);
                break;
            }
        }
        out.push_str(decoded.as_deref().unwrap_or("\u{FFFD}"));
        rest = rest.get(taken..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::{Json, JsonText};

    fn literal(json: &str) -> JsonText<'_> {
        serde_json::from_str(json).expect("a literal")
    }

    #[test]
    fn text_is_copied_as_it_is_written() {
        let half = literal(r#""a\ud83d""#);
        assert_eq!(half.inner(), r"a\ud83d");
        assert_eq!(half.decode(), "a\u{FFFD}");
        let whole = JsonText::join([&half, &literal(r#""\ude00\n""#)], "");
        assert_eq!(whole.decode(), "a\u{1F600}\n");
        assert_eq!(
            serde_json::to_string(&whole).expect("json"),
            r#""a\ud83d\ude00\n""#
        );
        assert_eq!(
            JsonText::join([&literal("\"a\""), &literal("\"b\"")], "\n").as_json(),
            r#""a\nb""#
        );
        assert_eq!(JsonText::empty().as_json(), "\"\"");
        assert_eq!(JsonText::plain("a\"b").as_json(), r#""a\"b""#);
    }

    #[test]
    fn values_are_written_as_they_were_read() {
        let text = r#"{"b":1e400,"a":["\u0041",{ }]}"#;
        assert_eq!(
            serde_json::to_string(&Json::found(text)).expect("json"),
            text
        );
        let list = [Json::of(&1), Json::of("a\"b")];
        assert_eq!(serde_json::to_string(&list).expect("json"), r#"[1,"a\"b"]"#);
        let value = serde_json::to_value(Json::found(r#"{"a":1}"#)).expect("a value");
        assert_eq!(value, serde_json::json!({"a": 1}));
    }

    #[test]
    fn blank_is_whitespace_however_it_is_written() {
        for blank in [r#""""#, r#"" \n\t ""#, r#""\u0020""#] {
            assert!(literal(blank).is_blank(), "{blank}");
        }
        for said in [r#""a""#, r#""\\n""#, r#"" \u0041""#, r#""\ud83d""#] {
            assert!(!literal(said).is_blank(), "{said}");
        }
    }

    #[test]
    fn what_is_no_string_is_refused() {
        for other in ["1", "null", "{}", "[]", "true"] {
            assert!(
                serde_json::from_str::<JsonText<'_>>(other).is_err(),
                "{other}"
            );
        }
        assert_eq!(
            Json::object(" {\"a\":1e400} ").expect("object").get(),
            "{\"a\":1e400}"
        );
        assert!(Json::object("[1]").is_none() && Json::object("{").is_none());
    }
}
