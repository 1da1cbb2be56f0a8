//! Where kinds of provider take requests and keys, beside what the rig has: Azure's versions and Foundry, a key of Bedrock, other
//! models on Vertex AI, and providers that are known by name.
//!
//! Owns a mock for each that has this path and this header only. Must not check what an answer says beyond that it is one.

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tests::client::Client;
use tests::manifest::{documents, gateway, route};
use tests::port;
use tests::world::World;

use super::ask::{Answer, Format, Question};
use super::mock::{KEY, Mock};
use super::told::{At, Told};

/// A surface of a provider.
struct Surface {
    name: &'static str,
    provider: &'static str,
    flags: &'static [&'static str],
    model: &'static str,
    /// The query of every request.
    query: Option<&'static str>,
}

const PREVIEW: &str = "azure: {resourceName: r, resourceType: OpenAI, apiVersion: preview}";
const DATED: &str = "azure: {resourceName: r, resourceType: OpenAI, apiVersion: \"2024-10-21\"}";
const FOUNDRY: &str = "azure: {resourceName: r, resourceType: Foundry, projectName: p}";

const SURFACES: [Surface; 7] = [
    Surface {
        name: "azure",
        provider: "azure: {resourceName: r, resourceType: OpenAI}",
        flags: &["--azure", "--base-path", "/openai/v1"],
        model: "gpt-x",
        query: None,
    },
    Surface {
        name: "azure-preview",
        provider: PREVIEW,
        flags: &["--azure", "--base-path", "/openai/v1"],
        model: "gpt-x",
        query: Some("api-version=preview"),
    },
    Surface {
        name: "azure-dated",
        provider: DATED,
        flags: &["--azure", "--base-path", "/openai/deployments/*"],
        model: "gpt-x",
        query: Some("api-version=2024-10-21"),
    },
    Surface {
        name: "foundry",
        provider: FOUNDRY,
        flags: &["--azure", "--base-path", "/api/projects/p/openai/v1"],
        model: "gpt-x",
        query: None,
    },
    Surface {
        name: "foundry-claude",
        provider: FOUNDRY,
        flags: &["--azure", "--base-path", "/anthropic/v1"],
        model: "claude-x",
        query: None,
    },
    Surface {
        name: "bedrock-key",
        provider: "bedrock: {region: eu-west-3}",
        flags: &[],
        model: "anthropic.claude-x",
        query: None,
    },
    Surface {
        name: "vertex-other",
        provider: "vertexai: {projectId: p, region: us-central1}",
        flags: &[
            "--base-path",
            "/v1/projects/p/locations/us-central1/endpoints/openapi",
        ],
        model: "meta/llama-x",
        query: None,
    },
];

/// A provider that is known by its name: in a manifest, for the operator, and what its formats' paths begin with.
const PRESETS: [(&str, &str, &[&str]); 12] = [
    ("Baseten", "baseten", &["/v1"]),
    ("Cerebras", "cerebras", &["/v1"]),
    ("Cohere", "cohere", &["/compatibility/v1"]),
    ("Deepinfra", "deepinfra", &["/v1/openai", "/anthropic/v1"]),
    ("Deepseek", "deepseek", &["/v1", "/anthropic/v1"]),
    ("Fireworks", "fireworks", &["/inference/v1"]),
    ("Groq", "groq", &["/openai/v1"]),
    ("Huggingface", "huggingface", &["/v1"]),
    ("Mistral", "mistral", &["/v1"]),
    ("Openrouter", "openrouter", &["/api/v1"]),
    ("TogetherAI", "together", &["/v1"]),
    ("XAI", "xai", &["/v1"]),
];

/// Asks in a format, whole and as a stream.
async fn ask(port: u16, route: &str, format: Format, model: &str) -> Result<()> {
    for answer in Answer::ALL {
        let question = Question {
            format,
            answer,
            model,
            said: "hello tide",
        };
        let reply = Client::http1(port).send(question.request(route)?).await?;
        let told = Told::read(format, answer, &reply)?;
        ensure!(told.is_whole(), "{answer:?}: {told:?}");
        ensure!(told.text.contains("hello tide"), "{answer:?}: {told:?}");
    }
    Ok(())
}

// === impl Surface ===

impl Surface {
    /// Responses of before `v1` have a path beside the deployments', which this mock has not.
    fn has(&self, format: Format) -> bool {
        self.name != "azure-dated" || format != Format::Responses
    }

    fn manifest(&self, port: u16) -> String {
        let Surface { name, provider, .. } = self;
        let backend = format!(
            "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: {name}}}
spec:
  ai: {{provider: {{{provider}, host: 127.0.0.1, port: {port}}}}}
  policies: {{auth: {{key: {KEY}}}}}
"
        );
        documents(&[backend, route(name, &format!("/{name}/"), name)])
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_surface_gets_its_path_and_its_key() -> Result<()> {
    let port = port::free()?;
    let mut mocks = Vec::new();
    let mut manifests = Vec::new();
    for surface in &SURFACES {
        let mut flags = vec!["--require-key", KEY];
        flags.extend(surface.flags);
        let mock = Mock::start(&flags).await.context(surface.name)?;
        manifests.push(surface.manifest(mock.port()));
        mocks.push(mock);
    }
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        ("surfaces.yaml", documents(&manifests)),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ])?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    let mut failures = Vec::new();
    for (surface, mock) in SURFACES.iter().zip(&mocks) {
        for format in Format::ALL
            .into_iter()
            .filter(|format| surface.has(*format))
        {
            let asked = ask(port, surface.name, format, surface.model).await;
            if let Err(error) = asked {
                failures.push(format!("{} {format:?}: {error:#}", surface.name));
                continue;
            }
            let query = mock.last_request().await?;
            let query = query.at("/query").as_str().map(str::to_owned);
            if query.as_deref() != surface.query {
                failures.push(format!("{} {format:?}: ?{query:?}", surface.name));
            }
        }
    }
    ensure!(failures.is_empty(), "{}", failures.join("\n"));
    world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn providers_by_name_are_asked_where_they_are() -> Result<()> {
    let port = port::free()?;
    let mut mocks = Vec::new();
    let mut flags = Vec::new();
    let mut objects = vec![json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": {"name": "gateway"},
        "spec": {"gatewayClassName": "tidegate", "listeners": [{
            "name": "llm", "protocol": "HTTP", "port": port, "allowedRoutes": {"kinds": [
                {"group": "agentgateway.dev", "kind": "AgentgatewayModel"}, {"kind": "HTTPRoute"},
            ]},
        }]},
    })];
    for (provider, kind, bases) in PRESETS {
        let base = bases.join(",");
        let mock = Mock::start(&["--require-key", KEY, "--base-path", &base]).await?;
        flags.push("--provider-override".to_owned());
        flags.push(format!("{kind}=http://127.0.0.1:{}", mock.port()));
        mocks.push(mock);
        objects.push(json!({
            "apiVersion": "agentgateway.dev/v1alpha1", "kind": "AgentgatewayModel",
            "metadata": {"name": kind},
            "spec": {
                "parentRefs": [{"name": "gateway"}], "provider": provider,
                "policies": {"auth": {"key": KEY}},
            },
        }));
    }
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let objects: Vec<String> = objects.iter().map(|one| format!("{one}\n")).collect();
    let mut world = World::up_with(
        &[
            ("models.yaml", documents(&objects)),
            ("ready.yaml", route("ready", "/ready", "absent")),
        ],
        &flags,
    )?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    let mut failures = Vec::new();
    for ((_, kind, _), mock) in PRESETS.iter().zip(&mocks) {
        for format in Format::ALL {
            if let Err(error) = ask(port, "", format, kind).await {
                failures.push(format!("{kind} {format:?}: {error:#}"));
            }
        }
        // Each format twice, and nothing anywhere else.
        let seen = mock.requests().await?;
        if seen != 8 {
            failures.push(format!("{kind}: {seen} requests"));
        }
    }
    ensure!(failures.is_empty(), "{}", failures.join("\n"));
    world.stop().await
}
