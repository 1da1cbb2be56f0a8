//! Counters of budgets that all proxies share, kept in Redis (llm.md B-5).
//!
//! Owns the thread that talks to one Redis, what waits for it, and what happens while it is away. Must not know budgets:
//! what is leased and what may be used is `dp_policy::budget::Leases`. Invariants: no request waits longer than
//! [`PATIENCE`] for it; an order is sent until it is answered, under one name, so that it counts once; the address may
//! hold a password, so it is never printed.

use std::{
    fmt, io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use dp_policy::budget::{Claim, Denied, Leases, Order, RequestId, Step, Store};
use tokio::sync::{mpsc, oneshot};

mod debts;
mod link;
mod work;

use debts::Debts;
use link::Link;

/// How long a request waits for the store before it is taken for away.
pub const PATIENCE: Duration = Duration::from_millis(500);

/// Counters that a proxy knows at once: budgets times keys.
const CAPACITY: usize = 100_000;

/// Orders that wait at most, and counters that may owe something while the store is away. What comes on top is lost, and
/// counted as such.
const WAITING: usize = 20_000;

/// A request asks so often at most before it is told that nobody can count: each time it gets what it needs, unless
/// others were faster.
const ATTEMPTS: u32 = 4;

/// One shared store.
pub struct SharedCounts {
    leases: Arc<Leases>,
    line: Arc<Line>,
    thread: Option<JoinHandle<()>>,
    /// Dropped when this ends, which ends the thread.
    stop: Option<oneshot::Sender<()>>,
}

/// Why an address cannot be used. Says nothing of what it holds.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It has another form.
    #[error("the address is not redis://[user:password@]host[:port][/database] or rediss://...")]
    Address,
    /// The system gave no thread.
    #[error("cannot start the thread of the store")]
    Thread(#[source] io::Error),
}

/// How the store stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// It answered last time.
    pub is_up: bool,
    /// Orders that wait for an answer; what one counter has to be told when the store is back is one of them.
    pub waiting: usize,
    /// Orders that were never answered: what was used, or given back, and is not counted.
    pub lost: u64,
}

/// The way to the thread.
struct Line {
    asks: mpsc::UnboundedSender<Ask>,
    waiting: AtomicUsize,
    lost: AtomicU64,
    is_down: AtomicBool,
    /// What has to be told, and was not sent yet.
    debts: Mutex<Debts>,
}

/// An order, and who waits for its answer.
struct Ask {
    order: Order,
    done: Option<oneshot::Sender<()>>,
}

// === impl SharedCounts ===

impl SharedCounts {
    /// Counts in the Redis at `address`; connects when the first request needs it.
    ///
    /// # Errors
    /// The address has another form, or the system gives no thread.
    pub fn open(address: &str) -> Result<SharedCounts, OpenError> {
        let link = Link::parse(address).ok_or(OpenError::Address)?;
        let (asks, inbox) = mpsc::unbounded_channel();
        let line = Arc::new(Line {
            asks,
            waiting: AtomicUsize::new(0),
            lost: AtomicU64::new(0),
            is_down: AtomicBool::new(false),
            debts: Mutex::default(),
        });
        let told = line.clone();
        let leases = Arc::new(Leases::new(
            CAPACITY,
            Box::new(move |order| told.tell(order)),
        ));
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(OpenError::Thread)?;
        let (of_thread, way) = (leases.clone(), line.clone());
        let thread = std::thread::Builder::new()
            .name("shared-counts".to_owned())
            .spawn(move || {
                let local = tokio::task::LocalSet::new();
                local.block_on(&runtime, work::run(link, of_thread, way, inbox, stopped));
            })
            .map_err(OpenError::Thread)?;
        Ok(SharedCounts {
            leases,
            line,
            thread: Some(thread),
            stop: Some(stop),
        })
    }

    /// The counts, for a ledger.
    pub fn store(&self) -> Arc<dyn Store> {
        self.leases.clone()
    }

    /// Leases and reserves `claims`, so that the ledger finds them reserved. Where they are refused or nobody can count,
    /// nothing is reserved, and the ledger finds that.
    pub async fn reserve(&self, id: RequestId, claims: &[Claim], now: Duration) {
        for attempt in 0..ATTEMPTS {
            match self.leases.reserve(id, claims, now) {
                Err(Denied::Short) => {}
                Ok(_) | Err(Denied::Exceeded { .. } | Denied::Unavailable) => return,
            }
            let missing = self.leases.missing(id, attempt, claims, now);
            self.ask(missing).await;
        }
    }

    async fn ask(&self, orders: Vec<Order>) {
        let mut answers = Vec::with_capacity(orders.len());
        for order in orders {
            let (done, answer) = oneshot::channel();
            let known = order.clone();
            let unsent = self.line.send(Ask {
                order,
                done: Some(done),
            });
            if unsent.is_some() {
                self.leases.gave_up(&known);
            }
            answers.push((known, answer));
        }
        let deadline = tokio::time::Instant::now() + PATIENCE;
        for (order, answer) in answers {
            // While it is known to be away, requests do not wait for it one after the other.
            let is_down = self.line.is_down.load(Ordering::Relaxed);
            let is_answered =
                !is_down && matches!(tokio::time::timeout_at(deadline, answer).await, Ok(Ok(())));
            if !is_answered {
                self.leases.is_away(&order, now() + work::AWAY);
            }
        }
    }

    /// How the store stands.
    pub fn standing(&self) -> Standing {
        Standing {
            is_up: !self.line.is_down.load(Ordering::Relaxed),
            waiting: self.line.waiting.load(Ordering::Relaxed) + self.line.debts().len(),
            lost: self.line.lost.load(Ordering::Relaxed),
        }
    }
}

impl Drop for SharedCounts {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for SharedCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedCounts")
            .field("standing", &self.standing())
            .finish_non_exhaustive()
    }
}

// === impl Line ===

impl Line {
    /// Sends an order; gives it back where too many wait.
    #[must_use]
    fn send(&self, ask: Ask) -> Option<Order> {
        // Counted before it is sent: the thread may be done with it at once.
        let waiting = self.waiting.fetch_add(1, Ordering::Relaxed);
        let unsent = match waiting < WAITING {
            true => self.asks.send(ask).err().map(|unsent| unsent.0.order),
            false => Some(ask.order),
        };
        if unsent.is_some() {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
        }
        unsent
    }

    /// Tells the store something that nobody waits for; while it is away, or has too much to do, later.
    fn tell(&self, order: Order) {
        let rest = match self.is_down.load(Ordering::Relaxed) {
            true => Some(order),
            false => self.send(Ask { order, done: None }),
        };
        let rest = rest.and_then(|order| self.debts().add(order, WAITING));
        let rest = rest.and_then(|order| match order.step {
            // What is given back is not added up.
            Step::Back(_) => self.send(Ask { order, done: None }),
            Step::Add(_) | Step::Take { .. } => Some(order),
        });
        if rest.is_some() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn debts(&self) -> MutexGuard<'_, Debts> {
        self.debts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The time since 1970: windows are the same for all proxies.
fn now() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
