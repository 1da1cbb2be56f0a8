//! One spelling of a JSON document, however it was written.
//!
//! Owns the order of members and the spelling of values. It must not know which members matter, beyond those it is told to
//! leave out. Invariant: two documents have one spelling only if every reader reads the same from both: one with a member
//! that occurs twice has none, because readers differ in which of the two they take.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// A document that has one spelling.
#[derive(Clone, PartialEq)]
pub struct Canonical(BTreeMap<String, Value>);

/// A value of a document.
#[derive(Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Flag(bool),
    /// As it is spelled.
    Number(String),
    Text(String),
    List(Vec<Value>),
    Object(BTreeMap<String, Value>),
}

struct ValueVisitor;

// === impl Canonical ===

impl Canonical {
    /// Reads a document; `None` where it is no JSON object, or has a member that occurs twice, or is nested deeper than 128.
    #[must_use]
    pub fn read(body: &[u8]) -> Option<Self> {
        match serde_json::from_slice(body).ok()? {
            Value::Object(members) => Some(Self(members)),
            Value::Null | Value::Flag(_) | Value::Number(_) | Value::Text(_) | Value::List(_) => {
                None
            }
        }
    }

    /// Leaves out members of the first level.
    #[must_use]
    pub fn without(mut self, names: &[&str]) -> Self {
        self.0.retain(|name, _| !names.contains(&name.as_str()));
        self
    }

    /// The one spelling.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = String::new();
        write_object(&self.0, &mut out);
        out.into_bytes()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }
}

/// Documents are prompts: they are not shown.
impl fmt::Debug for Canonical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Canonical")
            .field("members", &self.0.len())
            .finish_non_exhaustive()
    }
}

// === impl Value ===

impl Value {
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Self::Object(members) => members.get(name),
            Self::Null | Self::Flag(_) | Self::Number(_) | Self::Text(_) | Self::List(_) => None,
        }
    }

    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(text) => text.parse().ok(),
            Self::Null | Self::Flag(_) | Self::Text(_) | Self::List(_) | Self::Object(_) => None,
        }
    }

    /// Null, false, or a list or object without anything in it.
    pub(crate) fn is_nothing(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Flag(flag) => !flag,
            Self::List(list) => list.is_empty(),
            Self::Object(members) => members.is_empty(),
            Self::Number(_) | Self::Text(_) => false,
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Flag(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.to_string()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        // The shortest spelling that is read as the same number.
        Ok(Value::Number(format!("{value:?}")))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = seq.next_element()? {
            list.push(value);
        }
        Ok(Value::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = BTreeMap::new();
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("a member occurs twice"));
            }
        }
        Ok(Value::Object(members))
    }
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Flag(true) => out.push_str("true"),
        Value::Flag(false) => out.push_str("false"),
        Value::Number(text) => out.push_str(text),
        Value::Text(text) => write_text(text, out),
        Value::List(list) => {
            out.push('[');
            for (index, value) in list.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(value, out);
            }
            out.push(']');
        }
        Value::Object(members) => write_object(members, out),
    }
}

fn write_object(members: &BTreeMap<String, Value>, out: &mut String) {
    out.push('{');
    for (index, (name, value)) in members.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_text(name, out);
        out.push(':');
        write(value, out);
    }
    out.push('}');
}

/// With its length in front, so that nothing in a text can look like what stands around it.
fn write_text(text: &str, out: &mut String) {
    out.push_str(&text.len().to_string());
    out.push('"');
    out.push_str(text);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(json: &str) -> Option<Vec<u8>> {
        Canonical::read(json.as_bytes()).map(|own| own.to_bytes())
    }

    #[test]
    fn order_and_spelling_do_not_matter() {
        let one = spelled(r#"{"a":1,"b":{"c":[1.50,"\u0041"],"d":null}}"#);
        assert!(one.is_some());
        assert_eq!(
            spelled("{\"b\" : {\"d\":null, \"c\":[1.5,\"A\"]},\n \"a\":1}"),
            one
        );
    }

    #[test]
    fn what_differs_is_spelled_differently() {
        let documents = [
            r#"{}"#,
            r#"{"a":1}"#,
            r#"{"a":"1"}"#,
            r#"{"a":[1]}"#,
            r#"{"a":null}"#,
            r#"{"a":false}"#,
            r#"{"a":["b","c"]}"#,
            r#"{"a":["c","b"]}"#,
            r#"{"a":["b\",\"c"]}"#,
            r#"{"a":{"b":"c"}}"#,
            r#"{"a":0.1}"#,
            r#"{"a":-1}"#,
        ];
        for (index, one) in documents.iter().enumerate() {
            for other in documents.iter().skip(index + 1) {
                assert_ne!(spelled(one), spelled(other), "{one} {other}");
            }
        }
    }

    #[test]
    fn what_readers_could_read_differently_has_no_spelling() {
        for json in [
            r#"{"a":1,"a":2}"#,
            r#"{"b":[{"a":1,"\u0061":1}]}"#,
            "[]",
            "1",
            "{",
            "{} {}",
            "",
        ] {
            assert_eq!(spelled(json), None, "{json}");
        }
    }

    #[test]
    fn members_are_left_out_on_the_first_level_only() {
        let read = |json: &str| Canonical::read(json.as_bytes()).unwrap();
        let left = read(r#"{"stream":true,"a":{"stream":true}}"#).without(&["stream"]);
        assert_eq!(left, read(r#"{"a":{"stream":true}}"#));
    }
}
