//! Resources that proxies refused, and what takes their place.
//!
//! Owns the substitution (decisions 3): the last content that was applied; else, for what protects something,
//! a stand-in that refuses; else nothing. Last good content comes with what it refers to. A rejection holds for exactly the content that was refused, so a
//! changed object is tried again by itself. The cause is written on the objects the resource came from, and stays
//! there word for word while the content is on trial: a condition must not flap with every attempt.

use std::sync::Arc;

use cp_api::ObjectKey;
use cp_api::condition::{Condition, ConditionType, Reason};
use prost::Message;
use proto::envoy::config::endpoint::v3::ClusterLoadAssignment;
use proto::provenance;
use proto::tidegate::v1 as tidegate;
use proto::tidegate::v1::{ai_credential, policy};
use proto::type_url::TypeUrl;
use xds::resource::Resource;
use xds::snapshot::Snapshot;

use crate::change::{Cause, Content, Profile, Rejection};
use crate::emit;
use crate::inputs::Fleet;
use crate::lookup::Lookup;
use crate::output::{GatewayKey, Quarantined, Remedy, Translation};
use crate::report::{Detail, Programmed, Report, Scope};
use crate::resolve::Resolved;

mod reach;

/// Substitutions may be refused too; each resource has two stand-ins at most.
const ROUNDS: usize = 3;

/// Emits every Gateway and puts aside what its proxies refused.
pub(crate) fn apply(
    lookup: &Lookup<'_>,
    resolved: Resolved,
    has_envoy: impl Fn(&GatewayKey) -> bool,
) -> Translation {
    let Resolved {
        plans,
        mut translation,
    } = resolved;
    for (key, plan) in &plans {
        let Some(output) = translation.gateways.get_mut(key) else {
            continue;
        };
        let mut quarantined = Vec::new();
        let envoy = has_envoy(key).then_some(Profile::Envoy);
        for profile in [Profile::Tidegate].into_iter().chain(envoy) {
            let mut snapshot = emit::emit(plan, profile);
            if let Some(fleet) = lookup.fleet(key, profile) {
                for _ in 0..ROUNDS {
                    quarantined.extend(substitute(fleet, &mut snapshot));
                }
                quarantined.extend(on_trial(fleet, &snapshot));
            }
            match profile {
                Profile::Tidegate => output.tidegate = snapshot,
                Profile::Envoy => output.envoy = snapshot,
            }
        }
        // One order whether an item is on trial or not; the substitutions of one name stay as they were made.
        quarantined.sort_by(|one, other| place(one).cmp(&place(other)));
        for item in &quarantined {
            mark(&mut translation.reports, key, item);
        }
        output.quarantined = quarantined;
    }
    sort(&mut translation.reports);
    translation
}

/// Takes refused content out of a snapshot.
fn substitute(fleet: &Fleet, snapshot: &mut Snapshot) -> Vec<Quarantined> {
    let mut found = Vec::new();
    for (key, rejection) in &fleet.rejections {
        if fleet.trials.contains(key) {
            continue;
        }
        let Some(refused) = refused(rejection, snapshot) else {
            continue;
        };
        let sources = sources(&refused);
        let (remedy, stand_in) = stand_in(fleet, &refused, &sources);
        let Content { type_url, name, .. } = &rejection.content;
        match stand_in {
            Some(resource) => {
                snapshot.insert(Arc::clone(&resource));
                if remedy == Remedy::LastGood {
                    reach::restore(fleet, &resource, snapshot);
                }
            }
            None => drop(snapshot.remove(*type_url, name)),
        }
        found.push(Quarantined {
            rejection: rejection.clone(),
            remedy,
            is_on_trial: false,
            sources,
        });
    }
    found
}

/// What is sent although it was refused, with what would take its place.
fn on_trial(fleet: &Fleet, snapshot: &Snapshot) -> Vec<Quarantined> {
    let rejections = fleet
        .trials
        .iter()
        .filter_map(|key| fleet.rejections.get(key));
    rejections
        .filter_map(|rejection| {
            let refused = refused(rejection, snapshot)?;
            let sources = sources(&refused);
            Some(Quarantined {
                rejection: rejection.clone(),
                remedy: stand_in(fleet, &refused, &sources).0,
                is_on_trial: true,
                sources,
            })
        })
        .collect()
}

/// The content that a rejection is about, if a snapshot holds it.
fn refused(rejection: &Rejection, snapshot: &Snapshot) -> Option<Arc<Resource>> {
    let content = &rejection.content;
    let resource = snapshot.get(content.type_url, &content.name)?;
    (resource.version().hex() == content.version).then(|| Arc::clone(resource))
}

fn place(item: &Quarantined) -> (Profile, TypeUrl, &str) {
    let content = &item.rejection.content;
    (content.profile, content.type_url, &content.name)
}

fn stand_in(
    fleet: &Fleet,
    refused: &Arc<Resource>,
    sources: &[tidegate::Source],
) -> (Remedy, Option<Arc<Resource>>) {
    let last = fleet.applied.get(refused.type_url(), refused.name());
    if let Some(last) = last.filter(|last| !is_refused(fleet, last)) {
        return (Remedy::LastGood, Some(Arc::clone(last)));
    }
    match deny(refused, sources).filter(|resource| !is_refused(fleet, resource)) {
        Some(resource) => (Remedy::Deny, Some(resource)),
        None => (Remedy::LeftOut, None),
    }
}

/// Whether this very content was refused and is not on trial.
fn is_refused(fleet: &Fleet, resource: &Resource) -> bool {
    let key = (
        resource.type_url(),
        resource.name().as_ref().to_owned(),
        resource.version().hex(),
    );
    fleet.rejections.contains_key(&key) && !fleet.trials.contains(&key)
}

/// Something of the same name that refuses requests, for types whose absence would open something.
fn deny(refused: &Resource, sources: &[tidegate::Source]) -> Option<Arc<Resource>> {
    let name = refused.name().as_ref().to_owned();
    let bytes = refused.message().clone();
    match refused.type_url() {
        TypeUrl::AiBackend => {
            let mut message = tidegate::AiBackend::decode(bytes).ok()?;
            for provider in message
                .groups
                .iter_mut()
                .flat_map(|group| &mut group.providers)
            {
                provider.credential = Some(tidegate::AiCredential {
                    kind: Some(ai_credential::Kind::Unavailable(
                        tidegate::CredentialUnavailable {
                            reason: "the backend was rejected by a proxy".to_owned(),
                            is_missing: false,
                        },
                    )),
                    further: Vec::new(),
                });
            }
            Some(emit::resource(&message, sources))
        }
        TypeUrl::Policy => Some(emit::resource(
            &tidegate::Policy {
                name,
                content: Some(policy::Content::Denied(denied())),
            },
            sources,
        )),
        TypeUrl::PolicySet => Some(emit::resource(
            &tidegate::PolicySet {
                name,
                denied: Some(denied()),
                ..Default::default()
            },
            sources,
        )),
        TypeUrl::RouteRule => {
            // A rule that vanished would leave its requests to a less specific one.
            let mut message = tidegate::RouteRule::decode(bytes).ok()?;
            message.routes = message
                .routes
                .iter()
                .map(|route| emit::refused(route, 503))
                .collect();
            Some(emit::resource(&message, sources))
        }
        TypeUrl::Endpoint => {
            let empty = ClusterLoadAssignment {
                cluster_name: name,
                ..Default::default()
            };
            Some(emit::resource(&empty, sources))
        }
        // A certificate or key that is absent fails what needs it; a cluster that is absent answers
        // 503, one whose router is absent 500.
        TypeUrl::Secret
        | TypeUrl::Cluster
        | TypeUrl::DynamicForwardProxy
        | TypeUrl::PriceCatalog
        | TypeUrl::ModelRouter
        | TypeUrl::Listener
        | TypeUrl::RouteConfiguration
        | TypeUrl::VirtualHost
        | TypeUrl::Commit => None,
    }
}

fn denied() -> tidegate::PolicyDenied {
    tidegate::PolicyDenied {
        reason: "it was rejected by a proxy".to_owned(),
    }
}

fn sources(resource: &Resource) -> Vec<tidegate::Source> {
    let metadata = resource.metadata();
    provenance::read::<tidegate::Provenance>(metadata.as_ref())
        .map(|provenance| provenance.sources)
        .unwrap_or_default()
}

/// Writes the cause on the objects that a refused resource came from.
fn mark(reports: &mut Vec<Report>, gateway: &GatewayKey, item: &Quarantined) {
    let instead = match item.remedy {
        Remedy::LastGood => "its last good content stays in force",
        Remedy::Deny => "its requests are refused",
        Remedy::LeftOut => "it is left out",
    };
    let again = match item.rejection.cause {
        Cause::Content => "",
        Cause::Machine => ", and it is tried again by itself",
    };
    let message = format!(
        "{} of {} proxies of Gateway {gateway} rejected {} {}: {}; {instead}{again}",
        item.rejection.proxies,
        item.rejection.of,
        item.rejection.content.type_url.short(),
        item.rejection.content.name,
        item.rejection.message
    );
    for source in &item.sources {
        let key = ObjectKey {
            group: source.group.clone(),
            kind: source.kind.clone(),
            namespace: source.namespace.clone(),
            name: source.name.clone(),
        };
        let mut is_reported = false;
        for report in reports.iter_mut().filter(|report| report.key == key) {
            let is_whole = !matches!(report.scope, Scope::Listener(_));
            if is_whole && report.gateways.contains(gateway) {
                is_reported = true;
                reject(report, &message);
            }
        }
        if !is_reported {
            let mut report = Report {
                key,
                source: tidegate::Source {
                    rule: None,
                    ..source.clone()
                },
                scope: Scope::Object,
                conditions: Vec::new(),
                programmed: Programmed::Settled,
                envoy_limits: Vec::new(),
                gateways: vec![gateway.clone()],
                detail: Detail::None,
            };
            reject(&mut report, &message);
            reports.push(report);
        }
    }
}

fn reject(report: &mut Report, message: &str) {
    report.programmed = Programmed::Settled;
    let earlier = report
        .conditions
        .iter_mut()
        .find(|condition| condition.kind == ConditionType::Programmed);
    match earlier {
        Some(condition) if condition.reason == Reason::RejectedByProxy => {
            if !condition.message.contains(message) {
                condition.message = format!("{}; {message}", condition.message);
            }
        }
        Some(condition) => {
            *condition =
                Condition::fails(ConditionType::Programmed, Reason::RejectedByProxy, message);
        }
        None => report.conditions.push(Condition::fails(
            ConditionType::Programmed,
            Reason::RejectedByProxy,
            message,
        )),
    }
}

/// Reports in the order of their objects and scopes.
fn sort(reports: &mut [Report]) {
    reports.sort_by(|one, other| (&one.key, &one.scope).cmp(&(&other.key, &other.scope)));
}
