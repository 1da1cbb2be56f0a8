//! `backend.ai.load`: how much each provider of an AI backend is asked for at a time.
//!
//! Owns which attachments count for a provider: those of its backend, and its own, which win.

use dp_policy::ai_load::AiLoad;

use super::{Content, Effective};
use crate::ai_backend::AiBackend;
use crate::config::Config;

/// Path in a TidegatePolicy.
pub(super) const FIELD: &str = "backend.ai.load";

// === impl AiBackend ===

impl AiBackend {
    /// How much one of its providers is asked for at a time; `None` for what is said of all.
    pub fn load(&self, config: &Config, provider: Option<&str>) -> AiLoad {
        // No provider has an empty name.
        let provider = provider.unwrap_or_default();
        let set = self.policy_set.as_deref();
        let attached = Effective::of_backend_alone(config, set);
        let layers = attached.layers(FIELD, provider).into_iter();
        let contents = layers.filter_map(|layer| attached.policy(layer));
        contents.fold(AiLoad::default(), |lower, policy| match &policy.content {
            Content::AiLoad(own) => own.over(lower),
            // Whoever asks for the policies of a request refuses it.
            Content::Denied(_)
            | Content::Ai(_)
            | Content::AiGuards(_)
            | Content::AiAffinity(_)
            | Content::AiCache(_)
            | Content::AiFallback(_)
            | Content::AiKeys(_)
            | Content::AiTimeouts(_)
            | Content::LocalRateLimit(_)
            | Content::GlobalRateLimit(_)
            | Content::Budgets(_)
            | Content::Concurrency(_)
            | Content::FrontendHttp(_)
            | Content::AiAllowedModels(_)
            | Content::AiDeniedParams(_)
            | Content::AiResponseModel(_)
            | Content::Attribution(_) => lower,
        })
    }
}
