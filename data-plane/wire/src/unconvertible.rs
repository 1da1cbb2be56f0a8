//! Why a request cannot be said in a provider's format.
//!
//! Owns the place, the words and whose limit it was; [`crate::error`] turns it into what a client reads. It must not know
//! formats. Invariant: it names the field as the client spells it, never the field's content.

use std::borrow::Cow;

/// Why a request cannot be converted; the client gets 400.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{}{message}", .field, if .field.is_empty() { "" } else { ": " })]
pub struct Unconvertible {
    /// The field at fault, such as `messages[2].content[0]`.
    pub field: Cow<'static, str>,
    /// What is wrong with it and what helps.
    pub message: Cow<'static, str>,
    /// Whether the body breaks its own format, or asks for what the provider's has not.
    pub cause: Cause,
}

/// Whose limit a request met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    /// The body is not what the client's format asks for (`invalid_request_body`).
    Invalid,
    /// The provider's format cannot say it (`unsupported_conversion`).
    Unsupported,
}

// === impl Unconvertible ===

impl Unconvertible {
    /// The body breaks its own format at `field`.
    pub fn invalid(
        field: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
            cause: Cause::Invalid,
        }
    }

    /// The provider's format cannot say `field`.
    pub fn unsupported(
        field: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            cause: Cause::Unsupported,
            ..Self::invalid(field, message)
        }
    }

    /// The same, found inside `outer`.
    pub fn within(mut self, outer: &str) -> Self {
        self.field = match self.field.as_ref() {
            "" => outer.to_owned().into(),
            inner if inner.starts_with('[') => format!("{outer}{inner}").into(),
            inner => format!("{outer}.{inner}").into(),
        };
        self
    }
}
