//! What requests to models took and cost, as the gateway tells it: one event each, metrics, spans.
//!
//! Owns prices of its own, and the sum that a provider's bill would have. Must not know how prices are found.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::client::{Client, request};
use tests::manifest::{documents, gateway, route};
use tests::world::World;
use tests::{deadline, port};

use super::account::Metrics;
use super::ask::{Answer, Format, Question};
use super::mock::{KEY, Mock};
use super::page;
use crate::traces::collector::Collector;

/// What the answers hold.
const MODES: [&str; 4] = [
    "healthy",
    "cached",
    "cached.cache-write.thinking",
    "thinking",
];
/// Millionths of USD for a million tokens: `2.5` is 2,500,000.
const INPUT: u128 = 2_500_000;
const OUTPUT: u128 = 10_000_000;
const CACHE_READ: u128 = 250_000;
const CACHE_WRITE: u128 = 3_125_000;
const REASONING: u128 = 12_000_001;

type Event = BTreeMap<String, String>;

/// A gateway before two providers, and a collector.
pub(crate) struct Scene {
    pub(crate) collector: Collector,
    pub(crate) world: World,
    pub(crate) port: u16,
    pub(crate) openai: Mock,
    anthropic: Mock,
}

/// A provider and the route to it, both of the name of its kind.
pub(crate) fn backend(name: &str, port: u16) -> String {
    format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: {name}}}
spec:
  ai: {{provider: {{{name}: {{}}, host: 127.0.0.1, port: {port}}}}}
  policies: {{auth: {{key: {KEY}}}}}
---
{}",
        route(name, &format!("/{name}"), name)
    )
}

/// Prices of every model that is asked for. `input` is in USD for a million tokens.
fn prices(input: &str) -> String {
    let models = |model: &str| {
        let priced = MODES.map(|mode| {
            format!(
                "      {model}-mock-{mode}: {{rates: {{input: \"{input}\", output: \"10\", cacheRead: \"0.25\", \
                 cacheWrite: \"3.125\", reasoning: \"12.000001\"}}}}\n"
            )
        });
        priced.concat()
    };
    format!(
        "apiVersion: tidegate.dev/v1alpha1
kind: PriceCatalog
metadata: {{name: prices}}
spec:
  providers:
    openai:
      models:
{}    anthropic:
      models:
{}",
        models("gpt-x").replace("      ", "        "),
        models("claude-x").replace("      ", "        "),
    )
}

// === impl Scene ===

impl Scene {
    async fn start() -> Result<Scene> {
        Scene::start_with(&[]).await
    }

    /// The same, with further manifests.
    pub(crate) async fn start_with(further: &[(&str, String)]) -> Result<Scene> {
        let collector = Collector::start().await?;
        let flags = ["--base-path", "/v1", "--require-key", KEY];
        let openai = Mock::start(&flags).await?;
        let anthropic = Mock::start(&flags).await?;
        let port = port::free()?;
        let mut manifests = vec![
            ("gateway.yaml", gateway(port)),
            (
                "providers.yaml",
                documents(&[
                    backend("openai", openai.port()),
                    backend("anthropic", anthropic.port()),
                ]),
            ),
            ("prices.yaml", prices("2.5")),
            ("ready.yaml", route("ready", "/ready", "absent")),
        ];
        manifests.extend_from_slice(further);
        let endpoint = collector.endpoint();
        let flags = [
            "--otlp-logs-endpoint",
            &endpoint,
            "--otlp-endpoint",
            &endpoint,
        ];
        let mut world = World::up_with(&manifests, &flags)?;
        world.until_status(port, "http://a.test/ready", 500).await?;
        Ok(Scene {
            collector,
            world,
            port,
            openai,
            anthropic,
        })
    }

    /// Waits for so many events.
    pub(crate) async fn events(&self, count: usize) -> Result<Vec<Event>> {
        deadline::until("the events came", deadline::SOON, || async {
            let events = self.collector.events()?;
            ensure!(events.len() >= count, "{} of {count}", events.len());
            Ok(events)
        })
        .await
    }

    async fn ask(&self, provider: &str, question: Question<'_>) -> Result<()> {
        let reply = Client::http1(self.port)
            .send(question.request(provider)?)
            .await?;
        ensure!(reply.status == 200, "{question:?}: {}", reply.text());
        Ok(())
    }

    /// Asks in every mode, in both ways; how often.
    async fn ask_all(&self, (provider, format, model): (&str, Format, &str)) -> Result<usize> {
        for mode in MODES {
            for answer in Answer::ALL {
                let model = format!("{model}-mock-{mode}");
                let question = Question {
                    format,
                    answer,
                    model: &model,
                    said: "how much is this",
                };
                self.ask(provider, question).await?;
            }
        }
        Ok(MODES.len() * Answer::ALL.len())
    }
}

pub(crate) fn field<'a>(event: &'a Event, name: &str) -> Result<&'a str> {
    let found = event.get(name);
    Ok(found.with_context(|| format!("no {name} in {event:?}"))?)
}

/// Millionths of millionths of USD.
pub(crate) fn picos(decimal: &str) -> Result<u128> {
    let (whole, fraction) = decimal.split_once('.').unwrap_or((decimal, ""));
    ensure!(fraction.len() <= 12, "{decimal}");
    let digits = format!("{whole}{fraction:0<12}");
    digits.parse().with_context(|| decimal.to_owned())
}

/// What a provider's accounts cost at these prices.
pub(crate) fn bill(accounts: &[Value]) -> Result<u128> {
    let mut sum = 0;
    for account in accounts {
        let count = |name: &str| {
            let count = account[name].as_u64().map(u128::from);
            count.with_context(|| format!("no {name} in {account}"))
        };
        let (read, written) = (count("cache_read_tokens")?, count("cache_write_tokens")?);
        let reasoned = count("reasoning_tokens")?;
        sum += (count("input_tokens")? - read - written) * INPUT
            + read * CACHE_READ
            + written * CACHE_WRITE
            + (count("output_tokens")? - reasoned) * OUTPUT
            + reasoned * REASONING;
    }
    Ok(sum)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_events_cost_to_the_last_digit_what_the_providers_told() -> Result<()> {
    let scene = Scene::start().await?;
    let mut asked = scene.ask_all(("openai", Format::Chat, "gpt-x")).await?;
    asked += scene
        .ask_all(("anthropic", Format::Messages, "claude-x"))
        .await?;
    // Through another format, what it costs is the same.
    asked += scene
        .ask_all(("anthropic", Format::Chat, "claude-x"))
        .await?;
    let events = scene.events(asked).await?;
    ensure!(events.len() == asked, "{} events", events.len());
    for (provider, mock) in [("openai", &scene.openai), ("anthropic", &scene.anthropic)] {
        let mut sum = 0;
        for event in &events {
            if field(event, "gen_ai.provider.name")? == provider {
                sum += picos(field(event, "tidegate.llm.cost.total")?)?;
            }
        }
        let bill = bill(&mock.accounts().await?)?;
        ensure!(sum == bill && sum > 0, "{provider}: {sum}, not {bill}");
    }
    let ids: BTreeSet<&str> = events
        .iter()
        .map(|event| field(event, "tidegate.llm.request_id"))
        .collect::<Result<_>>()?;
    ensure!(ids.len() == asked, "{} ids", ids.len());
    for event in &events {
        for (name, value) in [
            ("event.name", "tidegate.llm.usage"),
            ("gen_ai.operation.name", "chat"),
            ("tidegate.llm.cost.status", "exact"),
            ("tidegate.llm.usage.source", "provider"),
            ("tidegate.llm.ending", "complete"),
            ("http.response.status_code", "200"),
        ] {
            ensure!(field(event, name)? == value, "{name}: {event:?}");
        }
        let catalog = field(event, "tidegate.llm.cost.catalog")?;
        ensure!(catalog.starts_with("default/prices@"), "{catalog}");
        ensure!(
            field(event, "tidegate.llm.usage.raw")?.starts_with('{'),
            "{event:?}"
        );
        ensure!(field(event, "span.id")?.len() == 16, "{event:?}");
    }
    scene.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn prices_change_while_it_runs_and_without_one_nothing_is_free() -> Result<()> {
    let mut scene = Scene::start().await?;
    let question = |model| Question {
        format: Format::Chat,
        answer: Answer::Collected,
        model,
        said: "how much is this",
    };
    let priced = question("gpt-x-mock-healthy");
    scene.ask("openai", priced).await?;
    let first = scene.events(1).await?;
    let version = field(&first[0], "tidegate.llm.cost.catalog")?.to_owned();
    // A route that comes with the prices says that they are in force.
    let change = documents(&[prices("5"), route("changed", "/changed", "absent")]);
    scene.world.write("prices.yaml", &change)?;
    let url = "http://a.test/changed";
    scene.world.until_status(scene.port, url, 500).await?;
    scene.ask("openai", priced).await?;
    scene.ask("openai", question("nobody-priced-this")).await?;
    let events = scene.events(3).await?;
    let (before, after, unknown) = (&events[0], &events[1], &events[2]);
    ensure!(
        *field(after, "tidegate.llm.cost.catalog")? != version,
        "{after:?}"
    );
    let cost = |event| picos(field(event, "tidegate.llm.cost.input")?);
    ensure!(
        cost(after)? == 2 * cost(before)?,
        "{before:?}, then {after:?}"
    );
    ensure!(
        field(unknown, "tidegate.llm.cost.status")? == "missing",
        "{unknown:?}"
    );
    ensure!(
        !unknown.contains_key("tidegate.llm.cost.total"),
        "{unknown:?}"
    );

    let metrics = Metrics::scrape(&scene.world).await?;
    let lookups = |status| {
        let name = "tidegate_proxy_llm_cost_lookups_total";
        metrics.sum(name, &[("status", status)])
    };
    ensure!((lookups("exact")?, lookups("missing")?) == (2, 1));
    // A model that a client made up is no label; one that has a price is.
    let requests = |model| {
        let name = "gen_ai_server_request_duration_seconds_count";
        metrics.sum(name, &[("gen_ai_request_model", model)])
    };
    ensure!((requests("gpt-x-mock-healthy")?, requests("_other")?) == (2, 1));
    ensure!(requests("nobody-priced-this")? == 0);

    let gone = documents(&[route("gone", "/gone", "absent")]);
    scene.world.write("prices.yaml", &gone)?;
    let url = "http://a.test/gone";
    scene.world.until_status(scene.port, url, 500).await?;
    scene.ask("openai", priced).await?;
    let events = scene.events(4).await?;
    ensure!(field(&events[3], "tidegate.llm.cost.status")? == "no_catalog");
    scene.world.stop().await
}

/// What tiers of service cost, above the prices that all have.
const SERVICE_TIERS: &str = "apiVersion: tidegate.dev/v1alpha1
kind: PriceCatalog
metadata: {name: tiers}
spec:
  priority: 1
  providers:
    openai:
      models:
        gpt-x-mock-healthy: {serviceTiers: {flex: {rates: {input: \"1.25\", output: \"5\"}}}}
    anthropic:
      models:
        claude-x-mock-healthy: {serviceTiers: {fast: {rates: {input: \"15\", output: \"60\"}}}}
    gcp.gemini:
      models:
        gemini-x-mock-healthy:
          rates: {input: \"2.5\", output: \"10\"}
          serviceTiers: {flex: {rates: {input: \"1.25\", output: \"5\"}}}
";

#[tokio::test(flavor = "multi_thread")]
async fn what_a_tier_of_service_costs_is_charged_where_it_served() -> Result<()> {
    let tiers = ("tiers.yaml", SERVICE_TIERS.to_owned());
    let gemini = Mock::start(&["--require-key", KEY]).await?;
    let gemini = ("gemini.yaml", backend("gemini", gemini.port()));
    let scene = Scene::start_with(&[tiers, gemini]).await?;
    let said = r#"[{"role":"user","content":"how much is this"}]"#;
    let chat = |tier: &str, is_streamed: bool| {
        let body = format!(
            r#"{{"model":"gpt-x-mock-healthy","messages":{said},"stream":{is_streamed},"service_tier":"{tier}"}}"#
        );
        ("openai/v1/chat/completions", body)
    };
    let responses = |is_streamed: bool| {
        let body = format!(
            r#"{{"model":"gpt-x-mock-healthy","input":"how much is this","stream":{is_streamed},"service_tier":"flex"}}"#
        );
        ("openai/v1/responses", body)
    };
    let fast = format!(
        r#"{{"model":"claude-x-mock-healthy","max_tokens":64,"messages":{said},"speed":"fast"}}"#
    );
    let fast = ("anthropic/v1/messages", fast);
    // Told in the head alone.
    let generate = |tier: &str| {
        let contents = r#"[{"role":"user","parts":[{"text":"how much is this"}]}]"#;
        format!(r#"{{"contents":{contents},"serviceTier":"{tier}"}}"#)
    };
    let from_chat = (
        "gemini/v1/chat/completions",
        format!(r#"{{"model":"gemini-x-mock-healthy","messages":{said},"service_tier":"flex"}}"#),
    );
    let whole = "gemini/v1beta/models/gemini-x-mock-healthy:generateContent";
    let events = "gemini/v1beta/models/gemini-x-mock-healthy:streamGenerateContent?alt=sse";
    // The price in hundredths of the usual one, the tier that it is of, and how it was found.
    let cases = [
        (chat("auto", false), 100, None, "exact"),
        (chat("flex", false), 50, Some("flex"), "exact"),
        (chat("flex", true), 50, Some("flex"), "exact"),
        (responses(false), 50, Some("flex"), "exact"),
        (responses(true), 50, Some("flex"), "exact"),
        // Nobody said what it costs.
        (
            chat("priority", false),
            100,
            Some("priority"),
            "tier_missing",
        ),
        (fast, 600, Some("fast"), "exact"),
        ((whole, generate("flex")), 50, Some("flex"), "exact"),
        ((events, generate("flex")), 50, Some("flex"), "exact"),
        ((whole, generate("standard")), 100, None, "exact"),
        (from_chat, 50, Some("flex"), "exact"),
    ];
    let client = Client::http1(scene.port);
    for (asked, ((path, body), hundredths, tier, status)) in cases.iter().enumerate() {
        let url = format!("http://a.test/{path}");
        let reply = client.send(request("POST", &url, &[], body)?).await?;
        ensure!(reply.status == 200, "{body}: {}", reply.text());
        let events = scene.events(asked + 1).await?;
        let event = &events[asked];
        let count = |name| Ok::<_, anyhow::Error>(field(event, name)?.parse::<u128>()?);
        let usual = count("gen_ai.usage.input_tokens")? * INPUT
            + count("gen_ai.usage.output_tokens")? * OUTPUT;
        let cost = picos(field(event, "tidegate.llm.cost.total")?)?;
        ensure!(cost * 100 == usual * hundredths && cost > 0, "{event:?}");
        let told = event.get("tidegate.llm.cost.tier").map(String::as_str);
        ensure!(told == *tier, "{event:?}");
        let found = field(event, "tidegate.llm.cost.status")?;
        ensure!(found == *status, "{event:?}");
    }
    let metrics = Metrics::scrape(&scene.world).await?;
    let name = "tidegate_proxy_llm_cost_lookups_total";
    ensure!(metrics.sum(name, &[("status", "tier_missing")])? == 1);
    scene.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_says_whose_it_is_and_a_failed_one_what_failed() -> Result<()> {
    let scene = Scene::start().await?;
    let url = "http://a.test/openai/v1/chat/completions";
    let ask = |model: &str, user: &str, headers: &'static [(&'static str, &'static str)]| {
        let body = format!(
            r#"{{"model":"{model}","user":"{user}","messages":[{{"role":"user","content":"hi"}}]}}"#
        );
        request("POST", url, headers, &body)
    };
    let client = Client::http1(scene.port);
    client
        .send(ask("gpt-x-mock-healthy", "of-the-body", &[])?)
        .await?;
    let trusted = &[("x-user-id", "of-the-header")];
    client
        .send(ask("gpt-x-mock-healthy", "of-the-body", trusted)?)
        .await?;
    scene.openai.script(&["fail-429"]).await?;
    client.send(ask("gpt-x-mock-healthy", "", &[])?).await?;
    let events = scene.events(3).await?;
    for (event, expected) in events.iter().zip([
        [
            ("enduser.id", "of-the-body"),
            ("tidegate.llm.user_source", "body"),
            ("tidegate.llm.ending", "complete"),
        ],
        [
            ("enduser.id", "of-the-header"),
            ("tidegate.llm.user_source", "header"),
            ("tidegate.llm.ending", "complete"),
        ],
        [
            ("error.type", "429"),
            ("tidegate.llm.usage.source", "unknown"),
            ("tidegate.llm.ending", "failed"),
        ],
    ]) {
        for (name, value) in expected {
            ensure!(field(event, name)? == value, "{name}: {event:?}");
        }
    }
    ensure!(
        !events[2].contains_key("gen_ai.usage.input_tokens"),
        "{:?}",
        events[2]
    );
    scene.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_attempt_is_a_span_below_its_request() -> Result<()> {
    let scene = Scene::start().await?;
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let parent = format!("00-{trace}-b7ad6b7169203331-01");
    let headers = [("traceparent", parent.as_str())];
    let url = "http://a.test/openai/v1/chat/completions";
    let body = r#"{"model":"gpt-x-mock-healthy","messages":[{"role":"user","content":"hi"}],"max_completion_tokens":90,"temperature":0.5,"top_p":0.25,"seed":7,"stop":["x"],"frequency_penalty":0.5,"presence_penalty":1.5,"response_format":{"type":"text"},"service_tier":"flex"}"#;
    let asked = request("POST", url, &headers, body)?;
    Client::http1(scene.port).send(asked).await?;
    let spans = deadline::until("both spans came", deadline::SOON, || async {
        let mut spans = scene.collector.spans()?;
        spans.retain(|span| span.trace == trace);
        ensure!(spans.len() == 2, "{spans:?}");
        Ok(spans)
    })
    .await?;
    let attempt = spans
        .iter()
        .find(|span| span.name == "chat gpt-x-mock-healthy");
    let attempt = attempt.context("no attempt")?;
    let outer = spans.iter().find(|span| span.id == attempt.parent);
    let outer = outer.context("the attempt is nobody's")?;
    ensure!(outer.parent == "b7ad6b7169203331", "{outer:?}");
    // OTLP's `SPAN_KIND_CLIENT`.
    ensure!(attempt.kind == 3, "{attempt:?}");
    for span in [attempt, outer] {
        let tokens = span.attributes.get("gen_ai.usage.input_tokens");
        ensure!(tokens.is_some(), "{span:?}");
    }
    let port = scene.openai.port().to_string();
    for (name, value) in [
        ("gen_ai.request.max_tokens", "90"),
        ("gen_ai.request.temperature", "0.5"),
        ("gen_ai.request.top_p", "0.25"),
        ("gen_ai.request.seed", "7"),
        ("gen_ai.request.frequency_penalty", "0.5"),
        ("gen_ai.request.presence_penalty", "1.5"),
        ("gen_ai.output.type", "text"),
        ("openai.request.service_tier", "flex"),
        ("openai.response.service_tier", "flex"),
        ("server.address", "127.0.0.1"),
        ("server.port", &port),
    ] {
        let found = attempt.attributes.get(name).map(String::as_str);
        ensure!(found == Some(value), "{name}: {found:?}");
    }
    let stops = attempt.attributes.get("gen_ai.request.stop_sequences");
    ensure!(
        stops.is_some_and(|stops| stops.contains("StringValue(\"x\")")),
        "{stops:?}"
    );
    let events = scene.events(1).await?;
    ensure!(field(&events[0], "span.id")? == outer.id, "{events:?}");
    ensure!(field(&events[0], "trace.id")? == trace, "{events:?}");
    scene.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_away_costs_events_and_they_are_counted() -> Result<()> {
    let mock = Mock::start(&["--base-path", "/v1", "--require-key", KEY]).await?;
    let port = port::free()?;
    let away = format!("http://127.0.0.1:{}", port::free()?);
    let mut world = World::up_with(
        &[
            ("gateway.yaml", gateway(port)),
            ("openai.yaml", backend("openai", mock.port())),
        ],
        &["--otlp-logs-endpoint", &away],
    )?;
    world
        .until_status(port, "http://a.test/openai/nothing", 404)
        .await?;
    let question = Question {
        format: Format::Chat,
        answer: Answer::Collected,
        model: "gpt-x-mock-healthy",
        said: "is anybody there",
    };
    let reply = Client::http1(port)
        .send(question.request("openai")?)
        .await?;
    ensure!(reply.status == 200, "{}", reply.text());
    deadline::until("the loss is counted", deadline::SOON, || async {
        let metrics = Metrics::scrape(&world).await?;
        let name = "tidegate_proxy_usage_events_dropped_total";
        let lost = metrics.sum(name, &[("reason", "export_failed")])?;
        ensure!(lost == 1, "{lost}");
        Ok(())
    })
    .await?;
    world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_of_the_guide_prices_what_it_names() -> Result<()> {
    let mock = Mock::start(&["--base-path", "/v1", "--require-key", KEY]).await?;
    let port = port::free()?;
    let backends = ["gpt-4o-mini", "gpt-nobody"].map(|model| {
        backend(model, mock.port()).replace(
            &format!("{model}: {{}}"),
            &format!("openai: {{model: {model}}}"),
        )
    });
    let catalogue = page::file(&page::documents("docs/guide/llm-usage.md")?);
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        ("backends.yaml", documents(&backends)),
        ("prices.yaml", catalogue),
    ])?;
    let url = "http://a.test/gpt-nobody/nothing";
    world.until_status(port, url, 404).await?;
    let question = Question {
        format: Format::Chat,
        answer: Answer::Collected,
        model: "any",
        said: "how much is this",
    };
    for model in ["gpt-4o-mini", "gpt-nobody"] {
        let reply = Client::http1(port).send(question.request(model)?).await?;
        ensure!(reply.status == 200, "{model}: {}", reply.text());
    }
    deadline::until("both are counted", deadline::SOON, || async {
        let metrics = Metrics::scrape(&world).await?;
        let lookups = |status| {
            let name = "tidegate_proxy_llm_cost_lookups_total";
            metrics.sum(name, &[("status", status)])
        };
        ensure!((lookups("exact")?, lookups("missing")?) == (1, 1));
        Ok(())
    })
    .await?;
    let said = |output: std::process::Output| String::from_utf8_lossy(&output.stdout).into_owned();
    let status = said(world.tidegate(&["status", "--all"]).await?);
    ensure!(
        status.contains("2 models with prices, of 2 providers"),
        "{status}"
    );
    for (model, words) in [
        ("gpt-4o-mini", "priced by default/list-prices@"),
        ("gpt-nobody", "has no rates of gpt-nobody at openai"),
    ] {
        let path = format!("/{model}/v1/chat/completions");
        let asked = ["explain", "request", "--host", "a.test", "--path", &path];
        let told = said(world.tidegate(&asked).await?);
        ensure!(told.contains(words), "{told}");
    }
    world.stop().await
}
