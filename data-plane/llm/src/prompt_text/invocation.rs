//! What an invocation of one of Bedrock's models asks, by the shape of its body: each family has its own (AWS: Amazon Bedrock
//! User Guide, inference request parameters and response fields).
//!
//! It reads texts to measure them, and must not be taken for a guard's eye: what is not found here reaches the model all the
//! same. Invariant: what makes images or films has no texts.

use bytes::Bytes;

use super::walk::{Extent, Of, Walk};
use super::{PromptText, Scope, request};
use crate::format::Format;
use crate::node::{BodyError, Member, Node};

/// Members with texts of families that have no messages: Llama, Mistral, Claude and Jurassic of before; Titan; Cohere's.
const TEXTS: [&str; 10] = [
    "prompt",
    "inputText",
    "message",
    "chat_history",
    "preamble",
    "documents",
    "texts",
    "inputs",
    "query",
    "suffix",
];

/// Members of bodies that ask for images or films.
const OF_IMAGES: [&str; 6] = [
    "aspect_ratio",
    "cfg_scale",
    "image",
    "mode",
    "taskType",
    "text_prompts",
];

/// Members of bodies that ask for vectors, or an order of documents.
const OF_VECTORS: [&str; 6] = [
    "dimensions",
    "embeddingTypes",
    "input_type",
    "normalize",
    "query",
    "texts",
];

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invocation {
    /// A text.
    Answer,
    /// Numbers: a model only reads.
    Numbers,
}

// === impl Invocation ===

impl Invocation {
    /// Of the body of a request; `None` where a model reads no text in it that could be measured.
    #[must_use]
    pub fn of(body: &Bytes) -> Option<Self> {
        let (_, members) = Node::body(body).ok()?;
        if has(&members, &["messages"]) {
            return Some(Self::Answer);
        }
        if has(&members, &OF_IMAGES) || !has(&members, &TEXTS) {
            return None;
        }
        match has(&members, &OF_VECTORS) {
            true => Some(Self::Numbers),
            false => Some(Self::Answer),
        }
    }
}

pub(super) fn read(body: &Bytes) -> Result<PromptText<'_>, BodyError> {
    let (mut walk, members) = Walk::new(body, Extent::Format)?;
    if has(&members, &["messages"]) {
        // Nova has the parts of Converse; those of others are told by what they have.
        let format = if has(&members, &["anthropic_version"]) {
            Format::AnthropicMessages
        } else if has(
            &members,
            &["schemaVersion", "inferenceConfig", "toolConfig"],
        ) {
            Format::BedrockConverse
        } else {
            Format::OpenAiChatCompletions
        };
        return request::read(format, body, Extent::Format);
    }
    if Invocation::of(body).is_none() {
        return Err(BodyError::Opaque);
    }
    for (_, value) in members
        .iter()
        .filter(|(key, _)| TEXTS.contains(&key.as_ref()))
    {
        walk.message(Scope::User, |walk| {
            walk.strings(Of::said(Scope::User), *value)
        });
    }
    Ok(walk.finish())
}

fn has(members: &[Member<'_>], names: &[&str]) -> bool {
    members.iter().any(|(key, _)| names.contains(&key.as_ref()))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::{Format, Invocation, PromptText};
    use crate::class::Class;

    #[test]
    fn each_family_asks_in_its_own_shape() {
        use Invocation::{Answer, Numbers};
        for (body, expected, texts) in [
            (
                r#"{"anthropic_version":"bedrock-2023-05-31","max_tokens":9,"system":"s","messages":[{"role":"user","content":"a"}]}"#,
                Some(Answer),
                vec!["s", "a"],
            ),
            (
                r#"{"schemaVersion":"messages-v1","system":[{"text":"s"}],"messages":[{"role":"user","content":[{"image":{"format":"png","source":{"bytes":"AAAA"}}},{"text":"a"}]}],"inferenceConfig":{"max_new_tokens":9}}"#,
                Some(Answer),
                vec!["s", "a"],
            ),
            (
                r#"{"messages":[{"role":"user","content":"a"}],"max_tokens":9}"#,
                Some(Answer),
                vec!["a"],
            ),
            (
                r#"{"prompt":"<s>[INST] a [/INST]","max_gen_len":9}"#,
                Some(Answer),
                vec!["<s>[INST] a [/INST]"],
            ),
            (
                r#"{"inputText":"a","textGenerationConfig":{"maxTokenCount":9}}"#,
                Some(Answer),
                vec!["a"],
            ),
            (
                r#"{"message":"a","chat_history":[{"role":"USER","message":"b"}],"preamble":"c"}"#,
                Some(Answer),
                vec!["a", "USER", "b", "c"],
            ),
            (
                r#"{"inputText":"a","dimensions":256,"normalize":true}"#,
                Some(Numbers),
                vec!["a"],
            ),
            (
                r#"{"texts":["a","b"],"input_type":"search_query"}"#,
                Some(Numbers),
                vec!["a", "b"],
            ),
            (
                r#"{"query":"q","documents":["a"],"api_version":2}"#,
                Some(Numbers),
                vec!["q", "a"],
            ),
            (
                r#"{"taskType":"TEXT_IMAGE","textToImageParams":{"text":"a"}}"#,
                None,
                vec![],
            ),
            (
                r#"{"prompt":"a","mode":"text-to-image","output_format":"png"}"#,
                None,
                vec![],
            ),
            ("", None, vec![]),
            ("[]", None, vec![]),
        ] {
            let body = Bytes::from(body);
            assert_eq!(Invocation::of(&body), expected, "{body:?}");
            let class = Class::Detect(Format::BedrockConverse);
            let read = PromptText::of_class(class, &body).ok();
            let found: Vec<_> = read
                .iter()
                .flat_map(|read| read.runs().map(|run| run.text().into_owned()))
                .collect();
            assert_eq!(found, texts, "{body:?}");
            assert!(PromptText::to_judge(class, &body).is_err(), "{body:?}");
        }
    }
}
