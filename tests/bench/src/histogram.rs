//! Latencies in logarithmic buckets: 1 % wide, no allocation while measuring.
//!
//! Owns recording and percentiles. Must not know what was measured.

use std::time::Duration;

/// Buckets per factor of e.
const PER_E: f64 = 100.0;
const BUCKETS: usize = 2000;

/// Counts of latencies.
#[derive(Clone, Debug)]
pub(crate) struct Histogram {
    counts: Vec<u64>,
    total: u64,
}

impl Histogram {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Histogram {
            counts: vec![0; BUCKETS],
            total: 0,
        }
    }

    /// Counts one.
    pub(crate) fn record(&mut self, latency: Duration) {
        let micros = (latency.as_secs_f64() * 1e6).max(1.0);
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a logarithm of at least 1 is small and not negative"
        )]
        let bucket = ((micros.ln() * PER_E) as usize).min(BUCKETS - 1);
        if let Some(count) = self.counts.get_mut(bucket) {
            *count += 1;
        }
        self.total += 1;
    }

    /// Adds the counts of another.
    pub(crate) fn add(&mut self, other: &Histogram) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self.total += other.total;
    }

    /// How many.
    pub(crate) fn total(&self) -> u64 {
        self.total
    }

    /// The latency that this share of requests stays below, in microseconds.
    #[allow(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub(crate) fn micros(&self, share: f64) -> f64 {
        let wanted = self.total as f64 * share;
        let mut seen = 0.0;
        for (bucket, count) in self.counts.iter().enumerate() {
            seen += *count as f64;
            if seen >= wanted {
                return ((bucket as f64 + 0.5) / PER_E).exp();
            }
        }
        f64::NAN
    }
}

#[cfg(test)]
mod tests {
    use super::Histogram;
    use std::time::Duration;

    #[test]
    fn percentiles_are_within_a_bucket() {
        let mut histogram = Histogram::new();
        for micros in 1..=1000 {
            histogram.record(Duration::from_micros(micros));
        }
        assert_eq!(histogram.total(), 1000);
        assert!((histogram.micros(0.5) / 500.0 - 1.0).abs() < 0.02);
        assert!((histogram.micros(0.99) / 990.0 - 1.0).abs() < 0.02);
    }
}
