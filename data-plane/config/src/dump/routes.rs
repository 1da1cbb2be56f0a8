//! Routes in a dump: domains, matchers in the order of precedence, actions.
//!
//! Must print a matcher with the words of `route::explain`, so that a dump and an explanation agree.

use std::sync::Arc;

use ::route::{HostPattern, Matcher, Table};
use proto::type_url::TypeUrl;
use serde::Serialize;

use super::version;
use crate::config::Config;
use crate::route::{Action, Forward, Route};
use crate::route_config::{RouteConfig, VirtualHost};

/// One route configuration.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RouteConfigDump {
    /// Resource name.
    pub name: String,
    /// Version on the wire.
    pub version: String,
    /// Virtual hosts: exact domains, wildcards, any.
    pub hosts: Vec<HostDump>,
}

/// One domain.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HostDump {
    /// Domain pattern.
    pub domain: String,
    /// Name of the virtual host.
    pub name: String,
    /// Routes in the order of precedence.
    pub routes: Vec<RouteDump>,
}

/// One match of a route.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RouteDump {
    /// What is asked of a request.
    pub r#match: Vec<String>,
    /// Name of the route.
    pub name: String,
    /// Resource that carried it.
    pub resource: String,
    /// What happens.
    pub action: String,
}

impl RouteConfigDump {
    pub(super) fn of(config: &Config, routes: &RouteConfig) -> Self {
        let host = |(domain, host): (HostPattern, &Arc<VirtualHost>)| HostDump {
            domain: domain.to_string(),
            name: host.name.to_string(),
            routes: route_dumps(&host.table),
        };
        Self {
            name: routes.name.to_string(),
            version: version(config, TypeUrl::RouteConfiguration, &routes.name),
            hosts: routes.hosts.iter().map(host).collect(),
        }
    }
}

fn route_dumps(table: &Table<Arc<Route>>) -> Vec<RouteDump> {
    let dump = |entry: &::route::Entry<Arc<Route>>| RouteDump {
        r#match: conditions(&entry.matcher),
        name: entry.payload.name.to_string(),
        resource: entry.payload.source.resource.to_string(),
        action: action(&entry.payload.action),
    };
    table.in_order().into_iter().map(dump).collect()
}

fn conditions(matcher: &Matcher) -> Vec<String> {
    let method = matcher
        .method
        .iter()
        .map(|method| format!("method = {}", method.0));
    std::iter::once(matcher.path.to_string())
        .chain(method)
        .chain(matcher.headers.iter().map(ToString::to_string))
        .chain(matcher.query.iter().map(ToString::to_string))
        .collect()
}

fn action(action: &Action) -> String {
    match action {
        Action::Forward(forward) => format!("forward to {}", clusters(forward)),
        Action::Redirect(redirect) => format!("redirect with {}", redirect.status().as_u16()),
        Action::Respond(response) => format!("respond with {}", response.status.as_u16()),
    }
}

fn clusters(forward: &Forward) -> String {
    let choices = forward.clusters.iter();
    let choices = choices.map(|choice| format!("{} ({})", choice.cluster, choice.weight()));
    choices.collect::<Vec<_>>().join(", ")
}
