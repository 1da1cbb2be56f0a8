//! What a client asked for, of one type on one stream.
//!
//! Owns the meaning of an empty list, of `*`, and of names in both protocols (R20-R27). Must not know
//! resources or what was sent. Invariant: the state is per stream and per type; once any name was asked for, an
//! empty list never means "everything" again.

use std::collections::BTreeSet;
use std::sync::Arc;

/// The name that subscribes to every resource of a type.
pub const WILDCARD: &str = "*";

/// The state of one type's subscription.
#[derive(Clone, Debug, Default)]
pub(crate) struct Subscription {
    started: bool,
    named_ever: bool,
    wildcard: bool,
    names: BTreeSet<Arc<str>>,
}

/// Names of one request, after those that are not supported were taken out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    /// Delta: `resource_names_subscribe`. State of the world: `resource_names`.
    pub(crate) subscribe: &'a [&'a str],
    /// Delta: `resource_names_unsubscribe`.
    pub(crate) unsubscribe: &'a [&'a str],
    /// The client's own list was empty, not just what is left of it.
    pub(crate) is_empty: bool,
}

/// What a request changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The first request of the type on the stream.
    pub(crate) first: bool,
    /// Names to answer even if nothing changed.
    pub(crate) fresh: Vec<Arc<str>>,
    /// What became of the wildcard.
    pub(crate) wildcard: Wildcard,
}

/// What a request did to the wildcard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Wildcard {
    /// Nothing.
    #[default]
    Same,
    /// It is on now and was not.
    Began,
    /// It was on and was asked for again.
    Repeated,
    /// It was on and is not any more.
    Ended,
}

// === impl Subscription ===

impl Subscription {
    /// Applies a delta request: subscriptions first, then unsubscriptions (R27).
    pub(crate) fn delta(&mut self, request: Request<'_>) -> Asked {
        let first = !std::mem::replace(&mut self.started, true);
        let was = self.wildcard;
        let mut repeated = false;
        let mut fresh = BTreeSet::new();
        if first && request.is_empty {
            self.wildcard = true;
        }
        self.named_ever |= !request.is_empty;
        for &name in request.subscribe {
            if name == WILDCARD {
                repeated |= self.wildcard;
                self.wildcard = true;
            } else {
                let name: Arc<str> = Arc::from(name);
                self.names.insert(Arc::clone(&name));
                fresh.insert(name);
            }
        }
        // The wildcard goes first: a name given up together with it needs no answer (R25).
        if request.unsubscribe.contains(&WILDCARD) {
            self.wildcard = false;
        }
        for &name in request.unsubscribe {
            if let Some(name) = self.names.take(name) {
                if self.wildcard {
                    fresh.insert(name);
                } else {
                    fresh.remove(&name);
                }
            }
        }
        Asked {
            first,
            fresh: fresh.into_iter().collect(),
            wildcard: Wildcard::between(was, self.wildcard, repeated),
        }
    }

    /// Applies the full list of a state-of-the-world request.
    pub(crate) fn sotw(&mut self, request: Request<'_>) -> Asked {
        let first = !std::mem::replace(&mut self.started, true);
        let was = self.wildcard;
        self.named_ever |= !request.is_empty;
        self.wildcard = !self.named_ever || request.subscribe.contains(&WILDCARD);
        let names: BTreeSet<Arc<str>> = request
            .subscribe
            .iter()
            .filter(|name| **name != WILDCARD)
            .map(|name| Arc::from(*name))
            .collect();
        let fresh = names.difference(&self.names).cloned().collect();
        self.names = names;
        Asked {
            first,
            fresh,
            wildcard: Wildcard::between(was, self.wildcard, false),
        }
    }

    /// True if every resource is asked for.
    pub(crate) fn is_wildcard(&self) -> bool {
        self.wildcard
    }

    /// True for a client that has never named anything, not even the wildcard (R20).
    pub(crate) fn is_legacy_wildcard(&self) -> bool {
        self.wildcard && !self.named_ever
    }

    /// The names asked for, beside the wildcard.
    pub(crate) fn names(&self) -> &BTreeSet<Arc<str>> {
        &self.names
    }

    /// True if a resource of this name is asked for.
    pub(crate) fn covers(&self, name: &str) -> bool {
        self.wildcard || self.names.contains(name)
    }
}

// === impl Wildcard ===

impl Wildcard {
    fn between(was: bool, is: bool, repeated: bool) -> Wildcard {
        match (was, is) {
            (false, true) => Wildcard::Began,
            (true, false) => Wildcard::Ended,
            (true, true) if repeated => Wildcard::Repeated,
            (true, true) | (false, false) => Wildcard::Same,
        }
    }
}

#[cfg(test)]
mod tests;
