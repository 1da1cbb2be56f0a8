//! Whose model it is on Bedrock, as far as Converse requests differ by it.
//!
//! It must not know requests. Invariant: prefixes of regions (`us.`, `eu.`, `global.`) and ARNs do not hide a model's name.

use super::Place;

/// A family of models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// Anthropic's; also where an ARN does not say whose.
    Claude,
    /// Amazon's, without reasoning.
    Nova,
    /// Amazon's, with it.
    Nova2,
    /// OpenAI's with open weights.
    GptOss,
    /// Anybody else's.
    Other,
}

// === impl Family ===

impl Family {
    pub(super) fn of(model: &str) -> Self {
        // Profiles and provisioned throughput may be anything; most are Claude.
        let is_opaque = model.starts_with("arn:")
            && [":application-inference-profile/", ":provisioned-model/"]
                .iter()
                .any(|kind| model.contains(kind));
        if model.contains("claude") || is_opaque {
            Self::Claude
        } else if model.contains("nova-2") {
            Self::Nova2
        } else if model.contains("amazon.nova") {
            Self::Nova
        } else if model.contains("gpt-oss") {
            Self::GptOss
        } else {
            Self::Other
        }
    }

    /// Whether a tool's result may say if the call failed.
    pub(super) const fn has_status(self) -> bool {
        match self {
            Self::Claude | Self::Nova | Self::Nova2 => true,
            Self::GptOss | Self::Other => false,
        }
    }

    /// Whether a cache point may stand there (AWS guide "Prompt caching").
    pub(super) const fn caches(self, place: Place) -> bool {
        match (self, place) {
            (Self::Claude, Place::System | Place::Messages | Place::Tools)
            | (Self::Nova | Self::Nova2, Place::System | Place::Messages) => true,
            (Self::Nova | Self::Nova2, Place::Tools) | (Self::GptOss | Self::Other, _) => false,
        }
    }

    /// Whether a cache point may say how long.
    pub(super) const fn caches_longer(self) -> bool {
        matches!(self, Self::Claude)
    }
}

#[cfg(test)]
mod tests {
    use super::Family;

    #[test]
    fn names_tell_the_family() {
        for (model, expected) in [
            ("anthropic.claude-3-5-sonnet-20241022-v2:0", Family::Claude),
            ("global.anthropic.claude-opus-4-6-v1", Family::Claude),
            (
                "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-opus-4-7",
                Family::Claude,
            ),
            (
                "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3",
                Family::Claude,
            ),
            ("us.amazon.nova-pro-v1:0", Family::Nova),
            ("global.amazon.nova-2-lite-v1:0", Family::Nova2),
            ("openai.gpt-oss-120b-1:0", Family::GptOss),
            ("us.meta.llama4-scout-17b-instruct-v1:0", Family::Other),
            (
                "arn:aws:bedrock:us-east-1::foundation-model/deepseek.v3-v1:0",
                Family::Other,
            ),
            (
                "arn:aws:bedrock:us-east-1:123456789012:imported-model/a1b2c3",
                Family::Other,
            ),
        ] {
            assert_eq!(Family::of(model), expected, "{model}");
        }
    }
}
