//! HTTPRoute: what differs from other kinds of route.
//!
//! Owns the resolution of its rules. A rule that cannot be served as written answers 500 for its matches; it
//! is never served in part, because the part that is missing may be the one that protects something.

use std::collections::BTreeMap;
use std::sync::Arc;

use cp_api::condition::Reason;
use cp_api::http_route::{HttpBackendRef, HttpRoute, HttpRouteRule, ParentReference};
use cp_api::{Kind, Metadata};

use crate::backend::{Catalog, Reference};
use crate::filters::{self, Filters};
use crate::inputs::Stored;
use crate::lookup::Lookup;
use crate::matches;
use crate::model;
use crate::plan::{
    Action, BackendPlan, Forward, HeaderChange, Mirror, RulePlan, Share, Target, Upstream,
};
use crate::reference::From;
use crate::route::{Problem, RouteKind, Rules};

/// HTTPRoute.
#[derive(Debug)]
pub(crate) enum Http {}

/// What a rule leads to, collected on the way.
#[derive(Default)]
struct Found {
    dropped: Vec<Problem>,
    unresolved: Vec<Problem>,
    backends: BTreeMap<String, Arc<BackendPlan>>,
    envoy_limits: Vec<String>,
    /// A backend of type ai that gets requests.
    ai: Option<String>,
}

impl RouteKind for Http {
    type Object = HttpRoute;
    const SHORT: &'static str = "http";

    fn all<'a>(lookup: &Lookup<'a>) -> Vec<&'a Stored<HttpRoute>> {
        lookup.http_routes().collect()
    }

    fn parents(object: &HttpRoute) -> &[ParentReference] {
        &object.spec.parent_refs
    }

    fn hostnames(object: &HttpRoute) -> &[String] {
        &object.spec.hostnames
    }

    fn resolve(catalog: &mut Catalog<'_>, object: &HttpRoute) -> Rules {
        let mut rules = Rules {
            written: object.spec.rules.len(),
            ..Rules::default()
        };
        let mut backends = BTreeMap::new();
        for (index, rule) in object.spec.rules.iter().enumerate() {
            let mut found = Found::default();
            let plan = resolve_rule(catalog, &object.metadata, (index, rule), &mut found);
            rules.rules.push(plan);
            rules
                .dropped
                .extend(found.dropped.into_iter().map(|problem| (index, problem)));
            rules.unresolved.extend(found.unresolved);
            rules.envoy_limits.extend(found.envoy_limits);
            backends.extend(found.backends);
        }
        rules.backends = backends.into_values().collect();
        let default = object.spec.use_default_gateways.as_deref();
        if default.is_some_and(|scope| scope != "None") {
            rules.unserved.push(
                "spec.useDefaultGateways is not supported yet: the route attaches to its parentRefs only; remove it"
                    .to_owned(),
            );
        }
        rules
    }
}

fn resolve_rule(
    catalog: &mut Catalog<'_>,
    route: &Metadata,
    (index, rule): (usize, &HttpRouteRule),
    found: &mut Found,
) -> RulePlan {
    let path = format!("rules[{index}]");
    let matches = matches::resolve(&path, &rule.matches, &mut found.dropped);
    let filters = filters::of_rule(&path, rule, &mut found.dropped);
    for (field, is_set) in [
        ("retry", rule.retry.is_some()),
        ("sessionPersistence", rule.session_persistence.is_some()),
    ] {
        if is_set {
            found.dropped.push(Problem {
                reason: Reason::UnsupportedValue,
                path: format!("{path}.{field}"),
                message: "is not supported yet; remove it".to_owned(),
            });
        }
    }
    let mut plan = RulePlan {
        index: u32::try_from(index).unwrap_or(u32::MAX),
        name: rule.name.clone(),
        matches,
        request_headers: HeaderChange::default(),
        response_headers: HeaderChange::default(),
        action: Action::Respond(500),
    };
    let from = From {
        kind: Kind::HttpRoute,
        namespace: &route.namespace,
    };
    let shares = match model::is_asked_for(&rule.backend_refs) {
        true => models(catalog, route, (&path, index, rule), found),
        false => shares(catalog, from, &path, &rule.backend_refs, found),
    };
    if let Some(backend) = &found.ai {
        filters::of_ai(&path, rule, backend, &mut found.dropped);
    }
    if found.dropped.is_empty() {
        plan.request_headers.clone_from(&filters.request_headers);
        plan.response_headers.clone_from(&filters.response_headers);
        plan.action = action(catalog, from, rule, filters, shares, found);
    }
    plan
}

fn action(
    catalog: &mut Catalog<'_>,
    from: From<'_>,
    rule: &HttpRouteRule,
    filters: Filters,
    shares: Vec<Share>,
    found: &mut Found,
) -> Action {
    if let Some(redirect) = filters.redirect {
        return Action::Redirect(redirect);
    }
    let mut mirrors = Vec::new();
    for mirror in filters.mirrors {
        let reference = Reference {
            from,
            to: &mirror.backend,
            path: mirror.path.clone(),
        };
        if let Some(cluster) = mirror_target(catalog, reference, found) {
            mirrors.push(Mirror {
                cluster,
                millionths: mirror.millionths,
            });
        }
    }
    let has_valid = shares
        .iter()
        .any(|share| share.weight > 0 && !matches!(share.target, Target::Invalid(_)));
    if !has_valid {
        return Action::Respond(500);
    }
    let timeouts = rule.timeouts.clone().unwrap_or_default();
    Action::Forward(Forward {
        shares,
        host: filters.host,
        path: filters.path,
        mirrors,
        timeout: timeouts.request,
        attempt_timeout: timeouts.backend_request,
    })
}

/// The router of a rule that leads to models by their names.
fn models(
    catalog: &Catalog<'_>,
    route: &Metadata,
    (path, index, rule): (&str, usize, &HttpRouteRule),
    found: &mut Found,
) -> Vec<Share> {
    let plans = match catalog.rule_models().of(route, (path, index, rule)) {
        Ok(plans) => plans,
        Err(problem) => {
            found.dropped.push(problem);
            return Vec::new();
        }
    };
    let mut shares = Vec::new();
    if let (Some(router), Some(reference)) = (plans.first(), rule.backend_refs.first()) {
        let path = format!("{path}.backendRefs[0]");
        let filters = filters::of_backend(&path, &reference.filters, &mut found.dropped);
        found
            .ai
            .get_or_insert_with(|| reference.backend.name.clone());
        found.envoy_limits.push(format!(
            "{path}: AgentgatewayModels are served by Tidegate's own proxy only; Envoy answers 503"
        ));
        shares.push(Share {
            weight: reference.weight,
            target: Target::Own(router.name.clone()),
            host: None,
            request_headers: filters.request_headers,
            response_headers: filters.response_headers,
        });
    }
    let named = plans.into_iter().map(|plan| (plan.name.clone(), plan));
    found.backends.extend(named);
    shares
}

fn shares(
    catalog: &mut Catalog<'_>,
    from: From<'_>,
    path: &str,
    references: &[HttpBackendRef],
    found: &mut Found,
) -> Vec<Share> {
    let mut shares = Vec::new();
    for (index, reference) in references.iter().enumerate() {
        let path = format!("{path}.backendRefs[{index}]");
        let filters = filters::of_backend(&path, &reference.filters, &mut found.dropped);
        let resolution = catalog.resolve(&Reference {
            from,
            to: &reference.backend,
            path: path.clone(),
        });
        found.unresolved.extend(resolution.problem);
        if let Some(backend) = resolution.backend {
            if reference.weight > 0 && matches!(backend.upstream, Upstream::Ai(_)) {
                found
                    .ai
                    .get_or_insert_with(|| reference.backend.name.clone());
            }
            found.backends.insert(backend.name.clone(), backend);
        }
        if let Target::Own(_) = resolution.target {
            found.envoy_limits.push(format!(
                "{path}: {} {} is served by Tidegate's own proxy only; Envoy answers 503",
                reference.backend.kind, reference.backend.name
            ));
        }
        shares.push(Share {
            weight: reference.weight,
            target: resolution.target,
            host: resolution.host,
            request_headers: filters.request_headers,
            response_headers: filters.response_headers,
        });
    }
    shares
}

/// The cluster of a mirror; a mirror that does not resolve is left out and reported.
fn mirror_target(
    catalog: &mut Catalog<'_>,
    reference: Reference<'_>,
    found: &mut Found,
) -> Option<String> {
    let resolution = catalog.resolve(&reference);
    found.unresolved.extend(resolution.problem);
    match resolution.target {
        Target::Plain(cluster) => {
            if let Some(backend) = resolution.backend {
                found.backends.insert(backend.name.clone(), backend);
            }
            Some(cluster)
        }
        Target::Own(_) => {
            found.unresolved.push(Problem {
                reason: Reason::InvalidKind,
                path: reference.path,
                message: "requests cannot be mirrored to this kind of backend".to_owned(),
            });
            None
        }
        Target::Invalid(_) => None,
    }
}
