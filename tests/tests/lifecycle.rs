//! Processes that start, end and die: what a user sees of `tidegate up`.

use std::time::Instant;

use anyhow::{Context, Result, ensure};
use tests::client::{self, Client};
use tests::deadline;
use tests::manifest::{backend, documents, gateway, route};
use tests::port;
use tests::process::{self, Signal};
use tests::upstream::{Behaviour, Upstream};
use tests::wire::{self, Wire};
use tests::world::{STOP_LIMIT, World};

async fn start() -> Result<(World, Upstream, u16)> {
    let upstream = Upstream::echo("a").await?;
    let port = port::free()?;
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        ("backend.yaml", backend("a", upstream.port())),
        ("route.yaml", route("route", "/", "a")),
    ])?;
    world.until_served_by(port, "http://a.test/", "a").await?;
    Ok((world, upstream, port))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_offset_moves_what_is_bound_and_nothing_else() -> Result<()> {
    const OFFSET: u16 = 1_000;
    let upstream = Upstream::echo("a").await?;
    let bound = port::free()?;
    let written = bound - OFFSET;
    let mut world = World::up_with(
        &[
            ("gateway.yaml", gateway(written)),
            ("backend.yaml", backend("a", upstream.port())),
            ("route.yaml", route("route", "/", "a")),
        ],
        &["--port-offset", &OFFSET.to_string()],
    )?;
    world.until_served_by(bound, "http://a.test/", "a").await?;
    let output = world.tidegate(&["snapshot", "get"]).await?;
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(text.contains(&format!("/listener/{written}")), "{text}");
    let banner = format!("listens on http://127.0.0.1:{bound}\n");
    deadline::until("the banner names the port", deadline::SOON, || async {
        ensure!(world.log().contains(&banner), "{}", world.log());
        Ok(())
    })
    .await?;
    world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn both_signals_end_everything() -> Result<()> {
    for signal in [Signal::Terminate, Signal::Interrupt] {
        let (mut world, _upstream, port) = start().await?;
        let children = descendants(&world)?;
        ensure!(children.len() == 2, "children: {children:?}");
        world.process().signal(signal)?;
        let status = world.process().wait(STOP_LIMIT).await?;
        ensure!(status.success(), "{signal:?}: {status}\n{}", world.log());
        for child in children {
            ensure!(
                process::resident(child).is_err(),
                "{signal:?}: {child} lives on"
            );
        }
        ensure!(
            Client::http1(port).get("http://a.test/").await.is_err(),
            "{signal:?}: still served"
        );
        let left = std::fs::read_dir(world.run_dir())?.count();
        ensure!(left == 0, "{signal:?}: tokens outlive the run");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn children_do_not_outlive_a_parent_that_was_killed() -> Result<()> {
    let (mut world, _upstream, _) = start().await?;
    let children = descendants(&world)?;
    world.process().signal(Signal::Kill)?;
    world.process().wait(STOP_LIMIT).await?;
    deadline::until("the children end", STOP_LIMIT, || async {
        for child in &children {
            ensure!(process::resident(*child).is_err(), "{child} lives on");
        }
        Ok(())
    })
    .await?;
    let left = std::fs::read_dir(world.run_dir())?.count();
    ensure!(left == 0, "tokens outlive the run");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tokens_of_a_run_that_was_killed_are_void_in_the_next() -> Result<()> {
    let (mut world, _upstream, port) = start().await?;
    let token = |world: &World| std::fs::read_to_string(world.run_dir().join("admin-token"));
    let old = token(&world)?;
    let children = descendants(&world)?;
    // Stopped, they cannot notice that their parent has gone and clean up.
    for child in &children {
        process::send(*child, Signal::Stop)?;
    }
    world.process().signal(Signal::Kill)?;
    world.process().wait(STOP_LIMIT).await?;
    for child in &children {
        process::send(*child, Signal::Kill)?;
    }
    let socket = world.run_dir().join("control-plane.sock");
    deadline::until("nobody listens", STOP_LIMIT, || async {
        let answer = tokio::net::UnixStream::connect(&socket).await;
        ensure!(answer.is_err(), "somebody does");
        Ok(())
    })
    .await?;
    ensure!(
        world.run_dir().join("run-secret").exists(),
        "who removed it?"
    );

    let mut world = world.up_again()?;
    world.until_served_by(port, "http://a.test/", "a").await?;
    ensure!(token(&world)? != old, "a token outlived its run");
    world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_seconds_are_enough_whatever_hangs() -> Result<()> {
    let upstream = Upstream::echo("a").await?;
    let collector = Upstream::start("collector", Behaviour::Hang).await?;
    let port = port::free()?;
    let rest = documents(&[backend("a", upstream.port()), route("route", "/", "a")]);
    let manifests = [("gateway.yaml", gateway(port)), ("rest.yaml", rest)];
    let endpoint = format!("http://{}", collector.address());
    let mut world = World::up_with(&manifests, &["--otlp-endpoint", &endpoint])?;
    world.until_served_by(port, "http://a.test/", "a").await?;
    let mut open = Wire::connect(port).await?;
    open.send(
        "GET /socket HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    )
    .await?;
    let head = open.read_until("\r\n\r\n").await?;
    ensure!(head.starts_with("HTTP/1.1 101"), "{head}");
    let children = descendants(&world)?;
    world.process().signal(Signal::Terminate)?;
    let ended = world.process().wait(STOP_LIMIT).await;
    let status = ended.with_context(|| world.log())?;
    ensure!(status.success(), "{status}\n{}", world.log());
    for child in children {
        ensure!(process::resident(child).is_err(), "{child} lives on");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_offset_is_added_to_what_is_bound() -> Result<()> {
    let upstream = Upstream::echo("a").await?;
    let port = port::free()?;
    let offset = (port - 80).to_string();
    let rest = documents(&[backend("a", upstream.port()), route("route", "/", "a")]);
    let manifests = [("gateway.yaml", gateway(80)), ("rest.yaml", rest)];
    let mut world = World::up_with(&manifests, &["--port-offset", &offset])?;
    world.until_served_by(port, "http://a.test/", "a").await?;
    let told = format!("listens on http://127.0.0.1:{port}");
    deadline::until("the port is told", deadline::SOON, || async {
        ensure!(world.log().contains(&told), "no {told:?}: {}", world.log());
        Ok(())
    })
    .await?;
    world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_control_plane_stops_no_traffic() -> Result<()> {
    let (world, _upstream, port) = start().await?;
    let proxy = world.children("tidegate-proxy")?;
    let control_plane = world.children("tidegate-control-plane")?;
    let id = *control_plane.first().context("no control plane")?;
    process::send(id, Signal::Kill)?;
    let other = Upstream::echo("b").await?;
    world.write("more.yaml", &backend("b", other.port()))?;
    world.write("route.yaml", &route("route", "/", "b"))?;

    // Traffic goes on, over the connection that was open and over new ones, until it is back.
    until_edited(port).await.with_context(|| world.log())?;
    ensure!(
        world.children("tidegate-proxy")? == proxy,
        "the proxy was started again"
    );
    ensure!(world.children("tidegate-control-plane")? != control_plane);
    world.stop().await
}

/// Asks until upstream `b` answers; every answer on the way must be good.
async fn until_edited(port: u16) -> Result<()> {
    let mut connection = Client::http1(port).connect().await?;
    let started = Instant::now();
    loop {
        let old = connection.send(client::get("http://a.test/")?).await?;
        let new = Client::http1(port).get("http://a.test/").await?;
        ensure!(
            old.status == 200 && new.status == 200,
            "{} and {}",
            old.status,
            new.status
        );
        if new.header("x-upstream") == "b" {
            return Ok(());
        }
        ensure!(
            started.elapsed() < deadline::SOON,
            "the edit took no effect"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_request_is_finished_before_the_end() -> Result<()> {
    let (mut world, upstream, port) = start().await?;
    let mut wire = half_a_request(port, &upstream).await?;
    drain(&mut world).await?;
    wire.send("more").await?;
    let answer = wire.read_to_end().await?;
    let is_whole = wire::statuses(&answer) == [200] && answer.contains("halfmore");
    ensure!(is_whole, "{answer:?}\n{}", world.log());
    let status = world.process().wait(STOP_LIMIT).await?;
    ensure!(status.success(), "{status}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn while_draining_a_new_connection_is_refused_or_answered() -> Result<()> {
    let (mut world, upstream, port) = start().await?;
    let mut open = half_a_request(port, &upstream).await?;
    drain(&mut world).await?;
    for number in 0..50 {
        let Ok(mut wire) = Wire::connect(port).await else {
            continue;
        };
        let request = "GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n";
        let Ok(()) = wire.send(request).await else {
            continue;
        };
        let answer = wire.read_response().await?;
        ensure!(
            wire::statuses(&answer) == [200],
            "connection {number} got {answer:?}"
        );
    }
    open.send("more").await?;
    open.read_to_end().await?;
    world.process().wait(STOP_LIMIT).await?;
    Ok(())
}

/// A request whose body the client has not sent to the end, and which its upstream has.
async fn half_a_request(port: u16, upstream: &Upstream) -> Result<Wire> {
    let before = upstream.requests();
    let mut wire = Wire::connect(port).await?;
    let length = "Content-Length: 8\r\nConnection: close";
    wire.send(format!(
        "POST / HTTP/1.1\r\nHost: a.test\r\n{length}\r\n\r\nhalf"
    ))
    .await?;
    deadline::until("the request is open", deadline::SOON, || async {
        ensure!(upstream.requests() > before, "the upstream saw nothing");
        Ok(())
    })
    .await?;
    Ok(wire)
}

/// Asks everything to end and waits until the proxy has noticed.
async fn drain(world: &mut World) -> Result<()> {
    world.process().signal(Signal::Terminate)?;
    deadline::until("the proxy drains", deadline::SOON, || async {
        ensure!(world.log().contains("draining"), "{}", world.log());
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_directory_is_a_beginning() -> Result<()> {
    let upstream = Upstream::echo("a").await?;
    let port = port::free()?;
    let mut world = World::up(&[])?;
    world.write("gateway.yaml", &gateway(port))?;
    world.until_status(port, "http://a.test/", 404).await?;
    world.write("backend.yaml", &backend("a", upstream.port()))?;
    world.write("route.yaml", &route("route", "/", "a"))?;
    world.until_served_by(port, "http://a.test/", "a").await?;
    world.remove("gateway.yaml")?;
    world
        .until("the listener is gone", || async {
            ensure!(
                Client::http1(port).get("http://a.test/").await.is_err(),
                "still served"
            );
            Ok(())
        })
        .await?;
    world.stop().await
}

fn descendants(world: &World) -> Result<Vec<u32>> {
    let mut children = world.children("tidegate-control-plane")?;
    children.extend(world.children("tidegate-proxy")?);
    Ok(children)
}
