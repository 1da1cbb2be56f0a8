//! What is wrong with an expression, and where.
//!
//! Must not carry values: they may be prompts or credentials. Names that the author of the expression wrote are his own.

use std::fmt;

use thiserror::Error;

/// A place in the text of an expression; both count from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

/// Why an expression does not compile.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{at}: {reason}")]
pub struct CompileError {
    /// Where.
    pub at: Position,
    /// What, and what would be right.
    pub reason: String,
}

/// Why an expression has no value this time.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{at}: {problem}")]
pub struct EvalError {
    /// Where.
    pub at: Position,
    /// What.
    pub problem: Problem,
}

/// What went wrong in an evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Problem {
    /// An attribute, a member or an element that is not there.
    #[error("it is not there")]
    Absent,
    /// A value of another type than the operation takes.
    #[error("the value has another type than this takes")]
    Type,
    /// A number beyond what its type holds, or a division by zero.
    #[error("the result is no number that can be held")]
    Number,
    /// A text that is not what a conversion reads.
    #[error("the text cannot be converted")]
    Text,
    /// A pattern that is no regular expression, or too large.
    #[error("the pattern is no regular expression, or is too large")]
    Pattern,
    /// More work than an expression may cause.
    #[error("it takes more than the steps of one evaluation")]
    Steps,
    /// `fail()` was reached.
    #[error("the expression failed by itself")]
    Failed,
}

// === impl Position ===

impl Position {
    /// The first character.
    pub(crate) const START: Position = Position { line: 1, column: 1 };

    pub(crate) fn error(self, reason: impl Into<String>) -> CompileError {
        CompileError {
            at: self,
            reason: reason.into(),
        }
    }

    pub(crate) fn problem(self, problem: Problem) -> EvalError {
        EvalError { at: self, problem }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}
