//! One pass over JSON text that finds where values end.
//!
//! It must not build anything, and does not say what is wrong: whoever gets `None` asks the library. Invariant: it takes what
//! `serde_json` takes as a raw value and nothing else (RFC 8259), and recursion is bounded by memory for brackets, not by the
//! stack.

use std::ops::ControlFlow;

use smallvec::SmallVec;

use super::marks::Marks;

/// A place in a text.
pub(super) struct Scan<'a> {
    text: &'a str,
    at: usize,
    /// What has been seen of the text.
    marks: Marks,
    /// Brackets that are open inside the value that is being read.
    open: SmallVec<[u8; 24]>,
    is_broken: bool,
}

/// A string as it stands in a text.
pub(super) struct Literal<'a> {
    /// What stands between the quotes.
    pub(super) inner: &'a str,
    /// Something in it does not stand for itself.
    pub(super) is_escaped: bool,
}

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            marks: Marks::new(),
            open: SmallVec::new(),
            is_broken: false,
        }
    }

    /// Where the value begins that comes next.
    pub(super) fn begin_value(&mut self) -> usize {
        self.space();
        self.at
    }

    pub(super) fn is_at(&self, place: usize) -> bool {
        self.at == place && !self.is_broken
    }

    /// What has been read since a place.
    pub(super) fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// There is a mistake, and nothing more to read.
    pub(super) fn break_off(&mut self) {
        self.is_broken = true;
        self.at = self.text.len();
    }

    pub(super) fn is_broken(&self) -> bool {
        self.is_broken
    }

    /// Skips white space and then this byte, if it is there.
    pub(super) fn skip(&mut self, byte: u8) -> bool {
        self.space();
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    /// Whether only white space is left.
    pub(super) fn is_over(&mut self) -> bool {
        self.space();
        self.at == self.text.len()
    }

    /// The string that comes next.
    pub(super) fn string(&mut self) -> Option<Literal<'a>> {
        self.space();
        let start = self.at;
        let is_escaped = self.literal()?;
        Some(Literal {
            inner: self.text.get(start + 1..self.at - 1)?,
            is_escaped,
        })
    }

    /// The value that comes next.
    pub(super) fn value(&mut self) -> Option<&'a str> {
        self.space();
        let start = self.at;
        self.open.clear();
        loop {
            if self.begin()? {
                continue;
            }
            if self.end()? {
                return self.text.get(start..self.at);
            }
        }
    }

    /// A scalar, an empty container, or the bracket of another; whether a value inside it follows.
    fn begin(&mut self) -> Option<bool> {
        self.space();
        match self.peek()? {
            b'"' => {
                self.literal()?;
            }
            bracket @ (b'{' | b'[') => {
                self.at += 1;
                if !self.skip(closing(bracket)) {
                    self.open.push(bracket);
                    self.key(bracket)?;
                    return Some(true);
                }
            }
            b'-' | b'0'..=b'9' => self.number()?,
            b't' => self.word("true")?,
            b'f' => self.word("false")?,
            b'n' => self.word("null")?,
            _ => return None,
        }
        Some(false)
    }

    /// What follows a value inside containers; whether the outermost is closed.
    fn end(&mut self) -> Option<bool> {
        while let Some(bracket) = self.open.last().copied() {
            if self.skip(b',') {
                self.key(bracket)?;
                return Some(false);
            }
            if !self.skip(closing(bracket)) {
                return None;
            }
            self.open.pop();
        }
        Some(true)
    }

    /// The key in front of a value, if it is in an object.
    fn key(&mut self, bracket: u8) -> Option<()> {
        if bracket == b'[' {
            return Some(());
        }
        self.space();
        self.literal()?;
        self.skip(b':').then_some(())
    }

    /// Goes behind a string; whether something in it is escaped.
    fn literal(&mut self) -> Option<bool> {
        self.expect(b'"')?;
        let text = self.text.as_bytes();
        let mut is_escaped = false;
        // What is escaped may have a mark as well.
        let mut known = self.at;
        let end = self.marks.walk(text, self.at, |place| {
            if place < known {
                return ControlFlow::Continue(());
            }
            match text.get(place) {
                Some(b'"') => ControlFlow::Break(Some(place + 1)),
                Some(b'\\') if is_escape(text, place + 1) => {
                    is_escaped = true;
                    known = place + 2;
                    ControlFlow::Continue(())
                }
                _ => ControlFlow::Break(None),
            }
        });
        self.at = end.flatten()?;
        Some(is_escaped)
    }

    fn number(&mut self) -> Option<()> {
        self.at += usize::from(self.peek() == Some(b'-'));
        if self.peek()? == b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            self.digits()?;
        }
        Some(())
    }

    fn digits(&mut self) -> Option<()> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += count;
        (count > 0).then_some(())
    }

    fn word(&mut self, word: &str) -> Option<()> {
        let rest = self.text.get(self.at..)?;
        self.at += word.len();
        rest.starts_with(word).then_some(())
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\t' | b'\r')) {
            self.at += 1;
        }
    }
}

/// Whether what begins at a place may follow a backslash.
#[inline(always)]
fn is_escape(text: &[u8], place: usize) -> bool {
    let Some(byte) = text.get(place).copied() else {
        return false;
    };
    let is_short = SHORT.get(usize::from(byte)).is_some_and(|short| *short);
    is_short || (byte == b'u' && is_hex(text.get(place + 1..place + 5)))
}

/// Which bytes may follow a backslash alone: a jump for each of them could not be foreseen.
static SHORT: [bool; 256] = {
    let mut table = [false; 256];
    let mut left: &[u8] = br#""\/bfnrt"#;
    while let [byte, rest @ ..] = left {
        if let (_, [short, ..]) = table.split_at_mut(*byte as usize) {
            *short = true;
        }
        left = rest;
    }
    table
};

fn is_hex(digits: Option<&[u8]>) -> bool {
    digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
}

fn closing(bracket: u8) -> u8 {
    if bracket == b'{' { b'}' } else { b']' }
}
