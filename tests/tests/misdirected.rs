//! A TLS connection carries only the hosts that it was made for.

use anyhow::{Result, ensure};
use tests::certificate::Authority;
use tests::client::{self, Client};
use tests::manifest::{backend, documents, tls_secret};
use tests::port;
use tests::upstream::Upstream;
use tests::world::World;

/// A Gateway with an HTTPS listener and a route of its own for each host, all on one port.
fn manifests(port: u16, hosts: &[&str], authority: &Authority) -> Result<Vec<String>> {
    let mut listeners = String::new();
    let mut parts = Vec::new();
    for host in hosts {
        let name = host.trim_end_matches(".test");
        listeners.push_str(&format!(
            "    - {{name: {name}, protocol: HTTPS, port: {port}, hostname: {host}, \
             tls: {{certificateRefs: [{{name: {name}}}]}}}}\n"
        ));
        parts.push(tls_secret(name, &authority.issue(&[host])?));
        parts.push(format!(
            "apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: {name}}}
spec:
  parentRefs: [{{name: gateway, sectionName: {name}}}]
  rules:
    - backendRefs: [{{group: agentgateway.dev, kind: AgentgatewayBackend, name: {name}}}]
"
        ));
    }
    parts.push(format!(
        "apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {{name: gateway}}
spec:
  gatewayClassName: tidegate
  listeners:
{listeners}"
    ));
    Ok(parts)
}

/// Asks for each host in turn over one connection; the statuses.
async fn over_one_connection(client: &Client, hosts: &[&str]) -> Result<Vec<(u16, String)>> {
    let mut connection = client.connect().await?;
    let mut answers = Vec::new();
    for host in hosts {
        let reply = connection
            .send(client::get(&format!("https://{host}/"))?)
            .await?;
        let upstream = reply.header("x-upstream").to_owned();
        answers.push((reply.status.as_u16(), upstream));
    }
    Ok(answers)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_with_another_certificate_is_misdirected() -> Result<()> {
    let (a, b) = (Upstream::echo("a").await?, Upstream::echo("b").await?);
    let authority = Authority::new()?;
    let port = port::free()?;
    let mut parts = manifests(port, &["a.test", "b.test"], &authority)?;
    parts.extend([backend("a", a.port()), backend("b", b.port())]);
    let mut world = World::up(&[("all.yaml", documents(&parts))])?;
    for client in [Client::http1(port), Client::http2(port)] {
        for (own, other) in [("a", "b"), ("b", "a")] {
            let client = client.clone().tls(&authority, &format!("{own}.test"))?;
            let (own_host, other_host) = (format!("{own}.test"), format!("{other}.test"));
            world
                .until("the host is served", || async {
                    let reply = client.get(&format!("https://{own_host}/")).await?;
                    ensure!(reply.status == 200, "{}", reply.status);
                    Ok(())
                })
                .await?;
            let before = a.requests() + b.requests();
            // The refusal neither ends the connection nor opens it to the other host.
            let hosts = [&own_host, &other_host, &own_host, "c.test", &own_host];
            let answers = over_one_connection(&client, &hosts.map(|host| host as &str)).await?;
            let served = (200, own.to_owned());
            let refused = |status| (status, String::new());
            let expected = [
                served.clone(),
                refused(421),
                served.clone(),
                refused(404),
                served,
            ];
            ensure!(answers == expected, "for {own_host}: {answers:?}");
            let asked = a.requests() + b.requests() - before;
            ensure!(asked == 3, "{asked} requests reached an upstream");
        }
    }
    world.stop().await
}
