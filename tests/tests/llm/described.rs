//! What records and spans say of the way that a request went: formats, the group of its provider, the reasons of its choices.
//!
//! Must not know how formats are converted.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::client::{Client, request};
use tests::manifest::{documents, gateway, route};
use tests::world::World;
use tests::{deadline, port};

use super::mock::{KEY, Mock};
use super::usage::field;
use crate::traces::collector::{Collector, Seen};

/// OpenAI first, and Anthropic where that fails.
fn groups([openai, anthropic]: [u16; 2]) -> String {
    format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: both}}
spec:
  ai:
    groups:
    - providers: [{{name: first, openai: {{}}, host: 127.0.0.1, port: {openai}}}]
    - providers: [{{name: second, anthropic: {{model: claude-x}}, host: 127.0.0.1, port: {anthropic}}}]
  policies: {{auth: {{key: {KEY}}}}}
"
    )
}

struct Stage {
    world: World,
    collector: Collector,
    openai: Mock,
    _anthropic: Mock,
    port: u16,
}

type Told = BTreeMap<String, String>;

// === impl Stage ===

impl Stage {
    async fn start() -> Result<Stage> {
        let flags = ["--base-path", "/v1"];
        let (openai, anthropic) = (Mock::start(&flags).await?, Mock::start(&flags).await?);
        let (collector, port) = (Collector::start().await?, port::free()?);
        let endpoint = collector.endpoint();
        let backend = groups([openai.port(), anthropic.port()]);
        let mut world = World::up_with(
            &[
                ("gateway.yaml", gateway(port)),
                (
                    "backend.yaml",
                    documents(&[backend, route("both", "/both", "both")]),
                ),
                ("ready.yaml", route("ready", "/ready", "absent")),
            ],
            &[
                "--otlp-logs-endpoint",
                &endpoint,
                "--otlp-endpoint",
                &endpoint,
            ],
        )?;
        world.until_status(port, "http://a.test/ready", 500).await?;
        Ok(Stage {
            world,
            collector,
            openai,
            _anthropic: anthropic,
            port,
        })
    }

    async fn ask(&self, path: &str, body: &Value) -> Result<()> {
        let url = format!("http://a.test/both{path}");
        let headers = [("content-type", "application/json")];
        let asked = request("POST", &url, &headers, &body.to_string())?;
        let reply = Client::http1(self.port).send(asked).await?;
        ensure!(reply.status == 200, "{path}: {}", reply.text());
        Ok(())
    }

    /// The event of the request that is the `number`th.
    async fn event(&self, number: usize) -> Result<Told> {
        deadline::until("the event came", deadline::SOON, || async {
            let events = self.collector.events()?;
            events.get(number).cloned().context("not yet")
        })
        .await
    }

    /// The spans of `count` attempts, in order.
    async fn attempts(&self, count: usize) -> Result<Vec<Seen>> {
        deadline::until("the spans came", deadline::SOON, || async {
            let mut spans = self.collector.spans()?;
            spans.retain(|span| span.attributes.contains_key("tidegate.llm.attempt"));
            ensure!(spans.len() == count, "{spans:?}");
            spans.sort_by_key(|span| span.start);
            Ok(spans)
        })
        .await
    }
}

fn chat(model: &str, is_streamed: bool, choices: u32) -> Value {
    json!({
        "model": model, "max_tokens": 20, "stream": is_streamed, "n": choices,
        "messages": [{"role": "user", "content": "hello tide"}],
    })
}

fn is_way(told: &Told, [client, upstream, priority]: [&str; 3]) -> Result<()> {
    for (name, value) in [
        ("tidegate.llm.client_format", client),
        ("tidegate.llm.upstream_format", upstream),
        ("tidegate.llm.priority", priority),
    ] {
        ensure!(field(told, name)? == value, "{name}: {told:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn formats_and_groups_are_told_of_each_attempt() -> Result<()> {
    let stage = Stage::start().await?;
    let path = "/v1/chat/completions";
    stage.ask(path, &chat("gpt-x", false, 1)).await?;
    is_way(&stage.event(0).await?, ["completions", "completions", "0"])?;
    stage.openai.script(&["fail-503"; 2]).await?;
    stage.ask(path, &chat("gpt-x", true, 1)).await?;
    is_way(&stage.event(1).await?, ["completions", "messages", "1"])?;
    let spans = stage.attempts(3).await?;
    for (span, upstream) in spans.iter().zip(["completions", "completions", "messages"]) {
        let priority = if upstream == "messages" { "1" } else { "0" };
        is_way(&span.attributes, ["completions", upstream, priority])?;
    }
    let log = stage.world.log();
    let line = "tidegate.llm.client_format=completions tidegate.llm.upstream_format=messages tidegate.llm.priority=1";
    ensure!(log.contains(line), "{log}");
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_choice_has_its_reason() -> Result<()> {
    let stage = Stage::start().await?;
    for (number, (is_streamed, choices)) in [(false, 1), (false, 2), (true, 2), (false, 9)]
        .into_iter()
        .enumerate()
    {
        let body = chat("gpt-x", is_streamed, choices);
        stage.ask("/v1/chat/completions", &body).await?;
        let event = stage.event(number).await?;
        let told = field(&event, "gen_ai.response.finish_reasons")?;
        // It shows a list of values.
        let count = told.matches("\"stop\"").count() + told.matches("\"length\"").count();
        // No list is longer; the mock gives no more than these either.
        let expected = usize::try_from(choices)?.min(8);
        ensure!(count == expected, "{choices}, {is_streamed}: {told}");
    }
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_vectors_are_asked_for_in_is_told() -> Result<()> {
    let stage = Stage::start().await?;
    let body = json!({"model": "text-embedding-x", "input": "a tide", "encoding_format": "base64"});
    stage.ask("/v1/embeddings", &body).await?;
    let spans = stage.attempts(1).await?;
    let [span] = spans.as_slice() else {
        anyhow::bail!("{spans:?}");
    };
    let told = field(&span.attributes, "gen_ai.request.encoding_formats")?;
    ensure!(told.contains("base64"), "{told}");
    let priority = field(&span.attributes, "tidegate.llm.priority")?;
    ensure!(priority == "0", "{span:?}");
    // There is one format of vectors only.
    ensure!(!span.attributes.contains_key("tidegate.llm.client_format"));
    stage.world.stop().await
}
