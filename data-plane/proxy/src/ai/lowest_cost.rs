//! What a request costs at each provider, for backends that ask the cheapest one first (llm.md R-8).
//!
//! Owns which tokens are compared: the prompt by its estimate, and the longest answer that the client allows. Must not choose, or
//! be billed. Invariant: where another algorithm decides, or nothing has a price, no price is looked up.

use std::time::Instant;

use dp_config::ai_backend::AiProvider;
use dp_policy::price::{ModelNames, Money, quote};
use dp_upstream::provider_group::{
    Choice, Place,
    attempts::{Attempt, Attempts},
    pick::{Costs, NoEntry},
};

use super::{Call, expected::Expected, ledger::Ledger, policy};
use crate::exchange::Exchange;

// === impl Call ===

impl Call<'_> {
    /// Starts an attempt at the provider that is best for the request, or cheapest where that is asked for.
    pub(super) fn start(
        &self,
        exchange: &Exchange<'_>,
        attempts: &mut Attempts,
        random: u64,
    ) -> Result<Attempt, NoEntry> {
        let now = Instant::now();
        let active = exchange.active;
        let catalog = match attempts.choice() {
            Choice::LowestCost => active.prices.of(self.backend),
            Choice::Shares | Choice::Better | Choice::LeastInFlight => None,
        };
        let Some(catalog) = catalog else {
            return attempts.start(now, random);
        };
        let ledger = exchange.record.llm.ledger.as_deref();
        let expected = Expected {
            prompt: &self.prompt,
            method: &self.head.method,
            size: ledger.and_then(Ledger::size),
            backend: self.backend,
            policy: &|provider| active.in_effect.of(&self.policies, provider),
            past: &|_, _| None,
        };
        let tokens = expected.compared();
        let tiers = expected.tiers(catalog);
        let price = |provider: &AiProvider| {
            let policy = active.in_effect.of(&self.policies, provider);
            let policy = policy.as_deref();
            let wanted = self.wanted(provider, policy);
            let names = ModelNames {
                provider: &provider.telemetry_name,
                response: None,
                request: wanted
                    .or_else(|| policy::expected_model(provider, policy, &self.prompt))?,
                // What nobody has a price of costs what the usual one does.
                tier: tiers.first().map(String::as_str),
            };
            quote(Some(catalog), &names, Some(&tokens)).total()
        };
        let cost = |place: Place| {
            let provider = self.backend.groups.get(place.group)?.get(place.entry)?;
            price(provider).map(Money::picos)
        };
        attempts.start_at(Some(Costs(&cost)), now, random)
    }
}
