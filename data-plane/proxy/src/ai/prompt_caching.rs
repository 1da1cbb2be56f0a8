//! What a provider may be told to cache of a prompt.
//!
//! Owns which vendor is told a key. Must not write bodies: dp-llm does.

use dp_config::ai_backend::AiPolicy;
use dp_llm::{edge::Vendor, prompt_caching::PromptCaching};
use dp_upstream::provider_group::affinity::Affinity;

/// What a provider may be told to cache of a prompt for a model.
pub(super) fn of(
    policy: Option<&AiPolicy>,
    (vendor, model): (Vendor, &str),
    affinity: impl FnOnce() -> Option<Affinity>,
) -> Option<PromptCaching> {
    let caching = policy?.prompt_caching?;
    let key = match vendor {
        Vendor::OpenAi => affinity().map(Affinity::number),
        Vendor::Anthropic
        | Vendor::Foundry
        | Vendor::Bedrock
        | Vendor::Gemini
        | Vendor::Vertex
        | Vendor::Other => None,
    };
    let caching = PromptCaching { key, ..caching };
    match vendor == Vendor::Bedrock {
        true => caching.on_bedrock(model),
        false => Some(caching),
    }
}
