//! Budgets and limits of requests at once, over the page of the guide, a mock and a real Redis.

use anyhow::{Context, Result, bail, ensure};
use http::StatusCode;
use serde_json::{Value, json};
use tests::client::{Client, Reply, request};
use tests::process::{self, Signal};
use tests::world::World;
use tests::{deadline, port};
use tokio::task::JoinSet;

use super::account::Metrics;
use super::mock::Mock;
use super::page;
use super::redis::Redis;
use super::told::At;
use super::usage::{field, picos};
use crate::traces::collector::Collector;

const PAGE: &str = "docs/guide/llm-limits.md";
const REFUSED: &str = "tidegate_proxy_llm_budget_refused_total";
const USED: &str = "tidegate_proxy_llm_budget_used_ratio";

/// The page's manifests, with what is different on this machine.
struct Rig {
    world: World,
    mock: Mock,
    redis: Redis,
    port: u16,
}

// === impl Rig ===

impl Rig {
    /// Serves the page; `change` edits its budgets.
    async fn start(change: impl FnOnce(&mut Vec<Value>)) -> Result<Rig> {
        Rig::start_with(change, &[]).await
    }

    /// The same, with further flags.
    async fn start_with(change: impl FnOnce(&mut Vec<Value>), flags: &[&str]) -> Result<Rig> {
        let (mock, redis, port) = (
            Mock::start(&[]).await?,
            Redis::start().await?,
            port::free()?,
        );
        let mut documents = page::documents(PAGE)?;
        page::here(&mut documents, port, |_| Some(mock.port()))?;
        for document in &mut documents {
            // The mock's modes are in the model that a client asks for.
            if let Some(openai) = document.pointer_mut("/spec/ai/provider/openai") {
                *openai = json!({});
            }
            if let Some(url) = document.pointer_mut("/stringData/url") {
                *url = json!(format!("redis://:password@127.0.0.1:{}/0", redis.port()));
            }
        }
        let budgets = documents.iter_mut().find_map(|document| {
            document
                .pointer_mut("/spec/traffic/budgets")?
                .as_array_mut()
        });
        change(budgets.context("no budgets")?);
        let mut world = World::up_with(&[("page.yaml", page::file(&documents))], flags)?;
        world
            .until_status(port, "http://a.test/nowhere", 404)
            .await?;
        Ok(Rig {
            world,
            mock,
            redis,
            port,
        })
    }

    async fn ask(&self, team: &str, model: &str) -> Result<Reply> {
        ask(self.port, team, model).await
    }

    /// Waits until a budget has used `spent` of its limit, give or take `slack`; all in 10^-12 USD.
    async fn until_used(&self, budget: &str, (spent, limit): (u64, f64), slack: f64) -> Result<()> {
        let name = format!("{USED}{{budget=\"{budget}\"}} ");
        deadline::until("what was spent is counted", deadline::SOON, || async {
            let text = self.world.proxy_metrics("default.gateway").await?;
            let ratio = text.lines().find_map(|line| line.strip_prefix(&*name));
            let ratio: f64 = ratio.context("no ratio")?.parse()?;
            let told = ratio * limit;
            ensure!(
                (told - spent as f64).abs() <= slack,
                "{told} is not {spent}"
            );
            Ok(())
        })
        .await
    }
}

async fn ask(port: u16, team: &str, model: &str) -> Result<Reply> {
    say(port, team, model, false).await
}

async fn stream(port: u16, team: &'static str, model: &'static str) -> Result<Reply> {
    say(port, team, model, true).await
}

async fn say(port: u16, team: &str, model: &str, is_streamed: bool) -> Result<Reply> {
    let body = json!({
        "model": model,
        "stream": is_streamed,
        "max_tokens": 100,
        "messages": [{"role": "user", "content": "Hello, how are you?"}],
    });
    let headers = [("content-type", "application/json"), ("x-team", team)];
    let url = "http://a.test/v1/chat/completions";
    let request = request("POST", url, &headers, &body.to_string())?;
    Client::http1(port).send(request).await
}

/// What is held for one request of [`ask`]: its text, of six tokens to OpenAI's models, four for a message, three for the answer's
/// begin, and `max_tokens`.
fn held() -> usize {
    6 + 4 + 3 + 100
}

#[track_caller]
fn is_refused(reply: &Reply, code: &str) -> Result<()> {
    ensure!(
        reply.status == StatusCode::TOO_MANY_REQUESTS,
        "{}: {}",
        reply.status,
        reply.text()
    );
    let body: Value = serde_json::from_slice(&reply.body)?;
    ensure!(body.at("/error/code") == code, "{body}");
    Ok(())
}

/// Sends so many requests that are never answered; those that are refused come back.
async fn at_once(
    rig: &Rig,
    count: usize,
    refused: usize,
) -> Result<(JoinSet<Result<Reply>>, Vec<Reply>)> {
    let mut asking = JoinSet::new();
    for _ in 0..count {
        let port = rig.port;
        asking.spawn(async move { ask(port, "a", "gpt-4o-mock-hang").await });
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

/// D-27.
#[tokio::test(flavor = "multi_thread")]
async fn fifty_requests_at_once_pass_a_budget_for_five() -> Result<()> {
    let limit = (5 * held()).to_string();
    for shared in [false, true] {
        let rig = Rig::start(|budgets| {
            budgets.retain(|budget| (budget.at("/scope") == "Shared") == shared);
            let budget = &mut budgets[0];
            budget["unit"] = json!("Tokens");
            budget["limit"] = json!(limit);
        })
        .await?;
        let (asking, replies) = at_once(&rig, 50, 45).await?;
        for reply in &replies {
            is_refused(reply, "budget_exceeded")?;
            let wait: u64 = reply.header("retry-after").parse()?;
            ensure!(wait > 0, "{wait}");
            ensure!(reply.text().contains("default/teams/"), "{}", reply.text());
        }
        deadline::until("five arrive", deadline::SOON, || async {
            let arrived = rig.mock.requests().await?;
            ensure!(arrived == 5, "{arrived}");
            Ok(())
        })
        .await?;
        // Another team has a budget of its own.
        let reply = rig.ask("b", "gpt-4o").await?;
        ensure!(reply.status == 200, "{}", reply.text());
        // Whoever leaves gives back what it did not take.
        drop(asking);
        deadline::until("there is room again", deadline::SOON, || async {
            let reply = rig.ask("a", "gpt-4o").await?;
            ensure!(reply.status == 200, "{}", reply.text());
            Ok(())
        })
        .await?;
        let metrics = Metrics::scrape(&rig.world).await?;
        let refused = metrics.sum(REFUSED, &[("reason", "exceeded")])?;
        ensure!(refused >= 45, "{refused}");
        rig.world.stop().await?;
    }
    Ok(())
}

/// What the mock says it took, at the page's prices, in 10^-12 USD.
fn cost(reply: &Reply) -> Result<u64> {
    let body: Value = serde_json::from_slice(&reply.body)?;
    let count = |name: &str| {
        body.at(&format!("/usage/{name}"))
            .as_u64()
            .context("no usage")
    };
    Ok(count("prompt_tokens")? * 2_500_000 + count("completion_tokens")? * 10_000_000)
}

#[tokio::test(flavor = "multi_thread")]
async fn money_is_counted_over_the_fleet_and_survives_a_proxy_that_is_killed() -> Result<()> {
    // A request holds about 0.0012 USD, and takes less.
    let mut rig = Rig::start(|budgets| {
        budgets.retain(|budget| budget.at("/scope") == "Shared");
        budgets[0]["limit"] = json!("0.004");
    })
    .await?;
    let mut spent = 0;
    for _ in 0..5 {
        let reply = rig.ask("a", "gpt-4o").await?;
        ensure!(reply.status == 200, "{}", reply.text());
        spent += cost(&reply)?;
    }
    // A store counts in 10^-9 USD, rounded up.
    rig.until_used("default/teams/month", (spent, 0.004e12), 6000.0)
        .await?;
    let before = rig.world.children("tidegate-proxy")?;
    for id in &before {
        process::send(*id, Signal::Kill)?;
    }
    let port = rig.port;
    rig.world
        .until("another proxy refuses", || async {
            let reply = ask(port, "a", "gpt-4o").await?;
            match reply.status {
                StatusCode::OK => bail!("not yet"),
                StatusCode::TOO_MANY_REQUESTS => is_refused(&reply, "budget_exceeded"),
                other => bail!("{other}"),
            }
        })
        .await?;
    let after = rig.world.children("tidegate-proxy")?;
    ensure!(before != after, "it was killed");
    // All that was told is within the limit, and one slice.
    let accounts = rig.mock.accounts().await?;
    let sum = |name: &str| -> u64 {
        let counts = accounts
            .iter()
            .map(|own| own.at(name).as_u64().unwrap_or_default());
        counts.sum()
    };
    let cost = sum("/input_tokens") * 2_500_000 + sum("/output_tokens") * 10_000_000;
    ensure!(cost <= 4_000_000_000, "{cost}");
    rig.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn money_is_spent_as_the_records_say_and_what_has_no_price_is_refused() -> Result<()> {
    const LIMIT: u64 = 2_000_000_000;
    let collector = Collector::start().await?;
    let hour = |budgets: &mut Vec<Value>| {
        budgets.retain(|budget| budget.at("/scope") != "Shared");
        let budget = &mut budgets[0];
        budget["unit"] = json!("USD");
        budget["limit"] = json!("0.002");
        budget["onUnpriced"] = json!("Block");
    };
    let endpoint = collector.endpoint();
    let rig = Rig::start_with(hour, &["--otlp-logs-endpoint", &endpoint]).await?;
    let held = (held() as u64 - 100) * 2_500_000 + 100 * 10_000_000;
    let (mut spent, mut answered) = (0, 0);
    while spent + held <= LIMIT {
        let reply = rig.ask("a", "gpt-4o").await?;
        ensure!(reply.status == 200, "{spent}: {}", reply.text());
        spent += cost(&reply)?;
        answered += 1;
        // To the last digit: a float has sixteen.
        rig.until_used("default/teams/hour", (spent, LIMIT as f64), 0.5)
            .await?;
    }
    ensure!(answered > 1, "{answered}");
    let reply = rig.ask("a", "gpt-4o").await?;
    is_refused(&reply, "budget_exceeded")?;
    let wait: u64 = reply.header("retry-after").parse()?;
    ensure!((1..=3600).contains(&wait), "{wait}");
    let reply = rig.ask("b", "nobody-priced-this").await?;
    ensure!(
        reply.status == StatusCode::FORBIDDEN,
        "{}: {}",
        reply.status,
        reply.text()
    );
    let metrics = Metrics::scrape(&rig.world).await?;
    for reason in ["exceeded", "unpriced"] {
        ensure!(
            metrics.sum(REFUSED, &[("reason", reason)])? == 1,
            "{reason}"
        );
    }
    let events = deadline::until("the events came", deadline::SOON, || async {
        let events = collector.events()?;
        ensure!(events.len() == answered + 2, "{events:?}");
        Ok(events)
    })
    .await?;
    let (mut billed, mut refused) = (0, Vec::new());
    for event in &events {
        match field(event, "tidegate.llm.ending")? {
            "complete" => billed += picos(field(event, "tidegate.llm.cost.total")?)?,
            "refused" => refused.push(field(event, "error.type")?),
            other => bail!("{other}: {event:?}"),
        }
    }
    ensure!(billed == u128::from(spent), "{billed} is not {spent}");
    refused.sort_unstable();
    ensure!(
        refused == ["budget_exceeded", "budget_unpriced"],
        "{refused:?}"
    );
    rig.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_that_is_used_up_refuses_what_nobody_can_estimate() -> Result<()> {
    let rig = Rig::start(|budgets| {
        budgets.retain(|budget| budget.at("/scope") != "Shared");
        budgets[0]["limit"] = json!("14");
    })
    .await?;
    let send = async |team: &str, (method, path): (&str, &str), body: &str| {
        let headers = [("content-type", "application/json"), ("x-team", team)];
        let url = format!("http://a.test{path}");
        Client::http1(rig.port)
            .send(request(method, &url, &headers, body)?)
            .await
    };
    let paid = [
        (
            "/v1/images/generations",
            r#"{"model":"gpt-image-1","prompt":"a tide"}"#,
        ),
        ("/v1/images/generations", r#"{"prompt":"a tide"}"#),
        (
            "/v1/audio/speech",
            r#"{"model":"tts-1","input":"tide","voice":"ash"}"#,
        ),
        (
            "/v1/embeddings",
            r#"{"model":"text-embedding-3-small","input":"tide"}"#,
        ),
    ];
    // Each is let through where something is left.
    for (number, (path, body)) in paid.iter().enumerate() {
        let reply = send(&format!("b{number}"), ("POST", path), body).await?;
        ensure!(reply.status != 429, "{path}: {}", reply.text());
    }
    let (path, image) = paid[0];
    deadline::until("the budget is used up", deadline::SOON, || async {
        is_refused(&send("a", ("POST", path), image).await?, "budget_exceeded")
    })
    .await?;
    for (path, body) in paid {
        let reply = send("a", ("POST", path), body).await?;
        is_refused(&reply, "budget_exceeded").with_context(|| path.to_owned())?;
    }
    let upgrade = [
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("x-team", "a"),
    ];
    let session = request(
        "GET",
        "http://a.test/v1/realtime?model=gpt-realtime",
        &upgrade,
        "",
    )?;
    is_refused(
        &Client::http1(rig.port).send(session).await?,
        "budget_exceeded",
    )?;
    // What costs nothing may still be asked, and what goes on be ended.
    for (method, path) in [
        ("GET", "/v1/files"),
        ("POST", "/v1/responses/resp_1/cancel"),
    ] {
        let reply = send("a", (method, path), "").await?;
        ensure!(reply.status != 429, "{path}: {}", reply.text());
    }
    rig.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_consumer_has_so_many_requests() -> Result<()> {
    let rig = Rig::start(|budgets| {
        budgets.retain(|budget| budget.at("/scope") != "Shared");
        budgets[0]["unit"] = json!("Requests");
        budgets[0]["limit"] = json!("2");
    })
    .await?;
    for team in ["a", "b"] {
        for _ in 0..2 {
            let reply = rig.ask(team, "gpt-4o").await?;
            ensure!(reply.status == 200, "{team}: {}", reply.text());
        }
        is_refused(&rig.ask(team, "gpt-4o").await?, "budget_exceeded")?;
    }
    // Neither does what nobody bills: counts, and a look at what there is.
    for _ in 0..3 {
        for (method, path, body) in [
            (
                "POST",
                "/v1/messages/count_tokens",
                r#"{"model":"gpt-4o","messages":[]}"#,
            ),
            ("GET", "/v1/files", ""),
        ] {
            let headers = [("content-type", "application/json"), ("x-team", "d")];
            let url = format!("http://a.test{path}");
            let asked = request(method, &url, &headers, body)?;
            let reply = Client::http1(rig.port).send(asked).await?;
            ensure!(reply.status == 200, "{path}: {}", reply.text());
        }
    }
    for _ in 0..2 {
        let reply = rig.ask("d", "gpt-4o").await?;
        ensure!(reply.status == 200, "{}", reply.text());
    }
    is_refused(&rig.ask("d", "gpt-4o").await?, "budget_exceeded")?;
    // What no provider answered takes no place.
    let reply = rig.ask("c", "gpt-4o-mock-fail-503").await?;
    ensure!(reply.status == 503, "{}: {}", reply.status, reply.text());
    for _ in 0..2 {
        let reply = rig.ask("c", "gpt-4o").await?;
        ensure!(reply.status == 200, "{}", reply.text());
    }
    is_refused(&rig.ask("c", "gpt-4o").await?, "budget_exceeded")?;
    rig.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_store_a_budget_fails_as_it_says() -> Result<()> {
    for (mode, status) in [("FailOpen", 200), ("FailClosed", 503)] {
        let mut rig = Rig::start(|budgets| {
            budgets.retain(|budget| budget.at("/scope") == "Shared");
            budgets[0]["failureMode"] = json!(mode);
        })
        .await?;
        let reply = rig.ask("a", "gpt-4o").await?;
        ensure!(reply.status == 200, "{}", reply.text());
        rig.redis.kill()?;
        let reply = rig.ask("b", "gpt-4o").await?;
        ensure!(reply.status == status, "{mode}: {}", reply.text());
        let [up, _, lost] = store(&rig.world).await?;
        ensure!((up, lost) == (0, 0), "{mode}: up {up}, {lost} lost");
        let told = rig.world.tidegate(&["status"]).await?;
        let told = String::from_utf8_lossy(&told.stdout).into_owned();
        ensure!(
            told.contains("BUDGET STORE") && told.contains("default/redis"),
            "{mode}: {told}"
        );
        rig.redis.start_again().await?;
        let port = rig.port;
        rig.world
            .until("it counts again", || async {
                let reply = ask(port, "b", "gpt-4o").await?;
                ensure!(reply.status == 200, "{}", reply.text());
                Ok(())
            })
            .await?;
        deadline::until("all is told", deadline::SOON, || async {
            let standing = store(&rig.world).await?;
            ensure!(standing == [1, 0, 0], "{mode}: {standing:?}");
            Ok(())
        })
        .await?;
        rig.world.stop().await?;
    }
    Ok(())
}

/// Whether the store of shared budgets is up, orders that wait for it, and those that are lost.
async fn store(world: &World) -> Result<[u64; 3]> {
    let metrics = Metrics::scrape(world).await?;
    let of = |name: &str| {
        let name = format!("tidegate_proxy_llm_budget_store_{name}");
        metrics.sum(&name, &[])
    };
    Ok([of("up")?, of("orders_waiting")?, of("orders_lost_total")?])
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_at_once_have_a_limit() -> Result<()> {
    let rig =
        Rig::start(|budgets| budgets.retain(|budget| budget.at("/scope") != "Shared")).await?;
    let (asking, replies) = at_once(&rig, 53, 3).await?;
    for reply in &replies {
        is_refused(reply, "rate_limit_exceeded")?;
        ensure!(reply.header("retry-after") == "1", "{:?}", reply.headers);
    }
    let reply = rig.ask("b", "gpt-4o").await?;
    ensure!(reply.status == 200, "{}", reply.text());
    drop(asking);
    deadline::until("there is room again", deadline::SOON, || async {
        let reply = rig.ask("a", "gpt-4o").await?;
        ensure!(reply.status == 200, "{}", reply.text());
        Ok(())
    })
    .await?;
    rig.world.stop().await
}

/// Streams that hang, and one more: of 22, two are refused while answers in one piece go on.
#[tokio::test(flavor = "multi_thread")]
async fn streams_at_once_have_a_limit_of_their_own() -> Result<()> {
    let rig =
        Rig::start(|budgets| budgets.retain(|budget| budget.at("/scope") != "Shared")).await?;
    let mut asking = JoinSet::new();
    for _ in 0..22 {
        asking.spawn(stream(rig.port, "a", "gpt-4o-mock-hang"));
    }
    for _ in 0..2 {
        let next = deadline::within("a refusal", deadline::SOON, async {
            asking.join_next().await.context("none is left")
        });
        let reply = next.await???;
        is_refused(&reply, "rate_limit_exceeded")?;
        ensure!(reply.header("retry-after") == "1", "{:?}", reply.headers);
    }
    // One that does not stream is none of them, and neither is another team's.
    let reply = rig.ask("a", "gpt-4o").await?;
    ensure!(reply.status == 200, "{}", reply.text());
    let reply = stream(rig.port, "b", "gpt-4o").await?;
    ensure!(reply.status == 200, "{}", reply.text());
    let log = rig.world.log();
    ensure!(log.contains("20 streams are in flight"), "{log}");
    drop(asking);
    deadline::until("there is room again", deadline::SOON, || async {
        let reply = stream(rig.port, "a", "gpt-4o").await?;
        ensure!(reply.status == 200, "{}", reply.text());
        Ok(())
    })
    .await?;
    rig.world.stop().await
}
