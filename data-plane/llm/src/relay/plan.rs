//! What the rendering of a request decided about its answer.
//!
//! It must not know bytes. Invariant: it does not change once the request is sent, whatever else does (llm.md T-7).

use crate::format::Format;
use crate::request::UsageChunk;
use crate::tap::Framing;
use crate::tool_names::ToolNames;

/// How an answer is to be read and written; made when the request was rendered.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The client's format.
    pub client: Format,
    /// The provider's.
    pub provider: Format,
    /// The client asked for a stream.
    pub is_streamed: bool,
    /// Whose the usage chunk of a forwarded stream is.
    pub usage_chunk: UsageChunk,
    /// The model that was sent.
    pub model: String,
    pub(crate) names: Names,
}

/// Names of tools that the answer has to be told in the client's way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    /// Those that the provider could not take as they were.
    pub(crate) tools: ToolNames,
    /// Those of a Responses client that take a text instead of arguments.
    pub(crate) custom_tools: Vec<String>,
}

// === impl Plan ===

impl Plan {
    /// What the client gets is made of the whole answer, so that it has to be read to its end first.
    #[must_use]
    pub fn needs_whole(&self) -> bool {
        !self.is_streamed && self.client != self.provider
    }

    /// The `content-type` of an answer that is not forwarded; `None` for one that is.
    #[must_use]
    pub fn content_type(&self, framing: Framing) -> Option<&'static str> {
        if self.forwards(framing) {
            None
        } else if self.is_streamed {
            Some("text/event-stream")
        } else {
            Some("application/json")
        }
    }

    /// A provider of the client's own format that did what was asked.
    pub(super) fn forwards(&self, framing: Framing) -> bool {
        let is_stream = framing != Framing::Buffered;
        // Some servers answer a request for a stream with one document (llm.md E-4).
        self.client == self.provider && (is_stream || !self.is_streamed)
    }
}
