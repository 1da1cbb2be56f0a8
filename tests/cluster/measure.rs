//! What a control plane in a cluster costs, and how long an edit takes from the API server to a client.
//!
//! Owns the measurement, which judges nothing: its figures are for docs/performance.md. Only run where it is asked for
//! (`make measure`).

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use kube::api::{Api, Patch, PatchParams};
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use serde_json::{Value, json};
use tests::client::{Client, get};
use tests::deadline;
use tests::process::resident;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::churn;
use crate::cluster::Cluster;
use crate::{deploy, install};

/// How many routes there are in each round.
const ROUNDS: [usize; 2] = [1_000, 10_000];
/// Edits that are timed in each round.
const EDITS: usize = 60;
/// Objects that are created at the same time.
const TOGETHER: usize = 16;
/// Time between two edits: what follows from one, statuses for example, is done before the next.
const SPACED: Duration = Duration::from_millis(500);
/// Time between two looks of the client, which shares the machine with what it measures.
const LOOKS: Duration = Duration::from_millis(1);
/// How long nothing may happen before a control plane is quiet.
const QUIET: Duration = Duration::from_secs(3);
const LONG: Duration = Duration::from_secs(600);

/// One round's figures.
struct Round {
    routes: usize,
    filled: Duration,
    edits: Vec<Duration>,
    /// MiB of each replica, and CPU seconds that it took for the edits.
    replicas: Vec<(f64, f64)>,
}

/// Measures each number of routes and prints a table.
pub(crate) async fn edits_in_a_cluster(cluster: &Cluster) -> Result<()> {
    install::tidegate(cluster).await?;
    let client = churn::api(&cluster.kubeconfig()).await?;
    for routes in ROUNDS {
        println!("{}", round(cluster, &client, routes).await?.row());
    }
    Ok(())
}

async fn round(cluster: &Cluster, client: &kube::Client, routes: usize) -> Result<Round> {
    let namespace = format!("measure-{routes}");
    cluster.namespace(&namespace).await?;
    let kind = GroupVersionKind::gvk("gateway.networking.k8s.io", "v1", "HTTPRoute");
    let resource = ApiResource::from_gvk_with_plural(&kind, "httproutes");
    let api: Api<DynamicObject> = Api::namespaced_with(client.clone(), &namespace, &resource);
    cluster
        .apply(&format!(
            "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {{name: gw, namespace: {namespace}}}\n\
             spec: {{gatewayClassName: tidegate, listeners: [{{name: http, port: 80, protocol: HTTP}}]}}\n"
        ))
        .await?;
    let gateway = deploy::until_programmed(cluster, &namespace, "gw").await?;
    let proxy = deploy::client(&gateway)?;
    let started = Instant::now();
    fill(&api, routes).await?;
    let last = routes - 1;
    until_moved(&proxy, last, "first").await?;
    let filled = started.elapsed();
    quiet(&pids()?).await?;
    let pids = pids()?;
    let before: Vec<f64> = pids.iter().map(|pid| cpu(*pid)).collect::<Result<_>>()?;
    let mut edits = Vec::with_capacity(EDITS);
    let mut pace = interval(SPACED);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for edit in 0..EDITS {
        pace.tick().await;
        let (index, to) = (edit * routes / EDITS, format!("edit-{edit}"));
        let started = Instant::now();
        put(&api, index, &to).await?;
        until_moved(&proxy, index, &to).await?;
        edits.push(started.elapsed());
    }
    let replicas = pids.iter().zip(before).map(|(pid, before)| {
        let mib = resident(*pid)? as f64 / f64::from(1 << 20);
        anyhow::Ok((mib, cpu(*pid)? - before))
    });
    let replicas = replicas.collect::<Result<_>>()?;
    cluster
        .kubectl(&["delete", "namespace", &namespace, "--wait=false"])
        .await?;
    Ok(Round {
        routes,
        filled,
        edits,
        replicas,
    })
}

async fn fill(api: &Api<DynamicObject>, routes: usize) -> Result<()> {
    let mut running = JoinSet::new();
    for index in 0..routes {
        if running.len() >= TOGETHER
            && let Some(done) = running.join_next().await
        {
            done??;
        }
        let api = api.clone();
        running.spawn(async move { put(&api, index, "first").await });
    }
    while let Some(done) = running.join_next().await {
        done??;
    }
    Ok(())
}

async fn put(api: &Api<DynamicObject>, index: usize, to: &str) -> Result<()> {
    let name = format!("r-{index}");
    let route: Value = json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute",
        "metadata": {"name": name}, "spec": {"parentRefs": [{"name": "gw"}],
        "hostnames": [format!("h{index}.example")], "rules": [{"filters": [{"type": "RequestRedirect",
            "requestRedirect": {"hostname": format!("{to}.example"), "statusCode": 302}}]}]}});
    let params = PatchParams::apply("measure").force();
    api.patch(&name, &params, &Patch::Apply(&route))
        .await
        .map(drop)
        .context(name)
}

/// Asks again and again until the route leads there.
async fn until_moved(proxy: &Client, index: usize, to: &str) -> Result<()> {
    let (url, expected) = (
        format!("http://h{index}.example/x"),
        format!("http://{to}.example/x"),
    );
    deadline::within(
        "the edit",
        LONG,
        Box::pin(async {
            let mut connection = proxy.connect().await?;
            let mut looks = interval(LOOKS);
            looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            while connection.send(get(&url)?).await?.header("location") != expected {
                looks.tick().await;
            }
            Ok(())
        }),
    )
    .await
}

/// Waits until what follows from filling, statuses for one, is done.
async fn quiet(pids: &[u32]) -> Result<()> {
    let total = || -> Result<f64> { pids.iter().map(|pid| cpu(*pid)).sum() };
    deadline::until("the control plane is quiet", LONG, async || {
        let before = total()?;
        let mut ticks = interval(QUIET);
        ticks.tick().await;
        ticks.tick().await;
        let spent = total()? - before;
        ensure!(spent < 0.1, "{spent} s of CPU");
        Ok(())
    })
    .await
}

/// The replicas' processes.
fn pids() -> Result<Vec<u32>> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let entry = entry?;
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        let name = fs::read_to_string(entry.path().join("comm")).unwrap_or_default();
        // The kernel cuts names after 15 bytes.
        if name.trim() == "tidegate-contro" {
            found.push(pid);
        }
    }
    ensure!(found.len() == 2, "replicas: {found:?}");
    Ok(found)
}

/// CPU seconds of a process so far.
fn cpu(pid: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let rest = stat.rsplit_once(") ").context("stat")?.1;
    let fields: Vec<&str> = rest.split(' ').collect();
    let ticks = |at: usize| -> Result<f64> { Ok(fields.get(at).context("stat")?.parse()?) };
    // utime and stime, in the 100 ticks a second that Linux shows everywhere.
    Ok((ticks(11)? + ticks(12)?) / 100.0)
}

impl Round {
    fn row(&self) -> String {
        let mut edits = self.edits.clone();
        edits.sort();
        let at = |share: usize| {
            let index = (edits.len() * share / 100).min(edits.len().saturating_sub(1));
            edits
                .get(index)
                .map_or(0.0, |edit| edit.as_secs_f64() * 1e3)
        };
        let each = |pick: fn(&(f64, f64)) -> f64, scale: f64| {
            let all = self
                .replicas
                .iter()
                .map(|replica| format!("{:.0}", pick(replica) * scale));
            all.collect::<Vec<_>>().join(" and ")
        };
        format!(
            "| {} | {:.1} | {:.0} | {:.0} | {} | {} |",
            self.routes,
            self.filled.as_secs_f64(),
            at(50),
            at(99),
            each(|replica| replica.0, 1.0),
            each(|replica| replica.1, 1e3 / EDITS as f64),
        )
    }
}
