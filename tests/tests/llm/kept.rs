//! A response is known to the provider that made it, so requests about it go there (llm.md O-7).
//!
//! Two providers share the requests of a backend; what each mock saw says where a request went.

use anyhow::{Context, Result, ensure};
use http::Response;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::{Value, json};
use tests::client::{Client, Connection, Reply, request};
use tests::manifest::{documents, gateway, route};
use tests::port;
use tests::world::World;

use super::mock::Mock;
use super::told::At;

/// Requests about each response: without a note, half of them would go wrong.
const ABOUT: u64 = 8;

/// A backend of OpenAI at each port and, in a group of its own, Anthropic.
fn manifest(name: &str, openai: &[u16], anthropic: u16) -> String {
    let providers = openai.iter().enumerate().map(|(index, port)| {
        format!("{{name: openai-{index}, openai: {{model: m}}, host: 127.0.0.1, port: {port}}}")
    });
    let providers: Vec<String> = providers.collect();
    let providers = providers.join(", ");
    let backend = format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: {name}}}
spec:
  ai:
    groups:
    - providers: [{providers}]
    - providers: [{{name: anthropic, anthropic: {{model: m}}, host: 127.0.0.1, port: {anthropic}}}]
"
    );
    format!("{backend}---\n{}", route(name, &format!("/{name}"), name))
}

async fn send(port: u16, method: &str, path: &str, body: &str) -> Result<Reply> {
    let url = format!("http://a.test{path}");
    let headers = [("content-type", "application/json")];
    let request = request(method, &url, &headers, body)?;
    Client::http1(port).send(request).await
}

async fn made(port: u16, body: &Value) -> Result<String> {
    let reply = send(port, "POST", "/two/v1/responses", &body.to_string()).await?;
    ensure!(reply.status == 200, "{}", reply.text());
    let text = reply.text();
    // Of a stream, the first event has it.
    let json = match text.split_once("data: ") {
        Some((_, rest)) => rest.split('\n').next().unwrap_or_default(),
        None => &text,
    };
    let told: Value = serde_json::from_str(json).context("an answer")?;
    let id = [told.at("/id"), told.at("/response/id")];
    let id = id.into_iter().find_map(Value::as_str).context("no id")?;
    Ok(id.to_owned())
}

/// A stream that has told its name and goes on.
async fn begun(port: u16, body: &Value) -> Result<(String, (Connection, Response<Incoming>))> {
    let url = "http://a.test/two/v1/responses";
    let headers = [("content-type", "application/json")];
    let mut connection = Client::http1(port).connect().await?;
    let asked = request("POST", url, &headers, &body.to_string())?;
    let mut response = connection.open(asked).await?;
    ensure!(response.status() == 200, "{}", response.status());
    let mut text = String::new();
    loop {
        let frame = response.body_mut().frame().await.context("an end")??;
        let data = frame.into_data().ok().context("trailers")?;
        text.push_str(&String::from_utf8_lossy(&data));
        let event = text.split_once("data: ").map(|(_, rest)| rest);
        let Some((event, _)) = event.and_then(|rest| rest.split_once("\n\n")) else {
            continue;
        };
        let told: Value = serde_json::from_str(event).context("an event")?;
        let id = told
            .at("/response/id")
            .as_str()
            .context("no id")?
            .to_owned();
        return Ok((id, (connection, response)));
    }
}

/// Two providers that share a backend, and a third that stands by; the first has a backend with the third alone, too.
struct Stage {
    world: World,
    port: u16,
    one: Mock,
    other: Mock,
    anthropic: Mock,
}

// === impl Stage ===

impl Stage {
    async fn start() -> Result<Stage> {
        let start = || Mock::start(&["--base-path", "/v1"]);
        let (one, other, anthropic) = (start().await?, start().await?, start().await?);
        // The mocks number their responses: no name may be both's.
        let asked = json!({"model": "m", "input": "hello"}).to_string();
        for _ in 0..100 {
            send(other.port(), "POST", "/v1/responses", &asked).await?;
        }
        let ports = [one.port(), other.port()];
        let port = port::free()?;
        let mut world = World::up(&[
            ("gateway.yaml", gateway(port)),
            (
                "backends.yaml",
                documents(&[
                    manifest("two", &ports, anthropic.port()),
                    manifest("alone", &ports[..1], anthropic.port()),
                    // By the catalogue, the first one's model speaks chat completions alone.
                    manifest("tagged", &ports, anthropic.port()).replacen(
                        "{model: m}",
                        "{model: chat-only}",
                        1,
                    ),
                    "apiVersion: tidegate.dev/v1alpha1
kind: PriceCatalog
metadata: {name: formats}
spec: {providers: {openai: {models: {chat-only: {tags: [openai-completions]}}}}}
"
                    .to_owned(),
                ]),
            ),
            ("ready.yaml", route("ready", "/ready", "absent")),
        ])?;
        world.until_status(port, "http://a.test/ready", 500).await?;
        Ok(Stage {
            world,
            port,
            one,
            other,
            anthropic,
        })
    }

    /// What each of the two was asked.
    async fn seen(&self) -> Result<[u64; 2]> {
        Ok([self.one.requests().await?, self.other.requests().await?])
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_made_a_response_is_asked_about_it() -> Result<()> {
    let stage = Stage::start().await?;
    let (port, seen) = (stage.port, || stage.seen());
    let mut makers = [false; 2];
    for number in 0..12 {
        let before = seen().await?;
        let asked = json!({"model": "m", "input": "hello", "stream": number % 2 == 1});
        let id = made(port, &asked).await?;
        let [ours, _] = seen().await?;
        let maker = usize::from(ours == before[0]);
        makers[maker] = true;
        let before = seen().await?;
        for turn in 0..ABOUT {
            if turn % 2 == 0 {
                send(port, "GET", &format!("/two/v1/responses/{id}"), "").await?;
            } else {
                let next = json!({"model": "m", "input": "more", "previous_response_id": id});
                send(port, "POST", "/two/v1/responses", &next.to_string()).await?;
            }
        }
        let mut expected = before;
        expected[maker] += ABOUT;
        ensure!(
            seen().await? == expected,
            "{id}: {before:?}, then {:?}",
            seen().await?
        );
    }
    ensure!(makers == [true; 2], "one provider made all: {makers:?}");

    // Nobody knows who made this, and either could have.
    let before = seen().await?;
    let reply = send(port, "DELETE", "/two/v1/responses/resp_of_another", "").await?;
    ensure!(reply.status == 404, "{}: {}", reply.status, reply.text());
    ensure!(
        reply.text().contains("unknown_response"),
        "{}",
        reply.text()
    );
    let next = json!({"model": "m", "input": "more", "previous_response_id": "resp_of_another"});
    let reply = send(port, "POST", "/two/v1/responses", &next.to_string()).await?;
    ensure!(reply.status == 404, "{}: {}", reply.status, reply.text());
    ensure!(seen().await? == before, "somebody was asked");
    // Where only one can have made it, that one says what it is.
    send(port, "GET", "/alone/v1/responses/resp_of_another", "").await?;
    ensure!(
        seen().await?[0] == before[0] + 1,
        "the only one was not asked"
    );
    // Nor can one that is asked in another format.
    let before = seen().await?;
    send(port, "GET", "/tagged/v1/responses/resp_of_another", "").await?;
    let next = json!({"model": "m", "input": "more", "previous_response_id": "resp_of_another"});
    send(port, "POST", "/tagged/v1/responses", &next.to_string()).await?;
    let expected = [before[0], before[1] + 2];
    ensure!(
        seen().await? == expected,
        "{before:?}, then {:?}",
        seen().await?
    );
    ensure!(
        stage.anthropic.requests().await? == 0,
        "Anthropic was asked"
    );
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_may_be_asked_for_as_soon_as_it_has_a_name() -> Result<()> {
    let stage = Stage::start().await?;
    let (port, seen) = (stage.port, || stage.seen());
    // Who leaves it, or looks meanwhile, may ask for the rest.
    for _ in 0..4 {
        let asked = json!({"model": "m-mock-stall", "input": "hello", "stream": true});
        let (id, open) = begun(port, &asked).await?;
        let before = seen().await?;
        let about = format!("/two/v1/responses/{id}");
        for _ in 0..ABOUT / 2 {
            send(port, "GET", &about, "").await?;
        }
        drop(open);
        for _ in 0..ABOUT / 2 {
            send(port, "POST", &format!("{about}/cancel"), "").await?;
        }
        let [ours, others] = seen().await?;
        let asked = [ours - before[0], others - before[1]];
        ensure!(
            asked.contains(&ABOUT) && asked.contains(&0),
            "{id}: {asked:?}"
        );
    }
    stage.world.stop().await
}
