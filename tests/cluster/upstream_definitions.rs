//! Tidegate where upstream's definitions of `agentgateway.dev` are installed: whatever a guide tells, they stay as they are.
//!
//! Must not force anything. Upstream's are played by our own, changed a little: what counts is whose they are, and that
//! they are not the same.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::binaries;

use crate::cluster::Cluster;
use crate::install::{
    NAMESPACE, condition, nothing_was_refused, until_accepted, until_ready, until_routed,
};
use crate::{deploy, helm};

const NAMES: [&str; 4] = [
    "agentgatewaybackends.agentgateway.dev",
    "agentgatewaymodels.agentgateway.dev",
    "agentgatewayparameters.agentgateway.dev",
    "agentgatewaypolicies.agentgateway.dev",
];
/// Where our backends have a field that upstream's lack.
const PROVIDER: &str = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/ai\
                        /properties/groups/items/properties/providers/items/properties";
/// What is served to show that it works.
const SERVED: &str = include_str!("upstream_definitions/served.yaml");

/// Nothing of ours overwrites them, by whatever tool they came; beside them everything works; with ours gone they are there.
pub(crate) async fn stay_as_they_are(cluster: &Cluster) -> Result<()> {
    let upstream = upstream(cluster).await?;
    delete(cluster, "deploy/crds").await?;

    // By the same tool as ours: only the name of the field manager tells them apart.
    let by_kubectl = install(cluster, &upstream, "kubectl").await?;
    is_refused(cluster, "deploy/crds", "kubectl").await?;
    ensure!(present(cluster).await? == by_kubectl, "overwritten");
    remove(cluster).await?;

    let by_helm = install(cluster, &upstream, "helm").await?;
    let stay = async |after: &str| {
        let now = present(cluster).await?;
        ensure!(now == by_helm, "{after}: overwritten");
        Ok(())
    };
    is_refused(cluster, "deploy", "helm").await?;
    stay("deploy").await?;
    apply(cluster, "deploy/beside-agentgateway").await?;
    until_ready(cluster, NAMESPACE, 2).await?;
    until_accepted(cluster, "tidegate").await?;
    is_served(cluster, NAMESPACE).await?;
    stay("deploy/beside-agentgateway").await?;
    delete(cluster, "deploy/beside-agentgateway").await?;
    stay("its removal").await?;

    let home = tempfile::tempdir()?;
    helm::install(cluster, &home, &[]).await?;
    is_served(cluster, helm::NAMESPACE).await?;
    stay("the chart").await?;
    helm::uninstall(cluster, &home, &helm::DEFINITIONS).await?;
    stay("its removal").await?;

    remove(cluster).await?;
    delete(cluster, "deploy/crds/tidegate").await?;
    cluster.furnish().await
}

/// Definitions as upstream's might be: a field of ours is not there, and words and labels are others.
async fn upstream(cluster: &Cluster) -> Result<String> {
    let mut all = Vec::new();
    for name in NAMES {
        let ours = cluster.get("", "customresourcedefinition", name).await?;
        let metadata = json!({"name": name,
            "labels": {"app": "agentgateway", "app.kubernetes.io/managed-by": "Helm"},
            "annotations": {"meta.helm.sh/release-name": "agentgateway-crds",
                "meta.helm.sh/release-namespace": "agentgateway-system"}});
        let mut theirs = json!({"apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition", "metadata": metadata, "spec": ours["spec"]});
        let schema = theirs.pointer_mut("/spec/versions/0/schema/openAPIV3Schema");
        schema.context("no schema")?["description"] = "Upstream's.".into();
        if name.starts_with("agentgatewaybackends") {
            let provider = theirs.pointer_mut(PROVIDER).and_then(Value::as_object_mut);
            let removed = provider.and_then(|fields| fields.remove("weight"));
            removed.context("our field is not there")?;
        }
        all.push(theirs.to_string());
    }
    Ok(all.join("\n---\n"))
}

/// Installs them in this field manager's name; what the API server has of them then.
async fn install(cluster: &Cluster, upstream: &str, manager: &str) -> Result<Vec<Value>> {
    let manager = format!("--field-manager={manager}");
    let apply = ["apply", "--server-side", &manager, "-f", "-"];
    cluster.kubectl_with(&apply, upstream).await?;
    let mut wait = vec!["wait", "--for=condition=Established", "crd"];
    wait.extend(NAMES);
    cluster.kubectl(&wait).await?;
    present(cluster).await
}

/// All that can be written of them. What the API server itself tells in a status is not.
async fn present(cluster: &Cluster) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    for name in NAMES {
        let mut object = cluster.get("", "customresourcedefinition", name).await?;
        let metadata = &mut object["metadata"];
        metadata["resourceVersion"].take();
        all.push(json!({"metadata": *metadata, "spec": object["spec"]}));
    }
    Ok(all)
}

async fn remove(cluster: &Cluster) -> Result<()> {
    let mut delete = vec!["delete", "customresourcedefinition"];
    delete.extend(NAMES);
    cluster.kubectl(&delete).await.map(drop)
}

/// As the guide has it.
async fn apply(cluster: &Cluster, directory: &str) -> Result<()> {
    let directory = binaries::repository(directory).display().to_string();
    let manager = "--field-manager=tidegate";
    let apply = ["apply", "--server-side", manager, "-k", &directory];
    cluster.kubectl(&apply).await.map(drop)
}

async fn delete(cluster: &Cluster, directory: &str) -> Result<()> {
    let directory = binaries::repository(directory).display().to_string();
    cluster
        .kubectl(&["delete", "-k", &directory])
        .await
        .map(drop)
}

/// The directory is not applied whole: each of the definitions belongs to this manager.
async fn is_refused(cluster: &Cluster, directory: &str, manager: &str) -> Result<()> {
    let outcome = apply(cluster, directory).await;
    let said = outcome.err().context("nothing was refused")?.to_string();
    let conflicts = said
        .matches(&format!("conflict with \"{manager}\""))
        .count();
    ensure!(conflicts == NAMES.len(), "{conflicts} conflicts: {said}");
    Ok(())
}

/// A Gateway has proxies, and a backend of upstream's kind is taken, by the control plane in this namespace.
async fn is_served(cluster: &Cluster, by: &str) -> Result<()> {
    cluster.apply(SERVED).await?;
    let gateway = deploy::until_programmed(cluster, "beside", "gw").await?;
    let is_accepted = |object: &Value| condition(object, "Accepted") == Some("True");
    let backend = ("beside", "agentgatewaybackend", "models");
    cluster.until_object(backend, is_accepted).await?;
    until_routed(cluster, "beside", "gw").await?;
    deploy::until_served(&deploy::client(&gateway)?).await?;
    nothing_was_refused(cluster, by).await?;
    let delete = ["delete", "namespace", "beside"];
    cluster.kubectl(&delete).await.map(drop)
}
