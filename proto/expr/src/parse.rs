//! Words to nodes (CEL specification, "Syntax").
//!
//! Owns precedence, macros and the bounds on size and depth. Must not evaluate. Invariant: it never goes deeper than
//! [`MOST_NESTED`] calls, and no node is deeper than [`MOST_DEPTH`], so neither reading nor evaluating nor dropping one
//! runs out of stack.

mod call;
mod primary;

use crate::attribute::AttributeSet;
use crate::error::{CompileError, Position};
use crate::node::{Arithmetic, Kind, Node, Operator};
use crate::scope::Scope;
use crate::token::{self, Token};

/// The longest text, in bytes; also what the schemas allow.
const MOST_BYTES: usize = 16 << 10;
/// How deep brackets, conditions and macros may lie in each other.
const MOST_NESTED: u32 = 48;
/// How deep nodes may lie in each other: a chain of operators makes one a link.
const MOST_DEPTH: u32 = 160;

pub(crate) struct Parser {
    tokens: Vec<(Token, Position)>,
    next: usize,
    nested: u32,
    scope: Scope,
}

/// The expression that `text` is, and the attributes it names.
pub(crate) fn read(
    text: &str,
    offered: AttributeSet,
) -> Result<(Node, AttributeSet), CompileError> {
    if text.len() > MOST_BYTES {
        let most = MOST_BYTES;
        return Err(Position::START.error(format!("an expression has {most} bytes at most")));
    }
    let mut parser = Parser {
        tokens: token::read(text)?,
        next: 0,
        nested: 0,
        scope: Scope::new(offered),
    };
    let node = parser.expression()?;
    match *parser.peek() == Token::End {
        true => Ok((node, parser.scope.used())),
        false => Err(parser.unexpected("an operator or the end")),
    }
}

/// A node over `below`.
pub(crate) fn over(at: Position, kind: Kind, below: u32) -> Result<Node, CompileError> {
    let depth = below + 1;
    match depth > MOST_DEPTH {
        true => Err(at.error("the expression goes too deep; split it")),
        false => Ok(Node { at, kind, depth }),
    }
}

// === impl Parser ===

impl Parser {
    fn expression(&mut self) -> Result<Node, CompileError> {
        self.nested += 1;
        if self.nested > MOST_NESTED {
            return Err(self.at().error("the expression goes too deep; split it"));
        }
        let node = self.conditional();
        self.nested -= 1;
        node
    }

    fn conditional(&mut self) -> Result<Node, CompileError> {
        let condition = self.binary(0)?;
        let at = self.at();
        if !self.take("?") {
            return Ok(condition);
        }
        let then = self.binary(0)?;
        self.expect(":")?;
        let otherwise = self.expression()?;
        let below = condition.depth.max(then.depth).max(otherwise.depth);
        over(
            at,
            Kind::Conditional(Box::new([condition, then, otherwise])),
            below,
        )
    }

    fn binary(&mut self, lowest: u8) -> Result<Node, CompileError> {
        let mut left = self.unary()?;
        loop {
            let at = self.at();
            let Some(level) = self.level().filter(|level| *level >= lowest) else {
                return Ok(left);
            };
            let (operator, _) = self.advance();
            let right = self.binary(level + 1)?;
            left = combined(at, &operator, left, right)?;
        }
    }

    /// How strongly the operator that comes next binds.
    fn level(&self) -> Option<u8> {
        Some(match self.peek().operator()? {
            "||" => 0,
            "&&" => 1,
            "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" => 2,
            "+" | "-" => 3,
            "*" | "/" | "%" => 4,
            _ => return None,
        })
    }

    fn unary(&mut self) -> Result<Node, CompileError> {
        let mut signs = Vec::new();
        while let Token::Mark(sign @ ("!" | "-")) = *self.peek() {
            signs.push((sign, self.at()));
            self.advance();
        }
        let mut node = match (self.peek(), signs.last()) {
            // The least number has no positive counterpart.
            (Token::Int(value), Some(("-", at))) => {
                let (value, at) = (*value, *at);
                signs.pop();
                self.advance();
                let literal = primary::negative(value, at)?;
                self.behind(literal)?
            }
            _ => {
                let first = self.primary()?;
                self.behind(first)?
            }
        };
        for (sign, at) in signs.into_iter().rev() {
            let below = node.depth;
            let inner = Box::new(node);
            let kind = match sign {
                "!" => Kind::Not(inner),
                _ => Kind::Negate(inner),
            };
            node = over(at, kind, below)?;
        }
        Ok(node)
    }

    fn peek(&self) -> &Token {
        self.peek_behind(0)
    }

    fn peek_behind(&self, count: usize) -> &Token {
        self.tokens
            .get(self.next + count)
            .map_or(&Token::End, |(token, _)| token)
    }

    fn at(&self) -> Position {
        let token = self.tokens.get(self.next).or(self.tokens.last());
        token.map_or(Position::START, |(_, at)| *at)
    }

    fn advance(&mut self) -> (Token, Position) {
        let at = self.at();
        let token = self.peek().clone();
        self.next += 1;
        (token, at)
    }

    fn is_next(&self, mark: &str) -> bool {
        matches!(self.peek(), Token::Mark(next) if *next == mark)
    }

    fn take(&mut self, mark: &str) -> bool {
        let is_next = self.is_next(mark);
        if is_next {
            self.next += 1;
        }
        is_next
    }

    fn expect(&mut self, mark: &str) -> Result<(), CompileError> {
        match self.take(mark) {
            true => Ok(()),
            false => Err(self.unexpected(&format!("{mark:?}"))),
        }
    }

    fn unexpected(&self, wanted: &str) -> CompileError {
        let found = match self.peek() {
            Token::End => "the end".to_owned(),
            Token::Mark(mark) => format!("{mark:?}"),
            Token::Ident(word) => format!("{word:?}"),
            Token::Int(_) | Token::UInt(_) | Token::Double(_) => "a number".to_owned(),
            Token::Text(_) => "a text".to_owned(),
            Token::Bytes(_) => "bytes".to_owned(),
        };
        self.at()
            .error(format!("here comes {found}, and {wanted} is expected"))
    }
}

fn combined(at: Position, operator: &Token, left: Node, right: Node) -> Result<Node, CompileError> {
    let below = left.depth.max(right.depth);
    let operator = match operator.operator().unwrap_or_default() {
        "||" => return chained(at, left, right, Kind::Or),
        "&&" => return chained(at, left, right, Kind::And),
        "==" => Operator::Equal,
        "!=" => Operator::NotEqual,
        "<" => Operator::Less,
        "<=" => Operator::LessEqual,
        ">" => Operator::Greater,
        ">=" => Operator::GreaterEqual,
        "+" => Operator::Arithmetic(Arithmetic::Add),
        "-" => Operator::Arithmetic(Arithmetic::Subtract),
        "*" => Operator::Arithmetic(Arithmetic::Multiply),
        "/" => Operator::Arithmetic(Arithmetic::Divide),
        "%" => Operator::Arithmetic(Arithmetic::Remainder),
        _ => Operator::In,
    };
    over(at, Kind::Binary(operator, Box::new([left, right])), below)
}

/// A chain is one node, however long it is.
fn chained(
    at: Position,
    mut left: Node,
    right: Node,
    kind: fn(Vec<Node>) -> Kind,
) -> Result<Node, CompileError> {
    let is_same = std::mem::discriminant(&left.kind) == std::mem::discriminant(&kind(Vec::new()));
    if let (true, Kind::And(all) | Kind::Or(all)) = (is_same, &mut left.kind) {
        left.depth = left.depth.max(right.depth + 1);
        all.push(right);
        return over(left.at, left.kind, left.depth - 1);
    }
    let below = left.depth.max(right.depth);
    over(at, kind(vec![left, right]), below)
}
