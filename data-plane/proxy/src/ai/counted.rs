//! What was made while nobody waited, and is in the books: each token once, however often it is looked at.
//!
//! Owns how much of each is in the books. Must not know prices. Invariants: the number of names is bounded, the oldest goes
//! first; what is told of one never makes more of it than the most that was told.

use std::{
    collections::{HashMap, VecDeque},
    hash::{BuildHasher, RandomState},
    sync::{Mutex, PoisonError},
};

use dp_llm::{class::Class, observed::Observed};
use dp_policy::usage_record::{Told, Usage};
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
    books: HashMap<u64, Booked>,
    /// The oldest first.
    order: VecDeque<u64>,
}

/// Tokens that are in the books.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Booked {
    input: u64,
    output: u64,
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

/// What of the tokens that a look is told is not in the books yet: each look is told what making it took. `None` where nothing is.
pub(super) fn rest(record: &Record, backend: &str, seen: &Observed, told: Told) -> Option<Told> {
    let name = name_of(seen)?;
    let counted = &record.worker().shared.known.counted;
    counted.rest(backend, name, told)
}

/// What began it took this, told or estimated: whoever looks later is charged for what came behind.
pub(super) fn begun(record: &Record, backend: &str, seen: Option<&Observed>, usage: &Usage) {
    let Some(name) = seen.and_then(name_of) else {
        return;
    };
    let counted = &record.worker().shared.known.counted;
    if let Some(tokens) = &usage.tokens {
        let booked = Booked {
            input: tokens.input,
            output: tokens.output,
        };
        counted.book(backend, name, booked);
    }
}

/// The name of what is made in the background.
fn name_of(seen: &Observed) -> Option<&str> {
    seen.id.as_deref().filter(|_| seen.is_of_background)
}

/// What is left of `told`; its parts are no more than that.
fn behind(told: Told, booked: Booked) -> Option<Told> {
    if booked == Booked::default() {
        return Some(told);
    }
    let input = told.input.unwrap_or(0).saturating_sub(booked.input);
    let output = told.output.unwrap_or(0).saturating_sub(booked.output);
    if (input, output) == (0, 0) {
        return None;
    }
    let of = |part: Option<u64>, whole: u64| part.map(|part| part.min(whole));
    Some(Told {
        input: Some(input),
        output: Some(output),
        total: None,
        cache_read: of(told.cache_read, input),
        cache_write: of(told.cache_write, input),
        cache_write_1h: of(told.cache_write_1h, input),
        input_audio: of(told.input_audio, input),
        reasoning: of(told.reasoning, output),
        output_audio: of(told.output_audio, output),
        ..told
    })
}

// === impl Counted ===

impl Counted {
    fn rest(&self, backend: &str, name: &str, told: Told) -> Option<Told> {
        let all = Booked {
            // A total alone is that of what has no answer to count.
            input: told
                .input
                .or(told.total.filter(|_| told.output.is_none()))?,
            output: told.output.unwrap_or(0),
        };
        if all == Booked::default() {
            return None;
        }
        behind(told, self.book(backend, name, all))
    }

    /// Writes down that so much is in the books; how much was before.
    fn book(&self, backend: &str, name: &str, now: Booked) -> Booked {
        let key = self.hasher.hash_one((backend, name));
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(booked) = known.books.get_mut(&key) {
            let before = *booked;
            booked.input = before.input.max(now.input);
            booked.output = before.output.max(now.output);
            return before;
        }
        known.books.insert(key, now);
        known.order.push_back(key);
        if known.order.len() > MOST
            && let Some(oldest) = known.order.pop_front()
        {
            known.books.remove(&oldest);
        }
        Booked::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(input: u64, output: u64) -> Told {
        Told {
            input: Some(input),
            output: Some(output),
            total: Some(input + output),
            cache_read: Some(8),
            ..Told::default()
        }
    }

    #[test]
    fn each_is_counted_once_until_it_is_forgotten() {
        let counted = Counted::default();
        let is_first =
            |backend: &str, name: &str| counted.rest(backend, name, told(9, 1)) == Some(told(9, 1));
        assert!(is_first("b", "resp_1"));
        assert_eq!(counted.rest("b", "resp_1", told(9, 1)), None);
        assert!(is_first("c", "resp_1"));
        for number in 2..MOST + 2 {
            assert!(is_first("b", &format!("resp_{number}")));
        }
        assert!(is_first("b", "resp_1"));
        let known = counted.known.lock().expect("unpoisoned");
        assert_eq!((known.books.len(), known.order.len()), (MOST, MOST));
    }

    #[test]
    fn what_came_behind_is_counted_and_nothing_else() {
        let counted = Counted::default();
        // Of a batch that goes on nothing is known at first.
        assert_eq!(counted.rest("b", "batch_1", told(0, 0)), None);
        assert_eq!(counted.rest("b", "batch_1", told(9, 1)), Some(told(9, 1)));
        let more = Told {
            total: None,
            cache_read: Some(3),
            ..told(3, 6)
        };
        assert_eq!(counted.rest("b", "batch_1", told(12, 7)), Some(more));
        assert_eq!(counted.rest("b", "batch_1", told(12, 7)), None);
        // An estimate that was too high is not given back.
        let estimated = Booked {
            input: 20,
            output: 0,
        };
        assert_eq!(counted.book("b", "resp_1", estimated), Booked::default());
        let answer = Told {
            total: None,
            cache_read: Some(0),
            ..told(0, 5)
        };
        assert_eq!(counted.rest("b", "resp_1", told(12, 5)), Some(answer));
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
