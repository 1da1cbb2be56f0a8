//! How long past answers were, model by model (llm.md L-4, B-5).
//!
//! Owns the map and its bound. Must not know requests. Invariants: memory is bounded, whatever models clients make up; a model
//! that is not kept, or was seen too rarely, promises nothing.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::PastOutputs;
use crate::shards::Shards;

/// A model of which nothing was heard for so long makes room for others.
const IDLE: Duration = Duration::from_secs(60 * 60);

/// Lengths of past answers, by provider and model.
pub struct PastByModel {
    models: Shards<Key, Past>,
}

type Key = (Arc<str>, Arc<str>);

struct Past {
    outputs: PastOutputs,
    noted: Duration,
}

// === impl PastByModel ===

impl PastByModel {
    /// For at most about so many models.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            models: Shards::new(capacity),
        }
    }

    /// Counts an answer. `now` is the time since any fixed moment.
    pub fn note(&self, provider: &Arc<str>, model: &Arc<str>, tokens: u64, now: Duration) {
        let key = (provider.clone(), model.clone());
        let mut locked = self.models.lock([&key]);
        let is_idle = |past: &mut Past| now.saturating_sub(past.noted) >= IDLE;
        let fresh = || Past {
            outputs: PastOutputs::new(),
            noted: now,
        };
        if let Some(past) = locked.entry(&key, now, is_idle, fresh) {
            past.outputs.note(tokens);
            past.noted = now;
        }
    }

    /// A length that 19 of 20 answers of the model did not exceed; `None` where there were too few.
    #[must_use]
    pub fn p95(&self, provider: &Arc<str>, model: &str) -> Option<u64> {
        let key = (provider.clone(), Arc::from(model));
        let mut locked = self.models.lock([&key]);
        locked.get(&key)?.outputs.p95()
    }
}

impl fmt::Debug for PastByModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PastByModel").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::{IDLE, PastByModel};

    #[test]
    fn models_are_kept_apart_and_forgotten() {
        let (past, provider) = (PastByModel::new(16), Arc::from("openai"));
        let note = |model: &str, tokens, now| {
            (0..20).for_each(|_| past.note(&provider, &Arc::from(model), tokens, now));
        };
        note("a", 100, Duration::ZERO);
        assert_eq!(past.p95(&provider, "a"), Some(127));
        assert_eq!(past.p95(&provider, "b"), None);
        assert_eq!(past.p95(&Arc::from("azure"), "a"), None);
        for number in 0..5000 {
            note(&format!("made-up-{number}"), 5, Duration::from_secs(1));
        }
        assert!(past.models.len() <= 16);
        assert_eq!(past.p95(&provider, "a"), Some(127), "what is there stays");
        // Those of long ago make room.
        (0..1000).for_each(|number| note(&format!("new-{number}"), 5, IDLE * 2));
        assert_eq!(past.p95(&provider, "a"), None);
    }
}
