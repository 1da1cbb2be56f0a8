//! The answer to one request in the form that its format has for it.
//!
//! It must not know modes or HTTP. Invariant: this is the one place that goes from a format to the
//! code that writes it.

use bytes::Bytes;
use serde_json::Value;

use crate::anthropic::message;
use crate::asked::Asked;
use crate::bedrock::{converse, invocation};
use crate::beyond;
use crate::event::{Event, Events};
use crate::format::{Format, Vendor};
use crate::google::content;
use crate::openai::{completion, embeddings, response};
use crate::refusal::Refusal;
use crate::reply::Reply;

/// The type of most answers.
const JSON: &str = "application/json";

/// One answer.
pub(crate) struct Answer<'a> {
    pub(crate) format: Format,
    pub(crate) asked: &'a Asked,
    pub(crate) reply: &'a Reply,
}

impl Answer<'_> {
    /// The buffered form.
    pub(crate) fn to_object(&self) -> Value {
        match self.format {
            Format::Chat => completion::to_object(self.asked, self.reply),
            Format::Responses if response::is_of_background(self.asked) => {
                response::begun(self.asked, self.reply)
            }
            Format::Responses => response::to_object(self.asked, self.reply),
            Format::Embeddings => embeddings::to_object(self.asked),
            Format::Beyond | Format::BeyondBedrock | Format::BeyondGoogle | Format::Rerank => {
                beyond::to_object(self.asked, self.reply)
            }
            Format::Invoke => invocation::to_object(self.asked, self.reply),
            Format::Messages => message::to_object(self.asked, self.reply),
            Format::Converse => converse::to_object(self.reply),
            Format::GenerateContent => content::to_object(self.asked, self.reply),
        }
    }

    /// The buffered form as it is sent, and its type.
    pub(crate) fn to_body(&self) -> (&'static str, Bytes) {
        match &self.asked.raw {
            Some((kind, bytes)) => (kind, bytes.clone()),
            None => (JSON, self.to_object().to_string().into()),
        }
    }

    /// The streamed form, if it was asked for.
    pub(crate) fn to_events(&self) -> Option<Events> {
        if !self.asked.is_streamed {
            return None;
        }
        match self.format {
            Format::Chat => Some(completion::to_events(self.asked, self.reply)),
            Format::Responses => Some(response::to_events(self.asked, self.reply)),
            Format::Embeddings | Format::BeyondBedrock | Format::BeyondGoogle | Format::Rerank => {
                None
            }
            Format::Beyond => Some(beyond::to_events(self.asked, self.reply)),
            Format::Invoke => Some(invocation::to_events(self.asked, self.reply)),
            Format::Messages => Some(message::to_events(self.asked, self.reply)),
            Format::Converse => Some(converse::to_events(self.reply)),
            Format::GenerateContent => Some(content::to_events(self.asked, self.reply)),
        }
    }

    /// An error inside a stream, after `number` events.
    pub(crate) fn to_error_event(&self, refusal: &Refusal, rest: u64, number: usize) -> Event {
        let vendor = self.format.vendor();
        let error = refusal.to_json(vendor, rest);
        match (self.format, vendor) {
            (Format::Responses, _) => response::error(self.asked, self.reply, refusal, number),
            (_, Vendor::OpenAi | Vendor::Google | Vendor::Cohere) => Event::data(&error),
            (_, Vendor::Anthropic) => Event::typed(&error),
            (_, Vendor::Bedrock) => Event::exception(refusal.bedrock_stream_exception(), &error),
        }
    }
}
