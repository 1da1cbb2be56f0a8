//! Limits and budgets that Envoy's rate limit service counts, over several proxies of one Gateway.

use std::fs;

use anyhow::{Context, Result, ensure};
use grpc::token::RunSecret;
use grpc::token::Subject;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tests::client::{Client, Reply, request};
use tests::manifest::{backend, documents, gateway, route};
use tests::process::Process;
use tests::upstream::Upstream;
use tests::world::World;
use tests::{binaries, deadline, port};
use tokio::net::TcpListener;
use tokio::process::Command;

use super::account::Metrics;
use super::mock::Mock;
use super::page;
use super::rate_limit_service::RateLimitService;
use super::told::At;

const CALLS: &str = "tidegate_proxy_rate_limit_service_calls_total";

/// The limits of these tests. Days, so that no window ends in one.
const SHOP: &str = "domain: shop
descriptors:
- key: team
  rate_limit: {unit: day, requests_per_unit: 3}
- key: tokens
  rate_limit: {unit: day, requests_per_unit: 5}
- key: model
  rate_limit: {unit: day, requests_per_unit: 1000000}
";

/// Budgets bring their limits along.
const MONEY: &str = "domain: money
descriptors: []
";

/// A service, a mock, a world with one Gateway, and another proxy of it.
struct Rig {
    world: World,
    mock: Mock,
    service: RateLimitService,
    /// Where each proxy listens.
    ports: [u16; 2],
    _second: Process,
}

/// An AI backend, the route to it, the service as a backend, and what clients pay for.
fn manifests(mock: u16, service: u16) -> String {
    let openai = format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: openai}}
spec: {{ai: {{provider: {{openai: {{}}, host: 127.0.0.1, port: {mock}}}}}}}
"
    );
    let prices = "apiVersion: tidegate.dev/v1alpha1
kind: PriceCatalog
metadata: {name: prices}
spec: {providers: {openai: {models: {gpt-x: {rates: {input: '2.50', output: '10'}}}}}}
";
    documents(&[
        openai,
        prices.to_owned(),
        route("openai", "/v1", "openai"),
        backend("limits", service),
    ])
}

/// A policy of the Gateway with these descriptors.
fn policy(mode: &str, timeout: &str, descriptors: &str) -> String {
    format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayPolicy
metadata: {{name: limit, annotations: {{tidegate.dev/rate-limit-timeout: {timeout}}}}}
spec:
  targetRefs: [{{group: gateway.networking.k8s.io, kind: Gateway, name: gateway}}]
  traffic:
    rateLimit:
      global:
        backendRef: {{group: agentgateway.dev, kind: AgentgatewayBackend, name: limits}}
        domain: shop
        failureMode: {mode}
        descriptors: {descriptors}
"
    )
}

const BY_TEAM: &str = "[{entries: [{name: team, expression: 'request.headers[\"x-team\"]'}]}]";
const TOKENS: &str =
    "[{entries: [{name: tokens, expression: 'request.headers[\"x-team\"]'}], unit: Tokens}]";

/// Two ports, of which the second is an offset away.
fn pair() -> Result<([u16; 2], u16)> {
    for _ in 0..1000 {
        let (one, other) = (port::free()?, port::free()?);
        if let Some(offset) = other.checked_sub(one).filter(|offset| *offset > 0) {
            return Ok(([one, other], offset));
        }
    }
    anyhow::bail!("no pair of ports")
}

// === impl Rig ===

impl Rig {
    async fn start(policy: &str) -> Result<Rig> {
        let service =
            RateLimitService::start(&[("shop.yaml", SHOP), ("money.yaml", MONEY)]).await?;
        let mock = Mock::start(&[]).await?;
        let (ports, offset) = pair()?;
        let mut world = World::up(&[
            ("gateway.yaml", gateway(ports[0])),
            ("all.yaml", manifests(mock.port(), service.port())),
            ("policy.yaml", policy.to_owned()),
        ])?;
        world
            .until_status(ports[0], "http://a.test/nowhere", 404)
            .await?;
        let second = second(&world, offset)?;
        world
            .until_status(ports[1], "http://a.test/nowhere", 404)
            .await?;
        Ok(Rig {
            world,
            mock,
            service,
            ports,
            _second: second,
        })
    }

    /// Waits until the service has counted so many hits under keys that begin like this.
    async fn until_counted(&self, prefix: &str, hits: u64) -> Result<()> {
        deadline::until("hits are counted", deadline::SOON, || async {
            let counted = self.service.redis.sum(prefix).await?;
            ensure!(counted == hits, "{counted} of {hits}");
            Ok(())
        })
        .await
    }
}

/// Another proxy of the Gateway, on ports of its own.
fn second(world: &World, offset: u16) -> Result<Process> {
    let run = world.run_dir();
    let bytes = fs::read(run.join("run-secret")).context("run-secret")?;
    let secret = RunSecret::new(bytes.as_slice().try_into()?);
    let token = run.join("second-token");
    fs::write(&token, secret.mint(&Subject::gateway("default", "gateway")))?;
    let socket = run.join("control-plane.sock");
    let mut command = Command::new(binaries::ours("tidegate-proxy")?);
    command
        .env_clear()
        .args(["--gateway", "default/gateway", "--exit-with-parent"])
        .args(["--port-offset", &offset.to_string()])
        .arg("--xds")
        .arg(format!("unix:{}", socket.display()))
        .arg("--token-file")
        .arg(&token);
    Process::start(command, &run.join("second.log"))
}

async fn post(port: u16, path: &str, team: &str, body: &Value) -> Result<Reply> {
    let headers = [("content-type", "application/json"), ("x-team", team)];
    let url = format!("http://a.test{path}");
    let request = request("POST", &url, &headers, &body.to_string())?;
    Client::http1(port).send(request).await
}

fn prompt(is_streamed: bool) -> Value {
    json!({
        "model": "gpt-x",
        "max_tokens": 100,
        "stream": is_streamed,
        "messages": [{"role": "user", "content": "Hello, how are you?"}],
    })
}

async fn chat(port: u16, team: &str) -> Result<Reply> {
    post(port, "/v1/chat/completions", team, &prompt(false)).await
}

fn told(reply: &Reply) -> Result<Value> {
    serde_json::from_slice(&reply.body).with_context(|| reply.text())
}

/// What a body says of one kind of its tokens.
fn tokens(reply: &Reply, name: &str) -> Result<u64> {
    let body = told(reply)?;
    let count = body.at(&format!("/usage/{name}")).as_u64();
    count.with_context(|| format!("no {name}: {body}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_counted_over_the_proxies_of_a_gateway() -> Result<()> {
    let rig = Rig::start(&policy("FailClosed", "5s", BY_TEAM)).await?;
    let [one, other] = rig.ports;
    for (port, remaining) in [(one, "2"), (other, "1"), (one, "0")] {
        let reply = chat(port, "a").await?;
        ensure!(reply.status == 200, "{}", reply.text());
        ensure!(reply.header("x-ratelimit-limit-requests") == "3");
        ensure!(reply.header("x-ratelimit-remaining-requests") == remaining);
    }
    for port in [one, other] {
        let refused = chat(port, "a").await?;
        ensure!(refused.status == 429, "{}", refused.text());
        ensure!(told(&refused)?.at("/error/code") == "rate_limit_exceeded");
        let wait: u64 = refused.header("retry-after").parse()?;
        ensure!((1..=86_400).contains(&wait), "{wait}");
        ensure!(refused.header("x-ratelimit-remaining-requests") == "0");
    }
    // In the dialect of whoever asks.
    let refused = post(other, "/v1/messages", "a", &prompt(false)).await?;
    ensure!(refused.status == 429, "{}", refused.text());
    let body = told(&refused)?;
    ensure!(body.at("/type") == "error", "{body}");
    ensure!(body.at("/error/type") == "rate_limit_error", "{body}");
    // Others have a limit of their own, and who names no team has none.
    let reply = chat(other, "b").await?;
    ensure!(reply.status == 200, "{}", reply.text());
    let url = "http://a.test/v1/chat/completions";
    let headers = [("content-type", "application/json")];
    let nobody = request("POST", url, &headers, &prompt(false).to_string())?;
    let reply = Client::http1(one).send(nobody).await?;
    ensure!(reply.status == 200, "{}", reply.text());
    ensure!(
        rig.mock.requests().await? == 5,
        "a refused request went out"
    );

    let metrics = Metrics::scrape(&rig.world).await?;
    let of_policy = ("policy", "default/limit");
    let calls = |outcome| {
        let labels = [of_policy, ("call", "check"), ("outcome", outcome)];
        metrics.sum(CALLS, &labels)
    };
    ensure!((calls("ok")?, calls("over_limit")?) == (2, 1));
    let dropped = "tidegate_proxy_rate_limit_descriptors_dropped_total";
    ensure!(metrics.sum(dropped, &[of_policy])? == 1);
    let log = rig.world.log();
    let why = "policy/agentgateway/default/limit/traffic.rateLimit.global, attached to Gateway default/gateway: the service of domain shop says that the limit is used up";
    ensure!(log.contains(why), "{log}");
    let args = [
        "explain",
        "request",
        "--host",
        "a.test",
        "--path",
        "/v1/chat/completions",
    ];
    let explained = rig.world.tidegate(&args).await?;
    let explained = String::from_utf8_lossy(&explained.stdout).into_owned();
    ensure!(
        explained.contains("requests by team; counted by"),
        "{explained}"
    );
    rig.world.stop().await
}

/// The guide's own policy, but for where the service is.
#[tokio::test(flavor = "multi_thread")]
async fn the_policy_of_the_guide_counts_requests_and_tokens() -> Result<()> {
    let mut page = page::documents("docs/guide/policies.md")?;
    page.retain(|document| document.at("/metadata/name") == "chat-limit-of-all");
    let own = page.first_mut().context("no such policy")?;
    let service = own.pointer_mut("/spec/traffic/rateLimit/global/backendRef");
    *service.context("no service")? =
        json!({"group": "agentgateway.dev", "kind": "AgentgatewayBackend", "name": "limits"});
    let patience = own.pointer_mut("/metadata/annotations/tidegate.dev~1rate-limit-timeout");
    *patience.context("no annotation")? = json!("5s");
    let rig = Rig::start(&page::file(&page)).await?;
    rig.world
        .write("chat.yaml", &route("chat", "/v1/chat", "openai"))?;
    let reply = deadline::until("the policy is in effect", deadline::SOON, || async {
        let reply = chat(rig.ports[0], "guide").await?;
        ensure!(reply.header("x-ratelimit-limit-tokens") == "1000000");
        Ok(reply)
    })
    .await?;
    ensure!(reply.header("x-ratelimit-limit-requests") == "3");
    let total = tokens(&reply, "total_tokens")?;
    rig.until_counted("shop_model_gpt-x_", total).await?;
    rig.until_counted("shop_team_guide_", 1).await?;
    rig.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_told_once_after_answers_streams_and_clients_that_leave() -> Result<()> {
    let rig = Rig::start(&policy("FailClosed", "5s", TOKENS)).await?;
    let [one, other] = rig.ports;
    let reply = chat(one, "whole").await?;
    ensure!(reply.status == 200, "{}", reply.text());
    let total = tokens(&reply, "total_tokens")?;
    ensure!(total > 5, "{total}");
    rig.until_counted("shop_tokens_whole_", total).await?;
    let refused = chat(other, "whole").await?;
    ensure!(refused.status == 429, "{}", refused.text());
    ensure!(refused.header("x-ratelimit-limit-tokens") == "5");

    let path = "/v1/chat/completions";
    let mut streamed = prompt(true);
    streamed["stream_options"] = json!({"include_usage": true});
    let reply = post(one, path, "stream", &streamed).await?;
    ensure!(reply.text().contains("[DONE]"), "{}", reply.text());
    let usage = reply.text();
    let usage = usage
        .lines()
        .filter_map(|line| line.strip_prefix("data: {"));
    let usage = usage
        .filter_map(|line| serde_json::from_str::<Value>(&format!("{{{line}")).ok())
        .find_map(|event| event.at("/usage/total_tokens").as_u64());
    let total = usage.context("no usage in the stream")?;
    rig.until_counted("shop_tokens_stream_", total).await?;
    let refused = post(other, path, "stream", &streamed).await?;
    ensure!(refused.status == 429, "{}", refused.text());

    leave(one, "left").await?;
    deadline::until("what was said is counted", deadline::SOON, || async {
        let counted = rig.service.redis.sum("shop_tokens_left_").await?;
        ensure!(counted > 5, "{counted}");
        Ok(())
    })
    .await?;
    let refused = chat(other, "left").await?;
    ensure!(refused.status == 429, "{}", refused.text());

    // Each was told once, and what was told is what is counted.
    let metrics = Metrics::scrape(&rig.world).await?;
    let of_policy = ("policy", "default/limit");
    let labels = [of_policy, ("call", "report"), ("outcome", "ok")];
    ensure!(metrics.sum(CALLS, &labels)? == 3);
    let taken = metrics.sum("tidegate_proxy_rate_limit_tokens_total", &[of_policy])?;
    let counted = rig.service.redis.sum("shop_tokens_").await?;
    ensure!(
        taken == counted,
        "{taken} were taken, {counted} are counted"
    );
    rig.world.stop().await
}

/// Begins to read a slow stream, and is gone.
async fn leave(port: u16, team: &str) -> Result<()> {
    let headers = [
        ("content-type", "application/json"),
        ("x-team", team),
        ("x-mock-mode", "slow"),
    ];
    let url = "http://a.test/v1/chat/completions";
    let request = request("POST", url, &headers, &prompt(true).to_string())?;
    let mut connection = Client::http1(port).connect().await?;
    let mut response = connection.open(request).await?;
    ensure!(response.status() == 200, "{}", response.status());
    response.body_mut().frame().await.context("an end")??;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_service_a_limit_fails_as_it_says() -> Result<()> {
    let silent = TcpListener::bind("127.0.0.1:0").await?;
    let upstream = Upstream::echo("one").await?;
    let mock = Mock::start(&[]).await?;
    for service in [port::free()?, silent.local_addr()?.port()] {
        let port = port::free()?;
        let mut world = World::up(&[
            ("gateway.yaml", gateway(port)),
            ("all.yaml", manifests(mock.port(), service)),
            ("one.yaml", backend("one", upstream.port())),
            ("route.yaml", route("one", "/one", "one")),
            ("policy.yaml", policy("FailClosed", "100ms", BY_TEAM)),
        ])?;
        world
            .until_status(port, "http://a.test/nowhere", 404)
            .await?;
        let reply = chat(port, "a").await?;
        ensure!(reply.status == 500, "{}: {}", reply.status, reply.text());
        let body = told(&reply)?;
        ensure!(body.at("/error/code") == "rate_limit_unavailable", "{body}");
        let reply = post(port, "/one", "a", &json!({})).await?;
        ensure!(reply.status == 500, "{}", reply.text());
        let metrics = Metrics::scrape(&world).await?;
        let of_policy = ("policy", "default/limit");
        let failed = [of_policy, ("call", "check"), ("outcome", "error")];
        ensure!(metrics.sum(CALLS, &failed)? == 2);
        let faults = [("reason", "rate_limit_unavailable")];
        ensure!(metrics.sum("tidegate_proxy_faults_total", &faults)? == 2);

        world.write("policy.yaml", &policy("FailOpen", "100ms", BY_TEAM))?;
        world
            .until("it fails open", || async {
                let reply = chat(port, "a").await?;
                ensure!(reply.status == 200, "{}", reply.text());
                Ok(())
            })
            .await?;
        world.stop().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn other_routes_are_limited_and_get_what_the_service_says() -> Result<()> {
    let service = RateLimitService::start(&[("shop.yaml", SHOP)]).await?;
    let upstream = Upstream::echo("one").await?;
    let port = port::free()?;
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        ("limits.yaml", backend("limits", service.port())),
        ("one.yaml", backend("one", upstream.port())),
        ("route.yaml", route("one", "/one", "one")),
        ("policy.yaml", policy("FailClosed", "5s", BY_TEAM)),
    ])?;
    world
        .until_status(port, "http://a.test/nowhere", 404)
        .await?;
    for expected in [200, 200, 200, 429] {
        let reply = post(port, "/one", "a", &json!({})).await?;
        ensure!(reply.status == expected, "{}", reply.text());
    }
    world.stop().await
}

fn budget(limit: &str) -> String {
    format!(
        "apiVersion: tidegate.dev/v1alpha1
kind: TidegatePolicy
metadata: {{name: teams}}
spec:
  targetRefs: [{{group: gateway.networking.k8s.io, kind: Gateway, name: gateway}}]
  traffic:
    budgets:
    - name: day
      unit: USD
      limit: '{limit}'
      window: Day
      key: request.headers[\"x-team\"]
      scope: Shared
      store:
        rls:
          backendRef: {{group: agentgateway.dev, kind: AgentgatewayBackend, name: limits}}
          domain: money
          timeout: 5s
"
    )
}

/// In 10^-6 USD, rounded up.
fn cost(reply: &Reply) -> Result<u64> {
    let picos = tokens(reply, "prompt_tokens")? * 2_500_000
        + tokens(reply, "completion_tokens")? * 10_000_000;
    Ok(picos.div_ceil(1_000_000))
}

#[tokio::test(flavor = "multi_thread")]
async fn money_is_counted_by_the_service_over_the_proxies_of_a_gateway() -> Result<()> {
    let rig = Rig::start(&budget("0.003")).await?;
    let (mut spent, mut answered) = (0, 0);
    let refused = loop {
        let port = if answered % 2 == 0 {
            rig.ports[0]
        } else {
            rig.ports[1]
        };
        let reply = chat(port, "a").await?;
        if reply.status != 200 {
            break reply;
        }
        answered += 1;
        spent += cost(&reply)?;
        // To the hit: neither lost nor counted twice.
        rig.until_counted("money_budget_default/teams/day_key_a_", spent)
            .await?;
        ensure!(spent <= 3000, "{spent}");
    };
    ensure!(answered > 1, "{answered}: {}", refused.text());
    for port in rig.ports {
        let refused = chat(port, "a").await?;
        ensure!(refused.status == 429, "{}", refused.text());
        ensure!(told(&refused)?.at("/error/code") == "budget_exceeded");
        let wait: u64 = refused.header("retry-after").parse()?;
        ensure!((1..=86_401).contains(&wait), "{wait}");
        let reply = chat(port, "b").await?;
        ensure!(reply.status == 200, "{}", reply.text());
    }
    rig.world.stop().await
}
