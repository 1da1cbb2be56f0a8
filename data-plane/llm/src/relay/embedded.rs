//! The answer to a converted request that is no conversation: held, and written anew at its end.
//!
//! It must not know shapes. Invariant: what cannot be read is a failure with no byte for the client.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use super::cut::too_long;
use super::{Plan, Way};
use crate::class::{Class, Passing};
use crate::error::ProviderError;
use crate::format::Format;
use crate::observed::Observed;
use crate::operation::converted::Converted;
use crate::passed::{Due, PassedTap};
use crate::tap::{Ending, Finish, Framing, Limits};
use crate::usage::Usage;

/// One answer.
pub(super) struct Embedded {
    pub(super) observed: Box<Observed>,
    /// Tokens that the head told.
    pub(super) told: Option<u64>,
    answering: Converted,
    model: String,
    /// The model that the client is told, where that is another.
    shown_model: Option<Arc<str>>,
    held: BytesMut,
    limit: usize,
    pub(super) is_over: bool,
}

/// The way of an answer that is no conversation.
pub(super) fn way(plan: &Plan, framing: Framing, limits: Limits) -> Option<Way> {
    if let Some(answering) = &plan.converted {
        let mut embedded = Embedded::new(answering.clone(), plan.model.clone(), limits);
        embedded.shown_model = plan.shown_model.clone();
        return Some(Way::Embedded(Box::new(embedded)));
    }
    if plan.class == Class::Passthrough(Passing::Unread) {
        return Some(Way::Passed(Box::new(PassedTap::unread())));
    }
    let is_invocation = plan.class == Class::Detect(Format::BedrockConverse);
    let due = Due {
        is_json: !plan.keeps_content_type(),
        is_invocation,
        is_said: is_invocation || plan.class == Class::Passthrough(Passing::Read),
    };
    (!plan.is_conversation()).then(|| Way::Passed(Box::new(PassedTap::new(framing, limits, due))))
}

// === impl Embedded ===

impl Embedded {
    pub(super) fn new(answering: Converted, model: String, limits: Limits) -> Self {
        Self {
            observed: Box::default(),
            told: None,
            answering,
            model,
            shown_model: None,
            held: BytesMut::new(),
            limit: limits.body_bytes,
            is_over: false,
        }
    }

    pub(super) fn push(&mut self, chunk: &[u8]) -> Bytes {
        self.is_over |= self.held.len() + chunk.len() > self.limit;
        match self.is_over {
            true => self.held = BytesMut::new(),
            false => self.held.extend_from_slice(chunk),
        }
        Bytes::new()
    }

    pub(super) fn finish(self) -> Finish {
        let written = match self.is_over {
            true => Err(too_long()),
            false => {
                let shown = self.shown_model.as_deref().unwrap_or(&self.model);
                self.answering.write(&self.held, shown, self.told)
            }
        };
        ended(self.observed, written, self.model)
    }
}

/// The end of an answer that was written, or of one that cannot be.
pub(super) fn ended(
    mut observed: Box<Observed>,
    written: Result<(Vec<u8>, Option<Usage>), ProviderError>,
    model: String,
) -> Finish {
    match written {
        Ok((body, usage)) => {
            observed.usage = usage;
            observed.model = Some(model);
            observed.has_content = true;
            Finish {
                rest: body.into(),
                ending: Ending::Complete,
                observed,
            }
        }
        Err(error) => {
            observed.error = Some(error);
            Finish {
                rest: Bytes::new(),
                ending: Ending::Failed,
                observed,
            }
        }
    }
}
