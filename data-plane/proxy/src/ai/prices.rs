//! The catalogues of a configuration: the layers of each backend in one.
//!
//! Owns that what did not change is not merged again. Must not look for a price. Invariant: a catalogue of which a layer is
//! missing is none.

use std::{collections::HashMap, sync::Arc};

use dp_config::{AiBackend, Config, PriceLayer};
use dp_policy::price::Catalog;

/// Catalogues by the names of their layers.
#[derive(Debug, Default)]
pub(crate) struct Prices(HashMap<Vec<Arc<str>>, Merged>);

#[derive(Debug, Clone)]
struct Merged {
    layers: Vec<Arc<PriceLayer>>,
    catalog: Arc<Catalog>,
}

// === impl Prices ===

impl Prices {
    /// Those of a configuration; what `before` has of it is taken over.
    pub(crate) fn join(before: &Prices, config: &Config) -> Prices {
        let mut prices = HashMap::new();
        for backend in config.ai_backends() {
            let names = &backend.price_layers;
            if names.is_empty() || prices.contains_key(names) {
                continue;
            }
            let layers: Option<Vec<_>> = names
                .iter()
                .map(|name| config.price_layer(name).cloned())
                .collect();
            let Some(layers) = layers else {
                tracing::warn!(backend = %backend.name, "a layer of its prices is missing: nothing has a price");
                continue;
            };
            let known = before.0.get(names);
            let merged = match known.filter(|known| is_same(&known.layers, &layers)) {
                Some(known) => Some(known.clone()),
                None => config.price_catalog(names).map(|catalog| Merged {
                    layers,
                    catalog: Arc::new(catalog),
                }),
            };
            if let Some(merged) = merged {
                prices.insert(names.clone(), merged);
            }
        }
        Prices(prices)
    }

    /// The catalogue of a backend.
    pub(crate) fn of(&self, backend: &AiBackend) -> Option<&Arc<Catalog>> {
        self.0
            .get(&backend.price_layers)
            .map(|merged| &merged.catalog)
    }
}

fn is_same(one: &[Arc<PriceLayer>], other: &[Arc<PriceLayer>]) -> bool {
    one.len() == other.len()
        && one
            .iter()
            .zip(other)
            .all(|(one, other)| Arc::ptr_eq(one, other))
}
