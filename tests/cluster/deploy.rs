//! Proxies that are deployed for Gateways, with the installed control plane: made, repaired, exposed, taken away.
//!
//! Must not help the deployer: what it forgets is missing here. Each test has a namespace of its own.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tests::client::{Client, Reply, get};
use tests::deadline;
use tests::load::Load;

use crate::cluster::{Cluster, SOON};
use crate::install;

/// In which something that was deleted has to be back.
const REPAIR: Duration = Duration::from_secs(5);

/// A Gateway on port 80 whose every request is redirected.
pub(crate) fn gateway(namespace: &str, name: &str, more: &str) -> String {
    format!(
        r#"
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  gatewayClassName: tidegate
  listeners: [{{name: http, port: 80, protocol: HTTP}}]
{more}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: {name}, namespace: {namespace}}}
spec:
  parentRefs: [{{name: {name}}}]
  rules:
  - filters: [{{type: RequestRedirect, requestRedirect: {{hostname: moved.example, statusCode: 302}}}}]
"#
    )
}

/// A condition as `STATUS REASON: message`, once it is about the newest generation.
pub(crate) fn condition(object: &Value, name: &str) -> String {
    let conditions = object
        .pointer("/status/conditions")
        .and_then(Value::as_array);
    let is_fresh = |it: &&Value| {
        it["type"] == name && it["observedGeneration"] == object["metadata"]["generation"]
    };
    let Some(found) = conditions.and_then(|all| all.iter().find(is_fresh)) else {
        return String::new();
    };
    let text = |field: &str| found[field].as_str().unwrap_or_default();
    format!("{} {}: {}", text("status"), text("reason"), text("message"))
}

pub(crate) fn addresses(object: &Value) -> Vec<String> {
    let all = object
        .pointer("/status/addresses")
        .and_then(Value::as_array);
    let value = |it: &Value| it["value"].as_str().unwrap_or_default().to_owned();
    all.into_iter().flatten().map(value).collect()
}

pub(crate) async fn until_programmed(
    cluster: &Cluster,
    namespace: &str,
    name: &str,
) -> Result<Value> {
    let is_so = |object: &Value| condition(object, "Programmed").starts_with("True");
    let gateway = (namespace, "gateway", name);
    let found = cluster.until_object(gateway, is_so).await;
    match found {
        Ok(object) => Ok(object),
        Err(error) => {
            let reports = [
                "-n",
                install::NAMESPACE,
                "get",
                "fleetreports",
                "-o",
                "yaml",
            ];
            Err(error.context(install::state(cluster, &reports).await))
        }
    }
}

/// The client of a Gateway's first address.
pub(crate) fn client(gateway: &Value) -> Result<Client> {
    let found = addresses(gateway);
    let address: IpAddr = found.first().context("no address")?.parse()?;
    Ok(Client::http1(80).at(SocketAddr::new(address, 80)))
}

pub(crate) fn is_redirected(reply: &Reply) -> Result<()> {
    let to = reply.header("location");
    ensure!(
        to.starts_with("http://moved.example/") || to.starts_with("http://moved.example:"),
        "{:?} {to:?}",
        reply.status
    );
    Ok(())
}

pub(crate) async fn until_served(client: &Client) -> Result<()> {
    deadline::until("the Gateway answers", SOON, async || {
        is_redirected(&client.get("http://gateway.example/x").await?)
    })
    .await
}

/// uids of the Pods of a Gateway.
pub(crate) async fn pods(cluster: &Cluster, namespace: &str, name: &str) -> Result<Vec<String>> {
    let selector = format!("gateway.networking.k8s.io/gateway-name={name}");
    let template = "jsonpath={.items[*].metadata.uid}";
    let get = [
        "-n", namespace, "get", "pods", "-l", &selector, "-o", template,
    ];
    let text = cluster.kubectl(&get).await?;
    let mut uids: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    uids.sort();
    Ok(uids)
}

pub(crate) async fn annotate(
    cluster: &Cluster,
    namespace: &str,
    name: &str,
    note: &str,
) -> Result<()> {
    let annotate = [
        "-n",
        namespace,
        "annotate",
        "--overwrite",
        "gateway",
        name,
        note,
    ];
    cluster.kubectl(&annotate).await.map(drop)
}

/// From a Gateway to traffic; what is deleted or edited is back within seconds; with the Gateway all of it goes.
pub(crate) async fn what_is_deployed_is_kept(cluster: &Cluster) -> Result<()> {
    install::tidegate(cluster).await?;
    cluster.namespace("kept").await?;
    cluster.apply(&gateway("kept", "gw", "")).await?;
    let object = until_programmed(cluster, "kept", "gw").await?;
    until_served(&client(&object)?).await?;
    for kind in ["deployment", "service", "serviceaccount", "configmap"] {
        let before = cluster.get("kept", kind, "gw").await?;
        let owner = &before["metadata"]["ownerReferences"][0];
        ensure!(owner["uid"] == object["metadata"]["uid"], "{kind}: {owner}");
        cluster
            .kubectl(&["-n", "kept", "delete", "--wait=false", kind, "gw"])
            .await?;
        deadline::until("it is back", REPAIR, async || {
            let now = cluster.get("kept", kind, "gw").await?;
            ensure!(
                now["metadata"]["uid"] != before["metadata"]["uid"],
                "{kind}: the old one"
            );
            Ok(())
        })
        .await?;
    }
    let edits = [
        (
            "service",
            r#"{"spec":{"ports":[{"port":80,"name":"port-80","protocol":"TCP","targetPort":81}]}}"#,
            "/spec/ports/0/targetPort",
            "80",
        ),
        (
            "deployment",
            r#"{"spec":{"replicas":3}}"#,
            "/spec/replicas",
            "1",
        ),
    ];
    for (kind, patch, pointer, expected) in edits {
        cluster
            .kubectl(&[
                "-n",
                "kept",
                "patch",
                kind,
                "gw",
                "--type=merge",
                "-p",
                patch,
            ])
            .await?;
        deadline::until("it is put back", REPAIR, async || {
            let now = cluster.get("kept", kind, "gw").await?;
            let found = now
                .pointer(pointer)
                .map(Value::to_string)
                .unwrap_or_default();
            ensure!(found == expected, "{kind}: {found}");
            Ok(())
        })
        .await?;
    }
    let object = until_programmed(cluster, "kept", "gw").await?;
    until_served(&client(&object)?).await?;
    cluster
        .kubectl(&["-n", "kept", "delete", "gateway", "gw"])
        .await?;
    deadline::until("all of it is gone", SOON, async || {
        let kinds = "deployments,services,serviceaccounts,configmaps,pods";
        let selector = "gateway.networking.k8s.io/gateway-name=gw";
        let left = cluster
            .kubectl(&["-n", "kept", "get", kinds, "-l", selector, "-o", "name"])
            .await?;
        ensure!(left.is_empty(), "{left}");
        Ok(())
    })
    .await?;
    install::nothing_was_refused(cluster, install::NAMESPACE).await
}

/// A name that somebody else has is not taken over; the Gateway says so, and gets it when it is free.
pub(crate) async fn what_is_somebody_elses_stays(cluster: &Cluster) -> Result<()> {
    install::tidegate(cluster).await?;
    cluster.namespace("foreign").await?;
    let foreign = [
        "-n",
        "foreign",
        "create",
        "service",
        "clusterip",
        "gw",
        "--tcp=80",
    ];
    cluster.kubectl(&foreign).await?;
    cluster.apply(&gateway("foreign", "gw", "")).await?;
    let is_told = |object: &Value| {
        condition(object, "Programmed")
            == "False DeploymentFailed: Service foreign/gw exists and is not this Gateway's; rename one of them or delete it"
    };
    cluster
        .until_object(("foreign", "gateway", "gw"), is_told)
        .await?;
    let service = cluster.get("foreign", "service", "gw").await?;
    ensure!(
        service["metadata"]["ownerReferences"].is_null(),
        "{service}"
    );
    cluster
        .kubectl(&["-n", "foreign", "delete", "service", "gw"])
        .await?;
    until_programmed(cluster, "foreign", "gw").await.map(drop)
}

/// Each way to be reached has its addresses, and goes over into the next.
pub(crate) async fn ways_to_be_reached(cluster: &Cluster) -> Result<()> {
    install::tidegate(cluster).await?;
    cluster.namespace("ways").await?;
    let asks = "  addresses: [{type: IPAddress, value: 10.245.0.77}]";
    cluster.apply(&gateway("ways", "gw", asks)).await?;
    let object = until_programmed(cluster, "ways", "gw").await?;
    ensure!(addresses(&object) == ["10.245.0.77"], "{object}");
    until_served(&client(&object)?).await?;

    let elsewhere = "  addresses: [{type: IPAddress, value: 192.0.2.1}]";
    cluster.apply(&gateway("ways", "gw", elsewhere)).await?;
    let is_told = |object: &Value| {
        let told = condition(object, "Programmed");
        told.starts_with("False AddressNotUsable: spec.addresses: 192.0.2.1 was not assigned")
    };
    cluster
        .until_object(("ways", "gateway", "gw"), is_told)
        .await?;
    cluster.apply(&gateway("ways", "gw", "")).await?;

    annotate(cluster, "ways", "gw", "tidegate.dev/exposure=ClusterIP").await?;
    let object = until_type(cluster, "ClusterIP").await?;
    let service = cluster.get("ways", "service", "gw").await?;
    let expected = service["spec"]["clusterIP"]
        .as_str()
        .context("no ClusterIP")?;
    ensure!(addresses(&object) == [expected], "{object}");
    until_served(&client(&object)?).await?;

    annotate(
        cluster,
        "ways",
        "gw",
        "tidegate.dev/published-addresses=api.example.com",
    )
    .await?;
    until_addresses(cluster, &["api.example.com"]).await?;
    annotate(cluster, "ways", "gw", "tidegate.dev/published-addresses-").await?;

    annotate(cluster, "ways", "gw", "tidegate.dev/exposure=NodePort").await?;
    until_type(cluster, "NodePort").await?;
    let node = cluster.get("", "node", "lab-node").await?;
    let inner = node
        .pointer("/status/addresses/0/address")
        .and_then(Value::as_str);
    until_addresses(cluster, &[inner.context("the node has no address")?]).await?;

    annotate(cluster, "ways", "gw", "tidegate.dev/exposure=Nowhere").await?;
    let is_told = |object: &Value| {
        condition(object, "Accepted")
            .starts_with("False InvalidParameters: annotation tidegate.dev/exposure")
    };
    cluster
        .until_object(("ways", "gateway", "gw"), is_told)
        .await?;
    let service = cluster.get("ways", "service", "gw").await?;
    ensure!(
        service["spec"]["type"] == "NodePort",
        "what was there stays: {service}"
    );

    // From here on people run the proxies.
    annotate(cluster, "ways", "gw", "tidegate.dev/deployment=Unmanaged").await?;
    deadline::until("nothing of it runs", SOON, async || {
        let left = pods(cluster, "ways", "gw").await?;
        ensure!(left.is_empty(), "{left:?}");
        Ok(())
    })
    .await?;
    until_addresses(cluster, &[]).await
}

/// The Gateway, once its Service has this type and it is programmed under the addresses of that.
async fn until_type(cluster: &Cluster, kind: &str) -> Result<Value> {
    cluster
        .until_object(("ways", "service", "gw"), |service| {
            service["spec"]["type"] == kind
        })
        .await?;
    let is_so = |object: &Value| {
        let is_outer = addresses(object)
            .iter()
            .any(|address| address.starts_with("10.245."));
        condition(object, "Programmed").starts_with("True") && !is_outer
    };
    cluster.until_object(("ways", "gateway", "gw"), is_so).await
}

async fn until_addresses(cluster: &Cluster, expected: &[&str]) -> Result<()> {
    let is_so = |object: &Value| addresses(object) == expected;
    cluster
        .until_object(("ways", "gateway", "gw"), is_so)
        .await
        .map(drop)
}

/// Parameters say how proxies are deployed. A log level restarts nothing, and what cannot be used changes nothing.
pub(crate) async fn parameters_say_how(cluster: &Cluster) -> Result<()> {
    install::tidegate(cluster).await?;
    cluster.namespace("params").await?;
    let deployed = |kind: &'static str| ("params", kind, "gw");
    parameters(
        cluster,
        "logging: {level: info}\n  deployment: {spec: {replicas: 2}}",
    )
    .await?;
    let reference = "  infrastructure: {parametersRef: {group: agentgateway.dev, kind: AgentgatewayParameters, name: how}}";
    cluster.apply(&gateway("params", "gw", reference)).await?;
    let has_two = |object: &Value| object["status"]["readyReplicas"] == 2;
    cluster
        .until_object(deployed("deployment"), has_two)
        .await?;
    let before = pods(cluster, "params", "gw").await?;
    parameters(
        cluster,
        "logging: {level: debug}\n  deployment: {spec: {replicas: 2}}",
    )
    .await?;
    deadline::until("both proxies took the level over", SOON * 2, async || {
        let logs = [
            "-n",
            "params",
            "logs",
            "-l",
            "gateway.networking.k8s.io/gateway-name=gw",
            "--tail=-1",
        ];
        let logs = cluster.kubectl(&logs).await?;
        let taken = logs.matches("level=\"debug\"").count();
        ensure!(taken == 2, "{taken}: {logs}");
        Ok(())
    })
    .await?;
    ensure!(
        pods(cluster, "params", "gw").await? == before,
        "Pods were replaced"
    );

    let is_told = |object: &Value, words: &str| {
        let told = condition(object, "Accepted");
        told.starts_with("False InvalidParameters") && told.contains(words)
    };
    let gateway = ("params", "gateway", "gw");
    let bad = "deployment: {spec: {template: {spec: {containers: [{image: x}]}}}}";
    parameters(cluster, bad).await?;
    cluster
        .until_object(gateway, |object| is_told(object, "overlay of Deployment"))
        .await?;
    ensure!(
        pods(cluster, "params", "gw").await? == before,
        "Pods were replaced"
    );

    parameters(
        cluster,
        "workload: {kind: DaemonSet}\n  daemonSet: {metadata: {labels: {a: b}}}",
    )
    .await?;
    cluster
        .until_object(deployed("daemonset"), |object| {
            object["metadata"]["labels"]["a"] == "b" && object["status"]["numberReady"] == 1
        })
        .await?;
    deadline::until("the Deployment is gone", SOON, async || {
        match cluster.get("params", "deployment", "gw").await {
            Ok(_) => bail!("it is there"),
            Err(_) => Ok(()),
        }
    })
    .await?;
    let delete = ["-n", "params", "delete", "agentgatewayparameters", "how"];
    cluster.kubectl(&delete).await?;
    cluster
        .until_object(gateway, |object| {
            is_told(object, "params/how does not exist")
        })
        .await?;
    cluster.get("params", "daemonset", "gw").await.map(drop)
}

async fn parameters(cluster: &Cluster, spec: &str) -> Result<()> {
    let object = format!(
        "apiVersion: agentgateway.dev/v1alpha1\nkind: AgentgatewayParameters\n\
         metadata: {{name: how, namespace: params}}\nspec:\n  {spec}\n"
    );
    cluster.apply(&object).await
}

/// New proxies take over from old ones, and no request fails, on connections that stay and on new ones.
pub(crate) async fn a_new_version_loses_no_request(cluster: &Cluster) -> Result<()> {
    install::tidegate(cluster).await?;
    cluster.namespace("rolling").await?;
    // The lab spreads the requests to this Service over all that are ready, as a cluster does.
    let relayed = "  infrastructure: {annotations: {lab-node/vip: relay}}";
    cluster.apply(&gateway("rolling", "gw", relayed)).await?;
    let object = until_programmed(cluster, "rolling", "gw").await?;
    let client = client(&object)?;
    until_served(&client).await?;
    let kept = Load::start(
        &client,
        || get("http://gateway.example/x"),
        4,
        is_redirected,
    );
    let fresh = Load::start(&client, one_each, 2, is_redirected);
    let before = pods(cluster, "rolling", "gw").await?;
    let labels = "  infrastructure: {labels: {round: two}, annotations: {lab-node/vip: relay}}";
    cluster.apply(&gateway("rolling", "gw", labels)).await?;
    deadline::until("only new Pods are left", SOON * 2, async || {
        let now = pods(cluster, "rolling", "gw").await?;
        ensure!(
            !now.is_empty() && now.iter().all(|pod| !before.contains(pod)),
            "{now:?}"
        );
        Ok(())
    })
    .await?;
    let (kept, fresh) = (kept.finish().await?, fresh.finish().await?);
    ensure!(
        kept > 100 && fresh > 100,
        "{kept} and {fresh} requests show little"
    );
    Ok(())
}

/// A request after which the connection ends.
fn one_each() -> Result<http::Request<http_body_util::Full<bytes::Bytes>>> {
    tests::client::request(
        "GET",
        "http://gateway.example/x",
        &[("connection", "close")],
        "",
    )
}
