//! Local rate limits of tokens and requests (llm.md L-1..L-5).
//!
//! Owns the arithmetic of one bucket: filling in steps, taking, holding, giving back, debt. Must not know keys, headers or
//! clocks: `now` is the time since any fixed moment, from a clock that never runs back. Invariant: a bucket holds at
//! most its maximum, and without debt at least zero. What is counted starts anew with the process.

use std::cmp::Ordering;
use std::fmt;
use std::num::NonZeroU64;
use std::time::Duration;

mod keyed;

pub use keyed::{Buckets, Reservation, Settled};

/// A limit: how many tokens a bucket holds, and how it fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenBucket {
    max_tokens: NonZeroU64,
    tokens_per_fill: NonZeroU64,
    fill_interval: Duration,
    unit: Unit,
    floor: Floor,
}

/// What a limit counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Requests. Each is one when it begins, and remains one however it ends.
    #[default]
    Requests,
    /// Tokens of models: what is expected is taken first, and made right when the answer has ended.
    Tokens,
}

/// How low a bucket can get, where an answer was longer than expected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Floor {
    /// To zero: what is more is forgiven.
    #[default]
    Zero,
    /// Below zero: what is more is paid back before anything is let through.
    Debt,
}

/// Why a limit is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// A bucket that holds nothing.
    #[error("maxTokens: must be at least 1")]
    MaxTokens,
    /// A bucket that never fills.
    #[error("tokensPerFill: must be at least 1")]
    TokensPerFill,
    /// A bucket that fills at once.
    #[error("fillInterval: must be longer than zero")]
    FillInterval,
}

/// How a bucket stands, for `x-ratelimit-*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What it counts.
    pub unit: Unit,
    /// What it holds at most.
    pub limit: u64,
    /// What it holds; zero where it is in debt.
    pub remaining: u64,
    /// Until it is full.
    pub reset: Duration,
}

/// A request that is not let through: 429.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    /// How the bucket stands.
    pub standing: Standing,
    /// When it would be let through, if nobody else comes; absent where it never would, because more is expected of
    /// it than the bucket holds.
    pub retry_after: Option<Duration>,
}

/// What a bucket holds.
#[derive(Clone, Copy, Debug)]
struct Level {
    available: i128,
    filled: Duration,
    /// Reservations that are not settled.
    open: u32,
}

// === impl TokenBucket ===

impl TokenBucket {
    /// A limit of requests that does not go below zero.
    pub fn try_new(
        max_tokens: u64,
        tokens_per_fill: u64,
        fill_interval: Duration,
    ) -> Result<Self, Invalid> {
        if fill_interval.is_zero() {
            return Err(Invalid::FillInterval);
        }
        Ok(Self {
            max_tokens: NonZeroU64::new(max_tokens).ok_or(Invalid::MaxTokens)?,
            tokens_per_fill: NonZeroU64::new(tokens_per_fill).ok_or(Invalid::TokensPerFill)?,
            fill_interval,
            unit: Unit::default(),
            floor: Floor::default(),
        })
    }

    /// The same, counting something else.
    #[must_use]
    pub fn counting(self, unit: Unit) -> Self {
        Self { unit, ..self }
    }

    /// The same, with another floor.
    #[must_use]
    pub fn down_to(self, floor: Floor) -> Self {
        Self { floor, ..self }
    }

    /// What it counts.
    #[must_use]
    pub fn unit(&self) -> Unit {
        self.unit
    }

    fn max(&self) -> i128 {
        i128::from(self.max_tokens.get())
    }

    /// What must be there for a request of which `estimate` is expected; `None` where that can never be.
    fn needed(&self, estimate: u64) -> Option<i128> {
        let needed = i128::from(estimate.max(1));
        match self.floor {
            // What is more than a bucket holds is paid back later.
            Floor::Debt => Some(needed.min(self.max())),
            Floor::Zero => (needed <= self.max()).then_some(needed),
        }
    }

    /// Fills from `from` to `to`.
    fn fills(&self, from: i128, to: i128) -> u128 {
        let missing = u128::try_from(to.saturating_sub(from)).unwrap_or_default();
        missing.div_ceil(u128::from(self.tokens_per_fill.get()))
    }
}

impl fmt::Display for TokenBucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Requests => "requests",
            Unit::Tokens => "tokens",
        };
        write!(
            f,
            "{} {unit} each {:?}",
            self.tokens_per_fill, self.fill_interval
        )?;
        match self
            .max_tokens
            .get()
            .saturating_sub(self.tokens_per_fill.get())
        {
            0 => {}
            burst => write!(f, " and a burst of {burst}")?,
        }
        match self.floor {
            Floor::Zero => Ok(()),
            Floor::Debt => f.write_str(", paid back where more was taken"),
        }
    }
}

// === impl Level ===

impl Level {
    fn full(limit: &TokenBucket, now: Duration) -> Self {
        Self {
            available: limit.max(),
            filled: now,
            open: 0,
        }
    }

    /// Fills up to `now`, in whole steps. A limit that has changed holds from here on; the level stays.
    fn fill(&mut self, limit: &TokenBucket, now: Duration) {
        let elapsed = now.saturating_sub(self.filled);
        let interval = limit.fill_interval.as_nanos().max(1);
        let fills = elapsed.as_nanos() / interval;
        if fills > 0 {
            let begun = elapsed.as_nanos() % interval;
            self.filled = now.saturating_sub(nanos(begun));
            let tokens = fills.saturating_mul(u128::from(limit.tokens_per_fill.get()));
            let tokens = i128::try_from(tokens).unwrap_or(i128::MAX);
            self.available = self.available.saturating_add(tokens);
        }
        self.available = self.available.min(limit.max());
    }

    fn take(&mut self, limit: &TokenBucket, estimate: u64, now: Duration) -> Result<(), Refused> {
        self.fill(limit, now);
        let needed = limit.needed(estimate);
        if needed.is_some_and(|needed| self.available >= needed) {
            self.available -= i128::from(estimate);
            return Ok(());
        }
        Err(Refused {
            standing: self.standing(limit, now),
            retry_after: needed.map(|needed| self.until(limit, needed, now)),
        })
    }

    /// Takes what is expected of a request that is under way, or what is left where that is less; how much that is.
    /// Only an empty bucket refuses: one request may take more than a bucket ever holds.
    fn hold(&mut self, limit: &TokenBucket, estimate: u64, now: Duration) -> Result<u64, Refused> {
        self.fill(limit, now);
        if self.available < 1 {
            return Err(Refused {
                standing: self.standing(limit, now),
                retry_after: Some(self.until(limit, 1, now)),
            });
        }
        let held = match limit.floor {
            Floor::Debt => estimate,
            Floor::Zero => estimate.min(u64::try_from(self.available).unwrap_or(u64::MAX)),
        };
        self.available -= i128::from(held);
        Ok(held)
    }

    /// Makes right what was taken: `held` was, `real` should have been. Gives what was forgiven. The time does not
    /// matter: what is given back never lifts the level above the maximum, now or later.
    fn settle(&mut self, limit: &TokenBucket, held: u64, real: u64) -> u64 {
        let back = i128::from(held) - i128::from(real);
        if back >= 0 {
            self.available = self.available.saturating_add(back).min(limit.max());
            return 0;
        }
        let after = self.available.saturating_add(back);
        let floored = match limit.floor {
            Floor::Debt => after,
            // A debt from before, under another configuration, is not forgiven here.
            Floor::Zero => after.max(self.available.min(0)),
        };
        self.available = floored;
        u64::try_from(floored - after).unwrap_or_default()
    }

    fn is_full(&mut self, limit: &TokenBucket, now: Duration) -> bool {
        self.fill(limit, now);
        self.open == 0 && self.available >= limit.max()
    }

    fn standing(&self, limit: &TokenBucket, now: Duration) -> Standing {
        Standing {
            unit: limit.unit,
            limit: limit.max_tokens.get(),
            remaining: u64::try_from(self.available).unwrap_or_default(),
            reset: self.until(limit, limit.max(), now),
        }
    }

    /// How long until `needed` is there.
    fn until(&self, limit: &TokenBucket, needed: i128, now: Duration) -> Duration {
        let fills = limit.fills(self.available, needed);
        let wait = fills.saturating_mul(limit.fill_interval.as_nanos());
        let waited = now.saturating_sub(self.filled).as_nanos();
        nanos(wait.saturating_sub(waited))
    }
}

// === impl Standing ===

impl Standing {
    /// The one of which the smallest part remains: what a client is told where several limits hold.
    #[must_use]
    pub fn tightest(standings: impl IntoIterator<Item = Self>) -> Option<Self> {
        standings.into_iter().min_by(Self::by_part)
    }

    fn by_part(&self, other: &Self) -> Ordering {
        let part = |one: &Self, of: &Self| u128::from(one.remaining) * u128::from(of.limit);
        part(self, other)
            .cmp(&part(other, self))
            .then(other.reset.cmp(&self.reset))
    }
}

/// A duration of so many nanoseconds, or the longest one.
fn nanos(nanos: u128) -> Duration {
    const PER_SECOND: u128 = 1_000_000_000;
    let rest = u32::try_from(nanos % PER_SECOND).unwrap_or_default();
    u64::try_from(nanos / PER_SECOND).map_or(Duration::MAX, |secs| Duration::new(secs, rest))
}

#[cfg(test)]
mod tests;
