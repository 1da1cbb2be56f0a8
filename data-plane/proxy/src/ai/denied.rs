//! Parameters that a request may not have (llm.md 4.4).
//!
//! Owns which body is judged: the client's, in front of all that operators add to it. Must not know names. Invariant: where a
//! provider of a backend denies something, no kept answer stands in for its refusal.

use dp_config::{AiBackend, policy::Effective};
use dp_llm::request::Request as Prompt;
use http::{header::CONTENT_TYPE, request::Parts};

use super::allowed::Reach;
use crate::fault::{Fault, Kind};

/// Checks what is known before a provider is chosen.
pub(super) fn check(
    (head, prompt): (&Parts, &Prompt),
    (backend, policies): (&AiBackend, &Effective<'_>),
) -> Result<Reach, Fault> {
    if !policies.has_denied_params() {
        return Ok(Reach::Whole);
    }
    of_provider(policies, "", (head, prompt))?;
    let mut providers = backend.groups.iter().flatten();
    let takes_it = providers.all(|own| of_provider(policies, &own.name, (head, prompt)).is_ok());
    Ok(match takes_it {
        true => Reach::Whole,
        false => Reach::Part,
    })
}

/// Checks what a provider may not be sent.
pub(super) fn of_provider(
    policies: &Effective<'_>,
    provider: &str,
    (head, prompt): (&Parts, &Prompt),
) -> Result<(), Fault> {
    if !policies.has_denied_params() {
        return Ok(());
    }
    let content_type = head.headers.get(CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    for denied in policies.denied_params(provider) {
        denied
            .check(prompt, content_type)
            .map_err(|error| Fault::caused(Kind::InvalidPrompt, error))?;
    }
    Ok(())
}
