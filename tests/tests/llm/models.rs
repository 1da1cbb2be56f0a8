//! Routing by model: the page of the guide, over mocks in the places of its providers.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::client::{Client, Reply, request};
use tests::manifest::{documents, route};
use tests::port;
use tests::world::World;

use super::account::Metrics;
use super::ask::{Answer, Format, Question};
use super::mock::Mock;
use super::page;
use super::sdk;
use super::told::{At, Told};

const PAGE: &str = "docs/guide/llm-models.md";
const QUESTIONS: usize = 120;

/// OpenAI's and Anthropic's mock, and the gateway in front.
struct Stage {
    world: World,
    port: u16,
    openai: Mock,
    anthropic: Mock,
}

/// A backend of which a list of models is asked, beside the page's objects.
const PINNED: &str = "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {name: pinned}
spec:
  ai:
    groups:
    - providers:
      - {name: a, openai: {model: gpt-pinned}}
      - {name: b, openai: {}, policies: {ai: {modelAliases: {quick: gpt-4o, \"o*\": gpt-5}}}}
";

/// A backend that names no model, and what policies of others say of it.
const SET: &str = "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {name: set}
spec: {ai: {provider: {openai: {}}}}
---
apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayPolicy
metadata: {name: set}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: set}]
  backend: {ai: {modelAliases: {nimble: gpt-4o}}}
";

/// The Service of a mock.
pub(super) fn service(name: &str, port: u16) -> String {
    format!(
        "apiVersion: v1
kind: Service
metadata: {{name: {name}}}
spec: {{ports: [{{name: http, port: 80}}]}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: {name}-1, labels: {{kubernetes.io/service-name: {name}}}}}
addressType: IPv4
ports: [{{name: http, port: {port}}}]
endpoints: [{{addresses: [127.0.0.1]}}]
"
    )
}

/// The page's objects, with mocks in the places of vendors.
fn manifests(port: u16) -> Result<Vec<Value>> {
    let mut documents = page::documents(PAGE)?;
    page::here(&mut documents, port, |_| None)?;
    for document in &mut documents {
        let (name, format) = match document.at("/spec/provider").as_str() {
            Some("OpenAI") => ("openai", "Completions"),
            Some("Anthropic") => ("anthropic", "Messages"),
            Some(_) | None => continue,
        };
        let spec = document.pointer_mut("/spec").and_then(Value::as_object_mut);
        let spec = spec.context("no spec")?;
        spec.insert("provider".to_owned(), json!("Custom"));
        let custom =
            json!({"backendRef": {"name": name, "port": 80}, "formats": [{"type": format}]});
        spec.insert("custom".to_owned(), custom);
    }
    Ok(documents)
}

// === impl Stage ===

impl Stage {
    async fn start() -> Result<Stage> {
        let openai = Mock::start(&["--base-path", "/v1", "--require-key", "sk-of-openai"]).await?;
        let anthropic =
            Mock::start(&["--base-path", "/v1", "--require-key", "sk-of-anthropic"]).await?;
        let port = port::free()?;
        let services = [
            service("openai", openai.port()),
            service("anthropic", anthropic.port()),
        ];
        let mut world = World::up(&[
            ("page.yaml", page::file(&manifests(port)?)),
            ("services.yaml", documents(&services)),
            (
                "pinned.yaml",
                documents(&[
                    PINNED.to_owned(),
                    route("pinned", "/pinned", "pinned"),
                    SET.to_owned(),
                    route("set", "/set", "set"),
                ]),
            ),
            ("ready.yaml", route("ready", "/ready", "absent")),
        ])?;
        world.until_status(port, "http://a.test/ready", 500).await?;
        Ok(Stage {
            world,
            port,
            openai,
            anthropic,
        })
    }

    /// Asks at a path, and tells the answer's text.
    async fn ask(&self, at: &str, format: Format, model: &str) -> Result<String> {
        let question = Question {
            format,
            answer: Answer::Collected,
            model,
            said: "hello tide",
        };
        let reply = Client::http1(self.port).send(question.request(at)?).await?;
        let told = Told::read(format, Answer::Collected, &reply).context(model.to_owned())?;
        Ok(told.text)
    }

    /// Asks for the model that depends on the request, as a client of a tier, with members beside the usual ones.
    async fn ask_smart(&self, tier: Option<&str>, members: Value) -> Result<Value> {
        let mut body = json!({
            "model": "smart", "max_tokens": 500,
            "messages": [{"role": "user", "content": "hello tide"}],
        });
        if let (Some(body), Value::Object(members)) = (body.as_object_mut(), members) {
            body.extend(members);
        }
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(tier.map(|tier| ("x-tier", tier)));
        let url = "http://a.test/v1/chat/completions";
        let asked = request("POST", url, &headers, &body.to_string())?;
        let reply = Client::http1(self.port).send(asked).await?;
        serde_json::from_slice(&reply.body).context("an answer")
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Result<Reply> {
        let request = request("GET", &format!("http://a.test{path}"), headers, "")?;
        Client::http1(self.port).send(request).await
    }

    async fn list(&self, path: &str, headers: &[(&str, &str)]) -> Result<Value> {
        let reply = self.get(path, headers).await?;
        ensure!(reply.status == 200, "{path}: {}", reply.text());
        serde_json::from_slice(&reply.body).context(path.to_owned())
    }

    async fn seen(&self) -> Result<(u64, u64)> {
        Ok((
            self.openai.requests().await?,
            self.anthropic.requests().await?,
        ))
    }
}

fn ids(list: &Value, member: &str, name: &str) -> Vec<String> {
    let all = list.get(member).and_then(Value::as_array);
    all.into_iter()
        .flatten()
        .filter_map(|one| Some(one.get(name)?.as_str()?.to_owned()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_the_guide_routes_by_model() -> Result<()> {
    let stage = Stage::start().await?;
    for (format, model) in [
        (Format::Chat, "gpt-4o-mini"),
        (Format::Messages, "gpt-4o-mini"),
        (Format::Gemini, "gpt-4o-mini"),
        (Format::Chat, "claude-opus-4-1"),
        (Format::Gemini, "claude-opus-4-1"),
    ] {
        let text = stage.ask("", format, model).await?;
        ensure!(text.contains(&format!("answering as {model}.")), "{text}");
    }
    ensure!(stage.seen().await? == (3, 2), "{:?}", stage.seen().await?);

    // By weight: each target has the name that it is asked for by.
    let mut of_claude = 0;
    for number in 0..QUESTIONS {
        let format = *Format::ALL.get(number % 4).context("a format")?;
        let text = stage.ask("", format, "fast").await?;
        let is_claude = text.contains("answering as claude-haiku-4-5.");
        ensure!(
            is_claude || text.contains("answering as gpt-4o-mini."),
            "{text}"
        );
        of_claude += usize::from(is_claude);
    }
    ensure!((1..QUESTIONS / 2).contains(&of_claude), "{of_claude}");

    // In order: the second when the first fails.
    let text = stage.ask("", Format::Responses, "safe").await?;
    ensure!(text.contains("answering as gpt-4o."), "{text}");
    stage.openai.script(&["fail-500"; 2]).await?;
    let text = stage.ask("", Format::Gemini, "safe").await?;
    ensure!(text.contains("answering as claude-sonnet-4-5."), "{text}");
    stage.openai.script(&[]).await?;

    // By what is asked.
    for (tier, members, expected) in [
        (None, json!({}), "gpt-4o-mini"),
        (Some("gold"), json!({}), "claude-opus-4-1"),
        (Some("tin"), json!({"tools": []}), "gpt-4o-mini"),
        (
            None,
            json!({"tools": [{"type": "function", "function": {"name": "tide"}}]}),
            "claude-opus-4-1",
        ),
    ] {
        let answer = stage.ask_smart(tier, members).await?;
        // The page has answers tell the name that was asked for.
        ensure!(answer.at("/model") == "smart", "{answer}");
        let said = answer.at("/choices/0/message/content").to_string();
        let answering = format!("answering as {expected}.");
        ensure!(said.contains(&answering), "{answer}");
    }

    // A rule of an HTTPRoute has models of its own.
    let text = stage.ask("team", Format::Chat, "team-model").await?;
    ensure!(text.contains("answering as team-model."), "{text}");
    let args = [
        "explain",
        "request",
        "-X",
        "POST",
        "--host",
        "a.test",
        "--path",
        "/v1/messages",
    ];
    let told = stage.world.tidegate(&args).await?;
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    for words in [
        "fast -> weighted gpt-4o-mini 3, claude-haiku-4-5 1",
        "smart -> conditional claude-opus-4-1, else gpt-4o-mini",
        "gpt-4o (internal) ->",
        "claude-* ->",
    ] {
        ensure!(told.contains(words), "{words}: {told}");
    }
    // One name, as the page shows it; the mocks are providers of another kind.
    let args = [&args[..], &["--model", "fast"]].concat();
    let told = stage.world.tidegate(&args).await?;
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    let told = told.replace("(custom)", "(openai)");
    let page = std::fs::read_to_string(tests::binaries::repository(PAGE))?;
    let shown = page.split("--model fast\n...\n").nth(1);
    let shown = shown.and_then(|rest| rest.split("```").next());
    let shown = shown.context("the page does not show it")?;
    let shown = shown.replace("(anthropic)", "(openai)");
    ensure!(told.ends_with(&shown), "{told}");
    stage.world.stop().await
}

/// Without a catalogue.
#[tokio::test(flavor = "multi_thread")]
async fn names_that_models_spell_out_are_labels() -> Result<()> {
    let stage = Stage::start().await?;
    // The last one is a client's own, which only a pattern takes.
    for model in ["gpt-4o-mini", "claude-opus-4-1", "claude-made-up"] {
        stage.ask("", Format::Chat, model).await?;
    }
    for _ in 0..QUESTIONS {
        stage.ask("", Format::Chat, "fast").await?;
    }
    let metrics = Metrics::scrape(&stage.world).await?;
    let requests = |model| {
        let name = "gen_ai_server_request_duration_seconds_count";
        metrics.sum(name, &[("gen_ai_request_model", model)])
    };
    // An exact name, a target by condition, and one by weight.
    for model in ["gpt-4o-mini", "claude-opus-4-1", "claude-haiku-4-5"] {
        ensure!(requests(model)? > 0, "{model}: {}", metrics.text());
    }
    ensure!(requests("_other")? == 1, "{}", metrics.text());
    ensure!(requests("claude-made-up")? == 0);
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_for_clients_is_not_found() -> Result<()> {
    let stage = Stage::start().await?;
    for (at, model) in [
        ("", "gpt-5"),
        // Internal, and of another router.
        ("", "gpt-4o"),
        ("", "team-model"),
        ("team", "gpt-4o-mini"),
    ] {
        for (format, path, expected) in [
            (Format::Chat, "/error/code", "model_not_found"),
            (Format::Messages, "/error/type", "not_found_error"),
            (Format::Gemini, "/error/status", "NOT_FOUND"),
        ] {
            let question = Question {
                format,
                answer: Answer::Streamed,
                model,
                said: "hello",
            };
            let reply = Client::http1(stage.port)
                .send(question.request(at)?)
                .await?;
            let body: Value = serde_json::from_slice(&reply.body).context(model)?;
            ensure!(reply.status == 404, "{model}: {body}");
            ensure!(body.at(path) == expected, "{model}: {body}");
        }
    }
    // Without a name nobody can tell who is meant.
    let headers = [("content-type", "application/json")];
    let url = "http://a.test/v1/chat/completions";
    let nameless = request("POST", url, &headers, r#"{"messages":[]}"#)?;
    let reply = Client::http1(stage.port).send(nameless).await?;
    ensure!(reply.status == 400, "{}", reply.text());
    ensure!(stage.seen().await? == (0, 0), "{:?}", stage.seen().await?);
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_are_told_which_models_there_are() -> Result<()> {
    let stage = Stage::start().await?;
    let all = ["fast", "safe", "smart", "gpt-4o-mini"];
    let openai = stage.list("/v1/models", &[]).await?;
    ensure!(openai.at("/object") == "list", "{openai}");
    ensure!(ids(&openai, "data", "id") == all, "{openai}");
    let version = [("anthropic-version", "2023-06-01")];
    let anthropic = stage.list("/v1/models?limit=20", &version).await?;
    ensure!(ids(&anthropic, "data", "id") == all, "{anthropic}");
    ensure!(anthropic.at("/last_id") == "gpt-4o-mini", "{anthropic}");
    let google = stage.list("/v1beta/models", &[]).await?;
    let names = all.map(|name| format!("models/{name}"));
    ensure!(ids(&google, "models", "name") == names, "{google}");

    let one = stage.list("/v1/models/fast", &[]).await?;
    ensure!(one.at("/id") == "fast", "{one}");
    for hidden in ["gpt-4o", "claude-*", "other"] {
        let reply = stage.get(&format!("/v1/models/{hidden}"), &version).await?;
        let body: Value = serde_json::from_slice(&reply.body)?;
        ensure!(reply.status == 404, "{hidden}: {body}");
        ensure!(body.at("/error/type") == "not_found_error", "{body}");
    }
    let team = stage.list("/team/v1/models", &[]).await?;
    ensure!(ids(&team, "data", "id") == ["team-model"], "{team}");
    // A backend's own models, and its aliases.
    let pinned = stage.list("/pinned/v1/models", &[]).await?;
    ensure!(
        ids(&pinned, "data", "id") == ["gpt-pinned", "quick"],
        "{pinned}"
    );

    // Those of policies that are attached elsewhere.
    let set = stage.list("/set/v1/models", &[]).await?;
    ensure!(ids(&set, "data", "id") == ["nimble"], "{set}");

    sdk::lists_models(stage.port, &all).await?;
    stage.world.stop().await
}

/// Models of which a catalogue of prices knows, beside some that nobody serves.
const CATALOGUE: &str = "apiVersion: tidegate.dev/v1alpha1
kind: PriceCatalog
metadata: {name: prices}
spec:
  providers:
    claude:
      models:
        claude-sonnet-4-5: {tags: [a]}
        claude-opus-4-1: {tags: [a]}
        other: {tags: [a]}
    openai:
      models:
        gpt-5: {tags: [a]}
        gpt-5-pro: {tags: [a]}
    anthropic:
      models:
        claude-opus-4-1: {tags: [a]}
";

/// A list of what one provider may be asked for, and one that is asked for a single model whatever a client names.
const NARROWED: &str = "apiVersion: tidegate.dev/v1alpha1
kind: TidegatePolicy
metadata: {name: narrow}
spec:
  targetRefs: [{group: agentgateway.dev, kind: AgentgatewayBackend, name: pinned, sectionName: b}]
  backend: {ai: {allowedModels: [{names: [quick, gpt-4o, gpt-5]}]}}
---
apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {name: overridden}
spec:
  ai: {provider: {anthropic: {}}}
  policies: {ai: {overrides: [{field: model, value: claude-house}]}}
";

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_says_what_patterns_stand_for() -> Result<()> {
    let mut stage = Stage::start().await?;
    let spelled = ["fast", "safe", "smart", "gpt-4o-mini"];
    let before = stage.list("/v1/models", &[]).await?;
    ensure!(ids(&before, "data", "id") == spelled, "{before}");
    // A route that comes with the catalogue says that it is in force.
    let change = documents(&[
        CATALOGUE.to_owned(),
        NARROWED.to_owned(),
        route("overridden", "/overridden", "overridden"),
        route("changed", "/changed", "absent"),
    ]);
    stage.world.write("prices.yaml", &change)?;
    let url = "http://a.test/changed";
    stage.world.until_status(stage.port, url, 500).await?;
    let router = stage.list("/v1/models", &[]).await?;
    let told = ids(&router, "data", "id");
    ensure!(told.starts_with(&spelled.map(str::to_owned)), "{router}");
    let rest: Vec<&str> = told
        .iter()
        .skip(spelled.len())
        .map(String::as_str)
        .collect();
    ensure!(rest == ["claude-opus-4-1", "claude-sonnet-4-5"], "{router}");
    let one = stage.list("/v1/models/claude-opus-4-1", &[]).await?;
    ensure!(one.at("/id") == "claude-opus-4-1", "{one}");
    // Of a backend: its provider without a model of its own takes any that its list has.
    let pinned = stage.list("/pinned/v1/models", &[]).await?;
    ensure!(
        ids(&pinned, "data", "id") == ["gpt-pinned", "quick", "gpt-5"],
        "{pinned}"
    );
    let overridden = stage.list("/overridden/v1/models", &[]).await?;
    ensure!(
        ids(&overridden, "data", "id") == ["claude-house"],
        "{overridden}"
    );
    stage.world.stop().await
}

/// What is wrong is said where it is, and refuses requests instead of leaving them to others.
#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_cannot_be_served_refuses() -> Result<()> {
    let mock = Mock::start(&["--base-path", "/v1"]).await?;
    let port = port::free()?;
    let model = |name: &str, spec: &str| {
        format!(
            "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayModel
metadata: {{name: {name}}}
spec: {{parentRefs: [{{name: gateway}}], {spec}}}
"
        )
    };
    let gateway = page::documents(PAGE)?;
    let gateway = gateway.into_iter().find(|one| one.at("/kind") == "Gateway");
    let mut gateway = vec![gateway.context("no Gateway")?];
    page::here(&mut gateway, port, |_| None)?;
    let any = "match: {model: \"*\"}, provider: Custom, custom: {backendRef: {name: any, port: 80}, formats: [{type: Completions}]}";
    let models = [
        service("any", mock.port()),
        model("any", any),
        model(
            "dangling",
            "virtualModel: {weighted: {targets: [{modelRef: {name: absent}}]}}",
        ),
        model(
            "garbled",
            "virtualModel: {conditional: {targets: [{modelRef: {name: any}, model: m, when: \"1 +\"}]}}",
        ),
        model(
            "keyless",
            "provider: OpenAI, policies: {auth: {secretRef: {name: absent}}}",
        ),
        model(
            "guarded",
            "provider: OpenAI, policies: {tunnel: {backendRef: {name: any, port: 80}}}",
        ),
        model(
            "inside",
            "provider: Ollama, baseURL: \"http://0x7f.1:11434/v1\"",
        ),
    ];
    let mut world = World::up(&[
        ("gateway.yaml", page::file(&gateway)),
        ("models.yaml", documents(&models)),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ])?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    for (model, status) in [
        ("whatever", 200),
        ("dangling", 503),
        ("garbled", 503),
        ("keyless", 500),
        ("guarded", 500),
        ("inside", 500),
    ] {
        let question = Question {
            format: Format::Chat,
            answer: Answer::Collected,
            model,
            said: "hello",
        };
        let reply = Client::http1(port).send(question.request("")?).await?;
        ensure!(reply.status == status, "{model}: {}", reply.text());
    }
    ensure!(
        mock.requests().await? == 1,
        "others answered in their place"
    );
    let told = world.tidegate(&["status"]).await?;
    let status = String::from_utf8_lossy(&told.stdout).into_owned();
    for words in [
        "AgentgatewayModel default/absent does not exist or has no provider",
        "spec.policies.tunnel is not supported yet",
        "spec.virtualModel.conditional.targets[0].when: line 1",
        "spec.baseURL must have a host name or an address in its usual form",
    ] {
        ensure!(status.contains(words), "{words}: {status}");
    }
    world.stop().await
}
