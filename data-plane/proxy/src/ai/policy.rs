//! What an operator wants of the body of a request.
//!
//! Owns the order: members, then prompts, then the model (llm.md ). Must not change the client's own request:
//! another provider may have another policy. Invariant: without a policy the request is the client's, uncopied.

use std::borrow::Cow;

use dp_config::ai_backend::{AiPolicy, AiProvider};
use dp_llm::request::Request as Prompt;

use crate::fault::{Fault, Kind};

/// The request as a provider gets it. `path` is the client's.
pub(super) fn apply<'a>(
    policy: Option<&AiPolicy>,
    prompt: &'a Prompt,
    path: &str,
) -> Result<Cow<'a, Prompt>, Fault> {
    let Some(policy) = policy else {
        return Ok(Cow::Borrowed(prompt));
    };
    let format = prompt.format();
    let invalid = |error| Fault::caused(Kind::InvalidPrompt, error);
    let body = policy.body.apply(prompt.body(), &[]).map_err(invalid)?;
    let body = policy.prompt.apply(format, &body).map_err(invalid)?;
    if body.as_ptr() == prompt.body().as_ptr() {
        return Ok(Cow::Borrowed(prompt));
    }
    let prompt = Prompt::parse(format, path, body)
        .map_err(|error| Fault::caused(Kind::InvalidPrompt, error))?;
    Ok(Cow::Owned(prompt))
}

/// The model to send: what the overrides set, or the provider's own, or the client's, by the name that it has there.
pub(super) fn model<'a>(
    provider: &'a AiProvider,
    policy: Option<&'a AiPolicy>,
    prompt: &'a Prompt,
) -> Result<&'a str, Fault> {
    let set = policy.and_then(|policy| policy.model.as_deref());
    let model = prompt
        .model_for(set.or(provider.model.as_deref()))
        .map_err(|error| Fault::caused(Kind::InvalidPrompt, error))?;
    let alias = policy.and_then(|policy| policy.aliases.target(model));
    Ok(alias.unwrap_or(model))
}
