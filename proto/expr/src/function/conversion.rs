//! Functions from one value to one of another type.
//!
//! Invariant: a number that the other type does not hold is an error, never the nearest one.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value as Json;

use crate::error::Problem;
use crate::steps::Steps;
use crate::value::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Conversion {
    Int,
    UInt,
    Double,
    Text,
    Bytes,
    Bool,
    FromJson,
    ToJson,
    ToBase64,
    FromBase64,
    Absolute,
    Ceiling,
    Floor,
    Round,
    Same,
}

const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;

// === impl Conversion ===

impl Conversion {
    pub(super) fn of(name: &str) -> Option<Conversion> {
        Some(match name {
            "int" => Conversion::Int,
            "uint" => Conversion::UInt,
            "double" => Conversion::Double,
            "string" => Conversion::Text,
            "bytes" => Conversion::Bytes,
            "bool" => Conversion::Bool,
            "json" => Conversion::FromJson,
            "toJson" => Conversion::ToJson,
            "base64.encode" => Conversion::ToBase64,
            "base64.decode" => Conversion::FromBase64,
            "math.abs" => Conversion::Absolute,
            "math.ceil" => Conversion::Ceiling,
            "math.floor" => Conversion::Floor,
            "math.round" => Conversion::Round,
            "dyn" => Conversion::Same,
            _ => return None,
        })
    }

    pub(super) fn of_value<'a>(
        self,
        value: &Value<'a>,
        steps: &Steps,
    ) -> Result<Value<'a>, Problem> {
        match self {
            Conversion::Int => int(value).map(Value::Int),
            Conversion::UInt => uint(value).map(Value::UInt),
            Conversion::Double => double(value).map(Value::Double),
            Conversion::Text => text(value, steps),
            Conversion::Bytes => bytes(value, steps),
            Conversion::Bool => bool(value).map(Value::Bool),
            Conversion::FromJson => from_json(value, steps),
            Conversion::ToJson => {
                let json = value.clone().into_json(steps)?.to_string();
                Ok(Value::text(json))
            }
            Conversion::ToBase64 => with_bytes(value, steps, |bytes| {
                Ok(Value::text(BASE64_STANDARD.encode(bytes)))
            }),
            Conversion::FromBase64 => with_bytes(value, steps, |bytes| {
                let decoded = BASE64_STANDARD.decode(bytes).map_err(|_| Problem::Text)?;
                Ok(Value::Bytes(decoded.into()))
            }),
            Conversion::Absolute => absolute(value),
            Conversion::Ceiling => real(value, f64::ceil),
            Conversion::Floor => real(value, f64::floor),
            Conversion::Round => real(value, f64::round),
            Conversion::Same => Ok(value.clone()),
        }
    }
}

fn absolute<'a>(value: &Value<'a>) -> Result<Value<'a>, Problem> {
    match value {
        Value::Int(value) => value.checked_abs().map(Value::Int).ok_or(Problem::Number),
        Value::UInt(value) => Ok(Value::UInt(*value)),
        Value::Double(value) => Ok(Value::Double(value.abs())),
        Value::Null
        | Value::Bool(_)
        | Value::Bytes(_)
        | Value::List(_)
        | Value::Map(_)
        | Value::Text(_) => Err(Problem::Type),
    }
}

fn int(value: &Value<'_>) -> Result<i64, Problem> {
    match value {
        Value::Int(value) => Ok(*value),
        Value::UInt(value) => i64::try_from(*value).map_err(|_| Problem::Number),
        // Both ends of the range are doubles, the upper one outside.
        Value::Double(value) if *value >= -TWO_TO_63 && *value < TWO_TO_63 =>
        {
            #[allow(clippy::cast_possible_truncation, reason = "checked above")]
            Ok(*value as i64)
        }
        Value::Double(_) => Err(Problem::Number),
        Value::Text(text) => text.parse().map_err(|_| Problem::Text),
        Value::Null | Value::Bool(_) | Value::Bytes(_) | Value::List(_) | Value::Map(_) => {
            Err(Problem::Type)
        }
    }
}

fn uint(value: &Value<'_>) -> Result<u64, Problem> {
    match value {
        Value::Int(value) => u64::try_from(*value).map_err(|_| Problem::Number),
        Value::UInt(value) => Ok(*value),
        Value::Double(value) if *value > -1.0 && *value < TWO_TO_63 * 2.0 =>
        {
            #[allow(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "checked above"
            )]
            Ok(*value as u64)
        }
        Value::Double(_) => Err(Problem::Number),
        Value::Text(text) => text.parse().map_err(|_| Problem::Text),
        Value::Null | Value::Bool(_) | Value::Bytes(_) | Value::List(_) | Value::Map(_) => {
            Err(Problem::Type)
        }
    }
}

#[allow(
    clippy::cast_precision_loss,
    reason = "the nearest double is what the specification asks for"
)]
fn double(value: &Value<'_>) -> Result<f64, Problem> {
    match value {
        Value::Int(value) => Ok(*value as f64),
        Value::UInt(value) => Ok(*value as f64),
        Value::Double(value) => Ok(*value),
        Value::Text(text) => text.parse().map_err(|_| Problem::Text),
        Value::Null | Value::Bool(_) | Value::Bytes(_) | Value::List(_) | Value::Map(_) => {
            Err(Problem::Type)
        }
    }
}

fn text<'a>(value: &Value<'a>, steps: &Steps) -> Result<Value<'a>, Problem> {
    match value {
        Value::Text(_) => Ok(value.clone()),
        Value::Double(value) => Ok(Value::text(value.to_string())),
        Value::Bytes(bytes) => {
            steps.take_bytes(bytes.len())?;
            let text = String::from_utf8(bytes.to_vec()).map_err(|_| Problem::Text)?;
            Ok(Value::text(text))
        }
        Value::Bool(_) | Value::Int(_) | Value::UInt(_) => value.as_key().map(Value::text),
        Value::Null | Value::List(_) | Value::Map(_) => Err(Problem::Type),
    }
}

fn bytes<'a>(value: &Value<'a>, steps: &Steps) -> Result<Value<'a>, Problem> {
    with_bytes(value, steps, |bytes| Ok(Value::Bytes(bytes.into())))
}

fn bool(value: &Value<'_>) -> Result<bool, Problem> {
    if let Value::Bool(value) = value {
        return Ok(*value);
    }
    match value.as_text()? {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err(Problem::Text),
    }
}

fn from_json<'a>(value: &Value<'a>, steps: &Steps) -> Result<Value<'a>, Problem> {
    with_bytes(value, steps, |bytes| {
        // Many small values take more than their text.
        steps.take(bytes.len() / 8)?;
        let json: Json = serde_json::from_slice(bytes).map_err(|_| Problem::Text)?;
        Ok(Value::owned(json))
    })
}

fn real<'a>(value: &Value<'a>, with: fn(f64) -> f64) -> Result<Value<'a>, Problem> {
    if let Value::Double(value) = value {
        return Ok(Value::Double(with(*value)));
    }
    Err(Problem::Type)
}

fn with_bytes<'a>(
    value: &Value<'a>,
    steps: &Steps,
    with: impl FnOnce(&[u8]) -> Result<Value<'a>, Problem>,
) -> Result<Value<'a>, Problem> {
    let bytes = match (value, value.as_text()) {
        (_, Ok(text)) => text.as_bytes(),
        (Value::Bytes(bytes), _) => bytes,
        (_, Err(problem)) => return Err(problem),
    };
    steps.take_bytes(bytes.len())?;
    with(bytes)
}
