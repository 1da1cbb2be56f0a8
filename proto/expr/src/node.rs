//! What an expression is made of, once every name in it is resolved.
//!
//! Must not hold a name that nothing stands for. Invariant: a variable's slot is below the number of variables in its scope.

use regex::Regex;

use crate::attribute::{Attribute, Root};
use crate::error::Position;
use crate::function::Function;

/// A part of an expression.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) at: Position,
    pub(crate) kind: Kind,
    /// How deep it goes.
    pub(crate) depth: u32,
}

#[derive(Debug)]
pub(crate) enum Kind {
    Literal(Literal),
    Attribute(Attribute),
    /// All attributes of a root, as one object.
    Root(Root),
    Variable(usize),
    Select(Box<Node>, Box<str>),
    /// `has(a.b)`.
    Has(Box<Node>, Box<str>),
    HasAttribute(Attribute),
    Index(Box<Node>, Box<Node>),
    Not(Box<Node>),
    Negate(Box<Node>),
    Binary(Operator, Box<[Node; 2]>),
    And(Vec<Node>),
    Or(Vec<Node>),
    /// Condition, then, else.
    Conditional(Box<[Node; 3]>),
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
    /// A receiver is the first argument.
    Call(Function, Vec<Node>),
    /// `matches` with a pattern that is known.
    Matches(Box<Node>, Regex),
    Each(Box<Each>),
    /// `value.with(name, body)`.
    With(usize, Box<[Node; 2]>),
    /// The first that has a value.
    Default(Box<[Node; 2]>),
    /// The first that has a value which is not null.
    Coalesce(Vec<Node>),
}

/// A macro over a list or the keys of a map.
#[derive(Debug)]
pub(crate) struct Each {
    pub(crate) what: Macro,
    pub(crate) range: Node,
    pub(crate) slot: usize,
    /// Of `map(x, condition, body)`.
    pub(crate) condition: Option<Node>,
    pub(crate) body: Node,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Macro {
    All,
    Exists,
    ExistsOne,
    Map,
    Filter,
}

#[derive(Debug)]
pub(crate) enum Literal {
    Null,
    Bool(bool),
    Int(i64),
    UInt(u64),
    Double(f64),
    Text(Box<str>),
    Bytes(Box<[u8]>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Arithmetic(Arithmetic),
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

// === impl Node ===

impl Node {
    /// The text that it is, if it is one.
    pub(crate) fn as_text(&self) -> Option<&str> {
        if let Kind::Literal(Literal::Text(text)) = &self.kind {
            return Some(text);
        }
        None
    }
}

// === impl Macro ===

impl Macro {
    pub(crate) fn of(name: &str) -> Option<Macro> {
        Some(match name {
            "all" => Macro::All,
            "exists" => Macro::Exists,
            "exists_one" | "existsOne" => Macro::ExistsOne,
            "map" => Macro::Map,
            "filter" => Macro::Filter,
            _ => return None,
        })
    }
}
