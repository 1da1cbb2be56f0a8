//! How many tokens OpenAI's models cut a text into (llm.md L-2).
//!
//! Owns the count: a text is cut into pieces ([`cut`]), and bytes of a piece are joined in the order of the vocabulary
//! ([`merge`]), as the vendor's own library does. Must not know requests, nor what counts are for. Invariants: a vocabulary is
//! opened by the first who counts with it, and once; the work grows with the text, whatever it is.

mod class;
mod cut;
mod merge;
mod model;
mod ranks;

use std::sync::OnceLock;

use self::{class::Classes, cut::Rule, merge::Merge, ranks::Ranks};

/// What a model's tokens are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Vocabulary {
    /// 100,000 tokens: gpt-4, gpt-3.5 and the embeddings.
    Cl100k,
    /// 200,000 tokens: gpt-4o and what came after it; its namesake for gpt-oss cuts texts in the same way.
    O200k,
}

/// A vocabulary that was opened.
struct Opened {
    ranks: Ranks,
    rule: Rule,
}

static CLASSES: OnceLock<Classes> = OnceLock::new();
static CL100K: OnceLock<Opened> = OnceLock::new();
static O200K: OnceLock<Opened> = OnceLock::new();

// === impl Vocabulary ===

impl Vocabulary {
    /// By a model's name, whatever service or vendor is named before it; `None` where OpenAI tells none for it.
    #[must_use]
    pub fn of_model(model: &str) -> Option<Vocabulary> {
        model::vocabulary(model)
    }

    /// Whether somebody has opened it or counted with it. Until then [`Vocabulary::count`] takes a fifth of a second longer.
    #[must_use]
    pub fn is_open(self) -> bool {
        self.cell().get().is_some()
    }

    /// Opens it, where nobody has. Takes a fifth of a second, and everybody else who opens it waits as long.
    pub fn open(self) {
        self.cell().get_or_init(|| self.opened());
        CLASSES.get_or_init(Classes::read);
    }

    /// Tokens of a text. What looks like a special token is text like any other.
    #[must_use]
    pub fn count(self, text: &str) -> u64 {
        let opened = self.cell().get_or_init(|| self.opened());
        let classes = CLASSES.get_or_init(Classes::read);
        let mut merge = Merge::default();
        let mut tokens = 0_u64;
        for piece in cut::pieces(opened.rule, classes, text) {
            tokens = tokens.saturating_add(merge.count(piece.as_bytes(), &opened.ranks));
        }
        tokens
    }

    fn cell(self) -> &'static OnceLock<Opened> {
        match self {
            Self::Cl100k => &CL100K,
            Self::O200k => &O200K,
        }
    }

    fn opened(self) -> Opened {
        match self {
            Self::Cl100k => Opened {
                ranks: Ranks::of(&tiktoken::encoding::cl100k_base()),
                rule: Rule::Cl100k,
            },
            Self::O200k => Opened {
                ranks: Ranks::of(&tiktoken::encoding::o200k_base()),
                rule: Rule::O200k,
            },
        }
    }
}

#[cfg(test)]
mod tests;
