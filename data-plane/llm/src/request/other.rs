//! Requests that are no conversation: what is read of them, and the body of an attempt.
//!
//! Owns how a model is found in a body that may be JSON, a form or anything else, and put in its place. It must not know
//! paths. Invariants: but for the model's name the provider gets the client's bytes, or a body that was converted whole; a
//! model that is named twice is refused, because gateway and provider could each take another.

use bytes::Bytes;

use super::{Field, Rendered, Request, RequestError, UsageChunk, model_path, raw_predict};
use crate::class::{Class, Passing};
use crate::edge::{Notes, Target};
use crate::format::Format;
use crate::json;
use crate::multipart;
use crate::operation::converted::Converted;
use crate::operation::{embeddings, rerank, token_count};
use crate::provider::{BodyModel, Offer, Service};
use crate::relay::{Names, Plan};
use crate::splice::Splice;

// === impl Request ===

impl Request {
    /// Reads a body of any class; `path` is the client's, and `content_type` its header.
    ///
    /// # Errors
    /// The body cannot be understood in what the gateway reads; all map to 400.
    pub fn parse_as(
        class: Class,
        path: &str,
        content_type: Option<&str>,
        body: Bytes,
    ) -> Result<Self, RequestError> {
        let (body, said) = match class {
            Class::CountTokens(Format::AnthropicMessages) => raw_predict::plain(path, body)?,
            Class::CountTokens(_)
            | Class::Chat(_)
            | Class::LegacyCompletions
            | Class::Embeddings
            | Class::Rerank
            | Class::Realtime
            | Class::Detect(_)
            | Class::Passthrough(_) => (body, None),
        };
        let mut request = match class {
            Class::Chat(format) => return Self::parse_chat(format, path, body),
            Class::LegacyCompletions
            | Class::Embeddings
            | Class::Rerank
            | Class::CountTokens(_) => Self::parse_body(class.format(), body)?,
            Class::Realtime | Class::Passthrough(Passing::Unread) => {
                Self::opaque(class.format(), body)
            }
            Class::Detect(_) | Class::Passthrough(Passing::Read) => {
                Self::parse_any(class.format(), content_type, body)?
            }
        };
        request.class = class;
        request.title = class.title(path);
        request.takes_model = class.takes_model(path);
        request.said = said;
        if let Some(called) = model_path::read(path).filter(|_| names_model(class)) {
            request.model = Some(called.model.ok_or(RequestError::WrongType(Field::Model))?);
            request.is_streamed = called.is_streamed;
        }
        Ok(request)
    }

    /// A body of any kind, read as far as it can be.
    fn parse_any(
        format: Format,
        content_type: Option<&str>,
        body: Bytes,
    ) -> Result<Self, RequestError> {
        if let Some(boundary) = content_type.and_then(multipart::boundary) {
            return Self::parse_form(format, body, boundary);
        }
        match Self::parse_body(format, body.clone()) {
            Ok(request) => Ok(request),
            Err(RequestError::Duplicate(field)) => Err(RequestError::Duplicate(field)),
            // Whatever it is, it is the provider's to judge.
            Err(_) => Ok(Self::opaque(format, body)),
        }
    }

    /// Whether a provider finds the model in the body that was found here, or none where there is none: it is a form, or JSON that
    /// says so. `content_type` is its header. Of what an operator lets pass unread nobody says so much.
    #[must_use]
    pub fn is_read_alike(&self, content_type: Option<&str>) -> bool {
        match self.class {
            Class::Detect(_) | Class::Passthrough(Passing::Read) => {}
            Class::Chat(_)
            | Class::LegacyCompletions
            | Class::Embeddings
            | Class::Rerank
            | Class::CountTokens(_)
            | Class::Realtime
            | Class::Passthrough(Passing::Unread) => return true,
        }
        if self.body.is_empty() || names_model(self.class) {
            return true;
        }
        // One that is no whole form was refused.
        let is_form = || content_type.and_then(multipart::boundary).is_some();
        let is_object = self.slots.object.inside > 0;
        is_form() || (is_object && content_type.is_some_and(is_json))
    }

    /// What the client asks for.
    #[must_use]
    pub fn class(&self) -> Class {
        self.class
    }

    pub(super) fn opaque(format: Format, body: Bytes) -> Self {
        Self {
            class: Class::Detect(format),
            title: Class::Detect(format).title(""),
            takes_model: false,
            format,
            body,
            said: None,
            model: None,
            user: None,
            prompt_caching: None,
            is_streamed: false,
            asks_for_usage: false,
            slots: super::Slots::default(),
        }
    }

    fn parse_form(format: Format, body: Bytes, boundary: &str) -> Result<Self, RequestError> {
        let mut request = Self::opaque(format, body);
        let fields = multipart::fields(&request.body, boundary).ok_or(RequestError::NotAForm)?;
        let text = |range: &std::ops::Range<usize>| {
            let bytes = request.body.get(range.clone()).unwrap_or_default();
            std::str::from_utf8(bytes).ok()
        };
        let mut models = fields.iter().filter(|field| field.name == "model");
        if let Some(field) = models.next() {
            let model = text(&field.value).ok_or(RequestError::WrongType(Field::Model))?;
            let model = Some(model.to_owned()).filter(|model| !model.is_empty());
            let range = field.value.clone();
            if models.next().is_some() {
                return Err(RequestError::Duplicate(Field::Model));
            }
            let is_streamed = fields
                .iter()
                .any(|field| field.name == "stream" && text(&field.value) == Some("true"));
            request.model = model;
            request.is_streamed = is_streamed;
            request.slots.form_model = Some(range);
        } else if request.body.starts_with(format!("--{boundary}").as_bytes()) {
            request.slots.form_without = Some(boundary.to_owned());
        }
        Ok(request)
    }

    /// The body of an attempt that is no conversation.
    pub(super) fn render_other(
        &self,
        service: &Service,
        target: &Target,
    ) -> Result<Rendered, RequestError> {
        let mut notes = Notes::default();
        let plan = |provider| Plan {
            class: self.class,
            client: self.format,
            provider,
            is_streamed: self.is_streamed,
            usage_chunk: UsageChunk::Forward,
            model: target.model.clone(),
            names: Names::default(),
            converted: None,
            is_listed: false,
            shown_model: None,
        };
        let text = || json::text(&self.body).ok_or(RequestError::NotUtf8);
        let refused = RequestError::Unconvertible;
        let model = &target.model;
        let mut further = Vec::new();
        let offer = service.offers_tagged(self.class, target.kind(), &target.tagged);
        let (body, converted, format) = match offer {
            Offer::Native => return Ok(self.rendered_native(service, target, plan)),
            Offer::None => {
                return Err(RequestError::not_offered(self.title, service.name()));
            }
            Offer::Embeddings(shape, format) => {
                let (bodies, answering) =
                    embeddings::request(text()?, shape, &mut notes).map_err(refused)?;
                further = bodies.further;
                (bodies.first, Converted::Embeddings(answering), format)
            }
            Offer::Rerank(shape, format) => {
                let (body, answering) =
                    rerank::request(text()?, model, &shape, &mut notes).map_err(refused)?;
                (body, Converted::Rerank(answering), format)
            }
            Offer::TokenCount => {
                let body = token_count::request(text()?).map_err(refused)?;
                (body, Converted::TokenCount, Format::BedrockConverse)
            }
            Offer::Estimate => (Vec::new(), Converted::Estimate, self.format),
        };
        let plan = Plan {
            converted: Some(converted),
            is_streamed: false,
            ..plan(format)
        };
        Ok(Rendered {
            body: body.into(),
            further: further.into_iter().map(Bytes::from).collect(),
            plan,
            dropped: notes.dropped,
        })
    }

    fn rendered_native(
        &self,
        service: &Service,
        target: &Target,
        plan: impl Fn(Format) -> Plan,
    ) -> Rendered {
        let mut notes = Notes::default();
        // Anthropic counts what it would take, and refuses what it would not.
        let settled = match self.class == Class::CountTokens(Format::AnthropicMessages) {
            true => self.settled(target, &mut notes),
            false => None,
        };
        let request = settled.as_ref().unwrap_or(self);
        let (body, usage_chunk) = request.native(service, &target.model);
        let format = match self.class {
            // Its headers and its key's place are those of the provider, and so are its errors.
            Class::Passthrough(_) => service.native_format(),
            Class::Chat(_)
            | Class::LegacyCompletions
            | Class::Embeddings
            | Class::Rerank
            | Class::CountTokens(_)
            | Class::Realtime
            | Class::Detect(_) => self.format,
        };
        let plan = Plan {
            usage_chunk,
            client: format,
            ..plan(format)
        };
        Rendered {
            body,
            further: Vec::new(),
            plan,
            dropped: notes.dropped,
        }
    }

    /// The client's bytes with the provider's name of the model.
    fn native(&self, service: &Service, model: &str) -> (Bytes, UsageChunk) {
        match self.class {
            Class::Chat(_) | Class::LegacyCompletions => self.same_format(Some(model)),
            Class::CountTokens(format) => {
                let rules = service.body(format, model, self.operation());
                let named = match &rules.model {
                    BodyModel::Set(model) => Some(model.as_str()),
                    BodyModel::Remove => None,
                };
                let (body, usage_chunk) = self.same_format(named);
                (super::rules::apply(body, &rules), usage_chunk)
            }
            Class::Embeddings | Class::Rerank => {
                let rules = service.body(Format::OpenAiChatCompletions, model, self.operation());
                match &rules.model {
                    BodyModel::Set(model) => self.same_format(Some(model)),
                    BodyModel::Remove => self.same_format(None),
                }
            }
            Class::Detect(_) | Class::Passthrough(Passing::Read) => {
                (self.with_model(model), UsageChunk::Forward)
            }
            Class::Passthrough(Passing::Unread) => (self.body.clone(), UsageChunk::Forward),
            Class::Realtime => (Bytes::new(), UsageChunk::Forward),
        }
    }

    /// Whether a provider is told a model although the client named none.
    #[must_use]
    pub fn is_given_model(&self) -> bool {
        let slots = &self.slots;
        let has_place = slots.object.inside > 0 || slots.form_without.is_some();
        self.takes_model && self.model.is_none() && has_place
    }

    /// With another model in the place of the client's, or behind nothing where a model has to be.
    fn with_model(&self, model: &str) -> Bytes {
        if self.model.as_deref() == Some(model) || model.is_empty() {
            return self.body.clone();
        }
        let mut splice = Splice::new(&self.body);
        if let Some(range) = &self.slots.form_model {
            splice.replace(range.clone(), model);
        } else if let Some(range) = &self.slots.model {
            splice.replace(range.clone(), serde_json::Value::from(model).to_string());
        } else if self.is_given_model() {
            self.give_model(&mut splice, model);
        }
        splice.apply()
    }

    fn give_model(&self, splice: &mut Splice<'_>, model: &str) {
        match &self.slots.form_without {
            // In front of the first part. What would end the part is no name.
            Some(boundary) if !model.contains(['\r', '\n']) => {
                let part = format!(
                    "--{boundary}\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n{model}\r\n"
                );
                splice.replace(0..0, part);
            }
            Some(_) => {}
            None => {
                let name = serde_json::Value::from(model);
                let member = format!("\"model\":{name}");
                self.slots.object.insert(splice, member);
            }
        }
    }
}

/// Whether a content type is JSON in UTF-8.
fn is_json(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let is_utf8 = |part: &str| match part.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            let value = value.trim().trim_matches('"');
            value.eq_ignore_ascii_case("utf-8") || value.eq_ignore_ascii_case("us-ascii")
        }
        Some(_) | None => true,
    };
    (essence == "application/json" || essence.ends_with("+json")) && parts.all(is_utf8)
}

/// Whether the path names the model.
pub(super) fn names_model(class: Class) -> bool {
    match class {
        Class::Chat(format) | Class::CountTokens(format) | Class::Detect(format) => {
            matches!(
                format,
                Format::GeminiGenerateContent | Format::BedrockConverse
            )
        }
        Class::LegacyCompletions
        | Class::Embeddings
        | Class::Rerank
        | Class::Realtime
        | Class::Passthrough(_) => false,
    }
}

#[cfg(test)]
mod tests;
