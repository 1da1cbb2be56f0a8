//! What is wrong in a manifest is named where it is, and nothing else breaks.
//!
//! One world serves a good route all the time. Each case adds a file, waits until `tidegate status` says what
//! is wrong with which object, checks that the good route is served, and takes the file away.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::certificate::Authority;
use tests::client::{self, Client};
use tests::load::Load;
use tests::manifest::{backend, documents, gateway, route, tls_secret};
use tests::port;
use tests::upstream::Upstream;
use tests::world::World;

/// What `tidegate status` must say.
enum Says {
    /// An object has this condition: kind and name, type, status, reason, and a part of the message.
    Condition(&'static str, &'static str, [&'static str; 3], &'static str),
    /// A file has a problem: a part of `file:line:column: message`.
    Problem(&'static str),
}

struct Case {
    about: &'static str,
    text: String,
    says: Says,
}

/// Files and routes.
fn simple_cases() -> Vec<Case> {
    let missing = "apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: bad}\nspec:\n  \
                   parentRefs: [{name: gateway}]\n  hostnames: [bad.test]\n  rules:\n  \
                   - backendRefs: [{name: nowhere, port: 80}]\n";
    vec![
        Case {
            about: "an unknown kind",
            text: "apiVersion: example.com/v1\nkind: Unheard\nmetadata: {name: x}\n".to_owned(),
            says: Says::Problem("bad.yaml:1:1"),
        },
        Case {
            about: "invalid YAML",
            text: "apiVersion: v1\nkind: [\n".to_owned(),
            says: Says::Problem("bad.yaml:2:7"),
        },
        Case {
            about: "a route to a Service that is missing",
            text: missing.to_owned(),
            says: Says::Condition(
                "HTTPRoute",
                "bad",
                ["ResolvedRefs", "False", "BackendNotFound"],
                "default/nowhere",
            ),
        },
        Case {
            about: "a route to a Gateway's listener that is missing",
            text: missing.replace("{name: gateway}", "{name: gateway, sectionName: nowhere}"),
            says: Says::Condition(
                "HTTPRoute",
                "bad",
                ["Accepted", "False", "NoMatchingParent"],
                "",
            ),
        },
    ]
}

/// Gateways; `own` is the port of the good one, `other` is free.
fn gateway_cases(own: u16, other: u16) -> Result<Vec<Case>> {
    let authority = Authority::new()?;
    let mut crossed = authority.issue(&["a.test"])?;
    crossed.key = authority.issue(&["a.test"])?.key;
    let listeners = |name: &str, listeners: &str| {
        format!(
            "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {{name: {name}}}\nspec:\n  \
             gatewayClassName: tidegate\n  listeners:\n{listeners}"
        )
    };
    let http =
        |name: &str, port: u16| format!("  - {{name: {name}, protocol: HTTP, port: {port}}}\n");
    Ok(vec![
        Case {
            about: "two listeners that claim the same",
            text: listeners("twins", &(http("one", other) + &http("two", other))),
            says: Says::Condition(
                "Gateway",
                "twins",
                ["Conflicted", "True", "HostnameConflict"],
                "",
            ),
        },
        Case {
            about: "two Gateways that claim one port",
            text: listeners("rival", &http("http", own)),
            says: Says::Condition(
                "Gateway",
                "rival",
                ["Programmed", "False", "AddressNotUsable"],
                "default/gateway",
            ),
        },
        Case {
            about: "a certificate that does not match its key",
            text: documents(&[
                tls_secret("crossed", &crossed),
                listeners(
                    "tls",
                    &format!(
                        "  - {{name: tls, protocol: HTTPS, port: {other}, \
                         tls: {{certificateRefs: [{{name: crossed}}]}}}}\n"
                    ),
                ),
            ]),
            says: Says::Condition(
                "Gateway",
                "tls",
                ["ResolvedRefs", "False", "InvalidCertificateRef"],
                "crossed",
            ),
        },
    ])
}

// === impl Says ===

impl Says {
    /// Does `status`, the output of `tidegate status -o json`, say this?
    fn check(&self, status: &Value) -> Result<()> {
        let list = |key: &str| {
            status
                .get(key)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
        };
        match self {
            Says::Problem(part) => {
                let text = |problem: &Value| {
                    let number = |key: &str| problem.get(key).cloned().unwrap_or_default();
                    let file = problem
                        .get("file")
                        .and_then(Value::as_str)
                        .unwrap_or_default();
                    format!("{file}:{}:{}", number("line"), number("column"))
                };
                let found: Vec<String> = list("problems").map(text).collect();
                ensure!(
                    found.iter().any(|problem| problem.contains(part)),
                    "problems: {found:?}"
                );
            }
            Says::Condition(kind, name, [condition, state, reason], part) => {
                let is = |value: &Value, key: &str, text: &str| {
                    value.get(key).and_then(Value::as_str).unwrap_or_default() == text
                };
                let is_object = |object: &&Value| {
                    let source = object.get("source").unwrap_or(&Value::Null);
                    is(source, "kind", kind) && is(source, "name", name)
                };
                let conditions: Vec<&Value> = list("objects")
                    .filter(is_object)
                    .filter_map(|object| object.get("conditions")?.as_array())
                    .flatten()
                    .collect();
                let is_wanted = |value: &&&Value| {
                    let message = value
                        .get("message")
                        .and_then(Value::as_str)
                        .unwrap_or_default();
                    is(value, "type", condition)
                        && is(value, "status", state)
                        && is(value, "reason", reason)
                        && message.contains(part)
                };
                ensure!(
                    conditions.iter().any(|value| is_wanted(&value)),
                    "{conditions:#?}"
                );
            }
        }
        Ok(())
    }
}

async fn status(world: &World) -> Result<Value> {
    let output = world.tidegate(&["status", "-o", "json", "--all"]).await?;
    let error = || String::from_utf8_lossy(&output.stderr).into_owned();
    serde_json::from_slice(&output.stdout).with_context(error)
}

async fn start() -> Result<(World, Upstream, u16)> {
    let upstream = Upstream::echo("a").await?;
    let port = port::free()?;
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        ("backend.yaml", backend("a", upstream.port())),
        ("route.yaml", route("route", "/", "a")),
    ])?;
    world.until_served_by(port, "http://a.test/", "a").await?;
    Ok((world, upstream, port))
}

#[tokio::test(flavor = "multi_thread")]
async fn each_mistake_is_named_and_breaks_nothing_else() -> Result<()> {
    let (world, _upstream, port) = start().await?;
    let mut failures = Vec::new();
    for case in simple_cases()
        .into_iter()
        .chain(gateway_cases(port, port::free()?)?)
    {
        world.write("bad.yaml", &case.text)?;
        let said =
            tests::deadline::until(case.about, std::time::Duration::from_secs(5), || async {
                case.says.check(&status(&world).await?)
            });
        if let Err(error) = said.await {
            failures.push(format!("{error:#}"));
        }
        Client::http1(port)
            .get("http://a.test/")
            .await?
            .echo()
            .context(case.about)?;
        world.remove("bad.yaml")?;
    }
    ensure!(
        failures.is_empty(),
        "{}\n{}",
        failures.join("\n"),
        world.log()
    );
    world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_file_keeps_its_last_good_content() -> Result<()> {
    let (world, _upstream, port) = start().await?;
    let load = Load::start(
        &Client::http1(port),
        || client::get("http://a.test/"),
        2,
        |reply| {
            ensure!(reply.status == 200, "status {}", reply.status);
            Ok(())
        },
    );
    let good = route("route", "/", "a");
    // As a careless editor saves, in place, and as a careful one, by renaming.
    let path = world.manifests().join("route.yaml");
    for _ in 0..50 {
        fs::write(&path, &good)?;
        world.write("route.yaml", &good)?;
    }
    world.write("route.yaml", "kind: [\n")?;
    tests::deadline::until("the problem is told", tests::deadline::SOON, || async {
        Says::Problem("route.yaml:1:7").check(&status(&world).await?)
    })
    .await?;
    load.finish().await.with_context(|| world.log())?;
    world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_routes_are_served() -> Result<()> {
    let (mut world, upstream, port) = start().await?;
    let mut text = String::new();
    for number in 0..10_000 {
        let _ = write!(
            text,
            "---\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{name: r{number}}}\n\
             spec:\n  parentRefs: [{{name: gateway}}]\n  hostnames: [h{number}.test]\n  rules:\n  \
             - backendRefs: [{{group: agentgateway.dev, kind: AgentgatewayBackend, name: a}}]\n"
        );
    }
    world.remove("route.yaml")?;
    world.until_status(port, "http://h9999.test/", 404).await?;
    // Something that grows with the square of the routes would not be done within the limits of these.
    world.write("many.yaml", &text)?;
    world
        .until_served_by(port, "http://h9999.test/", "a")
        .await?;
    world.until_served_by(port, "http://h0.test/", "a").await?;
    world.write("one.yaml", &route("one-more", "/one", "a"))?;
    world
        .until_served_by(port, "http://x.test/one", "a")
        .await?;
    drop(upstream);
    world.stop().await
}
