//! AgentgatewayModels: models by the names under which clients ask for them.
//!
//! Owns what each model is served by, and which models stand together: those of a listener and those of a route's rule.
//! Must not build a provider: `backend` does, as for backends. Invariant: a name whose model cannot be served stays and
//! refuses; another model never answers in its place.

use std::collections::BTreeMap;
use std::sync::Arc;

use cp_api::Kind;
use cp_api::condition::Reason;
use cp_api::http_route::HttpBackendRef;
use cp_api::model::{AgentgatewayModel, Visibility};
use proto::name;

use crate::backend::Verdict;
use crate::backend::model::{Seat, provider};
use crate::inputs::{Name, Stored};
use crate::lookup::Lookup;
use crate::plan::{
    BackendPlan, ProviderPlan, RoutedModelPlan, RouterPlan, Upstream, VirtualModelPlan,
};
use crate::policy::Attachments;
use crate::settings::Settings;

mod attach;
mod order;
mod report;
mod rule;
mod virtual_model;

pub(crate) use attach::attach_all;
pub(crate) use rule::{RuleModels, wanted};

/// The one provider of a model's backend.
const SINGLE: &str = cp_api::backend::ai::SINGLE;

/// All models, each resolved once.
pub(crate) struct Models<'a> {
    all: BTreeMap<Name, ModelDraft<'a>>,
}

/// A model and what became of it.
pub(crate) struct ModelDraft<'a> {
    pub(crate) stored: &'a Stored<AgentgatewayModel>,
    /// The name or pattern that it is asked for by.
    pub(crate) name: &'a str,
    pub(crate) verdict: Verdict,
    /// What it leads to; its own backend first, where it has one.
    pub(crate) backends: Vec<Arc<BackendPlan>>,
    entry: Entry,
}

/// What models are resolved against.
struct Ground<'g> {
    lookup: &'g Lookup<'g>,
    settings: &'g Settings,
    attachments: &'g Attachments,
}

/// A line of a router.
#[derive(Clone)]
enum Entry {
    Concrete(RoutedModelPlan),
    Virtual(VirtualModelPlan),
}

/// Whether backendRefs of a rule ask for models.
pub(crate) fn is_asked_for(references: &[HttpBackendRef]) -> bool {
    references.iter().any(is_model)
}

fn is_model(reference: &HttpBackendRef) -> bool {
    Kind::of(&reference.backend.group, &reference.backend.kind) == Some(Kind::AgentgatewayModel)
}

/// The name or pattern that clients ask for.
fn asked_name(object: &AgentgatewayModel) -> &str {
    let written = object.spec.matches.as_ref();
    written
        .and_then(|written| written.model.as_deref())
        .unwrap_or(&object.metadata.name)
}

// === impl Models ===

impl<'a> Models<'a> {
    /// Resolves all models.
    pub(crate) fn new(
        lookup: &Lookup<'a>,
        settings: &Settings,
        attachments: &Attachments,
    ) -> Models<'a> {
        let ground = Ground {
            lookup,
            settings,
            attachments,
        };
        let mut all = BTreeMap::new();
        let (concrete, named): (Vec<_>, Vec<_>) = lookup
            .models()
            .partition(|stored| stored.object.spec.virtual_model.is_none());
        for stored in concrete {
            all.insert(key(stored), self::concrete(&ground, stored));
        }
        let mut resolved = Vec::new();
        for stored in named {
            let draft = virtual_model::resolve(&ground, stored, &all);
            resolved.push((key(stored), draft));
        }
        all.extend(resolved);
        Models { all }
    }

    pub(crate) fn get(&self, namespace: &str, name: &str) -> Option<&ModelDraft<'a>> {
        self.all.get(&(namespace.to_owned(), name.to_owned()))
    }

    /// All of them, by namespace and name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &ModelDraft<'a>> {
        self.all.values()
    }
}

/// A router of models, with all that it leads to.
pub(crate) fn router(resource: String, models: &[&ModelDraft<'_>]) -> Vec<Arc<BackendPlan>> {
    let mut plan = RouterPlan::default();
    let mut backends = BTreeMap::new();
    let ordered = order::sorted(models);
    for draft in &ordered {
        match &draft.entry {
            Entry::Concrete(model) => plan.models.push(model.clone()),
            Entry::Virtual(model) => plan.virtual_models.push(model.clone()),
        }
        for backend in &draft.backends {
            backends.insert(backend.name.clone(), Arc::clone(backend));
        }
    }
    let own = BackendPlan {
        name: resource,
        sources: ordered
            .iter()
            .map(|draft| (*draft.stored.source).clone())
            .collect(),
        upstream: Upstream::Models(plan),
        policies: None,
    };
    std::iter::once(Arc::new(own))
        .chain(backends.into_values())
        .collect()
}

fn key(stored: &Stored<AgentgatewayModel>) -> Name {
    let metadata = &stored.object.metadata;
    (metadata.namespace.clone(), metadata.name.clone())
}

fn created(stored: &Stored<AgentgatewayModel>) -> i64 {
    stored.object.metadata.creation_timestamp.unwrap_or(0)
}

fn concrete<'a>(ground: &Ground<'_>, stored: &'a Stored<AgentgatewayModel>) -> ModelDraft<'a> {
    let object = &*stored.object;
    let metadata = &object.metadata;
    let resource = name::model(&metadata.namespace, &metadata.name);
    let cluster = |target: &str| name::model_target(&metadata.namespace, &metadata.name, target);
    let seat = Seat {
        name: SINGLE,
        cluster: &cluster,
    };
    let (plan, mut verdict) = provider(ground.lookup, ground.settings, stored, seat);
    refuse_broken(&mut verdict);
    let entry = Entry::Concrete(RoutedModelPlan {
        name: asked_name(object).to_owned(),
        is_internal: object.spec.visibility == Visibility::Internal,
        backend: resource.clone(),
        owner: plan.telemetry_name.clone(),
        created: created(stored),
    });
    ModelDraft {
        stored,
        name: asked_name(object),
        verdict,
        backends: vec![backend(ground, (resource, stored), vec![vec![plan]], &[])],
        entry,
    }
}

/// A backend of providers. One that cannot be built stays in it and refuses. `targets` are the models that providers are of, by
/// their names, where they are of others.
fn backend(
    ground: &Ground<'_>,
    (resource, stored): (String, &Stored<AgentgatewayModel>),
    groups: Vec<Vec<ProviderPlan>>,
    targets: &[(String, String)],
) -> Arc<BackendPlan> {
    let attachments = ground.attachments;
    Arc::new(BackendPlan {
        policies: attachments.of_model(&resource, &stored.source, targets),
        name: resource,
        sources: vec![(*stored.source).clone()],
        upstream: Upstream::Ai(groups),
    })
}

/// The only provider is the whole model.
fn refuse_broken(verdict: &mut Verdict) {
    if !verdict.broken.is_empty() {
        let reason = match verdict.unresolved.first() {
            Some(_) => Reason::TranslationError,
            None => Reason::NotSupported,
        };
        verdict.refused = Some((reason, std::mem::take(&mut verdict.broken).join("; ")));
    }
}
