//! The texts of a request or of a buffered answer, and putting others in their place (llm.md G-2, G-3, G-11, L-2).
//!
//! It must not judge texts. Invariant: texts are found by the members that hold them, whatever type a part claims to have, and
//! in every repetition of a member, so that what a provider could read as prompt is seen; what is not replaced keeps its
//! bytes, parts that are no text with it.

mod answer;
mod definition;
mod invocation;
pub(crate) mod leaves;
mod media;
mod other;
mod outline;
mod request;
mod rewrite;
mod unknown;
mod walk;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use bytes::Bytes;

pub use self::invocation::Invocation;
pub use self::media::Media;
pub(crate) use self::media::Medium;
pub(crate) use self::outline::{Kind, Mark, strings};
pub use self::rewrite::Rewrite;
use self::walk::Extent;
use crate::class::Class;
use crate::format::Format;
use crate::node::BodyError;

/// Whose text it is (llm.md G-2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// System and developer prompts, instructions.
    SystemPrompt,
    /// What the user says; also what has no role that is known.
    User,
    /// What the model says.
    Assistant,
    /// Results of tools.
    ToolOutput,
    /// Arguments of calls of tools, string by string.
    ToolInput,
    /// Descriptions of tools and of the schemas of answers; for those who judge, names of tools too.
    ToolDefinition,
}

/// Whether the model thought a text or said it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Voice {
    /// A part of the conversation.
    Said,
    /// Reasoning; often signed by the provider, which refuses it changed.
    Thought,
}

/// One string of the body that holds text.
#[derive(Clone)]
pub struct Slot<'a> {
    /// Whose text it is.
    pub scope: Scope,
    /// Said or thought.
    pub voice: Voice,
    /// Which message of the body it is in, counted from 0; `None` outside of messages.
    pub message: Option<usize>,
    /// Slots of one number are one text to a reader, and next to each other (llm.md G-3).
    pub run: usize,
    /// The text without escapes; half of a surrogate pair is U+FFFD.
    pub text: Cow<'a, str>,
    /// Where the string stands in the body, with its quotes. Strings inside of a string that is JSON itself share its place.
    pub range: Range<usize>,
    place: Place,
}

/// What is known of a slot's surroundings.
#[derive(Debug, Clone, Default)]
struct Place {
    /// Within the text that the string at `range` stands for, where that is JSON: the string in it.
    nested: Option<Range<usize>>,
    /// The part whose only text it is.
    part: Option<Range<usize>>,
    /// It names something that others find by it.
    is_name: bool,
}

/// A value that repeats text in pieces; when text is changed it goes, or it would tell what was there.
#[derive(Debug, Clone)]
struct Echo {
    range: Range<usize>,
    empty: &'static str,
}

/// The texts of a body, in the order in which they stand there.
#[derive(Clone)]
pub struct PromptText<'a> {
    body: &'a Bytes,
    slots: Vec<Slot<'a>>,
    echoes: Vec<Echo>,
    messages: usize,
    definition_bytes: usize,
    media: Media,
    /// None, unless they are asked for.
    marks: Vec<Mark<'a>>,
}

/// Slots that are read as one text.
#[derive(Clone, Copy)]
pub struct Run<'t, 'a> {
    slots: &'t [Slot<'a>],
    first: usize,
}

// === impl PromptText ===

impl<'a> PromptText<'a> {
    /// The texts of a request of any operation.
    ///
    /// # Errors
    /// The body is no JSON object, or has texts that cannot be read.
    pub fn of_class(class: Class, body: &'a Bytes) -> Result<Self, BodyError> {
        other::read(class, body, Extent::Format)
    }

    /// The same, and what stands in members of a conversation that no format has: what a provider makes of them is not known,
    /// so guards look at them, and nobody counts them.
    ///
    /// # Errors
    /// As [`Self::of_class`].
    pub fn to_judge(class: Class, body: &'a Bytes) -> Result<Self, BodyError> {
        other::read(class, body, Extent::Everything)
    }

    /// The texts of a request, with what they belong to.
    ///
    /// # Errors
    /// As [`PromptText::of_class`].
    pub(crate) fn outlined(class: Class, body: &'a Bytes) -> Result<Self, BodyError> {
        other::read(class, body, Extent::Outline)
    }

    /// The texts of a conversation.
    ///
    /// # Errors
    /// The body is no JSON object.
    pub fn of_request(format: Format, body: &'a Bytes) -> Result<Self, BodyError> {
        request::read(format, body, Extent::Format)
    }

    /// The texts of a buffered answer, of all its choices or candidates; members of their messages that are not known too.
    ///
    /// # Errors
    /// The body is no JSON object.
    pub fn of_answer(format: Format, body: &'a Bytes) -> Result<Self, BodyError> {
        answer::read(format, body)
    }

    /// What the texts belong to, where that was asked for.
    pub(crate) fn marks(&self) -> &[Mark<'a>] {
        &self.marks
    }

    /// Every text by itself.
    #[must_use]
    pub fn slots(&self) -> &[Slot<'a>] {
        &self.slots
    }

    /// The texts as they are to be judged: adjacent parts of one message as one.
    pub fn runs(&self) -> impl Iterator<Item = Run<'_, 'a>> {
        let mut first = 0;
        let groups = self.slots.chunk_by(|one, other| one.run == other.run);
        groups.map(move |slots| {
            let run = Run { slots, first };
            first += slots.len();
            run
        })
    }

    /// How many messages there are, for an estimate of tokens.
    #[must_use]
    pub fn messages(&self) -> usize {
        self.messages
    }

    /// How long the definitions of tools and schemas are in bytes of JSON, for an estimate of tokens: providers put the whole
    /// of them in the prompt, not only what is text.
    #[must_use]
    pub fn definition_bytes(&self) -> usize {
        self.definition_bytes
    }

    /// What of it is no text, for an estimate of tokens.
    #[must_use]
    pub fn media(&self) -> Media {
        self.media
    }

    /// Starts to replace texts.
    #[must_use]
    pub fn rewrite(&self) -> Rewrite<'_, 'a> {
        Rewrite::new(self)
    }
}

/// Bodies are not shown.
impl fmt::Debug for PromptText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PromptText")
            .field("slots", &self.slots)
            .field("messages", &self.messages)
            .finish_non_exhaustive()
    }
}

// === impl Slot ===

/// Texts are not shown.
impl fmt::Debug for Slot<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot")
            .field("scope", &self.scope)
            .field("voice", &self.voice)
            .field("message", &self.message)
            .field("run", &self.run)
            .field("text_bytes", &self.text.len())
            .field("range", &self.range)
            .finish_non_exhaustive()
    }
}

// === impl Run ===

impl<'t, 'a> Run<'t, 'a> {
    /// The slots, at least one.
    #[must_use]
    pub fn slots(&self) -> &'t [Slot<'a>] {
        self.slots
    }

    /// Whose text it is; all slots of a run are of one scope.
    #[must_use]
    pub fn scope(&self) -> Scope {
        self.slots.first().map_or(Scope::User, |slot| slot.scope)
    }

    /// Said or thought.
    #[must_use]
    pub fn voice(&self) -> Voice {
        self.slots.first().map_or(Voice::Said, |slot| slot.voice)
    }

    /// Whether it is the name of a tool, by which calls find it: it stays what it is, whatever is put in its place.
    #[must_use]
    pub fn is_name(&self) -> bool {
        self.slots.iter().any(|slot| slot.place.is_name)
    }

    /// Which message it is in.
    #[must_use]
    pub fn message(&self) -> Option<usize> {
        self.slots.first().and_then(|slot| slot.message)
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> Cow<'t, str> {
        match self.slots {
            [only] => Cow::Borrowed(&only.text),
            several => Cow::Owned(several.iter().map(|slot| slot.text.as_ref()).collect()),
        }
    }

    /// Index of the first slot in [`PromptText::slots`].
    #[must_use]
    pub fn first(&self) -> usize {
        self.first
    }
}

/// Texts are not shown.
impl fmt::Debug for Run<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run")
            .field("slots", &self.slots)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
