//! Models behind certificates of one's own: which the gateway shows, and what it verifies of those that it is shown.
//!
//! A mock stands behind a server that speaks TLS with clients which have a certificate of the right authority. Must not know how
//! certificates are verified.

use anyhow::{Result, ensure};
use serde_json::json;
use tests::certificate::Authority;
use tests::client::{Client, request};
use tests::manifest::{documents, gateway, route, tls_secret};
use tests::port;
use tests::upstream::{Behaviour, Upstream};
use tests::world::World;

use super::mock::Mock;

/// The name in the server's certificate.
const NAME: &str = "models.test";

fn authority(name: &str, authority: &Authority) -> String {
    let pem = authority.pem().replace('\n', "\n    ");
    format!(
        "apiVersion: v1
kind: ConfigMap
metadata: {{name: {name}}}
data:
  ca.crt: |
    {pem}
"
    )
}

fn backend(name: &str, port: u16, tls: &str) -> String {
    format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: {name}}}
spec:
  ai: {{provider: {{openai: {{}}, host: 127.0.0.1, port: {port}}}}}
  policies: {{tls: {{{tls}}}}}
"
    )
}

/// Names of backends, their TLS, and whether a model is reached so.
fn cases() -> Vec<(&'static str, String, bool)> {
    let (shown, wrong) = (
        "mtlsCertificateRef: [{name: ours}]",
        "mtlsCertificateRef: [{name: strange}]",
    );
    let (theirs_of, others_of) = (
        "caCertificateRefs: [{name: theirs}]",
        "caCertificateRefs: [{name: others}]",
    );
    vec![
        ("whole", format!("{shown}, {theirs_of}, sni: {NAME}"), true),
        ("nameless", format!("{shown}, {theirs_of}"), false),
        (
            "other-authority",
            format!("{shown}, {others_of}, sni: {NAME}"),
            false,
        ),
        ("unshown", format!("{theirs_of}, sni: {NAME}"), false),
        ("wrong", format!("{wrong}, {theirs_of}, sni: {NAME}"), false),
        (
            "any-name",
            format!("{shown}, {theirs_of}, insecureSkipVerify: Hostname"),
            true,
        ),
        (
            "any-name-other",
            format!("{shown}, {others_of}, insecureSkipVerify: Hostname"),
            false,
        ),
        ("anybody", format!("{shown}, insecureSkipVerify: All"), true),
        (
            "anybody-unshown",
            "insecureSkipVerify: All".to_owned(),
            false,
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_shown_and_verified_as_it_is_said() -> Result<()> {
    let mock = Mock::start(&["--base-path", "/v1"]).await?;
    let (ours, theirs, others) = (Authority::new()?, Authority::new()?, Authority::new()?);
    let server = theirs.issue(&[NAME])?.server_for(&ours)?;
    let front = Upstream::start("front", Behaviour::TlsTo(server, mock.port())).await?;
    let port = port::free()?;
    let cases = cases();
    let backends = cases
        .iter()
        .map(|(name, tls, _)| backend(name, front.port(), tls));
    let routes = cases
        .iter()
        .map(|(name, ..)| route(name, &format!("/{name}"), name));
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        ("backends.yaml", documents(&backends.collect::<Vec<_>>())),
        ("routes.yaml", documents(&routes.collect::<Vec<_>>())),
        (
            "secrets.yaml",
            documents(&[
                tls_secret("ours", &ours.issue(&["gateway.test"])?),
                tls_secret("strange", &others.issue(&["gateway.test"])?),
                authority("theirs", &theirs),
                authority("others", &others),
            ]),
        ),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ])?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    let body = json!({"model": "gpt-x", "messages": [{"role": "user", "content": "Hello"}]});
    let mut answered = 0;
    for (name, _, is_trusted) in &cases {
        let url = format!("http://a.test/{name}/v1/chat/completions");
        let asked = request(
            "POST",
            &url,
            &[("content-type", "application/json")],
            &body.to_string(),
        )?;
        let reply = Client::http1(port).send(asked).await?;
        ensure!(
            (reply.status == 200) == *is_trusted,
            "{name}: {}",
            reply.text()
        );
        answered += u64::from(*is_trusted);
    }
    ensure!(mock.requests().await? == answered, "something was sent");
    let status = world.tidegate(&["status", "--all"]).await?;
    let status = String::from_utf8_lossy(&status.stdout).into_owned();
    for words in [
        "spec.policies.tls.insecureSkipVerify: its certificate is not verified",
        "spec.policies.tls.insecureSkipVerify: the name in its certificate is not verified",
    ] {
        ensure!(status.contains(words), "{words}: {status}");
    }
    world.stop().await
}
