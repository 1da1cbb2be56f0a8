//! One pass over JSON text that finds where values end.
//!
//! A prompt of 100 KB is one long string, and most of what its reading costs is to find the end of it. It must not build
//! anything, and does not say what is wrong: whoever gets `None` asks the library. Invariant: it takes what `serde_json`
//! takes as a raw value and nothing else (RFC 8259), and recursion is bounded by memory for brackets, not by the stack.

/// A place in a text.
pub(super) struct Scan<'a> {
    text: &'a str,
    at: usize,
    /// Brackets that are open inside the value that is being read.
    open: Vec<u8>,
    is_broken: bool,
}

/// A string as it stands in a text.
pub(super) struct Literal<'a> {
    /// What stands between the quotes.
    pub(super) inner: &'a str,
    /// Something in it does not stand for itself.
    pub(super) is_escaped: bool,
}

/// Bytes that are read by words before vector instructions are worth their beginning.
const NEAR: usize = 64;
/// Bytes that are looked at twice while the nearest cache holds them.
const BLOCK: usize = 8 << 10;
/// Bytes of a word. Most strings are shorter than what is read by words.
const WORD: usize = size_of::<u64>();

impl<'a> Scan<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            open: Vec::new(),
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
        let mut is_escaped = false;
        loop {
            self.at += plain(self.text.as_bytes().get(self.at..)?);
            match self.next()? {
                b'"' => return Some(is_escaped),
                b'\\' => {
                    is_escaped = true;
                    self.escape()?;
                }
                _ => return None,
            }
        }
    }

    fn escape(&mut self) -> Option<()> {
        match self.next()? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(()),
            b'u' => {
                let digits = self.text.as_bytes().get(self.at..self.at + 4)?;
                self.at += 4;
                digits.iter().all(u8::is_ascii_hexdigit).then_some(())
            }
            _ => None,
        }
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

fn closing(bracket: u8) -> u8 {
    if bracket == b'{' { b'}' } else { b']' }
}

/// How many bytes stand in a string for themselves.
fn plain(bytes: &[u8]) -> usize {
    let (near, far) = bytes.split_at(NEAR.min(bytes.len()));
    match plain_words(near) {
        passed if passed < near.len() => passed,
        _ => near.len().saturating_add(plain_far(far)),
    }
}

/// The same for what is long: two passes of vector instructions, which cost less than one that asks for all three at once;
/// block by block, as the second pass finds in the nearest cache what the first has read.
fn plain_far(bytes: &[u8]) -> usize {
    let mut at = 0_usize;
    for block in bytes.chunks(BLOCK) {
        let end = memchr::memchr2(b'"', b'\\', block).unwrap_or(block.len());
        let passed = block.get(..end).unwrap_or(block);
        if passed.iter().fold(u8::MAX, |least, byte| least.min(*byte)) < b' ' {
            return at.saturating_add(plain_words(passed));
        }
        at = at.saturating_add(end);
        if end < block.len() {
            break;
        }
    }
    at
}

/// The same for what is short.
fn plain_words(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<WORD>();
    let mut passed = 0_usize;
    for word in words {
        if let Some(at) = first_special(u64::from_le_bytes(*word)) {
            return passed.saturating_add(at);
        }
        passed = passed.saturating_add(WORD);
    }
    let more = rest.iter().position(|byte| is_special(*byte));
    passed.saturating_add(more.unwrap_or(rest.len()))
}

fn is_special(byte: u8) -> bool {
    byte < b' ' || byte == b'"' || byte == b'\\'
}

/// Where in a word, whose first byte is its lowest, one stands that does not stand for itself.
fn first_special(word: u64) -> Option<usize> {
    const ONES: u64 = u64::from_le_bytes([1; WORD]);
    const HIGH: u64 = ONES << 7;
    // Of each byte that is below `than`, the high bit is set; of those behind the first it may be set too.
    let below = |word: u64, than: u8| word.wrapping_sub(ONES * u64::from(than)) & !word;
    let is = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    let found = (below(word, b' ') | is(b'"') | is(b'\\')) & HIGH;
    (found != 0).then(|| (found.trailing_zeros() / 8) as usize)
}

#[cfg(test)]
mod tests {
    use super::{NEAR, first_special, is_special, plain};

    #[test]
    fn what_does_not_stand_for_itself_is_found_wherever_it_is() {
        for byte in 0..=u8::MAX {
            for length in [0, 1, 7, 8, 9, NEAR - 1, NEAR, NEAR + 1, 3 * NEAR] {
                for filling in [b'a', 0x80, 0xff, b' ', b'!', b'#', b'[', b']'] {
                    let mut bytes = vec![filling; length];
                    bytes.push(byte);
                    bytes.extend_from_slice(&[b'"', 0, b'a']);
                    let expected = length + usize::from(!is_special(byte));
                    assert_eq!(
                        plain(&bytes),
                        expected,
                        "{byte} behind {length} of {filling}"
                    );
                }
            }
        }
        assert_eq!(plain(b""), 0);
    }

    #[test]
    fn words_are_read_as_bytes_are() {
        let alphabet = [
            0, 1, 0x1f, 0x20, 0x21, 0x22, 0x23, 0x5b, 0x5c, 0x5d, 0x7f, 0x80, 0xff,
        ];
        for first in alphabet {
            for second in alphabet {
                for third in alphabet {
                    let bytes = [b'a', first, second, third, b'b', third, first, b'c'];
                    let expected = bytes.iter().position(|byte| is_special(*byte));
                    assert_eq!(
                        first_special(u64::from_le_bytes(bytes)),
                        expected,
                        "{bytes:?}"
                    );
                }
            }
        }
    }
}
