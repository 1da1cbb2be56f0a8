//! One item of a response: what was said in it, and how it is written.
//!
//! It must not know events. Invariant: texts are kept as the insides of JSON literals.

use std::io::Write as _;

use super::events::put;
use crate::json;
use crate::shape::responses::envelope::Thought;
use crate::text::JsonText;

#[derive(Debug)]
pub(super) struct Item {
    pub(super) what: What,
    pub(super) status: Status,
}

#[derive(Debug)]
pub(super) enum What {
    Message(Message),
    Reasoning(Reasoning),
    Call(Call),
}

#[derive(Debug, Default)]
pub(super) struct Message {
    pub(super) parts: Vec<Part>,
    pub(super) is_part_open: bool,
}

#[derive(Debug)]
pub(super) struct Part {
    pub(super) is_refusal: bool,
    pub(super) text: String,
}

#[derive(Debug, Default)]
pub(super) struct Reasoning {
    pub(super) summary: Option<String>,
    pub(super) encrypted: Option<JsonText<'static>>,
}

#[derive(Debug)]
pub(super) struct Call {
    pub(super) slot: u32,
    pub(super) call_id: JsonText<'static>,
    pub(super) name: JsonText<'static>,
    /// JSON text, as the inside of a literal.
    pub(super) arguments: String,
    /// The client declared a tool that takes a text: it gets the `input` of the arguments.
    pub(super) is_custom: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    InProgress,
    Completed,
    Incomplete,
}

// === impl What ===

impl What {
    /// Bytes of the texts that it begins with.
    pub(super) fn size(&self) -> usize {
        match self {
            Self::Message(_) | Self::Reasoning(_) => 0,
            Self::Call(call) => call.call_id.inner().len() + call.name.inner().len(),
        }
    }
}

// === impl Item ===

impl Item {
    pub(super) fn is_open(&self) -> bool {
        self.status == Status::InProgress
    }

    pub(super) fn call(&self) -> Option<&Call> {
        match &self.what {
            What::Call(call) => Some(call),
            What::Message(_) | What::Reasoning(_) => None,
        }
    }

    pub(super) fn call_mut(&mut self) -> Option<&mut Call> {
        match &mut self.what {
            What::Call(call) => Some(call),
            What::Message(_) | What::Reasoning(_) => None,
        }
    }

    pub(super) fn write_id(&self, nonce: u64, index: usize, out: &mut Vec<u8>) {
        let prefix = match &self.what {
            What::Message(_) => "msg",
            What::Reasoning(_) => "rs",
            What::Call(call) if call.is_custom => "ctc",
            What::Call(_) => "fc",
        };
        let _ = write!(out, "\"{prefix}_{nonce:016x}{index:04x}\"");
    }

    pub(super) fn write(&self, nonce: u64, index: usize, out: &mut Vec<u8>) {
        put(out, &["{\"id\":"]);
        self.write_id(nonce, index, out);
        match &self.what {
            What::Message(message) => {
                put(
                    out,
                    &[",\"type\":\"message\",\"status\":\"", self.status.name()],
                );
                put(out, &["\",\"role\":\"assistant\",\"content\":["]);
                for (place, part) in message.parts.iter().enumerate() {
                    if place > 0 {
                        out.push(b',');
                    }
                    part.write(out);
                }
                out.push(b']');
            }
            What::Reasoning(reasoning) => {
                put(out, &[",\"type\":\"reasoning\",\"summary\":["]);
                if let Some(summary) = &reasoning.summary {
                    write_text("summary_text", summary, out);
                }
                out.push(b']');
                match &reasoning.encrypted {
                    Some(encrypted) => {
                        put(out, &[",\"encrypted_content\":", encrypted.as_json()]);
                    }
                    // OpenAI would look for an item of its own by the id, which is none of its.
                    None if !self.is_open() => {
                        let unproven = Thought::unproven();
                        put(out, &[",\"encrypted_content\":", unproven.as_json()]);
                    }
                    None => (),
                }
            }
            What::Call(call) => {
                let kind = if call.is_custom {
                    "custom_tool_call"
                } else {
                    "function_call"
                };
                put(
                    out,
                    &[",\"type\":\"", kind, "\",\"status\":\"", self.status.name()],
                );
                put(out, &["\",\"call_id\":", call.call_id.as_json()]);
                put(out, &[",\"name\":", call.name.as_json()]);
                if !call.is_custom {
                    put(out, &[",\"arguments\":\"", &call.arguments, "\""]);
                } else if self.is_open() {
                    put(out, &[",\"input\":\"\""]);
                } else {
                    put(out, &[",\"input\":", call.input().as_json()]);
                }
            }
        }
        out.push(b'}');
    }
}

// === impl Call ===

impl Call {
    /// The text that a custom tool takes: the `input` of the arguments, or all of them where there is none.
    pub(super) fn input(&self) -> JsonText<'static> {
        let literal = || JsonText::from_inner_literal(format!("\"{}\"", self.arguments));
        let arguments = literal();
        let mut input = None;
        // Arguments that were cut, or are no object, are handed on as they are.
        let _ = json::members(&arguments.decode(), |key, value| {
            if key == "input" {
                let read = serde_json::from_str::<JsonText<'_>>(value);
                input = read.ok().map(JsonText::into_owned);
            }
        });
        input.unwrap_or(arguments)
    }
}

// === impl Part ===

impl Part {
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        if self.is_refusal {
            put(
                out,
                &["{\"type\":\"refusal\",\"refusal\":\"", &self.text, "\"}"],
            );
        } else {
            put(
                out,
                &["{\"type\":\"output_text\",\"annotations\":[],\"logprobs\":[]"],
            );
            put(out, &[",\"text\":\"", &self.text, "\"}"]);
        }
    }
}

// === impl Status ===

impl Status {
    const fn name(self) -> &'static str {
        match self {
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Incomplete => "incomplete",
        }
    }
}

/// A part that has nothing but a text.
pub(super) fn write_text(kind: &str, inner: &str, out: &mut Vec<u8>) {
    put(out, &["{\"type\":\"", kind, "\",\"text\":\"", inner, "\"}"]);
}
