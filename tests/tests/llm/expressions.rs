//! The page of the guide about expressions: members that are computed, and providers that are judged by one.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::client::{Client, Reply, request};
use tests::manifest::route;
use tests::port;
use tests::world::World;

use super::account::Metrics;
use super::mock::Mock;
use super::page;

const PAGE: &str = "docs/guide/llm-expressions.md";
const BACKEND: &str = "backend/default/computed";

async fn ask(port: u16, headers: &[(&str, &str)], body: &Value) -> Result<Reply> {
    let mut all = vec![("content-type", "application/json")];
    all.extend(headers);
    let url = "http://a.test/v1/chat/completions";
    Client::http1(port)
        .send(request("POST", url, &all, &body.to_string())?)
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_the_guide_computes_and_judges() -> Result<()> {
    let start = || Mock::start(&["--base-path", "/v1"]);
    let (first, second) = (start().await?, start().await?);
    let port = port::free()?;
    let mut documents = page::documents(PAGE)?;
    page::here(&mut documents, port, |name| match name {
        "first" => Some(first.port()),
        "second" => Some(second.port()),
        _ => None,
    })?;
    let mut world = World::up(&[
        ("page.yaml", page::file(&documents)),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ])?;
    world.until_status(port, "http://a.test/ready", 500).await?;

    let hello = json!({
        "model": "gpt-4o",
        "messages": [{"role": "user", "content": "hello"}],
        "max_tokens": 4000,
        "seed": 7,
    });
    let reply = ask(port, &[("x-team", "red")], &hello).await?;
    ensure!(reply.status == 200, "{}", reply.text());
    let sent = first.last_body().await?;
    let expected = json!({
        "model": "gpt-4o-mini",
        "messages": [{"role": "user", "content": "hello"}],
        "max_tokens": 500,
        "user": "red",
    });
    ensure!(sent == expected, "{sent}");

    // Without the header there is no user, and nothing of the client's stays in its place.
    let long = json!({
        "model": "gpt-4o",
        "messages": [{"role": "user", "content": "a ".repeat(600)}],
        "user": "mallory",
    });
    let reply = ask(port, &[], &long).await?;
    ensure!(reply.status == 200, "{}", reply.text());
    let sent = first.last_body().await?;
    ensure!(sent.get("user").is_none(), "{sent}");
    ensure!(sent.get("model") == Some(&json!("gpt-4o")), "{sent}");

    // By itself, a 404 is the client's fault. Here it is the provider's.
    first.script(&["fail-404"; 2]).await?;
    let reply = ask(port, &[("x-team", "red")], &hello).await?;
    ensure!(reply.status == 200, "{}", reply.text());
    ensure!(second.requests().await? == 1, "the second was not asked");
    let sent = second.last_body().await?;
    let blocks = sent.pointer("/system/0/cache_control").context("no mark");
    ensure!(blocks? == &json!({"type": "ephemeral"}), "{sent}");
    let metrics = Metrics::scrape(&world).await?;
    let name = "tidegate_proxy_llm_evictions_total";
    ensure!(metrics.sum(name, &[("backend", BACKEND)])? == 1);
    world.stop().await
}
