//! Arithmetic and order of numbers (CEL specification, "Numeric values").
//!
//! Invariant: nothing wraps; numbers of different types are compared by what they are, never by a rounded copy.

use std::cmp::Ordering;

use crate::error::Problem;
use crate::node::Arithmetic;
use crate::value::Value;

const TWO_TO_64: f64 = 18_446_744_073_709_551_616.0;

/// The order of two numbers; `None` where one is no number, or not a number.
pub(crate) fn order(left: &Value<'_>, right: &Value<'_>) -> Option<Ordering> {
    match (whole(left), whole(right)) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        (Some(left), None) => with_double(left, double(right)?),
        (None, Some(right)) => with_double(right, double(left)?).map(Ordering::reverse),
        (None, None) => double(left)?.partial_cmp(&double(right)?),
    }
}

/// `left operator right`; `None` where they are not numbers of one type.
pub(crate) fn compute<'a>(
    operator: Arithmetic,
    left: &Value<'a>,
    right: &Value<'a>,
) -> Option<Result<Value<'a>, Problem>> {
    Some(match (left, right) {
        (Value::Int(left), Value::Int(right)) => int(operator, *left, *right).map(Value::Int),
        (Value::UInt(left), Value::UInt(right)) => uint(operator, *left, *right).map(Value::UInt),
        (Value::Double(left), Value::Double(right)) => {
            real(operator, *left, *right).map(Value::Double)
        }
        _ => return None,
    })
}

fn int(operator: Arithmetic, left: i64, right: i64) -> Result<i64, Problem> {
    let result = match operator {
        Arithmetic::Add => left.checked_add(right),
        Arithmetic::Subtract => left.checked_sub(right),
        Arithmetic::Multiply => left.checked_mul(right),
        Arithmetic::Divide => left.checked_div(right),
        Arithmetic::Remainder => left.checked_rem(right),
    };
    result.ok_or(Problem::Number)
}

fn uint(operator: Arithmetic, left: u64, right: u64) -> Result<u64, Problem> {
    let result = match operator {
        Arithmetic::Add => left.checked_add(right),
        Arithmetic::Subtract => left.checked_sub(right),
        Arithmetic::Multiply => left.checked_mul(right),
        Arithmetic::Divide => left.checked_div(right),
        Arithmetic::Remainder => left.checked_rem(right),
    };
    result.ok_or(Problem::Number)
}

fn real(operator: Arithmetic, left: f64, right: f64) -> Result<f64, Problem> {
    Ok(match operator {
        Arithmetic::Add => left + right,
        Arithmetic::Subtract => left - right,
        Arithmetic::Multiply => left * right,
        Arithmetic::Divide => left / right,
        Arithmetic::Remainder => return Err(Problem::Type),
    })
}

fn whole(value: &Value<'_>) -> Option<i128> {
    if let Value::Int(value) = value {
        return Some((*value).into());
    }
    if let Value::UInt(value) = value {
        return Some((*value).into());
    }
    None
}

fn double(value: &Value<'_>) -> Option<f64> {
    if let Value::Double(value) = value {
        return Some(*value);
    }
    None
}

fn with_double(whole: i128, double: f64) -> Option<Ordering> {
    if double.is_nan() {
        return None;
    }
    if double >= TWO_TO_64 {
        return Some(Ordering::Less);
    }
    if double < -TWO_TO_64 {
        return Some(Ordering::Greater);
    }
    // Exact, for it lies within 65 bits.
    #[allow(clippy::cast_possible_truncation, reason = "checked above")]
    let floor = double.floor() as i128;
    let is_above = double.fract() != 0.0;
    Some(whole.cmp(&floor).then(match is_above {
        true => Ordering::Less,
        false => Ordering::Equal,
    }))
}
