//! The stores of a configuration: one for each policy that has a cache.
//!
//! Owns that what is kept outlives a commit. Must not look into a store. Invariant: a policy that stays keeps its answers,
//! whatever else of it changes; one that goes takes them along.

use std::{collections::HashMap, sync::Arc};

use dp_cache::store::{Room, Store};
use dp_config::{Config, policy::AiCache};

/// Stores by the name of their policy.
#[derive(Debug, Default)]
pub(crate) struct Stores(HashMap<Arc<str>, Arc<Store>>);

// === impl Stores ===

impl Stores {
    /// Those of a configuration; what `before` has of it is taken over.
    pub(crate) fn join(before: &Stores, config: &Config) -> Stores {
        let caches = config
            .all_policies()
            .filter_map(|policy| Some((&policy.name, policy.ai_cache()?)));
        let stores = caches.map(|(name, cache)| {
            let room = room(cache);
            let store = match before.0.get(name) {
                Some(known) if known.room() == room => known.clone(),
                Some(known) => Arc::new(known.resized(room)),
                None => Arc::new(Store::new(room)),
            };
            (name.clone(), store)
        });
        Stores(stores.collect())
    }

    /// That of a policy.
    pub(super) fn of(&self, policy: &str) -> Option<&Arc<Store>> {
        self.0.get(policy)
    }
}

fn room(cache: &AiCache) -> Room {
    Room {
        bytes: cache.max_bytes,
        directions: cache.semantic.as_ref().map_or(0, |own| own.max_entries),
    }
}
