//! Several Gateways on one machine: each has a process, a socket and ports of its own, whatever it is called.

use anyhow::{Result, ensure};
use tests::manifest::{documents, gateway};
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
