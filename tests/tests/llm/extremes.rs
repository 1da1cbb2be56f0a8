//! Answers at the edge of what is one: very large, in single bytes, compressed, without end, and without what ends or counts
//! them.
//!
//! Must not know the gateway's words. Every pair of formats is asked; each ends in the whole answer, or in an error that the
//! client can read.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::client::{Client, Reply, request};
use tests::manifest::{gateway, route};
use tests::world::World;
use tests::{deadline, port};

use super::account::Metrics;
use super::ask::{Answer, Format, Question};
use super::mock::{KEY, Mock};
use super::rig::{KINDS, Kind, Rig};
use super::told::{At, Told, check_error, check_error_event};

const SAID: &str = "hello tide";
/// Bytes of the text of the large answer.
const HUGE: usize = 5 << 20;
/// More tokens than any answer has.
const TOKENS: u32 = 5_000_000;
/// Bytes that are held of an answer, and a little more.
const HELD: usize = (8 << 20) + (1 << 16);
/// One kind for each format of providers.
const EACH: [&str; 5] = ["chat", "responses", "messages", "bedrock", "gemini"];

/// Every format that these kinds serve, with each of them.
fn pairs() -> impl Iterator<Item = (&'static Kind, Format)> {
    let kinds = KINDS.iter().filter(|kind| EACH.contains(&kind.name));
    kinds.flat_map(|kind| {
        let formats = Format::ALL.into_iter();
        let formats = formats.filter(|format| kind.serves(*format));
        formats.map(move |format| (kind, format))
    })
}

/// Asks for a model whose name says how the mock answers.
async fn ask(rig: &Rig, kind: &Kind, way: (Format, Answer), mode: &str) -> Result<Reply> {
    let model = format!("{}-mock-{mode}", kind.model);
    let question = Question {
        format: way.0,
        answer: way.1,
        model: &model,
        said: SAID,
    };
    let mut body = question.body();
    let (name, limit) = match way.0 {
        Format::Chat => ("max_completion_tokens", json!(TOKENS)),
        Format::Responses => ("max_output_tokens", json!(TOKENS)),
        Format::Messages => ("max_tokens", json!(TOKENS)),
        Format::Gemini => ("generationConfig", json!({"maxOutputTokens": TOKENS})),
    };
    if let Some(members) = body.as_object_mut() {
        members.insert(name.to_owned(), limit);
    }
    let request = question.with_body(kind.name, &body.to_string())?;
    Client::http1(rig.port).send(request).await
}

/// Asks every pair, and says of all that fail.
async fn all(
    rig: &Rig,
    check: impl AsyncFn(&Rig, &'static Kind, Format) -> Result<()>,
) -> Result<()> {
    let mut failures = Vec::new();
    for (kind, format) in pairs() {
        if let Err(error) = check(rig, kind, format).await {
            failures.push(format!("{format:?} at {}: {error:#}", kind.name));
        }
    }
    ensure!(failures.is_empty(), "{}", failures.join("\n"));
    Ok(())
}

/// What is told, without its text where it is long.
async fn whole(rig: &Rig, kind: &Kind, way: (Format, Answer), mode: &str) -> Result<String> {
    let reply = ask(rig, kind, way, mode).await.context(mode.to_owned())?;
    ensure!(reply.status == 200, "{mode}: {}", reply.status);
    ensure!(
        reply.header("content-encoding").is_empty(),
        "{mode}: encoded"
    );
    let told = Told::read(way.0, way.1, &reply);
    let told = told.map_err(|error| anyhow::anyhow!("{mode}: {}", error.root_cause()))?;
    ensure!(told.is_whole(), "{mode}: not whole: {:?}", told.error);
    Ok(told.text)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_five_megabytes_passes_between_all_formats() -> Result<()> {
    let rig = Rig::start().await?;
    all(&rig, async |rig, kind, format| {
        let text = whole(rig, kind, (format, Answer::Streamed), "huge").await?;
        ensure!(text.len() == HUGE, "{} bytes", text.len());
        ensure!(text.split(' ').all(|word| matches!(word, "" | "1234567")));
        Ok(())
    })
    .await?;
    rig.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn however_it_comes_the_answer_is_the_same() -> Result<()> {
    let rig = Rig::start().await?;
    all(&rig, async |rig, kind, format| {
        for answer in Answer::ALL {
            for mode in ["dribble", "gzip"] {
                let text = whole(rig, kind, (format, answer), mode).await?;
                let model = format!("{}-mock-{mode}", kind.model);
                let expected =
                    format!("This is a mock provider answering as {model}. You said: {SAID}");
                ensure!(text == expected, "{mode}: {text}");
            }
        }
        Ok(())
    })
    .await?;
    rig.world.stop().await
}

/// The end of a stream is in its last event. Without it the answer is whole only where the one before says so, and somebody
/// reads it.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_without_its_last_event_is_whole_only_where_that_is_sure() -> Result<()> {
    let rig = Rig::start().await?;
    all(&rig, async |rig, kind, format| {
        let way = (format, Answer::Streamed);
        let is_own = kind.own.contains(&format);
        // Chat completions say why they end before `[DONE]`, and Bedrock before its counts.
        if kind.name == "chat" || (kind.name == "bedrock" && !is_own) {
            whole(rig, kind, way, "no-done").await?;
            return Ok(());
        }
        let reply = ask(rig, kind, way, "no-done").await?;
        let told = Told::read(format, Answer::Streamed, &reply)?;
        ensure!(!told.is_whole(), "passes for whole");
        check_error_event(format, &told.error.context("no error")?)
    })
    .await?;
    rig.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_counts_has_an_estimated_record() -> Result<()> {
    let rig = Rig::start().await?;
    all(&rig, async |rig, kind, format| {
        for answer in Answer::ALL {
            whole(rig, kind, (format, answer), "no-usage").await?;
        }
        Ok(())
    })
    .await?;
    deadline::until("all records are there", deadline::SOON, || async {
        let metrics = Metrics::scrape(&rig.world).await?;
        for kind in KINDS.iter().filter(|kind| EACH.contains(&kind.name)) {
            let asked = pairs().filter(|(of, _)| of.name == kind.name).count() * 2;
            let labels = |source| [("gen_ai_provider_name", kind.telemetry), ("source", source)];
            let name = "tidegate_proxy_llm_usage_records_total";
            let estimated = metrics.sum(name, &labels("estimate"))?;
            ensure!(estimated == asked as u64, "{}: {estimated}", kind.name);
            ensure!(
                metrics.sum(name, &labels("provider"))? == 0,
                "{}",
                kind.name
            );
            // Of these there are tokens that nobody told, and none that are said to be told.
            for of_type in ["input", "output"] {
                let labels = [
                    ("gen_ai_provider_name", kind.telemetry),
                    ("gen_ai_token_type", of_type),
                ];
                let estimated = "tidegate_proxy_llm_estimated_tokens_total";
                ensure!(
                    metrics.sum(estimated, &labels)? >= asked as u64,
                    "{}: {of_type}",
                    kind.name
                );
                let told = metrics.sum("gen_ai_client_token_usage_sum", &labels)?;
                ensure!(told == 0, "{}: {of_type}: {told}", kind.name);
            }
        }
        Ok(())
    })
    .await?;
    rig.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_that_is_too_long_is_told_by_its_code() -> Result<()> {
    let rig = Rig::start().await?;
    all(&rig, async |rig, kind, format| {
        for answer in Answer::ALL {
            let reply = ask(rig, kind, (format, answer), "context-too-long").await?;
            ensure!(reply.status == 400, "{}: {}", reply.status, reply.text());
            let body: Value = serde_json::from_slice(&reply.body)?;
            check_error(format, 400, &body)?;
            if matches!(format, Format::Chat | Format::Responses) {
                let code = body.at("/error/code");
                ensure!(code == "context_length_exceeded", "{body}");
            }
        }
        Ok(())
    })
    .await?;
    rig.world.stop().await
}

/// The answer is none, whatever the client got of it: no more than is held.
fn check_stopped((format, answer): (Format, Answer), reply: Result<Reply>) -> Result<()> {
    // What passes as it comes breaks off where it cannot be told.
    let Ok(reply) = reply else { return Ok(()) };
    ensure!(reply.body.len() <= HELD, "{} bytes", reply.body.len());
    if reply.status != 200 {
        ensure!(reply.status.as_u16() >= 500, "{}", reply.status);
        let body: Value = serde_json::from_slice(&reply.body)?;
        return check_error(format, reply.status.as_u16(), &body);
    }
    ensure!(answer == Answer::Streamed, "passes for whole");
    let text = reply.text();
    let last = text.trim_end().rsplit("\n\n").next().unwrap_or_default();
    let data = last.lines().find_map(|line| line.strip_prefix("data:"));
    let event: Value = serde_json::from_str(data.context("no last event")?)?;
    check_error_event(format, &event)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bomb_is_stopped() -> Result<()> {
    let rig = Rig::start().await?;
    all(&rig, async |rig, kind, format| {
        for answer in Answer::ALL {
            let way = (format, answer);
            check_stopped(way, ask(rig, kind, way, "bomb").await)?;
        }
        Ok(())
    })
    .await?;
    rig.world.stop().await
}

/// Where the client's format needs what came before, or all of it.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_end_ends_where_it_has_to_be_held() -> Result<()> {
    let rig = Rig::start().await?;
    let kind = KINDS.iter().find(|kind| kind.name == "chat");
    let kind = kind.context("no kind of chat completions")?;
    for format in [Format::Responses, Format::Messages, Format::Gemini] {
        let way = (format, Answer::Collected);
        let reply = ask(&rig, kind, way, "endless").await?;
        ensure!(reply.status == 502, "{format:?}: {}", reply.status);
        ensure!(reply.text().contains("8 MiB"), "{}", reply.text());
        // Asked again it would be as large.
        ensure!(reply.header("x-should-retry") == "false", "{format:?}");
        check_stopped(way, Ok(reply))?;
    }
    // The last event of a response has all that was said.
    let way = (Format::Responses, Answer::Streamed);
    let reply = ask(&rig, kind, way, "endless").await?;
    ensure!(reply.status == 200, "{}", reply.status);
    let text = reply.text();
    let last = text.trim_end().rsplit("\n\n").next().unwrap_or_default();
    ensure!(last.starts_with("event: response.failed"), "no failure");
    ensure!(!text.contains("response.completed"), "passes for whole");
    deadline::until(
        "the limit is told for what it is",
        deadline::SOON,
        || async {
            let metrics = Metrics::scrape(&rig.world).await?;
            let labels = [("backend", "backend/default/chat")];
            let attempts = metrics.sum("tidegate_proxy_llm_attempts_total", &labels)?;
            let own = [
                ("backend", "backend/default/chat"),
                ("verdict", "answer_too_large"),
            ];
            let own = metrics.sum("tidegate_proxy_llm_attempts_total", &own)?;
            ensure!((attempts, own) == (4, 4), "{own} of {attempts}");
            Ok(())
        },
    )
    .await?;
    rig.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn gemini_without_events_is_one_array() -> Result<()> {
    let rig = Rig::start().await?;
    for kind in KINDS.iter().filter(|kind| kind.serves(Format::Gemini)) {
        let path = format!("/v1beta/models/{}:streamGenerateContent", kind.model);
        let url = format!("http://a.test/{}{path}", kind.name);
        let prompt = r#"{"contents":[{"role":"user","parts":[{"text":"hello tide"}]}]}"#;
        let asked = request(
            "POST",
            &url,
            &[("content-type", "application/json")],
            prompt,
        )?;
        let reply = Client::http1(rig.port).send(asked).await?;
        ensure!(reply.status == 200, "{}: {}", kind.name, reply.text());
        ensure!(
            reply.header("content-type") == "application/json",
            "{}",
            kind.name
        );
        check_stream_headers(&reply).context(kind.name)?;
        let elements: Vec<Value> =
            serde_json::from_slice(&reply.body).with_context(|| reply.text())?;
        let last = elements.last().context("an empty array")?;
        ensure!(last.at("/candidates/0/finishReason") == "STOP", "{last}");
        let parts = elements
            .iter()
            .map(|one| one.at("/candidates/0/content/parts/0/text"));
        let text: String = parts.filter_map(Value::as_str).collect();
        ensure!(
            text.ends_with("You said: hello tide"),
            "{}: {text}",
            kind.name
        );
    }
    rig.world.stop().await
}

fn check_stream_headers(reply: &Reply) -> Result<()> {
    for (name, value) in [("cache-control", "no-cache"), ("x-accel-buffering", "no")] {
        let found = reply.header(name);
        ensure!(found == value, "{name}: {found}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_of_streams_say_that_they_are_streams() -> Result<()> {
    let rig = Rig::start().await?;
    all(&rig, async |rig, kind, format| {
        let reply = ask(rig, kind, (format, Answer::Streamed), "healthy").await?;
        check_stream_headers(&reply)?;
        ensure!(reply.header("content-length").is_empty(), "a length");
        for mode in ["healthy", "fail-429"] {
            let reply = ask(rig, kind, (format, Answer::Collected), mode).await?;
            let named = ["request-id", "x-request-id", "x-amzn-requestid"]
                .map(|name| reply.header(name).to_owned());
            let told = reply.header("x-upstream-request-id");
            let first = named.iter().find(|id| !id.is_empty());
            ensure!(
                first.is_none_or(|id| id == told),
                "{mode}: {told}: {named:?}"
            );
        }
        Ok(())
    })
    .await?;
    rig.world.stop().await
}

/// The limit is the gateway's own: another provider would be asked, and paid, for as much.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_blamed_for_an_answer_above_the_limit() -> Result<()> {
    let (first, second) = (Mock::start(&[]).await?, Mock::start(&[]).await?);
    let provider = |name: &str, mock: &Mock| {
        let port = mock.port();
        format!(
            "    - providers: [{{name: {name}, anthropic: {{model: m}}, host: 127.0.0.1, port: {port}}}]\n"
        )
    };
    let backend = format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: two}}
spec:
  ai:
    groups:
{}{}  policies: {{auth: {{key: {KEY}}}}}
",
        provider("first", &first),
        provider("second", &second)
    );
    let port = port::free()?;
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        (
            "two.yaml",
            format!("{backend}---\n{}", route("two", "/two", "two")),
        ),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ])?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    let question = Question {
        format: Format::Chat,
        answer: Answer::Collected,
        model: "any",
        said: SAID,
    };
    for _ in 0..2 {
        first.script(&["endless"]).await?;
        let reply = Client::http1(port).send(question.request("two")?).await?;
        ensure!(reply.status == 502, "{}", reply.status);
        let body: Value = serde_json::from_slice(&reply.body)?;
        check_error(Format::Chat, 502, &body)?;
        ensure!(body.at("/error/code") == "answer_too_large", "{body}");
        ensure!(reply.header("x-should-retry") == "false", "no word to SDKs");
    }
    let reply = Client::http1(port).send(question.request("two")?).await?;
    ensure!(reply.status == 200, "{}", reply.status);
    ensure!((first.requests().await?, second.requests().await?) == (3, 0));
    let metrics = Metrics::scrape(&world).await?;
    for name in ["evictions", "failovers"] {
        let name = format!("tidegate_proxy_llm_{name}_total");
        ensure!(metrics.sum(&name, &[])? == 0, "{name}");
    }
    world.stop().await
}
