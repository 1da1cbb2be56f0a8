//! How long past answers were.
//!
//! Owns a small histogram that forgets. Must not know models: the caller keeps one per model ([`super::PastByModel`]). A bound that
//! it gives is never below the answers it speaks of, and at most twice as long.

/// A bucket per power of two.
const BUCKETS: usize = 65;

/// After so many answers, all that were counted weigh half.
const HALF_LIFE: u32 = 1024;

/// Fewer answers promise nothing.
const ENOUGH: u32 = 20;

/// Lengths of past answers.
#[derive(Clone, Debug)]
pub struct PastOutputs {
    counts: [u32; BUCKETS],
    total: u32,
}

// === impl PastOutputs ===

impl PastOutputs {
    /// No answer yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            counts: [0; BUCKETS],
            total: 0,
        }
    }

    /// Counts an answer.
    pub fn note(&mut self, tokens: u64) {
        if self.total >= HALF_LIFE {
            self.counts = self.counts.map(|count| count / 2);
            self.total = self.counts.iter().sum();
        }
        if let Some(count) = self.counts.get_mut(bucket(tokens)) {
            *count += 1;
            self.total += 1;
        }
    }

    /// A length that 19 of 20 answers did not exceed; `None` before there were enough.
    #[must_use]
    pub fn p95(&self) -> Option<u64> {
        if self.total < ENOUGH {
            return None;
        }
        let mut above = self.total;
        for (bucket, count) in self.counts.iter().enumerate() {
            above -= count;
            if above <= self.total / 20 {
                return Some(longest(bucket));
            }
        }
        None
    }
}

impl Default for PastOutputs {
    fn default() -> Self {
        Self::new()
    }
}

/// Bucket `n` holds lengths of `n` binary digits.
fn bucket(tokens: u64) -> usize {
    usize::try_from(u64::BITS - tokens.leading_zeros()).unwrap_or_default()
}

fn longest(bucket: usize) -> u64 {
    let digits = u32::try_from(bucket).unwrap_or(u64::BITS);
    1_u64
        .checked_shl(digits)
        .map_or(u64::MAX, |above| above - 1)
}

#[cfg(test)]
mod tests {
    use super::PastOutputs;
    use proptest::prelude::{any, prop, prop_assert, proptest};

    #[track_caller]
    fn check(answers: &[(u64, usize)], expected: Option<u64>) {
        let mut past = PastOutputs::new();
        for (tokens, times) in answers {
            (0..*times).for_each(|_| past.note(*tokens));
        }
        assert_eq!(past.p95(), expected);
    }

    #[test]
    fn one_in_twenty_may_be_longer() {
        check(&[], None);
        check(&[(100, 19)], None);
        check(&[(100, 20)], Some(127));
        check(&[(0, 20)], Some(0));
        check(&[(u64::MAX, 20)], Some(u64::MAX));
        check(&[(100, 19), (5000, 1)], Some(127));
        check(&[(100, 18), (5000, 2)], Some(8191));
    }

    #[test]
    fn what_was_long_ago_is_forgotten() {
        check(&[(5000, 1000), (100, 1000)], Some(8191));
        check(&[(5000, 1000), (100, 20_000)], Some(127));
    }

    proptest! {
        #[test]
        fn the_bound_holds_for_19_of_20(lengths in prop::collection::vec(any::<u32>(), 20..500)) {
            let mut past = PastOutputs::new();
            lengths.iter().for_each(|tokens| past.note(u64::from(*tokens)));
            let bound = past.p95().expect("enough");
            let above = lengths.iter().filter(|tokens| u64::from(**tokens) > bound).count();
            prop_assert!(above * 20 <= lengths.len());
        }
    }
}
