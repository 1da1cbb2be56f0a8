//! What spans tell of prompts and answers: nothing, unless somebody asks for it.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::client::{Client, Reply, request};
use tests::manifest::{documents, gateway, route};
use tests::world::World;
use tests::{deadline, port};

use super::guard::attached;
use super::mock::{KEY, Mock};
use super::told::At;
use super::usage::backend;
use crate::traces::collector::{Collector, Seen};

const PARENT: &str = "b7ad6b7169203331";
const INSTRUCTIONS: &str = "gen_ai.system_instructions";
const ASKED: &str = "gen_ai.input.messages";
const ANSWERED: &str = "gen_ai.output.messages";
const TOOLS: &str = "gen_ai.tool.definitions";
const TRUNCATED: &str = "tidegate.llm.content.truncated";
/// OTLP's `SPAN_KIND_CLIENT`.
const CLIENT: i32 = 3;

/// A gateway before two providers, one of them behind guards on another route as well.
struct Scene {
    collector: Collector,
    world: World,
    port: u16,
    _mock: Mock,
}

// === impl Scene ===

impl Scene {
    async fn start(flags: &[&str], environment: &[(&str, String)]) -> Result<Scene> {
        let collector = Collector::start().await?;
        let mock = Mock::start(&["--base-path", "/v1", "--require-key", KEY]).await?;
        let port = port::free()?;
        let guard = json!({
            "request": [
                {"regex": {"action": "Mask", "builtins": ["Email"]}},
                {"regex": {"action": "Reject", "matches": ["nightfall"]}},
            ],
            "response": [{"regex": {"action": "Mask", "matches": ["shallow"]}}],
        });
        let manifests = [
            ("gateway.yaml", gateway(port)),
            (
                "providers.yaml",
                documents(&[
                    backend("openai", mock.port()),
                    backend("anthropic", mock.port()),
                    route("guarded", "/guarded", "openai"),
                ]),
            ),
            (
                "guard.yaml",
                attached("guard", ("HTTPRoute", "guarded"), &guard),
            ),
            ("ready.yaml", route("ready", "/ready", "absent")),
        ];
        let endpoint = collector.endpoint();
        let collectors = [
            "--otlp-endpoint",
            &endpoint,
            "--otlp-logs-endpoint",
            &endpoint,
        ];
        let flags = [&collectors, flags].concat();
        let mut world = World::up_in_environment(&manifests, &flags, environment)?;
        world.until_status(port, "http://a.test/ready", 500).await?;
        Ok(Scene {
            collector,
            world,
            port,
            _mock: mock,
        })
    }

    /// Asks in the trace of this number.
    async fn ask(&self, trace: u8, path: &str, body: &Value) -> Result<Reply> {
        let parent = format!("00-{}-{PARENT}-01", id(trace));
        let headers = [
            ("traceparent", parent.as_str()),
            ("content-type", "application/json"),
            ("x-api-key", "key-of-the-client"),
        ];
        let url = format!("http://a.test{path}");
        let asked = request("POST", &url, &headers, &body.to_string())?;
        Client::http1(self.port).send(asked).await
    }

    /// Waits for the spans of a trace: the request's own is exported with those below it, or behind them.
    async fn spans(&self, trace: u8) -> Result<Vec<Seen>> {
        let trace = id(trace);
        deadline::until("the request's span came", deadline::SOON, || async {
            let mut spans = self.collector.spans()?;
            spans.retain(|span| span.trace == trace);
            let is_there = spans.iter().any(|span| span.parent == PARENT);
            ensure!(is_there, "{spans:?}");
            Ok(spans)
        })
        .await
    }

    /// Asks, and waits for the span of the attempt.
    async fn attempt(&self, trace: u8, path: &str, body: &Value) -> Result<(Reply, Seen)> {
        let reply = self.ask(trace, path, body).await?;
        ensure!(
            reply.status == 200,
            "{}: {}\n{}\n{}",
            id(trace),
            reply.status,
            reply.text(),
            self.world.log()
        );
        let spans = self.spans(trace).await?;
        let span = spans.into_iter().find(|span| span.kind == CLIENT);
        Ok((reply, span.context("no attempt")?))
    }
}

fn id(trace: u8) -> String {
    format!("{trace:032x}")
}

/// An attribute that is JSON; null where it is absent.
fn content(span: &Seen, name: &str) -> Result<Value> {
    match span.attributes.get(name) {
        None => Ok(Value::Null),
        Some(text) => {
            ensure!(text.len() <= 32 << 10, "{name} has {} bytes", text.len());
            serde_json::from_str(text).with_context(|| format!("{name}: {text}"))
        }
    }
}

fn text(text: &str) -> Value {
    json!({"type": "text", "content": text})
}

fn chat(model: &str, said: &str) -> Value {
    json!({"model": model, "messages": [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": said},
    ]})
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_asked_for_prompts() -> Result<()> {
    let scene = Scene::start(&[], &[]).await?;
    let body = chat("gpt-x-mock-healthy", "of the unseen lighthouse");
    let (_, span) = scene
        .attempt(1, "/openai/v1/chat/completions", &body)
        .await?;
    for name in [INSTRUCTIONS, ASKED, ANSWERED, TOOLS, TRUNCATED] {
        ensure!(!span.attributes.contains_key(name), "{span:?}");
    }
    for bytes in scene.collector.bytes()? {
        let all = String::from_utf8_lossy(&bytes);
        ensure!(!all.contains("lighthouse"), "{all}");
    }
    scene.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn spans_tell_prompts_and_answers_where_that_is_asked_for() -> Result<()> {
    let scene = Scene::start(&["--trace-content"], &[]).await?;
    let body = chat("gpt-x-mock-healthy", "of the unseen lighthouse");
    let path = "/openai/v1/chat/completions";
    let (reply, span) = scene.attempt(1, path, &body).await?;
    let expected = json!([
        {"role": "system", "parts": [text("be brief")]},
        {"role": "user", "parts": [text("of the unseen lighthouse")]},
    ]);
    ensure!(content(&span, ASKED)? == expected, "{span:?}");
    let answer: Value = serde_json::from_str(&reply.text())?;
    let said = answer.at("/choices/0/message/content").as_str();
    let said = said.context("no answer")?;
    let expected = json!([{"role": "assistant", "parts": [text(said)], "finish_reason": "stop"}]);
    ensure!(content(&span, ANSWERED)? == expected, "{span:?}");
    // A stream with a call, forwarded.
    let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    let mut body = chat("gpt-x-mock-text-tool", "how is it in Ulm");
    body["stream"] = json!(true);
    body["tools"] = json!([{"type": "function", "function": {
        "name": "weather", "description": "tells it", "parameters": schema}}]);
    let (_, span) = scene.attempt(2, path, &body).await?;
    let expected = json!([
        {"type": "function", "name": "weather", "description": "tells it", "parameters": schema},
    ]);
    ensure!(content(&span, TOOLS)? == expected, "{span:?}");
    let told = content(&span, ANSWERED)?;
    let parts = told.at("/0/parts");
    let call = parts.at("/1");
    ensure!(
        parts.at("/0/type") == "text" && call.at("/type") == "tool_call",
        "{told}"
    );
    ensure!(
        call.at("/name") == "weather"
            && call.at("/arguments").is_object()
            && call.at("/id").is_string(),
        "{told}"
    );
    ensure!(told.at("/0/finish_reason") == "tool_call", "{told}");
    formats(&scene).await?;
    only_spans(&scene).await?;
    scene.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_guards_take_away_is_in_no_span() -> Result<()> {
    let variable = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT";
    let scene = Scene::start(&[], &[(variable, "span_only".to_owned())]).await?;
    let path = "/guarded/v1/chat/completions";
    for is_streamed in [false, true] {
        let mut body = chat(
            "gpt-x-mock-healthy",
            "write ann@example.org of a shallow sea",
        );
        body["stream"] = json!(is_streamed);
        let (_, span) = scene
            .attempt(1 + u8::from(is_streamed), path, &body)
            .await?;
        let asked = content(&span, ASKED)?;
        let expected = text("write <EMAIL_ADDRESS> of a shallow sea");
        ensure!(asked.at("/1/parts/0") == &expected, "{asked}");
        let told = content(&span, ANSWERED)?;
        let said = told
            .at("/0/parts/0/content")
            .as_str()
            .context("no answer")?;
        ensure!(
            said.contains("<masked>") && !said.contains("shallow"),
            "{told}"
        );
    }
    // What is refused is nobody's attempt.
    let body = chat("gpt-x-mock-healthy", "tell ann@example.org of nightfall");
    let reply = scene.ask(3, path, &body).await?;
    ensure!(reply.status == 403, "{}", reply.text());
    let spans = scene.spans(3).await?;
    ensure!(spans.len() == 1, "{spans:?}");
    for bytes in scene.collector.bytes()? {
        let all = String::from_utf8_lossy(&bytes);
        ensure!(
            !all.contains("ann@example.org") && !all.contains("nightfall"),
            "{all}"
        );
    }
    scene.world.stop().await
}

/// The names of OpenInference, with and without content; what guards take away is under none of them.
#[tokio::test(flavor = "multi_thread")]
async fn spans_have_the_names_of_openinference_where_that_is_asked_for() -> Result<()> {
    let scene = Scene::start(&["--trace-content", "--trace-names", "openinference"], &[]).await?;
    let mut body = chat("gpt-x-mock-text-tool", "write ann@example.org of a tide");
    body["stream"] = json!(true);
    body["temperature"] = json!(0.5);
    body["tools"] = json!([{"type": "function", "function": {
        "name": "weather", "parameters": {"type": "object"}}}]);
    let path = "/guarded/v1/chat/completions";
    let (_, span) = scene.attempt(1, path, &body).await?;
    let told = |name: &str| span.attributes.get(name).map_or("", String::as_str);
    for (name, value) in [
        ("openinference.span.kind", "LLM"),
        ("llm.provider", "openai"),
        ("llm.system", "openai"),
        ("llm.model_name", told("gen_ai.response.model")),
        ("llm.invocation_parameters", "{\"temperature\":0.5}"),
        ("llm.token_count.prompt", told("gen_ai.usage.input_tokens")),
        ("input.mime_type", "application/json"),
        ("output.mime_type", "application/json"),
        ("llm.input_messages.0.message.role", "system"),
        ("llm.input_messages.0.message.content", "be brief"),
        ("llm.input_messages.1.message.role", "user"),
        (
            "llm.input_messages.1.message.content",
            "write <EMAIL_ADDRESS> of a tide",
        ),
        ("llm.output_messages.0.message.role", "assistant"),
        ("llm.tools.0.tool.name", "weather"),
    ] {
        ensure!(told(name) == value && !value.is_empty(), "{name}: {span:?}");
    }
    let call = "llm.output_messages.0.message.tool_calls.0.tool_call.function";
    ensure!(told(&format!("{call}.name")) == "weather", "{span:?}");
    let arguments: Value = serde_json::from_str(told(&format!("{call}.arguments")))?;
    ensure!(arguments.is_object(), "{span:?}");
    let (prompt, answer) = (
        content(&span, "input.value")?,
        content(&span, "output.value")?,
    );
    let said = answer.at("/0/parts/0/content").as_str();
    let said = said.context("no answer")?;
    ensure!(
        told("llm.output_messages.0.message.content") == said,
        "{span:?}"
    );
    ensure!(prompt.at("/1/role") == "user", "{prompt}");
    for name in [INSTRUCTIONS, ASKED, ANSWERED, TOOLS, TRUNCATED] {
        ensure!(!span.attributes.contains_key(name), "{span:?}");
    }
    // Nothing is counted twice.
    let spans = scene.spans(1).await?;
    let request = spans.iter().find(|span| span.parent == PARENT);
    let request = &request.context("no request")?.attributes;
    let kind = request.get("openinference.span.kind");
    ensure!(kind.is_some_and(|kind| kind == "CHAIN"), "{request:?}");
    let is_counted = |name: &String| name.starts_with("gen_ai.") || name.starts_with("llm.");
    ensure!(!request.keys().any(is_counted), "{request:?}");
    for bytes in scene.collector.bytes()? {
        let all = String::from_utf8_lossy(&bytes);
        ensure!(!all.contains("ann@example.org"), "{all}");
    }
    // Far more messages than a span has attributes: the last are there.
    let turn = json!({"role": "user", "content": "and"});
    body["messages"] = json!(vec![turn; 500]);
    let (_, span) = scene.attempt(2, path, &body).await?;
    let last = "llm.input_messages.127.message.content";
    ensure!(span.attributes.contains_key(last), "{span:?}");
    ensure!(
        span.attributes.contains_key("llm.token_count.total"),
        "{span:?}"
    );
    let cut = span.attributes.get(TRUNCATED);
    ensure!(
        cut.is_some_and(|cut| cut.contains("llm.input_messages")),
        "{span:?}"
    );
    scene.world.stop().await?;
    names_alone().await
}

/// Without `--trace-content`, by the environment.
async fn names_alone() -> Result<()> {
    let names = ("TIDEGATE_TRACE_NAMES", "openinference".to_owned());
    let scene = Scene::start(&[], &[names]).await?;
    let body = chat("gpt-x-mock-healthy", "of the unseen lighthouse");
    let path = "/openai/v1/chat/completions";
    let (_, span) = scene.attempt(1, path, &body).await?;
    let kind = span.attributes.get("openinference.span.kind");
    ensure!(kind.is_some_and(|kind| kind == "LLM"), "{span:?}");
    let body = json!({"model": "embed-x", "input": "of the unseen lighthouse"});
    let (_, span) = scene.attempt(2, "/openai/v1/embeddings", &body).await?;
    let kind = span.attributes.get("openinference.span.kind");
    ensure!(kind.is_some_and(|kind| kind == "EMBEDDING"), "{span:?}");
    ensure!(
        span.attributes.contains_key("embedding.model_name")
            && !span.attributes.contains_key("llm.system"),
        "{span:?}"
    );
    for bytes in scene.collector.bytes()? {
        let all = String::from_utf8_lossy(&bytes);
        ensure!(!all.contains("lighthouse"), "{all}");
    }
    scene.world.stop().await
}

/// The client's format is read, whoever answers.
async fn formats(scene: &Scene) -> Result<()> {
    for (trace, path) in [(3, "/anthropic/v1/messages"), (4, "/openai/v1/messages")] {
        for is_streamed in [false, true] {
            let body = json!({
                "model": "x-mock-healthy", "max_tokens": 500, "stream": is_streamed, "system": "be brief",
                "messages": [{"role": "user", "content": "of the unseen lighthouse"}],
            });
            let trace = trace * 2 + u8::from(is_streamed);
            let (_, span) = scene.attempt(trace, path, &body).await?;
            let said = json!([{"role": "user", "parts": [text("of the unseen lighthouse")]}]);
            ensure!(
                content(&span, INSTRUCTIONS)? == json!([text("be brief")]),
                "{span:?}"
            );
            ensure!(content(&span, ASKED)? == said, "{span:?}");
            let told = content(&span, ANSWERED)?;
            let part = told.at("/0/parts/0/content").as_str();
            ensure!(
                part.is_some_and(|part| part.contains("lighthouse")),
                "{path}: {told}"
            );
            ensure!(told.at("/0/finish_reason") == "stop", "{path}: {told}");
        }
    }
    Ok(())
}

/// A long prompt is cut, and says so. Spans tell it, and nothing else: neither records of requests nor the log.
async fn only_spans(scene: &Scene) -> Result<()> {
    let path = "/openai/v1/chat/completions";
    let body = chat(
        "gpt-x-mock-healthy",
        &"a very long tide \"of words\" ".repeat(3000),
    );
    let (_, span) = scene.attempt(30, path, &body).await?;
    let told = content(&span, ASKED)?;
    ensure!(told.at("/0/parts/0/truncated") == &json!(true), "{told}");
    let names = span.attributes.get(TRUNCATED);
    ensure!(
        names.is_some_and(|names| names.contains(ASKED)),
        "{names:?}"
    );
    for event in scene.collector.events()? {
        ensure!(!format!("{event:?}").contains("lighthouse"), "{event:?}");
    }
    let log = scene.world.log();
    ensure!(!log.contains("lighthouse"), "{log}");
    ensure!(log.contains("--trace-content: spans"), "{log}");
    for bytes in scene.collector.bytes()? {
        let all = String::from_utf8_lossy(&bytes);
        ensure!(
            !all.contains("key-of-the-client") && !all.contains(KEY),
            "{all}"
        );
    }
    Ok(())
}
