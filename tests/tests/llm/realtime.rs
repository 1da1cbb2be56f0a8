//! Realtime sessions end to end: who is asked, what reaches a provider, and what is counted.
//!
//! Owns the sessions. The mocks judge what reaches them and keep accounts; must not look into the gateway.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::manifest::{documents, gateway, route};
use tests::world::World;
use tests::{binaries, deadline, port};

use super::account::Metrics;
use super::mock::{KEY, Mock};
use super::told::At;
use super::{page, sdk};
use crate::traces::collector::Collector;

mod socket;

use socket::{Socket, UPGRADE};

const PAGE: &str = "docs/guide/llm-realtime.md";
/// An interpreter with large packages, beside other tests.
const LONG: Duration = Duration::from_secs(60);
const TOKENS: &str = "gen_ai_client_token_usage_sum";
const LIMIT: &str = "tidegate_proxy_rate_limit_tokens_total";

/// A gateway before two providers.
struct Scene {
    collector: Collector,
    world: World,
    port: u16,
    first: Mock,
    second: Mock,
}

fn backend(name: &str, spec: &str) -> String {
    format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: {name}}}
spec:
  ai: {spec}
  policies:
    auth: {{key: {KEY}}}
    ai: {{modelAliases: {{fast: gpt-realtime}}}}
---
{}",
        route(name, &format!("/{name}/"), name)
    )
}

/// A limit of tokens that is never met, so that what is charged can be seen; and what audio costs.
const POLICIES: &str = "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayPolicy
metadata: {name: tokens}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: one}]
  traffic: {rateLimit: {local: [{tokens: 1000000, unit: Hours}]}}
---
apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayPolicy
metadata: {name: few}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: few}]
  traffic: {rateLimit: {local: [{tokens: 150, unit: Hours}]}}
---
apiVersion: tidegate.dev/v1alpha1
kind: TidegatePolicy
metadata: {name: spent}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: spent}]
  traffic:
    budgets:
      - {name: tokens, unit: Tokens, limit: \"150\", window: Hour}
      - {name: usd, unit: USD, limit: \"1\", window: Hour}
      - {name: sessions, unit: Requests, limit: \"2\", window: Hour}
---
apiVersion: tidegate.dev/v1alpha1
kind: TidegatePolicy
metadata: {name: priced}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: priced}]
  traffic: {budgets: [{name: usd, unit: USD, limit: \"1\", window: Hour, onUnpriced: Block}]}
---
apiVersion: tidegate.dev/v1alpha1
kind: TidegatePolicy
metadata: {name: short}
spec:
  targetRefs: [{group: agentgateway.dev, kind: AgentgatewayBackend, name: short}]
  backend: {ai: {timeouts: {session: 1s}}}
---
apiVersion: tidegate.dev/v1alpha1
kind: PriceCatalog
metadata: {name: prices}
spec:
  providers:
    openai:
      models:
        gpt-realtime: {rates: {input: \"4\", output: \"16\", cacheRead: \"0.4\", inputAudio: \"32\", outputAudio: \"64\"}}
";

// === impl Scene ===

impl Scene {
    async fn start() -> Result<Scene> {
        let collector = Collector::start().await?;
        let flags = ["--base-path", "/v1", "--require-key", KEY];
        let (first, second) = (Mock::start(&flags).await?, Mock::start(&flags).await?);
        let port = port::free()?;
        let at = |mock: &Mock| format!("host: 127.0.0.1, port: {}", mock.port());
        let one = format!("{{provider: {{openai: {{}}, {}}}}}", at(&first));
        let two = format!(
            "{{groups: [{{providers: [{{name: first, openai: {{}}, {}}}]}}, \
             {{providers: [{{name: second, openai: {{}}, {}}}]}}]}}",
            at(&first),
            at(&second)
        );
        let other = format!("{{provider: {{anthropic: {{}}, {}}}}}", at(&second));
        let manifests = [
            ("gateway.yaml", gateway(port)),
            (
                "backends.yaml",
                documents(&[
                    backend("one", &one),
                    backend("two", &two),
                    backend("few", &one),
                    backend("spent", &one),
                    backend("priced", &one),
                    backend("short", &one),
                    backend("other", &other),
                    POLICIES.to_owned(),
                ]),
            ),
            ("ready.yaml", route("ready", "/ready", "absent")),
        ];
        let endpoint = collector.endpoint();
        let mut world = World::up_with(&manifests, &["--otlp-logs-endpoint", &endpoint])?;
        world.until_status(port, "http://a.test/ready", 500).await?;
        Ok(Scene {
            collector,
            world,
            port,
            first,
            second,
        })
    }

    /// The usage record of the session that ended last, where so many have.
    async fn record(&self, count: usize) -> Result<BTreeMap<String, String>> {
        deadline::until("the record came", deadline::SOON, || async {
            let events = self.collector.events()?;
            ensure!(events.len() == count, "{} of {count}", events.len());
            events.last().cloned().context("no record")
        })
        .await
    }
}

fn has(record: &BTreeMap<String, String>, expected: &[(&str, &str)]) -> Result<()> {
    for (name, value) in expected {
        let found = record.get(*name).map(String::as_str);
        ensure!(found == Some(value), "{name} is {found:?}: {record:?}");
    }
    Ok(())
}

async fn say(socket: &mut Socket, text: &str) -> Result<()> {
    let item = json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]});
    let event = json!({"type": "conversation.item.create", "item": item});
    socket.send(&event).await?;
    socket.until("conversation.item.done").await?;
    socket.send(&json!({"type": "response.create"})).await
}

/// Two responses in one session, the second after a chunk of sound.
async fn passes(scene: &Scene) -> Result<()> {
    let headers = "Sec-WebSocket-Protocol: realtime, openai-insecure-api-key.sk-of-the-page\r\n\
                   Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\
                   Origin: http://page.test\r\n";
    let target = "/one/v1/realtime?api-key=sk-of-the-query&model=fast";
    let mut socket = Socket::open(scene.port, target, headers).await?;
    let head = &socket.head;
    ensure!(
        head.contains("sec-websocket-protocol: realtime\r\n"),
        "{head}"
    );
    ensure!(!head.contains("sec-websocket-extensions"), "{head}");
    let seen = scene.first.last_request().await?;
    ensure!(seen.at("/is_key_right") == true, "{seen}");
    ensure!(seen.at("/query") == "model=gpt-realtime", "{seen}");
    let text = seen.to_string();
    for secret in ["insecure", "of-the-page", "of-the-query", "permessage"] {
        ensure!(!text.contains(secret), "{secret} in {text}");
    }
    let created = socket.until("session.created").await?;
    ensure!(created.at("/session/model") == "gpt-realtime", "{created}");
    say(&mut socket, "hello tide").await?;
    let done = socket.until("response.done").await?;
    ensure!(done.at("/response/usage/input_tokens") == 5, "{done}");
    for kind in ["append", "commit"] {
        let event = json!({"type": format!("input_audio_buffer.{kind}"), "audio": "//uQZA=="});
        socket.send(&event).await?;
    }
    socket.send(&json!({"type": "response.create"})).await?;
    let done = socket.until("response.done").await?;
    let usage = done.at("/response/usage");
    ensure!(
        usage.at("/input_token_details/cached_tokens") == 5,
        "{done}"
    );
    socket.close().await?;
    let record = scene.record(1).await?;
    has(
        &record,
        &[
            ("gen_ai.operation.name", "realtime"),
            ("gen_ai.request.model", "gpt-realtime"),
            ("gen_ai.response.model", "gpt-realtime"),
            ("tidegate.llm.usage.source", "provider"),
            ("tidegate.llm.ending", "complete"),
            ("http.response.status_code", "101"),
            ("gen_ai.usage.cache_read.input_tokens", "5"),
            ("tidegate.llm.cost.status", "exact"),
        ],
    )?;
    agrees(scene, &record).await
}

/// Metrics, the limit and the record have what the mock told, and all of it.
async fn agrees(scene: &Scene, record: &BTreeMap<String, String>) -> Result<()> {
    let accounts = scene.first.accounts().await?;
    let told = |name: &str| {
        accounts
            .iter()
            .filter_map(|one| one.get(name)?.as_u64())
            .sum::<u64>()
    };
    let metrics = Metrics::scrape(&scene.world).await?;
    for (kind, of_mock, of_record) in [
        ("input", "input_tokens", "gen_ai.usage.input_tokens"),
        ("output", "output_tokens", "gen_ai.usage.output_tokens"),
    ] {
        let labels = [("route", "default/one"), ("gen_ai_token_type", kind)];
        let counted = metrics.sum(TOKENS, &labels)?;
        ensure!(
            counted == told(of_mock) && counted > 0,
            "{kind}: {counted}, not {accounts:?}"
        );
        has(record, &[(of_record, &counted.to_string())])?;
    }
    let charged = metrics.sum(LIMIT, &[("policy", "default/tokens")])?;
    let whole = told("input_tokens") + told("output_tokens");
    ensure!(charged == whole, "{charged} of {whole}");
    let audio = record.get("tidegate.llm.cost.output_audio");
    ensure!(audio.is_some(), "{record:?}");
    Ok(())
}

/// Frames of one byte with pings between them, events that are refused, and a response without counts.
async fn passes_in_pieces(scene: &Scene) -> Result<()> {
    scene.first.script(&["dribble"]).await?;
    let target = "/one/v1/realtime?model=gpt-realtime";
    let mut socket = Socket::open(scene.port, target, "").await?;
    socket.until("session.created").await?;
    socket.send(&json!({"type": "no.such"})).await?;
    let error = socket.until("error").await?;
    ensure!(error.at("/error/code") == "invalid_value", "{error}");
    say(&mut socket, "hello tide").await?;
    let done = socket.until("response.done").await?;
    let input = done.at("/response/usage/input_tokens").to_string();
    socket.close().await?;
    let record = scene.record(2).await?;
    // The error was about one event, and the session went on.
    has(
        &record,
        &[
            ("gen_ai.usage.input_tokens", &input),
            ("tidegate.llm.ending", "complete"),
        ],
    )
}

/// Before there is a session another provider may have it; after that none.
async fn fails_over_before_and_never_after(scene: &Scene) -> Result<()> {
    scene.first.script(&["fail-503"]).await?;
    let asked = (
        scene.first.requests().await?,
        scene.second.requests().await?,
    );
    let target = "/two/v1/realtime?model=gpt-realtime";
    let mut socket = Socket::open(scene.port, target, "").await?;
    socket.until("session.created").await?;
    let now = (
        scene.first.requests().await?,
        scene.second.requests().await?,
    );
    ensure!(now == (asked.0 + 1, asked.1 + 1), "{asked:?}, then {now:?}");
    socket.close().await?;
    has(
        &scene.record(3).await?,
        &[("tidegate.llm.ending", "complete")],
    )?;

    scene.first.script(&["truncate"]).await?;
    let mut socket = Socket::open(scene.port, &target.replace("two", "one"), "").await?;
    say(&mut socket, "hello tide").await?;
    while socket.next().await?.is_some() {}
    drop(socket);
    let record = scene.record(4).await?;
    has(
        &record,
        &[
            ("tidegate.llm.ending", "truncated"),
            ("error.type", "upstream_broke"),
        ],
    )?;
    let after = (
        scene.first.requests().await?,
        scene.second.requests().await?,
    );
    ensure!(after == (now.0 + 1, now.1), "{now:?}, then {after:?}");
    Ok(())
}

/// A limit is paid with each response, and ends the session behind the one that used it up.
async fn ends_by_a_limit(scene: &Scene) -> Result<()> {
    let target = "/few/v1/realtime?model=gpt-realtime";
    let mut socket = Socket::open(scene.port, target, "").await?;
    let mut sum = 0;
    for said in ["hello tide", "and more"] {
        say(&mut socket, said).await?;
        let done = socket.until("response.done").await?;
        let usage = done.at("/response/usage");
        sum += usage.at("/total_tokens").as_u64().context("no total")?;
    }
    let error = socket.next().await?.context("no error")?;
    ensure!(error.at("/type") == "error", "{error}");
    ensure!(error.at("/error/code") == "rate_limit_exceeded", "{error}");
    // What comes too late goes nowhere.
    socket.send(&json!({"type": "response.create"})).await?;
    ensure!(socket.next().await?.is_none(), "the session goes on");
    drop(socket);
    let record = scene.record(5).await?;
    let total = ["gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"]
        .iter()
        .filter_map(|name| record.get(*name)?.parse::<u64>().ok())
        .sum::<u64>();
    ensure!(total == sum, "{sum}: {record:?}");
    has(
        &record,
        &[
            ("tidegate.llm.ending", "refused"),
            ("error.type", "rate_limited"),
        ],
    )?;
    let mut socket = Socket::ask(scene.port, target, UPGRADE).await?;
    let (status, body) = socket.refusal().await?;
    ensure!(
        status == 429 && body.at("/error/code") == "rate_limit_exceeded",
        "{status} {body}"
    );
    Ok(())
}

/// A session that has lasted as long as it may is told so, also one whose client says nothing.
async fn ends_in_time(scene: &Scene) -> Result<()> {
    let target = "/short/v1/realtime?model=gpt-realtime";
    let mut socket = Socket::open(scene.port, target, "").await?;
    say(&mut socket, "hello tide").await?;
    let done = socket.until("response.done").await?;
    let input = done.at("/response/usage/input_tokens").to_string();
    let error = socket.until("error").await?;
    ensure!(error.at("/error/code") == "session_expired", "{error}");
    ensure!(
        error.at("/error/type") == "invalid_request_error",
        "{error}"
    );
    socket.send(&json!({"type": "response.create"})).await?;
    ensure!(socket.next().await?.is_none(), "the session goes on");
    drop(socket);
    // The request that the limit before refused has a record, too.
    let record = scene.record(7).await?;
    has(
        &record,
        &[
            ("gen_ai.usage.input_tokens", &input),
            ("tidegate.llm.ending", "refused"),
            ("error.type", "session_expired"),
        ],
    )?;
    // It is no fault of the provider's.
    let metrics = Metrics::scrape(&scene.world).await?;
    let evicted = metrics.sum(
        "tidegate_proxy_llm_evictions_total",
        &[("backend", "short")],
    )?;
    ensure!(evicted == 0, "{evicted}");
    Ok(())
}

/// A client that reads the end and says nothing keeps neither its connection nor the provider's place.
async fn ends_without_the_client(scene: &Scene) -> Result<()> {
    let target = "/short/v1/realtime?model=gpt-realtime";
    let mut socket = Socket::open(scene.port, target, "").await?;
    socket.until("error").await?;
    ensure!(socket.next().await?.is_none(), "no close");
    // It is held open: the record comes with the end of the session all the same.
    let record = scene.record(8).await?;
    has(&record, &[("error.type", "session_expired")])?;
    drop(socket);
    Ok(())
}

/// A budget is paid with each response, where others see it, and ends the session behind the one that used it up.
async fn ends_by_a_budget(scene: &Scene) -> Result<()> {
    let target = "/spent/v1/realtime?model=gpt-realtime";
    let mut socket = Socket::open(scene.port, target, "").await?;
    let mut other = Socket::open(scene.port, target, "").await?;
    let mut sum = 0;
    say(&mut socket, "hello tide").await?;
    let done = socket.until("response.done").await?;
    let usage = done.at("/response/usage");
    sum += usage.at("/total_tokens").as_u64().context("no total")?;
    ensure!(sum < 150, "{done}");
    // Both are within the budget of requests, and it ends neither.
    say(&mut other, "hello tide").await?;
    let done = other.until("response.done").await?;
    let usage = done.at("/response/usage");
    let of_other = usage.at("/total_tokens").as_u64().context("no total")?;
    ensure!(sum + of_other >= 150, "{done}");
    let ended = |event: Value| {
        ensure!(event.at("/type") == "error", "{event}");
        ensure!(event.at("/error/type") == "insufficient_quota", "{event}");
        ensure!(event.at("/error/code") == "budget_exceeded", "{event}");
        Ok(())
    };
    ended(other.next().await?.context("no error")?)?;
    // What comes too late goes nowhere.
    other.send(&json!({"type": "response.create"})).await?;
    ensure!(other.next().await?.is_none(), "the session goes on");
    drop(other);
    let of_record = |record: &BTreeMap<String, String>| {
        ["gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"]
            .iter()
            .filter_map(|name| record.get(*name)?.parse::<u64>().ok())
            .sum::<u64>()
    };
    let refused = [
        ("tidegate.llm.ending", "refused"),
        ("error.type", "budget_exceeded"),
    ];
    let record = scene.record(9).await?;
    has(&record, &refused)?;
    ensure!(of_record(&record) == of_other, "{of_other}: {record:?}");
    // The first session reads of it with its next response, and is settled with all that it took.
    say(&mut socket, "and more").await?;
    let done = socket.until("response.done").await?;
    let usage = done.at("/response/usage");
    sum += usage.at("/total_tokens").as_u64().context("no total")?;
    ended(socket.next().await?.context("no error")?)?;
    drop(socket);
    let record = scene.record(10).await?;
    has(&record, &refused)?;
    ensure!(of_record(&record) == sum, "{sum}: {record:?}");
    let metrics = Metrics::scrape(&scene.world).await?;
    let used = "tidegate_proxy_llm_budget_used_ratio{budget=\"default/spent/tokens\"} ";
    let mut lines = metrics.text().lines();
    let used = lines.find_map(|line| line.strip_prefix(used));
    let used = used.context("no budget")?.parse::<f64>()? * 150.0;
    let taken = (sum + of_other) as f64;
    ensure!((used - taken).abs() < 0.01, "{used} of {taken}");
    let mut socket = Socket::ask(scene.port, target, UPGRADE).await?;
    let (status, body) = socket.refusal().await?;
    ensure!(
        status == 429 && body.at("/error/code") == "budget_exceeded",
        "{status} {body}"
    );
    Ok(())
}

async fn refuses(scene: &Scene) -> Result<()> {
    let upgrade = UPGRADE;
    let scripted = scene.first.requests().await?;
    let other = scene.second.requests().await?;
    for (target, headers, status, code, words) in [
        (
            "/one/v1/realtime?model=m",
            "",
            426,
            "upgrade_required",
            "WebSocket",
        ),
        (
            "/one/v1/realtime",
            upgrade,
            400,
            "invalid_request_body",
            "no `model`",
        ),
        (
            "/one/v1/realtime?model=a&model=b",
            upgrade,
            400,
            "invalid_request_body",
            "once",
        ),
        (
            "/one/v1/realtime?call_id=rtc_1",
            upgrade,
            400,
            "unsupported_conversion",
            "call_id",
        ),
        (
            "/other/v1/realtime?model=m",
            upgrade,
            400,
            "unsupported_conversion",
            "realtime is not offered",
        ),
        (
            "/priced/v1/realtime?model=nobody-priced-this",
            upgrade,
            403,
            "budget_unpriced",
            "price",
        ),
    ] {
        let mut socket = Socket::ask(scene.port, target, headers).await?;
        let (got, body) = socket.refusal().await.with_context(|| target.to_owned())?;
        let error = body.at("/error");
        ensure!(
            got == status && error.at("/code") == code,
            "{target}: {got} {body}"
        );
        let message = error.at("/message").as_str().unwrap_or_default();
        ensure!(message.contains(words), "{target}: {body}");
    }
    ensure!(
        scene.first.requests().await? == scripted,
        "a provider was asked"
    );
    ensure!(
        scene.second.requests().await? == other,
        "a provider was asked"
    );
    // What the provider says of it is the client's to read.
    scene.first.script(&["fail-429"]).await?;
    let target = "/one/v1/realtime?model=m";
    let mut socket = Socket::ask(scene.port, target, upgrade).await?;
    let (status, body) = socket.refusal().await?;
    ensure!(
        status == 429 && body.at("/error").is_object(),
        "{status} {body}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn realtime_sessions_pass_and_are_counted() -> Result<()> {
    let scene = Scene::start().await?;
    passes(&scene).await.context("passes")?;
    passes_in_pieces(&scene).await.context("passes in pieces")?;
    fails_over_before_and_never_after(&scene)
        .await
        .context("fails over")?;
    ends_by_a_limit(&scene).await.context("ends by a limit")?;
    ends_in_time(&scene).await.context("ends in time")?;
    ends_without_the_client(&scene)
        .await
        .context("ends without the client")?;
    ends_by_a_budget(&scene).await.context("ends by a budget")?;
    refuses(&scene).await.context("refuses")?;
    scene.world.stop().await
}

/// The manifests of the guide, and its script with the official SDK.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_the_guide_works() -> Result<()> {
    let mock = Mock::start(&["--base-path", "/v1"]).await?;
    let port = port::free()?;
    let mut found = page::documents(PAGE)?;
    page::here(&mut found, port, |_| Some(mock.port()))?;
    let manifests = [
        ("gateway.yaml", gateway(port)),
        ("page.yaml", page::file(&found)),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ];
    let mut world = World::up(&manifests)?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    let text = std::fs::read_to_string(binaries::repository(PAGE))?;
    let (_, script) = text.split_once("```python\n").context("no script")?;
    let (script, _) = script
        .split_once("```")
        .context("a script without an end")?;
    let script = script.replace("localhost:8080", &format!("127.0.0.1:{port}"));
    let mut command = sdk::python()?;
    command
        .args(["-c", &script])
        .env("no_proxy", "*")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = async { command.output().await.context("python3") };
    let output = deadline::within("the script", LONG, output).await?;
    let said = String::from_utf8_lossy(&output.stdout);
    let wrong = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{wrong}");
    ensure!(said.contains("input_tokens=5"), "{said}{wrong}");
    let seen = mock.last_request().await?;
    ensure!(seen.at("/query") == "model=gpt-realtime-mini", "{seen}");
    world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_session_does_not_hold_up_the_end_of_the_proxy() -> Result<()> {
    let scene = Scene::start().await?;
    let target = "/one/v1/realtime?model=gpt-realtime";
    let mut socket = Socket::open(scene.port, target, "").await?;
    say(&mut socket, "hello tide").await?;
    let done: Value = socket.until("response.done").await?;
    let input = done.at("/response/usage/input_tokens").to_string();
    let Scene {
        collector, world, ..
    } = scene;
    world.stop().await?;
    ensure!(socket.next().await?.is_none(), "the session goes on");
    // What was told until then is in the record.
    let events = collector.events()?;
    let record = events.last().context("no record")?;
    has(record, &[("gen_ai.usage.input_tokens", &input)])
}
