//! Answers that are given again, over the page of the guide and a mock.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::client::{Client, Reply, request};
use tests::world::World;
use tests::{deadline, port};
use tokio::task::JoinSet;

use super::account::Metrics;
use super::ask::{Answer, Format, Question};
use super::mock::Mock;
use super::page;
use super::told::{At, Told};

const PAGE: &str = "docs/guide/llm-cache.md";
const REQUESTS: &str = "tidegate_proxy_llm_cache_requests_total";

/// The page's manifests, with what is different on this machine.
struct Stage {
    world: World,
    port: u16,
    model: Mock,
    vectors: Mock,
    documents: Vec<Value>,
}

/// One request.
#[derive(Clone, Copy)]
struct Ask<'a> {
    route: &'a str,
    headers: &'a [(&'a str, &'a str)],
    body: &'a Value,
}

// === impl Stage ===

impl Stage {
    /// Serves the page; `change` edits the caches of its policies.
    async fn start(change: impl Fn(&mut Value)) -> Result<Stage> {
        let (model, vectors) = (Mock::start(&[]).await?, Mock::start(&[]).await?);
        Stage::start_with((model, vectors), change, &[]).await
    }

    async fn start_with(
        (model, vectors): (Mock, Mock),
        change: impl Fn(&mut Value),
        more: &[Value],
    ) -> Result<Stage> {
        let port = port::free()?;
        let mut documents = page::documents(PAGE)?;
        page::here(&mut documents, port, |name| match name {
            "assistant" => Some(model.port()),
            "vectors" => Some(vectors.port()),
            _ => None,
        })?;
        for document in &mut documents {
            if let Some(cache) = document.pointer_mut("/spec/backend/ai/cache") {
                change(cache);
            }
        }
        documents.extend(more.iter().cloned());
        let mut world = World::up(&[("page.yaml", page::file(&documents))])?;
        world
            .until_status(port, "http://a.test/nowhere", 404)
            .await?;
        Ok(Stage {
            world,
            port,
            model,
            vectors,
            documents,
        })
    }

    /// Serves the page as it was with `change`, and waits until the proxy does; `name` is a new one for a route that tells.
    async fn commit(&mut self, name: &str, change: impl Fn(&mut Value)) -> Result<()> {
        let mut documents = self.documents.clone();
        documents.iter_mut().for_each(change);
        let path = format!("/{name}");
        documents.push(json!({
            "apiVersion": "gateway.networking.k8s.io/v1",
            "kind": "HTTPRoute",
            "metadata": {"name": name},
            "spec": {"parentRefs": [{"name": "gateway"}], "rules": [{
                "matches": [{"path": {"type": "Exact", "value": path}}],
                "backendRefs": [{"name": "absent", "port": 80}],
            }]},
        }));
        self.world.write("page.yaml", &page::file(&documents))?;
        let url = format!("http://a.test{path}");
        self.world.until_status(self.port, &url, 500).await?;
        Ok(())
    }

    /// Asks for a chat completion at `/assistant`.
    async fn chat(&self, said: &str) -> Result<Reply> {
        self.chat_as(&[], &chat(said)).await
    }

    async fn chat_as(&self, headers: &[(&str, &str)], body: &Value) -> Result<Reply> {
        let route = "assistant";
        let ask = Ask {
            route,
            headers,
            body,
        };
        ask.send(self.port).await
    }

    async fn support(&self, said: &str) -> Result<Reply> {
        let body = &chat(said);
        let ask = Ask {
            route: "support",
            headers: &[],
            body,
        };
        ask.send(self.port).await
    }
}

// === impl Ask ===

impl Ask<'_> {
    async fn send(&self, port: u16) -> Result<Reply> {
        let reply = self.send_anyhow(port).await?;
        ensure!(reply.status == 200, "{}: {}", reply.status, reply.text());
        Ok(reply)
    }

    /// The same, whatever the status is.
    async fn send_anyhow(&self, port: u16) -> Result<Reply> {
        let url = format!("http://a.test/{}/v1/chat/completions", self.route);
        let mut headers = vec![("content-type", "application/json"), ("x-department", "d")];
        headers.retain(|(name, _)| self.headers.iter().all(|(own, _)| own != name));
        headers.extend(self.headers.iter().filter(|(_, value)| !value.is_empty()));
        let asked = request("POST", &url, &headers, &self.body.to_string())?;
        Client::http1(port).send(asked).await
    }
}

fn chat(said: &str) -> Value {
    json!({"model": "gpt-x", "messages": [{"role": "user", "content": said}]})
}

fn without_vary(cache: &mut Value) {
    if let Some(members) = cache.as_object_mut() {
        members.remove("vary");
    }
}

#[track_caller]
fn is(reply: &Reply, status: &str) -> Result<()> {
    let found = reply.header("x-cache");
    let place = std::panic::Location::caller();
    ensure!(found == status, "{place}: {found:?}: {}", reply.text());
    ensure!(
        reply.header("age").is_empty() != status.starts_with("hit"),
        "{place}: {:?}",
        reply.headers
    );
    Ok(())
}

/// In each dialect both forms come from one answer, whichever form it had.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_given_again_in_the_form_that_is_asked_for() -> Result<()> {
    let stage = Stage::start(without_vary).await?;
    for format in Format::ALL {
        for first in Answer::ALL {
            let said = format!("{format:?} {first:?}");
            let mut texts = Vec::new();
            let others = Answer::ALL.into_iter().filter(|own| *own != first);
            for (at, answer) in [first, first].into_iter().chain(others).enumerate() {
                let question = Question {
                    format,
                    answer,
                    model: "gpt-x",
                    said: &said,
                };
                let before = stage.model.requests().await?;
                let asked = question.request("assistant")?;
                let reply = Client::http1(stage.port).send(asked).await?;
                is(&reply, if at == 0 { "miss" } else { "hit-exact" })?;
                let told = Told::read(format, answer, &reply)?;
                ensure!(told.is_whole(), "{said}: {}", reply.text());
                let asked = stage.model.requests().await? - before;
                ensure!(asked == u64::from(at == 0), "{said}: {asked} requests");
                texts.push(told.text);
            }
            let is_said = |text: &String| !text.is_empty() && texts.first() == Some(text);
            ensure!(texts.iter().all(is_said), "{texts:?}");
        }
    }
    // How fast a provider is, only its own answers tell: one stream in each dialect.
    deadline::until("all is counted", deadline::SOON, || async {
        let metrics = Metrics::scrape(&stage.world).await?;
        let requests = metrics.sum("gen_ai_server_request_duration_seconds_count", &[])?;
        ensure!(requests == 24, "{requests} requests");
        for name in ["time_to_first_token", "time_per_output_token"] {
            let name = format!("gen_ai_server_{name}_seconds_count");
            let streams = metrics.sum(&name, &[])?;
            ensure!(streams == 4, "{name}: {streams}");
        }
        Ok(())
    })
    .await?;
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn tenants_do_not_share() -> Result<()> {
    let stage = Stage::start(|_| {}).await?;
    let body = chat("hello");
    let one = [("authorization", "Bearer one")];
    is(&stage.chat_as(&one, &body).await?, "miss")?;
    is(&stage.chat_as(&one, &body).await?, "hit-exact")?;
    let others: [&[(&str, &str)]; 8] = [
        &[("authorization", "Bearer two")],
        &[],
        &[("x-api-key", "one")],
        &[("authorization", "Bearer one"), ("x-user-id", "u")],
        &[("authorization", "Bearer one"), ("cookie", "session=1")],
        // What the policy divides the cache by.
        &[("authorization", "Bearer one"), ("x-department", "e")],
        &[("authorization", "Bearer one"), ("anthropic-beta", "b")],
        &[("authorization", "Bearer one"), ("api-key", "k")],
    ];
    for other in others {
        is(&stage.chat_as(other, &body).await?, "miss")?;
        is(&stage.chat_as(other, &body).await?, "hit-exact")?;
    }
    // One of whom nobody knows the department shares with nobody.
    let unknown = [("authorization", "Bearer one"), ("x-department", "")];
    for _ in 0..2 {
        is(&stage.chat_as(&unknown, &body).await?, "bypass")?;
    }
    // The body's word is the client's own.
    let mut named = body.clone();
    named["user"] = json!("someone");
    is(&stage.chat_as(&one, &named).await?, "hit-exact")?;
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_clients_say_counts() -> Result<()> {
    let stage = Stage::start(|_| {}).await?;
    let body = chat("hello");
    is(&stage.chat("hello").await?, "miss")?;
    for bypass in [("cache-control", "no-store"), ("x-gateway-cache", "bypass")] {
        is(&stage.chat_as(&[bypass], &body).await?, "bypass")?;
    }
    ensure!(stage.model.requests().await? == 3, "somebody was not asked");
    for refresh in [
        ("cache-control", "no-cache"),
        ("x-gateway-cache", "refresh"),
        ("cache-control", "max-age=0"),
    ] {
        let reply = stage.chat_as(&[refresh], &body).await?;
        let found = reply.header("x-cache");
        // Within one second the answer is 0 seconds old.
        ensure!(
            found == "miss" || refresh.1 == "max-age=0",
            "{refresh:?}: {found}"
        );
    }
    let sent = stage.model.last_request().await?.to_string();
    ensure!(!sent.contains("x-gateway-cache"), "{sent}");
    is(&stage.chat("hello").await?, "hit-exact")?;
    // What was not to be stored is not there.
    let body = chat("another");
    is(
        &stage
            .chat_as(&[("cache-control", "no-store")], &body)
            .await?,
        "bypass",
    )?;
    is(&stage.chat("another").await?, "miss")?;
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_lives_as_long_as_the_policy_says() -> Result<()> {
    let stage = Stage::start(|cache| cache["ttl"] = json!("2s")).await?;
    is(&stage.chat("hello").await?, "miss")?;
    is(&stage.chat("hello").await?, "hit-exact")?;
    deadline::until("the answer is too old", deadline::SOON, || async {
        is(&stage.chat("hello").await?, "miss")
    })
    .await?;
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn only_whole_answers_are_kept() -> Result<()> {
    let stage = Stage::start(|cache| {
        cache["cacheTools"] = json!(true);
        cache["maxEntryBytes"] = json!(4096);
    })
    .await?;
    let tool =
        json!({"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}});
    let mut with_tool = chat("call it");
    with_tool["tools"] = json!([tool]);
    let mut cut = chat("say much");
    cut["max_tokens"] = json!(1);
    let mut several = chat("twice");
    several["n"] = json!(2);
    for (mode, body, status) in [
        ("tool", &with_tool, "miss"),
        ("refusal", &chat("refused"), "miss"),
        ("healthy", &cut, "miss"),
        ("large", &chat("large"), "miss"),
        ("healthy", &several, "bypass"),
    ] {
        for is_streamed in [false, true, false] {
            let mut body = body.clone();
            body["stream"] = json!(is_streamed);
            stage.model.script(&[mode]).await?;
            let reply = stage.chat_as(&[], &body).await?;
            ensure!(
                reply.header("x-cache") == status,
                "{mode}: {:?}",
                reply.headers
            );
        }
    }
    // A stream without its end.
    for _ in 0..2 {
        let mut body = chat("cut off");
        body["stream"] = json!(true);
        stage.model.script(&["truncate"]).await?;
        let reply = stage.chat_as(&[], &body).await?;
        is(&reply, "miss")?;
        ensure!(reply.text().contains("error"), "{}", reply.text());
    }
    stage.model.script(&[]).await?;
    is(&stage.chat("cut off").await?, "miss")?;
    // With tools and without a call of one, it is kept.
    with_tool["tool_choice"] = json!("none");
    is(&stage.chat_as(&[], &with_tool).await?, "miss")?;
    is(&stage.chat_as(&[], &with_tool).await?, "hit-exact")?;
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_keeps_what_is_kept() -> Result<()> {
    let mut stage = Stage::start(|_| {}).await?;
    is(&stage.chat("hello").await?, "miss")?;
    // Another object, and the policy itself.
    stage
        .commit("late", |document| {
            if let Some(cache) = document.pointer_mut("/spec/backend/ai/cache") {
                cache["maxBytes"] = json!(1 << 20);
            }
        })
        .await?;
    is(&stage.chat("hello").await?, "hit-exact")?;
    ensure!(stage.model.requests().await? == 1, "it was asked again");
    // Where the provider would be asked another thing now, the answer is not given.
    let overrides = json!({"overrides": [{"field": "temperature", "value": 0.5}]});
    stage
        .commit("later", |document| of_assistant(document, &overrides))
        .await?;
    is(&stage.chat("hello").await?, "miss")?;
    is(&stage.chat("hello").await?, "hit-exact")?;
    let told = stage
        .world
        .tidegate(&[
            "explain",
            "request",
            "--host",
            "a.test",
            "--path",
            "/assistant/v1/chat/completions",
        ])
        .await?;
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    ensure!(told.contains("answers kept for 3600s"), "{told}");
    stage.world.stop().await
}

/// Sets `policies.ai` of the model's backend.
fn of_assistant(document: &mut Value, ai: &Value) {
    let is_backend = document.at("/kind") == "AgentgatewayBackend";
    if is_backend && document.at("/metadata/name") == "assistant" {
        page::put(document, "/spec/policies", "ai", ai.clone());
    }
}

/// What a guard changes is not kept, and guards of now judge what is.
#[tokio::test(flavor = "multi_thread")]
async fn guards_judge_what_is_given_again() -> Result<()> {
    let mut stage = Stage::start(|_| {}).await?;
    let guard = |action: &str| {
        let regex = json!({"action": action, "matches": ["[a-z]+"]});
        json!({"promptGuard": {"response": [{"regex": regex}]}})
    };
    let masks = guard("Mask");
    stage
        .commit("masked", |document| of_assistant(document, &masks))
        .await?;
    let mut streamed = chat("hello");
    streamed["stream"] = json!(true);
    for body in [&chat("hello"), &streamed, &chat("hello")] {
        is(&stage.chat_as(&[], body).await?, "miss")?;
    }
    stage.commit("plain", |_| {}).await?;
    is(&stage.chat("hello").await?, "miss")?;
    is(&stage.chat_as(&[], &streamed).await?, "hit-exact")?;
    let masked = stage.model.requests().await?;
    // Masked for whoever asks now, and refused after that: nobody is asked for it.
    stage
        .commit("masked-again", |document| of_assistant(document, &masks))
        .await?;
    for body in [&chat("hello"), &streamed] {
        let reply = stage.chat_as(&[], body).await?;
        is(&reply, "hit-exact")?;
        ensure!(reply.text().contains("<masked>"), "{}", reply.text());
    }
    let refuses = guard("Reject");
    stage
        .commit("refused", |document| of_assistant(document, &refuses))
        .await?;
    let ask = Ask {
        route: "assistant",
        headers: &[],
        body: &chat("hello"),
    };
    let reply = ask.send_anyhow(stage.port).await?;
    ensure!(reply.status == 403, "{}: {}", reply.status, reply.text());
    ensure!(
        stage.model.requests().await? == masked,
        "it was asked again"
    );
    stage.world.stop().await
}

fn limits(tokens: u64) -> Value {
    json!({
        "apiVersion": "tidegate.dev/v1alpha1",
        "kind": "TidegatePolicy",
        "metadata": {"name": "budget"},
        "spec": {
            "targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "assistant"}],
            "traffic": {"budgets": [{"name": "hour", "unit": "Tokens", "limit": tokens.to_string(), "window": "Hour"}]},
        },
    })
}

async fn mocks() -> Result<(Mock, Mock)> {
    Ok((Mock::start(&[]).await?, Mock::start(&[]).await?))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hit_costs_nothing_unless_the_policy_says_so() -> Result<()> {
    for (charges, allowed) in [(false, 20), (true, 1)] {
        let change = |cache: &mut Value| cache["chargeHits"] = json!(charges);
        let stage = Stage::start_with(mocks().await?, change, &[limits(120)]).await?;
        let mut body = chat("hello");
        body["max_tokens"] = json!(50);
        let first = stage.chat_as(&[], &body).await?;
        is(&first, "miss")?;
        let told: Value = serde_json::from_slice(&first.body).context("an answer")?;
        let total = told.at("/usage/total_tokens").as_u64();
        let total = total.context("no tokens")?;
        ensure!(total > 5, "{told}");
        for _ in 0..allowed {
            is(&stage.chat_as(&[], &body).await?, "hit-exact")?;
        }
        deadline::until("all is counted", deadline::SOON, || async {
            let metrics = Metrics::scrape(&stage.world).await?;
            let backend = ("backend", "backend/default/assistant");
            let hits = metrics.sum(REQUESTS, &[backend, ("status", "hit-exact")])?;
            ensure!(hits == allowed, "{hits} hits");
            let saved = metrics.sum("tidegate_proxy_llm_cache_saved_tokens_total", &[backend])?;
            let expected = if charges { 0 } else { allowed * total };
            ensure!(saved == expected, "{saved} tokens, not {expected}");
            let told = ("gen_ai_token_type", "input");
            let counted = metrics.sum("gen_ai_client_token_usage_count", &[told])?;
            let expected = if charges { 1 + allowed } else { 1 };
            ensure!(counted == expected, "{counted} answers were counted");
            Ok(())
        })
        .await?;
        ensure!(stage.model.requests().await? == 1, "it was asked again");
        stage.world.stop().await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_requests_at_once_ask_once() -> Result<()> {
    let model = Mock::start(&["--delay-ms", "40"]).await?;
    let vectors = Mock::start(&[]).await?;
    let stage = Stage::start_with((model, vectors), |_| {}, &[]).await?;
    for said in ["slowly", "and streamed"] {
        let before = stage.model.requests().await?;
        let mut tasks = JoinSet::new();
        for number in 0..50 {
            let (port, mut body) = (stage.port, chat(said));
            body["stream"] = json!(said == "and streamed" || number % 2 == 1);
            tasks.spawn(async move {
                let ask = Ask {
                    route: "assistant",
                    headers: &[],
                    body: &body,
                };
                ask.send(port).await
            });
        }
        let mut misses = 0;
        while let Some(reply) = tasks.join_next().await {
            misses += usize::from(reply??.header("x-cache") == "miss");
        }
        let asked = stage.model.requests().await? - before;
        ensure!(
            (asked, misses) == (1, 1),
            "{asked} requests, {misses} misses"
        );
    }
    // Where there is nothing to share, all are served all the same.
    let mut tasks = JoinSet::new();
    let mut cut = chat("say much");
    cut["max_tokens"] = json!(1);
    for _ in 0..10 {
        let (port, body) = (stage.port, cut.clone());
        tasks.spawn(async move {
            let ask = Ask {
                route: "assistant",
                headers: &[],
                body: &body,
            };
            ask.send(port).await
        });
    }
    while let Some(reply) = tasks.join_next().await {
        is(&reply??, "miss")?;
    }
    stage.world.stop().await
}

const ASKED: &str = "How many people live in the city of Paris today?";

#[tokio::test(flavor = "multi_thread")]
async fn what_means_the_same_shares_an_answer() -> Result<()> {
    let stage = Stage::start(|cache| {
        if let Some(semantic) = cache.get_mut("semantic") {
            semantic["timeout"] = json!("5s");
        }
    })
    .await?;
    is(&stage.support(ASKED).await?, "miss")?;
    is(&stage.support(ASKED).await?, "hit-exact")?;
    let similar = "So how many people live in the city of Paris today?";
    let reply = stage.support(similar).await?;
    is(&reply, "hit-semantic")?;
    let similarity: f64 = reply.header("x-cache-similarity").parse()?;
    ensure!((0.95..=1.0).contains(&similarity), "{similarity}");
    ensure!(stage.model.requests().await? == 1, "it was asked again");
    // Nothing of the client's goes to the embeddings.
    let sent = stage.vectors.last_request().await?.to_string();
    ensure!(!sent.contains("x-department"), "{sent}");
    for other in [
        "How many people live in the city of London today?",
        "Write a poem about rivers and winter",
    ] {
        is(&stage.support(other).await?, "miss")?;
    }
    // What else is in the request must be equal.
    for (member, value) in [
        ("temperature", json!(0)),
        ("model", json!("gpt-y")),
        (
            "messages",
            json!([{"role": "system", "content": "In French."}, {"role": "user", "content": similar}]),
        ),
    ] {
        let mut body = chat(similar);
        body[member] = value;
        let ask = Ask {
            route: "support",
            headers: &[],
            body: &body,
        };
        is(&ask.send(stage.port).await?, "miss")?;
    }
    // Another tenant, too.
    let ask = Ask {
        route: "support",
        headers: &[("authorization", "Bearer two")],
        body: &chat(similar),
    };
    is(&ask.send(stage.port).await?, "miss")?;
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_vector_the_model_is_asked() -> Result<()> {
    let stage = Stage::start(|_| {}).await?;
    for (mode, outcome) in [
        ("hang", "timeout"),
        ("fail-500", "failed"),
        ("html", "failed"),
    ] {
        stage.vectors.script(&[mode]).await?;
        is(&stage.support(mode).await?, "miss")?;
        let metrics = Metrics::scrape(&stage.world).await?;
        let labels = [("outcome", outcome)];
        let count = metrics.sum("tidegate_proxy_llm_cache_embeddings_total", &labels)?;
        ensure!(count > 0, "{mode}: {outcome}");
        // It is kept for equal requests all the same.
        is(&stage.support(mode).await?, "hit-exact")?;
    }
    stage.world.stop().await
}
