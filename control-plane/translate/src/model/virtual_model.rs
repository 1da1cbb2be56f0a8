//! Virtual models: names that lead to other models of their namespace.
//!
//! Owns the way from a reference to a target. A virtual model with a target that does not exist leads nowhere: leaving the
//! target out would send its share to the others.

use std::collections::BTreeMap;

use cp_api::condition::Reason;
use cp_api::effect::{self, Loss};
use cp_api::model::AgentgatewayModel;
use cp_api::model::virtual_model::{Conditional, Failover, Weighted};
use cp_api::{Kind, ObjectKey};
use expr::{AttributeSet, Expr};
use proto::name;

use super::{Entry, Ground, ModelDraft, asked_name, backend, created, key, refuse_broken};
use crate::backend::Verdict;
use crate::backend::model::{Seat, provider};
use crate::inputs::{Name, Stored};
use crate::plan::{RoutingPlan, TargetPlan, VirtualModelPlan};

type Drafts<'a> = BTreeMap<Name, ModelDraft<'a>>;

/// A reference that does not resolve.
type Unresolved = (Reason, String);

/// Resolves one against the models that providers have.
pub(super) fn resolve<'a>(
    ground: &Ground<'_>,
    stored: &'a Stored<AgentgatewayModel>,
    drafts: &Drafts<'a>,
) -> ModelDraft<'a> {
    let mut verdict = Verdict::default();
    let mut backends = Vec::new();
    let routing = match unsupported(stored) {
        Some(message) => Err((Reason::NotSupported, message)),
        None => route(ground, stored, drafts, (&mut verdict, &mut backends)),
    };
    let routing = routing.unwrap_or_else(|(reason, message)| {
        let refused = if matches!(reason, Reason::NotSupported | Reason::UnsupportedValue) {
            reason
        } else {
            verdict.unresolved.push((reason, message.clone()));
            Reason::TranslationError
        };
        verdict.refused = Some((refused, message.clone()));
        RoutingPlan::Unavailable(message)
    });
    let name = asked_name(&stored.object);
    ModelDraft {
        stored,
        name,
        verdict,
        backends,
        entry: Entry::Virtual(VirtualModelPlan {
            name: name.to_owned(),
            created: created(stored),
            routing,
        }),
    }
}

fn object_name<'d>(draft: &'d ModelDraft<'_>) -> &'d str {
    &draft.stored.object.metadata.name
}

fn unsupported(stored: &Stored<AgentgatewayModel>) -> Option<String> {
    let missing = stored.object.effects.missing.iter();
    effect::sentence(missing.filter(|field| field.loss == Loss::Protection))
}

fn route<'a>(
    ground: &Ground<'_>,
    stored: &'a Stored<AgentgatewayModel>,
    drafts: &Drafts<'a>,
    (verdict, backends): (
        &mut Verdict,
        &mut Vec<std::sync::Arc<crate::plan::BackendPlan>>,
    ),
) -> Result<RoutingPlan, Unresolved> {
    let spec = stored.object.spec.virtual_model.clone().unwrap_or_default();
    let own = key(stored);
    let leads_elsewhere = spec.weighted.is_some() || spec.conditional.is_some();
    let of = ObjectKey::new(Kind::AgentgatewayModel, &*own.0, &*own.1);
    let unprotected = ground.attachments.unprotected(&of);
    if let Some(message) = unprotected.filter(|_| leads_elsewhere) {
        return Err((Reason::NotSupported, message));
    }
    if let Some(weighted) = &spec.weighted {
        return self::weighted(weighted, &own, drafts, backends);
    }
    if let Some(conditional) = &spec.conditional {
        return self::conditional(conditional, &own, drafts, backends);
    }
    if let Some(failover) = &spec.failover {
        let found = targets(failover, &own, drafts)?;
        let backend = self::failover(ground, stored, found, verdict);
        let resource = backend.name.clone();
        backends.push(backend);
        return Ok(RoutingPlan::Failover(resource));
    }
    // What is left is not in effect, and said so before.
    Err((
        Reason::NotSupported,
        "spec.virtualModel is empty".to_owned(),
    ))
}

/// The backend of a model whose targets stand in for one another.
fn failover(
    ground: &Ground<'_>,
    stored: &Stored<AgentgatewayModel>,
    found: Vec<(u32, &ModelDraft<'_>, String)>,
    verdict: &mut Verdict,
) -> std::sync::Arc<crate::plan::BackendPlan> {
    let own = key(stored);
    let names: Vec<_> = found
        .iter()
        .map(|(_, target, _)| object_name(target))
        .collect();
    let count = found.len();
    let cluster = |target: &str| name::model_target(&own.0, &own.1, target);
    let mut groups: BTreeMap<u32, Vec<_>> = BTreeMap::new();
    let mut targets = Vec::new();
    for (index, (priority, target, model)) in found.into_iter().enumerate() {
        let of = object_name(target);
        // One model may be a target under two names.
        let provider_name = match names.iter().filter(|name| **name == of).count() {
            1 => of.to_owned(),
            _ => format!("{of}-{index}"),
        };
        let seat = Seat {
            name: &provider_name,
            cluster: &cluster,
        };
        let (mut plan, own) = provider(ground.lookup, ground.settings, target.stored, seat);
        let broken = own.broken.into_iter();
        verdict
            .broken
            .extend(broken.map(|message| format!("model {of}: {message}")));
        plan.model = model;
        groups.entry(priority).or_default().push(plan);
        targets.push((provider_name, of.to_owned()));
    }
    if verdict.broken.len() >= count {
        refuse_broken(verdict);
    }
    let resource = name::model(&own.0, &own.1);
    let groups = groups.into_values().collect();
    backend(ground, (resource, stored), groups, &targets)
}

fn weighted(
    weighted: &Weighted,
    own: &Name,
    drafts: &Drafts<'_>,
    backends: &mut Vec<std::sync::Arc<crate::plan::BackendPlan>>,
) -> Result<RoutingPlan, Unresolved> {
    let mut targets = Vec::new();
    for (index, one) in weighted.targets.iter().enumerate() {
        let path = format!("spec.virtualModel.weighted.targets[{index}]");
        let (draft, model) = target(
            &path,
            (&one.model_ref.name, one.model.as_deref()),
            own,
            drafts,
        )?;
        let Some(plan) = draft.backends.first() else {
            continue;
        };
        backends.push(std::sync::Arc::clone(plan));
        let target = TargetPlan {
            model,
            backend: plan.name.clone(),
        };
        targets.push((one.weight, target));
    }
    Ok(RoutingPlan::Weighted(targets))
}

/// Targets with what must hold for each.
fn conditional(
    conditional: &Conditional,
    own: &Name,
    drafts: &Drafts<'_>,
    backends: &mut Vec<std::sync::Arc<crate::plan::BackendPlan>>,
) -> Result<RoutingPlan, Unresolved> {
    let mut targets = Vec::new();
    for (index, one) in conditional.targets.iter().enumerate() {
        let path = format!("spec.virtualModel.conditional.targets[{index}]");
        let when = one.when.as_ref().map(|when| when.0.clone());
        if let Some(text) = &when {
            Expr::compile(text, AttributeSet::OF_LLM_REQUEST)
                .map_err(|error| (Reason::UnsupportedValue, format!("{path}.when: {error}")))?;
        }
        let reference = (one.model_ref.name.as_str(), one.model.as_deref());
        let (draft, model) = target(&path, reference, own, drafts)?;
        // Left out, its requests would go to the next one.
        let plan = draft.backends.first().ok_or_else(|| {
            let name = &one.model_ref.name;
            let message = format!("{path}.modelRef: AgentgatewayModel {name} has no provider");
            (Reason::BackendNotFound, message)
        })?;
        backends.push(std::sync::Arc::clone(plan));
        let target = TargetPlan {
            model,
            backend: plan.name.clone(),
        };
        targets.push((when, target));
    }
    Ok(RoutingPlan::Conditional(targets))
}

/// Priority, model and name of each target.
fn targets<'d, 'a>(
    failover: &Failover,
    own: &Name,
    drafts: &'d Drafts<'a>,
) -> Result<Vec<(u32, &'d ModelDraft<'a>, String)>, Unresolved> {
    let targets = failover.targets.iter().enumerate();
    targets
        .map(|(index, one)| {
            let path = format!("spec.virtualModel.failover.targets[{index}]");
            let reference = (one.model_ref.name.as_str(), one.model.as_deref());
            let (draft, model) = target(&path, reference, own, drafts)?;
            Ok((one.priority, draft, model))
        })
        .collect()
}

/// The model that a target refers to, and the name to ask it for.
fn target<'d, 'a>(
    path: &str,
    (name, model): (&str, Option<&str>),
    (namespace, own): &Name,
    drafts: &'d Drafts<'a>,
) -> Result<(&'d ModelDraft<'a>, String), Unresolved> {
    let Some(draft) = drafts.get(&(namespace.clone(), name.to_owned())) else {
        let message = if name == own {
            format!("{path}.modelRef: {name} is this model; name one that a provider has")
        } else {
            format!(
                "{path}.modelRef: AgentgatewayModel {namespace}/{name} does not exist or has no provider"
            )
        };
        return Err((Reason::BackendNotFound, message));
    };
    match model {
        Some(model) => Ok((draft, model.to_owned())),
        None if draft.name.contains('*') => {
            let message = format!(
                "{path}.model is missing: AgentgatewayModel {namespace}/{name} is for {}; say which of them",
                draft.name
            );
            Err((Reason::UnsupportedValue, message))
        }
        None => Ok((draft, draft.name.to_owned())),
    }
}
