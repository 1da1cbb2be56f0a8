//! How long models are waited for: the first token, silence in a stream, and the whole of an answer.
//!
//! Two providers of different vendors, of which the first keeps clients waiting as its script says. A limit that passes must
//! end in another provider's answer, or in the client's dialect; no test measures time.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::client::Client;
use tests::manifest::{documents, gateway, route};
use tests::world::World;
use tests::{deadline, port};

use super::account::Metrics;
use super::ask::{Answer, Format, Question};
use super::mock::{KEY, Mock};
use super::told::{At, Told, check_error, check_error_event};

/// Of the provider that fails; the other one has all the time in the world.
const LIMIT: &str = "1s";
/// Of both, so that it is long enough for one that is well on a busy machine.
const OF_ROUTE: &str = "3s";
/// Longer than what comes before the first content takes, and shorter than the whole of a slow stream.
const OF_HELD: &str = "2s";
const FIRST: &str = "gpt-x";
const SECOND: &str = "claude-x";

/// Both planes and the mocks.
struct Stage {
    world: World,
    port: u16,
    first: Mock,
    second: Mock,
    /// Lets every answer pass, once it is whole.
    _judge: Mock,
}

/// A backend with its route. Failures evict nobody, so that each question begins at the first provider, whose policies these
/// are.
fn backend(name: &str, ports: &[u16], policies: &str) -> String {
    let group = |(port, (kind, model, policies)): (&u16, (&str, &str, &str))| {
        format!(
            "    - providers: [{{name: {kind}, {kind}: {{model: {model}}}, host: 127.0.0.1, port: {port}{policies}}}]\n"
        )
    };
    let kinds = [("openai", FIRST, policies), ("anthropic", SECOND, "")];
    let groups: String = ports.iter().zip(kinds).map(group).collect();
    format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: {name}}}
spec:
  ai:
    groups:
{groups}  policies:
    auth: {{key: {KEY}}}
    health: {{eviction: {{consecutiveFailures: 1000}}}}
---
{}",
        route(name, &format!("/{name}"), name)
    )
}

/// A backend of one provider, whose answers a service judges.
fn judged(name: &str, port: u16, judge: u16) -> String {
    let guard = "    ai: {promptGuard: {response: [{webhook: {backendRef: {group: agentgateway.dev, kind: AgentgatewayBackend, name: judge}}}]}}\n";
    let backend = backend(name, &[port], "").replace("---\n", &format!("{guard}---\n"));
    format!(
        "{backend}---
apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: judge}}
spec: {{static: {{host: 127.0.0.1, port: {judge}}}}}
"
    )
}

fn timeouts(name: &str, backend: &str, limits: &str) -> String {
    format!(
        "apiVersion: tidegate.dev/v1alpha1
kind: TidegatePolicy
metadata: {{name: {name}}}
spec:
  targetRefs: [{{group: agentgateway.dev, kind: AgentgatewayBackend, name: {backend}, sectionName: openai}}]
  backend: {{ai: {{timeouts: {{{limits}}}}}}}
"
    )
}

// === impl Stage ===

impl Stage {
    async fn start() -> Result<Stage> {
        let flags = ["--base-path", "/v1", "--require-key", KEY];
        let (first, second) = (Mock::start(&flags).await?, Mock::start(&flags).await?);
        let judge = Mock::start(&[]).await?;
        let (one, both) = ([first.port()], [first.port(), second.port()]);
        let attempt = format!(", policies: {{http: {{requestTimeout: {LIMIT}}}}}");
        let of_route = backend("by-route", &both, "").replace(
            "      backendRefs:",
            &format!("      timeouts: {{backendRequest: {OF_ROUTE}}}\n      backendRefs:"),
        );
        let manifests = [
            backend("first-token", &both, ""),
            timeouts(
                "first-token",
                "first-token",
                &format!("firstToken: {LIMIT}"),
            ),
            backend("alone", &one, ""),
            timeouts("alone", "alone", &format!("firstToken: {LIMIT}")),
            backend("idle", &one, ""),
            timeouts("idle", "idle", &format!("streamIdle: {LIMIT}")),
            backend("attempt", &both, &attempt),
            backend("attempt-alone", &one, &attempt),
            of_route,
            judged("held", first.port(), judge.port()),
            timeouts(
                "held",
                "held",
                &format!("firstToken: {OF_HELD}, streamIdle: {OF_HELD}"),
            ),
        ];
        let port = port::free()?;
        let mut world = World::up(&[
            ("gateway.yaml", gateway(port)),
            ("backends.yaml", documents(&manifests)),
            ("ready.yaml", route("ready", "/ready", "absent")),
        ])?;
        // The route whose backend is missing says that all are there.
        world.until_status(port, "http://a.test/ready", 500).await?;
        Ok(Stage {
            world,
            port,
            first,
            second,
            _judge: judge,
        })
    }

    /// Attempts of a backend that ended so.
    async fn attempts(&self, backend: &str, verdict: &str) -> Result<u64> {
        let backend = format!("backend/default/{backend}");
        let labels = [("backend", backend.as_str()), ("verdict", verdict)];
        let metrics = Metrics::scrape(&self.world).await?;
        metrics.sum("tidegate_proxy_llm_attempts_total", &labels)
    }

    /// Waits until as many attempts ended so: a count may come a moment after what it counts.
    async fn until_attempts(&self, backend: &str, verdict: &str, expected: u64) -> Result<()> {
        deadline::until("the count agrees", deadline::SOON, || async {
            let found = self.attempts(backend, verdict).await?;
            ensure!(found == expected, "{backend}: {found} {verdict}");
            Ok(())
        })
        .await
    }

    async fn ask(
        &self,
        backend: &str,
        (format, answer): (Format, Answer),
        mode: &str,
    ) -> Result<tests::client::Reply> {
        self.first.script(&[mode]).await?;
        let question = Question {
            format,
            answer,
            model: "any",
            said: "mark",
        };
        Client::http1(self.port)
            .send(question.request(backend)?)
            .await
    }

    /// The second provider answers in place of the first.
    async fn fails_over(&self, backend: &str, way: (Format, Answer), mode: &str) -> Result<()> {
        let about = || format!("{backend} {way:?} {mode}");
        let before = self.second.requests().await?;
        let reply = self.ask(backend, way, mode).await.with_context(about)?;
        let told = Told::read(way.0, way.1, &reply).with_context(about)?;
        ensure!(
            told.is_whole() && told.text.contains(SECOND),
            "{}: {told:?}",
            about()
        );
        ensure!(self.second.requests().await? == before + 1, "{}", about());
        Ok(())
    }

    /// There is no other provider, and nothing was sent yet.
    async fn times_out(&self, backend: &str, way: (Format, Answer), mode: &str) -> Result<()> {
        let about = || format!("{backend} {way:?} {mode}");
        let reply = self.ask(backend, way, mode).await.with_context(about)?;
        ensure!(reply.status == 504, "{}: {}", about(), reply.text());
        let body: Value = serde_json::from_slice(&reply.body).with_context(about)?;
        check_error(way.0, 504, &body).with_context(about)?;
        if way.0 == Format::Chat {
            ensure!(body.at("/error/code") == "upstream_timeout", "{body}");
        }
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_without_content_in_time_is_another_providers() -> Result<()> {
    let stage = Stage::start().await?;
    for format in Format::ALL {
        let way = (format, Answer::Streamed);
        // Behind a head, and without one.
        for mode in ["stall-first", "hang"] {
            stage.fails_over("first-token", way, mode).await?;
        }
        stage.times_out("alone", way, "stall-first").await?;
        // An answer in one piece has no first token, however long it takes.
        let way = (format, Answer::Collected);
        let reply = stage.ask("first-token", way, "slow").await?;
        let told = Told::read(way.0, way.1, &reply)?;
        ensure!(told.is_whole() && told.text.contains(FIRST), "{told:?}");
    }
    for (backend, expected) in [("first-token", 8), ("alone", 4)] {
        let verdict = "first_token_timeout";
        stage.until_attempts(backend, verdict, expected).await?;
    }
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_stream_ends_in_an_error_event() -> Result<()> {
    let stage = Stage::start().await?;
    for format in Format::ALL {
        let reply = stage
            .ask("idle", (format, Answer::Streamed), "stall")
            .await?;
        let told = Told::read(format, Answer::Streamed, &reply)?;
        let error = told.error.as_ref().context("no error")?;
        check_error_event(format, error)?;
        let is_timeout = error.to_string().contains("fell silent");
        ensure!(is_timeout && !told.text.is_empty(), "{told:?}");
        // Nothing is configured of silence before the head: the healthy answer of the next question is whole.
        let reply = stage
            .ask("idle", (format, Answer::Streamed), "healthy")
            .await?;
        let told = Told::read(format, Answer::Streamed, &reply)?;
        ensure!(told.is_whole(), "{told:?}");
    }
    stage.until_attempts("idle", "idle_timeout", 4).await?;
    stage.until_attempts("idle", "success", 4).await?;
    // What was seen is settled, and no stream is left open behind the client.
    deadline::until("all is settled", deadline::SOON, || async {
        let metrics = Metrics::scrape(&stage.world).await?;
        let records = metrics.sum("tidegate_proxy_llm_usage_records_total", &[])?;
        let in_flight = metrics.sum("tidegate_proxy_llm_attempts_in_flight", &[])?;
        ensure!(records == 8 && in_flight == 0, "{records}, {in_flight}");
        let text = stage.world.proxy_metrics("default.gateway").await?;
        let open = text
            .lines()
            .find_map(|line| line.strip_prefix("tidegate_proxy_upstream_connections_active "));
        let open: u64 = open.context("no count")?.parse()?;
        ensure!(open <= 4, "{open} connections to the provider");
        Ok(())
    })
    .await?;
    stage.world.stop().await
}

/// The client has nothing of it before its end, but the provider kept the limit once its first content was there.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_a_guard_holds_has_the_same_limits() -> Result<()> {
    let stage = Stage::start().await?;
    for format in Format::ALL {
        let way = (format, Answer::Streamed);
        let asked = Question {
            format,
            answer: way.1,
            model: "any",
            said: "mark",
        };
        let mut asked = asked.request("held")?;
        let pause = http::HeaderValue::from_static("250");
        asked.headers_mut().insert("x-mock-delay-ms", pause);
        let reply = Client::http1(stage.port).send(asked).await?;
        let told = Told::read(way.0, way.1, &reply)?;
        ensure!(told.is_whole() && told.text.contains(FIRST), "{told:?}");
        stage.times_out("held", way, "stall-first").await?;
        // Silence in the middle is no want of a first token.
        stage.times_out("held", way, "stall").await?;
    }
    for (verdict, expected) in [
        ("success", 4),
        ("first_token_timeout", 4),
        ("idle_timeout", 4),
    ] {
        stage.until_attempts("held", verdict, expected).await?;
    }
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_attempt_has_its_own_time() -> Result<()> {
    let stage = Stage::start().await?;
    let collected = (Format::Chat, Answer::Collected);
    let streamed = (Format::Messages, Answer::Streamed);
    for backend in ["attempt", "by-route"] {
        for mode in ["hang", "stall"] {
            stage.fails_over(backend, collected, mode).await?;
        }
        stage.fails_over(backend, streamed, "stall-first").await?;
        stage.until_attempts(backend, "head_timeout", 3).await?;
    }
    // A stream that has begun takes as long as it takes: here twice its limit.
    let (format, answer) = streamed;
    let asked = Question {
        format,
        answer,
        model: "any",
        said: "mark",
    };
    let mut asked = asked.request("by-route")?;
    let pause = http::HeaderValue::from_static("400");
    asked.headers_mut().insert("x-mock-delay-ms", pause);
    let reply = Client::http1(stage.port).send(asked).await?;
    let told = Told::read(format, answer, &reply)?;
    ensure!(told.is_whole() && told.text.contains(FIRST), "{told:?}");
    for mode in ["hang", "stall"] {
        stage.times_out("attempt-alone", collected, mode).await?;
    }
    stage.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limits_are_told() -> Result<()> {
    let stage = Stage::start().await?;
    for (path, words) in [
        ("/alone/v1/messages", format!("first token within {LIMIT}")),
        (
            "/idle/v1/messages",
            format!("streams silent for at most {LIMIT}"),
        ),
        (
            "/attempt/v1/messages",
            format!("each attempt within {LIMIT}"),
        ),
    ] {
        let args = ["explain", "request", "--host", "a.test", "--path", path];
        let told = String::from_utf8(stage.world.tidegate(&args).await?.stdout)?;
        ensure!(told.contains(&words), "no {words:?} of {path}: {told}");
    }
    stage.world.stop().await
}
