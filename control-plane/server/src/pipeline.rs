//! The one loop of this process: changes in, epochs, publications out.
//!
//! Owns when an epoch runs. Must not know how to translate or to send. Nothing is published before every source has
//! been read once; from then on an epoch follows a change after at most `debounce::MAX`. An attempt with what was refused
//! is a change like any other.

use std::time::Instant;

use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::debounce::Debounce;
use crate::event::Event;
use crate::source::Source;
use crate::state::State;

/// Runs until `shutdown`.
pub async fn run(
    mut state: State,
    mut source: Source,
    mut events: mpsc::Receiver<Event>,
    is_ready: watch::Sender<bool>,
    shutdown: CancellationToken,
) {
    let start = Instant::now();
    let mut debounce = Debounce::default();
    let mut is_watching = true;
    loop {
        let is_open = *is_ready.borrow();
        let due = debounce.due().filter(|_| is_open);
        let deadline = tokio::time::Instant::from_std(start + due.unwrap_or_default());
        let retry_due = state.retry_due();
        let retry_at = tokio::time::Instant::from_std(retry_due.unwrap_or(start));
        let event = tokio::select! {
            () = shutdown.cancelled() => return,
            () = tokio::time::sleep_until(deadline), if due.is_some() => {
                debounce.ran(start.elapsed());
                // Pure work on many cores' worth of objects: other tasks move to other threads meanwhile.
                tokio::task::block_in_place(|| state.epoch());
                continue;
            }
            () = tokio::time::sleep_until(retry_at), if retry_due.is_some() => {
                if state.retry(Instant::now()) {
                    debounce.changed(start.elapsed());
                }
                continue;
            }
            event = events.recv() => match event {
                Some(event) => event,
                None => return,
            },
            batch = source.next(), if is_watching => match batch {
                Some(read) if is_open || !read.is_complete => Event::Source(read.batch),
                Some(read) => {
                    state.on(Event::Source(read.batch));
                    debounce.ran(start.elapsed());
                    tokio::task::block_in_place(|| state.epoch());
                    is_ready.send_replace(true);
                    continue;
                }
                None => {
                    warn!("the source is not watched any more; restart to see later changes");
                    is_watching = false;
                    continue;
                }
            },
        };
        if state.on(event) {
            debounce.changed(start.elapsed());
        }
    }
}
