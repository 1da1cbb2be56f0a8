//! Prompt guards: the manifests of the guide's page, what it says of them, and guards that are attached to a route.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::client::{Client, Reply, request};
use tests::manifest::route;
use tests::world::World;
use tests::{deadline, port};

use super::ask::{Answer, Format};
use super::guarded::Guarded;
use super::mock::Mock;
use super::page;
use super::told::{At, Told};
use crate::traces::collector::Collector;

const PAGE: &str = "docs/guide/llm-guards.md";

async fn up(annotations: Value) -> Result<Guarded> {
    up_with(annotations, &[]).await
}

/// The page, with annotations at its backend.
async fn up_with(annotations: Value, flags: &[&str]) -> Result<Guarded> {
    let annotate = |document: &mut Value| {
        if document.at("/kind") == "AgentgatewayBackend" {
            let metadata = document
                .pointer_mut("/metadata")
                .and_then(Value::as_object_mut);
            let metadata = metadata.context("no metadata")?;
            metadata.insert("annotations".to_owned(), annotations.clone());
        }
        Ok(())
    };
    Guarded::up(PAGE, flags, annotate).await
}

async fn told(guarded: &Guarded, format: Format, answer: Answer, said: &str) -> Result<Told> {
    let reply = guarded.ask(format, answer, said).await?;
    ensure!(reply.status == 200, "{}", reply.text());
    Told::read(format, answer, &reply)
}

#[tokio::test(flavor = "multi_thread")]
async fn prompts_are_masked_and_refused() -> Result<()> {
    let guarded = up(json!({})).await?;
    for format in Format::ALL {
        let said = "pay 4111 1111 1111 1111 not 4111111111111112 for ann@example.org";
        guarded.ask(format, Answer::Collected, said).await?;
        let sent = guarded.mock.last_body().await?.to_string();
        let expected = "pay <CREDIT_CARD> not 4111111111111112 for <EMAIL_ADDRESS>";
        ensure!(sent.contains(expected), "{format:?}: {sent}");
        let before = guarded.mock.requests().await?;
        let reply = guarded
            .ask(format, Answer::Streamed, "tell of Project Nightfall")
            .await?;
        ensure!(reply.status == 422, "{format:?}: {}", reply.text());
        ensure!(
            reply.text().contains("was refused by a guard") && !reply.text().contains("ightfall"),
            "{format:?}: {}",
            reply.text()
        );
        ensure!(
            guarded.mock.requests().await? == before,
            "{format:?}: the provider was asked"
        );
    }
    // What tools gave is judged, and stays where it was.
    let body = json!({"model": "m", "messages": [
        {"role": "user", "content": "what does it say?"},
        {"role": "assistant", "content": null, "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "read", "arguments": "{\"to\":\"bob@example.org\"}"}}]},
        {"role": "tool", "tool_call_id": "c1", "content": "from ann@example.org"},
    ]});
    guarded.post("/v1/chat/completions", &body).await?;
    let sent = guarded.mock.last_body().await?;
    let mut expected = body;
    expected["model"] = json!("gpt-4o-mini");
    expected["messages"][2]["content"] = json!("from <EMAIL_ADDRESS>");
    ensure!(sent == expected, "{sent}");
    let metrics = guarded.world.proxy_metrics("default.gateway").await?;
    for sample in [
        r#"phase="request",guard="request[0]",kind="regex",action="mask"} 5"#,
        r#"phase="request",guard="request[1]",kind="regex",action="reject"} 4"#,
    ] {
        ensure!(metrics.contains(sample), "no {sample} in {metrics}");
    }
    let log = guarded.world.log();
    ensure!(log.contains("request[0] mask: creditCard,email"), "{log}");
    ensure!(
        !log.contains("4111 1111") && !log.contains("41111111") && !log.contains("ann@"),
        "a prompt is in the log: {log}"
    );
    guarded.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_judged_whole_or_as_they_stream() -> Result<()> {
    let guarded = up(json!({})).await?;
    // The mock says what it was told, one word in each event, up to the limit of the question.
    let filler = "word ".repeat(200);
    for format in Format::ALL {
        for answer in Answer::ALL {
            let what = format!("{format:?} {answer:?}");
            let said = format!("{filler}my ssn is 123-45-6789 and {filler}end");
            let told = told(&guarded, format, answer, &said).await?;
            ensure!(told.is_whole(), "{what}: {told:?}");
            let expected = format!("{filler}my ssn is <SSN> and {filler}end");
            ensure!(told.text.ends_with(&expected), "{what}: {told:?}");
            // Two guards hold a window each: what is more came through before.
            let said = format!(
                "{filler}{filler}this is top secret {}end",
                "word ".repeat(60)
            );
            let reply = guarded.ask(format, answer, &said).await?;
            let text = reply.text();
            ensure!(!text.contains("top secret"), "{what}: {text}");
            match answer {
                Answer::Collected => ensure!(reply.status == 403, "{what}: {text}"),
                Answer::Streamed => {
                    ensure!(reply.status == 200, "{what}: {text}");
                    let is_told = text.to_ascii_lowercase().contains("guardrail_intervention");
                    ensure!(is_told, "{what}: {text}");
                    for terminator in [
                        "[DONE]",
                        "message_stop",
                        "response.completed",
                        "finishReason",
                    ] {
                        ensure!(!text.contains(terminator), "{what}: {text}");
                    }
                    ensure!(
                        text.contains("word"),
                        "{what}: nothing came before it: {text}"
                    );
                }
            }
        }
    }
    let metrics = guarded.world.proxy_metrics("default.gateway").await?;
    for sample in [
        r#"phase="response",guard="response[0]",kind="regex",action="mask"} 8"#,
        r#"phase="response",guard="response[1]",kind="regex",action="reject"} 8"#,
        "tidegate_proxy_llm_guard_hold_seconds_count",
    ] {
        ensure!(metrics.contains(sample), "no {sample} in {metrics}");
    }
    // What was refused was paid for all the same, and is no fault of the provider.
    ensure!(
        !metrics.contains("tidegate_proxy_llm_evictions_total{"),
        "{metrics}"
    );
    let log = guarded.world.log();
    ensure!(log.contains("reason=guard_rejected"), "{log}");
    ensure!(
        !log.contains("123-45") && !log.contains("top secret"),
        "a text is in the log"
    );
    guarded.world.stop().await
}

/// G-14: every decision is an event of the request's span, without a word of what was said.
#[tokio::test(flavor = "multi_thread")]
async fn decisions_are_events_of_spans() -> Result<()> {
    let collector = Collector::start().await?;
    let endpoint = collector.endpoint();
    let guarded = up_with(json!({}), &["--otlp-endpoint", &endpoint]).await?;
    let said = "for ann@example.org of 123-45-6789";
    told(&guarded, Format::Chat, Answer::Streamed, said).await?;
    let said = "tell of Project Nightfall";
    let reply = guarded.ask(Format::Chat, Answer::Collected, said).await?;
    ensure!(reply.status == 422, "{}", reply.text());
    let expected = [
        vec![
            ["request[0]", "request", "mask", "email"],
            ["request[1]", "request", "allow", ""],
            ["response[0]", "response", "mask", "ssn"],
            ["response[1]", "response", "allow", ""],
        ],
        vec![
            ["request[0]", "request", "allow", ""],
            ["request[1]", "request", "reject", "matches[0]"],
        ],
    ];
    let spans = deadline::until("both spans came", deadline::SOON, || async {
        let mut spans = collector.spans()?;
        spans.retain(|span| !span.events.is_empty());
        ensure!(spans.len() == expected.len(), "{spans:?}");
        spans.sort_by_key(|span| span.start);
        Ok(spans)
    })
    .await?;
    for (span, expected) in spans.iter().zip(&expected) {
        ensure!(span.events.len() == expected.len(), "{span:?}");
        for (event, [guard, phase, action, rule]) in span.events.iter().zip(expected) {
            for (name, value) in [
                ("event.name", "tidegate.llm.guard"),
                ("tidegate.llm.guard.name", guard),
                ("tidegate.llm.guard.kind", "regex"),
                ("tidegate.llm.guard.phase", phase),
                ("tidegate.llm.guard.action", action),
            ] {
                let found = event.get(name).map(String::as_str);
                ensure!(found == Some(value), "{name}: {event:?}");
            }
            let rules = event.get("tidegate.llm.guard.rules");
            ensure!(rules.is_some() != rule.is_empty(), "{event:?}");
            ensure!(rules.is_none_or(|rules| rules.contains(rule)), "{event:?}");
        }
    }
    for bytes in collector.bytes()? {
        for word in ["ann@", "123-45", "ightfall"] {
            let is_there = bytes
                .windows(word.len())
                .any(|part| part == word.as_bytes());
            ensure!(!is_there, "{word} is in a span");
        }
    }
    guarded.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn held_to_the_end_or_only_watched() -> Result<()> {
    let filler = "word ".repeat(300);
    let said = format!("{filler}this is top secret");
    let guarded = up(json!({"tidegate.dev/guard-streaming": "buffer"})).await?;
    let text = guarded
        .ask(Format::Chat, Answer::Streamed, &said)
        .await?
        .text();
    ensure!(text.contains("guardrail_intervention"), "{text}");
    ensure!(!text.contains("word"), "something left: {text}");
    guarded.world.stop().await?;
    for annotations in [
        json!({"tidegate.dev/guard-streaming": "audit"}),
        json!({"tidegate.dev/guard-mode": "shadow"}),
    ] {
        let guarded = up(annotations.clone()).await?;
        let told = told(&guarded, Format::Chat, Answer::Streamed, &said).await?;
        ensure!(
            told.is_whole() && told.text.ends_with("top secret"),
            "{annotations}: {told:?}"
        );
        let metrics = guarded.world.proxy_metrics("default.gateway").await?;
        let sample = r#"guard="response[1]",kind="regex",action="shadow"} 1"#;
        ensure!(metrics.contains(sample), "{annotations}: {metrics}");
        guarded.world.stop().await?;
    }
    Ok(())
}

/// With `refuse` no format has a stream, whole answers are judged as ever, and guards that only watch refuse none.
#[tokio::test(flavor = "multi_thread")]
async fn streams_are_refused_where_answers_are_judged_whole() -> Result<()> {
    let guarded = up(json!({"tidegate.dev/guard-streaming": "refuse"})).await?;
    for format in Format::ALL {
        let asked = guarded.mock.requests().await?;
        let reply = guarded.ask(format, Answer::Streamed, "hello tide").await?;
        let text = reply.text();
        ensure!(
            reply.status == 403 && text.contains("ask for an answer in one piece"),
            "{format:?}: {} {text}",
            reply.status
        );
        ensure!(reply.header("content-type").starts_with("application/json"));
        ensure!(
            guarded.mock.requests().await? == asked,
            "{format:?}: the provider was asked"
        );
        let told = told(&guarded, format, Answer::Collected, "hello tide").await?;
        ensure!(told.is_whole(), "{format:?}: {told:?}");
    }
    let metrics = guarded.world.proxy_metrics("default.gateway").await?;
    let sample = format!(
        r#"guard="response[0]",kind="regex",action="reject"}} {}"#,
        Format::ALL.len()
    );
    ensure!(metrics.contains(&sample), "{metrics}");
    ensure!(guarded.world.log().contains("response[0] reject: streamed"));
    guarded.world.stop().await?;
    let watched = up(json!({
        "tidegate.dev/guard-streaming": "refuse",
        "tidegate.dev/guard-mode": "shadow",
    }))
    .await?;
    let told = told(&watched, Format::Chat, Answer::Streamed, "hello tide").await?;
    ensure!(told.is_whole(), "{told:?}");
    watched.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guard_that_cannot_be_built_lets_nothing_pass() -> Result<()> {
    let mock = Mock::start(&["--base-path", "/v1"]).await?;
    let port = port::free()?;
    let mut documents = page::documents(PAGE)?;
    page::here(&mut documents, port, |_| Some(mock.port()))?;
    let text = page::file(&documents).replace("top secret", "top (secret");
    let mut world = World::up(&[
        ("guards.yaml", text),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ])?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    let url = "http://a.test/v1/chat/completions";
    let asked = json!({"messages": [{"role": "user", "content": "hi"}]}).to_string();
    let kind = [("content-type", "application/json")];
    let reply = Client::http1(port)
        .send(request("POST", url, &kind, &asked)?)
        .await?;
    ensure!(reply.status == 503, "{}", reply.text());
    ensure!(mock.requests().await? == 0, "the provider was asked");
    let status = world.tidegate(&["status"]).await?;
    let shown = String::from_utf8_lossy(&status.stdout);
    let words =
        "spec.policies.ai.promptGuard.response[1].regex.matches[0] is not a regular expression";
    ensure!(shown.contains(words), "{shown}");
    world.stop().await
}

/// What is asked at a path, and what a provider has at the member `texts`.
async fn sent(guarded: &Guarded, path: &str, body: &Value, texts: &str) -> Result<Value> {
    let reply = post(guarded.port, path, body).await?;
    ensure!(reply.status == 200, "{path}: {}", reply.text());
    Ok(guarded.mock.last_body().await?.at(texts).clone())
}

async fn post(port: u16, path: &str, body: &Value) -> Result<Reply> {
    let url = format!("http://a.test{path}");
    let kind = [("content-type", "application/json")];
    let asked = request("POST", &url, &kind, &body.to_string())?;
    Client::http1(port).send(asked).await
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_besides_conversations_are_judged_or_refused() -> Result<()> {
    let guarded = up(json!({})).await?;
    let said = "for ann@example.org";
    let prompt = json!({"model": "m", "prompt": said});
    let seen = sent(&guarded, "/v1/completions", &prompt, "/prompt").await?;
    ensure!(seen == "for <EMAIL_ADDRESS>", "{seen}");
    let input = json!({"model": "m", "input": ["plain", said]});
    let seen = sent(&guarded, "/v1/embeddings", &input, "/input").await?;
    ensure!(seen == json!(["plain", "for <EMAIL_ADDRESS>"]), "{seen}");
    let before = guarded.mock.requests().await?;
    for (path, body, words) in [
        (
            "/v1/completions",
            json!({"model": "m", "prompt": ["a", "of Project Nightfall"]}),
            "was refused by a guard",
        ),
        (
            "/v1/completions",
            json!({"model": "m", "prompt": [1, 2]}),
            "token ids",
        ),
        (
            "/v1/embeddings",
            json!({"model": "m", "input": [[1, 2]]}),
            "token ids",
        ),
        (
            "/v1/images/generations",
            json!({"model": "m", "prompt": "a tide"}),
            "cannot read requests of this operation",
        ),
        (
            "/v1/moderations",
            json!({"model": "m", "input": "a tide"}),
            "cannot read requests of this operation",
        ),
    ] {
        let reply = post(guarded.port, path, &body).await?;
        let text = reply.text();
        ensure!(matches!(reply.status.as_u16(), 403 | 422), "{path}: {text}");
        ensure!(text.contains(words), "{path}: {text}");
        ensure!(text.contains("guardrail_rejected"), "{path}: {text}");
    }
    ensure!(
        guarded.mock.requests().await? == before,
        "the provider was asked"
    );
    let metrics = guarded.world.proxy_metrics("default.gateway").await?;
    let sample = r#"phase="request",guard="request[0]",kind="regex",action="reject"} 4"#;
    ensure!(metrics.contains(sample), "no {sample} in {metrics}");
    let log = guarded.world.log();
    ensure!(log.contains("request[0] reject: unreadable"), "{log}");
    // Each is a record of its own, which says how it ended.
    ensure!(log.contains("tidegate.llm.ending=refused"), "{log}");
    guarded.world.stop().await
}

/// What a server may put in its prompt, or says again, in members of its own.
#[tokio::test(flavor = "multi_thread")]
async fn members_that_the_format_does_not_have_are_judged() -> Result<()> {
    let guarded = up(json!({})).await?;
    let with = |said: &str| {
        json!({"model": "gpt-4o-mini", "service_tier": "auto", "user": "ann@example.org",
        "documents": [{"id": "d1", "text": said}],
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "hello", "note": said}]},
            {"role": "assistant", "content": "hm", "reasoning_details": [{"type": "reasoning.text", "text": said, "signature": "c2ln"}]},
            {"role": "user", "content": "and?"},
        ]})
    };
    let path = "/v1/chat/completions";
    let sent = sent(&guarded, path, &with("for ann@example.org"), "").await?;
    ensure!(sent == with("for <EMAIL_ADDRESS>"), "{sent}");
    let before = guarded.mock.requests().await?;
    let reply = post(guarded.port, path, &with("of Project Nightfall")).await?;
    ensure!(reply.status == 422, "{}", reply.text());
    let mut templated = with("plain");
    templated["chat_template"] = json!("say: Project Nightfall");
    let reply = post(guarded.port, path, &templated).await?;
    ensure!(reply.status == 422, "{}", reply.text());
    ensure!(
        guarded.mock.requests().await? == before,
        "the provider was asked"
    );
    guarded.world.stop().await
}

/// What a completion of before says is judged like a message.
#[tokio::test(flavor = "multi_thread")]
async fn answers_of_legacy_completions_are_judged() -> Result<()> {
    let mock = Mock::start(&["--base-path", "/v1"]).await?;
    let port = port::free()?;
    let mut documents = page::documents(PAGE)?;
    page::here(&mut documents, port, |_| Some(mock.port()))?;
    // The mock's own words.
    let text = page::file(&documents).replace("top secret", "after all");
    let mut world = World::up(&[
        ("guards.yaml", text),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ])?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    let prompt = json!({"model": "m", "prompt": "the tide"});
    let reply = post(port, "/v1/completions", &prompt).await?;
    ensure!(reply.status == 403, "{}", reply.text());
    ensure!(!reply.text().contains("after all"), "{}", reply.text());
    ensure!(mock.requests().await? == 1, "the provider was not asked");
    // It was paid for all the same.
    let metrics = world.proxy_metrics("default.gateway").await?;
    ensure!(
        metrics.contains("gen_ai_client_token_usage_count{"),
        "{metrics}"
    );
    world.stop().await
}

/// An AgentgatewayPolicy with a guard, on an object.
pub(crate) fn attached(name: &str, (kind, target): (&str, &str), guard: &Value) -> String {
    let group = "gateway.networking.k8s.io";
    json!({
        "apiVersion": "agentgateway.dev/v1alpha1",
        "kind": "AgentgatewayPolicy",
        "metadata": {"name": name},
        "spec": {
            "targetRefs": [{"group": group, "kind": kind, "name": target}],
            "backend": {"ai": {"promptGuard": guard}},
        },
    })
    .to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn guards_are_attached_to_routes() -> Result<()> {
    let mock = Mock::start(&["--base-path", "/v1"]).await?;
    let port = port::free()?;
    let mut documents = page::documents(PAGE)?;
    page::here(&mut documents, port, |_| Some(mock.port()))?;
    for document in &mut documents {
        if document.at("/kind") == "AgentgatewayBackend" {
            let policies = document.pointer_mut("/spec/policies");
            let policies = policies.and_then(Value::as_object_mut);
            policies.context("no policies")?.remove("ai");
        }
    }
    let guard = |word: &str| {
        json!({
            "request": [{"regex": {"matches": [word], "action": "Mask"}}],
            "response": [{"regex": {"matches": ["shallow"], "action": "Reject"}}],
        })
    };
    let mut world = World::up(&[
        ("guards.yaml", page::file(&documents)),
        ("ready.yaml", route("ready", "/ready", "absent")),
        (
            "gateway-guard.yaml",
            attached("far", ("Gateway", "gateway"), &guard("low")),
        ),
        (
            "route-guard.yaml",
            attached("near", ("HTTPRoute", "guarded"), &guard("high")),
        ),
    ])?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    let chat = |said: &str| json!({"model": "m", "messages": [{"role": "user", "content": said}]});
    let path = "/v1/chat/completions";
    // The nearer one stands in the place of the other, as a whole.
    let reply = post(port, path, &chat("high and low")).await?;
    ensure!(reply.status == 200, "{}", reply.text());
    let seen = mock.last_body().await?;
    let content = seen.at("/messages/0/content");
    ensure!(content == "<masked> and low", "{seen}");
    // The mock says what it was told.
    let reply = post(port, path, &chat("a shallow sea")).await?;
    ensure!(reply.status == 403, "{}", reply.text());
    ensure!(!reply.text().contains("shallow"), "{}", reply.text());
    // A guard that cannot be built lets nothing pass.
    world.write(
        "route-guard.yaml",
        &attached("near", ("HTTPRoute", "guarded"), &guard("(high")),
    )?;
    world
        .until_status(port, "http://a.test/v1/models", 503)
        .await?;
    let before = mock.requests().await?;
    let reply = post(port, path, &chat("calm")).await?;
    ensure!(reply.status == 503, "{}", reply.text());
    ensure!(mock.requests().await? == before, "the provider was asked");
    let status = world.tidegate(&["status"]).await?;
    let shown = String::from_utf8_lossy(&status.stdout);
    let words =
        "spec.backend.ai.promptGuard.request[0].regex.matches[0] is not a regular expression";
    ensure!(shown.contains(words), "{shown}");
    world.stop().await
}

/// A platform's guards hold whatever a route has of its own.
#[tokio::test(flavor = "multi_thread")]
async fn guards_of_a_gateway_hold_beside_those_of_a_route() -> Result<()> {
    let mock = Mock::start(&["--base-path", "/v1"]).await?;
    let port = port::free()?;
    let mut documents = page::documents(PAGE)?;
    page::here(&mut documents, port, |_| Some(mock.port()))?;
    let mut far = far(&[
        json!({"regex": {"matches": ["low"], "action": "Mask"}}),
        json!({"regex": {"matches": ["forbidden"], "action": "Reject"}}),
    ])?;
    for document in &mut documents {
        if document.at("/kind") == "AgentgatewayBackend" {
            // As a team may write it: nothing is judged but this.
            let guards = document.pointer_mut("/spec/policies/ai/promptGuard");
            *guards.context("no guards")? =
                json!({"request": [{"regex": {"matches": ["high"], "action": "Mask"}}]});
        }
    }
    let mut world = World::up(&[
        ("guards.yaml", page::file(&documents)),
        ("ready.yaml", route("ready", "/ready", "absent")),
        ("gateway-guard.yaml", far.to_string()),
    ])?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    let chat = |said: &str| json!({"model": "m", "messages": [{"role": "user", "content": said}]});
    let path = "/v1/chat/completions";
    let reply = post(port, path, &chat("high and low")).await?;
    ensure!(reply.status == 200, "{}", reply.text());
    let seen = mock.last_body().await?;
    ensure!(
        seen.at("/messages/0/content") == "<masked> and <masked>",
        "{seen}"
    );
    let before = mock.requests().await?;
    let reply = post(port, path, &chat("a forbidden sea")).await?;
    ensure!(reply.status == 403, "{}", reply.text());
    ensure!(mock.requests().await? == before, "the provider was asked");
    // Each is told by the object that it is of.
    let metrics = world.proxy_metrics("default.gateway").await?;
    for guard in [
        "default/far request[0]",
        "default/far request[1]",
        "request[0]",
    ] {
        let label = format!("guard=\"{guard}\"");
        ensure!(metrics.contains(&label), "no {label} in {metrics}");
    }
    let args = ["explain", "request", "--host", "a.test", "--path", path];
    let told = String::from_utf8(world.tidegate(&args).await?.stdout)?;
    let words = "requests judged by regex, regex, beside the guards of other levels";
    ensure!(told.contains(words), "{told}");

    // Without the annotation the nearer ones stand in their place; one that says nothing known refuses.
    far["metadata"]["annotations"] = json!({"tidegate.dev/guard-merge": "sometimes"});
    world.write("gateway-guard.yaml", &far.to_string())?;
    world
        .until_status(port, "http://a.test/v1/models", 503)
        .await?;
    let status = world.tidegate(&["status"]).await?;
    let shown = String::from_utf8_lossy(&status.stdout);
    ensure!(shown.contains("is not one of replace, append"), "{shown}");
    far["metadata"]["annotations"] = json!({});
    world.write("gateway-guard.yaml", &far.to_string())?;
    deadline::until(
        "the backend's stand in their place",
        deadline::SOON,
        || async {
            let reply = post(port, path, &chat("high and low")).await?;
            ensure!(reply.status == 200, "{}", reply.text());
            Ok(())
        },
    )
    .await?;
    let seen = mock.last_body().await?;
    ensure!(
        seen.at("/messages/0/content") == "<masked> and low",
        "{seen}"
    );
    world.stop().await
}

/// Guards of the page's Gateway that judge beside those of other levels.
fn far(request: &[Value]) -> Result<Value> {
    let guards = json!({"request": request});
    let mut policy: Value =
        serde_json::from_str(&attached("far", ("Gateway", "gateway"), &guards))?;
    let metadata = policy.pointer_mut("/metadata").context("no metadata")?;
    let metadata = metadata.as_object_mut().context("metadata")?;
    let annotations = json!({"tidegate.dev/guard-merge": "append"});
    metadata.insert("annotations".to_owned(), annotations);
    Ok(policy)
}
