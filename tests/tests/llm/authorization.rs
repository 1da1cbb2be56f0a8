//! Who may ask a model by rules of its own, whatever name leads to it; and the headers that a model adds and takes.
//!
//! Must not know how rules are evaluated: tests see the client's answers, and what reached the mocks.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::client::{Client, Reply, request};
use tests::manifest::{documents, route};
use tests::port;
use tests::world::World;

use super::account::Metrics;
use super::mock::Mock;
use super::models::service;
use super::told::At;

const CODE: &str = "model_authorization_denied";
const HEADERS: &str = "headers: {request: {set: [{name: X-Portal, value: 100%}], add: [{name: X-Seen, value: by-us}], remove: [X-Debug]}, \
                       response: {set: [{name: X-Model, value: of gold}]}}";

/// A Gateway with models, and a route that tells when all are there.
fn gateway(port: u16) -> String {
    format!(
        "apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {{name: gateway}}
spec:
  gatewayClassName: tidegate
  listeners:
  - name: llm
    protocol: HTTP
    port: {port}
    allowedRoutes: {{kinds: [{{group: agentgateway.dev, kind: AgentgatewayModel}}, {{kind: HTTPRoute}}]}}
"
    )
}

fn model(name: &str, spec: &str) -> String {
    format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayModel
metadata: {{name: {name}}}
spec: {{parentRefs: [{{name: gateway}}], {spec}}}
"
    )
}

/// A model that a mock serves.
fn concrete(name: &str, mock: &str, policies: &str) -> String {
    let custom =
        format!("{{backendRef: {{name: {mock}, port: 80}}, formats: [{{type: Completions}}]}}");
    let spec = format!("provider: Custom, custom: {custom}, policies: {{{policies}}}");
    model(name, &spec)
}

fn virtual_model(name: &str, routing: &str) -> String {
    model(name, &format!("virtualModel: {{{routing}}}"))
}

fn rules(action: &str, expression: &str) -> String {
    format!("authorization: {{action: {action}, policy: {{matchExpressions: ['{expression}']}}}}")
}

fn models() -> Vec<String> {
    let is_gold = "request.headers[\"x-tier\"] == \"gold\"";
    let gold = format!(
        "auth: {{key: sk-of-gold}}, {HEADERS}, {}",
        rules("Allow", is_gold)
    );
    let banned = rules("Deny", "request.headers[\"x-tier\"] == \"tin\"");
    let small = rules("Require", "llmRequest.max_tokens < 100");
    vec![
        concrete("gold", "first", &gold),
        concrete("banned", "second", &banned),
        concrete("small", "second", &small),
        concrete("plain", "second", "auth: {key: sk-x}"),
        virtual_model(
            "always-gold",
            "weighted: {targets: [{modelRef: {name: gold}}]}",
        ),
        virtual_model(
            "either",
            "failover: {targets: [{modelRef: {name: gold}, priority: 0}, {modelRef: {name: plain}, priority: 1}]}",
        ),
        virtual_model(
            "neither",
            "failover: {targets: [{modelRef: {name: gold}, priority: 0}, {modelRef: {name: banned}, priority: 1}]}",
        ),
    ]
}

/// The gateway and the two mocks, of which the first takes one key only.
struct Stage {
    world: World,
    port: u16,
    first: Mock,
    second: Mock,
}

// === impl Stage ===

impl Stage {
    async fn start(models: &[String]) -> Result<Stage> {
        let first = Mock::start(&["--base-path", "/v1", "--require-key", "sk-of-gold"]).await?;
        let second = Mock::start(&["--base-path", "/v1"]).await?;
        let port = port::free()?;
        let services = [
            service("first", first.port()),
            service("second", second.port()),
        ];
        let mut world = World::up(&[
            ("gateway.yaml", gateway(port)),
            ("models.yaml", documents(models)),
            ("services.yaml", documents(&services)),
            ("ready.yaml", route("ready", "/ready", "absent")),
        ])?;
        world.until_status(port, "http://a.test/ready", 500).await?;
        Ok(Stage {
            world,
            port,
            first,
            second,
        })
    }

    async fn send(&self, path: &str, body: &Value, tier: Option<&str>) -> Result<Reply> {
        let mut headers = vec![("content-type", "application/json"), ("x-debug", "1")];
        headers.push(("x-seen", "by-client"));
        headers.extend(tier.map(|tier| ("x-tier", tier)));
        let url = format!("http://a.test{path}");
        let request = request("POST", &url, &headers, &body.to_string())?;
        Client::http1(self.port).send(request).await
    }

    async fn chat(&self, model: &str, tier: Option<&str>) -> Result<Reply> {
        let body = json!({
            "model": model, "max_tokens": 500,
            "messages": [{"role": "user", "content": "Hello"}],
        });
        self.send("/v1/chat/completions", &body, tier).await
    }

    async fn is_refused(&self, model: &str, tier: Option<&str>) -> Result<()> {
        let reply = self.chat(model, tier).await?;
        told(&reply, "/error/code", CODE).with_context(|| format!("{model} for {tier:?}"))
    }

    async fn is_answered(&self, model: &str, tier: Option<&str>) -> Result<Reply> {
        let reply = self.chat(model, tier).await?;
        ensure!(reply.status == 200, "{model}: {}", reply.text());
        Ok(reply)
    }

    async fn get_model(&self, model: &str, tier: &str) -> Result<Reply> {
        let url = format!("http://a.test/v1/models/{model}");
        let asked = request("GET", &url, &[("x-tier", tier)], "")?;
        Client::http1(self.port).send(asked).await
    }

    async fn list(&self, tier: &str) -> Result<Vec<String>> {
        let url = "http://a.test/v1/models";
        let reply = Client::http1(self.port)
            .send(request("GET", url, &[("x-tier", tier)], "")?)
            .await?;
        let list: Value = serde_json::from_slice(&reply.body).context("a list")?;
        let models = list.at("/data").as_array().context("no models")?;
        let ids = models.iter().filter_map(|model| model.at("/id").as_str());
        Ok(ids.map(str::to_owned).collect())
    }

    /// Requests that reached each mock.
    async fn seen(&self) -> Result<(u64, u64)> {
        Ok((self.first.requests().await?, self.second.requests().await?))
    }
}

fn told(reply: &Reply, at: &str, code: &str) -> Result<()> {
    ensure!(reply.status == 403, "{}: {}", reply.status, reply.text());
    let body: Value = serde_json::from_slice(&reply.body)?;
    ensure!(body.at(at) == code, "{body}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_of_a_model_hold_whatever_name_leads_there() -> Result<()> {
    let stage = Stage::start(&models()).await?;
    for model in ["gold", "always-gold", "neither", "banned"] {
        stage.is_refused(model, Some("tin")).await?;
    }
    // Without the header no rule about it has a value: an Allow does not hold, and a Deny refuses.
    for model in ["gold", "banned", "neither"] {
        stage.is_refused(model, None).await?;
    }
    stage.is_refused("small", Some("gold")).await?;
    let said = json!([{"role": "user", "content": "Hello"}]);
    let messages = json!({"model": "gold", "max_tokens": 9, "messages": said});
    let reply = stage.send("/v1/messages", &messages, Some("tin")).await?;
    told(&reply, "/error/type", "permission_error")?;
    let contents = json!({"contents": [{"parts": [{"text": "Hello"}]}]});
    let path = "/v1beta/models/gold:generateContent";
    let reply = stage.send(path, &contents, Some("tin")).await?;
    told(&reply, "/error/status", "PERMISSION_DENIED")?;
    ensure!(stage.seen().await? == (0, 0), "something was sent");

    for model in ["gold", "always-gold", "neither", "either"] {
        stage.is_answered(model, Some("gold")).await?;
    }
    ensure!(stage.seen().await? == (4, 0), "{:?}", stage.seen().await?);
    // Who may not ask the first is led to the second.
    stage.is_answered("either", Some("tin")).await?;
    stage.is_answered("banned", Some("gold")).await?;
    let small = json!({"model": "small", "max_tokens": 99, "messages": said});
    let reply = stage.send("/v1/chat/completions", &small, None).await?;
    ensure!(reply.status == 200, "{}", reply.text());
    ensure!(stage.seen().await? == (4, 3), "{:?}", stage.seen().await?);

    let all = [
        "always-gold",
        "either",
        "neither",
        "banned",
        "gold",
        "plain",
    ];
    let mut gold = stage.list("gold").await?;
    let mut tin = stage.list("tin").await?;
    gold.sort_unstable();
    tin.sort_unstable();
    let mut expected = all;
    expected.sort_unstable();
    ensure!(gold == expected, "{gold:?}");
    ensure!(tin == ["either", "plain"], "{tin:?}");
    let reply = stage.get_model("gold", "tin").await?;
    ensure!(reply.status == 404, "{}", reply.text());
    let reply = stage.get_model("gold", "gold").await?;
    ensure!(reply.status == 200, "{}", reply.text());
    let metrics = Metrics::scrape(&stage.world).await?;
    let refused = metrics.sum("tidegate_proxy_faults_total", &[("reason", CODE)])?;
    ensure!(refused == 10, "{refused}");
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_of_a_model_leave_its_credential_alone() -> Result<()> {
    let stage = Stage::start(&models()).await?;
    let reply = stage.is_answered("either", Some("gold")).await?;
    ensure!(reply.header("x-model") == "of gold", "{:?}", reply.headers);
    // The mock takes no other key.
    let seen = stage.first.last_request().await?;
    let heads = seen.at("/headers").as_array().context("no headers")?;
    let values = |name: &str| {
        let found = heads.iter().filter(|head| head.at("/0") == name);
        let values = found.filter_map(|head| head.at("/1").as_str());
        values.map(str::to_owned).collect::<Vec<_>>()
    };
    ensure!(values("x-portal") == ["100%"], "{seen}");
    ensure!(values("x-seen") == ["by-client", "by-us"], "{seen}");
    ensure!(values("x-debug").is_empty(), "{seen}");
    // The other model of the same name has none of it; an error of the provider has the headers of answers, too.
    let reply = stage.is_answered("either", Some("tin")).await?;
    ensure!(reply.header("x-model").is_empty(), "{:?}", reply.headers);
    stage.first.script(&["fail-400"; 2]).await?;
    let reply = stage.chat("gold", Some("gold")).await?;
    ensure!(reply.status == 400, "{}: {}", reply.status, reply.text());
    ensure!(reply.header("x-model") == "of gold", "{:?}", reply.headers);
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_model_may_not_do_is_told_and_refuses() -> Result<()> {
    let garbled = rules("Allow", "1 +");
    let stage = Stage::start(&[
        concrete("garbled", "first", &garbled),
        concrete(
            "key",
            "first",
            "headers: {request: {set: [{name: Authorization, value: Bearer x}]}}",
        ),
        concrete(
            "host",
            "first",
            "headers: {request: {set: [{name: Host, value: x}]}}",
        ),
    ])
    .await?;
    for model in ["garbled", "key", "host"] {
        let reply = stage.chat(model, Some("gold")).await?;
        ensure!(reply.status.is_server_error(), "{}", reply.text());
    }
    ensure!(stage.seen().await? == (0, 0), "something was sent");
    let status = stage.world.tidegate(&["status"]).await?;
    let status = String::from_utf8_lossy(&status.stdout).into_owned();
    for words in [
        "spec.policies.authorization.policy.matchExpressions[0] does not compile",
        "spec.policies.headers.request.set[0].name must not be Authorization: it is for credentials",
        "spec.policies.headers.request.set[0].name must not be Host",
    ] {
        ensure!(status.contains(words), "{words}: {status}");
    }
    stage.world.stop().await
}
