//! What of a client's request a vendor gets, and what of its answer the client.
//!
//! The provider keeps what it is sent and answers what a test wants. Must not know why: each test says what may pass.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::client::{Client, Reply, request};
use tests::manifest::{documents, gateway, route};
use tests::world::World;
use tests::{deadline, port};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const PRICES: &str = "apiVersion: tidegate.dev/v1alpha1
kind: PriceCatalog
metadata: {name: prices}
spec:
  providers:
    anthropic:
      models:
        claude-known: {rates: {input: \"3\", output: \"15\"}, maxOutput: 64000}
    openai:
      models:
        answers-in-responses: {tags: [openai-responses]}
        answers-in-chats: {tags: [preview, openai-completions]}
    aws.bedrock:
      aliases:
        arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc: amazon.nova-pro-v1:0
        arn:aws:bedrock:us-east-1:123456789012:provisioned-model/def: amazon.titan-embed-text-v2:0
";

/// What a provider was sent.
struct Sent {
    head: String,
    body: Value,
}

/// A gateway in front of a provider that answers one request.
struct Scene {
    _world: World,
    port: u16,
    provider: TcpListener,
}

// === impl Scene ===

impl Scene {
    async fn start(provider: &str) -> Result<Scene> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.port();
        let port = port::free()?;
        let backend = format!(
            "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: model}}
spec:
  ai: {{provider: {{{provider}, host: 127.0.0.1, port: {address}}}}}
  policies: {{auth: {{key: sk-of-the-provider}}}}
"
        );
        let mut world = World::up(&[
            ("gateway.yaml", gateway(port)),
            (
                "model.yaml",
                documents(&[backend, route("model", "/v1", "model")]),
            ),
            ("prices.yaml", PRICES.to_owned()),
            ("ready.yaml", route("ready", "/ready", "absent")),
        ])?;
        world.until_status(port, "http://a.test/ready", 500).await?;
        Ok(Scene {
            _world: world,
            port,
            provider: listener,
        })
    }

    /// Asks, and has the provider answer with these headers and this body.
    async fn ask(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
        (answer_headers, answer): (&str, &Value),
    ) -> Result<(Sent, Reply)> {
        let url = format!("http://a.test{path}");
        let mut all = vec![("content-type", "application/json")];
        all.extend(headers);
        let asked = request("POST", &url, &all, &body.to_string())?;
        let ask = async { Client::http1(self.port).send(asked).await };
        let provide = provide(&self.provider, answer_headers, answer);
        let both = Box::pin(async { tokio::try_join!(provide, ask) });
        deadline::within("an answer", deadline::SOON, both).await
    }
}

async fn provide(listener: &TcpListener, headers: &str, answer: &Value) -> Result<Sent> {
    let (mut stream, _) = listener.accept().await?;
    let mut bytes = Vec::new();
    let sent = loop {
        ensure!(stream.read_buf(&mut bytes).await? > 0, "no request");
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let head = head.to_ascii_lowercase();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        if body.len() == length.context("no length")?.parse::<usize>()? {
            let body = serde_json::from_str(body)?;
            break Sent { head, body };
        }
    };
    let status = match answer.get("error") {
        Some(_) => "429 Too Many Requests",
        None => "200 OK",
    };
    let answer = answer.to_string();
    let length = answer.len();
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{headers}\r\n{answer}"
    );
    stream.write_all(answer.as_bytes()).await?;
    Ok(sent)
}

fn chat_answer() -> Value {
    json!({"id": "c", "object": "chat.completion", "created": 1, "model": "gpt-x", "choices": [
        {"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}
    ], "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}})
}

fn messages_answer() -> Value {
    json!({"id": "m", "type": "message", "role": "assistant", "model": "claude-x",
        "content": [{"type": "text", "text": "hi"}], "stop_reason": "end_turn", "stop_sequence": null,
        "usage": {"input_tokens": 1, "output_tokens": 1}})
}

fn responses_answer() -> Value {
    json!({"id": "r", "object": "response", "created_at": 1, "status": "completed", "model": "gpt-5.4", "output": [
        {"type": "message", "id": "m", "role": "assistant", "status": "completed",
            "content": [{"type": "output_text", "text": "hi", "annotations": []}]}
    ], "usage": {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vendor_does_not_learn_who_asks_nor_a_client_whose_account_it_is() -> Result<()> {
    let headers = [
        ("x-forwarded-for", "203.0.113.7"),
        ("forwarded", "for=203.0.113.7"),
        ("x-real-ip", "203.0.113.7"),
        ("x-user-id", "someone"),
        ("openai-beta", "kept=1"),
    ];
    let of_account = "set-cookie: session=1\r\nopenai-organization: org-1\r\nopenai-project: p-1\r\nx-request-id: req-1\r\n";
    let body = json!({"model": "gpt-x", "messages": [{"role": "user", "content": "hello"}]});
    for (provider, is_vendor) in [
        ("openai: {}", true),
        ("custom: {formats: [{type: Completions}]}", false),
    ] {
        let scene = Scene::start(provider).await?;
        let answer = chat_answer();
        let (sent, reply) = scene
            .ask(
                "/v1/chat/completions",
                &headers,
                &body,
                (of_account, &answer),
            )
            .await?;
        assert_eq!(reply.status, 200, "{}", reply.text());
        for name in ["x-forwarded-for", "forwarded", "x-real-ip", "x-user-id"] {
            let is_told = sent.head.contains(&format!("\r\n{name}:"));
            assert_eq!(is_told, !is_vendor, "{provider} {name}: {}", sent.head);
        }
        assert!(sent.head.contains("openai-beta: kept=1"), "{}", sent.head);
        let refusal = json!({"error": {"message": "too fast", "type": "requests", "code": null}});
        let path = "/v1/chat/completions";
        let (_, refused) = scene
            .ask(path, &headers, &body, (of_account, &refusal))
            .await?;
        assert_eq!(refused.status, 429, "{}", refused.text());
        for name in ["set-cookie", "openai-organization", "openai-project"] {
            assert_eq!(reply.header(name), "", "{provider}");
            assert_eq!(refused.header(name), "", "{provider}");
        }
    }
    Ok(())
}

/// A catalogue says what a model speaks where its name does not (llm.md T-6).
#[tokio::test(flavor = "multi_thread")]
async fn a_model_is_asked_in_the_format_that_the_catalogue_tells() -> Result<()> {
    let scene = Scene::start("openai: {}").await?;
    let words = json!([{"role": "user", "content": "hello"}]);
    for (path, model, sent_to, answer) in [
        (
            "/v1/chat/completions",
            "answers-in-responses",
            "/v1/responses",
            responses_answer(),
        ),
        (
            "/v1/chat/completions",
            "answers-in-chats",
            "/v1/chat/completions",
            chat_answer(),
        ),
        (
            "/v1/responses",
            "answers-in-chats",
            "/v1/chat/completions",
            chat_answer(),
        ),
        (
            "/v1/responses",
            "untold",
            "/v1/responses",
            responses_answer(),
        ),
    ] {
        let member = match path {
            "/v1/responses" => "input",
            _ => "messages",
        };
        let body = json!({"model": model, member: words});
        let (sent, reply) = scene.ask(path, &[], &body, ("", &answer)).await?;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let head = format!("post {sent_to} ");
        assert!(sent.head.starts_with(&head), "{model}: {}", sent.head);
        assert_eq!(sent.body["model"], model);
        let text: Value = serde_json::from_str(&reply.text())?;
        let object = match path {
            "/v1/responses" => "response",
            _ => "chat.completion",
        };
        assert_eq!(text["object"], object, "{text}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_speaks_as_to_vertex_is_answered_by_anybody() -> Result<()> {
    const FRONT: &str = "/v1/projects/p/locations/global/publishers/anthropic/models";
    let body = json!({"anthropic_version": "vertex-2023-10-16", "max_tokens": 5,
        "messages": [{"role": "user", "content": "hello"}]});
    let asked = format!("{FRONT}/claude-x@20250929:rawPredict");
    for (provider, answer, path) in [
        ("anthropic: {}", messages_answer(), "/v1/messages"),
        ("openai: {}", chat_answer(), "/v1/chat/completions"),
    ] {
        let scene = Scene::start(provider).await?;
        let (sent, reply) = scene.ask(&asked, &[], &body, ("", &answer)).await?;
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert!(
            sent.head.starts_with(&format!("post {path} ")),
            "{}",
            sent.head
        );
        assert_eq!(sent.body["model"], "claude-x-20250929");
        assert_eq!(sent.body.get("anthropic_version"), None, "{}", sent.body);
        let told: Value = serde_json::from_slice(&reply.body)?;
        assert_eq!(told["content"][0]["text"], "hi", "{told}");
    }
    let scene = Scene::start("anthropic: {}").await?;
    let counted = json!({"anthropic_version": "vertex-2023-10-16", "model": "claude-x",
        "messages": [{"role": "user", "content": "hello"}]});
    let asked = format!("{FRONT}/count-tokens:rawPredict");
    let answer = json!({"input_tokens": 3});
    let (sent, reply) = scene.ask(&asked, &[], &counted, ("", &answer)).await?;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(sent.head.starts_with("post /v1/messages/count_tokens "));
    assert_eq!(sent.body.get("anthropic_version"), None, "{}", sent.body);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_may_be_as_long_as_the_catalogue_says() -> Result<()> {
    let scene = Scene::start("anthropic: {}").await?;
    for (model, expected) in [("claude-known", 64_000), ("claude-unknown", 4_096)] {
        let body = json!({"model": model, "messages": [{"role": "user", "content": "hello"}]});
        let answer = messages_answer();
        let (sent, reply) = scene
            .ask("/v1/chat/completions", &[], &body, ("", &answer))
            .await?;
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_eq!(sent.body.pointer("/max_tokens"), Some(&json!(expected)));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn reasoning_with_tools_is_asked_where_the_model_takes_it() -> Result<()> {
    let scene = Scene::start("openai: {}").await?;
    let body = |thinking: &str| {
        json!({"model": "gpt-5.4", "max_tokens": 4000, "thinking": {"type": thinking, "budget_tokens": 2000},
            "tools": [{"name": "look", "description": "d", "input_schema": {"type": "object", "properties": {}}}],
            "messages": [{"role": "user", "content": "hello"}]})
    };
    for (thinking, path, answer) in [
        ("enabled", "/v1/responses", responses_answer()),
        ("disabled", "/v1/chat/completions", chat_answer()),
    ] {
        let (sent, reply) = scene
            .ask("/v1/messages", &[], &body(thinking), ("", &answer))
            .await?;
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert!(
            sent.head.starts_with(&format!("post {path} ")),
            "{}",
            sent.head
        );
    }
    Ok(())
}

/// A client knows which version of Anthropic's API it speaks; one of another API has none, and gets ours.
#[tokio::test(flavor = "multi_thread")]
async fn the_version_of_an_api_is_the_clients() -> Result<()> {
    let scene = Scene::start("anthropic: {}").await?;
    let body = json!({"model": "claude-x", "max_tokens": 9, "messages": [{"role": "user", "content": "hello"}]});
    let own = [
        ("anthropic-version", "2026-10-21"),
        ("anthropic-beta", "of-a-client-2026"),
    ];
    for (path, headers, expected) in [
        ("/v1/messages", &own[..], "2026-10-21"),
        ("/v1/messages", &[], "2023-06-01"),
        ("/v1/chat/completions", &[], "2023-06-01"),
    ] {
        let answer = messages_answer();
        let (sent, reply) = scene.ask(path, headers, &body, ("", &answer)).await?;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let version = format!("\r\nanthropic-version: {expected}\r\n");
        let count = sent.head.matches("\r\nanthropic-version:").count();
        assert!(
            sent.head.contains(&version) && count == 1,
            "{path}: {}",
            sent.head
        );
        let has_beta = sent
            .head
            .contains("\r\nanthropic-beta: of-a-client-2026\r\n");
        assert_eq!(has_beta, !headers.is_empty(), "{path}: {}", sent.head);
    }
    Ok(())
}

/// The same where one of both sides is a cloud, which has it in the body.
#[tokio::test(flavor = "multi_thread")]
async fn the_version_of_an_api_crosses_into_clouds_and_back() -> Result<()> {
    const RAW: &str =
        "/v1/projects/p/locations/global/publishers/anthropic/models/claude-x:rawPredict";
    const LATER: [(&str, &str); 1] = [("anthropic-version", "2026-10-21")];
    let plain = json!({"model": "claude-x", "max_tokens": 9, "messages": [{"role": "user", "content": "hello"}]});
    let raw = |version: &str| {
        json!({"anthropic_version": version, "max_tokens": 9,
            "messages": [{"role": "user", "content": "hello"}]})
    };
    let (first, later) = ("vertex-2023-10-16", "2026-10-21");
    let vertex = Scene::start("vertexai: {projectId: p, region: us-east5}").await?;
    for (path, headers, body, expected) in [
        ("/v1/messages", &LATER[..], plain.clone(), later),
        ("/v1/messages", &[], plain, first),
        (RAW, &[], raw(later), later),
        (RAW, &[], raw(first), first),
        (RAW, &[], raw("\r\nx: y"), first),
    ] {
        let (sent, reply) = vertex
            .ask(path, headers, &body, ("", &messages_answer()))
            .await?;
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert_eq!(
            sent.body["anthropic_version"], expected,
            "{path} {body}: {}",
            sent.body
        );
    }
    let anthropic = Scene::start("anthropic: {}").await?;
    for (said, expected) in [
        (later, later),
        (first, "2023-06-01"),
        ("\r\nx: y", "2023-06-01"),
    ] {
        let answer = messages_answer();
        let (sent, _) = anthropic.ask(RAW, &[], &raw(said), ("", &answer)).await?;
        let version = format!("\r\nanthropic-version: {expected}\r\n");
        assert!(sent.head.contains(&version), "{said}: {}", sent.head);
        assert_eq!(sent.body.get("anthropic_version"), None, "{}", sent.body);
    }
    Ok(())
}

/// What is said to the gateway's cache is the gateway's, where there is none too.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_to_the_cache_reaches_nobody() -> Result<()> {
    let scene = Scene::start("openai: {}").await?;
    let body = json!({"model": "gpt-x", "messages": [{"role": "user", "content": "hello"}]});
    let headers = [("x-gateway-cache", "bypass")];
    let answer = ("", &chat_answer());
    let (sent, reply) = scene
        .ask("/v1/chat/completions", &headers, &body, answer)
        .await?;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert!(!sent.head.contains("x-gateway-cache"), "{}", sent.head);
    Ok(())
}

/// Vertex AI refuses a request with a value that it does not know; a client of Anthropic's has some.
#[tokio::test(flavor = "multi_thread")]
async fn vertex_is_told_the_betas_that_it_knows() -> Result<()> {
    let scene = Scene::start("vertexai: {projectId: p, region: us-east5}").await?;
    let body = json!({"model": "claude-x", "max_tokens": 9, "messages": [{"role": "user", "content": "hello"}]});
    for (told, expected) in [
        (
            "claude-code-20250219,context-1m-2025-08-07",
            Some("context-1m-2025-08-07"),
        ),
        ("claude-code-20250219", None),
    ] {
        let answer = messages_answer();
        let headers = [
            ("anthropic-version", "2023-06-01"),
            ("anthropic-beta", told),
        ];
        let sent = scene.ask("/v1/messages", &headers, &body, ("", &answer));
        let (sent, reply) = sent.await?;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let mut lines = sent.head.lines();
        let found = lines.find_map(|line| line.strip_prefix("anthropic-beta: "));
        assert_eq!(found, expected, "{}", sent.head);
    }
    Ok(())
}

/// An ARN does not say whose model it is; an alias of the catalogue does (llm.md P-7).
#[tokio::test(flavor = "multi_thread")]
async fn an_arn_is_asked_as_the_model_that_the_catalogue_tells() -> Result<()> {
    const ARN: &str = "arn:aws:bedrock:us-east-1:123456789012";
    let scene = Scene::start("bedrock: {region: us-east-1}").await?;
    let answer = json!({"output": {"message": {"role": "assistant", "content": [{"text": "hi"}]}},
        "stopReason": "end_turn", "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2}});
    for (profile, fields) in [
        ("abc", json!({"inferenceConfig": {"topK": 3}})),
        // What nobody tells is taken for a Claude.
        ("other", json!({"top_k": 3})),
    ] {
        let body = json!({"model": format!("{ARN}:application-inference-profile/{profile}"),
            "max_tokens": 9, "top_k": 3, "messages": [{"role": "user", "content": "hello"}]});
        let (sent, reply) = scene.ask("/v1/messages", &[], &body, ("", &answer)).await?;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let found = sent.body.pointer("/additionalModelRequestFields");
        assert_eq!(found, Some(&fields), "{profile}: {}", sent.body);
    }
    let body = json!({"model": format!("{ARN}:provisioned-model/def"), "input": "hello"});
    let answer = json!({"embedding": [0.5], "inputTextTokenCount": 2});
    let (sent, reply) = scene
        .ask("/v1/embeddings", &[], &body, ("", &answer))
        .await?;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let path = "post /model/arn%3aaws%3abedrock%3aus-east-1%3a123456789012%3aprovisioned-model%2fdef/invoke ";
    assert!(sent.head.starts_with(path), "{}", sent.head);
    assert_eq!(sent.body["inputText"], "hello");
    Ok(())
}
