//! Models that may be asked for although nobody spells them out: those of the catalogues of prices (llm.md O-1).
//!
//! Owns which names of a catalogue a pattern, or a provider that takes any model, stands for. Must not know prices. Invariant: a
//! name that another entry of a router serves, or none, is not listed here, nor one that a provider's list refuses to this client.

use dp_config::{
    AiBackend,
    ai_backend::{AiPolicy, AiProvider},
    model_router::ModelRouter,
    policy::Effective,
};
use dp_llm::{
    model_name::{Found, Visibility},
    models::ListedModel,
};

use super::of_provider;
use crate::{attributes::RequestAttributes, served::Active};

/// Who asks, and where.
pub(super) struct Catalogued<'a> {
    pub(super) active: &'a Active,
    /// The policies up to the route.
    pub(super) way: Effective<'a>,
    pub(super) request: RequestAttributes<'a>,
}

// === impl Catalogued ===

impl Catalogued<'_> {
    /// What the patterns of a router stand for.
    pub(super) fn of_router(&self, router: &ModelRouter) -> Vec<ListedModel> {
        let patterns = router.table.models().iter();
        let patterns = patterns
            .filter(|model| model.visibility == Visibility::Public && model.name.exact().is_none());
        let mut listed = Vec::new();
        for pattern in patterns {
            // A longer pattern, or a name in full, may lead elsewhere.
            let leads_here = |name: &str| {
                pattern.name.matches(name)
                    && match router.table.find(name, |_| false) {
                        Found::Concrete(found) => std::ptr::eq(found, pattern),
                        Found::Virtual(_) | Found::Unknown => false,
                    }
            };
            if let Some(backend) = self.active.config.ai_backend(&pattern.backend) {
                listed.extend(self.of_backend(backend, leads_here));
            }
        }
        listed
    }

    /// What a backend is known to have: the models that its providers are given, names that stand for some, and what the catalogue
    /// says that the others have.
    pub(super) fn of_all(&self, backend: &AiBackend) -> Vec<ListedModel> {
        let Ok(policies) = self.way.with_backend(backend) else {
            return Vec::new();
        };
        let mut listed = Vec::new();
        for provider in backend.groups.iter().flatten() {
            let policy = self.active.in_effect.of(&policies, provider);
            match pinned(provider, policy.as_deref()) {
                Some(model) => listed.push(of_provider(provider, model)),
                None => {
                    let aliases = policy.iter().flat_map(|policy| policy.aliases.keys());
                    listed.extend(aliases.map(|name| of_provider(provider, name)));
                }
            }
        }
        listed.extend(self.of_backend(backend, |_| true));
        listed
    }

    /// What the providers of a backend have that are asked for whatever a client names, of the names that are wanted.
    pub(super) fn of_backend(
        &self,
        backend: &AiBackend,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Vec<ListedModel> {
        // Where policies cannot be enforced nobody is served.
        let (Some(catalog), Ok(policies)) = (
            self.active.prices.of(backend),
            self.way.with_backend(backend),
        ) else {
            return Vec::new();
        };
        let mut listed = Vec::new();
        for provider in backend.groups.iter().flatten() {
            let policy = self.active.in_effect.of(&policies, provider);
            if pinned(provider, policy.as_deref()).is_some() {
                continue;
            }
            let allowed = policies.allowed_models(&provider.name, &self.request);
            let names = catalog.names(&provider.telemetry_name);
            let names = names.filter(|name| is_wanted(name) && allowed.allows(name));
            listed.extend(names.map(|name| of_provider(provider, name)));
        }
        listed
    }
}

/// The model that replaces whatever is asked for.
fn pinned<'a>(provider: &'a AiProvider, policy: Option<&'a AiPolicy>) -> Option<&'a str> {
    let overridden = policy.and_then(|own| own.model.as_deref());
    overridden.or(provider.model.as_deref())
}
