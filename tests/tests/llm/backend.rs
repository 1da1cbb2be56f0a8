//! The page of the guide about AI backends: its manifests, and what it says of each.
//!
//! Every backend has a route of its name. The mocks take only the keys of the page. Must not go into formats: other tests ask
//! in all of them for all that there is.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::client::{Client, Reply, request};
use tests::manifest::{documents, gateway, route};
use tests::port;
use tests::world::World;

use super::account::Metrics;
use super::ask::{Answer, Format, Question};
use super::mock::Mock;
use super::page;
use super::told::{At, Told};

const PAGE: &str = "docs/guide/ai-backend.md";
/// The keys of the page, of OpenAI and of Anthropic.
const KEYS: [&str; 2] = ["sk-...", "sk-ant-..."];
const BACKENDS: [&str; 3] = ["openai", "brief", "assistant"];

/// Both planes and the mocks.
struct Stage {
    world: World,
    port: u16,
    /// Of the backends with one provider.
    only: Mock,
    first: Mock,
    fallback: Mock,
    documents: Vec<Value>,
}

/// A mock that takes one key.
async fn taking(key: &str) -> Result<Mock> {
    Mock::start(&["--base-path", "/v1", "--require-key", key]).await
}

// === impl Stage ===

impl Stage {
    async fn start() -> Result<Stage> {
        let [openai, anthropic] = KEYS;
        let (only, first) = (taking(openai).await?, taking(openai).await?);
        let fallback = taking(anthropic).await?;
        let port = port::free()?;
        let mut page = page::documents(PAGE)?;
        page::here(&mut page, port, |name| match name {
            "" => Some(only.port()),
            "first" => Some(first.port()),
            "fallback" => Some(fallback.port()),
            _ => None,
        })?;
        let routes = BACKENDS.map(|name| route(name, &format!("/{name}"), name));
        let mut world = World::up(&[
            ("gateway.yaml", gateway(port)),
            ("page.yaml", page::file(&page)),
            ("routes.yaml", documents(&routes)),
            ("ready.yaml", route("ready", "/ready", "absent")),
        ])?;
        world.until_status(port, "http://a.test/ready", 500).await?;
        Ok(Stage {
            world,
            port,
            only,
            first,
            fallback,
            documents: page,
        })
    }

    /// The text of a whole answer.
    async fn ask(&self, backend: &str, (format, answer): (Format, Answer)) -> Result<String> {
        let question = Question {
            format,
            answer,
            model: "any",
            said: "hello tide",
        };
        let reply = Client::http1(self.port)
            .send(question.request(backend)?)
            .await?;
        let about = || format!("{backend} {format:?} {answer:?}: {}", reply.text());
        let told = Told::read(format, answer, &reply).with_context(about)?;
        ensure!(told.is_whole(), "{}", about());
        for key in KEYS {
            ensure!(!format!("{reply:?}").contains(key), "{}", about());
        }
        Ok(told.text)
    }

    async fn post(&self, path: &str, body: &str) -> Result<Reply> {
        let kind = [("content-type", "application/json")];
        let asked = request("POST", &format!("http://a.test{path}"), &kind, body)?;
        Client::http1(self.port).send(asked).await
    }

    /// What the provider of `brief` is sent of a chat completion.
    async fn brief(&self, body: &str) -> Result<(String, Value)> {
        let reply = self.post("/brief/v1/chat/completions", body).await?;
        ensure!(reply.status == 200, "{body}: {}", reply.text());
        let seen = self.only.last_request().await?;
        let sent = seen.at("/body").as_str().context("no body")?.to_owned();
        let value = serde_json::from_str(&sent)?;
        Ok((sent, value))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_speak_as_they_like_and_see_no_key() -> Result<()> {
    let mut stage = Stage::start().await?;
    for format in Format::ALL {
        for answer in Answer::ALL {
            let text = stage.ask("openai", (format, answer)).await?;
            ensure!(text.ends_with("hello tide"), "{text}");
            // The backend's model is in the place of the client's.
            let sent = stage.only.last_body().await?;
            ensure!(sent.at("/model") == "gpt-4o-mini", "{sent}");
        }
    }
    let before = stage.only.requests().await?;
    let reply = stage.post("/openai/v1/organization/api_keys", "{}").await?;
    ensure!(reply.status == 404, "{}", reply.text());

    // Without its Secret nothing is sent.
    let is_secret = |document: &&Value| document.at("/kind") != "Secret";
    let rest: Vec<Value> = stage.documents.iter().filter(is_secret).cloned().collect();
    ensure!(rest.len() + 1 == stage.documents.len());
    stage.world.write("page.yaml", &page::file(&rest))?;
    stage
        .world
        .write("later.yaml", &route("later", "/later", "absent"))?;
    let url = "http://a.test/later";
    stage.world.until_status(stage.port, url, 500).await?;
    let reply = stage.post("/openai/v1/chat/completions", "{}").await?;
    ensure!(reply.status == 500, "{}", reply.text());
    ensure!(stage.only.requests().await? == before, "it was asked");
    let status = stage.world.tidegate(&["status"]).await?;
    let status = String::from_utf8_lossy(&status.stdout).into_owned();
    for words in ["InvalidSecretRef", "openai-key"] {
        ensure!(status.contains(words), "no {words}: {status}");
    }
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_changed_as_the_page_says() -> Result<()> {
    let stage = Stage::start().await?;
    let asked = r#"{"model":"fast","messages":[{"role":"user","content":"hello"}],"temperature":0.9, "seed" :  7}"#;
    let (bytes, sent) = stage.brief(asked).await?;
    let expected = json!({
        "model": "gpt-4o-mini",
        "messages": [
            {"role": "system", "content": "Answer in one sentence."},
            {"role": "user", "content": "hello"},
        ],
        "temperature": 0.2,
        "seed": 7,
        "max_tokens": 500,
    });
    ensure!(sent == expected, "{sent}");
    ensure!(bytes.contains(r#" "seed" :  7"#), "other bytes: {bytes}");
    // What is there needs no default, and what no alias names keeps its name.
    for (model, renamed) in [("claude-x", "gpt-4o"), ("gpt-4.1", "gpt-4.1")] {
        let asked = json!({"model": model, "max_tokens": 7, "messages": [{"role": "user", "content": "hello"}]});
        let (_, sent) = stage.brief(&asked.to_string()).await?;
        ensure!(sent.at("/model") == renamed, "{sent}");
        ensure!(sent.at("/max_tokens") == 7, "{sent}");
    }
    // In the client's format, before it is converted.
    stage
        .ask("brief", (Format::Messages, Answer::Streamed))
        .await?;
    let sent = stage.only.last_body().await?;
    let first = sent.at("/messages/0");
    let expected = json!({"role": "system", "content": "Answer in one sentence."});
    ensure!(*first == expected, "{sent}");
    ensure!(sent.at("/temperature") == 0.2, "{sent}");
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_group_is_asked_when_the_first_fails() -> Result<()> {
    let stage = Stage::start().await?;
    let ways = Format::ALL
        .into_iter()
        .flat_map(|format| Answer::ALL.map(|answer| (format, answer)));
    for way in ways.clone() {
        let text = stage.ask("assistant", way).await?;
        ensure!(text.contains("gpt-4o"), "{text}");
    }
    ensure!(stage.fallback.requests().await? == 0, "it was asked");
    // A client that asks which models there are is told both.
    let list = Client::http1(stage.port)
        .get("http://a.test/assistant/v1/models")
        .await?;
    let text = list.text();
    let has_both = text.contains("\"gpt-4o\"") && text.contains("\"claude-sonnet-4-5\"");
    ensure!(list.status == 200 && has_both, "{text}");

    let before = stage.first.requests().await?;
    stage.first.script(&["fail-503.retry-after-60"]).await?;
    for way in ways {
        let text = stage.ask("assistant", way).await?;
        ensure!(text.contains("claude-sonnet-4-5"), "{text}");
    }
    // Once, and then it was left alone as long as it had said.
    ensure!(stage.first.requests().await? == before + 1, "asked again");
    let metrics = Metrics::scrape(&stage.world).await?;
    for (name, expected) in [("failovers", 1), ("evictions", 1), ("panic_picks", 0)] {
        let series = format!("tidegate_proxy_llm_{name}_total");
        let labels = [("backend", "backend/default/assistant")];
        let counted = metrics.sum(&series, &labels)?;
        ensure!(counted == expected, "{name}: {counted}");
    }
    stage.world.stop().await
}
