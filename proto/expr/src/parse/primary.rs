//! What an expression begins with, and what follows behind a point or in brackets.
//!
//! Owns literals and the way from a name to an attribute or a variable. Must not know functions. Invariant: a name that
//! stands for nothing is told here, not when a request comes.

use super::{Parser, over};
use crate::attribute::Root;
use crate::error::{CompileError, Position};
use crate::node::{Kind, Literal, Node};
use crate::token::Token;

const RESERVED: [&str; 3] = ["true", "false", "null"];

/// The literal `-value`.
pub(super) fn negative(value: u64, at: Position) -> Result<Node, CompileError> {
    let value = 0_i64.checked_sub_unsigned(value);
    let value = value.ok_or_else(|| too_large(at))?;
    over(at, Kind::Literal(Literal::Int(value)), 0)
}

fn too_large(at: Position) -> CompileError {
    at.error("the number is beyond 64 bits; write it with a point")
}

// === impl Parser ===

impl Parser {
    pub(super) fn primary(&mut self) -> Result<Node, CompileError> {
        let at = self.at();
        let literal = match self.peek().clone() {
            Token::Ident(name) => return self.named(&name, at),
            Token::Mark("(") => {
                self.advance();
                let inner = self.expression()?;
                self.expect(")")?;
                return Ok(inner);
            }
            Token::Mark("[") => return self.list(at),
            Token::Mark("{") => return self.map(at),
            Token::Int(value) => Literal::Int(i64::try_from(value).map_err(|_| too_large(at))?),
            Token::UInt(value) => Literal::UInt(value),
            Token::Double(value) => Literal::Double(value),
            Token::Text(text) => Literal::Text(text.into()),
            Token::Bytes(bytes) => Literal::Bytes(bytes.into()),
            Token::Mark(_) | Token::End => return Err(self.unexpected("a value")),
        };
        self.advance();
        over(at, Kind::Literal(literal), 0)
    }

    /// Members, elements and methods of `node`.
    pub(super) fn behind(&mut self, mut node: Node) -> Result<Node, CompileError> {
        loop {
            let at = self.at();
            let below = node.depth;
            if self.take(".") {
                let (Token::Ident(name), at) = self.advance() else {
                    self.next -= 1;
                    return Err(self.unexpected("the name of a member"));
                };
                node = match self.is_next("(") {
                    true => self.method(node, &name, at)?,
                    false => {
                        let name = member(&node, &name);
                        over(at, Kind::Select(Box::new(node), name), below)?
                    }
                };
            } else if self.take("[") {
                let mut key = self.expression()?;
                self.expect("]")?;
                if let Kind::Literal(Literal::Text(text)) = &mut key.kind {
                    *text = member(&node, text);
                }
                let below = below.max(key.depth);
                node = over(at, Kind::Index(Box::new(node), Box::new(key)), below)?;
            } else {
                return Ok(node);
            }
        }
    }

    fn named(&mut self, name: &str, at: Position) -> Result<Node, CompileError> {
        self.advance();
        if RESERVED.contains(&name) {
            let literal = match name {
                "null" => Literal::Null,
                _ => Literal::Bool(name == "true"),
            };
            return over(at, Kind::Literal(literal), 0);
        }
        if self.is_next("(") {
            return self.function(name, at);
        }
        if let Some(slot) = self.scope.variable(name) {
            return over(at, Kind::Variable(slot), 0);
        }
        if let Some(call) = self.qualified(name, at)? {
            return Ok(call);
        }
        let Some(root) = Root::of(name) else {
            return Err(at.error(format!(
                "{name} is neither a variable nor something that is known of a request"
            )));
        };
        let kind = match (
            root.whole(),
            self.peek().clone(),
            self.peek_behind(1).clone(),
        ) {
            (None, Token::Mark("."), Token::Ident(member))
                if *self.peek_behind(2) != Token::Mark("(") =>
            {
                self.next += 2;
                self.scope.member(root, &member, at)?
            }
            (None, Token::Mark("["), Token::Text(member))
                if *self.peek_behind(2) == Token::Mark("]") =>
            {
                self.next += 3;
                self.scope.member(root, &member, at)?
            }
            _ => self.scope.root(root, at)?,
        };
        over(at, kind, 0)
    }

    fn list(&mut self, at: Position) -> Result<Node, CompileError> {
        self.advance();
        let items = self.items("]")?;
        let below = items.iter().map(|item| item.depth).max().unwrap_or(0);
        over(at, Kind::List(items), below)
    }

    fn map(&mut self, at: Position) -> Result<Node, CompileError> {
        self.advance();
        let mut entries = Vec::new();
        let mut below = 0;
        while !self.take("}") {
            let key = self.expression()?;
            self.expect(":")?;
            let value = self.expression()?;
            below = below.max(key.depth).max(value.depth);
            entries.push((key, value));
            if !self.take(",") {
                self.expect("}")?;
                break;
            }
        }
        over(at, Kind::Map(entries), below)
    }

    /// Expressions up to `close`; a comma may stand behind the last.
    pub(super) fn items(&mut self, close: &str) -> Result<Vec<Node>, CompileError> {
        let mut items = Vec::new();
        while !self.take(close) {
            items.push(self.expression()?);
            if !self.take(",") {
                self.expect(close)?;
                break;
            }
        }
        Ok(items)
    }
}

/// The name of a member as it is looked up: names of headers have no case.
fn member(of: &Node, name: &str) -> Box<str> {
    if let Kind::Attribute(attribute) = &of.kind
        && attribute.is_headers()
    {
        return name.to_ascii_lowercase().into();
    }
    name.into()
}
