//! A stream whose first content is long in coming: the client gets the head, and then signs of life (llm.md S-2, S-11).

use anyhow::{Context, Result, ensure};
use http_body_util::BodyExt;
use tests::client::Client;
use tests::manifest::{documents, gateway, route};
use tests::port;
use tests::world::World;

use super::ask::{Answer, Format, Question};
use super::mock::Mock;

/// Clients with what tells them that their stream goes on.
const CLIENTS: [(Format, &str); 2] = [
    (
        Format::Messages,
        "event: ping\ndata: {\"type\": \"ping\"}\n\n",
    ),
    (Format::Responses, ": ping\n\n"),
];

/// Asks a provider that says nothing, and waits for the head and the first sign.
async fn wait(port: u16, format: Format, sign: &str) -> Result<()> {
    let mut connection = Client::http1(port).connect().await?;
    let question = Question {
        format,
        answer: Answer::Streamed,
        model: "any",
        said: "hello tide",
    };
    let mut response = connection.open(question.request("slow")?).await?;
    ensure!(response.status() == 200, "{}", response.status());
    let mut text = String::new();
    while !text.contains(sign) {
        let frame = response.body_mut().frame().await;
        let frame = frame.with_context(|| format!("an end: {text}"))??;
        let data = frame.into_data().ok().context("trailers")?;
        text.push_str(std::str::from_utf8(&data)?);
    }
    ensure!(text.ends_with(sign), "in the middle of an event: {text}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_the_first_word_is_told_that_it_may_come() -> Result<()> {
    let start = || Mock::start(&["--base-path", "/v1"]);
    let (slow, other) = (start().await?, start().await?);
    slow.script(&["stall-first"; CLIENTS.len()]).await?;
    let group = |name: &str, port: u16| {
        format!(
            "    - providers: [{{name: {name}, custom: {{model: m, formats: [{{type: Completions}}]}}, host: 127.0.0.1, port: {port}}}]\n"
        )
    };
    let backend = format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: slow}}
spec:
  ai:
    groups:
{}{}",
        group("slow", slow.port()),
        group("other", other.port())
    );
    let port = port::free()?;
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        (
            "slow.yaml",
            documents(&[backend, route("slow", "/slow", "slow")]),
        ),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ])?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    let [first, second] = CLIENTS.map(|(format, sign)| wait(port, format, sign));
    tokio::try_join!(first, second)?;
    // The head was not held until another was asked.
    ensure!(slow.requests().await? == 2 && other.requests().await? == 0);
    world.stop().await
}
