//! Routes, linked: rules in the tables of their virtual hosts, hosts in their route configuration.
//!
//! Owns the incremental link. A change of one rule replaces the tables of its hosts and nothing else;
//! tables exist before their host does, so that the order of resources does not matter. **Invariant**: the
//! index that grew change by change equals the one built from scratch.

use std::sync::Arc;

use ::route::Table;
use imbl::OrdMap;

use crate::route::Route;
use crate::route_config::RouteConfig;

/// Linked routes.
#[derive(Clone, Debug, Default)]
pub(crate) struct RouteIndex {
    configs: OrdMap<Arc<str>, Arc<RouteConfig>>,
    /// By the name of a virtual host, whether it exists or not; never empty.
    tables: OrdMap<Arc<str>, Table<Arc<Route>>>,
}

impl RouteIndex {
    pub(crate) fn config(&self, name: &str) -> Option<&Arc<RouteConfig>> {
        self.configs.get(name)
    }
}
