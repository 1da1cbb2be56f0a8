//! Which kinds have a status that Tidegate writes, and how it is laid out.
//!
//! Owns the one table from kinds to layouts. Must not know conditions. A kind that is added gets its line here, and
//! nothing else of the status code changes.

use cp_api::Kind;

/// The layout of a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `conditions`, and `supportedFeatures` of a class.
    Conditions,
    /// `conditions`, `addresses` and `listeners`: the whole status is ours.
    Listeners,
    /// `parents`, shared with other controllers.
    Parents,
    /// `ancestors`, shared with other controllers.
    Ancestors,
}

impl Shape {
    /// The layout of a kind's status; `None` where Tidegate writes none.
    pub const fn of(kind: Kind) -> Option<Shape> {
        match kind {
            Kind::GatewayClass
            | Kind::AgentgatewayBackend
            | Kind::FleetPin
            | Kind::PriceCatalog => Some(Shape::Conditions),
            Kind::Gateway => Some(Shape::Listeners),
            Kind::HttpRoute | Kind::AgentgatewayModel => Some(Shape::Parents),
            Kind::AgentgatewayPolicy | Kind::TidegatePolicy => Some(Shape::Ancestors),
            Kind::ReferenceGrant
            | Kind::Namespace
            | Kind::Service
            | Kind::Secret
            | Kind::ConfigMap
            | Kind::EndpointSlice
            | Kind::AgentgatewayParameters => None,
        }
    }

    /// Kinds with a status that Tidegate writes.
    pub fn kinds() -> impl Iterator<Item = (Kind, Shape)> {
        Kind::ALL
            .into_iter()
            .filter_map(|kind| Shape::of(kind).map(|shape| (kind, shape)))
    }

    /// The list whose entries belong to someone each, if the layout has one.
    pub(crate) const fn list(self) -> Option<&'static str> {
        match self {
            Shape::Conditions => None,
            Shape::Listeners => Some("listeners"),
            Shape::Parents => Some("parents"),
            Shape::Ancestors => Some("ancestors"),
        }
    }

    /// How many entries the API server takes in that list.
    pub(crate) const fn limit(self) -> usize {
        match self {
            Shape::Conditions => 0,
            Shape::Listeners => 64,
            Shape::Parents => 32,
            Shape::Ancestors => 16,
        }
    }

    /// Whether entries of other controllers may stand in the list.
    pub(crate) const fn is_shared(self) -> bool {
        match self {
            Shape::Conditions | Shape::Listeners => false,
            Shape::Parents | Shape::Ancestors => true,
        }
    }
}
