//! String patterns: exact, prefix, suffix, contains, and regular expressions that match the whole value.
//!
//! Owns the limits on regular expressions: [`MAX_PATTERN`] bytes of text and [`MAX_PROGRAM`] bytes compiled,
//! so that a resource cannot take the proxy's memory. Must not backtrack: the `regex` crate is linear in the
//! value. Syntax is that crate's, close to RE2; look-around and back-references do not compile.

use std::fmt;

use regex::bytes::{Regex, RegexBuilder};
use thiserror::Error;

/// Longest regular expression, in bytes.
pub const MAX_PATTERN: usize = 8 * 1024;
/// Largest compiled regular expression, in bytes.
pub const MAX_PROGRAM: usize = 1024 * 1024;

/// A regular expression that must match the whole value.
#[derive(Clone, Debug)]
pub struct Pattern {
    text: Box<str>,
    whole: Regex,
}

/// Why a regular expression is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PatternError {
    /// Longer than [`MAX_PATTERN`].
    #[error("is longer than {MAX_PATTERN} bytes")]
    TooLong,
    /// Compiles to more than [`MAX_PROGRAM`] bytes.
    #[error("compiles to more than {MAX_PROGRAM} bytes")]
    TooLarge,
    /// Does not parse; the text is the parser's last line.
    #[error("is not a regular expression: {0}")]
    Syntax(String),
}

/// How a value must look.
#[derive(Clone, Debug)]
pub enum StringMatch {
    /// The whole value.
    Exact(Text),
    /// The start of the value.
    Prefix(Text),
    /// The end of the value.
    Suffix(Text),
    /// Any part of the value.
    Contains(Text),
    /// The whole value.
    Regex(Pattern),
}

/// Literal text with its treatment of case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    bytes: Box<[u8]>,
    ignore_case: bool,
}

// === impl Pattern ===

impl Pattern {
    /// Compiles a regular expression that must match the whole value.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        if text.len() > MAX_PATTERN {
            return Err(PatternError::TooLong);
        }
        // `a)|(b` would become valid by the group around it, and `a|b` must not leave the anchors.
        if text.contains(')') {
            compile(text)?;
        }
        let whole = compile(&format!(r"\A(?:{text})\z"))?;
        Ok(Self {
            text: text.into(),
            whole,
        })
    }

    /// Whether the whole value matches.
    pub fn matches(&self, value: &[u8]) -> bool {
        self.whole.is_match(value)
    }

    /// The text that was parsed.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Compiles with this crate's limits, without anchors. For rewrites, which search instead of matching.
pub fn compile(text: &str) -> Result<Regex, PatternError> {
    if text.len() > MAX_PATTERN + 16 {
        return Err(PatternError::TooLong);
    }
    RegexBuilder::new(text)
        .size_limit(MAX_PROGRAM)
        .dfa_size_limit(MAX_PROGRAM)
        .build()
        .map_err(|error| {
            if matches!(error, regex::Error::CompiledTooBig(_)) {
                return PatternError::TooLarge;
            }
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default();
            PatternError::Syntax(last.trim_start_matches("error: ").to_owned())
        })
}

// === impl StringMatch ===

impl StringMatch {
    /// The whole value, case-sensitive.
    pub fn exact(text: &str) -> Self {
        StringMatch::Exact(Text::new(text, false))
    }

    /// Whether the value matches.
    pub fn matches(&self, value: &[u8]) -> bool {
        match self {
            StringMatch::Exact(text) => text.equals(value),
            StringMatch::Prefix(text) => value
                .get(..text.bytes.len())
                .is_some_and(|start| text.equals(start)),
            StringMatch::Suffix(text) => value
                .len()
                .checked_sub(text.bytes.len())
                .and_then(|at| value.get(at..))
                .is_some_and(|end| text.equals(end)),
            StringMatch::Contains(text) => {
                text.bytes.is_empty()
                    || value
                        .windows(text.bytes.len())
                        .any(|window| text.equals(window))
            }
            StringMatch::Regex(pattern) => pattern.matches(value),
        }
    }
}

impl fmt::Display for StringMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StringMatch::Exact(text) => write!(f, "= {text}"),
            StringMatch::Prefix(text) => write!(f, "begins with {text}"),
            StringMatch::Suffix(text) => write!(f, "ends with {text}"),
            StringMatch::Contains(text) => write!(f, "contains {text}"),
            StringMatch::Regex(pattern) => write!(f, "~ {pattern}"),
        }
    }
}

// === impl Text ===

impl Text {
    /// Literal text; with `ignore_case`, ASCII letters match regardless of case.
    pub fn new(text: &str, ignore_case: bool) -> Self {
        Self {
            bytes: text.as_bytes().into(),
            ignore_case,
        }
    }

    fn equals(&self, value: &[u8]) -> bool {
        if self.ignore_case {
            self.bytes.eq_ignore_ascii_case(value)
        } else {
            *self.bytes == *value
        }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_PATTERN, Pattern, PatternError, StringMatch, Text};

    #[track_caller]
    fn check(matcher: &StringMatch, matching: &[&str], other: &[&str]) {
        for value in matching {
            assert!(
                matcher.matches(value.as_bytes()),
                "{matcher} must match {value}"
            );
        }
        for value in other {
            assert!(
                !matcher.matches(value.as_bytes()),
                "{matcher} must not match {value}"
            );
        }
    }

    #[test]
    fn kinds() {
        check(&StringMatch::exact("a"), &["a"], &["A", "ab", ""]);
        check(
            &StringMatch::Exact(Text::new("aB", true)),
            &["Ab"],
            &["abc"],
        );
        check(
            &StringMatch::Prefix(Text::new("ab", false)),
            &["ab", "abc"],
            &["a", "ba"],
        );
        check(
            &StringMatch::Suffix(Text::new("bc", true)),
            &["aBC", "bc"],
            &["c", "bca"],
        );
        check(
            &StringMatch::Contains(Text::new("b", false)),
            &["abc", "b"],
            &["", "aBc"],
        );
        check(
            &StringMatch::Contains(Text::new("", false)),
            &["", "x"],
            &[],
        );
    }

    #[test]
    fn a_regex_matches_the_whole_value() {
        let pattern = Pattern::parse("a|bc").expect("pattern");
        check(
            &StringMatch::Regex(pattern),
            &["a", "bc"],
            &["ac", "abc", "xa", "a\n", ""],
        );
    }

    #[test]
    fn bad_patterns_are_refused() {
        for text in ["(", "a)|(b", "(?=x)", "[z-a]", r"(a)\1", "(?x)a #"] {
            assert!(
                matches!(Pattern::parse(text), Err(PatternError::Syntax(_))),
                "{text}"
            );
        }
        let long = "a".repeat(MAX_PATTERN + 1);
        assert_eq!(Pattern::parse(&long).err(), Some(PatternError::TooLong));
        assert_eq!(
            Pattern::parse(r"\w{1000}{1000}").err(),
            Some(PatternError::TooLarge)
        );
    }
}
