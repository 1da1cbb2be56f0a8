//! How much work one evaluation may cause.
//!
//! A step is about what one node costs; long texts and lists cost more. Invariant: whatever grows with an input is charged
//! before it is done.

use std::cell::Cell;

use crate::error::Problem;

/// Steps of one evaluation: some milliseconds at worst.
const MOST: u32 = 100_000;
/// Bytes that are looked at, or copied, in a step.
const BYTES: usize = 128;

/// What is left.
pub(crate) struct Steps(Cell<u32>);

// === impl Steps ===

impl Steps {
    pub(crate) fn new() -> Steps {
        Steps(Cell::new(MOST))
    }

    pub(crate) fn take(&self, count: usize) -> Result<(), Problem> {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        let left = self.0.get().checked_sub(count).ok_or(Problem::Steps);
        self.0.set(left.unwrap_or(0));
        left.map(|_| ())
    }

    pub(crate) fn take_bytes(&self, count: usize) -> Result<(), Problem> {
        self.take(count / BYTES + 1)
    }
}
