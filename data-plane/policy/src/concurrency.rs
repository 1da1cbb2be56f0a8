//! How many requests of a key are in flight at once (llm.md L-6).
//!
//! Owns the count and the guard that ends it. Must not know what a key is made of, nor print one; nor which requests are
//! streams: those have an [`InFlight`] of their own beside that of all requests. Invariant: a request counts from `begin` until its
//! guard ends, however it ends; a key without requests takes no memory.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;

use crate::shards::Shards;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Requests of any kind.
    Requests,
    /// Answers that stream, and realtime sessions.
    Streams,
}

/// Requests in flight, by key. It outlives a configuration: the limit comes with each request.
#[derive(Clone)]
pub struct InFlight {
    counted: Counted,
    counts: Arc<Shards<Arc<str>, u32>>,
}

/// A request in flight.
#[must_use = "a request whose guard is dropped has ended"]
pub struct Begun {
    counts: Arc<Shards<Arc<str>, u32>>,
    key: Arc<str>,
}

/// As many requests are in flight as may be: 429.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{limit} {counted} are in flight, and no more may be; wait until one has ended")]
pub struct Busy {
    /// Of what.
    pub counted: Counted,
    /// How many may be.
    pub limit: NonZeroU32,
}

// === impl InFlight ===

impl InFlight {
    /// No request yet.
    #[must_use]
    pub fn new(counted: Counted) -> Self {
        // An entry goes with the last request of its key, so that connections are the bound of this map.
        Self {
            counted,
            counts: Arc::new(Shards::new(usize::MAX)),
        }
    }

    /// Counts a request of `key`, if fewer than `limit` are in flight.
    pub fn begin(&self, limit: NonZeroU32, key: &Arc<str>) -> Result<Begun, Busy> {
        let mut locked = self.counts.lock([key]);
        let busy = Busy {
            counted: self.counted,
            limit,
        };
        let count = locked.entry_beyond(key, || 0).ok_or(busy)?;
        if *count >= limit.get() {
            return Err(busy);
        }
        *count += 1;
        Ok(Begun {
            counts: self.counts.clone(),
            key: key.clone(),
        })
    }

    /// How many requests of `key` are in flight.
    #[must_use]
    pub fn count(&self, key: &Arc<str>) -> u32 {
        let mut locked = self.counts.lock([key]);
        locked.get(key).map_or(0, |count| *count)
    }
}

impl fmt::Debug for InFlight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InFlight").finish_non_exhaustive()
    }
}

// === impl Counted ===

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Requests => "requests",
            Self::Streams => "streams",
        })
    }
}

// === impl Begun ===

impl Drop for Begun {
    fn drop(&mut self) {
        let mut locked = self.counts.lock([&self.key]);
        let left = locked.get(&self.key).map_or(0, |count| {
            *count = count.saturating_sub(1);
            *count
        });
        if left == 0 {
            locked.remove(&self.key);
        }
    }
}

impl fmt::Debug for Begun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Begun").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{Begun, Counted, InFlight};
    use std::num::NonZeroU32;
    use std::sync::Arc;

    fn begin(requests: &InFlight, limit: u32, key: &str) -> Option<Begun> {
        let limit = NonZeroU32::new(limit).expect("limit");
        requests.begin(limit, &key.into()).ok()
    }

    #[test]
    fn a_key_has_so_many_requests_at_once() {
        let requests = InFlight::new(Counted::Requests);
        let first = begin(&requests, 2, "a").expect("first");
        let _second = begin(&requests, 2, "a").expect("second");
        assert!(begin(&requests, 2, "a").is_none());
        let _other = begin(&requests, 2, "b").expect("another key");
        drop(first);
        assert!(begin(&requests, 1, "a").is_none(), "the limit was lowered");
        let _third = begin(&requests, 2, "a").expect("room again");
        assert_eq!(requests.count(&"a".into()), 2);
        let secret = begin(&requests, 1, "sk-secret");
        assert!(!format!("{secret:?}{requests:?}").contains("secret"));
    }

    #[test]
    fn who_is_refused_learns_what_there_are_too_many_of() {
        let limit = NonZeroU32::new(1).expect("limit");
        for (counted, words) in [
            (Counted::Requests, "1 requests are in flight"),
            (Counted::Streams, "1 streams are in flight"),
        ] {
            let all = InFlight::new(counted);
            let _first = all.begin(limit, &"a".into()).expect("first");
            let busy = all.begin(limit, &"a".into()).expect_err("busy").to_string();
            assert!(busy.starts_with(words), "{busy}");
        }
    }

    #[test]
    fn a_key_without_requests_takes_no_memory() {
        let requests = InFlight::new(Counted::Requests);
        let held: Vec<_> = (0..100)
            .map(|key| begin(&requests, 1, &key.to_string()))
            .collect();
        assert_eq!(requests.counts.len(), 100);
        drop(held);
        assert_eq!(requests.counts.len(), 0);
    }

    #[test]
    fn threads_do_not_pass_the_limit_together() {
        let (requests, key) = (InFlight::new(Counted::Requests), Arc::from("a"));
        let barrier = std::sync::Barrier::new(50);
        let begun = std::thread::scope(|scope| {
            let run = || {
                barrier.wait();
                begin(&requests, 5, "a")
            };
            let threads: Vec<_> = (0..50).map(|_| scope.spawn(run)).collect();
            let begun: Vec<_> = threads
                .into_iter()
                .map(|thread| thread.join().expect("thread"))
                .collect();
            assert_eq!(requests.count(&key), 5);
            begun.iter().flatten().count()
        });
        assert_eq!((begun, requests.count(&key)), (5, 0));
    }
}
