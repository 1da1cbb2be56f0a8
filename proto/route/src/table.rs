//! The routes of one virtual host, and the search among them.
//!
//! Owns two forms: *ranked* (Gateway API precedence, indexed by path) and *ordered* (an Envoy route list, the
//! first match wins). A ranked table is persistent: cloning is O(1), insert and remove are O(log n) with
//! 10,000 routes on one host, and a search is O(path segments x log n) plus the regular expressions. Must not
//! know what a payload is. **Invariant**: a search in a ranked table equals a scan in rank order.

mod ranked;

use std::sync::Arc;

use crate::head::Head;
use crate::matcher::Matcher;
use crate::rank::{MatchRank, RouteRank};
use ranked::Ranked;

/// One match with what it leads to.
#[derive(Debug)]
pub struct Entry<P> {
    /// Precedence. In an ordered table only the position counts, which is the index in the rank.
    pub rank: MatchRank,
    /// What is asked of the request.
    pub matcher: Matcher,
    /// What the match leads to.
    pub payload: P,
}

/// Routes of one virtual host.
#[derive(Debug)]
pub struct Table<P> {
    form: Form<P>,
}

#[derive(Debug)]
enum Form<P> {
    Ranked(Ranked<P>),
    Ordered(Arc<[Arc<Entry<P>>]>),
}

/// A ranked entry, ready to be put into any number of tables.
#[derive(Debug)]
pub struct RankedEntry<P>(ranked::ByRank<P>);

impl<P> Table<P> {
    /// An empty ranked table.
    pub fn ranked() -> Self {
        Self {
            form: Form::Ranked(Ranked::default()),
        }
    }

    /// An ordered table: the first match wins. It cannot be changed.
    pub fn ordered(entries: impl IntoIterator<Item = (Matcher, P)>) -> Self {
        let route = RouteRank::new(0, "", "", 0);
        let entries = entries
            .into_iter()
            .zip(0..)
            .map(|((matcher, payload), index)| {
                let rank = MatchRank::new(&matcher, route.clone().with_index(index));
                Arc::new(Entry {
                    rank,
                    matcher,
                    payload,
                })
            });
        Self {
            form: Form::Ordered(entries.collect()),
        }
    }

    /// Adds an entry to a ranked table, replacing the one of equal rank. Returns whether it was added: an
    /// ordered table stays as it is.
    pub fn insert(&mut self, entry: &RankedEntry<P>) -> bool {
        match &mut self.form {
            Form::Ranked(ranked) => {
                ranked.insert(entry.0.clone());
                true
            }
            Form::Ordered(_) => false,
        }
    }

    /// Removes the entry of equal rank from a ranked table. Returns whether it was there.
    pub fn remove(&mut self, entry: &RankedEntry<P>) -> bool {
        match &mut self.form {
            Form::Ranked(ranked) => ranked.remove(&entry.0),
            Form::Ordered(_) => false,
        }
    }

    /// The entry that serves the request.
    pub fn find(&self, head: &Head<'_>) -> Option<&Entry<P>> {
        match &self.form {
            Form::Ranked(ranked) => ranked.find(head),
            Form::Ordered(entries) => entries
                .iter()
                .find(|entry| entry.matcher.matches(head))
                .map(|entry| &**entry),
        }
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        match &self.form {
            Form::Ranked(ranked) => ranked.len(),
            Form::Ordered(entries) => entries.len(),
        }
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every entry in the order of precedence. O(n log n) for a ranked table: for dumps, not for requests.
    pub fn in_order(&self) -> Vec<&Entry<P>> {
        match &self.form {
            Form::Ranked(ranked) => ranked.in_order(),
            Form::Ordered(entries) => entries.iter().map(|entry| &**entry).collect(),
        }
    }
}

impl<P> Clone for Table<P> {
    fn clone(&self) -> Self {
        let form = match &self.form {
            Form::Ranked(ranked) => Form::Ranked(ranked.clone()),
            Form::Ordered(entries) => Form::Ordered(Arc::clone(entries)),
        };
        Self { form }
    }
}

// === impl RankedEntry ===

impl<P> RankedEntry<P> {
    /// An entry whose rank follows from its matcher and from its route.
    pub fn new(route: RouteRank, matcher: Matcher, payload: P) -> Self {
        let rank = MatchRank::new(&matcher, route);
        Self(ranked::ByRank::new(Entry {
            rank,
            matcher,
            payload,
        }))
    }

    /// The entry itself.
    pub fn entry(&self) -> &Entry<P> {
        self.0.entry()
    }
}

impl<P> Clone for RankedEntry<P> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

#[cfg(test)]
mod tests;
