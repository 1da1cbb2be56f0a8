//! Bytes of Anthropic's events and of what they share with a buffered message.
//!
//! It must not know when something is written. Invariant: whole frames, one line of data each.

use std::io::Write as _;

use super::super::{ClientSide, Start};
use crate::usage::Usage;

/// The delta of a tool's input, up to its text.
pub(super) const INPUT: &[u8] = b"\"input_json_delta\",\"partial_json\":";

/// Begins a frame: up to and with the type, the object left open.
pub(super) fn event(out: &mut Vec<u8>, name: &str) {
    for part in ["event: ", name, "\ndata: {\"type\":\"", name, "\""] {
        out.extend_from_slice(part.as_bytes());
    }
}

/// Ends a frame.
pub(super) fn end(out: &mut Vec<u8>) {
    out.extend_from_slice(b"}\n\n");
}

/// `block` is the block's object from the value of `type` on.
pub(super) fn block_start(out: &mut Vec<u8>, index: u64, block: &[u8]) {
    event(out, "content_block_start");
    number(out, ",\"index\":", index);
    out.extend_from_slice(b",\"content_block\":{\"type\":");
    out.extend_from_slice(block);
    out.push(b'}');
    end(out);
}

/// `kind` is the delta's object from the value of `type` up to its text.
pub(super) fn delta(out: &mut Vec<u8>, index: u64, kind: &[u8], text: &str) {
    event(out, "content_block_delta");
    number(out, ",\"index\":", index);
    out.extend_from_slice(b",\"delta\":{\"type\":");
    out.extend_from_slice(kind);
    out.extend_from_slice(text.as_bytes());
    out.push(b'}');
    end(out);
}

pub(super) fn block_stop(out: &mut Vec<u8>, index: u64) {
    event(out, "content_block_stop");
    number(out, ",\"index\":", index);
    end(out);
}

/// The message's object, up to and with the comma behind `model`.
pub(super) fn message_head(out: &mut Vec<u8>, start: &Start, client: &ClientSide) {
    let id = match &start.id {
        Some(id) if id.starts_with("msg_") => id.clone(),
        Some(id) => format!("msg_{id}"),
        None => format!("msg_{:016x}", client.nonce),
    };
    out.extend_from_slice(b"{\"id\":");
    string(out, &id);
    out.extend_from_slice(b",\"type\":\"message\",\"role\":\"assistant\",\"model\":");
    string(out, start.model.as_ref().unwrap_or(&client.model));
    out.push(b',');
}

/// The members of `usage`: input without what came from or went to the cache (llm.md U-1). The format demands
/// `output_tokens` always and `input_tokens` in a message; what is unknown is 0 there, and left out elsewhere.
pub(super) fn usage(out: &mut Vec<u8>, usage: &Usage, is_message: bool) {
    let read = usage.cache_read.unwrap_or(0);
    let written = usage.cache_write.unwrap_or(0);
    let input = usage
        .input
        .map(|input| input.saturating_sub(read).saturating_sub(written));
    if let Some(input) = input.or(is_message.then_some(0)) {
        number(out, "\"input_tokens\":", input);
        out.push(b',');
    }
    if let Some(written) = usage.cache_write {
        number(out, "\"cache_creation_input_tokens\":", written);
        out.push(b',');
    }
    if let Some(read) = usage.cache_read {
        number(out, "\"cache_read_input_tokens\":", read);
        out.push(b',');
    }
    number(out, "\"output_tokens\":", usage.output.unwrap_or(0));
}

pub(super) fn string(out: &mut Vec<u8>, text: &str) {
    // Writing a text into memory cannot fail.
    let _ = serde_json::to_writer(out, text);
}

fn number(out: &mut Vec<u8>, name: &str, value: u64) {
    // Writing into memory cannot fail.
    let _ = write!(out, "{name}{value}");
}
