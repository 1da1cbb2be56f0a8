//! The reader of each provider's format.
//!
//! Owns the choice, and which framing belongs to which format. Invariant: names of tools come out as the client said them,
//! whatever the provider was told.

use super::Unread;
use crate::answer::{
    Content, Piece, Sink, from_chat, from_converse, from_gemini, from_messages, from_responses,
};
use crate::event_stream::Message;
use crate::format::Format;
use crate::tool_names::ToolNames;

/// Reads a provider's answer into pieces.
pub(crate) struct Reader {
    of: Of,
    /// What the provider was told other names for; Converse's reader has its own.
    names: ToolNames,
}

/// The reader of one format.
enum Of {
    Chat(from_chat::Reader),
    Responses(from_responses::Reader),
    Messages(from_messages::Reader),
    Converse(from_converse::Reader, ToolNames),
    Gemini(from_gemini::Reader),
}

/// Tells the client its own names of tools.
struct Restored<'s> {
    names: &'s ToolNames,
    sink: &'s mut dyn Sink,
}

// === impl Of ===

impl Of {
    fn new(provider: Format, tool_names: &ToolNames) -> Self {
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
}

// === impl Reader ===

impl Reader {
    pub(crate) fn new(provider: Format, tool_names: &ToolNames) -> Self {
        let of = Of::new(provider, tool_names);
        let names = match &of {
            Of::Converse(..) => ToolNames::default(),
            Of::Chat(_) | Of::Responses(_) | Of::Messages(_) | Of::Gemini(_) => tool_names.clone(),
        };
        Self { of, names }
    }

    /// Goes on as if it had read nothing yet.
    pub(crate) fn forget(&mut self) {
        let (provider, names) = match &self.of {
            Of::Chat(_) => (Format::OpenAiChatCompletions, &self.names),
            Of::Responses(_) => (Format::OpenAiResponses, &self.names),
            Of::Messages(_) => (Format::AnthropicMessages, &self.names),
            Of::Converse(_, names) => (Format::BedrockConverse, names),
            Of::Gemini(_) => (Format::GeminiGenerateContent, &self.names),
        };
        self.of = Of::new(provider, names);
    }

    /// One server-sent event.
    pub(crate) fn event(&mut self, name: Option<&[u8]>, data: &[u8], sink: &mut dyn Sink) {
        self.read(sink, |of, sink| match of {
            Of::Chat(reader) => reader.event(name, data, sink),
            Of::Responses(reader) => reader.event(name, data, sink),
            Of::Messages(reader) => reader.event(name, data, sink),
            Of::Gemini(reader) => reader.event(name, data, sink),
            // Converse has no such events; whoever sends them is not Bedrock, and the stream ends as cut.
            Of::Converse(..) => (),
        });
    }

    /// One message of an AWS event stream.
    pub(crate) fn message(&mut self, message: &Message, sink: &mut dyn Sink) {
        match &mut self.of {
            Of::Converse(reader, _) => reader.event(message, sink),
            Of::Chat(_) | Of::Responses(_) | Of::Messages(_) | Of::Gemini(_) => (),
        }
    }

    /// What is kept of the answer, in bytes; Gemini's candidates are few.
    pub(crate) fn held(&self) -> usize {
        match &self.of {
            Of::Chat(reader) => reader.held(),
            Of::Responses(reader) => reader.held(),
            Of::Messages(reader) => reader.held(),
            Of::Converse(reader, _) => reader.held(),
            Of::Gemini(_) => 0,
        }
    }

    /// The stream ended regularly.
    pub(crate) fn end(&mut self, sink: &mut dyn Sink) {
        self.read(sink, |of, sink| match of {
            Of::Chat(reader) => reader.end(sink),
            Of::Responses(reader) => reader.end(sink),
            Of::Messages(reader) => reader.end(sink),
            Of::Converse(reader, _) => reader.end(sink),
            Of::Gemini(reader) => reader.end(sink),
        });
    }

    /// A whole buffered answer. `is_kept`: whoever asked gets it as it is.
    pub(crate) fn body(
        &mut self,
        text: &str,
        is_kept: bool,
        sink: &mut dyn Sink,
    ) -> Result<(), Unread> {
        let read = self.read(sink, |of, sink| match of {
            Of::Chat(_) => from_chat::body(text, sink),
            Of::Responses(_) => from_responses::body(text, is_kept, sink),
            Of::Messages(_) => from_messages::body(text, sink),
            Of::Converse(_, names) => from_converse::body(text, names, sink),
            Of::Gemini(_) => from_gemini::body(text, sink),
        });
        read.map_err(|error| {
            let begins = text.trim_start().starts_with(['{', '[']);
            if error.is_eof() && begins {
                Unread::Cut
            } else {
                Unread::Garbage
            }
        })
    }

    fn read<T>(
        &mut self,
        sink: &mut dyn Sink,
        read: impl FnOnce(&mut Of, &mut dyn Sink) -> T,
    ) -> T {
        if self.names.is_empty() {
            return read(&mut self.of, sink);
        }
        let names = &self.names;
        read(&mut self.of, &mut Restored { names, sink })
    }
}

// === impl Restored ===

impl Sink for Restored<'_> {
    fn piece(&mut self, piece: &Piece<'_>) {
        if let Piece::Content { choice, content } = piece
            && let Content::ToolCall {
                slot,
                id,
                name,
                signature,
            } = content
            && let Some(said) = self.names.restore(name)
        {
            self.sink.piece(&Piece::Content {
                choice: *choice,
                content: Content::ToolCall {
                    slot: *slot,
                    id: id.clone(),
                    name: said,
                    signature: signature.clone(),
                },
            });
        } else {
            self.sink.piece(piece);
        }
    }
}
