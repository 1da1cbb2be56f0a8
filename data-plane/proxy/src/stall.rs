//! A deadline that moves with progress, and one that does not.
//!
//! Owns the time limits of one body. Must not know what progress means; its user says so. Invariant: the
//! timer is made on the first wait and re-armed only when it fires, so a body that never waits, or a stream
//! of thousands of events a second, does not touch the timer wheel.

use std::{
    cell::Cell,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

/// Ends a wait that has lasted `limit` without progress.
#[derive(Debug)]
pub(crate) struct Stall {
    limit: Option<Duration>,
    end: Option<Instant>,
    last: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
}

/// Says that something moves, to somebody who waits elsewhere. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress(Rc<Cell<bool>>);

// === impl Progress ===

impl Progress {
    /// Something moved.
    pub(crate) fn note(&self) {
        self.0.set(true);
    }

    /// Whether something has moved since this was last asked.
    pub(crate) fn take(&self) -> bool {
        self.0.take()
    }
}

// === impl Stall ===

impl Stall {
    /// `None` never ends a wait.
    pub(crate) fn new(limit: Option<Duration>) -> Stall {
        Stall {
            limit,
            end: None,
            last: None,
            timer: None,
        }
    }

    /// Ends every wait at `end`, progress or not.
    pub(crate) fn until(mut self, end: Option<Instant>) -> Stall {
        self.end = end;
        self
    }

    /// Waits this long from now on; `None` for ever.
    pub(crate) fn allow(&mut self, limit: Option<Duration>) {
        self.limit = limit;
    }

    /// Something came: the wait starts anew.
    pub(crate) fn progress(&mut self) {
        self.last = None;
    }

    /// Nothing is there. Ready once that has been so for the whole limit.
    pub(crate) fn poll_stalled(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let idle = self
            .limit
            .map(|limit| *self.last.get_or_insert_with(Instant::now) + limit);
        let Some(due) = [idle, self.end].into_iter().flatten().min() else {
            return Poll::Pending;
        };
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(due)));
        // The timer was armed for an earlier wait; it may fire early, never late.
        while timer.as_mut().poll(cx).is_ready() {
            if Instant::now() >= due {
                return Poll::Ready(());
            }
            timer.as_mut().reset(due);
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use tokio::time::advance;

    const LIMIT: Duration = Duration::from_secs(10);

    async fn stalled(stall: &mut Stall) -> bool {
        poll_fn(|cx| Poll::Ready(stall.poll_stalled(cx).is_ready())).await
    }

    #[tokio::test(start_paused = true)]
    async fn progress_moves_the_deadline() {
        let mut stall = Stall::new(Some(LIMIT));
        assert!(!stalled(&mut stall).await);
        advance(LIMIT - Duration::from_secs(1)).await;
        assert!(!stalled(&mut stall).await);
        stall.progress();
        assert!(!stalled(&mut stall).await);
        advance(Duration::from_secs(5)).await;
        assert!(
            !stalled(&mut stall).await,
            "the old deadline has passed, the new one has not"
        );
        advance(LIMIT).await;
        assert!(stalled(&mut stall).await);
    }

    #[tokio::test(start_paused = true)]
    async fn progress_does_not_move_the_end() {
        let mut stall = Stall::new(None).until(Some(Instant::now() + LIMIT));
        for _ in 0..9 {
            advance(Duration::from_secs(1)).await;
            stall.progress();
            assert!(!stalled(&mut stall).await);
        }
        advance(Duration::from_secs(1)).await;
        stall.progress();
        assert!(stalled(&mut stall).await);
    }

    #[tokio::test(start_paused = true)]
    async fn no_limit_waits_for_ever() {
        let mut stall = Stall::new(None);
        assert!(!stalled(&mut stall).await);
        advance(LIMIT * 10_000).await;
        assert!(!stalled(&mut stall).await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_waiter_is_woken() {
        let mut stall = Stall::new(Some(LIMIT));
        let start = Instant::now();
        poll_fn(|cx| stall.poll_stalled(cx)).await;
        assert!(start.elapsed() >= LIMIT);
    }
}
