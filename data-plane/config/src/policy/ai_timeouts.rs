//! `backend.ai.timeouts`: how long a stream of a model may keep a client waiting, in layers.
//!
//! Owns which levels have a say. Invariant: of each member the greatest level that sets it is in effect.

use dp_policy::ai_timeouts::AiTimeouts;

use super::{Content, Effective};

/// Path in a TidegatePolicy.
pub(super) const FIELD: &str = "backend.ai.timeouts";

// === impl Effective ===

impl Effective<'_> {
    /// How long a stream of a provider may keep a client waiting. The policies of its backend count where
    /// [`Effective::with_backend`] was asked.
    pub fn ai_timeouts(&self, provider: &str) -> AiTimeouts {
        let layers = self.layers(FIELD, provider).into_iter();
        let contents = layers.filter_map(|layer| self.policy(layer));
        contents.fold(AiTimeouts::default(), |lower, policy| {
            match &policy.content {
                Content::AiTimeouts(own) => own.over(lower),
                // Whoever asked for the policies has refused the request.
                Content::Denied(_)
                | Content::Ai(_)
                | Content::AiGuards(_)
                | Content::AiAffinity(_)
                | Content::AiCache(_)
                | Content::AiFallback(_)
                | Content::AiLoad(_)
                | Content::AiKeys(_)
                | Content::LocalRateLimit(_)
                | Content::GlobalRateLimit(_)
                | Content::Budgets(_)
                | Content::Concurrency(_)
                | Content::FrontendHttp(_)
                | Content::AiAllowedModels(_)
                | Content::AiDeniedParams(_)
                | Content::AiResponseModel(_)
                | Content::Attribution(_) => lower,
            }
        })
    }
}
