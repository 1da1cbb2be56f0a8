//! `tidegate.v1.AiPolicy` to [`AiPolicy`].
//!
//! Must refuse what cannot be done: a request that passes without its policy is not what somebody asked for.

use std::sync::Arc;

use ::route::field::{FieldError, Within};
use dp_llm::body_policy::{BodyPolicy, MemberValue};
use dp_llm::model_name::ModelAliases;
use dp_llm::prompt_caching::PromptCaching;
use dp_llm::prompt_enrichment::{PromptEnrichment, PromptMessage, Speaker};
use dp_llm::route_map::{Route, RouteMap};
use dp_policy::header_modifier::{Fields, HeaderModifier};
use proto::tidegate::v1 as wire;

use super::expression;
use crate::ai_backend::{AiPolicy, AiProvider, Headers, authorization};
use crate::prompt_guard::prompt_guard;

/// Decodes a policy.
pub(crate) fn decode(message: &wire::AiPolicy) -> Result<AiPolicy, FieldError> {
    let overrides = members("overrides", &message.overrides)?;
    let model = overrides.iter().find(|(name, _)| name == "model");
    let model = match model {
        None => None,
        Some((_, value)) => Some(
            value
                .text()
                .ok_or_else(|| FieldError::invalid("overrides", "the model must be a text"))?
                .into(),
        ),
    };
    let pairs = message.model_aliases.iter();
    let aliases = ModelAliases::parse(pairs.map(|own| (own.name.as_str(), own.model.as_str())))
        .map_err(|error| FieldError::invalid("model_aliases", error.to_string()))?;
    Ok(AiPolicy {
        body: BodyPolicy {
            overrides,
            removed: Vec::new(),
            defaults: members("defaults", &message.defaults)?,
        },
        aliases,
        prompt: PromptEnrichment {
            prepend: messages("prepend", &message.prepend)?,
            append: messages("append", &message.append)?,
        },
        model,
        transformations: expression::members("transformations", &message.transformations)?,
        final_transformations: expression::members(
            "final_transformations",
            &message.final_transformations,
        )?,
        prompt_caching: message.prompt_caching.as_ref().map(prompt_caching),
        guards: match &message.prompt_guard {
            None => Vec::new(),
            Some(guard) => {
                let targets = targets("guard_targets", &message.guard_targets)?;
                let guards = prompt_guard(guard, &targets, &guard.label).within("prompt_guard")?;
                vec![Arc::new(guards)]
            }
        },
        routes: routes(&message.routes)?,
        authorization: match &message.authorization {
            None => None,
            Some(rules) => Some(Arc::new(
                authorization::decode(rules).within("authorization")?,
            )),
        },
        headers: headers(message)?,
    })
}

fn headers(message: &wire::AiPolicy) -> Result<Headers, FieldError> {
    Ok(Headers {
        request: HeaderModifier::decode(
            &message.request_headers_to_add,
            &message.request_headers_to_remove,
            Fields::REQUEST,
        )?,
        response: HeaderModifier::decode(
            &message.response_headers_to_add,
            &message.response_headers_to_remove,
            Fields::RESPONSE,
        )?,
    })
}

fn routes(messages: &[wire::AiRoute]) -> Result<RouteMap, FieldError> {
    let mut entries = Vec::with_capacity(messages.len());
    for (index, own) in messages.iter().enumerate() {
        let route = route(own.operation).within_index("routes", index)?;
        entries.push((own.suffix.as_str(), route));
    }
    RouteMap::parse(entries)
        .map_err(|(suffix, error)| FieldError::invalid("routes", format!("{suffix:?}: {error}")))
}

fn route(operation: i32) -> Result<Route, FieldError> {
    use wire::ai_route::Operation;
    Ok(match Operation::try_from(operation) {
        Ok(Operation::Completions) => Route::Completions,
        Ok(Operation::Messages) => Route::Messages,
        Ok(Operation::Models) => Route::Models,
        Ok(Operation::Passthrough) => Route::Passthrough,
        Ok(Operation::Detect) => Route::Detect,
        Ok(Operation::Responses) => Route::Responses,
        Ok(Operation::AnthropicTokenCount) => Route::AnthropicTokenCount,
        Ok(Operation::Embeddings) => Route::Embeddings,
        Ok(Operation::Realtime) => Route::Realtime,
        Ok(Operation::Rerank) => Route::Rerank,
        Ok(Operation::GenerateContent) => Route::GenerateContent,
        Ok(Operation::GeminiCountTokens) => Route::GeminiCountTokens,
        Ok(Operation::Unspecified) => return Err(FieldError::missing("operation")),
        Err(_) => return Err(FieldError::unknown_enum("operation", operation)),
    })
}

fn prompt_caching(message: &wire::AiPromptCaching) -> PromptCaching {
    PromptCaching {
        system: message.system,
        messages: message.messages,
        tools: message.tools,
        min_tokens: message.min_tokens,
        message_offset: usize::try_from(message.message_offset).unwrap_or(usize::MAX),
        key: None,
    }
}

/// Services that guards ask.
pub(crate) fn targets(
    field: &'static str,
    messages: &[wire::AiProvider],
) -> Result<Vec<AiProvider>, FieldError> {
    let targets = messages.iter().enumerate();
    targets
        .map(|(index, own)| super::provider(own, None).within_index(field, index))
        .collect()
}

fn members(
    field: &'static str,
    members: &[wire::AiMember],
) -> Result<Vec<(String, MemberValue)>, FieldError> {
    let mut read = Vec::with_capacity(members.len());
    for (index, own) in members.iter().enumerate() {
        let value = MemberValue::parse(own.json.as_str());
        let value = value.map_err(|error| FieldError::invalid("json", error.to_string()));
        read.push((own.name.clone(), value.within_index(field, index)?));
    }
    Ok(read)
}

fn messages(
    field: &'static str,
    messages: &[wire::AiMessage],
) -> Result<Vec<PromptMessage>, FieldError> {
    let mut read = Vec::with_capacity(messages.len());
    for (index, own) in messages.iter().enumerate() {
        let speaker = Speaker::parse(&own.role);
        let speaker = speaker.map_err(|error| FieldError::invalid("role", error.to_string()));
        read.push(PromptMessage {
            speaker: speaker.within_index(field, index)?,
            content: own.content.clone(),
        });
    }
    Ok(read)
}
