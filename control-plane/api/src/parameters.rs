//! AgentgatewayParameters: how the proxies of a Gateway are deployed.
//!
//! Owns the typed fields and the overlays that are laid over what was generated from them. Must not know what
//! is generated: an overlay is JSON, merged strategically by who deploys. Typed fields come before overlays,
//! and the class's before the Gateway's.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{EnvVar, ResourceRequirements};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::check::Check;
use crate::effect::Effects;
use crate::key::Kind;
use crate::metadata::Metadata;
use crate::object::{Resource, resource_metadata};
use crate::schema::rule::{at_most_one, rule};

/// AgentgatewayParameters.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct AgentgatewayParameters {
    /// `metadata`.
    pub metadata: Metadata,
    /// `spec`.
    pub spec: ParametersSpec,
    /// What of it is in effect.
    #[serde(skip)]
    pub effects: Effects,
}

/// How the proxies are deployed.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [
    rule(
        "!has(self.deployment) || !has(self.workload) || !has(self.workload.kind) \
         || self.workload.kind == 'Deployment'",
        "deployment needs workload.kind Deployment or none",
    ),
    rule(
        "!has(self.daemonSet) || (has(self.workload) && has(self.workload.kind) \
         && self.workload.kind == 'DaemonSet')",
        "daemonSet needs workload.kind DaemonSet",
    ),
    rule(
        "!has(self.horizontalPodAutoscaler) || !has(self.workload) || !has(self.workload.kind) \
         || self.workload.kind != 'DaemonSet'",
        "horizontalPodAutoscaler excludes workload.kind DaemonSet",
    ),
]))]
pub struct ParametersSpec {
    /// What runs the proxies.
    pub workload: Option<Workload>,
    /// Logs of the proxies.
    pub logging: Option<Logging>,
    /// Configuration of the proxy as it stands in its file; typed fields win over it.
    pub raw_config: Option<Map<String, Value>>,
    /// Image of the proxies.
    pub image: Option<Image>,
    /// Environment of the proxy's container; an entry replaces one of the same name.
    #[schemars(schema_with = "env", length(max = 1_024))]
    pub env: Option<Vec<EnvVar>>,
    /// Compute resources of the proxy's container.
    pub resources: Option<ResourceRequirements>,
    /// How long a proxy drains.
    pub shutdown: Option<Shutdown>,
    /// Istio's mesh.
    pub istio: Option<Istio>,
    /// Identity by SPIFFE.
    pub spiffe: Option<Spiffe>,
    /// Where prices of models come from; has an effect in parameters of a Gateway, not of a class.
    pub model_catalog: Option<ModelCatalog>,
    /// Laid over the Deployment.
    pub deployment: Option<Overlay>,
    /// Laid over the DaemonSet.
    pub daemon_set: Option<Overlay>,
    /// Laid over the Service.
    pub service: Option<Overlay>,
    /// Laid over the ServiceAccount.
    pub service_account: Option<Overlay>,
    /// Asks for a PodDisruptionBudget, and is laid over it.
    pub pod_disruption_budget: Option<Overlay>,
    /// Asks for a HorizontalPodAutoscaler, and is laid over it.
    pub horizontal_pod_autoscaler: Option<Overlay>,
}

/// What runs the proxies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Workload {
    /// Kind of the workload; Deployment where none is given.
    pub kind: Option<WorkloadKind>,
}

/// A kind of workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum WorkloadKind {
    /// As many proxies as replicas.
    Deployment,
    /// One proxy per node.
    DaemonSet,
}

/// Logs of the proxies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Logging {
    /// Level, or levels per module, in the syntax of `RUST_LOG`.
    pub level: Option<String>,
    /// Format of a line.
    pub format: Option<LogFormat>,
}

/// The format of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object.
    Json,
    /// For people.
    Text,
}

/// An image, in parts that can be replaced one by one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Image {
    /// Registry.
    pub registry: Option<String>,
    /// Repository in the registry.
    pub repository: Option<String>,
    /// Tag.
    pub tag: Option<String>,
    /// Digest, `sha256:...`; wins over the tag.
    pub digest: Option<String>,
    /// When the image is pulled.
    pub pull_policy: Option<String>,
}

/// How long a proxy drains, in seconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(extend("x-kubernetes-validations" = [
    rule("self.min <= self.max", "min must not exceed max"),
]))]
pub struct Shutdown {
    /// Seconds in which new connections are still taken, because load balancers have not heard yet.
    #[schemars(range(max = 31_536_000))]
    pub min: u32,
    /// Seconds after which what is open is cut.
    #[schemars(range(max = 31_536_000))]
    pub max: u32,
}

/// Istio's mesh.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Istio {
    /// Whether it is used.
    pub enabled: Option<bool>,
    /// Address of the certificate authority.
    pub ca_address: Option<String>,
    /// Trust domain.
    pub trust_domain: Option<String>,
    /// Further trust domains whose peers are let in.
    #[schemars(length(max = 1_024))]
    pub additional_trust_domains: Option<Vec<String>>,
    /// Cluster that the proxy says it is in.
    pub cluster_id: Option<String>,
    /// Network that the proxy says it is in.
    pub network: Option<String>,
}

/// Identity by SPIFFE.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Spiffe {
    /// Whether it is used.
    pub enabled: Option<bool>,
    /// Where the socket of the agent comes from.
    pub source: Option<SpiffeSource>,
    /// Where it is mounted; `/spiffe-workload-api` where none is given.
    #[schemars(regex(pattern = "^/"))]
    pub mount_path: Option<String>,
    /// File name of the socket; `spire-agent.sock` where none is given.
    pub socket_name: Option<String>,
}

/// Where the socket of a SPIFFE agent comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [at_most_one(&["csi", "hostPath"])]))]
pub struct SpiffeSource {
    /// A CSI driver.
    pub csi: Option<SpiffeCsi>,
    /// A directory of the node.
    pub host_path: Option<SpiffeHostPath>,
}

/// A CSI driver.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SpiffeCsi {
    /// Its name; `csi.spiffe.io` where none is given.
    pub driver: Option<String>,
}

/// A directory of the node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct SpiffeHostPath {
    /// Its path.
    #[schemars(length(min = 1))]
    pub path: String,
}

/// Where prices of models come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ModelCatalog {
    /// Sources; a later one wins.
    #[schemars(length(max = 1_024))]
    pub sources: Option<Vec<ModelCatalogSource>>,
}

/// A source of prices.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ModelCatalogSource {
    /// A ConfigMap in the namespace of the Gateway.
    pub config_map: Option<ModelCatalogConfigMap>,
}

/// A ConfigMap with prices.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct ModelCatalogConfigMap {
    /// Name.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Key; `catalog.json` where none is given.
    pub key: Option<String>,
}

/// What is laid over a generated object.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Overlay {
    /// Labels and annotations that are added; the Gateway's win over its class's.
    pub metadata: Option<OverlayMetadata>,
    /// A strategic merge patch of `spec`.
    pub spec: Option<Map<String, Value>>,
}

/// Labels and annotations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct OverlayMetadata {
    /// Labels.
    #[schemars(extend("maxProperties" = 1_024))]
    pub labels: Option<BTreeMap<String, String>>,
    /// Annotations.
    #[schemars(extend("maxProperties" = 1_024))]
    pub annotations: Option<BTreeMap<String, String>>,
}

// Kubernetes' own schema lets the name of a reference be absent for old clients; the derived one does not.
fn env(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = Vec::<EnvVar>::json_schema(generator);
    for reference in ["configMapKeyRef", "secretKeyRef"] {
        let path = format!("/items/properties/valueFrom/properties/{reference}");
        if let Some(reference) = schema.pointer_mut(&path).and_then(Value::as_object_mut) {
            reference.insert("required".to_owned(), json!(["key"]));
            reference.insert("x-kubernetes-map-type".to_owned(), json!("atomic"));
            if let Some(name) = reference
                .get_mut("properties")
                .and_then(|properties| properties.get_mut("name"))
                .and_then(Value::as_object_mut)
            {
                name.insert("default".to_owned(), json!(""));
            }
        }
    }
    schema
}

impl Resource for AgentgatewayParameters {
    const KIND: Kind = Kind::AgentgatewayParameters;
    resource_metadata!();

    fn check(&self, _: &mut Check) {}

    fn note_effects(&mut self, effects: Effects) {
        self.effects = effects;
    }
}
