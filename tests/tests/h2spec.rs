//! HTTP/2 as h2spec reads RFC 7540 and 7541, against our listener.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use cp_translate::Profile;
use proto::envoy::extensions::filters::network::http_connection_manager::v3::http_connection_manager::CodecType;
use tests::certificate::Authority;
use tests::client::Client;
use tests::deadline;
use tests::manifest::{backend, documents, gateway, route, tls_secret};
use tests::upstream::Upstream;
use tests::wire::{self, Wire};
use tests::world::{STOP_LIMIT, World};
use tests::{binaries, port};
use tokio::process::Command;
use xds::server::Mode;

use crate::ads::Management;
use crate::foreign;
use crate::translated::{edit_http, snapshot};

/// Cases of this version.
const CASES: usize = 145;
/// On a port that speaks both protocols, bytes that are neither are a bad HTTP/1.1 request (RFC 9112, section 3),
/// and RFC 9113, section 3.4, lets a server leave GOAWAY out for them. h2spec v2.2.1 cannot read the 400 as a frame
/// and takes it for a failure.
const NOT_HTTP2_AT_ALL: &str = "2: Sends invalid connection preface";
/// What h2spec sends in that case.
const BAD_PREFACE: &str = "INVALID CONNECTION PREFACE\r\n\r\n";

/// Runs h2spec; fails unless every case passes but the `known` ones, which fail.
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
        failed == known.iter().copied().collect(),
        "{failed:#?}\n{text}"
    );
    let summary = text
        .lines()
        .find(|line| line.contains("tests,"))
        .context("h2spec did not end")?;
    // Skipped is not passed.
    let (failed, passed) = (known.len(), CASES - known.len());
    let expected = format!("{CASES} tests, {passed} passed, 0 skipped, {failed} failed");
    ensure!(summary == expected, "{summary}, not {expected}");
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
    // The one exemption, for what it is: refused, and closed.
    let mut wire = Wire::connect(http).await?;
    wire.send(BAD_PREFACE).await?;
    let answer = wire.read_to_end().await?;
    ensure!(wire::statuses(&answer) == [400], "{answer:?}");
    // Whatever it sent, the proxy serves on.
    Client::http2(http).get("http://a.test/").await?.echo()?;
    world.stop().await
}

/// No exemption where the port speaks HTTP/2 only, which a management server can ask for and a manifest cannot.
#[tokio::test(flavor = "multi_thread")]
async fn a_listener_of_http2_only_conforms_in_every_case() -> Result<()> {
    let upstream = Upstream::echo("a").await?;
    let port = port::free()?;
    let manifests = documents(&[
        gateway(port),
        backend("a", upstream.port()),
        route("route", "/", "a"),
    ]);
    let mut resources = snapshot(Profile::Envoy, &[("all.yaml", manifests)])?;
    edit_http(&mut resources, |http| {
        http.codec_type = CodecType::Http2.into();
    })?;
    let server = Management::start(Mode::Plain, resources).await?;
    let dir = tempfile::tempdir()?;
    let mut proxy = foreign::proxy(&server, dir.path())?;
    let client = Client::http2(port);
    let served = || async { client.get("http://a.test/").await?.echo() };
    deadline::until("HTTP/2 is served", deadline::SOON, served)
        .await
        .with_context(|| format!("{:?}\n{}", server.refusals(), proxy.tail()))?;
    h2spec(port, &[], &[]).await?;
    served().await?;
    ensure!(proxy.stop(STOP_LIMIT).await?.success(), "{}", proxy.tail());
    Ok(())
}
