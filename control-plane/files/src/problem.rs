//! What is wrong with a file, and where.
//!
//! Owns the position and the words. Must not hold file content: a manifest may carry secrets, and problems are
//! logged and sent to operators. Lines and columns count from 1; 0 means the whole file.

use std::fmt;
use std::path::PathBuf;

/// One thing that is wrong with one file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Path as it was found below the directory that was given.
    pub file: PathBuf,
    /// Where in the file.
    pub position: Position,
    /// Whether something the file says is not in force.
    pub severity: Severity,
    /// What is wrong and what helps.
    pub message: String,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Something in the file is not in force.
    Error,
    /// Nothing of ours is missing, but the author may have meant something else.
    Warning,
}

/// A place in a file, counted from 1. [`Position::FILE`] is the file as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1; 0 for the whole file.
    pub line: u32,
    /// Column in characters, from 1; 0 for the whole line.
    pub column: u32,
}

// === impl Problem ===

impl Problem {
    /// Something of the file is not in force.
    pub fn error(file: impl Into<PathBuf>, position: Position, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            file: file.into(),
            position,
            severity: Severity::Error,
            message,
        }
    }

    /// Something that the author should look at.
    pub fn warning(
        file: impl Into<PathBuf>,
        position: Position,
        message: impl Into<String>,
    ) -> Self {
        let message = message.into();
        Self {
            file: file.into(),
            position,
            severity: Severity::Warning,
            message,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if self.position.line > 0 {
            write!(f, ":{}", self.position)?;
        }
        write!(f, ": {}", self.message)
    }
}

// === impl Position ===

impl Position {
    /// The file as a whole.
    pub const FILE: Position = Position { line: 0, column: 0 };

    /// A place, counted from 1.
    pub fn new(line: u32, column: u32) -> Self {
        Self { line, column }
    }

    /// The place of a byte in a text.
    pub fn of_byte(text: &[u8], offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let start = before
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        let characters = String::from_utf8_lossy(before.get(start..).unwrap_or_default());
        Self::new(saturate(line), saturate(characters.chars().count() + 1))
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.column == 0 {
            return write!(f, "{}", self.line);
        }
        write!(f, "{}:{}", self.line, self.column)
    }
}

fn saturate(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Position, Problem};

    #[test]
    fn the_place_of_a_byte_counts_characters() {
        let text = "a: 1\nü: x\n".as_bytes();
        let check = |offset, expected: (u32, u32)| {
            assert_eq!(
                Position::of_byte(text, offset),
                Position::new(expected.0, expected.1)
            );
        };
        check(0, (1, 1));
        check(3, (1, 4));
        check(5, (2, 1));
        check(7, (2, 2));
        check(text.len(), (3, 1));
        check(1000, (3, 1));
    }

    #[test]
    fn a_problem_reads_like_a_compiler_message() {
        let problem = Problem::error("a/b.yaml", Position::new(3, 7), "no");
        assert_eq!(problem.to_string(), "a/b.yaml:3:7: no");
        let problem = Problem::warning("a/b.yaml", Position::FILE, "no");
        assert_eq!(problem.to_string(), "a/b.yaml: no");
    }
}
