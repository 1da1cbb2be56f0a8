//! GEP-2257 durations: `1h30m`, `500ms`, `0s`.
//!
//! Owns their grammar, `^([0-9]{1,5}(h|m|s|ms)){1,4}$`. Must not accept Go's wider grammar (signs, fractions,
//! micro-seconds): a manifest that an API server refuses is refused here too.

use std::borrow::Cow;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A duration of a manifest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub Duration);

/// What a duration looks like.
pub const FORMAT: &str = "must be a duration such as 500ms, 10s or 1h30m";

/// Reads a duration; `None` if the text is none.
pub fn parse(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = 0_u64;
    let mut parts = 0;
    while !rest.is_empty() {
        parts += 1;
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if parts > 4 || digits == 0 || digits > 5 {
            return None;
        }
        let (number, after) = rest.split_at(digits);
        let (unit, tail) = unit(after)?;
        total += number.parse::<u64>().ok()? * unit;
        rest = tail;
    }
    (parts > 0).then(|| Duration::from_millis(total))
}

/// serde: an optional duration.
pub(crate) fn optional<'de, D>(deserializer: D) -> Result<Option<Duration>, D::Error>
where
    D: serde::Deserializer<'de>,
{
    let Some(text) = Option::<String>::deserialize(deserializer)? else {
        return Ok(None);
    };
    parse(&text)
        .map(Some)
        .ok_or_else(|| serde::de::Error::custom(FORMAT))
}

// === impl Span ===

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse(&text)
            .map(Span)
            .ok_or_else(|| serde::de::Error::custom(FORMAT))
    }
}

// A default of a schema is written with this; whole minutes and seconds suffice.
impl Serialize for Span {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let milliseconds = self.0.as_millis();
        let text = if milliseconds.is_multiple_of(60_000) {
            format!("{}m", milliseconds / 60_000)
        } else if milliseconds.is_multiple_of(1_000) {
            format!("{}s", milliseconds / 1_000)
        } else {
            format!("{milliseconds}ms")
        };
        serializer.serialize_str(&text)
    }
}

impl JsonSchema for Span {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "maxLength": 32,
            "pattern": "^([0-9]{1,5}(h|m|s|ms)){1,4}$",
        })
    }
}

// `ms` stands before `m`, which is its prefix.
fn unit(text: &str) -> Option<(u64, &str)> {
    [("ms", 1), ("h", 3_600_000), ("m", 60_000), ("s", 1_000)]
        .into_iter()
        .find_map(|(name, milliseconds)| Some((milliseconds, text.strip_prefix(name)?)))
}

#[cfg(test)]
mod tests {
    use super::parse;
    use std::time::Duration;

    #[track_caller]
    fn check(text: &str, milliseconds: Option<u64>) {
        assert_eq!(
            parse(text),
            milliseconds.map(Duration::from_millis),
            "{text:?}"
        );
    }

    #[test]
    fn durations() {
        check("0s", Some(0));
        check("500ms", Some(500));
        check("1h30m", Some(5_400_000));
        check("1m1ms", Some(60_001));
        check("1h1m1s1ms", Some(3_661_001));
        for bad in [
            "",
            "1",
            "s",
            "-1s",
            "1.5s",
            "100000s",
            "1us",
            "1h1h1h1h1h",
            "1 s",
        ] {
            check(bad, None);
        }
    }
}
