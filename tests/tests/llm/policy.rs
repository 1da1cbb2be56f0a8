//! What an operator wants of requests, as the provider gets them: members, prompts, names of models, other paths.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::client::{Client, request};
use tests::manifest::gateway;
use tests::port;
use tests::world::World;

use super::mock::{KEY, Mock};

/// The route is that of KubeLB's tutorial, whose clients ask at `/openai` and name no model.
fn manifest(port: u16) -> String {
    format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: openai}}
spec:
  ai:
    groups:
    - providers:
      - name: one
        openai: {{model: gpt-3.5-turbo}}
        host: 127.0.0.1
        port: {port}
        policies:
          ai:
            overrides: [{{field: temperature, value: 0.25}}]
            modelAliases: {{\"gpt-3.5-*\": gpt-4o-mini}}
            prompt: {{prepend: [{{role: system, content: Be brief.}}]}}
  policies:
    auth: {{key: {KEY}}}
    ai:
      defaults: [{{field: max_tokens, value: 100}}, {{field: user, value: nobody}}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: openai}}
spec:
  parentRefs: [{{name: gateway}}]
  rules:
  - matches: [{{path: {{type: PathPrefix, value: /openai}}}}]
    filters: [{{type: URLRewrite, urlRewrite: {{path: {{type: ReplaceFullPath, replaceFullPath: /v1/chat/completions}}}}}}]
    backendRefs: [{{group: agentgateway.dev, kind: AgentgatewayBackend, name: openai}}]
"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_gets_what_the_policy_says() -> Result<()> {
    let mock = Mock::start(&["--base-path", "/v1", "--require-key", KEY]).await?;
    let port = port::free()?;
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        ("openai.yaml", manifest(mock.port())),
    ])?;
    world
        .until_status(port, "http://a.test/nowhere", 404)
        .await?;
    let asked = json!({
        "messages": [{"role": "user", "content": "Hello, how are you?"}],
        "temperature": 1,
        "user": "alice",
    });
    let kind = [("content-type", "application/json")];
    let asked = request("POST", "http://a.test/openai", &kind, &asked.to_string())?;
    let reply = Client::http1(port).send(asked).await?;
    ensure!(reply.status == 200, "{}", reply.text());
    let answer: Value = serde_json::from_slice(&reply.body).context("an answer")?;
    ensure!(answer["model"] == "gpt-4o-mini", "{answer}");
    let sent = mock.last_body().await?;
    let expected = json!({
        "model": "gpt-4o-mini",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hello, how are you?"},
        ],
        "temperature": 0.25,
        "max_tokens": 100,
        "user": "alice",
    });
    ensure!(sent == expected, "{sent}");
    world.stop().await
}
