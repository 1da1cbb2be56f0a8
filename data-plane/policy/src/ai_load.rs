//! How much a provider of models is asked for at a time (llm.md 3.2, R-16).
//!
//! Owns the limits and their merge. Must not count. Invariant: a limit is of at least one request.

use std::fmt;
use std::num::NonZeroU32;

use proto::tidegate::v1 as wire;
use route::field::FieldError;

/// How much a provider is asked for at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AiLoad {
    /// Attempts under way; `None` for no limit.
    pub max_in_flight: Option<NonZeroU32>,
    /// Attempts under way at each endpoint of a provider; `None` for no limit.
    pub max_in_flight_per_endpoint: Option<NonZeroU32>,
    /// Attempts under way at a provider that was evicted, until one has succeeded; `None` for no limit of its own.
    pub probes: Option<NonZeroU32>,
    /// Share of a group's weight, in percent, that must be usable for the group to keep all requests (llm.md R-13); `None`
    /// where one provider suffices.
    pub min_healthy_percent: Option<u8>,
    /// What decides within a group; `None` where nothing is said, which is [`AiAlgorithm::Weighted`].
    pub algorithm: Option<AiAlgorithm>,
}

/// What decides between providers of a group that may be asked (llm.md R-8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AiAlgorithm {
    /// Their weights, unless one of two that are drawn is much worse than the other.
    #[default]
    Weighted,
    /// The better of two that are drawn by weight.
    P2cEwma,
    /// The fewest requests under way for its weight.
    LeastInFlight,
    /// The lowest price of the request.
    LowestCost,
}

fn percent(value: u32) -> Result<u8, FieldError> {
    let percent = u8::try_from(value)
        .ok()
        .filter(|percent| (1..=100).contains(percent));
    percent.ok_or_else(|| FieldError::invalid("min_healthy_percent", "must be 1 to 100"))
}

// === impl AiLoad ===

impl AiLoad {
    /// Reads limits.
    ///
    /// # Errors
    /// A limit is 0, or a share is none.
    pub fn decode(message: &wire::AiLoad) -> Result<AiLoad, FieldError> {
        let limit = |field: &str, value: Option<u32>| match value.map(NonZeroU32::new) {
            None => Ok(None),
            Some(None) => Err(FieldError::invalid(field, "must be at least 1")),
            Some(limit) => Ok(limit),
        };
        Ok(AiLoad {
            max_in_flight: limit("max_in_flight", message.max_in_flight)?,
            max_in_flight_per_endpoint: limit(
                "max_in_flight_per_endpoint",
                message.max_in_flight_per_endpoint,
            )?,
            probes: limit("probes", message.probes)?,
            min_healthy_percent: message.min_healthy_percent.map(percent).transpose()?,
            algorithm: AiAlgorithm::decode(message.algorithm)?,
        })
    }

    /// These, and of a lower level what they do not set.
    #[must_use]
    pub fn over(self, lower: AiLoad) -> AiLoad {
        AiLoad {
            max_in_flight: self.max_in_flight.or(lower.max_in_flight),
            max_in_flight_per_endpoint: self
                .max_in_flight_per_endpoint
                .or(lower.max_in_flight_per_endpoint),
            probes: self.probes.or(lower.probes),
            min_healthy_percent: self.min_healthy_percent.or(lower.min_healthy_percent),
            algorithm: self.algorithm.or(lower.algorithm),
        }
    }
}

// === impl AiAlgorithm ===

impl AiAlgorithm {
    fn decode(value: i32) -> Result<Option<AiAlgorithm>, FieldError> {
        match wire::AiAlgorithm::try_from(value) {
            Ok(wire::AiAlgorithm::Unspecified) => Ok(None),
            Ok(wire::AiAlgorithm::Weighted) => Ok(Some(AiAlgorithm::Weighted)),
            Ok(wire::AiAlgorithm::P2cEwma) => Ok(Some(AiAlgorithm::P2cEwma)),
            Ok(wire::AiAlgorithm::LeastInFlight) => Ok(Some(AiAlgorithm::LeastInFlight)),
            Ok(wire::AiAlgorithm::LowestCost) => Ok(Some(AiAlgorithm::LowestCost)),
            Err(_) => Err(FieldError::invalid("algorithm", "is unknown")),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Weighted => "providers share by weight",
            Self::P2cEwma => "the better of two providers that are drawn",
            Self::LeastInFlight => "the provider with the fewest requests under way",
            Self::LowestCost => "the cheapest provider",
        }
    }
}

/// In short, for dumps and explanations.
impl fmt::Display for AiLoad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let most = |most: NonZeroU32| format!("at most {most} requests under way at a provider");
        let each = |most: NonZeroU32| format!("at most {most} at each of its endpoints");
        let probes = |most: NonZeroU32| format!("{most} until one has succeeded after an eviction");
        let share = |percent: u8| format!("a group shares with the next below {percent} % usable");
        let parts = [
            self.max_in_flight.map(most),
            self.max_in_flight_per_endpoint.map(each),
            self.probes.map(probes),
            self.min_healthy_percent.map(share),
            self.algorithm.map(|own| own.words().to_owned()),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        f.write_str(&parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(max_in_flight: Option<u32>, probes: Option<u32>, told: &str) {
        check_all(max_in_flight, probes, None, told);
    }

    #[track_caller]
    fn check_all(
        max_in_flight: Option<u32>,
        probes: Option<u32>,
        min_healthy_percent: Option<u32>,
        told: &str,
    ) {
        let message = wire::AiLoad {
            max_in_flight,
            probes,
            min_healthy_percent,
            ..wire::AiLoad::default()
        };
        let found = match AiLoad::decode(&message) {
            Ok(found) => found.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, told);
    }

    #[test]
    fn limits_are_at_least_one() {
        check(Some(4), None, "at most 4 requests under way at a provider");
        check(
            Some(4),
            Some(1),
            "at most 4 requests under way at a provider, 1 until one has succeeded after an eviction",
        );
        check(Some(0), None, "max_in_flight: must be at least 1");
        check(None, Some(0), "probes: must be at least 1");
        let told = "a group shares with the next below 70 % usable";
        check_all(None, None, Some(70), told);
        for share in [0, 101, u32::MAX] {
            let told = "min_healthy_percent: must be 1 to 100";
            check_all(None, None, Some(share), told);
        }
    }

    #[test]
    fn endpoints_have_a_limit_of_their_own() {
        let decode = |max_in_flight_per_endpoint| {
            AiLoad::decode(&wire::AiLoad {
                max_in_flight_per_endpoint,
                ..wire::AiLoad::default()
            })
        };
        let (two, none) = (decode(Some(2)).expect("two"), decode(None).expect("none"));
        assert_eq!(two.to_string(), "at most 2 at each of its endpoints");
        assert_eq!((none.over(two), two.over(none)), (two, two));
        let error = decode(Some(0)).expect_err("none").to_string();
        assert_eq!(error, "max_in_flight_per_endpoint: must be at least 1");
    }

    #[test]
    fn an_algorithm_of_a_higher_level_counts() {
        let decode = |algorithm| {
            let message = wire::AiLoad {
                algorithm,
                ..wire::AiLoad::default()
            };
            AiLoad::decode(&message)
        };
        let load = |own: wire::AiAlgorithm| decode(own.into()).expect("a load");
        let cheapest = load(wire::AiAlgorithm::LowestCost);
        assert_eq!(cheapest.to_string(), "the cheapest provider");
        let none = load(wire::AiAlgorithm::Unspecified);
        assert_eq!(none.over(cheapest), cheapest);
        let least = load(wire::AiAlgorithm::LeastInFlight);
        assert_eq!(least.over(cheapest), least);
        let error = decode(99).expect_err("none");
        assert_eq!(error.to_string(), "algorithm: is unknown");
    }
}
