//! HTTP/2 as h2spec reads RFC 7540 and 7541, against our listener.

use anyhow::{Context, Result, ensure};
use tests::certificate::Authority;
use tests::client::Client;
use tests::manifest::{backend, documents, gateway, route, tls_secret};
use tests::upstream::Upstream;
use tests::world::World;
use tests::{binaries, port};
use tokio::process::Command;

/// Runs h2spec and returns its closing line, or everything it printed if a case failed.
async fn h2spec(port: u16, flags: &[&str]) -> Result<String> {
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
    let summary = text
        .lines()
        .rev()
        .find(|line| line.contains("tests,"))
        .unwrap_or_default();
    ensure!(
        output.status.success() && summary.contains(" 0 failed"),
        "{text}"
    );
    Ok(summary.to_owned())
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
    for (about, port, flags) in [
        ("with prior knowledge", http, &[][..]),
        ("over TLS", https, &["--tls", "--insecure"]),
    ] {
        let summary = h2spec(port, flags).await.context(about)?;
        println!("{about}: {summary}");
    }
    // Whatever it sent, the proxy serves on.
    Client::http2(http).get("http://a.test/").await?.echo()?;
    world.stop().await
}
