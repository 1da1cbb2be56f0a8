//! What clients are told of answers that cannot be read to their end.
//!
//! Owns the words. Invariant: they say whose fault it is, and nothing of the content.

use serde::de::IgnoredAny;

use crate::error::{ErrorCode, ProviderError, last_event};
use crate::format::Format;
use crate::tap::{Ending, Finish, Truncation};

/// Data that is neither JSON nor the terminator of OpenAI's streams. Nothing at all is a sign of life, and has nothing to say.
pub(super) fn is_unreadable(data: &[u8]) -> bool {
    let data = data.trim_ascii();
    let says_nothing = data.is_empty() || data == b"[DONE]";
    !says_nothing && serde_json::from_slice::<IgnoredAny>(data).is_err()
}

pub(super) fn unreadable() -> ProviderError {
    ProviderError {
        message: "the provider sent an event that cannot be read".to_owned(),
        ..ProviderError::default()
    }
}

pub(super) fn too_long() -> ProviderError {
    ProviderError {
        message: "the provider sent more at once than the gateway holds (8 MiB)".to_owned(),
        ..ProviderError::default()
    }
}

/// What became of a provider's stream before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// It broke off.
    Off,
    /// It fell silent for longer than the client is kept waiting.
    Silent,
}

impl Broken {
    pub(super) fn told(self) -> ProviderError {
        match self {
            Self::Off => cut_short(),
            Self::Silent => ProviderError {
                message: "the provider's stream fell silent before its end".to_owned(),
                kind: Some("timeout_error".to_owned()),
                code: Some(ErrorCode::UpstreamTimeout.as_str().to_owned()),
                ..ProviderError::default()
            },
        }
    }
}

pub(super) fn cut_short() -> ProviderError {
    ProviderError {
        message: "the provider's answer broke off before its end".to_owned(),
        ..ProviderError::default()
    }
}

/// A stream that is forwarded and cut between two events ends in one that says so.
pub(super) fn told_where_cut(client: Format, is_between: bool, mut finish: Finish) -> Finish {
    if is_between && finish.ending == Ending::Truncated(Truncation::NoTerminator) {
        let told = last_event(client, &cut_short());
        finish.rest = [finish.rest, told].concat().into();
    }
    finish
}
