//! Matching of normalised paths.
//!
//! Owns the four kinds of path match and the one normalisation in front of them ([`normalize`]). Must not
//! see a query. Segment prefixes are held without their trailing slash (the root is the empty string), which
//! is what makes the length in the rank and the key in the table's index equal.

mod normalize;

pub use normalize::{PathError, normalize, split};

use crate::pattern::Pattern;

/// Whether letters match regardless of case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Case {
    /// `A` is not `a`.
    #[default]
    Sensitive,
    /// ASCII letters match regardless of case.
    Insensitive,
}

/// How a path must look.
#[derive(Clone, Debug)]
pub struct PathMatch {
    kind: Kind,
    case: Case,
}

/// The four kinds, in the order of their precedence.
#[derive(Clone, Debug)]
pub enum Kind {
    /// The whole path.
    Exact(Box<str>),
    /// Whole segments from the start, without trailing slash; empty for the root, which matches everything.
    SegmentPrefix(Box<str>),
    /// A string prefix, as Envoy's `prefix`.
    RawPrefix(Box<str>),
    /// A regular expression over the whole path.
    Regex(Pattern),
}

impl PathMatch {
    /// The whole path, case-sensitive.
    pub fn exact(path: impl Into<Box<str>>) -> Self {
        Self {
            kind: Kind::Exact(path.into()),
            case: Case::Sensitive,
        }
    }

    /// Whole segments; a trailing slash is ignored, as Gateway API says.
    pub fn segment_prefix(prefix: &str) -> Self {
        let trimmed = prefix.trim_end_matches('/');
        Self {
            kind: Kind::SegmentPrefix(trimmed.into()),
            case: Case::Sensitive,
        }
    }

    /// A string prefix; `/` and the empty string become the root segment prefix, which is the same.
    pub fn raw_prefix(prefix: &str) -> Self {
        let kind = match prefix {
            "" | "/" => Kind::SegmentPrefix("".into()),
            other => Kind::RawPrefix(other.into()),
        };
        Self {
            kind,
            case: Case::Sensitive,
        }
    }

    /// A regular expression over the whole path.
    pub fn regex(pattern: Pattern) -> Self {
        Self {
            kind: Kind::Regex(pattern),
            case: Case::Sensitive,
        }
    }

    /// The same match with another treatment of case; a regular expression keeps its own.
    pub fn with_case(mut self, case: Case) -> Self {
        if !matches!(self.kind, Kind::Regex(_)) {
            self.case = case;
        }
        self
    }

    /// What kind of match it is.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// How case is treated.
    pub fn case(&self) -> Case {
        self.case
    }

    /// Whether the normalised path matches.
    pub fn matches(&self, path: &str) -> bool {
        match &self.kind {
            Kind::Exact(exact) => self.equal(path, exact),
            Kind::SegmentPrefix(prefix) => {
                path
                .split_at_checked(prefix.len())
                .is_some_and(|(start, rest)| {
                    self.equal(start, prefix) && (rest.is_empty() || rest.starts_with('/'))
                })
                // The root matches a path that does not begin with a slash, too (`*` of OPTIONS).
                || prefix.is_empty()
            }
            Kind::RawPrefix(prefix) => path
                .split_at_checked(prefix.len())
                .is_some_and(|(start, _)| self.equal(start, prefix)),
            Kind::Regex(pattern) => pattern.matches(path.as_bytes()),
        }
    }

    /// The prefix that a rewrite replaces: the matched prefix of a prefix match, the whole path of an exact
    /// one; `None` for a regular expression.
    pub fn matched_prefix(&self) -> Option<&str> {
        match &self.kind {
            Kind::Exact(path) => Some(path),
            Kind::SegmentPrefix(prefix) | Kind::RawPrefix(prefix) => Some(prefix),
            Kind::Regex(_) => None,
        }
    }

    fn equal(&self, left: &str, right: &str) -> bool {
        match self.case {
            Case::Sensitive => left == right,
            Case::Insensitive => left.eq_ignore_ascii_case(right),
        }
    }
}

impl std::fmt::Display for PathMatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.kind {
            Kind::Exact(path) => write!(f, "path = {path}"),
            Kind::SegmentPrefix(prefix) if prefix.is_empty() => f.write_str("any path"),
            Kind::SegmentPrefix(prefix) => write!(f, "path prefix {prefix}"),
            Kind::RawPrefix(prefix) => write!(f, "path begins with {prefix}"),
            Kind::Regex(pattern) => write!(f, "path ~ {pattern}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Case, PathMatch};
    use crate::pattern::Pattern;

    #[track_caller]
    fn check(path_match: &PathMatch, matching: &[&str], other: &[&str]) {
        for path in matching {
            assert!(path_match.matches(path), "{path_match} must match {path}");
        }
        for path in other {
            assert!(
                !path_match.matches(path),
                "{path_match} must not match {path}"
            );
        }
    }

    #[test]
    fn kinds() {
        check(&PathMatch::exact("/a"), &["/a"], &["/a/", "/A", "/", "/ab"]);
        check(
            &PathMatch::segment_prefix("/a/"),
            &["/a", "/a/", "/a/b"],
            &["/ab", "/", "/b/a"],
        );
        check(&PathMatch::segment_prefix("/"), &["/", "/x", "*"], &[]);
        check(
            &PathMatch::raw_prefix("/a"),
            &["/a", "/ab", "/a/b"],
            &["/", "/A"],
        );
        check(&PathMatch::raw_prefix("/"), &["/", "/x"], &[]);
        let regex = Pattern::parse("/a(b|c)").expect("pattern");
        check(
            &PathMatch::regex(regex),
            &["/ab", "/ac"],
            &["/abc", "/x/ab"],
        );
        let insensitive = PathMatch::segment_prefix("/Ab").with_case(Case::Insensitive);
        check(&insensitive, &["/aB/x", "/AB"], &["/ABC"]);
    }

    #[test]
    fn a_prefix_is_not_cut_inside_a_character() {
        check(&PathMatch::raw_prefix("/a"), &[], &["/é"]);
        check(&PathMatch::segment_prefix("/aa"), &[], &["/é"]);
    }
}
