//! How large a prompt is, measured only where somebody asks.
//!
//! Owns what is kept until then. Must not estimate tokens. Invariant: what is kept of a request is bounded.

use bytes::Bytes;
use dp_llm::{class::Class, format::Format, prompt_text::PromptText, request::Request as Prompt};
use dp_policy::estimate;

/// How large a prompt is.
pub(super) enum Size {
    Known(estimate::Prompt),
    /// To be measured if need be.
    Of(Format, Bytes),
}

// === impl Size ===

impl Size {
    pub(super) fn of(prompt: &Prompt) -> Size {
        if prompt.class() == Class::Realtime {
            // What it will hold is said later, and its tokens are told then.
            return Size::Known(estimate::Prompt::default());
        }
        Size::Of(prompt.format(), prompt.body().clone())
    }

    pub(super) fn measured(&self) -> estimate::Prompt {
        match self {
            Size::Known(size) => *size,
            Size::Of(format, body) => measured(*format, body),
        }
    }
}

/// How large a prompt is, by its texts.
pub(in crate::ai) fn measured(format: Format, body: &Bytes) -> estimate::Prompt {
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    match PromptText::of_request(format, body) {
        Ok(text) => {
            let said = text.runs().map(|run| run.text().len()).sum::<usize>();
            estimate::Prompt {
                text_bytes: count(said.saturating_add(text.definition_bytes())),
                messages: count(text.messages()),
            }
        }
        Err(_) => estimate::Prompt {
            text_bytes: count(body.len()),
            messages: 1,
        },
    }
}
