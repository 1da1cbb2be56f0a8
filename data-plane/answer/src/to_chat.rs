//! Answers as OpenAI chat completions: streamed chunks, or one object.
//!
//! Names after OpenAI's API reference ("The chat completion object", "The chat completion chunk object"). Reasoning goes
//! into members that OpenAI does not have and compatible servers do: `reasoning_content`, and beside it what has to be
//! sent back for the reasoning to count, `reasoning_signature` and `thinking_blocks` (read again by
//! `edge::chat_messages`). It must not know providers' formats. Invariant: a stream put together by OpenAI's rules is the
//! object made of the same pieces.

use super::{ClientSide, Start};
use crate::observed::FinishReason;
use crate::text::JsonText;
use crate::tool_names::SIGNATURE_SEPARATOR;
use crate::usage::Usage;

mod body;
mod completions;
mod proof;
mod stream;

pub use body::Body;
pub use completions::Completions;
pub use stream::Stream;

/// Appends the members in front of `choices`, which all chunks of a stream have in common.
fn write_head(object: &str, start: &Start, client: &ClientSide, out: &mut Vec<u8>) {
    let id = match start.id.as_deref() {
        Some(id) if !id.is_empty() => JsonText::plain(id),
        Some(_) | None => JsonText::plain(&format!("chatcmpl-{:016x}", client.nonce)),
    };
    let model = match start.model.as_deref() {
        Some(model) if !model.is_empty() => JsonText::plain(model),
        Some(_) | None => JsonText::plain(&client.model),
    };
    out.extend_from_slice(b"{\"id\":");
    out.extend_from_slice(id.as_json().as_bytes());
    out.extend_from_slice(b",\"object\":\"");
    out.extend_from_slice(object.as_bytes());
    out.extend_from_slice(b"\",\"created\":");
    write_number(start.created.unwrap_or(client.created), out);
    out.extend_from_slice(b",\"model\":");
    out.extend_from_slice(model.as_json().as_bytes());
    out.extend_from_slice(b",\"choices\":[");
}

fn write_number(number: u64, out: &mut Vec<u8>) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    let mut rest = number;
    loop {
        at -= 1;
        if let Some(digit) = digits.get_mut(at) {
            // Below ten.
            *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        }
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(at..).unwrap_or_default());
}

/// Appends the id of a tool call as a string, with the signature in it; one that the provider did not give is made of
/// the request and the call's place.
fn write_call_id(
    id: Option<&JsonText<'_>>,
    signature: Option<&JsonText<'_>>,
    client: &ClientSide,
    place: (u32, usize),
    out: &mut Vec<u8>,
) {
    out.push(b'"');
    match id.filter(|id| !id.is_empty()) {
        Some(id) => out.extend_from_slice(id.inner().as_bytes()),
        None => {
            let (choice, index) = place;
            let made = format!("call_{:016x}_{choice}_{index}", client.nonce);
            out.extend_from_slice(made.as_bytes());
        }
    }
    if let Some(signature) = signature.filter(|signature| !signature.is_empty()) {
        out.extend_from_slice(SIGNATURE_SEPARATOR.as_bytes());
        out.extend_from_slice(signature.inner().as_bytes());
    }
    out.push(b'"');
}

/// Appends the `usage` object (llm.md U-1); a count that is not known is not there. False where none is known.
fn write_usage(usage: &Usage, out: &mut Vec<u8>) -> bool {
    if usage.input.is_none() && usage.output.is_none() && usage.total().is_none() {
        return false;
    }
    out.push(b'{');
    let mut is_first = true;
    let counts = [
        ("prompt_tokens", usage.input),
        ("completion_tokens", usage.output),
        ("total_tokens", usage.total()),
    ];
    write_counts(&counts, &mut is_first, out);
    let input = [
        ("cached_tokens", usage.cache_read),
        ("cache_write_tokens", usage.cache_write),
    ];
    write_details("prompt_tokens_details", &input, &mut is_first, out);
    let output = [("reasoning_tokens", usage.reasoning)];
    write_details("completion_tokens_details", &output, &mut is_first, out);
    out.push(b'}');
    true
}

fn write_details(
    name: &str,
    counts: &[(&str, Option<u64>)],
    is_first: &mut bool,
    out: &mut Vec<u8>,
) {
    if counts.iter().any(|(_, count)| count.is_some()) {
        write_name(name, is_first, out);
        out.push(b'{');
        write_counts(counts, &mut true, out);
        out.push(b'}');
    }
}

fn write_counts(counts: &[(&str, Option<u64>)], is_first: &mut bool, out: &mut Vec<u8>) {
    for (name, count) in counts {
        if let Some(count) = count {
            write_name(name, is_first, out);
            write_number(*count, out);
        }
    }
}

fn write_name(name: &str, is_first: &mut bool, out: &mut Vec<u8>) {
    if !std::mem::take(is_first) {
        out.push(b',');
    }
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

/// `finish_reason`: why the choice ended, or else what follows from what it said. Calls decide over a natural end, whatever
/// the provider calls it: a client runs tools where it reads `tool_calls`.
const fn finish_name(reason: Option<FinishReason>, has_tools: bool) -> &'static str {
    match reason {
        Some(FinishReason::Length | FinishReason::ContextWindow) => "length",
        Some(FinishReason::ToolCalls) => "tool_calls",
        Some(FinishReason::ContentFilter) => "content_filter",
        Some(FinishReason::FunctionCall) => "function_call",
        Some(FinishReason::Stop | FinishReason::Other) | None if has_tools => "tool_calls",
        Some(
            FinishReason::Stop
            | FinishReason::StopSequence
            | FinishReason::PauseTurn
            | FinishReason::Other,
        )
        | None => "stop",
    }
}

#[cfg(test)]
mod tests;
