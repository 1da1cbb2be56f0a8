//! The guide's table of metrics is what the running planes print: names, types and labels.
//!
//! Owns the reading of the page and of the exposition format. Must not have a list of its own: a metric that is
//! added, renamed or forgotten shows as a difference between the two.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::TcpListener;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use grpc::address::Address;
use grpc::token::BearerToken;
use tests::client::{self, Client, request};
use tests::manifest::{backend, documents, gateway, route};
use tests::upstream::{Behaviour, Upstream};
use tests::world::World;
use tests::{binaries, deadline, port};

use crate::strangers::refusal;

const PAGE: &str = "docs/guide/metrics.md";
/// A model's answer with its usage.
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 104\r\n\r\n\
{\"object\":\"chat.completion\",\"model\":\"m\",\"choices\":[],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":7}}";
/// A stream of two tokens.
const STREAM: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n\
data: {\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\",\"annotations\":[{\"type\":\"url_citation\"}]}}]}\n\n\
data: {\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":2}}\n\n\
data: [DONE]\n\n";
/// A provider that has enough.
const BUSY: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";
/// A limit that nobody reaches.
const LIMIT: &str = "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayPolicy
metadata: {name: limit}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: model}]
  traffic: {rateLimit: {local: [{tokens: 1000000, unit: Hours}]}}
";
/// A budget that each request exceeds and that lets it through, one that lets none through, and one whose store is away.
const BUDGETS: &str = "apiVersion: tidegate.dev/v1alpha1
kind: TidegatePolicy
metadata: {name: told}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: model}]
  traffic: {budgets: [{name: few, unit: Tokens, limit: \"20\", window: Hour, action: Warn}]}
---
apiVersion: tidegate.dev/v1alpha1
kind: TidegatePolicy
metadata: {name: refused}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: spent}]
  traffic: {budgets: [{name: none, unit: Tokens, limit: \"0\", window: Hour}]}
---
apiVersion: tidegate.dev/v1alpha1
kind: TidegatePolicy
metadata: {name: fleet}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: kept}]
  traffic: {budgets: [{name: all, unit: Tokens, limit: \"1000000\", window: Day, scope: Shared, store: {redis: {secretRef: {name: redis}}}, failureMode: FailOpen}]}
---
apiVersion: v1
kind: Secret
metadata: {name: redis}
stringData: {url: redis://127.0.0.1:1}
";
/// A provider with two endpoints.
fn pods(ports: [u16; 2]) -> String {
    let slices = ports.map(|port| {
        format!(
            "apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: pods-{port}, labels: {{kubernetes.io/service-name: pods}}}}
addressType: IPv4
ports: [{{name: http, port: {port}}}]
endpoints: [{{addresses: [127.0.0.1]}}]
"
        )
    });
    let [one, other] = &slices;
    format!(
        "apiVersion: v1
kind: Service
metadata: {{name: pods}}
spec: {{ports: [{{name: http, port: 80}}]}}
---
{one}---
{other}---
apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: pods}}
spec:
  ai: {{provider: {{custom: {{model: m, formats: [{{type: Completions}}], backendRef: {{name: pods, port: 80}}}}}}}}
"
    )
}

/// A provider that takes no key.
const REFUSED: &[u8] = b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n";
/// Keys that take turns.
const KEYS: &str = "apiVersion: tidegate.dev/v1alpha1
kind: TidegatePolicy
metadata: {name: keys}
spec:
  targetRefs: [{group: agentgateway.dev, kind: AgentgatewayBackend, name: pool}]
  backend: {ai: {keys: [{secretRef: {name: key}}]}}
---
apiVersion: v1
kind: Secret
metadata: {name: key}
stringData: {Authorization: k}
";
/// What providers may have at a time.
const LOAD: &str = "apiVersion: tidegate.dev/v1alpha1
kind: TidegatePolicy
metadata: {name: load}
spec:
  targetRefs:
  - {group: agentgateway.dev, kind: AgentgatewayBackend, name: narrow}
  - {group: agentgateway.dev, kind: AgentgatewayBackend, name: sick}
  backend: {ai: {load: {maxInFlight: 1, probes: 1}}}
";
/// Answers that are given again; nobody turns texts into vectors.
const CACHE: &str = "apiVersion: tidegate.dev/v1alpha1
kind: TidegatePolicy
metadata: {name: cache}
spec:
  targetRefs: [{group: agentgateway.dev, kind: AgentgatewayBackend, name: kept}]
  backend: {ai: {cache: {semantic: {embeddings: {backendRef: {group: agentgateway.dev, kind: AgentgatewayBackend, name: model}}}}}}
";
/// Who asks is in a header that nobody sends.
const ATTRIBUTION: &str = "apiVersion: tidegate.dev/v1alpha1
kind: TidegatePolicy
metadata: {name: attribution}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: model}]
  traffic: {attribution: {user: 'request.headers[\"x-none\"]'}}
";
/// A limit whose service is not there, of a request that has one of its two descriptors.
const GLOBAL: &str = "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayPolicy
metadata: {name: global}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}]
  traffic:
    rateLimit:
      global:
        backendRef: {group: agentgateway.dev, kind: AgentgatewayBackend, name: limits}
        domain: d
        failureMode: FailOpen
        descriptors:
        - entries: [{name: all, expression: '\"yes\"'}]
        - entries: [{name: none, expression: 'request.headers[\"x-none\"]'}]
";
/// An answer that ends before its length.
const BROKEN: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf";

/// What is said of a metric.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Family {
    kind: String,
    labels: BTreeSet<String>,
}

/// By the name in a query: a counter with `_total`.
type Families = BTreeMap<String, Family>;

/// Reads the rows of every table on the page under this heading.
fn documented(heading: &str) -> Result<Families> {
    let page = fs::read_to_string(binaries::repository(PAGE)).context(PAGE)?;
    let heading = format!("\n## {heading}\n");
    let (_, section) = page.split_once(&heading).context(heading.clone())?;
    let section = section.split("\n## ").next().unwrap_or_default();
    let mut families = Families::new();
    for row in section.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, name, kind, labels, meaning, _] = cells.as_slice() else {
            anyhow::bail!("not a row of four cells: {row}");
        };
        ensure!(!meaning.is_empty(), "nothing is said of {name}");
        let labels = labels
            .split(',')
            .map(|label| label.trim().trim_matches('`'));
        let family = Family {
            kind: (*kind).to_owned(),
            labels: labels
                .filter(|label| !label.is_empty())
                .map(str::to_owned)
                .collect(),
        };
        let is_new = families.insert(name.trim_matches('`').to_owned(), family);
        ensure!(is_new.is_none(), "{name} stands there twice");
    }
    Ok(families)
}

/// Reads the families that a process prints. A family without a series has no labels to be known by, and is an error.
fn printed(text: &str) -> Result<Families> {
    let mut families = Families::new();
    let mut current = None;
    for line in text.lines() {
        if let Some(declared) = line.strip_prefix("# TYPE ") {
            let (name, kind) = declared.split_once(' ').context(line.to_owned())?;
            let suffix = match kind {
                "counter" => "_total",
                "info" => "_info",
                _ => "",
            };
            let name = format!("{name}{suffix}");
            ensure!(current.is_none(), "{current:?} has no series");
            families.entry(name.clone()).or_default().kind = kind.to_owned();
            current = Some(name);
        } else if !line.starts_with('#') {
            let (name, family) = families
                .iter_mut()
                .rfind(|(name, _)| line.starts_with(name.as_str()))
                .with_context(|| format!("a series of nothing: {line}"))?;
            family.labels.extend(labels(line));
            if current.as_ref() == Some(name) {
                current = None;
            }
        }
    }
    ensure!(current.is_none(), "{current:?} has no series");
    Ok(families)
}

/// The names of the labels of a series, without the bound of a bucket.
fn labels(line: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = line.split_once('{').map_or("", |(_, rest)| rest);
    while let Some((name, value)) = rest.split_once("=\"") {
        names.push(name.trim_start_matches(',').to_owned());
        rest = value.split_once('"').map_or("", |(_, rest)| rest);
    }
    names.retain(|name| name != "le");
    names
}

/// What differs between the page and a process, in words.
fn differences(page: &Families, process: &Families) -> Vec<String> {
    let names: BTreeSet<&String> = page.keys().chain(process.keys()).collect();
    let difference = |name: &String| match (page.get(name), process.get(name)) {
        (Some(told), Some(found)) if told == found => None,
        (told, found) => Some(format!(
            "{name}: the page has {told:?}, it prints {found:?}"
        )),
    };
    names.into_iter().filter_map(difference).collect()
}

/// Asks for whatever makes a metric appear: answers, faults, a broken answer, tokens, a stranger.
/// A backend of two providers, of which the second is for when the first fails.
fn providers(name: &str, ports: [u16; 2]) -> String {
    let group = |(index, port): (usize, u16)| {
        format!(
            "    - providers: [{{name: p{index}, custom: {{model: m, formats: [{{type: Completions}}]}}, host: 127.0.0.1, port: {port}}}]\n"
        )
    };
    let groups: String = ports.into_iter().enumerate().map(group).collect();
    format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: {name}}}
spec:
  policies:
    ai: {{promptGuard: {{response: [{{regex: {{builtins: [Ssn]}}}}]}}}}
    health: {{eviction: {{duration: 1s}}}}
  ai:
    groups:
{groups}"
    )
}

/// A provider has all that it may have, and one comes back from an eviction.
async fn make_providers_busy(world: &World, http: u16, hanging: &Upstream) -> Result<()> {
    let client = Client::http1(http);
    let ask = |path: &str| {
        let prompt =
            r#"{"max_tokens":9,"stream":true,"messages":[{"role":"user","content":"hi"}]}"#;
        let url = format!("http://a.test/{path}/v1/messages");
        let asked = request("POST", &url, &[], prompt);
        async { client.send(asked?).await }
    };
    let others = async {
        deadline::until("the first is asked", deadline::SOON, || async {
            ensure!(hanging.connections() == 1, "not yet");
            Ok(())
        })
        .await?;
        let reply = ask("narrow").await?;
        ensure!(reply.text().contains("message_stop"), "{}", reply.text());
        anyhow::Ok(())
    };
    tokio::select! {
        answer = ask("narrow") => anyhow::bail!("a provider that hangs answered: {answer:?}"),
        done = others => done?,
    }
    deadline::until("a provider is probed", deadline::SOON, || async {
        ask("sick").await?;
        let metrics = world.proxy_metrics("default.gateway").await?;
        ensure!(metrics.contains("llm_probes_total{"), "not yet");
        Ok(())
    })
    .await
}

async fn make_everything_happen(world: &World, http: u16) -> Result<()> {
    let client = Client::http1(http);
    for (path, status) in [("/a", 200), ("/nowhere", 404)] {
        let reply = client.get(&format!("http://a.test{path}")).await?;
        ensure!(reply.status == status, "{path}: {}", reply.status);
    }
    let broken = client.get("http://a.test/broken").await;
    ensure!(broken.is_err(), "half an answer passed for a whole one");
    let prompt = r#"{"messages":[{"role":"user","content":"hi"}]}"#;
    let url = "http://a.test/v1/chat/completions";
    let reply = client.send(request("POST", url, &[], prompt)?).await?;
    ensure!(reply.status == 200, "{}", reply.text());
    let told = reply.header("x-tidegate-budget-exceeded");
    ensure!(told == "default/told/few", "{told:?}");
    let url = "http://a.test/spent/v1/chat/completions";
    let reply = client.send(request("POST", url, &[], prompt)?).await?;
    ensure!(reply.status == 429, "{}", reply.text());
    let block = r#"{"max_tokens":9,"messages":[{"role":"user","content":[{"type":"container_upload","file_id":"f"}]}]}"#;
    let url = "http://a.test/sick/v1/messages";
    let reply = client.send(request("POST", url, &[], block)?).await?;
    ensure!(reply.status == 400, "{}", reply.text());
    let url = "http://a.test/pool/v1/chat/completions";
    let reply = client.send(request("POST", url, &[], prompt)?).await?;
    ensure!(reply.status == 401, "{}", reply.text());
    // One of the two endpoints is busy, which nobody notices.
    deadline::until("an endpoint is ejected", deadline::SOON, || async {
        let url = "http://a.test/pods/v1/chat/completions";
        let prompt = r#"{"stream":true,"messages":[{"role":"user","content":"hi"}]}"#;
        let reply = client.send(request("POST", url, &[], prompt)?).await?;
        ensure!(reply.status == 200, "{}", reply.text());
        let metrics = world.proxy_metrics("default.gateway").await?;
        ensure!(metrics.contains("llm_endpoint_ejections_total{"), "not yet");
        Ok(())
    })
    .await?;
    for status in ["miss", "hit-exact"] {
        let prompt = r#"{"stream":true,"messages":[{"role":"user","content":"hi"}]}"#;
        let url = "http://a.test/kept/v1/chat/completions";
        let reply = client.send(request("POST", url, &[], prompt)?).await?;
        ensure!(reply.header("x-cache") == status, "{}", reply.text());
    }
    // The first provider is evicted, the second one answers; something of the request has no counterpart there.
    let prompt = r#"{"max_tokens":9,"stream":true,"container":"c","messages":[{"role":"user","content":"hi"}]}"#;
    let url = "http://a.test/group/v1/messages";
    let reply = client.send(request("POST", url, &[], prompt)?).await?;
    ensure!(reply.text().contains("message_stop"), "{}", reply.text());
    // Where every provider is evicted, one is asked all the same.
    for _ in 0..2 {
        let url = "http://a.test/sick/v1/messages";
        let reply = client.send(request("POST", url, &[], prompt)?).await?;
        ensure!(reply.status == 503, "{}", reply.text());
    }
    let control_plane = Address::unix(world.run_dir().join("control-plane.sock"));
    let refused = refusal(&control_plane, BearerToken::none(), "default/gateway").await?;
    ensure!(refused.is_some(), "a stranger is served");
    Ok(())
}

async fn scrape(socket: &Path) -> Result<Families> {
    let reply = client::get_over_unix(socket, "/metrics").await?;
    let kind = reply.header("content-type");
    ensure!(
        reply.status == 200 && kind.starts_with("application/openmetrics-text"),
        "{} {kind:?}",
        reply.status
    );
    printed(&reply.text())
}

/// A backend of one provider that speaks chat completions.
fn completions(name: &str, port: u16) -> String {
    format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: {name}}}
spec:
  ai: {{provider: {{custom: {{model: m, formats: [{{type: Completions}}]}}, host: 127.0.0.1, port: {port}}}}}
"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_guide_names_every_metric_and_no_other() -> Result<()> {
    let upstream = Upstream::echo("a").await?;
    let broken = Upstream::start("broken", Behaviour::Raw(BROKEN)).await?;
    let provider = Upstream::start("model", Behaviour::Raw(ANSWER)).await?;
    let stream = Upstream::start("stream", Behaviour::Raw(STREAM)).await?;
    let busy = Upstream::start("busy", Behaviour::Raw(BUSY)).await?;
    let hanging = Upstream::start("hanging", Behaviour::Hang).await?;
    let refusing = Upstream::start("refusing", Behaviour::Raw(REFUSED)).await?;
    let http = port::free()?;
    // A port that is taken makes the proxy refuse something.
    let taken = TcpListener::bind("0.0.0.0:0")?;
    let second = taken.local_addr()?.port();
    let listener = format!("    - {{name: second, protocol: HTTP, port: {second}}}\n");
    let prices = "apiVersion: tidegate.dev/v1alpha1
kind: PriceCatalog
metadata: {name: prices}
spec:
  providers:
    model: {models: {m: {rates: {input: '1', output: '2'}}}}
    kept: {models: {m: {rates: {input: '1', output: '2'}}}}
";
    let backends = [
        prices.to_owned(),
        providers("group", [busy.port(), stream.port()]),
        providers("sick", [busy.port(), busy.port()]),
        pods([busy.port(), stream.port()]),
        providers("narrow", [hanging.port(), stream.port()]),
        completions("kept", stream.port()),
        completions("pool", refusing.port()),
        backend("a", upstream.port()),
        backend("broken", broken.port()),
        completions("model", provider.port()),
        backend("limits", port::free()?),
    ];
    let routes = [
        route("a", "/a", "a"),
        route("broken", "/broken", "broken"),
        route("model", "/v1", "model"),
        route("group", "/group", "group"),
        route("sick", "/sick", "sick"),
        route("pods", "/pods", "pods"),
        route("narrow", "/narrow", "narrow"),
        route("spent", "/spent", "model"),
        route("kept", "/kept", "kept"),
        route("pool", "/pool", "pool"),
    ];
    let mut world = World::up(&[
        ("gateway.yaml", gateway(http) + &listener),
        ("backends.yaml", documents(&backends)),
        ("routes.yaml", documents(&routes)),
        ("limit.yaml", LIMIT.to_owned()),
        ("global.yaml", GLOBAL.to_owned()),
        ("budgets.yaml", BUDGETS.to_owned()),
        ("load.yaml", LOAD.to_owned()),
        ("keys.yaml", KEYS.to_owned()),
        ("cache.yaml", CACHE.to_owned()),
        ("attribution.yaml", ATTRIBUTION.to_owned()),
    ])?;
    world.until_served_by(http, "http://a.test/a", "a").await?;
    make_everything_happen(&world, http).await?;
    check_health(&world, http).await?;
    make_providers_busy(&world, http, &hanging).await?;
    for (heading, socket) in [
        ("Control plane", "control-plane.sock"),
        ("Proxy", "proxy-default.gateway.sock"),
    ] {
        let page = documented(heading)?;
        let socket = world.run_dir().join(socket);
        // A count may come a moment after what it counts.
        deadline::until("the page and the process agree", deadline::SOON, || async {
            let wrong = differences(&page, &scrape(&socket).await?);
            ensure!(wrong.is_empty(), "{heading}:\n{}", wrong.join("\n"));
            Ok(())
        })
        .await?;
    }
    check_dropped(&world).await?;
    world.stop().await
}

/// Who is evicted is out, and who answers is not (llm.md 5.2).
async fn check_health(world: &World, http: u16) -> Result<()> {
    let client = Client::http1(http);
    let prompt = r#"{"max_tokens":9,"messages":[{"role":"user","content":"hi"}]}"#;
    let health = |metrics: &str, backend: &str, provider: &str| {
        let name = "tidegate_proxy_llm_entry_health{";
        let labels = format!("/{backend}\",provider=\"{provider}\"}} ");
        let mut lines = metrics.lines().filter(|line| line.starts_with(name));
        let line = lines.find(|line| line.contains(&labels));
        line.and_then(|line| line.rsplit(' ').next().map(str::to_owned))
    };
    deadline::until("both of a backend are out", deadline::SOON, || async {
        let url = "http://a.test/sick/v1/messages";
        client.send(request("POST", url, &[], prompt)?).await?;
        let metrics = world.proxy_metrics("default.gateway").await?;
        for (backend, provider, expected) in [
            ("sick", "p0", "0"),
            ("sick", "p1", "0"),
            ("group", "p1", "1"),
        ] {
            let found = health(&metrics, backend, provider);
            ensure!(
                found.as_deref() == Some(expected),
                "{backend} {provider}: {found:?} in {metrics}"
            );
        }
        Ok(())
    })
    .await
}

/// What conversions left out: of the request, and of the answer on its way back.
async fn check_dropped(world: &World) -> Result<()> {
    let metrics = world.proxy_metrics("default.gateway").await?;
    for (edge, field) in [
        ("messages->completions", "container"),
        ("completions->messages", "annotations"),
    ] {
        let name = "tidegate_proxy_llm_translation_dropped_total";
        let series = format!("{name}{{edge=\"{edge}\",field=\"{field}\"}}");
        ensure!(metrics.contains(&series), "no {series}");
    }
    Ok(())
}
