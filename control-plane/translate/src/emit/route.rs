//! Route messages: one per match of a rule.
//!
//! Owns the wire form of actions, equal in both profiles but for targets that only our proxy can use. Must not decide
//! what a rule means.

use std::time::Duration;

use proto::envoy::config::core::v3::RuntimeFractionalPercent;
use proto::envoy::config::route::v3::route::Action as RouteActionKind;
use proto::envoy::config::route::v3::route_action::{
    ClusterNotFoundResponseCode, ClusterSpecifier, HostRewriteSpecifier, RequestMirrorPolicy,
};
use proto::envoy::config::route::v3::weighted_cluster::{ClusterWeight, cluster_weight};
use proto::envoy::config::route::v3::{
    DirectResponseAction, RetryPolicy, Route, RouteAction, WeightedCluster,
};
use proto::envoy::r#type::v3::FractionalPercent;
use proto::envoy::r#type::v3::fractional_percent::DenominatorType;
use proto::google::protobuf::UInt32Value;

use super::match_term;
use super::source::duration;
use crate::change::Profile;
use crate::plan::{Action, Forward, Match, Mirror, RoutePlan, RulePlan, Share, Target};

pub(super) mod headers;
mod path;
mod redirect;

use headers::Headers;
pub(super) use redirect::Entry;

/// The routes of a rule, in the order of its matches.
pub(super) fn routes(
    route: &RoutePlan,
    rule: &RulePlan,
    entry: Entry,
    profile: Profile,
) -> Vec<Route> {
    let matches = rule.matches.iter().enumerate();
    matches
        .map(|(index, one)| {
            let headers = Headers::of(rule);
            let (add, remove) = headers.request.of_route();
            let (response_add, response_remove) = headers.response.of_route();
            Route {
                name: format!(
                    "{}/{}/{}/{}/{index}",
                    route.kind, route.source.namespace, route.source.name, rule.index
                ),
                r#match: Some(match_term::route_match(one)),
                action: Some(match &rule.action {
                    Action::Respond(status) => respond(*status),
                    Action::Redirect(plan) => {
                        RouteActionKind::Redirect(redirect::redirect(plan, one, entry))
                    }
                    Action::Forward(plan) if is_refused(plan, profile) => respond(503),
                    Action::Forward(plan) => RouteActionKind::Route(forward(plan, one, &headers)),
                }),
                request_headers_to_add: add,
                request_headers_to_remove: remove,
                response_headers_to_add: response_add,
                response_headers_to_remove: response_remove,
                ..Default::default()
            }
        })
        .collect()
}

/// The route with an answer in the place of whatever it did.
pub(crate) fn refused(route: &Route, status: u32) -> Route {
    Route {
        name: route.name.clone(),
        r#match: route.r#match.clone(),
        action: Some(respond(status)),
        ..Default::default()
    }
}

/// Whether a proxy of this profile can use no target of it.
fn is_refused(plan: &Forward, profile: Profile) -> bool {
    let mut active = plan.shares.iter().filter(|share| share.weight > 0);
    profile == Profile::Envoy && active.all(|share| matches!(share.target, Target::Own(_)))
}

fn respond(status: u32) -> RouteActionKind {
    RouteActionKind::DirectResponse(DirectResponseAction {
        status,
        ..Default::default()
    })
}

fn forward(plan: &Forward, one: &Match, headers: &Headers<'_>) -> RouteAction {
    let active: Vec<&Share> = plan
        .shares
        .iter()
        .filter(|share| share.weight > 0)
        .collect();
    let mut message = RouteAction {
        timeout: Some(duration(plan.timeout.unwrap_or(Duration::ZERO))),
        request_mirror_policies: plan.mirrors.iter().map(mirror).collect(),
        ..Default::default()
    };
    if active
        .iter()
        .any(|share| matches!(share.target, Target::Invalid(_)))
    {
        message.cluster_not_found_response_code =
            ClusterNotFoundResponseCode::InternalServerError.into();
    }
    if let Some(attempt) = plan.attempt_timeout.filter(|attempt| !attempt.is_zero()) {
        // Without retry_on nothing is retried: only the time of the one attempt is bounded.
        message.retry_policy = Some(RetryPolicy {
            per_try_timeout: Some(duration(attempt)),
            ..Default::default()
        });
    }
    let mut host = plan.host.clone();
    message.cluster_specifier = Some(match active.as_slice() {
        [only] if only.request_headers.is_empty() && only.response_headers.is_empty() => {
            host = host.or_else(|| only.host.clone());
            ClusterSpecifier::Cluster(only.target.cluster().to_owned())
        }
        shares => ClusterSpecifier::WeightedClusters(WeightedCluster {
            clusters: shares
                .iter()
                .map(|share| weighted(share, plan.host.is_some(), headers))
                .collect(),
            ..Default::default()
        }),
    });
    message.host_rewrite_specifier = host.map(HostRewriteSpecifier::HostRewriteLiteral);
    if let Some(change) = &plan.path {
        match path::change(change, &one.path) {
            path::Rewrite::None => {}
            path::Rewrite::Prefix(prefix) => message.prefix_rewrite = prefix,
            path::Rewrite::Regex(regex) => message.regex_rewrite = Some(regex),
        }
    }
    message
}

fn weighted(share: &Share, is_host_set: bool, headers: &Headers<'_>) -> ClusterWeight {
    let (add, remove) = headers.request.of_share(&share.request_headers);
    let (response_add, response_remove) = headers.response.of_share(&share.response_headers);
    let host = share.host.clone().filter(|_| !is_host_set);
    ClusterWeight {
        name: share.target.cluster().to_owned(),
        weight: Some(UInt32Value {
            value: share.weight,
        }),
        request_headers_to_add: add,
        request_headers_to_remove: remove,
        response_headers_to_add: response_add,
        response_headers_to_remove: response_remove,
        host_rewrite_specifier: host.map(cluster_weight::HostRewriteSpecifier::HostRewriteLiteral),
        ..Default::default()
    }
}

fn mirror(plan: &Mirror) -> RequestMirrorPolicy {
    RequestMirrorPolicy {
        cluster: plan.cluster.clone(),
        runtime_fraction: Some(RuntimeFractionalPercent {
            default_value: Some(FractionalPercent {
                numerator: plan.millionths,
                denominator: DenominatorType::Million.into(),
            }),
            runtime_key: String::new(),
        }),
        disable_shadow_host_suffix_append: true,
        ..Default::default()
    }
}
