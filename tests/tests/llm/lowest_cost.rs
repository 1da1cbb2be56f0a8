//! The cheapest provider of a group is asked, as long as it can be.
//!
//! Owns that the price is that of the request: what it is for its prompt and its longest answer. Must not know how prices are
//! merged.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::client::{Client, request};
use tests::manifest::{documents, gateway, route};
use tests::world::World;
use tests::{deadline, port};

use super::mock::{KEY, Mock};

/// Dear to answer.
const READER: &str = "gpt-reader";
/// Dear to ask.
const WRITER: &str = "gpt-writer";
/// Without a price.
const UNKNOWN: &str = "gpt-unknown";

struct Stage {
    world: World,
    port: u16,
    reader: Mock,
    writer: Mock,
    unknown: Mock,
}

fn manifests(ports: [u16; 3]) -> String {
    let [reader, writer, unknown] = ports;
    documents(&[
        format!(
            "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: assistant}}
spec:
  ai:
    groups:
    - providers:
      - {{name: unknown, openai: {{model: {UNKNOWN}}}, host: 127.0.0.1, port: {unknown}}}
      - {{name: reader, openai: {{model: {READER}}}, host: 127.0.0.1, port: {reader}}}
      - name: writer
        openai: {{}}
        host: 127.0.0.1
        port: {writer}
        policies: {{ai: {{modelAliases: {{any: {WRITER}}}}}}}
  policies: {{auth: {{key: {KEY}}}}}
"
        ),
        format!(
            "apiVersion: tidegate.dev/v1alpha1
kind: PriceCatalog
metadata: {{name: prices}}
spec:
  providers:
    openai:
      models:
        {READER}: {{rates: {{input: \"1\", output: \"10\"}}}}
        {WRITER}: {{rates: {{input: \"5\", output: \"5\"}}}}
"
        ),
        "apiVersion: tidegate.dev/v1alpha1
kind: TidegatePolicy
metadata: {name: cheapest}
spec:
  targetRefs: [{group: agentgateway.dev, kind: AgentgatewayBackend, name: assistant}]
  backend: {ai: {load: {algorithm: LowestCost}}}
"
        .to_owned(),
        route("assistant", "/assistant", "assistant"),
    ])
}

// === impl Stage ===

impl Stage {
    async fn start() -> Result<Stage> {
        let flags = ["--base-path", "/v1", "--require-key", KEY];
        let (reader, writer) = (Mock::start(&flags).await?, Mock::start(&flags).await?);
        let unknown = Mock::start(&flags).await?;
        let port = port::free()?;
        let ports = [reader.port(), writer.port(), unknown.port()];
        let mut world = World::up(&[
            ("gateway.yaml", gateway(port)),
            ("assistant.yaml", manifests(ports)),
            ("ready.yaml", route("ready", "/ready", "absent")),
        ])?;
        world.until_status(port, "http://a.test/ready", 500).await?;
        Ok(Stage {
            world,
            port,
            reader,
            writer,
            unknown,
        })
    }

    /// Which model answers a prompt of some words.
    async fn answered_by(&self, words: usize, most: Option<u64>) -> Result<&'static str> {
        let said = "word ".repeat(words);
        let mut body = json!({"model": "any", "messages": [{"role": "user", "content": said}]});
        if let Some(most) = most {
            let members = body.as_object_mut().context("an object")?;
            members.insert("max_tokens".to_owned(), json!(most));
        }
        let url = "http://a.test/assistant/v1/chat/completions";
        let headers = [("content-type", "application/json")];
        let asked = request("POST", url, &headers, &body.to_string())?;
        let reply = Client::http1(self.port).send(asked).await?;
        ensure!(reply.status == 200, "{}: {}", reply.status, reply.text());
        let told: Value = serde_json::from_slice(&reply.body)?;
        let model = told
            .get("model")
            .and_then(Value::as_str)
            .context("a model")?;
        let mut known = [READER, WRITER, UNKNOWN].into_iter();
        known.find(|name| *name == model).context(model.to_owned())
    }

    async fn seen(&self) -> Result<[u64; 3]> {
        Ok([
            self.reader.requests().await?,
            self.writer.requests().await?,
            self.unknown.requests().await?,
        ])
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dearer_gets_nothing_while_the_cheaper_can_be_asked() -> Result<()> {
    let stage = Stage::start().await?;
    for _ in 0..10 {
        // 1000 in and 10 out are 1100 there, and 5050 at the other.
        ensure!(stage.answered_by(1000, Some(10)).await? == READER);
    }
    ensure!(stage.seen().await? == [10, 0, 0]);
    for _ in 0..10 {
        ensure!(stage.answered_by(10, Some(1000)).await? == WRITER);
    }
    // Where nothing bounds the answer, as much comes out as goes in: 11 for 10.
    ensure!(stage.answered_by(1000, None).await? == WRITER);
    ensure!(stage.seen().await? == [10, 11, 0]);

    // Evicted, it is out of the question, and comes back as the cheapest.
    stage.reader.script(&["fail-429.retry-after-2"]).await?;
    ensure!(stage.answered_by(1000, Some(10)).await? == WRITER);
    ensure!(stage.answered_by(1000, Some(10)).await? == WRITER);
    deadline::until("the cheapest is back", deadline::SOON, || async {
        let found = stage.answered_by(1000, Some(10)).await?;
        ensure!(found == READER, "{found} answers");
        Ok(())
    })
    .await?;
    // What has no price is asked where nobody else can be.
    ensure!(stage.unknown.requests().await? == 0);
    for priced in [&stage.reader, &stage.writer] {
        priced.script(&["fail-429.retry-after-60"]).await?;
    }
    ensure!(stage.answered_by(10, Some(10)).await? == UNKNOWN);
    let path = "/assistant/v1/chat/completions";
    let args = ["explain", "request", "--host", "a.test", "--path", path];
    let told = String::from_utf8(stage.world.tidegate(&args).await?.stdout)?;
    ensure!(told.contains("the cheapest provider"), "{told}");
    stage.world.stop().await
}
