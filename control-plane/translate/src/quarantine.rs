//! Resources that proxies refused, and what takes their place.
//!
//! Owns the substitution (decisions 3): the last content that was applied; else, for what protects something,
//! a stand-in that refuses; else nothing. A rejection holds for exactly the content that was refused, so a
//! changed object is tried again by itself. The cause is written on the objects the resource came from.

use std::sync::Arc;

use cp_api::ObjectKey;
use cp_api::condition::{Condition, ConditionType, Reason};
use prost::Message;
use proto::envoy::config::endpoint::v3::ClusterLoadAssignment;
use proto::provenance;
use proto::tidegate::v1 as tidegate;
use proto::tidegate::v1::ai_credential;
use proto::type_url::TypeUrl;
use xds::resource::Resource;
use xds::snapshot::Snapshot;

use crate::change::Profile;
use crate::emit;
use crate::inputs::Fleet;
use crate::lookup::Lookup;
use crate::output::{GatewayKey, Quarantined, Remedy, Translation};
use crate::report::{Detail, Programmed, Report, Scope};
use crate::resolve::Resolved;

/// Substitutions may be refused too; each resource has two stand-ins at most.
const ROUNDS: usize = 3;

/// Emits every Gateway and puts aside what its proxies refused.
pub(crate) fn apply(lookup: &Lookup<'_>, resolved: Resolved) -> Translation {
    let Resolved {
        plans,
        mut translation,
    } = resolved;
    for (key, plan) in &plans {
        let Some(output) = translation.gateways.get_mut(key) else {
            continue;
        };
        let mut quarantined = Vec::new();
        for profile in [Profile::Tidegate, Profile::Envoy] {
            let mut snapshot = emit::emit(plan, profile);
            if let Some(fleet) = lookup.fleet(key, profile) {
                for _ in 0..ROUNDS {
                    quarantined.extend(substitute(fleet, &mut snapshot));
                }
            }
            match profile {
                Profile::Tidegate => output.tidegate = snapshot,
                Profile::Envoy => output.envoy = snapshot,
            }
        }
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
    for rejection in fleet.rejections.values() {
        let Some(refused) = snapshot.get(rejection.type_url, &rejection.name).cloned() else {
            continue;
        };
        if refused.version().hex() != rejection.version {
            continue;
        }
        let sources = sources(&refused);
        let (remedy, stand_in) = stand_in(fleet, &refused, &sources);
        match stand_in {
            Some(resource) => snapshot.insert(resource),
            None => drop(snapshot.remove(rejection.type_url, &rejection.name)),
        }
        found.push(Quarantined {
            profile: rejection.profile,
            type_url: rejection.type_url,
            name: rejection.name.clone(),
            version: rejection.version.clone(),
            remedy,
            message: rejection.message.clone(),
            proxies: rejection.proxies,
            of: rejection.of,
            sources,
        });
    }
    found
}

fn stand_in(
    fleet: &Fleet,
    refused: &Arc<Resource>,
    sources: &[tidegate::Source],
) -> (Remedy, Option<Arc<Resource>>) {
    let is_refused = |resource: &Arc<Resource>| {
        let key = (
            resource.type_url(),
            resource.name().as_ref().to_owned(),
            resource.version().hex(),
        );
        fleet.rejections.contains_key(&key)
    };
    let last = fleet.applied.get(refused.type_url(), refused.name());
    if let Some(last) = last.filter(|last| !is_refused(last)) {
        return (Remedy::LastGood, Some(Arc::clone(last)));
    }
    match deny(refused, sources).filter(|resource| !is_refused(resource)) {
        Some(resource) => (Remedy::Deny, Some(resource)),
        None => (Remedy::LeftOut, None),
    }
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
                        },
                    )),
                });
            }
            Some(emit::resource(&message, sources))
        }
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
        // A certificate or key that is absent fails what needs it; a cluster that is absent answers 503.
        TypeUrl::Secret
        | TypeUrl::Cluster
        | TypeUrl::DynamicForwardProxy
        | TypeUrl::Listener
        | TypeUrl::RouteConfiguration
        | TypeUrl::VirtualHost
        | TypeUrl::Commit => None,
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
    let message = format!(
        "{} of {} proxies of Gateway {gateway} rejected {} {}: {}; {instead}",
        item.proxies,
        item.of,
        item.type_url.short(),
        item.name,
        item.message
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
