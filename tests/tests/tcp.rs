//! Both planes over TCP: the run directory says where, a token says who.

use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use grpc::address::Address;
use grpc::connect::{admin, connect};
use grpc::token::BearerToken;
use proto::tidegate::v1::{GetStatusRequest, WatchInfrastructureRequest};
use tests::client::{self, Client};
use tests::manifest::{backend, documents, gateway, route};
use tests::process::Process;
use tests::upstream::Upstream;
use tests::world::{STOP_LIMIT, World};
use tests::{binaries, deadline, port};
use tokio::process::Command;
use tonic::Code;

/// Where the control plane says that it listens.
async fn address(world: &World) -> Result<Address> {
    let path = world.run_dir().join("control-plane.address");
    deadline::until("the address is told", deadline::SOON, || async {
        Ok(fs::read_to_string(&path)?.parse()?)
    })
    .await
}

/// The token of the one Gateway's proxy.
async fn proxy_token(world: &World, address: &Address) -> Result<String> {
    let token = fs::read_to_string(world.run_dir().join("admin-token"))?;
    let mut operator = admin(connect(address).await?, BearerToken::new(&token)?);
    let watch = operator.watch_infrastructure(WatchInfrastructureRequest {});
    let infrastructure = watch.await?.into_inner().message().await?;
    let wanted = infrastructure.context("no infrastructure")?.proxies;
    Ok(wanted.first().context("no proxy is wanted")?.token.clone())
}

/// A proxy with its admin server on TCP.
fn proxy(address: &Address, token: &str, admin: u16, dir: &Path) -> Result<Process> {
    fs::write(dir.join("xds-token"), token)?;
    let mut command = Command::new(binaries::ours("tidegate-proxy")?);
    command
        .env_clear()
        .args(["--gateway", "default/gateway", "--exit-with-parent"])
        .args(["--xds", &address.to_string()])
        .arg("--token-file")
        .arg(dir.join("xds-token"))
        .args(["--admin", &format!("127.0.0.1:{admin}")])
        .arg("--admin-token-file")
        .arg(dir.join("admin-token"));
    Process::start(command, &dir.join("proxy.log"))
}

/// The status that `/config_dump` has with this token.
async fn dump(port: u16, token: Option<&str>) -> Result<u16> {
    let value = token.map(|token| format!("Bearer {token}"));
    let headers: Vec<_> = value
        .iter()
        .map(|value| ("authorization", value.as_str()))
        .collect();
    let request = client::request("GET", "http://localhost/config_dump", &headers, "")?;
    Ok(Client::http1(port).send(request).await?.status.as_u16())
}

#[tokio::test(flavor = "multi_thread")]
async fn both_planes_work_over_tcp_and_strangers_learn_nothing() -> Result<()> {
    let upstream = Upstream::echo("a").await?;
    let (http, admin_port) = (port::free()?, port::free()?);
    let rest = documents(&[backend("a", upstream.port()), route("route", "/", "a")]);
    let manifests = [("gateway.yaml", gateway(http)), ("rest.yaml", rest)];
    let mut world = World::control_plane_with(&manifests, &["--listen", "127.0.0.1:0"])?;
    let address = address(&world).await?;
    ensure!(!world.run_dir().join("control-plane.sock").exists());

    let token = proxy_token(&world, &address).await?;
    let dir = tempfile::tempdir()?;
    let mut proxy = proxy(&address, &token, admin_port, dir.path())?;
    world
        .until_served_by(http, "http://a.test/", "a")
        .await
        .with_context(|| proxy.tail())?;

    for tool in [
        &["status"][..],
        &["explain", "request", "--host", "a.test"],
        &["snapshot", "get"],
        &["envoy-bootstrap", "--gateway", "default/gateway"],
    ] {
        let output = world.tidegate(tool).await?;
        let words = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.success(),
            "{tool:?}: {} {words}",
            output.status
        );
        let is_bootstrap = tool.contains(&"envoy-bootstrap");
        let text = String::from_utf8_lossy(&output.stdout);
        let Address::Tcp { port, .. } = &address else {
            anyhow::bail!("{address} is no TCP address");
        };
        ensure!(
            !is_bootstrap || text.contains(&format!("port_value: {port}")),
            "{text}"
        );
    }

    let stranger = admin(connect(&address).await?, BearerToken::none())
        .get_status(GetStatusRequest {})
        .await;
    ensure!(stranger.is_err_and(|status| status.code() == Code::Unauthenticated));
    ensure!(dump(admin_port, None).await? == 401);
    ensure!(
        dump(admin_port, Some(&token)).await? == 401,
        "the token for xDS is another one"
    );
    let own = fs::read_to_string(dir.path().join("admin-token"))?;
    ensure!(dump(admin_port, Some(&own)).await? == 200);
    let ready = Client::http1(admin_port)
        .get("http://localhost/ready")
        .await?;
    ensure!(ready.status == 200, "{}", ready.text());

    ensure!(proxy.stop(STOP_LIMIT).await?.success(), "{}", proxy.tail());
    ensure!(!dir.path().join("admin-token").exists());
    world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_control_plane_takes_nothing_from_the_first() -> Result<()> {
    let taken = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let listen = taken.local_addr()?.to_string();
    let mut world = World::control_plane_with(&[], &["--listen", &listen])?;
    let status = world.process().wait(STOP_LIMIT).await?;
    ensure!(!status.success(), "{}", world.log());
    let left = fs::read_dir(world.run_dir())?.count();
    ensure!(left == 0, "it wrote before it could listen");
    Ok(())
}
