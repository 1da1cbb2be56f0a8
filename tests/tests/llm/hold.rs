//! What limits of tokens and budgets hold of requests that are under way: many at once, media, what past answers tell.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::client::{Client, Reply, request};
use tests::manifest::{documents, gateway};
use tests::world::World;
use tests::{deadline, port};
use tokio::task::JoinSet;

use super::account::Metrics;
use super::mock::Mock;
use super::told::At;

/// What is held for one request of [`body`] to gpt-4o: its text, which OpenAI's tiktoken cuts into six tokens, a message, the
/// answer's begin, and `max_tokens`.
const HELD: usize = 6 + 4 + 3 + 100;

/// Serves models of a mock behind a limit of requests, one of tokens, and a budget.
struct Rig {
    world: World,
    mock: Mock,
    port: u16,
}

// === impl Rig ===

impl Rig {
    async fn start(limit: usize, budget: usize) -> Result<Rig> {
        let (mock, port) = (Mock::start(&["--base-path", "/v1"]).await?, port::free()?);
        let provider = mock.port();
        let backend = format!(
            "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: models}}
spec:
  ai: {{provider: {{openai: {{}}, host: 127.0.0.1, port: {provider}}}}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: models}}
spec:
  parentRefs: [{{name: gateway}}]
  hostnames: [models.test]
  rules:
  - backendRefs: [{{group: agentgateway.dev, kind: AgentgatewayBackend, name: models}}]
"
        );
        let limits = format!(
            "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayPolicy
metadata: {{name: limit}}
spec:
  targetRefs: [{{group: gateway.networking.k8s.io, kind: HTTPRoute, name: models}}]
  traffic:
    rateLimit:
      local:
      - {{requests: 1000, unit: Hours}}
      - {{tokens: {limit}, unit: Hours}}
---
apiVersion: tidegate.dev/v1alpha1
kind: TidegatePolicy
metadata: {{name: budget}}
spec:
  targetRefs: [{{group: gateway.networking.k8s.io, kind: HTTPRoute, name: models}}]
  traffic:
    budgets:
    - {{name: each, unit: Tokens, limit: \"{budget}\", window: Hour, key: 'request.headers[\"x-team\"]'}}
"
        );
        let mut world = World::up(&[
            ("gateway.yaml", gateway(port)),
            ("models.yaml", documents(&[backend, limits])),
        ])?;
        world
            .until_status(port, "http://a.test/nowhere", 404)
            .await?;
        Ok(Rig { world, mock, port })
    }

    async fn ask(&self, path: &str, body: &Value, team: &str) -> Result<Reply> {
        ask(self.port, path, body, team).await
    }

    /// Sends so many requests that are never answered, and waits until so many are refused.
    async fn at_once(
        &self,
        body: &Value,
        count: usize,
        refused: usize,
    ) -> Result<(JoinSet<Result<Reply>>, Vec<Reply>)> {
        let mut asking = JoinSet::new();
        for _ in 0..count {
            let (port, body) = (self.port, body.clone());
            asking.spawn(async move { ask(port, "/v1/chat/completions", &body, "a").await });
        }
        let mut replies = Vec::new();
        while replies.len() < refused {
            let next = deadline::within("a refusal", deadline::SOON, async {
                asking.join_next().await.context("none is left")
            });
            replies.push(next.await???);
        }
        Ok((asking, replies))
    }

    async fn until_arrived(&self, count: u64) -> Result<()> {
        deadline::until("requests arrive", deadline::SOON, || async {
            let arrived = self.mock.requests().await?;
            ensure!(arrived == count, "{arrived}");
            Ok(())
        })
        .await
    }
}

async fn ask(port: u16, path: &str, body: &Value, team: &str) -> Result<Reply> {
    let headers = [
        ("content-type", "application/json"),
        ("anthropic-version", "2023-06-01"),
        ("x-team", team),
    ];
    let url = format!("http://models.test{path}");
    let request = request("POST", &url, &headers, &body.to_string())?;
    Client::http1(port).send(request).await
}

fn body(model: &str) -> Value {
    json!({
        "model": model,
        "max_tokens": 100,
        "messages": [{"role": "user", "content": "Hello, how are you?"}],
    })
}

/// L-4: what is expected is taken before anybody answers, and given back when it was not used.
#[tokio::test(flavor = "multi_thread")]
async fn fifty_requests_at_once_do_not_pass_a_limit_of_tokens() -> Result<()> {
    for (limit, passed) in [(5 * HELD, 5), (1, 1)] {
        let rig = Rig::start(limit, 1_000_000).await?;
        let hanging = body("gpt-4o-mock-hang");
        let (asking, replies) = rig.at_once(&hanging, 50, 50 - passed).await?;
        for reply in &replies {
            ensure!(reply.status == 429, "{}: {}", reply.status, reply.text());
            let told: Value = serde_json::from_slice(&reply.body)?;
            ensure!(told.at("/error/code") == "rate_limit_exceeded", "{told}");
            let wait: u64 = reply.header("retry-after").parse()?;
            ensure!((1..=3600).contains(&wait), "{wait}");
            let left = reply.header("x-ratelimit-remaining-tokens");
            ensure!(left == "0", "{left} tokens are left");
        }
        rig.until_arrived(passed as u64).await?;
        let metrics = Metrics::scrape(&rig.world).await?;
        let checks = |outcome| {
            let labels = [("unit", "tokens"), ("outcome", outcome)];
            metrics.sum("tidegate_proxy_rate_limit_checks_total", &labels)
        };
        ensure!(
            checks("admitted")? == passed as u64,
            "{:?}",
            checks("admitted")
        );
        let refused = (50 - passed) as u64;
        ensure!(checks("refused")? == refused, "{:?}", checks("refused"));
        // Whoever leaves gives back what it did not take; its prompt was sent.
        drop(asking);
        if limit == 1 {
            rig.world.stop().await?;
            continue;
        }
        let reply = deadline::until("there is room again", deadline::SOON, || async {
            let reply = rig
                .ask("/v1/chat/completions", &body("gpt-4o"), "a")
                .await?;
            ensure!(reply.status == 200, "{}", reply.text());
            Ok(reply)
        })
        .await?;
        // A request that was refused cost the limit of requests nothing.
        let left: u64 = reply.header("x-ratelimit-remaining-requests").parse()?;
        ensure!(left == 1000 - passed as u64 - 1, "{left} requests are left");
        deadline::until("all is given back", deadline::SOON, || async {
            let reply = rig
                .ask("/v1/chat/completions", &body("gpt-4o"), "a")
                .await?;
            let left: u64 = reply.header("x-ratelimit-remaining-tokens").parse()?;
            ensure!(left > 2 * HELD as u64, "{left} tokens are left");
            Ok(())
        })
        .await?;
        rig.world.stop().await?;
    }
    Ok(())
}

/// L-2: a prompt is held as its model cuts it, on whichever thread that is counted; what nobody can count, by its length. Counts
/// of texts are those of OpenAI's tiktoken.
#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_is_held_as_its_model_cuts_it() -> Result<()> {
    const BUDGET: usize = 1_000_000;
    let rig = Rig::start(1_000_000_000, BUDGET).await?;
    let birthday = "お誕生日おめでとう".to_owned();
    // Right away, on a thread of its own, and not at all: more than a MiB is told in fours.
    let cases = [
        ("gpt-4o", &birthday, 8),
        ("openai/gpt-4o-mini", &birthday, 8),
        ("gpt-4-0613", &birthday, 9),
        ("ft:gpt-3.5-turbo:acme", &birthday, 9),
        ("mistral-large", &birthday, 7),
        ("claude-sonnet-4-5", &birthday, 8),
        ("gpt-4o", &"a".repeat(80_000), 10_000),
        ("gpt-4o", &"a".repeat(1 << 20), 131_072),
        ("gpt-4o", &"a".repeat((1 << 20) + 1), (1 << 18) + 1),
    ];
    for (number, (model, text, tokens)) in cases.into_iter().enumerate() {
        // All of a budget fits into it, and one more does not.
        for (more, status) in [(0, 200), (1, 429)] {
            let body = json!({
                "model": model,
                "max_tokens": BUDGET - tokens - 4 - 3 + more,
                "messages": [{"role": "user", "content": text}],
            });
            let team = format!("{number}-{more}");
            let reply = rig.ask("/v1/chat/completions", &body, &team).await?;
            ensure!(
                reply.status == status,
                "{number}: {model} and {more}: {}: {}",
                reply.status,
                reply.text()
            );
        }
    }
    rig.world.stop().await
}

/// A request of which more is expected than a bucket ever holds passes while something is left, and what it did not take is
/// there for the next one.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_larger_than_its_limit_passes() -> Result<()> {
    let rig = Rig::start(500, 1_000_000).await?;
    let mut large = body("gpt-4o");
    large["max_tokens"] = json!(100_000);
    for _ in 0..2 {
        let reply = rig.ask("/v1/chat/completions", &large, "a").await?;
        ensure!(reply.status == 200, "{}", reply.text());
        let left = reply.header("x-ratelimit-remaining-tokens");
        ensure!(left == "0", "{left} tokens are left");
    }
    rig.world.stop().await
}

/// B-5: an image is not its bytes, whatever the client's format; Converse reaches Bedrock only, and is counted by the same walk.
#[tokio::test(flavor = "multi_thread")]
async fn an_image_is_held_at_its_price_and_not_as_text() -> Result<()> {
    let rig = Rig::start(100_000_000, 2_500).await?;
    // A MiB, of which the first bytes are a PNG.
    let data = format!("iVBORw0KGgo{}", "A".repeat((1 << 20) - 11));
    let url = format!("data:image/png;base64,{data}");
    let text = "What is it?";
    let cases = [
        (
            "/v1/chat/completions",
            json!({"model": "gpt-4o", "max_tokens": 100, "messages": [{"role": "user", "content": [
                {"type": "text", "text": text},
                {"type": "image_url", "image_url": {"url": url}},
            ]}]}),
        ),
        (
            "/v1/responses",
            json!({"model": "gpt-4o", "max_output_tokens": 100, "input": [{"role": "user", "content": [
                {"type": "input_text", "text": text},
                {"type": "input_image", "image_url": url},
            ]}]}),
        ),
        (
            "/v1/messages",
            json!({"model": "gpt-4o", "max_tokens": 100, "messages": [{"role": "user", "content": [
                {"type": "text", "text": text},
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}},
            ]}]}),
        ),
        (
            "/v1beta/models/gpt-4o:generateContent",
            json!({"generationConfig": {"maxOutputTokens": 100}, "contents": [{"role": "user", "parts": [
                {"text": text},
                {"inlineData": {"mimeType": "image/png", "data": data}},
            ]}]}),
        ),
    ];
    for (path, body) in &cases {
        // Each has a budget of its own: what the mock tells of a MiB is more than all.
        let reply = rig.ask(path, body, path).await?;
        ensure!(reply.status == 200, "{path}: {}", reply.text());
    }
    // Two images are more than the budget: they are not free either.
    let (path, mut body) = cases.into_iter().next().context("no case")?;
    let content = body.pointer_mut("/messages/0/content");
    let content = content.and_then(Value::as_array_mut).context("content")?;
    // Of a pixel: it is no cheaper.
    content.push(
        json!({"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}),
    );
    let reply = rig.ask(path, &body, "two").await?;
    ensure!(reply.status == 429, "{}", reply.text());
    rig.world.stop().await
}

/// B-5: as long as 19 of 20 answers of the model were, where the client allows more.
#[tokio::test(flavor = "multi_thread")]
async fn what_past_answers_took_is_held_of_later_ones() -> Result<()> {
    const MANY: usize = 10;
    let rig = Rig::start(1_000_000, 7_000).await?;
    let mut endless = body("gpt-4o");
    endless["max_tokens"] = json!(4_000);
    // Only one of these fits in, as long as nobody knows better.
    rig.mock.script(&["hang"; 2]).await?;
    let (asking, replies) = rig.at_once(&endless, 2, 1).await?;
    ensure!(replies[0].status == 429, "{}", replies[0].text());
    // One that leaves before it is sent on would never arrive.
    rig.until_arrived(1).await?;
    drop(asking);
    rig.mock.script(&[]).await?;
    for number in 0..20 {
        let reply = rig.ask("/v1/chat/completions", &endless, "other").await?;
        ensure!(reply.status == 200, "{number}: {}", reply.text());
    }
    rig.mock.script(&["hang"; MANY]).await?;
    let (asking, _) = rig.at_once(&endless, MANY, 0).await?;
    rig.until_arrived(21 + MANY as u64).await?;
    drop(asking);
    rig.world.stop().await
}
