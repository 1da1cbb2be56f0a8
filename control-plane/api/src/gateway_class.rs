//! GatewayClass: which controller serves the Gateways of a class.
//!
//! Owns the fields that decide whether a class is ours. Must not decide it.

use serde::Deserialize;

use crate::check::Check;
use crate::key::Kind;
use crate::metadata::Metadata;
use crate::object::{Resource, resource_metadata};

/// GatewayClass.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct GatewayClass {
    /// `metadata`.
    pub metadata: Metadata,
    /// `spec`.
    pub spec: GatewayClassSpec,
}

/// `spec` of a GatewayClass.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GatewayClassSpec {
    /// Domain-prefixed path of the controller, `tidegate.dev/gateway-controller`.
    pub controller_name: String,
    /// How the Gateways of the class are deployed.
    pub parameters_ref: Option<ParametersReference>,
}

/// Reference to parameters.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ParametersReference {
    /// API group.
    pub group: String,
    /// Kind.
    pub kind: String,
    /// Name.
    pub name: String,
    /// Namespace; needed where the kind has one.
    pub namespace: Option<String>,
}

impl Resource for GatewayClass {
    const KIND: Kind = Kind::GatewayClass;
    resource_metadata!();

    fn check(&self, check: &mut Check) {
        check.field("spec", |check| {
            let name = &self.spec.controller_name;
            check.length("controllerName", name, 1, 253);
            check.that(
                "controllerName",
                name.contains('/'),
                "must be <domain>/<path>",
            );
        });
    }
}
