//! A value of a JSON document that is read where it stands.
//!
//! A member of the wrong kind is as good as absent here: whoever answers the request refuses it. It must not know formats.
//! Invariant: reading one level costs one pass over the value and no recursion, so that depth cannot exhaust the stack.

use std::borrow::Cow;
use std::ops::Range;

use bytes::Bytes;
use serde_json::value::RawValue;

use crate::json;
use crate::text::JsonText;

/// Why a body cannot be changed or read as a request or an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// Not UTF-8, or not JSON.
    #[error("the body is not JSON: send a JSON object")]
    NotJson,
    /// JSON, but no object.
    #[error("the body is JSON but no object: send a JSON object")]
    NotAnObject,
    /// What a model would read in it cannot be told: token ids, or an operation whose bodies pass as they are.
    #[error("the body's texts cannot be read: send texts, not token ids")]
    Opaque,
}

/// A JSON value, as a part of the text of its document.
#[derive(Clone, Copy)]
pub(crate) struct Node<'a>(&'a str);

/// A member of an object: the key without escapes, and the value.
pub(crate) type Member<'a> = (Cow<'a, str>, Node<'a>);

// === impl BodyError ===

impl BodyError {
    fn from_json(error: &serde_json::Error) -> Self {
        match error.classify() {
            serde_json::error::Category::Data => Self::NotAnObject,
            serde_json::error::Category::Io
            | serde_json::error::Category::Syntax
            | serde_json::error::Category::Eof => Self::NotJson,
        }
    }
}

// === impl Node ===

impl<'a> Node<'a> {
    /// The members of a body, which must be an object; repeated ones are there as often as the sender wrote them.
    pub(crate) fn body(body: &'a Bytes) -> Result<(&'a str, Vec<Member<'a>>), BodyError> {
        let text = json::text(body).ok_or(BodyError::NotJson)?;
        let mut members = Vec::new();
        json::members(text, |key, value| members.push((key, Node(value))))
            .map_err(|error| BodyError::from_json(&error))?;
        Ok((text, members))
    }

    /// A value by its text, which has no whitespace around it.
    pub(crate) fn of(raw: &'a str) -> Self {
        Self(raw)
    }

    /// The text of the value.
    pub(crate) fn raw(self) -> &'a str {
        self.0
    }

    /// Where the value stands in `document`.
    pub(crate) fn span(self, document: &str) -> Option<Range<usize>> {
        json::span(document, self.0)
    }

    pub(crate) fn is_object(self) -> bool {
        self.0.starts_with('{')
    }

    pub(crate) fn is_array(self) -> bool {
        self.0.starts_with('[')
    }

    pub(crate) fn is_number(self) -> bool {
        self.0
            .starts_with(|first: char| first == '-' || first.is_ascii_digit())
    }

    pub(crate) fn is_null(self) -> bool {
        self.0 == "null"
    }

    /// The value, where it is a string.
    pub(crate) fn text(self) -> Option<JsonText<'a>> {
        self.0
            .starts_with('"')
            .then(|| serde_json::from_str(self.0).ok())?
    }

    /// What the value says, where it is a string; borrowed if it has no escapes. A lone surrogate becomes U+FFFD.
    pub(crate) fn string(self) -> Option<Cow<'a, str>> {
        let inner = self.0.strip_prefix('"')?.strip_suffix('"')?;
        match inner.contains('\\') {
            true => Some(Cow::Owned(self.text()?.decode().into_owned())),
            false => Some(Cow::Borrowed(inner)),
        }
    }

    /// The members; none where it is no object.
    pub(crate) fn members(self) -> Vec<Member<'a>> {
        let mut members = Vec::new();
        if self.is_object() {
            // A part of a document that was read whole is JSON.
            let _ = json::members(self.0, |key, value| members.push((key, Node(value))));
        }
        members
    }

    /// The elements; none where it is no array.
    pub(crate) fn elements(self) -> Vec<Self> {
        if !self.is_array() {
            return Vec::new();
        }
        let elements: Vec<&'a RawValue> = serde_json::from_str(self.0).unwrap_or_default();
        elements
            .into_iter()
            .map(|element| Node(element.get()))
            .collect()
    }

    /// The elements, or the value itself where a list of one is written without brackets, which Google's services take.
    pub(crate) fn one_or_many(self) -> Vec<Self> {
        match self.is_object() {
            true => vec![self],
            false => self.elements(),
        }
    }

    /// The last member of this name, which is the one that most readers take.
    pub(crate) fn member(self, name: &str) -> Option<Self> {
        let found = self
            .members()
            .into_iter()
            .rev()
            .find(|(key, _)| key == name);
        found.map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{BodyError, Node};

    #[test]
    fn a_body_is_an_object() {
        for (body, expected) in [
            ("[]", BodyError::NotAnObject),
            ("\"a\"", BodyError::NotAnObject),
            ("{\"a\":", BodyError::NotJson),
            ("", BodyError::NotJson),
            ("{} {}", BodyError::NotJson),
        ] {
            assert_eq!(
                Node::body(&Bytes::from(body)).err(),
                Some(expected),
                "{body}"
            );
        }
        assert_eq!(
            Node::body(&Bytes::from_static(b"{\"a\":\"\xff\"}")).err(),
            Some(BodyError::NotJson)
        );
    }

    #[test]
    fn levels_are_read_in_place() {
        let body = Bytes::from_static(br#"{"a":[ {"b":1}, "x" ],"a":null,"c":{"d":2}}"#);
        let (text, members) = Node::body(&body).expect("an object");
        let spans: Vec<_> = members
            .iter()
            .map(|(_, value)| value.span(text).expect("inside"))
            .collect();
        assert_eq!(spans, [5..21, 26..30, 35..42]);
        let [(_, list), (_, null), (_, object)] = members.as_slice() else {
            panic!("three members");
        };
        assert_eq!(list.elements().len(), 2);
        assert!(null.is_null() && null.elements().is_empty() && null.members().is_empty());
        assert_eq!(object.one_or_many().len(), 1);
        assert_eq!(object.member("d").expect("a member").raw(), "2");
    }
}
