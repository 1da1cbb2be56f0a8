//! Requests that belong together go to the same provider of a group.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::client::{Client, Reply, request};
use tests::manifest::{documents, gateway, route};
use tests::port;
use tests::world::World;

use super::mock::{KEY, Mock};

const PROVIDERS: usize = 3;

struct Stage {
    world: World,
    port: u16,
    mocks: Vec<Mock>,
}

fn manifests(mocks: &[Mock]) -> String {
    let providers: String = mocks
        .iter()
        .enumerate()
        .map(|(index, mock)| {
            let port = mock.port();
            format!(
                "      - {{name: p{index}, openai: {{model: gpt-x}}, host: 127.0.0.1, port: {port}}}\n"
            )
        })
        .collect();
    let policy = |name: &str, target: &str, affinity: &str| {
        format!(
            "apiVersion: tidegate.dev/v1alpha1
kind: TidegatePolicy
metadata: {{name: {name}}}
spec:
  targetRefs: [{target}]
  backend: {{ai: {{affinity: {affinity}}}}}
"
        )
    };
    documents(&[
        format!(
            "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: assistant}}
spec:
  ai:
    groups:
    - providers:
{providers}  policies:
    auth: {{key: {KEY}}}
    ai:
      promptCaching: {{}}
      promptGuard: {{request: [{{regex: {{action: Mask, builtins: [Email]}}}}]}}
"
        ),
        policy(
            "of-all",
            "{group: agentgateway.dev, kind: AgentgatewayBackend, name: assistant}",
            "{}",
        ),
        // The nearer level counts.
        policy(
            "of-users",
            "{group: gateway.networking.k8s.io, kind: HTTPRoute, name: users}",
            "{key: 'request.headers[\"x-user\"]'}",
        ),
        route("prompts", "/prompts", "assistant"),
        route("users", "/users", "assistant"),
    ])
}

// === impl Stage ===

impl Stage {
    async fn start() -> Result<Stage> {
        let flags = ["--base-path", "/v1", "--require-key", KEY];
        let mut mocks = Vec::new();
        for _ in 0..PROVIDERS {
            mocks.push(Mock::start(&flags).await?);
        }
        let port = port::free()?;
        let mut world = World::up(&[
            ("gateway.yaml", gateway(port)),
            ("assistant.yaml", manifests(&mocks)),
            ("ready.yaml", route("ready", "/ready", "absent")),
        ])?;
        world.until_status(port, "http://a.test/ready", 500).await?;
        Ok(Stage { world, port, mocks })
    }

    /// Asks and tells which provider answered.
    async fn ask(&self, route: &str, user: Option<&str>, messages: &Value) -> Result<usize> {
        let before = self.seen().await?;
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(user.map(|user| ("x-user", user)));
        let url = format!("http://a.test/{route}/v1/chat/completions");
        let body = json!({"model": "m", "messages": messages}).to_string();
        let asked = request("POST", &url, &headers, &body)?;
        let reply: Reply = Client::http1(self.port).send(asked).await?;
        ensure!(reply.status == 200, "{}", reply.text());
        let after = self.seen().await?;
        let mut pairs = before.iter().zip(&after);
        let served = pairs.position(|(before, after)| before != after);
        served.context("nobody was asked")
    }

    /// The key by which the provider that was asked last finds what it kept.
    async fn cache_key(&self, provider: usize) -> Result<String> {
        let mock = self.mocks.get(provider).context("no such provider")?;
        let body = mock.last_body().await?;
        let key = body.get("prompt_cache_key").and_then(Value::as_str);
        Ok(key.with_context(|| format!("no key in {body}"))?.to_owned())
    }

    async fn seen(&self) -> Result<Vec<u64>> {
        let mut seen = Vec::new();
        for mock in &self.mocks {
            seen.push(mock.requests().await?);
        }
        Ok(seen)
    }
}

fn user(content: &str) -> Value {
    json!({"role": "user", "content": content})
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_together_stays_together() -> Result<()> {
    let stage = Stage::start().await?;
    let mut of_prompts = std::collections::BTreeSet::new();
    let mut of_users = std::collections::BTreeSet::new();
    let mut keys = std::collections::BTreeSet::new();
    for number in 0..12 {
        // A conversation goes on where it began.
        let first = user(&format!("question {number}"));
        let begun = stage.ask("prompts", None, &json!([first])).await?;
        let key = stage.cache_key(begun).await?;
        ensure!(key.len() == 16 && !key.contains("question"), "{key}");
        let said = json!({"role": "assistant", "content": "well"});
        for next in ["why?", "and then?"] {
            let longer = json!([first, said, user(next)]);
            let served = stage.ask("prompts", None, &longer).await?;
            ensure!(served == begun, "question {number}: {begun}, then {served}");
            let next = stage.cache_key(served).await?;
            ensure!(next == key, "question {number}: {key}, then {next}");
        }
        ensure!(keys.insert(key), "another conversation had it");
        of_prompts.insert(begun);
        // A user has one, whatever is asked.
        let name = format!("user-{number}");
        let served = stage.ask("users", Some(&name), &json!([first])).await?;
        for other in ["one", "another"] {
            let again = stage
                .ask("users", Some(&name), &json!([user(other)]))
                .await?;
            ensure!(again == served, "{name}: {served}, then {again}");
        }
        of_users.insert(served);
    }
    // What guards take away is in no key that a provider gets.
    let mut masked = std::collections::BTreeSet::new();
    for address in ["ann@example.org", "bob@example.com"] {
        let first = user(&format!("I am {address}"));
        let served = stage.ask("prompts", None, &json!([first])).await?;
        masked.insert(stage.cache_key(served).await?);
    }
    ensure!(masked.len() == 1, "{masked:?}");
    for providers in [of_prompts, of_users] {
        ensure!(providers.len() > 1, "all went to one: {providers:?}");
    }
    let told = stage
        .world
        .tidegate(&[
            "explain",
            "request",
            "--host",
            "a.test",
            "--path",
            "/users/v1/chat/completions",
        ])
        .await?;
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    let words = r#"one provider for each request.headers["x-user"]"#;
    ensure!(told.contains(words), "{told}");
    stage.world.stop().await
}
