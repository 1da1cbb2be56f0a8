//! What an AgentgatewayPolicy gives providers: credential, health and time limit, below what the backend says itself.
//!
//! Each mock takes one key only, so that an answer tells whose key was sent. Must not know how levels are joined.

use anyhow::{Result, ensure};
use serde_json::json;
use tests::client::{Client, Reply, request};
use tests::manifest::{documents, gateway, route};
use tests::port;
use tests::world::World;

use super::mock::Mock;

const GROUP: &str = "group: agentgateway.dev, kind: AgentgatewayBackend";

fn backend(name: &str, providers: &[(&str, u16, &str)]) -> String {
    let groups = providers.iter().map(|(name, port, policies)| {
        format!(
            "    - providers: [{{name: {name}, openai: {{model: gpt-x}}, host: 127.0.0.1, port: {port}{policies}}}]\n"
        )
    });
    format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: {name}}}
spec:
  ai:
    groups:
{}",
        groups.collect::<String>()
    )
}

fn policy(name: &str, target: &str, given: &str) -> String {
    format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayPolicy
metadata: {{name: {name}}}
spec:
  targetRefs: [{{{target}}}]
  backend: {{{given}}}
"
    )
}

fn secret(name: &str, key: &str) -> String {
    format!(
        "apiVersion: v1
kind: Secret
metadata: {{name: {name}}}
stringData: {{Authorization: {key}}}
"
    )
}

/// The whole backend has a key, a judgement and a limit; the second provider another key, and the third its own.
fn policies() -> String {
    let health = "health: {unhealthyCondition: response.code == 404, eviction: {duration: 1s}}";
    documents(&[
        policy(
            "whole",
            &format!("{GROUP}, name: three"),
            &format!(
                "auth: {{secretRef: {{name: whole}}}}, {health}, http: {{requestTimeout: 1s}}"
            ),
        ),
        policy(
            "second",
            &format!("{GROUP}, name: three, sectionName: second"),
            "auth: {secretRef: {name: second}}, http: {requestTimeout: 100s}",
        ),
    ])
}

async fn ask(port: u16, at: &str) -> Result<Reply> {
    let body = json!({"model": "any", "messages": [{"role": "user", "content": "Hello"}]});
    let url = format!("http://a.test/{at}/v1/chat/completions");
    let headers = [("content-type", "application/json")];
    let asked = request("POST", &url, &headers, &body.to_string())?;
    Client::http1(port).send(asked).await
}

/// Requests that reached each mock.
async fn seen(mocks: &[Mock; 3]) -> Result<[u64; 3]> {
    let [first, second, third] = mocks;
    Ok([
        first.requests().await?,
        second.requests().await?,
        third.requests().await?,
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn providers_are_given_what_policies_say() -> Result<()> {
    let mock = async |key: &str| Mock::start(&["--base-path", "/v1", "--require-key", key]).await;
    let mocks = [
        mock("sk-whole").await?,
        mock("sk-second").await?,
        mock("sk-third").await?,
    ];
    let [first, second, third] = &mocks;
    let port = port::free()?;
    let providers = [
        ("first", first.port(), ""),
        ("second", second.port(), ""),
        ("third", third.port(), ", policies: {auth: {key: sk-third}}"),
    ];
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        ("three.yaml", backend("three", &providers)),
        ("route.yaml", route("three", "/three", "three")),
        ("policies.yaml", policies()),
        (
            "secrets.yaml",
            documents(&[secret("whole", "sk-whole"), secret("second", "sk-second")]),
        ),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ])?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    let reply = ask(port, "three").await?;
    ensure!(reply.status == 200, "{}: {}", reply.status, reply.text());
    ensure!(
        seen(&mocks).await? == [1, 0, 0],
        "{:?}",
        seen(&mocks).await?
    );
    // 404 is no failure but for the policy's judgement, and the second has a key of its own; the third has what it says itself.
    first.script(&["fail-404"]).await?;
    second.script(&["fail-404"]).await?;
    let reply = ask(port, "three").await?;
    ensure!(reply.status == 200, "{}: {}", reply.status, reply.text());
    ensure!(
        seen(&mocks).await? == [2, 1, 1],
        "{:?}",
        seen(&mocks).await?
    );
    // The first one has the policy's second, and the second answers.
    world
        .until("the first is asked again", || async {
            let before = first.requests().await?;
            let reply = ask(port, "three").await?;
            ensure!(reply.status == 200, "{}: {}", reply.status, reply.text());
            ensure!(first.requests().await? > before, "it is out");
            Ok(())
        })
        .await?;
    first.script(&["hang"]).await?;
    let second_before = second.requests().await?;
    let reply = ask(port, "three").await?;
    ensure!(reply.status == 200, "{}: {}", reply.status, reply.text());
    ensure!(second.requests().await? == second_before + 1);
    // An edit of the Secret is in effect without one of the policy: the second refuses a wrong key with the mock's words.
    let wrong = [secret("whole", "sk-whole"), secret("second", "sk-wrong")];
    world.write("secrets.yaml", &documents(&wrong))?;
    world.remove("three.yaml")?;
    world.write("two.yaml", &backend("three", &providers[1..2]))?;
    world
        .until("the other key", || async {
            let reply = ask(port, "three").await?;
            ensure!(reply.status == 401, "{}: {}", reply.status, reply.text());
            Ok(())
        })
        .await?;
    world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_policy_cannot_give_is_told_and_refuses() -> Result<()> {
    let mock = Mock::start(&["--base-path", "/v1"]).await?;
    let port = port::free()?;
    let providers = [("only", mock.port(), "")];
    let target = |name: &str| format!("{GROUP}, name: {name}");
    let of_route = "group: gateway.networking.k8s.io, kind: HTTPRoute, name: routed";
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        (
            "backends.yaml",
            documents(&[
                backend("keyless", &providers),
                backend("routed", &providers),
                backend("plain", &providers),
            ]),
        ),
        (
            "routes.yaml",
            documents(&[
                route("keyless", "/keyless", "keyless"),
                route("routed", "/routed", "routed"),
                route("plain", "/plain", "plain"),
            ]),
        ),
        (
            "policies.yaml",
            documents(&[
                policy(
                    "keyless",
                    &target("keyless"),
                    "auth: {secretRef: {name: nowhere}}",
                ),
                policy("routed", of_route, "auth: {key: sk-x}"),
                policy(
                    "idle",
                    "group: gateway.networking.k8s.io, kind: HTTPRoute, name: plain",
                    "http: {requestTimeout: 1s}",
                ),
            ]),
        ),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ])?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    for at in ["keyless", "routed"] {
        let reply = ask(port, at).await?;
        ensure!(reply.status == 503, "{at}: {}", reply.text());
    }
    ensure!(mock.requests().await? == 0, "something was sent");
    // What protects nothing is told, and refuses nothing.
    let reply = ask(port, "plain").await?;
    ensure!(reply.status == 200, "{}", reply.text());
    let status = world.tidegate(&["status"]).await?;
    let status = String::from_utf8_lossy(&status.stdout).into_owned();
    for words in [
        "spec.backend.auth.secretRef: Secret default/nowhere does not exist",
        "spec.backend.auth is for AgentgatewayBackends of type ai and their providers",
        "spec.backend.http: no effect at",
    ] {
        ensure!(status.contains(words), "{words}: {status}");
    }
    world.stop().await
}
