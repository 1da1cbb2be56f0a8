//! Another model than the client's, where a budget wants that (llm.md B-4).
//!
//! Owns that it is asked for as if the client had named it: a router of models leads it, lists of models are asked, and each
//! provider has its own name for it. Must not decide when. Invariants: who may not be asked for a model is not asked for it in this
//! way either; a request about what one provider keeps stays there.

use std::sync::Arc;

use dp_config::ai_backend::{AiPolicy, AiProvider};
use dp_llm::provider::Service;
use dp_upstream::provider_group::{
    Answer,
    attempts::{Attempts, Replay},
};

use super::{Call, affinity, allowed, attributes, guard, kept, ledger, model_router::Serving};
use crate::{
    ai::attributes::LlmAttributes,
    exchange::Exchange,
    fault::{Fault, Kind},
};

// === impl Call ===

impl<'a> Call<'a> {
    /// Asks for `model` from now on. Returns the attempts at its backend, where a router leads it to another one than the
    /// client's model: nothing that was found out for that one holds there.
    pub(super) fn downgrade(
        &mut self,
        exchange: &mut Exchange<'a>,
        serving: Serving<'_>,
        model: Arc<str>,
        answer: Answer,
    ) -> Result<Option<Attempts>, Fault> {
        let mut head = self.head.clone();
        let Some((backend, prompt)) = serving.instead(exchange, &mut head, &self.prompt, &model)?
        else {
            ledger::names(exchange.record, Some(model.clone()));
            self.downgrade = Some(model);
            return Ok(None);
        };
        let active = exchange.active;
        let way = exchange.policies.ok_or(Kind::Bug)?;
        let policies = way.with_backend(backend)?;
        let read = attributes::ReadBody::default();
        let asked = (&*head, &prompt, &read);
        let reach = allowed::check(exchange, asked, Some(&model), (backend, &policies))?;
        let group = active.providers.of(&backend.name);
        let group = group.ok_or(Kind::InvalidBackend)?.clone();
        let affinity = policies.ai_affinity().and_then(|own| {
            let attributes = LlmAttributes::of_request(exchange, &head, &prompt, &read);
            affinity::of(own, &attributes, &prompt)
        });
        let attempts = Attempts::new(group, answer, Replay::Possible, self.limits.deadline);
        let of = (&prompt, head.uri.path());
        let by = (backend, &policies);
        let Ok(attempts) = kept::pin(exchange, by, of, attempts.near(affinity)) else {
            // It is about a response that only the client's own model has.
            ledger::names(exchange.record, Some(model.clone()));
            self.downgrade = Some(model);
            return Ok(None);
        };
        if let Some(ledger) = &mut exchange.record.llm.ledger {
            ledger.leads_to(backend, active.prices.of(backend));
        }
        // The policy spells the name out, where the router has a pattern for it.
        let spelled = serving.spelled(exchange, &prompt);
        ledger::names(exchange.record, spelled.or(Some(model)));
        self.backend = backend;
        self.fallback = policies.ai_fallback();
        self.policies = policies;
        self.affinity = affinity;
        self.head = head;
        self.prompt = prompt;
        self.guarded = guard::Guarded::default();
        self.reach = reach;
        self.read = read;
        Ok(Some(attempts))
    }

    /// What `provider` is asked for because a budget wants that.
    pub(super) fn wanted<'b>(
        &'b self,
        provider: &AiProvider,
        policy: Option<&'b AiPolicy>,
    ) -> Option<&'b str> {
        let wanted = self.downgrade.as_deref()?;
        let first = self.backend.groups.iter().flatten().next();
        name_at(wanted, (provider, policy), first)
    }
}

/// What `provider` calls the model that a budget wants: by an alias if it has one, and else by its name, unless the provider has
/// a model of its own and is another vendor's than the backend's `first`, for whom the name is meant.
fn name_at<'b>(
    wanted: &'b str,
    (provider, policy): (&AiProvider, Option<&'b AiPolicy>),
    first: Option<&AiProvider>,
) -> Option<&'b str> {
    if let Some(alias) = policy.and_then(|policy| policy.aliases.target(wanted)) {
        return Some(alias);
    }
    let is_set = policy.is_some_and(|policy| {
        let mut computed = policy.transformations.iter();
        policy.model.is_some() || computed.any(|(name, _)| name == "model")
    });
    let has_own = provider.model.is_some() || is_set;
    (!has_own || first.is_none_or(|first| is_alike(first, provider))).then_some(wanted)
}

/// Whether two providers of a backend know models by the same names.
fn is_alike(one: &AiProvider, other: &AiProvider) -> bool {
    let (own, its) = (one.endpoint.service(), other.endpoint.service());
    let is_custom = matches!(own, Service::Custom { .. });
    let is_one_place = one.authority.is_some() && one.authority == other.authority;
    one.name == other.name
        || (own.name() == its.name()
            && one.telemetry_name == other.telemetry_name
            && (!is_custom || is_one_place))
}
