//! What of a request the matchers look at.
//!
//! Owns the borrowed view and nothing else: building one allocates nothing. Must not know bodies or
//! connections. `path` must come from [`crate::path::normalize`]: a matcher that sees a raw path can be
//! walked around with `/public/../admin`.

use std::borrow::Cow;

use http::{HeaderMap, Method};

/// The head of a request, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// Request method.
    pub method: &'a Method,
    /// `http` or `https`: how the request reached the proxy.
    pub scheme: &'a str,
    /// `:authority` or `Host` as the client sent it.
    pub authority: &'a str,
    /// Normalised path without query.
    pub path: &'a str,
    /// What follows the first `?`, as sent.
    pub query: Option<&'a str>,
    /// Request headers; pseudo headers are the fields above.
    pub headers: &'a HeaderMap,
}

impl Head<'_> {
    /// Path and query, as the `:path` pseudo header is matched.
    pub fn path_and_query(&self) -> Cow<'_, str> {
        match self.query {
            Some(query) => Cow::Owned(format!("{}?{query}", self.path)),
            None => Cow::Borrowed(self.path),
        }
    }
}
