//! Reading the members of one JSON object in place: keys and raw values with their position.
//!
//! It must not know which members matter. Invariant: nothing below the first level is built, so
//! numbers, escapes, order and nesting depth stay as the sender wrote them.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

mod abridged;
#[cfg(test)]
mod agreement;
mod lifted;
mod marks;
mod scan;
mod value;

pub use abridged::Abridged;
pub use lifted::{Lifted, Wanted, lift};
use scan::{Literal, Scan};
pub use value::{Value, read};

/// The text of a body, which is UTF-8 (RFC 8259, section 8.1); `None` if it is none.
#[must_use]
pub fn text(body: &[u8]) -> Option<&str> {
    simdutf8::basic::from_utf8(body).ok()
}

/// Calls `visit` with each member's decoded key and raw value text, in order, duplicates included.
///
/// # Errors
/// The text is not JSON (syntax or end of input), or it is JSON but no object (data).
pub fn members<'a>(
    text: &'a str,
    visit: impl FnMut(Cow<'a, str>, &'a str),
) -> Result<(), serde_json::Error> {
    match scan_members(text, visit) {
        Some(()) => Ok(()),
        None => Err(no_object(text)),
    }
}

fn scan_members<'a>(text: &'a str, mut visit: impl FnMut(Cow<'a, str>, &'a str)) -> Option<()> {
    let mut scan = Scan::new(text);
    scan.skip(b'{').then_some(())?;
    if !scan.skip(b'}') {
        loop {
            let key = key(scan.string()?)?;
            scan.skip(b':').then_some(())?;
            visit(key, scan.value()?);
            if !scan.skip(b',') {
                break;
            }
        }
        scan.skip(b'}').then_some(())?;
    }
    scan.is_over().then_some(())
}

/// What a literal says.
fn key(literal: Literal<'_>) -> Option<Cow<'_, str>> {
    let Literal { inner, is_escaped } = literal;
    if is_escaped {
        return serde_json::from_str(&format!("\"{inner}\""))
            .map(Cow::Owned)
            .ok();
    }
    Some(Cow::Borrowed(inner))
}

/// Why a text is not an object, in the library's words.
#[must_use]
pub fn no_object(text: &str) -> serde_json::Error {
    mistake(text, Object(|_, _| ()))
}

/// What is wrong with a text, in the library's words.
fn mistake<'a>(text: &'a str, seed: impl DeserializeSeed<'a, Value = ()>) -> serde_json::Error {
    let mut reader = serde_json::Deserializer::from_str(text);
    match seed.deserialize(&mut reader).and_then(|()| reader.end()) {
        Err(error) => error,
        // The two agree (a property of the tests); if they did not, the text would be read by nobody.
        Ok(()) => serde_json::Error::custom("it is not the JSON that was expected"),
    }
}

/// Where `inner` lies in `outer`; `None` if it is not a part of it.
pub fn span(outer: &str, inner: &str) -> Option<Range<usize>> {
    let start = (inner.as_ptr() as usize).checked_sub(outer.as_ptr() as usize)?;
    let end = start.checked_add(inner.len())?;
    (end <= outer.len()).then_some(start..end)
}

/// The text of a JSON string; `None` if the raw value is something else.
pub fn string(raw: &str) -> Option<String> {
    // Most often it is `null`, and to say so the reader would make an error on the heap.
    raw.starts_with('"')
        .then(|| serde_json::from_str(raw).ok())
        .flatten()
}

/// The text of a JSON string, in place where nothing in it is escaped; `None` if the raw value is something else.
#[must_use]
pub fn words(raw: &str) -> Option<Cow<'_, str>> {
    let mut scan = Scan::new(raw);
    let literal = scan.string()?;
    scan.is_over().then(|| key(literal)).flatten()
}

/// Calls `visit` with each element of an array, as its raw text.
///
/// # Errors
/// The text is no JSON array; elements in front of the mistake have been visited.
pub fn elements<'a>(text: &'a str, visit: impl FnMut(&'a str)) -> Result<(), serde_json::Error> {
    match scan_elements(text, visit) {
        Some(()) => Ok(()),
        None => Err(mistake(text, Array(|_| ()))),
    }
}

fn scan_elements<'a>(text: &'a str, mut visit: impl FnMut(&'a str)) -> Option<()> {
    let mut scan = Scan::new(text);
    scan.skip(b'[').then_some(())?;
    if !scan.skip(b']') {
        loop {
            visit(scan.value()?);
            if !scan.skip(b',') {
                break;
            }
        }
        scan.skip(b']').then_some(())?;
    }
    scan.is_over().then_some(())
}

/// A count; an integral float such as `12.0` is taken, a negative or broken one is not.
pub fn count(raw: &str) -> Option<u64> {
    if let Ok(whole) = raw.parse::<u64>() {
        return Some(whole);
    }
    let (whole, fraction) = raw.split_once('.')?;
    fraction
        .bytes()
        .all(|digit| digit == b'0')
        .then(|| whole.parse().ok())?
}

/// A raw array without elements.
pub fn is_empty_array(raw: &str) -> bool {
    raw.strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .is_some_and(|inside| inside.trim().is_empty())
}

struct Object<F>(F);

struct Array<F>(F);

struct Key<'a>(Cow<'a, str>);

struct KeyVisitor;

// === impl Object ===

impl<'de, F: FnMut(Cow<'de, str>, &'de str)> DeserializeSeed<'de> for Object<F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, F: FnMut(Cow<'de, str>, &'de str)> Visitor<'de> for Object<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(Key(key)) = map.next_key()? {
            let value: &RawValue = map.next_value()?;
            (self.0)(key, value.get());
        }
        Ok(())
    }
}

// === impl Array ===

impl<'de, F: FnMut(&'de str)> DeserializeSeed<'de> for Array<F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, F: FnMut(&'de str)> Visitor<'de> for Array<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        while let Some(element) = seq.next_element::<&RawValue>()? {
            (self.0)(element.get());
        }
        Ok(())
    }
}

// === impl Key ===

impl<'de> serde::Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(KeyVisitor)
    }
}

impl<'de> Visitor<'de> for KeyVisitor {
    type Value = Key<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
        Ok(Key(Cow::Borrowed(key)))
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(Key(Cow::Owned(key.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::{count, elements, is_empty_array, members, span, string, words};

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let mut seen = Vec::new();
        members(text, |key, value| {
            assert_eq!(text.get(span(text, value).expect("inside")), Some(value));
            seen.push((key.into_owned(), value.to_owned()));
        })
        .expect("an object");
        let seen: Vec<_> = seen.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        assert_eq!(seen, expected);
    }

    #[test]
    fn members_are_raw_and_in_order() {
        check("{}", &[]);
        check(
            " {\"b\" : 1e400 , \"a\":[ 1,2 ]} ",
            &[("b", "1e400"), ("a", "[ 1,2 ]")],
        );
        check(r#"{"a":1,"a":2}"#, &[("a", "1"), ("a", "2")]);
        check(r#"{"mod\u0065l":"\ud83d"}"#, &[("model", r#""\ud83d""#)]);
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        check(&format!("{{\"deep\":{deep}}}"), &[("deep", &deep)]);
    }

    #[test]
    fn what_is_no_object_is_refused_by_category() {
        let category = |text| members(text, |_, _| ()).expect_err("refused").classify();
        assert_eq!(category("[1]"), serde_json::error::Category::Data);
        assert_eq!(category("\"a\""), serde_json::error::Category::Data);
        assert_eq!(category("{\"a\":"), serde_json::error::Category::Eof);
        assert_eq!(category(""), serde_json::error::Category::Eof);
        assert_eq!(category("{} x"), serde_json::error::Category::Syntax);
    }

    #[test]
    fn elements_are_raw_and_in_order() {
        let mut seen = Vec::new();
        elements(r#" [1e400 , {"a":[]},"b"] "#, |raw| seen.push(raw)).expect("an array");
        assert_eq!(seen, ["1e400", r#"{"a":[]}"#, r#""b""#]);
        for text in ["{}", "null", "[1,", "[1] 2"] {
            assert!(elements(text, |_| ()).is_err(), "{text}");
        }
    }

    #[test]
    fn strings() {
        assert_eq!(string(r#""a\u0062""#).as_deref(), Some("ab"));
        assert!(matches!(words(r#""ab""#), Some(Cow::Borrowed("ab"))));
        assert_eq!(words(r#""a\u0062""#).as_deref(), Some("ab"));
        for raw in ["null", "1", "[]", "\"open", "\"a\" 1"] {
            assert_eq!(string(raw), None, "{raw}");
            assert_eq!(words(raw), None, "{raw}");
        }
    }

    #[test]
    fn counts() {
        for (raw, expected) in [
            ("12", Some(12)),
            ("12.0", Some(12)),
            ("0", Some(0)),
            ("12.5", None),
            ("-1", None),
            ("null", None),
            ("\"12\"", None),
            ("1e3", None),
            ("18446744073709551616", None),
        ] {
            assert_eq!(count(raw), expected, "{raw}");
        }
    }

    #[test]
    fn empty_arrays() {
        assert!(is_empty_array("[]") && is_empty_array("[ \n]"));
        assert!(!is_empty_array("[0]") && !is_empty_array("{}") && !is_empty_array("["));
    }
}
