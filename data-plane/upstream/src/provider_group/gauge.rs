//! How many of something are under way.
//!
//! Owns a count that guards raise and lower. Must not know what is counted. Invariant: the count goes down exactly
//! once for each time it went up, whatever becomes of the guard's owner, and a bound is never passed.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

/// A count of what is under way now.
#[derive(Debug, Default)]
pub struct Gauge(Arc<AtomicU32>);

/// One that is under way; dropping it ends that.
#[derive(Debug)]
pub struct Underway(Arc<AtomicU32>);

// === impl Gauge ===

impl Gauge {
    /// How many are under way.
    pub fn get(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    /// One more.
    pub fn enter(&self) -> Underway {
        self.0.fetch_add(1, Ordering::Relaxed);
        Underway(self.0.clone())
    }

    /// One more, unless there are `most` already.
    pub fn try_enter(&self, most: u32) -> Option<Underway> {
        let raised = |count: u32| (count < most).then(|| count.saturating_add(1));
        self.0
            .try_update(Ordering::Relaxed, Ordering::Relaxed, raised)
            .ok()?;
        Some(Underway(self.0.clone()))
    }
}

// === impl Underway ===

impl Drop for Underway {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn a_bound_holds_under_concurrency() {
        let (free, bounded) = (Gauge::default(), Gauge::default());
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..2_000 {
                        let _free = free.enter();
                        let _bounded = bounded.try_enter(2);
                        assert!(bounded.get() <= 2);
                    }
                });
            }
        });
        assert_eq!((free.get(), bounded.get()), (0, 0));
        let held: Vec<_> = (0..5).map(|_| bounded.try_enter(3)).collect();
        assert_eq!(held.iter().filter(|guard| guard.is_some()).count(), 3);
        assert!(bounded.try_enter(0).is_none());
    }
}
