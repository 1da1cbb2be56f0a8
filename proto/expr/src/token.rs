//! The words of an expression.
//!
//! Owns literals and their escapes (CEL specification, "Syntax"). Must not know what words mean together. Invariant: tokens
//! are in the order of the text, and the last is [`Token::End`].

use std::iter::Peekable;
use std::str::Chars;

use crate::error::{CompileError, Position};

/// A word.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    /// Digits; whether they fit follows from what stands in front of them.
    Int(u64),
    UInt(u64),
    Double(f64),
    Text(String),
    Bytes(Vec<u8>),
    Ident(String),
    /// An operator or a bracket.
    Mark(&'static str),
    End,
}

/// Longer ones first, so that none hides behind its begin.
const MARKS: [&str; 23] = [
    "&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "+", "-", "*", "/", "%", "?", ":", ".", ",",
    "(", ")", "[", "]", "{",
];
const LAST_MARK: &str = "}";

struct Reader<'a> {
    chars: Peekable<Chars<'a>>,
    at: Position,
}

/// The words of `text`.
pub(crate) fn read(text: &str) -> Result<Vec<(Token, Position)>, CompileError> {
    let mut reader = Reader {
        chars: text.chars().peekable(),
        at: Position::START,
    };
    let mut tokens = Vec::new();
    loop {
        reader.space();
        let at = reader.at;
        let token = reader.token()?;
        let is_end = token == Token::End;
        tokens.push((token, at));
        if is_end {
            return Ok(tokens);
        }
    }
}

// === impl Token ===

impl Token {
    /// The mark, or `in`, that it is.
    pub(crate) fn operator(&self) -> Option<&str> {
        if let Token::Mark(mark) = self {
            return Some(mark);
        }
        if let Token::Ident(word) = self {
            return (word == "in").then_some("in");
        }
        None
    }
}

// === impl Reader ===

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let next = self.chars.next()?;
        if next == '\n' {
            self.at.line += 1;
            self.at.column = 1;
        } else {
            self.at.column += 1;
        }
        Some(next)
    }

    fn peek(&mut self) -> Option<char> {
        self.chars.peek().copied()
    }

    /// Takes `expected` if it comes next.
    fn take(&mut self, expected: char) -> bool {
        let is_next = self.peek() == Some(expected);
        if is_next {
            self.next();
        }
        is_next
    }

    /// Whether `text` comes next.
    fn has(&self, text: &str) -> bool {
        let mut chars = self.chars.clone();
        text.chars().all(|expected| chars.next() == Some(expected))
    }

    /// Space, and comments up to the ends of their lines.
    fn space(&mut self) {
        loop {
            while self.peek().is_some_and(char::is_whitespace) {
                self.next();
            }
            if !self.has("//") {
                return;
            }
            while self.peek().is_some_and(|next| next != '\n') {
                self.next();
            }
        }
    }

    fn token(&mut self) -> Result<Token, CompileError> {
        let Some(first) = self.peek() else {
            return Ok(Token::End);
        };
        if first.is_ascii_digit() || (first == '.' && self.is_fraction()) {
            return self.number();
        }
        if matches!(first, '"' | '\'') {
            return self.text(false).map(Token::Text);
        }
        if first.is_ascii_alphabetic() || first == '_' {
            return self.word();
        }
        let mark = MARKS.iter().chain([&LAST_MARK]);
        let Some(mark) = mark.copied().find(|mark| self.has(mark)) else {
            return Err(self
                .at
                .error(format!("{first:?} does not belong into an expression")));
        };
        for _ in mark.chars() {
            self.next();
        }
        Ok(Token::Mark(mark))
    }

    fn is_fraction(&self) -> bool {
        let mut chars = self.chars.clone();
        chars.next();
        chars.next().is_some_and(|next| next.is_ascii_digit())
    }

    fn word(&mut self) -> Result<Token, CompileError> {
        let at = self.at;
        let mut word = String::new();
        while let Some(next) = self
            .peek()
            .filter(|next| next.is_ascii_alphanumeric() || *next == '_')
        {
            word.push(next);
            self.next();
        }
        if !matches!(self.peek(), Some('"' | '\'')) {
            return Ok(Token::Ident(word));
        }
        match word.to_ascii_lowercase().as_str() {
            "r" => self.text(true).map(Token::Text),
            "b" => Ok(Token::Bytes(self.bytes(false)?)),
            "br" | "rb" => Ok(Token::Bytes(self.bytes(true)?)),
            _ => Err(at.error(format!(
                "{word:?} cannot stand in front of a text; r and b can"
            ))),
        }
    }

    fn number(&mut self) -> Result<Token, CompileError> {
        let at = self.at;
        if self.has("0x") || self.has("0X") {
            self.next();
            self.next();
            let digits = self.digits(|next| next.is_ascii_hexdigit());
            let value = u64::from_str_radix(&digits, 16);
            let value =
                value.map_err(|_| at.error("a number in hexadecimal has 1 to 16 digits"))?;
            return Ok(self.whole(value));
        }
        let mut digits = self.digits(|next| next.is_ascii_digit());
        let mut is_whole = true;
        if self.peek() == Some('.') && self.is_fraction() {
            is_whole = false;
            self.next();
            digits.push('.');
            digits.push_str(&self.digits(|next| next.is_ascii_digit()));
        }
        if matches!(self.peek(), Some('e' | 'E')) {
            is_whole = false;
            self.next();
            digits.push('e');
            if let Some(sign @ ('+' | '-')) = self.peek() {
                self.next();
                digits.push(sign);
            }
            digits.push_str(&self.digits(|next| next.is_ascii_digit()));
        }
        if is_whole {
            let value = digits.parse();
            let value =
                value.map_err(|_| at.error("the number is too large; write it with a point"))?;
            return Ok(self.whole(value));
        }
        let value = digits.parse();
        value
            .map(Token::Double)
            .map_err(|_| at.error("the number is not complete"))
    }

    fn whole(&mut self, value: u64) -> Token {
        match self.take('u') || self.take('U') {
            true => Token::UInt(value),
            false => Token::Int(value),
        }
    }

    fn digits(&mut self, is_digit: fn(&char) -> bool) -> String {
        let mut digits = String::new();
        while let Some(next) = self.peek().filter(is_digit) {
            digits.push(next);
            self.next();
        }
        digits
    }

    fn text(&mut self, is_raw: bool) -> Result<String, CompileError> {
        let at = self.at;
        let mut text = String::new();
        self.quoted(is_raw, |escape, value| {
            text.extend(char::from_u32(value));
            match char::from_u32(value) {
                Some(_) => Ok(()),
                None => Err(at.error(format!("\\{escape} stands for no character"))),
            }
        })?;
        Ok(text)
    }

    fn bytes(&mut self, is_raw: bool) -> Result<Vec<u8>, CompileError> {
        let mut bytes = Vec::new();
        self.quoted(is_raw, |escape, value| {
            match u8::try_from(value)
                .ok()
                .filter(|_| matches!(escape, 'x' | '0'..='3'))
            {
                Some(byte) => bytes.push(byte),
                None => bytes.extend(
                    char::from_u32(value)
                        .into_iter()
                        .flat_map(|own| own.to_string().into_bytes()),
                ),
            }
            Ok(())
        })?;
        Ok(bytes)
    }

    /// Calls `put` with each value, and with what escaped it; `\0` stands for no escape.
    fn quoted(
        &mut self,
        is_raw: bool,
        mut put: impl FnMut(char, u32) -> Result<(), CompileError>,
    ) -> Result<(), CompileError> {
        let at = self.at;
        let unclosed = || at.error("the text is not closed");
        let quote = self.next().ok_or_else(unclosed)?;
        let triple = quote.to_string().repeat(3);
        let is_triple = self.has(triple.get(1..).unwrap_or_default());
        if is_triple {
            self.next();
            self.next();
        }
        loop {
            if is_triple && self.has(&triple) {
                self.next();
                self.next();
                self.next();
                return Ok(());
            }
            let here = self.at;
            match self.next().ok_or_else(unclosed)? {
                next if next == quote && !is_triple => return Ok(()),
                '\n' | '\r' if !is_triple => return Err(unclosed()),
                '\\' if !is_raw => {
                    let (escape, value) = self.escape(here)?;
                    put(escape, value)?;
                }
                next => put('\0', u32::from(next))?,
            }
        }
    }

    fn escape(&mut self, at: Position) -> Result<(char, u32), CompileError> {
        let escape = self.next().unwrap_or(' ');
        let (radix, digits, mut value) = match escape {
            'a' => return Ok((escape, 7)),
            'b' => return Ok((escape, 8)),
            'f' => return Ok((escape, 12)),
            'n' => return Ok((escape, 10)),
            'r' => return Ok((escape, 13)),
            't' => return Ok((escape, 9)),
            'v' => return Ok((escape, 11)),
            '\\' | '\'' | '"' | '`' | '?' => return Ok((escape, u32::from(escape))),
            'x' | 'X' => (16, 2, 0),
            'u' => (16, 4, 0),
            'U' => (16, 8, 0),
            '0'..='3' => (8, 2, escape.to_digit(8).unwrap_or_default()),
            _ => {
                return Err(at.error(format!(
                    "\\{escape} is no escape; write r'...' for a text without any"
                )));
            }
        };
        for _ in 0..digits {
            let digit = self.next().and_then(|next| next.to_digit(radix));
            let digit =
                digit.ok_or_else(|| at.error(format!("\\{escape} takes {digits} digits more")))?;
            value = value.wrapping_mul(radix).wrapping_add(digit);
        }
        Ok((escape.to_ascii_lowercase(), value))
    }
}
