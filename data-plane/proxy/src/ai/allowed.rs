//! Which models a request may ask for (llm.md 4.4).
//!
//! Owns where names are checked: the client's word, the one that a virtual model led to, and what a provider is sent behind
//! aliases, computed members and downgrades, and the names of models that are to stand in for it. Must not know patterns. Invariants: nothing is sent to a provider under a name
//! that a list does not have; where lists tell providers of a backend apart, no kept answer stands in for one of them.

use dp_config::{
    AiBackend,
    ai_backend::{AiPolicy, AiProvider},
    policy::Effective,
};
use dp_llm::{
    class::{Class, Passing},
    request::Request as Prompt,
};
use expr::Attributes;
use http::{header::CONTENT_TYPE, request::Parts};

use super::{
    attributes::{LlmAttributes, ReadBody},
    authorization, denied, policy,
};
use crate::{
    exchange::Exchange,
    fault::{Fault, Kind},
};

/// Whether everybody may answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Whoever answers, it is allowed.
    Whole,
    /// It depends on who answers, or is not known yet.
    Part,
}

/// Why a request is refused. A name that is not the client's own is not told to it.
#[derive(Debug, thiserror::Error)]
#[error("model {0:?} is not in spec.backend.ai.allowedModels of a TidegatePolicy that applies")]
struct NotAllowed(String);

// === impl Reach ===

impl Reach {
    /// Of two checks that are both to hold.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Whole, Self::Whole) => Self::Whole,
            (Self::Part, _) | (_, Self::Part) => Self::Part,
        }
    }
}

/// Checks what is known before a provider is chosen: `requested` is the client's own word.
pub(super) fn check(
    exchange: &Exchange<'_>,
    (head, prompt, read): (&Parts, &Prompt, &ReadBody),
    requested: Option<&str>,
    (backend, policies): (&AiBackend, &Effective<'_>),
) -> Result<Reach, Fault> {
    let attributes = LlmAttributes::of_request(exchange, head, prompt, read);
    let takes = denied::check((head, prompt), (backend, policies))?;
    let reach = takes.and(authorization::check(backend, &attributes)?);
    if !policies.has_allowed_models() {
        return Ok(reach);
    }
    if let (Some(way), Some(name)) = (exchange.policies, requested) {
        name_is_allowed(&way, "", (name, &attributes))?;
    }
    if let Some(name) = prompt.model() {
        name_is_allowed(policies, "", (name, &attributes))?;
    }
    let further = prompt.further_models();
    for name in &further {
        name_is_allowed(policies, "", (name, &attributes))?;
    }
    let mut providers = backend.groups.iter().flatten();
    let is_known = |provider: &AiProvider| {
        let policy = exchange.active.in_effect.of(policies, provider);
        let policy = policy.as_deref();
        let computes = policy.is_some_and(|own| {
            let mut last = own.final_transformations.iter();
            !own.transformations.is_empty() || last.any(|(name, _)| name == "model")
        });
        let allowed = policies.allowed_models(&provider.name, &attributes);
        let expected = policy::expected_model(provider, policy, prompt);
        !computes
            && allowed.allows(expected.unwrap_or_default())
            && further.iter().all(|name| allowed.allows(name))
    };
    match providers.all(is_known) {
        true => Ok(reach),
        false => Ok(Reach::Part),
    }
}

/// Checks the name that a provider is to be sent, of a request that was read.
pub(super) fn sent(
    policies: &Effective<'_>,
    provider: &AiProvider,
    prompt: &Prompt,
    (name, attributes): (&str, &dyn Attributes),
) -> Result<(), Fault> {
    let name = match prompt.class() {
        // What nobody reads may name any model, and so may a file: a backend's own model says nothing of it.
        Class::Passthrough(Passing::Unread) => "",
        Class::Detect(_) | Class::Passthrough(Passing::Read) => {
            match prompt.model().is_some() || prompt.is_given_model() {
                true => name,
                false => "",
            }
        }
        Class::Chat(_)
        | Class::LegacyCompletions
        | Class::Embeddings
        | Class::Rerank
        | Class::CountTokens(_)
        | Class::Realtime => name,
    };
    if !policies.has_allowed_models() {
        return Ok(());
    }
    for further in prompt.further_models() {
        name_is_allowed(policies, &provider.name, (&further, attributes))?;
    }
    name_is_allowed(policies, &provider.name, (name, attributes))
}

/// Refuses a body in which the provider could find another model than was found here, where its own model, or a list, has the
/// say.
pub(super) fn read_alike(
    policies: &Effective<'_>,
    (provider, policy): (&AiProvider, Option<&AiPolicy>),
    (head, prompt): (&Parts, &Prompt),
) -> Result<(), Fault> {
    let set = policy.and_then(|policy| policy.model.as_deref());
    let own = set.or(provider.model.as_deref());
    let is_bound = own.is_some_and(|model| !model.is_empty()) || policies.has_allowed_models();
    let content_type = head.headers.get(CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    match is_bound && !prompt.is_read_alike(content_type) {
        true => Err(Kind::UnsupportedContentType.into()),
        false => Ok(()),
    }
}

fn name_is_allowed(
    policies: &Effective<'_>,
    provider: &str,
    (name, attributes): (&str, &dyn Attributes),
) -> Result<(), Fault> {
    match policies.allowed_models(provider, attributes).allows(name) {
        true => Ok(()),
        false => Err(Fault::caused(
            Kind::ModelNotAllowed,
            NotAllowed(name.to_owned()),
        )),
    }
}
