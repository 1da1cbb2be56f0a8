//! The thread's work: every order until it is answered.
//!
//! Owns sending again, what is told of a store that is away, and the end. Must not look into orders. Invariant: an order
//! ends by an answer or by being given up, and is counted as waiting until then.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use dp_policy::budget::{Leases, Order, RequestId, Step};
use redis::RedisResult;
use tokio::{
    sync::{Semaphore, mpsc, oneshot},
    time::{MissedTickBehavior, interval, sleep, timeout},
};

use super::{Ask, Line, link::Link, now};
use crate::balance::Random;

/// A store that did not answer is not asked by requests for so long.
pub(super) const AWAY: Duration = Duration::from_secs(1);

/// How often leases that rest are looked for.
const TICK: Duration = Duration::from_millis(500);

/// Waits between two tries of an order: the first, and the longest.
const FIRST_WAIT: Duration = Duration::from_millis(50);
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// An order that was not answered for so long is given up: shorter than the store remembers orders.
const GIVE_UP: Duration = Duration::from_secs(600);

/// Orders that are sent at once.
const AT_ONCE: usize = 128;

/// How long the end may take.
const END: Duration = Duration::from_secs(1);

struct Work {
    link: RefCell<Link>,
    leases: Arc<Leases>,
    line: Arc<Line>,
    turns: Semaphore,
    random: RefCell<Random>,
    /// Orders that are being carried out.
    under_way: Cell<usize>,
}

/// Until `stopped`.
pub(super) async fn run(
    link: Link,
    leases: Arc<Leases>,
    line: Arc<Line>,
    mut inbox: mpsc::UnboundedReceiver<Ask>,
    mut stopped: oneshot::Receiver<()>,
) {
    let work = Rc::new(Work {
        link: RefCell::new(link),
        leases,
        line,
        turns: Semaphore::new(AT_ONCE),
        random: RefCell::new(Random::new(seed())),
        under_way: Cell::new(0),
    });
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            ask = inbox.recv() => match ask {
                Some(ask) => work.begin(ask),
                None => return,
            },
            _ = tick.tick() => {
                work.leases.rest(|| work.name(), now());
                work.pay();
            }
            _ = &mut stopped => break,
        }
    }
    work.leases.close(|| work.name(), now());
    let debts = work.line.debts().take();
    work.owe(debts);
    let end = async {
        while let Ok(ask) = inbox.try_recv() {
            work.begin(ask);
        }
        while work.line.waiting.load(Ordering::Relaxed) > 0 {
            sleep(Duration::from_millis(5)).await;
        }
    };
    if timeout(END, end).await.is_err() {
        let waiting = work.line.waiting.load(Ordering::Relaxed);
        tracing::warn!(
            waiting,
            "the store of shared budgets did not answer to the end"
        );
    }
}

/// Differs between proxies: their orders must not have the same names.
fn seed() -> u64 {
    use std::hash::{BuildHasher, Hasher, RandomState};
    RandomState::new().build_hasher().finish()
}

// === impl Work ===

impl Work {
    /// A name that nobody else gives.
    fn name(&self) -> RequestId {
        let mut random = self.random.borrow_mut();
        let (high, low) = (random.next_u64(), random.next_u64());
        RequestId(u128::from(high) << 64 | u128::from(low))
    }

    fn begin(self: &Rc<Self>, ask: Ask) {
        self.under_way.set(self.under_way.get() + 1);
        tokio::task::spawn_local(self.clone().carry_out(ask));
    }

    /// Sends what was used while the store was away: all of it once it is back, and until then one order, where there is no
    /// other that finds out.
    fn pay(self: &Rc<Self>) {
        let is_down = self.line.is_down.load(Ordering::Relaxed);
        let due = match (is_down, self.under_way.get()) {
            (false, _) => self.line.debts().take(),
            (true, 0) => self.line.debts().take_one().into_iter().collect(),
            (true, _) => return,
        };
        self.owe(due);
    }

    fn owe(self: &Rc<Self>, orders: Vec<Order>) {
        // Of a window that is over nobody asks any more.
        for order in orders.into_iter().filter(|order| order.period.end > now()) {
            self.line.waiting.fetch_add(1, Ordering::Relaxed);
            self.begin(Ask { order, done: None });
        }
    }

    async fn carry_out(self: Rc<Self>, ask: Ask) {
        let Ask {
            mut order,
            mut done,
        } = ask;
        let begun = Instant::now();
        let mut wait = FIRST_WAIT;
        let mut is_unsent = true;
        loop {
            let answer = match self.turns.acquire().await {
                Ok(_turn) => self.send(&order).await,
                Err(_) => break,
            };
            match answer {
                Ok(granted) => {
                    self.leases.granted(&order, granted, now());
                    self.note(None);
                    if let Some(done) = done.take() {
                        let _ = done.send(());
                    }
                    break;
                }
                Err(error) => {
                    self.leases.is_away(&order, now() + AWAY);
                    self.note(Some(&error));
                    // Who waits for it has waited enough.
                    done = None;
                    order = order.again();
                    is_unsent &= error.is_connection_refusal();
                }
            }
            if let Step::Take { .. } = order.step {
                // What never got there has nothing to be asked about, but one has to find out when the store is back. What is
                // not taken is no loss.
                let is_needless = is_unsent && self.under_way.get() > 1;
                if is_needless || begun.elapsed() >= GIVE_UP {
                    self.leases.gave_up(&order);
                    break;
                }
            } else if begun.elapsed() >= GIVE_UP {
                self.line.lost.fetch_add(1, Ordering::Relaxed);
                break;
            }
            sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
        self.line.waiting.fetch_sub(1, Ordering::Relaxed);
        self.under_way.set(self.under_way.get().saturating_sub(1));
    }

    async fn send(&self, order: &Order) -> RedisResult<dp_policy::budget::Granted> {
        let connection = self.link.borrow_mut().connection()?;
        let call = {
            let link = self.link.borrow();
            link.call(order)
        };
        call.run(connection).await
    }

    /// Says once that the store is away, and once that it is back.
    fn note(&self, error: Option<&redis::RedisError>) {
        let was_down = self.line.is_down.swap(error.is_some(), Ordering::Relaxed);
        match error {
            // The kind alone: a text could hold what was sent.
            Some(error) if !was_down => tracing::warn!(
                reason = error.category(),
                "the store of shared budgets does not answer; budgets do as their failureMode says"
            ),
            None if was_down => tracing::info!("the store of shared budgets answers again"),
            Some(_) | None => {}
        }
    }
}
