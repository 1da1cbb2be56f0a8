//! A real Envoy serves what our proxy serves, and changes reach it without a failed request.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::client::Client;
use tests::deadline;
use tests::envoy::Envoy;
use tests::manifest::{backend, documents, gateway, route};
use tests::port;
use tests::upstream::Upstream;
use tests::world::{STOP_LIMIT, World};

use crate::changes;
use crate::traffic::{Plane, Setup};

/// A backend that Envoy cannot serve.
const MODEL: &str = "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata:
  name: model
spec:
  ai:
    provider:
      openai:
        model: gpt-4o-mini
";

async fn serves_the_table(protocol: &str) -> Result<()> {
    let setup = Setup::start().await?;
    let mut world = World::control_plane(&setup.manifests())?;
    let envoy = Envoy::start(&mut world, "default/gateway", protocol).await?;
    world
        .until_served_by(setup.http, "http://exact.hosts.test/", "a")
        .await
        .with_context(|| format!("envoy printed:\n{}", envoy.tail()))?;
    Plane {
        setup: &setup,
        name: "envoy",
    }
    .run()
    .await?;
    envoy.check_health().await
}

#[tokio::test(flavor = "multi_thread")]
async fn envoy_serves_the_table_by_delta() -> Result<()> {
    serves_the_table("delta").await
}

#[tokio::test(flavor = "multi_thread")]
async fn envoy_serves_the_table_by_state_of_the_world() -> Result<()> {
    serves_the_table("sotw").await
}

async fn changes_lose_no_request(protocol: &str) -> Result<()> {
    let setup = changes::Setup::start().await?;
    let mut world = World::control_plane(&setup.manifests()?)?;
    let envoy = Envoy::start(&mut world, "default/gateway", protocol).await?;
    setup
        .lose_no_request(&mut world, || envoy.check_health())
        .await
        .with_context(|| format!("envoy printed:\n{}", envoy.tail()))
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_reach_envoy_without_a_failed_request_by_delta() -> Result<()> {
    changes_lose_no_request("delta").await
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_reach_envoy_without_a_failed_request_by_state_of_the_world() -> Result<()> {
    changes_lose_no_request("sotw").await
}

/// The objects of this status that carry the condition `EnvoyProfile`, with its status.
fn envoy_profiles(status: &Value) -> Vec<String> {
    let text = |value: &Value, pointer: &str| {
        let found = value.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_default().to_owned()
    };
    let objects = status.get("objects").and_then(Value::as_array);
    let mut found = Vec::new();
    for object in objects.into_iter().flatten() {
        let conditions = object.get("conditions").and_then(Value::as_array);
        for condition in conditions.into_iter().flatten() {
            if text(condition, "/type") == "EnvoyProfile" {
                let (kind, name) = (text(object, "/source/kind"), text(object, "/source/name"));
                found.push(format!("{kind} {name} {}", text(condition, "/status")));
            }
        }
    }
    found
}

async fn until_envoy_profiles(world: &World, expected: &[&str]) -> Result<()> {
    deadline::until("the condition EnvoyProfile", deadline::SOON, || async {
        let output = world.tidegate(&["status", "-o", "json"]).await?;
        let status = serde_json::from_slice(&output.stdout).context("status is JSON")?;
        let found = envoy_profiles(&status);
        ensure!(found == expected, "{found:?}");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ai_route_answers_503_and_says_so_while_an_envoy_is_connected() -> Result<()> {
    let upstream = Upstream::echo("a").await?;
    let http = port::free()?;
    let mut world = World::control_plane(&[
        ("gateway.yaml", gateway(http)),
        (
            "routes.yaml",
            documents(&[
                backend("a", upstream.port()),
                route("plain", "/plain", "a"),
                route("chat", "/chat", "model"),
                MODEL.to_owned(),
            ]),
        ),
    ])?;
    until_envoy_profiles(&world, &[]).await?;
    let mut envoy = Envoy::start(&mut world, "default/gateway", "delta").await?;
    world
        .until_served_by(http, "http://a.test/plain", "a")
        .await?;
    let reply = Client::http1(http).get("http://a.test/chat").await?;
    ensure!(reply.status == 503, "{}: {}", reply.status, reply.text());
    let told = ["AgentgatewayBackend model False", "HTTPRoute chat False"];
    until_envoy_profiles(&world, &told).await?;
    envoy.check_health().await?;
    envoy.process().stop(STOP_LIMIT).await?;
    until_envoy_profiles(&world, &[]).await
}
