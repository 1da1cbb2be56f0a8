//! Values of metrics of which other tests see the names only: what budgets tell, what guards decide, what the gateway itself
//! takes, what a cache saves.
//!
//! Each is compared with what was asked, and with what the mock told.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::client::{Client, Reply, request};
use tests::manifest::{documents, gateway, route};
use tests::world::World;
use tests::{deadline, port};

use super::account::Metrics;
use super::mock::{KEY, Mock};
use super::told::At;

/// A counter, labels of its series, and their sum.
type Sum<'a> = (&'a str, &'a [(&'a str, &'a str)], u64);

/// What the mock waits before it answers.
const DELAY: f64 = 0.4;

/// A backend with a route of its name and what else is said of it.
fn backend(name: &str, port: u16, policies: &str) -> String {
    format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: {name}}}
spec:
  ai: {{provider: {{openai: {{}}, host: 127.0.0.1, port: {port}}}}}
  policies: {{auth: {{key: {KEY}}}{policies}}}
---
{}",
        route(name, &format!("/{name}"), name)
    )
}

/// A policy of a route.
fn policy(name: &str, spec: &str) -> String {
    format!(
        "apiVersion: tidegate.dev/v1alpha1
kind: TidegatePolicy
metadata: {{name: {name}}}
spec:
  targetRefs: [{{group: gateway.networking.k8s.io, kind: HTTPRoute, name: {name}}}]
  {spec}
"
    )
}

struct Stage {
    world: World,
    /// It answers requests.
    _mock: Mock,
    port: u16,
}

// === impl Stage ===

impl Stage {
    /// A world of these objects, which the mock's port leads to.
    async fn start(objects: impl FnOnce(u16) -> Vec<String>) -> Result<Stage> {
        let mock = Mock::start(&["--delay-ms", "400"]).await?;
        let port = port::free()?;
        let mut world = World::up(&[
            ("gateway.yaml", gateway(port)),
            ("objects.yaml", documents(&objects(mock.port()))),
            ("ready.yaml", route("ready", "/ready", "absent")),
        ])?;
        world.until_status(port, "http://a.test/ready", 500).await?;
        Ok(Stage {
            world,
            _mock: mock,
            port,
        })
    }

    async fn ask(&self, route: &str, model: &str, said: &str) -> Result<Reply> {
        let body = json!({
            "model": model, "max_tokens": 20,
            "messages": [{"role": "user", "content": said}],
        });
        let url = format!("http://a.test/{route}/v1/chat/completions");
        let headers = [("content-type", "application/json")];
        let asked = request("POST", &url, &headers, &body.to_string())?;
        Client::http1(self.port).send(asked).await
    }

    /// Sums of counters, when they are these.
    async fn until(&self, expected: &[Sum<'_>]) -> Result<()> {
        deadline::until("all is counted", deadline::SOON, || async {
            let metrics = Metrics::scrape(&self.world).await?;
            for (name, labels, count) in expected {
                let found = metrics.sum(name, labels)?;
                ensure!(found == *count, "{name} {labels:?}: {found}, not {count}");
            }
            Ok(())
        })
        .await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_of_a_budget_are_told_once_and_an_audit_refuses_nothing() -> Result<()> {
    let stage = Stage::start(|port| {
        vec![
            backend("blocked", port, ""),
            policy(
                "blocked",
                "traffic: {budgets: [{name: four, unit: Requests, limit: \"4\", window: Hour, thresholds: [50, 100]}]}",
            ),
            backend("audited", port, ""),
            policy(
                "audited",
                "traffic: {budgets: [{name: one, unit: Requests, limit: \"1\", window: Hour, action: Audit}]}",
            ),
        ]
    })
    .await?;
    let thresholds = "tidegate_proxy_llm_budget_thresholds_total";
    let four = ("budget", "default/blocked/four");
    for (number, [half, all]) in [[0, 0], [1, 0], [1, 0], [1, 1]].into_iter().enumerate() {
        let reply = stage.ask("blocked", "gpt-x", "hello").await?;
        ensure!(reply.status == 200, "{number}: {}", reply.text());
        stage
            .until(&[
                (thresholds, &[four, ("percent", "50")], half),
                (thresholds, &[four, ("percent", "100")], all),
            ])
            .await?;
    }
    let reply = stage.ask("blocked", "gpt-x", "hello").await?;
    ensure!(reply.status == 429, "{}", reply.text());
    let log = stage.world.log();
    let warnings = |percent: &str| {
        let mut lines: Vec<_> = log.lines().collect();
        lines.retain(|line| {
            let is_meant = line.contains("so much of a budget is used") && line.contains("WARN");
            is_meant && line.contains(four.1) && line.contains(percent)
        });
        lines.len()
    };
    let told = (warnings("percent=50"), warnings("percent=100"));
    ensure!(told == (1, 1), "{told:?}: {log}");

    // Above its limit, an audit lets pass and says nothing to the client.
    for _ in 0..3 {
        let reply = stage.ask("audited", "gpt-x", "hello").await?;
        ensure!(reply.status == 200, "{}", reply.text());
        let told = reply.header("x-tidegate-budget-exceeded");
        ensure!(told.is_empty(), "{told}");
    }
    let one = ("budget", "default/audited/one");
    let audit = [one, ("reason", "audit")];
    let (noticed, refused) = (
        "tidegate_proxy_llm_budget_notices_total",
        "tidegate_proxy_llm_budget_refused_total",
    );
    stage
        .until(&[
            (noticed, &audit, 2),
            (noticed, &[one], 2),
            (refused, &[one], 0),
            (refused, &[four, ("reason", "exceeded")], 1),
            (thresholds, &[one, ("percent", "100")], 1),
        ])
        .await?;
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn guards_are_counted_by_what_they_decide() -> Result<()> {
    let guards = ", ai: {promptGuard: {request: [{regex: {action: Mask, builtins: [Email]}}, {regex: {action: Reject, matches: [nightfall]}}]}}";
    let stage = Stage::start(|port| vec![backend("guarded", port, guards)]).await?;
    for (said, status, times) in [
        ("hello tide", 200, 3),
        ("for ann@example.org", 200, 2),
        ("tell of nightfall", 403, 1),
    ] {
        for _ in 0..times {
            let reply = stage.ask("guarded", "gpt-x", said).await?;
            ensure!(reply.status == status, "{said}: {}", reply.text());
        }
    }
    let checks = "tidegate_proxy_llm_guard_checks_total";
    let of = |guard, action| [("kind", "regex"), ("guard", guard), ("action", action)];
    let (first, second) = ("request[0]", "request[1]");
    stage
        .until(&[
            (checks, &of(first, "mask"), 2),
            (checks, &of(first, "allow"), 4),
            (checks, &of(second, "reject"), 1),
            (checks, &of(second, "allow"), 5),
            (checks, &[("kind", "regex"), ("phase", "request")], 12),
            (checks, &[], 12),
        ])
        .await?;
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_for_a_provider_is_no_time_of_the_gateway() -> Result<()> {
    const TIMES: u64 = 3;
    let stage = Stage::start(|port| vec![backend("slow", port, "")]).await?;
    for _ in 0..TIMES {
        let reply = stage.ask("slow", "gpt-x-mock-slow", "hello").await?;
        ensure!(reply.status == 200, "{}", reply.text());
    }
    let overhead = "tidegate_proxy_llm_gateway_overhead_seconds";
    let count = format!("{overhead}_count");
    stage
        .until(&[
            (&count, &[("phase", "request")], TIMES),
            (&count, &[("phase", "response")], TIMES),
        ])
        .await?;
    let metrics = Metrics::scrape(&stage.world).await?;
    let attempts = metrics.amount("gen_ai_client_operation_duration_seconds_sum", &[])?;
    ensure!(attempts >= 3.0 * DELAY, "nobody waited: {attempts}");
    let own = metrics.amount(&format!("{overhead}_sum"), &[])?;
    ensure!(own > 0.0 && own < DELAY / 2.0, "{own} of {attempts}");
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_cache_saves_is_what_the_answer_cost() -> Result<()> {
    const HITS: u32 = 3;
    let prices = "apiVersion: tidegate.dev/v1alpha1
kind: PriceCatalog
metadata: {name: prices}
spec: {providers: {openai: {models: {gpt-x: {rates: {input: \"2.5\", output: \"10\"}}}}}}
";
    let stage = Stage::start(|port| {
        vec![
            backend("cached", port, ""),
            policy("cached", "backend: {ai: {cache: {ttl: 1h}}}"),
            prices.to_owned(),
        ]
    })
    .await?;
    let mut cost = 0.0;
    for number in 0..=HITS {
        let reply = stage.ask("cached", "gpt-x", "hello").await?;
        ensure!(reply.status == 200, "{}", reply.text());
        let status = if number == 0 { "miss" } else { "hit-exact" };
        let found = reply.header("x-cache");
        ensure!(found == status, "{number}: {found}");
        let answer: Value = serde_json::from_slice(&reply.body).context("an answer")?;
        let count = |name: &str| {
            let found = answer.at(name).as_u64();
            found.with_context(|| format!("no {name} in {answer}"))
        };
        let input = count("/usage/prompt_tokens")? * 2_500_000;
        let output = count("/usage/completion_tokens")? * 10_000_000;
        cost = (input + output) as f64 / 1e12;
    }
    ensure!(cost > 0.0, "it was free");
    let is_about = |found: f64, expected: f64| (found - expected).abs() < 1e-12;
    deadline::until("what was saved is counted", deadline::SOON, || async {
        let metrics = Metrics::scrape(&stage.world).await?;
        let backend = [("backend", "backend/default/cached")];
        let saved = metrics.amount("tidegate_proxy_llm_cache_saved_usd_total", &backend)?;
        let expected = f64::from(HITS) * cost;
        ensure!(is_about(saved, expected), "{saved}, not {expected}");
        let paid = metrics.amount("gen_ai_client_cost_usd_total", &[])?;
        ensure!(is_about(paid, cost), "{paid}, not {cost}");
        Ok(())
    })
    .await?;
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_tokens_costs_what_a_request_costs() -> Result<()> {
    const TIMES: u32 = 2;
    let prices = "apiVersion: tidegate.dev/v1alpha1
kind: PriceCatalog
metadata: {name: prices}
spec: {providers: {openai: {models: {tts-x: {rates: {perRequest: \"0.04\"}}}}}}
";
    let stage = Stage::start(|port| {
        vec![
            backend("spoken", port, ""),
            policy(
                "spoken",
                "traffic: {budgets: [{name: cents, unit: USD, limit: \"0.08\", window: Hour}]}",
            ),
            prices.to_owned(),
        ]
    })
    .await?;
    let body = json!({"model": "tts-x", "input": "hello tide", "voice": "alloy"}).to_string();
    let headers = [("content-type", "application/json")];
    let say = || async {
        let url = "http://a.test/spoken/v1/audio/speech";
        let asked = request("POST", url, &headers, &body)?;
        Client::http1(stage.port).send(asked).await
    };
    for _ in 0..TIMES {
        let reply = say().await?;
        ensure!(reply.status == 200, "{}", reply.text());
    }
    let lookups = "tidegate_proxy_llm_cost_lookups_total";
    stage
        .until(&[
            (lookups, &[("status", "exact")], u64::from(TIMES)),
            (lookups, &[], u64::from(TIMES)),
        ])
        .await?;
    let metrics = Metrics::scrape(&stage.world).await?;
    let cost = metrics.amount("gen_ai_client_cost_usd_total", &[])?;
    ensure!((cost - 0.08).abs() < 1e-9, "{cost}");
    let reply = say().await?;
    ensure!(reply.status == 429, "{}: {}", reply.status, reply.text());
    stage.world.stop().await
}
