//! What earlier answers left in a conversation for another provider than the one that is asked now, in bodies of its own
//! format.
//!
//! Owns where the gateway's marks stand in each format: ids of calls that carry a signature or are not within the provider's
//! rule, and proofs of another vendor's reasoning. It must not know how answers are marked (`envelope`, `tool_names`) or what
//! converters do. Invariants: a body without them is the client's own, and is not read again to know it; what is taken out is
//! noted; all else keeps its bytes.

mod messages;
mod rebuild;

use memchr::memmem;

use self::rebuild::{Kept, list, object, string};
use super::Request;
use crate::edge::{Notes, Target, needs_signatures, own_id_rule};
use crate::format::Format;
use crate::json;
use crate::shape::responses::envelope::is_marked;
use crate::text::JsonText;
use crate::tool_names::{IdRule, NO_SIGNATURE, split_id};

/// How Anthropic's own ids begin.
const OF_ANTHROPIC: &str = "toolu_";

/// A conversation on its way to a provider of its format.
struct History<'t> {
    rule: IdRule,
    target: &'t Target,
}

impl Request {
    /// The same request without what is another vendor's; `None` where nothing is.
    pub(super) fn settled(&self, target: &Target, notes: &mut Notes) -> Option<Self> {
        let history = History {
            rule: own_id_rule(self.format, target),
            target,
        };
        if !history.is_suspect((self.format, self.slots.has_answers), &self.body) {
            return None;
        }
        let text = json::text(&self.body)?;
        let body = history.settled(self.format, text, notes)?;
        let read = Self::parse_body(self.format, body.into()).ok()?;
        Some(Self {
            class: self.class,
            model: self.model.clone(),
            is_streamed: self.is_streamed,
            prompt_caching: self.prompt_caching,
            ..read
        })
    }
}

// === impl History ===

impl History<'_> {
    /// Whether a body has to be read. Where nobody answered before there is nothing; else one search for each member that
    /// could hold a mark, and no look at anything but its value.
    fn is_suspect(&self, (format, has_answers): (Format, bool), body: &[u8]) -> bool {
        let has = |what: &str| memmem::find(body, what.as_bytes()).is_some();
        let is_odd = |id: &str| !self.rule.takes(id);
        match format {
            Format::OpenAiChatCompletions => {
                has_answers
                    && (any(body, "\"tool_call_id\"", is_odd)
                        || any(body, "\"reasoning_signature\"", is_marked)
                        || has("\"thinking_blocks\""))
            }
            Format::OpenAiResponses => {
                any(body, "\"call_id\"", is_odd) || any(body, "\"encrypted_content\"", is_marked)
            }
            Format::AnthropicMessages => {
                let is_strict = self.rule == IdRule::Anthropic;
                let is_odd = |id: &str| is_odd(id) || (is_strict && !id.starts_with(OF_ANTHROPIC));
                // Thoughts of models that prove nothing have an empty one.
                let is_marked = |own: &str| is_marked(own) || (is_strict && own.is_empty());
                has_answers
                    && (any(body, "\"tool_use_id\"", is_odd)
                        || any(body, "\"signature\"", is_marked))
            }
            Format::GeminiGenerateContent => {
                !needs_signatures(&self.target.model) && has(NO_SIGNATURE)
            }
            // Nobody but Bedrock answers its clients.
            Format::BedrockConverse => false,
        }
    }

    fn settled(&self, format: Format, body: &str, notes: &mut Notes) -> Option<String> {
        match format {
            Format::OpenAiChatCompletions => object(body, |key, value| match key {
                "messages" => list(value, |message| self.chat_message(message, notes)).into(),
                _ => Kept::Same,
            }),
            Format::OpenAiResponses => object(body, |key, value| match key {
                "input" => list(value, |item| self.item(item, notes)).into(),
                _ => Kept::Same,
            }),
            Format::AnthropicMessages => self.messages(body, notes),
            Format::GeminiGenerateContent => object(body, |key, value| match key {
                "contents" => list(value, content).into(),
                _ => Kept::Same,
            }),
            Format::BedrockConverse => None,
        }
    }

    fn chat_message(&self, message: &str, notes: &mut Notes) -> Kept {
        let mut has_proofs = false;
        // A part of a body that was read is JSON.
        let _ = json::members(message, |key, value| {
            has_proofs |= match key.as_ref() {
                "reasoning_signature" => is_proof(value),
                "thinking_blocks" => {
                    let mut is_found = false;
                    let _ = json::elements(value, |block| is_found |= is_proven(block));
                    is_found
                }
                _ => false,
            };
        });
        notes.dropped_if("messages.reasoning_content", has_proofs);
        object(message, |key, value| match key {
            "reasoning_content" | "reasoning_signature" | "thinking_blocks" if has_proofs => {
                Kept::Gone
            }
            "tool_calls" => list(value, |call| {
                object(call, |key, value| match key {
                    "id" => self.id(value, notes),
                    _ => Kept::Same,
                })
                .into()
            })
            .into(),
            "tool_call_id" => self.id(value, notes),
            _ => Kept::Same,
        })
        .into()
    }

    fn item(&self, item: &str, notes: &mut Notes) -> Kept {
        let (mut is_reasoning, mut has_proof) = (false, false);
        let _ = json::members(item, |key, value| match key.as_ref() {
            "type" => is_reasoning = value == "\"reasoning\"",
            "encrypted_content" => has_proof = is_proof(value),
            _ => (),
        });
        if is_reasoning && has_proof {
            notes.dropped("input.reasoning");
            return Kept::Gone;
        }
        object(item, |key, value| match key {
            "call_id" => self.id(value, notes),
            _ => Kept::Same,
        })
        .into()
    }

    /// The id of a call, or of what answers it.
    fn id(&self, value: &str, notes: &mut Notes) -> Kept {
        let Some(id) = string(value) else {
            return Kept::Same;
        };
        let (id, signature) = split_id(id);
        notes.dropped_if("thought_signature", signature.is_some());
        let told = self.rule.id(id);
        match told.as_json() == value {
            true => Kept::Same,
            false => Kept::Told(told.as_json().to_owned()),
        }
    }
}

/// Parts of Gemini's contents: what stands for a signature is only known to models that ask for one.
fn content(content: &str) -> Kept {
    let stands_in = |value: &str| string(value).is_some_and(|text| text.inner() == NO_SIGNATURE);
    object(content, |key, value| match key {
        "parts" => list(value, |part| {
            object(part, |key, value| match key {
                "thoughtSignature" | "thought_signature" if stands_in(value) => Kept::Gone,
                _ => Kept::Same,
            })
            .into()
        })
        .into(),
        _ => Kept::Same,
    })
    .into()
}

/// A value that is a proof with a mark.
fn is_proof(value: &str) -> bool {
    string(value).is_some_and(|text: JsonText<'_>| is_marked(text.inner()))
}

/// A block whose proof has a mark.
fn is_proven(block: &str) -> bool {
    let mut is_found = false;
    let _ = json::members(block, |key, value| {
        is_found |= matches!(key.as_ref(), "signature" | "data") && is_proof(value);
    });
    is_found
}

/// Whether any member of this name (with its quotes) has a string of which `is_it` holds; of the string the inside is asked, up
/// to the first quote.
fn any(body: &[u8], name: &str, is_it: impl Fn(&str) -> bool) -> bool {
    memmem::find_iter(body, name.as_bytes()).any(|at| {
        let rest = body.get(at + name.len()..).unwrap_or_default();
        let value = rest.trim_ascii_start().strip_prefix(b":");
        let inside = value.and_then(|value| value.trim_ascii_start().strip_prefix(b"\""));
        let Some(inside) = inside else {
            return false;
        };
        let end = memchr::memchr(b'"', inside).unwrap_or(inside.len());
        let inside = inside.get(..end).unwrap_or_default();
        std::str::from_utf8(inside).is_ok_and(&is_it)
    })
}

#[cfg(test)]
mod tests;
