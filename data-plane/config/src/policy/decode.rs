//! `tidegate.v1.Policy` and `PolicySet` to their values.
//!
//! Must refuse what it does not know: a policy of a newer control plane that were passed over would be open.

use std::sync::Arc;

use ::route::field::{FieldError, Within};
use dp_policy::{ai_load::AiLoad, ai_timeouts::AiTimeouts};
use proto::tidegate::v1 as wire;
use proto::tidegate::v1::policy::Content as Kind;

use super::{
    Attachment, Content, Level, Policy, PolicySet, ai_affinity, ai_cache, ai_fallback, ai_guards,
    ai_keys, allowed_models, attribution, budget, denied_params, frontend_http, global_rate_limit,
    local_rate_limit, response_model,
};
use crate::ai_backend;

/// Decodes a policy.
pub(crate) fn policy(message: &wire::Policy) -> Result<Policy, FieldError> {
    let content = match &message.content {
        None => return Err(FieldError::missing("content")),
        Some(Kind::Denied(denied)) => Content::Denied(denied.reason.as_str().into()),
        Some(Kind::Ai(policy)) => {
            Content::Ai(Box::new(ai_backend::ai_policy(policy).within("ai")?))
        }
        Some(Kind::AiAffinity(own)) => {
            Content::AiAffinity(ai_affinity::decode(own).within("ai_affinity")?)
        }
        Some(Kind::AiCache(own)) => Content::AiCache(ai_cache::decode(own).within("ai_cache")?),
        Some(Kind::AiGuards(own)) => Content::AiGuards(ai_guards::decode(own).within("ai_guards")?),
        Some(Kind::AiFallback(own)) => {
            Content::AiFallback(ai_fallback::decode(own).within("ai_fallback")?)
        }
        Some(Kind::AiKeys(own)) => Content::AiKeys(ai_keys::decode(own).within("ai_keys")?),
        Some(Kind::AiLoad(load)) => Content::AiLoad(AiLoad::decode(load).within("ai_load")?),
        Some(Kind::AiTimeouts(limits)) => {
            Content::AiTimeouts(AiTimeouts::decode(limits).within("ai_timeouts")?)
        }
        Some(Kind::LocalRateLimit(limit)) => {
            Content::LocalRateLimit(local_rate_limit::decode(limit).within("local_rate_limit")?)
        }
        Some(Kind::GlobalRateLimit(limits)) => {
            Content::GlobalRateLimit(global_rate_limit::decode(limits).within("global_rate_limit")?)
        }
        Some(Kind::Budgets(budgets)) => {
            Content::Budgets(budget::budgets(budgets).within("budgets")?)
        }
        Some(Kind::Concurrency(limit)) => {
            Content::Concurrency(budget::concurrency(limit).within("concurrency")?)
        }
        Some(Kind::AiAllowedModels(own)) => {
            Content::AiAllowedModels(allowed_models::decode(own).within("ai_allowed_models")?)
        }
        Some(Kind::AiDeniedParams(own)) => {
            Content::AiDeniedParams(denied_params::decode(own).within("ai_denied_params")?)
        }
        Some(Kind::AiResponseModel(own)) => Content::AiResponseModel(response_model::decode(*own)),
        Some(Kind::Attribution(own)) => {
            Content::Attribution(attribution::decode(own).within("attribution")?)
        }
        Some(Kind::FrontendHttp(own)) => {
            Content::FrontendHttp(frontend_http::decode(own).within("frontend_http")?)
        }
    };
    Ok(Policy {
        name: message.name.as_str().into(),
        content,
    })
}

/// Decodes a set.
pub(crate) fn policy_set(message: &wire::PolicySet) -> Result<PolicySet, FieldError> {
    let mut attachments: Vec<Attachment> = Vec::with_capacity(message.attachments.len());
    for (index, own) in message.attachments.iter().enumerate() {
        let attachment = self::attachment(own).within_index("attachments", index)?;
        if attachments
            .last()
            .is_some_and(|before| before.level > attachment.level)
        {
            let error = FieldError::invalid("level", "is less specific than the one before");
            return Err(error.within_index("attachments", index));
        }
        attachments.push(attachment);
    }
    Ok(PolicySet {
        name: message.name.as_str().into(),
        attachments,
        denied: message
            .denied
            .as_ref()
            .map(|denied| denied.reason.as_str().into()),
    })
}

fn attachment(message: &wire::PolicyAttachment) -> Result<Attachment, FieldError> {
    let need = |field: &'static str, text: &str| match text {
        "" => Err(FieldError::missing(field)),
        text => Ok(Arc::from(text)),
    };
    Ok(Attachment {
        field: need("field", &message.field)?,
        policy: need("policy", &message.policy)?,
        level: level(message.level)?,
        target: need("target", &message.target)?,
        section: (!message.section.is_empty()).then(|| message.section.as_str().into()),
    })
}

fn level(level: i32) -> Result<Level, FieldError> {
    match wire::PolicyLevel::try_from(level) {
        Ok(wire::PolicyLevel::Gateway) => Ok(Level::Gateway),
        Ok(wire::PolicyLevel::Listener) => Ok(Level::Listener),
        Ok(wire::PolicyLevel::Backend) => Ok(Level::Backend),
        Ok(wire::PolicyLevel::BackendSection) => Ok(Level::BackendSection),
        Ok(wire::PolicyLevel::Route) => Ok(Level::Route),
        Ok(wire::PolicyLevel::Rule) => Ok(Level::Rule),
        Ok(wire::PolicyLevel::Unspecified) => Err(FieldError::missing("level")),
        Err(_) => Err(FieldError::unknown_enum("level", level)),
    }
}

#[cfg(test)]
mod tests;
