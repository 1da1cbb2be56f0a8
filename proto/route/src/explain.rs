//! Why a request gets the route it gets.
//!
//! Owns the listing of every candidate of a virtual host with what did not match, for people. Must use the
//! matchers of the request path and nothing of its own, so that an explanation cannot drift from what the
//! proxy does. O(routes): not for requests.

use std::fmt;

use crate::head::Head;
use crate::header::HeaderMatch;
use crate::matcher::Matcher;
use crate::method::MethodMatch;
use crate::path::PathMatch;
use crate::query::QueryMatch;
use crate::table::{Entry, Table};

/// One route of the virtual host, seen from one request.
#[derive(Debug)]
pub struct Candidate<'a, P> {
    /// The route.
    pub entry: &'a Entry<P>,
    /// What became of it.
    pub outcome: Outcome<'a>,
}

/// What became of a candidate.
#[derive(Debug)]
pub enum Outcome<'a> {
    /// It serves the request.
    Chosen,
    /// It matches, and one in front of it matches too.
    Outranked,
    /// It does not match, for all of these reasons.
    Failed(Vec<Mismatch<'a>>),
}

/// One condition that the request does not meet.
#[derive(Debug)]
pub enum Mismatch<'a> {
    /// The path.
    Path(&'a PathMatch),
    /// The method.
    Method(&'a MethodMatch),
    /// A header.
    Header(&'a HeaderMatch),
    /// A query parameter.
    Query(&'a QueryMatch),
}

/// Every route of the table in the order of precedence, with its outcome.
pub fn explain<'a, P>(table: &'a Table<P>, head: &Head<'_>) -> Vec<Candidate<'a, P>> {
    let chosen = table.find(head).map(std::ptr::from_ref);
    let outcome = |entry: &'a Entry<P>| {
        if chosen.is_some_and(|chosen| std::ptr::eq(chosen, entry)) {
            return Outcome::Chosen;
        }
        match mismatches(&entry.matcher, head) {
            failed if failed.is_empty() => Outcome::Outranked,
            failed => Outcome::Failed(failed),
        }
    };
    table
        .in_order()
        .into_iter()
        .map(|entry| Candidate {
            entry,
            outcome: outcome(entry),
        })
        .collect()
}

/// Every condition of the matcher that the request does not meet.
pub fn mismatches<'a>(matcher: &'a Matcher, head: &Head<'_>) -> Vec<Mismatch<'a>> {
    let path = (!matcher.path.matches(head.path)).then_some(Mismatch::Path(&matcher.path));
    let method = matcher
        .method
        .iter()
        .filter(|method| !method.matches(head.method));
    let headers = matcher
        .headers
        .iter()
        .filter(|header| !header.matches(head));
    let query = matcher
        .query
        .iter()
        .filter(|query| !query.matches(head.query));
    path.into_iter()
        .chain(method.map(Mismatch::Method))
        .chain(headers.map(Mismatch::Header))
        .chain(query.map(Mismatch::Query))
        .collect()
}

// === impl Mismatch ===

impl fmt::Display for Mismatch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mismatch::Path(path) => write!(f, "needs {path}"),
            Mismatch::Method(method) => write!(f, "needs method {}", method.0),
            Mismatch::Header(header) => write!(f, "needs {header}"),
            Mismatch::Query(query) => write!(f, "needs {query}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Outcome, explain};
    use crate::head::Head;
    use crate::header::HeaderMatch;
    use crate::matcher::Matcher;
    use crate::method::MethodMatch;
    use crate::path::PathMatch;
    use crate::rank::RouteRank;
    use crate::table::{RankedEntry, Table};
    use http::{HeaderMap, HeaderName, Method};

    #[test]
    fn every_candidate_says_why() {
        let mut table = Table::ranked();
        let mut add = |name: &'static str, matcher: Matcher| {
            table.insert(&RankedEntry::new(
                RouteRank::new(0, "n", name, 0),
                matcher,
                name,
            ));
        };
        let mut post = Matcher::path(PathMatch::exact("/a"));
        post.method = Some(MethodMatch(Method::POST));
        post.headers
            .push(HeaderMatch::exact(HeaderName::from_static("x"), "1"));
        add("post", post);
        add("a", Matcher::path(PathMatch::segment_prefix("/a")));
        add("root", Matcher::path(PathMatch::segment_prefix("/")));
        add("b", Matcher::path(PathMatch::segment_prefix("/b")));

        let headers = HeaderMap::new();
        let head = Head {
            method: &Method::GET,
            scheme: "http",
            authority: "h",
            path: "/a",
            query: None,
            headers: &headers,
        };
        let told: Vec<(&str, String)> = explain(&table, &head)
            .into_iter()
            .map(|candidate| {
                let outcome = match candidate.outcome {
                    Outcome::Chosen => "chosen".to_owned(),
                    Outcome::Outranked => "outranked".to_owned(),
                    Outcome::Failed(failed) => failed
                        .iter()
                        .map(ToString::to_string)
                        .collect::<Vec<_>>()
                        .join(", "),
                };
                (candidate.entry.payload, outcome)
            })
            .collect();
        let expected = [
            ("post", "needs method POST, needs header x = 1"),
            ("a", "chosen"),
            ("b", "needs path prefix /b"),
            ("root", "outranked"),
        ];
        assert_eq!(
            told,
            expected.map(|(name, outcome)| (name, outcome.to_owned()))
        );
    }
}
