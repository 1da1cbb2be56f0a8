//! What an expression may ask about: the one table of names, and the port that answers.
//!
//! Names are those that agentgateway documents (its `schema/cel.md`), so that an expression which works there reads the same
//! here. Must not know where an attribute comes from. Invariant: an attribute that no place offers is not in the table, so
//! an expression that could never have a value does not compile.

use std::borrow::Cow;

use serde_json::Value as Json;

/// Something that an expression may ask about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// `request.method`: a text.
    RequestMethod,
    /// `request.uri`: scheme, host, path and query; a text.
    RequestUri,
    /// `request.host`: without a port; a text.
    RequestHost,
    /// `request.scheme`: `http` or `https`.
    RequestScheme,
    /// `request.path`: a text.
    RequestPath,
    /// `request.pathAndQuery`: a text.
    RequestPathAndQuery,
    /// `request.version`: `HTTP/1.1` or `HTTP/2`.
    RequestVersion,
    /// `request.headers`: texts by name in lower case; a list of texts where a header came more than once.
    RequestHeaders,
    /// `source.address`: a text.
    SourceAddress,
    /// `source.port`: a number.
    SourcePort,
    /// `response.code`: a number.
    ResponseCode,
    /// `response.headers`: as those of the request.
    ResponseHeaders,
    /// `jwt`: the claims of a verified token.
    Jwt,
    /// `apiKey`: what is known of a verified key.
    ApiKey,
    /// `llmRequest`: the client's body, as JSON.
    LlmRequest,
    /// `llm.streaming`: whether the answer is asked for as a stream.
    LlmStreaming,
    /// `llm.requestModel`: the model that the client asked for; behind a virtual model, the one that was chosen. A text.
    LlmRequestModel,
    /// `llm.responseModel`: the model that answered; a text.
    LlmResponseModel,
    /// `llm.provider`: `gen_ai.provider.name` of the provider; a text.
    LlmProvider,
    /// `llm.inputTokens`: with those that were cached; a number.
    LlmInputTokens,
    /// `llm.cachedInputTokens`: a number.
    LlmCachedInputTokens,
    /// `llm.cacheCreationInputTokens`: a number.
    LlmCacheCreationInputTokens,
    /// `llm.outputTokens`: with those of reasoning; a number.
    LlmOutputTokens,
    /// `llm.reasoningTokens`: a number.
    LlmReasoningTokens,
    /// `llm.totalTokens`: a number.
    LlmTotalTokens,
    /// `llm.params`: `temperature`, `top_p`, `max_tokens` and the like, as the client set them.
    LlmParams,
}

/// The first part of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Root {
    Request,
    Source,
    Response,
    Jwt,
    ApiKey,
    LlmRequest,
    Llm,
}

/// Some attributes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AttributeSet(u32);

/// Answers what an expression asks. Asked at most once per evaluation for each attribute, and only for those it reaches.
pub trait Attributes {
    /// The value; `None` where there is none this time.
    fn attribute(&self, attribute: Attribute) -> Option<Cow<'_, Json>>;
}

/// No attribute at all.
impl Attributes for () {
    fn attribute(&self, _: Attribute) -> Option<Cow<'_, Json>> {
        None
    }
}

const REQUEST: &[Attribute] = &[
    Attribute::RequestMethod,
    Attribute::RequestUri,
    Attribute::RequestHost,
    Attribute::RequestScheme,
    Attribute::RequestPath,
    Attribute::RequestPathAndQuery,
    Attribute::RequestVersion,
    Attribute::RequestHeaders,
    Attribute::SourceAddress,
    Attribute::SourcePort,
];
const RESPONSE: &[Attribute] = &[Attribute::ResponseCode, Attribute::ResponseHeaders];
const LLM_REQUEST: &[Attribute] = &[
    Attribute::LlmRequest,
    Attribute::LlmStreaming,
    Attribute::LlmRequestModel,
    Attribute::LlmParams,
];
const LLM_RESPONSE: &[Attribute] = &[
    Attribute::LlmResponseModel,
    Attribute::LlmProvider,
    Attribute::LlmInputTokens,
    Attribute::LlmCachedInputTokens,
    Attribute::LlmCacheCreationInputTokens,
    Attribute::LlmOutputTokens,
    Attribute::LlmReasoningTokens,
    Attribute::LlmTotalTokens,
];

// === impl Attribute ===

impl Attribute {
    /// Each, once.
    pub const ALL: [Attribute; 26] = [
        Attribute::RequestMethod,
        Attribute::RequestUri,
        Attribute::RequestHost,
        Attribute::RequestScheme,
        Attribute::RequestPath,
        Attribute::RequestPathAndQuery,
        Attribute::RequestVersion,
        Attribute::RequestHeaders,
        Attribute::SourceAddress,
        Attribute::SourcePort,
        Attribute::ResponseCode,
        Attribute::ResponseHeaders,
        Attribute::Jwt,
        Attribute::ApiKey,
        Attribute::LlmRequest,
        Attribute::LlmStreaming,
        Attribute::LlmRequestModel,
        Attribute::LlmResponseModel,
        Attribute::LlmProvider,
        Attribute::LlmInputTokens,
        Attribute::LlmCachedInputTokens,
        Attribute::LlmCacheCreationInputTokens,
        Attribute::LlmOutputTokens,
        Attribute::LlmReasoningTokens,
        Attribute::LlmTotalTokens,
        Attribute::LlmParams,
    ];

    /// Its name; the part behind the point is empty where the root is the attribute.
    pub(crate) fn name(self) -> (Root, &'static str) {
        match self {
            Attribute::RequestMethod => (Root::Request, "method"),
            Attribute::RequestUri => (Root::Request, "uri"),
            Attribute::RequestHost => (Root::Request, "host"),
            Attribute::RequestScheme => (Root::Request, "scheme"),
            Attribute::RequestPath => (Root::Request, "path"),
            Attribute::RequestPathAndQuery => (Root::Request, "pathAndQuery"),
            Attribute::RequestVersion => (Root::Request, "version"),
            Attribute::RequestHeaders => (Root::Request, "headers"),
            Attribute::SourceAddress => (Root::Source, "address"),
            Attribute::SourcePort => (Root::Source, "port"),
            Attribute::ResponseCode => (Root::Response, "code"),
            Attribute::ResponseHeaders => (Root::Response, "headers"),
            Attribute::Jwt => (Root::Jwt, ""),
            Attribute::ApiKey => (Root::ApiKey, ""),
            Attribute::LlmRequest => (Root::LlmRequest, ""),
            Attribute::LlmStreaming => (Root::Llm, "streaming"),
            Attribute::LlmRequestModel => (Root::Llm, "requestModel"),
            Attribute::LlmResponseModel => (Root::Llm, "responseModel"),
            Attribute::LlmProvider => (Root::Llm, "provider"),
            Attribute::LlmInputTokens => (Root::Llm, "inputTokens"),
            Attribute::LlmCachedInputTokens => (Root::Llm, "cachedInputTokens"),
            Attribute::LlmCacheCreationInputTokens => (Root::Llm, "cacheCreationInputTokens"),
            Attribute::LlmOutputTokens => (Root::Llm, "outputTokens"),
            Attribute::LlmReasoningTokens => (Root::Llm, "reasoningTokens"),
            Attribute::LlmTotalTokens => (Root::Llm, "totalTokens"),
            Attribute::LlmParams => (Root::Llm, "params"),
        }
    }

    /// Whether it is a map of headers, whose names have no case.
    pub(crate) fn is_headers(self) -> bool {
        matches!(self, Attribute::RequestHeaders | Attribute::ResponseHeaders)
    }

    pub(crate) fn index(self) -> usize {
        self as usize
    }
}

// === impl Root ===

impl Root {
    const ALL: [Root; 7] = [
        Root::Request,
        Root::Source,
        Root::Response,
        Root::Jwt,
        Root::ApiKey,
        Root::LlmRequest,
        Root::Llm,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Root::Request => "request",
            Root::Source => "source",
            Root::Response => "response",
            Root::Jwt => "jwt",
            Root::ApiKey => "apiKey",
            Root::LlmRequest => "llmRequest",
            Root::Llm => "llm",
        }
    }

    pub(crate) fn of(name: &str) -> Option<Root> {
        Root::ALL.into_iter().find(|root| root.name() == name)
    }

    /// What it has.
    pub(crate) fn attributes(self) -> impl Iterator<Item = Attribute> {
        let mut all = Attribute::ALL.into_iter();
        std::iter::from_fn(move || all.find(|attribute| attribute.name().0 == self))
    }

    /// The attribute that the root itself is.
    pub(crate) fn whole(self) -> Option<Attribute> {
        self.attributes()
            .find(|attribute| attribute.name().1.is_empty())
    }
}

// === impl AttributeSet ===

impl AttributeSet {
    /// What is known of a request to anything.
    pub const OF_REQUEST: AttributeSet = AttributeSet::of(REQUEST);
    /// What is known of a request to a model before it is sent.
    pub const OF_LLM_REQUEST: AttributeSet =
        AttributeSet::OF_REQUEST.or(AttributeSet::of(LLM_REQUEST));
    /// What is known once a model's service answered: of its head, not of what it said.
    pub const OF_LLM_RESPONSE_HEAD: AttributeSet =
        AttributeSet::OF_LLM_REQUEST.or(AttributeSet::of(RESPONSE));
    /// What is known once a model answered to the end.
    pub const OF_LLM_ANSWER: AttributeSet =
        AttributeSet::OF_LLM_RESPONSE_HEAD.or(AttributeSet::of(LLM_RESPONSE));

    /// These attributes.
    #[must_use]
    pub const fn of(attributes: &[Attribute]) -> Self {
        let mut bits = 0;
        let mut rest = attributes;
        while let [first, behind @ ..] = rest {
            bits |= 1 << *first as u32;
            rest = behind;
        }
        AttributeSet(bits)
    }

    /// Those of either.
    #[must_use]
    pub const fn or(self, other: AttributeSet) -> Self {
        AttributeSet(self.0 | other.0)
    }

    /// Whether `attribute` is one of them.
    #[must_use]
    pub fn has(self, attribute: Attribute) -> bool {
        self.0 & (1 << attribute as u32) != 0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn insert(&mut self, attribute: Attribute) {
        self.0 |= 1 << attribute as u32;
    }
}
