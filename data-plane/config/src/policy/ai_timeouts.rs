//! `backend.ai.timeouts`: how long a stream of a model may keep a client waiting, in layers.
//!
//! Owns which levels have a say. Invariant: of each member the greatest level that sets it is in effect.

use dp_policy::ai_timeouts::AiTimeouts;

use super::Effective;
use super::noun::Noun;

// === impl Noun ===

impl Noun for AiTimeouts {
    const FIELD: &'static str = "backend.ai.timeouts";

    fn in_short(&self) -> String {
        self.to_string()
    }
}

// === impl Effective ===

impl Effective<'_> {
    /// How long a stream of a provider may keep a client waiting. The policies of its backend count where
    /// [`Effective::with_backend`] was asked.
    pub fn ai_timeouts(&self, provider: &str) -> AiTimeouts {
        let layers = self.each::<AiTimeouts>(provider);
        layers.fold(AiTimeouts::default(), |lower, own| own.over(lower))
    }
}
