//! Blocks of the tools that Anthropic runs itself, in a history that another provider goes on with.
//!
//! Owns which blocks these are. Must not know turns. Invariant: it is one rule for every format that has no such blocks: they are
//! left out and noted, so that a failover does not depend on the format that its provider speaks.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::Notes;
use crate::shape::messages::Block;

#[derive(Deserialize)]
struct Kind {
    #[serde(rename = "type")]
    kind: String,
}

/// What such a tool was asked, and what it answered.
pub(crate) fn is_block(kind: &str) -> bool {
    matches!(kind, "server_tool_use" | "mcp_tool_use") || kind.ends_with("_tool_result")
}

/// Whether a block is of such a tool. It is noted then.
pub(crate) fn is_left_out(kind: &str, notes: &mut Notes) -> bool {
    let is_block = is_block(kind);
    notes.dropped_if("server_tool_use", is_block);
    is_block
}

/// Whether what is in a tool's result is a tool that Anthropic's search for tools found. It is noted then.
pub(crate) fn is_reference(kind: &str, notes: &mut Notes) -> bool {
    let is_reference = kind == "tool_reference";
    notes.dropped_if("tool_reference", is_reference);
    is_reference
}

/// A block that is not written as others are, if it is of such a tool: nothing of it is wanted but its kind.
pub(crate) fn unread(raw: &RawValue) -> Option<Block<'static>> {
    let Kind { kind } = serde_json::from_str(raw.get()).ok()?;
    is_block(&kind).then(|| Block {
        kind,
        ..Block::default()
    })
}
