//! The gateway counts the tokens that providers told, all of them and once.
//!
//! Each mock keeps an account of the counts that it sent. Must not know how tokens are counted: only that both agree.

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use tests::client::{Client, Connection};
use tests::deadline;

use super::account::Metrics;
use super::ask::{Answer, Format, Question};
use super::rig::{KINDS, Kind, Rig};
use super::told::Told;

const TOKENS: &str = "gen_ai_client_token_usage_sum";
/// The gateway's types of tokens, and the mock's names for them.
const TYPES: [(&str, &str); 5] = [
    ("input", "input_tokens"),
    ("output", "output_tokens"),
    ("input_cache_read", "cache_read_tokens"),
    ("input_cache_write", "cache_write_tokens"),
    ("reasoning", "reasoning_tokens"),
];
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

/// What of a kind differs between the gateway and the mock.
async fn differences(rig: &Rig, kind: &Kind) -> Result<Vec<String>> {
    let metrics = Metrics::scrape(&rig.world).await?;
    let accounts = rig.mock(kind)?.accounts().await?;
    let route = format!("default/{}", kind.name);
    let mut wrong = Vec::new();
    for (of_gateway, of_mock) in TYPES {
        let labels = [
            ("route", route.as_str()),
            ("gen_ai_provider_name", kind.telemetry),
            ("gen_ai_token_type", of_gateway),
        ];
        let counted = metrics.sum(TOKENS, &labels)?;
        let told = accounts.iter().map(|account| account[of_mock].as_u64());
        let told = told.sum::<Option<u64>>().context(of_mock)?;
        if counted != told {
            wrong.push(format!("{}: {counted} of {told} {of_mock}", kind.name));
        }
    }
    let settled = accounts.iter().map(|account| account["settled"].as_u64());
    if settled.sum::<Option<u64>>() == Some(0) {
        wrong.push(format!("{}: nothing was told", kind.name));
    }
    Ok(wrong)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_has_exactly_what_was_told() -> Result<()> {
    let rig = Rig::start().await?;
    let mut failures = Vec::new();
    for kind in &KINDS {
        if let Err(error) = ask_all(&rig, kind).await {
            failures.push(format!("{error:#}"));
        }
    }
    for kind in &KINDS {
        // A count may come a moment after what it counts.
        let agree = deadline::until("gateway and mock agree", deadline::SOON, || async {
            let wrong = differences(&rig, kind).await?;
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
