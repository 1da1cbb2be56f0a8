//! Statuses, leadership and FleetReports against a real API server, beside which control planes of the test's own run.
//!
//! Each test has a namespace, a GatewayClass and a controller name of its own; its control planes keep their Lease and
//! reports in that namespace.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::process::{Process, Signal};
use tests::{binaries, client, deadline};
use tokio::process::Command;

use crate::cluster::Cluster;

/// Until a status is there, a Lease that has run out included.
const SOON: Duration = Duration::from_secs(60);
/// A controller that is not ours.
const OTHER: &str = "example.com/other";

/// One replica of a control plane.
struct Replica {
    dir: TempDir,
    process: Process,
}

impl Replica {
    fn start(cluster: &Cluster, test: &str, name: &str) -> Result<Replica> {
        let dir = tempfile::Builder::new().prefix("tg").tempdir()?;
        let mut command = Command::new(binaries::ours("tidegate-control-plane")?);
        command
            .env_clear()
            .env("KUBECONFIG", cluster.kubeconfig())
            .env("TIDEGATE_LOG", "info,cp_kube=debug")
            .args(["--kubernetes", "--exit-with-parent"])
            .args(["--controller-name", &controller(test)])
            .args(["--namespace", test, "--replica", name])
            .arg("--run-dir")
            .arg(dir.path().join("run"))
            .kill_on_drop(true);
        let process = Process::start(command, &dir.path().join("log"))?;
        Ok(Replica { dir, process })
    }

    /// The value of a series; 0 while it does not exist.
    async fn metric(&self, series: &str) -> Result<f64> {
        let socket: PathBuf = self.dir.path().join("run/control-plane.sock");
        let text = client::get_over_unix(&socket, "/metrics").await?.text();
        let series = format!("tidegate_control_plane_{series} ");
        let line = text.lines().find_map(|line| line.strip_prefix(&series));
        Ok(line.map_or(Ok(0.0), str::parse)?)
    }

    async fn writes(&self, result: &str) -> Result<f64> {
        self.metric(&format!("status_writes_total{{result=\"{result}\"}}"))
            .await
    }

    async fn until_leader(&self) -> Result<()> {
        deadline::until("it leads", SOON, || async {
            ensure!(self.metric("leader").await? > 0.0, "it does not lead");
            Ok(())
        })
        .await
    }
}

fn controller(test: &str) -> String {
    format!("tests.tidegate.dev/{test}")
}

/// A namespace with a class, a Gateway and a Service, and these many routes.
async fn ground(cluster: &Cluster, test: &str, routes: usize) -> Result<()> {
    let mut manifests = vec![
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": test}}),
        json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass",
            "metadata": {"name": test}, "spec": {"controllerName": controller(test)}}),
        json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway",
            "metadata": {"name": "gw", "namespace": test}, "spec": {"gatewayClassName": test,
            "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}]}}),
        json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a", "namespace": test},
            "spec": {"ports": [{"port": 80}]}}),
    ];
    manifests.extend((0..routes).map(|index| route(test, &format!("r{index}"), "a")));
    let list = json!({"apiVersion": "v1", "kind": "List", "items": manifests});
    cluster.apply(&list.to_string()).await
}

fn route(test: &str, name: &str, to: &str) -> Value {
    json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
        "metadata": {"name": name, "namespace": test}, "spec": {"parentRefs": [{"name": "gw"}],
        "rules": [{"backendRefs": [{"name": to, "port": 80}]}]}})
}

async fn get(cluster: &Cluster, test: &str, what: &[&str]) -> Result<Value> {
    let mut args = vec!["-n", test, "get", "-o", "json"];
    args.extend(what);
    Ok(serde_json::from_str(&cluster.kubectl(&args).await?)?)
}

/// Every route has one entry of ours with this condition of the newest generation.
async fn until_routes(cluster: &Cluster, test: &str, condition: (&str, &str)) -> Result<()> {
    deadline::until("statuses of routes", SOON, || async {
        let routes = get(cluster, test, &["httproutes"]).await?;
        for route in routes["items"].as_array().context("a list")? {
            let generation = &route["metadata"]["generation"];
            let parents = route["status"]["parents"].as_array().context("parents")?;
            let ours: Vec<&Value> = parents
                .iter()
                .filter(|parent| parent["controllerName"] == controller(test).as_str())
                .collect();
            ensure!(ours.len() == 1, "{} entries of ours", ours.len());
            let conditions = ours[0]["conditions"].as_array().context("conditions")?;
            ensure!(
                conditions
                    .iter()
                    .all(|it| it["observedGeneration"] == *generation),
                "an old generation"
            );
            let found = conditions.iter().find(|it| it["type"] == condition.0);
            let reason = found.map(|it| &it["reason"]);
            ensure!(reason.is_some_and(|it| it == condition.1), "{reason:?}");
        }
        Ok(())
    })
    .await
}

/// The leader is killed while it writes: the other takes over, and every status is right in the end.
pub(crate) async fn a_leader_that_is_killed_is_replaced(cluster: &Cluster) -> Result<()> {
    let test = "status-leader";
    ground(cluster, test, 200).await?;
    let first = Replica::start(cluster, test, "first")?;
    first.until_leader().await?;
    let second = Replica::start(cluster, test, "second")?;
    until_routes(cluster, test, ("ResolvedRefs", "ResolvedRefs")).await?;
    // Every status changes, and the leader is in the middle of it.
    let written = first.writes("Written").await?;
    cluster
        .kubectl(&["-n", test, "delete", "service", "a"])
        .await?;
    deadline::until("it began to write", SOON, || async {
        ensure!(first.writes("Written").await? > written, "not yet");
        Ok(())
    })
    .await?;
    first.process.signal(Signal::Kill)?;
    ensure!(second.writes("Written").await? == 0.0, "two leaders");
    second.until_leader().await?;
    until_routes(cluster, test, ("ResolvedRefs", "BackendNotFound")).await
}

/// A replica that ends gives up its Lease: the next one does not wait until it has run out, and what is right is not
/// written again.
pub(crate) async fn a_new_leader_writes_only_what_differs(cluster: &Cluster) -> Result<()> {
    let test = "status-differences";
    ground(cluster, test, 20).await?;
    let first = Replica::start(cluster, test, "first")?;
    until_routes(cluster, test, ("ResolvedRefs", "ResolvedRefs")).await?;
    first.process.signal(Signal::Terminate)?;
    let second = Replica::start(cluster, test, "second")?;
    second.until_leader().await?;
    cluster.apply(&route(test, "late", "a").to_string()).await?;
    until_routes(cluster, test, ("ResolvedRefs", "ResolvedRefs")).await?;
    // The new route, and the number of routes in the Gateway.
    let written = second.writes("Written").await?;
    ensure!(written <= 3.0, "{written} writes");
    Ok(())
}

/// What is attached to our Gateway says so, and names what is not in effect yet; another's Gateway is another's matter.
pub(crate) async fn policies_models_and_pins_have_statuses(cluster: &Cluster) -> Result<()> {
    let test = "status-policies";
    ground(cluster, test, 0).await?;
    let replica = Replica::start(cluster, test, "one")?;
    let list = json!({"apiVersion": "v1", "kind": "List", "items": attached(test)});
    cluster.apply(&list.to_string()).await?;
    let said = |object: &Value, entry: &str, kind: &str| {
        let condition = object.pointer(entry).and_then(|entry| {
            let conditions = entry["conditions"].as_array()?;
            conditions.iter().find(|it| it["type"] == kind).cloned()
        });
        let word = |field: &str| {
            let found = condition.as_ref().and_then(|it| it[field].as_str());
            found.unwrap_or_default().to_owned()
        };
        (word("reason"), word("message"))
    };
    let ancestor = "/status/ancestors/0";
    for (kind, name, entry, reason, words) in [
        (
            "agentgatewaypolicy",
            "p",
            ancestor,
            "NotSupported",
            "spec.traffic.cors",
        ),
        (
            "tidegatepolicy",
            "t",
            ancestor,
            "NotSupported",
            "spec.traffic.responseCache",
        ),
        (
            "agentgatewaymodel",
            "m",
            "/status/parents/0",
            "NotAllowedByListeners",
            "allowedRoutes",
        ),
        ("fleetpin", "f", "/status", "NotSupported", "spec.freeze"),
    ] {
        let is_so = |object: &Value| {
            let (found, message) = said(object, entry, "Accepted");
            found == reason && message.contains(words)
        };
        cluster.until_object((test, kind, name), is_so).await?;
    }
    let nowhere = |object: &Value| {
        let name = object.pointer("/status/ancestors/0/ancestorRef/name");
        let (reason, message) = said(object, ancestor, "Attached");
        name.is_some_and(|name| name == "StatusSummary")
            && reason == "Pending"
            && message.contains("not found")
    };
    let of = (test, "agentgatewaypolicy", "nowhere");
    cluster.until_object(of, nowhere).await?;
    // Written in the order of keys, so this one has been passed over.
    let foreign = get(cluster, test, &["agentgatewaypolicy", "foreign"]).await?;
    ensure!(foreign.get("status").is_none(), "{foreign}");
    ensure!(
        replica.writes("Invalid").await? == 0.0,
        "a status was refused"
    );
    Ok(())
}

/// A policy of each kind, a model, a pin; and policies for what does not exist and for another's Gateway.
fn attached(test: &str) -> Vec<Value> {
    let gateway = "gateway.networking.k8s.io";
    let object = |group: &str, kind: &str, name: &str, spec: Value| {
        json!({"apiVersion": format!("{group}/v1alpha1"), "kind": kind,
            "metadata": {"name": name, "namespace": test}, "spec": spec})
    };
    let policy = |name: &str, to: &str| {
        let spec = json!({"targetRefs": [{"group": gateway, "kind": "Gateway", "name": to}],
            "traffic": {"cors": {}}});
        object("agentgateway.dev", "AgentgatewayPolicy", name, spec)
    };
    let ours = json!({"targetRefs": [{"group": gateway, "kind": "Gateway", "name": "gw"}],
        "traffic": {"responseCache": {"ttl": "10s"}}});
    let model = json!({"parentRefs": [{"name": "gw"}], "provider": "OpenAI"});
    let pin = json!({"gateway": {"name": "gw"}, "freeze": {}});
    let other = json!({"apiVersion": format!("{gateway}/v1"), "kind": "GatewayClass",
        "metadata": {"name": format!("{test}-other")}, "spec": {"controllerName": OTHER}});
    let of_other = json!({"apiVersion": format!("{gateway}/v1"), "kind": "Gateway",
        "metadata": {"name": "other", "namespace": test}, "spec": {"gatewayClassName": format!("{test}-other"),
        "listeners": [{"name": "http", "port": 80, "protocol": "HTTP"}]}});
    vec![
        other,
        of_other,
        policy("p", "gw"),
        policy("foreign", "other"),
        policy("nowhere", "absent"),
        object("tidegate.dev", "TidegatePolicy", "t", ours),
        object("agentgateway.dev", "AgentgatewayModel", "m", model),
        object("tidegate.dev", "FleetPin", "f", pin),
    ]
}

/// Two controllers write one route's status: neither loses its entry.
pub(crate) async fn two_controllers_share_a_status(cluster: &Cluster) -> Result<()> {
    let test = "status-shared";
    ground(cluster, test, 1).await?;
    let replica = Replica::start(cluster, test, "one")?;
    let at = "2026-01-01T00:00:00Z";
    for round in 0..50 {
        let live = get(cluster, test, &["httproute", "r0"]).await?;
        let parents = live["status"]["parents"].as_array().cloned();
        let mut parents = parents.unwrap_or_default();
        parents.retain(|parent| parent["controllerName"] != OTHER);
        let condition = json!({"type": "Accepted", "status": "True", "reason": "Accepted",
            "message": round.to_string(), "lastTransitionTime": at});
        parents.insert(0, json!({"controllerName": OTHER, "conditions": [condition],
            "parentRef": {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "other"}}));
        let patch = json!({"metadata": {"resourceVersion": live["metadata"]["resourceVersion"]},
            "status": {"parents": parents}});
        // Ours may have come first; then the next round has it.
        let _ = cluster
            .kubectl(&[
                "-n",
                test,
                "patch",
                "httproute",
                "r0",
                "--subresource=status",
                "--type=merge",
                "-p",
                &patch.to_string(),
            ])
            .await;
        if round % 10 == 0 {
            let to = if round % 20 == 0 { "missing" } else { "a" };
            cluster.apply(&route(test, "r0", to).to_string()).await?;
        }
    }
    cluster
        .apply(&route(test, "r0", "missing").to_string())
        .await?;
    until_routes(cluster, test, ("ResolvedRefs", "BackendNotFound")).await?;
    let live = get(cluster, test, &["httproute", "r0"]).await?;
    let parents = live["status"]["parents"].as_array().context("parents")?;
    let theirs = parents.iter().find(|it| it["controllerName"] == OTHER);
    let theirs = theirs.context("the other's entry is gone")?;
    ensure!(theirs["conditions"][0]["lastTransitionTime"] == at);
    ensure!(replica.writes("Invalid").await? == 0.0);
    Ok(())
}

/// A route that names a Gateway of another class loses our entry and keeps the other's.
pub(crate) async fn a_route_that_moves_away_loses_our_entry(cluster: &Cluster) -> Result<()> {
    let test = "status-moves";
    ground(cluster, test, 1).await?;
    let _replica = Replica::start(cluster, test, "one")?;
    until_routes(cluster, test, ("ResolvedRefs", "ResolvedRefs")).await?;
    let patch = json!({"spec": {"parentRefs": [{"name": "elsewhere"}]}}).to_string();
    cluster
        .kubectl(&[
            "-n",
            test,
            "patch",
            "httproute",
            "r0",
            "--type=merge",
            "-p",
            &patch,
        ])
        .await?;
    deadline::until("the entry is gone", SOON, || async {
        let live = get(cluster, test, &["httproute", "r0"]).await?;
        ensure!(
            live["status"]["parents"]
                .as_array()
                .is_none_or(Vec::is_empty)
        );
        Ok(())
    })
    .await
}
