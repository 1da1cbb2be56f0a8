//! Operations besides conversations whose answer is written anew from a provider's other shape, or by the gateway itself.
//!
//! Owns which writer an answer has. It must not know shapes. Invariant: what cannot be read is an error, never half an
//! answer.

use crate::error::ProviderError;
use crate::usage::Usage;
use crate::{embeddings, rerank, token_count};

/// How the answer to a converted request is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Converted {
    /// OpenAI's embeddings.
    Embeddings(embeddings::Answering),
    /// Cohere's order of documents.
    Rerank(rerank::Answering),
    /// Anthropic's count of tokens.
    TokenCount,
    /// Anthropic's count of tokens, which nobody is asked for: the gateway estimates it.
    Estimate,
}

// === impl Converted ===

impl Converted {
    /// The client's answer, made of a provider's. `told` are the tokens that the provider told in its head.
    pub fn write(
        &self,
        body: &[u8],
        model: &str,
        told: Option<u64>,
    ) -> Result<(Vec<u8>, Option<Usage>), ProviderError> {
        match self {
            Self::Embeddings(answering) => answering.write(body, model, told),
            Self::Rerank(answering) => Ok((answering.write(body)?, None)),
            // A count is no usage.
            Self::TokenCount => Ok((token_count::answer(body)?, None)),
            Self::Estimate => Err(ProviderError::default()),
        }
    }
}
