//! What the cache of answers had to do with a request (llm.md C-4).
//!
//! Owns the words. Must not know what is kept. Invariant: what a request saved is told only where it cost nothing.

use crate::price::Money;

/// What the cache had to do with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheUse {
    /// How it was asked.
    pub status: CacheStatus,
    /// What the provider was not asked for.
    pub saved: Option<Saved>,
}

/// How the cache was asked, and what it had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CacheStatus {
    /// The answer to an equal request.
    HitExact,
    /// The answer to a request that means the same.
    HitSemantic,
    /// Nothing.
    Miss,
    /// It was not asked: the request is one of those that are not cached, or says so.
    Bypass,
}

/// What a provider was not asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Saved {
    /// Tokens of prompt and answer.
    pub tokens: u64,
    /// What they would have cost, where that is known.
    pub cost: Option<Money>,
}

// === impl CacheStatus ===

impl CacheStatus {
    /// As the header, records and metrics write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HitExact => "hit-exact",
            Self::HitSemantic => "hit-semantic",
            Self::Miss => "miss",
            Self::Bypass => "bypass",
        }
    }

    /// The answer came from the cache.
    #[must_use]
    pub const fn is_hit(self) -> bool {
        match self {
            Self::HitExact | Self::HitSemantic => true,
            Self::Miss | Self::Bypass => false,
        }
    }
}
