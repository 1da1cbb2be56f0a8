//! Rewriting path and authority on the way to the upstream.
//!
//! Owns prefix replacement on segment boundaries (Gateway API, HTTPPathModifier), regular expressions over
//! the path, and the new authority. Must not touch the query. The path that comes in is the normalised one
//! that the route matched; what goes out begins with a slash.

use std::borrow::Cow;

use http::uri::Authority;
use proto::envoy::config::route::v3::RouteAction;
use proto::envoy::config::route::v3::route_action::HostRewriteSpecifier;
use route::PathMatch;
use route::field::{FieldError, Within, refuse_set};
use route::path::{Kind, split};

use crate::substitution::Substitution;

/// What becomes of the request target and the authority.
#[derive(Clone, Debug, Default)]
pub struct UrlRewrite {
    /// New path; `None` keeps it.
    pub path: Option<PathRewrite>,
    /// New authority; `None` keeps it.
    pub host: Option<HostRewrite>,
}

/// What becomes of the path.
#[derive(Clone, Debug)]
pub enum PathRewrite {
    /// This stands in the place of the matched prefix; of the whole path if the route matched all of it.
    Prefix(Box<str>),
    /// Every match of a pattern is replaced.
    Regex(Substitution),
}

/// What becomes of the authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostRewrite {
    /// This authority.
    Literal(Authority),
    /// The host name of the endpoint that is picked, where it has one.
    Endpoint,
}

// === impl UrlRewrite ===

impl UrlRewrite {
    /// Decodes the rewrite fields of a route action.
    pub fn decode(action: &RouteAction) -> Result<Self, FieldError> {
        refuse_set(&[
            ("path_rewrite_policy", action.path_rewrite_policy.is_some()),
            ("path_rewrite", !action.path_rewrite.is_empty()),
        ])?;
        let path = match &action.regex_rewrite {
            Some(_) if !action.prefix_rewrite.is_empty() => {
                return Err(FieldError::invalid(
                    "regex_rewrite",
                    "excludes prefix_rewrite",
                ));
            }
            Some(regex) => Some(PathRewrite::Regex(
                Substitution::decode(regex).within("regex_rewrite")?,
            )),
            None => prefix("prefix_rewrite", &action.prefix_rewrite)?,
        };
        let host = match &action.host_rewrite_specifier {
            None => None,
            Some(HostRewriteSpecifier::HostRewriteLiteral(literal)) => Some(HostRewrite::Literal(
                authority(literal).within("host_rewrite_literal")?,
            )),
            Some(HostRewriteSpecifier::AutoHostRewrite(auto)) => {
                auto.value.then_some(HostRewrite::Endpoint)
            }
            Some(HostRewriteSpecifier::HostRewriteHeader(_)) => {
                return Err(FieldError::unsupported("host_rewrite_header"));
            }
            Some(HostRewriteSpecifier::HostRewritePathRegex(_)) => {
                return Err(FieldError::unsupported("host_rewrite_path_regex"));
            }
            Some(HostRewriteSpecifier::HostRewrite(_)) => {
                return Err(FieldError::unsupported("host_rewrite"));
            }
        };
        Ok(Self { path, host })
    }

    /// The new request target (path and query). Borrows if nothing changes.
    pub fn target<'a>(&self, matched: &PathMatch, target: &'a str) -> Cow<'a, str> {
        match &self.path {
            None => Cow::Borrowed(target),
            Some(rewrite) => rewrite.apply(matched, target),
        }
    }
}

// === impl PathRewrite ===

impl PathRewrite {
    /// The new request target: the path is rewritten, the query stays.
    pub fn apply<'a>(&self, matched: &PathMatch, target: &'a str) -> Cow<'a, str> {
        let (path, query) = split(target);
        let rewritten = match self {
            PathRewrite::Prefix(to) => Cow::Owned(replace_prefix(matched, path, to)),
            PathRewrite::Regex(substitution) => substitution.replace_all(path),
        };
        match (rewritten, query) {
            (Cow::Borrowed(_), _) => Cow::Borrowed(target),
            (Cow::Owned(path), query) => {
                let slash = if path.starts_with('/') { "" } else { "/" };
                let mark = if query.is_some() { "?" } else { "" };
                Cow::Owned(format!("{slash}{path}{mark}{}", query.unwrap_or_default()))
            }
        }
    }
}

/// Decodes a prefix replacement; an empty one is none.
pub(crate) fn prefix(field: &str, to: &str) -> Result<Option<PathRewrite>, FieldError> {
    if to.is_empty() {
        return Ok(None);
    }
    let is_path = !to.contains(['?', '#']) && !to.contains(|char: char| char <= ' ');
    if is_path {
        Ok(Some(PathRewrite::Prefix(to.into())))
    } else {
        Err(FieldError::invalid(field, format!("{to:?} is not a path")))
    }
}

/// Decodes an authority.
fn authority(text: &str) -> Result<Authority, FieldError> {
    let parsed = text.parse::<Authority>().map_err(|_| {
        FieldError::invalid("", format!("{text:?} is not a host with an optional port"))
    })?;
    if parsed.as_str().contains('@') {
        return Err(FieldError::invalid("", "has user information"));
    }
    Ok(parsed)
}

fn replace_prefix(matched: &PathMatch, path: &str, to: &str) -> String {
    let rest = match matched.kind() {
        // The whole path was matched, so the whole path is replaced.
        Kind::Exact(_) | Kind::Regex(_) => "",
        Kind::SegmentPrefix(prefix) | Kind::RawPrefix(prefix) => {
            path.get(prefix.len()..).unwrap_or_default()
        }
    };
    match matched.kind() {
        // `/a` to `/b/` must not make `/b//x` of `/a/x`, nor `/` to `/b` make `/bx` of `/x`.
        Kind::SegmentPrefix(_) if !rest.is_empty() => {
            format!("{}{rest}", to.trim_end_matches('/'))
        }
        Kind::Exact(_) | Kind::SegmentPrefix(_) | Kind::RawPrefix(_) | Kind::Regex(_) => {
            format!("{to}{rest}")
        }
    }
}

#[cfg(test)]
mod tests;
