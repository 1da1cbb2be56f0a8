//! Layers of prices, and for which backends they hold.
//!
//! Owns the order of the layers: the catalogues of a backend's namespace by priority, those of the Gateway's namespace
//! above them. Who runs a Gateway has the last word, as its budgets are counted in these prices. Must not look into a
//! price. Invariant: a layer reaches only Gateways with a backend that it holds for.

use std::collections::BTreeMap;
use std::sync::Arc;

use cp_api::condition::{Condition, ConditionType, Reason};
use cp_api::price_catalog::{PriceCatalog, PriceCatalogSpec, PricedModel};
use cp_api::{Kind, ObjectKey};
use proto::name;
use proto::tidegate::v1 as tidegate;
use serde_json::json;

use crate::emit;
use crate::inputs::Stored;
use crate::lookup::Lookup;
use crate::output::GatewayKey;
use crate::plan::{BackendPlan, GatewayPlan, Upstream};
use crate::report::{Detail, Programmed, Report, Scope};

/// Digits of a version that people read; records of requests have as many.
const DIGITS: usize = 12;

/// One layer.
#[derive(Clone, Debug)]
pub(crate) struct LayerPlan {
    pub(crate) message: tidegate::PriceCatalog,
    pub(crate) source: tidegate::Source,
    namespace: String,
}

/// All layers.
pub(crate) struct Layers<'a> {
    /// By namespace, bottom first.
    by_namespace: BTreeMap<String, Vec<Arc<LayerPlan>>>,
    objects: Vec<&'a Stored<PriceCatalog>>,
}

// === impl Layers ===

impl<'a> Layers<'a> {
    pub(crate) fn new(lookup: &Lookup<'a>) -> Layers<'a> {
        let mut objects: Vec<&Stored<PriceCatalog>> = lookup.price_catalogs().collect();
        let rank = |stored: &&Stored<PriceCatalog>| {
            let metadata = &stored.object.metadata;
            (stored.object.spec.priority, metadata.name.clone())
        };
        objects.sort_by_key(rank);
        let mut by_namespace: BTreeMap<String, Vec<Arc<LayerPlan>>> = BTreeMap::new();
        for stored in &objects {
            let plan = Arc::new(layer(stored));
            by_namespace
                .entry(plan.namespace.clone())
                .or_default()
                .push(plan);
        }
        Layers {
            by_namespace,
            objects,
        }
    }

    /// Notes in a plan what holds for its backends.
    pub(crate) fn attach(&self, plan: &mut GatewayPlan) {
        let of = |namespace: &str| self.by_namespace.get(namespace).into_iter().flatten();
        let gateway = &plan.key.namespace;
        let namespaces = plan.backends.values().filter_map(|it| priced(it));
        let layers = namespaces.map(|namespace| {
            let above = of(gateway).filter(|_| gateway != namespace);
            let layers = of(namespace).chain(above).cloned();
            (namespace.to_owned(), layers.collect())
        });
        plan.prices = layers.collect();
    }

    /// What is said of each catalogue.
    pub(crate) fn reports(&self, plans: &BTreeMap<GatewayKey, GatewayPlan>) -> Vec<Report> {
        let report = |stored: &&Stored<PriceCatalog>| {
            let layer = layer(stored);
            let reaches = |plan: &&GatewayPlan| {
                let mut layers = plan.prices.values().flatten();
                layers.any(|it| it.message.name == layer.message.name)
            };
            let gateways = plans.values().filter(reaches).map(|plan| plan.key.clone());
            report(stored, &layer, gateways.collect())
        };
        self.objects.iter().map(report).collect()
    }
}

/// The namespace of a backend whose answers have a price.
fn priced(backend: &BackendPlan) -> Option<&str> {
    let is_priced = matches!(backend.upstream, Upstream::Ai(_));
    let source = backend.sources.first().filter(|_| is_priced)?;
    Some(&source.namespace)
}

/// The layers of a backend, bottom first.
pub(crate) fn of<'a>(plan: &'a GatewayPlan, backend: &BackendPlan) -> &'a [Arc<LayerPlan>] {
    priced(backend)
        .and_then(|namespace| plan.prices.get(namespace))
        .map_or(&[], Vec::as_slice)
}

fn layer(stored: &Stored<PriceCatalog>) -> LayerPlan {
    let metadata = &stored.object.metadata;
    LayerPlan {
        message: tidegate::PriceCatalog {
            name: name::price_catalog(&metadata.namespace, &metadata.name),
            document: json!({"providers": stored.object.spec.providers}).to_string(),
        },
        source: (*stored.source).clone(),
        namespace: metadata.namespace.clone(),
    }
}

fn report(stored: &Stored<PriceCatalog>, layer: &LayerPlan, gateways: Vec<GatewayKey>) -> Report {
    let accepted = Condition::holds(ConditionType::Accepted, Reason::Accepted);
    let metadata = &stored.object.metadata;
    Report {
        key: ObjectKey::new(Kind::PriceCatalog, &*metadata.namespace, &*metadata.name),
        source: layer.source.clone(),
        scope: Scope::Object,
        conditions: vec![accepted.saying(words(&stored.object.spec, layer, gateways.is_empty()))],
        programmed: if gateways.is_empty() {
            Programmed::Absent
        } else {
            Programmed::Pending
        },
        envoy_limits: Vec::new(),
        gateways,
        detail: Detail::None,
    }
}

fn words(spec: &PriceCatalogSpec, layer: &LayerPlan, is_unused: bool) -> String {
    let version = emit::resource(&layer.message, &[]).version().hex();
    let version: String = version.chars().take(DIGITS).collect();
    let models = || spec.providers.values().flat_map(|it| it.models.values());
    let has_price = |model: &&PricedModel| model.rates.is_some() || model.tiers.is_some();
    let mut words = format!(
        "version {version}: {} with prices, of {}",
        counted(models().filter(has_price).count(), "model"),
        counted(spec.providers.len(), "provider"),
    );
    if models().any(|model| model.context_window.is_some()) {
        words.push_str("; nothing asks for contextWindow yet");
    }
    if is_unused {
        words.push_str("; no Gateway has a model provider that these prices hold for");
    }
    words
}

fn counted(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    }
}
