//! The ranked form of a table: an index by path over entries in rank order.
//!
//! Owns three persistent indexes: exact paths, segment prefixes, and the rest (regular expressions, raw
//! prefixes, matches that ignore case). Must keep the key of an index equal to what the rank says: exact
//! paths rank above all prefixes, and a longer key of `prefix` is a longer prefix in the rank.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::sync::Arc;

use imbl::{OrdMap, OrdSet};

use super::Entry;
use crate::head::Head;
use crate::matcher::Matcher;
use crate::path::{Case, Kind};
use crate::rank::MatchRank;

/// Entries by path.
#[derive(Debug)]
pub(super) struct Ranked<P> {
    exact: OrdMap<Arc<str>, Bucket<P>>,
    prefix: OrdMap<Arc<str>, Bucket<P>>,
    rest: OrdSet<ByRank<P>>,
    len: usize,
}

/// An entry that compares by its rank.
#[derive(Debug)]
pub(super) struct ByRank<P>(Arc<Entry<P>>);

/// Entries with one path. Nearly always one: a set of its own for each would cost a kilobyte per route.
#[derive(Debug)]
enum Bucket<P> {
    One(ByRank<P>),
    Many(OrdSet<ByRank<P>>),
}

// === impl Ranked ===

impl<P> Ranked<P> {
    pub(super) fn insert(&mut self, entry: ByRank<P>) {
        let is_new = match index_of(entry.matcher()) {
            Index::Exact(path) => insert_into(&mut self.exact, path.clone(), entry),
            Index::Prefix(prefix) => insert_into(&mut self.prefix, prefix.clone(), entry),
            Index::Rest => {
                // `insert` returns the old element, if the rank was there.
                self.rest.insert(entry).is_none()
            }
        };
        self.len += usize::from(is_new);
    }

    pub(super) fn remove(&mut self, entry: &ByRank<P>) -> bool {
        let was_there = match index_of(entry.matcher()) {
            Index::Exact(path) => remove_from(&mut self.exact, &path, entry),
            Index::Prefix(prefix) => remove_from(&mut self.prefix, &prefix, entry),
            Index::Rest => self.rest.remove(entry.rank()).is_some(),
        };
        self.len -= usize::from(was_there);
        was_there
    }

    pub(super) fn find(&self, head: &Head<'_>) -> Option<&Entry<P>> {
        let indexed = self
            .exact
            .get(head.path)
            .and_then(|bucket| bucket.find(head))
            .or_else(|| {
                ancestors(head.path)
                    .find_map(|prefix| self.prefix.get(prefix).and_then(|bucket| bucket.find(head)))
            });
        self.rest
            .iter()
            .take_while(|candidate| indexed.is_none_or(|best| candidate.rank() < best.rank()))
            .find(|candidate| candidate.matcher().matches(head))
            .or(indexed)
            .map(|found| found.entry())
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn in_order(&self) -> Vec<&Entry<P>> {
        let buckets = self
            .exact
            .values()
            .chain(self.prefix.values())
            .flat_map(Bucket::iter);
        let mut all: Vec<&ByRank<P>> = buckets.chain(self.rest.iter()).collect();
        all.sort();
        all.into_iter().map(ByRank::entry).collect()
    }
}

impl<P> Default for Ranked<P> {
    fn default() -> Self {
        Self {
            exact: OrdMap::new(),
            prefix: OrdMap::new(),
            rest: OrdSet::new(),
            len: 0,
        }
    }
}

impl<P> Clone for Ranked<P> {
    fn clone(&self) -> Self {
        Self {
            exact: self.exact.clone(),
            prefix: self.prefix.clone(),
            rest: self.rest.clone(),
            len: self.len,
        }
    }
}

/// Which index holds a matcher, and under which key.
enum Index {
    Exact(Arc<str>),
    Prefix(Arc<str>),
    Rest,
}

fn index_of(matcher: &Matcher) -> Index {
    match (matcher.path.kind(), matcher.path.case()) {
        (Kind::Exact(path), Case::Sensitive) => Index::Exact(Arc::from(&**path)),
        (Kind::SegmentPrefix(prefix), Case::Sensitive) => Index::Prefix(Arc::from(&**prefix)),
        (Kind::SegmentPrefix(prefix), Case::Insensitive) if prefix.is_empty() => {
            Index::Prefix(Arc::from(""))
        }
        (Kind::Exact(_) | Kind::SegmentPrefix(_), Case::Insensitive)
        | (Kind::RawPrefix(_) | Kind::Regex(_), _) => Index::Rest,
    }
}

/// The path and everything in front of each of its slashes, longest first: `/a/b`, `/a`, the empty root.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    let cuts = path
        .rmatch_indices('/')
        .filter_map(|(at, _)| path.get(..at));
    // A path without any slash (`*`) still has the root above it.
    let root = (!path.starts_with('/')).then_some("");
    std::iter::once(path).chain(cuts).chain(root)
}

fn insert_into<P>(
    index: &mut OrdMap<Arc<str>, Bucket<P>>,
    key: Arc<str>,
    entry: ByRank<P>,
) -> bool {
    if let Some(bucket) = index.get_mut(&*key) {
        return bucket.insert(entry);
    }
    index.insert(key, Bucket::One(entry));
    true
}

fn remove_from<P>(index: &mut OrdMap<Arc<str>, Bucket<P>>, key: &str, entry: &ByRank<P>) -> bool {
    let Some(bucket) = index.get_mut(key) else {
        return false;
    };
    match bucket {
        Bucket::One(only) if only.rank() == entry.rank() => {
            index.remove(key);
            true
        }
        Bucket::One(_) => false,
        Bucket::Many(many) => {
            let was_there = many.remove(entry.rank()).is_some();
            if let (1, Some(only)) = (many.len(), many.get_min()) {
                *bucket = Bucket::One(only.clone());
            }
            was_there
        }
    }
}

// === impl Bucket ===

impl<P> Bucket<P> {
    /// Returns whether the rank is new.
    fn insert(&mut self, entry: ByRank<P>) -> bool {
        match self {
            Bucket::One(only) if only.rank() == entry.rank() => {
                *only = entry;
                false
            }
            Bucket::One(only) => {
                *self = Bucket::Many(OrdSet::from_iter([only.clone(), entry]));
                true
            }
            Bucket::Many(many) => many.insert(entry).is_none(),
        }
    }

    /// The first entry, in rank order, that matches beyond its path.
    fn find(&self, head: &Head<'_>) -> Option<&ByRank<P>> {
        match self {
            Bucket::One(only) => only.matcher().matches_beyond_path(head).then_some(only),
            Bucket::Many(many) => many
                .iter()
                .find(|ranked| ranked.matcher().matches_beyond_path(head)),
        }
    }

    fn iter(&self) -> impl Iterator<Item = &ByRank<P>> {
        let (one, many) = match self {
            Bucket::One(only) => (Some(only), None),
            Bucket::Many(many) => (None, Some(many)),
        };
        one.into_iter()
            .chain(many.into_iter().flat_map(OrdSet::iter))
    }
}

impl<P> Clone for Bucket<P> {
    fn clone(&self) -> Self {
        match self {
            Bucket::One(only) => Bucket::One(only.clone()),
            Bucket::Many(many) => Bucket::Many(many.clone()),
        }
    }
}

// === impl ByRank ===

impl<P> ByRank<P> {
    pub(super) fn new(entry: Entry<P>) -> Self {
        Self(Arc::new(entry))
    }

    pub(super) fn entry(&self) -> &Entry<P> {
        &self.0
    }

    fn rank(&self) -> &MatchRank {
        &self.0.rank
    }

    fn matcher(&self) -> &Matcher {
        &self.0.matcher
    }
}

impl<P> Clone for ByRank<P> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<P> Borrow<MatchRank> for ByRank<P> {
    fn borrow(&self) -> &MatchRank {
        self.rank()
    }
}

impl<P> PartialEq for ByRank<P> {
    fn eq(&self, other: &Self) -> bool {
        self.rank() == other.rank()
    }
}

impl<P> Eq for ByRank<P> {}

impl<P> PartialOrd for ByRank<P> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<P> Ord for ByRank<P> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank().cmp(other.rank())
    }
}
