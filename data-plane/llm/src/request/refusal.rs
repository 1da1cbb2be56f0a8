//! Why a request body is refused, and what the client reads then.
//!
//! It must not know how bodies are read. Invariant: every refusal is the client's to mend, so each
//! names the member and the remedy, and none shows a value of the body.

use crate::content_encoding::DecodeError;
use crate::edge::{Cause, Unconvertible};
use crate::error::{ErrorBody, ErrorCode};
use crate::provider::ServiceError;

/// Members that the gateway reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// `model`
    Model,
    /// `stream`
    Stream,
    /// `stream_options`
    StreamOptions,
    /// `stream_options.include_usage`
    IncludeUsage,
}

/// Why a request is refused with 400.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// JSON is UTF-8 (RFC 8259 section 8.1).
    #[error("the body is not UTF-8")]
    NotUtf8,
    /// Not JSON at all.
    #[error("the body is not JSON (line {}, column {})", .0.line(), .0.column())]
    NotJson(#[source] serde_json::Error),
    /// JSON, but no object.
    #[error("the body is not a JSON object")]
    NotAnObject,
    /// A member that may occur once only.
    #[error("`{}` occurs more than once; send it once", .0.as_str())]
    Duplicate(Field),
    /// A member of another type than the format has.
    #[error("`{}` is not {}", .0.as_str(), .0.expected())]
    WrongType(Field),
    /// Neither the request nor the backend names a model.
    #[error("no `model` is given; name one, the backend has no default")]
    ModelMissing,
    /// The provider's format cannot say it, or the body is not what the client's format asks for.
    #[error("{0}")]
    Unconvertible(Unconvertible),
    /// No whole form, or one that readers could read differently.
    #[error(
        "the body is not one form: its content type names one boundary, each part one `name`, and it ends with the boundary \
         (RFC 7578)"
    )]
    NotAForm,
    /// It was encoded for the way, but not as it says.
    #[error("{0}")]
    Encoding(DecodeError),
    /// The provider has no path for the model.
    #[error("{0}; ask for another model")]
    Path(ServiceError),
    /// A member that clients may not send here, by the operator's word (llm.md 4.4).
    #[error("`{0}` may not be sent here; leave it out")]
    DeniedParam(String),
    /// Members are denied, and the body's cannot be told.
    #[error(
        "some parameters may not be sent here, and the body has none that can be read; send a JSON object or a form"
    )]
    Unjudged,
}

// === impl Field ===

impl Field {
    /// The member's path in the body, as error bodies name it in `param`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Stream => "stream",
            Self::StreamOptions => "stream_options",
            Self::IncludeUsage => "stream_options.include_usage",
        }
    }

    const fn expected(self) -> &'static str {
        match self {
            Self::Model => "a string",
            Self::Stream | Self::IncludeUsage => "a boolean",
            Self::StreamOptions => "an object",
        }
    }
}

// === impl RequestError ===

impl RequestError {
    /// Nobody there has what is asked for, called by its `title`, and nothing that could become it.
    #[must_use]
    pub fn not_offered(title: &str, provider: &str) -> Self {
        let message = format!(
            "{title} is not offered by the provider ({provider}) for this model, and no conversion leads there; ask for a \
             model whose provider has it, or put such a provider into the backend"
        );
        Self::Unconvertible(Unconvertible::unsupported("", message))
    }

    /// The answer to the client; its status is 400.
    #[must_use]
    pub fn to_body(&self) -> ErrorBody {
        let body = ErrorBody::gateway(self.code(), self.to_string());
        match self {
            Self::Unconvertible(refused) if refused.field.is_empty() => body,
            Self::Unconvertible(refused) => body.with_param(refused.field.clone()),
            Self::Path(_) => body.with_param(Field::Model.as_str()),
            Self::Duplicate(field) | Self::WrongType(field) => body.with_param(field.as_str()),
            Self::ModelMissing => body.with_param(Field::Model.as_str()),
            Self::DeniedParam(name) => body.with_param(name.clone()),
            Self::NotUtf8
            | Self::NotJson(_)
            | Self::NotAnObject
            | Self::NotAForm
            | Self::Encoding(_)
            | Self::Unjudged => body,
        }
    }

    /// Which of the gateway's codes it is.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Unconvertible(refused) => match refused.cause {
                Cause::Unsupported => ErrorCode::UnsupportedConversion,
                Cause::Invalid => ErrorCode::InvalidRequestBody,
            },
            Self::NotUtf8
            | Self::NotJson(_)
            | Self::NotAnObject
            | Self::NotAForm
            | Self::Duplicate(_)
            | Self::WrongType(_)
            | Self::Path(_)
            | Self::Encoding(_)
            | Self::DeniedParam(_)
            | Self::Unjudged
            | Self::ModelMissing => ErrorCode::InvalidRequestBody,
        }
    }

    /// Whether another provider may take the request: this one's format cannot say it, or has no such operation. A request
    /// that breaks its own format is nobody's (llm.md R-24).
    #[must_use]
    pub fn is_of_provider(&self) -> bool {
        match self {
            Self::Unconvertible(refused) => refused.cause == Cause::Unsupported,
            Self::Path(error) => match error {
                ServiceError::Unsupported => true,
                ServiceError::Model(_) | ServiceError::Path(_) => false,
            },
            // What is denied on the way to one provider may go to another.
            Self::DeniedParam(_) | Self::Unjudged => true,
            Self::NotUtf8
            | Self::NotJson(_)
            | Self::NotAnObject
            | Self::NotAForm
            | Self::Duplicate(_)
            | Self::WrongType(_)
            | Self::Encoding(_)
            | Self::ModelMissing => false,
        }
    }

    pub(super) fn from_json(error: serde_json::Error) -> Self {
        if error.is_data() {
            Self::NotAnObject
        } else {
            Self::NotJson(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Field, RequestError, ServiceError, Unconvertible};

    #[test]
    fn what_another_provider_may_take() {
        for (error, expected) in [
            (
                RequestError::Unconvertible(Unconvertible::unsupported("n", "is 1 there")),
                true,
            ),
            (RequestError::Path(ServiceError::Unsupported), true),
            (
                RequestError::Unconvertible(Unconvertible::invalid("n", "is no number")),
                false,
            ),
            (RequestError::Duplicate(Field::Model), false),
            (RequestError::ModelMissing, false),
            (RequestError::NotUtf8, false),
        ] {
            assert_eq!(error.is_of_provider(), expected, "{error}");
        }
    }
}
