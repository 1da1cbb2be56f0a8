//! A ServiceAccount with just the rights that the guide names, and a kubeconfig for it.
//!
//! The list here is the guide's, so that a right that is forgotten there fails a test. Must not hold an administrator's
//! credentials.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use crate::cluster::Cluster;

/// (API group, resource) of what is read in namespaces.
const NAMESPACED: &[(&str, &str)] = &[
    ("gateway.networking.k8s.io", "gateways"),
    ("gateway.networking.k8s.io", "httproutes"),
    ("gateway.networking.k8s.io", "referencegrants"),
    ("", "services"),
    ("", "secrets"),
    ("", "configmaps"),
    ("discovery.k8s.io", "endpointslices"),
    ("agentgateway.dev", "agentgatewaybackends"),
    ("agentgateway.dev", "agentgatewaypolicies"),
    ("agentgateway.dev", "agentgatewayparameters"),
    ("agentgateway.dev", "agentgatewaymodels"),
    ("tidegate.dev", "tidegatepolicies"),
    ("tidegate.dev", "fleetpins"),
    ("tidegate.dev", "pricecatalogs"),
];
/// (API group, resource) of what is read of the cluster.
const CLUSTER: &[(&str, &str)] = &[
    ("gateway.networking.k8s.io", "gatewayclasses"),
    ("apiextensions.k8s.io", "customresourcedefinitions"),
];

/// (API group, resource, verbs) of what is written to what was read.
const STATUSES: &[(&str, &str, &[&str])] = &[
    (
        "gateway.networking.k8s.io",
        "gatewayclasses/status",
        &["patch"],
    ),
    ("gateway.networking.k8s.io", "gateways/status", &["patch"]),
    ("gateway.networking.k8s.io", "httproutes/status", &["patch"]),
    (
        "agentgateway.dev",
        "agentgatewaybackends/status",
        &["patch"],
    ),
    (
        "agentgateway.dev",
        "agentgatewaypolicies/status",
        &["patch"],
    ),
    ("agentgateway.dev", "agentgatewaymodels/status", &["patch"]),
    ("tidegate.dev", "tidegatepolicies/status", &["patch"]),
    ("tidegate.dev", "fleetpins/status", &["patch"]),
    ("tidegate.dev", "pricecatalogs/status", &["patch"]),
    ("events.k8s.io", "events", &["create", "patch"]),
];
/// The same of the control plane's own namespace.
const OWN: &[(&str, &str, &[&str])] = &[
    (
        "coordination.k8s.io",
        "leases",
        &["get", "list", "watch", "create", "patch", "update"],
    ),
    (
        "tidegate.dev",
        "fleetreports",
        &["get", "list", "watch", "create", "patch", "delete"],
    ),
    ("", "pods", &["get"]),
];

/// Who a control plane of a test is.
pub(crate) struct Role {
    name: String,
    kubeconfig: NamedTempFile,
}

impl Role {
    /// All rights in the whole cluster but one resource; none if it is empty.
    pub(crate) async fn without(cluster: &Cluster, name: &str, resource: &str) -> Result<Role> {
        let role = Role::create(cluster, name).await?;
        role.allow(cluster, |other| other != resource).await?;
        Ok(role)
    }

    /// What `--watch-namespace` needs: a role in the namespace, and its own Namespace and the classes of the cluster.
    pub(crate) async fn within(cluster: &Cluster, namespace: &str) -> Result<Role> {
        let role = Role::create(cluster, namespace).await?;
        let mut rules: Vec<Value> = CLUSTER.iter().map(|pair| rule(*pair)).collect();
        rules.push(
            json!({"apiGroups": [""], "resources": ["namespaces"], "resourceNames": [namespace],
            "verbs": ["get", "list", "watch"]}),
        );
        rules.extend(STATUSES.iter().take(1).map(writing));
        role.bind(cluster, "ClusterRole", &rules).await?;
        let mut rules: Vec<Value> = NAMESPACED.iter().map(|pair| rule(*pair)).collect();
        rules.extend(STATUSES.iter().chain(OWN).map(writing));
        role.bind(cluster, "Role", &rules).await?;
        Ok(role)
    }

    /// Gives every right.
    pub(crate) async fn give(&self, cluster: &Cluster) -> Result<()> {
        self.allow(cluster, |_| true).await
    }

    /// Takes one right away.
    pub(crate) async fn take(&self, cluster: &Cluster, resource: &str) -> Result<()> {
        self.allow(cluster, |other| other != resource).await
    }

    /// Where to find the API server as this role.
    pub(crate) fn kubeconfig(&self) -> &Path {
        self.kubeconfig.path()
    }

    async fn create(cluster: &Cluster, name: &str) -> Result<Role> {
        let account = json!({"apiVersion": "v1", "kind": "ServiceAccount",
            "metadata": {"name": name, "namespace": name}});
        cluster.apply(&account.to_string()).await?;
        let token = cluster
            .kubectl(&["-n", name, "create", "token", name])
            .await?;
        let text = std::fs::read_to_string(cluster.kubeconfig())?;
        let admin = cluster
            .kubectl(&["config", "view", "--raw", "-o", "json"])
            .await;
        let mut config: Value = serde_json::from_str(&admin.context(text)?)?;
        let users = config.get_mut("users").and_then(Value::as_array_mut);
        for user in users.context("no users")? {
            user["user"] = json!({"token": token.trim()});
        }
        let kubeconfig = NamedTempFile::new()?;
        std::fs::write(kubeconfig.path(), config.to_string())?;
        Ok(Role {
            name: name.to_owned(),
            kubeconfig,
        })
    }

    async fn allow(&self, cluster: &Cluster, is_allowed: impl Fn(&str) -> bool) -> Result<()> {
        let allowed = CLUSTER
            .iter()
            .chain(NAMESPACED)
            .chain(&[("", "namespaces")])
            .filter(|(_, resource)| is_allowed(resource));
        let mut rules: Vec<Value> = allowed.map(|pair| rule(*pair)).collect();
        rules.extend(STATUSES.iter().chain(OWN).map(writing));
        self.bind(cluster, "ClusterRole", &rules).await
    }

    async fn bind(&self, cluster: &Cluster, kind: &str, rules: &[Value]) -> Result<()> {
        let name = &self.name;
        let group = "rbac.authorization.k8s.io";
        let mut metadata = json!({"name": name});
        if kind == "Role" {
            metadata["namespace"] = json!(name);
        }
        let role = json!({"apiVersion": format!("{group}/v1"), "kind": kind, "metadata": metadata, "rules": rules});
        let binding = json!({"apiVersion": format!("{group}/v1"), "kind": format!("{kind}Binding"), "metadata": metadata,
            "roleRef": {"apiGroup": group, "kind": kind, "name": name},
            "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": name}]});
        cluster.apply(&format!("{role}\n---\n{binding}\n")).await
    }
}

fn rule((group, resource): (&str, &str)) -> Value {
    json!({"apiGroups": [group], "resources": [resource], "verbs": ["get", "list", "watch"]})
}

/// A rule that lets somebody write.
fn writing((group, resource, verbs): &(&str, &str, &[&str])) -> Value {
    json!({"apiGroups": [group], "resources": [resource], "verbs": verbs})
}
