//! `Expect: 100-continue`: the client learns that its body is wanted before it sends it.

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http::Response;
use http_body_util::{BodyExt, Full};
use tests::client::{Client, request};
use tests::manifest::{backend, documents, gateway, route};
use tests::manual::Manual;
use tests::port;
use tests::wire::{self, Wire};
use tests::world::World;

const CONTINUE: &str = "HTTP/1.1 100 Continue\r\n\r\n";

async fn start() -> Result<(World, Manual, u16)> {
    let upstream = Manual::start().await?;
    let port = port::free()?;
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        ("backend.yaml", backend("a", upstream.port())),
        ("route.yaml", route("route", "/a", "a")),
        ("model.yaml", model(upstream.port())),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ])?;
    // The route whose backend is missing says that both are there.
    world.until_status(port, "http://a.test/ready", 500).await?;
    Ok((world, upstream, port))
}

fn model(port: u16) -> String {
    let backend = format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: model}}
spec:
  ai: {{provider: {{custom: {{model: m, formats: [{{type: Completions}}]}}, host: 127.0.0.1, port: {port}}}}}
"
    );
    documents(&[backend, route("model", "/v1", "model")])
}

fn head(path: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: a.test\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"
    )
}

fn answer(status: u16) -> Result<Response<Full<Bytes>>> {
    Ok(Response::builder()
        .status(status)
        .body(Full::new(Bytes::from_static(b"done")))?)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_is_asked_for_its_body() -> Result<()> {
    let (world, mut upstream, port) = start().await?;
    let mut wire = Wire::connect(port).await?;
    for turn in ["first", "again"] {
        wire.send(head("/a")).await?;
        let interim = wire.read_until(CONTINUE).await.context(turn)?;
        ensure!(interim == CONTINUE, "{turn}: {interim:?}");
        let mut call = upstream.call().await?;
        ensure!(
            !call.head.headers.contains_key("expect"),
            "{turn}: what was answered here is asked again"
        );
        wire.send("body").await?;
        let body = (&mut call.body).collect().await?.to_bytes();
        ensure!(body == "body", "{turn}: {body:?}");
        drop(call.answer(answer(200)?)?);
        let answer = wire.read_response().await?;
        ensure!(
            wire::statuses(&answer) == [200] && answer.ends_with("done"),
            "{turn}: {answer:?}"
        );
    }
    world.stop().await
}

/// An upstream that answers without having read: the client gets the answer although it never sent its body, and
/// what it sends later is never taken for a request.
#[tokio::test(flavor = "multi_thread")]
async fn a_final_answer_does_not_wait_for_the_body() -> Result<()> {
    let (world, mut upstream, port) = start().await?;
    let mut wire = Wire::connect(port).await?;
    wire.send(head("/a")).await?;
    let call = upstream.call().await?;
    let unread = call.answer(answer(413)?)?;
    let text = wire.read_until("done").await?;
    let statuses = wire::statuses(&text);
    ensure!(
        statuses == [100, 413] || statuses == [413],
        "{statuses:?}: {text:?}"
    );
    drop(unread);
    // Four bytes of body, then a request: it is answered, or the connection ends.
    let _ = wire.send("GET ").await;
    let _ = wire
        .send("GET /ready HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n")
        .await;
    let rest = wire::statuses(&wire.read_to_end().await?);
    ensure!(rest.is_empty() || rest == [500], "{rest:?}");
    ensure!(upstream.waiting().is_none(), "the body became a request");
    world.stop().await
}

/// Where nobody will read the body, nobody asks for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_request_is_not_asked_for_its_body() -> Result<()> {
    let (world, mut upstream, port) = start().await?;
    for (path, status) in [("/nowhere", 404), ("/ready", 500)] {
        let mut wire = Wire::connect(port).await?;
        wire.send(head(path)).await?;
        let text = wire.read_response().await?;
        ensure!(wire::statuses(&text) == [status], "{path}: {text:?}");
    }
    ensure!(upstream.waiting().is_none());
    world.stop().await
}

/// A prompt is asked for before it is read, and one that is too large is not (llm.md 2.11, 40).
#[tokio::test(flavor = "multi_thread")]
async fn a_prompt_is_asked_for() -> Result<()> {
    let (world, mut upstream, port) = start().await?;
    let asked = |length: usize| {
        format!(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: a.test\r\nExpect: 100-continue\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        )
    };
    let prompt = r#"{"messages":[{"role":"user","content":"hi"}]}"#;
    let mut wire = Wire::connect(port).await?;
    for turn in ["first", "again"] {
        wire.send(asked(prompt.len())).await?;
        let interim = wire.read_until(CONTINUE).await.context(turn)?;
        ensure!(interim == CONTINUE, "{turn}: {interim:?}");
        wire.send(prompt).await?;
        let mut call = upstream.call().await?;
        ensure!(!call.head.headers.contains_key("expect"), "{turn}");
        let body = (&mut call.body).collect().await?.to_bytes();
        drop(call.answer(answer(400)?)?);
        let body = String::from_utf8_lossy(&body).into_owned();
        ensure!(body.contains("\"hi\""), "{turn}: {body}");
        let answer = wire.read_response().await?;
        ensure!(wire::statuses(&answer) == [400], "{turn}: {answer:?}");
    }
    let mut wire = Wire::connect(port).await?;
    wire.send(asked(3 << 20)).await?;
    let refusal = wire.read_response().await?;
    ensure!(wire::statuses(&refusal) == [413], "{refusal:?}");
    ensure!(refusal.contains("request_body_too_large"), "{refusal:?}");
    ensure!(upstream.waiting().is_none());
    world.stop().await
}

/// HTTP/2 clients need not be asked: they have streams, and send.
#[tokio::test(flavor = "multi_thread")]
async fn http2_requests_that_expect_are_served() -> Result<()> {
    let (world, mut upstream, port) = start().await?;
    let headers = [("expect", "100-continue")];
    let request = request("POST", "http://a.test/a", &headers, "body")?;
    let client = Client::http2(port);
    let served = async {
        let mut call = upstream.call().await?;
        ensure!(!call.head.headers.contains_key("expect"));
        let body = (&mut call.body).collect().await?.to_bytes();
        ensure!(body == "body", "{body:?}");
        call.answer(answer(200)?)
    };
    let (reply, _) = tokio::try_join!(client.send(request), served)?;
    ensure!(reply.status == 200, "{}", reply.status);
    world.stop().await
}
