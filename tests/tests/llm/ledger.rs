//! The gateway counts the tokens that providers told, all of them and once: in its metrics, and in the events that a bill is
//! made of.
//!
//! Each mock keeps an account of the counts that it sent. Must not know how tokens are counted: only that all agree.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use tests::client::{Client, Connection};
use tests::deadline;

use super::account::Metrics;
use super::ask::{Answer, Format, Question};
use super::rig::{KINDS, Kind, Rig};
use super::told::Told;
use super::usage::{bill, field, picos};
use crate::traces::collector::Collector;

const TOKENS: &str = "gen_ai_client_token_usage_sum";
/// Types of tokens in metrics, what events call them, and the mock's names for them.
const TYPES: [(&str, &str, &str); 5] = [
    ("input", "gen_ai.usage.input_tokens", "input_tokens"),
    ("output", "gen_ai.usage.output_tokens", "output_tokens"),
    (
        "input_cache_read",
        "gen_ai.usage.cache_read.input_tokens",
        "cache_read_tokens",
    ),
    (
        "input_cache_write",
        "gen_ai.usage.cache_creation.input_tokens",
        "cache_write_tokens",
    ),
    (
        "reasoning",
        "gen_ai.usage.reasoning.output_tokens",
        "reasoning_tokens",
    ),
];
/// What `bill` reckons with.
const RATES: &str = "{input: \"2.5\", output: \"10\", cacheRead: \"0.25\", cacheWrite: \"3.125\", \
                     reasoning: \"12.000001\"}";
/// What is answered, and how it comes.
const MODES: [&str; 10] = [
    "healthy",
    "cached",
    "cached.cache-write",
    "thinking",
    "cached.cache-write.thinking",
    "refusal",
    "crlf",
    "dribble",
    "gzip",
    "ignore-stream.cached",
];

/// Asks one question and checks that the answer is whole; how often counts were told.
async fn ask(
    connection: &mut Connection,
    kind: &Kind,
    (question, body): (Question<'_>, Value),
) -> Result<usize> {
    let request = question.with_body(kind.name, &body.to_string())?;
    let reply = connection.send(request).await?;
    let told = Told::read(question.format, question.answer, &reply)?;
    ensure!(told.is_whole(), "not whole: {told:?}");
    Ok(told.counts)
}

/// Asks in every way that a client of the kind may ask.
async fn ask_all(rig: &Rig, kind: &Kind) -> Result<()> {
    let mut connection = Client::http1(rig.port).connect().await?;
    let formats = Format::ALL
        .into_iter()
        .filter(|format| kind.serves(*format));
    for format in formats {
        for (mode, answer) in ways() {
            let model = format!("{}-mock-{mode}", kind.model);
            let question = Question {
                format,
                answer,
                model: &model,
                said: "how many words are in this question",
            };
            let body = question.body();
            let about = || format!("{} {format:?} {answer:?} {mode}", kind.name);
            let told = ask(&mut connection, kind, (question, body.clone())).await;
            let told = told.with_context(about)?;
            if (format, answer) != (Format::Chat, Answer::Streamed) {
                continue;
            }
            ensure!(told == 0, "{}: counts that nobody asked for", about());
            let mut body = body;
            if let Some(members) = body.as_object_mut() {
                members.insert("stream_options".to_owned(), json!({"include_usage": true}));
            }
            let told = ask(&mut connection, kind, (question, body)).await;
            let told = told.with_context(about)?;
            ensure!(told == 1, "{}: counts came {told} times", about());
        }
    }
    Ok(())
}

fn ways() -> impl Iterator<Item = (&'static str, Answer)> {
    MODES
        .into_iter()
        .flat_map(|mode| Answer::ALL.map(|answer| (mode, answer)))
}

/// The prices of every model that is asked for.
fn prices() -> String {
    let providers: BTreeSet<&str> = KINDS.iter().map(|kind| kind.telemetry).collect();
    let mut catalog = "apiVersion: tidegate.dev/v1alpha1
kind: PriceCatalog
metadata: {name: prices}
spec:
  providers:
"
    .to_owned();
    for provider in providers {
        let own = KINDS.iter().filter(|kind| kind.telemetry == provider);
        let models: BTreeSet<String> = own
            .flat_map(|kind| MODES.map(|mode| format!("{}-mock-{mode}", kind.model)))
            .collect();
        catalog.push_str(&format!("    {provider}:\n      models:\n"));
        for model in models {
            catalog.push_str(&format!("        {model}: {{rates: {RATES}}}\n"));
        }
    }
    catalog
}

/// What of a kind differs between its mock, the gateway's metrics and the events that were collected.
async fn differences(rig: &Rig, collector: &Collector, kind: &Kind) -> Result<Vec<String>> {
    let metrics = Metrics::scrape(&rig.world).await?;
    let accounts = rig.mock(kind)?.accounts().await?;
    let route = format!("default/{}", kind.name);
    let mut events = collector.events()?;
    events.retain(|event| event.get("http.route") == Some(&route));
    let mut wrong = Vec::new();
    for (in_metrics, in_events, of_mock) in TYPES {
        let labels = [
            ("route", route.as_str()),
            ("gen_ai_provider_name", kind.telemetry),
            ("gen_ai_token_type", in_metrics),
        ];
        let counted = metrics.sum(TOKENS, &labels)?;
        let of_event = |event: &BTreeMap<String, String>| {
            // None is not told.
            event.get(in_events).map_or(Ok(0), |count| count.parse())
        };
        let recorded = events.iter().map(of_event).sum::<Result<u64, _>>()?;
        let told = accounts.iter().map(|account| account[of_mock].as_u64());
        let told = told.sum::<Option<u64>>().context(of_mock)?;
        if (counted, recorded) != (told, told) {
            let about = format!("{counted} in metrics and {recorded} in events");
            wrong.push(format!("{}: {about} of {told} {of_mock}", kind.name));
        }
    }
    let requests = rig.mock(kind)?.requests().await?;
    if u64::try_from(events.len())? != requests {
        let events = events.len();
        wrong.push(format!("{}: {events} of {requests} events", kind.name));
    }
    let mut cost = 0;
    for event in &events {
        for (name, value) in [
            ("gen_ai.provider.name", kind.telemetry),
            ("tidegate.llm.usage.source", "provider"),
            ("tidegate.llm.ending", "complete"),
        ] {
            ensure!(field(event, name)? == value, "{name}: {event:?}");
        }
        cost += picos(field(event, "tidegate.llm.cost.total")?)?;
    }
    let bill = bill(&accounts)?;
    if cost != bill || bill == 0 {
        wrong.push(format!("{}: {cost} in a bill of {bill}", kind.name));
    }
    let settled = accounts.iter().map(|account| account["settled"].as_u64());
    if settled.sum::<Option<u64>>() == Some(0) {
        wrong.push(format!("{}: nothing was told", kind.name));
    }
    Ok(wrong)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_has_exactly_what_was_told() -> Result<()> {
    let collector = Collector::start().await?;
    let endpoint = collector.endpoint();
    let flags = ["--otlp-logs-endpoint", endpoint.as_str()];
    let rig = Rig::start_with(&[("prices.yaml", prices())], &flags).await?;
    let mut failures = Vec::new();
    for kind in &KINDS {
        if let Err(error) = ask_all(&rig, kind).await {
            failures.push(format!("{error:#}"));
        }
    }
    for kind in &KINDS {
        // A count may come a moment after what it counts.
        let agree = deadline::until("gateway and mock agree", deadline::SOON, || async {
            let wrong = differences(&rig, &collector, kind).await?;
            ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
            Ok(())
        });
        if let Err(error) = agree.await {
            failures.push(format!("{error:#}"));
        }
    }
    if !failures.is_empty() {
        bail!("{}", failures.join("\n"));
    }
    rig.world.stop().await
}
