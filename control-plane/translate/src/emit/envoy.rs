//! Routes in the Envoy profile: virtual hosts with their routes in order, inside the RouteConfiguration.
//!
//! Owns the sorting, which Envoy does not do: it takes the first route that matches. The order is that of the
//! `route` crate, which the proxy finds by, so both kinds of proxy choose alike.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proto::envoy::config::route::v3::{Route, RouteConfiguration, VirtualHost};
use proto::name;
use proto::tidegate::v1 as tidegate;
use route::{MatchRank, RouteRank, decode};

use super::route::{Entry, refused, routes};
use super::virtual_host::domains_of;
use super::{Output, listener};
use crate::change::Profile;
use crate::plan::{Attached, GatewayPlan, ListenerPlan, PortPlan};

/// Routes of a domain, best first.
type Ranked = BTreeMap<MatchRank, Arc<Route>>;

#[derive(Default)]
struct Configuration<'a> {
    hosts: BTreeMap<&'a str, Ranked>,
    sources: BTreeSet<Key>,
}

/// A source by identity, to list each object once.
type Key = (String, String, String);

pub(super) fn emit(plan: &GatewayPlan, port: &PortPlan, output: &mut Output) {
    let mut configurations: BTreeMap<String, Configuration<'_>> = BTreeMap::new();
    for listener in &port.listeners {
        let name = listener::route_configuration(plan, port, listener);
        let configuration = configurations.entry(name).or_default();
        for domain in domains_of(listener) {
            configuration.hosts.entry(domain).or_default();
        }
        for attached in &listener.routes {
            configuration.add(port, listener, attached);
        }
    }
    for (name, configuration) in configurations {
        let sources = configuration.sources(plan);
        output.put(&configuration.message(name), &sources);
    }
}

impl<'a> Configuration<'a> {
    fn add(&mut self, port: &PortPlan, listener: &ListenerPlan, attached: &'a Attached) {
        let route = &*attached.route;
        let source = &*route.source;
        self.sources.insert((
            source.kind.clone(),
            source.namespace.clone(),
            source.name.clone(),
        ));
        for rule in &route.rules {
            let mut messages = routes(route, rule, Entry::of(port), Profile::Envoy);
            if attached.policies_of(listener, rule).guards_routes() {
                // Envoy would serve it as if the policies were not there.
                messages = messages.iter().map(|own| refused(own, 503)).collect();
            }
            for (index, message) in messages.into_iter().enumerate() {
                // Every match was checked when it was resolved.
                let Some(Ok(matcher)) = message.r#match.as_ref().map(decode::matcher) else {
                    continue;
                };
                let of_route =
                    RouteRank::new(route.created, &source.namespace, &source.name, rule.index)
                        .with_index(u32::try_from(index).unwrap_or(u32::MAX))
                        .with_resource(Arc::from(listener.name.as_str()));
                let rank = MatchRank::new(&matcher, of_route);
                let message = Arc::new(message);
                for domain in &attached.domains {
                    let ranked = self.hosts.entry(domain).or_default();
                    ranked.insert(rank.clone(), Arc::clone(&message));
                }
            }
        }
    }

    fn message(self, configuration: String) -> RouteConfiguration {
        let virtual_hosts = self.hosts.into_iter().map(|(domain, ranked)| VirtualHost {
            name: name::virtual_host(&configuration, domain),
            domains: vec![domain.to_owned()],
            routes: ranked.into_values().map(|route| (*route).clone()).collect(),
            ..Default::default()
        });
        let virtual_hosts = virtual_hosts.collect();
        RouteConfiguration {
            name: configuration,
            virtual_hosts,
            ..Default::default()
        }
    }

    /// The Gateway and every route in it.
    fn sources(&self, plan: &GatewayPlan) -> Vec<tidegate::Source> {
        let routes = plan
            .ports
            .values()
            .flat_map(|port| &port.listeners)
            .flat_map(|l| &l.routes);
        let by_key: BTreeMap<Key, &tidegate::Source> = routes
            .map(|attached| {
                let source = &*attached.route.source;
                (
                    (
                        source.kind.clone(),
                        source.namespace.clone(),
                        source.name.clone(),
                    ),
                    source,
                )
            })
            .collect();
        let of_routes = self
            .sources
            .iter()
            .filter_map(|key| by_key.get(key).copied().cloned());
        std::iter::once((*plan.source).clone())
            .chain(of_routes)
            .collect()
    }
}
