//! Families of models on Amazon Bedrock, told by the model's id (llm.md P-7).
//!
//! It must not know what families can do. Invariant: prefixes of regions (`us.`, `global.`) and the ARN around an id do not
//! matter.

/// Whose model it is, as far as requests differ by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// Anthropic Claude.
    Claude,
    /// Amazon Nova.
    Nova,
    /// Amazon Titan.
    Titan,
    /// AI21 Jamba and Jurassic.
    Ai21,
    /// Cohere Command, Embed and Rerank.
    Cohere,
    /// DeepSeek.
    DeepSeek,
    /// Meta Llama.
    Llama,
    /// Mistral AI.
    Mistral,
    /// OpenAI's open models.
    OpenAi,
    /// Alibaba Qwen.
    Qwen,
    /// Writer Palmyra.
    Writer,
    /// Any other.
    Other,
}

/// What stands in the ids of a family.
const MARKS: [(&str, Family); 12] = [
    ("anthropic.", Family::Claude),
    ("amazon.nova", Family::Nova),
    ("amazon.titan", Family::Titan),
    ("ai21.", Family::Ai21),
    ("cohere.", Family::Cohere),
    ("deepseek.", Family::DeepSeek),
    ("meta.llama", Family::Llama),
    ("mistral.", Family::Mistral),
    ("openai.", Family::OpenAi),
    ("qwen.", Family::Qwen),
    ("writer.", Family::Writer),
    ("claude-", Family::Claude),
];

// === impl Family ===

impl Family {
    /// The family of a model id, an inference profile or an ARN. Where the ARN does not tell, it is the configured one; an
    /// application's inference profile is otherwise taken for a Claude, which is what they are mostly made for.
    #[must_use]
    pub fn of(model: &str, configured: Option<Self>) -> Self {
        let model = super::model::decoded(model).unwrap_or_default();
        let model = model.to_ascii_lowercase();
        let is_opaque = model.contains("application-inference-profile/");
        let told = MARKS.iter().find(|(mark, _)| model.contains(mark));
        match (told.filter(|_| !is_opaque), configured) {
            (Some((_, family)), _) => *family,
            (None, Some(family)) => family,
            (None, None) if is_opaque => Self::Claude,
            (None, None) => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Family;

    #[test]
    fn families_by_id() {
        let arn = "arn:aws:bedrock:us-east-1:123456789012:";
        for (model, expected) in [
            ("anthropic.claude-3-5-sonnet-20241022-v2:0", Family::Claude),
            ("us.anthropic.claude-opus-4-20250514-v1:0", Family::Claude),
            (
                "global.anthropic.claude-sonnet-4-5-20250929-v1:0",
                Family::Claude,
            ),
            ("apac.amazon.nova-pro-v1:0", Family::Nova),
            ("amazon.titan-text-express-v1", Family::Titan),
            ("cohere.command-r-plus-v1:0", Family::Cohere),
            ("eu.meta.llama3-2-1b-instruct-v1:0", Family::Llama),
            ("us.deepseek.r1-v1:0", Family::DeepSeek),
            ("mistral.mistral-large-2402-v1:0", Family::Mistral),
            ("openai.gpt-oss-120b-1:0", Family::OpenAi),
            ("qwen.qwen3-32b-v1:0", Family::Qwen),
            ("ai21.jamba-1-5-large-v1:0", Family::Ai21),
            ("us.writer.palmyra-x5-v1:0", Family::Writer),
            ("stability.sd3-large-v1:0", Family::Other),
            ("", Family::Other),
        ] {
            assert_eq!(Family::of(model, None), expected, "{model}");
            let profile = format!("{arn}inference-profile/{model}");
            assert_eq!(Family::of(&profile, None), expected, "{profile}");
            let encoded = profile.replace('/', "%2F");
            assert_eq!(Family::of(&encoded, Some(Family::Other)), expected);
        }
        let opaque = format!("{arn}application-inference-profile/a1b2c3");
        assert_eq!(Family::of(&opaque, None), Family::Claude);
        assert_eq!(Family::of(&opaque, Some(Family::Nova)), Family::Nova);
        let provisioned = format!("{arn}provisioned-model/a1b2c3");
        assert_eq!(Family::of(&provisioned, None), Family::Other);
        assert_eq!(Family::of(&provisioned, Some(Family::Llama)), Family::Llama);
    }
}
