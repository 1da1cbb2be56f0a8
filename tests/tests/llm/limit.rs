//! Limits of requests and of tokens, and policies that are attached: from manifests to what a client and a provider see.

use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::client::{Client, Reply, request};
use tests::manifest::{backend, gateway, route};
use tests::upstream::Upstream;
use tests::world::World;
use tests::{binaries, port};
use tokio::process::Command;

use super::account::Metrics;
use super::mock::Mock;
use super::told::At;

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

/// An AI backend called `openai` and the route `/v1` to it.
fn openai(port: u16) -> String {
    format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: openai}}
spec:
  ai:
    groups:
    - providers:
      - name: one
        openai: {{model: gpt-x}}
        host: 127.0.0.1
        port: {port}
        policies: {{ai: {{defaults: [{{field: seed, value: 7}}]}}}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: openai}}
spec:
  parentRefs: [{{name: gateway}}]
  rules:
  - name: chat
    matches: [{{path: {{type: PathPrefix, value: /v1}}}}]
    backendRefs: [{{group: agentgateway.dev, kind: AgentgatewayBackend, name: openai}}]
"
    )
}

/// A policy on an object, with what is below `spec` beside the target.
fn policy(name: &str, (group, kind, target): (&str, &str, &str), spec: &str) -> String {
    format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayPolicy
metadata: {{name: {name}}}
spec:
  targetRefs: [{{group: {group}, kind: {kind}, {target}}}]
  {spec}
"
    )
}

fn on_route(target: &str) -> (&'static str, &'static str, &str) {
    ("gateway.networking.k8s.io", "HTTPRoute", target)
}

fn on_gateway(target: &str) -> (&'static str, &'static str, &str) {
    ("gateway.networking.k8s.io", "Gateway", target)
}

async fn ask(port: u16, path: &str, body: &Value) -> Result<Reply> {
    let url = format!("http://a.test{path}");
    Client::http1(port)
        .send(request("POST", &url, &JSON, &body.to_string())?)
        .await
}

async fn chat(port: u16) -> Result<Reply> {
    let body = json!({"messages": [{"role": "user", "content": "Hello"}]});
    ask(port, "/v1/chat/completions", &body).await
}

fn header(reply: &Reply, name: &str) -> Result<u64> {
    let value = reply.header(name);
    value.parse().with_context(|| format!("{name}: {value:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_taken_when_the_answer_has_ended() -> Result<()> {
    let mock = Mock::start(&["--base-path", "/v1"]).await?;
    let port = port::free()?;
    let limit = |tokens: u64| {
        policy(
            "limit",
            on_route("name: openai"),
            &format!("traffic: {{rateLimit: {{local: [{{tokens: {tokens}, unit: Hours}}]}}}}"),
        )
    };
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        ("openai.yaml", openai(mock.port())),
        ("limit.yaml", limit(1)),
    ])?;
    world
        .until_status(port, "http://a.test/nowhere", 404)
        .await?;
    // One is there, so the first may pass, whatever it takes.
    let first = chat(port).await?;
    ensure!(first.status == 200, "{}", first.text());
    ensure!(header(&first, "x-ratelimit-limit-tokens")? == 1);
    let refused = chat(port).await?;
    ensure!(refused.status == 429, "{}", refused.text());
    let told: Value = serde_json::from_slice(&refused.body).context("an error")?;
    ensure!(told.at("/error/code") == "rate_limit_exceeded", "{told}");
    ensure!(header(&refused, "x-ratelimit-remaining-tokens")? == 0);
    let wait = header(&refused, "retry-after")?;
    ensure!((1..=3600).contains(&wait), "{wait}");
    ensure!(mock.requests().await? == 1, "a refused request went out");
    // Nobody generates anything for these.
    let body = json!({"model": "gpt-x", "messages": [{"role": "user", "content": "Hello"}]});
    let counted = ask(port, "/v1/messages/count_tokens", &body).await?;
    ensure!(counted.status == 200, "{}", counted.text());
    let listed = Client::http1(port).get("http://a.test/v1/models").await?;
    ensure!(listed.status == 200, "{}", listed.text());
    let refused = chat(port).await?;
    ensure!(refused.status == 429, "{}", refused.text());

    // Another commit, and even another limit, finds the level where it was; what is more is there at once.
    world.write("other.yaml", &backend("other", mock.port()))?;
    world.write("limit.yaml", &limit(1_000_000))?;
    let reply = world
        .until("the new limit", || async {
            let reply = chat(port).await?;
            ensure!(
                header(&reply, "x-ratelimit-limit-tokens")? != 1,
                "the old one"
            );
            Ok(reply)
        })
        .await?;
    ensure!(reply.status == 429, "the level was reset: {}", reply.text());

    let metrics = Metrics::scrape(&world).await?;
    let of_policy = ("policy", "default/limit");
    let checks = |outcome| {
        let labels = [of_policy, ("unit", "tokens"), ("outcome", outcome)];
        metrics.sum("tidegate_proxy_rate_limit_checks_total", &labels)
    };
    ensure!(checks("admitted")? == 1 && checks("refused")? >= 2);
    let reason = [("reason", "rate_limited")];
    ensure!(metrics.sum("tidegate_proxy_faults_total", &reason)? == checks("refused")?);
    // Nobody read the request, and there is a record of it all the same.
    let recorded = [("error_type", "rate_limited")];
    let name = "gen_ai_server_request_duration_seconds_count";
    ensure!(metrics.sum(name, &recorded)? == checks("refused")?);
    let told: Value = serde_json::from_slice(&first.body).context("an answer")?;
    let total = told
        .at("/usage/total_tokens")
        .as_u64()
        .context("no usage")?;
    let taken = metrics.sum("tidegate_proxy_rate_limit_tokens_total", &[of_policy])?;
    ensure!(taken == total, "{taken} were taken, and {total} told");
    let log = world.log();
    let why = "policy/agentgateway/default/limit/traffic.rateLimit.local, attached to HTTPRoute default/openai: limit 0, of tokens, is used up";
    ensure!(log.contains(why), "{log}");
    world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_debt_is_paid_back_where_it_is_allowed() -> Result<()> {
    let mock = Mock::start(&["--base-path", "/v1"]).await?;
    let port = port::free()?;
    let limit = |annotation: &str| {
        let spec = "traffic: {rateLimit: {local: [{tokens: 1, unit: Minutes}]}}";
        let limit = policy("limit", on_route("name: openai"), spec);
        let annotated = format!("name: limit, annotations: {{{annotation}}}");
        limit.replace("name: limit", &annotated)
    };
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        ("openai.yaml", openai(mock.port())),
        ("limit.yaml", limit("")),
    ])?;
    world
        .until_status(port, "http://a.test/nowhere", 404)
        .await?;
    let first = chat(port).await?;
    ensure!(first.status == 200, "{}", first.text());
    let told: Value = serde_json::from_slice(&first.body).context("an answer")?;
    let total = told.at("/usage/total_tokens").as_u64();
    let total = total.filter(|total| *total > 3).context("too few")?;
    // What was more is forgiven.
    let refused = chat(port).await?;
    let wait = header(&refused, "retry-after")?;
    ensure!(refused.status == 429 && wait <= 60, "{wait}");

    // Whoever allows debts by a word that says nothing has no limit, and nobody gets through.
    world.write(
        "limit.yaml",
        &limit("tidegate.dev/rate-limit-allow-debt: yes please"),
    )?;
    world
        .until_status(port, "http://a.test/v1/models", 503)
        .await?;
    let told = world.tidegate(&["status"]).await?;
    let status = String::from_utf8_lossy(&told.stdout).into_owned();
    let words = "tidegate.dev/rate-limit-allow-debt: \"yes please\" is neither true nor false";
    ensure!(status.contains(words), "{status}");

    // Where it is allowed it is paid back: a policy of another name, and so a bucket that is full.
    let indebted = limit("tidegate.dev/rate-limit-allow-debt: 'true'");
    world.write(
        "limit.yaml",
        &indebted.replace("name: limit", "name: indebted"),
    )?;
    let first = world
        .until("the other limit", || async {
            let reply = chat(port).await?;
            ensure!(reply.status == 200, "{}", reply.text());
            Ok(reply)
        })
        .await?;
    ensure!(header(&first, "x-ratelimit-remaining-tokens")? == 0);
    let refused = chat(port).await?;
    let wait = header(&refused, "retry-after")?;
    ensure!(refused.status == 429, "{}", refused.text());
    // A token each minute: the debt, and the one that has to be there.
    ensure!(
        wait > (total - 1) * 60 && wait <= total * 60,
        "{wait} of {total}"
    );
    ensure!(header(&refused, "x-ratelimit-remaining-tokens")? == 0);
    let asked = [
        "explain",
        "request",
        "--host",
        "a.test",
        "--path",
        "/v1/chat/completions",
    ];
    let told = world.tidegate(&asked).await?;
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    let line = "1 tokens each 60s, paid back where more was taken";
    ensure!(told.contains(line), "{told}");
    world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_takes_its_tokens_too() -> Result<()> {
    let mock = Mock::start(&["--base-path", "/v1"]).await?;
    let port = port::free()?;
    let limit = policy(
        "limit",
        on_route("name: openai, sectionName: chat"),
        "traffic: {rateLimit: {local: [{tokens: 1, unit: Hours}]}}",
    );
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        ("openai.yaml", openai(mock.port())),
        ("limit.yaml", limit),
    ])?;
    world
        .until_status(port, "http://a.test/nowhere", 404)
        .await?;
    let body = json!({"stream": true, "messages": [{"role": "user", "content": "Hello"}]});
    let first = ask(port, "/v1/chat/completions", &body).await?;
    ensure!(first.status == 200, "{}", first.text());
    ensure!(first.text().contains("[DONE]"), "{}", first.text());
    let refused = ask(port, "/v1/chat/completions", &body).await?;
    ensure!(refused.status == 429, "{}", refused.text());
    world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_of_any_route_are_limited() -> Result<()> {
    let upstream = Upstream::echo("one").await?;
    let port = port::free()?;
    let limit = policy(
        "limit",
        on_gateway("name: gateway"),
        "traffic: {rateLimit: {local: [{requests: 1, burst: 1, unit: Hours}]}}",
    );
    let own = policy(
        "own",
        on_route("name: two"),
        "traffic: {rateLimit: {local: [{requests: 1000, unit: Seconds}]}}",
    );
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        ("backend.yaml", backend("one", upstream.port())),
        ("one.yaml", route("one", "/one", "one")),
        ("two.yaml", route("two", "/two", "one")),
        ("limit.yaml", limit),
        ("own.yaml", own),
    ])?;
    world
        .until_served_by(port, "http://a.test/two", "one")
        .await?;
    let client = Client::http1(port);
    for remaining in [1, 0] {
        let reply = client.get("http://a.test/one").await?;
        ensure!(reply.status == 200, "{}", reply.text());
        ensure!(header(&reply, "x-ratelimit-limit-requests")? == 2);
        ensure!(header(&reply, "x-ratelimit-remaining-requests")? == remaining);
    }
    let refused = client.get("http://a.test/one").await?;
    ensure!(refused.status == 429, "{}", refused.text());
    ensure!(!refused.header("retry-after").is_empty(), "no retry-after");
    // The route's own limit is in effect there, and the Gateway's is not.
    let reply = client.get("http://a.test/two").await?;
    ensure!(reply.status == 200, "{}", reply.text());
    ensure!(header(&reply, "x-ratelimit-limit-requests")? == 1000);

    let asked = ["explain", "request", "--host", "a.test", "--path", "/one"];
    let told = world.tidegate(&asked).await?;
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    let line = "traffic.rateLimit.local of Gateway default/gateway: 1 requests each 3600s and a burst of 1";
    ensure!(told.contains(line), "{told}");
    world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_enforced_refuses() -> Result<()> {
    let upstream = Upstream::echo("one").await?;
    let port = port::free()?;
    let guard = policy(
        "guard",
        on_route("name: guarded"),
        "traffic: {csrf: {additionalOrigins: [a.test]}}",
    );
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        ("backend.yaml", backend("one", upstream.port())),
        ("open.yaml", route("open", "/open", "one")),
        ("guarded.yaml", route("guarded", "/guarded", "one")),
        ("guard.yaml", guard),
    ])?;
    world
        .until_served_by(port, "http://a.test/open", "one")
        .await?;
    let refused = Client::http1(port).get("http://a.test/guarded").await?;
    ensure!(refused.status == 503, "{}", refused.text());
    world.stop().await
}

/// Every level says something, and the nearest to the provider wins (control-plane.md 2.6, llm.md 4.1).
#[tokio::test(flavor = "multi_thread")]
async fn levels_of_a_policy_for_models_add_up() -> Result<()> {
    let mock = Mock::start(&["--base-path", "/v1"]).await?;
    let port = port::free()?;
    let of = |name: &str, target: (&str, &str, &str), ai: &str| {
        (
            format!("{name}.yaml"),
            policy(name, target, &format!("backend: {{ai: {ai}}}")),
        )
    };
    let of_backend = |target: &'static str| ("agentgateway.dev", "AgentgatewayBackend", target);
    let policies = [
        of(
            "gateway-policy",
            on_gateway("name: gateway"),
            "{defaults: [{field: user, value: gateway}], overrides: [{field: top_p, value: 0.1}], \
             modelAliases: {gpt-x: of-gateway, fast: of-gateway}}",
        ),
        of(
            "listener",
            on_gateway("name: gateway, sectionName: http"),
            "{overrides: [{field: top_p, value: 0.2}]}",
        ),
        of(
            "backend-policy",
            of_backend("name: openai"),
            "{prompt: {prepend: [{role: system, content: Of the backend.}]}}",
        ),
        of(
            "provider",
            of_backend("name: openai, sectionName: one"),
            "{overrides: [{field: top_p, value: 0.3}]}",
        ),
        of(
            "route-policy",
            on_route("name: openai"),
            "{overrides: [{field: top_p, value: 0.4}], modelAliases: {gpt-x: of-route}}",
        ),
        of(
            "rule",
            on_route("name: openai, sectionName: chat"),
            "{defaults: [{field: user, value: rule}]}",
        ),
    ];
    let mut files = vec![
        ("gateway.yaml", gateway(port)),
        ("openai.yaml", openai(mock.port())),
    ];
    files.extend(
        policies
            .iter()
            .map(|(name, text)| (name.as_str(), text.clone())),
    );
    let mut world = World::up(&files)?;
    world
        .until_status(port, "http://a.test/nowhere", 404)
        .await?;
    let reply = chat(port).await?;
    ensure!(reply.status == 200, "{}", reply.text());
    let expected = json!({
        "model": "of-route",
        "messages": [
            {"role": "system", "content": "Of the backend."},
            {"role": "user", "content": "Hello"},
        ],
        "top_p": 0.4,
        // The provider's own defaults are nearer than the rule's.
        "seed": 7,
    });
    let sent = mock.last_body().await?;
    ensure!(sent == expected, "{sent}");
    world.stop().await
}

/// KubeLB's tutorial, as it is written for kgateway: its manifests, its request, and its hundred requests an hour.
#[tokio::test(flavor = "multi_thread")]
async fn the_tutorial_runs_until_its_limit() -> Result<()> {
    let tutorial = binaries::repository("cli/tests/migrate/kubelb-tutorial.yaml");
    let tutorial = fs::read_to_string(&tutorial).context("the tutorial")?;
    let (tutorial, _) = tutorial.split_once("\n# Output").context("a case")?;
    let dir = tempfile::tempdir().context("temporary directory")?;
    let input = dir.path().join("tutorial.yaml");
    fs::write(&input, tutorial)?;
    let output = Command::new(binaries::ours("tidegate")?)
        .arg("migrate")
        .arg("-f")
        .arg(&input)
        .output()
        .await
        .context("tidegate migrate")?;
    let report = String::from_utf8_lossy(&output.stderr).into_owned();
    ensure!(output.status.success(), "{report}");
    ensure!(!report.contains("not in effect"), "{report}");
    let manifests = String::from_utf8(output.stdout).context("manifests")?;
    let port = port::free()?;
    let listener = "port: 8080";
    ensure!(manifests.contains(listener), "{manifests}");
    let manifests = manifests.replace(listener, &format!("port: {port}"));
    let mock = format!("127.0.0.1:{}", port::free()?);
    let mut world = World::up_with(&[("tutorial.yaml", manifests)], &["--mock-provider", &mock])?;
    world
        .until_status(port, "http://a.test/nowhere", 404)
        .await?;
    let body = json!({"messages": [{"role": "user", "content": "Hello, how are you?"}]});
    for number in 1..=100 {
        let reply = ask(port, "/openai", &body).await?;
        ensure!(reply.status == 200, "request {number}: {}", reply.text());
        ensure!(header(&reply, "x-ratelimit-remaining-requests")? == 100 - number);
    }
    let refused = ask(port, "/openai", &body).await?;
    ensure!(refused.status == 429, "{}", refused.text());
    let told: Value = serde_json::from_slice(&refused.body).context("an error")?;
    ensure!(told.at("/error/code") == "rate_limit_exceeded", "{told}");
    ensure!(header(&refused, "retry-after")? > 0);
    world.stop().await
}
