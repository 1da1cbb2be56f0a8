//! A provider that cannot take a request is passed over, and another is asked (llm.md R-24).
//!
//! OpenAI and Anthropic in both orders, and Anthropic twice; the questions ask for what Anthropic's format has not. What the
//! mocks saw and what the gateway counts say that a provider that was passed over was neither asked nor blamed.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::client::{Client, Reply, request};
use tests::manifest::{documents, gateway, route};
use tests::port;
use tests::world::World;

use super::account::Metrics;
use super::ask::Format;
use super::mock::{KEY, Mock};
use super::told::{At, check_error};

/// What only chat completions say.
const MEMBERS: [&str; 2] = ["n", "input_audio"];

/// Both planes, and the mocks of OpenAI and Anthropic.
struct Stage {
    world: World,
    port: u16,
    openai: Mock,
    anthropic: Mock,
}

/// A backend with a group for each vendor.
fn manifest(name: &str, vendors: &[&str], port: impl Fn(&str) -> u16) -> String {
    let group = |(index, vendor): (usize, &&str)| {
        let port = port(vendor);
        format!(
            "    - providers: [{{name: {vendor}-{index}, {vendor}: {{model: m}}, host: 127.0.0.1, port: {port}}}]\n"
        )
    };
    let groups: String = vendors.iter().enumerate().map(group).collect();
    let backend = format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: {name}}}
spec:
  ai:
    groups:
{groups}  policies: {{auth: {{key: {KEY}}}}}
"
    );
    format!("{backend}---\n{}", route(name, &format!("/{name}"), name))
}

/// A question that Anthropic's format cannot say.
fn question(member: &str) -> Value {
    let ask = |content: Value, choices: u64| json!({"model": "any", "n": choices, "messages": [{"role": "user", "content": content}]});
    match member {
        "n" => ask(json!("hello"), 2),
        _ => {
            let audio = json!({"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}});
            let text = json!({"type": "text", "text": "what is said?"});
            ask(json!([text, audio]), 1)
        }
    }
}

// === impl Stage ===

impl Stage {
    async fn start() -> Result<Stage> {
        let start = || Mock::start(&["--base-path", "/v1", "--require-key", KEY]);
        let (openai, anthropic) = (start().await?, start().await?);
        let ports = |vendor: &str| match vendor {
            "openai" => openai.port(),
            _ => anthropic.port(),
        };
        let manifests: Vec<String> = [
            ("first", &["anthropic", "openai"][..]),
            ("second", &["openai", "anthropic"]),
            ("busy", &["openai", "anthropic"]),
            ("behind", &["anthropic", "openai", "anthropic"]),
            ("nobody", &["anthropic", "anthropic"]),
        ]
        .map(|(name, vendors)| manifest(name, vendors, ports))
        .to_vec();
        let port = port::free()?;
        let mut world = World::up(&[
            ("gateway.yaml", gateway(port)),
            ("backends.yaml", documents(&manifests)),
            ("ready.yaml", route("ready", "/ready", "absent")),
        ])?;
        world.until_status(port, "http://a.test/ready", 500).await?;
        Ok(Stage {
            world,
            port,
            openai,
            anthropic,
        })
    }

    async fn ask(&self, backend: &str, body: &Value) -> Result<Reply> {
        let url = format!("http://a.test/{backend}/v1/chat/completions");
        let headers = [("content-type", "application/json")];
        let request = request("POST", &url, &headers, &body.to_string())?;
        Client::http1(self.port).send(request).await
    }

    /// Requests at OpenAI; there must have been none at Anthropic.
    async fn seen(&self) -> Result<u64> {
        let anthropic = self.anthropic.requests().await?;
        ensure!(anthropic == 0, "Anthropic saw {anthropic} requests");
        self.openai.requests().await
    }

    async fn count(&self, name: &str, labels: &[(&str, &str)]) -> Result<u64> {
        let metrics = Metrics::scrape(&self.world).await?;
        metrics.sum(&format!("tidegate_proxy_llm_{name}_total"), labels)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_take_a_request_is_passed_over() -> Result<()> {
    let stage = Stage::start().await?;
    for member in MEMBERS {
        let body = question(member);
        for backend in ["first", "second"] {
            let about = || format!("{member} at {backend}");
            let reply = stage.ask(backend, &body).await?;
            ensure!(reply.status == 200, "{}: {}", about(), reply.text());
        }
    }
    ensure!(stage.seen().await? == 4);
    let first = ("backend", "backend/default/first");
    let of_anthropic = [first, ("provider", "anthropic-0")];
    ensure!(stage.count("passed_over", &of_anthropic).await? == 2);
    for untouched in ["attempts", "evictions"] {
        let count = stage.count(untouched, &of_anthropic).await?;
        ensure!(count == 0, "{count} {untouched}");
    }
    // Who could not take those serves others all the same.
    let plain = json!({"model": "any", "messages": [{"role": "user", "content": "hello"}]});
    let reply = stage.ask("first", &plain).await?;
    ensure!(reply.status == 200, "{}", reply.text());
    ensure!(stage.anthropic.requests().await? == 1);
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_gets_what_helps_most() -> Result<()> {
    let stage = Stage::start().await?;
    for (asked, member) in (1..).zip(MEMBERS) {
        // Who was asked is busy, and the other cannot say it: what the one said is the client's, and a reason to try again.
        for (backend, modes) in [("busy", 1), ("behind", 1)] {
            stage
                .openai
                .script(&vec!["fail-429.retry-after-60"; modes])
                .await?;
            let reply = stage.ask(backend, &question(member)).await?;
            let about = format!("{member} at {backend}");
            ensure!(reply.status == 429, "{about}: {}", reply.text());
            ensure!(reply.header("retry-after") == "60", "{about}");
        }
        ensure!(stage.seen().await? == 2 * asked);
        // Nobody can say it: the first reason, which names the member.
        let reply = stage.ask("nobody", &question(member)).await?;
        ensure!(reply.status == 400, "{}", reply.text());
        let body: Value = serde_json::from_str(&reply.text()).context("the refusal")?;
        check_error(Format::Chat, 400, &body)?;
        ensure!(body.at("/error/code") == "unsupported_conversion", "{body}");
        ensure!(reply.text().contains(member), "{body}");
    }
    // What breaks its own format is refused at once, whoever stands behind.
    let before = stage.count("passed_over", &[]).await?;
    let invalid = json!({"model": "any", "messages": "hello"});
    let reply = stage.ask("first", &invalid).await?;
    ensure!(reply.status == 400, "{}", reply.text());
    ensure!(stage.count("passed_over", &[]).await? == before);
    ensure!(stage.seen().await? == 4);
    stage.world.stop().await
}
