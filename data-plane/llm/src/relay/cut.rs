//! What clients are told of answers that cannot be read to their end.
//!
//! Owns the words. Invariant: they say whose fault it is, and nothing of the content.

use serde::de::IgnoredAny;

use crate::error::ProviderError;

/// Data that is neither JSON nor the terminator of OpenAI's streams.
pub(super) fn is_unreadable(data: &[u8]) -> bool {
    data.trim_ascii() != b"[DONE]" && serde_json::from_slice::<IgnoredAny>(data).is_err()
}

pub(super) fn unreadable() -> ProviderError {
    ProviderError {
        message: "the provider sent an event that cannot be read".to_owned(),
        ..ProviderError::default()
    }
}

pub(super) fn too_long() -> ProviderError {
    ProviderError {
        message: "the provider sent more at once than the gateway holds".to_owned(),
        ..ProviderError::default()
    }
}

pub(super) fn cut_short() -> ProviderError {
    ProviderError {
        message: "the provider's answer broke off before its end".to_owned(),
        ..ProviderError::default()
    }
}
