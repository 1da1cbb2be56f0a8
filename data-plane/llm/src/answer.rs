//! What a model says, piece by piece: between a provider's format and a client's, where the two differ.
//!
//! ```text
//! provider bytes --framing--> events --from_<format>--> Piece* --to_<format>--> client events, or one body
//! ```
//! Answers only: requests are converted by `edge`, and an answer of the client's own format is forwarded. A buffered answer
//! is read into the same pieces as a streamed one, so the two cannot disagree. It must not know framing or sockets.
//!
//! What a reader (`from_*`) promises: `Start` comes first and once. `Content` of one tool call is `ToolCall`, then any number
//! of `Arguments`, then `ToolEnd`; calls may interleave. `Finish` comes at most once for each choice. `Usage` is the whole
//! merged record so far, and may come again. `End` is told only where the format says that the answer is whole, and is the
//! last piece; so is `Failure`.

use crate::error::ProviderError;
use crate::observed::FinishReason;
use crate::text::JsonText;
use crate::usage::Usage;

pub(crate) mod from_chat;
pub(crate) mod from_converse;
pub(crate) mod from_gemini;
pub(crate) mod from_messages;
pub(crate) mod from_responses;
pub(crate) mod to_chat;
pub(crate) mod to_gemini;
pub(crate) mod to_messages;
pub(crate) mod to_responses;

/// A piece of an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Piece<'a> {
    /// The provider began to answer.
    Start(Start),
    /// Something was said.
    Content {
        /// Which of several answers; 0 where there is one.
        choice: u32,
        /// What.
        content: Content<'a>,
    },
    /// A choice came to its end.
    Finish {
        /// Which of several answers.
        choice: u32,
        /// Why.
        finish: Finish,
    },
    /// Token counts so far.
    Usage(Usage),
    /// The provider gave up.
    Failure(ProviderError),
    /// Something that the pieces have no place for was left out; the name of the field, for a metric's label.
    Dropped(&'static str),
    /// The answer is whole.
    End,
}

/// What the provider says of its answer in front.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Start {
    /// The provider's id of the answer.
    pub(crate) id: Option<String>,
    /// The model that answers.
    pub(crate) model: Option<String>,
    /// Seconds since 1970, where the provider says it.
    pub(crate) created: Option<u64>,
}

/// Something that is said.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Content<'a> {
    /// Text.
    Text(JsonText<'a>),
    /// Text by which the model refuses.
    Refusal(JsonText<'a>),
    /// Reasoning that may be shown.
    Thinking(JsonText<'a>),
    /// What proves the reasoning before it to the provider in the next turn.
    Signature(JsonText<'a>),
    /// Reasoning that may not be shown, to be sent back as it is.
    Redacted(JsonText<'a>),
    /// The text or reasoning so far is a block of its own; what follows begins another.
    BlockEnd,
    /// A tool is called.
    ToolCall {
        /// Tells this call from the others of the answer; any numbers.
        slot: u32,
        /// The provider's id of the call.
        id: Option<JsonText<'a>>,
        /// The tool.
        name: JsonText<'a>,
        /// What proves the reasoning that led to the call (Gemini's `thoughtSignature`).
        signature: Option<JsonText<'a>>,
    },
    /// More of a call's arguments: a piece of JSON text, as text.
    Arguments {
        /// Which call.
        slot: u32,
        /// The piece.
        fragment: JsonText<'a>,
    },
    /// The call's arguments are whole.
    ToolEnd {
        /// Which call.
        slot: u32,
    },
}

/// Why a choice ended.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Finish {
    /// The reason.
    pub(crate) reason: FinishReason,
    /// The stop sequence that was met.
    pub(crate) stop_sequence: Option<String>,
}

/// What an encoder (`to_*`) must know of the client's request and cannot find in the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClientSide {
    /// The model that was asked for: shown where the provider names none.
    pub(crate) model: String,
    /// Seconds since 1970, where the provider says none.
    pub(crate) created: u64,
    /// Differs from request to request: where an id has to be made, it is made of this.
    pub(crate) nonce: u64,
    /// The client asked for the usage of a stream (chat completions only).
    pub(crate) asks_for_usage: bool,
}

/// Takes pieces in order.
pub(crate) trait Sink {
    /// The next one.
    fn piece(&mut self, piece: &Piece<'_>);
}

impl<F: FnMut(&Piece<'_>)> Sink for F {
    fn piece(&mut self, piece: &Piece<'_>) {
        self(piece);
    }
}

// === impl Piece ===

impl Piece<'_> {
    /// Said by the first choice, which is the only one in most formats.
    pub(crate) const fn said(content: Content<'_>) -> Piece<'_> {
        Piece::Content { choice: 0, content }
    }

    /// Something that a person would see.
    pub(crate) const fn is_content(&self) -> bool {
        match self {
            Self::Content { content, .. } => match content {
                Content::Text(_)
                | Content::Refusal(_)
                | Content::Thinking(_)
                | Content::Redacted(_)
                | Content::ToolCall { .. }
                | Content::Arguments { .. } => true,
                Content::Signature(_) | Content::BlockEnd | Content::ToolEnd { .. } => false,
            },
            Self::Start(_)
            | Self::Finish { .. }
            | Self::Usage(_)
            | Self::Failure(_)
            | Self::Dropped(_)
            | Self::End => false,
        }
    }
}

// === impl Finish ===

impl From<FinishReason> for Finish {
    fn from(reason: FinishReason) -> Self {
        Self {
            reason,
            stop_sequence: None,
        }
    }
}
