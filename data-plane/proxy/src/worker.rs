//! One worker: a thread, its runtime, and everything that its requests share without a lock.
//!
//! Owns the thread-per-core shape (measured: a multi-threaded runtime costs 1 us a request more). Must not
//! decide about requests. Invariant: what is in a `Worker` is used by its own thread alone; commands from
//! outside come through the inbox.

use std::{
    cell::{Cell, RefCell},
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hasher},
    io,
    rc::Rc,
    sync::Arc,
    thread::JoinHandle,
    time::{Duration, Instant},
};

use arc_swap::{ArcSwap, Cache};
use dp_upstream::Upstream;
use tokio::{
    runtime::{Builder, LocalOptions},
    sync::{mpsc, watch},
    time::{MissedTickBehavior, interval},
};

use crate::{
    accept::accept,
    bind::{Bound, Phase, RETIREMENT, retire},
    metrics::Local,
    proxy::Shared,
    request_body::RequestBody,
    served::Active,
    timer::Timers,
    turn::Turn,
};

/// How often unused connections and handles are looked for.
const SWEEP: Duration = Duration::from_secs(10);

/// What one worker has.
pub(crate) struct Worker {
    pub(crate) shared: Arc<Shared>,
    pub(crate) upstream: Upstream<RequestBody>,
    pub(crate) metrics: Local,
    pub(crate) timers: Timers,
    pub(crate) turn: Turn,
    /// Questions under way for guards that only watch.
    pub(crate) watching: Rc<Cell<usize>>,
    /// Calls to rate limit services for which no request waits.
    pub(crate) telling: Cell<usize>,
    /// Sees a new pointer without touching the shared reference count for each request.
    active: RefCell<Cache<Arc<ArcSwap<Active>>, Arc<Active>>>,
}

/// What a worker is told.
pub(crate) enum Command {
    /// Accept connections from this socket until it closes.
    Accept(Arc<Bound>),
    /// Bring connections of a socket to their end. For one worker: it only drives the clock.
    Retire(watch::Sender<Phase>, Arc<Bound>),
    /// Drop everything.
    Stop,
}

/// Starts a worker thread; returns once its runtime is up.
///
/// # Errors
/// The system gives no thread or no event queue.
pub(crate) fn start(
    index: usize,
    shared: Arc<Shared>,
    inbox: mpsc::UnboundedReceiver<Command>,
) -> io::Result<JoinHandle<()>> {
    let (up, is_up) = std::sync::mpsc::channel();
    let thread = std::thread::Builder::new()
        .name(format!("worker-{index}"))
        .spawn(move || {
            let runtime = Builder::new_current_thread()
                .enable_all()
                .build_local(LocalOptions::default());
            match runtime {
                Err(error) => {
                    let _ = up.send(Err(error));
                }
                Ok(runtime) => {
                    let _ = up.send(Ok(()));
                    runtime.block_on(run(shared, inbox));
                }
            }
        })?;
    match is_up.recv() {
        Ok(outcome) => outcome.map(|()| thread),
        Err(_) => Err(io::Error::other("the thread ended at once")),
    }
}

async fn run(shared: Arc<Shared>, mut inbox: mpsc::UnboundedReceiver<Command>) {
    let worker = Rc::new(Worker {
        upstream: Upstream::new(
            shared.resolver.clone(),
            shared.upstream.clone(),
            shared.known.endpoints.clone(),
            seed(),
        ),
        metrics: Local::new(shared.metrics.clone()),
        timers: Timers::default(),
        turn: Turn::default(),
        watching: Rc::default(),
        telling: Cell::new(0),
        active: RefCell::new(Cache::new(shared.active.clone())),
        shared,
    });
    let mut sweep = interval(SWEEP);
    sweep.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            command = inbox.recv() => match command {
                // Each ends with its socket.
                Some(Command::Accept(bound)) => {
                    tokio::task::spawn_local(accept(worker.clone(), bound));
                }
                Some(Command::Retire(phase, bound)) => {
                    tokio::task::spawn_local(async move {
                        retire(phase, RETIREMENT).await;
                        bound.forget();
                    });
                }
                Some(Command::Stop) | None => return,
            },
            _ = sweep.tick() => {
                worker.upstream.sweep(Instant::now());
                worker.metrics.sweep();
                // An idle worker must not keep an old configuration alive.
                worker.active();
            }
        }
    }
}

// === impl Worker ===

impl Worker {
    /// The configuration that is active now. One exchange asks once.
    pub(crate) fn active(&self) -> Arc<Active> {
        self.active.borrow_mut().load().clone()
    }
}

/// A seed that differs between workers and runs; it needs no secrecy.
fn seed() -> u64 {
    RandomState::new().build_hasher().finish()
}
