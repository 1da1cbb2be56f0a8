//! The formats that the mock speaks, and the vendors whose they are.
//!
//! It must not know what a request or an answer looks like. Invariant: names stand here once, for
//! the accounts and the record.

/// Who words an error, and whose credential is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Vendor {
    OpenAi,
    Anthropic,
    Bedrock,
    Google,
    Cohere,
}

/// One wire format of requests and answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Format {
    Chat,
    Responses,
    Embeddings,
    /// Whatever has no format of its own.
    Beyond,
    /// The same of Bedrock's.
    BeyondBedrock,
    /// The same of Google's.
    BeyondGoogle,
    /// Cohere's order of documents.
    Rerank,
    /// What models say by InvokeModel, each family in its own words.
    Invoke,
    Messages,
    Converse,
    GenerateContent,
}

impl Format {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Responses => "responses",
            Self::Embeddings => "embeddings",
            Self::Beyond => "beyond",
            Self::BeyondBedrock => "beyond-bedrock",
            Self::BeyondGoogle => "beyond-google",
            Self::Rerank => "rerank",
            Self::Invoke => "invoke",
            Self::Messages => "messages",
            Self::Converse => "converse",
            Self::GenerateContent => "generate-content",
        }
    }

    pub(crate) fn vendor(self) -> Vendor {
        match self {
            Self::Chat | Self::Responses | Self::Embeddings | Self::Beyond => Vendor::OpenAi,
            Self::Messages => Vendor::Anthropic,
            Self::Converse | Self::BeyondBedrock | Self::Invoke => Vendor::Bedrock,
            Self::GenerateContent | Self::BeyondGoogle => Vendor::Google,
            Self::Rerank => Vendor::Cohere,
        }
    }
}
