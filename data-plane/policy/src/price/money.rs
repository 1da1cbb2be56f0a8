//! Amounts and rates in USD, exact.
//!
//! Owns the unit: 10^-12 USD. A rate has at most six places and stands for a million tokens, so one token costs a
//! whole number of that unit: nothing rounds, not even at the end, and sums are the same in any order. Must not
//! know models or what the tokens were for.

use std::fmt;
use std::iter::Sum;
use std::str::FromStr;

use super::decimal::{self, DecimalError};

/// Places of a rate, as people write it.
const RATE_PLACES: usize = 6;

/// Places of an amount: those of a rate, and six for the million.
const MONEY_PLACES: usize = 12;

/// Units of a USD.
const PER_USD: u128 = 1_000_000_000_000;

/// An amount of USD, never negative; prints exactly, without zeros at the end: `0.000024975`.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(u128);

/// What a million tokens cost, or one request, in millionths of a USD.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(u64);

// === impl Money ===

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// So many times 10^-12 USD.
    #[must_use]
    pub const fn from_picos(picos: u128) -> Self {
        Self(picos)
    }

    /// How many times 10^-12 USD.
    #[must_use]
    pub const fn picos(self) -> u128 {
        self.0
    }

    /// The sum; the largest amount where it is larger (over 10^26 USD).
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The nearest number, for metrics only: a float cannot hold most amounts.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "metrics take floats, and say so"
    )]
    pub fn as_f64(self) -> f64 {
        self.0 as f64 / PER_USD as f64
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_decimal(f, self.0, MONEY_PLACES)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} USD")
    }
}

impl FromStr for Money {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        decimal::fixed(text, MONEY_PLACES).map(Self)
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Self::plus)
    }
}

// === impl Rate ===

impl Rate {
    /// What so many tokens cost.
    #[must_use]
    pub fn of(self, tokens: u64) -> Money {
        Money(u128::from(self.0) * u128::from(tokens))
    }

    /// What one costs where the rate is for one, not for a million.
    #[must_use]
    pub fn of_one(self) -> Money {
        self.of(1_000_000)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_decimal(f, u128::from(self.0), RATE_PLACES)
    }
}

impl fmt::Debug for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rate({self})")
    }
}

impl FromStr for Rate {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let micros = decimal::fixed(text, RATE_PLACES)?;
        u64::try_from(micros)
            .map(Self)
            .map_err(|_| DecimalError::Whole)
    }
}

/// `number` in units of 10^-`places`.
fn write_decimal(f: &mut fmt::Formatter<'_>, number: u128, places: usize) -> fmt::Result {
    let digits = format!("{number:0>width$}", width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let fraction = fraction.trim_end_matches('0');
    f.write_str(whole)?;
    if fraction.is_empty() {
        return Ok(());
    }
    write!(f, ".{fraction}")
}

#[cfg(test)]
mod tests {
    use super::{Money, Rate};
    use proptest::prelude::{any, prop_assert_eq, proptest};

    #[track_caller]
    fn check(rate: &str, tokens: u64, expected: &str) {
        let rate: Rate = rate.parse().expect("rate");
        assert_eq!(rate.of(tokens).to_string(), expected);
    }

    #[test]
    fn tokens_at_a_rate_cost_an_exact_amount() {
        check("0.075", 333, "0.000024975");
        check("0.000001", 1, "0.000000000001");
        check("3", 1_000_000, "3");
        check("1000000", 3, "3");
        check("0", u64::MAX, "0");
        check("15", 0, "0");
        check("2.5", 250_000, "0.625");
        check(
            "999999999999.999999",
            u64::MAX,
            "18446744073709551596553255.926290448385",
        );
    }

    #[test]
    fn a_request_costs_what_its_rate_says() {
        let rate: Rate = "0.04".parse().expect("rate");
        assert_eq!(rate.of_one().to_string(), "0.04");
        assert_eq!(rate.to_string(), "0.04");
    }

    proptest! {
        #[test]
        fn amounts_are_read_as_they_are_printed(picos in 0_u128..1_000_000_000_000_000_000_000_000) {
            let money = Money::from_picos(picos);
            prop_assert_eq!(money.to_string().parse::<Money>(), Ok(money));
        }

        #[test]
        fn cost_is_linear(micros in any::<u64>(), a in any::<u32>(), b in any::<u32>()) {
            let (rate, a, b) = (Rate(micros), u64::from(a), u64::from(b));
            prop_assert_eq!(rate.of(a).plus(rate.of(b)), rate.of(a + b));
        }
    }
}
