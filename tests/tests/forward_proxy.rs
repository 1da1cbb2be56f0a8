//! A `dynamicForwardProxy` backend reaches what the client names, but nothing inside.

use anyhow::{Result, ensure};
use tests::client::{Client, request};
use tests::manifest::{documents, gateway, route};
use tests::port;
use tests::upstream::Upstream;
use tests::world::World;

/// The backend, with what it is allowed to reach besides the public network.
fn dynamic(allowed: &str) -> String {
    format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata:
  name: dynamic
  annotations:
    tidegate.dev/allowed-hosts: \"{allowed}\"
spec:
  dynamicForwardProxy: {{}}
"
    )
}

/// Hosts of this machine, of its network, of a cloud and of a cluster, in every form that a URL may give them.
/// `${port}` is a port of this machine that answers.
const INSIDE: &[&str] = &[
    "127.0.0.1:${port}",
    "127.1.2.3:${port}",
    "0.0.0.0:${port}",
    "[::1]:${port}",
    "[::]:${port}",
    "[::ffff:127.0.0.1]:${port}",
    "[::ffff:7f00:1]:${port}",
    "[::127.0.0.1]:${port}",
    "[64:ff9b::7f00:1]:${port}",
    "localhost:${port}",
    "LocalHost.:${port}",
    "any.localhost:${port}",
    "169.254.169.254",
    "[::ffff:169.254.169.254]",
    "[fe80::1]:${port}",
    "[fd00:ec2::254]",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.100.100.200",
    "224.0.0.1",
    "255.255.255.255",
    "metadata.google.internal",
    "kubernetes.default.svc",
    "cart.shop.svc.cluster.local",
    "kubernetes",
];

/// Forms in which resolvers know 127.0.0.1 and URLs do not; refused by whatever finds them first.
const ODD_FORMS: &[&str] = &[
    "127.0.0.1.",
    "2130706433",
    "0x7f.1",
    "0177.0.0.1",
    "127.1",
    "0",
];

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_outside_or_allowed_by_name_is_reached() -> Result<()> {
    let upstream = Upstream::echo("inside").await?;
    let http = port::free()?;
    let address = format!("127.0.0.1:{}", upstream.port());
    let mut world = World::up(&[
        ("gateway.yaml", gateway(http)),
        ("backend.yaml", dynamic("")),
        ("route.yaml", route("route", "/", "dynamic")),
    ])?;
    world
        .until_status(http, &format!("http://{address}/"), 403)
        .await?;

    let mut wrong = Vec::new();
    for client in [Client::http1(http), Client::http2(http)] {
        for host in INSIDE {
            let host = host.replace("${port}", &upstream.port().to_string());
            let reply = client.get(&format!("http://{host}/")).await?;
            if reply.status != 403 {
                wrong.push(format!("{host}: {}", reply.status));
            }
        }
        for host in ODD_FORMS {
            let host = format!("{host}:{}", upstream.port());
            let reply = client.get(&format!("http://{host}/")).await?;
            if ![400, 403, 502, 503].contains(&reply.status.as_u16()) {
                wrong.push(format!("{host}: {}", reply.status));
            }
        }
    }
    ensure!(wrong.is_empty(), "{}", wrong.join("\n"));
    ensure!(upstream.connections() == 0, "somebody got inside");

    // By name: the one name that is allowed, and no other that leads to the same place.
    world.write("backend.yaml", &dynamic("localhost"))?;
    let allowed = format!("http://localhost:{}/a?b=c", upstream.port());
    let reply = world.until_served_by(http, &allowed, "inside").await?;
    let echo = reply.echo()?;
    ensure!(
        echo.field("path") == "/a?b=c" && echo.field("authority").starts_with("localhost:"),
        "{echo:?}"
    );
    let before = upstream.requests();
    for host in [&address, &format!("any.localhost:{}", upstream.port())] {
        let reply = Client::http1(http).get(&format!("http://{host}/")).await?;
        ensure!(reply.status == 403, "{host}: {}", reply.status);
    }
    // A header that names another host changes nothing: the authority is what counts.
    let headers = [("x-forwarded-host", "localhost")];
    let forged = request("GET", &format!("http://{address}/"), &headers, "")?;
    let reply = Client::http1(http).send(forged).await?;
    ensure!(reply.status == 403, "forged: {}", reply.status);
    ensure!(upstream.requests() == before, "somebody got inside");

    // What is taken from the list is refused again.
    world.write("backend.yaml", &documents(&[dynamic("example.test")]))?;
    world.until_status(http, &allowed, 403).await?;
    world.stop().await
}
