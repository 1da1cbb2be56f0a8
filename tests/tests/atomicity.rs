//! One request never sees two generations.
//!
//! A generation marks several resources of several types at once, and every answer must carry equal marks.
//! Generations come as edits of a file, end to end; as Commits straight from a management server, a hundred a
//! second; and the same way to a real Envoy, which applies type by type: there the checker must find a mixture.

mod generator;
mod marks;

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tests::binaries;
use tests::client::{Client, Reply};
use tests::deadline;
use tests::envoy::Envoy;
use tests::load::Load;
use tests::manifest::{documents, gateway};
use tests::port;
use tests::process::Process;
use tests::world::{STOP_LIMIT, World};
use tokio::process::Command;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use xds::server::Mode;

use self::generator::{Generator, turn, upstreams};
use self::marks::{Answer, Mark, check_events, generation};
use crate::ads::Management;

/// Length of the short form of T1.
const LENGTH: Duration = Duration::from_secs(20);
/// Commits that must be applied in it, half of those published.
const LEAST: usize = 1000;
/// On a machine that has other things to do, they may take longer.
const LIMIT: Duration = Duration::from_secs(60);
/// Length of the form that goes through files.
const FILES_LENGTH: Duration = Duration::from_secs(5);
/// Commits that must be applied in it.
const FILES_LEAST: u64 = 20;
/// Generations a second.
const RATE: u32 = 100;
/// What a real Envoy has to be caught.
const ENVOY_LIMIT: Duration = Duration::from_secs(30);
/// Events of a streamed answer, 10 ms apart: it outlives about as many Commits.
const EVENTS: usize = 20;

/// Marks that a manifest can set.
const FILES: [Mark; 4] = [Mark::Route, Mark::Model, Mark::Credential, Mark::Upstream];
/// Marks that a real Envoy can carry.
const ENVOYS: [Mark; 4] = [Mark::Listener, Mark::Route, Mark::Cluster, Mark::Upstream];
/// Marks that our proxy can carry.
const OURS: [Mark; 5] = [
    Mark::Listener,
    Mark::Route,
    Mark::Model,
    Mark::Credential,
    Mark::Upstream,
];

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_mixes_generations_of_a_file() -> Result<()> {
    let port = port::free()?;
    let upstreams = upstreams().await?;
    let content = |number: u32| anyhow::Ok(model(number, turn(&upstreams, number)?));
    let world = World::up(&[("gateway.yaml", gateway(port)), ("all.yaml", content(0)?)])?;
    let client = Client::http1(port);
    until_served(&client, &FILES, 0)
        .await
        .with_context(|| world.log())?;
    let before = commits(&world).await?;

    let is_whole = |reply: &Reply| generation(reply, &FILES).map(drop);
    let loads = [
        Load::start(&client, chat, 4, is_whole),
        Load::start(&Client::http2(port), chat, 4, is_whole),
    ];
    let mut ticks = interval(Duration::from_secs(1) / RATE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let started = Instant::now();
    let (mut number, mut last) = (0, 0);
    while started.elapsed() < FILES_LENGTH {
        ticks.tick().await;
        number += 1;
        world.write("all.yaml", &content(number)?)?;
        if number % 10 == 0 {
            let now = served(&client, &FILES).await?;
            ensure!(now >= last, "generation {now} after {last}");
            last = now;
        }
    }
    let commits = commits(&world).await? - before;
    until_served(&client, &FILES, number).await?;
    let answers = finish(loads).await.with_context(|| world.log())?;
    println!("{number} edits, {commits} commits, {answers} answers, none mixed");
    // Edits that come within a moment are one commit, and a busy machine makes the moments longer.
    ensure!(commits >= FILES_LEAST, "only {commits} of {number} edits");
    world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_mixes_generations_at_a_hundred_commits_a_second() -> Result<()> {
    let port = port::free()?;
    let generator = Generator::tidegate(port).await?;
    let server = Management::start(Mode::Transactional, generator.snapshot(0)?).await?;
    let dir = tempfile::tempdir()?;
    let mut proxy = proxy(&server, dir.path())?;
    let client = Client::http1(port);
    until_served(&client, &OURS, 0)
        .await
        .with_context(|| format!("{:?}\n{}", server.refusals(), proxy.tail()))?;

    let http2 = Client::http2(port);
    let loads = [
        Load::start(&client, chat, 4, is_ours),
        Load::start(&http2, chat, 4, is_ours),
        Load::start(&client, streamed_chat, 2, is_our_stream),
        Load::start(&http2, streamed_chat, 2, is_our_stream),
    ];
    let started = Instant::now();
    let before = server.said().applied;
    let applied = || server.said().applied - before;
    let is_over = |took| took >= LENGTH && (applied() >= LEAST || took >= LIMIT);
    let number = churn(&generator, &server, &client, || is_over(started.elapsed())).await?;
    let (applied, took) = (applied(), started.elapsed());
    until_served(&client, &OURS, number).await?;
    let answers = finish(loads).await.with_context(|| proxy.tail())?;
    println!(
        "{number} commits published, {applied} applied in {took:.1?}, {answers} answers, none mixed"
    );
    ensure!(applied >= LEAST, "only {applied} of {number} were applied");
    ensure!(server.refusals().is_empty(), "{:?}", server.refusals());
    ensure!(proxy.stop(STOP_LIMIT).await?.success(), "{}", proxy.tail());
    Ok(())
}

/// Publishes a generation at a time until `is_over`; the number of the last. What was ACKed before a request
/// begins is the least that it sees.
async fn churn(
    generator: &Generator,
    server: &Management,
    client: &Client,
    is_over: impl Fn() -> bool,
) -> Result<u32> {
    let mut ticks = interval(Duration::from_secs(1) / RATE);
    let (mut number, mut numbers) = (0, HashMap::new());
    while !is_over() {
        ticks.tick().await;
        number += 1;
        let snapshot = generator.snapshot(number)?;
        let id = snapshot.commit_id().context("no Commit")?;
        numbers.insert(id.clone(), number);
        server.publish(snapshot);
        if number % 10 == 0 {
            let acked = server.said().last.and_then(|id| numbers.get(&id).copied());
            let now = served(client, &OURS).await?;
            ensure!(Some(now) >= acked, "{now}, but {acked:?} was ACKed");
        }
    }
    Ok(number)
}

/// The checker's own check: Envoy applies each type by itself, so a mixture must show.
#[tokio::test(flavor = "multi_thread")]
async fn a_real_envoy_is_caught_mixing_generations() -> Result<()> {
    let port = port::free()?;
    let generator = Generator::envoy(port).await?;
    let server = Management::start(Mode::MakeBeforeBreak, generator.snapshot(0)?).await?;
    let envoy = Envoy::under(server.address())?;
    let client = Client::http1(port);
    let show = || format!("{:?}\n{}", server.refusals(), envoy.tail());
    until_served(&client, &ENVOYS, 0).await.with_context(show)?;

    let mut clients = JoinSet::new();
    for _ in 0..8 {
        clients.spawn(first_mixed(client.clone()));
    }
    let publish = async {
        let mut ticks = interval(Duration::from_secs(1) / RATE);
        let mut number = 0;
        loop {
            ticks.tick().await;
            number += 1;
            server.publish(generator.snapshot(number)?);
        }
    };
    let caught = async {
        tokio::select! {
            failed = publish => failed,
            caught = clients.join_next() => caught.context("no client")?.context("a client"),
        }
    };
    let marks = deadline::within("a mixture", ENVOY_LIMIT, caught)
        .await
        .with_context(show)?;
    println!("Envoy mixed: {marks}");
    Ok(())
}

/// Asks until an answer is mixed. A connection keeps the listener that it was opened with: each request has one
/// of its own, so that it is not for that.
async fn first_mixed(client: Client) -> String {
    loop {
        let reply = async { Answer::read(&client.send(chat()?).await?, &ENVOYS) };
        match reply.await {
            Ok(Answer::Mixed(marks)) => return marks,
            // Whether a request may fail meanwhile is another test's question.
            Ok(Answer::Whole(_)) | Err(_) => tokio::task::yield_now().await,
        }
    }
}

fn is_ours(reply: &Reply) -> Result<()> {
    generation(reply, &OURS).map(drop)
}

fn is_our_stream(reply: &Reply) -> Result<()> {
    check_events(reply, EVENTS)?;
    is_ours(reply)
}

/// The generation that is served now.
async fn served(client: &Client, marks: &[Mark]) -> Result<u32> {
    generation(&client.send(chat()?).await?, marks)
}

async fn until_served(client: &Client, marks: &[Mark], number: u32) -> Result<()> {
    let what = format!("generation {number} is served");
    deadline::until(&what, deadline::SOON, || async {
        let now = served(client, marks).await?;
        ensure!(now == number, "generation {now}");
        Ok(())
    })
    .await
}

/// Ends them all; the number of answers.
async fn finish(loads: impl IntoIterator<Item = Load>) -> Result<u64> {
    let mut answers = 0;
    for load in loads {
        answers += load.finish().await?;
    }
    Ok(answers)
}

/// Our proxy under a management server of the test.
fn proxy(server: &Management, dir: &Path) -> Result<Process> {
    let mut command = Command::new(binaries::ours("tidegate-proxy")?);
    command
        .env_clear()
        .args(["--gateway", "default/gateway", "--access-log", "off"])
        .args(["--log", "warn"])
        .arg("--xds")
        .arg(server.address().to_string())
        .arg("--exit-with-parent");
    Process::start(command, &dir.join("proxy.log"))
}

/// Commits that the Gateway's proxy applied so far.
async fn commits(world: &World) -> Result<u64> {
    let metrics = world.proxy_metrics("default.gateway").await?;
    let name = "tidegate_proxy_commits_total{outcome=\"Accepted\"} ";
    let count = metrics.lines().find_map(|line| line.strip_prefix(name));
    count
        .with_context(|| format!("no {name}in\n{metrics}"))?
        .parse()
        .context("a count")
}

fn chat() -> Result<http::Request<http_body_util::Full<bytes::Bytes>>> {
    let body = r#"{"messages":[{"role":"user","content":"hello"}]}"#;
    let headers = [("content-type", "application/json")];
    tests::client::request("POST", "http://a.test/v1/chat/completions", &headers, body)
}

fn streamed_chat() -> Result<http::Request<http_body_util::Full<bytes::Bytes>>> {
    let body = r#"{"messages":[{"role":"user","content":"hello"}],"stream":true}"#;
    let events = EVENTS.to_string();
    let headers = [
        ("content-type", "application/json"),
        ("x-reply-events", &events),
    ];
    tests::client::request("POST", "http://a.test/v1/chat/completions", &headers, body)
}

/// The manifests of a generation behind the Gateway's own.
fn model(number: u32, port: u16) -> String {
    documents(&[
        format!(
            "apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: chat
spec:
  parentRefs: [{{name: gateway}}]
  rules:
    - filters:
        - type: ResponseHeaderModifier
          responseHeaderModifier:
            set: [{{name: x-generation, value: \"{number}\"}}]
      backendRefs: [{{group: agentgateway.dev, kind: AgentgatewayBackend, name: model}}]
"
        ),
        format!(
            "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata:
  name: model
spec:
  ai:
    provider:
      custom:
        model: model-{number}
        formats: [{{type: Completions}}]
      host: 127.0.0.1
      port: {port}
  policies:
    auth:
      secretRef: {{name: key}}
"
        ),
        format!(
            "apiVersion: v1
kind: Secret
metadata:
  name: key
stringData:
  Authorization: key-{number}
"
        ),
    ])
}
