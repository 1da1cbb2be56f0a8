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
        return format!(
            "{} beats {}",
            kind(first.path.kind()),
            kind(second.path.kind())
        );
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

fn kind(kind: &Kind) -> &'static str {
    match kind {
        Kind::Exact(_) => "an exact path",
        Kind::SegmentPrefix(_) | Kind::RawPrefix(_) => "a path prefix",
        Kind::Regex(_) => "a regular expression",
    }
}

fn prefix(kind: &Kind) -> Option<&str> {
    match kind {
        Kind::SegmentPrefix(prefix) | Kind::RawPrefix(prefix) => Some(prefix),
        Kind::Exact(_) | Kind::Regex(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::why;
    use http::{HeaderName, Method};
    use route::header::HeaderMatch;
    use route::method::MethodMatch;
    use route::pattern::Pattern;
    use route::table::RankedEntry;
    use route::{Matcher, PathMatch, RouteRank};

    #[track_caller]
    fn check(winner: (&str, u32, Matcher), loser: (&str, u32, Matcher), expected: &str) {
        let entry = |(name, rule, matcher)| {
            RankedEntry::new(RouteRank::new(0, "n", name, rule), matcher, ())
        };
        let (winner, loser) = (entry(winner), entry(loser));
        assert!(
            winner.entry().rank < loser.entry().rank,
            "the table would decide otherwise"
        );
        let told = why(winner.entry(), loser.entry());
        assert!(told.contains(expected), "{told}");
    }

    #[test]
    fn the_first_difference_is_named() {
        let prefix = |path: &str| Matcher::path(PathMatch::segment_prefix(path));
        let exact = Matcher::path(PathMatch::exact("/a"));
        let regex = Matcher::path(PathMatch::regex(Pattern::parse("/.*").expect("pattern")));
        let mut get = prefix("/");
        get.method = Some(MethodMatch(Method::GET));
        let mut header = prefix("/");
        header
            .headers
            .push(HeaderMatch::exact(HeaderName::from_static("x"), "1"));
        check(
            ("a", 0, exact),
            ("b", 0, prefix("/")),
            "an exact path beats a path prefix",
        );
        check(
            ("a", 0, prefix("/")),
            ("b", 0, regex),
            "a path prefix beats a regular",
        );
        check(
            ("b", 0, prefix("/a")),
            ("a", 0, prefix("/")),
            "longer path prefix",
        );
        check(("b", 0, get), ("a", 0, prefix("/")), "a method beats none");
        check(("b", 0, header), ("a", 0, prefix("/")), "more headers");
        check(
            ("a", 0, prefix("/")),
            ("b", 0, prefix("/")),
            "the older route",
        );
        check(
            ("a", 0, prefix("/")),
            ("a", 1, prefix("/")),
            "the earlier rule",
        );
    }
}
