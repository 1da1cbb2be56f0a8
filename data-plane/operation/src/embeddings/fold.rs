//! Answers of a provider that was asked for each text of a list by itself, put together.
//!
//! Owns the places and the sum of tokens. It must not know in which order answers come. Invariants: a place has the vector of its
//! own text; what lacks one, or has a second, is a failure; tokens that one answer did not tell make the sum unknown, and what
//! the others told is known all the same.

use serde_json::value::RawValue;

use super::{Answering, list, unreadable};
use crate::error::ProviderError;
use crate::usage::Usage;

/// What came so far.
#[derive(Debug)]
pub struct Fold {
    answering: Answering,
    /// By place, as they will be written.
    vectors: Vec<Option<Box<RawValue>>>,
    tokens: Option<u64>,
    /// Tokens of the answers that told some, failures included.
    told: Option<u64>,
    held: usize,
}

// === impl Fold ===

impl Fold {
    /// For a request that was split; `None` where one answer is all.
    #[must_use]
    pub fn new(answering: &Answering) -> Option<Self> {
        answering.is_split.then(|| Self {
            vectors: vec![None; answering.inputs],
            answering: answering.clone(),
            tokens: Some(0),
            told: None,
            held: 0,
        })
    }

    /// Bytes of vectors that are held.
    #[must_use]
    pub const fn held(&self) -> usize {
        self.held
    }

    /// What the answers told so far, whether or not all of them come.
    #[must_use]
    pub fn told(&self) -> Option<Usage> {
        Usage::from_input(self.told)
    }

    /// Takes the answer to the text at `place`. `told` are the tokens that its head told.
    ///
    /// # Errors
    /// It is not what the provider's format asks for, or the place has a vector, or there is no such place.
    pub fn take(
        &mut self,
        place: usize,
        body: &[u8],
        told: Option<u64>,
    ) -> Result<(), ProviderError> {
        let read = self.answering.read(body, 1);
        let tokens = read.as_ref().ok().and_then(|(_, tokens)| *tokens);
        let tokens = tokens.or(told);
        if let Some(tokens) = tokens {
            self.told = Some(self.told.unwrap_or_default().saturating_add(tokens));
        }
        let (mut vectors, _) = read?;
        let vector = vectors.pop().ok_or_else(unreadable)?;
        let free = self.vectors.get_mut(place).filter(|place| place.is_none());
        let free = free.ok_or_else(unreadable)?;
        self.held = self.held.saturating_add(vector.get().len());
        *free = Some(vector);
        let both = self.tokens.zip(tokens);
        self.tokens = both.map(|(sum, tokens)| sum.saturating_add(tokens));
        Ok(())
    }

    /// OpenAI's answer.
    ///
    /// # Errors
    /// A place has no vector.
    pub fn finish(self, model: &str) -> Result<(Vec<u8>, Option<Usage>), ProviderError> {
        let vectors: Option<Vec<Box<RawValue>>> = self.vectors.into_iter().collect();
        let out = list::write(&vectors.ok_or_else(unreadable)?, model, self.tokens)?;
        Ok((out, Usage::from_input(self.tokens)))
    }
}
