//! A client that leaves in mid-stream: the provider's stream is closed, and what was generated is in the books.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use anyhow::{Context, Result, ensure};
use http_body_util::BodyExt;
use tests::client::Client;
use tests::manifest::{documents, gateway, route};
use tests::world::World;
use tests::{deadline, port};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::account::Metrics;
use super::ask::{Answer, Format, Question};
use super::mock::{AWS_ID, AWS_SECRET, KEY, Mock};
use super::told::Told;

/// The head of an answer and its first words; more never comes.
const BEGUN: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n\
data: {\"id\":\"c\",\"model\":\"gpt-x\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"so much was said\"}}]}\n\n";

/// What is taken from it is what the record says, also of a client that leaves. It is many times what is held for an
/// answer whose length nobody bounded, so that the next request of a client need not wait until the last is settled.
const LIMIT: &str = "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayPolicy
metadata: {name: limit}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: assistant}]
  traffic: {rateLimit: {local: [{tokens: 100000, unit: Hours}]}}
";

/// The planes, with a backend at the route `assistant` and a policy.
async fn assistant(port: u16, backend: String, policy: &str) -> Result<World> {
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        (
            "assistant.yaml",
            documents(&[backend, route("assistant", "/assistant", "assistant")]),
        ),
        ("limit.yaml", policy.to_owned()),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ])?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    Ok(world)
}

/// Takes one request, begins to answer it, and returns when the other side has closed.
async fn provide(listener: TcpListener) -> Result<()> {
    let (mut stream, _) = listener.accept().await?;
    let mut asked = Vec::new();
    while !asked.ends_with(b"}") {
        ensure!(stream.read_buf(&mut asked).await? > 0, "no request");
    }
    stream.write_all(BEGUN.as_bytes()).await?;
    let mut rest = Vec::new();
    // A reset is an end as well.
    let _ = stream.read_to_end(&mut rest).await;
    ensure!(rest.is_empty(), "more than one request");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_ends_the_providers_stream() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let provider = listener.local_addr()?.port();
    let port = port::free()?;
    let backend = format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: assistant}}
spec:
  ai: {{provider: {{openai: {{model: gpt-x}}, host: 127.0.0.1, port: {provider}}}}}
"
    );
    let world = assistant(port, backend, LIMIT).await?;

    let leave = async {
        let mut connection = Client::http1(port).connect().await?;
        let question = Question {
            format: Format::Messages,
            answer: Answer::Streamed,
            model: "any",
            said: "hello tide",
        };
        let mut response = connection.open(question.request("assistant")?).await?;
        ensure!(response.status() == 200, "{}", response.status());
        let mut text = String::new();
        while !text.contains("so much was said") {
            let frame = response.body_mut().frame().await.context("an end")??;
            let data = frame.into_data().ok().context("trailers")?;
            text.push_str(&String::from_utf8_lossy(&data));
        }
        anyhow::Ok(())
    };
    let both = async { tokio::try_join!(provide(listener), leave) };
    deadline::within("the provider's stream ends", deadline::SOON, both).await?;

    deadline::until("the record is written", deadline::SOON, || async {
        let log = world.log();
        let of_request = log
            .lines()
            .find(|line| line.contains("tidegate.llm.ending=client_gone"));
        let line = of_request.context("no record")?;
        for words in [
            "tidegate.llm.usage.source=estimate",
            "gen_ai.usage.output_tokens=",
        ] {
            ensure!(line.contains(words), "{words}: {line}");
        }
        ensure!(
            !line.contains("gen_ai.usage.output_tokens=0"),
            "what was generated is not counted: {line}"
        );
        let metrics = Metrics::scrape(&world).await?;
        let tokens = |name: &str| -> Result<u64> {
            let words = line.split(' ');
            let word = words.filter_map(|word| word.strip_prefix(name)).next();
            let count = word.and_then(|word| word.strip_prefix('='));
            Ok(count.context(name.to_owned())?.parse()?)
        };
        let used = tokens("gen_ai.usage.input_tokens")? + tokens("gen_ai.usage.output_tokens")?;
        let taken = metrics.sum("tidegate_proxy_rate_limit_tokens_total", &[])?;
        ensure!(taken == used, "{taken} were taken, and {used} used: {line}");
        let labels = [("backend", "backend/default/assistant")];
        let under_way = metrics.sum("tidegate_proxy_llm_attempts_in_flight", &labels)?;
        ensure!(under_way == 0, "{under_way} attempts are under way");
        Ok(())
    })
    .await?;
    world.stop().await
}

/// A service that is asked and never says anything; returns once the other side has given up.
async fn ponder(listener: TcpListener, asked: Arc<Notify>) -> Result<()> {
    let (mut stream, _) = listener.accept().await?;
    let mut text = Vec::new();
    while !text.ends_with(b"}") {
        ensure!(stream.read_buf(&mut text).await? > 0, "no request");
    }
    asked.notify_one();
    let mut rest = Vec::new();
    // A reset is an end as well.
    let _ = stream.read_to_end(&mut rest).await;
    Ok(())
}

/// A client that leaves while a guard judges an answer pays for the answer, since the provider will want to be paid; one that leaves
/// while a guard judges its prompt pays for nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_a_guard_pays_for_what_was_taken() -> Result<()> {
    let mock = Mock::start(&["--base-path", "/v1"]).await?;
    for (side, answer) in [
        ("response", Answer::Collected),
        ("response", Answer::Streamed),
        ("request", Answer::Collected),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (provider, judge) = (mock.port(), listener.local_addr()?.port());
        let port = port::free()?;
        let backend = format!(
            "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: assistant}}
spec:
  ai: {{provider: {{openai: {{model: gpt-x}}, host: 127.0.0.1, port: {provider}}}}}
  policies: {{ai: {{promptGuard: {{{side}: [{{webhook: {{backendRef: {{group: agentgateway.dev, kind: AgentgatewayBackend, name: judge}}}}}}]}}}}}}
---
apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: judge}}
spec: {{static: {{host: 127.0.0.1, port: {judge}}}}}
"
        );
        let world = assistant(port, backend, LIMIT).await?;
        let asked = Arc::new(Notify::new());
        let leave = async {
            let mut connection = Client::http1(port).connect().await?;
            let question = Question {
                format: Format::Chat,
                answer,
                model: "any",
                said: "hello tide",
            };
            let waits = connection.open(question.request("assistant")?);
            tokio::select! {
                response = waits => anyhow::bail!("{:?} before its guard", response?.status()),
                () = asked.notified() => anyhow::Ok(()),
            }
        };
        let both = async { tokio::try_join!(ponder(listener, asked.clone()), leave) };
        deadline::within("the guard is left", deadline::SOON, both).await?;
        let about = format!("{side}, {answer:?}");
        deadline::until("the record is written", deadline::SOON, || async {
            let log = world.log();
            let mut lines = log.lines();
            let line = lines.find(|line| line.contains("tidegate.llm.ending=client_gone"));
            let line = line.with_context(|| format!("{about}: no record"))?;
            let tokens = |name: &str| -> Result<u64> {
                let mut words = line.split(' ').filter_map(|word| word.strip_prefix(name));
                let count = words.next().and_then(|word| word.strip_prefix('='));
                Ok(count.map_or(Ok(0), str::parse)?)
            };
            let (input, output) = (
                tokens("gen_ai.usage.input_tokens")?,
                tokens("gen_ai.usage.output_tokens")?,
            );
            let is_taken = side == "response";
            ensure!((output > 0) == is_taken, "{about}: {line}");
            let is_told = line.contains("tidegate.llm.usage.source=provider");
            ensure!(is_told == is_taken, "{about}: {line}");
            let metrics = Metrics::scrape(&world).await?;
            let taken = metrics.sum("tidegate_proxy_rate_limit_tokens_total", &[])?;
            let expected = if is_taken { input + output } else { 0 };
            ensure!(taken == expected, "{about}: {taken} were taken: {line}");
            Ok(())
        })
        .await?;
        world.stop().await?;
    }
    Ok(())
}

/// A whole answer, in one chunk of a body whose end comes later or never.
const WHOLE: &str = "data: {\"id\":\"c\",\"model\":\"gpt-x\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"all of it\"},\"finish_reason\":\"stop\"}]}\n\n\
data: {\"id\":\"c\",\"model\":\"gpt-x\",\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":4,\"total_tokens\":11}}\n\n\
data: [DONE]\n\n";

/// What a provider that ends its bodies late knows of the other side.
#[derive(Default)]
struct Late {
    /// The answers' ends may be sent.
    may_end: Notify,
    /// Requests that came over a connection that had served before.
    again: AtomicU32,
}

impl Late {
    /// Serves as long as the task is kept.
    async fn provide(self: Arc<Self>, listener: TcpListener) -> Result<()> {
        let mut serving = JoinSet::new();
        loop {
            let (mut stream, _) = listener.accept().await?;
            let late = self.clone();
            serving.spawn(async move {
                let mut asked = Vec::new();
                for turn in 0_u32.. {
                    while !asked.ends_with(b"}") {
                        if stream.read_buf(&mut asked).await? == 0 {
                            return anyhow::Ok(());
                        }
                    }
                    late.again.fetch_add(turn.min(1), Ordering::Relaxed);
                    asked.clear();
                    let length = WHOLE.len();
                    let answer = format!(
                        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n{length:x}\r\n{WHOLE}\r\n"
                    );
                    stream.write_all(answer.as_bytes()).await?;
                    late.may_end.notified().await;
                    stream.write_all(b"0\r\n\r\n").await?;
                }
                Ok(())
            });
        }
    }
}

/// The terminator is the end of an answer, for SDKs that leave at it as for those that wait for the end of the body, however late
/// the provider's own body ends; and its connection serves again.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_over_at_its_terminator() -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let provider = listener.local_addr()?.port();
    let late = Arc::new(Late::default());
    let mut providing = JoinSet::new();
    providing.spawn(late.clone().provide(listener));
    let port = port::free()?;
    let backend = format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: assistant}}
spec:
  ai: {{provider: {{openai: {{model: gpt-x}}, host: 127.0.0.1, port: {provider}}}}}
"
    );
    let world = assistant(port, backend, "").await?;
    let ask = async |format: Format| {
        let question = Question {
            format,
            answer: Answer::Streamed,
            model: "any",
            said: "hello tide",
        };
        Client::http1(port)
            .send(question.request("assistant")?)
            .await
    };
    // As they are, and converted.
    let formats = [Format::Chat, Format::Messages];
    for format in formats {
        // No end of the body was sent yet.
        let told = Told::read(format, Answer::Streamed, &ask(format).await?)?;
        ensure!(told.is_whole(), "{told:?}");
    }
    deadline::until("all records are written", deadline::SOON, || async {
        let log = world.log();
        let whole = log.lines().filter(|line| {
            line.contains("tidegate.llm.ending=complete")
                && line.contains("tidegate.llm.usage.source=provider")
                && line.contains("gen_ai.usage.output_tokens=4")
        });
        ensure!(whole.count() == formats.len(), "not all");
        Ok(())
    })
    .await?;
    // A connection whose answer does end is used again.
    deadline::until("a connection serves again", deadline::SOON, || async {
        ask(Format::Chat).await?;
        late.may_end.notify_one();
        ensure!(late.again.load(Ordering::Relaxed) > 0, "not yet");
        Ok(())
    })
    .await?;
    world.stop().await
}

/// A way to a provider that stops in the middle, and how its client leaves.
struct Way {
    name: &'static str,
    provider: &'static str,
    format: Format,
    model: &'static str,
    /// It resets a stream and keeps the connection.
    resets: bool,
}

const WAYS: [Way; 4] = [
    Way {
        name: "same",
        provider: "openai: {}",
        format: Format::Chat,
        model: "gpt-x-mock-stall",
        resets: false,
    },
    Way {
        name: "reset",
        provider: "openai: {}",
        format: Format::Chat,
        model: "gpt-x-mock-stall",
        resets: true,
    },
    Way {
        name: "bedrock",
        provider: "bedrock: {region: eu-west-3}",
        format: Format::Chat,
        model: "claude-x-mock-stall",
        resets: false,
    },
    Way {
        name: "anthropic",
        provider: "anthropic: {}",
        format: Format::Messages,
        model: "claude-x-mock-stall",
        resets: true,
    },
];

// === impl Way ===

impl Way {
    fn manifest(&self, provider: u16) -> String {
        let Way { name, .. } = self;
        let auth = match self.provider.starts_with("bedrock") {
            true => "{aws: {secretRef: {name: aws}}}".to_owned(),
            false => format!("{{key: {KEY}}}"),
        };
        let backend = format!(
            "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: {name}}}
spec:
  ai: {{provider: {{{}, host: 127.0.0.1, port: {provider}}}}}
  policies: {{auth: {auth}}}
",
            self.provider
        );
        documents(&[backend, route(name, &format!("/{name}/"), name)])
    }

    /// Asks, reads until the answer has begun, and leaves; tells how many bytes had come.
    async fn leave(&self, port: u16) -> Result<usize> {
        let client = match self.resets {
            true => Client::http2(port),
            false => Client::http1(port),
        };
        let mut connection = client.connect().await?;
        let question = Question {
            format: self.format,
            answer: Answer::Streamed,
            model: self.model,
            said: "hello tide",
        };
        let mut response = connection.open(question.request(self.name)?).await?;
        ensure!(response.status() == 200, "{}", response.status());
        let mut text = String::new();
        while !text.contains("provider") {
            let frame = response.body_mut().frame().await.context("an end")??;
            let data = frame.into_data().ok().context("trailers")?;
            text.push_str(&String::from_utf8_lossy(&data));
        }
        drop(response);
        if self.resets {
            // The connection lives on.
            let url = format!("http://a.test/{}/v1/models", self.name);
            let reply = connection.send(tests::client::get(&url)?).await?;
            ensure!(reply.status == 200, "{}", reply.status);
        }
        Ok(text.len())
    }
}

/// The tokens of a record, in and out.
fn tokens(line: &str) -> Result<(u64, u64)> {
    let count = |name: &str| -> Result<u64> {
        let word = line.split(' ').find_map(|word| word.strip_prefix(name));
        Ok(word.context(name.to_owned())?.parse()?)
    };
    Ok((
        count("gen_ai.usage.input_tokens=")?,
        count("gen_ai.usage.output_tokens=")?,
    ))
}

/// However a client leaves, whoever answers in which format: what came is estimated, no less and no more, and charged.
#[tokio::test(flavor = "multi_thread")]
async fn what_came_before_a_client_left_is_charged() -> Result<()> {
    let own = format!("{AWS_ID}:{AWS_SECRET}");
    let mock = Mock::start(&["--require-key", KEY, "--aws-key", &own]).await?;
    let port = port::free()?;
    let mut manifests = vec![format!(
        "apiVersion: v1
kind: Secret
metadata: {{name: aws}}
stringData: {{accessKey: {AWS_ID}, secretKey: {AWS_SECRET}}}
"
    )];
    manifests.extend(WAYS.iter().map(|way| way.manifest(mock.port())));
    manifests.extend(WAYS.iter().map(|way| {
        let named = LIMIT.replace("{name: limit}", &format!("{{name: {}}}", way.name));
        named.replace("name: assistant", &format!("name: {}", way.name))
    }));
    let mut world = World::up(&[
        ("gateway.yaml", gateway(port)),
        ("ways.yaml", documents(&manifests)),
        ("ready.yaml", route("ready", "/ready", "absent")),
    ])?;
    world.until_status(port, "http://a.test/ready", 500).await?;
    let mut used = 0;
    for (number, way) in WAYS.iter().enumerate() {
        let came = deadline::within(way.name, deadline::SOON, way.leave(port)).await?;
        let line = deadline::until("the record is written", deadline::SOON, || async {
            let log = world.log();
            let mut gone = log
                .lines()
                .filter(|line| line.contains("tidegate.llm.ending=client_gone"));
            gone.nth(number).map(str::to_owned).context("no record")
        })
        .await
        .context(way.name)?;
        ensure!(
            line.contains("tidegate.llm.usage.source=estimate"),
            "{line}"
        );
        let (input, output) = tokens(&line)?;
        // Two words were said; the stream itself is many times the text in it, and half an answer has six words.
        ensure!((1..=16).contains(&input), "{}: {line}", way.name);
        ensure!(
            (1..=16).contains(&output) && output < came as u64,
            "{}: {line}",
            way.name
        );
        used += input + output;
        deadline::until("what was used is taken", deadline::SOON, || async {
            let metrics = Metrics::scrape(&world).await?;
            let taken = metrics.sum("tidegate_proxy_rate_limit_tokens_total", &[])?;
            ensure!(taken == used, "{taken} were taken, and {used} used: {line}");
            let under_way = metrics.sum("tidegate_proxy_llm_attempts_in_flight", &[])?;
            ensure!(under_way == 0, "{under_way} attempts are under way");
            Ok(())
        })
        .await
        .context(way.name)?;
    }
    world.stop().await
}
