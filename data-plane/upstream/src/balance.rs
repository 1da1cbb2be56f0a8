//! Which endpoint gets the next request.
//!
//! Owns the choice alone: weighted, least loaded of two drawn at random. Must not know sockets or where the
//! load figures live; randomness comes in as an argument. Invariant: weight 0 is never picked, and the
//! choice depends on nothing but the arguments.

/// The weights of a set of endpoints or clusters, prepared for drawing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weights {
    /// Running totals; entry `i` is the sum of the weights up to and with `i`.
    totals: Vec<u64>,
}

/// Draws two by weight and takes the one with the lower load for its weight (power of two choices).
/// `None` where all weights are 0.
pub fn pick(
    weights: &Weights,
    load: impl Fn(usize) -> u32,
    mut random: impl FnMut() -> u64,
) -> Option<usize> {
    let first = weights.draw(&mut random)?;
    if weights.totals.len() == 1 {
        // The common case: nothing to compare.
        return Some(first);
    }
    let second = weights.draw(random)?;
    // load / weight compared without division; a tie keeps the first, so idle endpoints share by weight.
    let cost = |own: usize, other: usize| u64::from(load(own)) * weights.weight(other);
    Some(if cost(second, first) < cost(first, second) {
        second
    } else {
        first
    })
}

/// A small generator for balancing; each worker has its own, so none needs a lock.
#[derive(Debug)]
pub struct Random(u64);

// === impl Weights ===

impl Weights {
    /// Weights in the order of the endpoints; 0 takes one out.
    pub fn new(weights: impl IntoIterator<Item = u32>) -> Weights {
        let mut total = 0u64;
        let totals = weights.into_iter().map(|weight| {
            total += u64::from(weight);
            total
        });
        Weights {
            totals: totals.collect(),
        }
    }

    /// Draws an index by weight alone; `None` where all weights are 0.
    pub fn draw(&self, random: impl FnOnce() -> u64) -> Option<usize> {
        let total = *self.totals.last()?;
        if total == 0 {
            return None;
        }
        let point = random() % total;
        Some(self.totals.partition_point(|&upper| upper <= point))
    }

    fn weight(&self, index: usize) -> u64 {
        let upper = self.totals.get(index).copied().unwrap_or(0);
        let lower = index
            .checked_sub(1)
            .and_then(|before| self.totals.get(before))
            .copied();
        upper - lower.unwrap_or(0)
    }
}

// === impl Random ===

impl Random {
    /// Starts from a seed; equal seeds give equal sequences.
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// The next 64 bits (SplitMix64).
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(endpoints: &[(u32, u32)], expected_shares: &[f64]) {
        let weights = Weights::new(endpoints.iter().map(|e| e.0));
        let mut random = Random::new(7);
        let mut hits = vec![0u32; endpoints.len()];
        let rounds = 20_000;
        for _ in 0..rounds {
            let index = pick(&weights, |i| endpoints[i].1, || random.next_u64());
            hits[index.expect("something to pick")] += 1;
        }
        for (hit, expected) in hits.iter().zip(expected_shares) {
            let share = f64::from(*hit) / f64::from(rounds);
            assert!(
                (share - expected).abs() < 0.02,
                "{hits:?} for {expected_shares:?}"
            );
        }
    }

    #[test]
    fn equal_weights_and_loads_share_equally() {
        check(&[(1, 0), (1, 0), (1, 0), (1, 0)], &[0.25, 0.25, 0.25, 0.25]);
    }

    #[test]
    fn idle_endpoints_share_by_weight() {
        check(&[(90, 0), (10, 0)], &[0.9, 0.1]);
    }

    #[test]
    fn load_counts_relative_to_weight() {
        check(&[(3, 30), (1, 10)], &[0.75, 0.25]);
    }

    #[test]
    fn the_loaded_one_gets_only_what_it_is_drawn_twice_for() {
        check(&[(1, 0), (1, 50)], &[0.75, 0.25]);
    }

    #[test]
    fn weight_zero_is_never_picked() {
        check(&[(0, 0), (1, 9), (0, 0)], &[0.0, 1.0, 0.0]);
        check(&[(1, 9), (0, 0)], &[1.0, 0.0]);
    }

    #[test]
    fn nothing_to_pick() {
        for weights in [Weights::new([]), Weights::new([0]), Weights::new([0, 0])] {
            assert_eq!(pick(&weights, |_| 0, || 3), None);
        }
    }
}
