//! Whose requests are, by the policy of the guide: in events, spans and metrics.
//!
//! Must not know how a name is found: the mock's account of each team's model is what is compared with.

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tests::client::{Client, Reply, request};
use tests::deadline;

use super::account::Metrics;
use super::page;
use super::told::At;
use super::usage::{Scene, bill, field, picos};

const PAGE: &str = "docs/guide/llm-usage.md";
const REQUESTS: &str = "gen_ai_server_request_duration_seconds_count";
/// The Gateway's word about the team, and a label of the route's own, besides.
const ROUTE: &str = "apiVersion: tidegate.dev/v1alpha1
kind: TidegatePolicy
metadata: {name: of-the-route}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: anthropic}]
  traffic:
    attribution:
      team: '\"of-the-route\"'
      key: 'string(llmRequest.max_tokens)'
      metricLabels: {app: 'llm.requestModel'}
";

type Headers<'a> = &'a [(&'a str, &'a str)];

/// The page's policy, at the Gateway.
fn policy() -> Result<String> {
    let mut documents = page::documents(PAGE)?;
    documents.retain(|document| document.at("/kind") == "TidegatePolicy");
    ensure!(documents.len() == 1, "{} policies", documents.len());
    Ok(page::file(&documents))
}

async fn start() -> Result<Scene> {
    Scene::start_with(&[("policy.yaml", policy()?), ("route.yaml", ROUTE.to_owned())]).await
}

async fn ask(scene: &Scene, path: &str, model: &str, headers: Headers<'_>) -> Result<Reply> {
    let body = json!({
        "model": model,
        "max_tokens": 40,
        "user": "of-the-body",
        "messages": [{"role": "user", "content": "how much is this"}],
    });
    let url = format!("http://a.test/{path}");
    let asked = request("POST", &url, headers, &body.to_string())?;
    let reply = Client::http1(scene.port).send(asked).await?;
    ensure!(reply.status == 200, "{headers:?}: {}", reply.text());
    Ok(reply)
}

const CHAT: &str = "openai/v1/chat/completions";

#[tokio::test(flavor = "multi_thread")]
async fn what_two_teams_took_is_what_their_providers_told() -> Result<()> {
    let scene = start().await?;
    let teams = [
        ("red", "gpt-x-mock-healthy", 3),
        ("blue", "gpt-x-mock-cached", 2),
    ];
    for (team, model, times) in teams {
        for _ in 0..times {
            let headers = [("x-team", team), ("x-employee", "kim"), ("x-user-id", "me")];
            ask(&scene, CHAT, model, &headers).await?;
        }
    }
    let events = scene.events(5).await?;
    let accounts = scene.openai.accounts().await?;
    let metrics = Metrics::scrape(&scene.world).await?;
    for (team, model, times) in teams {
        let own = accounts
            .iter()
            .filter(|account| account.at("/model") == model);
        let own: Vec<_> = own.cloned().collect();
        let own = own.as_slice();
        let [account] = own else {
            anyhow::bail!("{own:?}");
        };
        let label = [("team", team)];
        ensure!(metrics.sum(REQUESTS, &label)? == times, "{team}");
        for (kind, name) in [("input", "/input_tokens"), ("output", "/output_tokens")] {
            let told = account.at(name).as_u64().context("no count")?;
            let labels = [("team", team), ("gen_ai_token_type", kind)];
            let sum = metrics.sum("gen_ai_client_token_usage_sum", &labels)?;
            ensure!(sum == told && told > 0, "{team}: {sum}, not {told}");
        }
        let mut cost = 0;
        for event in &events {
            if field(event, "tidegate.llm.team")? == team {
                cost += picos(field(event, "tidegate.llm.cost.total")?)?;
                ensure!(field(event, "enduser.id")? == "kim", "{event:?}");
                ensure!(field(event, "tidegate.llm.user_source")? == "policy");
            }
        }
        let bill = bill(own)?;
        ensure!(cost == bill && bill > 0, "{team}: {cost}, not {bill}");
        let text = metrics.text();
        let mut series = text
            .lines()
            .filter(|line| line.starts_with("gen_ai_client_cost_usd_total{"));
        let label = format!("team=\"{team}\"");
        ensure!(
            series.any(|line| line.contains(&label)),
            "no cost of {team}"
        );
    }
    // Other metrics have no such labels.
    let of_attempts = "gen_ai_client_operation_duration_seconds_count";
    ensure!(metrics.sum(of_attempts, &[])? == 5);
    ensure!(metrics.sum(of_attempts, &[("team", "red")])? == 0);
    scene.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_route_has_the_last_word_and_spans_say_it_too() -> Result<()> {
    let scene = start().await?;
    let headers = [
        ("x-team", "red"),
        ("x-employee", "kim"),
        (
            "traceparent",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ),
    ];
    let path = "anthropic/v1/chat/completions";
    ask(&scene, path, "claude-x-mock-healthy", &headers).await?;
    let events = scene.events(1).await?;
    let names = [
        ("enduser.id", "kim"),
        ("tidegate.llm.team", "of-the-route"),
        ("tidegate.llm.key_id", "40"),
    ];
    for (name, value) in names {
        ensure!(field(&events[0], name)? == value, "{name}: {events:?}");
    }
    deadline::until("both spans came", deadline::SOON, || async {
        let spans = scene.collector.spans()?;
        let mut own = spans.iter().filter(|span| {
            let has = |(name, value): &(&str, &str)| {
                span.attributes
                    .get(*name)
                    .is_some_and(|found| found == value)
            };
            names.iter().all(has)
        });
        ensure!(own.next().is_some() && own.next().is_some(), "{spans:?}");
        Ok(())
    })
    .await?;
    let metrics = Metrics::scrape(&scene.world).await?;
    let labels = [("team", "red"), ("app", "claude-x-mock-healthy")];
    ensure!(metrics.sum(REQUESTS, &labels)? == 1, "{}", metrics.text());
    scene.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_clients_make_up_breaks_nothing() -> Result<()> {
    let scene = start().await?;
    let model = "gpt-x-mock-healthy";
    // Nobody says who it is, and the client's own word is not taken.
    ask(&scene, CHAT, model, &[("x-user-id", "me")]).await?;
    let long = "a".repeat(300);
    ask(
        &scene,
        CHAT,
        model,
        &[("x-team", &long), ("x-employee", "")],
    )
    .await?;
    let quoted = r#"a"} 1\n#,team="b"#;
    ask(
        &scene,
        CHAT,
        model,
        &[("x-team", quoted), ("x-employee", quoted)],
    )
    .await?;
    // What an expression takes from where clients send their keys does not go into logs and labels.
    let key = "sk-of-the-client-7";
    let bearer = format!("Bearer {key}");
    ask(
        &scene,
        CHAT,
        model,
        &[
            ("authorization", &bearer),
            ("x-team", key),
            ("x-employee", &bearer),
        ],
    )
    .await?;
    let events = scene.events(4).await?;
    ensure!(!format!("{:?}", events[3]).contains(key), "{events:?}");
    for event in &events[..2] {
        for name in ["enduser.id", "tidegate.llm.team"] {
            ensure!(!event.contains_key(name), "{name}: {event:?}");
        }
    }
    for name in ["enduser.id", "tidegate.llm.team"] {
        ensure!(field(&events[2], name)? == quoted, "{name}: {events:?}");
    }
    let metrics = Metrics::scrape(&scene.world).await?;
    let text = metrics.text();
    let escaped = quoted.replace('\\', r"\\").replace('"', r#"\""#);
    let label = format!("team=\"{escaped}\"");
    ensure!(text.contains(&label), "no {label} in {text}");
    let failures = "tidegate_proxy_llm_attribution_failures_total";
    ensure!(!text.contains(key), "{text}");
    // Where it was absent, too long (an empty user is no failure) and a key.
    for (name, times) in [("user", 2), ("team", 3), ("metricLabels", 3)] {
        let counted = metrics.sum(failures, &[("field", name)])?;
        ensure!(counted == times, "{name}: {counted}");
    }
    scene.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_teams_are_told_apart_and_no_more() -> Result<()> {
    let scene = start().await?;
    let mut connection = Client::http1(scene.port).connect().await?;
    let url = format!("http://a.test/{CHAT}");
    let answered = r#"{"model":"gpt-x-mock-healthy","messages":[{"role":"user","content":"Hi"}]}"#;
    // Who is refused takes no place.
    let refused = r#"{"model":"m","messages":[]}"#;
    let teams = (0..100).map(|index| (format!("stranger-{index}"), refused, 400));
    let teams = teams.chain((0..1010).map(|index| (format!("team-{index}"), answered, 200)));
    for (team, body, status) in teams {
        let headers = [("x-team", &*team), ("x-employee", "kim")];
        let reply = connection
            .send(request("POST", &url, &headers, body)?)
            .await?;
        ensure!(reply.status == status, "{team}: {}", reply.text());
    }
    ask(
        &scene,
        CHAT,
        "gpt-x-mock-healthy",
        &[("x-team", "team-7"), ("x-employee", "kim")],
    )
    .await?;
    let metrics = Metrics::scrape(&scene.world).await?;
    for (team, times) in [
        ("_other", 110),
        ("stranger-7", 0),
        ("team-7", 2),
        ("team-999", 1),
        ("team-1000", 0),
    ] {
        let counted = metrics.sum(REQUESTS, &[("team", team)])?;
        ensure!(counted == times, "{team}: {counted}");
    }
    let overflows = "tidegate_proxy_llm_attribution_overflows_total 10";
    ensure!(
        metrics.text().lines().any(|line| line == overflows),
        "{}",
        metrics.text()
    );
    scene.world.stop().await
}
