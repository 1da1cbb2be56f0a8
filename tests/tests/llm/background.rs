//! Responses that are made while nobody waits: begun once, at one provider, and in the books once, however often somebody looks.

use std::cell::Cell;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::client::{Client, Reply, request};
use tests::manifest::{documents, gateway, route};
use tests::upstream::{Behaviour, Upstream};
use tests::world::World;
use tests::{deadline, port};

use super::account::Metrics;
use super::mock::Mock;
use super::told::At as _;

const TOLD: &str = "gen_ai_client_token_usage_sum";
const ESTIMATED: &str = "tidegate_proxy_llm_estimated_tokens_total";

/// What somebody is told who looks at a response that could not be made.
const FAILED: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n\
    {\"id\":\"resp_f\",\"object\":\"response\",\"background\":true,\"status\":\"failed\",\"model\":\"gpt-x\",\
    \"output\":[],\"usage\":null,\"error\":{\"code\":\"server_error\",\"message\":\"it sank\"}}";

/// A backend of two providers, one behind the other.
fn pair(name: &str, ports: [u16; 2]) -> String {
    let [first, second] = ports;
    backend(
        name,
        &format!(
            "    groups:
    - providers: [{{name: first, openai: {{}}, host: 127.0.0.1, port: {first}}}]
    - providers: [{{name: second, openai: {{}}, host: 127.0.0.1, port: {second}}}]
"
        ),
    )
}

fn backend(name: &str, ai: &str) -> String {
    let backend = format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: {name}}}
spec:
  ai:
{ai}"
    );
    format!("{backend}---\n{}", route(name, &format!("/{name}"), name))
}

async fn start(manifests: &[String]) -> Result<(World, u16)> {
    let port = port::free()?;
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        ("pair.yaml", documents(manifests)),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ])?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    Ok((world, port))
}

async fn send(port: u16, (method, path): (&str, &str), body: &str) -> Result<Reply> {
    let url = format!("http://a.test{path}");
    let headers = [("content-type", "application/json")];
    let asked = request(method, &url, &headers, body)?;
    let reply = Client::http1(port).send(asked).await?;
    ensure!(reply.status == 200, "{path}: {}", reply.text());
    Ok(reply)
}

/// Nobody is blamed, and nobody else was asked.
async fn is_quiet(world: &World, backend: &str) -> Result<()> {
    let metrics = Metrics::scrape(world).await?;
    let backend = format!("backend/default/{backend}");
    for name in ["evictions", "failovers"] {
        let name = format!("tidegate_proxy_llm_{name}_total");
        let found = metrics.sum(&name, &[("backend", backend.as_str())])?;
        ensure!(found == 0, "{name}: {found}");
    }
    Ok(())
}

/// What the gateway counted by now is what the mock says that it took, once somebody was told; and as much more of prompts as an estimate
/// was too high, which is not given back.
async fn agrees(world: &World, mock: &Mock, has_output: bool) -> Result<u64> {
    let surplus = Cell::new(0);
    deadline::until("gateway and mock agree", deadline::SOON, || async {
        let metrics = Metrics::scrape(world).await?;
        let accounts = mock.accounts().await?;
        let sums = |of_gateway: &str, of_mock: &str| {
            let labels = [("gen_ai_token_type", of_gateway)];
            let counted = metrics.sum(TOLD, &labels)? + metrics.sum(ESTIMATED, &labels)?;
            let taken = accounts.iter().filter_map(|one| one[of_mock].as_u64());
            anyhow::Ok((counted, taken.sum::<u64>()))
        };
        let (counted, taken) = sums("output", "output_tokens")?;
        let expected = if has_output { taken } else { 0 };
        ensure!(counted == expected, "output: {counted} of {taken}");
        let (counted, taken) = sums("input", "input_tokens")?;
        ensure!(counted >= taken && taken > 0, "input: {counted} of {taken}");
        surplus.set(counted - taken);
        Ok(())
    })
    .await?;
    Ok(surplus.get())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_begun_is_begun_once_and_counted_once() -> Result<()> {
    let (first, second) = (Mock::start(&[]).await?, Mock::start(&[]).await?);
    let manifest = pair("pair", [first.port(), second.port()]);
    let (world, port) = start(&[manifest]).await?;
    let said = "the tide is high and the boats are out ".repeat(9);
    let asked = json!({"model": "gpt-x", "input": said, "background": true});
    let begun = send(port, ("POST", "/pair/v1/responses"), &asked.to_string()).await?;
    let begun: Value = serde_json::from_slice(&begun.body)?;
    ensure!(begun.at("/status") == "queued", "{begun}");
    let id = begun.at("/id").as_str().context("an id")?;
    ensure!(first.requests().await? == 1, "it was begun again");
    let surplus = agrees(&world, &first, false).await?;
    for _ in 0..3 {
        let path = format!("/pair/v1/responses/{id}");
        let looked = send(port, ("GET", &path), "").await?;
        ensure!(
            looked.text().contains("answering as gpt-x"),
            "{}",
            looked.text()
        );
    }
    let now = agrees(&world, &first, true).await?;
    ensure!(now == surplus, "{now} and not {surplus}");

    // Whoever waited for the whole of it has been charged when somebody looks once more.
    let asked = json!({"model": "gpt-x", "input": said, "background": true, "stream": true});
    let streamed = send(port, ("POST", "/pair/v1/responses"), &asked.to_string()).await?;
    let text = streamed.text();
    ensure!(text.contains("response.completed"), "{text}");
    let now = agrees(&world, &first, true).await?;
    ensure!(now == surplus, "{now} and not {surplus}");
    let (_, behind) = text.split_once("\"id\":\"resp_").context("an id")?;
    let (number, _) = behind.split_once('"').context("an id")?;
    let path = format!("/pair/v1/responses/resp_{number}");
    send(port, ("GET", &path), "").await?;
    let now = agrees(&world, &first, true).await?;
    ensure!(now == surplus, "{now} and not {surplus}");
    ensure!(second.requests().await? == 0, "the other was asked");
    is_quiet(&world, "pair").await?;
    world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_looks_at_what_has_failed_blames_nobody() -> Result<()> {
    let failed = Upstream::start("failed", Behaviour::Raw(FAILED)).await?;
    let own = failed.port();
    // With a limit for the whole of an answer it is read before any of it is passed on.
    let ai = format!(
        "    provider: {{openai: {{}}, host: 127.0.0.1, port: {own}}}
  policies: {{http: {{requestTimeout: 10s}}}}
"
    );
    let (world, port) = start(&[backend("one", &ai)]).await?;
    for _ in 0..3 {
        let looked = send(port, ("GET", "/one/v1/responses/resp_f"), "").await?;
        ensure!(looked.text().contains("it sank"), "{}", looked.text());
    }
    is_quiet(&world, "one").await?;
    world.stop().await
}
