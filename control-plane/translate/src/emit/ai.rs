//! AiBackend resources, with their providers' clusters and keys.
//!
//! Owns the wire form of providers. A credential that cannot be had is said so, never left out.

use std::sync::Arc;

use cp_api::backend::policy::ai::RouteFormat;
use proto::tidegate::v1 as tidegate;

use super::route::headers::changes;
use super::source::duration;
use super::{Output, cluster, credential, secret};
use crate::plan::{
    AiPolicyPlan, AuthorizationPlan, CustomFormat, Format, HealthPlan, ProviderPlan, Service,
    SetPlan,
};
use crate::price::LayerPlan;

pub(super) fn emit(
    (name, sources): (&str, &[tidegate::Source]),
    (groups, policies): (&[Vec<ProviderPlan>], Option<&SetPlan>),
    prices: &[Arc<LayerPlan>],
    output: &mut Output,
) {
    let message = tidegate::AiBackend {
        name: name.to_owned(),
        groups: groups
            .iter()
            .map(|group| tidegate::AiProviderGroup {
                providers: group.iter().map(provider).collect(),
            })
            .collect(),
        health: None,
        price_catalogs: prices.iter().map(|it| it.message.name.clone()).collect(),
        policy_set: policies.map(|set| set.name.clone()).unwrap_or_default(),
    };
    output.put(&message, sources);
    for layer in prices {
        output.put(&layer.message, std::slice::from_ref(&layer.source));
    }
    for provider in groups.iter().flatten() {
        reach(provider, sources, output);
        if let Some(policy) = &provider.policy {
            guard_targets(policy, sources, output);
        }
    }
}

/// The services that guards of a policy ask.
pub(super) fn guard_targets(
    policy: &AiPolicyPlan,
    sources: &[tidegate::Source],
    output: &mut Output,
) {
    for target in &policy.guard_targets {
        reach(target, sources, output);
    }
}

pub(super) fn reach(provider: &ProviderPlan, sources: &[tidegate::Source], output: &mut Output) {
    if let Some(transport) = &provider.transport {
        cluster::provider(&provider.cluster, transport, sources, output);
    }
    if let Some(home) = &provider.rerank {
        cluster::provider(&home.cluster, &home.transport, sources, output);
    }
    secret::credential(&provider.credential, output);
}

pub(super) fn provider(plan: &ProviderPlan) -> tidegate::AiProvider {
    tidegate::AiProvider {
        name: plan.name.clone(),
        cluster: plan.cluster.clone(),
        model: plan.model.clone(),
        path_prefix: plan.path_prefix.clone(),
        path: plan.path.clone(),
        authority: plan.authority.clone(),
        credential: Some(credential::message(&plan.credential)),
        telemetry_name: plan.telemetry_name.clone(),
        service: Some(service(&plan.service)),
        weight: (plan.weight != 1).then_some(plan.weight),
        health: plan.health.as_ref().map(health),
        policy: plan.policy.as_ref().map(policy),
        refuses_local_addresses: plan.refuses_local_addresses,
        request_timeout: plan.request_timeout.map(duration),
        rerank: plan.rerank.as_ref().map(|home| tidegate::AiHome {
            cluster: home.cluster.clone(),
            authority: home.authority.clone(),
        }),
    }
}

pub(super) fn policy(plan: &AiPolicyPlan) -> tidegate::AiPolicy {
    let member = |(name, json): &(String, String)| tidegate::AiMember {
        name: name.clone(),
        json: json.clone(),
    };
    let message = |(role, content): &(String, String)| tidegate::AiMessage {
        role: role.clone(),
        content: content.clone(),
    };
    let expression = |(name, expression): &(String, String)| tidegate::AiExpression {
        name: name.clone(),
        expression: expression.clone(),
    };
    let alias = |(name, model): (&String, &String)| tidegate::AiAlias {
        name: name.clone(),
        model: model.clone(),
    };
    let (request_headers_to_add, request_headers_to_remove) = changes(&plan.request_headers);
    let (response_headers_to_add, response_headers_to_remove) = changes(&plan.response_headers);
    tidegate::AiPolicy {
        overrides: plan.overrides.iter().map(member).collect(),
        defaults: plan.defaults.iter().map(member).collect(),
        model_aliases: plan.model_aliases.iter().map(alias).collect(),
        prepend: plan.prepend.iter().map(message).collect(),
        append: plan.append.iter().map(message).collect(),
        prompt_guard: plan.prompt_guard.clone(),
        guard_targets: plan.guard_targets.iter().map(provider).collect(),
        transformations: plan.transformations.iter().map(expression).collect(),
        final_transformations: plan.final_transformations.iter().map(expression).collect(),
        prompt_caching: plan
            .prompt_caching
            .as_ref()
            .map(|own| tidegate::AiPromptCaching {
                system: own.cache_system,
                messages: own.cache_messages,
                tools: own.cache_tools,
                min_tokens: own.min_tokens,
                message_offset: own.cache_message_offset,
            }),
        routes: plan.routes.iter().map(route).collect(),
        authorization: plan.authorization.as_ref().map(authorization),
        request_headers_to_add,
        request_headers_to_remove,
        response_headers_to_add,
        response_headers_to_remove,
    }
}

fn authorization(plan: &AuthorizationPlan) -> tidegate::AiAuthorization {
    tidegate::AiAuthorization {
        deny: plan.deny.clone(),
        require: plan.require.clone(),
        allow: plan.allow.clone(),
    }
}

fn route((suffix, format): (&String, &RouteFormat)) -> tidegate::AiRoute {
    use tidegate::ai_route::Operation;
    let operation = match format {
        RouteFormat::Completions => Operation::Completions,
        RouteFormat::Messages => Operation::Messages,
        RouteFormat::Models => Operation::Models,
        RouteFormat::Passthrough => Operation::Passthrough,
        RouteFormat::Detect => Operation::Detect,
        RouteFormat::Responses => Operation::Responses,
        RouteFormat::AnthropicTokenCount => Operation::AnthropicTokenCount,
        RouteFormat::Embeddings => Operation::Embeddings,
        RouteFormat::Realtime => Operation::Realtime,
        RouteFormat::Rerank => Operation::Rerank,
        RouteFormat::GenerateContent => Operation::GenerateContent,
        RouteFormat::GeminiCountTokens => Operation::GeminiCountTokens,
    };
    tidegate::AiRoute {
        suffix: suffix.clone(),
        operation: operation.into(),
    }
}

fn service(plan: &Service) -> tidegate::AiService {
    use tidegate::ai_service::Kind;
    use tidegate::azure_service::Resource;
    let azure = |resource: Resource, project: &str, api_version: &str| {
        Kind::Azure(tidegate::AzureService {
            resource: resource.into(),
            project: project.to_owned(),
            api_version: api_version.to_owned(),
        })
    };
    let kind = match plan {
        Service::OpenAi => Kind::Openai(tidegate::OpenAiService {}),
        Service::Anthropic => Kind::Anthropic(tidegate::AnthropicService {}),
        Service::Bedrock { region, guardrail } => {
            let (identifier, version) = guardrail.clone().unwrap_or_default();
            Kind::Bedrock(tidegate::BedrockService {
                region: region.clone(),
                guardrail_identifier: identifier,
                guardrail_version: version,
            })
        }
        Service::AzureOpenAi { api_version } => azure(Resource::Openai, "", api_version),
        Service::Foundry {
            project,
            api_version,
        } => azure(Resource::Foundry, project, api_version),
        Service::Gemini => Kind::Gemini(tidegate::GeminiService {}),
        Service::Vertex { project, region } => Kind::Vertex(tidegate::VertexService {
            project: project.clone(),
            region: region.clone(),
        }),
        Service::Custom { formats } => Kind::Custom(tidegate::CustomService {
            formats: formats.iter().map(custom_format).collect(),
        }),
    };
    tidegate::AiService { kind: Some(kind) }
}

fn custom_format(plan: &CustomFormat) -> tidegate::CustomFormat {
    let format = match plan.format {
        Format::ChatCompletions => tidegate::AiFormat::OpenaiChatCompletions,
        Format::Responses => tidegate::AiFormat::OpenaiResponses,
        Format::Messages => tidegate::AiFormat::AnthropicMessages,
        Format::Embeddings => tidegate::AiFormat::OpenaiEmbeddings,
        Format::AnthropicTokenCount => tidegate::AiFormat::AnthropicTokenCount,
        Format::Realtime => tidegate::AiFormat::OpenaiRealtime,
        Format::Rerank => tidegate::AiFormat::Rerank,
    };
    tidegate::CustomFormat {
        format: format.into(),
        path: plan.path.clone().unwrap_or_default(),
    }
}

fn health(plan: &HealthPlan) -> tidegate::AiHealth {
    let share = |percent: u32| f64::from(percent) / 100.0;
    tidegate::AiHealth {
        eviction_duration: plan.eviction.map(duration),
        consecutive_failures: plan.consecutive_failures,
        health_threshold: plan.health_threshold.map(share),
        restore_health: plan.restore_health.map(share),
        unhealthy_condition: plan.unhealthy_condition.clone().unwrap_or_default(),
    }
}
