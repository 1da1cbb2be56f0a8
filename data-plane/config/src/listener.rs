//! Listeners: what is bound, and which chain of settings a connection gets.
//!
//! Owns the decoded `Listener` and the choice of a chain by server name. Must not bind or hand-shake.
//! Chains name their route configuration instead of holding it: a route edit must not touch a listener.

mod decode;

pub(crate) use decode::listener;

use std::net::SocketAddr;
use std::sync::Arc;

use ::route::{HostPattern, host};

use crate::http_options::HttpOptions;
use crate::route_config::RouteConfig;
use crate::tls::DownstreamTls;

/// One bound port.
#[derive(Clone, Debug)]
pub struct Listener {
    /// Resource name.
    pub name: Arc<str>,
    /// Address and port as the resource names them (a port offset is the proxy's business).
    pub address: SocketAddr,
    /// Whether an IPv6 wildcard address takes IPv4 connections, too.
    pub ipv4_compat: bool,
    /// Chains, in the order of the resource. At least one, or a default chain.
    pub chains: Vec<Arc<Chain>>,
    /// The chain of connections that no other chain takes.
    pub default_chain: Option<Arc<Chain>>,
}

/// What happens to a connection.
#[derive(Clone, Debug)]
pub struct Chain {
    /// Name in the resource; empty if it has none.
    pub name: Arc<str>,
    /// Server names (SNI) that select this chain; empty for any.
    pub server_names: Vec<HostPattern>,
    /// TLS termination; `None` for plain text.
    pub tls: Option<DownstreamTls>,
    /// HTTP settings.
    pub http: HttpOptions,
    /// Where the routes come from.
    pub routes: Routes,
}

/// Where a chain's routes come from.
#[derive(Clone, Debug)]
pub enum Routes {
    /// A `RouteConfiguration` resource; see [`crate::Config::routes`].
    Named(Arc<str>),
    /// Written into the listener.
    Inline(Arc<RouteConfig>),
}

// === impl Listener ===

impl Listener {
    /// The chain for a connection with this server name: exact, then the longest wildcard, then a chain
    /// without server names, then the default chain. `None`: close the connection.
    pub fn chain(&self, server_name: Option<&str>) -> Option<&Arc<Chain>> {
        let name = server_name.map(host::normalize);
        let best = self
            .chains
            .iter()
            .filter_map(|chain| {
                chain
                    .best_pattern(name.as_deref())
                    .map(|pattern| (pattern, chain))
            })
            .min_by(|(left, _), (right, _)| left.specificity(right));
        best.map(|(_, chain)| chain).or(self.default_chain.as_ref())
    }

    /// Whether any chain terminates TLS; a listener is all TLS or all plain text.
    pub fn is_tls(&self) -> bool {
        self.all_chains().any(|chain| chain.tls.is_some())
    }

    /// Every chain, the default one last.
    pub fn all_chains(&self) -> impl Iterator<Item = &Arc<Chain>> {
        self.chains.iter().chain(&self.default_chain)
    }
}

// === impl Chain ===

impl Chain {
    /// The most specific of this chain's patterns that matches; `Any` for a chain without server names.
    fn best_pattern(&self, server_name: Option<&str>) -> Option<&HostPattern> {
        if self.server_names.is_empty() {
            return Some(&HostPattern::Any);
        }
        let name = server_name?;
        self.server_names
            .iter()
            .filter(|pattern| pattern.matches(name))
            .min_by(|left, right| left.specificity(right))
    }
}
