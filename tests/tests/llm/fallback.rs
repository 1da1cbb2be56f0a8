//! The failover page of the guide: its manifest, and what it says of it.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::client::{Client, Reply, request};
use tests::manifest::route;
use tests::port;
use tests::world::World;

use super::account::Metrics;
use super::ask::{Answer, Format, Question};
use super::mock::Mock;
use super::page;
use super::told::{At, Told};

const PAGE: &str = "docs/guide/llm-failover.md";
const BACKEND: &str = "backend/default/assistant";
/// Questions of each part.
const QUESTIONS: u64 = 120;

/// `main`, `second` and `fallback`; each takes any key.
struct Mocks([Mock; 3]);

// === impl Mocks ===

impl Mocks {
    async fn start() -> Result<Mocks> {
        let start = || Mock::start(&["--base-path", "/v1"]);
        Ok(Mocks([start().await?, start().await?, start().await?]))
    }

    fn port(&self, provider: &str) -> Option<u16> {
        let [main, second, fallback] = &self.0;
        match provider {
            "main" => Some(main.port()),
            "second" => Some(second.port()),
            "fallback" => Some(fallback.port()),
            _ => None,
        }
    }

    async fn seen(&self) -> Result<[u64; 3]> {
        let [main, second, fallback] = &self.0;
        Ok([
            main.requests().await?,
            second.requests().await?,
            fallback.requests().await?,
        ])
    }
}

/// Asks, and tells how many answers came from Anthropic.
async fn ask(port: u16) -> Result<u64> {
    let mut connection = Client::http1(port).connect().await?;
    let mut others = 0;
    for number in 0..QUESTIONS {
        let answer = match number % 2 {
            0 => Answer::Collected,
            _ => Answer::Streamed,
        };
        let said = format!("mark-{number}-end");
        let question = Question {
            format: Format::Chat,
            answer,
            model: "any",
            said: &said,
        };
        let reply = connection.send(question.request("assistant")?).await?;
        let told = Told::read(Format::Chat, answer, &reply).context(said.clone())?;
        ensure!(told.is_whole() && told.text.ends_with(&said), "{told:?}");
        others += u64::from(told.text.contains("claude-sonnet-4-5"));
    }
    Ok(others)
}

/// The page's manifests, with the mocks in place of its providers, at a port.
async fn up(mocks: &Mocks) -> Result<(World, u16)> {
    let port = port::free()?;
    let mut documents = page::documents(PAGE)?;
    page::here(&mut documents, port, |name| mocks.port(name))?;
    let mut world = World::up(&[
        ("page.yaml", page::file(&documents)),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ])?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    Ok((world, port))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_the_guide_fails_over() -> Result<()> {
    let mocks = Mocks::start().await?;
    let (world, port) = up(&mocks).await?;

    let others = ask(port).await?;
    let [main, second, fallback] = mocks.seen().await?;
    ensure!(others == 0 && fallback == 0, "the fallback was asked");
    ensure!(main + second == QUESTIONS, "{main} and {second}");
    // Three to one; it is less or more by 20 once in 40,000 times.
    ensure!(
        (70..=110).contains(&main),
        "not by weight: {main} and {second}"
    );

    for mock in mocks.0.iter().take(2) {
        mock.script(&["fail-429.retry-after-60"; 2]).await?;
    }
    let others = ask(port).await?;
    let [main_now, second_now, fallback] = mocks.seen().await?;
    ensure!(
        others == QUESTIONS && fallback == QUESTIONS,
        "{others}, {fallback}"
    );
    // Each was asked once, and then left alone as long as it had said.
    ensure!(
        main_now + second_now == QUESTIONS + 2,
        "{main_now}, {second_now}"
    );
    let metrics = Metrics::scrape(&world).await?;
    let count = |name: &str| {
        let name = format!("tidegate_proxy_llm_{name}_total");
        metrics.sum(&name, &[("backend", BACKEND)])
    };
    ensure!(count("evictions")? == 2 && count("panic_picks")? == 0);
    // One request met both, or two met one each.
    ensure!(
        (1..=2).contains(&count("failovers")?),
        "{}",
        count("failovers")?
    );
    world.stop().await
}

/// A refusal of the first group, and what the client is told of it.
const REFUSALS: [(&str, &str); 2] = [
    ("context-too-long", "context_window"),
    ("empty.refusal", "content_policy"),
];

async fn one(port: u16, answer: Answer) -> Result<Reply> {
    let question = Question {
        format: Format::Chat,
        answer,
        model: "any",
        said: "hello tide",
    };
    let request = question.request("assistant")?;
    Client::http1(port).send(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_model_refuses_another_is_asked() -> Result<()> {
    let mocks = Mocks::start().await?;
    let (world, port) = up(&mocks).await?;
    let Mocks([main, second, fallback]) = &mocks;
    let mut asked = 0;
    for (mode, reason) in REFUSALS {
        for answer in Answer::ALL {
            for mock in [main, second] {
                mock.script(&[mode]).await?;
            }
            let reply = one(port, answer).await?;
            let told = Told::read(Format::Chat, answer, &reply).context(mode)?;
            ensure!(told.is_whole(), "{mode}: {told:?}");
            ensure!(told.text.contains("claude-sonnet-4-5"), "{mode}: {told:?}");
            let way = reply.header("x-gateway-fallback");
            ensure!(way.ends_with(&format!("->fallback;{reason}")), "{way}");
            asked += 1;
            let [main, second, fallback] = mocks.seen().await?;
            // Neither the refusing one nor its like was asked again.
            ensure!(
                main + second == asked && fallback == asked,
                "{mode}: {main}, {second}, {fallback} of {asked}"
            );
        }
    }
    for mock in [main, second, fallback] {
        mock.script(&["context-too-long"]).await?;
    }
    let reply = one(port, Answer::Collected).await?;
    ensure!(reply.status == 400, "{}: {}", reply.status, reply.text());
    let text = reply.text();
    ensure!(text.contains("context_length_exceeded"), "{text}");
    ensure!(
        reply
            .header("x-gateway-fallback")
            .ends_with(";context_window")
    );
    let [main_now, second_now, fallback_now] = mocks.seen().await?;
    ensure!(main_now + second_now == asked + 1 && fallback_now == asked + 1);
    let metrics = Metrics::scrape(&world).await?;
    let count = |name: &str| {
        let name = format!("tidegate_proxy_llm_{name}_total");
        metrics.sum(&name, &[("backend", BACKEND)])
    };
    ensure!(count("failovers")? == asked + 1 && count("evictions")? == 0);
    world.stop().await
}

/// Where the fallback fails too, what the first said helps more than that failure.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_goes_before_the_failure_of_its_fallback() -> Result<()> {
    for (mode, _) in REFUSALS {
        for answer in Answer::ALL {
            // Anew each time: the fallback is evicted when it has failed, and then nobody is asked.
            let mocks = Mocks::start().await?;
            let (world, port) = up(&mocks).await?;
            let Mocks([main, second, fallback]) = &mocks;
            main.script(&[mode]).await?;
            // Whoever is asked beside the one that refused fails, too.
            for mock in [second, fallback] {
                mock.script(&["fail-503"; 8]).await?;
            }
            let reply = one(port, answer).await?;
            let text = reply.text();
            ensure!(fallback.requests().await? > 0, "{mode}: no fallback");
            ensure!(reply.header("x-gateway-fallback").is_empty(), "{mode}");
            let (status, word) = match mode {
                "context-too-long" => (400, "context_length_exceeded"),
                _ => (200, "content_filter"),
            };
            ensure!(
                reply.status == status && text.contains(word),
                "{mode}: {}: {text}",
                reply.status
            );
            if reply.status == 200 && answer == Answer::Streamed {
                ensure!(text.ends_with("data: [DONE]\n\n"), "half a stream: {text}");
            }
            world.stop().await?;
        }
    }
    Ok(())
}

/// The provider keeps what it refused to finish, and the client that was told it may ask for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_that_was_told_can_be_asked_for() -> Result<()> {
    let mocks = Mocks::start().await?;
    let (world, port) = up(&mocks).await?;
    let Mocks([main, second, fallback]) = &mocks;
    main.script(&["empty.refusal"]).await?;
    for mock in [second, fallback] {
        mock.script(&["fail-503"; 8]).await?;
    }
    let url = "http://a.test/assistant/v1/responses";
    let json = [("content-type", "application/json")];
    let asked = request("POST", url, &json, r#"{"model":"any","input":"hello"}"#)?;
    let reply = Client::http1(port).send(asked).await?;
    let text = reply.text();
    ensure!(
        reply.status == 200 && text.contains("content_filter"),
        "{}: {text}",
        reply.status
    );
    ensure!(fallback.requests().await? > 0, "no fallback");
    let told: Value = serde_json::from_str(&text)?;
    let id = told.at("/id").as_str().context("no id")?;
    let before = main.requests().await?;
    let asked = request("GET", &format!("{url}/{id}"), &[], "")?;
    let reply = Client::http1(port).send(asked).await?;
    ensure!(
        main.requests().await? == before + 1,
        "nobody was asked: {} {}",
        reply.status,
        reply.text()
    );
    world.stop().await
}
