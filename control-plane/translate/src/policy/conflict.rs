//! Who is in force where several policies set one field.
//!
//! Owns both orders: at one place the oldest wins, then namespace and name (decisions 4); along a way the most specific level
//! does, unless a less specific one forbids it (control-plane.md 2.6). Must not look anything up. Two places are never in
//! conflict.

use std::collections::BTreeMap;
use std::sync::Arc;

use cp_api::ObjectKey;

use super::attach::Place;
use super::{
    Compiled, ai, ai_affinity, ai_cache, ai_fallback, ai_guards, ai_timeouts, allowed_models,
    attribution, budget, denied_params,
};
use crate::plan::{AttachmentPlan, Level, PolicyPlan};

/// A policy that is in force at a place.
#[derive(Clone, Debug)]
pub(super) struct InForce {
    pub(super) policy: Arc<PolicyPlan>,
    pub(super) is_override: bool,
    /// The object it comes from.
    pub(super) key: ObjectKey,
}

/// A field of a policy that another one sets at the same place, and before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Loss {
    pub(super) field: String,
    pub(super) winner: ObjectKey,
    pub(super) place: Place,
}

/// Policies that lost somewhere, and to whom.
type Lost = Vec<(ObjectKey, Loss)>;

/// What is in force everywhere, and who lost.
pub(super) fn decide(
    mut claims: Vec<(Place, Arc<Compiled>)>,
) -> (BTreeMap<Place, Vec<InForce>>, Lost) {
    let rank = |compiled: &Compiled| {
        let ObjectKey {
            namespace,
            name,
            kind,
            ..
        } = compiled.key.clone();
        (compiled.created, namespace, name, kind)
    };
    claims.sort_by_cached_key(|(_, compiled)| rank(compiled));
    let mut in_force: BTreeMap<Place, Vec<InForce>> = BTreeMap::new();
    let mut lost = Vec::new();
    for (place, compiled) in claims {
        let here = in_force.entry(place.clone()).or_default();
        for policy in &compiled.policies {
            let before = here.iter().find(|own| own.policy.field == policy.field);
            match before {
                Some(winner) => lost.push((
                    compiled.key.clone(),
                    Loss {
                        field: policy.field.clone(),
                        winner: winner.key.clone(),
                        place: place.clone(),
                    },
                )),
                None => here.push(InForce {
                    policy: Arc::clone(policy),
                    is_override: compiled.is_override,
                    key: compiled.key.clone(),
                }),
            }
        }
    }
    (in_force, lost)
}

/// What is in effect along a way, given its levels from the least specific one on.
pub(super) fn along(levels: &[(Level, &Place, &[InForce])]) -> Vec<AttachmentPlan> {
    let mut attachments: Vec<AttachmentPlan> = Vec::new();
    let mut locked: Vec<&str> = Vec::new();
    for (level, place, in_force) in levels {
        for own in *in_force {
            let field = own.policy.field.as_str();
            // What providers are given stands in their own plans.
            if locked.contains(&field) || own.policy.body.given().is_some() {
                continue;
            }
            if own.is_override {
                locked.push(field);
            }
            if !has_layers(field) {
                attachments.retain(|other| other.policy.field != field);
            }
            attachments.push(AttachmentPlan {
                policy: Arc::clone(&own.policy),
                level: *level,
                target: place.to_string(),
                section: None,
            });
        }
    }
    // Of one level in the order of fields, so that it does not matter who was there first.
    attachments.sort_by(|one, other| {
        let key = |own: &AttachmentPlan| (own.level, own.policy.field.clone());
        key(one).cmp(&key(other))
    });
    attachments
}

/// Whether levels add up, part by part, where others are taken whole.
fn has_layers(field: &str) -> bool {
    let layered = [
        ai::FIELD,
        ai_affinity::FIELD,
        ai_cache::FIELD,
        ai_guards::FIELD,
        ai_fallback::FIELD,
        ai_timeouts::FIELD,
        allowed_models::FIELD,
        attribution::FIELD,
        budget::FIELD,
        denied_params::FIELD,
    ];
    layered.contains(&field)
}

#[cfg(test)]
mod tests;
