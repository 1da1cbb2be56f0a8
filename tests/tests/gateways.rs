//! Several Gateways on one machine: each has a process, a socket and ports of its own, whatever it is called.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::manifest::{backend, documents, gateway, route};
use tests::upstream::Upstream;
use tests::wire::{self, Wire};
use tests::world::World;
use tests::{deadline, port};

fn called(namespace: &str, name: &str, port: u16) -> String {
    let metadata = format!("namespace: {namespace}\n  name: {name}\n");
    gateway(port).replace("name: gateway\n", &metadata)
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_look_alike_or_are_long_are_served() -> Result<()> {
    let long = ["g".repeat(63), "g".repeat(63), "g".repeat(60)].join(".");
    let names = [
        ("a".to_owned(), "b-c".to_owned()),
        ("a-b".to_owned(), "c".to_owned()),
        ("n".repeat(63), format!("{long}.x")),
        ("n".repeat(63), format!("{long}.y")),
    ];
    let mut ports = Vec::new();
    let mut manifests = Vec::new();
    for (namespace, name) in &names {
        let port = port::free()?;
        manifests.push(called(namespace, name, port));
        ports.push(port);
    }
    let mut world = World::up(&[("gateways.yaml", documents(&manifests))])?;
    for port in ports {
        world.until_status(port, "http://a.test/", 404).await?;
    }
    let log = world.log();
    ensure!(!log.contains("starting it again"), "{log}");
    world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_refuses_its_flags_is_not_started_for_ever() -> Result<()> {
    let manifests = [("gateway.yaml", gateway(port::free()?))];
    let world = World::up_with(&manifests, &["--workers", "0"])?;
    deadline::until("it is given up", deadline::SOON, || async {
        let log = world.log();
        ensure!(log.contains("is not started again"), "{log}");
        ensure!(log.contains("--workers: 0"), "its own words: {log}");
        Ok(())
    })
    .await?;
    ensure!(
        world.children("tidegate-proxy")?.is_empty(),
        "it was started again"
    );
    let log = world.log();
    ensure!(!log.contains("starting it again"), "{log}");
    world.stop().await
}

async fn served(world: &World, name: &str) -> Result<()> {
    let output = world.tidegate(&["status", "-o", "json"]).await?;
    let status: Value = serde_json::from_slice(&output.stdout).context("status is JSON")?;
    let text = |pointer: &str| status.pointer(pointer).and_then(Value::as_str);
    ensure!(text("/gateways/0/name") == Some(name), "{status}");
    let state = text("/gateways/0/proxies/0/state");
    ensure!(state == Some("PROXY_STATE_APPLIED"), "{status}");
    ensure!(
        status.pointer("/gateways/0/quarantined/0").is_none(),
        "{status}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_is_renamed_waits_for_its_port() -> Result<()> {
    let upstream = Upstream::echo("a").await?;
    let port = port::free()?;
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        ("backend.yaml", backend("a", upstream.port())),
        ("route.yaml", route("route", "/", "a")),
    ])?;
    world.until_served_by(port, "http://a.test/", "a").await?;
    let before = upstream.requests();
    let mut open = Wire::connect(port).await?;
    let head = "POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 8\r\nConnection: close";
    open.send(format!("{head}\r\n\r\nhalf")).await?;
    deadline::until("the request is open", deadline::SOON, || async {
        ensure!(upstream.requests() > before, "the upstream saw nothing");
        Ok(())
    })
    .await?;

    let renamed = |text: String| text.replace("name: gateway\n", "name: renamed\n");
    let everything = [
        renamed(gateway(port)),
        renamed(route("route", "/", "a")),
        backend("a", upstream.port()),
    ];
    world.remove("route.yaml")?;
    world.remove("backend.yaml")?;
    world.write("gateway.yaml", &documents(&everything))?;
    deadline::until("the old proxy drains", deadline::SOON, || async {
        ensure!(world.log().contains("draining"), "{}", world.log());
        Ok(())
    })
    .await?;
    ensure!(
        world.children("tidegate-proxy")?.len() == 1,
        "a second process wants the port"
    );
    open.send("more").await?;
    let answer = open.read_to_end().await?;
    let is_whole = wire::statuses(&answer) == [200] && answer.contains("halfmore");
    ensure!(is_whole, "{answer:?}\n{}", world.log());
    world.until_served_by(port, "http://a.test/", "a").await?;
    deadline::until("it is served under its new name", deadline::SOON, || {
        served(&world, "renamed")
    })
    .await
    .with_context(|| world.log())?;
    let log = world.log();
    ensure!(!log.contains("Address already in use"), "{log}");
    world.stop().await
}
