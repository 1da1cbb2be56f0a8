//! Attachment of models to listeners and to routes' rules.
//!
//! Owns the route that a listener with models has although nobody wrote it, after upstream's list of paths. It comes
//! behind every written route of equal rank. Must not decide what a listener admits.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cp_api::Kind;
use cp_api::http_route::ParentReference;
use cp_api::model::ModelParent;
use proto::name;

use super::report::{self, Place};
use super::{ModelDraft, Models, order, router, wanted};
use crate::gateway::GatewayDraft;
use crate::gateway_class;
use crate::listener::ListenerDraft;
use crate::lookup::Lookup;
use crate::output::GatewayKey;
use crate::plan::{
    Action, Attached, Forward, HeaderChange, Match, PathMatch, RoutePlan, RulePlan, Share, Target,
};
use crate::report::{ParentScope, Report};
use crate::route::{self, Wanted};
use crate::settings::{Settings, Source};

/// Kind in the plan of a model that is attached; it has no rules of its own.
const MODEL: &str = "model";
/// Paths that models are asked at.
const EXACT: [&str; 11] = [
    "/v1/chat/completions",
    "/v1/messages",
    "/v1/messages/count_tokens",
    "/v1/responses",
    "/v1/responses/compact",
    "/v1/images/generations",
    "/v1/images/edits",
    "/v1/images/variations",
    "/v1/embeddings",
    "/v1/rerank",
    "/v2/rerank",
];
/// Lists of models, single ones, and Gemini's paths, which name the model.
const PREFIX: [&str; 4] = ["/v1/models", "/models", "/v1beta/models", "/v1alpha/models"];
/// Vertex AI's paths.
const REGEX: &str = "/v[0-9]+(beta[0-9]+)?/projects/[^/]+/locations/[^/]+/publishers/[^/]+/models/[^/]+:(rawPredict|streamRawPredict|generateContent|streamGenerateContent|countTokens)";

/// Attaches all models and reports on them. Routes are attached already.
pub(crate) fn attach_all(
    lookup: &Lookup<'_>,
    settings: &Settings,
    models: &Models<'_>,
    drafts: &mut [GatewayDraft<'_>],
) -> Vec<Report> {
    let mut places: Vec<(&ModelDraft<'_>, Vec<Place>)> = Vec::new();
    for draft in models.iter() {
        places.push((draft, self::places(lookup, settings, draft, drafts)));
    }
    let lost = serve(models, drafts);
    let mut reports = Vec::new();
    for (draft, places) in places {
        if places.is_empty() && settings.source == Source::Directory {
            reports.push(report::orphan(draft));
        }
        for place in places {
            let metadata = &draft.stored.object.metadata;
            let key = (
                place.scope.gateway.clone(),
                metadata.namespace.clone(),
                metadata.name.clone(),
            );
            let winner = lost.get(&key).map(String::as_str);
            reports.push(report::of(draft, place, winner));
        }
    }
    reports
}

/// What became of each parentRef that leads to a Gateway of ours.
fn places(
    lookup: &Lookup<'_>,
    settings: &Settings,
    draft: &ModelDraft<'_>,
    drafts: &mut [GatewayDraft<'_>],
) -> Vec<Place> {
    let metadata = &draft.stored.object.metadata;
    let plan = Arc::new(RoutePlan {
        source: Arc::clone(&draft.stored.source),
        kind: MODEL,
        created: metadata.creation_timestamp.unwrap_or(0),
        is_accepted: draft.verdict.refused.is_none(),
        rules: Vec::new(),
        backends: draft.backends.clone(),
    });
    let mut told = BTreeSet::new();
    let mut places = Vec::new();
    for parent in &draft.stored.object.spec.parent_refs {
        let reference = reference(parent);
        // A parent that is written twice has one entry.
        if !told.insert(format!("{reference:?}")) {
            continue;
        }
        let scope = |gateway: GatewayKey| ParentScope {
            gateway,
            section: reference.section_name.clone(),
            port: parent.port,
        };
        if let Some(index) = route::find(drafts, metadata, &reference) {
            let Some(gateway) = drafts.get_mut(index) else {
                continue;
            };
            let wanted = Wanted {
                parent: &reference,
                hostnames: &[],
                kind: Kind::AgentgatewayModel,
            };
            let outcome = route::attach_to(lookup, gateway, &plan, &wanted);
            let scope = scope(gateway.key.clone());
            places.push(Place {
                gateways: vec![scope.gateway.clone()],
                scope,
                reference,
                outcome: Ok(outcome),
            });
            continue;
        }
        let Some((gateways, outcome)) = rule(lookup, settings, metadata, parent, drafts) else {
            continue;
        };
        if let Some(first) = gateways.first() {
            places.push(Place {
                scope: scope(first.clone()),
                gateways,
                reference,
                outcome,
            });
        }
    }
    places
}

fn reference(parent: &ModelParent) -> ParentReference {
    ParentReference {
        group: parent.group.clone(),
        kind: parent.kind.clone(),
        namespace: parent.namespace.clone(),
        name: parent.name.clone(),
        section_name: parent.section_name.as_ref().map(|name| name.0.clone()),
        port: parent.port,
    }
}

/// Gateways of ours that the HTTPRoute of a parentRef reaches, or wants to, and what became of the model there.
fn rule(
    lookup: &Lookup<'_>,
    settings: &Settings,
    metadata: &cp_api::Metadata,
    parent: &ModelParent,
    drafts: &[GatewayDraft<'_>],
) -> Option<(Vec<GatewayKey>, Result<route::Outcome, String>)> {
    let namespace = parent.namespace.as_deref().unwrap_or(&metadata.namespace);
    let found = wanted(lookup, metadata, parent)?;
    let route = lookup.http_route(namespace, &parent.name)?;
    let is_attached = |listener: &ListenerDraft<'_>| {
        let mut routes = listener.routes.iter();
        routes.any(|attached| Arc::ptr_eq(&attached.route.source, &route.source))
    };
    let reached = drafts
        .iter()
        .filter(|draft| draft.listeners.iter().any(is_attached))
        .map(|draft| draft.key.clone());
    let reached: Vec<_> = reached.collect();
    if !reached.is_empty() {
        return Some((reached, found.map(|_| route::Outcome::Served)));
    }
    let parents = route.object.spec.parent_refs.iter();
    let wanted = parents
        .filter(|parent| Kind::of(&parent.group, &parent.kind) == Some(Kind::Gateway))
        .map(|parent| {
            let namespace = parent.namespace.as_deref().unwrap_or(namespace);
            GatewayKey::new(namespace, &*parent.name)
        })
        .filter(|key| gateway_class::serves(lookup, settings, key));
    let message = format!(
        "HTTPRoute {} is attached to no listener; see its conditions",
        parent.name
    );
    Some((wanted.collect(), found.and(Err(message))))
}

/// Gives each listener with models its route. Returns who has the name of a model that is not asked, by Gateway and model.
fn serve(
    models: &Models<'_>,
    drafts: &mut [GatewayDraft<'_>],
) -> BTreeMap<(GatewayKey, String, String), String> {
    let mut lost = BTreeMap::new();
    for draft in drafts {
        let gateway = draft.key.clone();
        let source = Arc::clone(&draft.stored.source);
        for listener in &mut draft.listeners {
            let attached = listener.routes.iter();
            let attached = attached.filter(|attached| attached.route.kind == MODEL);
            let Some(domains) = attached.clone().next().map(|one| one.domains.clone()) else {
                continue;
            };
            let own: Vec<_> = attached
                .filter_map(|one| {
                    let source = &one.route.source;
                    models.get(&source.namespace, &source.name)
                })
                .collect();
            for (loser, winner) in order::winners(&own) {
                let of = &loser.stored.object.metadata;
                let winner = &winner.stored.object.metadata;
                lost.insert(
                    (gateway.clone(), of.namespace.clone(), of.name.clone()),
                    format!("{}/{}", winner.namespace, winner.name),
                );
            }
            let name =
                name::listener_models(&gateway.namespace, &gateway.name, &listener.spec.name);
            let backends = router(name.clone(), &own);
            listener.routes.push(Attached {
                route: Arc::new(RoutePlan {
                    source: Arc::clone(&source),
                    kind: RoutePlan::MODELS,
                    created: i64::MAX,
                    // Its models are counted.
                    is_accepted: false,
                    rules: vec![self::implicit(name)],
                    backends,
                }),
                domains,
                policies: BTreeMap::new(),
            });
        }
    }
    lost
}

/// The rule that leads to a router from the paths of models.
fn implicit(router: String) -> RulePlan {
    let exact = EXACT.map(|path| PathMatch::Exact(path.to_owned()));
    let prefix = PREFIX.map(|path| PathMatch::Prefix(path.to_owned()));
    let paths = exact.into_iter().chain(prefix);
    let paths = paths.chain([PathMatch::Regex(REGEX.to_owned())]);
    let matches = paths.map(|path| Match {
        path,
        method: None,
        headers: Vec::new(),
        query: Vec::new(),
    });
    RulePlan {
        index: 0,
        name: None,
        matches: matches.collect(),
        request_headers: HeaderChange::default(),
        response_headers: HeaderChange::default(),
        action: Action::Forward(Forward {
            shares: vec![Share {
                weight: 1,
                target: Target::Own(router),
                host: None,
                request_headers: HeaderChange::default(),
                response_headers: HeaderChange::default(),
            }],
            ..Forward::default()
        }),
    }
}
