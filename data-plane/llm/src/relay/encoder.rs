//! The encoder of each client's format, as a stream or as one body.
//!
//! Owns the choice and nothing else.

use super::Plan;
use crate::answer::{ClientSide, Piece, to_chat, to_gemini, to_messages, to_responses};
use crate::class::Class;
use crate::format::Format;

/// Writes pieces for a client.
pub(super) enum Encoder {
    ChatStream(to_chat::Stream),
    ChatBody(to_chat::Body),
    CompletionsStream(to_chat::Completions),
    ResponsesStream(to_responses::Stream),
    ResponsesBody(to_responses::Body),
    MessagesStream(to_messages::Stream),
    MessagesBody(to_messages::Body),
    GeminiStream(to_gemini::Stream),
    GeminiBody(to_gemini::Body),
}

// === impl Encoder ===

impl Encoder {
    pub(super) fn new(plan: &Plan, side: ClientSide) -> Self {
        let custom_tools = || plan.names.custom_tools.clone();
        if plan.class == Class::LegacyCompletions && plan.is_streamed {
            return Self::CompletionsStream(to_chat::Completions::new(side));
        }
        match (plan.client, plan.is_streamed) {
            // Nobody converts for a Converse client; one would read this as an answer it does not know.
            (Format::OpenAiChatCompletions | Format::BedrockConverse, true) => {
                Self::ChatStream(to_chat::Stream::new(side))
            }
            (Format::OpenAiChatCompletions | Format::BedrockConverse, false) => {
                Self::ChatBody(to_chat::Body::new(side))
            }
            (Format::OpenAiResponses, true) => Self::ResponsesStream(
                to_responses::Stream::new(side).with_custom_tools(custom_tools()),
            ),
            (Format::OpenAiResponses, false) => {
                Self::ResponsesBody(to_responses::Body::new(side).with_custom_tools(custom_tools()))
            }
            (Format::AnthropicMessages, true) => {
                Self::MessagesStream(to_messages::Stream::new(side))
            }
            (Format::AnthropicMessages, false) => Self::MessagesBody(to_messages::Body::new(side)),
            (Format::GeminiGenerateContent, true) => {
                Self::GeminiStream(to_gemini::Stream::new(side))
            }
            (Format::GeminiGenerateContent, false) => Self::GeminiBody(to_gemini::Body::new(side)),
        }
    }

    /// How many tokens the prompt has, as far as can be told, for who tells it at the begin.
    pub(super) fn expect_prompt(&mut self, tokens: u64) {
        match self {
            Self::MessagesStream(stream) => stream.expect_prompt(tokens),
            Self::MessagesBody(body) => body.expect_prompt(tokens),
            Self::ChatStream(_)
            | Self::ChatBody(_)
            | Self::CompletionsStream(_)
            | Self::ResponsesStream(_)
            | Self::ResponsesBody(_)
            | Self::GeminiStream(_)
            | Self::GeminiBody(_) => (),
        }
    }

    /// Appends to `out` what a stream's client gets for the piece.
    pub(super) fn piece(&mut self, piece: &Piece<'_>, out: &mut Vec<u8>) {
        match self {
            Self::ChatStream(stream) => stream.piece(piece, out),
            Self::CompletionsStream(stream) => stream.piece(piece, out),
            Self::ResponsesStream(stream) => stream.piece(piece, out),
            Self::MessagesStream(stream) => stream.piece(piece, out),
            Self::GeminiStream(stream) => stream.piece(piece, out),
            Self::ChatBody(body) => body.piece(piece),
            Self::ResponsesBody(body) => body.piece(piece),
            Self::MessagesBody(body) => body.piece(piece),
            Self::GeminiBody(body) => body.piece(piece),
        }
    }

    /// What is kept of the answer, in bytes.
    pub(super) fn held(&self) -> usize {
        match self {
            Self::ChatStream(stream) => stream.held(),
            Self::CompletionsStream(stream) => stream.held(),
            Self::ResponsesStream(stream) => stream.held(),
            Self::MessagesStream(stream) => stream.held(),
            Self::GeminiStream(stream) => stream.held(),
            Self::ChatBody(body) => body.held(),
            Self::ResponsesBody(body) => body.held(),
            Self::MessagesBody(body) => body.held(),
            Self::GeminiBody(body) => body.held(),
        }
    }

    /// The body, or what is left of the stream.
    pub(super) fn finish(self, out: Vec<u8>) -> Vec<u8> {
        match self {
            Self::ChatStream(_)
            | Self::CompletionsStream(_)
            | Self::ResponsesStream(_)
            | Self::MessagesStream(_)
            | Self::GeminiStream(_) => out,
            Self::ChatBody(body) => body.finish(),
            Self::ResponsesBody(body) => body.finish(),
            Self::MessagesBody(body) => body.finish(),
            Self::GeminiBody(body) => body.finish(),
        }
    }
}
