//! Models that may be asked for although nobody spells them out: those of the catalogues of prices (llm.md O-1).
//!
//! Owns which names of a catalogue a pattern, or a provider that takes any model, stands for. Must not know prices. Invariant: a
//! name that another entry of a router serves, or none, is not listed here.

use dp_config::{AiBackend, model_router::ModelRouter};
use dp_llm::{
    model_name::{Found, Visibility},
    models::ListedModel,
};

use super::{of_provider, pinned};
use crate::served::Active;

/// What the patterns of a router stand for.
pub(super) fn of_router<'a>(
    active: &'a Active,
    router: &'a ModelRouter,
) -> impl Iterator<Item = ListedModel> + 'a {
    let patterns = router.table.models().iter();
    let patterns = patterns
        .filter(|model| model.visibility == Visibility::Public && model.name.exact().is_none());
    patterns.flat_map(move |pattern| {
        let backend = active.config.ai_backend(&pattern.backend);
        let models = backend.into_iter().flat_map(|own| of_backend(active, own));
        // A longer pattern, or a name in full, may lead elsewhere.
        models.filter(move |model| match router.table.find(&model.id, |_| false) {
            Found::Concrete(found) => std::ptr::eq(found, pattern),
            Found::Virtual(_) | Found::Unknown => false,
        })
    })
}

/// What the providers of a backend have that are asked for whatever a client names.
pub(super) fn of_backend<'a>(
    active: &'a Active,
    backend: &'a AiBackend,
) -> impl Iterator<Item = ListedModel> + 'a {
    let catalog = active.prices.of(backend);
    let providers = backend.groups.iter().flatten();
    let open = providers.filter(|provider| pinned(provider).is_none());
    open.flat_map(move |provider| {
        let models = catalog.into_iter().flat_map(|catalog| catalog.models());
        let own = models.filter(|(of, ..)| **of == *provider.telemetry_name);
        own.map(move |(_, name, _)| of_provider(provider, name))
    })
}
