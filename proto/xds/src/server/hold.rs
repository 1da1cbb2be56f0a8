//! Removals that wait until nothing refers to them any more (R37).
//!
//! Owns which names are held back and for how long. Must not know what refers to what: it waits for every
//! type that can refer. Invariant: a held name stays in the set that the client is given, with its old
//! content, so a state-of-the-world response is the superset first and the final set later.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use proto::type_url::TypeUrl;

use super::type_stream::TypeStream;
use crate::diff::diff_set;
use crate::snapshot::Set;

/// Longest time that a removal waits.
pub const HOLD_TIMEOUT: Duration = Duration::from_secs(5);

/// The removals that wait, by type and name.
#[derive(Debug, Default)]
pub(crate) struct Holds {
    held: BTreeMap<(TypeUrl, Arc<str>), Held>,
}

#[derive(Debug)]
struct Held {
    /// Generation of the target in which the name was gone.
    generation: u64,
    /// First tick after that; the time of the last tick before it may be long ago.
    since: Option<Duration>,
    is_expired: bool,
}

/// How far the rollout is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Progress {
    /// Generation of the target.
    pub(crate) generation: u64,
    /// Generation that every referring type is known to hold.
    pub(crate) referrers: u64,
}

// === impl Holds ===

impl Holds {
    /// `target` and, beside it, what it no longer has but must not be taken away yet.
    pub(crate) fn keep(
        &mut self,
        type_url: TypeUrl,
        stream: &TypeStream,
        target: &Set,
        progress: Progress,
    ) -> Set {
        let mut kept = target.clone();
        let mut waiting = BTreeMap::new();
        for resource in diff_set(type_url, stream.sent(), target).removed {
            if !stream.subscription.covers(resource.name()) {
                continue;
            }
            let key = (type_url, Arc::clone(resource.name()));
            let held = self.held.remove(&key).unwrap_or(Held {
                generation: progress.generation,
                since: None,
                is_expired: false,
            });
            if !held.is_expired && progress.referrers < held.generation {
                kept.insert(resource);
            }
            waiting.insert(key, held);
        }
        // Names that came back, or were taken away, wait no longer.
        self.held.retain(|(other, _), _| *other != type_url);
        self.held.append(&mut waiting);
        kept
    }

    /// Time passed.
    pub(crate) fn tick(&mut self, now: Duration) {
        for held in self.held.values_mut() {
            let since = *held.since.get_or_insert(now);
            held.is_expired |= now.saturating_sub(since) >= HOLD_TIMEOUT;
        }
    }
}
