//! What is asked of models besides conversations, end to end: vectors, counts, sounds, forms, encoded bodies.
//!
//! Owns the questions. The mocks judge what reaches them; must not look into the gateway.

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use serde_json::{Value, json};
use tests::client::{Client, Reply, request};
use tests::manifest::{documents, gateway, route};
use tests::upstream::{Behaviour, Upstream};
use tests::world::World;
use tests::{deadline, port};

use super::account::Metrics;
use super::mock::{KEY, Mock};
use super::rig::{KINDS, Kind, Rig};
use super::told::At as _;

const TOKENS: &str = "gen_ai_client_token_usage_sum";
const JSON: (&str, &str) = ("content-type", "application/json");

fn kind(name: &str) -> Result<&'static Kind> {
    KINDS
        .iter()
        .find(|kind| kind.name == name)
        .context("a kind")
}

async fn send(
    rig: &Rig,
    (method, path): (&str, &str),
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Result<Reply> {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("http://a.test{path}"))
        .header("authorization", "Bearer sk-of-the-client");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(body.into()))?;
    Client::http1(rig.port).send(request).await
}

async fn ask(rig: &Rig, path: &str, body: &Value) -> Result<Reply> {
    send(rig, ("POST", path), &[JSON], body.to_string()).await
}

async fn json_of(rig: &Rig, path: &str, body: &Value) -> Result<Value> {
    let reply = ask(rig, path, body).await?;
    ensure!(
        reply.status == 200,
        "{path}: {} {}",
        reply.status,
        reply.text()
    );
    serde_json::from_slice(&reply.body).context(path.to_owned())
}

/// The metrics of a kind agree with its mock's account.
async fn agrees(rig: &Rig, name: &str) -> Result<()> {
    let kind = kind(name)?;
    deadline::until("gateway and mock agree", deadline::SOON, || async {
        let metrics = Metrics::scrape(&rig.world).await?;
        let accounts = rig.mock(kind)?.accounts().await?;
        for (of_gateway, of_mock) in [("input", "input_tokens"), ("output", "output_tokens")] {
            let route = format!("default/{name}");
            let labels = [("route", route.as_str()), ("gen_ai_token_type", of_gateway)];
            let counted = metrics.sum(TOKENS, &labels)?;
            let told: u64 = accounts
                .iter()
                .filter_map(|one| one[of_mock].as_u64())
                .sum();
            ensure!(counted == told, "{name}: {counted} of {told} {of_mock}");
            ensure!(
                told > 0 || of_gateway == "output",
                "{name}: nothing was told"
            );
        }
        Ok(())
    })
    .await
}

async fn vectors(rig: &Rig) -> Result<()> {
    let asked = json!({"model": "embed-x", "input": ["one", "two words"], "dimensions": 2});
    for name in ["openai", "azure", "chat", "gemini"] {
        let list = json_of(rig, &format!("/{name}/v1/embeddings"), &asked).await?;
        ensure!(
            list.at("/data").as_array().map(Vec::len) == Some(2),
            "{name}: {list}"
        );
        ensure!(list.at("/usage/prompt_tokens") == 3, "{name}: {list}");
        agrees(rig, name).await?;
    }
    let packed =
        json!({"model": "embed-x", "input": "one", "dimensions": 2, "encoding_format": "base64"});
    let list = json_of(rig, "/openai/v1/embeddings", &packed).await?;
    ensure!(list.at("/data/0/embedding").is_string(), "{list}");
    // Titan and Cohere have other bodies, and the latter tells its count in the head.
    let titan =
        json!({"model": "amazon.titan-embed-x", "input": "two words", "encoding_format": "base64"});
    let list = json_of(rig, "/bedrock/v1/embeddings", &titan).await?;
    let text = list.at("/data/0/embedding").as_str().context("base64")?;
    let expected: Vec<u8> = [0.5_f32, -0.25]
        .iter()
        .flat_map(|one| one.to_le_bytes())
        .collect();
    ensure!(STANDARD.decode(text)? == expected, "{list}");
    let cohere = json!({"model": "cohere.embed-x", "input": ["one", "two words"]});
    let list = json_of(rig, "/bedrock/v1/embeddings", &cohere).await?;
    ensure!(*list.at("/data/1/embedding") == json!([0.5, 1.0]), "{list}");
    ensure!(list.at("/usage/prompt_tokens") == 3, "{list}");
    agrees(rig, "bedrock").await?;
    of_vertex(rig).await
}

/// Google's models, whose texts are instances.
async fn of_vertex(rig: &Rig) -> Result<()> {
    let path = "/vertexai/v1/embeddings";
    let asked = json!({
        "model": "google/text-embedding-005", "input": ["one", "two words"], "dimensions": 3,
        "input_type": "RETRIEVAL_DOCUMENT",
    });
    let list = json_of(rig, path, &asked).await?;
    let vectors = ["/data/0/embedding", "/data/1/embedding"].map(|at| list.at(at));
    ensure!(
        vectors == [&json!([0.5, -0.125, 0.0]), &json!([0.5, -0.25, 0.0])],
        "{list}"
    );
    ensure!(list.at("/usage/prompt_tokens") == 3, "{list}");
    let mock = rig.mock(kind("vertexai")?)?;
    let sent = mock.last_request().await?;
    let own =
        "/v1/projects/p/locations/us-central1/publishers/google/models/text-embedding-005:predict";
    ensure!(*sent.at("/path") == own, "{sent}");
    agrees(rig, "vertexai").await?;
    // What Google finds wrong, and its limits, come back in the client's words.
    for (model, purpose, status, words) in [
        ("text-embedding-005", "search_query", 400, "task_type"),
        ("mock-fail-429", "CLUSTERING", 429, "current quota"),
    ] {
        let asked = json!({"model": model, "input": "one", "input_type": purpose});
        let reply = ask(rig, path, &asked).await?;
        let error: Value = serde_json::from_slice(&reply.body)?;
        let message = error.at("/error/message").as_str().unwrap_or_default();
        ensure!(
            reply.status == status && message.contains(words),
            "{model}: {reply:?}"
        );
    }
    Ok(())
}

async fn counts(rig: &Rig) -> Result<()> {
    let messages =
        json!({"model": "claude-x", "messages": [{"role": "user", "content": "hello tide"}]});
    for name in ["anthropic", "messages"] {
        let counted = json_of(rig, &format!("/{name}/v1/messages/count_tokens"), &messages).await?;
        ensure!(counted.at("/input_tokens") == 5, "{name}: {counted}");
    }
    let contents = json!({"contents": [{"role": "user", "parts": [{"text": "hello tide"}]}]});
    for name in ["gemini", "vertexai"] {
        let path = format!("/{name}/v1beta/models/gemini-x:countTokens");
        let counted = json_of(rig, &path, &contents).await?;
        ensure!(counted.at("/totalTokens") == 5, "{name}: {counted}");
    }
    // Bedrock is asked for the count of a request that is not made.
    let claude = json!({"model": "us.anthropic.claude-x", "messages": [{"role": "user", "content": "hello tide"}]});
    let counted = json_of(rig, "/bedrock/v1/messages/count_tokens", &claude).await?;
    ensure!(counted == json!({"input_tokens": 41}), "{counted}");
    // Nobody counts for OpenAI's models: the gateway says that it estimates.
    let reply = ask(rig, "/openai/v1/messages/count_tokens", &messages).await?;
    ensure!(
        reply.status == 200 && reply.header("x-tidegate-token-count") == "estimated",
        "{reply:?}"
    );
    let counted: Value = serde_json::from_slice(&reply.body)?;
    ensure!(
        counted
            .at("/input_tokens")
            .as_u64()
            .is_some_and(|count| count > 0),
        "{counted}"
    );
    // By OpenAI's own vocabulary where the model is OpenAI's: eight tokens, which the length would not tell.
    let messages =
        json!({"model": "gpt-4o", "messages": [{"role": "user", "content": "お誕生日おめでとう"}]});
    let counted = json_of(rig, "/openai/v1/messages/count_tokens", &messages).await?;
    ensure!(counted.at("/input_tokens") == 8 + 4 + 3, "{counted}");
    // A count is no usage.
    let metrics = Metrics::scrape(&rig.world).await?;
    ensure!(
        metrics.sum(TOKENS, &[("route", "default/anthropic")])? == 0,
        "counted as usage"
    );
    Ok(())
}

async fn passed(rig: &Rig) -> Result<()> {
    let completed = json_of(
        rig,
        "/openai/v1/completions",
        &json!({"model": "old", "prompt": "a b"}),
    )
    .await?;
    ensure!(
        completed.at("/choices/0/text") == "after all",
        "{completed}"
    );
    let image = json_of(
        rig,
        "/openai/v1/images/generations",
        &json!({"model": "image-x", "prompt": "a"}),
    )
    .await?;
    ensure!(image.at("/usage/output_tokens") == 4, "{image}");
    let judged = json_of(
        rig,
        "/openai/v1/moderations",
        &json!({"model": "judge", "input": "a"}),
    )
    .await?;
    ensure!(judged.at("/results/0/flagged") == false, "{judged}");
    let speech = json!({"model": "tts-x", "input": "hello", "voice": "alloy"});
    let sound = ask(rig, "/openai/v1/audio/speech", &speech).await?;
    ensure!(
        sound.status == 200 && sound.body[..] == [0xff, 0xfb, 0x90, 0, 0, 0xc3, 0x28, 0x7b],
        "{sound:?}"
    );
    ensure!(sound.header("content-type") == "audio/mpeg", "{sound:?}");
    let turn = json!({"messages": [{"role": "user", "content": [{"text": "hello tide"}]}]});
    let told = json_of(rig, "/bedrock/model/anthropic.claude-x/converse", &turn).await?;
    ensure!(told.at("/output/message/role") == "assistant", "{told}");
    agrees(rig, "bedrock").await?;
    // Three megabytes: more than a prompt may have, and no text.
    let mut form =
        b"--tide\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-x\r\n--tide\r\n\
        Content-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\n"
            .to_vec();
    form.extend(std::iter::repeat_n(0xfe, 3 << 20));
    form.extend_from_slice(b"\r\n--tide--\r\n");
    let kind = ("content-type", "multipart/form-data; boundary=tide");
    let heard = send(
        rig,
        ("POST", "/openai/v1/audio/transcriptions"),
        &[kind],
        form,
    )
    .await?;
    ensure!(
        heard.status == 200 && heard.text().contains("as was said"),
        "{heard:?}"
    );
    agrees(rig, "openai").await
}

/// What a provider keeps is looked at again.
async fn kept(rig: &Rig) -> Result<()> {
    let asked = json!({"model": "gpt-x", "input": "hello tide"});
    let told = json_of(rig, "/openai/v1/responses", &asked).await?;
    let id = told.at("/id").as_str().context("an id")?;
    let path = format!("/openai/v1/responses/{id}");
    let own = ["", "/input_items"].map(|end| format!("{path}{end}"));
    for path in &own {
        let reply = send(rig, ("GET", path), &[], "").await?;
        ensure!(
            reply.status == 200 && reply.text().contains("hello tide"),
            "{path}: {reply:?}"
        );
    }
    let reply = send(rig, ("POST", &format!("{path}/cancel")), &[], "").await?;
    ensure!(
        reply.status == 400 && reply.text().contains("synchronous"),
        "{reply:?}"
    );
    for status in [200, 404] {
        let reply = send(rig, ("DELETE", &path), &[], "").await?;
        ensure!(reply.status == status, "{reply:?}");
    }
    let counted = json_of(rig, "/openai/v1/responses/input_tokens", &asked).await?;
    ensure!(counted.at("/input_tokens") == 5, "{counted}");
    // Whoever looks is told what making it took, and took nothing.
    agrees(rig, "openai").await
}

/// A response that was made while nobody waited, and a batch.
const UNWAITED: [(&str, &str, &[u8]); 2] = [
    (
        "response",
        "/v1/responses/resp_b",
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n\
        {\"id\":\"resp_b\",\"object\":\"response\",\"background\":true,\"status\":\"completed\",\"model\":\"gpt-x\",\
        \"output\":[],\"usage\":{\"input_tokens\":3,\"output_tokens\":4,\"total_tokens\":7}}",
    ),
    (
        "batch",
        "/v1/batches/batch_b",
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n\
        {\"id\":\"batch_b\",\"object\":\"batch\",\"status\":\"completed\",\"model\":\"gpt-x\",\
        \"usage\":{\"input_tokens\":3,\"output_tokens\":4,\"total_tokens\":7}}",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_waited_for_is_counted_when_it_is_told_first() -> Result<()> {
    let port = port::free()?;
    let (mut manifests, mut providers) = (Vec::new(), Vec::new());
    for (name, _, answer) in UNWAITED {
        let provider = Upstream::start(name, Behaviour::Raw(answer)).await?;
        manifests.push(format!(
            "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: {name}}}
spec:
  ai: {{provider: {{openai: {{}}, host: 127.0.0.1, port: {}}}}}
",
            provider.port()
        ));
        manifests.push(route(name, &format!("/{name}"), name));
        providers.push(provider);
    }
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        ("kept.yaml", documents(&manifests)),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ])?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    for (name, path, _) in UNWAITED {
        for _ in 0..3 {
            let url = format!("http://a.test/{name}{path}");
            let reply = Client::http1(port).get(&url).await?;
            ensure!(reply.status == 200, "{name}: {}", reply.text());
        }
        let asked = format!("/{name}{path}");
        deadline::until("all are in the books", deadline::SOON, || async {
            let metrics = Metrics::scrape(&world).await?;
            let requests = world.log().matches(&*asked).count();
            ensure!(requests >= 3, "{requests} requests are logged");
            let route = format!("default/{name}");
            let sum =
                |of: &str| metrics.sum(TOKENS, &[("route", &route), ("gen_ai_token_type", of)]);
            let counted = (sum("input")?, sum("output")?);
            ensure!(counted == (3, 4), "{name}: {counted:?}");
            Ok(())
        })
        .await?;
    }
    world.stop().await
}

async fn orders(rig: &Rig) -> Result<()> {
    let asked = |model: &str| {
        json!({
            "model": model, "query": "tide", "documents": ["one", {"text": "two"}, "three"],
            "top_n": 2, "return_documents": true,
        })
    };
    let model = "cohere.rerank-v3-5:0";
    let order = json_of(rig, "/bedrock/v2/rerank", &asked(model)).await?;
    let expected = json!([
        {"index": 2, "relevance_score": 0.25, "document": {"text": "three"}},
        {"index": 1, "relevance_score": 0.125, "document": {"text": "two"}},
    ]);
    ensure!(*order.at("/results") == expected, "{order}");
    // The region has no ranking, and documents do not leave it.
    let reply = ask(
        rig,
        "/vertexai/v2/rerank",
        &asked("semantic-ranker-default-004"),
    )
    .await?;
    ensure!(
        reply.status == 400 && reply.text().contains("rerank is not offered"),
        "{reply:?}"
    );
    let empty = json!({"model": "cohere.rerank-v3-5:0", "query": "tide", "documents": []});
    let reply = ask(rig, "/bedrock/v2/rerank", &empty).await?;
    ensure!(
        reply.status == 400 && reply.text().contains("at least one"),
        "{reply:?}"
    );
    by_cohere(rig).await
}

/// Providers that have Cohere's API get what the client says, and their words come back as they are.
async fn by_cohere(rig: &Rig) -> Result<()> {
    for (name, path, version) in [
        ("openai", "/v1/rerank", "1"),
        ("chat", "/v1/rerank", "1"),
        ("responses", "/v1/rerank", "1"),
        ("foundry", "/providers/cohere/v2/rerank", "2"),
    ] {
        let asked = json!({"model": "rerank-x", "query": "tide", "documents": ["one", "two", "three"], "top_n": 2});
        let order = json_of(rig, &format!("/{name}/v{version}/rerank"), &asked).await?;
        let expected = json!([
            {"index": 2, "relevance_score": 0.25}, {"index": 1, "relevance_score": 0.125},
        ]);
        ensure!(*order.at("/results") == expected, "{name}: {order}");
        ensure!(
            order.at("/meta/api_version/version") == version,
            "{name}: {order}"
        );
        let sent = rig.mock(kind(name)?)?.last_request().await?;
        ensure!(*sent.at("/path") == path, "{name}: {sent}");
        let body = sent.at("/body").as_str();
        ensure!(body == Some(&asked.to_string()), "{name}: {sent}");
        let wrong =
            json!({"model": "rerank-x", "query": "tide", "documents": ["one"], "max_words": 2});
        let reply = ask(rig, &format!("/{name}/v{version}/rerank"), &wrong).await?;
        ensure!(
            reply.status == 400
                && reply
                    .text()
                    .contains("unknown field: parameter 'max_words'"),
            "{name}: {reply:?}"
        );
    }
    // Documents take no tokens that anybody tells.
    let metrics = Metrics::scrape(&rig.world).await?;
    let labels = [("route", "default/foundry")];
    ensure!(metrics.sum(TOKENS, &labels)? == 0, "counted as usage");
    Ok(())
}

async fn refusals(rig: &Rig) -> Result<()> {
    let vectors = json!({"model": "m", "input": "x"});
    for (path, body, words) in [
        (
            "/anthropic/v1/embeddings",
            &vectors,
            "embeddings is not offered",
        ),
        (
            "/bedrock/v1/completions",
            &vectors,
            "text_completion is not offered",
        ),
        (
            "/anthropic/v1/responses/input_tokens",
            &vectors,
            "count_tokens is not offered",
        ),
        (
            "/bedrock/v1/embeddings",
            &json!({"model": "cohere.x", "input": [1, 2]}),
            "tokens are OpenAI's own",
        ),
    ] {
        let reply = ask(rig, path, body).await?;
        let text = reply.text();
        ensure!(
            reply.status == 400 && text.contains(words),
            "{path}: {} {text}",
            reply.status
        );
    }
    let reply = ask(rig, "/openai/v1/organization/api_keys", &vectors).await?;
    ensure!(reply.status == 404, "{reply:?}");
    let twice = r#"{"model":"a","model":"b","prompt":"x"}"#;
    let reply = send(
        rig,
        ("POST", "/openai/v1/images/generations"),
        &[JSON],
        twice,
    )
    .await?;
    ensure!(
        reply.status == 400 && reply.text().contains("more than once"),
        "{reply:?}"
    );
    // Two readers of this form could find two models in it.
    let form = "--a\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nx\r\n--a--\r\n";
    let [one, other, both] = ["a", "b", "a; boundary=b"].map(|boundary| {
        let kind = format!("multipart/form-data; boundary={boundary}");
        ("content-type", kind)
    });
    for kinds in [vec![both], vec![one, other]] {
        let kinds: Vec<_> = kinds
            .iter()
            .map(|(name, kind)| (*name, kind.as_str()))
            .collect();
        let reply = send(rig, ("POST", "/openai/v1/images/edits"), &kinds, form).await?;
        ensure!(
            reply.status == 400 && reply.text().contains("one form"),
            "{kinds:?}: {reply:?}"
        );
    }
    let reply = send(rig, ("PATCH", "/openai/v1/files/f"), &[JSON], "{}").await?;
    ensure!(reply.status == 405, "{reply:?}");
    Ok(())
}

async fn encoded(rig: &Rig) -> Result<()> {
    let zipped = |text: &[u8]| -> Result<Vec<u8>> {
        use std::io::Write as _;
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(text)?;
        Ok(encoder.finish()?)
    };
    let question =
        json!({"model": "gpt-x", "messages": [{"role": "user", "content": "hello tide"}]});
    let chat = ("POST", "/openai/v1/chat/completions");
    let gzip = [JSON, ("content-encoding", "gzip")];
    let reply = send(rig, chat, &gzip, zipped(question.to_string().as_bytes())?).await?;
    ensure!(
        reply.status == 200 && reply.text().contains("hello tide"),
        "{reply:?}"
    );
    let bomb = send(rig, chat, &gzip, zipped(&vec![b' '; 64 << 20])?).await?;
    ensure!(bomb.status == 413, "{bomb:?}");
    let broken = send(rig, chat, &gzip, "no gzip").await?;
    ensure!(
        broken.status == 400 && broken.text().contains("content-encoding"),
        "{broken:?}"
    );
    let unknown = send(rig, chat, &[JSON, ("content-encoding", "compress")], "x").await?;
    ensure!(unknown.status == 415, "{unknown:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_besides_conversations() -> Result<()> {
    let rig = Rig::start().await?;
    counts(&rig).await.context("counts")?;
    vectors(&rig).await.context("vectors")?;
    passed(&rig).await.context("passed")?;
    kept(&rig).await.context("kept")?;
    orders(&rig).await.context("orders")?;
    refusals(&rig).await.context("refusals")?;
    encoded(&rig).await.context("encoded")?;
    rig.world.stop().await
}

/// Vertex AI orders documents where somebody chose no region, each of them a record.
#[tokio::test(flavor = "multi_thread")]
async fn vertex_orders_documents_everywhere() -> Result<()> {
    let (mock, port) = (Mock::start(&["--require-key", KEY]).await?, port::free()?);
    let backend = format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: vertexai}}
spec:
  ai: {{provider: {{vertexai: {{projectId: p}}, host: 127.0.0.1, port: {}}}}}
  policies: {{auth: {{key: {KEY}}}}}
",
        mock.port()
    );
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        (
            "vertexai.yaml",
            documents(&[backend, route("vertexai", "/v2", "vertexai")]),
        ),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ])?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    let order = async |model: &str, documents: Value| {
        let asked = json!({"model": model, "query": "tide", "documents": documents, "top_n": 2});
        let url = "http://a.test/v2/rerank";
        let asked = request("POST", url, &[JSON], &asked.to_string())?;
        Client::http1(port).send(asked).await
    };
    let model = "semantic-ranker-default-004";
    let reply = order(model, json!(["one", "two", "three"])).await?;
    let told: Value = serde_json::from_slice(&reply.body)?;
    let expected = json!([
        {"index": 2, "relevance_score": 0.25}, {"index": 1, "relevance_score": 0.125},
    ]);
    ensure!(*told.at("/results") == expected, "{told}");
    let sent = mock.last_request().await?;
    let path = "/v1/projects/p/locations/global/rankingConfigs/default_ranking_config:rank";
    ensure!(*sent.at("/path") == path, "{sent}");
    // Google's own words about limits.
    let reply = order("mock-fail-429", json!(["one"])).await?;
    ensure!(
        reply.status == 429 && reply.text().contains("current quota"),
        "{reply:?}"
    );
    world.stop().await
}
