//! Matching of request headers and pseudo headers.
//!
//! Owns Envoy's `HeaderMatcher` semantics: several values of one header are matched as one, joined by a
//! comma; an absent header matches nothing, not even an inverted matcher, unless it is treated as empty.
//! Must not allocate for a header with one value.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use http::header::HeaderName;

use crate::head::Head;
use crate::pattern::StringMatch;

/// What one header must look like.
#[derive(Clone, Debug)]
pub struct HeaderMatch {
    /// Which header.
    pub name: Name,
    /// What is asked of its value.
    pub test: Test,
    /// The answer for a present header is turned round.
    pub invert: bool,
    /// An absent header is matched as the empty string.
    pub missing_as_empty: bool,
}

/// A header or a pseudo header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    /// A header field.
    Field(HeaderName),
    /// `:method`.
    Method,
    /// `:authority`; `host` is the same thing.
    Authority,
    /// `:path`, query included.
    Path,
    /// `:scheme`.
    Scheme,
}

/// What is asked of a value.
#[derive(Clone, Debug)]
pub enum Test {
    /// The header is there (`true`) or absent (`false`).
    Present(bool),
    /// The value as a string.
    Value(StringMatch),
    /// The value is a decimal integer in the range.
    Range(Range<i64>),
}

// === impl HeaderMatch ===

impl HeaderMatch {
    /// The header has this value.
    pub fn exact(name: HeaderName, value: &str) -> Self {
        Self {
            name: Name::Field(name),
            test: Test::Value(StringMatch::exact(value)),
            invert: false,
            missing_as_empty: false,
        }
    }

    /// Whether the head matches.
    pub fn matches(&self, head: &Head<'_>) -> bool {
        let value = self.name.value(head);
        if let Test::Present(wanted) = self.test {
            let is_present = value.is_some() || self.missing_as_empty;
            return (is_present == wanted) != self.invert;
        }
        let value = match value {
            Some(value) => value,
            None if self.missing_as_empty => Cow::Borrowed(&b""[..]),
            None => return false,
        };
        self.test.accepts(&value) != self.invert
    }
}

impl fmt::Display for HeaderMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let not = if self.invert { "not " } else { "" };
        match &self.test {
            Test::Present(true) => write!(f, "{not}header {} is present", self.name),
            Test::Present(false) => write!(f, "{not}header {} is absent", self.name),
            Test::Value(value) => write!(f, "{not}header {} {value}", self.name),
            Test::Range(range) => write!(f, "{not}header {} in {range:?}", self.name),
        }
    }
}

// === impl Name ===

impl Name {
    /// The values in the head, joined by a comma; `None` if there is none.
    fn value<'a>(&self, head: &'a Head<'_>) -> Option<Cow<'a, [u8]>> {
        match self {
            Name::Method => Some(Cow::Borrowed(head.method.as_str().as_bytes())),
            Name::Authority => Some(Cow::Borrowed(head.authority.as_bytes())),
            Name::Scheme => Some(Cow::Borrowed(head.scheme.as_bytes())),
            Name::Path => Some(match head.path_and_query() {
                Cow::Borrowed(path) => Cow::Borrowed(path.as_bytes()),
                Cow::Owned(path) => Cow::Owned(path.into_bytes()),
            }),
            Name::Field(name) => {
                let mut values = head.headers.get_all(name).iter();
                let first = values.next()?.as_bytes();
                let mut joined = Cow::Borrowed(first);
                for value in values {
                    let all = joined.to_mut();
                    all.push(b',');
                    all.extend_from_slice(value.as_bytes());
                }
                Some(joined)
            }
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Name::Field(name) => name.as_str(),
            Name::Method => ":method",
            Name::Authority => ":authority",
            Name::Path => ":path",
            Name::Scheme => ":scheme",
        })
    }
}

// === impl Test ===

impl Test {
    fn accepts(&self, value: &[u8]) -> bool {
        match self {
            Test::Present(wanted) => *wanted,
            Test::Value(matcher) => matcher.matches(value),
            Test::Range(range) => std::str::from_utf8(value)
                .ok()
                .and_then(|text| text.parse::<i64>().ok())
                .is_some_and(|number| range.contains(&number)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{HeaderMatch, Name, Test};
    use crate::head::Head;
    use crate::pattern::{StringMatch, Text};
    use http::{HeaderMap, HeaderName, HeaderValue, Method};

    fn matches(matcher: &HeaderMatch, values: &[&'static str]) -> bool {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("x", HeaderValue::from_static(value));
        }
        matcher.matches(&Head {
            method: &Method::GET,
            scheme: "http",
            authority: "a.example",
            path: "/p",
            query: Some("q=1"),
            headers: &headers,
        })
    }

    fn matcher(test: Test) -> HeaderMatch {
        let name = Name::Field(HeaderName::from_static("x"));
        HeaderMatch {
            name,
            test,
            invert: false,
            missing_as_empty: false,
        }
    }

    #[test]
    fn several_values_are_joined() {
        let both = HeaderMatch::exact(HeaderName::from_static("x"), "a,b");
        assert!(matches(&both, &["a", "b"]));
        assert!(!matches(&both, &["a"]));
        assert!(!matches(&both, &["b", "a"]));
    }

    #[test]
    fn absent_headers() {
        let mut exact = matcher(Test::Value(StringMatch::exact("a")));
        assert!(!matches(&exact, &[]));
        exact.invert = true;
        assert!(
            !matches(&exact, &[]),
            "an absent header is not matched by inversion"
        );
        assert!(matches(&exact, &["b"]) && !matches(&exact, &["a"]));
        exact.missing_as_empty = true;
        assert!(matches(&exact, &[]));
    }

    #[test]
    fn presence_and_ranges() {
        assert!(matches(&matcher(Test::Present(true)), &["a"]));
        assert!(!matches(&matcher(Test::Present(true)), &[]));
        assert!(matches(&matcher(Test::Present(false)), &[]));
        let mut range = matcher(Test::Range(-10..0));
        assert!(matches(&range, &["-1"]) && !matches(&range, &["0"]) && !matches(&range, &["x"]));
        range.invert = true;
        assert!(!matches(&range, &["-1"]) && matches(&range, &["x"]));
    }

    #[test]
    fn pseudo_headers() {
        let with = |name: Name, text: &str| HeaderMatch {
            name,
            test: Test::Value(StringMatch::Prefix(Text::new(text, false))),
            invert: false,
            missing_as_empty: false,
        };
        assert!(matches(&with(Name::Path, "/p?q=1"), &[]));
        assert!(matches(&with(Name::Authority, "a."), &[]));
        assert!(matches(&with(Name::Method, "GET"), &[]));
        assert!(!matches(&with(Name::Scheme, "https"), &[]));
    }
}
