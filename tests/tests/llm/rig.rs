//! The gateway in front of every kind of provider.
//!
//! Owns the list of kinds, a mock for each, and the manifests that join them: the route `/NAME` leads to the kind of this
//! name. Must not ask anything itself.

use anyhow::{Context, Result};
use tests::manifest::{gateway, route};
use tests::port;
use tests::world::World;

use super::ask::Format;
use super::mock::{AWS_ID, AWS_SECRET, KEY, Mock};

/// A kind of provider.
pub(crate) struct Kind {
    /// Of its backend and its route.
    pub(crate) name: &'static str,
    /// The kind in the manifest.
    provider: &'static str,
    /// In front of the paths of OpenAI's and Anthropic's formats, where the kind has them.
    base_path: &'static str,
    /// What is asked for.
    pub(crate) model: &'static str,
    /// `gen_ai.provider.name`.
    pub(crate) telemetry: &'static str,
    /// Formats of clients that pass as they are.
    pub(crate) own: &'static [Format],
    credential: Credential,
}

/// What a provider checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Credential {
    /// A key where its vendor takes it.
    Key,
    /// A signature.
    Aws,
    /// A key where Azure takes it.
    Azure,
}

/// Both planes and the mocks.
pub(crate) struct Rig {
    pub(crate) world: World,
    /// Of the gateway.
    pub(crate) port: u16,
    mocks: Vec<(&'static str, Mock)>,
}

const OPENAI: &[Format] = &[Format::Chat, Format::Responses];

pub(crate) const KINDS: [Kind; 14] = [
    kind("openai", "openai: {}", "gpt-x", "openai", OPENAI),
    kind(
        "anthropic",
        "anthropic: {}",
        "claude-x",
        "anthropic",
        &[Format::Messages],
    ),
    Kind {
        credential: Credential::Aws,
        ..kind(
            "bedrock",
            "bedrock: {region: eu-west-3}",
            "anthropic.claude-x",
            "aws.bedrock",
            &[],
        )
    },
    Kind {
        base_path: "/v1beta/openai",
        ..kind(
            "gemini",
            "gemini: {}",
            "gemini-x",
            "gcp.gemini",
            &[Format::Gemini],
        )
    },
    Kind {
        base_path: "/v1/projects/p/locations/us-central1/endpoints/openapi",
        ..kind(
            "vertexai",
            VERTEX,
            "gemini-x",
            "gcp.vertex_ai",
            &[Format::Gemini],
        )
    },
    kind(
        "vertexai-claude",
        VERTEX,
        "claude-x",
        "gcp.vertex_ai",
        &[Format::Messages],
    ),
    Kind {
        base_path: "/v1/projects/p/locations/us-central1/endpoints/openapi",
        ..kind(
            "vertexai-other",
            VERTEX,
            "meta/llama-x",
            "gcp.vertex_ai",
            &[Format::Chat],
        )
    },
    Kind {
        base_path: "/openai/v1",
        credential: Credential::Azure,
        ..kind("azure", AZURE, "gpt-x", "azure.ai.openai", OPENAI)
    },
    Kind {
        // Responses had no deployment in their path.
        base_path: "/openai/deployments/*,/openai",
        credential: Credential::Azure,
        ..kind(
            "azure-dated",
            AZURE_DATED,
            "gpt-x",
            "azure.ai.openai",
            OPENAI,
        )
    },
    Kind {
        base_path: "/api/projects/p/openai/v1",
        credential: Credential::Azure,
        ..kind("foundry", FOUNDRY, "gpt-x", "azure.ai.inference", OPENAI)
    },
    Kind {
        base_path: "/anthropic/v1",
        credential: Credential::Azure,
        ..kind(
            "foundry-claude",
            FOUNDRY,
            "claude-x",
            "azure.ai.inference",
            &[Format::Messages],
        )
    },
    kind(
        "chat",
        "custom: {formats: [{type: Completions}]}",
        "local-x",
        "chat",
        &[Format::Chat],
    ),
    kind(
        "responses",
        "custom: {formats: [{type: Responses}]}",
        "gpt-x",
        "responses",
        &[Format::Responses],
    ),
    kind(
        "messages",
        "custom: {formats: [{type: Messages}]}",
        "claude-x",
        "messages",
        &[Format::Messages],
    ),
];

const VERTEX: &str = "vertexai: {projectId: p, region: us-central1}";
const AZURE: &str = "azure: {resourceName: r, resourceType: OpenAI}";
const AZURE_DATED: &str =
    "azure: {resourceName: r, resourceType: OpenAI, apiVersion: \"2024-10-21\"}";
const FOUNDRY: &str = "azure: {resourceName: r, resourceType: Foundry, projectName: p}";

const fn kind(
    name: &'static str,
    provider: &'static str,
    model: &'static str,
    telemetry: &'static str,
    own: &'static [Format],
) -> Kind {
    Kind {
        name,
        provider,
        base_path: "/v1",
        model,
        telemetry,
        own,
        credential: Credential::Key,
    }
}

// === impl Kind ===

impl Kind {
    /// Can a client of this format be served at all? Gemini's requests are not converted to responses.
    pub(crate) fn serves(&self, format: Format) -> bool {
        format != Format::Gemini || self.name != "responses"
    }

    async fn mock(&self) -> Result<Mock> {
        let aws = format!("{AWS_ID}:{AWS_SECRET}");
        let mut flags = vec!["--base-path", self.base_path];
        match self.credential {
            Credential::Key => flags.extend(["--require-key", KEY]),
            Credential::Aws => flags.extend(["--aws-key", &aws]),
            Credential::Azure => flags.extend(["--azure", "--require-key", KEY]),
        }
        Mock::start(&flags).await.context(self.name)
    }

    fn manifest(&self, port: u16) -> String {
        let auth = match self.credential {
            Credential::Key | Credential::Azure => format!("{{key: {KEY}}}"),
            Credential::Aws => "{aws: {secretRef: {name: aws}}}".to_owned(),
        };
        let Kind { name, provider, .. } = self;
        let backend = format!(
            "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: {name}}}
spec:
  ai: {{provider: {{{provider}, host: 127.0.0.1, port: {port}}}}}
  policies: {{auth: {auth}}}
"
        );
        format!("{backend}---\n{}", route(name, &format!("/{name}"), name))
    }
}

/// The Secret of AWS credentials.
fn aws_secret() -> String {
    format!(
        "apiVersion: v1
kind: Secret
metadata: {{name: aws}}
stringData: {{accessKey: {AWS_ID}, secretKey: {AWS_SECRET}}}
"
    )
}

// === impl Rig ===

impl Rig {
    /// Starts everything and waits until all routes are served.
    pub(crate) async fn start() -> Result<Rig> {
        Rig::start_with(&[], &[]).await
    }

    /// The same, with further manifests and flags.
    pub(crate) async fn start_with(further: &[(&str, String)], flags: &[&str]) -> Result<Rig> {
        let mut mocks = Vec::new();
        let mut manifests = vec![aws_secret()];
        for kind in &KINDS {
            let mock = kind.mock().await?;
            manifests.push(kind.manifest(mock.port()));
            mocks.push((kind.name, mock));
        }
        let port = port::free()?;
        let mut files = vec![
            ("gateway.yaml", gateway(port)),
            ("providers.yaml", tests::manifest::documents(&manifests)),
            ("ready.yaml", route("ready", "/ready", "absent")),
        ];
        files.extend_from_slice(further);
        let mut world = World::up_with(&files, flags)?;
        // The route whose backend is missing says that all are there.
        world.until_status(port, "http://a.test/ready", 500).await?;
        Ok(Rig { world, port, mocks })
    }

    /// The mock of a kind.
    pub(crate) fn mock(&self, kind: &Kind) -> Result<&Mock> {
        let found = self.mocks.iter().find(|(name, _)| *name == kind.name);
        let (_, mock) = found.context("a kind without a mock")?;
        Ok(mock)
    }
}
