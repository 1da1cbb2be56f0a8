//! Where one provider fails, another answers, and the client notices nothing.
//!
//! Providers of different vendors, each in turn the first; its mock fails as its script says. Each answer must carry its
//! question's words once and end once; what the gateway counts must be what the mocks saw.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, ensure};
use tests::client::{Client, Connection};
use tests::manifest::{documents, gateway, route};
use tests::world::World;
use tests::{deadline, port};
use tokio::task::JoinSet;

use super::account::Metrics;
use super::ask::{Answer, Format, Question};
use super::mock::{KEY, Mock};
use super::told::Told;

/// Ways to fail before the client has anything.
const FAILURES: [Failure; 8] = [
    failure("limited", "fail-429.retry-after-1"),
    failure("internal", "fail-500"),
    failure("overloaded", "fail-529"),
    failure("reset", "reset"),
    failure("page", "html-502"),
    failure("error-first", "error-first"),
    // What is cut has no content: the preface of an answer that would be empty.
    failure("cut", "truncate.empty"),
    Failure {
        comes_back: false,
        ..failure("stranger", "fail-401")
    },
];
/// Ways to fail behind content.
const LATE: [&str; 4] = ["truncate", "abort", "reset-mid", "error-in-200"];
/// Each is the first once.
const VENDORS: [Vendor; 4] = [
    vendor("openai", "openai: {model: gpt-x}", "gpt-x"),
    vendor("anthropic", "anthropic: {model: claude-x}", "claude-x"),
    vendor("gemini", "gemini: {model: gemini-x}", "gemini-x"),
    vendor(
        "bedrock",
        "bedrock: {region: eu-west-3, model: amazon.nova-x}",
        "amazon.nova-x",
    ),
];
/// Questions for each case: 2,015 in all.
const QUESTIONS: usize = 65;
/// The same for the soak: 10,013 in all.
const SOAK: usize = 323;
/// More than a budget of retries would let through at once: another provider takes nothing from it.
const CLIENTS: usize = 16;
/// Answers that fail in a row; more than there are attempts.
const SCRIPT: usize = 60;

/// One way to fail.
#[derive(Clone, Copy)]
struct Failure {
    name: &'static str,
    mode: &'static str,
    /// The provider is used again after a while; a refused credential is left alone for long.
    comes_back: bool,
}

/// One of the providers.
#[derive(Clone, Copy)]
struct Vendor {
    name: &'static str,
    /// As a manifest has it.
    provider: &'static str,
    model: &'static str,
}

/// One failure of one vendor.
#[derive(Clone)]
struct Case {
    failure: Failure,
    first: usize,
    /// Of its backend and its route.
    name: String,
}

/// Both planes, and a mock for each vendor.
struct Stage {
    world: World,
    port: u16,
    mocks: Vec<Mock>,
}

const fn failure(name: &'static str, mode: &'static str) -> Failure {
    Failure {
        name,
        mode,
        comes_back: true,
    }
}

const fn vendor(name: &'static str, provider: &'static str, model: &'static str) -> Vendor {
    Vendor {
        name,
        provider,
        model,
    }
}

// === impl Case ===

impl Case {
    fn all() -> Vec<Case> {
        let cases = FAILURES.into_iter().flat_map(|failure| {
            // Gemini's answers have no preface: one that is empty is whole.
            let vendors = (0..VENDORS.len()).filter(move |first| {
                let is_cut = failure.mode == "truncate.empty";
                let is_gemini = VENDORS.get(*first).is_some_and(|own| own.name == "gemini");
                !(is_cut && is_gemini)
            });
            vendors.map(move |first| Case {
                failure,
                first,
                name: format!("{}-{first}", failure.name),
            })
        });
        cases.collect()
    }

    fn first(&self) -> Result<Vendor> {
        VENDORS.get(self.first).copied().context("no such vendor")
    }

    /// A backend of its own: what is known of its providers starts anew.
    fn manifest(&self, ports: &[u16]) -> String {
        let mut groups: Vec<String> = VENDORS
            .into_iter()
            .zip(ports)
            .map(|(Vendor { name, provider, .. }, port)| {
                format!(
                    "    - providers: [{{name: {name}, {provider}, host: 127.0.0.1, port: {port}}}]\n"
                )
            })
            .collect();
        groups.rotate_left(self.first);
        let name = &self.name;
        let backend = format!(
            "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: {name}}}
spec:
  ai:
    groups:
{}  policies:
    auth: {{key: {KEY}}}
    health: {{eviction: {{duration: 1s}}}}
",
            groups.concat()
        );
        format!("{backend}---\n{}", route(name, &format!("/{name}"), name))
    }

    /// How question `number` is asked: in each format and both ways in turn.
    fn way(&self, number: usize) -> Result<(Format, Answer)> {
        let formats = Format::ALL.len();
        let format = Format::ALL.get(number % formats).copied();
        let answer = Answer::ALL.get(number / formats % 2).copied();
        format.zip(answer).context("no such way")
    }
}

// === impl Stage ===

impl Stage {
    async fn start(cases: &[Case]) -> Result<Stage> {
        let mut mocks = Vec::new();
        for _ in VENDORS {
            mocks.push(Mock::start(&["--require-key", KEY]).await?);
        }
        let ports: Vec<u16> = mocks.iter().map(Mock::port).collect();
        let manifests: Vec<String> = cases.iter().map(|case| case.manifest(&ports)).collect();
        let port = port::free()?;
        let mut world = World::up(&[
            ("gateway.yaml", gateway(port)),
            ("cases.yaml", documents(&manifests)),
            ("ready.yaml", route("ready", "/ready", "absent")),
        ])?;
        // The route whose backend is missing says that all are there.
        world.until_status(port, "http://a.test/ready", 500).await?;
        Ok(Stage { world, port, mocks })
    }

    /// Requests that each mock has seen.
    async fn seen(&self) -> Result<Vec<u64>> {
        let mut seen = Vec::new();
        for mock in &self.mocks {
            seen.push(mock.requests().await?);
        }
        Ok(seen)
    }

    /// A row of the report.
    async fn run(&self, case: &Case, questions: usize) -> Result<String> {
        let before = self.seen().await?;
        let first = self.mocks.get(case.first).context("no such mock")?;
        first.script(&[case.failure.mode; SCRIPT]).await?;
        ask_all(self.port, case, questions).await?;
        first.script(&[]).await?;
        if case.failure.comes_back {
            self.until_back(case).await?;
        }
        // A count may come a moment after what it counts.
        deadline::until("the counts agree", deadline::SOON, || {
            self.check_counts(case, &before)
        })
        .await?;
        self.row(case, questions).await
    }

    /// What the gateway counted.
    async fn row(&self, case: &Case, questions: usize) -> Result<String> {
        let metrics = Metrics::scrape(&self.world).await?;
        let backend = format!("backend/default/{}", case.name);
        let count = |name: &str| {
            let name = format!("tidegate_proxy_llm_{name}_total");
            metrics.sum(&name, &[("backend", backend.as_str())])
        };
        let (failure, first) = (case.failure.name, case.first()?.name);
        let [attempts, failovers, evictions] = ["attempts", "failovers", "evictions"].map(count);
        Ok(format!(
            "| {failure} | {first} | {questions} | {} | {} | {} |\n",
            attempts?, failovers?, evictions?
        ))
    }

    /// Waits until the first provider answers again.
    async fn until_back(&self, case: &Case) -> Result<()> {
        let first = case.first()?;
        let client = Client::http1(self.port);
        deadline::until("the provider is used again", deadline::SOON, || async {
            let mut connection = client.connect().await?;
            let told = ask(
                &mut connection,
                case,
                (Format::Chat, Answer::Collected),
                "back",
            )
            .await?;
            let is_first = told.text.contains(&format!("as {}.", first.model));
            ensure!(is_first, "another answers: {}", told.text);
            Ok(())
        })
        .await
    }

    async fn check_counts(&self, case: &Case, before: &[u64]) -> Result<()> {
        let seen = self.seen().await?;
        let metrics = Metrics::scrape(&self.world).await?;
        let backend = format!("backend/default/{}", case.name);
        let count = |name: &str, provider: Option<&str>| {
            let mut labels = vec![("backend", backend.as_str())];
            labels.extend(provider.map(|provider| ("provider", provider)));
            metrics.sum(&format!("tidegate_proxy_llm_{name}_total"), &labels)
        };
        for (vendor, (seen, before)) in VENDORS.into_iter().zip(seen.into_iter().zip(before)) {
            let (attempts, seen) = (count("attempts", Some(vendor.name))?, seen - *before);
            ensure!(
                attempts == seen,
                "{attempts} attempts at {}, which saw {seen}",
                vendor.name
            );
        }
        let first = case.first()?;
        let evictions = count("evictions", Some(first.name))?;
        ensure!(evictions >= 1, "{} was never evicted", first.name);
        let all = count("evictions", None)?;
        ensure!(all == evictions, "another was evicted too");
        ensure!(count("failovers", None)? >= 1, "no failover was counted");
        Ok(())
    }
}

/// Several clients ask at the same time, each over a connection that it keeps.
async fn ask_all(port: u16, case: &Case, questions: usize) -> Result<()> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let (next, case) = (Arc::clone(&next), case.clone());
        clients.spawn(async move {
            let mut connection = Client::http1(port).connect().await?;
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= questions {
                    return anyhow::Ok(());
                }
                let way = case.way(number)?;
                let mark = format!("mark-{number}-end");
                let about = || format!("{way:?} {mark}");
                let told = ask(&mut connection, &case, way, &mark).await;
                check(&told.with_context(about)?, &mark).with_context(about)?;
            }
        });
    }
    while let Some(client) = clients.join_next().await {
        client.context("a client")??;
    }
    Ok(())
}

async fn ask(
    connection: &mut Connection,
    case: &Case,
    (format, answer): (Format, Answer),
    said: &str,
) -> Result<Told> {
    let question = Question {
        format,
        answer,
        model: "any",
        said,
    };
    let reply = connection.send(question.request(&case.name)?).await?;
    Told::read(format, answer, &reply)
}

/// Not failed, not twice, and not spliced of two.
fn check(told: &Told, mark: &str) -> Result<()> {
    ensure!(told.is_whole(), "not whole: {told:?}");
    let is_one = VENDORS.iter().any(|vendor| {
        let model = vendor.model;
        told.text == format!("This is a mock provider answering as {model}. You said: {mark}")
    });
    ensure!(is_one, "not one answer: {}", told.text);
    Ok(())
}

/// An answer that is unusual and none the less one: in one piece although a stream was asked for, or without content.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_an_answer_is_the_clients() -> Result<()> {
    let cases = (0..VENDORS.len()).map(|first| Case {
        failure: failure("unusual", ""),
        first,
        name: format!("unusual-{first}"),
    });
    let cases: Vec<Case> = cases.collect();
    let stage = Stage::start(&cases).await?;
    for case in &cases {
        let first = stage.mocks.get(case.first).context("no such mock")?;
        let before = stage.seen().await?;
        let mut asked = 0;
        for mode in ["ignore-stream", "empty"] {
            for format in Format::ALL {
                first.script(&[mode]).await?;
                let mut connection = Client::http1(stage.port).connect().await?;
                let way = (format, Answer::Streamed);
                let told = ask(&mut connection, case, way, "mark").await;
                let told = told.with_context(|| format!("{} {mode} {way:?}", case.name))?;
                ensure!(told.is_whole(), "{} {mode} {way:?}: {told:?}", case.name);
                asked += 1;
            }
        }
        let mut expected = before;
        *expected.get_mut(case.first).context("no such mock")? += asked;
        ensure!(
            stage.seen().await? == expected,
            "another provider was asked"
        );
    }
    stage.world.stop().await
}

/// What a client has seen the beginning of is not continued by another provider, and not told as whole.
#[tokio::test(flavor = "multi_thread")]
async fn what_has_begun_is_not_spliced() -> Result<()> {
    let cases = LATE.into_iter().flat_map(|mode| {
        (0..VENDORS.len()).flat_map(move |first| {
            (0..Format::ALL.len()).map(move |format| Case {
                failure: failure(mode, mode),
                first,
                // Of its own, since one failure may be enough to leave a provider alone.
                name: format!("{mode}-{first}-{format}"),
            })
        })
    });
    let cases: Vec<Case> = cases.collect();
    let stage = Stage::start(&cases).await?;
    for (number, case) in cases.iter().enumerate() {
        let format = Format::ALL.get(number % Format::ALL.len());
        let format = *format.context("no such format")?;
        let first = stage.mocks.get(case.first).context("no such mock")?;
        let before = stage.seen().await?;
        first.script(&[case.failure.mode]).await?;
        let mut connection = Client::http1(stage.port).connect().await?;
        // Either it is told in the client's dialect, or its connection breaks off.
        if let Ok(told) = ask(&mut connection, case, (format, Answer::Streamed), "mark").await {
            ensure!(
                told.error.is_some() && !told.is_whole(),
                "{} {format:?}: {told:?}",
                case.name
            );
            ensure!(!told.text.is_empty(), "{}: it had not begun", case.name);
        }
        let mut expected = before;
        *expected.get_mut(case.first).context("no such mock")? += 1;
        ensure!(
            stage.seen().await? == expected,
            "{} {format:?}: another provider was asked",
            case.name
        );
    }
    stage.world.stop().await
}

/// Runs all cases; gives the rows of the report.
async fn run(questions: usize) -> Result<String> {
    let cases = Case::all();
    let stage = Stage::start(&cases).await?;
    let (mut rows, mut failures) = (String::new(), Vec::new());
    for case in &cases {
        match stage.run(case, questions).await {
            Ok(row) => rows.push_str(&row),
            Err(error) => failures.push(format!("{}: {error:#}", case.name)),
        }
    }
    ensure!(
        failures.is_empty(),
        "{}\n{}",
        failures.join("\n"),
        stage.world.log()
    );
    stage.world.stop().await?;
    Ok(rows)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_client_sees_a_provider_fail() -> Result<()> {
    run(QUESTIONS).await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "the soak: ten thousand questions, for a release"]
async fn no_client_of_ten_thousand_sees_a_provider_fail() -> Result<()> {
    let rows = run(SOAK).await?;
    let Some(path) = std::env::var_os("TIDEGATE_FAILOVER_REPORT") else {
        return Ok(());
    };
    let report = format!(
        "# Failover\n\nWritten by `make soak`; what it does is told in `tests/tests/llm/failover.rs`. Every question had one \
         whole answer: none failed, none came\ntwice, none was made of two.\n\n\
         | failure | of the first | questions | attempts | failovers | evictions |\n\
         | --- | --- | --- | --- | --- | --- |\n{rows}"
    );
    std::fs::write(&path, report).with_context(|| format!("writing {}", path.display()))
}
