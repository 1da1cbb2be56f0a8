//! Requests in one format turned into another's: one typed converter per pair, in the file that is named after it.
//!
//! A pair whose formats have a third between them that loses nothing is their composition (chat completions reach Converse
//! through Messages, which has everything that Converse has). It must not know how bodies travel. Invariants: what has no
//! counterpart is refused or noted in [`Notes`], never dropped in silence; converting starts from the client's body each
//! time, so that an attempt never sees what another one made of it.

mod chat_gemini;
mod chat_messages;
mod chat_responses;
pub mod dispatch;
mod gemini_chat;
mod gemini_schema;
mod media;
mod messages_chat;
mod messages_converse;
mod messages_responses;
mod own_reasoning;
mod renamed;
mod responses_chat;
mod server_tools;
mod unlisted;

use dp_wire::{format, json, shape, text, tool_names};

pub use chat_gemini::needs_signatures;
pub use renamed::own_id_rule;

pub use dp_wire::unconvertible::{Cause, Unconvertible};

/// What the converters must know of the provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// The model that is sent; it decides what is supported.
    pub model: String,
    /// Which model that is, where its name does not tell: an ARN of Bedrock may stand for any.
    pub known_as: Option<String>,
    /// Whose service it is.
    pub vendor: Vendor,
    /// The most tokens that the model can generate, where a catalogue says it.
    pub max_output_tokens: Option<u64>,
    /// What Bedrock applies to the request.
    pub guardrail: Option<Guardrail>,
    /// So many messages at the end are an operator's: they are there each time, behind what the client sends then.
    pub appended: usize,
    /// The formats that the model speaks, where a catalogue says so: its name need not tell (llm.md T-6).
    pub tagged: Vec<format::Format>,
}

impl Target {
    /// The name that tells which model it is.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.known_as.as_deref().unwrap_or(&self.model)
    }
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
    /// Anthropic's own service.
    Anthropic,
    /// Claude on Microsoft Foundry.
    Foundry,
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

/// What of a client's head belongs into the bodies of some formats.
#[derive(Debug, Clone, Copy, Default)]
pub struct ClientHeaders<'a> {
    /// Values of `anthropic-beta`.
    pub anthropic_beta: &'a [&'a str],
    /// `anthropic-version`, or what stands for it in a body: a date.
    pub anthropic_version: Option<&'a str>,
    /// `x-bedrock-metadata`: a JSON object.
    pub bedrock_metadata: Option<&'a str>,
}

/// What a conversion left out, for a warning's counter (`llm_translation_dropped_total`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// Names of fields, each once, in the client's spelling.
    pub dropped: Vec<&'static str>,
}

// === impl Notes ===

impl Notes {
    /// `field` was left out.
    pub fn dropped(&mut self, field: &'static str) {
        if !self.dropped.contains(&field) {
            self.dropped.push(field);
        }
    }

    /// `field` was left out, if it was there.
    pub fn dropped_if(&mut self, field: &'static str, is_there: bool) {
        if is_there {
            self.dropped(field);
        }
    }
}
