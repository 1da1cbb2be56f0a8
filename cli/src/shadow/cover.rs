//! Whether one matcher takes every request that another takes.
//!
//! Owns the comparison and the index that keeps it from being quadratic: only matchers on the same path, or on a
//! prefix of it, are compared. Conditions beyond the path are compared by what they say, not by what they mean.

use std::collections::{BTreeMap, BTreeSet};

use route::path::{Case, Kind};
use route::table::Entry;
use route::{Matcher, PathMatch};

/// Entries that were in front, by path.
pub(super) struct Seen<'a, P> {
    /// Literal paths and segment prefixes.
    by_path: BTreeMap<&'a str, Vec<Front<'a, P>>>,
    /// Everything else.
    others: Vec<Front<'a, P>>,
}

struct Front<'a, P> {
    entry: &'a Entry<P>,
    conditions: BTreeSet<String>,
}

/// A matcher in words.
pub(crate) fn words(matcher: &Matcher) -> String {
    let mut words = vec![matcher.path.to_string()];
    words.extend(
        matcher
            .method
            .iter()
            .map(|method| format!("method {}", method.0)),
    );
    words.extend(matcher.headers.iter().map(ToString::to_string));
    words.extend(matcher.query.iter().map(ToString::to_string));
    words.join(", ")
}

/// Whether every path that the second matches is matched by the first.
pub(super) fn path_covers(first: &PathMatch, second: &PathMatch) -> bool {
    if matches!(first.kind(), Kind::SegmentPrefix(prefix) if prefix.is_empty()) {
        return true;
    }
    if first.case() == Case::Sensitive && second.case() == Case::Insensitive {
        return false;
    }
    match (first.kind(), second.kind()) {
        (Kind::Regex(first), Kind::Regex(second)) => {
            is_everything(&first.to_string()) || first.to_string() == second.to_string()
        }
        (Kind::Regex(first), _) if is_everything(&first.to_string()) => true,
        (_, Kind::Exact(path)) => first.matches(path),
        (Kind::SegmentPrefix(_) | Kind::RawPrefix(_), Kind::SegmentPrefix(prefix)) => {
            first.matches(prefix)
        }
        (Kind::RawPrefix(_), Kind::RawPrefix(prefix)) => first.matches(prefix),
        // `/a` as whole segments does not take `/ab`, which the string prefix `/a` takes; `/a/` does it.
        (Kind::SegmentPrefix(prefix), Kind::RawPrefix(raw)) => {
            first.matches(raw) && raw.len() > prefix.len()
        }
        (Kind::Exact(_) | Kind::SegmentPrefix(_) | Kind::RawPrefix(_), Kind::Regex(_))
        | (Kind::Exact(_) | Kind::Regex(_), Kind::SegmentPrefix(_) | Kind::RawPrefix(_)) => false,
    }
}

// === impl Seen ===

impl<P> Default for Seen<'_, P> {
    fn default() -> Self {
        Self {
            by_path: BTreeMap::new(),
            others: Vec::new(),
        }
    }
}

impl<'a, P> Seen<'a, P> {
    /// Puts an entry behind those that are here.
    pub(super) fn add(&mut self, entry: &'a Entry<P>) {
        let front = Front {
            entry,
            conditions: conditions(&entry.matcher),
        };
        match literal(&entry.matcher.path) {
            Some(path) => self.by_path.entry(path).or_default().push(front),
            None => self.others.push(front),
        }
    }

    /// An entry that takes every request of this matcher.
    pub(super) fn covering(&self, matcher: &Matcher) -> Option<&'a Entry<P>> {
        let wanted = conditions(matcher);
        let on_path = ancestors(&matcher.path)
            .filter_map(|path| self.by_path.get(path))
            .flatten();
        on_path
            .chain(&self.others)
            .find(|front| {
                path_covers(&front.entry.matcher.path, &matcher.path)
                    && front.conditions.is_subset(&wanted)
            })
            .map(|front| front.entry)
    }
}

/// The path under which a matcher is found; `None` if it has to be looked at every time.
fn literal(path: &PathMatch) -> Option<&str> {
    match path.kind() {
        Kind::Exact(path) | Kind::SegmentPrefix(path) if is_plain(path) => Some(&**path),
        Kind::Exact(_) | Kind::SegmentPrefix(_) | Kind::RawPrefix(_) | Kind::Regex(_) => None,
    }
    .filter(|_| path.case() == Case::Sensitive)
}

/// The paths under which matchers are found that may cover this one: itself and its prefixes.
fn ancestors(path: &PathMatch) -> impl Iterator<Item = &str> {
    let text = match path.kind() {
        Kind::Exact(text) | Kind::SegmentPrefix(text) | Kind::RawPrefix(text) => text,
        Kind::Regex(_) => "",
    };
    let cuts = text.match_indices('/').filter_map(|(at, _)| text.get(..at));
    cuts.chain([text, ""])
        .collect::<BTreeSet<&str>>()
        .into_iter()
}

fn is_plain(path: &str) -> bool {
    path.is_empty() || path.starts_with('/')
}

fn is_everything(regex: &str) -> bool {
    matches!(regex, ".*" | "/.*" | "^.*$" | "^/.*$" | "^/.*" | "^.*")
}

/// Conditions beyond the path, as comparable text.
fn conditions(matcher: &Matcher) -> BTreeSet<String> {
    let method = matcher
        .method
        .iter()
        .map(|method| format!("method {}", method.0));
    let headers = matcher.headers.iter().map(|header| format!("{header:?}"));
    let query = matcher.query.iter().map(|query| format!("{query:?}"));
    method.chain(headers).chain(query).collect()
}
