//! Timers of one worker, used again and again.
//!
//! Owns what makes a deadline cheap: arming and disarming a timer for each request costs more than routing it. A
//! timer that is given back stays armed, and the next deadline, which is nearly always a later one, re-arms it only
//! when it fires. Must not know what is waited for. Invariant: a deadline may be looked at early, and is then waited
//! for again; it is never missed.

use std::{
    cell::RefCell,
    future::poll_fn,
    pin::{Pin, pin},
    task::{Context, Poll},
};

use tokio::time::{Instant, Sleep, sleep_until};

/// More than this many are not kept.
const KEPT: usize = 1024;

/// A timer, armed for some moment.
pub(crate) type Timer = Pin<Box<Sleep>>;

/// The timers that nobody uses now.
#[derive(Debug, Default)]
pub(crate) struct Timers(RefCell<Vec<Timer>>);

/// A timer in use; goes back when dropped.
struct Lent<'t> {
    home: &'t Timers,
    timer: Option<Timer>,
}

/// When a wait is over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline<'t> {
    timers: &'t Timers,
    /// `None` never comes.
    due: Option<Instant>,
}

/// Ready at `due`, whatever the timer is armed for.
pub(crate) fn poll_due(timer: &mut Timer, due: Instant, cx: &mut Context<'_>) -> Poll<()> {
    if timer.deadline() > due {
        timer.as_mut().reset(due);
    }
    while timer.as_mut().poll(cx).is_ready() {
        if Instant::now() >= due {
            return Poll::Ready(());
        }
        // It was armed for an earlier wait.
        timer.as_mut().reset(due);
    }
    Poll::Pending
}

// === impl Timers ===

impl Timers {
    /// A deadline that these timers serve.
    pub(crate) fn deadline(&self, due: Option<std::time::Instant>) -> Deadline<'_> {
        Deadline {
            timers: self,
            due: due.map(Into::into),
        }
    }

    async fn until<F: Future>(&self, due: Instant, future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        let mut lent = Lent {
            home: self,
            timer: None,
        };
        poll_fn(|cx| match future.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => lent.poll_due(due, cx).map(|()| None),
        })
        .await
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.0.borrow().len()
    }
}

// === impl Deadline ===

impl Deadline<'_> {
    /// The same wait, until another moment.
    pub(crate) fn later(self, due: std::time::Instant) -> Self {
        Deadline {
            due: Some(due.into()),
            ..self
        }
    }

    /// What the future gives, or `None` where the deadline comes first. The future is asked first, and the timer
    /// only if it is not ready.
    pub(crate) async fn bound<F: Future>(self, future: F) -> Option<F::Output> {
        match self.due {
            None => Some(future.await),
            Some(due) => self.timers.until(due, future).await,
        }
    }
}

// === impl Lent ===

impl Lent<'_> {
    fn poll_due(&mut self, due: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let kept = || self.home.0.borrow_mut().pop();
        let timer = self
            .timer
            .get_or_insert_with(|| kept().unwrap_or_else(|| Box::pin(sleep_until(due))));
        poll_due(timer, due, cx)
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut kept = self.home.0.borrow_mut();
        if kept.len() < KEPT {
            kept.extend(self.timer.take());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{future::pending, time::Duration};
    use tokio::time::timeout;

    const SECOND: Duration = Duration::from_secs(1);

    /// Something that takes this long.
    async fn nap(length: Duration) {
        assert!(timeout(length, pending::<()>()).await.is_err());
    }

    /// Waits for `limit` in vain; returns how long it really took.
    async fn wait(timers: &Timers, limit: Duration) -> Duration {
        let start = Instant::now();
        assert_eq!(timers.until(start + limit, pending::<()>()).await, None);
        start.elapsed()
    }

    /// Within a tick of the timer wheel.
    #[track_caller]
    fn check(took: Duration, expected: Duration) {
        assert!(
            took >= expected && took < expected + Duration::from_millis(5),
            "{took:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_ready_needs_no_timer() {
        let timers = Timers::default();
        assert_eq!(timers.until(Instant::now(), async { 7 }).await, Some(7));
        assert_eq!(timers.len(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_timer_serves_again() {
        let timers = Timers::default();
        for (length, limit) in [(1, 10), (2, 10), (3, 5)] {
            let end = Instant::now() + SECOND * limit;
            assert_eq!(timers.until(end, nap(SECOND * length)).await, Some(()));
            assert_eq!(timers.len(), 1, "one timer in turns");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_timer_that_was_armed_for_earlier_or_later_fires_in_time() {
        let timers = Timers::default();
        let start = Instant::now();
        // Leaves a timer behind that is armed for the tenth second.
        timers.until(start + SECOND * 10, nap(SECOND)).await;
        check(wait(&timers, SECOND * 2).await, SECOND * 2);
        timers.until(start + SECOND * 20, nap(SECOND)).await;
        check(wait(&timers, SECOND * 60).await, SECOND * 60);
        check(wait(&timers, SECOND * 60).await, SECOND * 60);
        assert_eq!(timers.len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn two_waits_have_two_timers() {
        let timers = Timers::default();
        let (one, two) = tokio::join!(wait(&timers, SECOND), wait(&timers, SECOND * 3));
        check(one, SECOND);
        check(two, SECOND * 3);
        assert_eq!(timers.len(), 2);
    }
}
