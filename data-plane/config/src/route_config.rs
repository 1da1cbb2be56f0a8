//! Route configurations: virtual hosts by domain, and the search for a route.
//!
//! Owns the linked form that a request reads: domain, then table. Must be cheap to change: one rule replaces
//! one persistent table in one virtual host, the other hosts stay shared.

mod decode;

pub(crate) use decode::{host_resource, inline_route_config, route_config, rule};

use std::sync::Arc;

use ::route::table::Entry;
use ::route::{Head, HostTable, Table};
use dp_policy::HeaderModifier;

use crate::route::Route;

/// The routes that a chain serves.
#[derive(Clone, Debug)]
pub struct RouteConfig {
    /// Resource name, or the name inside the listener.
    pub name: Arc<str>,
    /// Virtual hosts by domain.
    pub hosts: HostTable<Arc<VirtualHost>>,
    /// Changes to headers.
    pub headers: Headers,
    /// Whose changes to headers come last.
    pub last_word: LastWord,
}

/// Who has the last word about a header. Those of a cluster's share always come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LastWord {
    /// Route, virtual host, route configuration: Envoy's order where nothing is said.
    #[default]
    Config,
    /// The other way round.
    Route,
}

/// The routes of some domains.
#[derive(Clone, Debug)]
pub struct VirtualHost {
    /// Resource name, or the name inside the route configuration.
    pub name: Arc<str>,
    /// Routes.
    pub table: Table<Arc<Route>>,
    /// Changes to headers, between those of the route and of the route configuration.
    pub headers: Headers,
}

/// Changes to headers in both directions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers {
    /// Of requests.
    pub request: HeaderModifier,
    /// Of responses.
    pub response: HeaderModifier,
}

/// The route of a request, with what surrounds it.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// The route configuration.
    pub config: &'a RouteConfig,
    /// The virtual host.
    pub host: &'a VirtualHost,
    /// The matcher that took the request, and the route.
    pub entry: &'a Entry<Arc<Route>>,
}

impl RouteConfig {
    /// The virtual host of an authority, in any case, with or without port.
    pub fn host(&self, authority: &str) -> Option<&Arc<VirtualHost>> {
        self.hosts.find(authority)
    }

    /// The route of a request. `None` is answered with 404.
    pub fn find(&self, head: &Head<'_>) -> Option<Found<'_>> {
        let host = self.host(head.authority)?;
        let entry = host.table.find(head)?;
        Some(Found {
            config: self,
            host,
            entry,
        })
    }
}

impl<'a> Found<'a> {
    /// The route.
    pub fn route(&self) -> &'a Arc<Route> {
        &self.entry.payload
    }

    /// Changes to the request's headers, in the order in which they apply. Those of the cluster come first
    /// and are not among them.
    pub fn request_headers(&self) -> [&'a HeaderModifier; 3] {
        self.in_order([
            &self.entry.payload.request_headers,
            &self.host.headers.request,
            &self.config.headers.request,
        ])
    }

    /// Changes to the response's headers, in the order in which they apply. Those of the cluster come first
    /// and are not among them.
    pub fn response_headers(&self) -> [&'a HeaderModifier; 3] {
        self.in_order([
            &self.entry.payload.response_headers,
            &self.host.headers.response,
            &self.config.headers.response,
        ])
    }

    fn in_order(&self, mut modifiers: [&'a HeaderModifier; 3]) -> [&'a HeaderModifier; 3] {
        match self.config.last_word {
            LastWord::Config => {}
            LastWord::Route => modifiers.reverse(),
        }
        modifiers
    }
}
