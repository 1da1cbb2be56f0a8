//! Route resources before they are linked: what RDS, VHDS and our rules each say on their own.
//!
//! Owns the decoded form of one resource each. Must not refer to another resource except by name: a rule
//! that comes before its virtual host is legal.

use std::sync::Arc;

use ::route::HostPattern;
use ::route::table::RankedEntry;

use crate::route::Route;
use crate::route_config::{Headers, LastWord, RouteConfig};

/// One `RouteConfiguration`.
#[derive(Clone, Debug)]
pub(crate) enum RouteConfigResource {
    /// Virtual hosts are written into it: complete.
    Inline(Arc<RouteConfig>),
    /// Virtual hosts and rules are resources of their own.
    Linked {
        name: Arc<str>,
        headers: Headers,
        last_word: LastWord,
    },
}

/// One `VirtualHost` resource, `<route configuration>/<domain>`.
#[derive(Clone, Debug)]
pub(crate) struct HostResource {
    pub(crate) name: Arc<str>,
    pub(crate) domain: HostPattern,
    pub(crate) headers: Headers,
}

/// One `RouteRule`.
#[derive(Clone, Debug)]
pub(crate) struct RuleResource {
    /// Names of virtual hosts, without duplicates.
    pub(crate) hosts: Vec<Arc<str>>,
    /// One entry per match of the rule.
    pub(crate) entries: Vec<RankedEntry<Arc<Route>>>,
}

impl HostResource {
    /// The route configuration that the host belongs to: all of its name but the domain.
    pub(crate) fn route_config(&self) -> &str {
        self.name.rsplit_once('/').map_or("", |(config, _)| config)
    }
}
