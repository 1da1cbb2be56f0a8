//! What an operator wants of the body of a request.
//!
//! Owns the order: members, then prompts, then the model (llm.md ). Must not change the client's own request:
//! another provider may have another policy. Invariant: without a policy the request is the client's, uncopied.

use std::borrow::Cow;

use bytes::Bytes;
use dp_config::ai_backend::{AiPolicy, AiProvider};
use dp_llm::{
    body_policy::{BodyPolicy, Computed, MemberValue},
    class::Class,
    request::Request as Prompt,
};
use expr::{Attributes, Expr};

use crate::fault::{Fault, Kind};

/// A request as one provider is to get it.
pub(super) struct Shaped<'a> {
    pub(super) prompt: Cow<'a, Prompt>,
    /// The model that an expression named.
    model: Option<String>,
}

/// The request as `provider` gets it. `path` is the client's; `attributes` are those of the client's request.
pub(super) fn apply<'a>(
    policy: Option<&AiPolicy>,
    prompt: &'a Prompt,
    path: &str,
    attributes: &dyn Attributes,
) -> Result<Shaped<'a>, Fault> {
    let as_it_is = Shaped {
        prompt: Cow::Borrowed(prompt),
        model: None,
    };
    let Some(policy) = policy else {
        return Ok(as_it_is);
    };
    if !matches!(prompt.class(), Class::Chat(_)) {
        // Members and prompts are those of conversations; the model is set for all.
        return Ok(as_it_is);
    }
    let format = prompt.format();
    let invalid = |error| Fault::caused(Kind::InvalidPrompt, error);
    let computed = compute(&policy.transformations, attributes);
    let body = policy.body.apply(prompt.body(), &computed);
    let body = policy.prompt.apply(format, &body.map_err(invalid)?);
    let body = body.map_err(invalid)?;
    if body.as_ptr() == prompt.body().as_ptr() {
        return Ok(as_it_is);
    }
    let prompt = Prompt::parse_as(prompt.class(), path, None, body)
        .map_err(|error| Fault::caused(Kind::InvalidPrompt, error))?;
    let model = computed.iter().find(|(name, _)| name == "model");
    Ok(Shaped {
        prompt: Cow::Owned(prompt),
        model: model.and_then(|(_, value)| value.as_ref()?.text()),
    })
}

/// The body of a request of `class` with the members that are computed last, from itself, and the model that it names then, where
/// one of them is the model; empty where it names none.
pub(super) fn finish(
    policy: Option<&AiPolicy>,
    (class, body): (Class, &Bytes),
    attributes: &dyn Attributes,
) -> Result<(Bytes, Option<String>), Fault> {
    // Members are those of conversations, as in `apply`: a file or a list has none.
    let is_chat = matches!(class, Class::Chat(_));
    let own = policy.filter(|own| is_chat && !own.final_transformations.is_empty());
    let Some(policy) = own else {
        return Ok((body.clone(), None));
    };
    let computed = compute(&policy.final_transformations, attributes);
    let body = BodyPolicy::default()
        .apply(body, &computed)
        .map_err(|error| Fault::caused(Kind::InvalidPrompt, error))?;
    let named = computed.into_iter().find(|(name, _)| name == "model");
    let named = named.map(|(_, value)| value.and_then(|value| value.text()).unwrap_or_default());
    Ok((body, named))
}

/// Evaluates each; one that fails has no value, and its member is taken out.
fn compute(expressions: &[(String, Expr)], attributes: &dyn Attributes) -> Vec<Computed> {
    let value = |expression: &Expr| {
        let json = expression.evaluate(attributes).ok()?;
        MemberValue::parse(json.to_string()).ok()
    };
    expressions
        .iter()
        .map(|(name, expression)| (name.clone(), value(expression)))
        .collect()
}

/// The model that `provider` will be asked for, as far as that is known before the request is shaped: what an expression may
/// name instead is not.
pub(super) fn expected_model<'b>(
    provider: &'b AiProvider,
    policy: Option<&'b AiPolicy>,
    prompt: &'b Prompt,
) -> Option<&'b str> {
    let sent = provider.sent_model(policy, prompt.model_for(None).ok());
    sent.filter(|model| !model.is_empty())
}

// === impl Shaped ===

impl Shaped<'_> {
    /// The model to send: what the policy computed or set, or the provider's own, or the client's, by the name that it has
    /// there.
    pub(super) fn model<'b>(
        &'b self,
        provider: &'b AiProvider,
        policy: Option<&'b AiPolicy>,
    ) -> Result<&'b str, Fault> {
        let computed = self.model.as_deref();
        let set = policy.and_then(|policy| policy.model.as_deref());
        let is_computed = policy.is_some_and(|policy| {
            let mut names = policy.transformations.iter();
            names.any(|(name, _)| name == "model")
        });
        let set = match is_computed {
            true => computed,
            false => set,
        };
        let model = self
            .prompt
            .model_for(set.or(provider.model.as_deref()))
            .map_err(|error| Fault::caused(Kind::InvalidPrompt, error))?;
        let alias = policy.and_then(|policy| policy.aliases.target(model));
        Ok(alias.unwrap_or(model))
    }
}
