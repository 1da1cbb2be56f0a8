//! Values while an expression is evaluated.
//!
//! JSON of the inputs is borrowed, never copied: a prompt may be megabytes. Must not know expressions. Invariant: what grows
//! with an input is charged.

use std::rc::Rc;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Map as Object, Value as Json};

use crate::error::Problem;
use crate::node::Literal;
use crate::number;
use crate::steps::Steps;
use crate::text::Text;

#[derive(Clone)]
pub(crate) enum Value<'a> {
    Null,
    Bool(bool),
    Int(i64),
    UInt(u64),
    Double(f64),
    Text(Text<'a>),
    Bytes(Rc<[u8]>),
    List(List<'a>),
    Map(Map<'a>),
}

#[derive(Clone)]
pub(crate) enum List<'a> {
    Json(&'a [Json]),
    Made(Rc<Vec<Value<'a>>>),
}

#[derive(Clone)]
pub(crate) enum Map<'a> {
    Json(&'a Object<String, Json>),
    /// In the order of writing; no key twice.
    Made(Rc<Vec<(Value<'a>, Value<'a>)>>),
}

// === impl Value ===

impl<'a> Value<'a> {
    pub(crate) fn of_json(json: &'a Json) -> Value<'a> {
        match json {
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(*value),
            Json::Number(number) => Value::number(number),
            Json::String(text) => Value::Text(Text::Borrowed(text)),
            Json::Array(items) => Value::List(List::Json(items)),
            Json::Object(members) => Value::Map(Map::Json(members)),
        }
    }

    pub(crate) fn of_literal(literal: &'a Literal) -> Value<'a> {
        match literal {
            Literal::Null => Value::Null,
            Literal::Bool(value) => Value::Bool(*value),
            Literal::Int(value) => Value::Int(*value),
            Literal::UInt(value) => Value::UInt(*value),
            Literal::Double(value) => Value::Double(*value),
            Literal::Text(text) => Value::Text(Text::Borrowed(text)),
            Literal::Bytes(bytes) => Value::Bytes(bytes.as_ref().into()),
        }
    }

    /// Of JSON that was made.
    pub(crate) fn owned(json: Json) -> Value<'a> {
        match json {
            Json::String(text) => Value::Text(text.into()),
            Json::Array(items) => Value::list(items.into_iter().map(Value::owned).collect()),
            Json::Object(members) => Value::Map(Map::Made(Rc::new(
                members
                    .into_iter()
                    .map(|(key, value)| (Value::Text(key.into()), Value::owned(value)))
                    .collect(),
            ))),
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(value),
            Json::Number(number) => Value::number(&number),
        }
    }

    fn number(number: &serde_json::Number) -> Value<'a> {
        match (number.as_i64(), number.as_u64()) {
            (Some(value), _) => Value::Int(value),
            (None, Some(value)) => Value::UInt(value),
            (None, None) => Value::Double(number.as_f64().unwrap_or(f64::NAN)),
        }
    }

    pub(crate) fn as_bool(&self) -> Result<bool, Problem> {
        if let Value::Bool(value) = self {
            return Ok(*value);
        }
        Err(Problem::Type)
    }

    pub(crate) fn as_text(&self) -> Result<&str, Problem> {
        if let Value::Text(text) = self {
            return Ok(text);
        }
        Err(Problem::Type)
    }

    pub(crate) fn as_map(&self) -> Result<&Map<'a>, Problem> {
        if let Value::Map(map) = self {
            return Ok(map);
        }
        Err(Problem::Type)
    }

    pub(crate) fn as_list(&self) -> Result<&List<'a>, Problem> {
        if let Value::List(list) = self {
            return Ok(list);
        }
        Err(Problem::Type)
    }

    pub(crate) fn text(text: impl Into<String>) -> Value<'a> {
        Value::Text(text.into().into())
    }

    pub(crate) fn list(items: Vec<Value<'a>>) -> Value<'a> {
        Value::List(List::Made(Rc::new(items)))
    }

    /// What it is as JSON.
    pub(crate) fn into_json(self, steps: &Steps) -> Result<Json, Problem> {
        steps.take(1)?;
        Ok(match self {
            Value::Null => Json::Null,
            Value::Bool(value) => value.into(),
            Value::Int(value) => value.into(),
            Value::UInt(value) => value.into(),
            Value::Double(value) => serde_json::Number::from_f64(value)
                .map(Json::Number)
                .ok_or(Problem::Number)?,
            Value::Text(text) => {
                steps.take_bytes(text.len())?;
                text.to_string().into()
            }
            Value::Bytes(bytes) => {
                steps.take_bytes(bytes.len())?;
                BASE64_STANDARD.encode(bytes).into()
            }
            Value::List(list) => {
                let items: Result<Vec<Json>, Problem> =
                    list.iter().map(|item| item.into_json(steps)).collect();
                items?.into()
            }
            Value::Map(map) => {
                let mut members = Object::new();
                for (key, value) in map.iter() {
                    members.insert(key.as_key()?, value.into_json(steps)?);
                }
                members.into()
            }
        })
    }

    /// Its text as the name of a member.
    pub(crate) fn as_key(&self) -> Result<String, Problem> {
        match self {
            Value::Text(text) => Ok(text.to_string()),
            Value::Bool(value) => Ok(value.to_string()),
            Value::Int(value) => Ok(value.to_string()),
            Value::UInt(value) => Ok(value.to_string()),
            Value::Null | Value::Double(_) | Value::Bytes(_) | Value::List(_) | Value::Map(_) => {
                Err(Problem::Type)
            }
        }
    }

    /// Whether both are the same; values of different types are not, numbers aside.
    pub(crate) fn equals(&self, other: &Value<'a>, steps: &Steps) -> Result<bool, Problem> {
        steps.take(1)?;
        Ok(match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(left), Value::Bool(right)) => left == right,
            (Value::Text(left), Value::Text(right)) => {
                steps.take_bytes(left.len().min(right.len()))?;
                left[..] == right[..]
            }
            (Value::Bytes(left), Value::Bytes(right)) => {
                steps.take_bytes(left.len().min(right.len()))?;
                left == right
            }
            (Value::List(left), Value::List(right)) => {
                if left.len() != right.len() {
                    return Ok(false);
                }
                for (left, right) in left.iter().zip(right.iter()) {
                    if !left.equals(&right, steps)? {
                        return Ok(false);
                    }
                }
                true
            }
            (Value::Map(left), Value::Map(right)) => {
                if left.len() != right.len() {
                    return Ok(false);
                }
                for (key, value) in left.iter() {
                    match right.get(&key, steps)? {
                        Some(other) if value.equals(&other, steps)? => (),
                        _ => return Ok(false),
                    }
                }
                true
            }
            (left, right) => number::order(left, right).is_some_and(std::cmp::Ordering::is_eq),
        })
    }
}

// === impl List ===

impl<'a> List<'a> {
    pub(crate) fn len(&self) -> usize {
        match self {
            List::Json(items) => items.len(),
            List::Made(items) => items.len(),
        }
    }

    pub(crate) fn get(&self, index: usize) -> Option<Value<'a>> {
        match self {
            List::Json(items) => items.get(index).map(Value::of_json),
            List::Made(items) => items.get(index).cloned(),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Value<'a>> + '_ {
        (0..self.len()).filter_map(|index| self.get(index))
    }
}

// === impl Map ===

impl<'a> Map<'a> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Map::Json(members) => members.len(),
            Map::Made(entries) => entries.len(),
        }
    }

    pub(crate) fn get(&self, key: &Value<'a>, steps: &Steps) -> Result<Option<Value<'a>>, Problem> {
        match (self, key) {
            (Map::Json(members), Value::Text(name)) => {
                Ok(members.get(&name[..]).map(Value::of_json))
            }
            (Map::Json(_), _) => Ok(None),
            (Map::Made(entries), key) => {
                for (own, value) in entries.iter() {
                    if own.equals(key, steps)? {
                        return Ok(Some(value.clone()));
                    }
                }
                Ok(None)
            }
        }
    }

    pub(crate) fn iter(&self) -> Box<dyn Iterator<Item = (Value<'a>, Value<'a>)> + '_> {
        match self {
            Map::Json(members) => Box::new(
                members
                    .iter()
                    .map(|(key, value)| (Value::Text(Text::Borrowed(key)), Value::of_json(value))),
            ),
            Map::Made(entries) => Box::new(entries.iter().cloned()),
        }
    }
}
