//! Who is who between the built binaries, over TLS: authorities, names, certificates, tokens and their ends.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail, ensure};
use grpc::address::Address;
use grpc::connect::{ads, connect_with};
use grpc::tls::{ClientFiles, ClientTls};
use grpc::token::{BearerToken, RunSecret, Subject};
use proto::envoy::config::core::v3::Node;
use proto::envoy::service::discovery::v3::DeltaDiscoveryRequest;
use proto::type_url::TypeUrl;
use tempfile::TempDir;
use tests::certificate::{Authority, Identity};
use tests::client::{Client, request};
use tests::manifest::{backend, documents, gateway, route};
use tests::process::Process;
use tests::upstream::Upstream;
use tests::world::World;
use tests::{binaries, deadline, port};
use tokio::process::Command;
use tonic::Code;

const NAME: &str = "cp.test";
const GATEWAY: &str = "default/gateway";

/// A control plane behind TLS, and the files of its proxies.
struct Secured {
    world: World,
    /// Signs what the control plane shows.
    authority: Authority,
    /// Signs what proxies show.
    clients: Authority,
    files: TempDir,
    upstream: Upstream,
    xds: u16,
    /// Of the control plane.
    probes: u16,
    listener: u16,
}

/// A proxy that was started by hand.
struct Proxy {
    process: Process,
    probes: u16,
}

impl Secured {
    async fn start() -> Result<Secured> {
        let files = tempfile::tempdir()?;
        let (authority, clients) = (Authority::new()?, Authority::new()?);
        let upstream = Upstream::echo("a").await?;
        let (xds, probes, listener) = (port::free()?, port::free()?, port::free()?);
        let path = |name: &str| files.path().join(name).display().to_string();
        place(&files, "cp", &authority.issue(&[NAME])?)?;
        fs::write(files.path().join("ca.pem"), authority.pem())?;
        fs::write(files.path().join("clients.pem"), clients.pem())?;
        let rest = documents(&[backend("a", upstream.port()), route("route", "/", "a")]);
        let mut world = World::control_plane_with(
            &[("gateway.yaml", gateway(listener)), ("rest.yaml", rest)],
            &[
                "--listen",
                &format!("127.0.0.1:{xds}"),
                "--tls-cert",
                &path("cp.pem"),
                "--tls-key",
                &path("cp.key"),
                "--tls-client-ca",
                &path("clients.pem"),
                "--probes",
                &format!("127.0.0.1:{probes}"),
            ],
        )?;
        world
            .until("the control plane is ready", || async {
                let reply = Client::http1(probes).get("http://cp/ready").await?;
                ensure!(reply.status == 200, "{}", reply.text());
                Ok(())
            })
            .await?;
        Ok(Secured {
            world,
            authority,
            clients,
            files,
            upstream,
            xds,
            probes,
            listener,
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.files.path().join(name)
    }

    fn secret(&self) -> Result<RunSecret> {
        let bytes = fs::read(self.world.run_dir().join("run-secret"))?;
        Ok(RunSecret::new(bytes.as_slice().try_into()?))
    }

    fn token(&self) -> Result<String> {
        Ok(self.secret()?.mint(&Subject::gateway("default", "gateway")))
    }

    fn token_until(&self, end: SystemTime) -> Result<String> {
        let subject = Subject::gateway("default", "gateway");
        Ok(self.secret()?.mint_until(&subject, end))
    }

    /// A proxy that believes `ca`, expects `name` and has these further flags.
    fn proxy(&self, ca: &str, name: &str, flags: &[(&str, PathBuf)]) -> Result<Proxy> {
        let probes = port::free()?;
        let mut command = Command::new(binaries::ours("tidegate-proxy")?);
        command
            .env_clear()
            .args(["--gateway", GATEWAY, "--exit-with-parent"])
            .args(["--xds", &format!("127.0.0.1:{}", self.xds)])
            .args(["--xds-server-name", name])
            .args(["--probes", &format!("127.0.0.1:{probes}")])
            .arg("--xds-ca")
            .arg(self.path(ca));
        for (flag, file) in flags {
            command.arg(flag).arg(file);
        }
        let process = Process::start(command, &self.path(&format!("proxy-{probes}.log")))?;
        Ok(Proxy { process, probes })
    }

    async fn serves(&self) -> Result<()> {
        let reply = Client::http1(self.listener).get("http://a.test/").await?;
        ensure!(reply.header("x-upstream") == "a", "{}", reply.text());
        Ok(())
    }

    /// How a stream ends that asks for `cluster`; `None` if it is served.
    async fn refusal(
        &self,
        token: BearerToken,
        shown: Option<&str>,
        cluster: &str,
    ) -> Result<Option<(Code, String)>> {
        let tls = ClientTls {
            ca: self.path("ca.pem"),
            server_name: Some(NAME.to_owned()),
            identity: shown.map(|name| ClientFiles {
                chain: self.path(&format!("{name}.pem")),
                key: self.path(&format!("{name}.key")),
            }),
        };
        let address: Address = format!("127.0.0.1:{}", self.xds).parse()?;
        let mut client = ads(connect_with(&address, Some(&tls)).await?, token);
        let first = DeltaDiscoveryRequest {
            node: Some(Node {
                id: "stranger".to_owned(),
                cluster: cluster.to_owned(),
                ..Node::default()
            }),
            type_url: TypeUrl::Secret.as_str().to_owned(),
            ..DeltaDiscoveryRequest::default()
        };
        let answered = client
            .delta_aggregated_resources(tokio_stream::iter([first]))
            .await;
        let outcome = match answered {
            Ok(response) => response.into_inner().message().await.map(drop),
            Err(status) => Err(status),
        };
        Ok(outcome
            .err()
            .map(|status| (status.code(), status.message().to_owned())))
    }
}

impl Proxy {
    async fn metrics(&self) -> Result<String> {
        let reply = Client::http1(self.probes).get("http://p/metrics").await?;
        ensure!(reply.status == 200, "{}", reply.status);
        Ok(reply.text())
    }

    /// How many streams it opened.
    async fn connections(&self) -> Result<u64> {
        let metrics = self.metrics().await?;
        let line = metrics
            .lines()
            .find_map(|line| line.strip_prefix("tidegate_proxy_xds_connections_total "));
        line.context("no such metric")?.parse().context("a number")
    }

    async fn until_it_says(&self, words: &str) -> Result<()> {
        deadline::until(words, deadline::SOON, || async {
            let log = self.process.output();
            ensure!(log.contains(words), "it says:\n{}", self.process.tail());
            Ok(())
        })
        .await
    }
}

fn place(files: &TempDir, name: &str, identity: &Identity) -> Result<()> {
    fs::write(files.path().join(format!("{name}.key")), &identity.key)?;
    fs::write(
        files.path().join(format!("{name}.pem")),
        &identity.certificate,
    )?;
    Ok(())
}

async fn until_serves(secured: &Secured, proxy: &Proxy) -> Result<()> {
    deadline::until("it is served", deadline::SOON, || secured.serves())
        .await
        .with_context(|| proxy.process.tail())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_believes_its_authority_and_the_name() -> Result<()> {
    let secured = Secured::start().await?;
    fs::write(secured.path("token"), secured.token()?)?;
    let token = [("--token-file", secured.path("token"))];
    // An authority that signed something else.
    fs::write(secured.path("other.pem"), secured.clients.pem())?;
    let stranger = secured.proxy("other.pem", NAME, &token)?;
    stranger.until_it_says("invalid peer certificate").await?;
    let misnamed = secured.proxy("ca.pem", "other.test", &token)?;
    misnamed.until_it_says("not valid for name").await?;
    for proxy in [&stranger, &misnamed] {
        ensure!(proxy.connections().await? == 0, "it was believed");
    }
    drop(misnamed);
    // The file is read again for every connection.
    fs::write(secured.path("other.pem"), secured.authority.pem())?;
    until_serves(&secured, &stranger).await?;
    secured.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_exchanged_and_nobody_connects_again() -> Result<()> {
    let secured = Secured::start().await?;
    fs::write(secured.path("token"), secured.token()?)?;
    let proxy = secured.proxy("ca.pem", NAME, &[("--token-file", secured.path("token"))])?;
    until_serves(&secured, &proxy).await?;
    let shown = async || {
        let client = Client::http1(secured.xds).tls(&secured.authority, NAME)?;
        let connection = client.connect().await?;
        connection.certificate.context("no certificate")
    };
    let first = shown().await?;
    // The key first: for a moment the pair does not fit.
    place(&secured.files, "cp", &secured.authority.issue(&[NAME])?)?;
    deadline::until("the other one is shown", deadline::SOON, || async {
        ensure!(shown().await? != first, "still the first one");
        Ok(())
    })
    .await?;
    // An edit goes over the stream that was there before.
    let b = Upstream::echo("b").await?;
    let rest = documents(&[backend("a", b.port()), route("route", "/", "a")]);
    secured.world.write("rest.yaml", &rest)?;
    deadline::until("the edit is served", deadline::SOON, || async {
        let reply = Client::http1(secured.listener)
            .get("http://a.test/")
            .await?;
        ensure!(reply.header("x-upstream") == "b", "{}", reply.text());
        Ok(())
    })
    .await?;
    ensure!(proxy.connections().await? == 1, "it connected again");
    // Rubbish in the files changes nothing, and is told.
    fs::write(secured.path("cp.pem"), "rubbish")?;
    deadline::until("the log tells", deadline::SOON, || async {
        let log = secured.world.log();
        ensure!(log.contains("the old one is still shown"), "{log}");
        Ok(())
    })
    .await?;
    shown().await?;
    secured.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_names_the_gateway_of_a_proxy() -> Result<()> {
    let secured = Secured::start().await?;
    let issue =
        |name: &str, uris: &[&str]| place(&secured.files, name, &secured.clients.issue(uris)?);
    issue("own", &["tidegate://gateway/default/gateway"])?;
    issue("other", &["tidegate://gateway/default/other"])?;
    issue(
        "both",
        &[
            "tidegate://gateway/default/gateway",
            "tidegate://gateway/default/other",
        ],
    )?;
    issue("nobody", &["host.test"])?;
    let forged = secured
        .authority
        .issue(&["tidegate://gateway/default/gateway"])?;
    place(&secured.files, "forged", &forged)?;

    let files = [
        ("--xds-cert", secured.path("own.pem")),
        ("--xds-key", secured.path("own.key")),
    ];
    let proxy = secured.proxy("ca.pem", NAME, &files)?;
    until_serves(&secured, &proxy).await?;

    let check = async |shown: &str, cluster: &str, expected: Option<Code>| {
        let found = secured
            .refusal(BearerToken::none(), Some(shown), cluster)
            .await?;
        let code = found.as_ref().map(|(code, _)| *code);
        ensure!(code == expected, "{shown} for {cluster}: {found:?}");
        Ok(())
    };
    check("own", GATEWAY, None).await?;
    check("own", "", None).await?;
    check("own", "default/other", Some(Code::PermissionDenied)).await?;
    check("other", GATEWAY, Some(Code::PermissionDenied)).await?;
    check("both", GATEWAY, None).await?;
    check("both", "", Some(Code::PermissionDenied)).await?;
    check("nobody", GATEWAY, Some(Code::PermissionDenied)).await?;
    let forged = secured
        .refusal(BearerToken::none(), Some("forged"), GATEWAY)
        .await;
    ensure!(
        forged.as_ref().map_or(true, |found| found.is_some()),
        "served to a forged certificate"
    );
    // A token counts before the certificate: a bad one is not made good by it.
    let bad = BearerToken::new("tg1.default/gateway.00")?;
    let bad = secured.refusal(bad, Some("own"), GATEWAY).await?;
    ensure!(
        bad.as_ref()
            .is_some_and(|(code, _)| *code == Code::Unauthenticated),
        "{bad:?}"
    );
    secured.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_and_neighbours_are_refused_and_counted() -> Result<()> {
    let secured = Secured::start().await?;
    let hour = Duration::from_secs(3600);
    let now = SystemTime::now();
    let own = BearerToken::new(&secured.token()?)?;
    let check = async |token: BearerToken, cluster: &str, expected: Option<Code>| {
        let found = secured.refusal(token, None, cluster).await?;
        let code = found.as_ref().map(|(code, _)| *code);
        ensure!(code == expected, "{cluster}: {found:?}");
        Ok(())
    };
    let unauthenticated = Some(Code::Unauthenticated);
    check(BearerToken::none(), GATEWAY, unauthenticated).await?;
    let past = BearerToken::new(&secured.token_until(now - hour)?)?;
    check(past, GATEWAY, unauthenticated).await?;
    let future = BearerToken::new(&secured.token_until(now + hour)?)?;
    check(future, GATEWAY, None).await?;
    // What a cluster's token looks like: nobody here can judge it.
    check(
        BearerToken::new("eyJhbGciOiJub25lIn0.e30.")?,
        GATEWAY,
        unauthenticated,
    )
    .await?;
    check(own, "default/other", Some(Code::PermissionDenied)).await?;

    let metrics = Client::http1(secured.probes)
        .get("http://cp/metrics")
        .await?
        .text();
    for line in [
        "tidegate_control_plane_refused_streams_total{reason=\"Unauthenticated\"} 3",
        "tidegate_control_plane_refused_streams_total{reason=\"PermissionDenied\"} 1",
    ] {
        ensure!(metrics.contains(line), "no {line} in\n{metrics}");
    }
    // In clear, nobody is served there.
    let plain: Address = format!("127.0.0.1:{}", secured.xds).parse()?;
    ensure!(
        connect_in_clear(&plain).await.is_err(),
        "served without TLS"
    );
    // Tools of this machine need neither TLS nor another address.
    let output = secured.world.tidegate(&["status"]).await?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(text.contains(GATEWAY), "{text}");
    // And over the network, with what the control plane is believed by.
    let admin = secured.path("admin");
    fs::write(&admin, secured.secret()?.mint(&Subject::Admin))?;
    let server = format!("127.0.0.1:{}", secured.xds);
    let (ca, admin) = (secured.path("ca.pem"), admin.display().to_string());
    let ca = ca.display().to_string();
    let over = ["status", "--server", &server, "--server-token-file", &admin];
    let believing = [&over[..], &["--server-ca", &ca, "--server-name", NAME]].concat();
    let output = secured.world.tidegate(&believing).await?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure!(text.contains(GATEWAY), "{text}{:?}", output.stderr);
    let output = secured.world.tidegate(&over).await?;
    ensure!(!output.status.success(), "asked without TLS");
    secured.world.stop().await
}

async fn connect_in_clear(address: &Address) -> Result<()> {
    let channel = connect_with(address, None).await?;
    let mut client = ads(channel, BearerToken::none());
    let first = tokio_stream::iter([DeltaDiscoveryRequest::default()]);
    match client.delta_aggregated_resources(first).await {
        Ok(_) => Ok(()),
        // An answer in gRPC's words would be one from behind the TLS.
        Err(status) if status.code() == Code::Unauthenticated => Ok(()),
        Err(status) => bail!("{status}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_ends_ends_its_stream_and_the_next_one_in_the_file_is_used() -> Result<()> {
    let secured = Secured::start().await?;
    let file = secured.path("token");
    let soon = SystemTime::now() + Duration::from_secs(3);
    fs::write(&file, secured.token_until(soon)?)?;
    let proxy = secured.proxy("ca.pem", NAME, &[("--token-file", file.clone())])?;
    until_serves(&secured, &proxy).await?;
    ensure!(proxy.connections().await? == 1);
    // The file still holds the one that ended: what is active is served on.
    deadline::until("the stream ends", deadline::SOON, || async {
        secured.serves().await?;
        let metrics = proxy.metrics().await?;
        ensure!(
            metrics.contains("tidegate_proxy_xds_connected 0\n"),
            "it goes on"
        );
        Ok(())
    })
    .await?;
    proxy.until_it_says("does not accept our token").await?;
    secured.serves().await?;
    fs::write(&file, secured.token()?)?;
    deadline::until("it is connected again", deadline::SOON, || async {
        secured.serves().await?;
        ensure!(proxy.connections().await? == 2, "not yet");
        Ok(())
    })
    .await?;
    let metrics = Client::http1(secured.probes)
        .get("http://cp/metrics")
        .await?
        .text();
    let line = "tidegate_control_plane_refused_streams_total{reason=\"Expired\"} 1";
    ensure!(metrics.contains(line), "no {line} in\n{metrics}");
    ensure!(secured.upstream.requests() > 0);
    secured.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn probes_see_three_things_and_no_more() -> Result<()> {
    let secured = Secured::start().await?;
    fs::write(secured.path("token"), secured.token()?)?;
    let proxy = secured.proxy("ca.pem", NAME, &[("--token-file", secured.path("token"))])?;
    until_serves(&secured, &proxy).await?;
    for port in [proxy.probes, secured.probes] {
        for (method, path, status) in [
            ("GET", "/ready", 200),
            ("GET", "/live", 200),
            ("GET", "/metrics", 200),
            ("GET", "/", 404),
            ("GET", "/config_dump", 404),
            ("GET", "/listeners", 404),
            ("PUT", "/logging?level=debug", 404),
            ("POST", "/tidegate.v1.Admin/GetStatus", 404),
        ] {
            // By any name: a probe comes with the Pod's address.
            let url = format!("http://pod.example{path}");
            let reply = Client::http1(port)
                .send(request(method, &url, &[], "")?)
                .await?;
            ensure!(reply.status == status, "{method} {path}: {}", reply.status);
        }
    }
    secured.world.stop().await
}
