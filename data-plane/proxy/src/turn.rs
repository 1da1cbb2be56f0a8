//! Whose turn it is in a response: the upstream's, or the client's.
//!
//! Owns the end of an HTTP/2 stream whose client grants no room for what is there. hyper asks a body for its next part
//! only when there is room, so the body itself cannot notice. Must not know bodies or streams. Invariant: a worker polls
//! one task at a time, so what a body notes belongs to the stream that is being polled.

use std::{cell::Cell, future::poll_fn, pin::pin, task::Poll, time::Duration};

use crate::stall::Stall;

/// What the body that was polled last on this worker waits for.
#[derive(Debug, Default)]
pub(crate) struct Turn(Cell<Whose>);

#[derive(Clone, Copy, Debug, Default)]
enum Whose {
    /// No body was polled.
    #[default]
    Unchanged,
    /// The next part is not there yet, or there is none.
    Upstream,
    /// A part has been handed over; the client has this long to ask for the next.
    Client(Option<Duration>),
}

impl Turn {
    /// A body has handed a part over.
    pub(crate) fn is_clients(&self, limit: Option<Duration>) {
        self.0.set(Whose::Client(limit));
    }

    /// A body has nothing to hand over.
    pub(crate) fn is_upstreams(&self) {
        self.0.set(Whose::Upstream);
    }

    /// Runs the future of one stream, until it is the client's turn for too long: `None`.
    pub(crate) async fn watch<F: Future>(&self, future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        let mut stall = Stall::new(None);
        let mut is_clients = false;
        poll_fn(|cx| {
            self.0.set(Whose::Unchanged);
            if let Poll::Ready(output) = future.as_mut().poll(cx) {
                return Poll::Ready(Some(output));
            }
            match self.0.get() {
                Whose::Unchanged => {}
                Whose::Upstream => is_clients = false,
                Whose::Client(limit) => {
                    is_clients = true;
                    stall.allow(limit);
                    stall.progress();
                }
            }
            if is_clients {
                stall.poll_stalled(cx).map(|()| None)
            } else {
                Poll::Pending
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;
    use tokio::time::{Instant, timeout};

    const LIMIT: Duration = Duration::from_secs(10);

    async fn wait(length: Duration) {
        assert!(timeout(length, pending::<()>()).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_nothing_ends_its_stream() {
        let turn = Turn::default();
        let stream = async {
            for _ in 0..3 {
                turn.is_clients(Some(LIMIT));
                wait(LIMIT - Duration::from_secs(1)).await;
            }
            turn.is_clients(Some(LIMIT));
            pending::<()>().await;
        };
        let start = Instant::now();
        assert_eq!(turn.watch(stream).await, None);
        assert_eq!(start.elapsed().as_secs(), 3 * 9 + 10);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_upstream_is_not_the_clients_fault() {
        let turn = Turn::default();
        let stream = async {
            turn.is_clients(Some(LIMIT));
            tokio::task::yield_now().await;
            turn.is_upstreams();
            wait(LIMIT * 10).await;
            turn.is_clients(None);
            wait(LIMIT * 10).await;
            7
        };
        assert_eq!(turn.watch(stream).await, Some(7));
    }
}
