//! The page of the guide about operations besides conversations: its table, its command and its manifest.
//!
//! Must not judge what vendors answer: other tests do. Here it is about who is asked, and at which path.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http::Response;
use http::request::Parts;
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};
use tests::client::{Client, Reply, request};
use tests::manifest::{documents, gateway, route};
use tests::manual::Manual;
use tests::world::World;
use tests::{binaries, port};

use super::mock::Mock;
use super::page;

const PAGE: &str = "docs/guide/llm-operations.md";
/// Of the first column of the table: as it stands there, how it is asked, a provider that has it, and one that has not.
const ROWS: [(&str, &str, &str, &str); 23] = [
    ("/embeddings", "POST /v1/embeddings", "openai", "anthropic"),
    (
        "/messages/count_tokens",
        "POST /v1/messages/count_tokens",
        "anthropic",
        "",
    ),
    (
        "/responses/input_tokens",
        "POST /v1/responses/input_tokens",
        "openai",
        "anthropic",
    ),
    (
        "MODEL:countTokens",
        "POST /v1beta/models/m:countTokens",
        "gemini",
        "openai",
    ),
    (
        "/completions",
        "POST /v1/completions",
        "openai",
        "anthropic",
    ),
    ("/v1/rerank", "POST /v1/rerank", "openai", "anthropic"),
    ("/v2/rerank", "POST /v2/rerank", "openai", "anthropic"),
    (
        "/images/generations",
        "POST /v1/images/generations",
        "openai",
        "anthropic",
    ),
    ("/images/edits", "POST /v1/images/edits", "openai", "gemini"),
    (
        "/images/variations",
        "POST /v1/images/variations",
        "openai",
        "anthropic",
    ),
    (
        "/audio/speech",
        "POST /v1/audio/speech",
        "openai",
        "bedrock",
    ),
    (
        "/audio/transcriptions",
        "POST /v1/audio/transcriptions",
        "openai",
        "anthropic",
    ),
    (
        "/audio/translations",
        "POST /v1/audio/translations",
        "openai",
        "anthropic",
    ),
    ("/moderations", "POST /v1/moderations", "openai", "gemini"),
    (
        "/files...",
        "GET /v1/files/file-1/content",
        "openai",
        "anthropic",
    ),
    ("/batches...", "GET /v1/batches?limit=2", "openai", "gemini"),
    (
        "/videos...",
        "GET /v1/videos/video-1",
        "openai",
        "anthropic",
    ),
    (
        "/responses/ID...",
        "GET /v1/responses/resp_1/input_items",
        "openai",
        "anthropic",
    ),
    (
        "/messages/batches...",
        "GET /v1/messages/batches/b",
        "anthropic",
        "openai",
    ),
    (
        "/model/MODEL/converse",
        "POST /model/amazon.nova-x/converse",
        "bedrock",
        "openai",
    ),
    (
        "/model/MODEL/converse-stream",
        "POST /model/amazon.nova-x/converse-stream",
        "bedrock",
        "anthropic",
    ),
    (
        "/model/MODEL/invoke",
        "POST /model/amazon.nova-x/invoke",
        "bedrock",
        "openai",
    ),
    (
        "/model/MODEL/invoke-with-response-stream",
        "POST /model/amazon.nova-x/invoke-with-response-stream",
        "bedrock",
        "anthropic",
    ),
];
/// Kinds of providers, and what each is told.
const KINDS: [(&str, &str); 4] = [
    ("openai", "{}"),
    ("anthropic", "{}"),
    ("gemini", "{}"),
    ("bedrock", "{region: eu-west-3}"),
];

/// The paths in the first column of the page's table.
fn paths() -> Result<BTreeSet<String>> {
    let text = fs::read_to_string(binaries::repository(PAGE)).context(PAGE)?;
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    let columns = rows.filter_map(|row| row.split('|').nth(1));
    let names = columns.flat_map(|column| column.split('`').skip(1).step_by(2));
    Ok(names.map(str::to_owned).collect())
}

fn backend(kind: &str, provider: &str, port: u16) -> String {
    format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: {kind}}}
spec:
  ai: {{provider: {{{kind}: {provider}, host: 127.0.0.1, port: {port}}}}}
  policies: {{auth: {{key: sk-of-the-provider}}}}
---
{}",
        route(kind, &format!("/{kind}/"), kind)
    )
}

/// A body that is well enough for whoever is asked: the gateway reads what it converts, and the mock may refuse the rest.
fn body(path: &str) -> Value {
    let said = json!([{"role": "user", "content": "hello tide"}]);
    match path {
        "/messages/count_tokens" => json!({"model": "claude-x", "messages": said}),
        "MODEL:countTokens" => {
            json!({"contents": [{"role": "user", "parts": [{"text": "hello"}]}]})
        }
        "/completions" => json!({"model": "m", "prompt": "hello"}),
        "/v1/rerank" | "/v2/rerank" => {
            json!({"model": "m", "query": "tide", "documents": ["a", "b"]})
        }
        _ if path.starts_with("/model/") => {
            json!({"messages": [{"role": "user", "content": [{"text": "hello"}]}]})
        }
        _ => json!({"model": "m", "input": "hello"}),
    }
}

async fn ask(port: u16, kind: &str, asked: &str, body: &Value) -> Result<Reply> {
    let (method, path) = asked.split_once(' ').context("a method")?;
    let url = format!("http://a.test/{kind}{path}");
    let json = [("content-type", "application/json")];
    let body = match method {
        "GET" => String::new(),
        _ => body.to_string(),
    };
    let asked = request(method, &url, &json, &body)?;
    Client::http1(port).send(asked).await
}

/// 400 in the client's dialect, with the words that the page says.
fn is_refused(name: &str, kind: &str, reply: &Reply) -> bool {
    let text = reply.text();
    let is_coded = match name {
        "MODEL:countTokens" => text.contains("\"reason\":\"UNSUPPORTED_CONVERSION\""),
        _ if name.starts_with("/model/") => {
            reply.header("x-amzn-errortype") == "ValidationException"
        }
        _ => text.contains("\"code\":\"unsupported_conversion\""),
    };
    let is_told = text.contains(&format!("is not offered by the provider ({kind})"));
    reply.status == 400 && is_coded && is_told
}

#[tokio::test(flavor = "multi_thread")]
async fn every_row_of_the_table_reaches_who_has_it() -> Result<()> {
    let named: BTreeSet<String> = ROWS.iter().map(|row| row.0.to_owned()).collect();
    ensure!(
        named == paths()?,
        "the page has other paths: {:?}",
        paths()?
    );
    let port = port::free()?;
    let (mut mocks, mut backends) = (Vec::new(), Vec::new());
    for (kind, provider) in KINDS {
        let mock = Mock::start(&["--base-path", "/v1"]).await?;
        backends.push(backend(kind, provider, mock.port()));
        mocks.push((kind, mock));
    }
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        ("backends.yaml", documents(&backends)),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ])?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    let mut wrong = Vec::new();
    for (name, asked, has, has_not) in ROWS {
        let about =
            |kind: &str, reply: &Reply| format!("{name} {kind}: {} {}", reply.status, reply.text());
        let of = |kind: &str| mocks.iter().find(|(found, _)| *found == kind);
        let (_, mock) = of(has).context(name)?;
        let before = mock.requests().await?;
        let reply = ask(port, has, asked, &body(name)).await?;
        if mock.requests().await? != before + 1 {
            wrong.push(about(has, &reply));
        }
        let Some((_, mock)) = of(has_not) else {
            continue;
        };
        let before = mock.requests().await?;
        let reply = ask(port, has_not, asked, &body(name)).await?;
        let is_refused = is_refused(name, has_not, &reply);
        if !is_refused || mock.requests().await? != before {
            wrong.push(about(has_not, &reply));
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));

    // Who cannot count is not asked; what no row names is found nowhere.
    for (asked, status) in [
        ("POST /v1/messages/count_tokens", 200),
        ("POST /v1/fine_tuning/jobs", 404),
    ] {
        let (_, mock) = mocks.first().context("no mock")?;
        let before = mock.requests().await?;
        let reply = ask(port, "openai", asked, &body("/messages/count_tokens")).await?;
        ensure!(reply.status == status, "{asked}: {}", reply.text());
        let counted = reply.header("x-tidegate-token-count");
        let expected = if status == 200 { "estimated" } else { "" };
        ensure!(counted == expected, "{asked}: {counted}");
        ensure!(mock.requests().await? == before, "{asked}: it was asked");
    }
    world.stop().await
}

/// Answers the next request in the place of whoever is asked; what that was.
pub(super) async fn answer(asked: &mut Manual, text: &str) -> Result<(Parts, Bytes)> {
    let mut call = asked.call().await?;
    let body = (&mut call.body).collect().await?.to_bytes();
    let head = call.head.clone();
    let reply = Response::builder().header("content-type", "application/json");
    let text = Bytes::copy_from_slice(text.as_bytes());
    drop(call.answer(reply.body(Full::new(text))?)?);
    Ok((head, body))
}

/// Asks, and answers in the provider's place; what came back, and what the provider was asked.
async fn served<T>(
    provider: &mut Manual,
    asks: impl Future<Output = Result<T>>,
    text: &str,
) -> Result<(T, Parts, Bytes)> {
    let (got, (head, body)) = tokio::try_join!(asks, answer(provider, text))?;
    Ok((got, head, body))
}

/// A chat completion.
pub(super) const CHAT: &str = r#"{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"high"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}"#;
const VECTORS: &str = r#"{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5,-0.25]}],"model":"m","usage":{"prompt_tokens":1,"total_tokens":1}}"#;

/// The page's manifest before a provider which the test itself is.
async fn routed() -> Result<(World, Manual, u16)> {
    let (provider, port) = (Manual::start().await?, port::free()?);
    let mut found = page::documents(PAGE)?;
    page::here(&mut found, port, |_| Some(provider.port()))?;
    for document in &mut found {
        // It speaks in clear, and no public authority would vouch for it.
        let policies = document.pointer_mut("/spec/policies");
        let policies = policies.and_then(Value::as_object_mut);
        policies
            .and_then(|own| own.remove("tls"))
            .context("no TLS")?;
    }
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        ("page.yaml", page::file(&found)),
        ("route.yaml", route("openai", "/", "openai")),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ])?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    Ok((world, provider, port))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_of_the_page_gets_vectors() -> Result<()> {
    let (world, mut provider, port) = routed().await?;
    let command = page::only(PAGE, "sh")?;
    let asks = page::run(&command, port);
    let (printed, head, sent) = served(&mut provider, asks, VECTORS).await?;
    ensure!(printed == VECTORS, "{printed}");
    ensure!(head.uri.path() == "/vectors", "{}", head.uri);
    let sent: Value = serde_json::from_slice(&sent)?;
    let expected = json!({"model": "text-embedding-3-small", "input": "the tide is high"});
    ensure!(sent == expected, "{sent}");
    world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_routes_of_the_page_lead_where_they_say() -> Result<()> {
    let (world, mut provider, port) = routed().await?;
    let said = json!({"model": "m", "messages": [{"role": "user", "content": "hello"}]});
    let vectors = json!({"model": "m", "input": "hello"});
    let usual = "/v1/chat/completions";
    for (path, body, answer, at) in [
        ("/team/ask", &said, CHAT, usual),
        ("/own/vectors", &vectors, VECTORS, "/vectors"),
        // The longest end of a path wins, and the table holds beside it.
        ("/of/a/team/ask", &said, CHAT, usual),
        (usual, &said, CHAT, usual),
    ] {
        let asked = format!("POST {path}");
        let asks = ask(port, "", &asked, body);
        let (reply, head, sent) = served(&mut provider, asks, answer).await?;
        ensure!(
            reply.status == 200 && reply.text() == answer,
            "{path}: {}",
            reply.text()
        );
        ensure!(head.uri.path() == at, "{path}: {}", head.uri);
        ensure!(sent == body.to_string(), "{path}: {sent:?}");
    }
    // What nothing names passes at the client's path, whatever it is.
    let url = "http://a.test/any/thing?x=1";
    let asked = request("PUT", url, &[("content-type", "text/plain")], "no json")?;
    let client = Client::http1(port);
    let (reply, head, sent) = served(&mut provider, client.send(asked), "neither").await?;
    ensure!(reply.text() == "neither", "{}", reply.text());
    ensure!(
        head.method == "PUT" && head.uri == "/any/thing?x=1",
        "{head:?}"
    );
    ensure!(sent == "no json", "{sent:?}");
    world.stop().await
}
