//! Who writes statuses, and when: the leader, what changed, a bounded number at a time.
//!
//! Owns the loop between the wishes of the pipeline and the API server. Must not compute a status. Invariants: a replica
//! that does not lead writes nothing; one that begins to lead compares everything first; while nothing changes, nothing
//! is written.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cp_api::ObjectKey;
use kube::Client;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::status::audit;
use crate::status::counts::Counts;
use crate::status::queue::{Outcome, Queue, Seen, Statuses};
use crate::status::wanted::Wanted;
use crate::status::write::{self, Denied};

/// Writes at a time.
const WORKERS: usize = 16;
/// How often everything is compared, for what others overwrote.
const AUDIT: Duration = Duration::from_secs(300);

/// What a writer is made of.
pub struct Writer {
    /// The API server.
    pub client: Client,
    /// controllerName of ours.
    pub controller: String,
    /// What is wanted; `None` before the first translation.
    pub wanted: watch::Receiver<Option<Arc<Statuses>>>,
    /// Whether this replica leads.
    pub leader: watch::Receiver<bool>,
    /// Counters.
    pub counts: Counts,
}

enum Done {
    Wrote {
        key: ObjectKey,
        wanted: Arc<Wanted>,
        outcome: Outcome,
        denied: Option<Denied>,
    },
    Looked(Seen),
}

/// What the loop of one leadership knows.
struct Term {
    queue: Queue,
    tasks: JoinSet<Done>,
    writing: usize,
    is_looking: bool,
    next_look: Instant,
    /// Kinds whose denial was told.
    denied: BTreeSet<String>,
}

impl Writer {
    /// Runs until `shutdown`.
    pub async fn run(mut self, shutdown: CancellationToken) {
        loop {
            self.counts.leader.set(0);
            self.counts.queue.set(0);
            let begins = async {
                let leads = self.leader.wait_for(|leads| *leads).await.is_ok();
                leads && self.wanted.wait_for(Option::is_some).await.is_ok()
            };
            tokio::select! {
                () = shutdown.cancelled() => return,
                begins = begins => if !begins { return },
            }
            if *self.leader.borrow() {
                info!("this replica leads: it writes statuses");
                self.counts.leader.set(1);
                if self.term(&shutdown).await.is_break() {
                    return;
                }
                info!("this replica does not lead any more: it writes no statuses");
            }
        }
    }

    /// One leadership.
    async fn term(&mut self, shutdown: &CancellationToken) -> std::ops::ControlFlow<()> {
        use std::ops::ControlFlow::{Break, Continue};
        let mut term = Term {
            queue: Queue::new(self.controller.clone()),
            tasks: JoinSet::new(),
            writing: 0,
            is_looking: false,
            next_look: Instant::now(),
            denied: BTreeSet::new(),
        };
        let wanted = self.wanted.borrow_and_update().clone();
        term.queue.want(wanted.unwrap_or_default());
        let mut has_looked = false;
        loop {
            if has_looked {
                self.fill(&mut term);
            }
            if !term.is_looking && term.next_look <= Instant::now() {
                self.look(&mut term);
            }
            self.counts
                .queue
                .set(i64::try_from(term.queue.len()).unwrap_or(i64::MAX));
            // While all hands are full there is nothing to wake up for.
            let due = term.queue.due().filter(|_| term.writing < WORKERS);
            let wake = due.map_or(term.next_look, |due| due.min(term.next_look));
            tokio::select! {
                biased;
                // Dropping the term aborts what is under way: another may lead by now.
                () = shutdown.cancelled() => return Break(()),
                changed = self.leader.changed() => match changed {
                    Ok(()) if *self.leader.borrow_and_update() => {}
                    Ok(()) => return Continue(()),
                    Err(_) => return Break(()),
                },
                changed = self.wanted.changed() => {
                    if changed.is_err() {
                        return Break(());
                    }
                    if let Some(wanted) = self.wanted.borrow_and_update().clone() {
                        term.queue.want(wanted);
                    }
                }
                Some(done) = term.tasks.join_next(), if !term.tasks.is_empty() => match done {
                    Ok(Done::Looked(seen)) => {
                        has_looked = true;
                        term.is_looking = false;
                        term.queue.seen(seen);
                    }
                    Ok(Done::Wrote { key, wanted, outcome, denied }) => {
                        term.writing = term.writing.saturating_sub(1);
                        term.queue.finished(&key, &wanted, outcome, Instant::now());
                        term.tell(&key, outcome, denied);
                    }
                    // A task that ends like this is a fault of ours; the next leadership starts clean.
                    Err(error) => {
                        warn!(%error, "a status write ended badly");
                        return Continue(());
                    }
                },
                () = tokio::time::sleep_until(wake.into()) => {}
            }
        }
    }

    fn fill(&self, term: &mut Term) {
        while term.writing < WORKERS {
            let Some((key, wanted)) = term.queue.next(Instant::now()) else {
                return;
            };
            let (client, leader, counts) = (
                self.client.clone(),
                self.leader.clone(),
                self.counts.clone(),
            );
            term.writing = term.writing.saturating_add(1);
            term.tasks.spawn(async move {
                let (outcome, denied) =
                    write::write(&client, &key, &wanted, &leader, &counts).await;
                Done::Wrote {
                    key,
                    wanted,
                    outcome,
                    denied,
                }
            });
        }
    }

    fn look(&self, term: &mut Term) {
        term.is_looking = true;
        term.next_look = Instant::now() + AUDIT;
        let wanted = term.queue.look();
        let look = audit::look(self.client.clone(), wanted, self.controller.clone());
        term.tasks.spawn(async move { Done::Looked(look.await) });
    }
}

// === impl Term ===

impl Term {
    /// Says once that we may not write, and once that we may again.
    fn tell(&mut self, key: &ObjectKey, outcome: Outcome, denied: Option<Denied>) {
        if let Some(denied) = denied {
            if self.denied.insert(denied.kind.clone()) {
                warn!(
                    "statuses of {} are not written: {}; grant get on it and patch on its status",
                    denied.kind, denied.message
                );
            }
        } else if outcome == Outcome::Settled && self.denied.remove(&key.kind) {
            info!("statuses of {} are written again", key.kind);
        }
    }
}
