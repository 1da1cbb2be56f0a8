//! A proxy that refuses what it is sent: the rest is served, and the cause is written on the object.
//!
//! The refusal here is one that no control plane can foresee: a port that another process of the machine holds.

use std::net::TcpListener;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::client::Client;
use tests::manifest::{backend, documents, gateway, route};
use tests::upstream::Upstream;
use tests::world::World;
use tests::{deadline, port};

/// A Gateway with a second listener on this port.
fn two_listeners(first: u16, second: u16) -> String {
    format!(
        "{}    - name: second\n      protocol: HTTP\n      port: {second}\n",
        gateway(first)
    )
}

async fn status(world: &World) -> Result<Value> {
    let output = world.tidegate(&["status", "-o", "json"]).await?;
    serde_json::from_slice(&output.stdout).context("status is JSON")
}

/// The condition of this type on an object of this kind, as `reason message`, where it is false.
fn condition(status: &Value, kind: &str, wanted: &str) -> Option<String> {
    let text = |value: &Value, pointer: &str| {
        value
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let objects = status.get("objects")?.as_array()?.iter();
    let of_kind = objects.filter(|object| text(object, "/source/kind") == kind);
    let found = of_kind
        .filter_map(|object| object.get("conditions")?.as_array())
        .flatten()
        .find(|found| text(found, "/type") == wanted && text(found, "/status") == "False")?;
    Some(format!(
        "{} {}",
        text(found, "/reason"),
        text(found, "/message")
    ))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_that_cannot_be_bound_leaves_the_others_served() -> Result<()> {
    let upstream = Upstream::echo("a").await?;
    let http = port::free()?;
    let taken = TcpListener::bind("0.0.0.0:0")?;
    let second = taken.local_addr()?.port();
    let mut world = World::up(&[
        ("gateway.yaml", two_listeners(http, second)),
        (
            "rest.yaml",
            documents(&[backend("a", upstream.port()), route("route", "/", "a")]),
        ),
    ])?;
    world.until_served_by(http, "http://a.test/", "a").await?;
    deadline::until("the cause is told", deadline::SOON, || async {
        let status = status(&world).await?;
        let told = condition(&status, "Gateway", "Programmed").unwrap_or_default();
        ensure!(told.starts_with("RejectedByProxy"), "{told:?}");
        ensure!(
            told.contains(&second.to_string()) && told.contains("1 of 1"),
            "{told:?}"
        );
        let name = status
            .pointer("/gateways/0/quarantined/0/name")
            .and_then(Value::as_str);
        ensure!(
            name.is_some_and(|name| name.ends_with(&second.to_string())),
            "{name:?}"
        );
        Ok(())
    })
    .await?;

    // Everything else goes on changing; what was refused is tried again once it changes itself.
    let other = Upstream::echo("b").await?;
    world.write(
        "rest.yaml",
        &documents(&[backend("b", other.port()), route("route", "/", "b")]),
    )?;
    world.until_served_by(http, "http://a.test/", "b").await?;
    drop(taken);
    let third = port::free()?;
    world.write("gateway.yaml", &two_listeners(http, third))?;
    world.until_served_by(third, "http://a.test/", "b").await?;
    let reply = Client::http1(http).get("http://a.test/").await?;
    ensure!(reply.header("x-upstream") == "b", "{}", reply.text());
    deadline::until("nothing is refused any more", deadline::SOON, || async {
        let status = status(&world).await?;
        let told = condition(&status, "Gateway", "Programmed");
        ensure!(told.is_none(), "{told:?}");
        Ok(())
    })
    .await?;
    world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_becomes_free_is_bound_without_an_edit() -> Result<()> {
    let upstream = Upstream::echo("a").await?;
    let http = port::free()?;
    let taken = TcpListener::bind("0.0.0.0:0")?;
    let second = taken.local_addr()?.port();
    let mut world = World::up(&[
        ("gateway.yaml", two_listeners(http, second)),
        (
            "rest.yaml",
            documents(&[backend("a", upstream.port()), route("route", "/", "a")]),
        ),
    ])?;
    let told = || async {
        let status = status(&world).await?;
        let told = condition(&status, "Gateway", "Programmed").unwrap_or_default();
        ensure!(told.starts_with("RejectedByProxy"), "{told:?}");
        ensure!(told.contains("tried again by itself"), "{told:?}");
        let next = status.pointer("/gateways/0/quarantined/0/nextTry");
        ensure!(next.is_some_and(Value::is_string), "{status}");
        Ok(told)
    };
    let first = deadline::until("the cause is told", deadline::SOON, told).await?;
    // It has been tried in vain at least once, and nothing but the log shows it.
    deadline::until("an attempt was made", deadline::SOON, || async {
        ensure!(world.log().contains("attempt=2"), "{}", world.log());
        Ok(())
    })
    .await?;
    ensure!(told().await? == first, "the condition has changed");
    let reply = Client::http1(http).get("http://a.test/").await?;
    ensure!(reply.header("x-upstream") == "a", "{}", reply.text());
    ensure!(!first.is_empty() && world.log().matches("RejectedByProxy").count() == 1);

    drop(taken);
    world.until_served_by(second, "http://a.test/", "a").await?;
    deadline::until("nothing is refused any more", deadline::SOON, || async {
        let status = status(&world).await?;
        let told = condition(&status, "Gateway", "Programmed");
        ensure!(told.is_none(), "{told:?}");
        let aside = status.pointer("/gateways/0/quarantined");
        let is_empty = aside.and_then(Value::as_array).is_none_or(Vec::is_empty);
        ensure!(is_empty, "{status}");
        Ok(())
    })
    .await?;
    world.stop().await
}
