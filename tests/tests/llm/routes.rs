//! What ends of paths stand for where an operator says it, end to end: in a backend, in a policy, and neither.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tests::client::{Client, Reply, request};
use tests::manifest::gateway;
use tests::port;
use tests::world::World;

use super::mock::{KEY, Mock};

fn manifest(port: u16) -> String {
    format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: openai}}
spec:
  ai:
    provider:
      custom:
        formats: [{{type: Completions, path: /v1/chat/completions}}, {{type: Embeddings, path: /v1/embeddings}}]
      host: 127.0.0.1
      port: {port}
  policies:
    auth: {{key: {KEY}}}
    ai:
      routes:
        /ask: Completions
        /own/vectors: Embeddings
        /which: Models
        /v1/moderations: Passthrough
---
apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayPolicy
metadata: {{name: rest}}
spec:
  targetRefs: [{{group: gateway.networking.k8s.io, kind: HTTPRoute, name: openai}}]
  backend:
    ai:
      routes: {{\"*\": Passthrough, /ask: Messages, /own/said: Messages}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: openai}}
spec:
  parentRefs: [{{name: gateway}}]
  rules:
  - backendRefs: [{{group: agentgateway.dev, kind: AgentgatewayBackend, name: openai}}]
"
    )
}

async fn ask(port: u16, (method, path): (&str, &str), body: &Value) -> Result<Reply> {
    let kind = [("content-type", "application/json")];
    let asked = request(
        method,
        &format!("http://a.test{path}"),
        &kind,
        &body.to_string(),
    )?;
    Client::http1(port).send(asked).await
}

#[tokio::test(flavor = "multi_thread")]
async fn ends_of_paths_stand_for_what_is_configured() -> Result<()> {
    let mock = Mock::start(&["--base-path", "/v1", "--require-key", KEY]).await?;
    let port = port::free()?;
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        ("openai.yaml", manifest(mock.port())),
    ])?;
    let turn = json!({"model": "gpt-x", "messages": [{"role": "user", "content": "hello tide"}], "max_tokens": 9});
    world.until_status(port, "http://a.test/which", 200).await?;
    // The backend's own word wins over the route's.
    let reply = ask(port, ("POST", "/team/ask"), &turn).await?;
    ensure!(
        reply.status == 200 && reply.text().contains("chat.completion"),
        "{reply:?}"
    );
    // What only the route's policy names is there beside it.
    let reply = ask(port, ("POST", "/own/said"), &turn).await?;
    ensure!(
        reply.status == 200 && reply.text().contains("\"type\":\"message\""),
        "{reply:?}"
    );
    let vectors = json!({"model": "embed-x", "input": "one"});
    let reply = ask(port, ("POST", "/own/vectors"), &vectors).await?;
    ensure!(
        reply.status == 200 && reply.text().contains("embedding"),
        "{reply:?}"
    );
    // The built-in table holds for what nobody names.
    let reply = ask(port, ("POST", "/v1/chat/completions"), &turn).await?;
    ensure!(reply.status == 200, "{reply:?}");
    let judged = json!({"model": "judge", "input": "a"});
    let reply = ask(port, ("POST", "/v1/moderations"), &judged).await?;
    ensure!(
        reply.status == 200 && mock.last_body().await? == judged,
        "{reply:?}"
    );
    // And whatever else there is passes, as the mock has it: it knows no such path.
    let reply = ask(port, ("POST", "/v1/own"), &judged).await?;
    ensure!(
        reply.status == 404 && reply.text().contains("Unknown request URL"),
        "{reply:?}"
    );
    world.stop().await
}
