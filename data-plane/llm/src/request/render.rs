//! The body of one attempt: the client's bytes with a few members changed, or another format's.
//!
//! It must not know why an attempt is made. Invariant: what comes out depends on the client's bytes and the arguments alone,
//! so that the second attempt at a provider sends what the first one did.

use bytes::Bytes;

use super::{ClientHeaders, Rendered, Request, RequestError, UsageChunk, rules};
use crate::class::Class;
use crate::edge::dispatch::{self, Asked};
use crate::edge::{Notes, Target};
use crate::format::Format;
use crate::json;
use crate::prompt_caching::PromptCaching;
use crate::provider::{BodyModel, Operation, Service};
use crate::relay::{Names, Plan};
use crate::splice::Splice;

// === impl Request ===

impl Request {
    /// The model to send: the provider's own, which replaces the client's, or else the client's.
    ///
    /// # Errors
    /// [`RequestError::ModelMissing`] where neither side names a model.
    pub fn model_for<'a>(&'a self, pinned: Option<&'a str>) -> Result<&'a str, RequestError> {
        pinned
            .filter(|model| !model.is_empty())
            .or(self.model())
            // Lists and files have none.
            .or(matches!(self.class, Class::Detect(_) | Class::Passthrough(_)).then_some(""))
            .ok_or(RequestError::ModelMissing)
    }

    /// The same, with marks for the provider's cache where its format has a place for them.
    #[must_use]
    pub fn with_prompt_caching(&self, caching: PromptCaching) -> Request {
        Request {
            prompt_caching: Some(caching),
            ..self.clone()
        }
    }

    /// The body for one attempt at a service in `format`. `headers` are what of the
    /// client's head belongs into some bodies. A streamed request for chat completions asks for usage in any case.
    ///
    /// # Errors
    /// The request has something that the provider's format cannot say.
    pub fn render(
        &self,
        service: &Service,
        format: Format,
        target: &Target,
        headers: ClientHeaders<'_>,
    ) -> Result<Rendered, RequestError> {
        match self.class {
            Class::Chat(_) => (),
            Class::LegacyCompletions
            | Class::Embeddings
            | Class::Rerank
            | Class::CountTokens(_)
            | Class::Realtime
            | Class::Detect(_)
            | Class::Passthrough(_) => return self.render_other(service, target),
        }
        let mut rules = service.body(format, &target.model, self.operation());
        if let Some(version) = headers.anthropic_version.filter(|_| format == self.format) {
            rules.follow_version(version);
        }
        let model = match &rules.model {
            BodyModel::Set(model) => Some(model.as_str()),
            BodyModel::Remove => None,
        };
        let mut notes = Notes::default();
        let (body, usage_chunk, names) = if format == self.format {
            let settled = self.settled(target, &mut notes);
            let (body, usage_chunk) = settled.as_ref().unwrap_or(self).same_format(model);
            (body, usage_chunk, Names::default())
        } else {
            let (body, names) = self.converted(format, target, headers, &mut notes)?;
            let asks = match self.asks_for_usage {
                true => UsageChunk::Forward,
                false => UsageChunk::Remove,
            };
            (rules::named(body, &rules, &target.model), asks, names)
        };
        let body = match (self.prompt_caching, format) {
            (Some(caching), Format::AnthropicMessages) => caching.mark(&body),
            (Some(caching), Format::OpenAiChatCompletions | Format::OpenAiResponses)
                if matches!(service, Service::OpenAi { .. }) =>
            {
                caching.keyed(&body)
            }
            (
                Some(_) | None,
                Format::OpenAiChatCompletions
                | Format::OpenAiResponses
                | Format::AnthropicMessages
                | Format::BedrockConverse
                | Format::GeminiGenerateContent,
            ) => body,
        };
        Ok(Rendered {
            body: rules::apply(body, &rules),
            further: Vec::new(),
            plan: Plan {
                class: self.class,
                client: self.format,
                provider: format,
                is_streamed: self.is_streamed,
                usage_chunk,
                model: target.model.clone(),
                names,
                converted: None,
                is_listed: false,
                shown_model: None,
            },
            dropped: notes.dropped,
        })
    }

    /// What is asked of the model.
    #[must_use]
    pub fn operation(&self) -> Operation {
        match (self.class, self.is_streamed) {
            (Class::CountTokens(_), _) => Operation::CountTokens,
            (_, true) => Operation::Stream,
            (_, false) => Operation::Unary,
        }
    }

    fn converted(
        &self,
        provider: Format,
        target: &Target,
        headers: ClientHeaders<'_>,
        notes: &mut Notes,
    ) -> Result<(Bytes, Names), RequestError> {
        // Checked when it was read.
        let text = json::text(&self.body).ok_or(RequestError::NotUtf8)?;
        let caching = self.prompt_caching;
        let mark = |body: Vec<u8>| match caching {
            Some(caching) => caching.mark(&body.into()).into(),
            None => body,
        };
        let asked = Asked {
            is_streamed: self.is_streamed,
            headers,
            mark: caching.map(|_| &mark as &dyn Fn(Vec<u8>) -> Vec<u8>),
        };
        let formats = (self.format, provider);
        let converted = dispatch::convert(formats, text, asked, target, notes)
            .map_err(RequestError::Unconvertible)?;
        let names = Names {
            tools: converted.tool_names,
            custom_tools: converted.custom_tools,
        };
        Ok((converted.body.into(), names))
    }

    /// The client's bytes, with `model` in the place of its own; `None` leaves that to the rules.
    pub(super) fn same_format(&self, model: Option<&str>) -> (Bytes, UsageChunk) {
        let mut splice = Splice::new(&self.body);
        let mut inserted = String::new();
        if let Some(model) = model
            && self.model.as_deref() != Some(model)
        {
            let text = serde_json::Value::from(model).to_string();
            match &self.slots.model {
                Some(range) => splice.replace(range.clone(), text),
                None => inserted = format!("\"model\":{text}"),
            }
        }
        let asks_alone = self.format == Format::OpenAiChatCompletions
            && matches!(self.class, Class::Chat(_) | Class::LegacyCompletions)
            && self.is_streamed
            && !self.asks_for_usage;
        if asks_alone {
            self.ask_for_usage(&mut splice, &mut inserted);
        }
        self.slots.object.insert(&mut splice, inserted);
        let usage_chunk = match asks_alone {
            true => UsageChunk::Remove,
            false => UsageChunk::Forward,
        };
        (splice.apply(), usage_chunk)
    }
}
