//! A real Envoy serves what our proxy serves, and changes reach it without a failed request.

use anyhow::{Context, Result, ensure};
use tests::client::{self, Client, Reply};
use tests::deadline;
use tests::envoy::Envoy;
use tests::load::Load;
use tests::manifest::{backend, documents, gateway, route, tls_secret};
use tests::port;
use tests::upstream::Upstream;
use tests::world::World;

use crate::traffic::{Plane, Setup};

async fn serves_the_table(protocol: &str) -> Result<()> {
    let setup = Setup::start().await?;
    let mut world = World::control_plane(&setup.manifests())?;
    let envoy = Envoy::start(&mut world, "default/gateway", protocol).await?;
    world
        .until_served_by(setup.http, "http://exact.hosts.test/", "a")
        .await
        .with_context(|| format!("envoy printed:\n{}", envoy.tail()))?;
    Plane {
        setup: &setup,
        name: "envoy",
    }
    .run()
    .await?;
    envoy.check_health().await
}

#[tokio::test(flavor = "multi_thread")]
async fn envoy_serves_the_table_by_delta() -> Result<()> {
    serves_the_table("delta").await
}

#[tokio::test(flavor = "multi_thread")]
async fn envoy_serves_the_table_by_state_of_the_world() -> Result<()> {
    serves_the_table("sotw").await
}

fn is_ok(reply: &Reply) -> Result<()> {
    ensure!(
        reply.status == 200,
        "status {}: {}",
        reply.status,
        reply.text()
    );
    Ok(())
}

async fn changes_lose_no_request(protocol: &str) -> Result<()> {
    let (a, b) = (Upstream::echo("a").await?, Upstream::echo("b").await?);
    let (http, https) = (port::free()?, port::free()?);
    let authority = tests::certificate::Authority::new()?;
    let certificate = || anyhow::Ok(tls_secret("cert", &authority.issue(&["a.test"])?));
    let listener = format!(
        "    - name: https\n      protocol: HTTPS\n      port: {https}\n      hostname: a.test\n      \
         tls:\n        certificateRefs: [{{name: cert}}]\n"
    );
    let mut world = World::control_plane(&[
        ("gateway.yaml", format!("{}{listener}", gateway(http))),
        (
            "backends.yaml",
            documents(&[backend("a", a.port()), backend("b", b.port())]),
        ),
        ("route.yaml", route("route", "/", "a")),
        ("service.yaml", service(a.port())),
        ("service-route.yaml", service_route()),
        ("secret.yaml", certificate()?),
    ])?;
    let envoy = Envoy::start(&mut world, "default/gateway", protocol).await?;
    world.until_served_by(http, "http://a.test/", "a").await?;
    world
        .until_served_by(http, "http://service.test/", "a")
        .await?;
    let tls = Client::http1(https).tls(&authority, "a.test")?;
    let first = world
        .until("TLS", || async { tls.connect().await })
        .await?
        .certificate;

    let plain = Client::http1(http);
    let loads = [
        Load::start(&plain, || client::get("http://a.test/"), 2, is_ok),
        Load::start(&plain, || client::get("http://service.test/"), 2, is_ok),
        Load::start(&tls, || client::get("https://a.test/"), 2, is_ok),
    ];
    world.write("route.yaml", &route("route", "/", "b"))?;
    world.until_served_by(http, "http://a.test/", "b").await?;
    envoy.check_health().await?;
    world.write("service.yaml", &service(b.port()))?;
    world
        .until_served_by(http, "http://service.test/", "b")
        .await?;
    envoy.check_health().await?;
    world.write("secret.yaml", &certificate()?)?;
    deadline::until("the new certificate is shown", deadline::SOON, || async {
        ensure!(
            tls.connect().await?.certificate != first,
            "still the old one"
        );
        Ok(())
    })
    .await?;
    for load in loads {
        load.finish()
            .await
            .with_context(|| format!("envoy printed:\n{}", envoy.tail()))?;
    }
    envoy.check_health().await
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_reach_envoy_without_a_failed_request_by_delta() -> Result<()> {
    changes_lose_no_request("delta").await
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_reach_envoy_without_a_failed_request_by_state_of_the_world() -> Result<()> {
    changes_lose_no_request("sotw").await
}

/// A Service and its endpoint.
fn service(port: u16) -> String {
    format!(
        "apiVersion: v1
kind: Service
metadata:
  name: service
spec:
  ports: [{{name: http, port: 80}}]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: service-1
  labels:
    kubernetes.io/service-name: service
addressType: IPv4
ports: [{{name: http, port: {port}}}]
endpoints:
  - addresses: [127.0.0.1]
"
    )
}

fn service_route() -> String {
    "apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: service
spec:
  parentRefs: [{name: gateway}]
  hostnames: [service.test]
  rules:
    - backendRefs: [{name: service, port: 80}]
"
    .to_owned()
}
