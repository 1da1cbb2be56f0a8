//! The reader of each provider's format.
//!
//! Owns the choice, and which framing belongs to which format.

use super::Unread;
use crate::answer::{Sink, from_chat, from_converse, from_gemini, from_messages, from_responses};
use crate::event_stream::Message;
use crate::format::Format;
use crate::tool_names::ToolNames;

/// Reads a provider's answer into pieces.
pub(super) enum Reader {
    Chat(from_chat::Reader),
    Responses(from_responses::Reader),
    Messages(from_messages::Reader),
    Converse(from_converse::Reader, ToolNames),
    Gemini(from_gemini::Reader),
}

// === impl Reader ===

impl Reader {
    pub(super) fn new(provider: Format, tool_names: &ToolNames) -> Self {
        match provider {
            Format::OpenAiChatCompletions => Self::Chat(from_chat::Reader::new()),
            Format::OpenAiResponses => Self::Responses(from_responses::Reader::new()),
            Format::AnthropicMessages => Self::Messages(from_messages::Reader::new()),
            Format::BedrockConverse => Self::Converse(
                from_converse::Reader::new(tool_names.clone()),
                tool_names.clone(),
            ),
            Format::GeminiGenerateContent => Self::Gemini(from_gemini::Reader::new()),
        }
    }

    /// One server-sent event.
    pub(super) fn event(&mut self, name: Option<&[u8]>, data: &[u8], sink: &mut dyn Sink) {
        match self {
            Self::Chat(reader) => reader.event(name, data, sink),
            Self::Responses(reader) => reader.event(name, data, sink),
            Self::Messages(reader) => reader.event(name, data, sink),
            Self::Gemini(reader) => reader.event(name, data, sink),
            // Converse has no such events; whoever sends them is not Bedrock, and the stream ends as cut.
            Self::Converse(..) => (),
        }
    }

    /// One message of an AWS event stream.
    pub(super) fn message(&mut self, message: &Message, sink: &mut dyn Sink) {
        match self {
            Self::Converse(reader, _) => reader.event(message, sink),
            Self::Chat(_) | Self::Responses(_) | Self::Messages(_) | Self::Gemini(_) => (),
        }
    }

    /// The stream ended regularly.
    pub(super) fn end(&mut self, sink: &mut dyn Sink) {
        match self {
            Self::Chat(reader) => reader.end(sink),
            Self::Responses(reader) => reader.end(sink),
            Self::Messages(reader) => reader.end(sink),
            Self::Converse(reader, _) => reader.end(sink),
            Self::Gemini(reader) => reader.end(sink),
        }
    }

    /// A whole buffered answer.
    pub(super) fn body(&mut self, text: &str, sink: &mut dyn Sink) -> Result<(), Unread> {
        let read = match self {
            Self::Chat(_) => from_chat::body(text, sink),
            Self::Responses(_) => from_responses::body(text, sink),
            Self::Messages(_) => from_messages::body(text, sink),
            Self::Converse(_, names) => from_converse::body(text, names, sink),
            Self::Gemini(_) => from_gemini::body(text, sink),
        };
        read.map_err(|error| {
            let begins = text.trim_start().starts_with(['{', '[']);
            if error.is_eof() && begins {
                Unread::Cut
            } else {
                Unread::Garbage
            }
        })
    }
}
