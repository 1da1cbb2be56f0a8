//! Of the endpoints of one provider, the sick one is left alone, and comes back when it serves again.
//!
//! A Service with three endpoints, each a mock, behind a backend of one provider. No client may notice that one of them fails;
//! what the mocks saw, the metrics and the dump say the same.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::client::{self, Client};
use tests::manifest::{documents, gateway, route};
use tests::world::World;
use tests::{deadline, port};

use super::account::Metrics;
use super::ask::{Answer, Format, Question};
use super::mock::Mock;
use super::told::{At, Told};

const ENDPOINTS: usize = 3;
const QUESTIONS: u64 = 60;
/// Ways of one endpoint to fail.
const FAILURES: [&str; 4] = ["fail-500", "fail-429.retry-after-1", "reset", "error-first"];

/// Both planes and the endpoints.
struct Stage {
    world: World,
    port: u16,
    mocks: Vec<Mock>,
}

/// A Service with an endpoint at each port, and a backend of one provider that is this Service.
fn manifests(ports: &[u16]) -> Vec<String> {
    let slice = |(index, port): (usize, &u16)| {
        format!(
            "apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: models-{index}, labels: {{kubernetes.io/service-name: models}}}}
addressType: IPv4
ports: [{{name: http, port: {port}}}]
endpoints: [{{addresses: [127.0.0.1]}}]
"
        )
    };
    let service = "apiVersion: v1
kind: Service
metadata: {name: models}
spec: {ports: [{name: http, port: 80}]}
";
    let backend = "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {name: local}
spec:
  ai: {provider: {custom: {model: m, formats: [{type: Completions}], backendRef: {name: models, port: 80}}}}
  policies: {health: {eviction: {duration: 1s}}}
";
    let mut all = vec![
        service.to_owned(),
        backend.to_owned(),
        route("local", "/local", "local"),
    ];
    all.extend(ports.iter().enumerate().map(slice));
    all
}

// === impl Stage ===

impl Stage {
    async fn start() -> Result<Stage> {
        Stage::start_with("").await
    }

    async fn start_with(policy: &str) -> Result<Stage> {
        let mut mocks = Vec::new();
        for _ in 0..ENDPOINTS {
            mocks.push(Mock::start(&["--base-path", "/v1"]).await?);
        }
        let ports: Vec<u16> = mocks.iter().map(Mock::port).collect();
        let port = port::free()?;
        let mut world = World::up(&[
            ("gateway.yaml", gateway(port)),
            ("models.yaml", documents(&manifests(&ports))),
            ("policy.yaml", policy.to_owned()),
            ("ready.yaml", route("ready", "/ready", "absent")),
        ])?;
        world.until_status(port, "http://a.test/ready", 500).await?;
        Ok(Stage { world, port, mocks })
    }

    /// Asks in both ways; nobody may notice anything.
    async fn ask(&self, questions: u64) -> Result<()> {
        let mut connection = Client::http1(self.port).connect().await?;
        for number in 0..questions {
            let answer = match number % 2 {
                0 => Answer::Collected,
                _ => Answer::Streamed,
            };
            let said = format!("mark-{number}-end");
            let question = Question {
                format: Format::Chat,
                answer,
                model: "any",
                said: &said,
            };
            let reply = connection.send(question.request("local")?).await?;
            let told = Told::read(Format::Chat, answer, &reply).context(said.clone())?;
            ensure!(told.is_whole() && told.text.ends_with(&said), "{told:?}");
        }
        Ok(())
    }

    async fn seen(&self) -> Result<Vec<u64>> {
        let mut seen = Vec::new();
        for mock in &self.mocks {
            seen.push(mock.requests().await?);
        }
        Ok(seen)
    }

    fn sick(&self) -> Result<&Mock> {
        self.mocks.first().context("no mock")
    }

    /// States of the endpoints in the dump, by port.
    async fn dumped(&self) -> Result<Vec<(String, String)>> {
        let socket = self.world.run_dir().join("proxy-default.gateway.sock");
        let reply = client::get_over_unix(&socket, "/config_dump").await?;
        let dump: Value = serde_json::from_str(&reply.text()).context("the dump")?;
        let endpoints = dump.at("/endpoints").as_array().context("no endpoints")?;
        let text = |endpoint: &Value, member| endpoint.at(member).as_str().map(str::to_owned);
        endpoints
            .iter()
            .map(|own| {
                text(own, "/address")
                    .zip(text(own, "/state"))
                    .context("a member")
            })
            .collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sick_endpoint_loses_its_share_and_gets_it_back() -> Result<()> {
    let stage = Stage::start().await?;
    stage.ask(QUESTIONS).await?;
    let seen = stage.seen().await?;
    ensure!(seen.iter().all(|own| *own >= 5), "not shared: {seen:?}");
    for mode in FAILURES {
        let sick = stage.sick()?;
        let before = sick.requests().await?;
        // As many as there are questions: it fails as long as it is asked.
        sick.script(&vec![mode; usize::try_from(QUESTIONS)?])
            .await?;
        stage.ask(QUESTIONS).await.context(mode)?;
        let asked = sick.requests().await? - before;
        // A third of them without ejection; the window is a second or more, and grows.
        ensure!((1..=8).contains(&asked), "{mode}: asked {asked} times");
        sick.script(&[]).await?;
        let healed = sick.requests().await?;
        deadline::until("it is asked again", deadline::SOON, || async {
            stage.ask(4).await?;
            ensure!(stage.sick()?.requests().await? > healed, "not yet");
            Ok(())
        })
        .await
        .context(mode)?;
    }
    // The provider itself was never left alone.
    let metrics = Metrics::scrape(&stage.world).await?;
    let provider = [("backend", "backend/default/local")];
    let count = |name: &str| metrics.sum(&format!("tidegate_proxy_llm_{name}_total"), &provider);
    ensure!(count("endpoint_ejections")? >= 4 && count("evictions")? == 0);
    stage.world.stop().await
}

/// Streams that stall hold their places as long as their clients hold on to them.
#[tokio::test(flavor = "multi_thread")]
async fn no_endpoint_gets_more_at_a_time_than_it_may() -> Result<()> {
    let policy = "apiVersion: tidegate.dev/v1alpha1
kind: TidegatePolicy
metadata: {name: load}
spec:
  targetRefs: [{group: agentgateway.dev, kind: AgentgatewayBackend, name: local}]
  backend: {ai: {load: {maxInFlightPerEndpoint: 1}}}
";
    let stage = Stage::start_with(policy).await?;
    let question = |answer| Question {
        format: Format::Chat,
        answer,
        model: "any",
        said: "mark",
    };
    let mut held = Vec::new();
    for mock in &stage.mocks {
        mock.script(&["stall"]).await?;
    }
    for _ in &stage.mocks {
        let mut connection = Client::http1(stage.port).connect().await?;
        let asked = question(Answer::Streamed).request("local")?;
        let response = connection.open(asked).await?;
        ensure!(response.status() == 200, "{}", response.status());
        held.push((connection, response));
    }
    ensure!(stage.seen().await? == [1; ENDPOINTS], "not one each");
    let asked = || question(Answer::Collected).request("local");
    let reply = Client::http1(stage.port).send(asked()?).await?;
    ensure!(reply.status == 503, "{}", reply.text());
    let body: Value = serde_json::from_slice(&reply.body)?;
    ensure!(body.at("/error/code") == "no_healthy_provider", "{body}");
    held.pop();
    deadline::until("there is room again", deadline::SOON, || async {
        let reply = Client::http1(stage.port).send(asked()?).await?;
        ensure!(reply.status == 200, "{}", reply.text());
        Ok(())
    })
    .await?;
    let metrics = Metrics::scrape(&stage.world).await?;
    let provider = [("backend", "backend/default/local")];
    let count = |name: &str| metrics.sum(&format!("tidegate_proxy_llm_{name}_total"), &provider);
    // Having enough to do is no failure.
    ensure!(count("endpoint_ejections")? == 0 && count("evictions")? == 0);
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ejected_endpoint_is_shown() -> Result<()> {
    let stage = Stage::start().await?;
    let sick = stage.sick()?;
    sick.script(&["fail-429.retry-after-60"; 2]).await?;
    deadline::until("it is ejected", deadline::SOON, || async {
        stage.ask(4).await?;
        ensure!(sick.requests().await? == 1, "not yet");
        Ok(())
    })
    .await?;
    let address = format!("127.0.0.1:{}", sick.port());
    let dumped = stage.dumped().await?;
    ensure!(dumped.len() == ENDPOINTS, "{dumped:?}");
    for (own, state) in &dumped {
        let expected = if *own == address { "ejected" } else { "well" };
        ensure!(state == expected, "{dumped:?}");
    }
    let metrics = Metrics::scrape(&stage.world).await?;
    let count = |state| metrics.sum("tidegate_proxy_llm_endpoints", &[("state", state)]);
    ensure!(count("ejected")? == 1 && count("well")? == 2);
    stage.world.stop().await
}
