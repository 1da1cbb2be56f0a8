//! Errors in the client's dialect: what the gateway says itself, and reading what a provider said.
//!
//! It must not know HTTP types (statuses are numbers) or why the proxy failed. Invariant: reading
//! is total: any bytes with any status become a valid error body, and a body that is already in
//! the client's dialect is handed on untouched.

use std::borrow::Cow;

use bytes::Bytes;
use serde::Serialize;

use crate::format::Format;
use crate::json;

/// How much of an unreadable provider body is shown, in bytes.
const EXCERPT_LIMIT: usize = 1024;

/// Codes of errors that the gateway itself answers with: a closed set.
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
    /// No provider can take the request now.
    NoHealthyProvider,
    /// The provider did not answer in time.
    UpstreamTimeout,
    /// The provider could not be reached, or broke off.
    UpstreamError,
    /// The gateway has no usable credential for the provider.
    BackendAuthFailed,
}

/// One error as the client's dialect writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorBody {
    /// For a person; never holds upstream detail, prompts or credentials.
    pub message: String,
    /// The dialect's error type, such as `invalid_request_error`.
    pub kind: Cow<'static, str>,
    /// The request field at fault.
    pub param: Option<Cow<'static, str>>,
    /// Machine-readable cause.
    pub code: Option<Cow<'static, str>>,
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
}

/// The wire form of the OpenAI dialect; all four members are always there, as OpenAI sends them.
#[derive(Serialize)]
struct OpenAiEnvelope<'a> {
    error: OpenAiError<'a>,
}

#[derive(Serialize)]
struct OpenAiError<'a> {
    message: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    param: Option<&'a str>,
    code: Option<&'a str>,
}

// === impl ErrorCode ===

impl ErrorCode {
    /// The HTTP status that belongs to the code.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::InvalidRequestBody | Self::UnsupportedConversion => 400,
            Self::ModelNotFound => 404,
            Self::RequestBodyTooLarge => 413,
            Self::UnsupportedEncoding => 415,
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
            Self::NoHealthyProvider => "no_healthy_provider",
            Self::UpstreamTimeout => "upstream_timeout",
            Self::UpstreamError => "upstream_error",
            Self::BackendAuthFailed => "backend_auth_failed",
        }
    }
}

// === impl ErrorBody ===

impl ErrorBody {
    /// An error of the gateway itself; the type follows from the code's status.
    #[must_use]
    pub fn gateway(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            kind: Cow::Borrowed(kind_for_status(code.status())),
            param: None,
            code: Some(Cow::Borrowed(code.as_str())),
        }
    }

    /// Names the request field at fault.
    #[must_use]
    pub fn with_param(mut self, param: &'static str) -> Self {
        self.param = Some(Cow::Borrowed(param));
        self
    }

    /// The body of an error response in `format`'s dialect; content type `application/json`.
    #[must_use]
    pub fn to_json(&self, format: Format) -> Bytes {
        match format {
            Format::OpenAiChatCompletions => {
                let envelope = OpenAiEnvelope {
                    error: OpenAiError {
                        message: &self.message,
                        kind: &self.kind,
                        param: self.param.as_deref(),
                        code: self.code.as_deref(),
                    },
                };
                // Serialising strings cannot fail; were it to, an empty object is still JSON.
                serde_json::to_vec(&envelope)
                    .unwrap_or_else(|_| b"{}".to_vec())
                    .into()
            }
        }
    }

    /// The event that ends a stream after a failure; no success terminator may follow it.
    #[must_use]
    pub fn to_event(&self, format: Format) -> Bytes {
        let body = self.to_json(format);
        [b"data: ", body.as_ref(), b"\n\n"].concat().into()
    }
}

// === impl ProviderError ===

impl ProviderError {
    /// Reads an error body of any provider; never fails (llm.md E-1).
    #[must_use]
    pub fn read(body: &[u8]) -> Self {
        std::str::from_utf8(body)
            .ok()
            .and_then(|text| Self::from_object(unwrap_array(text.trim())))
            .unwrap_or_else(|| Self {
                message: excerpt(body),
                ..Self::default()
            })
    }

    /// Reads the raw value of an `error` member: an object, or a bare string.
    pub(crate) fn from_member(raw: &str) -> Option<Self> {
        if let Some(message) = json::string(raw) {
            return Some(Self {
                message,
                ..Self::default()
            });
        }
        let mut error = Self::default();
        json::members(raw, |key, value| match key.as_ref() {
            "message" => error.message = json::string(value).unwrap_or_default(),
            "type" | "status" => error.kind = error.kind.take().or_else(|| json::string(value)),
            "param" => error.param = json::string(value),
            "code" => error.code = json::string(value).or_else(|| number(value)),
            _ => (),
        })
        .ok()?;
        (error != Self::default()).then_some(error)
    }

    /// The envelopes in the field: `{"error": ..}`, or the error itself at the top (`message`, or
    /// `detail` of Python servers).
    fn from_object(text: &str) -> Option<Self> {
        let (mut inner, mut detail) = (None, None);
        json::members(text, |key, value| match key.as_ref() {
            "error" => inner = Self::from_member(value),
            "detail" => {
                detail = json::string(value).or_else(|| Some(excerpt(value.as_bytes())));
            }
            _ => (),
        })
        .ok()?;
        inner
            .or_else(|| Self::from_member(text).filter(|error| !error.message.is_empty()))
            .or_else(|| {
                detail.map(|message| Self {
                    message,
                    ..Self::default()
                })
            })
    }
}

/// The OpenAI error type for an HTTP status (llm.md 2.9).
#[must_use]
pub const fn kind_for_status(status: u16) -> &'static str {
    match status {
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        408 | 504 => "timeout_error",
        429 => "rate_limit_error",
        424 => "api_error",
        400..=499 => "invalid_request_error",
        _ => "api_error",
    }
}

/// The body that a client of `format` gets for a provider's error response of the same format.
///
/// A body that is in the dialect passes as it is, byte for byte. Anything else (HTML of a load
/// balancer, plain text, another vendor's envelope) is rewritten; the caller then sets the content
/// type to `application/json`, drops `content-encoding` and recomputes the length. The status stays.
#[must_use]
pub fn for_client(format: Format, status: u16, body: &Bytes) -> Bytes {
    match format {
        Format::OpenAiChatCompletions => {
            if is_openai(body) {
                return body.clone();
            }
            let read = ProviderError::read(body);
            let message = match read.message.as_str() {
                "" => format!("the provider answered with status {status} and no message"),
                message => message.to_owned(),
            };
            ErrorBody {
                message,
                kind: read
                    .kind
                    .map_or_else(|| kind_for_status(status).into(), Cow::Owned),
                param: read.param.map(Cow::Owned),
                code: read.code.map(Cow::Owned),
            }
            .to_json(format)
        }
    }
}

/// `{"error": {"message": "..", ..}, ..}`: what an OpenAI client can read.
fn is_openai(body: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(body) else {
        return false;
    };
    let mut is_readable = false;
    let outer = json::members(text, |key, value| {
        if key == "error" {
            // No object, no members: an error of this inner read says nothing more.
            let _ = json::members(value, |key, value| {
                is_readable |= key == "message" && json::string(value).is_some();
            });
        }
    });
    outer.is_ok() && is_readable
}

/// Google's OpenAI surface wraps its error in an array of one.
fn unwrap_array(text: &str) -> &str {
    text.strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .map_or(text, str::trim)
}

fn number(raw: &str) -> Option<String> {
    raw.parse::<i64>().ok().map(|number| number.to_string())
}

fn excerpt(body: &[u8]) -> String {
    let start = body.get(..EXCERPT_LIMIT).unwrap_or(body);
    String::from_utf8_lossy(start).trim().to_owned()
}

#[cfg(test)]
mod tests;
