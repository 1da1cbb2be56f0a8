//! A value that remembers where each part of it stands.
//!
//! Owns the reading of one YAML node; values from JSON come in without places. Must not
//! know Kubernetes. Duplicate keys and nesting limits are the deserializer's business.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use serde_saphyr::{Location, Spanned};

use crate::problem::Position;

/// One node with its place.
pub(super) struct Tree {
    pub(super) position: Position,
    shape: Shape,
}

/// Where the parts of a document stand, by JSON pointer (`/spec/rules/0`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Positions(BTreeMap<String, Position>);

enum Shape {
    Scalar(Value),
    Sequence(Vec<Tree>),
    Mapping(Vec<(String, Position, Tree)>),
}

struct ShapeVisitor;

// === impl Tree ===

impl Tree {
    /// A value that knows no places of its own.
    pub(super) fn unplaced(value: Value) -> Self {
        let shape = match value {
            Value::Array(items) => Shape::Sequence(items.into_iter().map(Tree::unplaced).collect()),
            Value::Object(members) => {
                let placed = |(key, member)| (key, Position::FILE, Tree::unplaced(member));
                Shape::Mapping(members.into_iter().map(placed).collect())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                Shape::Scalar(value)
            }
        };
        Self {
            position: Position::FILE,
            shape,
        }
    }

    /// Whether there is nothing in it, as between two document marks.
    pub(super) fn is_null(&self) -> bool {
        matches!(self.shape, Shape::Scalar(Value::Null))
    }

    /// A string member of a mapping.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        match &self.member(key)?.shape {
            Shape::Scalar(Value::String(text)) => Some(text),
            Shape::Scalar(_) | Shape::Sequence(_) | Shape::Mapping(_) => None,
        }
    }

    /// Takes a sequence member out of a mapping.
    pub(super) fn take_sequence(&mut self, key: &str) -> Option<Vec<Tree>> {
        let Shape::Mapping(members) = &mut self.shape else {
            return None;
        };
        let (_, _, member) = members.iter_mut().find(|(name, _, _)| name == key)?;
        match &mut member.shape {
            Shape::Sequence(items) => Some(std::mem::take(items)),
            Shape::Scalar(_) | Shape::Mapping(_) => None,
        }
    }

    /// The value and the places of its parts.
    pub(super) fn split(self) -> (Value, Positions) {
        let mut positions = Positions::default();
        let position = self.position;
        let value = self.collect("", position, &mut positions);
        (value, positions)
    }

    fn member(&self, key: &str) -> Option<&Tree> {
        match &self.shape {
            Shape::Mapping(members) => members
                .iter()
                .find(|(name, _, _)| name == key)
                .map(|(_, _, tree)| tree),
            Shape::Scalar(_) | Shape::Sequence(_) => None,
        }
    }

    fn collect(self, path: &str, place: Position, positions: &mut Positions) -> Value {
        if place != Position::FILE {
            positions.0.insert(path.to_owned(), place);
        }
        match self.shape {
            Shape::Scalar(value) => value,
            Shape::Sequence(items) => items
                .into_iter()
                .enumerate()
                .map(|(index, item)| {
                    let place = item.position;
                    item.collect(&format!("{path}/{index}"), place, positions)
                })
                .collect(),
            Shape::Mapping(members) => {
                let mut map = Map::with_capacity(members.len());
                for (key, place, member) in members {
                    let path = format!("{path}/{}", escape(&key));
                    let value = member.collect(&path, place, positions);
                    map.insert(key, value);
                }
                Value::Object(map)
            }
        }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Shape>::deserialize(deserializer)?;
        Ok(Self {
            position: place(spanned.referenced),
            shape: spanned.value,
        })
    }
}

// === impl Positions ===

impl Positions {
    /// The place of the part at a JSON pointer, or of the nearest part around it that has one.
    pub fn nearest(&self, pointer: &str) -> Position {
        let mut rest = pointer;
        loop {
            if let Some(position) = self.0.get(rest) {
                return *position;
            }
            match rest.rfind('/') {
                Some(at) => rest = rest.get(..at).unwrap_or_default(),
                None => return Position::FILE,
            }
        }
    }

    /// The same with a path as people write it: `spec.rules[2].matches[0]`.
    pub fn nearest_field(&self, path: &str) -> Position {
        let mut pointer = String::with_capacity(path.len() + 1);
        for part in path.split(['.', '[', ']']).filter(|part| !part.is_empty()) {
            pointer.push('/');
            pointer.push_str(&escape(part));
        }
        self.nearest(&pointer)
    }
}

// === impl Shape ===

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ShapeVisitor)
    }
}

// === impl ShapeVisitor ===

impl<'de> Visitor<'de> for ShapeVisitor {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Shape, E> {
        Ok(Shape::Scalar(Value::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Shape, E> {
        Ok(Shape::Scalar(Value::from(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Shape, E> {
        Ok(Shape::Scalar(Value::from(value)))
    }

    fn visit_i128<E: Error>(self, value: i128) -> Result<Shape, E> {
        Err(E::custom(format_args!("the number {value} is too large")))
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<Shape, E> {
        Err(E::custom(format_args!("the number {value} is too large")))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Shape, E> {
        let number = Number::from_f64(value);
        number
            .map(|number| Shape::Scalar(Value::Number(number)))
            .ok_or_else(|| E::custom("a number that is not finite has no meaning here"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Shape, E> {
        Ok(Shape::Scalar(Value::String(value.to_owned())))
    }

    fn visit_string<E>(self, value: String) -> Result<Shape, E> {
        Ok(Shape::Scalar(Value::String(value)))
    }

    fn visit_unit<E>(self) -> Result<Shape, E> {
        Ok(Shape::Scalar(Value::Null))
    }

    fn visit_none<E>(self) -> Result<Shape, E> {
        Ok(Shape::Scalar(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Shape, D::Error> {
        Shape::deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Shape, D::Error> {
        Shape::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Shape, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Shape::Sequence(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Shape, A::Error> {
        let mut members = Vec::new();
        while let Some(key) = access.next_key::<Spanned<String>>()? {
            let member: Tree = access.next_value()?;
            members.push((key.value, place(key.referenced), member));
        }
        Ok(Shape::Mapping(members))
    }
}

fn place(location: Location) -> Position {
    let narrow = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    Position::new(narrow(location.line()), narrow(location.column()))
}

fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
