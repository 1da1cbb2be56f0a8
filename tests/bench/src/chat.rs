//! What a chat completion costs: through us, through a proxy that forwards blindly, and through other gateways.
//!
//! Owns the scenarios and the rounds. Every peer forwards the same question to the same provider and reads the usage of its
//! answer, but for Envoy, which reads nothing; who cannot convert is asked in the provider's format. Mostly the provider is a canned one, which takes little of the core that it
//! shares with the clients; the mock provider of the tests judges each question, so that what is fast is what is right. Must
//! not judge speed: `docs/performance.md` has the goals.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::args::Args;
use crate::cpu;
use crate::peer::{Running, free_port};

pub(crate) mod client;
pub(crate) mod gateways;
pub(crate) mod provider;

use client::{Failures, Told};
use gateways::Gateway;
use provider::Pace;

const WARM_UP: Duration = Duration::from_secs(1);

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scenario {
    /// As it is printed.
    pub(crate) name: &'static str,
    /// Bytes of the prompt.
    prompt: usize,
    /// The answer comes in events.
    is_streamed: bool,
    provider: Provider,
    /// The provider speaks Anthropic's messages.
    is_converted: bool,
    /// Clients at once.
    clients: usize,
}

/// Who answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Provider {
    /// With canned bytes.
    Canned(Pace),
    /// The mock provider, which refuses what its vendor would.
    Mock,
}

/// Where they are.
struct Providers {
    paced: u16,
    at_once: u16,
    /// Where a scenario needs it.
    mock: Option<(Running, u16)>,
}

/// One peer in one scenario.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Which.
    pub(crate) peer: &'static str,
    /// What was asked for.
    pub(crate) scenario: Scenario,
    /// CPU microseconds per request, all and in user space; not known of no proxy.
    pub(crate) cpu_micros: Option<(f64, f64)>,
    /// Time to the first token of a stream, to the whole answer otherwise: median and 99th percentile, microseconds.
    pub(crate) p50: f64,
    /// 99th percentile.
    pub(crate) p99: f64,
    /// Resident memory after the load.
    pub(crate) resident_kib: u64,
    /// Answers per second.
    pub(crate) rate: f64,
    /// Questions that it failed; what was measured is of the others.
    pub(crate) failures: u64,
}

const SCENARIOS: [Scenario; 12] = [
    Scenario {
        name: "1 KB prompt",
        prompt: 1 << 10,
        is_streamed: false,
        provider: Provider::Canned(Pace::Events),
        is_converted: false,
        clients: 16,
    },
    Scenario {
        name: "100 KB prompt",
        prompt: 100 << 10,
        is_streamed: false,
        provider: Provider::Canned(Pace::Events),
        is_converted: false,
        clients: 16,
    },
    Scenario {
        name: "500 events",
        prompt: 1 << 10,
        is_streamed: true,
        provider: Provider::Canned(Pace::Events),
        is_converted: false,
        clients: 16,
    },
    Scenario {
        name: "1 KB, to Anthropic",
        prompt: 1 << 10,
        is_streamed: false,
        provider: Provider::Canned(Pace::Events),
        is_converted: true,
        clients: 16,
    },
    Scenario {
        name: "100 KB, to Anthropic",
        prompt: 100 << 10,
        is_streamed: false,
        provider: Provider::Canned(Pace::Events),
        is_converted: true,
        clients: 16,
    },
    Scenario {
        name: "500 events, to Anthropic",
        prompt: 1 << 10,
        is_streamed: true,
        provider: Provider::Canned(Pace::Events),
        is_converted: true,
        clients: 16,
    },
    Scenario {
        name: "500 at once",
        prompt: 1 << 10,
        is_streamed: true,
        provider: Provider::Canned(Pace::AtOnce),
        is_converted: false,
        clients: 16,
    },
    Scenario {
        name: "500 at once, to Anthropic",
        prompt: 1 << 10,
        is_streamed: true,
        provider: Provider::Canned(Pace::AtOnce),
        is_converted: true,
        clients: 16,
    },
    Scenario {
        name: "mock",
        prompt: 1 << 10,
        is_streamed: false,
        provider: Provider::Mock,
        is_converted: false,
        clients: 16,
    },
    Scenario {
        name: "mock, stream",
        prompt: 1 << 10,
        is_streamed: true,
        provider: Provider::Mock,
        is_converted: false,
        clients: 16,
    },
    Scenario {
        name: "mock, to Anthropic",
        prompt: 1 << 10,
        is_streamed: false,
        provider: Provider::Mock,
        is_converted: true,
        clients: 16,
    },
    Scenario {
        name: "mock, stream, to Anthropic",
        prompt: 1 << 10,
        is_streamed: true,
        provider: Provider::Mock,
        is_converted: true,
        clients: 16,
    },
];

/// Measures every peer in every scenario.
pub(crate) async fn compare(args: &Args, work: &Path) -> Result<Vec<Row>> {
    let wanted = |scenario: &Scenario| scenario.name.contains(&args.scenario);
    let providers = Providers::start(args, work, SCENARIOS.iter().filter(|one| wanted(one)))?;
    let peers = |scenario: Scenario| {
        let all = Gateway::all(args);
        all.into_iter().map(move |peer| (peer, scenario))
    };
    let entrants = SCENARIOS.into_iter().filter(wanted).flat_map(peers);
    let mut entrants: Vec<_> = entrants.map(|entrant| (entrant, Vec::new())).collect();
    // In turns, so that a machine that becomes slower is slower for all, and for all that is asked for.
    for _ in 0..args.rounds {
        for ((peer, scenario), rounds) in &mut entrants {
            let provider = providers.port(scenario.provider)?;
            let row = round(args, work, provider, *peer, *scenario).await;
            let row = row.with_context(|| format!("{}, {}", peer.name(), scenario.name));
            match (row, peer.failures()) {
                (Ok(row), _) => rounds.push(row),
                (Err(error), Failures::End) => return Err(error),
                // What it does not serve at all must not cost what the others did.
                (Err(error), Failures::Count) => eprintln!("left out: {error:#}"),
            }
        }
    }
    let rounds = entrants.into_iter().map(|(_, rounds)| rounds);
    Ok(rounds.filter_map(median).collect())
}

// === impl Providers ===

impl Providers {
    /// Starts those that the scenarios need.
    fn start<'a>(
        args: &Args,
        work: &Path,
        mut scenarios: impl Iterator<Item = &'a Scenario>,
    ) -> Result<Providers> {
        let (paced, at_once) = (free_port()?, free_port()?);
        provider::start(paced, Pace::Events)?;
        provider::start(at_once, Pace::AtOnce)?;
        let mock = match scenarios.any(|scenario| scenario.provider == Provider::Mock) {
            true => Some(provider::start_mock(args, work)?),
            false => None,
        };
        Ok(Providers {
            paced,
            at_once,
            mock,
        })
    }

    fn port(&self, provider: Provider) -> Result<u16> {
        match provider {
            Provider::Canned(Pace::AtOnce) => Ok(self.at_once),
            Provider::Canned(Pace::Events | Pace::Idle) => Ok(self.paced),
            Provider::Mock => {
                let (_, port) = self.mock.as_ref().context("the mock was not started")?;
                Ok(*port)
            }
        }
    }
}

fn median(mut rounds: Vec<Row>) -> Option<Row> {
    let cost = |row: &Row| row.cpu_micros.map_or(row.p50, |(all, _)| all);
    rounds.sort_by(|a, b| cost(a).total_cmp(&cost(b)));
    let middle = rounds.len() / 2;
    rounds.into_iter().nth(middle)
}

async fn round(
    args: &Args,
    work: &Path,
    provider: u16,
    peer: Gateway,
    scenario: Scenario,
) -> Result<Row> {
    let port = match peer {
        Gateway::Direct => provider,
        Gateway::Tidegate
        | Gateway::Against
        | Gateway::Envoy
        | Gateway::LiteLlm
        | Gateway::Portkey => free_port()?,
    };
    let dir = work.join(format!("chat-{}-{port}", peer.name()));
    fs::create_dir_all(&dir)?;
    let running = peer.start(args, &dir, (port, provider), scenario.is_converted)?;
    let target = SocketAddr::from(([127, 0, 0, 1], port));
    let request = client::request(
        &peer.headers(provider, scenario.is_converted),
        scenario.prompt,
        scenario.is_streamed,
        peer.asked_in(scenario.is_converted),
    );
    client::wait_for(target, &request, peer.patience())
        .await
        .with_context(|| log(&dir))?;
    let failures = peer.failures();
    let load = |span| client::run(target, &request, scenario.clients, span, failures);
    load(WARM_UP).await.with_context(|| log(&dir))?;
    let used = |pid: Option<u32>| pid.map(cpu::used).transpose();
    let before = used(running.pid)?;
    let start = Instant::now();
    let Told {
        histogram,
        answers,
        failures,
    } = load(args.span()).await.with_context(|| log(&dir))?;
    ensure!(answers > 0, "no answer at all\n{}", log(&dir));
    let took = start.elapsed();
    let after = used(running.pid)?;
    #[allow(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    let answers = answers as f64;
    let per_request = |time: Duration| time.as_secs_f64() * 1e6 / answers;
    let cost = before.zip(after).map(|(before, after)| {
        (
            per_request(after.total.saturating_sub(before.total)),
            per_request(after.user.saturating_sub(before.user)),
        )
    });
    Ok(Row {
        peer: peer.name(),
        scenario,
        cpu_micros: cost,
        p50: histogram.micros(0.5),
        p99: histogram.micros(0.99),
        resident_kib: running.pid.map_or(0, cpu::resident_kib),
        rate: answers / took.as_secs_f64(),
        failures,
    })
}

/// What a peer that does not serve has said.
fn log(dir: &Path) -> String {
    let logs = fs::read_dir(dir).into_iter().flatten().flatten();
    let logs = logs.filter(|entry| entry.path().extension().is_some_and(|ext| ext == "log"));
    let texts = logs.filter_map(|entry| fs::read_to_string(entry.path()).ok());
    let text: String = texts.collect();
    let skipped = text.chars().count().saturating_sub(2_000);
    text.chars().skip(skipped).collect()
}
