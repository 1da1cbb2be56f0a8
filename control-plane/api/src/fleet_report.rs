//! FleetReport: what one replica of the control plane knows of the proxies of one Gateway.
//!
//! Owns the fields that replicas tell each other. Must not decide what follows from them. It is no user's interface: a
//! replica writes its own and reads all. A reader goes by what it sees change on its own clock, so there is no time in it.

use kube::CustomResource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a replica knows of the proxies of a Gateway.
#[derive(
    CustomResource, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema,
)]
#[kube(
    group = "tidegate.dev",
    version = "v1alpha1",
    kind = "FleetReport",
    namespaced,
    derive = "PartialEq",
    // Its definition is made with those of the other kinds, in `schema::crd`.
    schema = "disabled"
)]
#[serde(rename_all = "camelCase")]
pub struct FleetReportSpec {
    /// The Gateway.
    pub gateway: ReportedGateway,
    /// Name of the replica, of its Pod in a cluster.
    #[schemars(length(min = 1, max = 253))]
    pub replica: String,
    /// Counts the renewals: a report that stops counting is out of date.
    #[schemars(range(min = 0))]
    pub renewals: i64,
    /// Connected proxies by what they applied.
    #[serde(default)]
    #[schemars(length(max = 64))]
    pub applied: Vec<Applied>,
    /// What proxies refused.
    #[serde(default)]
    #[schemars(length(max = 1_024))]
    pub rejections: Vec<ReportedRejection>,
}

/// Which Gateway.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct ReportedGateway {
    /// Namespace.
    #[schemars(length(min = 1, max = 63))]
    pub namespace: String,
    /// Name.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
}

/// Which resources a proxy is sent.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum ReportedProfile {
    /// Those for our proxies.
    Tidegate,
    /// Those for a real Envoy.
    Envoy,
}

/// Where the fault of a refused resource lies.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum ReportedCause {
    /// In its content.
    Content,
    /// In the proxy's machine; it may pass.
    Machine,
}

/// Proxies that applied one commit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Applied {
    /// What they are sent.
    pub profile: ReportedProfile,
    /// Id of the commit; empty for proxies that applied none.
    #[schemars(length(max = 128))]
    pub commit: String,
    /// How many they are.
    #[schemars(range(min = 0))]
    pub proxies: u32,
}

/// A resource that proxies refused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportedRejection {
    /// What they are sent.
    pub profile: ReportedProfile,
    /// Type URL of the resource.
    #[schemars(length(min = 1, max = 256))]
    pub r#type: String,
    /// Name of the resource.
    #[schemars(length(min = 1, max = 2_048))]
    pub name: String,
    /// Hash of its content: the rejection is about this and no other.
    #[schemars(length(min = 1, max = 128))]
    pub hash: String,
    /// Where the fault lies.
    pub cause: ReportedCause,
    /// Version of a proxy that refused it.
    #[serde(default)]
    #[schemars(length(max = 128))]
    pub proxy_version: String,
    /// The proxy's words, cut where they are long.
    #[schemars(length(max = 4_096))]
    pub message: String,
    /// How many proxies refuse it; none where the replica that knew them has gone.
    #[schemars(range(min = 0))]
    pub proxies: u32,
}
