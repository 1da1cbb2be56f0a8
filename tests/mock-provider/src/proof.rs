//! What proves a model's reasoning: each vendor takes its own back, and refuses any other's.
//!
//! It must not know where a format has it. Invariant: no two vendors' proofs are the same text; Claude's is the same wherever
//! it is served.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Value, json};

use crate::node::Node;
use crate::refusal::Refusal;

/// What Gemini 3 says to a call of its own that comes back without one.
pub(crate) const MISSING: &str = "Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly";

/// The signature of a block of Claude's thinking.
pub(crate) const CLAUDE: &str = "bW9jay1zaWduYXR1cmU=";
/// Gemini's thought signature, in whose alphabet ids of calls cannot be written elsewhere.
pub(crate) const GEMINI: &str = "bW9jay10aG91Z2h0+/+/bW9jay10aG91Z2h0bW9jaw==";
/// What Google documents for calls of a history that another model made.
pub(crate) const NO_SIGNATURE: &str = "skip_thought_signature_validator";
/// OpenAI's encrypted reasoning.
pub(crate) const SEALED: &str = "gAAAbW9jay1zZWFsZWQ=";

/// The longest id of a call in OpenAI's chat completions and Responses.
pub(crate) const CHAT_ID: usize = 40;
pub(crate) const RESPONSES_ID: usize = 64;

/// A model that refuses calls without a thought signature: Gemini 3.
pub(crate) fn is_signed(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or(model);
    name.starts_with("gemini-3")
}

/// What proves Claude's reasoning behind the first `turns` messages of a request. Models that bind it (the page "Preserved
/// thinking" names two) take it back behind nothing else; markers of the cache do not count.
pub(crate) fn claude(body: &Node<'_>, model: &str, turns: usize) -> String {
    let is_bound = ["claude-opus-5-5", "claude-fable-5-1"]
        .iter()
        .any(|bound| model.contains(bound));
    if !is_bound {
        return CLAUDE.to_owned();
    }
    let messages = body.value.get("messages").and_then(Value::as_array);
    let messages = messages.into_iter().flatten().take(turns);
    let mut front: Vec<Value> = messages.cloned().collect();
    for name in ["system", "tools"] {
        front.push(body.value.get(name).cloned().unwrap_or_default());
    }
    front.iter_mut().for_each(forget_markers);
    let mut hasher = DefaultHasher::new();
    json!(front).to_string().hash(&mut hasher);
    format!("{}{:016x}", CLAUDE.trim_end_matches('='), hasher.finish())
}

fn forget_markers(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.remove("cache_control");
            members.values_mut().for_each(forget_markers);
        }
        Value::Array(elements) => elements.iter_mut().for_each(forget_markers),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => (),
    }
}

/// Refuses what is not Claude's, or not what it said there.
pub(crate) fn check_claude(signature: &Node<'_>, expected: &str) -> Result<(), Refusal> {
    let text = signature.text()?;
    if text == expected {
        return Ok(());
    }
    let message = match text.starts_with(CLAUDE.trim_end_matches('=')) {
        true => {
            "Invalid `signature` in `thinking` block. The block is bound to a different conversation."
        }
        false => "Invalid `signature` in `thinking` block",
    };
    Err(signature.refuse(message))
}

/// Refuses what is neither Gemini's nor documented.
pub(crate) fn check_gemini(signature: &Node<'_>) -> Result<(), Refusal> {
    // Its own SDK writes it in either alphabet.
    let text = signature.text()?.replace('-', "+").replace('_', "/");
    if text == GEMINI || text == NO_SIGNATURE.replace('_', "/") {
        return Ok(());
    }
    Err(signature.refuse("Thought signature is not valid."))
}

/// Refuses an id that is longer than OpenAI takes it.
pub(crate) fn check_id<'a>(id: &Node<'a>, most: usize) -> Result<&'a str, Refusal> {
    let text = id.text()?;
    if text.chars().count() <= most {
        return Ok(text);
    }
    let message = format!(
        "Invalid '{}': string too long. Expected a string with maximum length {most}, but got a string with length {} instead.",
        id.path(),
        text.len()
    );
    Err(Refusal::parameter(
        id.path(),
        "string_above_max_length",
        message,
    ))
}
