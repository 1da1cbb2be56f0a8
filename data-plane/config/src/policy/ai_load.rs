//! `backend.ai.load`: how much each provider of an AI backend is asked for at a time.
//!
//! Owns which attachments count for a provider: those of its backend, and its own, which win.

use dp_policy::ai_load::AiLoad;

use super::Effective;
use super::noun::Noun;
use crate::ai_backend::AiBackend;
use crate::config::Config;

// === impl Noun ===

impl Noun for AiLoad {
    const FIELD: &'static str = "backend.ai.load";

    fn in_short(&self) -> String {
        self.to_string()
    }
}

// === impl AiBackend ===

impl AiBackend {
    /// How much one of its providers is asked for at a time; `None` for what is said of all.
    pub fn load(&self, config: &Config, provider: Option<&str>) -> AiLoad {
        // No provider has an empty name.
        let provider = provider.unwrap_or_default();
        let set = self.policy_set.as_deref();
        let attached = Effective::of_backend_alone(config, set);
        let layers = attached.each::<AiLoad>(provider);
        layers.fold(AiLoad::default(), |lower, own| own.over(lower))
    }
}
