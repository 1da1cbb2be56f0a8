//! What stands around the data plane under test: upstreams, ports, certificates, manifests.
//!
//! The routes are a file of their own, `routes.yaml`, which names ports as `${name}`. Must not start a
//! data plane.

use anyhow::Result;
use tests::certificate::Authority;
use tests::manifest::{backend, documents, tls_secret};
use tests::port;
use tests::upstream::{Behaviour, Upstream};

const ROUTES: &str = include_str!("routes.yaml");

/// Everything but the data plane.
pub(crate) struct Setup {
    /// Port of the HTTP listener.
    pub(crate) http: u16,
    /// Port of the HTTPS listeners.
    pub(crate) https: u16,
    pub(crate) a: Upstream,
    pub(crate) b: Upstream,
    pub(crate) c: Upstream,
    pub(crate) mirror: Upstream,
    faults: Vec<(&'static str, Upstream)>,
    refused: u16,
    pub(crate) authority: Authority,
}

// === impl Setup ===

impl Setup {
    /// Starts the upstreams.
    pub(crate) async fn start() -> Result<Setup> {
        let mut faults = Vec::new();
        for (name, behaviour) in [
            ("close", Behaviour::Close),
            ("reset", Behaviour::Reset),
            ("hang", Behaviour::Hang),
            ("garbage", Behaviour::Raw(b"no HTTP at all\r\n\r\n")),
        ] {
            faults.push((name, Upstream::start(name, behaviour).await?));
        }
        Ok(Setup {
            http: port::free()?,
            https: port::free()?,
            a: Upstream::echo("a").await?,
            b: Upstream::echo("b").await?,
            c: Upstream::echo("c").await?,
            mirror: Upstream::echo("mirror").await?,
            faults,
            refused: port::free()?,
            authority: Authority::new()?,
        })
    }

    /// Every manifest, by file.
    pub(crate) fn manifests(&self) -> Vec<(&'static str, String)> {
        let mut backends = vec![
            backend("a", self.a.port()),
            backend("b", self.b.port()),
            backend("c", self.c.port()),
            backend("mirror", self.mirror.port()),
            backend("refused", self.refused),
        ];
        backends.extend(
            self.faults
                .iter()
                .map(|(name, upstream)| backend(name, upstream.port())),
        );
        let routes = ROUTES
            .replace("${http}", &self.http.to_string())
            .replace("${https}", &self.https.to_string())
            .replace("${a}", &self.a.port().to_string());
        let mut manifests = vec![
            ("backends.yaml", documents(&backends)),
            ("routes.yaml", routes),
        ];
        let secrets: Result<Vec<String>> =
            [("tls-one", "one.tls.test"), ("tls-two", "*.two.tls.test")]
                .into_iter()
                .map(|(secret, name)| Ok(tls_secret(secret, &self.authority.issue(&[name])?)))
                .collect();
        // An authority that cannot issue shows as a listener without a certificate.
        manifests.push(("secrets.yaml", documents(&secrets.unwrap_or_default())));
        manifests
    }
}
