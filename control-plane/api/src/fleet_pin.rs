//! FleetPin: holds the proxies of a Gateway, or a share of them, at what they serve.
//!
//! Owns what an operator asks for. Must not say what is served: a commit that is not known any more is for the
//! control plane to report. No field is in effect yet.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::check::Check;
use crate::effect::Effects;
use crate::key::Kind;
use crate::metadata::Metadata;
use crate::object::{Resource, resource_metadata};
use crate::schema::rule::exactly_one;

/// FleetPin.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct FleetPin {
    /// `metadata`.
    pub metadata: Metadata,
    /// `spec`.
    pub spec: FleetPinSpec,
    /// What of it is in effect.
    #[serde(skip)]
    pub effects: Effects,
}

/// Holds proxies: at a commit, or at what they serve when the pin appears.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [exactly_one(&["commit", "freeze"])]))]
pub struct FleetPinSpec {
    /// Gateway of the proxies, in the same namespace.
    pub gateway: GatewayName,
    /// Commit that they are held at.
    #[schemars(length(min = 1, max = 256))]
    pub commit: Option<String>,
    /// Holds them at what they serve now.
    pub freeze: Option<Freeze>,
    /// Share of the proxies, in percent.
    #[serde(default = "all")]
    #[schemars(range(min = 1, max = 100))]
    pub share: u32,
    /// Why, for whoever reads it next.
    #[schemars(length(max = 1_024))]
    pub reason: Option<String>,
}

/// A Gateway in the same namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub struct GatewayName {
    /// Its name.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
}

/// Has no fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub struct Freeze {}

fn all() -> u32 {
    100
}

impl Resource for FleetPin {
    const KIND: Kind = Kind::FleetPin;
    resource_metadata!();

    fn check(&self, _: &mut Check) {}

    fn note_effects(&mut self, effects: Effects) {
        self.effects = effects;
    }
}
