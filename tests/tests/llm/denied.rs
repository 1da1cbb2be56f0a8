//! Parameters that clients may not send, in every dialect, at several levels, and in front of what operators add.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tests::client::{Client, Reply, request};
use tests::manifest::documents;

use super::rig::{KINDS, Kind, Rig};
use super::told::At;

const GATEWAY: &str = "gateway.networking.k8s.io, kind: Gateway, name: gateway";
const CHAT: &str = "gateway.networking.k8s.io, kind: HTTPRoute, name: chat";
const ANTHROPIC: &str = "gateway.networking.k8s.io, kind: HTTPRoute, name: anthropic";
const OPENAI: &str = "gateway.networking.k8s.io, kind: HTTPRoute, name: openai";

fn denies(name: &str, target: &str, params: &str) -> String {
    format!(
        "apiVersion: tidegate.dev/v1alpha1
kind: TidegatePolicy
metadata: {{name: {name}}}
spec:
  targetRefs: [{{group: {target}}}]
  backend: {{ai: {{deniedParams: {params}}}}}
"
    )
}

fn policies() -> String {
    let adds = format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayPolicy
metadata: {{name: adds}}
spec:
  targetRefs: [{{group: {CHAT}}}]
  backend: {{ai: {{defaults: [{{field: temperature, value: 0.5}}]}}}}
"
    );
    documents(&[
        adds,
        denies(
            "house",
            GATEWAY,
            "[temperature, metadata.user_id, generationConfig.topK, additionalModelRequestFields]",
        ),
        denies("team", OPENAI, "[logit_bias, language]"),
        denies("plain", ANTHROPIC, "[stream]"),
    ])
}

async fn send(port: u16, path: &str, content_type: &str, body: &str) -> Result<Reply> {
    let url = format!("http://a.test{path}");
    let request = request("POST", &url, &[("content-type", content_type)], body)?;
    Client::http1(port).send(request).await
}

async fn send_json(port: u16, path: &str, own: &Value, more: &Value) -> Result<Reply> {
    let (mut body, more) = (own.clone(), more.clone());
    if let (Value::Object(body), Value::Object(more)) = (&mut body, more) {
        body.extend(more);
    }
    send(port, path, "application/json", &body.to_string()).await
}

/// A body that is served, a member with which it is not, what the client is told that it is called, and where.
struct Case {
    path: &'static str,
    body: Value,
    more: Value,
    param: &'static str,
    kind: (&'static str, &'static str),
}

fn cases() -> [Case; 6] {
    let said = json!([{"role": "user", "content": "Hello"}]);
    let chat = json!({"model": "gpt-x", "messages": said});
    let parts = json!([{"role": "user", "parts": [{"text": "Hello"}]}]);
    [
        Case {
            path: "/openai/v1/chat/completions",
            body: chat.clone(),
            more: json!({"temperature": 1}),
            param: "temperature",
            kind: ("/error/param", "temperature"),
        },
        Case {
            path: "/openai/v1/chat/completions",
            body: chat,
            more: json!({"logit_bias": {}}),
            param: "logit_bias",
            kind: ("/error/code", "invalid_request_body"),
        },
        Case {
            path: "/openai/v1/responses",
            body: json!({"model": "gpt-x", "input": "Hello"}),
            more: json!({"logit_bias": null}),
            param: "logit_bias",
            kind: ("/error/type", "invalid_request_error"),
        },
        Case {
            path: "/anthropic/v1/messages",
            body: json!({"model": "claude-x", "max_tokens": 9, "messages": said}),
            more: json!({"metadata": {"user_id": "u"}}),
            param: "metadata.user_id",
            kind: ("/error/type", "invalid_request_error"),
        },
        Case {
            path: "/gemini/v1beta/models/gemini-x:generateContent",
            body: json!({"contents": parts, "generationConfig": {"topP": 0.5}}),
            more: json!({"generation_config": {"top_k": 3}}),
            param: "generationConfig.topK",
            kind: ("/error/status", "INVALID_ARGUMENT"),
        },
        Case {
            path: "/bedrock/model/anthropic.claude-x/converse",
            body: json!({"messages": [{"role": "user", "content": [{"text": "Hello"}]}]}),
            more: json!({"additionalModelRequestFields": {"top_k": 3}}),
            param: "additionalModelRequestFields",
            kind: (
                "/message",
                "`additionalModelRequestFields` may not be sent here; leave it out",
            ),
        },
    ]
}

async fn asked(rig: &Rig) -> Result<u64> {
    let mut sum = 0;
    for kind in &KINDS {
        sum += rig.mock(kind)?.requests().await?;
    }
    Ok(sum)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_with_a_denied_parameter_is_refused_in_its_dialect() -> Result<()> {
    let mut rig = Rig::start().await?;
    rig.world.write("own.yaml", &policies())?;
    let port = rig.port;
    rig.world
        .until("the policies", || async move {
            for Case {
                path, body, more, ..
            } in cases()
            {
                let reply = send_json(port, path, &body, &more).await?;
                ensure!(
                    reply.status == 400,
                    "{path}: {} {}",
                    reply.status,
                    reply.text()
                );
            }
            Ok(())
        })
        .await?;
    let before = asked(&rig).await?;
    for case in cases() {
        let Case {
            path, body, more, ..
        } = &case;
        let reply = send_json(port, path, body, more).await?;
        let (text, told): (_, Value) = (reply.text(), serde_json::from_slice(&reply.body)?);
        ensure!(reply.status == 400, "{path}: {text}");
        let words = format!("`{}` may not be sent here; leave it out", case.param);
        ensure!(text.contains(&words), "{path}: {text}");
        let (at, expected) = case.kind;
        ensure!(told.at(at) == expected, "{path}: {text}");
        let exception = if path.starts_with("/bedrock") {
            "ValidationException"
        } else {
            ""
        };
        ensure!(reply.header("x-amzn-errortype") == exception, "{path}");
    }
    // The form of another operation, and a body that nobody can read.
    let form = "--b\r\nContent-Disposition: form-data; name=\"language\"\r\n\r\nde\r\n--b--\r\n";
    let path = "/openai/v1/audio/transcriptions";
    let reply = send(port, path, "multipart/form-data; boundary=b", form).await?;
    ensure!(
        reply.status == 400 && reply.text().contains("`language`"),
        "{}",
        reply.text()
    );
    let reply = send(port, path, "application/octet-stream", "RIFF").await?;
    ensure!(
        reply.status == 400 && reply.text().contains("a JSON object or a form"),
        "{}",
        reply.text()
    );
    ensure!(asked(&rig).await? == before, "a refused request went out");
    let log = rig.world.log();
    ensure!(
        log.contains("`metadata.user_id` may not be sent here"),
        "{log}"
    );
    served(&rig).await?;
    let asked = [
        "explain",
        "request",
        "--host",
        "a.test",
        "--path",
        "/openai/v1/chat/completions",
    ];
    let told = rig.world.tidegate(&asked).await?;
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    for line in [
        "backend.ai.deniedParams of Gateway default/gateway: refuses parameters temperature, metadata.user_id",
        "backend.ai.deniedParams of HTTPRoute default/openai: refuses parameters logit_bias, language",
    ] {
        ensure!(told.contains(line), "{told}");
    }
    rig.world.stop().await
}

/// Without it they are served, also where the operator adds the same, and where another route denies it.
async fn served(rig: &Rig) -> Result<()> {
    for Case { path, body, .. } in cases() {
        let reply = send_json(rig.port, path, &body, &json!({})).await?;
        ensure!(reply.status == 200, "{path}: {}", reply.text());
    }
    let said = json!([{"role": "user", "content": "Hello"}]);
    // The path says whether it streams, and the body does not.
    let path =
        "/anthropic/v1/projects/p/locations/l/publishers/anthropic/models/claude-x:rawPredict";
    let body = json!({"anthropic_version": "v", "max_tokens": 9, "messages": said});
    let reply = send_json(rig.port, path, &body, &json!({})).await?;
    ensure!(reply.status == 200, "{path}: {}", reply.text());
    let reply = send_json(rig.port, path, &body, &json!({"stream": false})).await?;
    ensure!(reply.status == 400, "{path}: {}", reply.text());
    let body = json!({"model": "local-x", "messages": said, "logit_bias": {}});
    let reply = send_json(rig.port, "/chat/v1/chat/completions", &body, &json!({})).await?;
    ensure!(reply.status == 200, "{}", reply.text());
    let chat: Option<&Kind> = KINDS.iter().find(|kind| kind.name == "chat");
    let chat = chat.ok_or_else(|| anyhow::anyhow!("no such kind"))?;
    let sent = rig.mock(chat)?.last_body().await?;
    ensure!(
        sent.at("/temperature") == 0.5 && sent.at("/logit_bias").is_object(),
        "{sent}"
    );
    Ok(())
}
