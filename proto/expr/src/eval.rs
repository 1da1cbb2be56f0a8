//! Nodes to values.
//!
//! Owns the order of evaluation: what a condition, `&&`, `||` or a macro does not reach is not evaluated (CEL
//! specification, "Evaluation"). Must not know where attributes come from. Invariant: each node costs a step, so it ends.

mod each;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::cmp::Ordering;
use std::rc::Rc;

use regex::Regex;
use serde_json::Value as Json;

use crate::attribute::{Attribute, AttributeSet, Attributes, Root};
use crate::error::{EvalError, Position, Problem};
use crate::node::{Arithmetic, Kind, Node, Operator};
use crate::number;
use crate::steps::Steps;
use crate::text::Text;
use crate::value::{List, Map, Value};

/// Attributes that were asked for.
pub(crate) struct Asked<'x> {
    attributes: &'x dyn Attributes,
    answers: [OnceCell<Option<Cow<'x, Json>>>; Attribute::ALL.len()],
}

pub(crate) struct Evaluator<'e, 'x> {
    asked: &'e Asked<'x>,
    used: AttributeSet,
    steps: &'e Steps,
    variables: Vec<Value<'e>>,
}

type Evaluated<'e> = Result<Value<'e>, EvalError>;

// === impl Asked ===

impl<'x> Asked<'x> {
    pub(crate) fn new(attributes: &'x dyn Attributes) -> Self {
        Asked {
            attributes,
            answers: std::array::from_fn(|_| OnceCell::new()),
        }
    }

    fn of(&self, attribute: Attribute) -> Option<&Json> {
        let cell = self.answers.get(attribute.index())?;
        cell.get_or_init(|| self.attributes.attribute(attribute))
            .as_deref()
    }
}

// === impl Evaluator ===

impl<'e, 'x> Evaluator<'e, 'x> {
    pub(crate) fn new(asked: &'e Asked<'x>, used: AttributeSet, steps: &'e Steps) -> Self {
        Evaluator {
            asked,
            used,
            steps,
            variables: Vec::new(),
        }
    }

    pub(crate) fn value(&mut self, node: &'e Node) -> Evaluated<'e> {
        let at = node.at;
        self.steps.take(1).map_err(|problem| at.problem(problem))?;
        match &node.kind {
            Kind::Literal(literal) => Ok(Value::of_literal(literal)),
            Kind::Attribute(attribute) => match self.asked.of(*attribute) {
                Some(json) => Ok(Value::of_json(json)),
                None => Err(at.problem(Problem::Absent)),
            },
            Kind::Root(root) => Ok(self.root(*root)),
            Kind::Variable(slot) => {
                let value = self.variables.get(*slot);
                value.cloned().ok_or(at.problem(Problem::Absent))
            }
            Kind::HasAttribute(attribute) => Ok(Value::Bool(self.asked.of(*attribute).is_some())),
            Kind::Select(of, name) => self.select(at, of, name),
            Kind::Has(of, name) => self.has(at, of, name),
            Kind::Index(of, key) => self.index(at, of, key),
            Kind::Not(inner) => Ok(Value::Bool(!self.bool(inner)?)),
            Kind::Negate(inner) => {
                let value = self.value(inner)?;
                negated(&value).map_err(|problem| at.problem(problem))
            }
            Kind::Binary(operator, sides) => self.binary(at, *operator, sides),
            Kind::And(all) => self.any(all, false).map(|any| Value::Bool(!any)),
            Kind::Or(all) => self.any(all, true).map(Value::Bool),
            Kind::Conditional(parts) => {
                let [condition, then, otherwise] = parts.as_ref();
                match self.bool(condition)? {
                    true => self.value(then),
                    false => self.value(otherwise),
                }
            }
            Kind::List(items) => self.values(items).map(Value::list),
            Kind::Map(written) => self.map(at, written),
            Kind::Call(function, arguments) => {
                let values = self.values(arguments)?;
                let result = function.call(&values, self.steps);
                result.map_err(|problem| at.problem(problem))
            }
            Kind::Matches(of, pattern) => self.matches(at, of, pattern),
            Kind::Each(each) => self.each(at, each),
            Kind::With(slot, pair) => {
                let [value, body] = pair.as_ref();
                let value = self.value(value)?;
                self.bind(*slot, value);
                let result = self.value(body);
                self.variables.truncate(*slot);
                result
            }
            Kind::Default(pair) => {
                let [value, otherwise] = pair.as_ref();
                match self.value(value) {
                    Ok(value) => Ok(value),
                    Err(error) if error.problem == Problem::Steps => Err(error),
                    Err(_) => self.value(otherwise),
                }
            }
            Kind::Coalesce(all) => self.coalesce(at, all),
        }
    }

    pub(crate) fn bool(&mut self, node: &'e Node) -> Result<bool, EvalError> {
        let value = self.value(node)?.as_bool();
        value.map_err(|problem| node.at.problem(problem))
    }

    fn bind(&mut self, slot: usize, value: Value<'e>) {
        self.variables.truncate(slot);
        self.variables.push(value);
    }

    /// Whether one of `all` is `wanted`; one that fails matters only if none is.
    fn any(&mut self, all: &'e [Node], wanted: bool) -> Result<bool, EvalError> {
        let mut failed = None;
        for node in all {
            match self.bool(node) {
                Ok(value) if value == wanted => return Ok(true),
                Ok(_) => (),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        failed.map_or(Ok(false), Err)
    }

    fn coalesce(&mut self, at: Position, all: &'e [Node]) -> Evaluated<'e> {
        let mut null = Err(at.problem(Problem::Absent));
        for node in all {
            match self.value(node) {
                Ok(Value::Null) => null = Ok(Value::Null),
                Ok(value) => return Ok(value),
                Err(error) if error.problem == Problem::Steps => return Err(error),
                Err(_) => (),
            }
        }
        null
    }

    fn root(&self, root: Root) -> Value<'e> {
        let mut entries = Vec::new();
        for attribute in root.attributes().filter(|own| self.used.has(*own)) {
            if let Some(json) = self.asked.of(attribute) {
                entries.push((Value::text(attribute.name().1), Value::of_json(json)));
            }
        }
        Value::Map(Map::Made(Rc::new(entries)))
    }

    fn select(&mut self, at: Position, of: &'e Node, name: &'e str) -> Evaluated<'e> {
        let of = self.value(of)?;
        let key = Value::Text(Text::Borrowed(name));
        let found = of.as_map().and_then(|map| map.get(&key, self.steps));
        let found = found.map_err(|problem| at.problem(problem))?;
        found.ok_or(at.problem(Problem::Absent))
    }

    /// As `select`; what belongs to an attribute that is not there is not there.
    fn has(&mut self, at: Position, of: &'e Node, name: &'e str) -> Evaluated<'e> {
        if let Kind::Attribute(attribute) = &of.kind
            && self.asked.of(*attribute).is_none()
        {
            return Ok(Value::Bool(false));
        }
        let of = self.value(of)?;
        let key = Value::Text(Text::Borrowed(name));
        let found = of.as_map().and_then(|map| map.get(&key, self.steps));
        let found = found.map_err(|problem| at.problem(problem))?;
        Ok(Value::Bool(found.is_some()))
    }

    fn index(&mut self, at: Position, of: &'e Node, key: &'e Node) -> Evaluated<'e> {
        let (of, key) = (self.value(of)?, self.value(key)?);
        let found = match (of.as_map(), of.as_list()) {
            (Ok(map), _) => map.get(&key, self.steps),
            (_, Ok(list)) => element(list, &key),
            (Err(problem), Err(_)) => Err(problem),
        };
        let found = found.map_err(|problem| at.problem(problem))?;
        found.ok_or(at.problem(Problem::Absent))
    }

    fn values(&mut self, nodes: &'e [Node]) -> Result<Vec<Value<'e>>, EvalError> {
        nodes.iter().map(|node| self.value(node)).collect()
    }

    fn map(&mut self, at: Position, written: &'e [(Node, Node)]) -> Evaluated<'e> {
        let problem = |problem| at.problem(problem);
        let mut entries: Vec<(Value<'e>, Value<'e>)> = Vec::new();
        for (key, value) in written {
            let (key, value) = (self.value(key)?, self.value(value)?);
            key.as_key().map_err(problem)?;
            for (own, _) in &entries {
                if own.equals(&key, self.steps).map_err(problem)? {
                    return Err(problem(Problem::Type));
                }
            }
            entries.push((key, value));
        }
        Ok(Value::Map(Map::Made(Rc::new(entries))))
    }

    fn matches(&mut self, at: Position, of: &'e Node, pattern: &Regex) -> Evaluated<'e> {
        let of = self.value(of)?;
        let problem = |problem| at.problem(problem);
        let text = of.as_text().map_err(problem)?;
        self.steps.take_bytes(text.len()).map_err(problem)?;
        Ok(Value::Bool(pattern.is_match(text)))
    }

    fn binary(&mut self, at: Position, operator: Operator, sides: &'e [Node; 2]) -> Evaluated<'e> {
        let [left, right] = sides;
        let (left, right) = (self.value(left)?, self.value(right)?);
        self.operate(operator, &left, &right)
            .map_err(|problem| at.problem(problem))
    }

    fn operate(
        &self,
        operator: Operator,
        left: &Value<'e>,
        right: &Value<'e>,
    ) -> Result<Value<'e>, Problem> {
        let steps = self.steps;
        let ordered = |wanted: fn(Ordering) -> bool| {
            order(left, right, steps).map(|order| Value::Bool(order.is_some_and(wanted)))
        };
        match operator {
            Operator::Equal => left.equals(right, steps).map(Value::Bool),
            Operator::NotEqual => left.equals(right, steps).map(|same| Value::Bool(!same)),
            Operator::Less => ordered(Ordering::is_lt),
            Operator::LessEqual => ordered(Ordering::is_le),
            Operator::Greater => ordered(Ordering::is_gt),
            Operator::GreaterEqual => ordered(Ordering::is_ge),
            Operator::In => is_in(left, right, steps).map(Value::Bool),
            Operator::Arithmetic(operator) => match number::compute(operator, left, right) {
                Some(result) => result,
                None if operator == Arithmetic::Add => joined(left, right, steps),
                None => Err(Problem::Type),
            },
        }
    }
}

/// The order of two values; none where one is not a number.
fn order(left: &Value<'_>, right: &Value<'_>, steps: &Steps) -> Result<Option<Ordering>, Problem> {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => {
            steps.take_bytes(left.len().min(right.len()))?;
            Ok(Some(left[..].cmp(&right[..])))
        }
        (Value::Bytes(left), Value::Bytes(right)) => {
            steps.take_bytes(left.len().min(right.len()))?;
            Ok(Some(left.cmp(right)))
        }
        (Value::Bool(left), Value::Bool(right)) => Ok(Some(left.cmp(right))),
        (
            Value::Int(_) | Value::UInt(_) | Value::Double(_),
            Value::Int(_) | Value::UInt(_) | Value::Double(_),
        ) => Ok(number::order(left, right)),
        _ => Err(Problem::Type),
    }
}

fn joined<'e>(left: &Value<'e>, right: &Value<'e>, steps: &Steps) -> Result<Value<'e>, Problem> {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => {
            steps.take_bytes(left.len() + right.len())?;
            Ok(Value::text([&left[..], &right[..]].concat()))
        }
        (Value::Bytes(left), Value::Bytes(right)) => {
            steps.take_bytes(left.len() + right.len())?;
            Ok(Value::Bytes([&left[..], &right[..]].concat().into()))
        }
        (Value::List(left), Value::List(right)) => {
            steps.take(left.len() + right.len())?;
            Ok(Value::list(left.iter().chain(right.iter()).collect()))
        }
        _ => Err(Problem::Type),
    }
}

fn is_in<'e>(item: &Value<'e>, range: &Value<'e>, steps: &Steps) -> Result<bool, Problem> {
    if let Value::Map(map) = range {
        return Ok(map.get(item, steps)?.is_some());
    }
    for own in range.as_list()?.iter() {
        if own.equals(item, steps)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn negated<'e>(value: &Value<'e>) -> Result<Value<'e>, Problem> {
    if let Value::Double(value) = value {
        return Ok(Value::Double(-value));
    }
    if let Value::Int(value) = value {
        return value.checked_neg().map(Value::Int).ok_or(Problem::Number);
    }
    Err(Problem::Type)
}

fn element<'e>(list: &List<'e>, key: &Value<'e>) -> Result<Option<Value<'e>>, Problem> {
    if let Value::Int(index) = key {
        return Ok(usize::try_from(*index)
            .ok()
            .and_then(|index| list.get(index)));
    }
    if let Value::UInt(index) = key {
        return Ok(usize::try_from(*index)
            .ok()
            .and_then(|index| list.get(index)));
    }
    Err(Problem::Type)
}
