//! The custom resources: names, columns, schemas, manifests.
//!
//! Owns the one table of them. Group, version and kind are `Kind`'s. Those of `agentgateway.dev` have upstream's
//! names, labels and columns, so that what knows them there knows them here.

use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use crate::backend::BackendSpec;
use crate::fleet_pin::FleetPinSpec;
use crate::fleet_report::FleetReportSpec;
use crate::key::Kind;
use crate::model::ModelSpec;
use crate::parameters::ParametersSpec;
use crate::policy::PolicySpec;
use crate::price_catalog::PriceCatalogSpec;
use crate::schema::structural;
use crate::schema::validate::Judge;
use crate::status::{ModelStatus, NoStatus, ObjectStatus, PolicyStatus};
use crate::tidegate_policy::TidegatePolicySpec;

/// A custom resource.
struct Resource {
    named: Named,
    plural: &'static str,
    short: &'static str,
    description: &'static str,
    /// Whether it is a policy that is attached directly (GEP-713).
    is_direct_policy: bool,
    columns: &'static [Column],
    spec: fn() -> Value,
    status: fn() -> Value,
}

/// What a kind is to us.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    /// Decoded, and translated.
    Input(Kind),
    /// What replicas tell each other: no input of a translation, and no user's to write.
    FleetReport,
}

/// A column that `kubectl get` prints.
struct Column {
    name: &'static str,
    path: &'static str,
    kind: &'static str,
}

const AGE: Column = Column {
    name: "Age",
    path: ".metadata.creationTimestamp",
    kind: "date",
};

const ANCESTORS: &[Column] = &[
    Column {
        name: "Accepted",
        path: ".status.ancestors[*].conditions[?(@.type=='Accepted')].status",
        kind: "string",
    },
    Column {
        name: "Attached",
        path: ".status.ancestors[*].conditions[?(@.type=='Attached')].status",
        kind: "string",
    },
    AGE,
];

const TABLE: &[Resource] = &[
    Resource {
        named: Named::Input(Kind::AgentgatewayBackend),
        plural: "agentgatewaybackends",
        short: "agbe",
        description: "Something that routes send requests to: model providers, MCP servers, a host.",
        is_direct_policy: false,
        columns: &[
            Column {
                name: "Accepted",
                path: ".status.conditions[?(@.type=='Accepted')].status",
                kind: "string",
            },
            AGE,
        ],
        spec: structural::of::<BackendSpec>,
        status: structural::of::<ObjectStatus>,
    },
    Resource {
        named: Named::Input(Kind::AgentgatewayPolicy),
        plural: "agentgatewaypolicies",
        short: "agpol",
        description: "What is done to traffic, attached to the objects that it passes.",
        is_direct_policy: true,
        columns: ANCESTORS,
        spec: structural::of::<PolicySpec>,
        status: structural::of::<PolicyStatus>,
    },
    Resource {
        named: Named::Input(Kind::AgentgatewayParameters),
        plural: "agentgatewayparameters",
        short: "agpar",
        description: "How the proxies of a Gateway, or of all Gateways of a class, are deployed.",
        is_direct_policy: true,
        columns: &[AGE],
        spec: structural::of::<ParametersSpec>,
        status: structural::of::<NoStatus>,
    },
    Resource {
        named: Named::Input(Kind::AgentgatewayModel),
        plural: "agentgatewaymodels",
        short: "agmodel",
        description: "A model by the name under which clients ask for it.",
        is_direct_policy: false,
        columns: &[
            Column {
                name: "Model Match",
                path: ".spec.match.model",
                kind: "string",
            },
            AGE,
        ],
        spec: structural::of::<ModelSpec>,
        status: structural::of::<ModelStatus>,
    },
    Resource {
        named: Named::Input(Kind::TidegatePolicy),
        plural: "tidegatepolicies",
        short: "tgpol",
        description: "What AgentgatewayPolicy has no field for.",
        is_direct_policy: true,
        columns: ANCESTORS,
        spec: structural::of::<TidegatePolicySpec>,
        status: structural::of::<PolicyStatus>,
    },
    Resource {
        named: Named::FleetReport,
        plural: "fleetreports",
        short: "tgfr",
        description: "What the proxies of a Gateway say to one replica of the control plane.",
        is_direct_policy: false,
        columns: &[
            Column {
                name: "Gateway",
                path: ".spec.gateway.name",
                kind: "string",
            },
            Column {
                name: "Replica",
                path: ".spec.replica",
                kind: "string",
            },
            AGE,
        ],
        spec: structural::of::<FleetReportSpec>,
        status: structural::of::<NoStatus>,
    },
    Resource {
        named: Named::Input(Kind::FleetPin),
        plural: "fleetpins",
        short: "tgpin",
        description: "Holds the proxies of a Gateway, or a share of them, at what they serve.",
        is_direct_policy: false,
        columns: &[
            Column {
                name: "Gateway",
                path: ".spec.gateway.name",
                kind: "string",
            },
            Column {
                name: "Share",
                path: ".spec.share",
                kind: "integer",
            },
            AGE,
        ],
        spec: structural::of::<FleetPinSpec>,
        status: structural::of::<ObjectStatus>,
    },
    Resource {
        named: Named::Input(Kind::PriceCatalog),
        plural: "pricecatalogs",
        short: "tgprice",
        description: "A layer of prices of models, by provider.",
        is_direct_policy: false,
        columns: &[
            Column {
                name: "Priority",
                path: ".spec.priority",
                kind: "integer",
            },
            AGE,
        ],
        spec: structural::of::<PriceCatalogSpec>,
        status: structural::of::<ObjectStatus>,
    },
];

// A constant that is too large to be one: the schemas follow from the types alone.
static JUDGES: [OnceLock<Judge>; TABLE.len()] = [const { OnceLock::new() }; TABLE.len()];

/// The kinds that are custom resources of ours and that Tidegate decodes.
pub fn kinds() -> impl Iterator<Item = Kind> {
    TABLE.iter().filter_map(|resource| resource.named.kind())
}

/// What judges objects of a kind; `None` where the kind is no custom resource of ours.
pub fn judge(kind: Kind) -> Option<&'static Judge> {
    let index = TABLE
        .iter()
        .position(|resource| resource.named == Named::Input(kind))?;
    let (resource, judge) = (TABLE.get(index)?, JUDGES.get(index)?);
    Some(judge.get_or_init(|| Judge::new(resource.schema(&[]))))
}

/// Path and content of the CustomResourceDefinition of each kind. Groups have directories of their own: where
/// upstream's definitions are installed, ours of that group stay out.
pub fn manifests() -> impl Iterator<Item = (String, Value)> {
    TABLE.iter().map(|resource| {
        let group = resource.named.group();
        (
            format!("{}/{group}_{}.yaml", owner(group), resource.plural),
            resource.manifest(),
        )
    })
}

fn owner(group: &str) -> &str {
    group.trim_end_matches(".dev")
}

// === impl Named ===

impl Named {
    const fn kind(self) -> Option<Kind> {
        match self {
            Named::Input(kind) => Some(kind),
            Named::FleetReport => None,
        }
    }

    const fn group(self) -> &'static str {
        match self {
            Named::Input(kind) => kind.group(),
            Named::FleetReport => "tidegate.dev",
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Named::Input(kind) => kind.as_str(),
            Named::FleetReport => "FleetReport",
        }
    }

    const fn versions(self) -> &'static [&'static str] {
        match self {
            Named::Input(kind) => kind.versions(),
            Named::FleetReport => &["v1alpha1"],
        }
    }
}

// === impl Resource ===

impl Resource {
    fn schema(&self, extra: &[(&str, Value)]) -> Value {
        let mut properties = Map::new();
        properties.insert("apiVersion".to_owned(), json!({"type": "string"}));
        properties.insert("kind".to_owned(), json!({"type": "string"}));
        properties.insert("metadata".to_owned(), json!({"type": "object"}));
        properties.insert("spec".to_owned(), (self.spec)());
        for (name, schema) in extra {
            properties.insert((*name).to_owned(), schema.clone());
        }
        json!({
            "description": self.description,
            "type": "object",
            "properties": properties,
            "required": ["spec"],
        })
    }

    fn manifest(&self) -> Value {
        let (group, kind) = (self.named.group(), self.named.as_str());
        let owner = owner(group);
        let mut labels = json!({
            "app": owner,
            "app.kubernetes.io/name": owner,
            // By this, an installer tells ours from upstream's.
            "app.kubernetes.io/part-of": "tidegate",
        });
        if self.is_direct_policy
            && let Some(labels) = labels.as_object_mut()
        {
            let name = "gateway.networking.k8s.io/policy".to_owned();
            labels.insert(name, json!("Direct"));
        }
        let columns: Vec<Value> = self
            .columns
            .iter()
            .map(
                |column| json!({"name": column.name, "jsonPath": column.path, "type": column.kind}),
            )
            .collect();
        let versions: Vec<Value> = self
            .named
            .versions()
            .iter()
            .map(|version| {
                json!({
                    "name": version,
                    "served": true,
                    "storage": true,
                    "subresources": {"status": {}},
                    "additionalPrinterColumns": columns,
                    "schema": {"openAPIV3Schema": self.schema(&[("status", (self.status)())])},
                })
            })
            .collect();
        json!({
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": format!("{}.{group}", self.plural), "labels": labels},
            "spec": {
                "group": group,
                "names": {
                    "kind": kind,
                    "listKind": format!("{kind}List"),
                    "plural": self.plural,
                    "singular": kind.to_ascii_lowercase(),
                    "shortNames": [self.short],
                    "categories": [owner],
                },
                "scope": "Namespaced",
                "versions": versions,
            },
        })
    }
}
