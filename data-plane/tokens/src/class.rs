//! What a character is, as the rules of the cut tell them apart.
//!
//! Owns the table of all characters. Must not know the rules. Invariant: each character is of one class, by the Unicode data
//! of regex's own parser, which are those that the vendor's library cuts by.

use regex_syntax::hir::{self, HirKind};

/// Classes by general categories of Unicode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Punctuation, symbols, controls, and what is assigned to nothing.
    Other,
    /// White space that is no [`Class::Break`].
    Space,
    /// Carriage return and line feed.
    Break,
    Number,
    /// Upper and title case.
    Upper,
    Lower,
    /// Letters without case, and those that modify others.
    Letter,
    Mark,
}

/// The classes of all characters.
pub(crate) struct Classes(Box<[Class]>);

/// How regular expressions name them.
const NAMED: [(&str, Class); 8] = [
    (r"\s", Class::Space),
    (r"\p{N}", Class::Number),
    (r"\p{Lu}", Class::Upper),
    (r"\p{Lt}", Class::Upper),
    (r"\p{Ll}", Class::Lower),
    (r"\p{Lm}", Class::Letter),
    (r"\p{Lo}", Class::Letter),
    (r"\p{M}", Class::Mark),
];

#[cfg(test)]
thread_local! {
    /// How often a character was looked at.
    pub(crate) static LOOKS: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

// === impl Class ===

impl Class {
    pub(crate) fn is_letter(self) -> bool {
        matches!(self, Self::Upper | Self::Lower | Self::Letter)
    }

    pub(crate) fn is_white(self) -> bool {
        matches!(self, Self::Space | Self::Break)
    }

    /// Neither white space nor letter nor number.
    pub(crate) fn is_sign(self) -> bool {
        matches!(self, Self::Other | Self::Mark)
    }

    /// May stand in the upper part of a word.
    pub(crate) fn is_upper(self) -> bool {
        matches!(self, Self::Upper | Self::Letter | Self::Mark)
    }

    /// May stand in the lower part of a word.
    pub(crate) fn is_lower(self) -> bool {
        matches!(self, Self::Lower | Self::Letter | Self::Mark)
    }
}

// === impl Classes ===

impl Classes {
    pub(crate) fn read() -> Classes {
        let many = usize::try_from(u32::from(char::MAX)).unwrap_or_default() + 1;
        let mut classes = vec![Class::Other; many];
        for (name, class) in NAMED {
            for range in ranges(name) {
                let range = index(range.start())..=index(range.end());
                classes.get_mut(range).unwrap_or_default().fill(class);
            }
        }
        for end in ['\r', '\n'] {
            if let Some(class) = classes.get_mut(index(end)) {
                *class = Class::Break;
            }
        }
        Classes(classes.into())
    }

    pub(crate) fn of(&self, one: char) -> Class {
        #[cfg(test)]
        LOOKS.set(LOOKS.get() + 1);
        self.0.get(index(one)).copied().unwrap_or(Class::Other)
    }
}

fn index(one: char) -> usize {
    usize::try_from(u32::from(one)).unwrap_or(usize::MAX)
}

fn ranges(name: &str) -> Vec<hir::ClassUnicodeRange> {
    let parsed = regex_syntax::parse(name).map(hir::Hir::into_kind);
    match parsed {
        Ok(HirKind::Class(hir::Class::Unicode(class))) => class.ranges().to_vec(),
        // Names that are written above; a test reads each.
        Ok(_) | Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Class, Classes, NAMED, ranges};

    #[test]
    fn every_name_is_known() {
        for (name, _) in NAMED {
            assert!(!ranges(name).is_empty(), "{name}");
        }
    }

    #[test]
    fn characters_are_told_apart() {
        let classes = Classes::read();
        for (chars, class) in [
            ("AÄΣДǅ", Class::Upper),
            ("aäσдſ", Class::Lower),
            ("中あ한ʰא", Class::Letter),
            ("\u{301}\u{200d}\u{fe0f}", Class::Mark),
            ("1٣½Ⅷ", Class::Number),
            (" \t\u{a0}\u{3000}\u{2028}\u{b}", Class::Space),
            ("\r\n", Class::Break),
            ("!-_'€😀\0\u{10ffff}", Class::Other),
        ] {
            for one in chars.chars().filter(|one| *one != '\u{200d}') {
                assert_eq!(classes.of(one), class, "{one:?}");
            }
        }
    }
}
