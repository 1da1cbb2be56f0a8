//! The identity of an object: its kind, namespace and name.
//!
//! Owns the closed list of accepted kinds and their API groups. Must not know any object's content. The
//! order of `ObjectKey` is the order in which reports are printed, so it must stay total and stable.

use std::fmt;

/// A kind that Tidegate reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// `gateway.networking.k8s.io` GatewayClass (cluster-scoped).
    GatewayClass,
    /// `gateway.networking.k8s.io` Gateway.
    Gateway,
    /// `gateway.networking.k8s.io` HTTPRoute.
    HttpRoute,
    /// `gateway.networking.k8s.io` ReferenceGrant.
    ReferenceGrant,
    /// Core Namespace (cluster-scoped).
    Namespace,
    /// Core Service.
    Service,
    /// Core Secret.
    Secret,
    /// Core ConfigMap.
    ConfigMap,
    /// `discovery.k8s.io` EndpointSlice.
    EndpointSlice,
    /// `agentgateway.dev` AgentgatewayBackend.
    AgentgatewayBackend,
    /// `agentgateway.dev` AgentgatewayPolicy.
    AgentgatewayPolicy,
    /// `agentgateway.dev` AgentgatewayParameters.
    AgentgatewayParameters,
    /// `agentgateway.dev` AgentgatewayModel.
    AgentgatewayModel,
    /// `tidegate.dev` TidegatePolicy.
    TidegatePolicy,
    /// `tidegate.dev` FleetPin.
    FleetPin,
    /// `tidegate.dev` PriceCatalog.
    PriceCatalog,
}

/// Which object: group, kind, namespace and name. Kinds that Tidegate does not read have keys too, so that
/// a report can name them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectKey {
    /// API group; empty for the core group.
    pub group: String,
    /// Kind as written.
    pub kind: String,
    /// Namespace; empty for objects that are cluster-scoped.
    pub namespace: String,
    /// Name.
    pub name: String,
}

// === impl Kind ===

impl Kind {
    /// Every kind, in reading order.
    pub const ALL: [Kind; 16] = [
        Kind::GatewayClass,
        Kind::Gateway,
        Kind::HttpRoute,
        Kind::ReferenceGrant,
        Kind::Namespace,
        Kind::Service,
        Kind::Secret,
        Kind::ConfigMap,
        Kind::EndpointSlice,
        Kind::AgentgatewayBackend,
        Kind::AgentgatewayPolicy,
        Kind::AgentgatewayParameters,
        Kind::AgentgatewayModel,
        Kind::TidegatePolicy,
        Kind::FleetPin,
        Kind::PriceCatalog,
    ];

    /// API group; empty for the core group.
    pub const fn group(self) -> &'static str {
        match self {
            Kind::GatewayClass | Kind::Gateway | Kind::HttpRoute | Kind::ReferenceGrant => {
                "gateway.networking.k8s.io"
            }
            Kind::Namespace | Kind::Service | Kind::Secret | Kind::ConfigMap => "",
            Kind::EndpointSlice => "discovery.k8s.io",
            Kind::AgentgatewayBackend
            | Kind::AgentgatewayPolicy
            | Kind::AgentgatewayParameters
            | Kind::AgentgatewayModel => "agentgateway.dev",
            Kind::TidegatePolicy | Kind::FleetPin | Kind::PriceCatalog => "tidegate.dev",
        }
    }

    /// Versions that decode, the preferred one first.
    pub const fn versions(self) -> &'static [&'static str] {
        match self {
            Kind::GatewayClass | Kind::Gateway | Kind::HttpRoute | Kind::ReferenceGrant => {
                &["v1", "v1beta1"]
            }
            Kind::Namespace | Kind::Service | Kind::Secret | Kind::ConfigMap => &["v1"],
            Kind::EndpointSlice => &["v1"],
            Kind::AgentgatewayBackend
            | Kind::AgentgatewayPolicy
            | Kind::AgentgatewayParameters
            | Kind::AgentgatewayModel
            | Kind::TidegatePolicy
            | Kind::FleetPin
            | Kind::PriceCatalog => &["v1alpha1"],
        }
    }

    /// Kind as written in a manifest.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::GatewayClass => "GatewayClass",
            Kind::Gateway => "Gateway",
            Kind::HttpRoute => "HTTPRoute",
            Kind::ReferenceGrant => "ReferenceGrant",
            Kind::Namespace => "Namespace",
            Kind::Service => "Service",
            Kind::Secret => "Secret",
            Kind::ConfigMap => "ConfigMap",
            Kind::EndpointSlice => "EndpointSlice",
            Kind::AgentgatewayBackend => "AgentgatewayBackend",
            Kind::AgentgatewayPolicy => "AgentgatewayPolicy",
            Kind::AgentgatewayParameters => "AgentgatewayParameters",
            Kind::AgentgatewayModel => "AgentgatewayModel",
            Kind::TidegatePolicy => "TidegatePolicy",
            Kind::FleetPin => "FleetPin",
            Kind::PriceCatalog => "PriceCatalog",
        }
    }

    /// Whether objects of the kind live in a namespace.
    pub const fn is_namespaced(self) -> bool {
        !matches!(self, Kind::GatewayClass | Kind::Namespace)
    }

    /// The kind of this group and name.
    pub fn of(group: &str, kind: &str) -> Option<Kind> {
        Kind::ALL
            .into_iter()
            .find(|known| known.group() == group && known.as_str() == kind)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

// === impl ObjectKey ===

impl ObjectKey {
    /// The key of an object of a known kind.
    pub fn new(kind: Kind, namespace: impl Into<String>, name: impl Into<String>) -> ObjectKey {
        ObjectKey {
            group: kind.group().to_owned(),
            kind: kind.as_str().to_owned(),
            namespace: namespace.into(),
            name: name.into(),
        }
    }

    /// The known kind, if it is one.
    pub fn known(&self) -> Option<Kind> {
        Kind::of(&self.group, &self.kind)
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace.is_empty() {
            write!(f, "{} {}", self.kind, self.name)
        } else {
            write!(f, "{} {}/{}", self.kind, self.namespace, self.name)
        }
    }
}
