//! The AI policies of a configuration, those of several levels in one.
//!
//! Owns that levels are merged once for each configuration, and not for each attempt. Must not know an order of levels.
//! Invariant: what is kept was merged from policies of the configuration that it is kept with, so that their addresses
//! name them.

use std::{
    collections::HashMap,
    fmt,
    ops::Deref,
    sync::{Arc, PoisonError, RwLock},
};

use dp_config::{
    ai_backend::{AiPolicy, AiProvider},
    policy::{AiLayers, Effective},
};

/// What was merged so far.
#[derive(Default)]
pub(crate) struct InEffect(RwLock<HashMap<Vec<usize>, Arc<AiPolicy>>>);

/// The policy of one provider.
#[derive(Debug)]
pub(super) enum Merged<'a> {
    /// There is one level.
    Only(&'a AiPolicy),
    /// There are several.
    Several(Arc<AiPolicy>),
}

// === impl InEffect ===

impl InEffect {
    /// What is done to requests on their way to `provider`. Both are of the configuration that this stands beside.
    pub(super) fn of<'a>(
        &self,
        policies: &Effective<'a>,
        provider: &'a AiProvider,
    ) -> Option<Merged<'a>> {
        let layers = policies.ai(provider);
        match layers.as_slice() {
            [] => None,
            [only] => Some(Merged::Only(only)),
            _ => self.several(&layers).map(Merged::Several),
        }
    }

    fn several(&self, layers: &AiLayers<'_>) -> Option<Arc<AiPolicy>> {
        let address = |policy: &&AiPolicy| std::ptr::from_ref(*policy).addr();
        let names: Vec<usize> = layers.as_slice().iter().map(address).collect();
        // A thread that panicked left whole entries behind, or none.
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(&names) {
            return Some(known.clone());
        }
        drop(known);
        let merged = Arc::new(layers.merged()?.into_owned());
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        Some(known.entry(names).or_insert(merged).clone())
    }
}

impl fmt::Debug for InEffect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("InEffect").finish_non_exhaustive()
    }
}

// === impl Merged ===

impl Deref for Merged<'_> {
    type Target = AiPolicy;

    fn deref(&self) -> &AiPolicy {
        match self {
            Merged::Only(policy) => policy,
            Merged::Several(policy) => policy,
        }
    }
}
