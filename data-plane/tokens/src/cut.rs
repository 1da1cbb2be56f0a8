//! How a text is cut into pieces, none of which is joined with another.
//!
//! Owns the rules that the vendor writes as regular expressions, one for each vocabulary (tiktoken's `openai_public.py`), in
//! steps instead: an engine that looks ahead takes time in the square of some texts. Must not know tokens. Invariants: pieces
//! together are the text; each character is looked at a few times, wherever it stands.

use crate::class::{Class, Classes};

/// Which rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    Cl100k,
    O200k,
}

/// The pieces of a text, in their order.
pub(crate) fn pieces<'t>(
    rule: Rule,
    classes: &'t Classes,
    text: &'t str,
) -> impl Iterator<Item = &'t str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let begun = Begun {
            classes,
            text: rest,
            first,
            class: classes.of(first),
        };
        let end = match rule {
            Rule::Cl100k => begun.cl100k(),
            Rule::O200k => begun.o200k(),
        };
        // Something always goes on.
        let end = end.max(first.len_utf8());
        let (piece, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
        rest = behind;
        Some(piece)
    })
}

/// A text of which the first piece is looked for. Places are in bytes from its beginning.
struct Begun<'t> {
    classes: &'t Classes,
    text: &'t str,
    first: char,
    class: Class,
}

// === impl Begun ===

impl Begun<'_> {
    /// ```text
    /// '(?i:[sdmt]|ll|ve|re) | [^\r\n\p{L}\p{N}]?+\p{L}++ | \p{N}{1,3}+ |  ?[^\s\p{L}\p{N}]++[\r\n]*+ | \s++$ | \s*[\r\n] |
    /// \s+(?!\S) | \s
    /// ```
    fn cl100k(&self) -> usize {
        if let Some(end) = self.contraction(0) {
            return end;
        }
        let from = match self.is_lead() {
            true => self.first.len_utf8(),
            false => 0,
        };
        let word = self.run(from, Class::is_letter);
        if word > from {
            return word;
        }
        if let Some(end) = self.number().or_else(|| self.signs(&['\r', '\n'])) {
            return end;
        }
        let white = self.run(0, Class::is_white);
        match white == self.text.len() {
            true => white,
            false => self.white(white),
        }
    }

    /// ```text
    /// [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)? |
    /// [^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)? |
    /// \p{N}{1,3} |  ?[^\s\p{L}\p{N}]+[\r\n/]* | \s*[\r\n]+ | \s+(?!\S) | \s+
    /// ```
    fn o200k(&self) -> usize {
        // Behind what may lead a word; a mark may lead one, or be its beginning.
        let led = self.is_lead().then(|| self.first.len_utf8());
        let bare = (self.class.is_letter() || self.class == Class::Mark).then_some(0);
        let word = led
            .and_then(|from| self.lower_word(from))
            .or_else(|| self.lower_word(bare?))
            .or_else(|| self.upper_word(led?))
            .or_else(|| self.upper_word(bare?));
        if let Some(end) = word {
            return self.contraction(end).unwrap_or(end);
        }
        if let Some(end) = self.number().or_else(|| self.signs(&['\r', '\n', '/'])) {
            return end;
        }
        self.white(self.run(0, Class::is_white))
    }

    /// An upper part, or none, and a lower one. A letter without case may be of either: if nothing lower follows the upper
    /// part, its last one of these is the lower part.
    fn lower_word(&self, from: usize) -> Option<usize> {
        let upper = self.run(from, Class::is_upper);
        let lower = self.run(upper, Class::is_lower);
        if lower > upper {
            return Some(lower);
        }
        let part = self.text.get(from..upper)?;
        let mut back = part.char_indices().rev();
        let (at, _) = back.find(|(_, one)| self.classes.of(*one).is_lower())?;
        Some(self.run(from + at, Class::is_lower))
    }

    /// An upper part, behind which nothing lower comes.
    fn upper_word(&self, from: usize) -> Option<usize> {
        let upper = self.run(from, Class::is_upper);
        (upper > from).then_some(upper)
    }

    /// Three digits at most.
    fn number(&self) -> Option<usize> {
        let digits = self.text.chars().take(3);
        let digits = digits.take_while(|one| self.classes.of(*one) == Class::Number);
        let end = digits.map(char::len_utf8).sum();
        (end > 0).then_some(end)
    }

    /// Signs, behind one space or none, with what ends a line behind them.
    fn signs(&self, tail: &[char]) -> Option<usize> {
        let from = usize::from(self.first == ' ');
        let end = self.run(from, Class::is_sign);
        let behind = self.text.get(end..).filter(|_| end > from)?;
        Some(self.text.len() - behind.trim_start_matches(tail).len())
    }

    /// White space that ends at `end`: up to its last line end, or else without the space that leads what follows.
    fn white(&self, end: usize) -> usize {
        let run = self.text.get(..end).unwrap_or_default();
        if let Some(line) = run.rfind(['\r', '\n']) {
            return line + 1;
        }
        let last = run.chars().next_back().map_or(0, char::len_utf8);
        match end == self.text.len() || end == last {
            true => end,
            false => end - last,
        }
    }

    /// Where an English ending that stands at `at` is over.
    fn contraction(&self, at: usize) -> Option<usize> {
        let ending = self.text.get(at..)?.strip_prefix('\'')?;
        let mut chars = ending.chars();
        let first = chars.next()?;
        let letters = match (first.to_ascii_lowercase(), chars.next()) {
            ('s' | 'd' | 'm' | 't', _) => 1,
            // The long s, which is an s in any case.
            ('ſ', _) => first.len_utf8(),
            ('l', Some('l' | 'L')) | ('v' | 'r', Some('e' | 'E')) => 2,
            _ => return None,
        };
        Some(at + 1 + letters)
    }

    /// Whether the first character may lead a word that it is no letter of.
    fn is_lead(&self) -> bool {
        matches!(self.class, Class::Other | Class::Space | Class::Mark)
    }

    /// Where characters from `from` on end to be of a kind.
    fn run(&self, from: usize, is: impl Fn(Class) -> bool) -> usize {
        let rest = self.text.get(from..).unwrap_or_default();
        let mut chars = rest.char_indices();
        let end = chars.find(|(_, one)| !is(self.classes.of(*one)));
        end.map_or(self.text.len(), |(at, _)| from + at)
    }
}
