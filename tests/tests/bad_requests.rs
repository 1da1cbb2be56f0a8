//! Requests that no honest client sends: each is refused, and none reaches an upstream.

use anyhow::{Result, ensure};
use tests::client::Client;
use tests::manifest::{backend, gateway, route};
use tests::port;
use tests::upstream::Upstream;
use tests::wire::{self, Wire};
use tests::world::World;

/// Bytes, and the only statuses that may answer them. An empty list: closed without an answer is the only
/// good end.
struct Shape {
    about: &'static str,
    bytes: &'static str,
    statuses: &'static [u16],
}

const SHAPES: &[Shape] = &[
    Shape {
        about: "both lengths",
        bytes: "POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n\
                0\r\n\r\nG",
        statuses: &[400],
    },
    Shape {
        about: "two lengths that differ",
        bytes: "POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        statuses: &[400],
    },
    Shape {
        about: "a length with a sign",
        bytes: "POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: +1\r\n\r\na",
        statuses: &[400],
    },
    Shape {
        about: "chunked is not last",
        bytes: "POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        statuses: &[400, 501],
    },
    Shape {
        about: "an unknown transfer coding",
        bytes: "POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        statuses: &[400, 501],
    },
    Shape {
        about: "a folded header",
        bytes: "GET / HTTP/1.1\r\nHost: a.test\r\nX-A: one\r\n two\r\n\r\n",
        statuses: &[400],
    },
    Shape {
        about: "a space before the colon",
        bytes: "GET / HTTP/1.1\r\nHost: a.test\r\nX-A : one\r\n\r\n",
        statuses: &[400],
    },
    Shape {
        about: "a transfer coding behind a space",
        bytes: "POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        statuses: &[400],
    },
    Shape {
        about: "a bare carriage return in a value",
        bytes: "GET / HTTP/1.1\r\nHost: a.test\r\nX-A: one\rX-B: two\r\n\r\n",
        statuses: &[400],
    },
    Shape {
        about: "a null in a value",
        bytes: "GET / HTTP/1.1\r\nHost: a.test\r\nX-A: o\0ne\r\n\r\n",
        statuses: &[400],
    },
    Shape {
        about: "no host",
        bytes: "GET / HTTP/1.1\r\n\r\n",
        statuses: &[400],
    },
    Shape {
        about: "two hosts",
        bytes: "GET / HTTP/1.1\r\nHost: a.test\r\nHost: b.test\r\n\r\n",
        statuses: &[400],
    },
    Shape {
        about: "a host that is none",
        bytes: "GET / HTTP/1.1\r\nHost: a.test/x@b\r\n\r\n",
        statuses: &[400],
    },
    Shape {
        about: "another version",
        bytes: "GET / HTTP/3.7\r\nHost: a.test\r\n\r\n",
        statuses: &[400, 505],
    },
    Shape {
        about: "no HTTP",
        bytes: "\x16\x03\x01\x02\x00\x01\r\n\r\n",
        statuses: &[400],
    },
    Shape {
        about: "a space in the target",
        bytes: "GET /a b HTTP/1.1\r\nHost: a.test\r\n\r\n",
        statuses: &[400],
    },
    Shape {
        about: "a null in the path",
        bytes: "GET /%00 HTTP/1.1\r\nHost: a.test\r\n\r\n",
        statuses: &[400],
    },
    Shape {
        about: "an escape that is none",
        bytes: "GET /%zz HTTP/1.1\r\nHost: a.test\r\n\r\n",
        statuses: &[400],
    },
];

/// Chunked bodies that break after the head: the exchange may have begun, but it must end as an error.
const BROKEN_BODIES: &[(&str, &str)] = &[
    ("a chunk size that is none", "zz\r\nab\r\n0\r\n\r\n"),
    (
        "a chunk size beyond 64 bits",
        "fffffffffffffffff\r\nab\r\n0\r\n\r\n",
    ),
    ("a chunk longer than it says", "1\r\nabcdef\r\n0\r\n\r\n"),
    ("a chunk size with a sign", "+1\r\na\r\n0\r\n\r\n"),
];

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
async fn malformed_requests_are_refused_and_forwarded_nowhere() -> Result<()> {
    let (world, upstream, port) = start().await?;
    let before = upstream.requests();
    let mut wrong = Vec::new();
    for shape in SHAPES {
        let answer = wire::exchange(port, shape.bytes).await?;
        let statuses = wire::statuses(&answer);
        if statuses.len() != 1
            || !statuses
                .iter()
                .all(|status| shape.statuses.contains(status))
        {
            wrong.push(format!(
                "{}: {statuses:?}, not one of {:?}",
                shape.about, shape.statuses
            ));
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    ensure!(
        upstream.requests() == before,
        "an upstream saw {}",
        upstream.requests() - before
    );
    Client::http1(port).get("http://a.test/").await?.echo()?;
    world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_chunks_end_the_exchange() -> Result<()> {
    let (world, _upstream, port) = start().await?;
    for (about, body) in BROKEN_BODIES {
        let head = "POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n";
        let statuses = wire::statuses(&wire::exchange(port, format!("{head}{body}")).await?);
        let is_refused = statuses.iter().all(|status| [400, 502].contains(status));
        ensure!(statuses.len() <= 1 && is_refused, "{about}: {statuses:?}");
    }
    Client::http1(port).get("http://a.test/").await?.echo()?;
    world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn oversized_heads_are_refused() -> Result<()> {
    let (world, upstream, port) = start().await?;
    let before = upstream.requests();
    let long_value = format!(
        "GET / HTTP/1.1\r\nHost: a.test\r\nX-A: {}\r\n\r\n",
        "a".repeat(1 << 20)
    );
    let many: String = (0..2000).map(|n| format!("X-{n}: v\r\n")).collect();
    let many = format!("GET / HTTP/1.1\r\nHost: a.test\r\n{many}\r\n");
    let target = format!(
        "GET /{} HTTP/1.1\r\nHost: a.test\r\n\r\n",
        "a".repeat(1 << 20)
    );
    for (about, bytes, expected) in [
        ("a value", long_value, [431, 400]),
        ("headers", many, [431, 400]),
        ("a target", target, [414, 431]),
    ] {
        let statuses = wire::statuses(&wire::exchange(port, &bytes).await?);
        // The proxy may close before it has read all of it, and the reset may overtake the answer.
        ensure!(
            statuses.iter().all(|status| expected.contains(status)),
            "{about}: {statuses:?}"
        );
    }
    ensure!(
        upstream.requests() == before,
        "an upstream saw an oversized head"
    );
    Client::http1(port).get("http://a.test/").await?.echo()?;
    world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_dawdles_holds_up_nobody() -> Result<()> {
    let (world, _upstream, port) = start().await?;
    let mut slow = Vec::new();
    for _ in 0..100 {
        let mut wire = Wire::connect(port).await?;
        wire.send("GET / HTTP/1.1\r\nHo").await?;
        slow.push(wire);
    }
    for _ in 0..20 {
        Client::http1(port).get("http://a.test/").await?.echo()?;
    }
    // Each goes on, a byte at a time, and is served like any other.
    for wire in slow.iter_mut().take(3) {
        for byte in "st: a.test\r\nConnection: close\r\n\r\n".bytes() {
            wire.send([byte]).await?;
        }
        ensure!(wire::statuses(&wire.read_to_end().await?) == [200]);
    }
    world.stop().await
}
