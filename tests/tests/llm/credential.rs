//! The page of the guide about credentials: its manifests, against token services and providers that check what they get.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::client::{self, Client, Reply};
use tests::manifest::{gateway, route};
use tests::port;
use tests::world::World;

use super::account::Metrics;
use super::ask::{Answer, Format, Question};
use super::clouds::Clouds;
use super::mock::{AWS_ID, AWS_SECRET, KEY, Mock};
use super::page;
use super::told::At;

const PAGE: &str = "docs/guide/llm-credentials.md";
const ROLE_KEY: &str = "ASIAROLE";
const ROLE_SECRET: &str = "secret/of+the+role";
const ENTRA: &str = "eyJ0eXAi.of-the-application.c2ln";
const MACHINE: &str = "eyJ0eXAi.of-the-machine.c2ln";
const GOOGLE: &str = "ya29.of-the-robot";
const TENANT: &str = "/00000000-0000-0000-0000-000000000002/oauth2/v2.0/token";
/// What nobody may read in a dump or a log.
const SECRETS: [&str; 9] = [
    AWS_SECRET,
    ROLE_SECRET,
    ENTRA,
    MACHINE,
    GOOGLE,
    "the-secret-of-the-application",
    "key-of-the-portal",
    "sk-a",
    "sk-b",
];

/// Keys of a container, of which the first ones, for its two sources, are no longer valid; a role; tokens.
fn answer(number: usize, path: &str, text: &str) -> Option<String> {
    let end = "2999-01-01T00:00:00Z";
    Some(match path {
        "/container" => {
            let secret = if number <= 2 {
                "of-yesterday"
            } else {
                AWS_SECRET
            };
            let keys = json!({"AccessKeyId": AWS_ID, "SecretAccessKey": secret, "Token": "t", "Expiration": end});
            keys.to_string()
        }
        "/" if text.contains("Action=AssumeRole&") => format!(
            "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>{ROLE_KEY}</AccessKeyId>\
             <SecretAccessKey>{ROLE_SECRET}</SecretAccessKey><SessionToken>t</SessionToken>\
             <Expiration>{end}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
        ),
        TENANT => json!({"access_token": ENTRA, "expires_in": 3599}).to_string(),
        "/metadata/identity/oauth2/token" => {
            json!({"access_token": MACHINE, "expires_in": "3599"}).to_string()
        }
        "/computeMetadata/v1/instance/service-accounts/default/token" => {
            json!({"access_token": GOOGLE, "expires_in": 3599}).to_string()
        }
        _ => return None,
    })
}

/// Where the proxy finds the token services.
fn environment(clouds: &Clouds) -> [(&'static str, String); 5] {
    let url = clouds.url();
    [
        (
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            format!("{url}/container"),
        ),
        ("AWS_ENDPOINT_URL_STS", url.clone()),
        ("AZURE_AUTHORITY_HOST", url.clone()),
        ("AZURE_POD_IDENTITY_AUTHORITY_HOST", url),
        ("GCE_METADATA_HOST", clouds.authority()),
    ]
}

/// A backend of the page and the provider that checks it.
struct Case {
    backend: &'static str,
    mock: Mock,
}

async fn cases() -> Result<Vec<Case>> {
    let own = format!("{AWS_ID}:{AWS_SECRET}");
    let role = format!("{ROLE_KEY}:{ROLE_SECRET}");
    let vertex = "/v1/projects/p/locations/us-central1/endpoints/openapi";
    let cases: [(&str, &[&str]); 8] = [
        ("bedrock", &["--aws-key", &own]),
        ("bedrock-of-team-a", &["--aws-key", &role]),
        (
            "azure",
            &["--base-path", "/openai/v1", "--require-key", ENTRA],
        ),
        (
            "azure-by-machine",
            &[
                "--base-path",
                "/api/projects/p/openai/v1",
                "--require-key",
                MACHINE,
            ],
        ),
        ("vertex", &["--base-path", vertex, "--require-key", GOOGLE]),
        ("of-the-client", &["--require-key", "sk-of-the-client"]),
        ("behind-a-portal", &["--require-key", KEY]),
        // The other key of its pool is refused, which nobody notices.
        ("pooled", &["--require-key", "sk-b"]),
    ];
    let mut started = Vec::new();
    for (backend, flags) in cases {
        let mock = Mock::start(flags).await.context(backend)?;
        started.push(Case { backend, mock });
    }
    Ok(started)
}

/// The page's manifests with the providers on this machine, and a route to each.
fn manifests(cases: &[Case]) -> Result<Vec<(&'static str, String)>> {
    let mut documents = page::documents(PAGE)?;
    let mut backends = 0;
    for document in &mut documents {
        let name = document.at("/metadata/name").as_str().map(str::to_owned);
        if let Some(provider) = document.pointer_mut("/spec/ai/provider") {
            let case = cases
                .iter()
                .find(|case| Some(case.backend) == name.as_deref());
            let case = case.with_context(|| format!("no case for {name:?}"))?;
            let provider = provider.as_object_mut().context("a provider")?;
            provider.insert("host".to_owned(), json!("127.0.0.1"));
            provider.insert("port".to_owned(), json!(case.mock.port()));
            backends += 1;
        }
    }
    ensure!(backends == cases.len(), "the page has {backends} backends");
    let routes = cases.iter().map(|case| {
        let name = case.backend;
        route(name, &format!("/{name}/"), name)
    });
    let routes: Vec<String> = routes.collect();
    Ok(vec![
        ("page.yaml", page::file(&documents)),
        ("routes.yaml", tests::manifest::documents(&routes)),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ])
}

async fn ask(port: u16, route: &str) -> Result<Reply> {
    ask_for(port, route, "any").await
}

async fn ask_for(port: u16, route: &str, model: &str) -> Result<Reply> {
    let question = Question {
        format: Format::Chat,
        answer: Answer::Collected,
        model,
        said: "hello",
    };
    Client::http1(port).send(question.request(route)?).await
}

async fn dump(world: &World) -> Result<Value> {
    let socket = world.run_dir().join("proxy-default.gateway.sock");
    let reply = client::get_over_unix(&socket, "/config_dump").await?;
    serde_json::from_slice(&reply.body).context("the dump")
}

/// Roles, scopes and resources in the requests for tokens.
fn asked_for_what_was_meant(clouds: &Clouds) -> Result<()> {
    let assumed = clouds.requests("/");
    let assumed = assumed.first().context("no role was assumed")?;
    for part in [
        "RoleSessionName=team-a",
        "Tags.member.1.Key=team&Tags.member.1.Value=a",
        &format!("Credential={AWS_ID}/"),
        "/eu-west-3/sts/aws4_request",
    ] {
        ensure!(assumed.contains(part), "no {part} in {assumed}");
    }
    let scope = "scope=https%3A%2F%2Fcognitiveservices.azure.com%2F.default";
    ensure!(
        clouds.requests(TENANT).concat().contains(scope),
        "another scope"
    );
    let machine = clouds.requests("/metadata/identity/oauth2/token").concat();
    ensure!(
        machine.contains("resource=https%3A%2F%2Fai.azure.com "),
        "{machine}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_the_guide_gets_tokens() -> Result<()> {
    let clouds = Clouds::start(answer).await?;
    let cases = cases().await?;
    let port = port::free()?;
    let mut files = manifests(&cases)?;
    files.push(("gateway.yaml", gateway(port)));
    let mut world = World::up_in_environment(&files, &[], &environment(&clouds))?;
    world.until_status(port, "http://a.test/ready", 500).await?;

    for case in &cases {
        let reply = ask(port, case.backend).await?;
        ensure!(reply.status == 200, "{}: {}", case.backend, reply.text());
    }
    // Yesterday's keys were refused, and replaced behind the client's back.
    let bedrock = cases.first().context("bedrock")?;
    ensure!(bedrock.mock.requests().await? == 2, "not once more");
    asked_for_what_was_meant(&clouds)?;

    // As many questions as one likes cost no further token.
    for _ in 0..20 {
        for case in &cases {
            ensure!(
                ask(port, case.backend).await?.status == 200,
                "{}",
                case.backend
            );
        }
    }
    ensure!(clouds.requests(TENANT).len() == 1, "asked again");

    let dump = dump(&world).await?;
    let told: Vec<(&str, &str)> = dump
        .at("/credentials")
        .as_array()
        .context("no credentials")?
        .iter()
        .filter_map(|own| Some((own.at("/from").as_str()?, own.at("/state").as_str()?)))
        .collect();
    let steps = [
        "container",
        "assumed role",
        "client secret",
        "managed identity",
        "metadata server",
    ];
    ensure!(told.len() == steps.len(), "{told:?}");
    for step in steps {
        ensure!(told.contains(&(step, "valid")), "no {step} in {told:?}");
    }
    let metrics = Metrics::scrape(&world).await?;
    for (cloud, count) in [("aws", 2), ("azure", 2), ("gcp", 1)] {
        let labels = [("cloud", cloud), ("state", "valid")];
        ensure!(
            metrics.sum("tidegate_proxy_credentials", &labels)? == count,
            "{cloud}"
        );
    }
    let seen = format!("{dump} {}", world.log());
    for secret in SECRETS {
        ensure!(!seen.contains(secret), "{secret} can be read");
    }
    world.stop().await
}

/// Backends of the page of which each kind of credential is asked for as a model, and their providers' kind.
const AS_MODELS: [(&str, &str); 5] = [
    ("bedrock-of-team-a", "bedrock"),
    ("azure", "azure"),
    ("vertex", "vertexai"),
    ("of-the-client", "anthropic"),
    ("behind-a-portal", "openai"),
];

/// The page's objects with a model, called as the backend, in the place of each backend.
fn as_models() -> Result<Vec<Value>> {
    let mut found = Vec::new();
    for document in page::documents(PAGE)? {
        if document.at("/kind") != "AgentgatewayBackend" {
            found.push(document);
            continue;
        }
        let name = document.at("/metadata/name");
        let known = AS_MODELS.iter().find(|(backend, _)| name == backend);
        let Some((_, kind)) = known else { continue };
        let provider = match *kind {
            "bedrock" => "Bedrock",
            "azure" => "Azure",
            "vertexai" => "VertexAI",
            "anthropic" => "Anthropic",
            _ => "OpenAI",
        };
        let mut spec = json!({
            "parentRefs": [{"name": "gateway"}],
            "provider": provider,
            "policies": document.at("/spec/policies"),
        });
        let mut own = document.at(&format!("/spec/ai/provider/{kind}")).clone();
        if let Some(own) = own.as_object_mut() {
            own.remove("model");
        }
        if matches!(provider, "Bedrock" | "Azure" | "VertexAI") {
            page::put(&mut spec, "", kind, own);
        }
        found.push(json!({
            "apiVersion": "agentgateway.dev/v1alpha1", "kind": "AgentgatewayModel",
            "metadata": {"name": name}, "spec": spec,
        }));
    }
    Ok(found)
}

#[tokio::test(flavor = "multi_thread")]
async fn models_take_every_kind_of_credential() -> Result<()> {
    let clouds = Clouds::start(answer).await?;
    let cases = cases().await?;
    let port = port::free()?;
    let mut documents = as_models()?;
    let models = documents
        .iter()
        .filter(|one| one.at("/kind") == "AgentgatewayModel");
    ensure!(models.count() == AS_MODELS.len(), "the page lacks one");
    documents.push(json!({
        "apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": {"name": "gateway"},
        "spec": {"gatewayClassName": "tidegate", "listeners": [{
            "name": "llm", "protocol": "HTTP", "port": port, "allowedRoutes": {"kinds": [
                {"group": "agentgateway.dev", "kind": "AgentgatewayModel"}, {"kind": "HTTPRoute"},
            ]},
        }]},
    }));
    let mut flags = Vec::new();
    for (backend, kind) in AS_MODELS {
        let case = cases.iter().find(|case| case.backend == backend);
        let case = case.context(backend)?;
        flags.push("--provider-override".to_owned());
        flags.push(format!("{kind}=http://127.0.0.1:{}", case.mock.port()));
    }
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let files = [
        ("page.yaml", page::file(&documents)),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ];
    let mut world = World::up_in_environment(&files, &flags, &environment(&clouds))?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    for (model, _) in AS_MODELS {
        let reply = ask_for(port, "", model).await?;
        ensure!(reply.status == 200, "{model}: {}", reply.text());
    }
    let seen = format!("{} {}", dump(&world).await?, world.log());
    for secret in SECRETS {
        ensure!(!seen.contains(secret), "{secret} can be read");
    }
    world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_that_finds_nothing_teaches() -> Result<()> {
    let mock = Mock::start(&["--base-path", "/openai/v1"]).await?;
    let port = port::free()?;
    let backend = format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: azure}}
spec:
  ai: {{provider: {{azure: {{resourceName: r, resourceType: OpenAI}}, host: 127.0.0.1, port: {}}}}}
  policies: {{auth: {{azure: {{workloadIdentity: {{}}}}}}}}
",
        mock.port()
    );
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        ("azure.yaml", backend),
        ("route.yaml", route("azure", "/azure/", "azure")),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ])?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    let reply = ask(port, "azure").await?;
    ensure!(reply.status == 500, "{}", reply.status);
    ensure!(
        reply.text().contains("backend_auth_failed"),
        "{}",
        reply.text()
    );
    ensure!(
        !reply.text().contains("AZURE_"),
        "a client learns of the proxy's environment"
    );
    ensure!(mock.requests().await? == 0, "it was sent without a token");
    let dump = dump(&world).await?;
    let own = dump.at("/credentials/0");
    let error = own.at("/error").as_str().context("no error")?;
    ensure!(own.at("/state") == "failed", "{own}");
    for part in [
        "workload identity: AZURE_FEDERATED_TOKEN_FILE is not set",
        "auth.azure.secretRef",
    ] {
        ensure!(error.contains(part), "{error}");
    }
    let metrics = Metrics::scrape(&world).await?;
    let labels = [("cloud", "azure"), ("state", "failed")];
    ensure!(metrics.sum("tidegate_proxy_credentials", &labels)? == 1);
    let labels = [("cloud", "azure"), ("outcome", "failed")];
    ensure!(metrics.sum("tidegate_proxy_credential_fetches_total", &labels)? >= 1);
    world.stop().await
}
