//! Gateway API precedence between routes of one host, as one total order.
//!
//! Owns the comparison (Gateway API, HTTPRouteRule.matches): exact path, then longest prefix, then regular
//! expression; a method; more headers; more query parameters; then the oldest route, namespace, name, rule,
//! match. The smaller rank wins. Must not look at a request. **Invariant**: ranks of two matches of one
//! snapshot are never equal, because `resource` and `index` name a match; a table keyed by rank loses nothing.

use std::cmp::Reverse;
use std::sync::Arc;

use crate::matcher::Matcher;
use crate::path::Kind;

/// Where a match stands among all matches of a host. The smaller one wins.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MatchRank {
    // The order of the fields is the order of precedence.
    path: PathRank,
    method: MethodRank,
    headers: Reverse<usize>,
    query: Reverse<usize>,
    route: RouteRank,
}

/// Where a route object stands among those whose matches tie, and which of its matches it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RouteRank {
    age: Age,
    namespace: Arc<str>,
    name: Arc<str>,
    rule: u32,
    index: u32,
    resource: Arc<str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum PathRank {
    Exact,
    Prefix(Reverse<usize>),
    Regex,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum MethodRank {
    Given,
    Any,
}

/// Objects with a creation time come before those without: an unknown age never beats a known one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Age {
    Created(i64),
    Unknown,
}

// === impl MatchRank ===

impl MatchRank {
    /// The rank of a matcher that belongs to a route.
    pub fn new(matcher: &Matcher, route: RouteRank) -> Self {
        let path = match matcher.path.kind() {
            Kind::Exact(_) => PathRank::Exact,
            Kind::SegmentPrefix(prefix) | Kind::RawPrefix(prefix) => {
                PathRank::Prefix(Reverse(prefix.len()))
            }
            Kind::Regex(_) => PathRank::Regex,
        };
        let method = if matcher.method.is_some() {
            MethodRank::Given
        } else {
            MethodRank::Any
        };
        Self {
            path,
            method,
            headers: Reverse(matcher.headers.len()),
            query: Reverse(matcher.query.len()),
            route,
        }
    }

    /// The part that tells routes apart once their matches tie.
    pub fn route(&self) -> &RouteRank {
        &self.route
    }
}

// === impl RouteRank ===

impl RouteRank {
    /// `created` is in seconds since the Unix epoch; 0 where the source has no creation time.
    pub fn new(created: i64, namespace: &str, name: &str, rule: u32) -> Self {
        Self {
            age: if created == 0 {
                Age::Unknown
            } else {
                Age::Created(created)
            },
            namespace: namespace.into(),
            name: name.into(),
            rule,
            index: 0,
            resource: Arc::from(""),
        }
    }

    /// The rank of one match of the rule, counted from 0.
    pub fn with_index(mut self, index: u32) -> Self {
        self.index = index;
        self
    }

    /// Names the resource that carries the rule: one rule on two listeners is two resources.
    pub fn with_resource(mut self, resource: Arc<str>) -> Self {
        self.resource = resource;
        self
    }

    /// Namespace of the route object.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Name of the route object.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Index of the rule in the route object.
    pub fn rule(&self) -> u32 {
        self.rule
    }

    /// Index of the match in the rule.
    pub fn index(&self) -> u32 {
        self.index
    }

    /// Name of the resource that carries the rule; empty if nobody said.
    pub fn resource(&self) -> &str {
        &self.resource
    }
}

#[cfg(test)]
mod tests {
    use super::{MatchRank, RouteRank};
    use crate::header::HeaderMatch;
    use crate::matcher::Matcher;
    use crate::method::MethodMatch;
    use crate::path::PathMatch;
    use crate::pattern::Pattern;
    use http::{HeaderName, Method};

    fn rank(matcher: &Matcher) -> MatchRank {
        MatchRank::new(matcher, RouteRank::new(0, "n", "r", 0))
    }

    #[test]
    fn the_order_of_gateway_api() {
        let with_headers = |path: PathMatch, headers: usize| {
            let mut matcher = Matcher::path(path);
            for _ in 0..headers {
                matcher
                    .headers
                    .push(HeaderMatch::exact(HeaderName::from_static("x"), "1"));
            }
            matcher
        };
        let with_method = |path: PathMatch| {
            let mut matcher = Matcher::path(path);
            matcher.method = Some(MethodMatch(Method::GET));
            matcher
        };
        let regex = PathMatch::regex(Pattern::parse("/a/b/c").expect("pattern"));
        let descending = [
            with_method(PathMatch::exact("/")),
            with_headers(PathMatch::exact("/long"), 2),
            with_headers(PathMatch::exact("/long"), 1),
            with_method(PathMatch::segment_prefix("/a/b")),
            Matcher::path(PathMatch::segment_prefix("/a/b/")),
            with_headers(PathMatch::raw_prefix("/a"), 3),
            Matcher::path(PathMatch::segment_prefix("/")),
            with_method(regex.clone()),
            Matcher::path(regex),
        ];
        for pair in descending.windows(2) {
            assert!(rank(&pair[0]) < rank(&pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn ties_between_routes() {
        let descending = [
            RouteRank::new(10, "z", "z", 9),
            RouteRank::new(11, "a", "a", 0),
            RouteRank::new(0, "a", "a", 0),
            RouteRank::new(0, "a", "a", 0).with_resource("r".into()),
            RouteRank::new(0, "a", "a", 0).with_index(1),
            RouteRank::new(0, "a", "a", 1),
            RouteRank::new(0, "a", "b", 0),
            RouteRank::new(0, "b", "a", 0),
        ];
        for pair in descending.windows(2) {
            assert!(pair[0] < pair[1], "{pair:?}");
        }
    }
}
