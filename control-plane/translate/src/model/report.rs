//! Conditions of models: one report per parent.
//!
//! Owns the words. Must not decide what is served.

use cp_api::condition::{Condition, ConditionType, Reason};
use cp_api::effect::{self, Loss};
use cp_api::http_route::ParentReference;
use cp_api::{Kind, ObjectKey};

use super::ModelDraft;
use crate::output::GatewayKey;
use crate::report::{Detail, ParentScope, Programmed, Report, Scope};
use crate::route::{self, Outcome};

/// A parentRef and what became of it.
pub(super) struct Place {
    pub(super) scope: ParentScope,
    /// Gateways of ours that it reaches.
    pub(super) gateways: Vec<GatewayKey>,
    pub(super) reference: ParentReference,
    /// Or why the rule of a route does not take it.
    pub(super) outcome: Result<Outcome, String>,
}

/// The report of a model about one parent. `winner` is the model that is asked in its place.
pub(super) fn of(draft: &ModelDraft<'_>, place: Place, winner: Option<&str>) -> Report {
    let (accepted, is_attached) = match &place.outcome {
        Err(message) => (
            Condition::fails(
                ConditionType::Accepted,
                Reason::NoMatchingParent,
                message.clone(),
            ),
            false,
        ),
        Ok(outcome) => match outcome.missed() {
            Some(miss) => (route::missed(miss, &place.scope.gateway), false),
            None => (accepted(draft, winner), true),
        },
    };
    let is_accepted = accepted.status == cp_api::condition::ConditionStatus::True;
    let mut conditions = vec![accepted, resolved(draft)];
    let programmed = match place.outcome {
        Ok(Outcome::Served) if is_accepted => Programmed::Pending,
        Ok(Outcome::Idle(reason, message)) if is_accepted => {
            let message = format!("no proxy listens for the model: {message}");
            conditions.push(Condition::fails(ConditionType::Programmed, reason, message));
            Programmed::Settled
        }
        Ok(Outcome::Served | Outcome::Idle(..) | Outcome::Missed(_)) | Err(_) => Programmed::Absent,
    };
    let limit = "is served by Tidegate's own proxy only; Envoy answers 503";
    Report {
        scope: Scope::Parent(place.scope),
        conditions,
        programmed,
        envoy_limits: match is_attached {
            true => vec![limit.to_owned()],
            false => Vec::new(),
        },
        gateways: place.gateways,
        detail: Detail::Parent {
            reference: Box::new(place.reference),
        },
        ..orphan(draft)
    }
}

/// In a directory, a model without any Gateway is told so: nobody else would.
pub(super) fn orphan(draft: &ModelDraft<'_>) -> Report {
    let metadata = &draft.stored.object.metadata;
    let parents = draft.stored.object.spec.parent_refs.iter().map(|parent| {
        let namespace = parent.namespace.as_deref().unwrap_or(&metadata.namespace);
        format!("{} {namespace}/{}", parent.kind, parent.name)
    });
    let parents: Vec<_> = parents.collect();
    let message = format!(
        "{} does not exist or leads to no Gateway of ours; models attach to Gateways and to rules of HTTPRoutes",
        parents.join(", ")
    );
    Report {
        key: ObjectKey::new(
            Kind::AgentgatewayModel,
            &*metadata.namespace,
            &*metadata.name,
        ),
        source: (*draft.stored.source).clone(),
        scope: Scope::Object,
        conditions: vec![Condition::fails(
            ConditionType::Accepted,
            Reason::NoMatchingParent,
            message,
        )],
        programmed: Programmed::Absent,
        envoy_limits: Vec::new(),
        gateways: Vec::new(),
        detail: Detail::None,
    }
}

fn accepted(draft: &ModelDraft<'_>, winner: Option<&str>) -> Condition {
    if let Some((reason, message)) = &draft.verdict.refused {
        let message = format!("{message}; requests for it are refused");
        return Condition::fails(ConditionType::Accepted, *reason, message);
    }
    if let Some(winner) = winner {
        let message = format!(
            "spec.match.model: {} is the name of AgentgatewayModel {winner}, too, which comes first and is asked in its place; change one of them",
            draft.name
        );
        return Condition::fails(ConditionType::Accepted, Reason::NameConflict, message);
    }
    let missing = draft.stored.object.effects.missing.iter();
    let inactive = effect::sentence(missing.filter(|field| field.loss == Loss::Function));
    let words: Vec<_> = draft
        .verdict
        .broken
        .iter()
        .cloned()
        .chain(inactive)
        .collect();
    match words.is_empty() {
        true => Condition::holds(ConditionType::Accepted, Reason::Accepted),
        false => Condition::holds(ConditionType::Accepted, Reason::PartiallyValid)
            .saying(words.join("; ")),
    }
}

fn resolved(draft: &ModelDraft<'_>) -> Condition {
    let unresolved = &draft.verdict.unresolved;
    match unresolved.first() {
        None => Condition::holds(ConditionType::ResolvedRefs, Reason::ResolvedRefs),
        Some((reason, _)) => {
            let texts: Vec<_> = unresolved.iter().map(|(_, text)| text.as_str()).collect();
            Condition::fails(ConditionType::ResolvedRefs, *reason, texts.join("; "))
        }
    }
}
