//! What a client has to send back of an answer's reasoning.
//!
//! One block of reasoning with its signature is told by two members, `reasoning_content` and `reasoning_signature`. Where
//! there are more blocks, or redacted ones, two members cannot say what belongs to what: then all of them are listed, in
//! order, in `thinking_blocks`. Invariants: once listed, always listed; each proof has the mark of the vendor that made it
//! (`envelope`), since a client may send it to any.

use crate::shape::responses::envelope::{Proof, Thought};
use crate::text::JsonText;

/// The blocks of one choice so far.
#[derive(Debug, Default)]
pub(super) struct Proofs {
    /// Reasoning since the last signature; the inside of a literal.
    text: String,
    /// The first block, as JSON, while it is the only one.
    first: Option<String>,
    is_listed: bool,
}

/// Where a block's proof goes.
#[derive(Debug, PartialEq)]
pub(super) enum Place {
    /// `reasoning_signature`: this one.
    Beside(JsonText<'static>),
    /// `thinking_blocks`: these, separated by commas.
    Listed(String),
}

// === impl Proofs ===

impl Proofs {
    /// What is kept, in bytes.
    pub(super) fn held(&self) -> usize {
        self.text.len() + self.first.as_ref().map_or(0, String::len)
    }

    /// More reasoning.
    pub(super) fn thinking(&mut self, text: &JsonText<'_>) {
        self.text.push_str(text.inner());
    }

    /// The block is over: reasoning that came without a signature cannot be proven.
    pub(super) fn block_end(&mut self) {
        self.text.clear();
    }

    pub(super) fn signature(&mut self, signature: &JsonText<'_>) -> Place {
        let signature = Proof::marked(signature);
        let text = std::mem::take(&mut self.text);
        let block = format!(
            "{{\"type\":\"thinking\",\"thinking\":\"{text}\",\"signature\":{}}}",
            signature.as_json()
        );
        if self.is_listed || self.first.is_some() {
            return self.list(block);
        }
        self.first = Some(block);
        Place::Beside(signature)
    }

    pub(super) fn redacted(&mut self, data: &JsonText<'_>) -> Place {
        self.list(format!(
            "{{\"type\":\"redacted_thinking\",\"data\":{}}}",
            Thought::redacted_to_encrypted(data).as_json()
        ))
    }

    fn list(&mut self, block: String) -> Place {
        self.is_listed = true;
        Place::Listed(match self.first.take() {
            Some(mut first) => {
                first.push(',');
                first.push_str(&block);
                first
            }
            None => block,
        })
    }
}
