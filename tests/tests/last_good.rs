//! A proxy that starts while no control plane answers: what it serves from its disk, and what it refuses.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use grpc::token::{RunSecret, Subject};
use tempfile::TempDir;
use tests::certificate::Authority;
use tests::client::Client;
use tests::manifest::{backend, documents, route, tls_secret};
use tests::process::{Process, Signal};
use tests::upstream::Upstream;
use tests::world::STOP_LIMIT;
use tests::{binaries, deadline, port};
use tokio::process::Command;

/// Both planes by hand, so that each can go and come back.
struct Planes {
    dir: TempDir,
    authority: Authority,
    a: Upstream,
    b: Upstream,
    http: u16,
    https: u16,
}

/// A running proxy.
struct Proxy {
    process: Process,
    probes: u16,
}

impl Planes {
    async fn new() -> Result<Planes> {
        let planes = Planes {
            dir: tempfile::tempdir()?,
            authority: Authority::new()?,
            a: Upstream::echo("a").await?,
            b: Upstream::echo("b").await?,
            http: port::free()?,
            https: port::free()?,
        };
        fs::create_dir(planes.path("manifests"))?;
        let secret = tls_secret("certificate", &planes.authority.issue(&["a.test"])?);
        let gateway = format!(
            "apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {{name: gateway}}
spec:
  gatewayClassName: tidegate
  listeners:
    - {{name: http, protocol: HTTP, port: {}}}
    - {{name: https, protocol: HTTPS, port: {}, tls: {{certificateRefs: [{{name: certificate}}]}}}}
",
            planes.http, planes.https
        );
        fs::write(
            planes.path("manifests/gateway.yaml"),
            documents(&[gateway, secret]),
        )?;
        let backends = [backend("a", planes.a.port()), backend("b", planes.b.port())];
        fs::write(planes.path("manifests/backends.yaml"), documents(&backends))?;
        planes.route_to("a")?;
        fs::write(planes.path("key"), [7; 32])?;
        Ok(planes)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn route_to(&self, name: &str) -> Result<()> {
        self.replace("route.yaml", &route("route", "/", name))
    }

    /// A manifest that is never read half written.
    fn replace(&self, file: &str, manifest: &str) -> Result<()> {
        let manifests = self.path("manifests");
        fs::write(self.path(".new"), manifest)?;
        Ok(fs::rename(self.path(".new"), manifests.join(file))?)
    }

    fn socket(&self) -> PathBuf {
        self.path("run/control-plane.sock")
    }

    /// The control plane; killed, it leaves its secret to the next one.
    async fn control_plane(&self) -> Result<Process> {
        let mut command = Command::new(binaries::ours("tidegate-control-plane")?);
        command
            .env_clear()
            .arg("--exit-with-parent")
            .arg("--file")
            .arg(self.path("manifests"))
            .arg("--run-dir")
            .arg(self.path("run"));
        let process = Process::start(command, &self.path("control-plane.log"))?;
        deadline::until("the control plane answers", deadline::SOON, || async {
            tokio::net::UnixStream::connect(self.socket()).await?;
            // It is bound before anything is written, and written before it is served.
            Ok(fs::metadata(self.path("run/admin-token")).map(drop)?)
        })
        .await
        .with_context(|| process.tail())?;
        let bytes = fs::read(self.path("run/run-secret"))?;
        let secret = RunSecret::new(bytes.as_slice().try_into()?);
        let token = secret.mint(&Subject::gateway("default", "gateway"));
        fs::write(self.path("token"), token)?;
        Ok(process)
    }

    fn proxy(&self, gateway: &str, flags: &[&str]) -> Result<Proxy> {
        let probes = port::free()?;
        let mut command = Command::new(binaries::ours("tidegate-proxy")?);
        command
            .env_clear()
            .args([
                "--gateway",
                gateway,
                "--exit-with-parent",
                "--state-wait",
                "200ms",
            ])
            .args(["--probes", &format!("127.0.0.1:{probes}")])
            .arg("--xds")
            .arg(format!("unix:{}", self.socket().display()))
            .arg("--token-file")
            .arg(self.path("token"))
            .arg("--state-dir")
            .arg(self.path("state"));
        for flag in flags {
            command.arg(flag.replace("KEY", &self.path("key").display().to_string()));
        }
        let log = self.path(&format!("proxy-{probes}.log"));
        let process = Process::start(command, &log)?;
        Ok(Proxy { process, probes })
    }

    /// A file with one applied commit in it; nothing runs afterwards.
    async fn one_commit(&self, flags: &[&str]) -> Result<()> {
        let mut control_plane = self.control_plane().await?;
        let mut proxy = self.proxy("default/gateway", flags)?;
        self.until_served_by(&proxy, "a").await?;
        self.until_written().await?;
        for process in [&mut control_plane, &mut proxy.process] {
            process.signal(Signal::Kill)?;
            process.wait(STOP_LIMIT).await?;
        }
        Ok(())
    }

    async fn until_written(&self) -> Result<()> {
        deadline::until("it is on the disk", deadline::SOON, || async {
            fs::metadata(self.path("state/last-good"))?;
            Ok(())
        })
        .await
    }

    async fn until_served_by(&self, proxy: &Proxy, upstream: &str) -> Result<()> {
        self.until_leads_to(proxy, "/", upstream).await
    }

    async fn until_leads_to(&self, proxy: &Proxy, path: &str, upstream: &str) -> Result<()> {
        let url = format!("http://a.test{path}");
        deadline::until(upstream, deadline::SOON, || async {
            let reply = Client::http1(self.http).get(&url).await?;
            let found = reply.header("x-upstream");
            ensure!(found == upstream, "{} from {found:?}", reply.status);
            Ok(())
        })
        .await
        .with_context(|| proxy.process.tail())
    }

    async fn over_tls(&self) -> Result<String> {
        let client = Client::http1(self.https).tls(&self.authority, "a.test")?;
        let reply = client.get("https://a.test/").await?;
        Ok(reply.header("x-upstream").to_owned())
    }
}

impl Proxy {
    async fn ask(&self, path: &str) -> Result<(u16, String)> {
        let reply = Client::http1(self.probes)
            .get(&format!("http://proxy{path}"))
            .await?;
        Ok((reply.status.as_u16(), reply.text()))
    }

    async fn until_metric(&self, line: &str) -> Result<()> {
        deadline::until(line, deadline::SOON, || async {
            let (_, text) = self.ask("/metrics").await?;
            ensure!(text.lines().any(|found| found == line), "{text}");
            Ok(())
        })
        .await
        .with_context(|| self.process.tail())
    }

    async fn until_it_says(&self, words: &str) -> Result<()> {
        deadline::until(words, deadline::SOON, || async {
            let log = self.process.output();
            ensure!(log.contains(words), "it says:\n{log}");
            Ok(())
        })
        .await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_without_a_control_plane_serves_what_was_applied_last() -> Result<()> {
    let planes = Planes::new().await?;
    let sealed = ["--state-key-file", "KEY"];
    planes.one_commit(&sealed).await?;
    let proxy = planes.proxy("default/gateway", &sealed)?;
    planes.until_served_by(&proxy, "a").await?;
    ensure!(
        planes.over_tls().await? == "a",
        "the certificate was sealed in it"
    );
    ensure!(proxy.ask("/ready").await?.0 == 200);
    proxy.until_metric("tidegate_proxy_config_stale 1").await?;
    proxy.until_metric("tidegate_proxy_xds_connected 0").await?;

    // The control plane is back, and has nothing to say that is not known.
    let _control_plane = planes.control_plane().await?;
    proxy.until_metric("tidegate_proxy_config_stale 0").await?;
    proxy.until_metric("tidegate_proxy_xds_connected 1").await?;
    let log = proxy.process.output();
    ensure!(
        log.contains("the control plane confirms what is served"),
        "{log}"
    );
    ensure!(!log.contains(" applied commit="), "sent again:\n{log}");
    planes.route_to("b")?;
    planes.until_served_by(&proxy, "b").await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_what_needs_a_secret_is_refused() -> Result<()> {
    let planes = Planes::new().await?;
    planes.one_commit(&[]).await?;
    let bytes = fs::read(planes.path("state/last-good"))?;
    ensure!(
        !String::from_utf8_lossy(&bytes).contains("PRIVATE KEY"),
        "a key lies in clear"
    );
    let proxy = planes.proxy("default/gateway", &[])?;
    planes.until_served_by(&proxy, "a").await?;
    ensure!(
        planes.over_tls().await.is_err(),
        "served without a certificate?"
    );
    let _control_plane = planes.control_plane().await?;
    deadline::until("it is served by TLS again", deadline::SOON, || async {
        ensure!(planes.over_tls().await? == "a");
        Ok(())
    })
    .await?;
    proxy.until_metric("tidegate_proxy_config_stale 0").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_trusted_serves_nothing() -> Result<()> {
    let planes = Planes::new().await?;
    planes.one_commit(&[]).await?;
    let file = planes.path("state/last-good");
    let good = fs::read(&file)?;
    let mut broken = good.clone();
    let last = broken.last_mut().context("empty")?;
    *last ^= 1;
    for (gateway, content, words) in [
        ("default/gateway", &broken, "it is damaged"),
        ("default/other", &good, "it is of Gateway default/gateway"),
    ] {
        fs::write(&file, content)?;
        let mut proxy = planes.proxy(gateway, &[])?;
        proxy.until_it_says(words).await?;
        ensure!(proxy.ask("/ready").await?.0 == 503, "ready with nothing");
        ensure!(!file.exists() && planes.path("state/last-good.refused").exists());
        proxy.process.stop(STOP_LIMIT).await?;
    }
    // It does no harm once the control plane is there.
    fs::write(&file, &broken)?;
    let proxy = planes.proxy("default/gateway", &[])?;
    proxy.until_it_says("it is damaged").await?;
    let _control_plane = planes.control_plane().await?;
    planes.until_served_by(&proxy, "a").await?;
    planes.until_written().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_is_killed_while_it_writes_leaves_a_whole_file() -> Result<()> {
    let planes = Planes::new().await?;
    planes.one_commit(&[]).await?;
    for round in 0..4 {
        let mut control_plane = planes.control_plane().await?;
        let mut proxy = planes.proxy("default/gateway", &[])?;
        // Commits come while it writes; which write the end falls into differs with every round.
        for edit in 0..=round {
            // A path of its own: nothing but this edit leads there, whatever was on the disk.
            let path = format!("/{round}-{edit}");
            planes.replace("edit.yaml", &route("edit", &path, "b"))?;
            planes.until_leads_to(&proxy, &path, "b").await?;
        }
        for process in [&mut proxy.process, &mut control_plane] {
            process.signal(Signal::Kill)?;
            process.wait(STOP_LIMIT).await?;
        }
        let mut proxy = planes.proxy("default/gateway", &[])?;
        deadline::until("it serves", deadline::SOON, || async {
            let reply = Client::http1(planes.http).get("http://a.test/").await?;
            ensure!(!reply.header("x-upstream").is_empty(), "{}", reply.status);
            Ok(())
        })
        .await
        .with_context(|| proxy.process.tail())?;
        proxy.until_metric("tidegate_proxy_config_stale 1").await?;
        proxy.process.stop(STOP_LIMIT).await?;
    }
    Ok(())
}
