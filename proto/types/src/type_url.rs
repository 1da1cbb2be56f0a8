//! The closed list of resource types that Tidegate streams.
//!
//! Owns the mapping between a type and its URL. The order of the variants is the make-before-break order
//! of spec and Envoy's documentation ("Eventual consistency considerations"): what is referred to comes
//! before what refers to it, the Commit last. Everything that pushes iterates in this order, so do not sort
//! the variants by name.

use std::fmt;
use std::str::FromStr;

/// A resource type of ADS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TypeUrl {
    /// `envoy.config.cluster.v3.Cluster` (CDS).
    Cluster,
    /// `envoy.config.endpoint.v3.ClusterLoadAssignment` (EDS).
    Endpoint,
    /// `envoy.extensions.transport_sockets.tls.v3.Secret` (SDS).
    Secret,
    /// `tidegate.v1.Policy`.
    Policy,
    /// `tidegate.v1.PolicySet`.
    PolicySet,
    /// `tidegate.v1.DynamicForwardProxy`.
    DynamicForwardProxy,
    /// `tidegate.v1.PriceCatalog`.
    PriceCatalog,
    /// `tidegate.v1.AiBackend`.
    AiBackend,
    /// `tidegate.v1.ModelRouter`.
    ModelRouter,
    /// `envoy.config.listener.v3.Listener` (LDS).
    Listener,
    /// `envoy.config.route.v3.RouteConfiguration` (RDS).
    RouteConfiguration,
    /// `envoy.config.route.v3.VirtualHost` (VHDS).
    VirtualHost,
    /// `tidegate.v1.RouteRule`.
    RouteRule,
    /// `tidegate.v1.Commit`.
    Commit,
}

impl TypeUrl {
    /// Every type, in push order.
    pub const ALL: [TypeUrl; 14] = [
        TypeUrl::Cluster,
        TypeUrl::Endpoint,
        TypeUrl::Secret,
        TypeUrl::Policy,
        TypeUrl::PolicySet,
        TypeUrl::DynamicForwardProxy,
        TypeUrl::PriceCatalog,
        TypeUrl::AiBackend,
        TypeUrl::ModelRouter,
        TypeUrl::Listener,
        TypeUrl::RouteConfiguration,
        TypeUrl::VirtualHost,
        TypeUrl::RouteRule,
        TypeUrl::Commit,
    ];

    /// The URL on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            TypeUrl::Cluster => "type.googleapis.com/envoy.config.cluster.v3.Cluster",
            TypeUrl::Endpoint => {
                "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment"
            }
            TypeUrl::Secret => {
                "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret"
            }
            TypeUrl::Policy => "type.googleapis.com/tidegate.v1.Policy",
            TypeUrl::PolicySet => "type.googleapis.com/tidegate.v1.PolicySet",
            TypeUrl::DynamicForwardProxy => "type.googleapis.com/tidegate.v1.DynamicForwardProxy",
            TypeUrl::PriceCatalog => "type.googleapis.com/tidegate.v1.PriceCatalog",
            TypeUrl::AiBackend => "type.googleapis.com/tidegate.v1.AiBackend",
            TypeUrl::ModelRouter => "type.googleapis.com/tidegate.v1.ModelRouter",
            TypeUrl::Listener => "type.googleapis.com/envoy.config.listener.v3.Listener",
            TypeUrl::RouteConfiguration => {
                "type.googleapis.com/envoy.config.route.v3.RouteConfiguration"
            }
            TypeUrl::VirtualHost => "type.googleapis.com/envoy.config.route.v3.VirtualHost",
            TypeUrl::RouteRule => "type.googleapis.com/tidegate.v1.RouteRule",
            TypeUrl::Commit => "type.googleapis.com/tidegate.v1.Commit",
        }
    }

    /// The short name that people type: `cluster`, `endpoint`, `route-rule`, ...
    pub const fn short(self) -> &'static str {
        match self {
            TypeUrl::Cluster => "cluster",
            TypeUrl::Endpoint => "endpoint",
            TypeUrl::Secret => "secret",
            TypeUrl::Policy => "policy",
            TypeUrl::PolicySet => "policy-set",
            TypeUrl::DynamicForwardProxy => "dynamic-forward-proxy",
            TypeUrl::PriceCatalog => "price-catalog",
            TypeUrl::AiBackend => "ai-backend",
            TypeUrl::ModelRouter => "model-router",
            TypeUrl::Listener => "listener",
            TypeUrl::RouteConfiguration => "route-configuration",
            TypeUrl::VirtualHost => "virtual-host",
            TypeUrl::RouteRule => "route-rule",
            TypeUrl::Commit => "commit",
        }
    }

    /// The type with this short name.
    pub fn from_short(name: &str) -> Option<TypeUrl> {
        TypeUrl::ALL.into_iter().find(|url| url.short() == name)
    }
}

/// A type URL outside the closed list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownTypeUrl(pub String);

// === impl TypeUrl ===

impl fmt::Display for TypeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for TypeUrl {
    type Err = UnknownTypeUrl;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        TypeUrl::ALL
            .into_iter()
            .find(|known| known.as_str() == url)
            .ok_or_else(|| UnknownTypeUrl(url.to_owned()))
    }
}

// === impl UnknownTypeUrl ===

impl fmt::Display for UnknownTypeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown resource type {:?}", self.0)
    }
}

impl std::error::Error for UnknownTypeUrl {}

#[cfg(test)]
mod tests {
    use super::TypeUrl;
    use crate::envoy::config::{cluster, endpoint, listener, route};
    use crate::envoy::extensions::transport_sockets::tls;
    use crate::tidegate::v1 as tidegate;
    use prost::Name;

    #[test]
    fn urls_are_those_of_the_messages() {
        let of_messages = [
            cluster::v3::Cluster::type_url(),
            endpoint::v3::ClusterLoadAssignment::type_url(),
            tls::v3::Secret::type_url(),
            tidegate::Policy::type_url(),
            tidegate::PolicySet::type_url(),
            tidegate::DynamicForwardProxy::type_url(),
            tidegate::PriceCatalog::type_url(),
            tidegate::AiBackend::type_url(),
            tidegate::ModelRouter::type_url(),
            listener::v3::Listener::type_url(),
            route::v3::RouteConfiguration::type_url(),
            route::v3::VirtualHost::type_url(),
            tidegate::RouteRule::type_url(),
            tidegate::Commit::type_url(),
        ];
        let of_list: Vec<&str> = TypeUrl::ALL.iter().map(|url| url.as_str()).collect();
        assert_eq!(of_list, of_messages);
    }

    #[test]
    fn every_type_parses_back() {
        for url in TypeUrl::ALL {
            assert_eq!(url.as_str().parse(), Ok(url));
            assert_eq!(TypeUrl::from_short(url.short()), Some(url));
        }
        assert!("type.googleapis.com/unknown".parse::<TypeUrl>().is_err());
    }
}
