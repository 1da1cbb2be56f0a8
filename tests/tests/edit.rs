//! An edit of a file becomes an effect on the wire.

use anyhow::Result;
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
