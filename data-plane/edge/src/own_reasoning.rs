//! Reasoning that a model of chat completions wants back with its calls of tools, as `reasoning_content`.
//!
//! Owns which models these are, by their names, whoever serves them. Sources: DeepSeek's guide "Thinking mode" (without it the
//! next request is a 400), Moonshot AI's of Kimi's thinking models, and Z.ai's "Thinking mode" of GLM. It must not know formats.
//! Invariant: others get none, since many servers refuse members that they do not know.

use crate::shape::chat;
use crate::text::JsonText;
use crate::{Target, Vendor};

/// Marks in names of such models.
const NAMES: [&str; 3] = ["deepseek", "kimi", "glm-"];

/// Whether the model wants what it thought.
pub(crate) fn is_wanted(target: &Target) -> bool {
    let name = || target.kind().to_ascii_lowercase();
    target.vendor == Vendor::Other && NAMES.iter().any(|known| name().contains(known))
}

/// Puts what was thought into an assistant's message.
pub(crate) fn put<'a>(message: &mut chat::Message<'a>, thoughts: &[JsonText<'a>]) {
    if !thoughts.is_empty() {
        message.reasoning_content = Some(JsonText::join(thoughts, "\n\n").into_json());
    }
}

/// Calls of another model have no reasoning that the gateway knows, and DeepSeek refuses them without the member.
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
