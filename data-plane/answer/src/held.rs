//! How much of an answer readers and encoders keep.
//!
//! Owns the limit and what things are taken to cost. It must not know formats. Invariant: what an encoder or a reader keeps
//! of an answer without end is counted as it grows, so that whoever drives it can end the answer.

use crate::{Content, JsonText};

/// Most that is kept of one answer, in bytes: an event with an image is a few MiB.
pub const LIMIT: usize = 8 << 20;

/// What a block, an item, a call or a choice is taken to cost beside its texts, in bytes. No honest answer has thousands.
pub(crate) const EACH: usize = 1 << 10;

/// Bytes of a whole answer besides what was said, in any format: one that has to grow is copied.
pub(crate) const ROOM: usize = 1 << 10;

// === impl Content ===

impl Content<'_> {
    /// Bytes of all its texts.
    pub(crate) fn size(&self) -> usize {
        let len = |text: &Option<JsonText<'_>>| text.as_ref().map_or(0, |text| text.inner().len());
        match self {
            Self::Text(text)
            | Self::Refusal(text)
            | Self::Thinking(text)
            | Self::Signature(text)
            | Self::Redacted(text)
            | Self::Arguments { fragment: text, .. } => text.inner().len(),
            Self::ToolCall {
                id,
                name,
                signature,
                ..
            } => name.inner().len() + len(id) + len(signature),
            Self::BlockEnd | Self::ToolEnd { .. } => 0,
        }
    }
}
