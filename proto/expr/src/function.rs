//! Functions: the table of their names, and those over any values.
//!
//! Names and meaning are those of the CEL specification ("Standard definitions"), of cel-go's extension for strings, and of
//! what agentgateway adds (its `schema/cel-functions.md`), as far as they depend on their arguments alone. Must not know how
//! arguments are evaluated. Invariant: the time a call takes is charged before it is spent.

mod conversion;
mod of_text;

use std::cmp::Ordering;
use std::rc::Rc;

use regex::{Regex, RegexBuilder};

use crate::error::Problem;
use crate::number;
use crate::steps::Steps;
use crate::value::{Map, Value};

pub(crate) use conversion::Conversion;
pub(crate) use of_text::OfText;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    Conversion(Conversion),
    OfText(OfText),
    Size,
    Join,
    Merge,
    Greatest,
    Least,
    Fail,
}

/// A compiled pattern has this many bytes at most.
const PATTERN_BYTES: usize = 256 << 10;
/// What compiling a pattern costs, in steps.
const PATTERN_STEPS: usize = 2_000;

/// `text` as a pattern.
pub(crate) fn pattern(text: &str) -> Option<Regex> {
    RegexBuilder::new(text)
        .size_limit(PATTERN_BYTES)
        .dfa_size_limit(PATTERN_BYTES)
        .nest_limit(64)
        .build()
        .ok()
}

// === impl Function ===

impl Function {
    /// The function that is called as `name(...)`.
    pub(crate) fn global(name: &str, count: usize) -> Option<Function> {
        let found = match (name, count) {
            ("size", 1) => Function::Size,
            ("matches", 2) => Function::OfText(OfText::Matches),
            ("max" | "math.greatest", 1..) => Function::Greatest,
            ("min" | "math.least", 1..) => Function::Least,
            ("fail", 0..=1) => Function::Fail,
            (_, 1) => Function::Conversion(Conversion::of(name)?),
            _ => return None,
        };
        Some(found)
    }

    /// The function that is called as `value.name(...)`; `count` counts the value.
    pub(crate) fn method(name: &str, count: usize) -> Option<Function> {
        let found = match (name, count) {
            ("size", 1) => Function::Size,
            ("join", 1 | 2) => Function::Join,
            ("merge", 2) => Function::Merge,
            _ => Function::OfText(OfText::of(name, count)?),
        };
        Some(found)
    }

    /// Whether its second argument is a pattern.
    pub(crate) fn is_pattern(self) -> bool {
        self == Function::OfText(OfText::Matches)
    }

    pub(crate) fn call<'a>(
        self,
        arguments: &[Value<'a>],
        steps: &Steps,
    ) -> Result<Value<'a>, Problem> {
        match (self, arguments) {
            (Function::Conversion(conversion), [value]) => conversion.of_value(value, steps),
            (Function::OfText(function), arguments) => function.call(arguments, steps),
            (Function::Size, [value]) => size(value, steps),
            (Function::Join, [list]) => join(list, "", steps),
            (Function::Join, [list, Value::Text(between)]) => join(list, between, steps),
            (Function::Merge, [Value::Map(left), Value::Map(right)]) => merge(left, right, steps),
            (Function::Greatest, values) => most(values, Ordering::Greater),
            (Function::Least, values) => most(values, Ordering::Less),
            (Function::Fail, _) => Err(Problem::Failed),
            (Function::Conversion(_) | Function::Size | Function::Join | Function::Merge, _) => {
                Err(Problem::Type)
            }
        }
    }
}

fn size<'a>(value: &Value<'a>, steps: &Steps) -> Result<Value<'a>, Problem> {
    let size = match value {
        Value::Text(text) => {
            steps.take_bytes(text.len())?;
            text.chars().count()
        }
        Value::Bytes(bytes) => bytes.len(),
        Value::List(list) => list.len(),
        Value::Map(map) => map.len(),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::UInt(_) | Value::Double(_) => {
            return Err(Problem::Type);
        }
    };
    i64::try_from(size)
        .map(Value::Int)
        .map_err(|_| Problem::Number)
}

fn join<'a>(list: &Value<'a>, between: &str, steps: &Steps) -> Result<Value<'a>, Problem> {
    let Value::List(list) = list else {
        return Err(Problem::Type);
    };
    let mut joined = String::new();
    for (index, item) in list.iter().enumerate() {
        let Value::Text(text) = item else {
            return Err(Problem::Type);
        };
        steps.take_bytes(text.len() + between.len())?;
        if index > 0 {
            joined.push_str(between);
        }
        joined.push_str(&text);
    }
    Ok(Value::text(joined))
}

/// Both; where they have the same key, the value of `right`.
fn merge<'a>(left: &Map<'a>, right: &Map<'a>, steps: &Steps) -> Result<Value<'a>, Problem> {
    let mut entries = Vec::new();
    for (key, value) in left.iter() {
        steps.take(1)?;
        let value = right.get(&key, steps)?.unwrap_or(value);
        entries.push((key, value));
    }
    for (key, value) in right.iter() {
        steps.take(1)?;
        if left.get(&key, steps)?.is_none() {
            entries.push((key, value));
        }
    }
    Ok(Value::Map(Map::Made(Rc::new(entries))))
}

/// The one that is beyond the others; of a single list, of its items.
fn most<'a>(values: &[Value<'a>], wanted: Ordering) -> Result<Value<'a>, Problem> {
    if let [Value::List(list)] = values {
        return beyond(list.iter(), wanted);
    }
    beyond(values.iter().cloned(), wanted)
}

fn beyond<'a>(
    values: impl Iterator<Item = Value<'a>>,
    wanted: Ordering,
) -> Result<Value<'a>, Problem> {
    let mut most: Option<Value<'a>> = None;
    for value in values {
        let is_beyond = match &most {
            // A value that compares with itself is a number.
            None => number::order(&value, &value).map(|_| true),
            Some(most) => number::order(&value, most).map(|order| order == wanted),
        };
        if is_beyond.ok_or(Problem::Type)? {
            most = Some(value);
        }
    }
    most.ok_or(Problem::Type)
}

/// What compiling a pattern and looking through `text` costs.
fn charge_pattern(text: &str, steps: &Steps) -> Result<(), Problem> {
    steps.take(PATTERN_STEPS)?;
    steps.take_bytes(text.len())
}
