//! Methods of texts (the specification's, and cel-go's extension for strings).
//!
//! Indexes count characters. Invariant: a result that is longer than its text is charged before it is built.

use crate::error::Problem;
use crate::steps::Steps;
use crate::value::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfText {
    Contains,
    StartsWith,
    EndsWith,
    Matches,
    Lower,
    Upper,
    Trim,
    Replace,
    Split,
    Substring,
    IndexOf,
    LastIndexOf,
    CharAt,
    StripPrefix,
    StripSuffix,
    ReplacePattern,
}

// === impl OfText ===

impl OfText {
    /// By name; `count` counts the text itself.
    pub(super) fn of(name: &str, count: usize) -> Option<OfText> {
        Some(match (name, count) {
            ("contains", 2) => OfText::Contains,
            ("startsWith", 2) => OfText::StartsWith,
            ("endsWith", 2) => OfText::EndsWith,
            ("matches", 2) => OfText::Matches,
            ("lowerAscii", 1) => OfText::Lower,
            ("upperAscii", 1) => OfText::Upper,
            ("trim", 1) => OfText::Trim,
            ("replace", 3 | 4) => OfText::Replace,
            ("split", 2 | 3) => OfText::Split,
            ("substring", 2 | 3) => OfText::Substring,
            ("indexOf", 2 | 3) => OfText::IndexOf,
            ("lastIndexOf", 2) => OfText::LastIndexOf,
            ("charAt", 2) => OfText::CharAt,
            ("stripPrefix", 2) => OfText::StripPrefix,
            ("stripSuffix", 2) => OfText::StripSuffix,
            ("regexReplace", 3) => OfText::ReplacePattern,
            _ => return None,
        })
    }

    pub(super) fn call<'a>(
        self,
        arguments: &[Value<'a>],
        steps: &Steps,
    ) -> Result<Value<'a>, Problem> {
        let (text, rest) = match arguments {
            [Value::Text(text), rest @ ..] => (text, rest),
            _ => return Err(Problem::Type),
        };
        steps.take_bytes(text.len())?;
        let text: &str = text;
        match (self, rest) {
            (OfText::Contains, [Value::Text(part)]) => Ok(Value::Bool(text.contains(&part[..]))),
            (OfText::StartsWith, [Value::Text(part)]) => {
                Ok(Value::Bool(text.starts_with(&part[..])))
            }
            (OfText::EndsWith, [Value::Text(part)]) => Ok(Value::Bool(text.ends_with(&part[..]))),
            (OfText::Matches, [Value::Text(pattern)]) => {
                super::charge_pattern(text, steps)?;
                let pattern = super::pattern(pattern).ok_or(Problem::Pattern)?;
                Ok(Value::Bool(pattern.is_match(text)))
            }
            (OfText::Lower, []) => Ok(Value::text(text.to_ascii_lowercase())),
            (OfText::Upper, []) => Ok(Value::text(text.to_ascii_uppercase())),
            (OfText::Trim, []) => Ok(Value::text(text.trim())),
            (OfText::Replace, [Value::Text(from), Value::Text(to)]) => {
                replace(text, (from, to), usize::MAX, steps)
            }
            (OfText::Replace, [Value::Text(from), Value::Text(to), Value::Int(most)]) => {
                let most = usize::try_from(*most).unwrap_or(usize::MAX);
                replace(text, (from, to), most, steps)
            }
            (OfText::Split, [Value::Text(at)]) => split(text, at, usize::MAX, steps),
            (OfText::Split, [Value::Text(at), Value::Int(most)]) => {
                let most = usize::try_from(*most).unwrap_or(usize::MAX);
                split(text, at, most, steps)
            }
            (OfText::Substring, [Value::Int(from)]) => {
                let from = offset(text, *from)?;
                part(text, from, text.len())
            }
            (OfText::Substring, [Value::Int(from), Value::Int(to)]) => {
                part(text, offset(text, *from)?, offset(text, *to)?)
            }
            (OfText::IndexOf, [Value::Text(part)]) => Ok(found(text, text.find(&part[..]))),
            (OfText::IndexOf, [Value::Text(part), Value::Int(from)]) => {
                let from = offset(text, *from)?;
                let behind = text.get(from..).ok_or(Problem::Absent)?;
                Ok(found(text, behind.find(&part[..]).map(|at| at + from)))
            }
            (OfText::LastIndexOf, [Value::Text(part)]) => Ok(found(text, text.rfind(&part[..]))),
            (OfText::CharAt, [Value::Int(index)]) => {
                let from = offset(text, *index)?;
                let behind = text.get(from..).ok_or(Problem::Absent)?;
                Ok(Value::text(behind.chars().take(1).collect::<String>()))
            }
            (OfText::StripPrefix, [Value::Text(part)]) => {
                Ok(Value::text(text.strip_prefix(&part[..]).unwrap_or(text)))
            }
            (OfText::StripSuffix, [Value::Text(part)]) => {
                Ok(Value::text(text.strip_suffix(&part[..]).unwrap_or(text)))
            }
            (OfText::ReplacePattern, [Value::Text(pattern), Value::Text(to)]) => {
                super::charge_pattern(text, steps)?;
                let pattern = super::pattern(pattern).ok_or(Problem::Pattern)?;
                let count = pattern.find_iter(text).count();
                // A match may stand in the replacement as often as that names it.
                let most = to.len().saturating_mul(text.len() + 1);
                steps.take_bytes(count.saturating_mul(to.len()).max(match to.contains('$') {
                    true => most,
                    false => 0,
                }))?;
                Ok(Value::text(pattern.replace_all(text, &to[..])))
            }
            _ => Err(Problem::Type),
        }
    }
}

fn replace<'a>(
    text: &str,
    (from, to): (&str, &str),
    most: usize,
    steps: &Steps,
) -> Result<Value<'a>, Problem> {
    let count = text.matches(from).take(most).count();
    steps.take(count)?;
    steps.take_bytes(count.saturating_mul(to.len()))?;
    Ok(Value::text(text.replacen(from, to, most)))
}

fn split<'a>(text: &str, at: &str, most: usize, steps: &Steps) -> Result<Value<'a>, Problem> {
    if most == 0 {
        return Ok(Value::list(Vec::new()));
    }
    let mut parts = Vec::new();
    // An empty text stands between any two characters, and at no end.
    let ends = if at.is_empty() { 1 } else { 0 };
    for piece in text.splitn(most.saturating_add(ends), at).skip(ends) {
        steps.take_bytes(piece.len())?;
        parts.push(Value::text(piece));
    }
    if at.is_empty() && matches!(parts.last(), Some(Value::Text(last)) if last.is_empty()) {
        parts.pop();
    }
    Ok(Value::list(parts))
}

/// Where the character of this index begins, in bytes.
fn offset(text: &str, index: i64) -> Result<usize, Problem> {
    let index = usize::try_from(index).map_err(|_| Problem::Absent)?;
    let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    let mut ends = ends;
    ends.nth(index).ok_or(Problem::Absent)
}

fn part<'a>(text: &str, from: usize, to: usize) -> Result<Value<'a>, Problem> {
    text.get(from..to).map(Value::text).ok_or(Problem::Absent)
}

/// The index of the character at `at`; -1 for none.
fn found<'a>(text: &str, at: Option<usize>) -> Value<'a> {
    let before = at.and_then(|at| text.get(..at));
    let index = before.map(|before| before.chars().count());
    Value::Int(
        index
            .and_then(|index| i64::try_from(index).ok())
            .unwrap_or(-1),
    )
}
