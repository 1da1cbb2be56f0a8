//! Envoy's `RegexMatchAndSubstitute`: replace every match of a pattern.
//!
//! Owns the template grammar of RE2: `\0` is the whole match, `\1` to `\9` are groups, `\\` is a backslash.
//! Must not be given more than the path: a pattern that sees a query could move text between the two.

use std::borrow::Cow;

use proto::envoy::r#type::matcher::v3::RegexMatchAndSubstitute;
use regex::bytes::{Captures, Regex};
use route::field::FieldError;
use route::pattern;

/// A compiled replacement.
#[derive(Clone, Debug)]
pub struct Substitution {
    pattern: Regex,
    template: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Group(usize),
}

impl Substitution {
    /// Compiles pattern and template.
    pub fn decode(message: &RegexMatchAndSubstitute) -> Result<Self, FieldError> {
        let regex = message
            .pattern
            .as_ref()
            .ok_or_else(|| FieldError::missing("pattern"))?;
        let pattern = pattern::compile(&regex.regex)
            .map_err(|error| FieldError::invalid("pattern.regex", error.to_string()))?;
        let template = template(&message.substitution).ok_or_else(|| {
            FieldError::invalid(
                "substitution",
                "ends with a lone backslash or escapes something that is no digit",
            )
        })?;
        let groups = pattern.captures_len();
        let beyond = |piece: &Piece| matches!(piece, Piece::Group(group) if *group >= groups);
        if template.iter().any(beyond) {
            let text = format!("names a group beyond the {} of the pattern", groups - 1);
            return Err(FieldError::invalid("substitution", text));
        }
        Ok(Self { pattern, template })
    }

    /// Replaces every match. Borrows if there is none.
    pub fn replace_all<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let expand = |captures: &Captures<'_>| self.expand(captures);
        match self.pattern.replace_all(text.as_bytes(), expand) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            // The patterns are in Unicode mode, so matches begin and end between characters.
            Cow::Owned(replaced) => match String::from_utf8(replaced) {
                Ok(replaced) => Cow::Owned(replaced),
                Err(_) => Cow::Borrowed(text),
            },
        }
    }

    fn expand(&self, captures: &Captures<'_>) -> Vec<u8> {
        let mut out = Vec::new();
        for piece in &self.template {
            match piece {
                Piece::Literal(text) => out.extend_from_slice(text.as_bytes()),
                Piece::Group(group) => {
                    if let Some(found) = captures.get(*group) {
                        out.extend_from_slice(found.as_bytes());
                    }
                }
            }
        }
        out
    }
}

/// Cuts a template into pieces; `None` if an escape is broken.
fn template(text: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        if char != '\\' {
            literal.push(char);
            continue;
        }
        match chars.next()? {
            '\\' => literal.push('\\'),
            digit => {
                let group = digit.to_digit(10)?;
                if !literal.is_empty() {
                    pieces.push(Piece::Literal(std::mem::take(&mut literal)));
                }
                pieces.push(Piece::Group(usize::try_from(group).ok()?));
            }
        }
    }
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    Some(pieces)
}

#[cfg(test)]
mod tests {
    use super::Substitution;
    use proto::envoy::r#type::matcher::v3::{RegexMatchAndSubstitute, RegexMatcher};

    fn message(pattern: &str, substitution: &str) -> RegexMatchAndSubstitute {
        RegexMatchAndSubstitute {
            pattern: Some(RegexMatcher {
                regex: pattern.to_owned(),
                engine_type: None,
            }),
            substitution: substitution.to_owned(),
        }
    }

    #[track_caller]
    fn check(pattern: &str, substitution: &str, text: &str, expected: &str) {
        let compiled = Substitution::decode(&message(pattern, substitution)).expect("valid");
        assert_eq!(compiled.replace_all(text), expected);
    }

    #[test]
    fn examples_of_envoys_documentation() {
        check(
            "^/service/([^/]+)(/.*)$",
            r"\2/instance/\1",
            "/service/foo/v1/api",
            "/v1/api/instance/foo",
        );
        check("one", "two", "/xxx/one/yyy/one/zzz", "/xxx/two/yyy/two/zzz");
        check(
            "^(.*?)one(.*)$",
            r"\1two\2",
            "/xxx/one/yyy/one/zzz",
            "/xxx/two/yyy/one/zzz",
        );
        check("(?i)/xxx/", "/yyy/", "/aaa/XxX/bbb", "/aaa/yyy/bbb");
    }

    #[test]
    fn templates() {
        check("a(b)?", r"[\0\1\\$1]", "xa", r"x[a\$1]");
        for (pattern, substitution, path) in [
            ("a", r"\1", "substitution"),
            ("a", r"\", "substitution"),
            ("a", r"\x", "substitution"),
            ("(", "", "pattern.regex"),
        ] {
            let error = Substitution::decode(&message(pattern, substitution)).expect_err("refused");
            assert_eq!(error.path, path, "{substitution}");
        }
    }
}
