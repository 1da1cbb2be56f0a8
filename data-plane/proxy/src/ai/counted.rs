//! What was made while nobody waited, and is in the books: each once, however often it is looked at.
//!
//! Owns the names of what was counted. Must not know what it took. Invariant: the number of names is bounded, the oldest goes
//! first.

use std::{
    collections::{HashSet, VecDeque},
    hash::{BuildHasher, RandomState},
    sync::{Mutex, PoisonError},
};

use dp_llm::{class::Class, observed::Observed};
use http::{Method, request::Parts};

use crate::record::Record;

/// Names that are known at a time.
const MOST: usize = 1 << 16;

/// What was counted; for all workers.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    hasher: RandomState,
    known: Mutex<Known>,
}

/// By the hash of backend and name.
#[derive(Debug, Default)]
struct Known {
    names: HashSet<u64>,
    /// The oldest first.
    order: VecDeque<u64>,
}

/// Whether a request only looks at what an earlier one made, or ends it.
pub(super) fn is_look(head: &Parts, class: Class) -> bool {
    match class {
        Class::Detect(_) => head.method == Method::GET || head.uri.path().ends_with("/cancel"),
        Class::Chat(_)
        | Class::LegacyCompletions
        | Class::Embeddings
        | Class::Rerank
        | Class::CountTokens(_)
        | Class::Realtime
        | Class::Passthrough(_) => false,
    }
}

/// Whether what a look is told is to be counted: each look is told what making it took. What nobody waited for is counted when
/// it is told first.
pub(super) fn is_due(record: &Record, backend: &str, seen: &Observed) -> bool {
    let counted = &record.worker().shared.known.counted;
    let is_first = |id: &str| counted.is_first(backend, id);
    seen.is_of_background && seen.id.as_deref().is_some_and(is_first)
}

// === impl Counted ===

impl Counted {
    /// Whether this was not counted before; from now on it was.
    fn is_first(&self, backend: &str, name: &str) -> bool {
        let key = self.hasher.hash_one((backend, name));
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.names.insert(key) {
            return false;
        }
        known.order.push_back(key);
        if known.order.len() > MOST
            && let Some(oldest) = known.order.pop_front()
        {
            known.names.remove(&oldest);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_counted_once_until_it_is_forgotten() {
        let counted = Counted::default();
        assert!(counted.is_first("b", "resp_1"));
        assert!(!counted.is_first("b", "resp_1"));
        assert!(counted.is_first("c", "resp_1"));
        for number in 2..MOST + 2 {
            assert!(counted.is_first("b", &format!("resp_{number}")));
        }
        assert!(counted.is_first("b", "resp_1"));
        let known = counted.known.lock().expect("unpoisoned");
        assert_eq!((known.names.len(), known.order.len()), (MOST, MOST));
    }

    #[test]
    fn looks() {
        let is = |method: Method, path: &str, class| {
            let request = http::Request::builder().method(method).uri(path);
            let (head, ()) = request.body(()).expect("a request").into_parts();
            is_look(&head, class)
        };
        let detect = Class::Detect(dp_llm::format::Format::OpenAiResponses);
        assert!(is(Method::GET, "/v1/responses/r", detect));
        assert!(is(Method::POST, "/v1/responses/r/cancel", detect));
        assert!(!is(Method::POST, "/v1/images/generations", detect));
        assert!(!is(Method::POST, "/v1/embeddings", Class::Embeddings));
    }
}
