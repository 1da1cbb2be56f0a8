//! The provider of an AgentgatewayModel, by the way that providers of a backend go.
//!
//! Owns the translation between the two spellings. Must not resolve anything itself: credentials, addresses and policies
//! are those of `ai`, so that what a backend can do a model can do too.

use cp_api::backend::policy::BackendPolicies;
use cp_api::backend::policy::ai::BackendAi;
use cp_api::backend::provider::{Model, OpenAi, Provider};
use cp_api::model::{AgentgatewayModel, ModelPolicies, ModelProvider, ModelSpec};

use super::Verdict;
use super::ai::preset::Preset;
use super::ai::{Declared, Scope, place};
use super::base_url::BaseUrl;
use crate::inputs::Stored;
use crate::lookup::Lookup;
use crate::plan::ProviderPlan;
use crate::settings::Settings;

mod own;

/// Where a provider of a model goes.
#[derive(Clone, Copy)]
pub(crate) struct Seat<'a> {
    /// Its name in its backend.
    pub(crate) name: &'a str,
    /// The name of the cluster of a provider there.
    pub(crate) cluster: &'a dyn Fn(&str) -> String,
}

/// The provider of a model, and what is wrong with it. One that cannot be built refuses its requests.
pub(crate) fn provider(
    lookup: &Lookup<'_>,
    settings: &Settings,
    stored: &Stored<AgentgatewayModel>,
    seat: Seat<'_>,
) -> (ProviderPlan, Verdict) {
    let object = &*stored.object;
    let spec = &object.spec;
    let scope = Scope {
        lookup,
        settings,
        declared: Declared {
            namespace: &object.metadata.namespace,
            name: &object.metadata.name,
            annotations: &object.metadata.annotations,
            effects: &object.effects,
            source: (*stored.source).clone(),
            cluster: seat.cluster,
        },
    };
    let mut verdict = Verdict::default();
    let base = match spec.base_url.as_deref().map(BaseUrl::parse) {
        None => Ok(None),
        Some(Ok(base)) => Ok(Some(base)),
        Some(Err(wrong)) => Err(format!("spec.baseURL {wrong}")),
    };
    let own = self::kind(spec);
    let policies = spec.policies.as_ref().map(self::policies);
    let levels = policies.as_ref();
    let levels = levels.map(|own| (own, "spec.policies".to_owned()));
    let levels = levels.into_iter().collect();
    let mut placed = place(&own, seat.name, "spec".to_owned(), levels);
    placed.preset = spec.provider.and_then(Preset::of);
    for (_, at) in &mut placed.ai {
        // A model has them among its other policies.
        "spec.policies".clone_into(at);
    }
    let plan = match &base {
        Ok(base) => {
            placed.base = base.as_ref();
            let mut plan = scope.provider(&placed, &mut verdict);
            let added = own::add(spec.policies.as_ref(), &mut plan);
            match added.err().filter(|_| verdict.broken.is_empty()) {
                None => plan,
                Some(message) => {
                    verdict.broken.push(message.clone());
                    scope.refused(&placed, message)
                }
            }
        }
        Err(message) => {
            verdict.broken.push(message.clone());
            scope.refused(&placed, message.clone())
        }
    };
    (plan, verdict)
}

/// The provider as a backend would have it; empty for a preset.
fn kind(spec: &ModelSpec) -> Provider {
    let none = Provider::default();
    match spec.provider {
        Some(ModelProvider::OpenAi) => Provider {
            openai: Some(OpenAi::default()),
            ..none
        },
        Some(ModelProvider::Anthropic) => Provider {
            anthropic: Some(Model::default()),
            ..none
        },
        Some(ModelProvider::Gemini) => Provider {
            gemini: Some(Model::default()),
            ..none
        },
        Some(ModelProvider::Azure) => Provider {
            azure: spec.azure.clone(),
            ..none
        },
        Some(ModelProvider::VertexAi) => Provider {
            vertexai: spec.vertexai.clone(),
            ..none
        },
        Some(ModelProvider::Bedrock) => Provider {
            bedrock: spec.bedrock.clone(),
            ..none
        },
        Some(ModelProvider::Custom) => Provider {
            custom: spec.custom.clone(),
            ..none
        },
        Some(
            ModelProvider::Cohere
            | ModelProvider::Ollama
            | ModelProvider::Baseten
            | ModelProvider::Cerebras
            | ModelProvider::Deepinfra
            | ModelProvider::Deepseek
            | ModelProvider::Groq
            | ModelProvider::Huggingface
            | ModelProvider::Mistral
            | ModelProvider::Openrouter
            | ModelProvider::TogetherAi
            | ModelProvider::Xai
            | ModelProvider::Fireworks,
        )
        | None => none,
    }
}

/// The policies as a backend would have them.
fn policies(own: &ModelPolicies) -> BackendPolicies {
    let ai = BackendAi {
        transformations: own.transformations.clone(),
        final_transformations: own.final_transformations.clone(),
        prompt_guard: own.prompt_guard.clone(),
        ..BackendAi::default()
    };
    BackendPolicies {
        tls: own.tls.clone(),
        tunnel: own.tunnel.clone(),
        auth: own.auth.clone(),
        health: own.health.clone(),
        ai: (ai != BackendAi::default()).then_some(ai),
        ..BackendPolicies::default()
    }
}
