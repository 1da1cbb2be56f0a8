//! Keys of one provider that take turns: one that is refused is left alone, and no client notices.
//!
//! The first provider has three keys, a second one of its own stands behind it. What was sent with which key is in the metrics,
//! since the mocks tell no key. Must not know how a key is chosen.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::client::{self, Client, Reply};
use tests::manifest::{documents, gateway, route};
use tests::world::World;
use tests::{deadline, port};

use super::account::Metrics;
use super::ask::{Answer, Format, Question};
use super::mock::Mock;
use super::models::service;
use super::told::{At, Told};

const BACKEND: &str = "backend/default/pooled";
const SECRETS: [&str; 3] = ["key-a", "key-b", "key-c"];
const RIGHT: &str = "sk-that-is-right";
const WRONG: &str = "sk-that-is-wrong";

/// Both planes and the two mocks.
struct Stage {
    world: World,
    port: u16,
    first: Mock,
    second: Mock,
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

fn secrets(keys: [&str; 3]) -> String {
    let secrets = SECRETS.iter().zip(keys);
    let secrets: Vec<String> = secrets.map(|(name, key)| secret(name, key)).collect();
    documents(&secrets)
}

fn manifests(ports: [u16; 2], policies: &str) -> String {
    let [first, second] = ports;
    let references = SECRETS.map(|name| format!("{{secretRef: {{name: {name}}}}}"));
    documents(&[
        format!(
            "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: pooled}}
spec:
  ai:
    groups:
    - providers: [{{name: first, openai: {{model: gpt-x}}, host: 127.0.0.1, port: {first}{policies}}}]
    - providers: [{{name: second, openai: {{model: gpt-y}}, host: 127.0.0.1, port: {second}}}]
"
        ),
        format!(
            "apiVersion: tidegate.dev/v1alpha1
kind: TidegatePolicy
metadata: {{name: pool}}
spec:
  targetRefs: [{{group: agentgateway.dev, kind: AgentgatewayBackend, name: pooled, sectionName: first}}]
  backend: {{ai: {{keys: [{}]}}}}
",
            references.join(", ")
        ),
        route("pooled", "/pooled", "pooled"),
    ])
}

// === impl Stage ===

impl Stage {
    async fn start(flags: &[&str], keys: [&str; 3], policies: &str) -> Result<Stage> {
        let first = Mock::start(&[&["--base-path", "/v1"][..], flags].concat()).await?;
        let second = Mock::start(&["--base-path", "/v1"]).await?;
        let port = port::free()?;
        let mut world = World::up(&[
            ("gateway.yaml", gateway(port)),
            ("keys.yaml", secrets(keys)),
            (
                "pooled.yaml",
                manifests([first.port(), second.port()], policies),
            ),
            ("ready.yaml", route("ready", "/ready", "absent")),
        ])?;
        // The route whose backend is missing says that all are there.
        world.until_status(port, "http://a.test/ready", 500).await?;
        Ok(Stage {
            world,
            port,
            first,
            second,
        })
    }

    async fn send(&self, answer: Answer) -> Result<Reply> {
        let question = Question {
            format: Format::Chat,
            answer,
            model: "any",
            said: "hello",
        };
        Client::http1(self.port)
            .send(question.request("pooled")?)
            .await
    }

    /// Asks in both ways; nobody may notice anything.
    async fn ask(&self, questions: u32) -> Result<()> {
        for number in 0..questions {
            let answer = match number % 2 {
                0 => Answer::Collected,
                _ => Answer::Streamed,
            };
            let reply = self.send(answer).await?;
            let told = Told::read(Format::Chat, answer, &reply)?;
            ensure!(told.is_whole(), "{told:?}");
        }
        Ok(())
    }

    async fn count(&self, name: &str, labels: &[(&str, &str)]) -> Result<u64> {
        let mut labels = labels.to_vec();
        labels.push(("backend", BACKEND));
        let name = format!("tidegate_proxy_llm_{name}");
        Metrics::scrape(&self.world).await?.sum(&name, &labels)
    }

    /// Attempts with each key; a stream is counted a moment after its end.
    async fn until_sent_with(&self, expected: [u64; 3]) -> Result<()> {
        deadline::until("attempts with each key", deadline::SOON, || async {
            let counts = self.with_each_key().await?;
            ensure!(counts == expected, "{counts:?}");
            Ok(())
        })
        .await
    }

    async fn with_each_key(&self) -> Result<Vec<u64>> {
        let mut counts = Vec::new();
        for secret in SECRETS {
            let key = format!("secret/default/{secret}/Authorization");
            counts.push(self.count("key_attempts_total", &[("key", &key)]).await?);
        }
        Ok(counts)
    }

    /// States of the keys in the dump, in the order of their names.
    async fn states(&self) -> Result<Vec<String>> {
        let socket = self.world.run_dir().join("proxy-default.gateway.sock");
        let reply = client::get_over_unix(&socket, "/config_dump").await?;
        let dump: Value = serde_json::from_str(&reply.text()).context("the dump")?;
        ensure!(!reply.text().contains(RIGHT), "a key can be read");
        let keys = dump.at("/keys").as_array().context("no keys")?;
        let state = |key: &Value| key.at("/state").as_str().map(str::to_owned);
        keys.iter()
            .map(|key| state(key).context("no state"))
            .collect()
    }

    async fn until_states(&self, expected: [&str; 3]) -> Result<()> {
        deadline::until("the states of keys", deadline::SOON, || async {
            let states = self.states().await?;
            ensure!(states == expected, "{states:?}");
            Ok(())
        })
        .await
    }

    /// The first provider was never left.
    async fn nobody_else_was_asked(&self) -> Result<()> {
        ensure!(self.second.requests().await? == 0, "the second was asked");
        ensure!(self.count("evictions_total", &[]).await? == 0, "evicted");
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_take_turns_and_a_busy_one_is_left_alone() -> Result<()> {
    let stage = Stage::start(&["--require-key", RIGHT], [RIGHT; 3], "").await?;
    stage.ask(9).await?;
    stage.until_sent_with([3, 3, 3]).await?;
    // Whose turn it is gets 429; the client does not.
    stage.first.script(&["fail-429.retry-after-60"]).await?;
    stage.ask(1).await?;
    stage.until_states(["ejected", "well", "well"]).await?;
    stage.until_sent_with([4, 4, 3]).await?;
    stage.ask(6).await?;
    stage.until_sent_with([4, 7, 6]).await?;
    stage.nobody_else_was_asked().await?;
    let ejected = [("key", "secret/default/key-a/Authorization")];
    ensure!(stage.count("key_ejections_total", &ejected).await? == 1);
    ensure!(stage.count("keys_ejected", &ejected).await? == 1);
    ensure!(stage.count("keys_ejected", &[]).await? == 1);
    let told = stage.world.tidegate(&["status"]).await?;
    let status = String::from_utf8_lossy(&told.stdout).into_owned();
    for words in ["KEYS OUT", "1 of 3", BACKEND, "default/key-a "] {
        ensure!(status.contains(words), "{words}: {status}");
    }
    ensure!(!status.contains("key-b"), "{status}");
    ensure!(!status.contains(RIGHT), "a key can be read");
    // A stream that begins with an error of that kind is the key's too, and an error of another kind is not.
    stage.first.script(&["fail-503"]).await?;
    stage.ask(1).await?;
    ensure!(stage.second.requests().await? == 1);
    stage.until_states(["ejected", "well", "well"]).await?;
    let seen = stage.world.log();
    ensure!(!seen.contains(RIGHT), "a key is in the log");
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_key_saves_an_answer_that_begins_with_a_refusal() -> Result<()> {
    let stage = Stage::start(&[], [RIGHT, "sk-2", "sk-3"], "").await?;
    // Nobody stands behind the provider: its other keys are all there is.
    let pooled = manifests([stage.first.port(), stage.second.port()], "");
    let lone = pooled
        .lines()
        .filter(|line| !line.contains("name: second"))
        .collect::<Vec<_>>()
        .join("\n");
    stage.world.write("pooled.yaml", &lone)?;
    deadline::until("one provider", deadline::SOON, || async {
        let socket = stage.world.run_dir().join("proxy-default.gateway.sock");
        let reply = client::get_over_unix(&socket, "/config_dump").await?;
        ensure!(!reply.text().contains("\"second\""), "two providers");
        Ok(())
    })
    .await?;
    let refused = ["error-first.as-429", "error-in-200.as-429"];
    for (mode, answer) in refused
        .into_iter()
        .zip([Answer::Streamed, Answer::Collected])
    {
        stage.first.script(&[mode]).await?;
        let reply = stage.send(answer).await?;
        let told = Told::read(Format::Chat, answer, &reply)?;
        ensure!(told.is_whole(), "{mode}: {told:?}");
    }
    // The third key's turn came once more as the others' second.
    stage.until_sent_with([1, 1, 2]).await?;
    stage.until_states(["ejected", "ejected", "well"]).await?;
    ensure!(stage.second.requests().await? == 0, "the second was asked");
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn with_all_keys_out_the_next_provider_is_asked() -> Result<()> {
    let stage = Stage::start(&[], [RIGHT, "sk-2", "sk-3"], "").await?;
    stage.first.script(&["fail-429.retry-after-60"; 3]).await?;
    stage.ask(1).await?;
    stage.until_sent_with([1, 1, 1]).await?;
    ensure!(stage.first.requests().await? == 3 && stage.second.requests().await? == 1);
    stage.until_states(["ejected"; 3]).await?;
    // It counts as evicted, for as long as the first of them.
    stage.ask(4).await?;
    ensure!(stage.first.requests().await? == 3 && stage.second.requests().await? == 5);
    let first = [("provider", "first")];
    ensure!(stage.count("evictions_total", &first).await? == 1);
    ensure!(stage.count("panic_picks_total", &[]).await? == 0);
    // A new key in one of the Secrets, and it is back.
    let keys = secrets([RIGHT, "sk-new", "sk-3"]);
    stage.world.write("keys.yaml", &keys)?;
    stage.until_states(["ejected", "well", "ejected"]).await?;
    stage.ask(2).await?;
    stage.until_sent_with([1, 3, 1]).await?;
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_is_out_until_it_is_another() -> Result<()> {
    let stage = Stage::start(&["--require-key", RIGHT], [RIGHT, WRONG, RIGHT], "").await?;
    stage.ask(6).await?;
    stage.until_sent_with([4, 1, 2]).await?;
    stage.until_states(["well", "ejected", "well"]).await?;
    stage.nobody_else_was_asked().await?;
    stage.world.write("keys.yaml", &secrets([RIGHT; 3]))?;
    stage.until_states(["well"; 3]).await?;
    stage.ask(3).await?;
    stage.until_sent_with([5, 2, 3]).await?;
    // A Secret that goes leaves the others.
    let two = [secret("key-a", RIGHT), secret("key-b", RIGHT)];
    stage.world.write("keys.yaml", &documents(&two))?;
    deadline::until("a key less", deadline::SOON, || async {
        let states = stage.states().await?;
        ensure!(states == ["well", "well"], "{states:?}");
        Ok(())
    })
    .await?;
    stage.ask(4).await?;
    stage.nobody_else_was_asked().await?;
    let told = stage.world.tidegate(&["status", "--all"]).await?;
    let status = String::from_utf8_lossy(&told.stdout).into_owned();
    let words = "spec.backend.ai.keys[2].secretRef: Secret default/key-c does not exist";
    ensure!(status.contains(words), "{status}");
    ensure!(!status.contains(RIGHT), "a key can be read");
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_go_where_the_providers_own_would() -> Result<()> {
    let policies = format!(
        ", policies: {{auth: {{key: {WRONG}, location: {{header: {{name: x-own-key, prefix: 'Key '}}}}}}}}"
    );
    let stage = Stage::start(&[], [RIGHT; 3], &policies).await?;
    stage.ask(2).await?;
    let headers = stage.first.last_request().await?.at("/headers").clone();
    ensure!(
        headers.to_string().contains(&format!("Key {RIGHT}")),
        "{headers}"
    );
    let asked = [
        "explain",
        "request",
        "--host",
        "a.test",
        "--path",
        "/pooled/v1/chat/completions",
    ];
    let told = String::from_utf8(stage.world.tidegate(&asked).await?.stdout)?;
    let words =
        "keys in turn: secret/default/key-a/Authorization, secret/default/key-b/Authorization";
    ensure!(told.contains(words), "{told}");
    ensure!(!told.contains(RIGHT), "a key can be read");
    stage.world.stop().await
}

/// A model with keys and a list of its own, and one that leads to it.
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
metadata: {name: any}
spec:
  parentRefs: [{name: gateway}]
  match: {model: gpt-*}
  provider: Custom
  custom: {backendRef: {name: mock, port: 80}, formats: [{type: Completions}]}
---
apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayModel
metadata: {name: safe}
spec:
  parentRefs: [{name: gateway}]
  virtualModel: {failover: {targets: [{modelRef: {name: any}, model: gpt-4o, priority: 0}]}}
---
apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayModel
metadata: {name: closed}
spec:
  parentRefs: [{name: gateway}]
  virtualModel: {weighted: {targets: [{modelRef: {name: any}, model: gpt-4o}]}}
---
apiVersion: tidegate.dev/v1alpha1
kind: TidegatePolicy
metadata: {name: any}
spec:
  targetRefs: [{group: agentgateway.dev, kind: AgentgatewayModel, name: any}]
  backend:
    ai:
      allowedModels: [{names: [gpt-4o]}]
      keys: [{secretRef: {name: key-a}}, {secretRef: {name: key-b}}, {secretRef: {name: key-c}}]
---
apiVersion: tidegate.dev/v1alpha1
kind: TidegatePolicy
metadata: {name: closed}
spec:
  targetRefs: [{group: agentgateway.dev, kind: AgentgatewayModel, name: closed}]
  backend: {ai: {allowedModels: [{names: ['*']}]}}
";

#[tokio::test(flavor = "multi_thread")]
async fn models_have_keys_and_lists_too() -> Result<()> {
    let mock = Mock::start(&["--base-path", "/v1", "--require-key", RIGHT]).await?;
    let port = port::free()?;
    let models = MODELS.replace("LISTEN", &port.to_string());
    let files = [
        ("mock.yaml", service("mock", mock.port())),
        ("keys.yaml", secrets([WRONG, RIGHT, RIGHT])),
        ("models.yaml", models),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ];
    let mut world = World::up(&files)?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    let ask = |model: &'static str| async move {
        let body = json!({"model": model, "messages": [{"role": "user", "content": "hello"}]});
        let headers = [("content-type", "application/json")];
        let url = "http://a.test/v1/chat/completions";
        let asked = client::request("POST", url, &headers, &body.to_string())?;
        let reply = Client::http1(port).send(asked).await?;
        anyhow::Ok((reply.status.as_u16(), reply.text()))
    };
    for (model, status) in [
        ("gpt-4o", 200),
        ("gpt-4o", 200),
        ("gpt-5", 403),
        ("safe", 200),
        ("safe", 200),
        // Its list cannot be enforced there, so that nobody gets through.
        ("closed", 503),
    ] {
        let (found, text) = ask(model).await?;
        ensure!(found == status, "{model}: {found} {text}");
    }
    // The wrong key was sent once by each of the two backends.
    ensure!(mock.requests().await? == 6);
    let metrics = Metrics::scrape(&world).await?;
    for backend in ["any", "safe"] {
        let backend = format!("model/default/{backend}");
        let labels = [
            ("backend", backend.as_str()),
            ("key", "secret/default/key-a/Authorization"),
        ];
        let count = metrics.sum("tidegate_proxy_llm_key_ejections_total", &labels)?;
        ensure!(count == 1, "{backend}: {count}");
    }
    world.stop().await
}
