//! `backend.ai`: what is done to the bodies of requests to models, in layers.
//!
//! Owns the merge: Gateway, listener, what is attached to the backend and the provider, route, rule, and last what stands in
//! the backend itself (control-plane.md 2.6, llm.md 4.1). Invariant: of each field the greatest level that sets it is in
//! effect; names of models are merged one by one.

use std::borrow::Cow;

use dp_llm::route_map::RouteMap;

use super::{Attachment, Content, Effective, Level};
use crate::ai_backend::{AiBackend, AiPolicy, AiProvider};

/// Path in an AgentgatewayPolicy.
pub(super) const FIELD: &str = "backend.ai";

/// The policies that have a say about a provider, the least specific first.
#[derive(Clone, Debug)]
pub struct AiLayers<'a>(Vec<&'a AiPolicy>);

// === impl Effective ===

impl<'a> Effective<'a> {
    /// What is done to requests on their way to a provider. The policies of its backend count where
    /// [`Effective::with_backend`] was asked.
    pub fn ai(&self, provider: &'a AiProvider) -> AiLayers<'a> {
        let attached = self.ai_layers(&provider.name);
        let attached = attached.filter_map(|layer| self.policy(layer)?.ai());
        AiLayers(attached.chain(&provider.policy).collect())
    }

    /// What ends of paths stand for on the way to a backend; `None` where nobody says. A request is read before a provider is
    /// chosen: what is attached to one provider has no say.
    pub fn ai_routes(&self, backend: Option<&'a AiBackend>) -> Option<Cow<'a, RouteMap>> {
        let below = |own: &&Attachment| own.level < Level::Backend;
        let low = self.of_way().iter().filter(below);
        let of_backend = self.of_backend().iter();
        let of_backend = of_backend.filter(|own| own.section.is_none());
        let high = self.of_way().iter().filter(|own| !below(own));
        let attached = low.chain(of_backend).chain(high);
        let attached = attached
            .filter(|own| *own.field == *FIELD)
            .filter_map(|own| match self.policy(own).map(|found| &found.content) {
                Some(Content::Ai(policy)) => Some(&policy.routes),
                Some(_) | None => None,
            });
        let all = attached.chain(backend.map(|backend| &backend.routes));
        let mut merged: Option<Cow<'a, RouteMap>> = None;
        for map in all.filter(|map| !map.is_empty()) {
            merged = Some(match merged {
                None => Cow::Borrowed(map),
                Some(lower) => Cow::Owned(map.over(&lower)),
            });
        }
        merged
    }

    /// The attachments that have a say in it, the least specific first.
    pub fn ai_layers(&self, provider: &str) -> impl Iterator<Item = &'a Attachment> {
        self.layers(FIELD, provider).into_iter()
    }
}

// === impl AiLayers ===

impl<'a> AiLayers<'a> {
    /// Each of them.
    pub fn as_slice(&self) -> &[&'a AiPolicy] {
        &self.0
    }

    /// All in one; `None` where there is none. Several are copied.
    pub fn merged(&self) -> Option<Cow<'a, AiPolicy>> {
        let (lowest, higher) = self.0.split_first()?;
        let lowest = Cow::Borrowed(*lowest);
        Some(
            higher
                .iter()
                .fold(lowest, |lower, higher| Cow::Owned(higher.over(&lower))),
        )
    }
}

#[cfg(test)]
mod tests;
