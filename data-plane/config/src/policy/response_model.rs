//! `backend.ai.rewriteResponseModel`: which name of the model an answer tells its client (llm.md R-5).
//!
//! Owns that the nearest level decides alone. Must not know names. Invariant: without the field answers keep their bytes.

use std::fmt;

use proto::tidegate::v1 as wire;

use super::Effective;
use super::noun::Noun;

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

// === impl Noun ===

impl Noun for AiResponseModel {
    const FIELD: &'static str = "backend.ai.rewriteResponseModel";

    fn in_short(&self) -> String {
        self.to_string()
    }
}

// === impl Effective ===

impl Effective<'_> {
    /// Whether an answer of a provider tells its client the model that the client asked for. The policies of the backend count
    /// where [`Effective::with_backend`] was asked.
    pub fn rewrites_response_model(&self, provider: &str) -> bool {
        let nearest = self.nearest::<AiResponseModel>(provider);
        nearest.is_some_and(|own| own.is_rewritten)
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
