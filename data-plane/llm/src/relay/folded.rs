//! The answers to a request that was sent in parts: one answer for the client.
//!
//! Owns what was seen of it. It must not know shapes, or how many parts are on their way. Invariant: nothing is written before
//! every part has its answer.

use super::Plan;
use super::embedded::ended;
use crate::observed::Observed;
use crate::operation::converted::Converted;
use crate::operation::embeddings;
use crate::tap::Finish;
use crate::usage::HeadCounts;

/// The answers so far.
#[derive(Debug)]
pub struct Folded {
    fold: embeddings::Fold,
    model: String,
}

// === impl Folded ===

impl Folded {
    /// For what was rendered in several parts ([`crate::request::Rendered::further`]); `None` for one that is one part.
    #[must_use]
    pub fn new(plan: &Plan) -> Option<Self> {
        let fold = match plan.converted.as_ref()? {
            Converted::Embeddings(answering) => embeddings::Fold::new(answering)?,
            Converted::Rerank(_) | Converted::TokenCount | Converted::Estimate => return None,
        };
        let model = plan.model.clone();
        Some(Self { fold, model })
    }

    /// Bytes that are held for the client.
    #[must_use]
    pub const fn held(&self) -> usize {
        self.fold.held()
    }

    /// What the answers told so far: the provider has counted it, whether or not all of them come.
    #[must_use]
    pub fn told(&self) -> Observed {
        Observed {
            model: Some(self.model.clone()),
            usage: self.fold.told(),
            ..Observed::default()
        }
    }

    /// Takes the whole answer to the part at `place`, whose head had `head`.
    ///
    /// # Errors
    /// It cannot be read, with what was seen: the answer of the provider is a failure.
    pub fn take(
        &mut self,
        place: usize,
        (head, body): (HeadCounts, &[u8]),
    ) -> Result<(), Box<Observed>> {
        let taken = self.fold.take(place, body, head.prompt());
        taken.map_err(|error| {
            Box::new(Observed {
                error: Some(error),
                ..Observed::default()
            })
        })
    }

    /// What the client gets; a failure where a part has no answer.
    #[must_use]
    pub fn finish(self) -> Finish {
        let written = self.fold.finish(&self.model);
        ended(Box::default(), written, self.model)
    }
}
