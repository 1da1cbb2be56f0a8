//! Keys and accounts that are dead although their provider says so with a status that blames the request, and credentials that
//! are not there: another provider answers, and none of the client's own keys counts.
//!
//! Each case has a group for each of two vendors; what the mocks saw says who was asked. Must not know how it is told.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tests::client::{Client, Reply, request};
use tests::manifest::{documents, gateway, route};
use tests::world::World;
use tests::{deadline, port};

use super::account::Metrics;
use super::mock::{KEY, Mock};
use super::told::At;

const WRONG: &str = "AIza-of-nobody";

/// Both planes and a mock for each vendor.
struct Stage {
    world: World,
    port: u16,
    first: Mock,
    second: Mock,
}

/// A backend whose first provider is of `vendor` and has `auth`, and whose second is OpenAI.
fn manifest(name: &str, (vendor, auth): (&str, &str), ports: [u16; 2]) -> String {
    let [first, second] = ports;
    let backend = format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: {name}}}
spec:
  ai:
    groups:
    - providers: [{{name: first, {vendor}: {{model: one}}, host: 127.0.0.1, port: {first}, policies: {{auth: {auth}}}}}]
    - providers: [{{name: second, openai: {{model: two}}, host: 127.0.0.1, port: {second}, policies: {{auth: {{key: {KEY}}}}}}}]
"
    );
    format!("{backend}---\n{}", route(name, &format!("/{name}"), name))
}

fn secret(name: &str) -> String {
    format!(
        "apiVersion: v1
kind: Secret
metadata: {{name: {name}}}
stringData: {{Authorization: {KEY}}}
"
    )
}

// === impl Stage ===

impl Stage {
    async fn start(cases: &[(&str, (&str, &str))]) -> Result<Stage> {
        let flags = ["--base-path", "/v1", "--require-key", KEY];
        let second = Mock::start(&flags).await?;
        // Gemini's paths have no such base.
        let first = match cases {
            [(_, ("gemini", _)), ..] => Mock::start(&["--require-key", KEY]).await?,
            _ => Mock::start(&flags).await?,
        };
        let ports = [first.port(), second.port()];
        let manifests: Vec<String> = cases
            .iter()
            .map(|(name, of)| manifest(name, *of, ports))
            .collect();
        let port = port::free()?;
        let mut world = World::up(&[
            ("gateway.yaml", gateway(port)),
            ("cases.yaml", documents(&manifests)),
            ("ready.yaml", route("ready", "/ready", "absent")),
        ])?;
        world.until_status(port, "http://a.test/ready", 500).await?;
        Ok(Stage {
            world,
            port,
            first,
            second,
        })
    }

    async fn ask(&self, backend: &str, key: &str) -> Result<Reply> {
        let url = format!("http://a.test/{backend}/v1/chat/completions");
        let bearer = format!("Bearer {key}");
        let headers = [
            ("content-type", "application/json"),
            ("authorization", bearer.as_str()),
        ];
        let body = json!({"model": "any", "messages": [{"role": "user", "content": "hello"}]});
        let request = request("POST", &url, &headers, &body.to_string())?;
        Client::http1(self.port).send(request).await
    }

    /// The second answers, whom the client does not know.
    async fn is_answered(&self, backend: &str) -> Result<()> {
        let reply = self.ask(backend, "of-the-client").await?;
        ensure!(reply.status == 200, "{backend}: {}", reply.text());
        ensure!(
            reply.text().contains("answering as two"),
            "{}",
            reply.text()
        );
        Ok(())
    }

    async fn seen(&self) -> Result<[u64; 2]> {
        Ok([self.first.requests().await?, self.second.requests().await?])
    }

    async fn evictions(&self, backend: &str) -> Result<u64> {
        let backend = format!("backend/default/{backend}");
        let metrics = Metrics::scrape(&self.world).await?;
        metrics.sum(
            "tidegate_proxy_llm_evictions_total",
            &[("backend", &backend)],
        )
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_not_paid_for_is_left_alone() -> Result<()> {
    let auth = format!("{{key: {KEY}}}");
    let cases = [
        ("credit", ("anthropic", auth.as_str())),
        ("limit", ("openai", auth.as_str())),
        ("payment", ("openai", auth.as_str())),
        ("request", ("anthropic", auth.as_str())),
    ];
    let stage = Stage::start(&cases).await?;
    for (name, mode) in [
        ("credit", "no-credit"),
        ("limit", "no-credit"),
        ("payment", "fail-402"),
    ] {
        let [first, second] = stage.seen().await?;
        stage.first.script(&[mode]).await?;
        for _ in 0..3 {
            stage.is_answered(name).await?;
        }
        ensure!(stage.seen().await? == [first + 1, second + 3], "{name}");
        ensure!(stage.evictions(name).await? == 1, "{name}");
    }
    // What is the request's own stays the client's.
    let [first, second] = stage.seen().await?;
    stage.first.script(&["fail-400"]).await?;
    let reply = stage.ask("request", "of-the-client").await?;
    ensure!(reply.status == 400, "{}", reply.text());
    ensure!(stage.seen().await? == [first + 1, second]);
    ensure!(stage.evictions("request").await? == 0);
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_refused_with_400_is_left_alone_unless_it_is_the_clients() -> Result<()> {
    let auth = format!("{{key: {WRONG}}}");
    let cases = [
        ("ours", ("gemini", auth.as_str())),
        ("theirs", ("gemini", "{passthrough: {}}")),
    ];
    let stage = Stage::start(&cases).await?;
    for _ in 0..3 {
        stage.is_answered("ours").await?;
    }
    ensure!(stage.seen().await? == [1, 3]);
    ensure!(stage.evictions("ours").await? == 1);
    // The client's own says nothing of the provider.
    let reply = stage.ask("theirs", WRONG).await?;
    ensure!(reply.status == 400, "{}", reply.text());
    let body: Value = serde_json::from_str(&reply.text())?;
    let message = body.at("/error/message").as_str().unwrap_or_default();
    ensure!(message.contains("API key not valid"), "{body}");
    ensure!(stage.seen().await? == [2, 3]);
    ensure!(stage.evictions("theirs").await? == 0);
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_allowance_of_the_clients_own_says_nothing_of_the_provider() -> Result<()> {
    let auth = format!("{{key: {KEY}}}");
    let cases = [
        ("ours", ("openai", auth.as_str())),
        ("theirs", ("openai", "{passthrough: {}}")),
    ];
    let stage = Stage::start(&cases).await?;
    for (name, evictions, seen) in [("ours", 1, 1), ("theirs", 0, 2)] {
        let [first, _] = stage.seen().await?;
        stage.first.script(&["fail-429"]).await?;
        let reply = stage.ask(name, KEY).await?;
        ensure!(
            reply.text().contains("answering as two"),
            "{}",
            reply.text()
        );
        let reply = stage.ask(name, KEY).await?;
        ensure!(reply.status == 200, "{name}: {}", reply.text());
        ensure!(stage.seen().await?[0] == first + seen, "{name}");
        ensure!(stage.evictions(name).await? == evictions, "{name}");
    }
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_missing_leaves_the_others() -> Result<()> {
    let cases = [("missing", ("openai", "{secretRef: {name: late}}"))];
    let stage = Stage::start(&cases).await?;
    for _ in 0..4 {
        stage.is_answered("missing").await?;
    }
    // Nothing was sent without a key, nor with the client's or the other's.
    ensure!(stage.seen().await? == [0, 4]);
    ensure!(stage.evictions("missing").await? == 1);
    let told = stage.world.tidegate(&["status", "--all"]).await?;
    let status = String::from_utf8_lossy(&told.stdout).into_owned();
    let words = "Secret default/late does not exist";
    ensure!(status.contains(words), "{status}");
    // Once it is there, it is used at once.
    stage.world.write("late.yaml", &secret("late"))?;
    deadline::until("the first answers", deadline::SOON, || async {
        let reply = stage.ask("missing", "of-the-client").await?;
        ensure!(reply.status == 200, "{}", reply.text());
        ensure!(
            reply.text().contains("answering as one"),
            "{}",
            reply.text()
        );
        Ok(())
    })
    .await?;
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_invalid_refuses_as_a_whole() -> Result<()> {
    let cases = [(
        "broken",
        ("openai", "{secretRef: {name: late, kind: ConfigMap}}"),
    )];
    let stage = Stage::start(&cases).await?;
    for _ in 0..2 {
        let reply = stage.ask("broken", "of-the-client").await?;
        ensure!(reply.status == 500, "{}", reply.text());
    }
    ensure!(stage.seen().await? == [0, 0]);
    stage.world.stop().await
}
