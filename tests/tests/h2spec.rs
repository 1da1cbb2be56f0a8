//! HTTP/2 as h2spec reads RFC 7540 and 7541, against our listener.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use tests::certificate::Authority;
use tests::client::Client;
use tests::manifest::{backend, documents, gateway, route, tls_secret};
use tests::upstream::Upstream;
use tests::world::World;
use tests::{binaries, port};
use tokio::process::Command;

/// Cases of this version.
const CASES: usize = 145;
/// On a port that speaks both protocols, bytes that are neither get an HTTP/1.1 400 and a closed connection.
/// h2spec v2.2.1 cannot read that answer as a frame and takes it for a failure; `bad_requests` checks it.
const NOT_HTTP2_AT_ALL: &str = "2: Sends invalid connection preface";

/// Runs h2spec; fails if a case fails that is not `known`, or if cases are missing.
async fn h2spec(port: u16, flags: &[&str], known: &[&str]) -> Result<()> {
    let port = port.to_string();
    let mut command = Command::new(binaries::tool("h2spec")?);
    command
        .args(["--host", "127.0.0.1", "--port", &port, "--timeout", "5"])
        .args(flags);
    let output = command
        .kill_on_drop(true)
        .output()
        .await
        .context("h2spec")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let failed: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.split_once("× "))
        .map(|(_, case)| case.trim())
        .collect();
    ensure!(
        failed.iter().all(|case| known.contains(case)),
        "{failed:#?}\n{text}"
    );
    let summary = text
        .lines()
        .find(|line| line.contains("tests,"))
        .context("h2spec did not end")?;
    let count = summary
        .split_whitespace()
        .next()
        .and_then(|count| count.parse::<usize>().ok());
    ensure!(count >= Some(CASES), "{summary}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn our_listener_conforms() -> Result<()> {
    let upstream = Upstream::echo("a").await?;
    let (http, https) = (port::free()?, port::free()?);
    let authority = Authority::new()?;
    let listener = format!(
        "    - name: https\n      protocol: HTTPS\n      port: {https}\n      tls:\n        \
         certificateRefs: [{{name: cert}}]\n"
    );
    let mut world = World::up(&[
        ("gateway.yaml", format!("{}{listener}", gateway(http))),
        (
            "rest.yaml",
            documents(&[
                backend("a", upstream.port()),
                route("route", "/", "a"),
                tls_secret("cert", &authority.issue(&["a.test"])?),
            ]),
        ),
    ])?;
    world.until_served_by(http, "http://a.test/", "a").await?;
    h2spec(http, &[], &[NOT_HTTP2_AT_ALL])
        .await
        .context("with prior knowledge")?;
    h2spec(https, &["--tls", "--insecure"], &[])
        .await
        .context("over TLS")?;
    // Whatever it sent, the proxy serves on.
    Client::http2(http).get("http://a.test/").await?.echo()?;
    world.stop().await
}
