//! A real Envoy serves what our proxy serves, and changes reach it without a failed request.

use anyhow::{Context, Result};
use tests::envoy::Envoy;
use tests::world::World;

use crate::changes;
use crate::traffic::{Plane, Setup};

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
