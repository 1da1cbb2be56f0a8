//! Routes, endpoints and certificates change under load, and no request fails: whoever serves.

use anyhow::{Context, Result, ensure};
use tests::certificate::Authority;
use tests::client::{self, Client, Reply};
use tests::deadline;
use tests::load::Load;
use tests::manifest::{backend, documents, gateway, route, service, tls_secret};
use tests::port;
use tests::upstream::Upstream;
use tests::world::World;

/// What stands around the data plane under test.
pub(crate) struct Setup {
    a: Upstream,
    b: Upstream,
    http: u16,
    https: u16,
    authority: Authority,
}

// === impl Setup ===

impl Setup {
    /// Starts the upstreams.
    pub(crate) async fn start() -> Result<Setup> {
        Ok(Setup {
            a: Upstream::echo("a").await?,
            b: Upstream::echo("b").await?,
            http: port::free()?,
            https: port::free()?,
            authority: Authority::new()?,
        })
    }

    /// Every manifest, by file: upstream `a` serves everything.
    pub(crate) fn manifests(&self) -> Result<Vec<(&'static str, String)>> {
        let listener = format!(
            "    - name: https\n      protocol: HTTPS\n      port: {}\n      hostname: a.test\n      \
             tls:\n        certificateRefs: [{{name: cert}}]\n",
            self.https
        );
        let backends = documents(&[backend("a", self.a.port()), backend("b", self.b.port())]);
        Ok(vec![
            ("gateway.yaml", format!("{}{listener}", gateway(self.http))),
            ("backends.yaml", backends),
            ("route.yaml", route("route", "/", "a")),
            ("service.yaml", service(self.a.port())),
            ("service-route.yaml", SERVICE_ROUTE.to_owned()),
            ("secret.yaml", self.certificate()?),
        ])
    }

    /// Changes a route, the endpoint of a Service and a certificate under load; `check` looks at the data plane after each.
    pub(crate) async fn lose_no_request<F>(
        &self,
        world: &mut World,
        check: impl Fn() -> F,
    ) -> Result<()>
    where
        F: Future<Output = Result<()>>,
    {
        let http = self.http;
        world.until_served_by(http, "http://a.test/", "a").await?;
        world
            .until_served_by(http, "http://service.test/", "a")
            .await?;
        let tls = Client::http1(self.https).tls(&self.authority, "a.test")?;
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
        check().await?;
        world.write("service.yaml", &service(self.b.port()))?;
        world
            .until_served_by(http, "http://service.test/", "b")
            .await?;
        check().await?;
        world.write("secret.yaml", &self.certificate()?)?;
        deadline::until("the new certificate is shown", deadline::SOON, || async {
            ensure!(
                tls.connect().await?.certificate != first,
                "still the old one"
            );
            Ok(())
        })
        .await?;
        for load in loads {
            load.finish().await?;
        }
        check().await
    }

    fn certificate(&self) -> Result<String> {
        Ok(tls_secret("cert", &self.authority.issue(&["a.test"])?))
    }
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

#[tokio::test(flavor = "multi_thread")]
async fn changes_reach_our_proxy_without_a_failed_request() -> Result<()> {
    let setup = Setup::start().await?;
    let mut world = World::up(&setup.manifests()?)?;
    setup
        .lose_no_request(&mut world, || async { Ok(()) })
        .await
        .with_context(|| world.log())?;
    world.stop().await
}

const SERVICE_ROUTE: &str = "apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: service
spec:
  parentRefs: [{name: gateway}]
  hostnames: [service.test]
  rules:
    - backendRefs: [{name: service, port: 80}]
";
