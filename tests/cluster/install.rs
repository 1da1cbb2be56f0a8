//! Tidegate as a user installs it: `kubectl apply -k deploy`, with authorization on, and away again.
//!
//! Must not apply anything for the control plane but what is shipped: what the roles forget must fail here.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::{binaries, deadline};

use crate::cluster::{Cluster, SOON};

/// Where the manifests put it.
pub(crate) const NAMESPACE: &str = "tidegate-system";
/// Name of nearly everything in there.
pub(crate) const NAME: &str = "tidegate-control-plane";

/// Installs it, if it is not there, and waits until it took its class.
pub(crate) async fn tidegate(cluster: &Cluster) -> Result<()> {
    let deploy = deploy();
    let apply = ["apply", "--server-side", "--force-conflicts", "-k", &deploy];
    cluster.kubectl(&apply).await?;
    until_ready(cluster, NAMESPACE, 2).await?;
    until_accepted(cluster, "tidegate").await
}

/// Waits until all replicas in a namespace are ready.
pub(crate) async fn until_ready(cluster: &Cluster, namespace: &str, replicas: u64) -> Result<()> {
    let deployment = (namespace, "deployment", NAME);
    let ready = cluster.until_object(deployment, |object| {
        let status = &object["status"];
        status["observedGeneration"] == object["metadata"]["generation"]
            && status["updatedReplicas"] == replicas
            && status["readyReplicas"] == replicas
            && status["replicas"] == replicas
    });
    match ready.await {
        Ok(_) => Ok(()),
        Err(error) => Err(error.context(logs(cluster, namespace).await?)),
    }
}

/// Waits until a class is accepted, and that for what it says now.
pub(crate) async fn until_accepted(cluster: &Cluster, class: &str) -> Result<()> {
    let is_accepted = |class: &Value| condition(class, "Accepted") == Some("True");
    cluster
        .until_object(("", "gatewayclass", class), is_accepted)
        .await
        .map(drop)
}

/// Waits until all conditions of a route are true.
pub(crate) async fn until_routed(cluster: &Cluster, namespace: &str, name: &str) -> Result<()> {
    let is_routed = |route: &Value| {
        let conditions = route.pointer("/status/parents/0/conditions");
        let conditions = conditions.and_then(Value::as_array);
        conditions.is_some_and(|all| all.iter().all(|it| it["status"] == "True"))
    };
    let route = (namespace, "httproute", name);
    cluster.until_object(route, is_routed).await.map(drop)
}

/// The status of a condition that is about the object's content of now.
pub(crate) fn condition<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    let conditions = object.pointer("/status/conditions")?.as_array()?;
    let found = conditions.iter().find(|it| it["type"] == name)?;
    let is_fresh = found["observedGeneration"] == object["metadata"]["generation"];
    is_fresh.then(|| found["status"].as_str()).flatten()
}

fn deploy() -> String {
    binaries::repository("deploy").display().to_string()
}

/// Names of the replicas' Pods.
pub(crate) async fn pods(cluster: &Cluster, namespace: &str) -> Result<BTreeSet<String>> {
    let selector = format!("app.kubernetes.io/name={NAME}");
    let get = [
        "-n", namespace, "get", "pods", "-l", &selector, "-o", "name",
    ];
    let text = cluster.kubectl(&get).await?;
    let names = text.lines().map(|line| line.trim_start_matches("pod/"));
    Ok(names.map(str::to_owned).collect())
}

/// What is known when something has failed: logs of the control planes, and what a command shows.
pub(crate) async fn state(cluster: &Cluster, command: &[&str]) -> String {
    let (logs, shown) = (
        logs(cluster, NAMESPACE).await,
        cluster.kubectl(command).await,
    );
    let told = |text: Result<String>| text.unwrap_or_else(|error| format!("{error:#}"));
    format!("{}\n{}", told(logs), told(shown))
}

/// Everything that the replicas logged.
pub(crate) async fn logs(cluster: &Cluster, namespace: &str) -> Result<String> {
    let mut all = String::new();
    for pod in pods(cluster, namespace).await? {
        all += &cluster.kubectl(&["-n", namespace, "logs", &pod]).await?;
    }
    Ok(all)
}

/// Fails if an API server refused something, or something else is not as a warning would say.
pub(crate) async fn nothing_was_refused(cluster: &Cluster, namespace: &str) -> Result<()> {
    let logs = logs(cluster, namespace).await?;
    let is_bad = |line: &&str| {
        let line = line.to_lowercase();
        ["forbidden", "\"error\"", "; grant ", "needs the verb"]
            .iter()
            .any(|word| line.contains(word))
    };
    let bad: Vec<&str> = logs.lines().filter(is_bad).collect();
    ensure!(bad.is_empty(), "{}", bad.join("\n"));
    ensure!(!logs.is_empty(), "nobody logged anything");
    Ok(())
}

/// One replica leads, both serve proxies, every status is written, and no right is missing.
pub(crate) async fn as_the_guide_says(cluster: &Cluster) -> Result<()> {
    tidegate(cluster).await?;
    let pods = pods(cluster, NAMESPACE).await?;
    ensure!(pods.len() == 2, "{pods:?}");
    let lease = cluster.get(NAMESPACE, "lease", NAME).await?;
    let holder = lease["spec"]["holderIdentity"].as_str().unwrap_or_default();
    ensure!(
        pods.contains(holder),
        "{holder:?} leads, not one of {pods:?}"
    );

    proxies(cluster).await?;
    both_serve(cluster, &pods).await?;
    for (kind, name, word) in [
        ("gateway", "edge", "Programmed"),
        ("agentgatewaybackend", "fixed", "Accepted"),
    ] {
        let is_so = |object: &Value| condition(object, word) == Some("True");
        cluster
            .until_object(("installed", kind, name), is_so)
            .await?;
    }
    until_routed(cluster, "installed", "echo").await?;
    deadline::until("an Event about the unreadable route", SOON, async || {
        let field = "involvedObject.name=unreadable";
        let get = [
            "-n",
            "installed",
            "get",
            "events",
            "--field-selector",
            field,
            "-o",
            "name",
        ];
        ensure!(!cluster.kubectl(&get).await?.is_empty(), "none yet");
        Ok(())
    })
    .await?;
    nothing_was_refused(cluster, NAMESPACE).await?;
    away_again(cluster).await
}

/// Proxies with tokens of their account and the authority of the Secret, as the guide of identity has it.
async fn proxies(cluster: &Cluster) -> Result<()> {
    cluster.apply(include_str!("install/proxies.yaml")).await?;
    let template = "go-template={{index .data \"ca.crt\" | base64decode}}";
    let get = [
        "-n",
        NAMESPACE,
        "get",
        "secret",
        "tidegate-xds",
        "-o",
        template,
    ];
    let certificate = cluster.kubectl(&get).await?;
    let map = serde_json::json!({"apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "xds-ca", "namespace": "installed"}, "data": {"ca.crt": certificate}});
    cluster.apply(&map.to_string()).await?;
    let edge = ("installed", "deployment", "edge");
    cluster
        .until_object(edge, |object| object["status"]["readyReplicas"] == 6)
        .await
        .map(drop)
}

/// Each replica reports proxies of its own.
async fn both_serve(cluster: &Cluster, pods: &BTreeSet<String>) -> Result<()> {
    deadline::until("a report of each replica", SOON, async || {
        let get = ["-n", NAMESPACE, "get", "fleetreports", "-o", "json"];
        let reports: Value = serde_json::from_str(&cluster.kubectl(&get).await?)?;
        let reports = reports["items"].as_array().context("items")?;
        let replica = |report: &Value| report["spec"]["replica"].as_str().map(str::to_owned);
        let replicas: BTreeSet<String> = reports.iter().filter_map(replica).collect();
        ensure!(replicas == *pods, "reports of {replicas:?}");
        Ok(())
    })
    .await
}

/// Takes it away, and then what other tests rely on is put back.
async fn away_again(cluster: &Cluster) -> Result<()> {
    cluster
        .kubectl(&["delete", "namespace", "installed"])
        .await?;
    cluster.kubectl(&["delete", "-k", &deploy()]).await?;
    let kinds =
        "clusterroles,clusterrolebindings,customresourcedefinitions,gatewayclasses,namespaces";
    let left = cluster.kubectl(&["get", kinds, "-o", "name"]).await?;
    let ours: Vec<&str> = left
        .lines()
        .filter(|line| line.contains("tidegate"))
        .collect();
    let furnished = cluster.furnish().await;
    ensure!(ours.is_empty(), "left: {ours:?}");
    furnished
}
