//! Every fenced block of the pages about models is executed: who does it, and those that no other test owns.
//!
//! Must not bring up whole pages to see what they do: that is each page's own test's.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http::request::Parts;
use serde_json::{Value, json};
use tests::client::{Client, request};
use tests::manifest::{documents, gateway, route};
use tests::manual::Manual;
use tests::world::World;
use tests::{binaries, deadline, port};
use tokio::process::Command;

use super::ask::{Answer, Format};
use super::guarded::Guarded;
use super::operations::{CHAT, answer};
use super::page;
use super::told::At;

/// What pages have blocks in, and the test that executes all of these.
const EXECUTED: [(&str, &str, &str); 26] = [
    ("ai-backend.md", "yaml", "backend.rs"),
    ("llm-cache.md", "console", "snippets.rs"),
    ("llm-cache.md", "yaml", "cache.rs"),
    ("llm-credentials.md", "yaml", "credential.rs"),
    ("llm-detectors.md", "yaml", "detect.rs"),
    ("llm-expressions.md", "yaml", "expressions.rs"),
    ("llm-failover.md", "text", "snippets.rs"),
    ("llm-failover.md", "yaml", "fallback.rs"),
    ("llm-guards.md", "json", "snippets.rs"),
    ("llm-guards.md", "yaml", "guard.rs"),
    ("llm-limits.md", "text", "snippets.rs"),
    ("llm-limits.md", "yaml", "budget.rs"),
    ("llm-models.md", "sh", "snippets.rs"),
    ("llm-models.md", "yaml", "models.rs"),
    ("llm-operations.md", "sh", "operations.rs"),
    ("llm-operations.md", "yaml", "operations.rs"),
    ("llm-realtime.md", "python", "realtime.rs"),
    ("llm-realtime.md", "yaml", "realtime.rs"),
    ("llm-remote-guards.md", "json", "snippets.rs"),
    ("llm-remote-guards.md", "yaml", "remote_guard.rs"),
    ("llm-usage.md", "sh", "snippets.rs"),
    ("llm-usage.md", "text", "snippets.rs"),
    ("llm-usage.md", "yaml", "consumers.rs"),
    ("llm-usage.md", "yaml", "usage.rs"),
    ("llm-waiting.md", "console", "waiting.rs"),
    ("llm-waiting.md", "yaml", "waiting.rs"),
];

#[test]
fn every_block_of_the_guide_is_executed() -> Result<()> {
    let mut written = BTreeSet::new();
    for entry in fs::read_dir(binaries::repository("docs/guide"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !name.starts_with("llm") && name != "ai-backend.md" {
            continue;
        }
        for block in page::blocks(&format!("docs/guide/{name}"))? {
            written.insert((name.clone(), block.language));
        }
    }
    let executed = EXECUTED.map(|(page, language, _)| (page.to_owned(), language.to_owned()));
    let executed = BTreeSet::from(executed);
    let unknown: Vec<_> = written.symmetric_difference(&executed).collect();
    ensure!(
        unknown.is_empty(),
        "no test executes these, or no page has them: {unknown:?}"
    );

    let sources = binaries::repository("tests/tests/llm");
    for (page, language, source) in EXECUTED {
        let text = fs::read_to_string(sources.join(source)).context(source)?;
        let reads = match language {
            "yaml" => ["page::documents(", "Guarded::up("]
                .iter()
                .any(|call| text.contains(call)),
            _ => {
                text.contains(&format!(", \"{language}\")"))
                    || text.contains(&format!("```{language}\\n"))
            }
        };
        let is_named = text.contains(&format!("\"docs/guide/{page}\""));
        ensure!(
            reads && is_named,
            "{source} does not read the {language} of {page}"
        );
    }
    Ok(())
}

/// The manifests of a page, with a Gateway and routes where it leaves these to its reader.
fn whole(name: &str) -> Result<Vec<Value>> {
    let mut written = page::documents(&format!("docs/guide/{name}"))?;
    if written.iter().any(|one| one.at("/kind") == "Gateway") {
        return Ok(written);
    }
    let mut around = vec![gateway(8080)];
    for document in &written {
        if document.at("/kind") == "AgentgatewayBackend" {
            let backend = document.at("/metadata/name").as_str();
            let backend = backend.context("no name")?;
            let route = route(&format!("to-{backend}"), &format!("/{backend}"), backend);
            around.push(route);
        }
    }
    for text in around {
        written.push(serde_saphyr::from_str(&text)?);
    }
    Ok(written)
}

/// Not even the addresses of providers are other ones here. Each page has a namespace and a port, since one run of the command
/// takes a second.
#[tokio::test(flavor = "multi_thread")]
async fn every_manifest_is_valid_as_it_is_written() -> Result<()> {
    let pages = EXECUTED
        .iter()
        .filter(|(_, language, _)| *language == "yaml");
    let pages: BTreeSet<&str> = pages.map(|(page, _, _)| *page).collect();
    let dir = tempfile::tempdir()?;
    for (name, port) in pages.into_iter().zip(8080..) {
        let mut documents = whole(name)?;
        let namespace = json!(name.trim_end_matches(".md"));
        for document in &mut documents {
            page::put(document, "/metadata", "namespace", namespace.clone());
            if document.at("/kind") == "Gateway" {
                page::put(document, "/spec/listeners/0", "port", json!(port));
            }
        }
        fs::write(
            dir.path().join(format!("{name}.yaml")),
            page::file(&documents),
        )?;
    }
    let mut command = Command::new(binaries::ours("tidegate")?);
    command
        .args(["validate", "--strict", "-f"])
        .arg(dir.path())
        .kill_on_drop(true);
    let output = async { command.output().await.context("tidegate") };
    let output = deadline::within("tidegate", deadline::SOON, output).await?;
    let said = String::from_utf8_lossy(&output.stdout);
    let also = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{said}{also}");
    Ok(())
}

/// Serves these manifests, and waits until they are.
async fn up(port: u16, manifests: &[Value]) -> Result<World> {
    let mut world = World::up(&[
        ("page.yaml", page::file(manifests)),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ])?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    Ok(world)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cache_of_the_page_is_named() -> Result<()> {
    let (name, port) = ("docs/guide/llm-cache.md", port::free()?);
    let mut documents = page::documents(name)?;
    page::here(&mut documents, port, |_| Some(9))?;
    let world = up(port, &documents).await?;
    let told = page::tidegate(&world, &page::only(name, "console")?).await?;
    ensure!(told.contains("answers kept for"), "{told}");
    world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn models_are_listed_and_explained_as_the_page_shows() -> Result<()> {
    let (name, port) = ("docs/guide/llm-models.md", port::free()?);
    let mut documents = page::documents(name)?;
    page::here(&mut documents, port, |_| None)?;
    let world = up(port, &documents).await?;
    let blocks = page::written_in(name, "sh")?;
    let [list, explain] = blocks.as_slice() else {
        anyhow::bail!("{} blocks", blocks.len());
    };
    let listed: Value = serde_json::from_str(&page::run(list, port).await?)?;
    let models = listed.at("/data").as_array().context("no list")?;
    let models: Vec<&str> = models
        .iter()
        .filter_map(|one| one.at("/id").as_str())
        .collect();
    for model in ["gpt-4o-mini", "fast", "safe", "smart"] {
        ensure!(models.contains(&model), "no {model}: {listed}");
    }
    // Internal, and a pattern.
    for model in ["gpt-4o", "claude", "claude-*"] {
        ensure!(!models.contains(&model), "{model}: {listed}");
    }
    let (_, shown) = explain
        .split_once("\n...\n")
        .context("nothing is left out")?;
    let told = page::tidegate(&world, explain).await?;
    ensure!(told.ends_with(shown), "{told}");
    world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_is_refused_in_the_words_of_the_page() -> Result<()> {
    let name = "docs/guide/llm-guards.md";
    let all = Guarded::up(name, &[], |_| Ok(())).await?;
    let card = "4111 1111 1111 1111 is mine";
    let reply = all.ask(Format::Chat, Answer::Collected, card).await?;
    ensure!(reply.status == 200, "{}", reply.text());
    let sent = all.mock.last_body().await?.to_string();
    ensure!(sent.contains("<CREDIT_CARD> is mine"), "{sent}");
    let about = "what is project nightfall?";
    let reply = all.ask(Format::Chat, Answer::Collected, about).await?;
    let expected = page::only(name, "json")?;
    ensure!(reply.status == 422, "{}", reply.status);
    ensure!(reply.text() == expected.trim_end(), "{}", reply.text());
    all.world.stop().await
}

fn webhook(provider: u16, judge: u16) -> String {
    let guard = "[{webhook: {backendRef: {group: agentgateway.dev, kind: AgentgatewayBackend, name: judge}}}]";
    format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: judged}}
spec:
  ai: {{provider: {{openai: {{}}, host: 127.0.0.1, port: {provider}}}}}
  policies: {{ai: {{promptGuard: {{request: {guard}, response: {guard}}}}}}}
---
apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: judge}}
spec: {{static: {{host: 127.0.0.1, port: {judge}}}}}
"
    )
}

/// What was asked is this.
fn is((head, body): &(Parts, Bytes), path: &str, expected: &str) -> Result<()> {
    let shown: Value = serde_json::from_slice(body)?;
    let expected: Value = serde_json::from_str(expected)?;
    let is_same = head.uri.path() == path && shown == expected;
    ensure!(is_same, "{} {shown}", head.uri);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_webhook_of_the_page_speaks_as_it_shows() -> Result<()> {
    let blocks = page::written_in("docs/guide/llm-remote-guards.md", "json")?;
    let lines: Vec<&str> = blocks.iter().flat_map(|block| block.lines()).collect();
    let [prompt, answered, passes, changes, refuses] = lines.as_slice() else {
        anyhow::bail!("other lines: {lines:?}");
    };
    let (mut provider, mut judge) = (Manual::start().await?, Manual::start().await?);
    let port = port::free()?;
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        (
            "judged.yaml",
            documents(&[
                webhook(provider.port(), judge.port()),
                route("judged", "/", "judged"),
            ]),
        ),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ])?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    for (verdict, content) in [
        (passes, Some("what is the tide?")),
        (changes, Some("what is <masked>?")),
        (refuses, None),
    ] {
        let body =
            json!({"model": "m", "messages": [{"role": "user", "content": "what is the tide?"}]});
        let kind = [("content-type", "application/json")];
        let url = "http://a.test/v1/chat/completions";
        let asked = request("POST", url, &kind, &body.to_string())?;
        let client = Client::http1(port);
        let asks = client.send(asked);
        let others = async {
            is(&answer(&mut judge, verdict).await?, "/request", prompt)?;
            let Some(content) = content else {
                return Ok(());
            };
            let (_, sent) = answer(&mut provider, CHAT).await?;
            let sent: Value = serde_json::from_slice(&sent)?;
            ensure!(sent.at("/messages/0/content") == content, "{sent}");
            is(&answer(&mut judge, passes).await?, "/response", answered)?;
            Ok(())
        };
        let (reply, ()) = tokio::try_join!(asks, others)?;
        let (status, words) = match content {
            Some(_) => (200, CHAT),
            None => (451, "not here"),
        };
        ensure!(
            reply.status == status && reply.text() == words,
            "{verdict}: {} {}",
            reply.status,
            reply.text()
        );
    }
    world.stop().await
}

const USAGE: &str = "docs/guide/llm-usage.md";

/// Brings up a backend of Bedrock with prices, and tells what is said of it.
async fn explained(model: &str, catalogue: String) -> Result<String> {
    let port = port::free()?;
    let backend = json!({
        "apiVersion": "agentgateway.dev/v1alpha1", "kind": "AgentgatewayBackend", "metadata": {"name": "models"},
        "spec": {
            "ai": {"provider": {"bedrock": {"region": "us-east-1", "model": model}}},
            "policies": {"auth": {"key": "a-key"}},
        },
    });
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        ("backend.yaml", backend.to_string()),
        ("route.yaml", route("models", "/", "models")),
        ("prices.yaml", catalogue),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ])?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    let asked = "$ tidegate explain request --host a.test --path /v1/chat/completions";
    let told = page::tidegate(&world, asked).await?;
    world.stop().await?;
    Ok(told)
}

const NOVA: &str = "us.amazon.nova-pro-v1:0";

fn rates() -> Value {
    json!({NOVA: {"rates": {"input": "0.8", "output": "3.2"}}})
}

#[tokio::test(flavor = "multi_thread")]
async fn the_alias_of_the_page_prices_an_arn() -> Result<()> {
    let mut providers: Value = serde_saphyr::from_str(&page::only(USAGE, "text")?)?;
    let aliases = providers
        .at("/aws.bedrock/aliases")
        .as_object()
        .context("no aliases")?;
    let (arn, model) = aliases.iter().next().context("no alias")?;
    let arn = arn.clone();
    ensure!(model == NOVA, "{model}");
    page::put(&mut providers, "/aws.bedrock", "models", rates());
    let catalogue = json!({
        "apiVersion": "tidegate.dev/v1alpha1", "kind": "PriceCatalog", "metadata": {"name": "own"},
        "spec": {"providers": providers},
    });
    let told = explained(&arn, catalogue.to_string()).await?;
    ensure!(told.contains("priced by default/own@"), "{told}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_of_the_page_makes_a_manifest() -> Result<()> {
    let catalogue = json!({"providers": {"aws.bedrock": {"models": rates()}}});
    let dir = tempfile::tempdir()?;
    fs::write(dir.path().join("catalog.json"), catalogue.to_string())?;
    let command = page::only(USAGE, "sh")?;
    let there = format!("cd {}\n{command}", dir.path().display());
    page::run(&there, 0).await?;
    let manifest = fs::read_to_string(dir.path().join("prices.yaml"))?;
    let told = explained(NOVA, manifest).await?;
    ensure!(told.contains("priced by default/imported@"), "{told}");
    Ok(())
}

/// The table of metrics is checked against what proxies tell.
#[test]
fn the_metrics_that_pages_list_are_there() -> Result<()> {
    let metrics = fs::read_to_string(binaries::repository("docs/guide/metrics.md"))?;
    for name in ["docs/guide/llm-failover.md", "docs/guide/llm-limits.md"] {
        for line in page::only(name, "text")?.lines() {
            let metric = line.split_whitespace().next().unwrap_or_default();
            ensure!(
                metrics.contains(&format!("\n| `{metric}` |")),
                "{name}: {metric}"
            );
        }
    }
    Ok(())
}
