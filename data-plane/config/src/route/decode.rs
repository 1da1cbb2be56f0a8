//! Envoy's `Route` to a matcher and a [`Route`].
//!
//! Ignored: decorators, tracing, statistics, buffer limits, `early_data_policy`, `priority`, deprecated gRPC
//! timeouts, and what a retry policy says about retries (this proxy makes none; the time limit of one attempt
//! counts). A filter configuration of a route is refused like an unknown filter. Must keep Envoy's defaults:
//! 15 s where no timeout is given, 503 where a cluster is missing.

use std::sync::Arc;
use std::time::Duration;

use ::route::Matcher;
use ::route::decode::matcher;
use ::route::field::{FieldError, Within, refuse_set};
use dp_policy::header_modifier::Fields;
use dp_policy::{DirectResponse, HeaderModifier, Mirror, Redirect, UrlRewrite};
use http::StatusCode;
use http::uri::Authority;
use proto::envoy::config::route::v3 as wire;
use proto::envoy::config::route::v3::route::Action as WireAction;
use proto::envoy::config::route::v3::route_action::{
    ClusterNotFoundResponseCode, ClusterSpecifier,
};
use proto::envoy::config::route::v3::weighted_cluster::ClusterWeight;
use proto::envoy::config::route::v3::weighted_cluster::cluster_weight::HostRewriteSpecifier;

use super::{
    Action, ClusterChoice, Clusters, Forward, IdleTimeout, Route, RouteSource, RouteUpgrade,
};
use crate::scalar::{duration, limit};

/// Envoy's default time from request to response.
const TIMEOUT: Duration = Duration::from_secs(15);
/// Begins the names of clusters that stand for references which the control plane found invalid.
const INVALID: &str = "invalid/";

/// Decodes one route.
pub(crate) fn route(
    message: &wire::Route,
    source: RouteSource,
) -> Result<(Matcher, Arc<Route>), FieldError> {
    refuse_set(&[
        (
            "typed_per_filter_config",
            !message.typed_per_filter_config.is_empty(),
        ),
        ("route_specifiers", !message.route_specifiers.is_empty()),
    ])?;
    let route_match = message
        .r#match
        .as_ref()
        .ok_or_else(|| FieldError::missing("match"))?;
    let matcher = matcher(route_match).within("match")?;
    let route = Route {
        name: message.name.as_str().into(),
        label: source.label(&message.name),
        source,
        action: action(message)?,
        request_headers: HeaderModifier::decode(
            &message.request_headers_to_add,
            &message.request_headers_to_remove,
            Fields::REQUEST,
        )?,
        response_headers: HeaderModifier::decode(
            &message.response_headers_to_add,
            &message.response_headers_to_remove,
            Fields::RESPONSE,
        )?,
    };
    Ok((matcher, Arc::new(route)))
}

fn action(message: &wire::Route) -> Result<Action, FieldError> {
    match &message.action {
        None => Err(FieldError::missing("action")),
        Some(WireAction::Route(action)) => {
            Ok(Action::Forward(Box::new(forward(action).within("route")?)))
        }
        Some(WireAction::Redirect(action)) => Ok(Action::Redirect(Box::new(
            Redirect::decode(action).within("redirect")?,
        ))),
        Some(WireAction::DirectResponse(action)) => Ok(Action::Respond(
            DirectResponse::decode(action).within("direct_response")?,
        )),
        Some(WireAction::FilterAction(_)) => Err(FieldError::unsupported("filter_action")),
        Some(WireAction::NonForwardingAction(_)) => {
            Err(FieldError::unsupported("non_forwarding_action"))
        }
    }
}

fn forward(action: &wire::RouteAction) -> Result<Forward, FieldError> {
    refuse_unsupported(action)?;
    let mut mirrors = Vec::with_capacity(action.request_mirror_policies.len());
    for (index, policy) in action.request_mirror_policies.iter().enumerate() {
        mirrors.push(Mirror::decode(policy).within_index("request_mirror_policies", index)?);
    }
    let retry = action.retry_policy.clone().unwrap_or_default();
    let attempt = limit("per_try_timeout", retry.per_try_timeout.as_ref(), None);
    let idle_timeout = match duration("idle_timeout", action.idle_timeout.as_ref())? {
        None => IdleTimeout::Inherit,
        Some(Duration::ZERO) => IdleTimeout::Never,
        Some(limit) => IdleTimeout::After(limit),
    };
    Ok(Forward {
        clusters: clusters(action)?,
        rewrite: UrlRewrite::decode(action)?,
        mirrors,
        timeout: limit("timeout", action.timeout.as_ref(), Some(TIMEOUT))?,
        attempt_timeout: attempt.within("retry_policy")?,
        idle_timeout,
        upgrades: upgrades(action)?,
    })
}

#[allow(deprecated, reason = "the old forms are refused like the new ones")]
fn refuse_unsupported(action: &wire::RouteAction) -> Result<(), FieldError> {
    refuse_set(&[
        ("metadata_match", action.metadata_match.is_some()),
        ("append_x_forwarded_host", action.append_x_forwarded_host),
        (
            "retry_policy_typed_config",
            action.retry_policy_typed_config.is_some(),
        ),
        ("rate_limits", !action.rate_limits.is_empty()),
        ("hash_policy", !action.hash_policy.is_empty()),
        ("cors", action.cors.is_some()),
        (
            "internal_redirect_policy",
            action.internal_redirect_policy.is_some(),
        ),
        (
            "internal_redirect_action",
            action.internal_redirect_action != 0,
        ),
        ("hedge_policy", action.hedge_policy.is_some()),
        ("max_stream_duration", action.max_stream_duration.is_some()),
    ])
}

fn clusters(action: &wire::RouteAction) -> Result<Clusters, FieldError> {
    let code = action.cluster_not_found_response_code;
    let missing = match ClusterNotFoundResponseCode::try_from(code) {
        Ok(ClusterNotFoundResponseCode::ServiceUnavailable) => StatusCode::SERVICE_UNAVAILABLE,
        Ok(ClusterNotFoundResponseCode::NotFound) => StatusCode::NOT_FOUND,
        Ok(ClusterNotFoundResponseCode::InternalServerError) => StatusCode::INTERNAL_SERVER_ERROR,
        Err(_) => {
            return Err(FieldError::unknown_enum(
                "cluster_not_found_response_code",
                code,
            ));
        }
    };
    match &action.cluster_specifier {
        None => Err(FieldError::missing("cluster")),
        Some(ClusterSpecifier::Cluster(name)) if name.is_empty() => {
            Err(FieldError::missing("cluster"))
        }
        Some(ClusterSpecifier::Cluster(name)) => Ok(Clusters::new(vec![choice(name, 1, missing)])),
        Some(ClusterSpecifier::WeightedClusters(weighted)) => {
            weighted_clusters(weighted, missing).within("weighted_clusters")
        }
        Some(ClusterSpecifier::ClusterHeader(_)) => Err(FieldError::unsupported("cluster_header")),
        Some(ClusterSpecifier::ClusterSpecifierPlugin(_)) => {
            Err(FieldError::unsupported("cluster_specifier_plugin"))
        }
        Some(ClusterSpecifier::InlineClusterSpecifierPlugin(_)) => {
            Err(FieldError::unsupported("inline_cluster_specifier_plugin"))
        }
    }
}

fn weighted_clusters(
    weighted: &wire::WeightedCluster,
    missing: StatusCode,
) -> Result<Clusters, FieldError> {
    refuse_set(&[(
        "random_value_specifier",
        weighted.random_value_specifier.is_some(),
    )])?;
    let mut choices = Vec::with_capacity(weighted.clusters.len());
    for (index, cluster) in weighted.clusters.iter().enumerate() {
        choices.push(weighted_choice(cluster, missing).within_index("clusters", index)?);
    }
    if choices.is_empty() {
        return Err(FieldError::missing("clusters"));
    }
    Ok(Clusters::new(choices))
}

fn weighted_choice(
    cluster: &ClusterWeight,
    missing: StatusCode,
) -> Result<ClusterChoice, FieldError> {
    refuse_set(&[
        ("cluster_header", !cluster.cluster_header.is_empty()),
        ("metadata_match", cluster.metadata_match.is_some()),
        (
            "typed_per_filter_config",
            !cluster.typed_per_filter_config.is_empty(),
        ),
    ])?;
    if cluster.name.is_empty() {
        return Err(FieldError::missing("name"));
    }
    let weight = cluster
        .weight
        .as_ref()
        .ok_or_else(|| FieldError::missing("weight"))?;
    let authority = match &cluster.host_rewrite_specifier {
        None => None,
        Some(HostRewriteSpecifier::HostRewriteLiteral(literal)) => {
            Some(literal.parse::<Authority>().map_err(|_| {
                FieldError::invalid(
                    "host_rewrite_literal",
                    format!("{literal:?} is not an authority"),
                )
            })?)
        }
    };
    let request_headers = HeaderModifier::decode(
        &cluster.request_headers_to_add,
        &cluster.request_headers_to_remove,
        Fields::REQUEST,
    )?;
    let response_headers = HeaderModifier::decode(
        &cluster.response_headers_to_add,
        &cluster.response_headers_to_remove,
        Fields::RESPONSE,
    )?;
    let plain = choice(&cluster.name, weight.value, missing);
    Ok(ClusterChoice {
        authority,
        request_headers,
        response_headers,
        ..plain
    })
}

fn choice(name: &str, weight: u32, missing: StatusCode) -> ClusterChoice {
    let status = if name.starts_with(INVALID) {
        StatusCode::INTERNAL_SERVER_ERROR
    } else {
        missing
    };
    ClusterChoice::new(name.into(), weight, status)
}

fn upgrades(action: &wire::RouteAction) -> Result<Vec<RouteUpgrade>, FieldError> {
    let mut upgrades = Vec::with_capacity(action.upgrade_configs.len());
    for (index, upgrade) in action.upgrade_configs.iter().enumerate() {
        if upgrade.connect_config.is_some() {
            return Err(
                FieldError::unsupported("connect_config").within_index("upgrade_configs", index)
            );
        }
        upgrades.push(RouteUpgrade {
            protocol: upgrade.upgrade_type.to_ascii_lowercase(),
            is_allowed: upgrade.enabled.as_ref().is_none_or(|enabled| enabled.value),
        });
    }
    Ok(upgrades)
}

#[cfg(test)]
mod tests;
