//! Why one matching route comes before another.
//!
//! Owns the words for Gateway API's precedence, read off two matchers. Must not decide: the proxy's table did, and
//! this names the first criterion in which the two differ.

use std::cmp::Ordering;

use route::path::Kind;
use route::table::Entry;

/// What puts the winner before the loser.
pub(super) fn why<P>(winner: &Entry<P>, loser: &Entry<P>) -> String {
    let (first, second) = (&winner.matcher, &loser.matcher);
    let path = rank(first.path.kind()).cmp(&rank(second.path.kind()));
    if path == Ordering::Less {
        return "an exact path beats a prefix, a prefix beats a regular expression".to_owned();
    }
    if let (Some(left), Some(right)) = (prefix(first.path.kind()), prefix(second.path.kind()))
        && left.len() > right.len()
    {
        return "a longer path prefix beats a shorter one".to_owned();
    }
    if first.method.is_some() && second.method.is_none() {
        return "a method beats none".to_owned();
    }
    if first.headers.len() > second.headers.len() {
        return "more headers beat fewer".to_owned();
    }
    if first.query.len() > second.query.len() {
        return "more query parameters beat fewer".to_owned();
    }
    let (first, second) = (winner.rank.route(), loser.rank.route());
    let same_route = (first.namespace(), first.name()) == (second.namespace(), second.name());
    match (same_route, first.rule() == second.rule()) {
        (true, true) => "the earlier match of the rule wins a tie".to_owned(),
        (true, false) => "the earlier rule of the route wins a tie".to_owned(),
        (false, _) => "the older route wins a tie, then namespace and name".to_owned(),
    }
}

fn rank(kind: &Kind) -> u8 {
    match kind {
        Kind::Exact(_) => 0,
        Kind::SegmentPrefix(_) | Kind::RawPrefix(_) => 1,
        Kind::Regex(_) => 2,
    }
}

fn prefix(kind: &Kind) -> Option<&str> {
    match kind {
        Kind::SegmentPrefix(prefix) | Kind::RawPrefix(prefix) => Some(prefix),
        Kind::Exact(_) | Kind::Regex(_) => None,
    }
}
