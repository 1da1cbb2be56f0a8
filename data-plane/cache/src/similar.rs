//! Texts that mean the same (llm.md C-3): the question of a request, and vectors by their cosine.
//!
//! Owns what is compared, and the memory that comparing takes. Must not know where vectors come from. Invariants: requests are
//! compared only within one partition, which everything but the last text of the user is a part of; a scan is exact and
//! bounded.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use dp_llm::class::Class;
use dp_llm::format::Format;
use dp_llm::prompt_text::{PromptText, Scope, Voice};

use crate::key::Key;

/// The longest text that is compared, in bytes: what models for embeddings take.
const TEXT_LIMIT: usize = 32 << 10;

/// Stands where the text was.
const TAKEN_OUT: &str = "-";

/// What a user asks at the end of a conversation.
#[derive(Clone, PartialEq, Eq)]
pub struct Question {
    /// The last text.
    pub text: String,
    /// The body without it.
    pub rest: Bytes,
    /// Messages of the body.
    pub messages: usize,
}

/// A direction: a vector of length 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Direction(Arc<[f32]>);

/// Directions, by partition.
#[derive(Default)]
pub(crate) struct Directions {
    partitions: HashMap<Key, VecDeque<(Key, Direction)>>,
    /// Partitions in the order in which something came to them.
    order: VecDeque<Key>,
    bytes: usize,
}

// === impl Question ===

impl Question {
    /// The question of a conversation; `None` where its last text is not the user's, or is too long to be compared.
    #[must_use]
    pub fn of(class: Class, body: &Bytes) -> Option<Self> {
        match class {
            Class::Chat(format) => Self::of_chat(format, body),
            Class::LegacyCompletions
            | Class::Embeddings
            | Class::Rerank
            | Class::CountTokens(_)
            | Class::Realtime
            | Class::Detect(_)
            | Class::Passthrough(_) => None,
        }
    }

    /// The same of a conversation in this format.
    #[must_use]
    pub fn of_chat(format: Format, body: &Bytes) -> Option<Self> {
        let texts = PromptText::of_request(format, body).ok()?;
        let said = |scope| match scope {
            Scope::SystemPrompt | Scope::ToolDefinition => false,
            Scope::User | Scope::Assistant | Scope::ToolOutput | Scope::ToolInput => true,
        };
        let last = texts.runs().filter(|run| said(run.scope())).last()?;
        if last.scope() != Scope::User || last.voice() != Voice::Said {
            return None;
        }
        let text = last.text().into_owned();
        if text.trim().is_empty() || text.len() > TEXT_LIMIT {
            return None;
        }
        let mut rewrite = texts.rewrite();
        for index in 0..last.slots().len() {
            rewrite.slot(last.first() + index, TAKEN_OUT);
        }
        Some(Self {
            text,
            rest: rewrite.finish(),
            messages: texts.messages(),
        })
    }
}

/// Questions are prompts: they are not shown.
impl std::fmt::Debug for Question {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Question")
            .field("text_bytes", &self.text.len())
            .field("messages", &self.messages)
            .finish_non_exhaustive()
    }
}

// === impl Direction ===

impl Direction {
    /// Of a vector; `None` where it has none: it is empty, zero or not finite.
    #[must_use]
    pub fn of(vector: &[f32]) -> Option<Self> {
        let length = vector.iter().map(|part| part * part).sum::<f32>().sqrt();
        if !length.is_finite() || length <= 0.0 {
            return None;
        }
        Some(Self(vector.iter().map(|part| part / length).collect()))
    }

    /// The cosine of the angle between two; `None` where they are of different spaces.
    #[must_use]
    pub fn cosine(&self, other: &Self) -> Option<f32> {
        let products = self.0.iter().zip(&*other.0).map(|(one, other)| one * other);
        (self.0.len() == other.0.len()).then(|| products.sum())
    }

    fn bytes(&self) -> usize {
        // The numbers, and what stands around them.
        self.0.len() * size_of::<f32>() + 160
    }
}

// === impl Directions ===

impl Directions {
    /// Adds one; beyond `most` of a partition, or `bytes` in all, the oldest go.
    pub(crate) fn add(
        &mut self,
        partition: Key,
        (entry, direction): (Key, Direction),
        (most, bytes): (usize, usize),
    ) {
        let own = self.partitions.entry(partition).or_default();
        let known = own.iter().position(|(known, _)| *known == entry);
        self.bytes += direction.bytes();
        own.push_back((entry, direction));
        self.order.push_back(partition);
        if let Some(known) = known {
            self.forget(&partition, known);
        }
        while self.of_partition(&partition) > most.max(1) {
            self.forget(&partition, 0);
        }
        while self.bytes > bytes
            && let Some(oldest) = self.order.front().copied()
        {
            self.forget(&oldest, 0);
        }
    }

    /// All of a partition.
    pub(crate) fn of(&self, partition: &Key) -> Vec<(Key, Direction)> {
        let own = self.partitions.get(partition).into_iter();
        own.flatten().cloned().collect()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    fn of_partition(&self, partition: &Key) -> usize {
        self.partitions.get(partition).map_or(0, VecDeque::len)
    }

    /// Takes one out, and the oldest of its partition's places in the order with it.
    fn forget(&mut self, partition: &Key, at: usize) {
        if let Some(place) = self.order.iter().position(|own| own == partition) {
            self.order.remove(place);
        }
        let Some(own) = self.partitions.get_mut(partition) else {
            return;
        };
        if let Some((_, gone)) = own.remove(at) {
            self.bytes = self.bytes.saturating_sub(gone.bytes());
        }
        if own.is_empty() {
            self.partitions.remove(partition);
        }
    }
}

#[cfg(test)]
mod tests;
