//! The Kubernetes source against a real API server, beside which a control plane of the test's own runs.
//!
//! Each test has a namespace, a GatewayClass and a controller name of its own. Those that stop the API server, take
//! definitions away or compact the store disturb whatever else runs in the cluster at that time.

pub(crate) mod control_plane;
mod manifests;
mod role;

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tests::process::{Signal, resident};

use self::control_plane::ControlPlane;
use self::manifests::{
    backend, class, gateway, namespace, route, secret, service, tls_gateway, unreadable_route,
};
use self::role::Role;
use crate::cluster::Cluster;

/// Name of the controller of a test.
fn controller(test: &str) -> String {
    format!("tests.tidegate.dev/{test}")
}

/// A namespace with a class and a Gateway of the test's own, and a Service to route to.
async fn ground(cluster: &Cluster, test: &str) -> Result<()> {
    let parts = [
        namespace(test, ""),
        class(test, &controller(test)),
        gateway(test),
        service(test, "a"),
    ];
    cluster.apply(&parts.join("---\n")).await
}

/// Waits until the only Gateway of this namespace has so many routes.
async fn until_routes(plane: &mut ControlPlane, test: &str, routes: u64) -> Result<()> {
    plane
        .until(&format!("{routes} routes"), async |plane| {
            let status = plane.ask(&["status"]).await?;
            match routes_of(&status, test) {
                found if found == Some(routes) => Ok(()),
                found => bail!("{found:?} routes"),
            }
        })
        .await
}

/// Routes of the Gateway of a namespace; `None` if there is no Gateway.
fn routes_of(status: &Value, namespace: &str) -> Option<u64> {
    let gateways = status.get("gateways").and_then(Value::as_array)?;
    let is_it =
        |gateway: &&Value| gateway.get("namespace").and_then(Value::as_str) == Some(namespace);
    let gateway = gateways.iter().find(is_it)?;
    // A zero is left out.
    Some(
        gateway
            .get("routes")
            .and_then(Value::as_u64)
            .unwrap_or_default(),
    )
}

/// The first condition of this reason about an object of this name.
fn message_of(status: &Value, name: &str, reason: &str) -> Option<String> {
    let objects = status.get("objects").and_then(Value::as_array)?;
    let of_name = objects
        .iter()
        .filter(|object| object.pointer("/source/name").and_then(Value::as_str) == Some(name));
    let mut conditions = of_name
        .filter_map(|object| object.get("conditions").and_then(Value::as_array))
        .flatten();
    let found = conditions
        .find(|condition| condition.get("reason").and_then(Value::as_str) == Some(reason))?;
    // An empty one is left out.
    let message = found.get("message").and_then(Value::as_str);
    Some(message.unwrap_or_default().to_owned())
}

async fn until_ready(plane: &mut ControlPlane) -> Result<()> {
    plane
        .until("ready", async |plane| {
            ensure!(plane.is_ready().await?, "not ready");
            Ok(())
        })
        .await
}

async fn until_series(plane: &mut ControlPlane, series: &str, wanted: f64) -> Result<()> {
    plane
        .until(series, async |plane| {
            let found = plane.metric(series).await?;
            ensure!(found == Some(wanted), "{series} is {found:?}");
            Ok(())
        })
        .await
}

fn connected(kind: &str) -> String {
    format!("tidegate_control_plane_watch_connected{{kind=\"{kind}\"}}")
}

/// Nothing is published before every kind has been listed once: while a role may not list Secrets, the control plane is
/// alive, not ready, and says what it lacks. Given the right, it goes on by itself.
pub(crate) async fn nothing_is_published_before_all_is_listed(cluster: &Cluster) -> Result<()> {
    let test = "source-start";
    ground(cluster, test).await?;
    cluster.apply(&route(test, "r", "a")).await?;
    let role = Role::without(cluster, test, "secrets").await?;
    let mut plane = ControlPlane::start(role.kubeconfig(), &controller(test), &[])?;
    plane
        .until("it says what it lacks", async |plane| {
            ensure!(plane.lines("Secret: ") > 0 && plane.lines("list and watch on secrets") > 0);
            Ok(())
        })
        .await?;
    until_series(&mut plane, &connected("HTTPRoute"), 1.0).await?;
    ensure!(!plane.is_ready().await?, "ready without Secrets");
    ensure!(plane.lines("publish") == 0, "published without Secrets");
    role.give(cluster).await?;
    until_ready(&mut plane).await?;
    until_routes(&mut plane, test, 1).await?;
    let told = plane.lines("WARN kubernetes: Secret: ");
    ensure!(told == 1, "told {told} times:\n{}", plane.log());
    Ok(())
}

/// A right that is taken away stops nothing: what was read stays, one line says it, and one says that it is over.
pub(crate) async fn a_right_is_taken_away_and_given_back(cluster: &Cluster) -> Result<()> {
    let test = "source-rights";
    ground(cluster, test).await?;
    cluster.apply(&route(test, "r", "a")).await?;
    let role = Role::without(cluster, test, "").await?;
    let mut plane = ControlPlane::start(role.kubeconfig(), &controller(test), &[])?;
    until_ready(&mut plane).await?;
    until_routes(&mut plane, test, 1).await?;
    role.take(cluster, "httproutes").await?;
    // A watch that is open stays so; the API server judges the next one.
    cluster.restart_api_server().await?;
    until_series(&mut plane, &connected("Secret"), 1.0).await?;
    until_series(&mut plane, &connected("HTTPRoute"), 0.0).await?;
    plane
        .until("it says so", async |plane| {
            ensure!(plane.lines("WARN kubernetes: HTTPRoute: ") == 1, "not once");
            Ok(())
        })
        .await?;
    cluster.apply(&route(test, "r2", "a")).await?;
    ensure!(plane.is_ready().await?, "not ready any more");
    until_routes(&mut plane, test, 1).await?;
    role.give(cluster).await?;
    until_routes(&mut plane, test, 2).await?;
    ensure!(
        plane.lines("WARN kubernetes: HTTPRoute: ") == 1,
        "said again"
    );
    ensure!(
        plane.lines("no longer: HTTPRoute: ") == 1,
        "not said that it is over"
    );
    Ok(())
}

/// A kind whose definition is absent is watched when it comes, its objects go when it goes, and they come back.
pub(crate) async fn a_definition_comes_goes_and_comes_back(cluster: &Cluster) -> Result<()> {
    let test = "source-definitions";
    let name = "agentgatewaybackends.agentgateway.dev";
    let definition = cluster.kubectl(&["get", "crd", name, "-o", "json"]).await?;
    let definition = manifests::bare(&definition)?;
    ground(cluster, test).await?;
    cluster.kubectl(&["delete", "crd", name]).await?;
    let kubeconfig = cluster.kubeconfig();
    let mut plane = ControlPlane::start(&kubeconfig, &controller(test), &[])?;
    until_ready(&mut plane).await?;
    ensure!(
        plane
            .metric(&connected("AgentgatewayBackend"))
            .await?
            .is_none()
    );
    for round in 1..=2 {
        cluster.apply(&definition).await?;
        until_series(&mut plane, &connected("AgentgatewayBackend"), 1.0).await?;
        cluster
            .kubectl(&["wait", "--for=condition=Established", "crd", name])
            .await?;
        let [backend, route] = [
            backend(test, "b"),
            manifests::route_to_backend(test, "r", "b"),
        ];
        apply_until_served(cluster, &format!("{backend}---\n{route}")).await?;
        let resolved = |status: &Value| message_of(status, "r", "ResolvedRefs").is_some();
        plane
            .until(
                &format!("the backend is found, round {round}"),
                async |plane| {
                    let status = plane.ask(&["status"]).await?;
                    ensure!(resolved(&status), "{status}");
                    Ok(())
                },
            )
            .await?;
        cluster.kubectl(&["delete", "crd", name]).await?;
        plane
            .until(
                &format!("the backend is gone, round {round}"),
                async |plane| {
                    let status = plane.ask(&["status"]).await?;
                    ensure!(
                        message_of(&status, "r", "BackendNotFound").is_some(),
                        "{status}"
                    );
                    ensure!(
                        plane
                            .metric(&connected("AgentgatewayBackend"))
                            .await?
                            .is_none()
                    );
                    Ok(())
                },
            )
            .await?;
    }
    cluster.apply(&definition).await?;
    let misfits = plane.lines("none of the versions");
    ensure!(
        misfits == 0,
        "a kind that comes was told as a problem:\n{}",
        plane.log()
    );
    Ok(())
}

/// The API server takes a new kind a moment after its definition is established.
async fn apply_until_served(cluster: &Cluster, manifests: &str) -> Result<()> {
    tests::deadline::until("the kind is served", crate::cluster::SOON, async || {
        cluster.apply(manifests).await
    })
    .await
}

/// The API server goes and comes back: nothing is lost, later changes are seen, and the log has one line for each.
pub(crate) async fn the_api_server_restarts(cluster: &Cluster) -> Result<()> {
    let test = "source-restart";
    ground(cluster, test).await?;
    cluster.apply(&route(test, "r", "a")).await?;
    let mut plane = ControlPlane::start(&cluster.kubeconfig(), &controller(test), &[])?;
    until_ready(&mut plane).await?;
    until_routes(&mut plane, test, 1).await?;
    // A definition that another test made anew may not be served at once.
    for kind in cp_api::key::Kind::ALL {
        until_series(&mut plane, &connected(kind.as_str()), 1.0).await?;
    }
    let outages = "WARN kubernetes: the API server does not answer";
    let before = plane.lines(outages);
    cluster.stop_api_server().await?;
    until_series(&mut plane, &connected("HTTPRoute"), 0.0).await?;
    ensure!(plane.is_ready().await?, "not ready any more");
    until_routes(&mut plane, test, 1).await?;
    cluster.start_api_server().await?;
    cluster.apply(&route(test, "r2", "a")).await?;
    until_routes(&mut plane, test, 2).await?;
    for kind in cp_api::key::Kind::ALL {
        until_series(&mut plane, &connected(kind.as_str()), 1.0).await?;
    }
    let told = plane.lines(outages) - before;
    ensure!(told == 1, "{told} lines for one outage:\n{}", plane.log());
    ensure!(plane.lines("ERROR") == 0, "errors:\n{}", plane.log());
    Ok(())
}

/// While a control plane is frozen the API server restarts, objects go and come, and the store is compacted: the changes
/// in between cannot be had any more. It lists, and what went is gone.
pub(crate) async fn a_gap_is_closed_by_a_list(cluster: &Cluster) -> Result<()> {
    let test = "source-gap";
    ground(cluster, test).await?;
    cluster
        .apply(&[route(test, "r1", "a"), route(test, "r2", "a")].join("---\n"))
        .await?;
    let mut plane = ControlPlane::start(&cluster.kubeconfig(), &controller(test), &[])?;
    until_ready(&mut plane).await?;
    until_routes(&mut plane, test, 2).await?;
    plane.process().signal(Signal::Stop)?;
    cluster.stop_api_server().await?;
    cluster.start_api_server().await?;
    cluster
        .kubectl(&["-n", test, "delete", "httproute", "r1", "r2"])
        .await?;
    cluster.apply(&route(test, "r3", "a")).await?;
    cluster.compact().await?;
    plane.process().signal(Signal::Continue)?;
    plane
        .until("only the third route is left", async |plane| {
            let status = plane.ask(&["status"]).await?;
            let names: BTreeSet<&str> = status
                .get("objects")
                .and_then(Value::as_array)
                .context("no objects")?
                .iter()
                .filter(|object| {
                    object.pointer("/source/namespace").and_then(Value::as_str) == Some(test)
                })
                .filter(|object| {
                    object.pointer("/source/kind").and_then(Value::as_str) == Some("HTTPRoute")
                })
                .filter_map(|object| object.pointer("/source/name").and_then(Value::as_str))
                .collect();
            ensure!(names == BTreeSet::from(["r3"]), "{names:?}");
            Ok(())
        })
        .await
}

/// An object that the API server takes and we cannot read is a condition and an Event; the others are served, and what it
/// said before stays. Another controller's is none of our business.
pub(crate) async fn an_object_that_cannot_be_read(cluster: &Cluster) -> Result<()> {
    let test = "source-unreadable";
    ground(cluster, test).await?;
    let parts = [
        route(test, "good", "a"),
        unreadable_route(test, "bad", "gw"),
        unreadable_route(test, "theirs", "theirs"),
    ];
    cluster.apply(&parts.join("---\n")).await?;
    let mut plane = ControlPlane::start(&cluster.kubeconfig(), &controller(test), &[])?;
    until_ready(&mut plane).await?;
    until_routes(&mut plane, test, 1).await?;
    let until_told = async |plane: &mut ControlPlane, name: &str| {
        plane
            .until(&format!("{name} is told"), async |plane| {
                let status = plane.ask(&["status"]).await?;
                let message = message_of(&status, name, "Invalid").context("no condition")?;
                ensure!(message.contains("spec.hostnames[0]"), "{message}");
                let events = cluster
                    .kubectl(&["-n", test, "get", "events", "-o", "json"])
                    .await?;
                let events: Value = serde_json::from_str(&events)?;
                let events = events
                    .get("items")
                    .and_then(Value::as_array)
                    .context("no items")?;
                let mine = events.iter().filter(|event| {
                    event
                        .pointer("/involvedObject/name")
                        .and_then(Value::as_str)
                        == Some(name)
                });
                let notes: Vec<&str> = mine
                    .filter_map(|event| event.get("message").and_then(Value::as_str))
                    .collect();
                let [note] = notes.as_slice() else {
                    bail!("{notes:?}");
                };
                ensure!(note.contains("spec.hostnames[0]"), "{note}");
                Ok(())
            })
            .await
    };
    until_told(&mut plane, "bad").await?;
    cluster.apply(&unreadable_route(test, "good", "gw")).await?;
    until_told(&mut plane, "good").await?;
    until_routes(&mut plane, test, 1).await?;
    let status = plane.ask(&["status"]).await?;
    ensure!(
        message_of(&status, "theirs", "Invalid").is_none(),
        "spoke about another's route"
    );
    let events = cluster
        .kubectl(&["-n", test, "get", "events", "-o", "name"])
        .await?;
    ensure!(!events.contains("theirs"), "{events}");
    Ok(())
}

/// A Secret that comes after the listener that needs it.
pub(crate) async fn a_secret_after_what_needs_it(cluster: &Cluster) -> Result<()> {
    let test = "source-secret";
    ground(cluster, test).await?;
    cluster.apply(&tls_gateway(test, "tls", "cert")).await?;
    let mut plane = ControlPlane::start(&cluster.kubeconfig(), &controller(test), &[])?;
    until_ready(&mut plane).await?;
    plane
        .until("the certificate is missed", async |plane| {
            let status = plane.ask(&["status"]).await?;
            message_of(&status, "tls", "InvalidCertificateRef").context("not missed")
        })
        .await?;
    let certificate = rcgen::generate_simple_self_signed(vec!["a.test".to_owned()])?;
    let pair = (
        certificate.cert.pem(),
        certificate.signing_key.serialize_pem(),
    );
    cluster
        .apply(&secret(test, "cert", &pair.0, &pair.1))
        .await?;
    plane
        .until("the certificate is found", async |plane| {
            let status = plane.ask(&["status"]).await?;
            ensure!(
                message_of(&status, "tls", "InvalidCertificateRef").is_none(),
                "still missed"
            );
            Ok(())
        })
        .await?;
    ensure!(
        !plane.log().contains("PRIVATE KEY"),
        "the key is in the log"
    );
    Ok(())
}

/// 5,000 routes at once: all of them arrive, in far fewer translations than there are routes.
pub(crate) async fn five_thousand_routes_at_once(cluster: &Cluster) -> Result<()> {
    const ROUTES: usize = 5_000;
    let test = "source-many";
    ground(cluster, test).await?;
    let mut plane = ControlPlane::start(&cluster.kubeconfig(), &controller(test), &[])?;
    until_ready(&mut plane).await?;
    let empty = resident(plane.process().id())?;
    let pieces: Vec<String> = (0..ROUTES)
        .map(|number| route(test, &format!("r-{number}"), "a"))
        .collect();
    let parts: Vec<String> = pieces
        .chunks(ROUTES / 4)
        .map(|chunk| chunk.join("---\n"))
        .collect();
    let [first, second, third, fourth] = parts.as_slice() else {
        bail!("{} parts", parts.len());
    };
    let create = ["create", "-f", "-"];
    tokio::try_join!(
        cluster.kubectl_with(&create, first),
        cluster.kubectl_with(&create, second),
        cluster.kubectl_with(&create, third),
        cluster.kubectl_with(&create, fourth),
    )?;
    until_routes(&mut plane, test, ROUTES as u64).await?;
    let epochs = plane
        .metric("tidegate_control_plane_epochs_total")
        .await?
        .context("no epochs")?;
    ensure!(epochs < ROUTES as f64 / 2.0, "{epochs} translations");
    let full = resident(plane.process().id())?;
    eprintln!("{ROUTES} routes: {epochs} translations, resident from {empty} to {full} bytes");
    let deleted = ["-n", test, "delete", "httproute", "--all", "--wait=false"];
    cluster.kubectl(&deleted).await?;
    until_routes(&mut plane, test, 0).await
}

/// Only the namespaces that were named are asked for: a role of that namespace is enough.
pub(crate) async fn named_namespaces_need_no_more_than_their_role(cluster: &Cluster) -> Result<()> {
    let (test, other) = ("source-named", "source-named-other");
    ground(cluster, test).await?;
    let parts = [
        namespace(other, ""),
        route(test, "r", "a"),
        manifests::route_in(other, "r", test),
    ];
    cluster.apply(&parts.join("---\n")).await?;
    let role = Role::within(cluster, test).await?;
    let flags = ["--watch-namespace", test, "--namespace", test];
    let mut plane = ControlPlane::start(role.kubeconfig(), &controller(test), &flags)?;
    until_ready(&mut plane).await?;
    until_routes(&mut plane, test, 1).await?;
    ensure!(
        plane.lines("WARN") == 0,
        "it lacks something:\n{}",
        plane.log()
    );
    let objects = plane
        .metric("tidegate_control_plane_watch_objects{kind=\"Namespace\"}")
        .await?;
    ensure!(objects == Some(1.0), "{objects:?} namespaces");
    Ok(())
}

/// Labels of namespaces decide what is read, now and when they change.
pub(crate) async fn labels_of_namespaces_decide_what_is_read(cluster: &Cluster) -> Result<()> {
    let test = "source-labels";
    cluster
        .apply(&namespace(test, "tidegate-test: labels"))
        .await?;
    ground_in(cluster, test).await?;
    let other = "source-labels-other";
    let parts = [
        namespace(other, "tidegate-test: other"),
        gateway_named(other, test),
        service(other, "a"),
        route(other, "r", "a"),
    ];
    cluster.apply(&parts.join("---\n")).await?;
    let flags = ["--namespace-selector", "tidegate-test in (labels, more)"];
    let mut plane = ControlPlane::start(&cluster.kubeconfig(), &controller(test), &flags)?;
    until_ready(&mut plane).await?;
    until_routes(&mut plane, test, 0).await?;
    let status = plane.ask(&["status"]).await?;
    ensure!(
        routes_of(&status, other).is_none(),
        "what is outside is read"
    );
    let label = async |value: &str| {
        let label = format!("tidegate-test={value}");
        cluster
            .kubectl(&["label", "namespace", other, "--overwrite", &label])
            .await
    };
    label("more").await?;
    until_routes(&mut plane, other, 1).await?;
    label("other").await?;
    plane
        .until("it is outside again", async |plane| {
            let status = plane.ask(&["status"]).await?;
            ensure!(routes_of(&status, other).is_none(), "{status}");
            Ok(())
        })
        .await?;
    label("labels").await?;
    until_routes(&mut plane, other, 1).await
}

async fn ground_in(cluster: &Cluster, test: &str) -> Result<()> {
    let parts = [
        class(test, &controller(test)),
        gateway(test),
        service(test, "a"),
    ];
    cluster.apply(&parts.join("---\n")).await
}

fn gateway_named(namespace: &str, class: &str) -> String {
    gateway(namespace).replace(
        &format!("gatewayClassName: {namespace}"),
        &format!("gatewayClassName: {class}"),
    )
}

/// The guide's table of what is counted of a cluster is what a control plane in one prints, once everything that is
/// counted has happened.
pub(crate) async fn the_guide_names_what_is_counted(cluster: &Cluster) -> Result<()> {
    let test = "source-metrics";
    ground(cluster, test).await?;
    cluster.apply(&unreadable_route(test, "bad", "gw")).await?;
    let page = std::fs::read_to_string(tests::binaries::repository("docs/guide/metrics.md"))?;
    let told = named_under(&page, "Control plane in a cluster")?;
    let everywhere = named_under(&page, "Control plane")?;
    let role = Role::without(cluster, test, "configmaps").await?;
    let mut plane = ControlPlane::start(role.kubeconfig(), &controller(test), &[])?;
    plane
        .until("a watch is refused", async |plane| {
            ensure!(plane.lines("WARN kubernetes: ConfigMap: ") == 1);
            Ok(())
        })
        .await?;
    role.give(cluster).await?;
    plane
        .until("the page and the process agree", async |plane| {
            let printed = plane.metrics().await?;
            let printed: BTreeSet<String> = printed
                .lines()
                .filter(|line| !line.starts_with('#'))
                .filter_map(|line| line.split(['{', ' ']).next())
                .map(ToOwned::to_owned)
                .filter(|name| name.contains("_watch_") || name.contains("_kubernetes_"))
                .filter(|name| !everywhere.contains(name))
                .collect();
            ensure!(
                told == printed,
                "the page has {told:?}, it prints {printed:?}"
            );
            Ok(())
        })
        .await
}

/// The metrics in the table under this heading of the guide.
fn named_under(page: &str, heading: &str) -> Result<BTreeSet<String>> {
    let heading = format!("\n## {heading}\n");
    let (_, section) = page.split_once(&heading).with_context(|| heading.clone())?;
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    Ok(rows.map(|(name, _)| name.to_owned()).collect())
}
