//! Changed paths in terms of prefix and regex rewrites.
//!
//! Owns the cases where Envoy's textual prefix rewrite differs from Gateway API's rewrite by segments: the root
//! as the prefix that is replaced, and the root as what replaces it.

use proto::envoy::r#type::matcher::v3::RegexMatchAndSubstitute;

use super::super::match_term::pattern;
use crate::plan::{PathChange, PathMatch};

/// What a proxy does to a path.
pub(super) enum Rewrite {
    None,
    Prefix(String),
    Regex(RegexMatchAndSubstitute),
}

pub(super) fn change(change: &PathChange, matched: &PathMatch) -> Rewrite {
    match (change, matched) {
        (PathChange::Full(path), _) => substitute("^/.*$", path),
        (PathChange::Prefix(to), PathMatch::Prefix(from)) => prefix(to.trim_end_matches('/'), from),
        // Translation refuses such rules.
        (PathChange::Prefix(_), PathMatch::Exact(_) | PathMatch::Regex(_)) => Rewrite::None,
    }
}

fn prefix(to: &str, from: &str) -> Rewrite {
    match (to, from) {
        ("", "") => Rewrite::None,
        // "/a" must become "/a", not "//a".
        ("", from) => substitute(&format!("^{}/*", regex::escape(from)), "/"),
        // The matched text is "/", so what replaces it ends in one.
        (to, "") => Rewrite::Prefix(format!("{to}/")),
        (to, _) => Rewrite::Prefix(to.to_owned()),
    }
}

fn substitute(regex: &str, text: &str) -> Rewrite {
    Rewrite::Regex(RegexMatchAndSubstitute {
        pattern: Some(pattern(regex)),
        substitution: text.replace('\\', "\\\\"),
    })
}
