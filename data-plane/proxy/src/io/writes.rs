//! What becomes of what is written to a client.
//!
//! Owns how long a client may leave it unread, and a count that tells a client that still reads from one that does
//! not. Must not know what is written. Invariant: the limit of a connection only
//! grows: a route may be more patient than its listener, and what it has written may still be unread when the next
//! request comes.

use std::{
    io,
    sync::atomic::{AtomicU32, AtomicU64, Ordering},
    task::Poll,
    time::Duration,
};

/// No limit.
const FOR_EVER: u64 = u64::MAX;

/// Shared by a connection and the requests on it; atomics only because hyper wants its I/O to be `Send`.
#[derive(Debug, Default)]
pub(crate) struct Writes {
    /// In milliseconds.
    patience: AtomicU64,
    /// Writes that got through; wraps.
    done: AtomicU32,
}

impl Writes {
    /// Lets the client take this long; `None` as long as it likes.
    pub(crate) fn be_patient(&self, limit: Option<Duration>) {
        let limit = limit.map_or(FOR_EVER, |limit| {
            u64::try_from(limit.as_millis()).unwrap_or(FOR_EVER)
        });
        self.patience.fetch_max(limit, Ordering::Relaxed);
    }

    /// How many got through; wraps.
    pub(crate) fn done(&self) -> u32 {
        self.done.load(Ordering::Relaxed)
    }

    /// Counts a write if it got through.
    pub(super) fn count(&self, write: &Poll<io::Result<usize>>) {
        if write.is_ready() {
            // One thread writes, so no read-modify-write is needed.
            self.done
                .store(self.done().wrapping_add(1), Ordering::Relaxed);
        }
    }

    /// How long the client may take.
    pub(super) fn patience(&self) -> Option<Duration> {
        match self.patience.load(Ordering::Relaxed) {
            FOR_EVER => None,
            limit => Some(Duration::from_millis(limit)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_grows() {
        let writes = Writes::default();
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        for (limit, expected) in [
            (seconds(3), seconds(3)),
            (seconds(9), seconds(9)),
            (seconds(2), seconds(9)),
            (None, None),
            (seconds(9), None),
        ] {
            writes.be_patient(limit);
            assert_eq!(writes.patience(), expected);
        }
    }
}
