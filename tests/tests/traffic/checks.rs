//! What a table cannot hold: shares, copies, TLS, upgrades, streams.
//!
//! Each check is a function of the plane alone. Must not depend on the order of the checks.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use http::Version;
use tests::client::{self, Client, LIMIT};
use tests::deadline;
use tests::wire::Wire;

use super::Plane;

/// Requests that a share is measured with. With 400 draws, 75 % lies within 8 points of 75 % in all but
/// one of 4,000 runs; a data plane that shares in turn is nearer.
const DRAWS: usize = 400;

/// Runs every check and returns what failed.
pub(super) async fn all(plane: &Plane<'_>) -> Vec<String> {
    let mut failures = Vec::new();
    let mut note = |about: &str, outcome: Result<()>| {
        if let Err(error) = outcome {
            failures.push(format!("{about}: {error:#}"));
        }
    };
    note("weights", weights(plane).await);
    note("the share of a missing Service", invalid_share(plane).await);
    note("mirror", mirror(plane).await);
    note("TLS by name", tls(plane).await);
    note("a name without a certificate", unknown_name(plane).await);
    note("HTTP/2 over TLS", http2_over_tls(plane).await);
    note("HTTP/2 with prior knowledge", http2_in_clear(plane).await);
    note("h2c upstream and gRPC", grpc(plane).await);
    for host in ["exact.hosts.test", "ws.test"] {
        note(host, websocket(plane, host).await);
    }
    note("bodies", bodies(plane).await);
    note("trailers", trailers(plane).await);
    note("keep-alive", keep_alive(plane).await);
    failures
}

async fn weights(plane: &Plane<'_>) -> Result<()> {
    let [a, b, c, other] = shares(plane, "http://weights.test/").await?;
    ensure!(c == 0 && other == 0, "weight 0 got {c}, errors {other}");
    ensure!(
        (268..=332).contains(&a),
        "a got {a} and b {b} of {DRAWS}, not about 3 to 1"
    );
    Ok(())
}

async fn invalid_share(plane: &Plane<'_>) -> Result<()> {
    let [a, _, _, other] = shares(plane, "http://share.test/").await?;
    ensure!(
        (160..=240).contains(&other),
        "{other} of {DRAWS} failed, not about half; a got {a}"
    );
    Ok(())
}

/// How many of `DRAWS` requests each of a, b and c answered, and how many nobody did.
async fn shares(plane: &Plane<'_>, url: &str) -> Result<[usize; 4]> {
    let mut connection = Client::http1(plane.setup.http).connect().await?;
    let [mut a, mut b, mut c, mut other] = [0; 4];
    for _ in 0..DRAWS {
        let reply = connection.send(client::get(url)?).await?;
        match reply.header("x-upstream") {
            "a" => a += 1,
            "b" => b += 1,
            "c" => c += 1,
            _ => other += 1,
        }
    }
    Ok([a, b, c, other])
}

async fn mirror(plane: &Plane<'_>) -> Result<()> {
    let before = plane.setup.mirror.requests();
    let client = Client::http1(plane.setup.http);
    for _ in 0..5 {
        let reply = client.get("http://mirror.test/copy").await?;
        ensure!(
            reply.header("x-upstream") == "a",
            "answered by {:?}",
            reply.header("x-upstream")
        );
    }
    deadline::until("five copies arrive", deadline::SOON, || async {
        let copies = plane.setup.mirror.requests() - before;
        ensure!(copies == 5, "{copies} copies");
        Ok(())
    })
    .await
}

async fn tls(plane: &Plane<'_>) -> Result<()> {
    for (name, upstream) in [("one.tls.test", "a"), ("x.two.tls.test", "b")] {
        let client = Client::http1(plane.setup.https).tls(&plane.setup.authority, name)?;
        let reply = client
            .get(&format!("https://{name}/"))
            .await
            .context(name)?;
        let echo = reply.echo().context(name)?;
        ensure!(echo.field("upstream") == upstream, "{name}: {echo:?}");
        ensure!(
            echo.header("x-forwarded-proto") == "https",
            "{name}: {echo:?}"
        );
    }
    Ok(())
}

async fn unknown_name(plane: &Plane<'_>) -> Result<()> {
    let client = Client::http1(plane.setup.https).tls(&plane.setup.authority, "three.tls.test")?;
    match client.connect().await {
        Ok(_) => bail!("the handshake succeeded"),
        Err(_) => Ok(()),
    }
}

async fn http2_over_tls(plane: &Plane<'_>) -> Result<()> {
    let client = Client::http2(plane.setup.https).tls(&plane.setup.authority, "one.tls.test")?;
    let reply = client.get("https://one.tls.test/").await?;
    ensure!(reply.version == Version::HTTP_2, "{:?}", reply.version);
    ensure!(reply.echo()?.field("upstream") == "a");
    Ok(())
}

async fn http2_in_clear(plane: &Plane<'_>) -> Result<()> {
    let mut connection = Client::http2(plane.setup.http).connect().await?;
    for _ in 0..3 {
        let reply = connection
            .send(client::get("http://exact.hosts.test/")?)
            .await?;
        ensure!(reply.version == Version::HTTP_2 && reply.header("x-upstream") == "a");
    }
    Ok(())
}

async fn grpc(plane: &Plane<'_>) -> Result<()> {
    let http1 = Client::http1(plane.setup.http);
    let echo = http1.get("http://h2c.test/").await?.echo()?;
    ensure!(
        echo.field("version") == "HTTP/2.0",
        "the upstream was asked in {echo:?}"
    );
    let headers = [("content-type", "application/grpc"), ("te", "trailers")];
    let request = client::request(
        "POST",
        "http://h2c.test/pkg.Service/Call",
        &headers,
        "frame",
    )?;
    let reply = Client::http2(plane.setup.http).send(request).await?;
    let status = reply
        .trailers
        .get("grpc-status")
        .map(|value| value.as_bytes());
    ensure!(status == Some(b"0"), "trailers {:?}", reply.trailers);
    ensure!(reply.text() == "frame", "body {:?}", reply.text());
    Ok(())
}

/// A WebSocket to a backend, and to a Service whose port says that it speaks it.
async fn websocket(plane: &Plane<'_>, host: &str) -> Result<()> {
    let mut wire = Wire::connect(plane.setup.http).await?;
    wire.send(format!(
        "GET /socket HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    ))
    .await?;
    let head = wire.read_until("\r\n\r\n").await?;
    ensure!(head.starts_with("HTTP/1.1 101"), "WebSocket: {head}");
    for message in ["one", "two"] {
        wire.send(message).await?;
        wire.read_until(message).await?;
    }
    Ok(())
}

async fn bodies(plane: &Plane<'_>) -> Result<()> {
    let client = Client::http1(plane.setup.http);
    let body = "b".repeat(300_000);
    let url = "http://exact.hosts.test/upload";
    let echo = client
        .send(client::request("POST", url, &[], &body)?)
        .await?
        .echo()?;
    ensure!(
        echo.0.get("length").and_then(|length| length.as_u64()) == Some(300_000),
        "{echo:?}"
    );
    let request = client::request("GET", url, &[("x-reply-size", "1000000")], "")?;
    let length = client.send(request).await?.body.len();
    ensure!(length == 1_000_000, "{length} bytes came back");
    let request = client::request("HEAD", url, &[], "")?;
    let reply = client.send(request).await?;
    ensure!(
        reply.status == 200 && reply.body.is_empty(),
        "HEAD: {reply:?}"
    );
    Ok(())
}

async fn trailers(plane: &Plane<'_>) -> Result<()> {
    let wish = [("x-reply-trailer", "last"), ("te", "trailers")];
    let request = client::request("GET", "http://h2c.test/", &wish, "")?;
    let reply = Client::http2(plane.setup.http).send(request).await?;
    let trailer = reply
        .trailers
        .get("x-trailer")
        .map(|value| value.as_bytes());
    ensure!(trailer == Some(b"last"), "trailers {:?}", reply.trailers);
    Ok(())
}

async fn keep_alive(plane: &Plane<'_>) -> Result<()> {
    let before = plane.setup.a.connections();
    let mut connection = Client::http1(plane.setup.http).connect().await?;
    let all = async {
        for _ in 0..50 {
            connection
                .send(client::get("http://exact.hosts.test/")?)
                .await?;
        }
        Ok(())
    };
    deadline::within("fifty requests", LIMIT + Duration::from_secs(5), all).await?;
    let opened = plane.setup.a.connections() - before;
    ensure!(
        opened <= 4,
        "{opened} upstream connections for 50 requests in a row"
    );
    Ok(())
}
