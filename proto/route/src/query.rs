//! Matching of query parameters.
//!
//! Owns the reading of a query string: parameters are compared as sent, without percent-decoding, and the
//! first of several with one name counts, as in Envoy. Must not allocate.

use std::fmt;

use crate::pattern::StringMatch;

/// What one query parameter must look like.
#[derive(Clone, Debug)]
pub struct QueryMatch {
    /// Name, case-sensitive.
    pub name: Box<str>,
    /// What is asked of it.
    pub test: QueryTest,
}

/// What is asked of a parameter.
#[derive(Clone, Debug)]
pub enum QueryTest {
    /// The parameter is there (`true`) or absent (`false`).
    Present(bool),
    /// The first value.
    Value(StringMatch),
}

impl QueryMatch {
    /// Whether the query string (what follows `?`) matches.
    pub fn matches(&self, query: Option<&str>) -> bool {
        let value = first_value(query.unwrap_or_default(), &self.name);
        match &self.test {
            QueryTest::Present(wanted) => value.is_some() == *wanted,
            QueryTest::Value(matcher) => {
                value.is_some_and(|value| matcher.matches(value.as_bytes()))
            }
        }
    }
}

impl fmt::Display for QueryMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.test {
            QueryTest::Present(true) => write!(f, "query parameter {} is present", self.name),
            QueryTest::Present(false) => write!(f, "query parameter {} is absent", self.name),
            QueryTest::Value(value) => write!(f, "query parameter {} {value}", self.name),
        }
    }
}

/// The first value of a parameter; empty for a parameter without `=`.
fn first_value<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (key == name && !pair.is_empty()).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::{QueryMatch, QueryTest, first_value};
    use crate::pattern::StringMatch;

    #[test]
    fn values() {
        assert_eq!(first_value("a=1&b=2&a=3", "a"), Some("1"));
        assert_eq!(first_value("a=1=2&b", "a"), Some("1=2"));
        assert_eq!(first_value("a=1&b", "b"), Some(""));
        assert_eq!(first_value("aa=1", "a"), None);
        assert_eq!(first_value("", ""), None);
    }

    #[test]
    fn tests() {
        let exact = QueryMatch {
            name: "a".into(),
            test: QueryTest::Value(StringMatch::exact("1")),
        };
        assert!(exact.matches(Some("b=2&a=1")));
        assert!(!exact.matches(Some("a=2&a=1")));
        assert!(!exact.matches(None));
        let absent = QueryMatch {
            name: "a".into(),
            test: QueryTest::Present(false),
        };
        assert!(absent.matches(None) && !absent.matches(Some("a")));
    }
}
