//! A client's request: what the gateway needs of its body, and the body a provider gets.
//!
//! Only `model`, `stream` and `stream_options.include_usage` are read, or the URL where that says them. For a provider of
//! the client's own format the rest is never built, reordered or rewritten, but for what another vendor's answers left in a
//! conversation (`history`). It must not know providers or how bodies travel. Invariant: `render`
//! always starts from the client's bytes, so that each attempt gets a body of its own; members
//! that decide routing or metering may occur once only, or gateway and provider could disagree.

mod demands;
mod further;
mod history;
mod model_path;
mod other;
mod raw_predict;
mod realtime;
mod refusal;
mod renamed;
mod render;
mod rules;
mod state;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use bytes::Bytes;

pub use self::model_path::decoded;
pub use self::refusal::{Field, RequestError};
pub use self::renamed::Renamed;
use crate::class::Class;
use crate::format::Format;
use crate::json;
use crate::observed::bounded;
use crate::prompt_caching::PromptCaching;
use crate::relay::Plan;

pub use crate::edge::ClientHeaders;
use crate::splice::Splice;

/// A request body that has been read as far as needed.
#[derive(Clone)]
pub struct Request {
    class: Class,
    /// What the client would call it.
    title: &'static str,
    /// It passes as it is, and is about a model, whether the client names one or not.
    takes_model: bool,
    format: Format,
    body: Bytes,
    /// As the client sent it, where its path said a part of it.
    said: Option<Bytes>,
    model: Option<String>,
    user: Option<String>,
    is_streamed: bool,
    asks_for_usage: bool,
    slots: Slots,
    prompt_caching: Option<PromptCaching>,
}

/// A body for one attempt at one provider.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// What to send.
    pub body: Bytes,
    /// What else is to be sent to a provider that takes the request in parts, one request each; empty but for those.
    /// [`crate::relay::Folded`] makes one answer of theirs.
    pub further: Vec<Bytes>,
    /// How the answer to it is read.
    pub plan: Plan,
    /// What of the request has no counterpart in the provider's format; names of fields.
    pub dropped: Vec<&'static str>,
}

/// Whose the usage chunk of a stream is (llm.md S-9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UsageChunk {
    /// The client asked for it, or nobody did: every byte of the stream passes.
    Forward,
    /// Only the gateway asked: the usage-only chunk and the `"usage":null` of the others, which
    /// exist because it asked, are kept from the client.
    Remove,
}

/// Where things are, or would go, in the client's bytes.
#[derive(Debug, Clone, Default)]
struct Slots {
    object: ObjectSlot,
    model: Option<Range<usize>>,
    options: Option<OptionsSlot>,
    /// The value of a form's field.
    form_model: Option<Range<usize>>,
    /// The boundary with which a form begins that has no such field.
    form_without: Option<String>,
    /// Among `messages` is one that no client begins with: an answer, or what a tool gave.
    has_answers: bool,
}

/// Just behind an opening brace.
#[derive(Debug, Clone, Copy, Default)]
struct ObjectSlot {
    inside: usize,
    is_empty: bool,
}

#[derive(Debug, Clone)]
enum OptionsSlot {
    Null(Range<usize>),
    Object {
        object: ObjectSlot,
        include_usage: Option<Range<usize>>,
    },
}

/// A member that was seen never, once, or too often.
struct Once<'a> {
    value: Option<&'a str>,
    is_repeated: bool,
}

// === impl Rendered ===

impl Rendered {
    /// All that is asked, in one document, to be compared with what was asked before.
    #[must_use]
    pub fn document(&self) -> Bytes {
        if self.further.is_empty() {
            return self.body.clone();
        }
        let parts = [std::slice::from_ref(&self.body), &self.further].concat();
        [&b"{\"parts\":["[..], &parts.join(&b","[..]), b"]}"]
            .concat()
            .into()
    }
}

// === impl Request ===

impl Request {
    /// Reads a body in the client's format; `path` is the client's, which names the model where the format has it so.
    ///
    /// # Errors
    /// The body, or the model in the path, cannot be understood in what the gateway reads; all map to 400.
    pub fn parse(format: Format, path: &str, body: Bytes) -> Result<Self, RequestError> {
        // Whoever changes a body and reads it again gets what it was, whatever is asked.
        match Class::of(path).filter(|class| class.format() == format) {
            None | Some(Class::Chat(_)) => Self::parse_chat(format, path, body),
            Some(class) => Self::parse_as(class, path, None, body),
        }
    }

    fn parse_chat(format: Format, path: &str, body: Bytes) -> Result<Self, RequestError> {
        let (body, said) = raw_predict::plain(path, body)?;
        let mut request = Self::parse_body(format, body)?;
        request.said = said;
        if let Some(called) = model_path::read(path).filter(|_| {
            matches!(
                format,
                Format::GeminiGenerateContent | Format::BedrockConverse
            )
        }) {
            // What the URL says is what the provider would have acted on: the body's word never wins (llm.md R-1).
            request.model = Some(called.model.ok_or(RequestError::WrongType(Field::Model))?);
            request.is_streamed = called.is_streamed;
        }
        Ok(request)
    }

    /// The client's format.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// The model that the client asked for; `None` where it is absent, null or empty.
    #[must_use]
    pub fn model(&self) -> Option<&str> {
        self.model.as_deref()
    }

    /// Whose request it is, by the client's own word: `user`, or `metadata.user_id` of messages; at most 256 bytes of it.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// The client asked for a stream.
    #[must_use]
    pub fn is_streamed(&self) -> bool {
        self.is_streamed
    }

    /// The client asked for the usage chunk of a stream.
    #[must_use]
    pub fn asks_for_usage(&self) -> bool {
        self.asks_for_usage
    }

    /// The client's bytes, with what its path says of model and stream where that belongs to the body.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The client's bytes, and nothing else.
    #[must_use]
    pub fn said(&self) -> &Bytes {
        self.said.as_ref().unwrap_or(&self.body)
    }

    /// The version of Anthropic's API that a client of Vertex AI has in the body.
    #[must_use]
    pub fn said_version(&self) -> Option<String> {
        raw_predict::version(self.said.as_deref()?)
    }

    fn ask_for_usage(&self, splice: &mut Splice<'_>, inserted: &mut String) {
        const ASK: &str = "\"include_usage\":true";
        match &self.slots.options {
            None => {
                if !inserted.is_empty() {
                    inserted.push(',');
                }
                inserted.push_str("\"stream_options\":{\"include_usage\":true}");
            }
            Some(OptionsSlot::Null(range)) => splice.replace(range.clone(), format!("{{{ASK}}}")),
            Some(OptionsSlot::Object {
                include_usage: Some(range),
                ..
            }) => {
                splice.replace(range.clone(), "true");
            }
            Some(OptionsSlot::Object {
                object,
                include_usage: None,
            }) => {
                object.insert(splice, ASK.to_owned());
            }
        }
    }

    fn parse_body(format: Format, body: Bytes) -> Result<Self, RequestError> {
        let text = json::text(&body).ok_or(RequestError::NotUtf8)?;
        let (mut model, mut stream, mut options) = (Once::new(), Once::new(), Once::new());
        let (mut is_empty, mut is_readable, mut has_answers) = (true, true, false);
        let mut user = None;
        let read = json::read(text, |value| {
            let whole = value.members(|key, value| {
                is_empty = false;
                match key.as_ref() {
                    "user" => user = json::string(value.raw()).or(user.take()),
                    "metadata" => user = user.take().or_else(|| user_of_metadata(value.raw())),
                    "model" => model.set(value.raw()),
                    "stream" => stream.set(value.raw()),
                    "stream_options" => options.set(value.raw()),
                    "messages" => _ = value.elements(|message| has_answers |= is_answer(message)),
                    // As it was sent, and yet escaped: nobody can tell which it is.
                    other => {
                        is_readable &= !(matches!(key, Cow::Borrowed(_)) && other.contains('\\'))
                    }
                }
            });
            whole.starts_with('{')
        });
        if read != Some(true) || !is_readable {
            return Err(RequestError::from_json(json::no_object(text)));
        }
        let model = model.get(Field::Model)?;
        let inside = text.find('{').map_or(0, |brace| brace + 1);
        let mut request = Self {
            class: Class::Chat(format),
            title: Class::Chat(format).title(""),
            takes_model: false,
            format,
            model: match model {
                None | Some("null") => None,
                Some(raw) => Some(json::string(raw).ok_or(RequestError::WrongType(Field::Model))?)
                    .filter(|model| !model.is_empty()),
            },
            user: user.filter(|user| !user.is_empty()).map(bounded),
            is_streamed: flag(stream.get(Field::Stream)?, Field::Stream)?,
            asks_for_usage: false,
            prompt_caching: None,
            slots: Slots {
                object: ObjectSlot { inside, is_empty },
                model: model.and_then(|raw| json::span(text, raw)),
                options: None,
                form_model: None,
                form_without: None,
                has_answers,
            },
            body: Bytes::new(),
            said: None,
        };
        // OpenAI refuses `stream_options` without `stream`; then it passes as it is.
        if let Some(raw) = options
            .get(Field::StreamOptions)?
            .filter(|_| request.is_streamed && format == Format::OpenAiChatCompletions)
        {
            request.read_options(text, raw)?;
        }
        request.body = body;
        Ok(request)
    }

    fn read_options(&mut self, text: &str, raw: &str) -> Result<(), RequestError> {
        let Some(range) = json::span(text, raw) else {
            return Ok(());
        };
        if raw == "null" {
            self.slots.options = Some(OptionsSlot::Null(range));
            return Ok(());
        }
        let mut include_usage = Once::new();
        let mut is_empty = true;
        json::members(raw, |key, value| {
            is_empty = false;
            if key == "include_usage" {
                include_usage.set(value);
            }
        })
        .map_err(|_| RequestError::WrongType(Field::StreamOptions))?;
        let include_usage = include_usage.get(Field::IncludeUsage)?;
        self.asks_for_usage = flag(include_usage, Field::IncludeUsage)?;
        self.slots.options = Some(OptionsSlot::Object {
            object: ObjectSlot {
                inside: range.start + 1,
                is_empty,
            },
            include_usage: include_usage.and_then(|raw| json::span(text, raw)),
        });
        Ok(())
    }
}

/// Bodies hold prompts: only their size is shown.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("format", &self.format)
            .field("model", &self.model)
            .field("is_streamed", &self.is_streamed)
            .field("asks_for_usage", &self.asks_for_usage)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

// === impl ObjectSlot ===

impl ObjectSlot {
    /// Puts members in front of those that are there.
    fn insert(self, splice: &mut Splice<'_>, mut members: String) {
        if members.is_empty() {
            return;
        }
        if !self.is_empty {
            members.push(',');
        }
        splice.replace(self.inside..self.inside, members);
    }
}

// === impl Once ===

impl<'a> Once<'a> {
    fn new() -> Self {
        Self {
            value: None,
            is_repeated: false,
        }
    }

    fn set(&mut self, value: &'a str) {
        self.is_repeated |= self.value.replace(value).is_some();
    }

    fn get(self, field: Field) -> Result<Option<&'a str>, RequestError> {
        if self.is_repeated {
            Err(RequestError::Duplicate(field))
        } else {
            Ok(self.value)
        }
    }
}

/// Whether a message is one that no client begins with.
fn is_answer(message: json::Value<'_, '_>) -> bool {
    let mut is_answer = false;
    message.members(|key, value| {
        if key == "role" {
            is_answer = !matches!(value.raw(), "\"user\"" | "\"system\"" | "\"developer\"");
        }
    });
    is_answer
}

/// `user_id` of Anthropic's `metadata`.
fn user_of_metadata(raw: &str) -> Option<String> {
    let mut user = None;
    json::members(raw, |key, value| {
        if key == "user_id" {
            user = json::string(value);
        }
    })
    .ok()?;
    user
}

fn flag(raw: Option<&str>, field: Field) -> Result<bool, RequestError> {
    match raw {
        None | Some("null" | "false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(RequestError::WrongType(field)),
    }
}

#[cfg(test)]
mod tests;
