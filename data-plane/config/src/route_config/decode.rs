//! Envoy's `RouteConfiguration` and `VirtualHost`, and `tidegate.v1.RouteRule`.
//!
//! Ignored: statistics, `validate_clusters` (a missing cluster is answered when it is asked for),
//! `internal_only_headers`, attempt counters, retry policies of hosts, `max_direct_response_body_size_bytes`.
//! Hosts are matched without their port, whatever the domain list says. Must refuse a domain that two
//! hosts claim.

use std::collections::BTreeSet;
use std::sync::Arc;

use ::route::field::{FieldError, Within, refuse_set};
use ::route::host::HostError;
use ::route::table::RankedEntry;
use ::route::{HostPattern, HostTable, Matcher, RouteRank, Table};
use dp_policy::HeaderModifier;
use dp_policy::header_modifier::Fields;
use proto::envoy::config::route::v3 as wire;
use proto::tidegate::v1 as tidegate;

use super::{Headers, LastWord, RouteConfig, VirtualHost};
use crate::route::{Route, RouteSource, route};
use crate::route_resource::{HostResource, RouteConfigResource, RuleResource};
use crate::scalar::over_ads;

/// Decodes a `RouteConfiguration` resource.
pub(crate) fn route_config(
    message: &wire::RouteConfiguration,
) -> Result<RouteConfigResource, FieldError> {
    let Some(vhds) = &message.vhds else {
        return inline_route_config(message)
            .map(|config| RouteConfigResource::Inline(Arc::new(config)));
    };
    over_ads("config_source", vhds.config_source.as_ref()).within("vhds")?;
    refuse_config(message)?;
    if !message.virtual_hosts.is_empty() {
        return Err(FieldError::invalid(
            "virtual_hosts",
            "must be empty beside vhds",
        ));
    }
    Ok(RouteConfigResource::Linked {
        name: message.name.as_str().into(),
        headers: config_headers(message)?,
        last_word: last_word(message),
    })
}

/// Decodes a route configuration whose virtual hosts are all written into it.
pub(crate) fn inline_route_config(
    message: &wire::RouteConfiguration,
) -> Result<RouteConfig, FieldError> {
    refuse_set(&[("vhds", message.vhds.is_some())])?;
    refuse_config(message)?;
    let name: Arc<str> = message.name.as_str().into();
    let mut hosts: HostTable<Arc<VirtualHost>> = HostTable::new();
    for (index, host) in message.virtual_hosts.iter().enumerate() {
        add_host(&mut hosts, &name, host).within_index("virtual_hosts", index)?;
    }
    Ok(RouteConfig {
        name,
        hosts,
        headers: config_headers(message)?,
        last_word: last_word(message),
    })
}

fn last_word(message: &wire::RouteConfiguration) -> LastWord {
    if message.most_specific_header_mutations_wins {
        LastWord::Route
    } else {
        LastWord::Config
    }
}

/// Decodes a `VirtualHost` resource of a route configuration with vhds.
pub(crate) fn host_resource(message: &wire::VirtualHost) -> Result<HostResource, FieldError> {
    refuse_host(message)?;
    if !message.routes.is_empty() {
        return Err(FieldError::invalid(
            "routes",
            "must be empty: rules are resources of their own",
        ));
    }
    let [domain] = message.domains.as_slice() else {
        return Err(FieldError::invalid("domains", "must be exactly one"));
    };
    let own = message.name.rsplit_once('/').map(|(_, domain)| domain);
    if own != Some(domain) {
        return Err(FieldError::invalid(
            "domains[0]",
            "is not the last part of the resource's name",
        ));
    }
    Ok(HostResource {
        name: message.name.as_str().into(),
        domain: pattern(domain).within_index("domains", 0)?,
        headers: host_headers(message)?,
    })
}

/// Decodes a `RouteRule`.
pub(crate) fn rule(message: &tidegate::RouteRule) -> Result<RuleResource, FieldError> {
    let name: Arc<str> = message.name.as_str().into();
    let rank = message
        .rank
        .as_ref()
        .ok_or_else(|| FieldError::missing("rank"))?;
    let source = RouteSource {
        resource: Arc::clone(&name),
        namespace: rank.namespace.as_str().into(),
        name: rank.name.as_str().into(),
        rule: Some(rank.rule),
        policy_set: (!message.policy_set.is_empty()).then(|| message.policy_set.as_str().into()),
    };
    let rank = RouteRank::new(rank.created, &rank.namespace, &rank.name, rank.rule)
        .with_resource(Arc::clone(&name));
    let mut entries = Vec::with_capacity(message.routes.len());
    for (index, (message, position)) in message.routes.iter().zip(0..).enumerate() {
        let (matcher, route) = route(message, source.clone()).within_index("routes", index)?;
        entries.push(RankedEntry::new(
            rank.clone().with_index(position),
            matcher,
            route,
        ));
    }
    let hosts: BTreeSet<Arc<str>> = message
        .virtual_hosts
        .iter()
        .map(|host| host.as_str().into())
        .collect();
    Ok(RuleResource {
        hosts: hosts.into_iter().collect(),
        entries,
    })
}

fn refuse_config(message: &wire::RouteConfiguration) -> Result<(), FieldError> {
    refuse_set(&[
        (
            "cluster_specifier_plugins",
            !message.cluster_specifier_plugins.is_empty(),
        ),
        (
            "request_mirror_policies",
            !message.request_mirror_policies.is_empty(),
        ),
        ("vhost_header", !message.vhost_header.is_empty()),
        (
            "ignore_path_parameters_in_path_matching",
            message.ignore_path_parameters_in_path_matching,
        ),
        (
            "typed_per_filter_config",
            !message.typed_per_filter_config.is_empty(),
        ),
        ("route_specifiers", !message.route_specifiers.is_empty()),
    ])
}

#[allow(deprecated, reason = "the old forms are refused like the new ones")]
fn refuse_host(message: &wire::VirtualHost) -> Result<(), FieldError> {
    refuse_set(&[
        ("matcher", message.matcher.is_some()),
        ("require_tls", message.require_tls != 0),
        ("rate_limits", !message.rate_limits.is_empty()),
        ("cors", message.cors.is_some()),
        (
            "typed_per_filter_config",
            !message.typed_per_filter_config.is_empty(),
        ),
        ("hedge_policy", message.hedge_policy.is_some()),
        (
            "request_mirror_policies",
            !message.request_mirror_policies.is_empty(),
        ),
        ("route_specifiers", !message.route_specifiers.is_empty()),
    ])
}

fn add_host(
    hosts: &mut HostTable<Arc<VirtualHost>>,
    config: &Arc<str>,
    message: &wire::VirtualHost,
) -> Result<(), FieldError> {
    refuse_host(message)?;
    if message.domains.is_empty() {
        return Err(FieldError::missing("domains"));
    }
    let source = RouteSource {
        resource: Arc::clone(config),
        ..RouteSource::default()
    };
    let mut routes: Vec<(Matcher, Arc<Route>)> = Vec::with_capacity(message.routes.len());
    for (index, message) in message.routes.iter().enumerate() {
        routes.push(route(message, source.clone()).within_index("routes", index)?);
    }
    let host = Arc::new(VirtualHost {
        name: message.name.as_str().into(),
        table: Table::ordered(routes),
        headers: host_headers(message)?,
    });
    for (index, domain) in message.domains.iter().enumerate() {
        let pattern = pattern_with_port(domain).within_index("domains", index)?;
        let other = hosts.insert(&pattern, Arc::clone(&host));
        if other.is_some_and(|other| !Arc::ptr_eq(&other, &host)) {
            let text = format!("{domain:?} belongs to an earlier virtual host");
            return Err(FieldError::invalid("", text).within_index("domains", index));
        }
    }
    Ok(())
}

fn pattern(domain: &str) -> Result<HostPattern, FieldError> {
    domain
        .parse()
        .map_err(|error: HostError| FieldError::invalid("", error.to_string()))
}

/// Other servers list a domain with and without port; ports do not matter here.
fn pattern_with_port(domain: &str) -> Result<HostPattern, FieldError> {
    pattern(::route::host::without_port(domain))
}

fn config_headers(message: &wire::RouteConfiguration) -> Result<Headers, FieldError> {
    Ok(Headers {
        request: HeaderModifier::decode(
            &message.request_headers_to_add,
            &message.request_headers_to_remove,
            Fields::REQUEST,
        )?,
        response: HeaderModifier::decode(
            &message.response_headers_to_add,
            &message.response_headers_to_remove,
            Fields::RESPONSE,
        )?,
    })
}

fn host_headers(message: &wire::VirtualHost) -> Result<Headers, FieldError> {
    Ok(Headers {
        request: HeaderModifier::decode(
            &message.request_headers_to_add,
            &message.request_headers_to_remove,
            Fields::REQUEST,
        )?,
        response: HeaderModifier::decode(
            &message.response_headers_to_add,
            &message.response_headers_to_remove,
            Fields::RESPONSE,
        )?,
    })
}

#[cfg(test)]
mod tests;
