//! Lists of texts for models that embed one text a request: asked for one by one, answered as one list.
//!
//! The mock of Bedrock takes one text a request, checks each signature, and keeps an account; behind it stands one of OpenAI.
//! Must not know how many requests are on their way at once, beyond the bound that the guide gives.

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tests::client::{Client, Reply, request};
use tests::manifest::{documents, gateway, route};
use tests::world::World;
use tests::{deadline, port};

use super::account::Metrics;
use super::mock::{AWS_ID, AWS_SECRET, KEY, Mock};
use super::told::At;

const TITAN: &str = "amazon.titan-embed-text-v2:0";
const NOVA: &str = "amazon.nova-2-multimodal-embeddings-v1:0";
/// As the guide has it.
const AT_ONCE: u64 = 8;
/// More than are on their way at once.
const TEXTS: usize = 21;
/// Of [`up_to`].
const TO_THE_FAILURE: usize = AT_ONCE as usize + 3;
/// How long the provider that hangs is waited for.
const LIMIT: &str = "1s";

const SECRET: &str = "apiVersion: v1
kind: Secret
metadata: {name: aws}
stringData: {accessKey: AKID, secretKey: SECRET}
";
/// Answers of one of the backends are kept, and what it takes is counted.
const POLICIES: &str = "apiVersion: tidegate.dev/v1alpha1
kind: TidegatePolicy
metadata: {name: kept}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: kept}]
  backend: {ai: {cache: {ttl: 1h}}}
---
apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayPolicy
metadata: {name: limit}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: titan}]
  traffic: {rateLimit: {local: [{tokens: 1000, unit: Hours}]}}
";

/// Both planes and the mocks.
struct Stage {
    world: World,
    port: u16,
    bedrock: Mock,
    openai: Mock,
}

/// Texts that their numbers of words tell apart, and all the words.
fn texts(count: usize) -> (Vec<String>, u64) {
    let words = |index: usize| 1 + (index * 5) % 7;
    let texts = (0..count).map(|index| vec!["tide"; words(index)].join(" "));
    (texts.collect(), (0..count).map(words).sum::<usize>() as u64)
}

/// A backend with its route: Bedrock, and OpenAI behind it where there is a port. Failures evict nobody.
fn backend(name: &str, model: &str, (bedrock, openai): (u16, Option<u16>)) -> String {
    // Only the one that is waited for in vain has a limit: a busy machine is slow.
    let limit = match name {
        "hangs" => format!(", http: {{requestTimeout: {LIMIT}}}"),
        _ => String::new(),
    };
    let behind = openai.map(|port| {
        format!(
            "    - providers: [{{name: openai, openai: {{model: embed-x}}, host: 127.0.0.1, port: {port}, \
             policies: {{auth: {{key: {KEY}}}}}}}]\n"
        )
    });
    format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: {name}}}
spec:
  ai:
    groups:
    - providers: [{{name: bedrock, bedrock: {{region: eu-west-3, model: \"{model}\"}}, host: 127.0.0.1, port: {bedrock}, \
         policies: {{auth: {{aws: {{secretRef: {{name: aws}}}}}}{limit}}}}}]
{}  policies:
    health: {{eviction: {{consecutiveFailures: 1000}}}}
---
{}",
        behind.unwrap_or_default(),
        route(name, &format!("/{name}"), name)
    )
}

// === impl Stage ===

impl Stage {
    async fn start() -> Result<Stage> {
        let aws = format!("{AWS_ID}:{AWS_SECRET}");
        let bedrock = Mock::start(&["--aws-key", &aws]).await?;
        let openai = Mock::start(&["--base-path", "/v1", "--require-key", KEY]).await?;
        let (one, both) = (
            (bedrock.port(), None),
            (bedrock.port(), Some(openai.port())),
        );
        let secret = SECRET.replace("AKID", AWS_ID).replace("SECRET", AWS_SECRET);
        let manifests = [
            secret,
            backend("titan", TITAN, one),
            backend("nova", NOVA, one),
            backend("kept", TITAN, one),
            backend("fails", TITAN, both),
            backend("hangs", TITAN, both),
            POLICIES.to_owned(),
        ];
        let port = port::free()?;
        let mut world = World::up(&[
            ("gateway.yaml", gateway(port)),
            ("backends.yaml", documents(&manifests)),
            ("ready.yaml", route("ready", "/ready", "absent")),
        ])?;
        world.until_status(port, "http://a.test/ready", 500).await?;
        Ok(Stage {
            world,
            port,
            bedrock,
            openai,
        })
    }

    /// As the SDK of OpenAI asks.
    async fn ask(&self, backend: &str, body: &Value) -> Result<Reply> {
        let url = format!("http://a.test/{backend}/v1/embeddings");
        let headers = [("content-type", "application/json")];
        let request = request("POST", &url, &headers, &body.to_string())?;
        Client::http1(self.port).send(request).await
    }

    async fn list(&self, backend: &str, body: &Value) -> Result<Value> {
        let reply = self.ask(backend, body).await?;
        ensure!(
            reply.status == 200,
            "{backend}: {} {}",
            reply.status,
            reply.text()
        );
        serde_json::from_slice(&reply.body).context(backend.to_owned())
    }

    /// Tokens that a mock told of the model that it was asked for.
    async fn told(mock: &Mock, model: &str) -> Result<u64> {
        let accounts = mock.accounts().await?;
        let own = accounts.iter().filter(|one| *one.at("/model") == model);
        Ok(own.filter_map(|one| one.at("/input_tokens").as_u64()).sum())
    }

    /// The backend's attempts that ended so.
    fn attempts(metrics: &Metrics, backend: &str, verdict: &str) -> Result<u64> {
        let backend = format!("backend/default/{backend}");
        let labels = [("backend", backend.as_str()), ("verdict", verdict)];
        metrics.sum("tidegate_proxy_llm_attempts_total", &labels)
    }

    /// There is one record of `count` requests of a route, and they took so many tokens.
    async fn recorded(&self, route: &str, (count, tokens): (usize, u64)) -> Result<()> {
        deadline::until("the record is written", deadline::SOON, || async {
            let log = self.world.log();
            let name = format!("default/{route}");
            let records = log
                .lines()
                .filter(|line| line.contains("tidegate.llm.ending=") && line.contains(&name));
            ensure!(records.count() == count, "{route}: not {count} records");
            let metrics = Metrics::scrape(&self.world).await?;
            let labels = [("route", name.as_str()), ("gen_ai_token_type", "input")];
            let counted = metrics.sum("gen_ai_client_token_usage_sum", &labels)?;
            ensure!(counted == tokens, "{route}: {counted} of {tokens}");
            Ok(())
        })
        .await
    }
}

/// Each vector stands at its text's place.
fn check(list: &Value, texts: &[String]) -> Result<()> {
    let data = list.at("/data").as_array().context("no list")?;
    ensure!(data.len() == texts.len(), "{} vectors", data.len());
    for (index, (one, text)) in data.iter().zip(texts).enumerate() {
        ensure!(*one.at("/index") == index, "{one}");
        let words = f64::from(u32::try_from(text.split(' ').count())?);
        ensure!(*one.at("/embedding") == json!([0.5, words / -8.0]), "{one}");
    }
    Ok(())
}

/// Order, sum, account and record of a list.
async fn in_order(stage: &Stage) -> Result<()> {
    let (texts, words) = texts(TEXTS);
    let body = json!({"model": "any", "input": texts});
    for (backend, model, asked) in [("titan", TITAN, 1), ("nova", NOVA, 2)] {
        let list = stage.list(backend, &body).await.context(backend)?;
        check(&list, &texts).context(backend)?;
        ensure!(list.at("/usage/prompt_tokens") == words, "{list}");
        ensure!(*list.at("/model") == model, "{list}");
        // Each text was asked for once, and what was told for them is what was counted.
        let seen = stage.bedrock.requests().await?;
        ensure!(seen == asked * TEXTS as u64, "{backend}: {seen} requests");
        ensure!(Stage::told(&stage.bedrock, model).await? == words);
        stage.recorded(backend, (1, words)).await?;
        let metrics = Metrics::scrape(&stage.world).await?;
        ensure!(
            Stage::attempts(&metrics, backend, "success")? == 1,
            "{backend}"
        );
    }
    // What was held is settled once.
    let metrics = Metrics::scrape(&stage.world).await?;
    let taken = metrics.sum("tidegate_proxy_rate_limit_tokens_total", &[])?;
    ensure!(taken == words, "{taken} were taken of {words}");
    let packed =
        json!({"model": "any", "input": ["one", "two words"], "encoding_format": "base64"});
    let list = stage.list("titan", &packed).await?;
    let expected: Vec<u8> = [0.5_f32, -0.25]
        .iter()
        .flat_map(|one| one.to_le_bytes())
        .collect();
    let text = list.at("/data/1/embedding").as_str().context("base64")?;
    ensure!(STANDARD.decode(text)? == expected, "{list}");
    Ok(())
}

/// Answers to a list of [`TO_THE_FAILURE`] texts: all but one place are taken by those that hang, so that each of the others is asked
/// for when the one before it was taken.
fn up_to(failure: &'static str) -> Vec<&'static str> {
    let mut script = vec!["healthy"];
    script.extend(["hang"; AT_ONCE as usize - 1]);
    script.extend(["healthy", "healthy", failure]);
    script
}

/// One request that fails is the failure of the attempt, and the other provider answers all of it. What the first provider told
/// before is counted.
async fn in_the_middle(stage: &Stage) -> Result<()> {
    let (texts, words) = texts(TO_THE_FAILURE);
    let body = json!({"model": "any", "input": texts});
    stage.bedrock.script(&up_to("fail-503")).await?;
    let before = Stage::told(&stage.bedrock, TITAN).await?;
    let list = stage.list("fails", &body).await?;
    let data = list.at("/data").as_array().context("no list")?;
    ensure!(data.len() == TO_THE_FAILURE && *list.at("/model") == "embed-x");
    let is_openais = |one: &Value| one.at("/embedding").as_array().map(Vec::len) == Some(8);
    ensure!(data.iter().all(is_openais), "half an answer: {list}");
    ensure!(stage.openai.requests().await? == 1);
    let told = Stage::told(&stage.bedrock, TITAN).await? - before;
    ensure!(told > 0, "nothing was told");
    stage.recorded("fails", (1, words + told)).await?;
    let metrics = Metrics::scrape(&stage.world).await?;
    for (provider, tokens) in [("aws.bedrock", told), ("openai", words)] {
        let labels = [
            ("route", "default/fails"),
            ("gen_ai_provider_name", provider),
            ("gen_ai_token_type", "input"),
        ];
        let counted = metrics.sum("gen_ai_client_token_usage_sum", &labels)?;
        ensure!(counted == tokens, "{provider}: {counted} of {tokens}");
    }
    let log = stage.world.log();
    let replaced = format!("tidegate.llm.replaced.input_tokens={told}");
    ensure!(log.contains(&replaced), "no {replaced}");
    let metrics = Metrics::scrape(&stage.world).await?;
    let count = |verdict| Stage::attempts(&metrics, "fails", verdict);
    ensure!(count("status_5xx")? == 1 && count("success")? == 1);
    let failovers = metrics.sum(
        "tidegate_proxy_llm_failovers_total",
        &[("backend", "backend/default/fails")],
    )?;
    ensure!(failovers == 1, "{failovers} failovers");
    for_good(stage).await.context("for good")?;
    // Alone, its words reach the client, and nothing else does.
    let (texts, _) = self::texts(TEXTS);
    let body = json!({"model": "any", "input": texts});
    stage.bedrock.script(&["healthy", "fail-400"]).await?;
    let reply = stage.ask("titan", &body).await?;
    ensure!(
        reply.status == 400
            && reply.text().contains("error")
            && !reply.text().contains("embedding"),
        "{}: {}",
        reply.status,
        reply.text()
    );
    // A page in the place of a vector is no vector.
    stage.bedrock.script(&["healthy", "html"]).await?;
    let reply = stage.ask("titan", &body).await?;
    ensure!(
        reply.status.is_server_error(),
        "{}: {}",
        reply.status,
        reply.text()
    );
    Ok(())
}

/// Where no other provider follows, what was told is the request's own; limits count it.
async fn for_good(stage: &Stage) -> Result<()> {
    let (texts, _) = texts(TO_THE_FAILURE);
    let body = json!({"model": "any", "input": texts});
    let labels = [("route", "default/titan"), ("gen_ai_token_type", "input")];
    let counted = async || {
        let metrics = Metrics::scrape(&stage.world).await?;
        let counted = metrics.sum("gen_ai_client_token_usage_sum", &labels)?;
        let taken = metrics.sum("tidegate_proxy_rate_limit_tokens_total", &[])?;
        anyhow::Ok((counted, taken))
    };
    let (counted_before, taken_before) = counted().await?;
    let before = Stage::told(&stage.bedrock, TITAN).await?;
    stage.bedrock.script(&up_to("fail-503")).await?;
    let reply = stage.ask("titan", &body).await?;
    ensure!(reply.status == 503, "{}: {}", reply.status, reply.text());
    let told = Stage::told(&stage.bedrock, TITAN).await? - before;
    ensure!(told > 0, "nothing was told");
    deadline::until("it is counted", deadline::SOON, || async {
        let (counted, taken) = counted().await?;
        let (counted, taken) = (counted - counted_before, taken - taken_before);
        ensure!(
            (counted, taken) == (told, told),
            "{counted} and {taken} of {told}"
        );
        Ok(())
    })
    .await
}

/// So many are on their way at once and no more, and the time of the attempt is that of all.
async fn at_once(stage: &Stage) -> Result<()> {
    let (texts, _) = texts(TEXTS);
    let body = json!({"model": "any", "input": texts});
    let before = stage.bedrock.requests().await?;
    stage.bedrock.script(&["hang"; TEXTS]).await?;
    let list = stage.list("hangs", &body).await?;
    ensure!(*list.at("/model") == "embed-x", "{list}");
    let seen = stage.bedrock.requests().await? - before;
    ensure!(seen == AT_ONCE, "{seen} at once");
    let metrics = Metrics::scrape(&stage.world).await?;
    ensure!(Stage::attempts(&metrics, "hangs", "head_timeout")? == 1);
    // A client that leaves ends them all.
    let before = stage.bedrock.requests().await?;
    let url = "http://a.test/titan/v1/embeddings";
    let headers = [("content-type", "application/json")];
    let asked = request("POST", url, &headers, &body.to_string())?;
    let mut connection = Client::http1(stage.port).connect().await?;
    let came = deadline::until(
        "all that may be on their way are",
        deadline::SOON,
        || async {
            let seen = stage.bedrock.requests().await? - before;
            ensure!(seen == AT_ONCE, "{seen} at once");
            Ok(())
        },
    );
    tokio::select! {
        answer = connection.open(asked) => ensure!(answer.is_err(), "an answer"),
        came = came => came?,
    }
    drop(connection);
    let labels = [("backend", "backend/default/titan")];
    deadline::until("nothing is under way", deadline::SOON, || async {
        let metrics = Metrics::scrape(&stage.world).await?;
        let under_way = metrics.sum("tidegate_proxy_llm_attempts_in_flight", &labels)?;
        ensure!(under_way == 0, "{under_way} attempts are under way");
        Ok(())
    })
    .await?;
    ensure!(stage.bedrock.requests().await? == before + AT_ONCE);
    stage.bedrock.script(&[]).await
}

/// A list that was answered is answered again, and one that is too long by nobody.
async fn again(stage: &Stage) -> Result<()> {
    let (texts, words) = texts(3);
    let body = json!({"model": "any", "input": texts});
    let mut seen = Vec::new();
    for status in ["miss", "hit-exact"] {
        let reply = stage.ask("kept", &body).await?;
        ensure!(reply.header("x-cache") == status, "{reply:?}");
        let list: Value = serde_json::from_slice(&reply.body)?;
        check(&list, &texts).context(status)?;
        ensure!(list.at("/usage/total_tokens") == words, "{list}");
        seen.push(stage.bedrock.requests().await?);
    }
    ensure!(seen.first() == seen.last(), "asked again");
    let long = json!({"model": "any", "input": vec!["a"; 2049]});
    let reply = stage.ask("titan", &long).await?;
    let text = reply.text();
    ensure!(reply.status == 400 && text.contains("2048"), "{text}");
    ensure!(seen.last() == Some(&stage.bedrock.requests().await?));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_for_models_of_one_text() -> Result<()> {
    let stage = Stage::start().await?;
    in_order(&stage).await.context("in order")?;
    in_the_middle(&stage).await.context("in the middle")?;
    at_once(&stage).await.context("at once")?;
    again(&stage).await.context("again")?;
    stage.world.stop().await
}
