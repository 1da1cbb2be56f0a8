//! One request never sees two generations.
//!
//! A file is written over and over; each content is one generation, marked in four resources of four
//! types: the route (a response header), the backend (the model), the credential (its key) and the
//! upstream's address. Every answer must carry four equal marks.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tests::client::{Client, Reply};
use tests::load::Load;
use tests::manifest::{documents, gateway};
use tests::port;
use tests::upstream::Upstream;
use tests::world::World;
use tokio::time::{MissedTickBehavior, interval};

/// Length of the short form.
const LENGTH: Duration = Duration::from_secs(20);
/// Generations a second.
const RATE: u32 = 100;
/// Upstreams that take turns; a generation's number modulo this names its upstream.
const UPSTREAMS: u32 = 8;

/// The generation that an answer is wholly of.
fn generation(reply: &Reply) -> Result<u32> {
    ensure!(
        reply.status == 200,
        "status {}: {}",
        reply.status,
        reply.text()
    );
    let echo = reply.echo()?;
    let route = reply.header("x-generation").to_owned();
    let key = echo
        .header("authorization")
        .trim_start_matches("Bearer key-")
        .to_owned();
    let model = serde_json::from_str::<serde_json::Value>(echo.field("body"))
        .ok()
        .and_then(|body| {
            Some(
                body.get("model")?
                    .as_str()?
                    .trim_start_matches("model-")
                    .to_owned(),
            )
        })
        .unwrap_or_default();
    let upstream = echo.field("upstream").to_owned();
    let number: u32 = route
        .parse()
        .with_context(|| format!("no generation in {reply:?}"))?;
    let turn = (number % UPSTREAMS).to_string();
    if key != route || model != route || upstream != turn {
        bail!("mixed: route {route}, key {key}, model {model}, upstream {upstream} (of {turn})");
    }
    Ok(number)
}

fn is_one_generation(reply: &Reply) -> Result<()> {
    generation(reply).map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_mixes_generations() -> Result<()> {
    let port = port::free()?;
    let mut upstreams = Vec::new();
    for number in 0..UPSTREAMS {
        upstreams.push(Upstream::echo(&number.to_string()).await?);
    }
    let content = |number: u32| -> Result<String> {
        let turn = usize::try_from(number % UPSTREAMS)?;
        let upstream = upstreams.get(turn).context("an upstream")?;
        Ok(manifests(number, upstream.port()))
    };
    let mut world = World::up(&[("gateway.yaml", gateway(port)), ("all.yaml", content(0)?)])?;
    let client = Client::http1(port);
    world
        .until("the first generation is served", || async {
            generation(&client.send(chat()?).await?)
        })
        .await?;

    let loads = [
        Load::start(&client, chat, 4, is_one_generation),
        Load::start(&Client::http2(port), chat, 4, is_one_generation),
    ];
    let mut ticks = interval(Duration::from_secs(1) / RATE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let started = Instant::now();
    let (mut number, mut seen, mut last) = (0, 0, 0);
    while started.elapsed() < LENGTH {
        ticks.tick().await;
        number += 1;
        world.write("all.yaml", &content(number)?)?;
        if number % 10 == 0 {
            let now = generation(&client.send(chat()?).await?)?;
            ensure!(now >= last, "generation {now} after {last}");
            seen += u32::from(now > last);
            last = now;
        }
    }
    world
        .until("the last generation is served", || async {
            let now = generation(&client.send(chat()?).await?)?;
            ensure!(now == number, "generation {now}, not {number}");
            Ok(())
        })
        .await?;
    let mut answers = 0;
    for load in loads {
        answers += load.finish().await.with_context(|| world.log())?;
    }
    println!("{number} generations, {answers} answers, none mixed");
    // Samples every tenth generation: most of them must have found a newer one.
    ensure!(
        seen > number / 10 / 2,
        "only {seen} changes were seen in {number} generations"
    );
    world.stop().await
}

fn chat() -> Result<http::Request<http_body_util::Full<bytes::Bytes>>> {
    let body = r#"{"messages":[{"role":"user","content":"hello"}]}"#;
    let headers = [("content-type", "application/json")];
    tests::client::request("POST", "http://a.test/v1/chat/completions", &headers, body)
}

fn manifests(number: u32, port: u16) -> String {
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
