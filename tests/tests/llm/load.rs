//! How much one provider gets: requests under way at a time, and probes when it comes back from an eviction.
//!
//! Answers that stall hold their place as long as a client holds on to them. Must not know how a provider is chosen but by who
//! answers.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::client::Client;
use tests::manifest::{documents, gateway, route};
use tests::world::World;
use tests::{deadline, port};

use super::account::Metrics;
use super::ask::{Answer, Format, Question};
use super::held::Held;
use super::mock::{KEY, Mock};
use super::told::{At, check_error};

const BACKEND: &str = "backend/default/assistant";
const FIRST: &str = "gpt-x";
const SECOND: &str = "gpt-y";

/// Both planes and the two mocks.
struct Stage {
    world: World,
    port: u16,
    first: Mock,
    second: Mock,
}

fn backend(ports: [u16; 2], load: &str) -> String {
    let group = |(port, (name, model)): (u16, (&str, &str))| {
        format!(
            "    - providers: [{{name: {name}, openai: {{model: {model}}}, host: 127.0.0.1, port: {port}}}]\n"
        )
    };
    let kinds = [("first", FIRST), ("second", SECOND)];
    let groups: String = ports.into_iter().zip(kinds).map(group).collect();
    documents(&[
        format!(
            "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: assistant}}
spec:
  ai:
    groups:
{groups}  policies:
    auth: {{key: {KEY}}}
    health: {{eviction: {{duration: 1s}}}}
"
        ),
        format!(
            "apiVersion: tidegate.dev/v1alpha1
kind: TidegatePolicy
metadata: {{name: load}}
spec:
  targetRefs: [{{group: agentgateway.dev, kind: AgentgatewayBackend, name: assistant}}]
  backend: {{ai: {{load: {{{load}}}}}}}
"
        ),
        route("assistant", "/assistant", "assistant"),
    ])
}

fn question(answer: Answer) -> Question<'static> {
    Question {
        format: Format::Chat,
        answer,
        model: "any",
        said: "mark",
    }
}

// === impl Stage ===

impl Stage {
    async fn start(load: &str) -> Result<Stage> {
        let flags = ["--base-path", "/v1", "--require-key", KEY];
        let (first, second) = (Mock::start(&flags).await?, Mock::start(&flags).await?);
        let port = port::free()?;
        let mut world = World::up(&[
            ("gateway.yaml", gateway(port)),
            ("backend.yaml", backend([first.port(), second.port()], load)),
            ("ready.yaml", route("ready", "/ready", "absent")),
        ])?;
        // The route whose backend is missing says that all are there.
        world.until_status(port, "http://a.test/ready", 500).await?;
        Ok(Stage {
            world,
            port,
            first,
            second,
        })
    }

    /// Asks for a stream and reads its begin.
    async fn hold(&self) -> Result<Held> {
        Held::begin(self.port, &question(Answer::Streamed), "assistant").await
    }

    /// Who answers in one piece.
    async fn answered_by(&self) -> Result<&'static str> {
        let asked = question(Answer::Collected).request("assistant")?;
        let reply = Client::http1(self.port).send(asked).await?;
        ensure!(reply.status == 200, "{}: {}", reply.status, reply.text());
        let text = reply.text();
        let found = [FIRST, SECOND].into_iter().find(|name| text.contains(name));
        found.context(text)
    }

    async fn count(&self, name: &str, labels: &[(&str, &str)]) -> Result<u64> {
        let mut labels = labels.to_vec();
        labels.push(("backend", BACKEND));
        let name = format!("tidegate_proxy_llm_{name}");
        Metrics::scrape(&self.world).await?.sum(&name, &labels)
    }

    async fn until_answered_by(&self, expected: &str) -> Result<()> {
        let what = format!("{expected} answers");
        deadline::until(&what, deadline::SOON, || async {
            let found = self.answered_by().await?;
            ensure!(found == expected, "{found} answers");
            Ok(())
        })
        .await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_provider_is_passed_over() -> Result<()> {
    let stage = Stage::start("maxInFlight: 1").await?;
    stage.first.script(&["stall"]).await?;
    stage.second.script(&["stall"]).await?;
    let one = stage.hold().await?;
    ensure!(one.text.contains(FIRST), "{}", one.text);
    // The first has all that it may have, so that the next is the second's.
    let other = stage.hold().await?;
    ensure!(other.text.contains(SECOND), "{}", other.text);
    for provider in ["first", "second"] {
        let labels = [("provider", provider)];
        ensure!(stage.count("attempts_in_flight", &labels).await? == 1);
    }
    // Both are full: nobody waits for a place.
    let asked = question(Answer::Collected).request("assistant")?;
    let reply = Client::http1(stage.port).send(asked).await?;
    ensure!(reply.status == 503, "{}", reply.text());
    let body: Value = serde_json::from_slice(&reply.body)?;
    check_error(Format::Chat, 503, &body)?;
    ensure!(body.at("/error/code") == "no_healthy_provider", "{body}");
    drop(other);
    stage.until_answered_by(SECOND).await?;
    drop(one);
    stage.until_answered_by(FIRST).await?;
    let elsewhere = stage
        .count("overflows_total", &[("outcome", "elsewhere")])
        .await?;
    let refused = stage
        .count("overflows_total", &[("outcome", "refused")])
        .await?;
    ensure!(elsewhere >= 2 && refused >= 1, "{elsewhere}, {refused}");
    // Having enough to do is no failure.
    ensure!(stage.count("evictions_total", &[]).await? == 0);
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_comes_back_is_probed() -> Result<()> {
    let stage = Stage::start("probes: 1").await?;
    stage.first.script(&["fail-503", "stall"]).await?;
    ensure!(stage.answered_by().await? == SECOND);
    ensure!(stage.count("evictions_total", &[]).await? == 1);
    // The first that is asked of it again holds on.
    let probe = deadline::until("the first is probed", deadline::SOON, || async {
        let held = stage.hold().await?;
        ensure!(held.text.contains(FIRST), "{}", held.text);
        Ok(held)
    })
    .await?;
    let seen = stage.first.requests().await?;
    for _ in 0..8 {
        ensure!(stage.answered_by().await? == SECOND, "a second probe");
    }
    ensure!(stage.first.requests().await? == seen);
    ensure!(
        stage
            .count("probes_total", &[("provider", "first")])
            .await?
            == 1
    );
    // A client that leaves says nothing of the provider: the next one is a probe again, and succeeds.
    drop(probe);
    stage.until_answered_by(FIRST).await?;
    ensure!(
        stage
            .count("probes_total", &[("provider", "first")])
            .await?
            == 2
    );
    // From here on it has its whole share.
    stage.first.script(&["stall"]).await?;
    let _held = stage.hold().await?;
    ensure!(stage.answered_by().await? == FIRST);
    ensure!(
        stage
            .count("probes_total", &[("provider", "first")])
            .await?
            == 2
    );
    stage.world.stop().await
}

/// A provider of two in the first group is evicted for long; the next group has one.
#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_is_half_sick_shares_with_the_next() -> Result<()> {
    const QUESTIONS: u64 = 120;
    let flags = ["--base-path", "/v1", "--require-key", KEY];
    let sick = Mock::start(&flags).await?;
    let (first, second) = (Mock::start(&flags).await?, Mock::start(&flags).await?);
    let port = port::free()?;
    let two = backend([first.port(), second.port()], "minHealthyPercent: 100").replacen(
        "providers: [",
        &format!(
            "providers: [{{name: sick, openai: {{model: {FIRST}}}, host: 127.0.0.1, port: {}}}, ",
            sick.port()
        ),
        1,
    );
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        ("backend.yaml", two),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ])?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    let stage = Stage {
        world,
        port,
        first,
        second,
    };
    // Both are well: nothing is left for the next group.
    for _ in 0..10 {
        ensure!(stage.answered_by().await? == FIRST);
    }
    sick.script(&["fail-429.retry-after-60"; 2]).await?;
    deadline::until("the sick one is evicted", deadline::SOON, || async {
        stage.answered_by().await?;
        let evictions = stage.count("evictions_total", &[]).await?;
        ensure!(evictions == 1, "{evictions} evictions");
        Ok(())
    })
    .await?;
    let before = (
        stage.first.requests().await?,
        stage.second.requests().await?,
    );
    for _ in 0..QUESTIONS {
        stage.answered_by().await?;
    }
    let first = stage.first.requests().await? - before.0;
    let second = stage.second.requests().await? - before.1;
    // 70 of 100 stay.
    ensure!(first + second == QUESTIONS, "{first} and {second}");
    ensure!(second > 0 && first > second, "{first} and {second}");
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limits_are_told() -> Result<()> {
    let stage = Stage::start("maxInFlight: 7, probes: 2").await?;
    let path = "/assistant/v1/chat/completions";
    let args = ["explain", "request", "--host", "a.test", "--path", path];
    let told = String::from_utf8(stage.world.tidegate(&args).await?.stdout)?;
    for words in [
        "backend.ai.load",
        "at most 7 requests under way at a provider",
        "2 until one has succeeded",
    ] {
        ensure!(told.contains(words), "no {words:?}: {told}");
    }
    stage.world.stop().await
}
