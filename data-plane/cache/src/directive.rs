//! What a client's headers ask of the cache.
//!
//! Owns the directives of RFC 9111 section 5.2.1 that a cache of answers can follow, and `x-gateway-cache`. Must not look
//! anything up. Invariant: of what contradicts itself, the stricter is followed; what is not known changes nothing.

use std::time::Duration;

/// Our own header.
pub const HEADER: &str = "x-gateway-cache";

/// What one request asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Directives {
    /// Nothing is kept of the answer.
    pub no_store: bool,
    /// No kept answer is wanted.
    pub no_lookup: bool,
    /// The oldest answer that is wanted.
    pub max_age: Option<Duration>,
}

// === impl Directives ===

impl Directives {
    /// Reads the lines of `cache-control` and of [`HEADER`].
    #[must_use]
    pub fn read<'a>(
        cache_control: impl IntoIterator<Item = &'a str>,
        own: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let mut found = Self::default();
        let lines = cache_control.into_iter();
        for directive in lines.flat_map(|line| line.split(',')) {
            let (name, value) = match directive.split_once('=') {
                Some((name, value)) => (name.trim(), value.trim().trim_matches('"')),
                None => (directive.trim(), ""),
            };
            if name.eq_ignore_ascii_case("no-store") {
                (found.no_store, found.no_lookup) = (true, true);
            } else if name.eq_ignore_ascii_case("no-cache") {
                found.no_lookup = true;
            } else if name.eq_ignore_ascii_case("max-age") {
                // What is no number is the strictest one.
                let age = Duration::from_secs(value.parse().unwrap_or(0));
                found.max_age = Some(found.max_age.map_or(age, |other| other.min(age)));
            }
        }
        for value in own.into_iter().flat_map(|line| line.split(',')) {
            let value = value.trim();
            if value.eq_ignore_ascii_case("bypass") {
                (found.no_store, found.no_lookup) = (true, true);
            } else if value.eq_ignore_ascii_case("refresh") {
                found.no_lookup = true;
            }
        }
        found
    }

    /// The cache is left alone.
    #[must_use]
    pub fn is_bypass(&self) -> bool {
        self.no_store && self.no_lookup
    }

    /// How old an answer may be that lives for `ttl`.
    #[must_use]
    pub fn oldest(&self, ttl: Duration) -> Duration {
        self.max_age.map_or(ttl, |age| age.min(ttl))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(cache_control: &[&str], own: &[&str], expected: (bool, bool, Option<u64>)) {
        let found = Directives::read(cache_control.iter().copied(), own.iter().copied());
        let max_age = found.max_age.map(|age| age.as_secs());
        assert_eq!((found.no_store, found.no_lookup, max_age), expected);
    }

    #[test]
    fn what_clients_ask() {
        check(&[], &[], (false, false, None));
        check(&["no-store"], &[], (true, true, None));
        check(&["No-Cache"], &[], (false, true, None));
        check(&["max-age=60"], &[], (false, false, Some(60)));
        check(&["max-age=\"60\", private"], &[], (false, false, Some(60)));
        check(&["max-age=60", "max-age=5"], &[], (false, false, Some(5)));
        check(&["max-age=soon"], &[], (false, false, Some(0)));
        check(&["no-cache , no-store"], &[], (true, true, None));
        check(&[], &["bypass"], (true, true, None));
        check(&[], &[" Refresh"], (false, true, None));
        check(&["max-age=9"], &["refresh"], (false, true, Some(9)));
        check(&["public"], &["whatever"], (false, false, None));
    }

    #[test]
    fn the_policy_bounds_what_clients_want() {
        let of = |age| Directives {
            max_age: age,
            ..Directives::default()
        };
        let ttl = Duration::from_secs(10);
        assert_eq!(of(None).oldest(ttl), ttl);
        assert_eq!(of(Some(ttl * 2)).oldest(ttl), ttl);
        assert_eq!(of(Some(ttl / 2)).oldest(ttl), ttl / 2);
    }
}
