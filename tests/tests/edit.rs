//! An edit of a file becomes an effect on the wire.

use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use tests::client::{self, Client, Connection};
use tests::deadline;
use tests::manifest::{backend, documents, gateway, route};
use tests::port;
use tests::upstream::Upstream;
use tests::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn edit_becomes_effect() -> Result<()> {
    let (a, b) = (Upstream::echo("a").await?, Upstream::echo("b").await?);
    let port = port::free()?;
    let backends = documents(&[backend("a", a.port()), backend("b", b.port())]);
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        ("backends.yaml", backends),
        ("route.yaml", route("route", "/", "a")),
    ])?;
    world.until_served_by(port, "http://any.test/", "a").await?;
    world.write("route.yaml", &route("route", "/", "b"))?;
    world.until_served_by(port, "http://any.test/", "b").await?;
    world.remove("route.yaml")?;
    world.until_status(port, "http://any.test/", 404).await?;
    world.stop().await
}

/// What a user is promised, from the write to the first answer by what was written.
const VISIBLE: Duration = Duration::from_millis(100);
/// A machine that is busy may be late at any of them, a delay that is built in is late at all of them.
const EDITS: usize = 20;

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_is_visible_within_100_ms() -> Result<()> {
    let (a, b) = (Upstream::echo("a").await?, Upstream::echo("b").await?);
    let port = port::free()?;
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        (
            "backends.yaml",
            documents(&[backend("a", a.port()), backend("b", b.port())]),
        ),
        ("route.yaml", route("route", "/", "a")),
    ])?;
    world.until_served_by(port, "http://any.test/", "a").await?;
    // The first edit is not timed: those behind it begin right after the effect of another, which is the worst
    // moment for whoever looks from time to time.
    let mut connection = Client::http1(port).connect().await?;
    edit(&world, &mut connection, "b").await?;
    let mut times = Vec::new();
    for name in ["a", "b"].iter().cycle().take(EDITS) {
        times.push(edit(&world, &mut connection, name).await?);
        if times.last().is_some_and(|time| *time <= VISIBLE) {
            return world.stop().await;
        }
    }
    bail!("no edit was visible within {VISIBLE:?}: {times:?}")
}

/// Writes a route to the upstream `name` and asks without a pause until that one answers; how long it took.
async fn edit(world: &World, connection: &mut Connection, name: &str) -> Result<Duration> {
    let started = Instant::now();
    world.write("route.yaml", &route("route", "/", name))?;
    loop {
        let reply = connection.send(client::get("http://any.test/")?).await?;
        if reply.header("x-upstream") == name {
            return Ok(started.elapsed());
        }
        ensure!(
            started.elapsed() < deadline::SOON,
            "the edit to {name} took no effect"
        );
    }
}
