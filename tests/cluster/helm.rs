//! The chart in a cluster: installed, changed and taken away by the real helm.
//!
//! Must not know what the chart holds: that it equals the plain manifests is tested without a cluster.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;
use tests::binaries;
use tokio::process::Command;

use crate::cluster::Cluster;
use crate::install::{NAME, nothing_was_refused, until_accepted, until_ready};

/// Namespace of the release.
pub(crate) const NAMESPACE: &str = "helmed";
/// The one that goes and comes.
const DEFINITION: &str = "fleetreports.tidegate.dev";
/// All of tidegate.dev.
pub(crate) const DEFINITIONS: [&str; 4] = [
    "fleetpins.tidegate.dev",
    DEFINITION,
    "pricecatalogs.tidegate.dev",
    "tidegatepolicies.tidegate.dev",
];

/// helm with nothing of the user's but a kubeconfig.
pub(crate) async fn helm(cluster: &Cluster, home: &TempDir, args: &[&str]) -> Result<String> {
    let output = Command::new(binaries::tool("helm")?)
        .env_clear()
        .env("HOME", home.path())
        .env("KUBECONFIG", cluster.kubeconfig())
        .args(["--namespace", NAMESPACE])
        .args(args)
        .kill_on_drop(true)
        .output()
        .await
        .context("helm")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "helm {args:?}: {errors}");
    Ok(String::from_utf8(output.stdout)?)
}

/// Installs the chart with these flags, and waits until it took its class.
pub(crate) async fn install(cluster: &Cluster, home: &TempDir, flags: &[&str]) -> Result<()> {
    let chart = binaries::repository("deploy/helm/tidegate");
    let chart = chart.display().to_string();
    let mut install = vec![
        "install",
        "tidegate",
        &chart,
        "--create-namespace",
        "--wait",
        "--timeout=60s",
    ];
    install.extend(flags);
    helm(cluster, home, &install).await?;
    until_accepted(cluster, "tidegate").await
}

/// Whether the definition belongs to a release of Helm.
async fn is_helms(cluster: &Cluster) -> Result<bool> {
    let definition = cluster
        .get("", "customresourcedefinition", DEFINITION)
        .await?;
    let annotations = &definition["metadata"]["annotations"];
    Ok(annotations["meta.helm.sh/release-name"] == "tidegate")
}

/// The chart comes, changes and goes; a definition of somebody else stays as it is.
pub(crate) async fn the_chart_comes_changes_and_goes(cluster: &Cluster) -> Result<()> {
    let home = tempfile::tempdir()?;
    // The tests' own definitions are there already.
    install(cluster, &home, &[]).await?;
    ensure!(!is_helms(cluster).await?, "a foreign definition was taken");
    nothing_was_refused(cluster, NAMESPACE).await?;

    let chart = binaries::repository("deploy/helm/tidegate");
    let chart = chart.display().to_string();
    let upgrade = [
        "upgrade",
        "tidegate",
        &chart,
        "--set",
        "replicas=3",
        "--set",
        "log.filter=debug",
        "--wait",
    ];
    helm(cluster, &home, &upgrade).await?;
    until_ready(cluster, NAMESPACE, 3).await?;
    let deployment = cluster.get(NAMESPACE, "deployment", NAME).await?;
    let args = deployment.pointer("/spec/template/spec/containers/0/args");
    let args = args.and_then(Value::as_array).context("args")?;
    ensure!(args.contains(&"--log=debug".into()), "{args:?}");
    helm(cluster, &home, &["uninstall", "tidegate", "--wait"]).await?;
    only_these_are_left(cluster, &DEFINITIONS).await?;

    // Where there is none, it comes with the chart, and stays for the objects of its kind.
    cluster
        .kubectl(&["delete", "customresourcedefinition", DEFINITION])
        .await?;
    install(cluster, &home, &[]).await?;
    ensure!(is_helms(cluster).await?, "no definition came");
    helm(cluster, &home, &["upgrade", "tidegate", &chart, "--wait"]).await?;
    ensure!(is_helms(cluster).await?, "the definition has gone");
    nothing_was_refused(cluster, NAMESPACE).await?;
    uninstall(cluster, &home, &DEFINITIONS).await?;
    cluster
        .kubectl(&["delete", "customresourcedefinition", DEFINITION])
        .await?;
    cluster.furnish().await
}

/// Takes the release away, and looks at what is left.
pub(crate) async fn uninstall(
    cluster: &Cluster,
    home: &TempDir,
    definitions: &[&str],
) -> Result<()> {
    helm(cluster, home, &["uninstall", "tidegate", "--wait"]).await?;
    only_these_are_left(cluster, definitions).await?;
    let delete = ["delete", "namespace", NAMESPACE];
    cluster.kubectl(&delete).await.map(drop)
}

/// What is in no namespace and is called after us, and what the release's namespace holds.
async fn only_these_are_left(cluster: &Cluster, definitions: &[&str]) -> Result<()> {
    let kinds = "clusterroles,clusterrolebindings,customresourcedefinitions,gatewayclasses";
    let left = cluster.kubectl(&["get", kinds, "-o", "name"]).await?;
    let ours: Vec<&str> = left
        .lines()
        .filter(|line| line.contains("tidegate"))
        .filter_map(|line| line.split_once('/'))
        .map(|(_, name)| name)
        .collect();
    ensure!(ours == definitions, "left: {ours:?}");
    let kinds = "deployments,services,serviceaccounts,roles,rolebindings,poddisruptionbudgets";
    let get = ["-n", NAMESPACE, "get", kinds, "-o", "name"];
    let left = cluster.kubectl(&get).await?;
    ensure!(!left.contains("tidegate"), "left: {left}");
    Ok(())
}
