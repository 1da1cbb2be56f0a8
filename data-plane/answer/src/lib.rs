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

use dp_wire::{error, event_stream, format, json, observed, shape, text, tool_names, usage};

use self::error::ProviderError;
use self::observed::{FinishReason, Observed, bounded};
use self::text::JsonText;
use self::usage::Usage;

pub mod from_chat;
pub mod from_converse;
pub mod from_gemini;
pub mod from_messages;
pub mod from_responses;
pub mod held;
pub mod to_chat;
pub mod to_gemini;
pub mod to_messages;
pub mod to_responses;

/// A piece of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece<'a> {
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
pub struct Start {
    /// The provider's id of the answer.
    pub id: Option<String>,
    /// The model that answers.
    pub model: Option<String>,
    /// Seconds since 1970, where the provider says it.
    pub created: Option<u64>,
    /// The tier that serves it, as OpenAI names it.
    pub service_tier: Option<String>,
    /// It is made whether or not anybody waits for it (`background` of Responses).
    pub is_of_background: bool,
}

/// Something that is said.
#[derive(Clone, Debug, PartialEq)]
pub enum Content<'a> {
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
pub struct Finish {
    /// The reason.
    pub reason: FinishReason,
    /// The stop sequence that was met.
    pub stop_sequence: Option<String>,
}

/// What an encoder (`to_*`) must know of the client's request and cannot find in the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSide {
    /// The model that was asked for: shown where the provider names none.
    pub model: String,
    /// Seconds since 1970, where the provider says none.
    pub created: u64,
    /// Differs from request to request: where an id has to be made, it is made of this.
    pub nonce: u64,
    /// The client asked for the usage of a stream (chat completions only).
    pub asks_for_usage: bool,
}

/// Takes pieces in order.
pub trait Sink {
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
    pub const fn said(content: Content<'_>) -> Piece<'_> {
        Piece::Content { choice: 0, content }
    }

    /// Tells the record of the exchange what this piece says.
    pub fn note(&self, observed: &mut Observed) {
        observed.has_content |= self.is_content();
        observed.content_bytes = observed.content_bytes.saturating_add(self.content_bytes());
        match self {
            Self::Start(start) => {
                let text = |text: &Option<String>| text.clone().map(bounded);
                observed.id = observed.id.take().or_else(|| text(&start.id));
                observed.model = observed.model.take().or_else(|| text(&start.model));
                let tier = observed.service_tier.take();
                observed.service_tier = tier.or_else(|| text(&start.service_tier));
                observed.is_of_background |= start.is_of_background;
            }
            Self::Finish { choice, finish } => observed.ended((*choice).into(), finish.reason),
            Self::Usage(usage) => {
                // OpenAI's streams begin with the tier that was asked for and end with the one that served.
                if observed.service_tier.is_some() {
                    let tier = usage.tier.clone().map(bounded);
                    observed.service_tier = tier.or(observed.service_tier.take());
                }
                observed.usage = Some(usage.clone());
            }
            Self::Failure(error) => observed.error = Some(error.clone()),
            Self::Dropped(field) => {
                if !observed.dropped.contains(field) {
                    observed.dropped.push(field);
                }
            }
            Self::Content { .. } | Self::End => (),
        }
    }

    /// Bytes of what is said.
    fn content_bytes(&self) -> u64 {
        let said = match self {
            Self::Content { content, .. } => match content {
                Content::Text(text)
                | Content::Refusal(text)
                | Content::Thinking(text)
                | Content::ToolCall { name: text, .. }
                | Content::Arguments { fragment: text, .. } => text.inner().len(),
                Content::Redacted(_)
                | Content::Signature(_)
                | Content::BlockEnd
                | Content::ToolEnd { .. } => 0,
            },
            Self::Start(_)
            | Self::Finish { .. }
            | Self::Usage(_)
            | Self::Failure(_)
            | Self::Dropped(_)
            | Self::End => 0,
        };
        u64::try_from(said).unwrap_or(u64::MAX)
    }

    /// Something that a person would see.
    pub const fn is_content(&self) -> bool {
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

impl Piece<'_> {
    /// The same, to be kept.
    #[must_use]
    pub fn to_static(&self) -> Piece<'static> {
        match self {
            Self::Start(start) => Piece::Start(start.clone()),
            Self::Content { choice, content } => Piece::Content {
                choice: *choice,
                content: content.to_static(),
            },
            Self::Finish { choice, finish } => Piece::Finish {
                choice: *choice,
                finish: finish.clone(),
            },
            Self::Usage(usage) => Piece::Usage(usage.clone()),
            Self::Failure(error) => Piece::Failure(error.clone()),
            Self::Dropped(field) => Piece::Dropped(field),
            Self::End => Piece::End,
        }
    }
}

// === impl Content ===

impl Content<'_> {
    fn to_static(&self) -> Content<'static> {
        let owned = |text: &JsonText<'_>| text.reborrow().into_owned();
        match self {
            Self::Text(text) => Content::Text(owned(text)),
            Self::Refusal(text) => Content::Refusal(owned(text)),
            Self::Thinking(text) => Content::Thinking(owned(text)),
            Self::Signature(text) => Content::Signature(owned(text)),
            Self::Redacted(text) => Content::Redacted(owned(text)),
            Self::BlockEnd => Content::BlockEnd,
            Self::ToolCall {
                slot,
                id,
                name,
                signature,
            } => Content::ToolCall {
                slot: *slot,
                id: id.as_ref().map(owned),
                name: owned(name),
                signature: signature.as_ref().map(owned),
            },
            Self::Arguments { slot, fragment } => Content::Arguments {
                slot: *slot,
                fragment: owned(fragment),
            },
            Self::ToolEnd { slot } => Content::ToolEnd { slot: *slot },
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
