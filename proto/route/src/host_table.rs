//! A persistent map from host patterns to something, with Gateway API's precedence on look-up.
//!
//! Owns the search exact > longest wildcard > any. Cloning is O(1), insert and remove are O(log n), a look-up
//! is O(labels x log n): one edit at 10,000 hosts must not copy the table. Must not know what it holds.

use std::sync::Arc;

use imbl::OrdMap;

use crate::host::{HostPattern, normalize};

/// Values by host pattern.
#[derive(Clone, Debug)]
pub struct HostTable<T> {
    exact: OrdMap<Arc<str>, T>,
    wildcard: OrdMap<Arc<str>, T>,
    any: Option<T>,
}

impl<T: Clone> HostTable<T> {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces; returns what was there.
    pub fn insert(&mut self, pattern: &HostPattern, value: T) -> Option<T> {
        match pattern {
            HostPattern::Exact(host) => self.exact.insert(Arc::from(&**host), value),
            HostPattern::Wildcard(suffix) => self.wildcard.insert(Arc::from(&**suffix), value),
            HostPattern::Any => self.any.replace(value),
        }
    }

    /// Removes; returns what was there.
    pub fn remove(&mut self, pattern: &HostPattern) -> Option<T> {
        match pattern {
            HostPattern::Exact(host) => self.exact.remove(&**host),
            HostPattern::Wildcard(suffix) => self.wildcard.remove(&**suffix),
            HostPattern::Any => self.any.take(),
        }
    }

    /// The value of exactly this pattern.
    pub fn get(&self, pattern: &HostPattern) -> Option<&T> {
        match pattern {
            HostPattern::Exact(host) => self.exact.get(&**host),
            HostPattern::Wildcard(suffix) => self.wildcard.get(&**suffix),
            HostPattern::Any => self.any.as_ref(),
        }
    }

    /// The best value for an `:authority` or `Host`, in any case, with or without port and trailing dot.
    pub fn find(&self, authority: &str) -> Option<&T> {
        let host = normalize(authority);
        if let Some(value) = self.exact.get(&*host) {
            return Some(value);
        }
        if !self.wildcard.is_empty() {
            // From the left, so that the longest suffix comes first. Index 0 would leave no label for `*`.
            let mut rest = &*host;
            while let Some((label, suffix)) = rest.split_once('.') {
                let is_label = !label.is_empty() || rest.len() < host.len();
                if is_label && let Some(value) = self.wildcard.get(suffix) {
                    return Some(value);
                }
                rest = suffix;
            }
        }
        self.any.as_ref()
    }

    /// Number of patterns.
    pub fn len(&self) -> usize {
        self.exact.len() + self.wildcard.len() + usize::from(self.any.is_some())
    }

    /// Whether there is no pattern.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every pattern with its value: exact hosts, wildcards, any.
    pub fn iter(&self) -> impl Iterator<Item = (HostPattern, &T)> {
        let exact = self
            .exact
            .iter()
            .map(|(host, value)| (HostPattern::Exact((&**host).into()), value));
        let wildcard = self
            .wildcard
            .iter()
            .map(|(suffix, value)| (HostPattern::Wildcard((&**suffix).into()), value));
        exact
            .chain(wildcard)
            .chain(self.any.iter().map(|value| (HostPattern::Any, value)))
    }
}

impl<T> Default for HostTable<T> {
    fn default() -> Self {
        Self {
            exact: OrdMap::new(),
            wildcard: OrdMap::new(),
            any: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::HostTable;
    use crate::host::{HostPattern, normalize};
    use proptest::prelude::{prop_assert_eq, proptest};

    #[test]
    fn precedence() {
        let mut table = HostTable::new();
        for text in ["*", "*.b", "*.a.b", "x.a.b"] {
            table.insert(&text.parse::<HostPattern>().expect("pattern"), text);
        }
        let check = |host: &str, expected: &str| {
            assert_eq!(table.find(host), Some(&expected), "{host}");
        };
        check("x.a.b", "x.a.b");
        check("X.A.b.:443", "x.a.b");
        check("y.a.b", "*.a.b");
        check("z.y.a.b", "*.a.b");
        check("a.b", "*.b");
        check("b", "*");
        check("", "*");
        assert_eq!(table.remove(&HostPattern::Any), Some("*"));
        assert_eq!(table.find("b"), None);
        assert_eq!(table.len(), 3);
    }

    proptest! {
        #[test]
        fn find_is_the_most_specific_match(
            patterns in proptest::collection::vec("(\\*\\.)?[ab](\\.[ab]){0,3}|\\*", 0..12),
            host in "\\.?[abAB](\\.[ab]){0,4}\\.?(:80)?",
        ) {
            let mut table = HostTable::new();
            let patterns: Vec<HostPattern> =
                patterns.iter().map(|text| text.parse().expect("pattern")).collect();
            for pattern in &patterns {
                table.insert(pattern, pattern.clone());
            }
            let best = patterns
                .iter()
                .filter(|pattern| pattern.matches(&normalize(&host)))
                .min_by(|left, right| left.specificity(right));
            prop_assert_eq!(table.find(&host), best);
        }
    }
}
