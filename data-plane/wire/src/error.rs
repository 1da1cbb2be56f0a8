//! Errors in the client's dialect: what the gateway says itself, and reading what a provider said.
//!
//! It must not know HTTP types (statuses are numbers) or why the proxy failed. Invariant: reading
//! is total: any bytes with any status become a valid error body, and a body that is already in
//! the client's dialect is handed on untouched.

mod account;
mod class;
mod content_policy;
mod context;
mod page;
mod read;
mod shape;
mod words;
mod write;

use std::borrow::Cow;

use bytes::Bytes;

use crate::format::Format;
use crate::unconvertible::{Cause, Unconvertible};
use class::Class;
pub use read::unwrap_array;
use write::Dialect;

/// Codes of errors that the gateway itself answers with: a closed set (llm.md E-3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// The request body is not what the format asks for.
    InvalidRequestBody,
    /// The request body is larger than the gateway buffers.
    RequestBodyTooLarge,
    /// The request body has a content encoding that the gateway does not read.
    UnsupportedEncoding,
    /// No configured provider speaks the client's format, or the path names no operation.
    UnsupportedConversion,
    /// The requested model is not offered here.
    ModelNotFound,
    /// The client's key does not list the requested model.
    ModelNotAllowed,
    /// A rule denies the requested model to the client.
    ModelAuthorizationDenied,
    /// The client has used up its rate of requests or tokens.
    RateLimitExceeded,
    /// The client has used up its budget.
    BudgetExceeded,
    /// A guard rejected the prompt or the answer; its configuration may set another status.
    GuardrailRejected,
    /// No provider can take the request now.
    NoHealthyProvider,
    /// The provider did not answer in time.
    UpstreamTimeout,
    /// The provider could not be reached, or broke off.
    UpstreamError,
    /// The gateway has no usable credential for the provider.
    BackendAuthFailed,
}

/// One error, to be written in a client's dialect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorBody {
    /// For a person; never holds upstream detail, prompts or credentials.
    pub message: String,
    /// The request field at fault.
    pub param: Option<Cow<'static, str>>,
    /// Machine-readable cause.
    pub code: Option<Cow<'static, str>>,
    /// The HTTP status of the answer.
    status: u16,
    /// What the dialects' types are taken from.
    class: Class,
}

/// An error that a provider reported, as far as it could be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProviderError {
    /// The provider's words; the start of the body where it is in no known shape.
    pub message: String,
    /// The provider's error type.
    pub kind: Option<String>,
    /// The request field that the provider names.
    pub param: Option<String>,
    /// The provider's code; numbers in decimal.
    pub code: Option<String>,
    /// What only Google says.
    pub details: Option<Box<Details>>,
}

/// Details of an error of Google's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Details {
    /// The reason, which is more exact than a code (`google.rpc.ErrorInfo`).
    pub reason: Option<String>,
    /// When to come again, a length of time such as `3.5s` (`google.rpc.RetryInfo`).
    pub retry_delay: Option<String>,
}

// === impl ErrorCode ===

impl ErrorCode {
    /// Every code.
    pub const ALL: [Self; 14] = [
        Self::InvalidRequestBody,
        Self::RequestBodyTooLarge,
        Self::UnsupportedEncoding,
        Self::UnsupportedConversion,
        Self::ModelNotFound,
        Self::ModelNotAllowed,
        Self::ModelAuthorizationDenied,
        Self::RateLimitExceeded,
        Self::BudgetExceeded,
        Self::GuardrailRejected,
        Self::NoHealthyProvider,
        Self::UpstreamTimeout,
        Self::UpstreamError,
        Self::BackendAuthFailed,
    ];

    /// The HTTP status that belongs to the code.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::InvalidRequestBody | Self::UnsupportedConversion => 400,
            Self::ModelNotAllowed | Self::ModelAuthorizationDenied | Self::GuardrailRejected => 403,
            Self::ModelNotFound => 404,
            Self::RequestBodyTooLarge => 413,
            Self::UnsupportedEncoding => 415,
            Self::RateLimitExceeded | Self::BudgetExceeded => 429,
            Self::BackendAuthFailed => 500,
            Self::UpstreamError => 502,
            Self::NoHealthyProvider => 503,
            Self::UpstreamTimeout => 504,
        }
    }

    /// The code on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequestBody => "invalid_request_body",
            Self::RequestBodyTooLarge => "request_body_too_large",
            Self::UnsupportedEncoding => "unsupported_encoding",
            Self::UnsupportedConversion => "unsupported_conversion",
            Self::ModelNotFound => "model_not_found",
            Self::ModelNotAllowed => "model_not_allowed",
            Self::ModelAuthorizationDenied => "model_authorization_denied",
            Self::RateLimitExceeded => "rate_limit_exceeded",
            Self::BudgetExceeded => "budget_exceeded",
            Self::GuardrailRejected => "guardrail_rejected",
            Self::NoHealthyProvider => "no_healthy_provider",
            Self::UpstreamTimeout => "upstream_timeout",
            Self::UpstreamError => "upstream_error",
            Self::BackendAuthFailed => "backend_auth_failed",
        }
    }
}

// === impl ErrorBody ===

impl ErrorBody {
    /// An error of the gateway itself; type and status follow from the code.
    #[must_use]
    pub fn gateway(code: ErrorCode, message: impl Into<String>) -> Self {
        Self::with_reason(code.status(), code.as_str(), message)
    }

    /// An error of the gateway that is none of LLM traffic's own, with the proxy's reason as its code.
    #[must_use]
    pub fn with_reason(
        status: u16,
        reason: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            message: message.into(),
            param: None,
            code: Some(reason.into()),
            status,
            class: Class::of_status(status),
        }
    }

    /// Names the request field at fault.
    #[must_use]
    pub fn with_param(mut self, param: impl Into<Cow<'static, str>>) -> Self {
        self.param = Some(param.into());
        self
    }

    /// Another status than the code's own, such as the one that a guard's configuration asks for.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self.class = Class::of_status(status);
        self
    }

    /// The HTTP status of the answer.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// A provider's error for a client of `format`. `status` is the provider's; `None` in a stream, or in the body of a
    /// success.
    #[must_use]
    pub fn provider(format: Format, status: Option<u16>, error: &ProviderError) -> Self {
        let status = status.filter(|status| *status >= 400);
        let class = error.class(status);
        let words = class.words();
        let status = status.unwrap_or_else(|| error.status());
        let message = match error.message.trim() {
            "" => format!("the provider answered with status {status} and no message"),
            _ => error.message.clone(),
        };
        // Of codes only the OpenAI dialect knows; a number is the status once more, or some vendor's own.
        let code = match Dialect::of(format) {
            Dialect::OpenAi if error.is_context_length_exceeded(Some(status)) => {
                Some(Cow::Borrowed(context::CODE))
            }
            Dialect::OpenAi => {
                let code = error.code.clone();
                code.filter(|code| code.parse::<i64>().is_err())
                    .map(Cow::Owned)
                    .or(words.openai_code.map(Cow::Borrowed))
            }
            Dialect::Anthropic | Dialect::Google | Dialect::Bedrock => None,
        };
        let param = match Dialect::of(format) {
            Dialect::OpenAi => error.param.clone().map(Cow::Owned),
            Dialect::Anthropic | Dialect::Google | Dialect::Bedrock => None,
        };
        Self {
            message,
            param,
            code,
            status: client_status(format, status),
            class,
        }
    }
}

impl From<&Unconvertible> for ErrorBody {
    fn from(error: &Unconvertible) -> Self {
        let code = match error.cause {
            Cause::Invalid => ErrorCode::InvalidRequestBody,
            Cause::Unsupported => ErrorCode::UnsupportedConversion,
        };
        Self::gateway(code, error.to_string()).with_param(error.field.clone())
    }
}

/// The status that a client of `format` gets for a provider's: the same, but for 529, which only Anthropic's clients know
/// (llm.md E-1).
#[must_use]
pub const fn client_status(format: Format, status: u16) -> u16 {
    match (status, format) {
        (
            529,
            Format::OpenAiChatCompletions
            | Format::OpenAiResponses
            | Format::GeminiGenerateContent
            | Format::BedrockConverse,
        ) => 503,
        (_, _) => status,
    }
}

/// The body that a client of format `client` gets for the error response of a provider of format `provider`; its status is
/// [`client_status`].
///
/// A body that is in the client's dialect passes as it is, byte for byte. Anything else (HTML of a load
/// balancer, plain text, another vendor's envelope) is rewritten; the caller then sets the content
/// type to `application/json`, drops `content-encoding` and recomputes the length. `error_type_header` is the value of
/// `x-amzn-errortype`.
#[must_use]
pub fn for_client(
    client: Format,
    provider: Format,
    status: u16,
    body: &Bytes,
    error_type_header: Option<&str>,
) -> Bytes {
    if let Some(text) = shape::in_dialect(client, provider, body) {
        return text;
    }
    let error = ProviderError::read(body).with_error_type(error_type_header);
    ErrorBody::provider(client, Some(status), &error).to_json(client)
}

/// The last event of a stream that failed, in `format`'s dialect: what the provider said in its stream.
pub fn last_event(format: Format, error: &ProviderError) -> Bytes {
    ErrorBody::provider(format, None, error).to_event(format)
}

#[cfg(test)]
mod tests;
