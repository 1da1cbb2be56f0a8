//! Requests in one format turned into another's: one typed converter per pair, in the file that is named after it.
//!
//! A pair whose formats have a third between them that loses nothing is their composition (chat completions reach Converse
//! through Messages, which has everything that Converse has). It must not know how bodies travel. Invariants: what has no
//! counterpart is refused or noted in [`Notes`], never dropped in silence; converting starts from the client's body each
//! time, so that an attempt never sees what another one made of it.

pub(crate) mod chat_gemini;
pub(crate) mod chat_messages;
pub(crate) mod chat_responses;
pub(crate) mod dispatch;
pub(crate) mod gemini_chat;
pub(crate) mod gemini_schema;
pub(crate) mod media;
pub(crate) mod messages_chat;
pub(crate) mod messages_converse;
pub(crate) mod messages_responses;
pub(crate) mod responses_chat;
pub(crate) mod tool_names;

use std::borrow::Cow;

/// What the converters must know of the provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// The model that is sent; it decides what is supported.
    pub model: String,
    /// Whose service it is.
    pub vendor: Vendor,
    /// The most tokens that the model can generate, where a catalogue says it.
    pub max_output_tokens: Option<u64>,
    /// What Bedrock applies to the request.
    pub guardrail: Option<Guardrail>,
}

/// A guardrail of Bedrock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guardrail {
    /// Its id.
    pub identifier: String,
    /// Its version.
    pub version: String,
}

/// Whose service a provider is, as far as converters differ by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Vendor {
    /// OpenAI or Azure OpenAI.
    OpenAi,
    /// Anthropic, on its own service, Vertex or Foundry.
    Anthropic,
    /// Amazon Bedrock.
    Bedrock,
    /// Google AI Studio.
    Gemini,
    /// Google Vertex AI.
    Vertex,
    /// Somebody who speaks another's format.
    #[default]
    Other,
}

/// What a conversion left out, for a warning's counter (`llm_translation_dropped_total`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// Names of fields, each once, in the client's spelling.
    pub dropped: Vec<&'static str>,
}

/// Why a request cannot be converted; the client gets 400.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{}{message}", .field, if .field.is_empty() { "" } else { ": " })]
pub struct Unconvertible {
    /// The field at fault, such as `messages[2].content[0]`.
    pub field: Cow<'static, str>,
    /// What is wrong with it and what helps.
    pub message: Cow<'static, str>,
    /// Whether the body breaks its own format, or asks for what the provider's has not.
    pub cause: Cause,
}

/// Whose limit a request met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// The body is not what the client's format asks for (`invalid_request_body`).
    Invalid,
    /// The provider's format cannot say it (`unsupported_conversion`).
    Unsupported,
}

// === impl Notes ===

impl Notes {
    /// `field` was left out.
    pub(crate) fn dropped(&mut self, field: &'static str) {
        if !self.dropped.contains(&field) {
            self.dropped.push(field);
        }
    }

    /// `field` was left out, if it was there.
    pub(crate) fn dropped_if(&mut self, field: &'static str, is_there: bool) {
        if is_there {
            self.dropped(field);
        }
    }
}

// === impl Unconvertible ===

impl Unconvertible {
    pub(crate) fn invalid(
        field: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
            cause: Cause::Invalid,
        }
    }

    pub(crate) fn unsupported(
        field: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            cause: Cause::Unsupported,
            ..Self::invalid(field, message)
        }
    }

    /// The same, found inside `outer`.
    pub(crate) fn within(mut self, outer: &str) -> Self {
        self.field = match self.field.as_ref() {
            "" => outer.to_owned().into(),
            inner if inner.starts_with('[') => format!("{outer}{inner}").into(),
            inner => format!("{outer}.{inner}").into(),
        };
        self
    }
}
