//! Which models may be asked for, at several levels, behind aliases and downgrades; and how large a prompt may be.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::client::{Client, Reply, request};
use tests::manifest::{documents, gateway, route};
use tests::port;
use tests::world::World;

use super::account::Metrics;
use super::mock::Mock;
use super::told::At;

const ROUTE: &str = "gateway.networking.k8s.io, kind: HTTPRoute, name: models";
const OTHER_ROUTE: &str = "gateway.networking.k8s.io, kind: HTTPRoute, name: cheap";
const GATEWAY: &str = "gateway.networking.k8s.io, kind: Gateway, name: gateway";

fn backend(port: u16) -> String {
    let route = |name: &str, path: &str| {
        format!(
            "---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: {name}}}
spec:
  parentRefs: [{{name: gateway}}]
  rules:
  - matches: [{{path: {{type: PathPrefix, value: {path}}}}}]
    backendRefs: [{{group: agentgateway.dev, kind: AgentgatewayBackend, name: models}}]
"
        )
    };
    format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: models}}
spec:
  ai:
    groups:
    - providers:
      - name: one
        openai: {{}}
        host: 127.0.0.1
        port: {port}
        policies: {{ai: {{modelAliases: {{quick: gpt-4o, sly: o3, hidden: gpt-4o}}}}}}
{}{}",
        route("models", "/models"),
        route("cheap", "/cheap")
    )
}

fn own_policy(name: &str, target: &str, spec: &str) -> String {
    format!(
        "apiVersion: tidegate.dev/v1alpha1
kind: TidegatePolicy
metadata: {{name: {name}}}
spec:
  targetRefs: [{{group: {target}}}]
  {spec}
"
    )
}

async fn send(port: u16, path: &str, body: &Value, tier: &str) -> Result<Reply> {
    let headers = [
        ("content-type", "application/json"),
        ("anthropic-version", "2023-06-01"),
        ("x-tier", tier),
    ];
    let url = format!("http://a.test{path}");
    let request = request("POST", &url, &headers, &body.to_string())?;
    Client::http1(port).send(request).await
}

async fn chat(port: u16, at: &str, model: &str, tier: &str) -> Result<Reply> {
    let body = json!({
        "model": model,
        "messages": [{"role": "user", "content": "Hello"}],
    });
    send(port, &format!("/{at}/v1/chat/completions"), &body, tier).await
}

fn is_not_allowed(reply: &Reply, at: &str, code: &str) -> Result<()> {
    ensure!(reply.status == 403, "{}: {}", reply.status, reply.text());
    let told: Value = serde_json::from_slice(&reply.body)?;
    ensure!(told.at(at) == code, "{told}");
    ensure!(!reply.text().contains("o3"), "{}", reply.text());
    Ok(())
}

async fn listed(port: u16) -> Result<Vec<Value>> {
    let request = request("GET", "http://a.test/models/v1/models", &[], "")?;
    let reply = Client::http1(port).send(request).await?;
    let list: Value = serde_json::from_slice(&reply.body).context("a list")?;
    let models = list.at("/data").as_array().context("no models")?;
    Ok(models.iter().map(|model| model.at("/id").clone()).collect())
}

/// In the client's dialect, and for each operation.
async fn refused_in_every_dialect(port: u16) -> Result<()> {
    let said = json!([{"role": "user", "content": "Hello"}]);
    let cases = [
        (
            "/models/v1/messages",
            json!({"model": "gpt-5", "max_tokens": 9, "messages": said}),
            ("/error/type", "permission_error"),
        ),
        (
            "/models/v1beta/models/gpt-5:generateContent",
            json!({"contents": [{"parts": [{"text": "Hello"}]}]}),
            ("/error/status", "PERMISSION_DENIED"),
        ),
        (
            "/models/v1/embeddings",
            json!({"model": "text-embedding-3-small", "input": "Hello"}),
            ("/error/code", "model_not_allowed"),
        ),
        // Nobody can tell which models a file asks for.
        (
            "/models/v1/batches",
            json!({"input_file_id": "f", "endpoint": "/v1/chat/completions"}),
            ("/error/code", "model_not_allowed"),
        ),
    ];
    for (path, body, (at, code)) in cases {
        let reply = send(port, path, &body, "tin").await?;
        is_not_allowed(&reply, at, code).context(path)?;
    }
    Ok(())
}

/// Models that a service is to ask in the place of the one that is allowed.
async fn refused_beside_the_model(port: u16) -> Result<()> {
    let said = json!([{"role": "user", "content": "Hello"}]);
    let cases = [
        json!({"model": "gpt-4o", "models": ["gpt-4o", "o3"], "messages": said}),
        json!({"model": "gpt-4o", "models": "o3", "messages": said}),
        json!({"model": "gpt-4o", "fallbacks": [{"model": "o3"}], "messages": said}),
    ];
    for body in cases {
        let reply = send(port, "/models/v1/chat/completions", &body, "tin").await?;
        is_not_allowed(&reply, "/error/code", "model_not_allowed").context(body)?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn only_models_that_every_level_allows_are_asked_for() -> Result<()> {
    let (mock, port) = (Mock::start(&["--base-path", "/v1"]).await?, port::free()?);
    let policies = [
        own_policy(
            "house",
            GATEWAY,
            "backend: {ai: {allowedModels: [{names: [gpt-*, quick, sly, hidden, claude-*]}]}}",
        ),
        own_policy(
            "team",
            ROUTE,
            "backend: {ai: {allowedModels: [
    {names: [gpt-4o, quick, sly, o3]},
    {names: [gpt-5], when: 'request.headers[\"x-tier\"] == \"gold\"'}]}}",
        ),
        own_policy(
            "cheap",
            OTHER_ROUTE,
            "traffic: {budgets: [{name: none, unit: Tokens, limit: \"1\", window: Hour, action: Downgrade, downgradeTo: o3}]}",
        ),
    ];
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        ("models.yaml", backend(mock.port())),
        ("policies.yaml", documents(&policies)),
    ])?;
    world
        .until_status(port, "http://a.test/nowhere", 404)
        .await?;
    // By name, by an alias, and by a condition.
    for (model, tier) in [("gpt-4o", "tin"), ("quick", "tin"), ("gpt-5", "gold")] {
        let reply = chat(port, "models", model, tier).await?;
        ensure!(reply.status == 200, "{model}: {}", reply.text());
    }
    ensure!(mock.requests().await? == 3);
    let beside = json!({
        "model": "gpt-4o",
        "models": ["gpt-4o", "quick"],
        "messages": [{"role": "user", "content": "Hello"}],
    });
    let reply = send(port, "/models/v1/chat/completions", &beside, "tin").await?;
    ensure!(reply.status == 200, "{}", reply.text());
    ensure!(mock.last_body().await?.at("/models") == beside.at("/models"));
    // A condition that does not hold, what the route has not, what the Gateway has not, and an alias of that.
    for model in ["gpt-5", "claude-x", "gpt-4o-mini", "o3", "sly", "hidden"] {
        let reply = chat(port, "models", model, "tin").await?;
        is_not_allowed(&reply, "/error/code", "model_not_allowed").context(model)?;
    }
    refused_in_every_dialect(port).await?;
    refused_beside_the_model(port).await?;
    // A budget's other model is no way around.
    let reply = chat(port, "cheap", "gpt-4o", "tin").await?;
    is_not_allowed(&reply, "/error/code", "model_not_allowed").context("downgraded")?;
    ensure!(mock.requests().await? == 4, "something was sent");

    ensure!(
        listed(port).await? == ["quick", "sly"],
        "{:?}",
        listed(port).await?
    );
    let metrics = Metrics::scrape(&world).await?;
    let refused = metrics.sum(
        "tidegate_proxy_faults_total",
        &[("reason", "model_not_allowed")],
    )?;
    ensure!(refused == 14, "{refused}");
    ensure!(world.log().contains("allowedModels"), "{}", world.log());
    let asked = [
        "explain",
        "request",
        "--host",
        "a.test",
        "--path",
        "/models/v1/chat/completions",
    ];
    let told = world.tidegate(&asked).await?;
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    let line = "backend.ai.allowedModels of HTTPRoute default/models: models gpt-4o, quick, sly, o3; gpt-5 where";
    ensure!(told.contains(line), "{told}");
    world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_cannot_be_read_refuses() -> Result<()> {
    let (mock, port) = (Mock::start(&["--base-path", "/v1"]).await?, port::free()?);
    let policies = [
        own_policy("none", ROUTE, "backend: {ai: {allowedModels: []}}"),
        own_policy(
            "garbled",
            OTHER_ROUTE,
            "backend: {ai: {allowedModels: [{names: ['*'], when: '1 +'}]}}",
        ),
    ];
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        ("models.yaml", backend(mock.port())),
        ("policies.yaml", documents(&policies)),
    ])?;
    world
        .until_status(port, "http://a.test/nowhere", 404)
        .await?;
    let reply = chat(port, "models", "gpt-4o", "tin").await?;
    is_not_allowed(&reply, "/error/code", "model_not_allowed")?;
    let reply = chat(port, "cheap", "gpt-4o", "tin").await?;
    ensure!(reply.status == 503, "{}", reply.text());
    ensure!(mock.requests().await? == 0, "something was sent");
    let told = world.tidegate(&["status"]).await?;
    let status = String::from_utf8_lossy(&told.stdout).into_owned();
    let words = "spec.backend.ai.allowedModels[0].when: ";
    ensure!(status.contains(words), "{status}");
    world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_says_how_large_a_prompt_may_be() -> Result<()> {
    let (mock, port) = (Mock::start(&["--base-path", "/v1"]).await?, port::free()?);
    let size = |size: &str| {
        format!(
            "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayPolicy
metadata: {{name: size}}
spec:
  targetRefs: [{{group: {GATEWAY}}}]
  frontend: {{http: {{maxBufferSize: {size}}}}}
"
        )
    };
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        ("models.yaml", backend(mock.port())),
    ])?;
    world
        .until_status(port, "http://a.test/nowhere", 404)
        .await?;
    let large = json!({
        "model": "gpt-4o", "max_tokens": 9,
        "messages": [{"role": "user", "content": "x".repeat(3 << 20)}],
    });
    let is_too_large = |reply: &Reply, at: &str, code: &str, bound: usize| {
        ensure!(reply.status == 413, "{}: {}", reply.status, reply.text());
        let told: Value = serde_json::from_slice(&reply.body)?;
        ensure!(told.at(at) == code, "{told}");
        for words in ["frontend.http.maxBufferSize", &format!("{bound} bytes")] {
            ensure!(reply.text().contains(words), "{words}: {told}");
        }
        Ok(())
    };
    for (path, at, code) in [
        (
            "/models/v1/chat/completions",
            "/error/code",
            "request_body_too_large",
        ),
        ("/models/v1/messages", "/error/type", "request_too_large"),
    ] {
        let reply = send(port, path, &large, "tin").await?;
        is_too_large(&reply, at, code, 2 << 20)?;
    }
    ensure!(mock.requests().await? == 0, "something was sent");

    world.write("size.yaml", &size("4Mi"))?;
    world
        .until("the new size", || async {
            let reply = send(port, "/models/v1/messages", &large, "tin").await?;
            ensure!(reply.status == 200, "{}: {}", reply.status, reply.text());
            Ok(())
        })
        .await?;
    let small = json!({
        "model": "gpt-4o",
        "messages": [{"role": "user", "content": "x".repeat(2 << 10)}],
    });
    world.write("size.yaml", &size("1Ki"))?;
    let path = "/models/v1/chat/completions";
    let reply = world
        .until("the new size", || async {
            let reply = send(port, path, &small, "tin").await?;
            ensure!(reply.status == 413, "{}: {}", reply.status, reply.text());
            Ok(reply)
        })
        .await?;
    is_too_large(&reply, "/error/code", "request_body_too_large", 1 << 10)?;
    let asked = ["explain", "request", "--host", "a.test", "--path", path];
    let told = world.tidegate(&asked).await?;
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    let line =
        "frontend.http of Gateway default/gateway: bodies of at most 1024 bytes are read whole";
    ensure!(told.contains(line), "{told}");
    world.stop().await
}

/// A backend of groups, each a provider with policies of its own, and an allow list for one of them.
fn groups(ports: [u16; 2], policies: [&str; 2]) -> String {
    let names = ["one", "two"];
    let groups = names.iter().zip(ports).zip(policies);
    let groups: String = groups
        .map(|((name, port), policies)| {
            format!(
                "    - providers:
      - {{name: {name}, openai: {{}}, host: 127.0.0.1, port: {port}, policies: {{ai: {{{policies}}}}}}}
"
            )
        })
        .collect();
    format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: models}}
spec:
  ai:
    groups:
{groups}---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {{name: models}}
spec:
  parentRefs: [{{name: gateway}}]
  rules:
  - matches: [{{path: {{type: PathPrefix, value: /models}}}}]
    backendRefs: [{{group: agentgateway.dev, kind: AgentgatewayBackend, name: models}}]
"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_may_not_be_asked_is_passed_over() -> Result<()> {
    let flags = ["--base-path", "/v1"];
    let (first, second) = (Mock::start(&flags).await?, Mock::start(&flags).await?);
    let port = port::free()?;
    let aliases = [
        "modelAliases: {quick: gpt-4o, slow: o3}",
        "modelAliases: {quick: o3, slow: o3}",
    ];
    let models = groups([first.port(), second.port()], aliases);
    let house = own_policy(
        "house",
        GATEWAY,
        "backend: {ai: {allowedModels: [{names: [gpt-*, quick, slow]}]}}",
    );
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        ("models.yaml", models),
        ("policies.yaml", house),
    ])?;
    world
        .until_status(port, "http://a.test/nowhere", 404)
        .await?;
    // The first fails, and the second may not be asked: the client gets what the first one said.
    first.script(&["fail-503"; 9]).await?;
    let reply = chat(port, "models", "quick", "tin").await?;
    ensure!(reply.status == 503, "{}: {}", reply.status, reply.text());
    first.script(&[]).await?;
    ensure!(second.requests().await? == 0, "something was sent");
    // Neither may be asked: the first refusal is told.
    let asked = first.requests().await?;
    let reply = chat(port, "models", "slow", "tin").await?;
    is_not_allowed(&reply, "/error/code", "model_not_allowed")?;
    ensure!(first.requests().await? == asked && second.requests().await? == 0);
    // The other way round, the one that may be asked is.
    let aliases = ["modelAliases: {quick: o3}", "modelAliases: {quick: gpt-4o}"];
    world.write(
        "models.yaml",
        &groups([first.port(), second.port()], aliases),
    )?;
    world
        .until("the second answers", || async {
            let reply = chat(port, "models", "quick", "tin").await?;
            ensure!(
                reply.status == 200 && second.requests().await? > 0,
                "not yet"
            );
            Ok(())
        })
        .await?;
    world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_is_set_at_last_is_no_way_around() -> Result<()> {
    let (mock, port) = (Mock::start(&["--base-path", "/v1"]).await?, port::free()?);
    let last = "finalTransformations: [{field: model, expression: 'request.headers[\"x-tier\"]'}]";
    let models = groups([mock.port(), mock.port()], [last, last]);
    let house = own_policy(
        "house",
        GATEWAY,
        "backend: {ai: {allowedModels: [{names: [gpt-*]}]}}",
    );
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        ("models.yaml", models),
        ("policies.yaml", house),
    ])?;
    world
        .until_status(port, "http://a.test/nowhere", 404)
        .await?;
    let reply = chat(port, "models", "gpt-4o", "o3").await?;
    is_not_allowed(&reply, "/error/code", "model_not_allowed")?;
    ensure!(mock.requests().await? == 0, "something was sent");
    let reply = chat(port, "models", "gpt-4o", "gpt-5").await?;
    ensure!(reply.status == 200, "{}", reply.text());
    ensure!(mock.last_body().await?.at("/model") == "gpt-5");
    world.stop().await
}

/// O-5: what only the provider can read could name another model than the one that is set, or allowed.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_another_kind_is_no_way_around() -> Result<()> {
    let (mock, port) = (Mock::start(&["--base-path", "/v1"]).await?, port::free()?);
    let provider = |name: &str, model: &str| {
        format!(
            "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: {name}}}
spec:
  ai: {{provider: {{openai: {{{model}}}, host: 127.0.0.1, port: {}}}}}
",
            mock.port()
        )
    };
    let listed = "agentgateway.dev, kind: AgentgatewayBackend, name: listed";
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        (
            "models.yaml",
            documents(&[
                provider("pinned", "model: image-x"),
                provider("listed", ""),
                provider("free", ""),
                route("pinned", "/pinned", "pinned"),
                route("listed", "/listed", "listed"),
                route("free", "/free", "free"),
                own_policy(
                    "list",
                    listed,
                    "backend: {ai: {allowedModels: [{names: [image-x]}]}}",
                ),
            ]),
        ),
    ])?;
    world
        .until_status(port, "http://a.test/nowhere", 404)
        .await?;
    let ask = async |at: &str, kind: &str, body: &str| {
        let url = format!("http://a.test/{at}/v1/images/generations");
        let request = request("POST", &url, &[("content-type", kind)], body)?;
        Client::http1(port).send(request).await
    };
    let (object, pairs) = (r#"{"model":"image-x","prompt":"a"}"#, "model=o3&prompt=a");
    for (kind, body) in [
        ("application/x-www-form-urlencoded", pairs),
        ("application/x-www-form-urlencoded", object),
        ("application/json; charset=utf-16", object),
        ("text/plain", object),
    ] {
        let before = mock.requests().await?;
        for at in ["pinned", "listed"] {
            let reply = ask(at, kind, body).await?;
            ensure!(reply.status == 415, "{at} {kind}: {}", reply.text());
            let told: Value = serde_json::from_slice(&reply.body)?;
            ensure!(
                told.at("/error/code") == "unsupported_content_type"
                    && reply.text().contains("send a JSON object"),
                "{told}"
            );
        }
        ensure!(mock.requests().await? == before, "{kind}: it was asked");
        ask("free", kind, body).await?;
        ensure!(mock.requests().await? > before, "{kind}: it was not asked");
    }
    for at in ["pinned", "listed", "free"] {
        let reply = ask(at, "application/json", object).await?;
        ensure!(reply.status == 200, "{at}: {}", reply.text());
    }
    // What is set takes the client's place.
    let reply = ask(
        "pinned",
        "application/json",
        r#"{"model":"o3","prompt":"a"}"#,
    )
    .await?;
    ensure!(reply.status == 200, "{}", reply.text());
    let sent = mock.last_body().await?;
    ensure!(sent.at("/model") == "image-x", "{sent}");
    world.stop().await
}
