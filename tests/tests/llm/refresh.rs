//! Credentials that end while requests are under way: clients learn nothing of it.
//!
//! Owns a provider that takes each token for as long as it is valid. Must not know how the proxy keeps tokens.

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tests::client::Client;
use tests::manifest::{documents, gateway, route};
use tests::world::World;
use tests::{deadline, port};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::ask::{Answer, Format, Question};
use super::clouds::Clouds;

const TENANT: &str = "/t-1/oauth2/v2.0/token";
/// Seconds for which a token is valid, where it ends by itself.
const LIFE: u64 = 4;
/// How many asks the first token is good for, where it is taken back.
const ASKS: usize = 40;
/// Requests at a time.
const CLIENTS: usize = 8;

/// A backend with a token of Entra.
const BACKEND: &str = "apiVersion: v1
kind: Secret
metadata: {name: entra}
stringData: {clientID: c-1, tenantID: t-1, clientSecret: hunter2}
---
apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {name: azure}
spec:
  ai: {provider: {azure: {resourceName: r, resourceType: OpenAI, model: gpt-x}, host: 127.0.0.1, port: PORT}}
  policies: {auth: {azure: {secretRef: {name: entra}}}}
";

/// What the provider took.
#[derive(Default)]
struct Taken {
    asked: AtomicUsize,
    refused: AtomicUsize,
}

fn now() -> u128 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis())
}

/// Tokens that say when they end.
fn short_lived(_number: usize, path: &str, _text: &str) -> Option<String> {
    let end = now() + u128::from(LIFE) * 1000;
    let token = json!({"access_token": format!("eyJ.until.{end}"), "expires_in": LIFE});
    (path == TENANT).then(|| token.to_string())
}

/// Tokens with their numbers, which end in an hour.
fn numbered(number: usize, path: &str, _text: &str) -> Option<String> {
    let token = json!({"access_token": format!("eyJ.number.{number}"), "expires_in": 3599});
    (path == TENANT).then(|| token.to_string())
}

/// Whether a token is taken, as the `asked`th.
fn is_valid(token: &str, asked: usize) -> bool {
    if let Some(end) = token.strip_prefix("Bearer eyJ.until.") {
        return end.parse::<u128>().is_ok_and(|end| now() < end);
    }
    match token.strip_prefix("Bearer eyJ.number.") {
        Some("1") => asked < ASKS,
        Some(_) => true,
        None => false,
    }
}

async fn answer(
    request: Request<Incoming>,
    taken: Arc<Taken>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let token = request.headers().get("authorization").cloned();
    let token = token.as_ref().and_then(|token| token.to_str().ok());
    let asked = taken.asked.fetch_add(1, Ordering::SeqCst);
    let is_valid = is_valid(token.unwrap_or_default(), asked);
    let _ = request.into_body().collect().await;
    let (status, body) = if is_valid {
        let choice = json!({"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"});
        let usage = json!({"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2});
        let body = json!({"id": "c", "object": "chat.completion", "created": 1, "model": "gpt-x", "choices": [choice], "usage": usage});
        (200, body)
    } else {
        taken.refused.fetch_add(1, Ordering::SeqCst);
        (
            401,
            json!({"error": {"message": "the token has ended", "type": "invalid_request_error", "param": null, "code": "401"}}),
        )
    };
    let mut response = Response::new(Full::new(Bytes::from(body.to_string())));
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
    response.headers_mut().insert(
        "content-type",
        http::HeaderValue::from_static("application/json"),
    );
    Ok(response)
}

/// Serves until the set is dropped.
async fn provider(taken: &Arc<Taken>) -> Result<(u16, JoinSet<()>)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let port = listener.local_addr()?.port();
    let mut tasks = JoinSet::new();
    let taken = Arc::clone(taken);
    tasks.spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            let taken = Arc::clone(&taken);
            let service = service_fn(move |request| answer(request, Arc::clone(&taken)));
            connections.spawn(async move {
                let serve = hyper::server::conn::http1::Builder::new();
                let _ = serve.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    Ok((port, tasks))
}

/// When clients may stop.
type Enough = Arc<dyn Fn() -> bool + Send + Sync>;

/// Asks again and again until `enough`; every answer must be one.
async fn ask_until(port: u16, enough: Enough) -> Result<usize> {
    let question = Question {
        format: Format::Chat,
        answer: Answer::Collected,
        model: "any",
        said: "hello",
    };
    let mut count = 0;
    let mut connection = Client::http1(port).connect().await?;
    while !enough() {
        let reply = connection.send(question.request("azure")?).await?;
        let text = reply.text();
        ensure!(reply.status == 200, "{count}: {}: {text}", reply.status);
        count += 1;
    }
    Ok(count)
}

/// Several clients at a time; tells how many requests they made.
async fn traffic(port: u16, enough: Enough) -> Result<usize> {
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        clients.spawn(ask_until(port, Arc::clone(&enough)));
    }
    let all = async {
        let mut sum = 0;
        while let Some(client) = clients.join_next().await {
            sum += client.context("a client")??;
        }
        anyhow::Ok(sum)
    };
    deadline::within("tokens enough", deadline::SOON, all).await
}

/// The gateway in front of a provider, with token services that answer so.
async fn world(clouds: &Clouds, provider: u16) -> Result<(World, u16)> {
    let port = port::free()?;
    let backend = BACKEND.replace("PORT", &provider.to_string());
    let files = [
        ("gateway.yaml", gateway(port)),
        (
            "azure.yaml",
            documents(&[backend, route("azure", "/azure/", "azure")]),
        ),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ];
    let environment = [("AZURE_AUTHORITY_HOST", clouds.url())];
    let mut world = World::up_in_environment(&files, &[], &environment)?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    Ok((world, port))
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_renewed_before_they_end_in_traffic() -> Result<()> {
    let clouds = Arc::new(Clouds::start(short_lived).await?);
    let taken: Arc<Taken> = Arc::default();
    let (provider, _tasks) = provider(&taken).await?;
    let (world, port) = world(&clouds, provider).await?;
    let count = traffic(port, Arc::new(move || clouds.requests(TENANT).len() >= 4)).await?;
    ensure!(count > CLIENTS, "{count} requests are no traffic");
    let refused = taken.refused.load(Ordering::SeqCst);
    ensure!(
        refused == 0,
        "{refused} requests had a token that had ended"
    );
    world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_taken_back_in_traffic_is_replaced() -> Result<()> {
    let clouds = Clouds::start(numbered).await?;
    let taken: Arc<Taken> = Arc::default();
    let (provider, _tasks) = provider(&taken).await?;
    let (world, port) = world(&clouds, provider).await?;
    let seen = Arc::clone(&taken);
    let enough = move || seen.asked.load(Ordering::SeqCst) > 4 * ASKS;
    traffic(port, Arc::new(enough)).await?;
    let refused = taken.refused.load(Ordering::SeqCst);
    // Those that were under way, and no other.
    ensure!((1..=CLIENTS).contains(&refused), "{refused} were refused");
    let asked = clouds.requests(TENANT).len();
    ensure!(asked == 2, "{asked} tokens were asked for");
    world.stop().await
}
