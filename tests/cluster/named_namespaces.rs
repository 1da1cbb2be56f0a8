//! Tidegate with rights in some namespaces only, by the chart's `watchNamespaces` and by the guide's kustomization.
//!
//! Must not bind anything itself: what the chart or the guide forgets is refused by the API server and fails here.

use std::os::unix::fs::symlink;

use anyhow::{Context, Result, bail, ensure};
use grpc::connect::{self, connect_with};
use grpc::tls::ClientTls;
use grpc::token::BearerToken;
use proto::envoy::service::discovery::v3::DeltaDiscoveryRequest;
use serde_json::Value;
use tests::{binaries, deadline};
use tonic::Code;

use crate::cluster::{Cluster, SOON};
use crate::install::{
    NAME, NAMESPACE, condition, nothing_was_refused, until_accepted, until_ready, until_routed,
};
use crate::{deploy, helm};

/// Gateways in the named namespaces and in one that nobody named.
const SERVED: &str = include_str!("named_namespaces/served.yaml");
const GUIDE: &str = "docs/guide/install.md";
/// How the guide's kustomization begins.
const BEGIN: &str = "```yaml\nresources: [tidegate/deploy]\npatches:\n";

/// No right anywhere else is needed to read, to deploy, to repair and to tell.
pub(crate) async fn rights_there_are_enough(cluster: &Cluster) -> Result<()> {
    let home = tempfile::tempdir()?;
    for name in ["shop", "checkout", "elsewhere"] {
        cluster.namespace(name).await?;
    }
    let named = ["--set", "watchNamespaces={shop,checkout}"];
    helm::install(cluster, &home, &named).await?;
    are_served(cluster, &["shop", "checkout"]).await?;
    strangers_are_refused(cluster, helm::NAMESPACE).await?;
    nothing_was_refused(cluster, helm::NAMESPACE).await?;
    helm::uninstall(cluster, &home, &helm::DEFINITIONS).await?;

    let tree = tempfile::tempdir()?;
    std::fs::write(tree.path().join("kustomization.yaml"), kustomization()?)?;
    symlink(binaries::repository(""), tree.path().join("tidegate"))?;
    let tree = tree.path().display().to_string();
    let manager = "--field-manager=tidegate";
    let apply = ["apply", "--server-side", manager, "-k", &tree];
    cluster.kubectl(&apply).await?;
    until_ready(cluster, NAMESPACE, 2).await?;
    until_accepted(cluster, "tidegate").await?;
    are_served(cluster, &["shop"]).await?;
    nothing_was_refused(cluster, NAMESPACE).await?;

    cluster.kubectl(&["delete", "-k", &tree]).await?;
    let delete = ["delete", "namespace", "shop", "checkout", "elsewhere"];
    cluster.kubectl(&delete).await?;
    cluster.furnish().await
}

/// The guide's example for one namespace.
fn kustomization() -> Result<String> {
    let page = std::fs::read_to_string(binaries::repository(GUIDE))?;
    let (_, rest) = page.split_once(BEGIN).context("no such example")?;
    let (patches, _) = rest.split_once("```").context("it does not end")?;
    let text = BEGIN.trim_start_matches("```yaml\n");
    Ok(format!("{text}{patches}"))
}

/// Gateways in these namespaces are served and kept; that of another is not even read. Then all are taken away.
async fn are_served(cluster: &Cluster, namespaces: &[&str]) -> Result<()> {
    only_the_cluster_is_bound(cluster).await?;
    cluster.apply(SERVED).await?;
    for namespace in namespaces {
        deploy::until_programmed(cluster, namespace, "gw").await?;
        until_routed(cluster, namespace, "gw").await?;
    }
    let gateway = cluster.get("shop", "gateway", "gw").await?;
    deploy::until_served(&deploy::client(&gateway)?).await?;
    is_repaired(cluster).await?;
    is_told(cluster).await?;
    let other = cluster.get("elsewhere", "gateway", "gw").await?;
    ensure!(condition(&other, "Accepted").is_none(), "read: {other}");
    cluster.kubectl_with(&["delete", "-f", "-"], SERVED).await?;
    // What is told next time is told by somebody else.
    let delete = ["-n", "shop", "delete", "events", "--all"];
    cluster.kubectl(&delete).await?;
    deadline::until("nothing deployed is left", SOON, async || {
        let kinds = "deployments,services,serviceaccounts,configmaps,pods";
        let selector = "gateway.networking.k8s.io/gateway-name=gw";
        let get = ["get", kinds, "-A", "-l", selector, "-o", "name"];
        let left = cluster.kubectl(&get).await?;
        ensure!(left.is_empty(), "{left}");
        Ok(())
    })
    .await
}

async fn only_the_cluster_is_bound(cluster: &Cluster) -> Result<()> {
    let get = ["get", "clusterrolebindings", "-o", "name"];
    let all = cluster.kubectl(&get).await?;
    let ours: Vec<&str> = all.lines().filter(|it| it.contains("tidegate")).collect();
    let expected = "clusterrolebinding.rbac.authorization.k8s.io/tidegate-cluster";
    ensure!(ours == [expected], "bound in the cluster: {ours:?}");
    Ok(())
}

/// What is deployed is watched in the namespace, not in the cluster.
async fn is_repaired(cluster: &Cluster) -> Result<()> {
    let before = cluster.get("shop", "configmap", "gw").await?;
    let delete = ["-n", "shop", "delete", "--wait=false", "configmap", "gw"];
    cluster.kubectl(&delete).await?;
    let is_new = |now: &Value| now["metadata"]["uid"] != before["metadata"]["uid"];
    cluster
        .until_object(("shop", "configmap", "gw"), is_new)
        .await
        .map(drop)
}

/// An Event about the route that cannot be read.
async fn is_told(cluster: &Cluster) -> Result<()> {
    deadline::until("an Event about the unreadable route", SOON, async || {
        let field = "--field-selector=involvedObject.name=unreadable";
        let get = ["-n", "shop", "get", "events", field, "-o", "name"];
        ensure!(!cluster.kubectl(&get).await?.is_empty(), "none yet");
        Ok(())
    })
    .await
}

/// An account of another namespace is told that it serves nothing: what owns it is not asked for, since that is no right of
/// ours.
async fn strangers_are_refused(cluster: &Cluster, by: &str) -> Result<()> {
    let create = [
        "-n",
        "elsewhere",
        "create",
        "token",
        "default",
        "--audience=tidegate",
    ];
    let token = BearerToken::new(cluster.kubectl(&create).await?.trim())?;
    let template = "go-template={{index .data \"ca.crt\" | base64decode}}";
    let get = ["-n", by, "get", "secret", "tidegate-xds", "-o", template];
    let ca = tempfile::NamedTempFile::new()?;
    std::fs::write(ca.path(), cluster.kubectl(&get).await?)?;
    let tls = ClientTls {
        ca: ca.path().to_owned(),
        server_name: Some(format!("{NAME}.{by}.svc")),
        identity: None,
    };
    let service = cluster.get(by, "service", NAME).await?;
    let address = service["spec"]["clusterIP"].as_str();
    let address = format!("{}:18000", address.context("no address")?).parse()?;
    let mut client = connect::ads(connect_with(&address, Some(&tls)).await?, token);
    let requests = tokio_stream::once(DeltaDiscoveryRequest::default());
    let status = match client.delta_aggregated_resources(requests).await {
        Err(status) => status,
        Ok(answered) => match answered.into_inner().message().await {
            Err(status) => status,
            Ok(answer) => bail!("a stranger is served: {answer:?}"),
        },
    };
    let is_told = status.message().contains("--watch-namespace");
    ensure!(
        status.code() == Code::PermissionDenied && is_told,
        "{status}"
    );
    Ok(())
}
