//! What was used while the store is away, until it can be told.
//!
//! Owns one order for each counter, which grows: a long outage costs memory by the counter, not by the request. Must not send.
//! Invariant: only what was never sent is added up, so that an order counts once under its name.

use std::{collections::HashMap, time::Duration};

use dp_policy::budget::{Counter, Order, Step};

/// By counter and the begin of its window.
#[derive(Default)]
pub(super) struct Debts(HashMap<(Counter, Duration), Order>);

// === impl Debts ===

impl Debts {
    /// Takes in an order that was not sent; gives it back where it is none that can be added up, or where there are `most`
    /// counters.
    #[must_use]
    pub(super) fn add(&mut self, order: Order, most: usize) -> Option<Order> {
        let Step::Add(more) = order.step else {
            return Some(order);
        };
        let key = (order.counter.clone(), order.period.start);
        if let Some(known) = self.0.get_mut(&key) {
            if let Step::Add(amount) = &mut known.step {
                *amount = amount.saturating_add(more);
            }
            return None;
        }
        if self.0.len() >= most {
            return Some(order);
        }
        self.0.insert(key, order);
        None
    }

    /// All of them.
    pub(super) fn take(&mut self) -> Vec<Order> {
        self.0.drain().map(|(_, order)| order).collect()
    }

    /// One of them.
    pub(super) fn take_one(&mut self) -> Option<Order> {
        let key = self.0.keys().next()?.clone();
        self.0.remove(&key)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use dp_policy::budget::{Counter, Order, OrderPart, Period, RequestId, Step, Window};

    use super::Debts;

    fn order(id: u128, key: &str, start: u64, step: Step) -> Order {
        Order {
            id: RequestId(id),
            part: OrderPart::Lent,
            counter: Counter {
                budget: "budget".into(),
                key: key.into(),
                window: Window::Day,
            },
            period: Period {
                start: Duration::from_secs(start),
                end: Duration::from_secs(start + 1),
            },
            step,
        }
    }

    #[test]
    fn what_one_counter_owes_is_one_order() {
        let mut debts = Debts::default();
        for id in 0..1000 {
            let left = debts.add(order(id, "a", 0, Step::Add(2)), 1);
            assert_eq!(left, None);
        }
        assert_eq!(debts.len(), 1);
        assert_eq!(debts.take(), [order(0, "a", 0, Step::Add(2000))]);
        assert_eq!((debts.len(), debts.take_one()), (0, None));
    }

    #[test]
    fn counters_and_windows_are_told_apart_and_bounded() {
        let mut debts = Debts::default();
        let add = |debts: &mut Debts, key, start| {
            debts
                .add(order(1, key, start, Step::Add(u64::MAX)), 2)
                .is_none()
        };
        assert!(add(&mut debts, "a", 0) && add(&mut debts, "a", 1));
        assert!(!add(&mut debts, "b", 0), "no room");
        assert!(add(&mut debts, "a", 1), "it has room already");
        let one = debts.take_one().expect("one");
        assert_eq!(one.step, Step::Add(u64::MAX));
        assert_eq!(debts.len(), 1);
        let back = order(1, "a", 0, Step::Back(1));
        assert_eq!(debts.add(back.clone(), 9), Some(back));
    }
}
