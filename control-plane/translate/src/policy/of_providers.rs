//! `backend.auth`, `backend.tls`, `backend.health` and `backend.http` of an AgentgatewayPolicy: what providers of a backend get as
//! if it stood in the backend itself, below what does (control-plane.md 2.6, llm.md 0.6).
//!
//! Owns the fields' names, and which targets can have them. Must not resolve anything for a provider: `backend` does, as for what is
//! written inline. Must fail closed: a credential or an authority that cannot be had is a policy that refuses.

use cp_api::backend::policy::BackendPolicies;
use cp_api::backend::policy::auth::BackendAuth;
use cp_api::format;
use cp_api::policy::AgentgatewayPolicy;
use cp_api::{Kind, ObjectKey};

use super::{Attachments, Ground, Noun, attach};
use crate::backend::ai::{Level, health};
use crate::backend::{credential, policy as inline};
use crate::lookup::Lookup;
use crate::plan::PolicyBody;

/// Where all of them are.
const AT: &str = "spec.backend";

pub(super) fn auth(ground: &Ground<'_>, policy: &AgentgatewayPolicy) -> Option<Noun> {
    const FIELD: &str = "backend.auth";
    let own = policy.spec.backend.as_ref()?.auth.as_ref()?;
    let checked = only_providers(ground, policy, FIELD).and_then(|()| {
        let namespace = policy.metadata.namespace.as_str();
        let (lookup, settings) = (ground.lookup, ground.settings);
        let place = (namespace, &*format!("{AT}.auth"));
        credential::check(lookup, (settings, ground.source), place, own)
    });
    let given = BackendPolicies {
        auth: Some(own.clone()),
        ..BackendPolicies::default()
    };
    Some((FIELD, checked.map(|()| body(given))))
}

pub(super) fn tls(ground: &Ground<'_>, policy: &AgentgatewayPolicy) -> Option<Noun> {
    const FIELD: &str = "backend.tls";
    let own = policy.spec.backend.as_ref()?.tls.as_ref()?;
    let checked = only_providers(ground, policy, FIELD).and_then(|()| {
        let sni = own.sni.as_ref().map(|sni| sni.0.as_str());
        if !sni.is_none_or(format::is_precise_hostname) {
            return Err(format!("{AT}.tls.sni {}", format::SUBDOMAIN));
        }
        let namespace = policy.metadata.namespace.as_str();
        let tls = inline::tls(ground.lookup, namespace, AT, (own, ""));
        tls.map(|_| ()).map_err(|(_, message)| message)
    });
    let given = BackendPolicies {
        tls: Some(own.clone()),
        ..BackendPolicies::default()
    };
    Some((FIELD, checked.map(|()| body(given))))
}

pub(super) fn health(ground: &Ground<'_>, policy: &AgentgatewayPolicy) -> Option<Noun> {
    const FIELD: &str = "backend.health";
    let own = policy.spec.backend.as_ref()?.health.as_ref()?;
    let checked = match only_providers(ground, policy, FIELD) {
        Ok(()) => health::resolve(own, &format!("{AT}.health")).map(|_| ()),
        // It protects nothing, and has no effect elsewhere.
        Err(_) => Ok(()),
    };
    let given = BackendPolicies {
        health: Some(own.clone()),
        ..BackendPolicies::default()
    };
    Some((FIELD, checked.map(|()| body(given))))
}

pub(super) fn http(_: &Ground<'_>, policy: &AgentgatewayPolicy) -> Option<Noun> {
    let own = policy.spec.backend.as_ref()?.http.as_ref()?;
    own.request_timeout?;
    let given = BackendPolicies {
        http: Some(own.clone()),
        ..BackendPolicies::default()
    };
    Some(("backend.http", Ok(body(given))))
}

fn body(given: BackendPolicies) -> PolicyBody {
    PolicyBody::Given(Box::new(given))
}

/// Whether all places of a policy have providers: elsewhere nothing would do what a field that protects says.
fn only_providers(
    ground: &Ground<'_>,
    policy: &AgentgatewayPolicy,
    field: &str,
) -> Result<(), String> {
    let places = attach::targets(ground.lookup, policy).places;
    let mut keys = places.iter().map(|place| &place.key);
    match keys.find(|key| !has_providers(ground.lookup, key)) {
        None => Ok(()),
        Some(key) => Err(format!(
            "spec.{field} is for AgentgatewayBackends of type ai and their providers, which {key} is not; attach it to those, or write \
             it into policies of the backend itself"
        )),
    }
}

/// Whether an object is a backend with providers.
pub(super) fn has_providers(lookup: &Lookup<'_>, key: &ObjectKey) -> bool {
    key.known() == Some(Kind::AgentgatewayBackend)
        && lookup
            .backend(&key.namespace, &key.name)
            .is_some_and(|backend| backend.object.spec.ai.is_some())
}

/// The credential that a policy gives a provider of a backend, or any.
pub(super) fn auth_given<'a>(
    lookup: &Lookup<'a>,
    key: &ObjectKey,
    section: Option<&str>,
) -> Option<(String, &'a BackendAuth)> {
    let mut given = attached(lookup, key, section);
    given.find_map(|(policy, given)| Some((policy, given.auth.as_ref()?)))
}

/// A policy that says how providers of a backend are spoken to.
pub(super) fn transport_given(lookup: &Lookup<'_>, key: &ObjectKey) -> Option<String> {
    let mut given = attached(lookup, key, None);
    given
        .find_map(|(policy, given)| (given.auth.is_some() || given.tls.is_some()).then_some(policy))
}

/// The policies that are attached to a provider of a backend, or any, whoever is in force in the end.
fn attached<'l, 'a: 'l>(
    lookup: &'l Lookup<'a>,
    key: &'l ObjectKey,
    section: Option<&'l str>,
) -> impl Iterator<Item = (String, &'a BackendPolicies)> + 'l {
    lookup.policies().filter_map(move |stored| {
        let policy = &*stored.object;
        let given = policy.spec.backend.as_ref()?;
        let places = attach::targets(lookup, policy).places;
        let is_meant = places.iter().any(|place| {
            let is_part = match (&place.section, section) {
                (Some(one), Some(other)) => one == other,
                (None, _) | (_, None) => true,
            };
            place.key == *key && is_part
        });
        let of = &policy.metadata;
        let own = ObjectKey::new(Kind::AgentgatewayPolicy, &*of.namespace, &*of.name);
        is_meant.then(|| (own.to_string(), given))
    })
}

// === impl Attachments ===

impl Attachments {
    /// What policies give a provider of a backend, the nearest first: one field each, with its place.
    pub(crate) fn given_to(&self, key: &ObjectKey, provider: &str) -> Vec<Level<'_>> {
        let own = attach::Place::new(key.clone(), Some(provider));
        let places = [own, attach::Place::new(key.clone(), None)];
        let in_force = places.iter().filter_map(|place| self.in_force.get(place));
        let given = in_force.flatten().filter_map(|own| {
            let given = own.policy.body.given()?;
            Some((given, format!("{}: {AT}", own.key)))
        });
        given.collect()
    }
}
