//! Objects that come, change and go at random, while replicas of the control plane are killed: in the end everything is
//! as a translation from scratch has it, and routes that nobody touched failed no request.
//!
//! Owns the course of it and the verdict. Must not know how an object looks: `objects` makes them.

mod objects;
mod report;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use kube::Client as Api;
use kube::config::{KubeConfigOptions, Kubeconfig};
use serde_json::Value;
use tests::client::{Client, Reply, get};
use tests::deadline;
use tests::load::Load;

use self::objects::{Edits, Population};
use self::report::Churn;
use crate::args;
use crate::cluster::{Cluster, SOON};
use crate::install;
use crate::kube_source::control_plane::ControlPlane;

/// Namespace of everything that changes.
const NAMESPACE: &str = "churn";
/// How long a replica lives between two kills. The short form kills one in its middle.
const KILL_AFTER: Duration = Duration::from_secs(30);
/// Until everything has settled after the last change.
const SETTLE: Duration = Duration::from_secs(120);

/// Random edits over 500 objects, for as long as the environment says.
pub(crate) async fn random_edits_and_killed_replicas(cluster: &Cluster) -> Result<()> {
    let length = args::churn();
    install::tidegate(cluster).await?;
    cluster.namespace(NAMESPACE).await?;
    cluster.apply(include_str!("churn/ground.yaml")).await?;
    let clients = untouched(cluster).await?;
    let seed = args::seed();
    let api = api(&cluster.kubeconfig()).await?;
    let mut population = Population::new(api.clone(), NAMESPACE, seed);
    population
        .fill()
        .await
        .with_context(|| format!("seed {seed}"))?;
    let loads =
        clients.map(|client| Load::start(&client, || get("http://still.example/x"), 2, is_ours));

    let started = Instant::now();
    let mut kills = 0_u32;
    let mut next_kill = KILL_AFTER.min(length / 2);
    while started.elapsed() < length {
        population
            .step()
            .await
            .with_context(|| format!("seed {seed}"))?;
        if started.elapsed() >= next_kill {
            kill(cluster, kills).await?;
            kills += 1;
            next_kill += KILL_AFTER;
        }
    }
    let edits = population.edits();
    let settled = settled(cluster)
        .await
        .with_context(|| format!("seed {seed}"))?;
    let mut requests = 0;
    for load in loads {
        requests += load
            .finish()
            .await
            .with_context(|| format!("seed {seed}"))?;
    }
    let churn = Churn {
        seed,
        length,
        objects: objects::COUNT,
        edits,
        kills,
        requests,
        settled,
    };
    check(&churn)?;
    if let Some(path) = args::churn_report() {
        std::fs::write(path, churn.text())?;
    }
    Ok(())
}

fn check(churn: &Churn) -> Result<()> {
    let Edits {
        created,
        changed,
        deleted,
        ..
    } = churn.edits;
    ensure!(
        created > 0 && changed > 0 && deleted > 0 && churn.kills > 0,
        "{}",
        churn.text()
    );
    ensure!(
        churn.requests > 100,
        "{} requests show little",
        churn.requests
    );
    Ok(())
}

pub(crate) async fn api(kubeconfig: &Path) -> Result<Api> {
    let file = Kubeconfig::read_from(kubeconfig)?;
    let config = kube::Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await?;
    Ok(Api::try_from(config)?)
}

/// Clients of the two Gateways' routes that nobody touches; they answer.
async fn untouched(cluster: &Cluster) -> Result<[Client; 2]> {
    let mut clients = Vec::new();
    for name in ["busy", "quiet"] {
        let gateway = crate::deploy::until_programmed(cluster, NAMESPACE, name).await?;
        let client = crate::deploy::client(&gateway)?;
        deadline::until("the untouched route answers", SOON, async || {
            is_ours(&client.get("http://still.example/x").await?)
        })
        .await?;
        clients.push(client);
    }
    <[Client; 2]>::try_from(clients)
        .ok()
        .context("two Gateways")
}

fn is_ours(reply: &Reply) -> Result<()> {
    ensure!(reply.status == 200, "{}: {}", reply.status, reply.text());
    Ok(())
}

/// Kills the leader and another replica in turns.
async fn kill(cluster: &Cluster, number: u32) -> Result<()> {
    let lease = cluster
        .get(install::NAMESPACE, "lease", install::NAME)
        .await?;
    let leader = lease["spec"]["holderIdentity"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let pods = install::pods(cluster, install::NAMESPACE).await?;
    let is_next = |pod: &&String| (**pod == leader) == number.is_multiple_of(2);
    let pod = pods
        .iter()
        .find(is_next)
        .or(pods.first())
        .context("no replica")?;
    cluster
        .control(&["kill", &format!("{}/{pod}", install::NAMESPACE)])
        .await
        .map(drop)
}

/// Waits until statuses, snapshots and proxies are as a control plane that starts now has them; how long that took.
async fn settled(cluster: &Cluster) -> Result<Duration> {
    let started = Instant::now();
    install::until_ready(cluster, install::NAMESPACE, 2).await?;
    let kubeconfig: PathBuf = cluster.kubeconfig();
    let mut scratch = ControlPlane::start(&kubeconfig, "tidegate.dev/gateway-controller", &[])?;
    scratch
        .until("it is ready", async |plane| {
            ensure!(plane.is_ready().await?, "not ready");
            Ok(())
        })
        .await?;
    deadline::until("everything is as from scratch", SETTLE, async || {
        let status = scratch.ask(&["status"]).await?;
        proxies_agree(cluster, &status).await?;
        statuses_agree(cluster, &status).await
    })
    .await?;
    Ok(started.elapsed())
}

/// Every proxy holds the commit that the translation from scratch gives.
async fn proxies_agree(cluster: &Cluster, status: &Value) -> Result<()> {
    let get = [
        "-n",
        install::NAMESPACE,
        "get",
        "fleetreports",
        "-o",
        "json",
    ];
    let reports: Value = serde_json::from_str(&cluster.kubectl(&get).await?)?;
    for gateway in status["gateways"].as_array().context("no Gateways")? {
        if gateway["namespace"] != NAMESPACE {
            continue;
        }
        let commit = &gateway["desiredCommit"];
        let of_gateway =
            |report: &&Value| report.pointer("/spec/gateway/name") == Some(&gateway["name"]);
        let items = reports["items"].as_array().context("items")?;
        let applied = items
            .iter()
            .filter(of_gateway)
            .filter_map(|report| report["spec"]["applied"].as_array());
        let applied: Vec<&Value> = applied.flatten().collect();
        ensure!(
            !applied.is_empty(),
            "nobody reports proxies of {}",
            gateway["name"]
        );
        for entry in applied {
            ensure!(
                entry["commit"] == *commit,
                "{}: {entry}, from scratch {commit}",
                gateway["name"]
            );
        }
    }
    Ok(())
}

/// Every status in the cluster says what the one from scratch says.
async fn statuses_agree(cluster: &Cluster, status: &Value) -> Result<()> {
    let kinds = [
        ("HTTPRoute", "httproutes"),
        ("Gateway", "gateways"),
        ("AgentgatewayBackend", "agentgatewaybackends"),
    ];
    for (kind, plural) in kinds {
        let list: Value = serde_json::from_str(
            &cluster
                .kubectl(&["-n", NAMESPACE, "get", plural, "-o", "json"])
                .await?,
        )?;
        for object in list["items"].as_array().context("items")? {
            let name = &object["metadata"]["name"];
            let written = written(object);
            let wanted = wanted(status, kind, name);
            // What no Gateway of ours reaches has no entry.
            if written != wanted {
                bail!("{kind} {name}: {written:?}, from scratch {wanted:?}");
            }
        }
    }
    Ok(())
}

/// Conditions in an object's status, as texts.
fn written(object: &Value) -> Vec<String> {
    let status = &object["status"];
    let entries = |field: &str| {
        let list = status[field].as_array();
        list.into_iter()
            .flatten()
            .map(|entry| &entry["conditions"])
            .collect::<Vec<_>>()
    };
    let lists = [&status["conditions"]]
        .into_iter()
        .chain(entries("parents"))
        .chain(entries("listeners"));
    texts(lists)
}

/// Conditions of an object as the control plane tells them.
fn wanted(status: &Value, kind: &str, name: &Value) -> Vec<String> {
    let objects = status["objects"].as_array();
    let is_it = |object: &&Value| {
        let source = &object["source"];
        source["kind"] == kind && source["name"] == *name && source["namespace"] == NAMESPACE
    };
    texts(
        objects
            .into_iter()
            .flatten()
            .filter(is_it)
            .map(|object| &object["conditions"]),
    )
}

fn texts<'a>(lists: impl Iterator<Item = &'a Value>) -> Vec<String> {
    let conditions = lists.filter_map(Value::as_array).flatten();
    let mut texts: Vec<String> = conditions
        .map(|it| {
            let text = |field: &str| it[field].as_str().unwrap_or_default().to_owned();
            format!(
                "{}={} {}: {}",
                text("type"),
                text("status"),
                text("reason"),
                text("message")
            )
        })
        .collect();
    texts.sort();
    texts
}
