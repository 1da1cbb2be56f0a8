//! A moving average that many threads feed.
//!
//! Owns the exponentially weighted average and its one constant. Must not know what is measured. Invariant: no
//! sample is lost, and the value is always finite.

use std::sync::atomic::{AtomicU64, Ordering};

/// Share of a new sample (llm.md 3.2).
const ALPHA: f64 = 0.3;

/// An exponentially weighted moving average; it may have no value yet.
#[derive(Debug)]
pub(super) struct Average {
    /// Bits of the value; those of a NaN where there is none.
    bits: AtomicU64,
}

// === impl Average ===

impl Average {
    /// Without a value.
    pub(super) fn unset() -> Average {
        Average::starting_at(f64::NAN)
    }

    /// With a value.
    pub(super) fn starting_at(value: f64) -> Average {
        Average {
            bits: AtomicU64::new(value.to_bits()),
        }
    }

    /// The value, if there is one.
    pub(super) fn get(&self) -> Option<f64> {
        finite(self.bits.load(Ordering::Relaxed))
    }

    /// Forgets what was measured.
    pub(super) fn set(&self, value: f64) {
        self.bits.store(value.to_bits(), Ordering::Relaxed);
    }

    /// Takes a sample in and returns the new value. Without a value before, `start` stands for it, and without that
    /// the sample itself.
    pub(super) fn feed(&self, sample: f64, start: Option<f64>) -> f64 {
        let next = |bits: u64| {
            let before = finite(bits).or(start).unwrap_or(sample);
            let after = before + ALPHA * (sample - before);
            after.to_bits()
        };
        self.bits.update(Ordering::Relaxed, Ordering::Relaxed, next);
        self.get().unwrap_or(sample)
    }
}

fn finite(bits: u64) -> Option<f64> {
    Some(f64::from_bits(bits)).filter(|value| value.is_finite())
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[track_caller]
    fn check(average: &Average, start: Option<f64>, samples: &[f64], expected: f64) {
        for &sample in samples {
            average.feed(sample, start);
        }
        let found = average.get().expect("a value");
        assert!((found - expected).abs() < 1e-9, "{found}, not {expected}");
    }

    #[test]
    fn samples_weigh_three_tenths() {
        check(&Average::starting_at(1.0), None, &[0.0], 0.7);
        check(&Average::starting_at(1.0), Some(9.0), &[0.0, 0.0], 0.49);
        check(&Average::unset(), None, &[2.0], 2.0);
        check(&Average::unset(), Some(1.0), &[2.0], 1.3);
        assert_eq!(Average::unset().get(), None);
    }

    #[test]
    fn no_sample_is_lost() {
        // 40 zeros from four threads come to the same as 40 in a row.
        let average = Average::starting_at(1e9);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..10 {
                        average.feed(0.0, None);
                    }
                });
            }
        });
        let expected = 1e9 * 0.7f64.powi(40);
        assert!((average.get().expect("a value") - expected).abs() < 1e-3 * expected);
    }
}
