//! Collecting slots while a format's reader walks over a body.
//!
//! It must not know formats' envelopes: those are the readers'. Invariant: parts are read by what they have, not by the type
//! that they claim; below [`DEPTH`] lists of parts in parts every string counts as text.

use std::borrow::Cow;
use std::ops::Range;

use bytes::Bytes;
use serde_json::value::RawValue;

use super::definition::{self, Meaning};
use super::leaves::{self, Leaf};
use super::media::{self, Media, Medium};
use super::outline::{Kind, Outline};
use super::{Echo, Place, PromptText, Scope, Slot, Voice, unknown};
use crate::node::{BodyError, Member, Node};

/// How deep lists of parts may stand in parts; a result of a tool that has a list of documents needs three.
const DEPTH: usize = 4;

/// Members of what hosted tools answer whose strings only the provider reads, or which are media.
const OPAQUE: [&str; 6] = [
    "type",
    "encrypted_content",
    "encrypted_index",
    "encrypted_stdout",
    "file_id",
    "image_url",
];

/// How much is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// What the format says is text.
    Format,
    /// That, and members that are not known.
    Everything,
    /// What the format says is text, with marks of what it belongs to.
    Outline,
}

/// What is collected.
pub(super) struct Walk<'a> {
    body: &'a Bytes,
    text: &'a str,
    extent: Extent,
    slots: Vec<Slot<'a>>,
    echoes: Vec<Echo>,
    messages: usize,
    is_in_message: bool,
    runs: usize,
    /// The last slot may be continued by the next part.
    is_open: bool,
    /// Members of parts that are not known, and what of them is no text.
    later: Vec<(Of, &'static [&'static str], Node<'a>)>,
    definition_bytes: usize,
    media: Media,
    /// Where somebody asks for it.
    outline: Option<Outline<'a>>,
}

/// Whose text is walked over.
#[derive(Clone, Copy)]
pub(super) struct Of {
    pub(super) scope: Scope,
    pub(super) voice: Voice,
}

// === impl Of ===

impl Of {
    pub(super) const fn said(scope: Scope) -> Self {
        Self {
            scope,
            voice: Voice::Said,
        }
    }

    /// What the model thought. Someone else's message has no thoughts, whatever it claims.
    pub(super) fn thought(scope: Scope) -> Self {
        let voice = match scope {
            Scope::Assistant => Voice::Thought,
            Scope::SystemPrompt
            | Scope::User
            | Scope::ToolOutput
            | Scope::ToolInput
            | Scope::ToolDefinition => Voice::Said,
        };
        Self { scope, voice }
    }
}

// === impl Walk ===

impl<'a> Walk<'a> {
    /// Starts with the members of a body.
    pub(super) fn new(
        body: &'a Bytes,
        extent: Extent,
    ) -> Result<(Self, Vec<Member<'a>>), BodyError> {
        let (text, members) = Node::body(body)?;
        Ok((Self::over(body, text, extent), members))
    }

    pub(super) fn over(body: &'a Bytes, text: &'a str, extent: Extent) -> Self {
        Self {
            body,
            text,
            extent,
            slots: Vec::new(),
            echoes: Vec::new(),
            messages: 0,
            is_in_message: false,
            runs: 0,
            is_open: false,
            later: Vec::new(),
            definition_bytes: 0,
            media: Media::default(),
            outline: (extent == Extent::Outline).then(Outline::default),
        }
    }

    /// What was found. Slots come in the order of the body: later readers rely on runs, not on this.
    pub(super) fn finish(mut self) -> PromptText<'a> {
        self.read_later();
        PromptText {
            body: self.body,
            slots: self.slots,
            echoes: self.echoes,
            messages: self.messages,
            definition_bytes: self.definition_bytes,
            media: self.media,
            marks: self.outline.map(Outline::into_marks).unwrap_or_default(),
        }
    }

    /// Reads one message, which is of `scope` as a whole.
    pub(super) fn message(&mut self, scope: Scope, read: impl FnOnce(&mut Self)) {
        self.is_in_message = true;
        self.is_open = false;
        self.within(Kind::Message(scope), Node::of(""), |walk| {
            read(walk);
            walk.read_later();
        });
        self.is_in_message = false;
        self.is_open = false;
        self.messages += 1;
    }

    /// Reads what is inside of `object`.
    pub(super) fn within(&mut self, kind: Kind, object: Node<'a>, read: impl FnOnce(&mut Self)) {
        let Some(outline) = &mut self.outline else {
            return read(self);
        };
        let place = outline.open(kind, object, self.slots.len());
        read(self);
        if let Some(outline) = &mut self.outline {
            outline.close(place, self.slots.len());
        }
    }

    /// A string that is a text of its own.
    pub(super) fn text(&mut self, of: Of, node: Node<'a>) {
        self.is_open = false;
        self.push(of, node, None);
        self.is_open = false;
    }

    /// A string that is the only text of `part`: one with the text parts next to it.
    pub(super) fn part(&mut self, of: Of, node: Node<'a>, part: Node<'a>) {
        self.is_open = self.push(of, node, part.span(self.text));
    }

    /// A part that is no text stands between those before and those behind.
    pub(super) fn break_run(&mut self) {
        self.is_open = false;
    }

    /// `part` is no text.
    pub(super) fn medium(&mut self, medium: Medium, part: Node<'a>) {
        self.media.add(medium);
        self.within(Kind::Medium(medium), part, |_| ());
    }

    /// A value that repeats text in pieces.
    pub(super) fn echo(&mut self, node: Node<'a>, empty: &'static str) {
        if let Some(range) = node.span(self.text).filter(|_| !node.is_null()) {
            self.echoes.push(Echo { range, empty });
        }
    }

    /// A member that no reader knows, but for those that are `known` to be no text.
    pub(super) fn unknown(&mut self, of: Of, known: &[&str], (key, value): (&str, Node<'a>)) {
        match self.extent {
            Extent::Everything if !known.contains(&key) => {
                self.leaves_if(of, value, (unknown::skipped(key), unknown::is_text));
            }
            Extent::Everything | Extent::Format | Extent::Outline => (),
        }
    }

    /// Members of parts that no reader knows.
    fn read_later(&mut self) {
        let later = std::mem::take(&mut self.later);
        if self.extent == Extent::Everything {
            for (of, skipped, value) in later {
                self.leaves_if(of, value, (skipped, unknown::is_text));
            }
        }
    }

    /// Every string of a value.
    pub(super) fn strings(&mut self, of: Of, node: Node<'a>) {
        self.leaves(of, node, &[]);
    }

    /// The strings of what a tool of the provider answered.
    pub(super) fn hosted_result(&mut self, node: Node<'a>) {
        self.leaves(Of::said(Scope::ToolOutput), node, &OPAQUE);
    }

    /// Every string of the arguments of a call.
    pub(super) fn arguments(&mut self, node: Node<'a>) {
        self.leaves(Of::said(Scope::ToolInput), node, &[]);
    }

    /// Definitions of tools.
    pub(super) fn tools(&mut self, node: Node<'a>) {
        self.within(Kind::Tools, node, |walk| walk.definitions(node));
    }

    /// Texts of definitions of tools, or of a schema, and names for those who judge.
    pub(super) fn definitions(&mut self, node: Node<'a>) {
        self.definition_bytes += node.raw().len();
        let has_names = self.extent == Extent::Everything;
        let headers = definition::headers(node);
        self.leaves_at(Of::said(Scope::ToolDefinition), node, |leaf, key, _| {
            if headers.iter().any(|own| own.contains(&leaf.range.start)) {
                return None;
            }
            let is_name = match definition::meaning(key) {
                Meaning::Text => false,
                Meaning::Name if has_names => true,
                Meaning::Name | Meaning::Structure => return None,
            };
            Some(Place {
                is_name,
                ..Place::default()
            })
        });
    }

    /// Arguments of a call as a string that is JSON, string by string; one text where it is no JSON.
    pub(super) fn encoded_arguments(&mut self, node: Node<'a>) {
        let of = Of::said(Scope::ToolInput);
        let (Some(json), Some(range)) = (node.string(), node.span(self.text)) else {
            // Not a string, though it should be: some servers take the object.
            self.arguments(node);
            return;
        };
        let is_json = json.trim_start().starts_with(['{', '[', '"'])
            && serde_json::from_str::<&RawValue>(&json).is_ok();
        if !is_json {
            self.text(of, node);
            return;
        }
        for leaf in leaves::strings(&json) {
            let text = json
                .get(leaf.range.clone())
                .and_then(|text| Node::of(text).string());
            let text = Cow::Owned(text.unwrap_or_default().into_owned());
            self.add(
                of,
                text,
                range.clone(),
                Place {
                    nested: Some(leaf.range),
                    ..Place::default()
                },
            );
        }
    }

    /// The content of a message, or of a part: a text, or a list of parts as OpenAI's and Anthropic's formats have them.
    pub(super) fn content(&mut self, of: Of, node: Node<'a>) {
        self.content_at(of, node, 0);
    }

    fn content_at(&mut self, of: Of, node: Node<'a>, depth: usize) {
        if depth >= DEPTH {
            self.strings(of, node);
            return;
        }
        if node.text().is_some() {
            self.text(of, node);
            return;
        }
        for part in node.one_or_many() {
            match part.is_object() {
                true => self.part_at(of, part, depth),
                false => self.part(of, part, part),
            }
        }
    }

    fn part_at(&mut self, of: Of, part: Node<'a>, depth: usize) {
        let members = part.members();
        let kind = kind(&members);
        if let Some(medium) = media::of_part(&members) {
            self.medium(medium, part);
        }
        let is_structured = |key: &str| {
            matches!(
                key,
                "input" | "content" | "source" | "thinking" | "title" | "context"
            )
        };
        let is_plain = !members.iter().any(|(key, _)| is_structured(key));
        let texts = members
            .iter()
            .filter(|(key, _)| matches!(key.as_ref(), "text" | "refusal"))
            .count();
        if !is_plain || texts != 1 {
            self.break_run();
        }
        let read = |walk: &mut Self| {
            for (key, value) in &members {
                match key.as_ref() {
                    "text" | "refusal" if is_plain && texts == 1 => walk.part(of, *value, part),
                    "text" | "refusal" | "title" | "context" => walk.text(of, *value),
                    "thinking" => walk.content_at(Of::thought(of.scope), *value, depth + 1),
                    "input" => walk.arguments(*value),
                    "content" => walk.inner(of, *value, &kind, depth),
                    "source" => walk.source(of, *value, depth),
                    "logprobs" => walk.echo(*value, "[]"),
                    // Behind the parts, or what stands between two texts would keep them apart.
                    key if !unknown::PART.contains(&key) => {
                        walk.later.push((of, unknown::skipped(key), *value));
                    }
                    _ => (),
                }
            }
        };
        match tool_use(&members, &kind) {
            Some(kind) => self.within(kind, part, read),
            None => read(self),
        }
        if !is_plain {
            self.break_run();
        }
    }

    /// `content` of a part. Of the tools that providers run only some have parts there.
    fn inner(&mut self, of: Of, value: Node<'a>, kind: &str, depth: usize) {
        let result = Of::said(Scope::ToolOutput);
        match kind {
            "tool_result" | "mcp_tool_result" => self.content_at(result, value, depth + 1),
            kind if kind.ends_with("_tool_result") => self.hosted_result(value),
            _ => self.content_at(of, value, depth + 1),
        }
    }

    /// `source` of a document: a text, or parts; anything else is media.
    fn source(&mut self, of: Of, source: Node<'a>, depth: usize) {
        let members = source.members();
        let is_text = members
            .iter()
            .any(|(key, value)| key == "type" && value.string().is_some_and(|kind| kind == "text"));
        for (key, value) in &members {
            match key.as_ref() {
                "data" if is_text => self.text(of, *value),
                "content" => self.content_at(of, *value, depth + 1),
                _ => (),
            }
        }
    }

    fn leaves(&mut self, of: Of, node: Node<'a>, skipped: &[&str]) {
        self.leaves_if(of, node, (skipped, |_| true));
    }

    fn leaves_if(
        &mut self,
        of: Of,
        node: Node<'a>,
        (skipped, is_text): (&[&str], impl Fn(&str) -> bool),
    ) {
        self.leaves_at(of, node, |_, key, text| {
            let is_seen = !skipped.contains(&key) && is_text(text);
            is_seen.then(Place::default)
        });
    }

    /// Strings of a value that `place` takes, by their keys and texts.
    fn leaves_at(
        &mut self,
        of: Of,
        node: Node<'a>,
        place: impl Fn(&Leaf, &str, &str) -> Option<Place>,
    ) {
        self.is_open = false;
        let json = node.raw();
        let Some(start) = node.span(self.text).map(|span| span.start) else {
            return;
        };
        for leaf in leaves::strings(json) {
            let range = leaf.range.clone();
            let key = json.get(leaf.key.clone()).unwrap_or_default();
            let text = json
                .get(range.clone())
                .and_then(|text| Node::of(text).string());
            let Some(text) = text else {
                continue;
            };
            if let Some(place) = place(&leaf, key, &text) {
                self.add(of, text, start + range.start..start + range.end, place);
            }
        }
    }

    fn push(&mut self, of: Of, node: Node<'a>, part: Option<Range<usize>>) -> bool {
        let (Some(text), Some(range)) = (node.string(), node.span(self.text)) else {
            return false;
        };
        let place = Place {
            part,
            ..Place::default()
        };
        self.add(of, text, range, place);
        true
    }

    fn add(&mut self, of: Of, text: Cow<'a, str>, range: Range<usize>, place: Place) {
        let last = self.slots.last().filter(|_| self.is_open);
        let continues = last.is_some_and(|last| last.scope == of.scope && last.voice == of.voice);
        if !continues {
            self.runs += 1;
        }
        self.slots.push(Slot {
            scope: of.scope,
            voice: of.voice,
            message: self.is_in_message.then_some(self.messages),
            run: self.runs,
            text,
            range,
            place,
        });
    }
}

/// What a part of Anthropic's has to do with tools.
fn tool_use(members: &[Member<'_>], kind: &str) -> Option<Kind> {
    let has_input = members.iter().any(|(key, _)| key == "input");
    let is_outcome = kind == "tool_result" || kind.ends_with("_tool_result");
    match (has_input, is_outcome) {
        (true, _) => Some(Kind::Call),
        (false, true) => Some(Kind::Outcome),
        (false, false) => None,
    }
}

/// The type that a part says it has.
pub(super) fn kind(members: &[Member<'_>]) -> String {
    let kind = members
        .iter()
        .rev()
        .find(|(key, _)| key == "type")
        .and_then(|(_, value)| value.string());
    kind.map(Cow::into_owned).unwrap_or_default()
}

/// The scope of a message by its role. One with several roles is the user's, which is looked at most, for which of them a
/// provider goes by is not known.
pub(super) fn scope(members: &[Member<'_>]) -> Scope {
    let mut roles = members
        .iter()
        .filter(|(key, _)| key == "role")
        .map(|(_, value)| value.string());
    let (Some(Some(role)), None) = (roles.next(), roles.next()) else {
        return Scope::User;
    };
    match role.as_ref() {
        "system" | "developer" => Scope::SystemPrompt,
        "assistant" | "model" => Scope::Assistant,
        "tool" | "function" => Scope::ToolOutput,
        _ => Scope::User,
    }
}
