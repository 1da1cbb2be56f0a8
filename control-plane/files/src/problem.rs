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

/// Goes forward through a text and counts, so that many places of it cost one pass.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    rest: &'a [u8],
    offset: usize,
    position: Position,
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
        Cursor::new(text).at(offset)
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

// === impl Cursor ===

impl<'a> Cursor<'a> {
    /// At the start of a text in UTF-8.
    pub fn new(text: &'a [u8]) -> Self {
        Self {
            rest: text,
            offset: 0,
            position: Position::new(1, 1),
        }
    }

    /// The place of a byte. Offsets must not fall: the cursor does not go back.
    pub fn at(&mut self, offset: usize) -> Position {
        let step = offset.saturating_sub(self.offset);
        let (passed, rest) = self.rest.split_at_checked(step).unwrap_or((self.rest, &[]));
        for byte in passed {
            let Position { line, column } = self.position;
            self.position = match byte {
                b'\n' => Position::new(line.saturating_add(1), 1),
                // Continues a character that was counted at its first byte.
                0x80..=0xbf => self.position,
                _ => Position::new(line, column.saturating_add(1)),
            };
        }
        self.offset = self.offset.saturating_add(passed.len());
        self.rest = rest;
        self.position
    }
}

#[cfg(test)]
mod tests {
    use super::{Cursor, Position, Problem};

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
    fn a_cursor_goes_forward_only() {
        let text = "a\nüb\n\nc".as_bytes();
        let mut cursor = Cursor::new(text);
        let places: Vec<Position> = [0, 1, 2, 4, 4, 7, 8, 1000]
            .into_iter()
            .map(|offset| cursor.at(offset))
            .collect();
        let apart: Vec<Position> = [0, 1, 2, 4, 4, 7, 8, 1000]
            .into_iter()
            .map(|offset| Position::of_byte(text, offset))
            .collect();
        assert_eq!(places, apart);
        let (lines, columns): (Vec<u32>, Vec<u32>) = places
            .into_iter()
            .map(|place| (place.line, place.column))
            .unzip();
        assert_eq!(lines, [1, 1, 2, 2, 2, 4, 4, 4]);
        assert_eq!(columns, [1, 2, 1, 2, 2, 1, 2, 2]);
        assert_eq!(cursor.at(0), Position::new(4, 2), "it does not go back");
    }

    #[test]
    fn a_problem_reads_like_a_compiler_message() {
        let problem = Problem::error("a/b.yaml", Position::new(3, 7), "no");
        assert_eq!(problem.to_string(), "a/b.yaml:3:7: no");
        let problem = Problem::warning("a/b.yaml", Position::FILE, "no");
        assert_eq!(problem.to_string(), "a/b.yaml: no");
    }
}
