//! What clients get of a stream in which nothing comes (llm.md S-2).
//!
//! Owns when that is. Must not know formats: the relay's plan says what is sent. Invariant: nothing is put between the parts of
//! an event, so it is asked only where all that came has been passed on.

use std::{
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use tokio::time::{Instant, sleep_until};

use crate::timer::{Timer, poll_due};

/// Silence after which a client is told that its stream goes on.
const SILENCE: Duration = Duration::from_secs(15);

/// A stream that is kept alive.
pub(super) struct Quiet {
    sign: &'static str,
    due: Instant,
    /// Armed by the first silence.
    timer: Option<Timer>,
}

// === impl Quiet ===

impl Quiet {
    /// One whose clients understand `sign`.
    pub(super) fn new(sign: &'static str) -> Quiet {
        Quiet {
            sign,
            due: Instant::now() + SILENCE,
            timer: None,
        }
    }

    /// Something was sent.
    pub(super) fn sent(&mut self) {
        self.due = Instant::now() + SILENCE;
    }

    /// Nothing is there to be sent: after a while, a sign of life.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Bytes> {
        let due = self.due;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(due)));
        ready!(poll_due(timer, due, cx));
        self.sent();
        Poll::Ready(Bytes::from_static(self.sign.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use tokio::time::{advance, timeout};

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn silence_is_broken_again_and_again() {
        let mut quiet = Quiet::new("sign");
        for _ in 0..3 {
            let begin = Instant::now();
            assert_eq!(poll_fn(|cx| quiet.poll(cx)).await, "sign");
            let took = begin.elapsed();
            assert!(took >= SILENCE && took < SILENCE + SECOND, "{took:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_sent_is_no_silence() {
        let mut quiet = Quiet::new("sign");
        for _ in 0..5 {
            let nothing = timeout(SECOND * 10, poll_fn(|cx| quiet.poll(cx))).await;
            assert!(nothing.is_err(), "a sign although something was sent");
            quiet.sent();
        }
        advance(SECOND * 20).await;
        assert_eq!(poll_fn(|cx| quiet.poll(cx)).await, "sign");
    }
}
