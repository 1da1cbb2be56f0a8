//! Limits of a policy: which descriptors a request has, and how many hits it is in each.
//!
//! Owns the two calls of a request: the one before it is sent, and the one when its tokens are known (llm.md L-2, L-3). Must not
//! know where attributes come from. Invariants: a descriptor of which an expression has no value is left out, as Envoy does it;
//! tokens are asked for with no hits, and told once.

use std::sync::Arc;

use dp_policy::token_bucket::Unit;
use expr::{Attribute, Attributes, Expr};
use proto::envoy::extensions::common::ratelimit::v3::RateLimitDescriptor;
use proto::envoy::extensions::common::ratelimit::v3::rate_limit_descriptor::Entry;
use proto::envoy::service::ratelimit::v3::RateLimitRequest;
use proto::google::protobuf::UInt64Value;

use crate::{Service, limit_override};

/// Longest value of an entry, in bytes: what a client sends is not passed on without bound.
const VALUE_LIMIT: usize = 1024;

/// Limits that a service counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Who counts.
    pub service: Arc<Service>,
    /// What is counted.
    pub descriptors: Vec<Descriptor>,
}

/// What is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// Names, and what their values are.
    pub entries: Vec<(Box<str>, Expr)>,
    /// Requests or tokens.
    pub unit: Unit,
    /// How many hits; absent for one, or for all tokens.
    pub cost: Option<Expr>,
    /// The limit to apply; the service's own where absent.
    pub limit: Option<Expr>,
}

/// What one request is asked and told of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// Each with the hits of the request.
    counted: Vec<Counted>,
    /// Descriptors that were left out.
    pub dropped: usize,
}

#[derive(Clone, Debug, PartialEq)]
struct Counted {
    descriptor: RateLimitDescriptor,
    unit: Unit,
    hits: u64,
    cost: Option<Expr>,
}

/// How many hits a descriptor was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hits {
    /// What it counts.
    pub unit: Unit,
    /// How many.
    pub hits: u64,
}

// === impl Limits ===

impl Limits {
    /// Whether it can only be asked once the prompt has been read.
    #[must_use]
    pub fn needs_prompt(&self) -> bool {
        self.descriptors.iter().any(Descriptor::needs_prompt)
    }

    /// What it says about a request.
    #[must_use]
    pub fn of(&self, attributes: &dyn Attributes) -> Asked {
        let counted: Vec<Counted> = self
            .descriptors
            .iter()
            .filter_map(|descriptor| descriptor.of(attributes))
            .collect();
        Asked {
            dropped: self.descriptors.len() - counted.len(),
            counted,
        }
    }
}

// === impl Descriptor ===

impl Descriptor {
    fn needs_prompt(&self) -> bool {
        const OF_PROMPT: [Attribute; 4] = [
            Attribute::LlmRequest,
            Attribute::LlmStreaming,
            Attribute::LlmRequestModel,
            Attribute::LlmParams,
        ];
        let of_cost = self.cost.iter().filter(|_| self.unit == Unit::Requests);
        let entries = self.entries.iter().map(|(_, value)| value);
        let mut all = entries.chain(of_cost).chain(&self.limit);
        self.unit == Unit::Tokens
            || all.any(|own| OF_PROMPT.iter().any(|one| own.attributes().has(*one)))
    }

    fn of(&self, attributes: &dyn Attributes) -> Option<Counted> {
        let mut entries = Vec::with_capacity(self.entries.len());
        for (name, value) in &self.entries {
            let value = value.text(attributes).ok()?;
            entries.push(Entry {
                key: (**name).to_owned(),
                value: within(value),
            });
        }
        let limit = match &self.limit {
            None => None,
            Some(own) => Some(limit_override::read(&own.evaluate(attributes).ok()?)?),
        };
        let (hits, cost) = match (self.unit, &self.cost) {
            (Unit::Requests, None) => (1, None),
            (Unit::Requests, Some(cost)) => (number(cost, attributes)?, None),
            (Unit::Tokens, cost) => (0, cost.clone()),
        };
        Some(Counted {
            descriptor: RateLimitDescriptor {
                entries,
                limit,
                hits_addend: None,
                is_negative_hits: false,
            },
            unit: self.unit,
            hits,
            cost,
        })
    }
}

// === impl Asked ===

impl Asked {
    /// Nothing is counted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counted.is_empty()
    }

    /// What each descriptor of [`Asked::check`] is asked for, in its order.
    #[must_use]
    pub fn hits(&self) -> Vec<Hits> {
        let hits = |own: &Counted| Hits {
            unit: own.unit,
            hits: own.hits,
        };
        self.counted.iter().map(hits).collect()
    }

    /// Whether tokens are counted.
    #[must_use]
    pub fn counts_tokens(&self) -> bool {
        self.counted.iter().any(|own| own.unit == Unit::Tokens)
    }

    /// The question before the request is sent.
    #[must_use]
    pub fn check(&self, service: &Service) -> RateLimitRequest {
        let descriptors = self.counted.iter().map(|own| own.with(own.hits));
        request(service, descriptors.collect())
    }

    /// What is told when the answer has ended and took `tokens`, if there is anything to tell. `usage` answers expressions of
    /// costs.
    #[must_use]
    pub fn report(
        &self,
        service: &Service,
        tokens: u64,
        usage: &dyn Attributes,
    ) -> Option<RateLimitRequest> {
        let of_tokens = self.counted.iter().filter(|own| own.unit == Unit::Tokens);
        let told = of_tokens.filter_map(|own| {
            // A cost without a value would let the answer go uncounted.
            let cost = own.cost.as_ref().and_then(|cost| number(cost, usage));
            let hits = cost.unwrap_or(tokens);
            (hits > 0).then(|| own.with(hits))
        });
        let told: Vec<RateLimitDescriptor> = told.collect();
        (!told.is_empty()).then(|| request(service, told))
    }
}

// === impl Counted ===

impl Counted {
    fn with(&self, hits: u64) -> RateLimitDescriptor {
        RateLimitDescriptor {
            hits_addend: Some(UInt64Value { value: hits }),
            ..self.descriptor.clone()
        }
    }
}

pub(crate) fn request(
    service: &Service,
    descriptors: Vec<RateLimitDescriptor>,
) -> RateLimitRequest {
    RateLimitRequest {
        domain: (*service.domain).to_owned(),
        descriptors,
        // That of each descriptor counts: zero here would be one.
        hits_addend: 0,
    }
}

/// A number that is not negative, rounded up.
fn number(cost: &Expr, attributes: &dyn Attributes) -> Option<u64> {
    let value = cost.evaluate(attributes).ok()?;
    let real = || {
        let real = value.as_f64()?.ceil();
        // Beyond 2^53 a float is no count.
        let is_count = (0.0..=9_007_199_254_740_992.0).contains(&real);
        is_count
            .then(|| format!("{real:.0}").parse().ok())
            .flatten()
    };
    value.as_u64().or_else(real)
}

fn within(mut value: String) -> String {
    if value.len() > VALUE_LIMIT {
        value.truncate(value.floor_char_boundary(VALUE_LIMIT));
    }
    value
}

#[cfg(test)]
mod tests;
