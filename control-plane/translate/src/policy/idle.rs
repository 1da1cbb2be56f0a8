//! What a policy says about a choice among providers, at models that have one provider.
//!
//! Owns which fields those are, and the words. Must not refuse anything: requests to such a model are served as if the field were
//! not there, and whoever wrote it has to know.

use std::sync::Arc;

use cp_api::{Kind, ObjectKey};

use super::attach::Targets;
use crate::lookup::Lookup;
use crate::plan::{PolicyBody, PolicyPlan};

/// How many places are named.
const NAMED: usize = 3;

/// What of a policy has no effect at some of its places.
#[derive(Debug, Default)]
pub(super) struct Idle {
    /// Which fields, where, and what to do; none where all of it has an effect.
    pub(super) words: Option<String>,
    /// Nothing of the policy has an effect anywhere.
    pub(super) is_all: bool,
}

/// Looks for it.
pub(super) fn find(lookup: &Lookup<'_>, targets: &Targets, policies: &[Arc<PolicyPlan>]) -> Idle {
    let (mut fields, mut is_all) = (Vec::new(), true);
    for policy in policies {
        let choice = choice(&policy.body);
        is_all &= choice.is_some_and(|(_, is_whole)| is_whole);
        fields.extend(choice.map(|(part, _)| format!("spec.{}{part}", policy.field)));
    }
    if fields.is_empty() {
        return Idle::default();
    }
    let places = targets.places.iter().map(|place| &place.key);
    let (lone, others): (Vec<_>, Vec<_>) = places.partition(|key| has_one_provider(lookup, key));
    if lone.is_empty() {
        return Idle::default();
    }
    let named = lone.iter().take(NAMED).map(ToString::to_string);
    let named = named.collect::<Vec<_>>().join(", ");
    let further = match lone.len().saturating_sub(NAMED) {
        0 => String::new(),
        further => format!(" and {further} more"),
    };
    Idle {
        words: Some(format!(
            "{}: no effect at {named}{further}, where there is one provider and no choice; attach the policy to failover models",
            fields.join(", ")
        )),
        is_all: is_all && others.is_empty(),
    }
}

fn has_one_provider(lookup: &Lookup<'_>, key: &ObjectKey) -> bool {
    key.known() == Some(Kind::AgentgatewayModel)
        && lookup
            .model(&key.namespace, &key.name)
            .is_some_and(|model| model.object.spec.virtual_model.is_none())
}

/// What of a field is about a choice, below the field, and whether that is all of it.
fn choice(body: &PolicyBody) -> Option<(&'static str, bool)> {
    match body {
        PolicyBody::AiAffinity(_) | PolicyBody::AiFallback(_) => Some(("", true)),
        PolicyBody::AiLoad(load) => {
            load.min_healthy_percent?;
            let is_whole = load.max_in_flight.is_none() && load.probes.is_none();
            Some((".minHealthyPercent", is_whole))
        }
        PolicyBody::Denied(_)
        | PolicyBody::Ai(_)
        | PolicyBody::AiCache(_)
        | PolicyBody::AiGuards(_)
        | PolicyBody::AiKeys(_)
        | PolicyBody::AiTimeouts(_)
        | PolicyBody::LocalRateLimit(_)
        | PolicyBody::GlobalRateLimit(_)
        | PolicyBody::Budgets(_)
        | PolicyBody::Concurrency(_)
        | PolicyBody::FrontendHttp(_)
        | PolicyBody::AiAllowedModels(_)
        | PolicyBody::Attribution(_) => None,
    }
}
