//! The page of the guide about waiting: its manifests, and what they do to a provider that is slow, full or back.
//!
//! Once as the page has them, and once with shorter limits, so that a test need not wait for minutes. Must not know how a
//! provider is chosen but by who answers.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::client::{Client, Reply};
use tests::manifest::{gateway, route};
use tests::world::World;
use tests::{deadline, port};

use super::account::Metrics;
use super::ask::{Answer, Format, Question};
use super::held::Held;
use super::mock::Mock;
use super::page;
use super::told::{At, Told, check_error, check_error_event};

const PAGE: &str = "docs/guide/llm-waiting.md";
/// Of the page.
const KEY: &str = "sk-...";
const MAX_IN_FLIGHT: usize = 100;
const MAIN: &str = "gpt-4o";
const FALLBACK: &str = "claude-sonnet-4-5";
const BACKEND: &str = "backend/default/assistant";

/// Both planes and the mocks.
struct Stage {
    world: World,
    port: u16,
    main: Mock,
    fallback: Mock,
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
    /// Serves the page's objects, with what `change` makes of each.
    async fn start(change: impl Fn(&mut Value)) -> Result<Stage> {
        let flags = ["--base-path", "/v1", "--require-key", KEY];
        let (main, fallback) = (Mock::start(&flags).await?, Mock::start(&flags).await?);
        let port = port::free()?;
        let mut documents = page::documents(PAGE)?;
        page::here(&mut documents, port, |name| match name {
            "main" => Some(main.port()),
            "fallback" => Some(fallback.port()),
            _ => None,
        })?;
        documents.iter_mut().for_each(change);
        let mut world = World::up(&[
            ("gateway.yaml", gateway(port)),
            ("page.yaml", page::file(&documents)),
            ("route.yaml", route("assistant", "/v1", "assistant")),
            ("ready.yaml", route("ready", "/ready", "absent")),
        ])?;
        world.until_status(port, "http://a.test/ready", 500).await?;
        Ok(Stage {
            world,
            port,
            main,
            fallback,
        })
    }

    async fn send(&self, answer: Answer) -> Result<Reply> {
        let asked = question(answer).request("")?;
        Client::http1(self.port).send(asked).await
    }

    /// Asks, and expects a whole answer of this model.
    async fn is_answered_by(&self, answer: Answer, model: &str) -> Result<()> {
        let reply = self.send(answer).await?;
        let told = Told::read(Format::Chat, answer, &reply)?;
        let is_theirs = told.is_whole() && told.text.contains(model);
        ensure!(is_theirs, "not {model}: {told:?}");
        Ok(())
    }

    async fn until_answered_by(&self, model: &str) -> Result<()> {
        let what = format!("{model} answers");
        let ask = || self.is_answered_by(Answer::Collected, model);
        deadline::until(&what, deadline::SOON, ask).await
    }

    /// Asks for a stream and reads its begin.
    async fn hold(&self) -> Result<Held> {
        Held::begin(self.port, &question(Answer::Streamed), "").await
    }

    async fn count(&self, name: &str, labels: &[(&str, &str)]) -> Result<u64> {
        let mut labels = labels.to_vec();
        labels.push(("backend", BACKEND));
        let name = format!("tidegate_proxy_llm_{name}");
        Metrics::scrape(&self.world).await?.sum(&name, &labels)
    }

    /// Waits until as many attempts ended so: a count may come a moment after what it counts.
    async fn until_ended(&self, verdict: &str, expected: u64) -> Result<()> {
        deadline::until("the count agrees", deadline::SOON, || async {
            let labels = [("verdict", verdict), ("provider", "main")];
            let found = self.count("attempts_total", &labels).await?;
            ensure!(found == expected, "{found} {verdict}");
            Ok(())
        })
        .await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_of_the_page_names_its_limits() -> Result<()> {
    let stage = Stage::start(|_| {}).await?;
    let command = page::only(PAGE, "console")?;
    let told = page::tidegate(&stage.world, &command).await?;
    for words in [
        "default/patience",
        "first token within 10s",
        "streams silent for at most 60s",
        "each attempt within 120s",
        "at most 100 requests under way at a provider",
        "1 until one has succeeded",
    ] {
        ensure!(told.contains(words), "no {words:?}: {told}");
    }
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_back_or_full_gets_what_the_page_says() -> Result<()> {
    let stage = Stage::start(|_| {}).await?;
    // What comes back from its eviction gets one request until that has succeeded.
    stage.main.script(&["fail-503", "stall"]).await?;
    stage.is_answered_by(Answer::Collected, FALLBACK).await?;
    let probe = deadline::until("main is probed", deadline::SOON, || async {
        let held = stage.hold().await?;
        ensure!(held.text.contains(MAIN), "{}", held.text);
        Ok(held)
    })
    .await?;
    stage.is_answered_by(Answer::Streamed, FALLBACK).await?;
    drop(probe);
    stage.until_answered_by(MAIN).await?;

    // As many as it may have, and one more, which goes to the next.
    stage.main.script(&["stall"; MAX_IN_FLIGHT]).await?;
    let mut held = Vec::new();
    for _ in 0..MAX_IN_FLIGHT {
        let one = stage.hold().await?;
        ensure!(one.text.contains(MAIN), "{}: {}", held.len(), one.text);
        held.push(one);
    }
    stage.is_answered_by(Answer::Collected, FALLBACK).await?;
    let evictions = stage.count("evictions_total", &[]).await?;
    let elsewhere = [("outcome", "elsewhere")];
    let elsewhere = stage.count("overflows_total", &elsewhere).await?;
    ensure!(elsewhere == 1 && evictions == 1, "{elsewhere}, {evictions}");

    // With both full nobody waits.
    stage.fallback.script(&["stall"; MAX_IN_FLIGHT]).await?;
    for _ in 0..MAX_IN_FLIGHT {
        let one = stage.hold().await?;
        ensure!(one.text.contains(FALLBACK), "{}", one.text);
        held.push(one);
    }
    let reply = stage.send(Answer::Collected).await?;
    ensure!(reply.status == 503, "{}", reply.text());
    let body: Value = serde_json::from_slice(&reply.body)?;
    ensure!(body.at("/error/code") == "no_healthy_provider", "{body}");
    drop(held);
    stage.until_answered_by(MAIN).await?;
    stage.world.stop().await
}

/// The limits of the page, each shorter.
fn shorter(document: &mut Value) {
    if document.at("/kind") == "TidegatePolicy" {
        let timeouts = json!({"firstToken": "1500ms", "streamIdle": "1500ms"});
        page::put(document, "/spec/backend/ai", "timeouts", timeouts);
    } else {
        let limit = json!("2500ms");
        page::put(document, "/spec/policies/http", "requestTimeout", limit);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_limit_ends_as_the_table_says() -> Result<()> {
    let stage = Stage::start(shorter).await?;
    // Silence behind the first content: an error event, which evicts nobody.
    stage.main.script(&["stall"]).await?;
    let reply = stage.send(Answer::Streamed).await?;
    let told = Told::read(Format::Chat, Answer::Streamed, &reply)?;
    check_error_event(Format::Chat, told.error.as_ref().context("no error")?)?;
    ensure!(reply.text().contains(MAIN), "{}", reply.text());
    stage.until_ended("idle_timeout", 1).await?;
    ensure!(stage.count("evictions_total", &[]).await? == 0);

    // No first content: another provider's answer, and the slow one has failed.
    stage.main.script(&["stall-first"]).await?;
    stage.is_answered_by(Answer::Streamed, FALLBACK).await?;
    stage.until_ended("first_token_timeout", 1).await?;
    ensure!(stage.count("evictions_total", &[]).await? == 1);
    stage.until_answered_by(MAIN).await?;

    // The same of an answer in one piece that does not come to its end.
    stage.main.script(&["stall"]).await?;
    stage.is_answered_by(Answer::Collected, FALLBACK).await?;
    stage.until_ended("head_timeout", 1).await?;
    ensure!(stage.count("evictions_total", &[]).await? == 2);

    // Nobody is in time.
    for mock in [&stage.main, &stage.fallback] {
        mock.script(&["stall-first"; 8]).await?;
    }
    let reply = stage.send(Answer::Streamed).await?;
    ensure!(reply.status == 504, "{}", reply.text());
    let body: Value = serde_json::from_slice(&reply.body)?;
    check_error(Format::Chat, 504, &body)?;
    ensure!(body.at("/error/code") == "upstream_timeout", "{body}");
    stage.world.stop().await
}
