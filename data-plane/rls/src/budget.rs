//! Budgets that a rate limit service counts.
//!
//! Owns the step between a budget's amounts and hits, of 10^-6 USD or a token, and what of a service's answer a ledger needs.
//! Must not weigh budgets: the ledger does (`dp_policy::budget`). Nothing is held there, so requests that are under way at once
//! may take more than is left. Invariants: what a request took is told once; it is rounded up to whole hits.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use dp_policy::budget::{
    Amount, Charge, Claim, Counter, Denied, Limit, Matched, Period, RequestId, Settled, Store,
    Used, Window,
};
use proto::envoy::extensions::common::ratelimit::v3::RateLimitDescriptor;
use proto::envoy::extensions::common::ratelimit::v3::rate_limit_descriptor::{
    Entry, RateLimitOverride,
};
use proto::envoy::service::ratelimit::v3::{RateLimitRequest, RateLimitResponse};
use proto::envoy::r#type::v3::RateLimitUnit;
use proto::google::protobuf::UInt64Value;

use crate::Service;
use crate::answer::{Undecided, is_over, reset};
use crate::limit::request;

/// What one hit of a budget in USD is, in 10^-12 USD.
const MICRO: u128 = 1_000_000;

/// The budgets of one request, as a service answered.
pub struct Counts {
    service: Arc<Service>,
    seen: Vec<Seen>,
    /// What was taken of each, once that is known.
    charges: OnceLock<Vec<u64>>,
}

/// One budget, as the service sees it.
struct Seen {
    matched: Matched,
    used: Amount,
    is_over: bool,
    reset: Option<Duration>,
}

/// The question before a request is sent.
#[must_use]
pub fn check(service: &Service, matched: &[Matched]) -> RateLimitRequest {
    let descriptors = matched.iter().map(|own| descriptor(own, 0));
    request(service, descriptors.collect())
}

/// Whether a service can count a budget: it knows the window, and the limit is a number of 32 bits.
#[must_use]
pub fn is_countable(limit: &Limit, window: Window) -> bool {
    u32::try_from(hits(limit, limit.amount())).is_ok() && unit(window).is_some()
}

fn descriptor(matched: &Matched, hits: u64) -> RateLimitDescriptor {
    let budget = &matched.budget;
    let entry = |key: &str, value: &str| Entry {
        key: key.to_owned(),
        value: value.to_owned(),
    };
    let limit = self::hits(&budget.limit, budget.limit.amount());
    RateLimitDescriptor {
        entries: vec![entry("budget", &budget.id), entry("key", &matched.key)],
        limit: unit(budget.window).map(|unit| RateLimitOverride {
            requests_per_unit: u32::try_from(limit).unwrap_or(u32::MAX),
            unit: unit.into(),
        }),
        hits_addend: Some(UInt64Value { value: hits }),
        is_negative_hits: false,
    }
}

/// An amount in hits.
fn hits(limit: &Limit, amount: Amount) -> u64 {
    let hits = amount.0.div_ceil(of_one(limit));
    u64::try_from(hits).unwrap_or(u64::MAX)
}

/// What one hit is.
fn of_one(limit: &Limit) -> u128 {
    match limit {
        Limit::Usd(_) => MICRO,
        Limit::Tokens(_) | Limit::Requests(_) => 1,
    }
}

fn unit(window: Window) -> Option<RateLimitUnit> {
    match window {
        Window::Day => Some(RateLimitUnit::Day),
        Window::Month => Some(RateLimitUnit::Month),
        Window::Week => None,
        Window::Custom(seconds) => match seconds.get() {
            1 => Some(RateLimitUnit::Second),
            60 => Some(RateLimitUnit::Minute),
            3600 => Some(RateLimitUnit::Hour),
            86_400 => Some(RateLimitUnit::Day),
            _ => None,
        },
    }
}

// === impl Counts ===

impl Counts {
    /// Reads the answer to [`check`].
    ///
    /// # Errors
    /// It decides nothing.
    pub fn read(
        service: Arc<Service>,
        matched: &[Matched],
        response: &RateLimitResponse,
    ) -> Result<Counts, Undecided> {
        let of_all = is_over(response.overall_code)?;
        let mut seen = Vec::with_capacity(matched.len());
        for (index, own) in matched.iter().enumerate() {
            let limit = &own.budget.limit;
            let status = response.statuses.get(index);
            let is_over = match status {
                // Who tells no statuses means all of them.
                None => of_all,
                Some(status) => is_over(status.code)?,
            };
            let told = status.and_then(|status| {
                let current = status.current_limit.as_ref()?;
                Some(
                    current
                        .requests_per_unit
                        .saturating_sub(status.limit_remaining),
                )
            });
            let told = Amount(u128::from(told.unwrap_or_default()) * of_one(limit));
            seen.push(Seen {
                matched: own.clone(),
                used: match is_over {
                    true => told.max(limit.amount()),
                    false => told,
                },
                is_over,
                reset: status.and_then(reset),
            });
        }
        Ok(Counts {
            service,
            seen,
            charges: OnceLock::new(),
        })
    }

    /// Until the window of a budget ends, by the service's clock.
    #[must_use]
    pub fn resets_in(&self, budget: &str) -> Option<Duration> {
        let found = self.seen.iter();
        found
            .filter(|seen| *seen.matched.budget.id == *budget)
            .find_map(|seen| seen.reset)
    }

    /// Who counts.
    #[must_use]
    pub fn service(&self) -> &Arc<Service> {
        &self.service
    }

    /// What is told once the request has been settled, if it took anything.
    #[must_use]
    pub fn report(&self) -> Option<RateLimitRequest> {
        let charges = self.charges.get()?;
        let told = self.seen.iter().zip(charges).filter(|(_, hits)| **hits > 0);
        let told: Vec<_> = told
            .map(|(seen, hits)| descriptor(&seen.matched, *hits))
            .collect();
        (!told.is_empty()).then(|| request(&self.service, told))
    }

    fn find(&self, counter: &Counter) -> Option<&Seen> {
        self.seen.iter().find(|seen| {
            let Matched { budget, key } = &seen.matched;
            (&budget.id, key) == (&counter.budget, &counter.key)
        })
    }
}

impl Store for Counts {
    fn reserve(&self, _: RequestId, claims: &[Claim], _: Duration) -> Result<Vec<Used>, Denied> {
        let mut all = Vec::with_capacity(claims.len());
        for (claim, own) in claims.iter().enumerate() {
            let seen = self.find(&own.counter).ok_or(Denied::Unavailable)?;
            let used = Used {
                settled: seen.used,
                reserved: own.amount,
            };
            let need = own.need();
            let is_free = need == Amount::default();
            let is_beyond = |limit: Amount| seen.is_over || seen.used.plus(need) > limit;
            if !is_free && own.limit.is_some_and(is_beyond) {
                return Err(Denied::Exceeded { claim, used });
            }
            all.push(used);
        }
        Ok(all)
    }

    /// The service is told at the end: of what others took since it was asked nothing is known.
    fn raise(&self, _: RequestId, charges: &[Charge]) -> Vec<Option<Used>> {
        let used = |charge: &Charge| {
            Some(Used {
                settled: self.find(&charge.counter)?.used,
                reserved: charge.amount,
            })
        };
        charges.iter().map(used).collect()
    }

    fn settle(&self, _: RequestId, charges: &[Charge]) -> Vec<Option<Settled>> {
        let mut told = vec![0; self.seen.len()];
        let mut settled = Vec::with_capacity(charges.len());
        for charge in charges {
            let place = self.seen.iter().zip(&mut told).find(|(seen, _)| {
                let Matched { budget, key } = &seen.matched;
                (&budget.id, key) == (&charge.counter.budget, &charge.counter.key)
            });
            settled.push(place.map(|(seen, told)| {
                *told = hits(&seen.matched.budget.limit, charge.amount);
                Settled {
                    before: seen.used,
                    after: seen.used.plus(charge.amount),
                }
            }));
        }
        match self.charges.set(told) {
            Ok(()) => settled,
            // It was settled before.
            Err(_) => vec![None; charges.len()],
        }
    }

    fn used(&self, counter: &Counter, _: &Period) -> Option<Used> {
        let seen = self.find(counter)?;
        Some(Used {
            settled: seen.used,
            reserved: Amount::default(),
        })
    }
}

/// Without keys.
impl fmt::Debug for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counts")
            .field("service", &self.service)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
