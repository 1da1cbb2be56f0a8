//! Calls of tools, held until their arguments are whole.
//!
//! It must not know events. Invariants: `args` is an object, whatever the model wrote; the first call of an answer is signed,
//! since Gemini may be the next to see it.

use crate::Content;
use crate::held::EACH;
use crate::text::{Json, JsonText};
use crate::tool_names::NO_SIGNATURE;

use super::is_base64;

/// Calls that are under way.
#[derive(Debug, Default)]
pub(super) struct Calls {
    calls: Vec<Call>,
    /// Choices of which a call was written.
    written: Vec<u32>,
    /// What they are taken to cost, in bytes.
    held: usize,
}

#[derive(Debug)]
struct Call {
    choice: u32,
    slot: u32,
    /// `{"functionCall":{"id":..,"name":..,"args":` so far.
    head: Vec<u8>,
    /// `,"thoughtSignature":".."`, or nothing.
    signature: Vec<u8>,
    /// The literal of the arguments' text, without its last quote.
    arguments: String,
}

// === impl Calls ===

impl Calls {
    pub(super) fn held(&self) -> usize {
        self.held
    }

    /// Takes what belongs to a call; whether a part was written, which is at its end.
    pub(super) fn write(&mut self, choice: u32, content: &Content<'_>, out: &mut Vec<u8>) -> bool {
        match content {
            Content::ToolCall {
                slot,
                id,
                name,
                signature,
            } => {
                let call = Call {
                    choice,
                    slot: *slot,
                    head: head(id.as_ref(), name),
                    signature: signed(signature.as_ref()),
                    arguments: String::from("\""),
                };
                self.held += call.size();
                self.calls.push(call);
                false
            }
            Content::Arguments { slot, fragment } => {
                if let Some(call) = self.calls.iter_mut().find(|call| call.slot == *slot) {
                    call.arguments.push_str(fragment.inner());
                    self.held += fragment.inner().len();
                }
                false
            }
            Content::ToolEnd { slot } => {
                let Some(at) = self.calls.iter().position(|call| call.slot == *slot) else {
                    return false;
                };
                let call = self.calls.remove(at);
                self.held = self.held.saturating_sub(call.size());
                let is_first = self.is_first(call.choice);
                out.extend_from_slice(&call.part(is_first));
                true
            }
            Content::Text(_)
            | Content::Refusal(_)
            | Content::Thinking(_)
            | Content::Signature(_)
            | Content::Redacted(_)
            | Content::BlockEnd => false,
        }
    }

    /// Parts of the calls that nobody ended, each with its choice.
    pub(super) fn rest(&mut self) -> impl Iterator<Item = (u32, Vec<u8>)> {
        self.held = 0;
        let calls = std::mem::take(&mut self.calls).into_iter();
        calls.map(move |call| {
            let is_first = self.is_first(call.choice);
            (call.choice, call.part(is_first))
        })
    }

    /// Whether no call of the choice was written before.
    fn is_first(&mut self, choice: u32) -> bool {
        let is_first = !self.written.contains(&choice);
        if is_first {
            self.written.push(choice);
        }
        is_first
    }
}

// === impl Call ===

impl Call {
    /// What it is taken to cost, in bytes.
    fn size(&self) -> usize {
        EACH + self.head.len() + self.signature.len() + self.arguments.len()
    }

    fn part(mut self, is_first: bool) -> Vec<u8> {
        self.arguments.push('"');
        let arguments = JsonText::from_inner_literal(self.arguments);
        let mut part = self.head;
        part.extend_from_slice(object(&arguments).get().as_bytes());
        part.push(b'}');
        if self.signature.is_empty() && is_first {
            self.signature = signed(Some(&JsonText::plain(NO_SIGNATURE)));
        }
        part.extend_from_slice(&self.signature);
        part.push(b'}');
        part
    }
}

/// The arguments as an object: none are an empty one, and what is none is wrapped.
fn object(arguments: &JsonText<'_>) -> Json<'static> {
    let text = arguments.decode();
    if text.trim().is_empty() {
        return Json::of(&Empty {});
    }
    Json::object(&text).unwrap_or_else(|| Json::of(&Wrapped { raw: &text }))
}

#[derive(serde::Serialize)]
struct Empty {}

#[derive(serde::Serialize)]
struct Wrapped<'a> {
    #[serde(rename = "_raw")]
    raw: &'a str,
}

fn head(id: Option<&JsonText<'_>>, name: &JsonText<'_>) -> Vec<u8> {
    let mut head = br#"{"functionCall":{"#.to_vec();
    if let Some(id) = id {
        head.extend_from_slice(br#""id":"#);
        head.extend_from_slice(id.as_json().as_bytes());
        head.push(b',');
    }
    head.extend_from_slice(br#""name":"#);
    head.extend_from_slice(name.as_json().as_bytes());
    head.extend_from_slice(br#","args":"#);
    head
}

fn signed(signature: Option<&JsonText<'_>>) -> Vec<u8> {
    let Some(signature) = signature.filter(|text| is_base64(text)) else {
        return Vec::new();
    };
    let mut member = br#","thoughtSignature":"#.to_vec();
    member.extend_from_slice(signature.as_json().as_bytes());
    member
}
