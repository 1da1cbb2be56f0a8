//! Our proxy under somebody else's management server: plain LDS, RDS, CDS, EDS and SDS.
//!
//! The resources are those that a real Envoy gets, without anything of ours; the proxy cannot tell.

use anyhow::{Context, Result, ensure};
use cp_translate::Profile;
use tests::client::Client;
use tests::deadline;
use tests::manifest::{backend, documents, gateway, route};
use tests::port;
use tests::process::Process;
use tests::upstream::Upstream;
use tests::{binaries, world::STOP_LIMIT};
use tokio::process::Command;
use xds::server::Mode;
use xds::snapshot::Snapshot;

use crate::ads::Management;
use crate::traffic::{Plane, Setup};
use crate::translated;

/// The resources that an Envoy would get for these manifests.
fn resources(manifests: &[(&str, String)]) -> Result<Snapshot> {
    translated::snapshot(Profile::Envoy, manifests)
}

/// A proxy that takes its configuration from `foreign`.
pub(crate) fn proxy(foreign: &Management, dir: &std::path::Path) -> Result<Process> {
    let mut command = Command::new(binaries::ours("tidegate-proxy")?);
    command
        .env_clear()
        .args(["--foreign", "--node-id", "edge-1", "--node-cluster", "edge"]);
    command
        .arg("--xds")
        .arg(foreign.address().to_string())
        .arg("--exit-with-parent");
    command
        .arg("--admin")
        .arg(format!("unix:{}", dir.join("admin.sock").display()));
    Process::start(command, &dir.join("proxy.log"))
}

pub(crate) async fn until_served_by(port: u16, url: &str, upstream: &str) -> Result<()> {
    let client = Client::http1(port);
    deadline::until(
        &format!("{url} is served by {upstream}"),
        deadline::SOON,
        || async {
            let reply = client.get(url).await?;
            let got = reply.header("x-upstream");
            ensure!(
                got == upstream,
                "status {} from {got:?}: {}",
                reply.status,
                reply.text()
            );
            Ok(())
        },
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_server_is_served_by_the_table() -> Result<()> {
    let setup = Setup::start().await?;
    let foreign = Management::start(Mode::Plain, resources(&setup.manifests())?).await?;
    let dir = tempfile::tempdir()?;
    let mut proxy = proxy(&foreign, dir.path())?;
    let outcome = async {
        until_served_by(setup.http, "http://exact.hosts.test/", "a").await?;
        Plane {
            setup: &setup,
            name: "tidegate-proxy --foreign",
        }
        .run()
        .await
    };
    outcome
        .await
        .with_context(|| format!("refused: {:#?}\n{}", foreign.refusals(), proxy.tail()))?;
    ensure!(foreign.refusals().is_empty(), "{:#?}", foreign.refusals());
    ensure!(proxy.stop(STOP_LIMIT).await?.success(), "{}", proxy.tail());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_a_foreign_server_takes_effect_and_its_end_takes_nothing() -> Result<()> {
    let (a, b) = (Upstream::echo("a").await?, Upstream::echo("b").await?);
    let port = port::free()?;
    let snapshot = |backend_name: &str| {
        resources(&[
            ("gateway.yaml", gateway(port)),
            (
                "backends.yaml",
                documents(&[backend("a", a.port()), backend("b", b.port())]),
            ),
            ("route.yaml", route("route", "/", backend_name)),
        ])
    };
    let foreign = Management::start(Mode::Plain, snapshot("a")?).await?;
    let dir = tempfile::tempdir()?;
    let proxy = proxy(&foreign, dir.path())?;
    let show = || proxy.tail();
    until_served_by(port, "http://a.test/", "a")
        .await
        .with_context(show)?;
    foreign.publish(snapshot("b")?);
    until_served_by(port, "http://a.test/", "b")
        .await
        .with_context(show)?;
    drop(foreign);
    for _ in 0..20 {
        ensure!(
            Client::http1(port)
                .get("http://a.test/")
                .await?
                .header("x-upstream")
                == "b"
        );
    }
    Ok(())
}
