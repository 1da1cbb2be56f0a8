//! How large a prompt is, measured only where somebody asks.
//!
//! Owns what is kept until then. Must not estimate tokens. Invariants: what is kept of a request is bounded; it is measured once.

use std::cell::OnceCell;

use bytes::Bytes;
use dp_llm::{
    class::Class,
    prompt_text::{Media, PromptText},
    request::Request as Prompt,
};
use dp_policy::estimate;

/// How large a prompt is.
pub(super) struct Size {
    known: OnceCell<estimate::Prompt>,
    /// What is to be measured if need be.
    body: Option<(Class, Bytes)>,
}

// === impl Size ===

impl Size {
    pub(super) fn of(prompt: &Prompt) -> Size {
        // What a session will hold is said later, and its tokens are told then.
        let is_known = prompt.class() == Class::Realtime;
        Size {
            known: OnceCell::new(),
            body: (!is_known).then(|| (prompt.class(), prompt.body().clone())),
        }
    }

    pub(super) fn measured(&self) -> estimate::Prompt {
        *self.known.get_or_init(|| match &self.body {
            None => estimate::Prompt::default(),
            Some((class, body)) => measured(*class, body),
        })
    }

    /// Lets go of what was measured.
    pub(super) fn forget(&mut self) {
        self.measured();
        self.body = None;
    }
}

/// How large a prompt is, by its texts and by what is no text.
pub(in crate::ai) fn measured(class: Class, body: &Bytes) -> estimate::Prompt {
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let Ok(text) = PromptText::of_class(class, body) else {
        return estimate::Prompt {
            text_bytes: count(body.len()),
            messages: 1,
            ..estimate::Prompt::default()
        };
    };
    let said = text.runs().map(|run| run.text().len()).sum::<usize>();
    let Media {
        images,
        recordings,
        documents,
    } = text.media();
    estimate::Prompt {
        text_bytes: count(said.saturating_add(text.definition_bytes())),
        messages: count(text.messages()),
        images: count(images),
        recordings: count(recordings),
        documents: count(documents),
    }
}
