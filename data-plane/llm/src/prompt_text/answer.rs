//! Where buffered answers have texts, format by format (llm.md G-11).
//!
//! It must not know streams. Invariant: every choice, candidate and item is read, and what repeats a text elsewhere in the
//! answer is known, so that a text that is taken out is nowhere.

use bytes::Bytes;

use super::request::{chat_message, converse_message, gemini_content, items};
use super::walk::{Extent, Of, Walk};
use super::{PromptText, Scope, unknown};
use crate::format::Format;
use crate::node::{BodyError, Node};

pub(super) fn read(format: Format, body: &Bytes) -> Result<PromptText<'_>, BodyError> {
    // Without `alt=sse` Gemini streams one array of answers.
    if let Some(text) = array(format, body) {
        let mut walk = Walk::over(body, text, Extent::Everything);
        for answer in Node::of(text.trim()).elements() {
            for (key, value) in answer.members() {
                gemini(&mut walk, &key, value);
            }
        }
        return Ok(walk.finish());
    }
    let (mut walk, members) = Walk::new(body, Extent::Everything)?;
    for (key, value) in &members {
        match format {
            Format::OpenAiChatCompletions => chat(&mut walk, key, *value),
            Format::OpenAiResponses => responses(&mut walk, key, *value),
            Format::AnthropicMessages => messages(&mut walk, key, *value),
            Format::GeminiGenerateContent => gemini(&mut walk, key, *value),
            Format::BedrockConverse => converse(&mut walk, key, *value),
        }
    }
    Ok(walk.finish())
}

/// The text of a body that is a list of Gemini's answers.
fn array(format: Format, body: &Bytes) -> Option<&str> {
    let text = std::str::from_utf8(body).ok()?;
    let is_array = format == Format::GeminiGenerateContent && text.trim_start().starts_with('[');
    let is_json = || serde_json::from_str::<&serde_json::value::RawValue>(text).is_ok();
    (is_array && is_json()).then_some(text)
}

fn chat<'a>(walk: &mut Walk<'a>, key: &str, value: Node<'a>) {
    if key != "choices" {
        return;
    }
    for choice in value.elements() {
        walk.message(Scope::Assistant, |walk| {
            for (key, value) in choice.members() {
                match key.as_ref() {
                    "message" => chat_message(walk, &value.members(), Scope::Assistant),
                    // Of legacy completions.
                    "text" => walk.text(Of::said(Scope::Assistant), value),
                    "logprobs" => walk.echo(value, "null"),
                    key => {
                        let of = Of::said(Scope::Assistant);
                        walk.unknown(of, unknown::CHOICE, (key, value));
                    }
                }
            }
        });
    }
}

fn responses<'a>(walk: &mut Walk<'a>, key: &str, value: Node<'a>) {
    match key {
        "output" => items(walk, value, Scope::Assistant),
        // What SDKs put together, which some servers send.
        "output_text" => walk.content(Of::said(Scope::Assistant), value),
        _ => (),
    }
}

fn messages<'a>(walk: &mut Walk<'a>, key: &str, value: Node<'a>) {
    if key == "content" {
        walk.message(Scope::Assistant, |walk| {
            walk.content(Of::said(Scope::Assistant), value)
        });
    }
}

fn gemini<'a>(walk: &mut Walk<'a>, key: &str, value: Node<'a>) {
    if key != "candidates" {
        return;
    }
    for candidate in value.elements() {
        walk.message(Scope::Assistant, |walk| {
            for (key, value) in candidate.members() {
                match key.as_ref() {
                    "content" => gemini_content(walk, &value.members(), Scope::Assistant),
                    "logprobsResult" => walk.echo(value, "{}"),
                    "groundingMetadata" => {
                        let supports = value
                            .members()
                            .into_iter()
                            .filter(|(key, _)| key == "groundingSupports");
                        supports.for_each(|(_, supports)| walk.echo(supports, "[]"));
                    }
                    _ => (),
                }
            }
        });
    }
}

fn converse<'a>(walk: &mut Walk<'a>, key: &str, value: Node<'a>) {
    if key != "output" {
        return;
    }
    for (_, message) in value
        .members()
        .into_iter()
        .filter(|(key, _)| key == "message")
    {
        walk.message(Scope::Assistant, |walk| {
            converse_message(walk, &message.members(), Scope::Assistant)
        });
    }
}
