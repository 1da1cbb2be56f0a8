//! How long the gateway itself takes over a request to a model.
//!
//! Owns what counts: from the moment that the prompt is read until the first attempt begins, and what is done with the answer
//! while it comes. Waiting for a provider or a client is no part of it. Must not know metrics.

use std::time::{Duration, Instant};

/// The gateway's own time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Overhead {
    opened: Instant,
    /// Before the first attempt; limits, guards and the cache are part of it.
    pub(crate) request: Option<Duration>,
    /// Reading, converting and writing the answer.
    pub(crate) response: Option<Duration>,
}

// === impl Overhead ===

impl Overhead {
    /// The prompt is read.
    pub(super) fn begin() -> Overhead {
        Overhead {
            opened: Instant::now(),
            request: None,
            response: None,
        }
    }

    /// An attempt begins.
    pub(super) fn attempt(&mut self, now: Instant) {
        let so_far = || now.saturating_duration_since(self.opened);
        self.request = self.request.or_else(|| Some(so_far()));
    }

    /// An answer was relayed.
    pub(crate) fn answer(&mut self, took: Duration) {
        self.response = Some(self.response.unwrap_or_default() + took);
    }
}
