//! A budget that is used up asks for another model: in a backend of several vendors, and behind a router of models.
//!
//! What was asked for is in the mocks' last requests. Must not know how budgets count.

use anyhow::{Result, ensure};
use tests::client::Client;
use tests::manifest::{documents, gateway, route};
use tests::port;
use tests::world::World;

use super::account::Metrics;
use super::ask::{Answer, Format, Question};
use super::mock::{KEY, Mock};
use super::models::service;
use super::told::{At, Told};

const REQUESTS: &str = "gen_ai_server_request_duration_seconds_count";

/// A budget that one token uses up.
fn budget(name: &str, target: &str, model: &str) -> String {
    format!(
        "apiVersion: tidegate.dev/v1alpha1
kind: TidegatePolicy
metadata: {{name: {name}}}
spec:
  targetRefs: [{{group: gateway.networking.k8s.io, {target}}}]
  traffic: {{budgets: [{{name: small, unit: Tokens, limit: \"1\", window: Hour, action: Downgrade, downgradeTo: {model}}}]}}
"
    )
}

/// OpenAI in front of Anthropic, each with a model of its own; `aliases` are those of the latter.
fn vendors(name: &str, [openai, anthropic]: [u16; 2], aliases: &str) -> String {
    let backend = format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: {name}}}
spec:
  ai:
    groups:
    - providers: [{{name: first, openai: {{model: gpt-4o}}, host: 127.0.0.1, port: {openai}}}]
    - providers: [{{name: second, anthropic: {{model: claude-opus}}, host: 127.0.0.1, port: {anthropic}{aliases}}}]
  policies: {{auth: {{key: {KEY}}}}}
"
    );
    format!("{backend}---\n{}", route(name, &format!("/{name}"), name))
}

async fn ask(port: u16, route: &str, answer: Answer, model: &str) -> Result<String> {
    let question = Question {
        format: Format::Chat,
        answer,
        model,
        said: "hello",
    };
    let reply = Client::http1(port).send(question.request(route)?).await?;
    ensure!(reply.status == 200, "{}: {}", reply.status, reply.text());
    let told = Told::read(Format::Chat, answer, &reply)?;
    ensure!(told.is_whole(), "{told:?}");
    // It is no secret that another model answers.
    let instead = reply.header("x-gateway-fallback");
    ensure!(
        instead.starts_with(&format!("{model}->")) && instead.ends_with(";budget"),
        "{instead}"
    );
    Ok(told.text)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_vendor_is_asked_by_its_own_name() -> Result<()> {
    let (openai, anthropic) = (Mock::start(&[]).await?, Mock::start(&[]).await?);
    let ports = [openai.port(), anthropic.port()];
    let aliases = ", policies: {ai: {modelAliases: {gpt-4o-mini: claude-haiku}}}";
    let port = port::free()?;
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        (
            "backends.yaml",
            documents(&[
                vendors("named", ports, aliases),
                vendors("unnamed", ports, ""),
                budget("named", "kind: HTTPRoute, name: named", "gpt-4o-mini"),
                budget("unnamed", "kind: HTTPRoute, name: unnamed", "gpt-4o-mini"),
            ]),
        ),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ])?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    for (name, other) in [("named", "claude-haiku"), ("unnamed", "claude-opus")] {
        for answer in Answer::ALL {
            let text = ask(port, name, answer, "any").await?;
            ensure!(text.contains("answering as gpt-4o-mini."), "{name}: {text}");
            ensure!(openai.last_body().await?.at("/model") == "gpt-4o-mini");
        }
        // Where the first fails, the second is asked for what it has.
        openai.script(&["fail-429.retry-after-60"]).await?;
        for answer in Answer::ALL {
            let text = ask(port, name, answer, "any").await?;
            ensure!(
                text.contains(&format!("answering as {other}.")),
                "{name}: {text}"
            );
            ensure!(anthropic.last_body().await?.at("/model") == other, "{name}");
        }
    }
    let metrics = Metrics::scrape(&world).await?;
    let name = "tidegate_proxy_llm_budget_notices_total";
    let notices = metrics.sum(name, &[("reason", "downgrade")])?;
    ensure!(notices == 8, "{notices}");
    // All were named by the configuration: by the budget, by an alias, by a provider.
    for (model, count) in [
        ("gpt-4o-mini", 4),
        ("claude-haiku", 2),
        ("claude-opus", 2),
        ("_other", 0),
    ] {
        let found = metrics.sum(REQUESTS, &[("gen_ai_request_model", model)])?;
        ensure!(found == count, "{model}: {found} in {}", metrics.text());
    }
    world.stop().await
}

/// A dear model, a cheap one elsewhere that speaks another format, and a name that may stand for either.
const MODELS: &str = "apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gateway}
spec:
  gatewayClassName: tidegate
  listeners:
  - name: http
    port: LISTEN
    protocol: HTTP
    allowedRoutes:
      kinds: [{kind: HTTPRoute}, {group: agentgateway.dev, kind: AgentgatewayModel}]
---
apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayModel
metadata: {name: dear}
spec:
  parentRefs: [{name: gateway}]
  match: {model: dear-*}
  provider: Custom
  custom: {backendRef: {name: openai, port: 80}, formats: [{type: Completions}]}
  policies: {auth: {key: KEY}}
---
apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayModel
metadata: {name: cheap}
spec:
  parentRefs: [{name: gateway}]
  match: {model: cheap-*}
  provider: Custom
  custom: {backendRef: {name: anthropic, port: 80}, formats: [{type: Messages}]}
  policies: {auth: {key: KEY}}
---
apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayModel
metadata: {name: least}
spec:
  parentRefs: [{name: gateway}]
  virtualModel: {weighted: {targets: [{modelRef: {name: cheap}, model: cheap-one}]}}
";

#[tokio::test(flavor = "multi_thread")]
async fn a_router_leads_to_the_other_model() -> Result<()> {
    let flags = ["--base-path", "/v1"];
    let (openai, anthropic) = (Mock::start(&flags).await?, Mock::start(&flags).await?);
    let port = port::free()?;
    let target = "kind: Gateway, name: gateway";
    let files = |model: &str| budget("small", target, model);
    let mut world = World::up(&[
        (
            "models.yaml",
            MODELS
                .replace("LISTEN", &port.to_string())
                .replace("KEY", KEY),
        ),
        ("openai.yaml", service("openai", openai.port())),
        ("anthropic.yaml", service("anthropic", anthropic.port())),
        ("budget.yaml", files("least")),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ])?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    for answer in Answer::ALL {
        let text = ask(port, "", answer, "dear-one").await?;
        ensure!(text.contains("answering as cheap-one."), "{text}");
    }
    ensure!(openai.requests().await? == 0, "the dear one was asked");
    ensure!(anthropic.last_body().await?.at("/model") == "cheap-one");
    // The other format of the client, with the model in its path.
    let question = Question {
        format: Format::Gemini,
        answer: Answer::Collected,
        model: "dear-one",
        said: "hello",
    };
    let reply = Client::http1(port).send(question.request("")?).await?;
    ensure!(reply.status == 200, "{}", reply.text());
    ensure!(openai.requests().await? == 0, "the dear one was asked");
    ensure!(anthropic.last_body().await?.at("/model") == "cheap-one");
    let metrics = Metrics::scrape(&world).await?;
    let labels = [("backend", "model/default/cheap"), ("verdict", "success")];
    let count = metrics.sum("tidegate_proxy_llm_attempts_total", &labels)?;
    ensure!(count == 3, "{count}");
    let found = metrics.sum(REQUESTS, &[("gen_ai_request_model", "cheap-one")])?;
    ensure!(found == 3, "{}", metrics.text());
    // A name that no model has is asked for where the client's model is; one that a pattern takes leads there.
    for model in ["dearer", "cheap-two"] {
        world.write("budget.yaml", &files(model))?;
        tests::deadline::until("the other name is asked", tests::deadline::SOON, || async {
            let text = ask(port, "", Answer::Collected, "dear-one").await?;
            ensure!(text.contains(&format!("answering as {model}.")), "{text}");
            Ok(())
        })
        .await?;
        let metrics = Metrics::scrape(&world).await?;
        let found = |model| metrics.sum(REQUESTS, &[("gen_ai_request_model", model)]);
        ensure!(found(model)? == 1, "{}", metrics.text());
        ensure!(found("_other")? == 0, "{}", metrics.text());
    }
    world.stop().await
}
