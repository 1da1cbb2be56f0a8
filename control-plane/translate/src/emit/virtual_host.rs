//! Routes in Tidegate's profile: RouteConfiguration, VirtualHost and RouteRule, each a resource of its own.
//!
//! Owns the granularity: editing one rule changes one RouteRule, whatever its host holds. Every hostname of a
//! listener is a VirtualHost even without a rule, so that a less specific host never answers for it.

use std::collections::BTreeSet;

use proto::envoy::config::route::v3::{RouteConfiguration, Vhds, VirtualHost};
use proto::name;
use proto::tidegate::v1 as tidegate;

use super::route::{Entry, routes};
use super::source::ads;
use super::{Output, listener};
use crate::change::Profile;
use crate::plan::{Attached, GatewayPlan, ListenerPlan, PortPlan, RulePlan};

pub(super) fn emit(plan: &GatewayPlan, port: &PortPlan, output: &mut Output) {
    let gateway = [(*plan.source).clone()];
    let mut domains: BTreeSet<(String, &str)> = BTreeSet::new();
    let mut configurations: BTreeSet<String> = BTreeSet::new();
    for listener in &port.listeners {
        let configuration = listener::route_configuration(plan, port, listener);
        domains.extend(domains_of(listener).map(|domain| (configuration.clone(), domain)));
        for attached in &listener.routes {
            for rule in &attached.route.rules {
                emit_rule(port, (&configuration, listener), (attached, rule), output);
            }
        }
        configurations.insert(configuration);
    }
    for name in configurations {
        let vhds = Some(Vhds {
            config_source: Some(ads()),
        });
        output.put(
            &RouteConfiguration {
                name,
                vhds,
                ..Default::default()
            },
            &gateway,
        );
    }
    for (configuration, domain) in domains {
        let host = VirtualHost {
            name: name::virtual_host(&configuration, domain),
            domains: vec![domain.to_owned()],
            ..Default::default()
        };
        output.put(&host, &gateway);
    }
}

/// The domains of a listener: its own, and those that its routes narrow it to.
pub(super) fn domains_of(listener: &ListenerPlan) -> impl Iterator<Item = &str> {
    let own = listener.hostname.as_deref().unwrap_or(crate::hostname::ANY);
    let narrowed = listener
        .routes
        .iter()
        .flat_map(|attached| &attached.domains);
    std::iter::once(own).chain(narrowed.map(String::as_str))
}

fn emit_rule(
    port: &PortPlan,
    (configuration, listener): (&str, &ListenerPlan),
    (attached, rule): (&Attached, &RulePlan),
    output: &mut Output,
) {
    // Without a match or a host there is nothing that the rule could answer.
    if attached.domains.is_empty() || rule.matches.is_empty() {
        return;
    }
    let route = &*attached.route;
    let of_route = (&*route.source.namespace, &*route.source.name);
    let index = usize::try_from(rule.index).unwrap_or(usize::MAX);
    let message = tidegate::RouteRule {
        name: name::route_rule(configuration, &listener.name, route.kind, of_route, index),
        virtual_hosts: attached
            .domains
            .iter()
            .map(|domain| name::virtual_host(configuration, domain))
            .collect(),
        rank: Some(tidegate::RouteRank {
            created: route.created,
            namespace: route.source.namespace.clone(),
            name: match route.is_implicit() {
                // Nobody wrote it: it has no name to be known by.
                true => String::new(),
                false => route.source.name.clone(),
            },
            rule: rule.index,
        }),
        routes: routes(route, rule, Entry::of(port), Profile::Tidegate),
        policy_set: attached.policies_of(listener, rule).name.clone(),
    };
    let source = tidegate::Source {
        rule: Some(rule.index),
        ..(*route.source).clone()
    };
    output.put(&message, &[source]);
}
