//! Where a provider is told that it may cache the prompt up to here (llm.md 4.7).
//!
//! It must not know providers' prices or lifetimes. Invariant: never more than four markers with the client's own, none in a
//! section that the client marked itself, and the same request gets the same markers, or the cache would never be hit.

mod key;
mod mark;
mod places;

use bytes::Bytes;

/// What may be marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PromptCaching {
    /// The end of the system prompt.
    pub system: bool,
    /// A message near the end.
    pub messages: bool,
    /// The end of the tools.
    pub tools: bool,
    /// A prompt that is shorter up to a marker gets none, in tokens (estimated).
    pub min_tokens: u32,
    /// How many messages earlier than the last but one the marker stands.
    pub message_offset: usize,
    /// What the request has in common with others that begin alike, for a provider that looks for what it kept by such keys.
    pub key: Option<u64>,
}

/// Where a marker goes. For Anthropic it is the member `cache_control` of the last tool or block, for Bedrock a `cachePoint`
/// behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum MarkerPlace {
    /// The last tool.
    Tools,
    /// The last block of the system prompt, which may still be one text.
    System,
    /// A block of a message; none where the message is one text.
    Message {
        /// Index of the message.
        message: usize,
        /// Index of the block that can be marked.
        block: Option<usize>,
    },
}

/// How many markers a request may have.
pub(crate) const MAX_MARKERS: usize = 4;

// === impl PromptCaching ===

impl PromptCaching {
    /// What of this is marked for a model on Bedrock; `None` if the model takes no cache points. A model that an application
    /// inference profile hides is taken for one that does.
    #[must_use]
    pub fn on_bedrock(self, model: &str) -> Option<Self> {
        let is_nova = model.contains("amazon.nova");
        let is_hidden =
            model.starts_with("arn:") && model.contains("application-inference-profile");
        match (is_nova, is_hidden || is_claude_3_or_later(model)) {
            // Nova has none for tools.
            (true, _) => Some(Self {
                tools: false,
                ..self
            }),
            (false, true) => Some(self),
            (false, false) => None,
        }
    }

    /// A body of OpenAI's chat completions or responses with the key, unless the client gave one of its own; the same buffer where
    /// there is nothing to say.
    #[must_use]
    pub fn keyed(&self, body: &Bytes) -> Bytes {
        match self.key {
            Some(key) => key::keyed(key, body),
            None => body.clone(),
        }
    }

    /// A body of Anthropic's messages with markers; the same buffer where there is nothing to mark, or the body is none that
    /// can be understood.
    #[must_use]
    pub fn mark(&self, body: &Bytes) -> Bytes {
        mark::mark(self, body)
    }
}

/// The models' defaults of agentgateway.dev.
impl Default for PromptCaching {
    fn default() -> Self {
        Self {
            system: true,
            messages: true,
            tools: false,
            min_tokens: 1024,
            message_offset: 0,
            key: None,
        }
    }
}

/// Ids of the first two generations are `anthropic.claude-v2`, `anthropic.claude-instant-v1`.
fn is_claude_3_or_later(model: &str) -> bool {
    let Some((_, name)) = model.split_once("anthropic.claude-") else {
        return false;
    };
    !name.starts_with("instant") && !name.starts_with('v')
}

#[cfg(test)]
mod tests;
