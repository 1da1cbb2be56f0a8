//! Whose word about the client is believed: that of as many proxies in front as `tidegate up` is told of.

use anyhow::{Result, ensure};
use tests::client::{self, Client};
use tests::manifest::{backend, documents, gateway, route};
use tests::port;
use tests::upstream::Upstream;
use tests::world::World;

/// What a proxy in front says, and what the upstream is told then.
async fn check(hops: &str, proto: &str) -> Result<()> {
    let upstream = Upstream::echo("a").await?;
    let port = port::free()?;
    let rest = documents(&[backend("a", upstream.port()), route("route", "/", "a")]);
    let manifests = [("gateway.yaml", gateway(port)), ("rest.yaml", rest)];
    let mut world = World::up_with(&manifests, &["--xff-trusted-hops", hops])?;
    world.until_served_by(port, "http://a.test/", "a").await?;
    let claims = [
        ("x-forwarded-for", "203.0.113.7"),
        ("x-forwarded-proto", "https"),
    ];
    let request = client::request("GET", "http://a.test/", &claims, "")?;
    let echo = Client::http1(port).send(request).await?.echo()?;
    let told = echo.header("x-forwarded-proto");
    ensure!(told == proto, "{hops} hops: {told:?}, not {proto:?}");
    let chain: String = echo.header("x-forwarded-for").split_whitespace().collect();
    ensure!(chain == "203.0.113.7,127.0.0.1", "{hops} hops: {chain:?}");
    world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_in_front_is_believed_if_it_is_counted() -> Result<()> {
    check("0", "http").await?;
    check("1", "https").await
}
