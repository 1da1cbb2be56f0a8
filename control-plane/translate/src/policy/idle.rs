//! What a policy says without an effect: about a choice among providers, at models that have one provider; about prices, where
//! there are none; about providers, at what has none; and about requests to models, at what is no model.
//!
//! Owns which fields those are, and the words. Must not refuse anything: requests there are served as if the field were not there,
//! and whoever wrote it has to know.

use std::sync::Arc;

use cp_api::{Kind, ObjectKey};
use proto::tidegate::v1 as tidegate;

use super::attach::{Place, Targets};
use super::of_providers::has_providers;
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

/// Why something has no effect at a place.
struct Cause {
    /// What of a policy is about it, below its field, and whether that is all of it.
    about: fn(&PolicyBody) -> Option<(&'static str, bool)>,
    is_there: fn(&Lookup<'_>, &Place) -> bool,
    remedy: &'static str,
}

const CAUSES: [Cause; 5] = [
    Cause {
        about: choice,
        is_there: |lookup, place| has_one_provider(lookup, &place.key),
        remedy: "where there is one provider and no choice; attach the policy to failover models",
    },
    Cause {
        about: |body| body.given().map(|_| ("", true)),
        is_there: |lookup, place| !has_providers(lookup, &place.key),
        remedy: "where there is no provider; attach the policy to AgentgatewayBackends of type ai",
    },
    Cause {
        about: |body| body.is_about_models().then_some(("", true)),
        is_there: |lookup, place| is_no_model(lookup, &place.key),
        remedy: "where no body is read; attach the policy to an AgentgatewayBackend of type ai, or to a route or Gateway in front of one",
    },
    Cause {
        about: whole_backend,
        is_there: |_, place| {
            place.key.known() == Some(Kind::AgentgatewayBackend) && place.section.is_some()
        },
        remedy: "which is one provider; attach the policy to the whole backend",
    },
    Cause {
        about: price,
        is_there: |lookup, place| {
            !has_one_provider(lookup, &place.key) && has_no_price(lookup, &place.key)
        },
        remedy: "where no model has a price; create a PriceCatalog in this namespace or the Gateway's",
    },
];

/// Looks for it.
pub(super) fn find(lookup: &Lookup<'_>, targets: &Targets, policies: &[Arc<PolicyPlan>]) -> Idle {
    let mut words = Vec::new();
    // Several causes may be about one field.
    let mut idle = vec![false; policies.len()];
    for cause in &CAUSES {
        let about = |policy: &Arc<PolicyPlan>| (cause.about)(&policy.body);
        let told = |policy: &Arc<PolicyPlan>| {
            about(policy).map(|(part, _)| format!("spec.{}{part}", policy.field))
        };
        let fields: Vec<String> = policies.iter().filter_map(told).collect();
        let places = targets.places.iter();
        let (there, others): (Vec<_>, Vec<_>) =
            places.partition(|place| (cause.is_there)(lookup, place));
        if fields.is_empty() || there.is_empty() {
            continue;
        }
        if others.is_empty() {
            for (idle, policy) in idle.iter_mut().zip(policies) {
                *idle |= about(policy).is_some_and(|(_, is_whole)| is_whole);
            }
        }
        words.push(format!(
            "{}: no effect at {}, {}",
            fields.join(", "),
            named(&there),
            cause.remedy
        ));
    }
    Idle {
        is_all: !words.is_empty() && idle.into_iter().all(|is_idle| is_idle),
        words: (!words.is_empty()).then(|| words.join("; ")),
    }
}

/// The first of some places, and how many there are more.
fn named(places: &[&Place]) -> String {
    let named = places.iter().take(NAMED).map(ToString::to_string);
    let named = named.collect::<Vec<_>>().join(", ");
    match places.len().saturating_sub(NAMED) {
        0 => named,
        further => format!("{named} and {further} more"),
    }
}

fn has_one_provider(lookup: &Lookup<'_>, key: &ObjectKey) -> bool {
    key.known() == Some(Kind::AgentgatewayModel)
        && lookup
            .model(&key.namespace, &key.name)
            .is_some_and(|model| model.object.spec.virtual_model.is_none())
}

/// Whether requests to the object pass as they are, whoever sends them there.
fn is_no_model(lookup: &Lookup<'_>, key: &ObjectKey) -> bool {
    match key.known() {
        Some(Kind::Service) => true,
        Some(Kind::AgentgatewayBackend) => !has_providers(lookup, key),
        Some(_) | None => false,
    }
}

/// Whether there is no catalogue in the object's namespace, nor in that of a Gateway which may serve it.
fn has_no_price(lookup: &Lookup<'_>, key: &ObjectKey) -> bool {
    let mut namespaces = lookup
        .price_catalogs()
        .map(|stored| &stored.object.metadata.namespace);
    !namespaces.any(|own| {
        let mut gateways = lookup.gateways();
        *own == key.namespace || gateways.any(|it| it.object.metadata.namespace == *own)
    })
}

/// What is asked for a whole backend only, in the manner of [`choice`].
fn whole_backend(body: &PolicyBody) -> Option<(&'static str, bool)> {
    match body {
        PolicyBody::AiAffinity(_) | PolicyBody::AiFallback(_) | PolicyBody::AiCache(_) => {
            Some(("", true))
        }
        PolicyBody::Denied(_)
        | PolicyBody::Ai(_)
        | PolicyBody::AiGuards(_)
        | PolicyBody::AiKeys(_)
        | PolicyBody::AiLoad(_)
        | PolicyBody::AiTimeouts(_)
        | PolicyBody::LocalRateLimit(_)
        | PolicyBody::GlobalRateLimit(_)
        | PolicyBody::Budgets(_)
        | PolicyBody::Concurrency(_)
        | PolicyBody::FrontendHttp(_)
        | PolicyBody::AiAllowedModels(_)
        | PolicyBody::AiDeniedParams(_)
        | PolicyBody::AiResponseModel(_)
        | PolicyBody::Attribution(_)
        | PolicyBody::Given(_) => None,
    }
}

/// What of a field is about prices, in the manner of [`choice`].
fn price(body: &PolicyBody) -> Option<(&'static str, bool)> {
    let PolicyBody::AiLoad(load) = body else {
        return None;
    };
    (load.algorithm? == tidegate::AiAlgorithm::LowestCost).then(|| {
        let limits = [
            load.max_in_flight,
            load.max_in_flight_per_endpoint,
            load.probes,
            load.min_healthy_percent,
        ];
        (".algorithm", limits == [None; 4])
    })
}

/// What of a field is about a choice, below the field, and whether that is all of it.
fn choice(body: &PolicyBody) -> Option<(&'static str, bool)> {
    match body {
        PolicyBody::AiAffinity(_) | PolicyBody::AiFallback(_) => Some(("", true)),
        PolicyBody::AiLoad(load) => {
            let part = match (load.min_healthy_percent, load.algorithm) {
                (None, None) => return None,
                (Some(_), None) => ".minHealthyPercent",
                (None, Some(_)) => ".algorithm",
                (Some(_), Some(_)) => ".minHealthyPercent and .algorithm",
            };
            let limits = [
                load.max_in_flight,
                load.max_in_flight_per_endpoint,
                load.probes,
            ];
            Some((part, limits == [None; 3]))
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
        | PolicyBody::AiDeniedParams(_)
        | PolicyBody::AiResponseModel(_)
        | PolicyBody::Attribution(_)
        | PolicyBody::Given(_) => None,
    }
}
