//! `backend.ai.rewriteResponseModel`: which name of the model an answer tells its client (llm.md R-5).
//!
//! Owns that the nearest level decides alone. Must not know names. Invariant: without the field answers keep their bytes.

use std::fmt;

use proto::tidegate::v1 as wire;

use super::{Content, Effective};

/// Path in a TidegatePolicy.
pub(super) const FIELD: &str = "backend.ai.rewriteResponseModel";

/// Which name of the model an answer tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AiResponseModel {
    /// The one that the client asked for.
    pub is_rewritten: bool,
}

pub(super) fn decode(message: wire::AiResponseModel) -> AiResponseModel {
    AiResponseModel {
        is_rewritten: message.rewrite,
    }
}

// === impl AiResponseModel ===

/// In short, for dumps and explanations.
impl fmt::Display for AiResponseModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.is_rewritten {
            true => "answers tell the model that was asked for",
            false => "answers tell the provider's model",
        })
    }
}

// === impl Effective ===

impl Effective<'_> {
    /// Whether an answer of a provider tells its client the model that the client asked for. The policies of the backend count
    /// where [`Effective::with_backend`] was asked.
    pub fn rewrites_response_model(&self, provider: &str) -> bool {
        let layers = self.layers(FIELD, provider).into_iter().rev();
        let mut contents = layers.filter_map(|layer| self.policy(layer));
        let nearest = contents.find_map(|policy| match &policy.content {
            Content::AiResponseModel(own) => Some(own.is_rewritten),
            // Whoever asked for the policies has refused the request.
            Content::Denied(_)
            | Content::Ai(_)
            | Content::AiAffinity(_)
            | Content::AiCache(_)
            | Content::AiFallback(_)
            | Content::AiGuards(_)
            | Content::AiLoad(_)
            | Content::AiKeys(_)
            | Content::AiTimeouts(_)
            | Content::LocalRateLimit(_)
            | Content::GlobalRateLimit(_)
            | Content::Budgets(_)
            | Content::Concurrency(_)
            | Content::FrontendHttp(_)
            | Content::AiAllowedModels(_)
            | Content::AiDeniedParams(_)
            | Content::Attribution(_) => None,
        });
        nearest.unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_told_in_short() {
        for (rewrite, expected) in [
            (true, "answers tell the model that was asked for"),
            (false, "answers tell the provider's model"),
        ] {
            let own = decode(wire::AiResponseModel { rewrite });
            assert_eq!(own.to_string(), expected);
        }
    }
}
