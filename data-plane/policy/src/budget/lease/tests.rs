//! Leases: several proxies over one store that is a model of the script.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroU64;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use proptest::prelude::{any, prop, prop_assert, proptest};

use super::{Granted, Leases, Order, Part, Step};
use crate::budget::{
    Amount, Charge, Claim, Counter, Denied, OnOutage, RequestId, Store, Used, Window,
};

const NOW: Duration = Duration::from_secs(20_000 * 86_400);

/// What the script does, in plain Rust.
#[derive(Default)]
struct Shared {
    taken: Cell<u64>,
    done: RefCell<HashMap<(RequestId, Part), u64>>,
}

impl Shared {
    fn run(&self, order: &Order) -> Granted {
        let mut done = self.done.borrow_mut();
        let taken = self.taken.get();
        let amount = *done
            .entry((order.id, order.part))
            .or_insert_with(|| match order.step {
                Step::Take { need, want, limit } => {
                    let room = limit.map_or(want, |limit| limit.saturating_sub(taken).min(want));
                    let amount = if room < need { 0 } else { room };
                    self.taken.set(taken + amount);
                    amount
                }
                Step::Add(amount) => {
                    self.taken.set(taken + amount);
                    amount
                }
                Step::Back(amount) => {
                    self.taken.set(taken.saturating_sub(amount));
                    amount
                }
            });
        Granted {
            amount,
            fleet: self.taken.get(),
        }
    }
}

struct Proxy {
    leases: Leases,
    orders: Receiver<Order>,
    serial: Cell<u128>,
}

impl Proxy {
    fn new(first: u128) -> Self {
        let (sender, orders) = channel();
        let send = move |order| sender.send(order).expect("receiver");
        Self {
            leases: Leases::new(100, Box::new(send)),
            orders,
            serial: Cell::new(first << 64),
        }
    }

    fn next(&self) -> RequestId {
        self.serial.set(self.serial.get() + 1);
        RequestId(self.serial.get())
    }

    /// Reserves as a request does: asks for what is missing, and tries again.
    fn reserve(&self, store: &Shared, claim: &Claim, now: Duration) -> Result<RequestId, Denied> {
        let id = self.next();
        let claims = std::slice::from_ref(claim);
        for attempt in 0..4 {
            for order in self.leases.missing(id, attempt, claims, now) {
                self.leases.granted(&order, store.run(&order), now);
            }
            match self.leases.reserve(id, claims, now) {
                Err(Denied::Short) => {}
                other => return other.map(|_| id),
            }
        }
        Err(Denied::Short)
    }

    fn settle(&self, id: RequestId, amount: u128) {
        let charge = Charge {
            counter: counter(),
            amount: Amount(amount),
        };
        self.leases.settle(id, &[charge]);
    }

    /// Sends what is to be told, each twice: the first answer was lost.
    fn tell(&self, store: &Shared, now: Duration) {
        for order in self.orders.try_iter() {
            store.run(&order);
            self.leases.granted(&order, store.run(&order), now);
        }
    }
}

fn counter() -> Counter {
    Counter {
        budget: "b".into(),
        key: "k".into(),
        window: Window::Day,
    }
}

fn claim(amount: u128, limit: u128) -> Claim {
    Claim {
        counter: counter(),
        period: Window::Day.period(NOW),
        amount: Amount(amount),
        is_billed: false,
        limit: Some(Amount(limit)),
        outage: OnOutage::FailClosed,
        grain: 1,
    }
}

fn used(settled: u128, reserved: u128) -> Option<Used> {
    Some(Used {
        settled: Amount(settled),
        reserved: Amount(reserved),
    })
}

#[test]
fn fifty_requests_at_once_pass_a_limit_for_five_five_times() {
    let (store, proxies) = (Shared::default(), [Proxy::new(1), Proxy::new(2)]);
    let claim = claim(100, 500);
    // Two proxies, and all ask before any answer comes.
    let asked: Vec<_> = (0..50)
        .flat_map(|index| {
            let proxy = &proxies[index % 2];
            let id = proxy.next();
            let orders = proxy
                .leases
                .missing(id, 0, std::slice::from_ref(&claim), NOW);
            orders.into_iter().map(move |order| (proxy, order))
        })
        .collect();
    assert_eq!(asked.len(), 50);
    for (proxy, order) in &asked {
        proxy.leases.granted(order, store.run(order), NOW);
    }
    let passed = asked.iter().filter(|(proxy, order)| {
        let reserved = proxy
            .leases
            .reserve(order.id, std::slice::from_ref(&claim), NOW);
        reserved.is_ok()
    });
    assert_eq!(passed.count(), 5);
    assert_eq!(store.taken.get(), 500);
}

#[test]
fn a_slice_serves_many_requests_and_goes_back_when_it_rests() {
    let (store, proxy) = (Shared::default(), Proxy::new(1));
    let claim = claim(2, 1000);
    let ids: Vec<_> = (0..5)
        .map(|_| proxy.reserve(&store, &claim, NOW).expect("within"))
        .collect();
    assert_eq!((store.taken.get(), store.done.borrow().len()), (10, 1));
    let today = Window::Day.period(NOW);
    assert_eq!(proxy.leases.used(&counter(), &today), used(0, 10));
    ids.into_iter().for_each(|id| proxy.settle(id, 1));
    assert_eq!(proxy.leases.used(&counter(), &today), used(5, 0));
    proxy.leases.rest(|| proxy.next(), NOW);
    proxy.tell(&store, NOW);
    assert_eq!(store.taken.get(), 10, "not yet");
    let later = NOW + super::REST;
    proxy.leases.rest(|| proxy.next(), later);
    proxy.tell(&store, later);
    assert_eq!(store.taken.get(), 5);
}

#[test]
fn a_proxy_that_is_killed_leaves_a_slice_and_one_that_ends_leaves_nothing() {
    for (is_killed, left) in [(true, 10), (false, 3)] {
        let (store, proxy) = (Shared::default(), Proxy::new(1));
        let id = proxy.reserve(&store, &claim(3, 1000), NOW).expect("within");
        proxy.settle(id, 3);
        if !is_killed {
            proxy.leases.close(|| proxy.next(), NOW);
            proxy.tell(&store, NOW);
        }
        assert_eq!(store.taken.get(), left);
    }
}

#[test]
fn what_a_request_takes_beyond_its_reservation_is_told_once() {
    let (store, proxy) = (Shared::default(), Proxy::new(1));
    let id = proxy.reserve(&store, &claim(50, 100), NOW).expect("within");
    proxy.settle(id, 170);
    proxy.tell(&store, NOW);
    assert_eq!(store.taken.get(), 170);
    assert_eq!(
        proxy
            .reserve(&store, &claim(1, 100), NOW)
            .err()
            .map(|denied| matches!(denied, Denied::Exceeded { .. })),
        Some(true)
    );
}

#[test]
fn what_a_request_takes_while_it_goes_on_is_told_each_time() {
    let (store, proxies) = (Shared::default(), [Proxy::new(1), Proxy::new(2)]);
    let [first, second] = &proxies;
    let ids = [first, second].map(|proxy| {
        let id = proxy.reserve(&store, &claim(1, 100), NOW);
        (proxy, id.expect("within"))
    });
    let raise = |(proxy, id): (&Proxy, RequestId), amount| {
        let charge = Charge {
            counter: counter(),
            amount: Amount(amount),
        };
        let used = proxy.leases.raise(id, &[charge]);
        proxy.tell(&store, NOW);
        used[0].map(|used| used.total().0)
    };
    assert_eq!(raise(ids[0], 40), Some(40));
    // Less is nothing new; what the other holds came with the answer.
    assert_eq!(raise(ids[0], 30), Some(41));
    assert_eq!(raise(ids[1], 20), Some(21));
    assert_eq!(raise(ids[1], 20), Some(60));
    assert_eq!(raise(ids[0], 70), Some(71));
    assert_eq!(store.taken.get(), 90);
    ids[0].0.settle(ids[0].1, 75);
    ids[1].0.settle(ids[1].1, 20);
    proxies.iter().for_each(|proxy| proxy.tell(&store, NOW));
    assert_eq!(store.taken.get(), 95);
    assert_eq!(raise(ids[0], 99), None, "it is over");
}

#[test]
fn a_refusal_stands_for_a_second() {
    let (store, proxy) = (Shared::default(), Proxy::new(1));
    let claims = [claim(60, 100)];
    proxy.reserve(&store, &claims[0], NOW).expect("within");
    proxy.reserve(&store, &claims[0], NOW).expect_err("beyond");
    let missing = |claims: &[Claim], now| proxy.leases.missing(proxy.next(), 0, claims, now).len();
    assert_eq!(missing(&claims, NOW), 0, "it is known");
    assert_eq!(missing(&[claim(30, 100)], NOW), 1, "less may fit");
    assert_eq!(missing(&claims, NOW + super::REST), 1);
}

#[test]
fn what_nobody_waits_for_is_not_counted_later() {
    for is_counted in [false, true] {
        let (store, proxy) = (Shared::default(), Proxy::new(1));
        let claims = [claim(60, 100)];
        let orders = proxy.leases.missing(proxy.next(), 0, &claims, NOW);
        if is_counted {
            store.run(&orders[0]);
        }
        let again = orders[0].clone().again();
        proxy.leases.granted(&again, store.run(&again), NOW);
        store.run(&orders[0]);
        let counted = if is_counted { 60 } else { 0 };
        assert_eq!(store.taken.get(), counted);
        // What was counted serves the next one, and nothing is taken for refused.
        proxy.reserve(&store, &claims[0], NOW).expect("within");
        assert_eq!(store.taken.get(), 60);
    }
}

#[track_caller]
fn check_outage(outage: OnOutage, expected: &[&str]) {
    let (store, proxy) = (Shared::default(), Proxy::new(1));
    let claim = Claim {
        outage,
        ..claim(40, 100)
    };
    let claims = std::slice::from_ref(&claim);
    for order in proxy.leases.missing(proxy.next(), 0, claims, NOW) {
        proxy.leases.is_away(&order, NOW + Duration::from_secs(5));
        proxy.leases.gave_up(&order);
    }
    let said = |_| match proxy.reserve(&store, &claim, NOW) {
        Ok(_) => "ok",
        Err(Denied::Exceeded { .. }) => "exceeded",
        Err(Denied::Short) => "short",
        Err(Denied::Unavailable) => "unavailable",
    };
    let said: Vec<_> = (0..3).map(said).collect();
    assert_eq!(said, expected);
    // When the store is back it learns of all that went out.
    proxy.tell(&store, NOW);
    let passed = expected.iter().filter(|said| **said == "ok").count() as u64;
    assert_eq!(store.taken.get(), passed * 40);
}

#[test]
fn while_the_store_is_away_a_proxy_spends_one_limit_or_nothing() {
    check_outage(OnOutage::FailOpen, &["ok", "ok", "exceeded"]);
    check_outage(OnOutage::FailClosed, &["unavailable"; 3]);
}

#[test]
fn money_is_counted_in_whole_grains() {
    let (store, proxy) = (Shared::default(), Proxy::new(1));
    let claim = Claim {
        grain: 1000,
        ..claim(1_500, 5_999)
    };
    for _ in 0..3 {
        proxy.reserve(&store, &claim, NOW).expect("within");
    }
    assert_eq!(store.taken.get(), 5);
    proxy
        .reserve(&store, &claim, NOW)
        .expect_err("5 grains and no more");
}

#[test]
fn a_window_that_has_ended_is_forgotten() {
    let (store, proxy) = (Shared::default(), Proxy::new(1));
    let id = proxy.reserve(&store, &claim(5, 10), NOW).expect("within");
    let tomorrow = NOW + Duration::from_secs(86_400);
    let next = Claim {
        period: Window::Day.period(tomorrow),
        ..claim(5, 10)
    };
    let hourly = Claim {
        counter: Counter {
            window: Window::Custom(NonZeroU64::MIN),
            ..counter()
        },
        ..next.clone()
    };
    proxy
        .reserve(&Shared::default(), &next, tomorrow)
        .expect("a new window");
    proxy
        .reserve(&Shared::default(), &hourly, tomorrow)
        .expect("another counter");
    proxy.settle(id, 100);
    assert_eq!(proxy.orders.try_iter().count(), 0, "it was of yesterday");
}

proptest! {
    /// Whatever happens, in whatever order, the store counts what was used, and never more than the limit beyond
    /// what requests took over their reservations.
    #[test]
    fn the_fleet_never_passes_the_limit(
        steps in prop::collection::vec((0_usize..3, 0_u8..4, 1_u128..60, any::<bool>()), 1..120),
    ) {
        const LIMIT: u128 = 500;
        let store = Shared::default();
        let proxies = [Proxy::new(1), Proxy::new(2), Proxy::new(3)];
        let mut open: BTreeMap<usize, Vec<(RequestId, u128)>> = BTreeMap::new();
        let (mut real, mut over, mut now) = (0_u128, 0_u128, NOW);
        for (at, kind, amount, is_over) in steps {
            let proxy = &proxies[at];
            match kind {
                0 | 1 => {
                    if let Ok(id) = proxy.reserve(&store, &claim(amount, LIMIT), now) {
                        open.entry(at).or_default().push((id, amount));
                    }
                }
                2 => {
                    if let Some((id, held)) = open.entry(at).or_default().pop() {
                        let took = if is_over { held + amount } else { held.saturating_sub(amount) };
                        proxy.settle(id, took);
                        real += took;
                        over += took.saturating_sub(held);
                    }
                }
                _ => {
                    now += Duration::from_secs(2);
                    proxy.leases.rest(|| proxy.next(), now);
                }
            }
            proxy.tell(&store, now);
            let held: u128 = open.values().flatten().map(|(_, held)| held).sum();
            let taken = u128::from(store.taken.get());
            prop_assert!(taken >= real + held, "{taken} < {real} + {held}");
            prop_assert!(taken <= LIMIT + over, "{taken} > {LIMIT} + {over}");
        }
    }
}
