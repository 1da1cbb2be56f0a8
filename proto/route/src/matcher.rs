//! Everything that one route asks of a request.
//!
//! Owns the conjunction of path, method, headers and query. Must not know hosts (a table belongs to a virtual
//! host) or precedence (`rank`).

use crate::head::Head;
use crate::header::HeaderMatch;
use crate::method::MethodMatch;
use crate::path::PathMatch;
use crate::query::QueryMatch;

/// All of it must match.
#[derive(Clone, Debug)]
pub struct Matcher {
    /// The normalised path.
    pub path: PathMatch,
    /// The method, where the route asks for one.
    pub method: Option<MethodMatch>,
    /// Headers, all of which must match.
    pub headers: Vec<HeaderMatch>,
    /// Query parameters, all of which must match.
    pub query: Vec<QueryMatch>,
}

impl Matcher {
    /// A matcher that asks for a path only.
    pub fn path(path: PathMatch) -> Self {
        Self {
            path,
            method: None,
            headers: Vec::new(),
            query: Vec::new(),
        }
    }

    /// Whether the head matches.
    pub fn matches(&self, head: &Head<'_>) -> bool {
        self.path.matches(head.path) && self.matches_beyond_path(head)
    }

    /// Whether everything but the path matches; for an index that looked the path up.
    pub(crate) fn matches_beyond_path(&self, head: &Head<'_>) -> bool {
        self.method
            .as_ref()
            .is_none_or(|method| method.matches(head.method))
            && self.headers.iter().all(|header| header.matches(head))
            && self.query.iter().all(|query| query.matches(head.query))
    }
}
