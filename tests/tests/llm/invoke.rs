//! InvokeModel, whose bodies are each model family's own: what is held, and what is counted, also of a client that leaves.
//!
//! The mock checks what reaches it, answers as the families do and keeps an account. Must not look into the gateway.

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tests::client::{Client, Reply, request};
use tests::manifest::{documents, gateway, route};
use tests::world::World;
use tests::{deadline, port};

use super::account::Metrics;
use super::mock::{AWS_ID, AWS_SECRET, Mock};
use super::told::At as _;

const TOKENS: &str = "gen_ai_client_token_usage_sum";

/// What is asked of one model.
const WHOLE: &str = "invoke";
const STREAMED: &str = "invoke-with-response-stream";

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

/// A model of each family, and what is sent to it.
fn families() -> Vec<(&'static str, Value)> {
    let said = json!([{"role": "user", "content": "hello tide"}]);
    let blocks = json!([{"role": "user", "content": [{"text": "hello tide"}]}]);
    let claude =
        json!({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 50, "messages": said});
    let nova = json!({"messages": blocks, "inferenceConfig": {"max_new_tokens": 50}});
    let llama = json!({"prompt": "hello tide", "max_gen_len": 50});
    let titan = json!({"inputText": "hello tide", "textGenerationConfig": {"maxTokenCount": 50}});
    let mistral = json!({"prompt": "hello tide", "max_tokens": 50});
    let chat = json!({"messages": said, "max_completion_tokens": 50});
    vec![
        ("anthropic.claude-x", claude.clone()),
        // Half of the prompt was read from a cache, a quarter was written to one.
        ("anthropic.claude-mock-cached.cache-write", claude),
        ("amazon.nova-lite-v1:0", nova.clone()),
        ("amazon.nova-mock-cached", nova),
        ("meta.llama3-8b-instruct-v1:0", llama),
        ("amazon.titan-text-express-v1", titan),
        ("mistral.mistral-7b-instruct-v0:2", mistral),
        ("openai.gpt-oss-20b-1:0", chat),
        (
            "amazon.titan-embed-text-v2:0",
            json!({"inputText": "hello tide"}),
        ),
        (
            "cohere.embed-v4",
            json!({"texts": ["hello", "tide"], "input_type": "search_query"}),
        ),
    ]
}

async fn invoke(port: u16, verb: &str, model: &str, body: &Value) -> Result<Reply> {
    let url = format!("http://a.test/model/{model}/{verb}");
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

/// Input and output that the mock told so far.
async fn told(mock: &Mock) -> Result<[u64; 2]> {
    let accounts = mock.accounts().await?;
    let sum = |name: &str| accounts.iter().filter_map(|one| one[name].as_u64()).sum();
    Ok([sum("input_tokens"), sum("output_tokens")])
}

/// The gateway counted what the mock told, and charged this much besides.
async fn until_counted(world: &World, mock: &Mock, besides: u64) -> Result<()> {
    let [input, output] = told(mock).await?;
    let expected = [input, output, input + output + besides];
    deadline::until("it is counted", deadline::SOON, || async {
        let counted = counted(world).await?;
        ensure!(counted == expected, "{counted:?} and not {expected:?}");
        Ok(())
    })
    .await
}

/// What a stream of Claude's says so far, in whole frames of AWS's.
fn said(mut bytes: &[u8]) -> Result<String> {
    let length = |bytes: &[u8], at: usize| -> Option<usize> {
        let four = bytes.get(at..at + 4)?.try_into().ok()?;
        usize::try_from(u32::from_be_bytes(four)).ok()
    };
    let mut text = String::new();
    while let Some(whole) = length(bytes, 0).filter(|whole| *whole <= bytes.len()) {
        let head = length(bytes, 4).context("no head")?;
        let payload = bytes.get(12 + head..whole - 4).context("no payload")?;
        let payload: Value = serde_json::from_slice(payload)?;
        let event = STANDARD.decode(payload.at("/bytes").as_str().context("no bytes")?)?;
        let event: Value = serde_json::from_slice(&event)?;
        text.push_str(event.at("/delta/text").as_str().unwrap_or_default());
        bytes = bytes.get(whole..).unwrap_or_default();
    }
    Ok(text)
}

/// Reads a stream up to what is said in it, asks something else, and leaves.
async fn leave(port: u16) -> Result<Reply> {
    let body = json!({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 5000,
        "messages": [{"role": "user", "content": "hello tide"}]});
    let url = format!("http://a.test/model/anthropic.claude-mock-stall.cached/{STREAMED}");
    let kind = [("content-type", "application/json")];
    let mut connection = Client::http1(port).connect().await?;
    let asked = request("POST", &url, &kind, &body.to_string())?;
    let mut response = connection.open(asked).await?;
    ensure!(response.status() == 200, "{}", response.status());
    let mut came = Vec::new();
    while !said(&came)?.contains("This is a mock provider") {
        let next = response.body_mut().frame().await.context("an end")??;
        came.extend_from_slice(&next.into_data().ok().context("trailers")?);
    }
    let other = json!({"prompt": "hello tide", "max_gen_len": 50});
    invoke(port, WHOLE, "meta.llama3-8b-instruct-v1:0", &other).await
}

#[tokio::test(flavor = "multi_thread")]
async fn invocations_are_held_and_counted() -> Result<()> {
    let aws = format!("{AWS_ID}:{AWS_SECRET}");
    let (mock, port) = (Mock::start(&["--aws-key", &aws]).await?, port::free()?);
    let mut world = World::up(&manifests(port, mock.port()))?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    for (model, body) in families() {
        // Vectors are not streamed.
        let verbs = match model.contains("embed") {
            true => &[WHOLE][..],
            false => &[WHOLE, STREAMED],
        };
        for verb in verbs {
            let before = told(&mock).await?;
            let reply = invoke(port, verb, model, &body).await?;
            ensure!(reply.status == 200, "{model}: {}", reply.text());
            ensure!(
                told(&mock).await? != before,
                "{model} {verb}: nothing was told"
            );
            let counted = until_counted(&world, &mock, 0).await;
            counted.with_context(|| format!("{model} {verb}"))?;
        }
    }
    // One that may be long takes all that is left, until it has ended.
    let before = mock.requests().await?;
    let reply = deadline::within("the client leaves", deadline::SOON, leave(port)).await?;
    ensure!(reply.status == 429, "{}: {}", reply.status, reply.text());
    ensure!(
        mock.requests().await? == before + 1,
        "the provider was asked"
    );
    let words = deadline::until("the record is written", deadline::SOON, || async {
        let log = world.log();
        let mut lines = log.lines();
        let gone = lines.find(|line| line.contains("tidegate.llm.ending=client_gone"));
        gone.map(str::to_owned).context("no record")
    })
    .await?;
    // What was read from the cache is part of the prompt.
    ensure!(
        words.contains("gen_ai.usage.input_tokens=5 ")
            && words.contains("tidegate.llm.usage.source=estimate"),
        "{words}"
    );
    let mut told = words.split(' ');
    let output = told.find_map(|word| word.strip_prefix("gen_ai.usage.output_tokens="));
    let output: u64 = output.context("no output")?.parse()?;
    ensure!((4..=20).contains(&output), "{words}");
    // Estimates are in no histogram of tokens, and count in limits.
    until_counted(&world, &mock, 5 + output).await?;
    world.stop().await
}
