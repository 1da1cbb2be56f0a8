//! Our proxy under somebody else's management server: plain LDS, RDS, CDS, EDS and SDS.
//!
//! The resources are those that a real Envoy gets, without anything of ours; the proxy cannot tell.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use cp_translate::Profile;
use proto::any;
use proto::envoy::config::cluster::v3::Cluster;
use proto::envoy::config::core::v3::data_source::Specifier;
use proto::envoy::config::core::v3::transport_socket::ConfigType;
use proto::envoy::config::core::v3::{DataSource, TransportSocket};
use proto::envoy::extensions::transport_sockets::tls::v3::common_tls_context::ValidationContextType;
use proto::envoy::extensions::transport_sockets::tls::v3::{
    CertificateValidationContext, CommonTlsContext, UpstreamTlsContext,
};
use tests::certificate::Authority;
use tests::client::Client;
use tests::deadline;
use tests::manifest::{backend, documents, gateway, route};
use tests::port;
use tests::process::Process;
use tests::upstream::{Behaviour, Upstream};
use tests::{binaries, world::STOP_LIMIT};
use tokio::process::Command;
use xds::server::Mode;
use xds::snapshot::Snapshot;

use crate::ads::Management;
use crate::traffic::{Plane, Setup};
use crate::translated::{self, edit};

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

/// The same resources, with every cluster spoken to over TLS and verified by the authorities in a file.
fn verified_by(snapshot: &Snapshot, file: &Path) -> Result<Snapshot> {
    let trusted_ca = DataSource {
        specifier: Some(Specifier::Filename(file.display().to_string())),
        ..DataSource::default()
    };
    let validation = CertificateValidationContext {
        trusted_ca: Some(trusted_ca),
        ..CertificateValidationContext::default()
    };
    let context = UpstreamTlsContext {
        common_tls_context: Some(CommonTlsContext {
            validation_context_type: Some(ValidationContextType::ValidationContext(validation)),
            ..CommonTlsContext::default()
        }),
        sni: "up.test".to_owned(),
        ..UpstreamTlsContext::default()
    };
    let mut secured = snapshot.clone();
    edit::<Cluster>(&mut secured, |cluster| {
        cluster.transport_socket = Some(TransportSocket {
            name: "envoy.transport_sockets.tls".to_owned(),
            config_type: Some(ConfigType::TypedConfig(any::pack(&context))),
        });
    })?;
    Ok(secured)
}

#[tokio::test(flavor = "multi_thread")]
async fn authorities_in_a_file_are_read_with_every_configuration() -> Result<()> {
    let (authority, stranger) = (Authority::new()?, Authority::new()?);
    let tls = || Ok::<_, anyhow::Error>(Behaviour::EchoTls(authority.issue(&["up.test"])?));
    let a = Upstream::start("a", tls()?).await?;
    let b = Upstream::start("b", tls()?).await?;
    let dir = tempfile::tempdir()?;
    let port = port::free()?;
    let snapshot = |upstream: &Upstream, file: &str| {
        let plain = resources(&[
            ("gateway.yaml", gateway(port)),
            ("backend.yaml", backend("up", upstream.port())),
            ("route.yaml", route("route", "/", "up")),
        ])?;
        verified_by(&plain, &dir.path().join(file))
    };
    std::fs::write(dir.path().join("ca.pem"), authority.pem())?;
    let foreign = Management::start(Mode::Plain, snapshot(&a, "ca.pem")?).await?;
    let proxy = proxy(&foreign, dir.path())?;
    let show = || format!("refused: {:#?}\n{}", foreign.refusals(), proxy.tail());
    until_served_by(port, "http://a.test/", "a")
        .await
        .with_context(show)?;

    // What cannot be used is refused with its place and reason, and what was served stays.
    std::fs::write(dir.path().join("empty.pem"), "")?;
    std::fs::write(dir.path().join("text.pem"), "no certificate at all")?;
    for (file, reason) in [
        ("absent.pem", "cannot be read: No such file"),
        ("empty.pem", "holds no certificate"),
        ("text.pem", "holds no certificate"),
    ] {
        foreign.publish(snapshot(&b, file)?);
        deadline::until(&format!("{file} is refused"), deadline::SOON, || async {
            let refusals = foreign.refusals();
            let told = refusals.iter().find(|refusal| refusal.contains(file));
            let told = told.context("not yet")?;
            ensure!(
                told.contains("transport_socket.typed_config.common_tls_context.validation_context.trusted_ca.filename")
                    && told.contains("up")
                    && told.contains(reason),
                "{told}"
            );
            Ok(())
        })
        .await
        .with_context(show)?;
        let reply = Client::http1(port).get("http://a.test/").await?;
        ensure!(reply.header("x-upstream") == "a", "{}", reply.text());
    }

    // A file that is replaced counts from the next configuration on, whatever that changes.
    foreign.publish(snapshot(&b, "ca.pem")?);
    until_served_by(port, "http://a.test/", "b")
        .await
        .with_context(show)?;
    std::fs::write(dir.path().join("ca.pem"), stranger.pem())?;
    let reply = Client::http1(port).get("http://a.test/").await?;
    ensure!(reply.header("x-upstream") == "b", "{}", reply.text());
    let more = resources(&[
        ("gateway.yaml", gateway(port)),
        ("backend.yaml", backend("up", b.port())),
        ("route.yaml", route("route", "/more", "up")),
    ])?;
    foreign.publish(verified_by(&more, &dir.path().join("ca.pem"))?);
    deadline::until(
        "the old authority counts no more",
        deadline::SOON,
        || async {
            let reply = Client::http1(port).get("http://a.test/more").await?;
            ensure!(reply.status == 503, "{}: {}", reply.status, reply.text());
            Ok(())
        },
    )
    .await
    .with_context(show)
}
