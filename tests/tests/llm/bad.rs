//! Bad providers and bad clients: what is told then, in the client's own dialect, and what never passes for an answer.
//!
//! Must not know the gateway's words: a status, and the shape that the client's vendor gives its errors.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::client::{Client, Reply, request};

use super::ask::{Answer, Format, Question};
use super::rig::{KINDS, Kind, Rig};
use super::told::{Told, check_error, check_error_event};

const SAID: &str = "hello tide";
/// Refusals of a provider, and the status that the client gets.
const REFUSALS: [(&str, u16); 4] = [
    ("fail-400", 400),
    ("fail-429", 429),
    ("fail-500", 500),
    // A page of something in between.
    ("html-502", 502),
];
/// Answers in one piece that are none. They are seen before anything is sent where the answer is converted.
const NO_ANSWERS: [&str; 7] = [
    "error-in-200",
    "error-first",
    "html",
    "truncate",
    "abort",
    "reset-mid",
    "corrupt",
];
/// Of them those that break off; what passes as it is then breaks off as well.
const BROKEN: [&str; 3] = ["truncate", "abort", "reset-mid"];
/// Streams that fail, before and behind content.
const BAD_STREAMS: [&str; 7] = [
    "truncate",
    "abort",
    "reset-mid",
    "error-in-200",
    "error-first",
    "error-body",
    "html",
];
/// The largest prompt, in bytes.
const LIMIT: usize = 2 << 20;

/// Every format that a kind serves, with every kind.
fn pairs() -> impl Iterator<Item = (&'static Kind, Format)> {
    KINDS.iter().flat_map(|kind| {
        let formats = Format::ALL.into_iter();
        let formats = formats.filter(|format| kind.serves(*format));
        formats.map(move |format| (kind, format))
    })
}

/// Checks an error response.
fn check_refusal(format: Format, status: u16, reply: &Reply) -> Result<()> {
    let text = reply.text();
    ensure!(reply.status == status, "{}: {text}", reply.status);
    let kind = reply.header("content-type");
    ensure!(kind == "application/json", "{kind}: {text}");
    let body: Value = serde_json::from_str(&text).with_context(|| text.clone())?;
    check_error(format, status, &body)
}

/// Asks for a model whose name says how the mock answers.
async fn ask(
    rig: &Rig,
    kind: &Kind,
    (format, answer): (Format, Answer),
    mode: &str,
) -> Result<Reply> {
    let model = model(kind, mode);
    let question = Question {
        format,
        answer,
        model: &model,
        said: SAID,
    };
    Client::http1(rig.port)
        .send(question.request(kind.name)?)
        .await
}

fn model(kind: &Kind, mode: &str) -> String {
    format!("{}-mock-{mode}", kind.model)
}

async fn check_collected(rig: &Rig, kind: &Kind, format: Format) -> Result<()> {
    let way = (format, Answer::Collected);
    for (mode, status) in REFUSALS {
        let reply = ask(rig, kind, way, mode).await.context(mode)?;
        check_refusal(format, status, &reply).context(mode)?;
    }
    if kind.own.contains(&format) {
        for mode in BROKEN {
            let reply = ask(rig, kind, way, mode).await;
            ensure!(
                reply.is_err(),
                "{mode}: half an answer passed for a whole one"
            );
        }
        return Ok(());
    }
    for mode in NO_ANSWERS {
        let reply = ask(rig, kind, way, mode).await.context(mode)?;
        let status = reply.status.as_u16();
        ensure!(status >= 500, "{mode}: {status}: {}", reply.text());
        check_refusal(format, status, &reply).context(mode)?;
    }
    Ok(())
}

async fn check_streamed(rig: &Rig, kind: &Kind, format: Format) -> Result<()> {
    let way = (format, Answer::Streamed);
    for (mode, status) in REFUSALS {
        let reply = ask(rig, kind, way, mode).await.context(mode)?;
        check_refusal(format, status, &reply).context(mode)?;
    }
    for mode in BAD_STREAMS {
        let reply = ask(rig, kind, way, mode).await.context(mode)?;
        let told = Told::read(format, Answer::Streamed, &reply).context(mode)?;
        ensure!(!told.is_whole(), "{mode}: passes for whole: {told:?}");
        let model = model(kind, mode);
        let whole = format!("This is a mock provider answering as {model}. You said: {SAID}");
        ensure!(whole.starts_with(&told.text), "{mode}: {}", told.text);
        let error = told.error.with_context(|| format!("{mode}: no error"))?;
        check_error_event(format, &error).context(mode)?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_answer_never_passes_for_one() -> Result<()> {
    let rig = Rig::start().await?;
    let mut failures = Vec::new();
    for (kind, format) in pairs() {
        for (how, checked) in [
            ("collected", check_collected(&rig, kind, format).await),
            ("streamed", check_streamed(&rig, kind, format).await),
        ] {
            if let Err(error) = checked {
                failures.push(format!("{format:?} at {}, {how}: {error:#}", kind.name));
            }
        }
    }
    ensure!(failures.is_empty(), "{}", failures.join("\n"));
    rig.world.stop().await
}

/// A client's mistake, and the status that it gets.
struct Mistake {
    about: &'static str,
    body: String,
    headers: &'static [(&'static str, &'static str)],
    status: u16,
}

fn mistake(about: &'static str, body: impl Into<String>) -> Mistake {
    Mistake {
        about,
        body: body.into(),
        headers: &[],
        status: 400,
    }
}

/// The question with one member more or another.
fn with(question: &Question<'_>, name: &str, value: Value) -> String {
    let mut body = question.body();
    if let Some(members) = body.as_object_mut() {
        members.insert(name.to_owned(), value);
    }
    body.to_string()
}

/// Mistakes that the gateway sees, whoever would answer.
fn mistakes(question: &Question<'_>) -> Vec<Mistake> {
    let body = question.body().to_string();
    let open = body.strip_suffix('}').unwrap_or_default();
    vec![
        mistake("no body", ""),
        mistake("no JSON", "nope"),
        mistake("half a body", open),
        mistake("an array", "[]"),
        mistake(
            "two models",
            format!("{open},\"model\":\"y\",\"model\":\"z\"}}"),
        ),
        mistake("a model that is no text", with(question, "model", json!(7))),
        mistake(
            "a stream that is no choice",
            with(question, "stream", json!("yes")),
        ),
        Mistake {
            status: 413,
            ..mistake("too large", with(question, "x", json!("y".repeat(LIMIT))))
        },
        Mistake {
            status: 415,
            headers: &[("content-encoding", "compress")],
            ..mistake("compressed in a way that nobody reads", "x")
        },
    ]
}

/// The member in which a format has the conversation.
fn conversation(format: Format) -> &'static str {
    match format {
        Format::Chat | Format::Messages => "messages",
        Format::Responses => "input",
        Format::Gemini => "contents",
    }
}

async fn check_mistakes(rig: &Rig, kind: &Kind, format: Format) -> Result<()> {
    let question = Question {
        format,
        answer: Answer::Collected,
        model: kind.model,
        said: SAID,
    };
    let client = Client::http1(rig.port);
    let before = rig.mock(kind)?.requests().await?;
    for mistake in mistakes(&question) {
        let url = format!("http://a.test/{}{}", kind.name, question.path());
        let reply = client
            .send(request("POST", &url, mistake.headers, &mistake.body)?)
            .await
            .context(mistake.about)?;
        check_refusal(format, mistake.status, &reply).context(mistake.about)?;
    }
    let url = format!("http://a.test/{}{}", kind.name, question.path());
    let reply = client.get(&url).await?;
    check_refusal(format, 405, &reply).context("GET")?;
    ensure!(reply.header("allow") == "POST", "GET: {:?}", reply.headers);
    let after = rig.mock(kind)?.requests().await?;
    ensure!(after == before, "{} reached the provider", after - before);
    // The gateway sees these only where it converts; else the provider does.
    for (name, value) in [(conversation(format), json!(7)), ("tools", json!("x"))] {
        let body = with(&question, name, value);
        let reply = client.send(question.with_body(kind.name, &body)?).await?;
        check_refusal(format, 400, &reply).context(name)?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clients_mistake_is_told_in_its_dialect() -> Result<()> {
    let rig = Rig::start().await?;
    let mut failures = Vec::new();
    for (kind, format) in pairs() {
        if let Err(error) = check_mistakes(&rig, kind, format).await {
            failures.push(format!("{format:?} at {}: {error:#}", kind.name));
        }
    }
    ensure!(failures.is_empty(), "{}", failures.join("\n"));
    rig.world.stop().await
}

/// Names that would be another path, where the path has the model.
const PATHS: [&str; 9] = [
    "a/../../x",
    "..",
    ".",
    "a%2f..%2fx",
    "a?x=1",
    "a#b",
    "a b",
    "a:generateContent?",
    "a HTTP/1.1\r\nx-evil: 1\r\n\r\n",
];

#[tokio::test(flavor = "multi_thread")]
async fn two_requests_in_one_body_are_none() -> Result<()> {
    let rig = Rig::start().await?;
    for (kind, format) in pairs() {
        let before = rig.mock(kind)?.requests().await?;
        let question = Question {
            format,
            answer: Answer::Collected,
            model: kind.model,
            said: SAID,
        };
        let twice = question.body().to_string().repeat(2);
        let reply = Client::http1(rig.port)
            .send(question.with_body(kind.name, &twice)?)
            .await?;
        check_refusal(format, 400, &reply).with_context(|| format!("{format:?} {}", kind.name))?;
        let after = rig.mock(kind)?.requests().await?;
        ensure!(after == before, "{} was asked by {format:?}", kind.name);
    }
    rig.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_never_a_path() -> Result<()> {
    let rig = Rig::start().await?;
    let kinds = KINDS.iter();
    for kind in kinds.filter(|kind| ["gemini", "bedrock"].contains(&kind.name)) {
        let before = rig.mock(kind)?.requests().await?;
        let formats: &[Format] = match kind.name {
            "bedrock" => &[Format::Chat, Format::Responses, Format::Messages],
            // Its other formats have the model in their bodies.
            _ => &[Format::Chat],
        };
        for (format, model) in formats
            .iter()
            .flat_map(|format| PATHS.map(|model| (*format, model)))
        {
            let question = Question {
                format,
                answer: Answer::Collected,
                model,
                said: SAID,
            };
            let about = || format!("{model} by {format:?} at {}", kind.name);
            let request = question.request(kind.name)?;
            let reply = Client::http1(rig.port).send(request).await?;
            check_refusal(format, 400, &reply).with_context(about)?;
        }
        let after = rig.mock(kind)?.requests().await?;
        ensure!(after == before, "{} was asked for a path", kind.name);
    }
    rig.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_format_that_nobody_speaks_is_refused() -> Result<()> {
    let rig = Rig::start().await?;
    let mut kinds = KINDS.iter();
    let kind = kinds.find(|kind| !kind.serves(Format::Gemini));
    let kind = kind.context("every kind serves Gemini's clients")?;
    for answer in Answer::ALL {
        let reply = ask(&rig, kind, (Format::Gemini, answer), "healthy").await?;
        check_refusal(Format::Gemini, 400, &reply)?;
    }
    rig.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn no_prompt_is_told_to_the_log() -> Result<()> {
    const SECRET: &str = "between-you-and-me";
    let rig = Rig::start().await?;
    let client = Client::http1(rig.port);
    for (kind, format) in pairs() {
        let question = Question {
            format,
            answer: Answer::Collected,
            model: kind.model,
            said: SECRET,
        };
        let reply = client.send(question.request(kind.name)?).await?;
        ensure!(reply.text().contains(SECRET), "{}", reply.text());
        if kind.own.contains(&format) {
            continue;
        }
        // Where a value is of a wrong type, it is not repeated.
        let name = match format {
            Format::Chat | Format::Messages | Format::Gemini => conversation(format),
            Format::Responses => "tools",
        };
        let body = with(&question, name, json!(SECRET));
        let reply = client.send(question.with_body(kind.name, &body)?).await?;
        check_refusal(format, 400, &reply)?;
        ensure!(!reply.text().contains(SECRET), "{}", reply.text());
    }
    let log = rig.world.log();
    ensure!(log.contains("/v1/chat/completions"), "no access log: {log}");
    ensure!(!log.contains(SECRET), "the log has a prompt: {log}");
    rig.world.stop().await
}
