//! A possible match and the text around it.
//!
//! Owns how far detectors look to either side, and what counts as a context word. Must not know what they
//! look for. Invariant: a judgement depends on nothing but the match, [`BEHIND`] bytes before it and [`AHEAD`]
//! bytes behind it, so that a window over a stream judges as a scan of the whole text does.

use std::ops::Range;

/// Bytes in front of a match that may hold a context word.
pub(super) const BEHIND: usize = 64;
/// Bytes behind a match that may hold a context word.
pub(super) const AHEAD: usize = 32;

/// What a detector's pattern found, and its surroundings.
#[derive(Clone, Copy)]
pub(super) struct Candidate<'a> {
    pub(super) text: &'a str,
    pub(super) before: &'a str,
    pub(super) after: &'a str,
}

// === impl Candidate ===

impl<'a> Candidate<'a> {
    pub(super) fn new(text: &'a str, range: Range<usize>) -> Self {
        let from = text.ceil_char_boundary(range.start.saturating_sub(BEHIND));
        let to = text.floor_char_boundary(range.end.saturating_add(AHEAD));
        Candidate {
            before: text.get(from..range.start).unwrap_or_default(),
            after: text.get(range.end..to).unwrap_or_default(),
            text: text.get(range).unwrap_or_default(),
        }
    }

    /// Whether a digit stands beyond one of `separators` on either side: the match is a part of something longer.
    pub(super) fn continues(&self, separators: &[char]) -> bool {
        self.continues_before(separators) || continues_after(self.after, separators)
    }

    /// The same, of what stands in front.
    pub(super) fn continues_before(&self, separators: &[char]) -> bool {
        let mut back = self.before.chars().rev();
        back.next().is_some_and(|c| separators.contains(&c))
            && back.next().is_some_and(|c| c.is_ascii_digit())
    }

    /// Whether one of the words stands near.
    pub(super) fn has_word(&self, words: &[&str]) -> bool {
        [self.before, self.after].into_iter().any(|side| {
            let side = side.to_ascii_lowercase();
            words.iter().any(|word| contains_word(&side, word))
        })
    }
}

/// Whether `after` begins with one of `separators` and a digit.
pub(super) fn continues_after(after: &str, separators: &[char]) -> bool {
    let mut chars = after.chars();
    chars.next().is_some_and(|c| separators.contains(&c))
        && chars.next().is_some_and(|c| c.is_ascii_digit())
}

/// `text` and `word` are in lower case. Scripts without spaces have no word boundaries, so only words in ASCII
/// need them. A word behind `<` is the token of an earlier mask, and says nothing about the text.
fn contains_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let left = text.get(..at).and_then(|left| left.chars().next_back());
        let right = text
            .get(at + word.len()..)
            .and_then(|right| right.chars().next());
        let is_letter = |c: char| word.is_ascii() && c.is_alphanumeric();
        !left.is_some_and(|c| is_letter(c) || c == '<') && !right.is_some_and(is_letter)
    })
}

#[cfg(test)]
mod tests {
    use super::{Candidate, contains_word};

    #[test]
    fn words() {
        for (text, expected) in [
            ("my ssn is", true),
            ("ssn", true),
            ("ssn_number:", true),
            ("assn", false),
            ("ssnx", false),
            ("assn ssn", true),
            ("<ssn>", false),
            ("", false),
        ] {
            assert_eq!(contains_word(text, "ssn"), expected, "{text}");
        }
        assert!(contains_word("나의주민등록번호는", "주민등록번호"));
    }

    #[test]
    fn surroundings_end_between_characters() {
        let text = format!("{}1{}", "é".repeat(40), "é".repeat(40));
        let candidate = Candidate::new(&text, 80..81);
        assert_eq!(
            (
                candidate.before.len(),
                candidate.text,
                candidate.after.len()
            ),
            (64, "1", 32)
        );
        let text = format!("x{text}");
        let candidate = Candidate::new(&text, 81..82);
        assert_eq!((candidate.before.len(), candidate.after.len()), (64, 32));
        let candidate = Candidate::new("x1", 1..2);
        assert_eq!((candidate.before, candidate.after), ("x", ""));
    }
}
