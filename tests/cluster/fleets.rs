//! Fleets where it is hard: names that are too long, nodes' own networks, leaders that freeze, authorities that change,
//! and no control plane at all.
//!
//! Must not help the deployer, as [`crate::deploy`]. Each test has a namespace of its own.

use std::net::{IpAddr, SocketAddr};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use tests::certificate::Authority;
use tests::client::Client;
use tests::deadline;

use crate::cluster::{Cluster, SOON};
use crate::{deploy, install};

/// A Gateway may have a longer name than a Service.
const LONG_NAME: &str =
    "a-gateway-whose-name-is-longer-than-the-name-of-a-service-may-be-in-a-cluster";

/// Taken on the node by a proxy; the Services of other Gateways have port 80 there.
const HOST_PORT: u16 = 8123;

/// A name that no Service can have is shortened, and the Gateway serves under what came out.
pub(crate) async fn names_that_are_too_long(cluster: &Cluster) -> Result<()> {
    install::tidegate(cluster).await?;
    cluster.namespace("long").await?;
    cluster
        .apply(&deploy::gateway("long", LONG_NAME, ""))
        .await?;
    let object = deploy::until_programmed(cluster, "long", LONG_NAME).await?;
    deploy::until_served(&deploy::client(&object)?).await?;
    for kind in ["deployments", "services", "serviceaccounts"] {
        let get = ["-n", "long", "get", kind, "-o", "json"];
        let list: Value = serde_json::from_str(&cluster.kubectl(&get).await?)?;
        let all = list["items"].as_array().context("items")?;
        let owned: Vec<&str> = all
            .iter()
            .filter(|it| it["metadata"]["ownerReferences"][0]["uid"] == object["metadata"]["uid"])
            .filter_map(|it| it["metadata"]["name"].as_str())
            .collect();
        ensure!(
            owned.len() == 1 && owned.iter().all(|name| name.len() <= 63),
            "{kind}: {owned:?}"
        );
    }
    Ok(())
}

/// On the network of the node, at its address; away from there, at a Service's.
pub(crate) async fn on_the_network_of_the_node(cluster: &Cluster) -> Result<()> {
    install::tidegate(cluster).await?;
    cluster.namespace("host").await?;
    // In the lab a Service's ports are the node's: nobody may listen there for those that a proxy takes.
    let of_control_plane = async |note: &str| {
        let place = ["-n", install::NAMESPACE, "annotate", "service"];
        let words = [&place[..], &[install::NAME, note]].concat();
        cluster.kubectl(&words).await
    };
    of_control_plane("lab-node/unserved-ports=15020").await?;
    let outcome = to_the_node_and_back(cluster).await;
    of_control_plane("lab-node/unserved-ports-").await?;
    outcome
}

async fn to_the_node_and_back(cluster: &Cluster) -> Result<()> {
    let gateway = |note: &str, more: &str| {
        let text = deploy::gateway("host", "gw", more);
        let named = "{name: gw, namespace: host}\nspec:\n  gatewayClassName";
        let noted = format!(
            "{{name: gw, namespace: host, annotations: {{{note}}}}}\nspec:\n  gatewayClassName"
        );
        text.replace(named, &noted)
            .replace("port: 80,", &format!("port: {HOST_PORT},"))
    };
    let unserved =
        format!("  infrastructure: {{annotations: {{lab-node/unserved-ports: \"{HOST_PORT}\"}}}}");
    let on_host = gateway("tidegate.dev/exposure: HostNetwork", &unserved);
    cluster.apply(&on_host).await?;
    let object = deploy::until_programmed(cluster, "host", "gw").await?;
    let node = cluster.get("", "node", "lab-node").await?;
    let address = node.pointer("/status/addresses/0/address");
    let address = address.and_then(Value::as_str).context("no address")?;
    ensure!(deploy::addresses(&object) == [address], "{object}");
    let at = |address: &str| -> Result<Client> {
        let address: IpAddr = address.parse()?;
        Ok(Client::http1(HOST_PORT).at(SocketAddr::new(address, HOST_PORT)))
    };
    deploy::until_served(&at(address)?).await?;
    cluster.apply(&gateway("", "")).await?;
    let has_moved = |object: &Value| {
        let now = deploy::addresses(object);
        !now.is_empty() && now != [address]
    };
    let object = cluster
        .until_object(("host", "gateway", "gw"), has_moved)
        .await?;
    let addresses = deploy::addresses(&object);
    deploy::until_served(&at(addresses.first().context("no address")?)?).await
}

/// What scales and what guards come with parameters, work on the fleet, and go with them.
pub(crate) async fn scaling_comes_and_goes(cluster: &Cluster) -> Result<()> {
    install::tidegate(cluster).await?;
    cluster.namespace("scale").await?;
    let parameters = async |spec: &str| {
        let object = format!(
            "apiVersion: agentgateway.dev/v1alpha1\nkind: AgentgatewayParameters\n\
             metadata: {{name: how, namespace: scale}}\nspec: {spec}\n"
        );
        cluster.apply(&object).await
    };
    parameters(
        "{horizontalPodAutoscaler: {spec: {minReplicas: 2, maxReplicas: 4}}, podDisruptionBudget: {spec: {minAvailable: 1}}}",
    )
    .await?;
    let reference = "  infrastructure: {parametersRef: {group: agentgateway.dev, kind: AgentgatewayParameters, name: how}}";
    cluster
        .apply(&deploy::gateway("scale", "gw", reference))
        .await?;
    let has_two = |object: &Value| object["status"]["readyReplicas"] == 2;
    // Nothing measures in a lab, so that no more than the minimum can be asked for.
    cluster
        .until_object(("scale", "deployment", "gw"), has_two)
        .await?;
    let guards = |object: &Value| {
        let status = &object["status"];
        status["currentHealthy"] == 2 && status["disruptionsAllowed"] == 1
    };
    cluster
        .until_object(("scale", "poddisruptionbudget", "gw"), guards)
        .await?;
    parameters("{logging: {level: info}}").await?;
    for kind in ["horizontalpodautoscaler", "poddisruptionbudget"] {
        deadline::until("it is gone", SOON, async || {
            match cluster.get("scale", kind, "gw").await {
                Ok(_) => bail!("{kind} is there"),
                Err(_) => Ok(()),
            }
        })
        .await?;
    }
    let has_one = |object: &Value| object["status"]["replicas"] == 1;
    cluster
        .until_object(("scale", "deployment", "gw"), has_one)
        .await
        .map(drop)
}

/// A leader freezes while it deploys, another one goes on, and the first one wakes up: every fleet is there, made once.
pub(crate) async fn a_leader_freezes_while_it_deploys(cluster: &Cluster) -> Result<()> {
    install::tidegate(cluster).await?;
    cluster.namespace("frozen").await?;
    let names: Vec<String> = (0..8).map(|index| format!("gw-{index}")).collect();
    let leader = leader(cluster).await?;
    let pod = format!("{}/{leader}", install::NAMESPACE);
    let manifests: Vec<String> = names
        .iter()
        .map(|name| deploy::gateway("frozen", name, ""))
        .collect();
    cluster.apply(&manifests.join("---")).await?;
    deadline::until("it has begun", SOON, async || {
        let get = ["-n", "frozen", "get", "serviceaccounts", "-o", "name"];
        let made = cluster.kubectl(&get).await?.matches("/gw-").count();
        ensure!(made > 0, "nothing yet");
        Ok(())
    })
    .await?;
    cluster.control(&["freeze", &pod]).await?;
    let others = async {
        for name in &names {
            let object = deploy::until_programmed(cluster, "frozen", name).await?;
            deploy::until_served(&deploy::client(&object)?).await?;
        }
        anyhow::Ok(())
    };
    let others = others.await;
    cluster.control(&["thaw", &pod]).await?;
    others?;
    let next = self::leader(cluster).await?;
    ensure!(next != leader, "{leader} leads again");
    install::until_ready(cluster, install::NAMESPACE, 2).await?;
    for name in &names {
        let deployment = cluster.get("frozen", "deployment", name).await?;
        let generation = &deployment["metadata"]["generation"];
        ensure!(*generation == 1, "{name} was changed: {generation}");
    }
    Ok(())
}

/// Which replica holds the Lease.
async fn leader(cluster: &Cluster) -> Result<String> {
    let held = |lease: &Value| {
        let holder = lease["spec"]["holderIdentity"].as_str();
        holder.is_some_and(|holder| !holder.is_empty())
    };
    let lease = (install::NAMESPACE, "lease", install::NAME);
    let lease = cluster.until_object(lease, held).await?;
    let holder = lease["spec"]["holderIdentity"].as_str();
    Ok(holder.context("nobody leads")?.to_owned())
}

/// Another authority reaches deployed proxies by themselves: no Pod is replaced, and they find the control planes again.
pub(crate) async fn an_authority_is_exchanged(cluster: &Cluster) -> Result<()> {
    install::tidegate(cluster).await?;
    cluster.namespace("trust").await?;
    cluster.apply(&deploy::gateway("trust", "gw", "")).await?;
    let object = deploy::until_programmed(cluster, "trust", "gw").await?;
    let client = deploy::client(&object)?;
    deploy::until_served(&client).await?;
    let pods = deploy::pods(cluster, "trust", "gw").await?;
    let before = cluster.get("trust", "configmap", "gw-xds-ca").await?;
    let delete = ["-n", install::NAMESPACE, "delete", "secret", "tidegate-xds"];
    cluster.kubectl(&delete).await?;
    let is_other = |map: &Value| map["data"] != before["data"];
    cluster
        .until_object(("trust", "configmap", "gw-xds-ca"), is_other)
        .await?;
    // No stream to the old ones is left.
    for pod in install::pods(cluster, install::NAMESPACE).await? {
        let pod = format!("{}/{pod}", install::NAMESPACE);
        cluster.control(&["kill", &pod]).await?;
    }
    let moved = json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
        "metadata": {"name": "gw", "namespace": "trust"},
        "spec": {"parentRefs": [{"name": "gw"}], "rules": [{"filters": [{"type": "RequestRedirect",
            "requestRedirect": {"hostname": "new.example", "statusCode": 302}}]}]}});
    cluster.apply(&moved.to_string()).await?;
    deadline::until("an edit arrives", SOON * 2, async || {
        let reply = client.get("http://gateway.example/x").await?;
        let to = reply.header("location");
        ensure!(to.starts_with("http://new.example/"), "{to:?}");
        Ok(())
    })
    .await?;
    install::until_ready(cluster, install::NAMESPACE, 2).await?;
    let now = deploy::pods(cluster, "trust", "gw").await?;
    ensure!(now == pods, "Pods were replaced: {now:?}");
    Ok(())
}

/// Every control plane is gone, and so are no proxies: a Pod that restarts serves what it served.
pub(crate) async fn proxies_live_without_a_control_plane(cluster: &Cluster) -> Result<()> {
    install::tidegate(cluster).await?;
    cluster.namespace("alone").await?;
    let authority = Authority::new()?;
    let host = "gateway.example";
    cluster
        .apply(&certificate(&authority, host)?.to_string())
        .await?;
    cluster.apply(&deploy::gateway("alone", "gw", "")).await?;
    deploy::until_programmed(cluster, "alone", "gw").await?;
    let pods = deploy::pods(cluster, "alone", "gw").await?;
    cluster.apply(SECURE).await?;
    let object = deploy::until_programmed(cluster, "alone", "gw").await?;
    let client = deploy::client(&object)?;
    let address: IpAddr = deploy::addresses(&object)
        .first()
        .context("no address")?
        .parse()?;
    let secure = Client::http1(443).at(SocketAddr::new(address, 443));
    let secure = secure.tls(&authority, host)?;
    let both_served = async || {
        deploy::until_served(&client).await?;
        deadline::until("HTTPS answers", SOON, async || {
            let reply = secure.get("https://gateway.example/x").await?;
            ensure!(reply.status == 302, "{}", reply.status);
            Ok(())
        })
        .await
    };
    if let Err(error) = both_served().await {
        let left = ["-n", "alone", "get", "gateway,service,pods", "-o", "yaml"];
        let state = install::state(cluster, &left).await;
        return Err(error.context(state).context("at first"));
    }
    let now = deploy::pods(cluster, "alone", "gw").await?;
    ensure!(now == pods, "a listener replaced Pods: {now:?}");
    let scale = |replicas: &'static str| {
        [
            "-n",
            install::NAMESPACE,
            "scale",
            "deployment",
            install::NAME,
            replicas,
        ]
    };
    cluster.kubectl(&scale("--replicas=0")).await?;
    let away = (install::NAMESPACE, "deployment", install::NAME);
    cluster
        .until_object(away, |object| object["status"]["replicas"].is_null())
        .await?;
    let outcome = async {
        both_served().await.context("alone")?;
        a_proxy_restarts(cluster).await?;
        both_served().await.context("after a restart")
    };
    let outcome = outcome.await;
    cluster.kubectl(&scale("--replicas=2")).await?;
    install::until_ready(cluster, install::NAMESPACE, 2).await?;
    if let Err(error) = outcome {
        bail!("{error:#}");
    }
    Ok(())
}

/// The proxy is killed, and ready again.
async fn a_proxy_restarts(cluster: &Cluster) -> Result<()> {
    let selector = "gateway.networking.k8s.io/gateway-name=gw";
    let name = [
        "-n",
        "alone",
        "get",
        "pod",
        "-l",
        selector,
        "-o",
        "jsonpath={.items[0].metadata.name}",
    ];
    let name = cluster.kubectl(&name).await?;
    cluster.control(&["kill", &format!("alone/{name}")]).await?;
    let is_back = |pod: &Value| {
        let status = pod.pointer("/status/containerStatuses/0");
        status.is_some_and(|it| it["restartCount"] == 1 && it["ready"] == true)
    };
    let back = cluster.until_object(("alone", "pod", &name), is_back).await;
    if let Err(error) = back {
        let logs = cluster.kubectl(&["-n", "alone", "logs", &name]).await?;
        return Err(error.context(logs));
    }
    Ok(())
}

/// The same Gateway with HTTPS beside HTTP.
const SECURE: &str = "
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gw, namespace: alone}
spec:
  gatewayClassName: tidegate
  listeners:
  - {name: http, port: 80, protocol: HTTP}
  - {name: https, port: 443, protocol: HTTPS, tls: {certificateRefs: [{name: cert}]}}
";

fn certificate(authority: &Authority, host: &str) -> Result<Value> {
    let identity = authority.issue(&[host])?;
    Ok(
        json!({"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls",
        "metadata": {"name": "cert", "namespace": "alone"},
        "stringData": {"tls.crt": identity.certificate, "tls.key": identity.key}}),
    )
}
