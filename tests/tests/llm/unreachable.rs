//! Providers to which there is no connection: another answers, and the client notices nothing.
//!
//! Each case has a group for a provider that cannot be reached, in a way of its own, and one for a mock. Must not know how it is
//! found out.

use anyhow::{Context, Result, ensure};
use tests::certificate::Authority;
use tests::client::Client;
use tests::manifest::{documents, gateway, route};
use tests::upstream::{Behaviour, Upstream};
use tests::world::World;
use tests::{deadline, port};

use super::account::Metrics;
use super::ask::{Answer, Format, Question};
use super::mock::{KEY, Mock};
use super::told::Told;

/// One way to be out of reach.
struct Case {
    name: &'static str,
    /// Where the first provider would be, and how it is spoken to.
    place: String,
}

// === impl Case ===

impl Case {
    fn manifest(&self, second: u16) -> String {
        let Case { name, place } = self;
        let backend = format!(
            "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: {name}}}
spec:
  ai:
    groups:
    - providers: [{{name: first, anthropic: {{model: one}}, {place}}}]
    - providers: [{{name: second, openai: {{model: two}}, host: 127.0.0.1, port: {second}}}]
  policies:
    auth: {{key: {KEY}}}
    health: {{eviction: {{duration: 1s}}}}
"
        );
        documents(&[backend, route(name, &format!("/{name}"), name)])
    }

    async fn ask(&self, port: u16, (format, answer): (Format, Answer)) -> Result<Told> {
        let question = Question {
            format,
            answer,
            model: "any",
            said: "mark",
        };
        let asked = question.request(self.name)?;
        let reply = Client::http1(port).send(asked).await?;
        Told::read(format, answer, &reply).with_context(|| format!("{} {format:?}", self.name))
    }

    async fn is_answered_by(&self, port: u16, model: &str) -> Result<()> {
        for format in Format::ALL {
            for answer in Answer::ALL {
                let told = self.ask(port, (format, answer)).await?;
                let expected =
                    format!("This is a mock provider answering as {model}. You said: mark");
                ensure!(
                    told.is_whole() && told.text == expected,
                    "{} {format:?} {answer:?}: {told:?}",
                    self.name
                );
            }
        }
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_provider_answers() -> Result<()> {
    let second = Mock::start(&["--require-key", KEY]).await?;
    let strange = Authority::new()?;
    let identity = strange.issue(&["127.0.0.1"])?;
    let untrusted = Upstream::start("untrusted", Behaviour::EchoTls(identity)).await?;
    let plain = Upstream::start("plain", Behaviour::Echo).await?;
    let closes = Upstream::start("closes", Behaviour::Close).await?;
    let absent = port::free()?;
    let at = |port: u16, more: &str| format!("host: 127.0.0.1, port: {port}{more}");
    let tls = ", policies: {tls: {}}";
    let cases = [
        Case {
            name: "refused",
            place: at(absent, ""),
        },
        Case {
            name: "nameless",
            place: "host: nowhere.invalid, port: 80".to_owned(),
        },
        Case {
            name: "untrusted",
            place: at(untrusted.port(), tls),
        },
        Case {
            name: "plain",
            place: at(plain.port(), tls),
        },
        Case {
            name: "closes",
            place: at(closes.port(), ""),
        },
    ];
    let manifests: Vec<String> = cases
        .iter()
        .map(|case| case.manifest(second.port()))
        .collect();
    let port = port::free()?;
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        ("cases.yaml", documents(&manifests)),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ])?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    for case in &cases {
        case.is_answered_by(port, "two").await?;
        let metrics = Metrics::scrape(&world).await?;
        let backend = format!("backend/default/{}", case.name);
        let count = |name: &str, provider: &str| {
            let labels = [("backend", backend.as_str()), ("provider", provider)];
            metrics.sum(&format!("tidegate_proxy_llm_{name}_total"), &labels)
        };
        let evictions = [count("evictions", "first")?, count("evictions", "second")?];
        ensure!(
            evictions[0] >= 1 && evictions[1] == 0,
            "{}: {evictions:?} evictions",
            case.name
        );
    }
    ensure!(plain.requests() == 0, "a prompt went out in clear");
    ensure!(untrusted.requests() == 0, "a prompt went to a stranger");

    // Once it is there, it is used again.
    let [refused, ..] = &cases;
    let first = Mock::start_at(absent, &["--require-key", KEY]).await?;
    deadline::until("the provider is used again", deadline::SOON, || async {
        let way = (Format::Messages, Answer::Streamed);
        let told = refused.ask(port, way).await?;
        ensure!(told.text.contains("as one."), "{}", told.text);
        Ok(())
    })
    .await?;
    refused.is_answered_by(port, "one").await?;
    ensure!(first.requests().await? > 0);
    world.stop().await
}
