//! What the rendering of a request decided about its answer.
//!
//! It must not know bytes. Invariant: it does not change once the request is sent, whatever else does (llm.md T-7).

use std::borrow::Cow;
use std::sync::Arc;

use crate::class::Class;
use crate::format::Format;
use crate::operation::converted::Converted;
use crate::provider::{Endpoint, Operation, Service, ServiceError, UpstreamPath};
use crate::request::UsageChunk;
use crate::tap::Framing;
use crate::tool_names::ToolNames;

/// How an answer is to be read and written; made when the request was rendered.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What is asked.
    pub class: Class,
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
    /// How the answer is written where what is no conversation was converted.
    pub(crate) converted: Option<Converted>,
    /// The stream goes to its client as one array.
    pub(crate) is_listed: bool,
    /// The model that the client is told, where that is not the provider's word.
    pub(crate) shown_model: Option<Arc<str>>,
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
    /// Where the request goes; `path` is the client's.
    ///
    /// # Errors
    /// The service does not take it, or the model cannot be part of a path.
    pub fn path(&self, endpoint: &Endpoint, path: &str) -> Result<UpstreamPath, ServiceError> {
        if !matches!(self.class, Class::Chat(_)) {
            return endpoint.resource(self.class, path, &self.model);
        }
        let operation = match self.is_streamed {
            true => Operation::Stream,
            false => Operation::Unary,
        };
        endpoint.path(self.provider, &self.model, operation)
    }

    /// The provider has the operation at another host than its conversations (llm.md 1.2).
    #[must_use]
    pub const fn is_elsewhere(&self) -> bool {
        matches!(self.converted, Some(Converted::Rerank(_)))
    }

    /// The provider has no such operation: the gateway answers with its own estimate (llm.md O-4).
    #[must_use]
    pub const fn is_estimated(&self) -> bool {
        matches!(self.converted, Some(Converted::Estimate))
    }

    /// As the client's query asks: Gemini's streams are events with `alt=sse`, and one array without (llm.md E-3).
    #[must_use]
    pub fn listed(mut self, query: Option<&str>) -> Self {
        let is_sse = |pair: &str| {
            let value = pair.strip_prefix("alt=");
            value.is_some_and(|value| value.eq_ignore_ascii_case("sse"))
        };
        let asks_for_events = query.unwrap_or_default().split('&').any(is_sse);
        self.is_listed = self.is_streamed
            && self.class == Class::Chat(Format::GeminiGenerateContent)
            && !asks_for_events;
        self
    }

    /// With the model that the client is told in the place of the provider's word (llm.md R-5).
    #[must_use]
    pub fn shown_as(mut self, model: Option<Arc<str>>) -> Self {
        self.shown_model = model;
        self
    }

    /// The body of the answer may be another than the provider's by the name of the model, and so may its length.
    #[must_use]
    pub const fn shows_another_model(&self) -> bool {
        self.shown_model.is_some()
    }

    /// The body keeps the client's content type, which need not be JSON.
    #[must_use]
    pub const fn keeps_content_type(&self) -> bool {
        matches!(
            self.class,
            Class::Detect(_) | Class::Passthrough(_) | Class::Realtime
        )
    }

    /// The query of the request, from the client's: what the client's API has in its query means nothing to another, and Google
    /// refuses what it does not know. So do not clients of Claude on Vertex AI send it (`beta=true`).
    #[must_use]
    pub fn query<'q>(&self, endpoint: &Endpoint, query: Option<&'q str>) -> Option<Cow<'q, str>> {
        match self.class {
            Class::Realtime => {
                let query = endpoint.service().realtime_query(&self.model, query);
                Some(Cow::Owned(query))
            }
            Class::Chat(_)
            | Class::LegacyCompletions
            | Class::Embeddings
            | Class::Rerank
            | Class::CountTokens(_)
            | Class::Detect(_)
            | Class::Passthrough(_) => query
                .filter(|_| self.is_of_clients_api(endpoint.service()))
                .map(Cow::Borrowed),
        }
    }

    /// The provider has the client's API, and lays it out as its inventor does.
    fn is_of_clients_api(&self, service: &Service) -> bool {
        let is_raw_predict =
            matches!(service, Service::Vertex { .. }) && self.provider == Format::AnthropicMessages;
        self.client == self.provider && self.converted.is_none() && !is_raw_predict
    }

    /// What chat completions are like, and so are those of before.
    pub(super) const fn is_conversation(&self) -> bool {
        matches!(self.class, Class::Chat(_) | Class::LegacyCompletions)
    }

    /// What the client gets is made of the whole answer, so that it has to be read to its end first.
    #[must_use]
    pub fn needs_whole(&self) -> bool {
        !self.is_streamed && self.client != self.provider
    }

    /// The `content-type` of an answer that is not forwarded; `None` for one that is.
    #[must_use]
    pub fn content_type(&self, framing: Framing) -> Option<&'static str> {
        if self.is_listed {
            Some("application/json")
        } else if self.forwards(framing) {
            None
        } else if self.is_streamed {
            Some("text/event-stream")
        } else {
            Some("application/json")
        }
    }

    /// What a client may be sent while a stream that is converted for it says nothing (llm.md S-2); nothing goes between the
    /// bytes of one that passes as it is. Clients of Anthropic's know an event for it, those of OpenAI's pass comments over, as
    /// the format of event streams has it.
    #[must_use]
    pub fn keep_alive(&self, framing: Framing) -> Option<&'static str> {
        if !self.is_streamed || self.forwards(framing) {
            return None;
        }
        match self.client {
            Format::AnthropicMessages => Some("event: ping\ndata: {\"type\": \"ping\"}\n\n"),
            Format::OpenAiChatCompletions | Format::OpenAiResponses => Some(": ping\n\n"),
            Format::GeminiGenerateContent | Format::BedrockConverse => None,
        }
    }

    /// The `content-type` of a kept answer that is written anew; `None` for one that is given as it was.
    #[must_use]
    pub fn content_type_of_kept(&self, framing: Framing) -> Option<&'static str> {
        if self.is_listed {
            Some("application/json")
        } else if self.forwards_kept(framing) {
            None
        } else if self.is_streamed {
            Some("text/event-stream")
        } else {
            Some("application/json")
        }
    }

    /// A kept answer in the client's own format that is in the form that is asked for.
    pub(super) fn forwards_kept(&self, framing: Framing) -> bool {
        let is_stream = framing != Framing::Buffered;
        let is_form = is_stream == self.is_streamed || !self.is_conversation();
        self.forwards(framing) && is_form
    }

    /// A provider of the client's own format that did what was asked.
    pub(super) fn forwards(&self, framing: Framing) -> bool {
        let is_stream = framing != Framing::Buffered;
        // Some servers answer a request for a stream with one document (llm.md E-4).
        self.client == self.provider && (is_stream || !self.is_streamed || !self.is_conversation())
    }
}
