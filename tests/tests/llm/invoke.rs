//! InvokeModel, whose bodies are each model family's own: what is held, and what is counted, also of a client that leaves.
//!
//! Owns a provider that answers as the families do. Must not look into the gateway.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tests::client::{Client, Reply, request};
use tests::manifest::{documents, gateway, route};
use tests::world::World;
use tests::{deadline, port};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::account::Metrics;
use super::mock::{AWS_ID, AWS_SECRET};

const TOKENS: &str = "gen_ai_client_token_usage_sum";

/// What the model of the stream says before nothing more comes.
const SAID: &str = "so much was said that it is worth counting";

/// A provider; it ends when dropped.
struct Bedrock {
    port: u16,
    asked: Arc<AtomicUsize>,
    _task: JoinSet<()>,
}

// === impl Bedrock ===

impl Bedrock {
    async fn start() -> Result<Bedrock> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        let mut task = JoinSet::new();
        task.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::Relaxed);
                // A client that leaves is an end as well.
                let _ = provide(stream).await;
            }
        });
        Ok(Bedrock {
            port,
            asked,
            _task: task,
        })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

/// Answers one request as its model's family does.
async fn provide(mut stream: TcpStream) -> Result<()> {
    let mut asked = Vec::new();
    while !asked.ends_with(b"}") {
        ensure!(stream.read_buf(&mut asked).await? > 0, "no request");
    }
    let asked = String::from_utf8_lossy(&asked);
    let path = asked.split(' ').nth(1).context("no path")?;
    if path.ends_with("/invoke-with-response-stream") {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/vnd.amazon.eventstream\r\n\r\n";
        stream.write_all(head.as_bytes()).await?;
        let start = json!({"type": "message_start", "message": {"id": "m", "model": "claude", "content": [],
            "usage": {"input_tokens": 3, "cache_read_input_tokens": 100, "output_tokens": 1}}});
        let delta = json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": SAID}});
        for event in [start, delta] {
            stream.write_all(&frame(&event)?).await?;
        }
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await?;
        return Ok(());
    }
    let (head, body) = if path.contains("llama") {
        let body = json!({"generation": "Hi", "prompt_token_count": 30, "generation_token_count": 7, "stop_reason": "stop"});
        ("", body)
    } else if path.contains("titan") {
        let result = json!({"tokenCount": 8, "outputText": "Hi", "completionReason": "FINISH"});
        ("", json!({"inputTextTokenCount": 40, "results": [result]}))
    } else if path.contains("nova") {
        let usage = json!({"inputTokens": 50, "outputTokens": 9, "totalTokens": 159, "cacheReadInputTokenCount": 100});
        let message = json!({"role": "assistant", "content": [{"text": "Hi"}]});
        (
            "",
            json!({"output": {"message": message}, "stopReason": "end_turn", "usage": usage}),
        )
    } else {
        let head =
            "x-amzn-bedrock-input-token-count: 60\r\nx-amzn-bedrock-output-token-count: 10\r\n";
        (
            head,
            json!({"outputs": [{"text": "Hi", "stop_reason": "stop"}]}),
        )
    };
    let body = body.to_string();
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n{head}\r\n{body}",
        body.len()
    );
    Ok(stream.write_all(answer.as_bytes()).await?)
}

/// A chunk in AWS's framing.
fn frame(event: &Value) -> Result<Vec<u8>> {
    let payload = json!({"bytes": STANDARD.encode(event.to_string())}).to_string();
    let mut headers = Vec::new();
    for (name, value) in [(":event-type", "chunk"), (":message-type", "event")] {
        headers.push(u8::try_from(name.len())?);
        headers.extend_from_slice(name.as_bytes());
        headers.push(7);
        headers.extend_from_slice(&u16::try_from(value.len())?.to_be_bytes());
        headers.extend_from_slice(value.as_bytes());
    }
    let mut out = Vec::new();
    for length in [16 + headers.len() + payload.len(), headers.len()] {
        out.extend_from_slice(&u32::try_from(length)?.to_be_bytes());
    }
    out.extend_from_slice(&crc32(&out).to_be_bytes());
    out.extend_from_slice(&headers);
    out.extend_from_slice(payload.as_bytes());
    out.extend_from_slice(&crc32(&out).to_be_bytes());
    Ok(out)
}

/// As of IEEE 802.3, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| match sum & 1 {
        0 => sum >> 1,
        _ => (sum >> 1) ^ 0xedb8_8320,
    };
    let byte = |sum: u32, byte: &u8| (0..8).fold(sum ^ u32::from(*byte), step);
    !bytes.iter().fold(!0, byte)
}

fn manifests(port: u16, provider: u16) -> Vec<(&'static str, String)> {
    let secret = format!(
        "apiVersion: v1
kind: Secret
metadata: {{name: aws}}
stringData: {{accessKey: {AWS_ID}, secretKey: {AWS_SECRET}}}
"
    );
    let backend = format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: models}}
spec:
  ai: {{provider: {{bedrock: {{region: eu-west-3}}, host: 127.0.0.1, port: {provider}}}}}
  policies: {{auth: {{aws: {{secretRef: {{name: aws}}}}}}}}
"
    );
    let limit = "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayPolicy
metadata: {name: limit}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: models}]
  traffic: {rateLimit: {local: [{tokens: 2000, unit: Hours}]}}
";
    vec![
        ("gateway.yaml", gateway(port)),
        (
            "models.yaml",
            documents(&[
                secret,
                backend,
                route("models", "/model", "models"),
                limit.to_owned(),
            ]),
        ),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ]
}

async fn invoke(port: u16, model: &str, body: &Value) -> Result<Reply> {
    let url = format!("http://a.test/model/{model}/invoke");
    let kind = [("content-type", "application/json")];
    Client::http1(port)
        .send(request("POST", &url, &kind, &body.to_string())?)
        .await
}

/// Input and output of all so far, and what the limit was charged with.
async fn counted(world: &World) -> Result<[u64; 3]> {
    let metrics = Metrics::scrape(world).await?;
    let of = |side| metrics.sum(TOKENS, &[("gen_ai_token_type", side)]);
    let taken = metrics.sum("tidegate_proxy_rate_limit_tokens_total", &[])?;
    Ok([of("input")?, of("output")?, taken])
}

async fn until_counted(world: &World, expected: [u64; 3]) -> Result<()> {
    deadline::until("it is counted", deadline::SOON, || async {
        let counted = counted(world).await?;
        ensure!(counted == expected, "{counted:?} and not {expected:?}");
        Ok(())
    })
    .await
}

/// Reads a stream up to what is said in it, asks something else, and leaves.
async fn leave(port: u16) -> Result<Reply> {
    let body = json!({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 5000,
        "messages": [{"role": "user", "content": "hello tide"}]});
    let url = "http://a.test/model/anthropic.claude-x/invoke-with-response-stream";
    let kind = [("content-type", "application/json")];
    let mut connection = Client::http1(port).connect().await?;
    let asked = request("POST", url, &kind, &body.to_string())?;
    let mut response = connection.open(asked).await?;
    ensure!(response.status() == 200, "{}", response.status());
    let event = json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": SAID}});
    let last = frame(&event)?;
    let mut came = Vec::new();
    while !came.ends_with(&last) {
        let next = response.body_mut().frame().await.context("an end")??;
        came.extend_from_slice(&next.into_data().ok().context("trailers")?);
    }
    let other = json!({"prompt": "hello tide", "max_gen_len": 50});
    invoke(port, "meta.llama3-8b-instruct-v1:0", &other).await
}

#[tokio::test(flavor = "multi_thread")]
async fn invocations_are_held_and_counted() -> Result<()> {
    let (bedrock, port) = (Bedrock::start().await?, port::free()?);
    let mut world = World::up(&manifests(port, bedrock.port))?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    let mut sum = [0, 0, 0];
    for (model, body, (input, output)) in [
        (
            "meta.llama3-8b-instruct-v1:0",
            json!({"prompt": "hello tide", "max_gen_len": 50}),
            (30, 7),
        ),
        (
            "amazon.titan-text-express-v1",
            json!({"inputText": "hello tide", "textGenerationConfig": {"maxTokenCount": 50}}),
            (40, 8),
        ),
        (
            "amazon.nova-lite-v1:0",
            json!({"messages": [{"role": "user", "content": [{"text": "hello tide"}]}], "inferenceConfig": {"max_new_tokens": 50}}),
            (150, 9),
        ),
        (
            "mistral.mistral-7b-instruct-v0:2",
            json!({"prompt": "hello tide", "max_tokens": 50}),
            (60, 10),
        ),
    ] {
        let reply = invoke(port, model, &body).await?;
        ensure!(reply.status == 200, "{model}: {}", reply.text());
        sum = [sum[0] + input, sum[1] + output, sum[2] + input + output];
        until_counted(&world, sum).await.context(model)?;
    }
    // One that may be long takes all that is left, until it has ended.
    let before = bedrock.asked();
    let reply = deadline::within("the client leaves", deadline::SOON, leave(port)).await?;
    ensure!(reply.status == 429, "{}: {}", reply.status, reply.text());
    ensure!(bedrock.asked() == before + 1, "the provider was asked");
    let words = deadline::until("the record is written", deadline::SOON, || async {
        let log = world.log();
        let mut lines = log.lines();
        let gone = lines.find(|line| line.contains("tidegate.llm.ending=client_gone"));
        gone.map(str::to_owned).context("no record")
    })
    .await?;
    ensure!(
        words.contains("gen_ai.usage.input_tokens=103")
            && words.contains("tidegate.llm.usage.source=estimate"),
        "{words}"
    );
    let mut told = words.split(' ');
    let output = told.find_map(|word| word.strip_prefix("gen_ai.usage.output_tokens="));
    let output: u64 = output.context("no output")?.parse()?;
    ensure!((8..=20).contains(&output), "{words}");
    // Estimates are in no histogram of tokens, and count in limits.
    until_counted(&world, [sum[0], sum[1], sum[2] + 103 + output]).await?;
    world.stop().await
}
