//! Reasoning that a model of chat completions wants back with its calls of tools, as `reasoning_content`.
//!
//! Owns which models these are, by their names. Source: DeepSeek's guide "Thinking mode", by which the next request is a 400
//! without it. It must not know formats. Invariants: no other gets it, since servers refuse members that they do not know; what
//! another vendor proved is not told as the model's own.

use crate::shape::chat;
use crate::text::JsonText;
use crate::{Target, Vendor};

/// Marks in names of DeepSeek's models that others serve, which are older or smaller and know no such member.
const OTHERS: [&str; 2] = ["r1", "distill"];

/// Whether the model wants what it thought.
pub(crate) fn is_wanted(target: &Target) -> bool {
    if target.vendor != Vendor::Other {
        return false;
    }
    let name = target.kind().to_ascii_lowercase();
    name.contains("deepseek") && !OTHERS.iter().any(|other| name.contains(other))
}

/// Puts what was thought into an assistant's message.
pub(crate) fn put<'a>(message: &mut chat::Message<'a>, thoughts: &[JsonText<'a>]) {
    if !thoughts.is_empty() {
        message.reasoning_content = Some(JsonText::join(thoughts, "\n\n").into_json());
    }
}

/// Calls of another model have no reasoning that is this one's, and are refused without the member.
pub(crate) fn complete(request: &mut chat::Request<'_>, target: &Target) {
    if !is_wanted(target) {
        return;
    }
    for message in &mut request.messages {
        let has_calls = message
            .tool_calls
            .as_ref()
            .is_some_and(|calls| !calls.is_empty());
        if has_calls && message.reasoning_content.is_none() {
            message.reasoning_content = Some(JsonText::empty().into_json());
        }
    }
}
