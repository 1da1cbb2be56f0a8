//! Traces of both planes, as a collector gets them.

pub(crate) mod collector;

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use tests::client::{Client, request};
use tests::manifest::{backend, documents, gateway, route};
use tests::upstream::{Behaviour, Upstream};
use tests::world::World;
use tests::{deadline, port};

use collector::{Collector, Seen};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";
/// OTLP's `SPAN_KIND_SERVER`.
const SERVER: i32 = 2;
const PROVIDER_KEY: &str = "sk-the-providers-key";
const CLIENT_KEY: &str = "the-clients-own-key";
/// A model's answer with its usage.
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 138\r\n\r\n\
{\"id\":\"1\",\"object\":\"chat.completion\",\"model\":\"m\",\"choices\":[],\"usage\":{\"prompt_tokens\":11,\
\"completion_tokens\":7,\"total_tokens\":18},\"x\":\"\"}";

/// Both planes with a collector, an upstream that echoes and a model provider.
struct Scene {
    collector: Collector,
    world: World,
    port: u16,
    _upstreams: [Upstream; 2],
}

/// A model provider with a key of ours.
fn model(port: u16) -> String {
    format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: model}}
spec:
  ai: {{provider: {{custom: {{model: m, formats: [{{type: Completions}}]}}, host: 127.0.0.1, port: {port}}}}}
  policies: {{auth: {{secretRef: {{name: key}}}}}}
---
apiVersion: v1
kind: Secret
metadata: {{name: key}}
stringData: {{Authorization: {PROVIDER_KEY}}}
"
    )
}

// === impl Scene ===

impl Scene {
    async fn start() -> Result<Scene> {
        let collector = Collector::start().await?;
        let upstream = Upstream::echo("a").await?;
        let provider = Upstream::start("model", Behaviour::Raw(ANSWER)).await?;
        let port = port::free()?;
        let manifests = [
            ("gateway.yaml", gateway(port)),
            ("a.yaml", backend("a", upstream.port())),
            ("route.yaml", route("route", "/a", "a")),
            ("down.yaml", backend("down", port::free()?)),
            ("down-route.yaml", route("down", "/down", "down")),
            ("model.yaml", model(provider.port())),
            ("model-route.yaml", route("model", "/v1", "model")),
        ];
        let flags = ["--otlp-endpoint", &collector.endpoint()];
        let mut world = World::up_with(&manifests, &flags)?;
        world.until_served_by(port, "http://a.test/a", "a").await?;
        Ok(Scene {
            collector,
            world,
            port,
            _upstreams: [upstream, provider],
        })
    }

    /// Waits for the spans of a trace.
    async fn trace(&self, trace: &str) -> Result<Vec<Seen>> {
        deadline::until("a span is exported", deadline::SOON, || async {
            let mut spans = self.collector.spans()?;
            spans.retain(|span| span.trace == trace);
            ensure!(!spans.is_empty(), "no span of {trace}");
            Ok(spans)
        })
        .await
    }

    /// Waits for the one span of a trace.
    async fn span(&self, trace: &str) -> Result<Seen> {
        let mut spans = self.trace(trace).await?;
        ensure!(spans.len() == 1, "{spans:?}");
        spans.pop().context("no span")
    }
}

fn traceparent(trace: &str, flags: &str) -> String {
    format!("00-{trace}-{PARENT}-{flags}")
}

#[track_caller]
fn check(attributes: &BTreeMap<String, String>, expected: &[(&str, &str)]) {
    for (name, value) in expected {
        let found = attributes.get(*name).map(String::as_str);
        assert_eq!(found, Some(*value), "{name} in {attributes:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_a_span_between_client_and_upstream() -> Result<()> {
    let scene = Scene::start().await?;
    let parent = traceparent(TRACE, "01");
    let headers = [("traceparent", parent.as_str()), ("tracestate", "v=1")];
    let asked = request("PUT", "http://a.test:8080/a/b?c=d", &headers, "body")?;
    let echo = Client::http1(scene.port).send(asked).await?.echo()?;
    let span = scene.span(TRACE).await?;
    // The client's span is the parent of ours, and ours is the parent of the upstream's.
    ensure!(
        span.parent == PARENT && span.id.len() == 16 && span.id != PARENT,
        "{span:?}"
    );
    let passed = format!("00-{TRACE}-{}-01", span.id);
    ensure!(
        echo.header("traceparent") == passed,
        "{echo:?}, not {passed}"
    );
    ensure!(echo.header("tracestate") == "v=1", "{echo:?}");
    ensure!(
        span.service == "tidegate-proxy" && span.kind == SERVER && !span.is_error,
        "{span:?}"
    );
    ensure!(span.name.starts_with("PUT"), "{span:?}");
    ensure!(span.start > 0 && span.end >= span.start, "{span:?}");
    let expected = [
        ("http.request.method", "PUT"),
        ("http.response.status_code", "200"),
        ("url.path", "/a/b"),
        ("url.scheme", "http"),
        ("server.address", "a.test"),
        ("server.port", "8080"),
        ("client.address", "127.0.0.1"),
        ("http.route", "default/route"),
    ];
    check(&span.attributes, &expected);
    scene.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_decides_what_is_sampled() -> Result<()> {
    let scene = Scene::start().await?;
    let client = Client::http1(scene.port);
    let (unsampled, marker) = ("1".repeat(32), "2".repeat(32));
    let asked = |parent: &str| {
        let headers = [("traceparent", parent)];
        request("GET", "http://a.test/a", &headers, "")
    };
    let parent = traceparent(&unsampled, "00");
    let echo = client.send(asked(&parent)?).await?.echo()?;
    ensure!(echo.header("traceparent") == parent, "{echo:?}");
    // Nobody decided: all are traced, from here on.
    let echo = client.get("http://a.test/a").await?.echo()?;
    let made = echo.header("traceparent").to_owned();
    let parts: Vec<&str> = made.split('-').collect();
    let [_, trace, id, flags] = parts.as_slice() else {
        anyhow::bail!("traceparent {made:?}");
    };
    // What comes behind the unsampled request is exported, so that one never will be.
    client.send(asked(&traceparent(&marker, "01"))?).await?;
    scene.span(&marker).await?;
    let span = scene.span(trace).await?;
    ensure!(
        span.parent.is_empty() && span.id == *id && *flags == "01",
        "{made}: {span:?}"
    );
    let spans = scene.collector.spans()?;
    ensure!(
        spans.iter().all(|span| span.trace != unsampled),
        "{unsampled} was exported"
    );
    scene.world.stop().await
}

/// A request, and what its span says.
struct Row {
    method: &'static str,
    path: &'static str,
    is_error: bool,
    attributes: &'static [(&'static str, &'static str)],
}

const ROWS: [Row; 3] = [
    Row {
        method: "GET",
        path: "/nowhere",
        is_error: false,
        attributes: &[
            ("http.response.status_code", "404"),
            ("error.type", "no_route"),
        ],
    },
    Row {
        method: "GET",
        path: "/down",
        is_error: true,
        attributes: &[
            ("http.response.status_code", "503"),
            ("error.type", "connect_failed"),
        ],
    },
    Row {
        method: "POST",
        path: "/v1/chat/completions",
        is_error: false,
        attributes: &[
            ("http.response.status_code", "200"),
            ("gen_ai.usage.input_tokens", "11"),
            ("gen_ai.usage.output_tokens", "7"),
        ],
    },
];

#[tokio::test(flavor = "multi_thread")]
async fn failures_and_tokens_are_on_the_span() -> Result<()> {
    let scene = Scene::start().await?;
    let client = Client::http1(scene.port);
    let trace = |number: usize| format!("{:032x}", number + 1);
    for (number, row) in ROWS.iter().enumerate() {
        let parent = traceparent(&trace(number), "01");
        let headers = [("traceparent", parent.as_str())];
        let prompt = r#"{"messages":[{"role":"user","content":"hi"}]}"#;
        let url = format!("http://a.test{}", row.path);
        client
            .send(request(row.method, &url, &headers, prompt)?)
            .await?;
    }
    for (number, row) in ROWS.iter().enumerate() {
        let mut spans = scene.trace(&trace(number)).await.context(row.path)?;
        // An attempt at a provider is a span of its own, below this one.
        spans.retain(|span| span.parent == PARENT);
        let [span] = spans.as_slice() else {
            anyhow::bail!("{}: {spans:?}", row.path);
        };
        check(&span.attributes, row.attributes);
        ensure!(span.is_error == row.is_error, "{}: {span:?}", row.path);
    }
    scene.world.stop().await
}

/// The spans of an edit: what each is part of, and who records it.
const STEPS: [(&str, &str, &str); 7] = [
    ("change", "epoch", "tidegate-control-plane"),
    ("translate", "epoch", "tidegate-control-plane"),
    ("push", "epoch", "tidegate-control-plane"),
    ("apply", "epoch", "tidegate-proxy"),
    ("stage", "apply", "tidegate-proxy"),
    ("prepare", "apply", "tidegate-proxy"),
    ("swap", "apply", "tidegate-proxy"),
];

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_is_one_trace_through_both_planes() -> Result<()> {
    let mut scene = Scene::start().await?;
    let edit = documents(&[route("route", "/edited", "a")]);
    scene.world.write("route.yaml", &edit)?;
    scene
        .world
        .until_served_by(scene.port, "http://a.test/edited", "a")
        .await?;
    let spans = deadline::until("the edit is exported", deadline::SOON, || async {
        let spans = scene.collector.spans()?;
        let epoch = spans.iter().rev().find(|span| {
            let reason = span.attributes.get("tidegate.reason");
            span.name == "epoch" && reason.is_some_and(|reason| reason.contains("default/route"))
        });
        let trace = epoch.context("no epoch for the route")?.trace.clone();
        let spans: Vec<Seen> = spans
            .into_iter()
            .filter(|span| span.trace == trace)
            .collect();
        // Each plane exports on its own.
        ensure!(spans.len() == STEPS.len() + 1, "not all of {spans:?}");
        Ok(spans)
    })
    .await?;
    let named = |name: &str| {
        let found = spans.iter().find(|span| span.name == name);
        found.with_context(|| format!("no {name} in {spans:?}"))
    };
    ensure!(named("epoch")?.parent.is_empty(), "{spans:?}");
    for (name, parent, plane) in STEPS {
        let (step, parent) = (named(name)?, named(parent)?);
        let is_inside = step.start >= parent.start && step.end <= parent.end;
        ensure!(
            step.parent == parent.id && is_inside,
            "{step:?} of {parent:?}"
        );
        ensure!(step.service == plane, "{step:?}");
    }
    for (before, after) in [
        ("change", "translate"),
        ("translate", "push"),
        ("stage", "prepare"),
        ("prepare", "swap"),
    ] {
        let (before, after) = (named(before)?, named(after)?);
        ensure!(before.end <= after.start, "{before:?}, then {after:?}");
    }
    scene.world.stop().await
}

/// The last spans leave before the processes end, and no export has ever held a secret.
#[tokio::test(flavor = "multi_thread")]
async fn the_last_spans_are_sent_and_none_tells_a_secret() -> Result<()> {
    let scene = Scene::start().await?;
    let last = "3".repeat(32);
    let parent = traceparent(&last, "01");
    let bearer = format!("Bearer {CLIENT_KEY}");
    let headers = [
        ("traceparent", parent.as_str()),
        ("authorization", bearer.as_str()),
        ("x-api-key", CLIENT_KEY),
        ("api-key", CLIENT_KEY),
        ("cookie", CLIENT_KEY),
        ("user-agent", "an agent"),
        ("content-type", "application/json"),
    ];
    let prompt = format!(r#"{{"messages":[{{"role":"user","content":"{CLIENT_KEY}"}}]}}"#);
    for path in ["/a", "/down", "/nowhere", "/v1/chat/completions"] {
        let url = format!("http://a.test{path}?api_key={CLIENT_KEY}");
        let asked = request("POST", &url, &headers, &prompt)?;
        Client::http1(scene.port).send(asked).await?;
    }
    let token = std::fs::read_to_string(scene.world.run_dir().join("admin-token"))?;
    scene.world.stop().await?;
    let spans = scene.collector.spans()?;
    let count = spans.iter().filter(|span| span.trace == last).count();
    // One for each request, and one for the attempt at the provider.
    ensure!(count == 5, "{count} of the last 5 spans were sent");
    for bytes in scene.collector.bytes()? {
        for secret in [PROVIDER_KEY, CLIENT_KEY, token.trim()] {
            let is_told = bytes
                .windows(secret.len())
                .any(|window| window == secret.as_bytes());
            ensure!(
                !is_told,
                "{secret} in {:?}",
                String::from_utf8_lossy(&bytes)
            );
        }
    }
    Ok(())
}
