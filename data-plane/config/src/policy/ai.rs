//! `backend.ai`: what is done to the bodies of requests to models, in layers.
//!
//! Owns the merge: Gateway, listener, what is attached to the backend and the provider, route, rule, and last what stands in
//! the backend itself (control-plane.md 2.6, llm.md 4.1). Invariant: of each field the greatest level that sets it is in
//! effect; names of models are merged one by one.

use std::borrow::Cow;

use dp_llm::route_map::RouteMap;

use super::Effective;
use super::noun::Noun;
use crate::ai_backend::{AiBackend, AiPolicy, AiProvider};

/// The policies that have a say about a provider, the least specific first.
#[derive(Clone, Debug)]
pub struct AiLayers<'a>(Vec<&'a AiPolicy>);

// === impl Noun ===

impl Noun for AiPolicy {
    const FIELD: &'static str = "backend.ai";

    /// Prompts are not told: of a policy that has some, their number is.
    fn in_short(&self) -> String {
        let count = |what: &str, count: usize| (count > 0).then(|| format!("{count} {what}"));
        let parts = [
            names("sets", &self.body.overrides),
            names("defaults", &self.body.defaults),
            names("computes", &self.transformations),
            names("computes at last", &self.final_transformations),
            self.prompt_caching
                .map(|_| "marks prompts for caching".to_owned()),
            count("model aliases", self.aliases.len()),
            count("messages in front", self.prompt.prepend.len()),
            count("messages behind", self.prompt.append.len()),
            self.authorization.as_ref().map(ToString::to_string),
            self.guards.first().map(ToString::to_string),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        parts.join("; ")
    }
}

fn names<T>(what: &str, members: &[(String, T)]) -> Option<String> {
    let names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
    (!names.is_empty()).then(|| format!("{what} {}", names.join(", ")))
}

// === impl Effective ===

impl<'a> Effective<'a> {
    /// What is done to requests on their way to a provider. The policies of its backend count where
    /// [`Effective::with_backend`] was asked.
    pub fn ai(&self, provider: &'a AiProvider) -> AiLayers<'a> {
        let attached = self.each::<AiPolicy>(&provider.name);
        AiLayers(attached.chain(&provider.policy).collect())
    }

    /// What ends of paths stand for on the way to a backend; `None` where nobody says. A request is read before a provider is
    /// chosen: what is attached to one provider has no say.
    pub fn ai_routes(&self, backend: Option<&'a AiBackend>) -> Option<Cow<'a, RouteMap>> {
        // No provider has an empty name.
        let attached = self.each::<AiPolicy>("").map(|policy| &policy.routes);
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
