//! The messages of a request, from its texts and what they belong to.
//!
//! It must not find texts: `prompt_text` does, for this as for guards. Invariant: of what tools give, only what guards could
//! read is told.

use std::borrow::Cow;
use std::ops::Range;

use bytes::Bytes;

use super::media;
use super::part::{Message, Part};
use super::tool::{self, Tool};
use super::written::Value;
use crate::class::Class;
use crate::node::Node;
use crate::prompt_text::{Kind, Mark, PromptText, Scope, Slot, Voice, strings};

/// What is asked.
#[derive(Default)]
pub(super) struct Read<'a> {
    pub(super) instructions: Vec<Part<'a>>,
    pub(super) messages: Vec<Message<'a>>,
    pub(super) tools: Vec<Tool<'a>>,
}

/// Ids of calls, where formats have them; what is in front counts.
const IDS: [&str; 5] = ["tool_call_id", "call_id", "tool_use_id", "toolUseId", "id"];

/// Arguments of calls.
const ARGUMENTS: [&str; 7] = [
    "arguments",
    "input",
    "args",
    "code",
    "action",
    "operation",
    "queries",
];

/// What tools give.
const OUTCOMES: [&str; 6] = [
    "output", "response", "content", "outputs", "results", "error",
];

/// Reads a request; `None` where that cannot be done.
pub(super) fn read(class: Class, body: &Bytes) -> Option<Read<'_>> {
    let texts = PromptText::outlined(class, body).ok()?;
    let text = std::str::from_utf8(body).ok()?;
    let walked = Walked {
        text,
        slots: texts.slots(),
    };
    let mut read = Read::default();
    let mut rest = texts.marks();
    let mut at = 0;
    while let Some((mark, inner, behind)) = first(rest) {
        read.loose(&walked, at..mark.slots.start);
        match mark.kind {
            Kind::Message(scope) => {
                let parts = walked.parts(inner, mark.slots.clone());
                read.message(scope, parts);
            }
            Kind::Instructions => {
                let parts = walked.parts(inner, mark.slots.clone());
                read.instructions.extend(parts);
            }
            Kind::Tools => read.tools.extend(tool::read(mark.object)),
            // Only inside of messages.
            Kind::Call | Kind::Outcome | Kind::Medium(_) => (),
        }
        at = mark.slots.end;
        rest = behind;
    }
    read.loose(&walked, at..walked.slots.len());
    Some(read)
}

/// The first mark, those inside of it, and those behind.
fn first<'m, 'a>(marks: &'m [Mark<'a>]) -> Option<(&'m Mark<'a>, &'m [Mark<'a>], &'m [Mark<'a>])> {
    let (mark, rest) = marks.split_first()?;
    let (inner, behind) = rest.split_at_checked(mark.inner)?;
    Some((mark, inner, behind))
}

// === impl Read ===

impl<'a> Read<'a> {
    fn message(&mut self, scope: Scope, parts: Vec<Part<'a>>) {
        if !parts.is_empty() {
            self.messages.push(Message {
                scope,
                parts,
                finish: None,
            });
        }
    }

    /// What stands outside of messages and is part of the prompt: values for a template that the provider keeps.
    fn loose(&mut self, walked: &Walked<'_, 'a>, slots: Range<usize>) {
        let own = walked.slots.get(slots).unwrap_or_default().iter();
        let parts = own.filter(|slot| slot.scope == Scope::User).map(said);
        self.message(Scope::User, parts.collect());
    }
}

/// A request that was walked over.
struct Walked<'t, 'a> {
    text: &'a str,
    slots: &'t [Slot<'a>],
}

// === impl Walked ===

impl<'a> Walked<'_, 'a> {
    /// What is between, as parts.
    fn parts(&self, marks: &[Mark<'a>], slots: Range<usize>) -> Vec<Part<'a>> {
        let mut parts = Vec::new();
        let mut rest = marks;
        let mut at = slots.start;
        while let Some((mark, inner, behind)) = first(rest) {
            self.texts(at..mark.slots.start, &mut parts);
            match mark.kind {
                Kind::Message(_) | Kind::Instructions => {
                    parts.extend(self.parts(inner, mark.slots.clone()));
                }
                Kind::Call | Kind::Outcome | Kind::Medium(_) | Kind::Tools => {
                    self.whole(mark, inner, &mut parts);
                }
            }
            at = mark.slots.end;
            rest = behind;
        }
        self.texts(at..slots.end, &mut parts);
        parts
    }

    /// Something that is one part, and what of it is parts of their own.
    fn whole(&self, mark: &Mark<'a>, inner: &[Mark<'a>], parts: &mut Vec<Part<'a>>) {
        match mark.kind {
            Kind::Call => parts.push(call(mark.object)),
            Kind::Outcome => parts.push(self.outcome(mark)),
            Kind::Medium(medium) => {
                parts.extend(media::summary(medium, mark.object).map(Part::Medium));
            }
            Kind::Message(_) | Kind::Instructions | Kind::Tools => (),
        }
        let mut rest = inner;
        while let Some((mark, inner, behind)) = first(rest) {
            self.whole(mark, inner, parts);
            rest = behind;
        }
    }

    fn texts(&self, slots: Range<usize>, parts: &mut Vec<Part<'a>>) {
        let own = self.slots.get(slots).unwrap_or_default();
        parts.extend(own.iter().map(said));
    }

    fn outcome(&self, mark: &Mark<'a>) -> Part<'a> {
        let value = OUTCOMES.into_iter().find_map(|name| {
            let value = mark.object.member(name)?;
            (!value.is_null()).then_some(value)
        });
        let slots = self.slots.get(mark.slots.clone()).unwrap_or_default();
        Part::Outcome {
            id: id(mark.object),
            response: match value {
                Some(value) if self.is_all_text(value, slots) => json(value),
                Some(_) | None => {
                    let texts: Vec<&str> = slots.iter().map(|slot| slot.text.as_ref()).collect();
                    Value::Text(Cow::Owned(texts.join("\n")))
                }
            },
        }
    }

    /// Whether each string of a value is one of these texts.
    fn is_all_text(&self, value: Node<'a>, slots: &[Slot<'a>]) -> bool {
        let Some(span) = value.span(self.text) else {
            return false;
        };
        let is_inside =
            |slot: &Slot<'_>| span.start <= slot.range.start && slot.range.end <= span.end;
        slots.iter().all(is_inside) && strings(value) == slots.len()
    }
}

fn said<'a>(slot: &Slot<'a>) -> Part<'a> {
    match slot.voice {
        Voice::Said => Part::Text(slot.text.clone()),
        Voice::Thought => Part::Reasoning(slot.text.clone()),
    }
}

fn id<'a>(object: Node<'a>) -> Option<Cow<'a, str>> {
    IDS.into_iter()
        .find_map(|name| object.member(name).and_then(Node::string))
}

fn call<'a>(object: Node<'a>) -> Part<'a> {
    let function = object
        .member("function")
        .or_else(|| object.member("custom"));
    let function = function.filter(|own| own.is_object()).unwrap_or(object);
    let text = |name| function.member(name).and_then(Node::string);
    let arguments = ARGUMENTS.into_iter().find_map(|name| function.member(name));
    Part::Call {
        id: id(object),
        // A tool of the provider's may have its type only.
        name: text("name")
            .or_else(|| text("type"))
            .unwrap_or(Cow::Borrowed("code_execution")),
        arguments: arguments.map(|value| match value.string() {
            // Formats of OpenAI's have JSON in a text there.
            Some(text) => encoded(text),
            None => json(value),
        }),
    }
}

/// Arguments that came as a text.
pub(super) fn encoded(text: Cow<'_, str>) -> Value<'_> {
    match text.trim_start().starts_with(['{', '[']) {
        true => Value::Json(text),
        false => Value::Text(text),
    }
}

fn json<'a>(value: Node<'a>) -> Value<'a> {
    match value.string() {
        Some(text) => Value::Text(text),
        None => Value::Json(Cow::Borrowed(value.raw())),
    }
}
