//! Calls: macros, which say how their arguments are evaluated, and functions.
//!
//! Must not know what a function does. Invariant: a pattern that is known is a compiled one.

use super::{Parser, over};
use crate::error::{CompileError, Position};
use crate::function::{Function, pattern};
use crate::node::{Each, Kind, Macro, Node};
use crate::token::Token;

// === impl Parser ===

impl Parser {
    /// `name(...)`.
    pub(super) fn function(&mut self, name: &str, at: Position) -> Result<Node, CompileError> {
        self.expect("(")?;
        let arguments = self.items(")")?;
        match name {
            "has" => has(at, arguments),
            "default" => {
                let pair: [Node; 2] = arguments
                    .try_into()
                    .map_err(|_| at.error("default takes two values: default(value, otherwise)"))?;
                let below = deepest(&pair);
                over(at, Kind::Default(Box::new(pair)), below)
            }
            "coalesce" => {
                let below = deepest(&arguments);
                over(at, Kind::Coalesce(arguments), below)
            }
            _ => call(at, name, arguments, Function::global),
        }
    }

    /// `value.name(...)`.
    pub(super) fn method(
        &mut self,
        receiver: Node,
        name: &str,
        at: Position,
    ) -> Result<Node, CompileError> {
        self.expect("(")?;
        if name == "with" {
            return self.with(receiver, at);
        }
        let has_variable =
            matches!(self.peek(), Token::Ident(_)) && *self.peek_behind(1) == Token::Mark(",");
        if let Some(what) = Macro::of(name).filter(|_| has_variable) {
            return self.each(what, receiver, at);
        }
        let mut arguments = vec![receiver];
        arguments.extend(self.items(")")?);
        call(at, name, arguments, Function::method)
    }

    /// `space.name(...)`, if that is a function.
    pub(super) fn qualified(
        &mut self,
        space: &str,
        at: Position,
    ) -> Result<Option<Node>, CompileError> {
        let (Token::Mark("."), Token::Ident(name), Token::Mark("(")) =
            (self.peek(), self.peek_behind(1), self.peek_behind(2))
        else {
            return Ok(None);
        };
        let name = format!("{space}.{name}");
        if Function::global(&name, 1).is_none() {
            return Ok(None);
        }
        self.next += 3;
        let arguments = self.items(")")?;
        call(at, &name, arguments, Function::global).map(Some)
    }

    /// Behind `range.what(`.
    fn each(&mut self, what: Macro, range: Node, at: Position) -> Result<Node, CompileError> {
        let slot = self.variable()?;
        let first = self.expression()?;
        let second = match what == Macro::Map && self.take(",") {
            true => Some(self.expression()?),
            false => None,
        };
        self.scope.close();
        self.expect(")")?;
        let below = [Some(&range), Some(&first), second.as_ref()]
            .into_iter()
            .flatten()
            .map(|node| node.depth)
            .max()
            .unwrap_or(0);
        let (condition, body) = match second {
            Some(body) => (Some(first), body),
            None => (None, first),
        };
        let each = Each {
            what,
            range,
            slot,
            condition,
            body,
        };
        over(at, Kind::Each(Box::new(each)), below)
    }

    /// Behind `value.with(`.
    fn with(&mut self, value: Node, at: Position) -> Result<Node, CompileError> {
        let slot = self.variable()?;
        let body = self.expression()?;
        self.scope.close();
        self.expect(")")?;
        let pair = Box::new([value, body]);
        let below = deepest(pair.as_slice());
        over(at, Kind::With(slot, pair), below)
    }

    /// A name for a value, and the comma behind it.
    fn variable(&mut self) -> Result<usize, CompileError> {
        let (Token::Ident(name), _) = self.advance() else {
            self.next -= 1;
            return Err(self.unexpected("a name for the value"));
        };
        self.expect(",")?;
        Ok(self.scope.open(name))
    }
}

fn deepest(nodes: &[Node]) -> u32 {
    nodes.iter().map(|node| node.depth).max().unwrap_or(0)
}

fn has(at: Position, arguments: Vec<Node>) -> Result<Node, CompileError> {
    let wrong = || at.error("has takes one member: has(request.headers.name)");
    let mut arguments = arguments.into_iter();
    let (Some(node), None) = (arguments.next(), arguments.next()) else {
        return Err(wrong());
    };
    let depth = node.depth;
    if let Kind::Attribute(attribute) = node.kind {
        return over(at, Kind::HasAttribute(attribute), 0);
    }
    if let Kind::Select(of, name) = node.kind {
        return over(at, Kind::Has(of, name), depth);
    }
    Err(wrong())
}

fn call(
    at: Position,
    name: &str,
    mut arguments: Vec<Node>,
    table: fn(&str, usize) -> Option<Function>,
) -> Result<Node, CompileError> {
    let count = arguments.len();
    let Some(function) = table(name, count) else {
        let is_known = (0..5).any(|count| table(name, count).is_some());
        return Err(at.error(match is_known {
            true => format!("{name} does not take this number of values"),
            false => format!("{name} is no function that is known here"),
        }));
    };
    let below = deepest(&arguments);
    let known = arguments.get(1).and_then(Node::as_text);
    if let (true, Some(known)) = (function.is_pattern(), known) {
        let regex = pattern(known).ok_or_else(|| {
            at.error("the pattern is no regular expression in the syntax of RE2, or is too large")
        })?;
        arguments.truncate(1);
        if let Some(text) = arguments.pop() {
            return over(at, Kind::Matches(Box::new(text), regex), below);
        }
    }
    over(at, Kind::Call(function, arguments), below)
}
