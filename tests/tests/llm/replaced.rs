//! What an attempt took before another answered is counted, at its own provider's prices.
//!
//! The providers' own accounts are the measure: records, metrics and a budget have their sum. Must not know why another is asked.

use std::net::Ipv4Addr;

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tests::client::{Client, Reply, request};
use tests::manifest::{documents, gateway, route};
use tests::world::World;
use tests::{deadline, port};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::account::Metrics;
use super::ask::{Answer, Format, Question};
use super::clouds;
use super::mock::{KEY, Mock};
use super::usage::{bill, field, picos};
use crate::traces::collector::Collector;

/// What [`Broken`] tells in its errors.
const TOLD: (u64, u64) = (100, 7);
/// Of the budget, in USD.
const LIMIT: f64 = 1.0;

/// A provider that fails and tells usage: with 503, or for `gpt-inside` within a 200.
struct Broken {
    port: u16,
    /// The accepting task, which ends with this.
    _task: JoinSet<()>,
}

// === impl Broken ===

impl Broken {
    async fn start() -> Result<Broken> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let mut task = JoinSet::new();
        task.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // Who leaves has no answer.
                let _ = fail(stream).await;
            }
        });
        Ok(Broken { port, _task: task })
    }
}

async fn fail(mut stream: TcpStream) -> Result<()> {
    let asked = clouds::read(&mut stream).await?;
    let status = match asked.contains("gpt-inside") {
        true => "200 OK",
        false => "503 Service Unavailable",
    };
    let (input, output) = TOLD;
    let body = json!({
        "error": {"message": "the engine broke", "type": "server_error", "code": null},
        "usage": {"prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output},
    })
    .to_string();
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    Ok(())
}

/// A backend whose first group is OpenAI's `model` at a port, and whose second is Anthropic's at another.
fn backend(name: &str, (model, first): (&str, u16), second: u16) -> String {
    format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayBackend
metadata: {{name: {name}}}
spec:
  ai:
    groups:
      - providers: [{{name: first, openai: {{model: {model}}}, host: 127.0.0.1, port: {first}}}]
      - providers: [{{name: second, anthropic: {{model: claude-x}}, host: 127.0.0.1, port: {second}}}]
  policies: {{auth: {{key: {KEY}}}, health: {{eviction: {{consecutiveFailures: 1000}}}}}}
---
{}",
        route(name, &format!("/{name}"), name)
    )
}

/// Prices of all models but `gpt-outside`, a fallback, and a budget of everybody.
fn policies() -> String {
    let rates = "{rates: {input: \"2.5\", output: \"10\", cacheRead: \"0.25\", cacheWrite: \"3.125\", reasoning: \"12.000001\"}}";
    format!(
        "apiVersion: tidegate.dev/v1alpha1
kind: PriceCatalog
metadata: {{name: prices}}
spec:
  providers:
    openai: {{models: {{gpt-x: {rates}, gpt-inside: {rates}}}}}
    anthropic: {{models: {{claude-x: {rates}}}}}
---
apiVersion: tidegate.dev/v1alpha1
kind: TidegatePolicy
metadata: {{name: all}}
spec:
  targetRefs: [{{group: gateway.networking.k8s.io, kind: Gateway, name: gateway}}]
  traffic:
    budgets:
      - {{name: hour, unit: USD, limit: \"{LIMIT}\", window: Hour, key: 'request.headers[\"x-team\"]'}}
  backend: {{ai: {{fallback: {{reasons: [ContentPolicyViolation]}}}}}}
"
    )
}

/// Both planes, the providers and a collector.
struct Stage {
    collector: Collector,
    world: World,
    port: u16,
    openai: Mock,
    anthropic: Mock,
    _broken: Broken,
}

// === impl Stage ===

impl Stage {
    async fn start() -> Result<Stage> {
        let collector = Collector::start().await?;
        let flags = ["--base-path", "/v1", "--require-key", KEY];
        let (openai, anthropic) = (Mock::start(&flags).await?, Mock::start(&flags).await?);
        let (broken, port) = (Broken::start().await?, port::free()?);
        let second = anthropic.port();
        let backends = [
            backend("refused", ("gpt-x", openai.port()), second),
            backend("inside", ("gpt-inside", broken.port), second),
            backend("outside", ("gpt-outside", broken.port), second),
        ];
        let manifests = [
            ("gateway.yaml", gateway(port)),
            ("backends.yaml", documents(&backends)),
            ("policies.yaml", policies()),
            ("ready.yaml", route("ready", "/ready", "absent")),
        ];
        let endpoint = collector.endpoint();
        let flags = ["--otlp-logs-endpoint", &endpoint];
        let mut world = World::up_with(&manifests, &flags)?;
        world.until_status(port, "http://a.test/ready", 500).await?;
        Ok(Stage {
            collector,
            world,
            port,
            openai,
            anthropic,
            _broken: broken,
        })
    }

    async fn send(&self, route: &str, answer: Answer) -> Result<Reply> {
        let question = Question {
            format: Format::Chat,
            answer,
            model: "any",
            said: "what did that take",
        };
        let url = format!("http://a.test/{route}{}", question.path());
        let headers = [("content-type", "application/json"), ("x-team", "a")];
        let asked = request("POST", &url, &headers, &question.body().to_string())?;
        Client::http1(self.port).send(asked).await
    }

    async fn ask(&self, route: &str, answer: Answer) -> Result<()> {
        let reply = self.send(route, answer).await?;
        let text = reply.text();
        ensure!(
            reply.status == 200 && text.contains("claude-x"),
            "{route}: {}: {text}",
            reply.status
        );
        Ok(())
    }
}

/// The sum of a metric of floats that has these labels, in 10^-12 USD.
fn cost(metrics: &Metrics, labels: &[&str]) -> Result<f64> {
    let lines = metrics.text().lines();
    let own = lines.filter(|line| {
        line.starts_with("gen_ai_client_cost_usd_total{")
            && labels.iter().all(|label| line.contains(label))
    });
    let mut sum = 0.0;
    for line in own {
        let (_, value) = line.rsplit_once(' ').context("no value")?;
        sum += value.parse::<f64>()? * 1e12;
    }
    Ok(sum)
}

fn is_about(told: f64, picos: u128) -> bool {
    (told - picos as f64).abs() < 0.5
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_before_another_answered_is_counted() -> Result<()> {
    let stage = Stage::start().await?;
    for answer in Answer::ALL {
        stage.openai.script(&["empty.refusal"]).await?;
        stage.ask("refused", answer).await?;
    }
    for route in ["inside", "outside"] {
        stage.ask(route, Answer::Collected).await?;
    }
    let (of_openai, of_anthropic) = (
        stage.openai.accounts().await?,
        stage.anthropic.accounts().await?,
    );
    let (input, output) = TOLD;
    let inside = u128::from(input) * 2_500_000 + u128::from(output) * 10_000_000;
    let (refused, answered) = (bill(&of_openai)?, bill(&of_anthropic)?);
    ensure!(refused > 0 && answered > 0, "{refused}, {answered}");

    let events = deadline::until("the events came", deadline::SOON, || async {
        let events = stage.collector.events()?;
        ensure!(events.len() == 4, "{} events", events.len());
        Ok(events)
    })
    .await?;
    let (mut own, mut replaced, mut unpriced) = (0, 0, 0);
    for event in &events {
        ensure!(
            field(event, "gen_ai.provider.name")? == "anthropic",
            "{event:?}"
        );
        ensure!(
            field(event, "tidegate.llm.replaced.attempts")? == "1",
            "{event:?}"
        );
        own += picos(field(event, "tidegate.llm.cost.total")?)?;
        match event.get("tidegate.llm.replaced.cost") {
            Some(cost) => replaced += picos(cost)?,
            None => unpriced += 1,
        }
    }
    ensure!(own == answered, "{own} is not {answered}");
    ensure!(replaced == refused + inside, "{replaced}");
    ensure!(unpriced == 1, "{unpriced}");

    let budget = "tidegate_proxy_llm_budget_used_ratio{budget=\"default/all/hour\"} ";
    deadline::until("metrics and budget agree", deadline::SOON, || async {
        let metrics = Metrics::scrape(&stage.world).await?;
        let tokens = |route: &str, provider: &str, kind: &str| {
            let labels = [
                ("route", route),
                ("gen_ai_provider_name", provider),
                ("gen_ai_token_type", kind),
            ];
            metrics.sum("gen_ai_client_token_usage_sum", &labels)
        };
        for (kind, told) in [("input", input), ("output", output)] {
            for route in ["default/inside", "default/outside"] {
                ensure!(tokens(route, "openai", kind)? == told, "{route}: {kind}");
            }
            let of_mock = format!("{kind}_tokens");
            let account = of_openai.iter().map(|one| one[&of_mock].as_u64());
            let account = account.sum::<Option<u64>>().context("no count")?;
            let counted = tokens("default/refused", "openai", kind)?;
            ensure!(counted == account, "{kind}: {counted} of {account}");
        }
        let of_openai = cost(&metrics, &["gen_ai_provider_name=\"openai\""])?;
        ensure!(is_about(of_openai, refused + inside), "{of_openai}");
        let of_anthropic = cost(&metrics, &["gen_ai_provider_name=\"anthropic\""])?;
        ensure!(is_about(of_anthropic, answered), "{of_anthropic}");
        let mut lines = metrics.text().lines();
        let used = lines.find_map(|line| line.strip_prefix(budget));
        let used = used.context("no budget")?.parse::<f64>()? * LIMIT * 1e12;
        ensure!(is_about(used, refused + inside + answered), "{used}");
        Ok(())
    })
    .await?;
    stage.world.stop().await
}

/// What a refusal told is counted once, as the answer's, where no other answers and the client gets it.
#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_in_whose_place_nobody_answers_is_the_answer() -> Result<()> {
    let stage = Stage::start().await?;
    for answer in Answer::ALL {
        stage.openai.script(&["empty.refusal"]).await?;
        stage.anthropic.script(&["fail-503"; 8]).await?;
        let reply = stage.send("refused", answer).await?;
        let text = reply.text();
        ensure!(
            reply.status == 200 && text.contains("content_filter"),
            "{}: {text}",
            reply.status
        );
    }
    let account = stage.openai.accounts().await?;
    let billed = bill(&account)?;
    ensure!(billed > 0, "nothing was told");
    let events = deadline::until("the events came", deadline::SOON, || async {
        let events = stage.collector.events()?;
        ensure!(events.len() == 2, "{} events", events.len());
        Ok(events)
    })
    .await?;
    let mut own = 0;
    for event in &events {
        for (name, value) in [
            ("gen_ai.provider.name", "openai"),
            ("gen_ai.request.model", "gpt-x"),
            ("gen_ai.response.finish_reasons", "content_filter"),
        ] {
            let told = field(event, name)?;
            ensure!(told.contains(value), "{name}: {told}");
        }
        let attempts = field(event, "tidegate.llm.attempts")?;
        ensure!(attempts.parse::<u64>()? >= 2, "{attempts} attempts");
        ensure!(event.get("tidegate.llm.replaced.attempts").is_none());
        own += picos(field(event, "tidegate.llm.cost.total")?)?;
    }
    ensure!(own == billed, "{own} is not {billed}");
    let budget = "tidegate_proxy_llm_budget_used_ratio{budget=\"default/all/hour\"} ";
    deadline::until("metrics and budget agree", deadline::SOON, || async {
        let metrics = Metrics::scrape(&stage.world).await?;
        for kind in ["input", "output"] {
            let told = account
                .iter()
                .map(|one| one[&format!("{kind}_tokens")].as_u64());
            let told = told.sum::<Option<u64>>().context("no count")?;
            let labels = [("gen_ai_token_type", kind)];
            let counted = metrics.sum("gen_ai_client_token_usage_sum", &labels)?;
            ensure!(counted == told, "{kind}: {counted} of {told}");
        }
        let mut lines = metrics.text().lines();
        let used = lines.find_map(|line| line.strip_prefix(budget));
        let used = used.context("no budget")?.parse::<f64>()? * LIMIT * 1e12;
        ensure!(is_about(used, billed), "{used} of {billed}");
        Ok(())
    })
    .await?;
    stage.world.stop().await
}
