//! Answers that tell the model by the name that the client asked for, of every kind of provider in every format.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::client::{Client, request};

use super::account::Metrics;
use super::ask::{Answer, Format, Question};
use super::rig::{KINDS, Kind, Rig};
use super::told::{At, Told};

/// What clients call the model of a kind.
fn mine(kind: &Kind) -> String {
    format!("mine-{}", kind.name)
}

/// Aliases for what clients ask for, and what else the Gateway has.
fn policies(spec: &str) -> String {
    let aliases: Vec<String> = KINDS
        .iter()
        .map(|kind| format!("{}: {}", mine(kind), kind.model))
        .collect();
    format!(
        "apiVersion: agentgateway.dev/v1alpha1
kind: AgentgatewayPolicy
metadata: {{name: aliases}}
spec:
  targetRefs: [{{group: gateway.networking.k8s.io, kind: Gateway, name: gateway}}]
  backend: {{ai: {{modelAliases: {{{}}}}}}}
---
apiVersion: tidegate.dev/v1alpha1
kind: TidegatePolicy
metadata: {{name: shown}}
spec:
  targetRefs: [{{group: gateway.networking.k8s.io, kind: Gateway, name: gateway}}]
  backend: {{ai: {{{spec}}}}}
",
        aliases.join(", ")
    )
}

/// The names of the model in an answer.
fn names(format: Format, answer: Answer, text: &str) -> Result<Vec<Value>> {
    let place = match (format, answer) {
        (Format::Gemini, _) => "/modelVersion",
        (Format::Responses, Answer::Streamed) => "/response/model",
        (Format::Messages, Answer::Streamed) => "/message/model",
        (Format::Chat | Format::Responses | Format::Messages, _) => "/model",
    };
    let documents: Vec<&str> = match answer {
        Answer::Collected => vec![text],
        Answer::Streamed => text
            .lines()
            .filter_map(|line| line.strip_prefix("data:"))
            .filter(|data| data.trim() != "[DONE]")
            .collect(),
    };
    let mut names = Vec::new();
    for document in documents {
        let document: Value = serde_json::from_str(document).context("no JSON")?;
        names.extend(document.pointer(place).cloned());
    }
    ensure!(!names.is_empty(), "no name in {text}");
    Ok(names)
}

async fn ask(port: u16, kind: &Kind, format: Format, answer: Answer) -> Result<Vec<Value>> {
    let model = mine(kind);
    let question = Question {
        format,
        answer,
        model: &model,
        said: "Hello",
    };
    let request = question.request(kind.name)?;
    let reply = Client::http1(port).send(request).await?;
    let told = Told::read(format, answer, &reply)?;
    ensure!(told.error.is_none() && !told.text.is_empty(), "{told:?}");
    names(format, answer, &reply.text()).context(reply.text())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_tells_the_name_that_was_asked_for() -> Result<()> {
    let mut rig = Rig::start().await?;
    rig.world
        .write("own.yaml", &policies("rewriteResponseModel: false"))?;
    let first = KINDS.first().context("no kind")?;
    let port = rig.port;
    let is_in_effect = |expected: &'static str| async move {
        let names = ask(port, first, Format::Chat, Answer::Collected).await?;
        ensure!(names == [expected], "{names:?}");
        Ok(())
    };
    // As the provider wrote it, where nobody wants it otherwise.
    rig.world
        .until("the aliases", || is_in_effect("gpt-x"))
        .await?;
    rig.world
        .write("own.yaml", &policies("rewriteResponseModel: true"))?;
    rig.world
        .until("the name", || is_in_effect("mine-openai"))
        .await?;
    for kind in &KINDS {
        for format in Format::ALL
            .into_iter()
            .filter(|format| kind.serves(*format))
        {
            for answer in Answer::ALL {
                let what = || format!("{} {format:?} {answer:?}", kind.name);
                let names = ask(port, kind, format, answer).await.with_context(what)?;
                let is_mine = names.iter().all(|name| *name == mine(kind));
                ensure!(is_mine, "{}: {names:?}", what());
            }
        }
    }
    for name in ["openai", "gemini"] {
        let body = json!({"model": format!("mine-{name}"), "input": "Hello"});
        let url = format!("http://a.test/{name}/v1/embeddings");
        let headers = [("content-type", "application/json")];
        let request = request("POST", &url, &headers, &body.to_string())?;
        let reply = Client::http1(port).send(request).await?;
        ensure!(reply.status == 200, "{name}: {}", reply.text());
        let told: Value = serde_json::from_slice(&reply.body)?;
        ensure!(told.at("/model") == body.at("/model"), "{told}");
    }
    // What is counted goes by the provider's name.
    let metrics = Metrics::scrape(&rig.world).await?;
    let of = |model: &str| {
        let name = "gen_ai_server_request_duration_seconds_count";
        metrics.sum(name, &[("gen_ai_response_model", model)])
    };
    ensure!(of("gpt-x")? > 0 && of("mine-openai")? == 0);
    let asked = [
        "explain",
        "request",
        "--host",
        "a.test",
        "--path",
        "/openai/v1/chat/completions",
    ];
    let told = rig.world.tidegate(&asked).await?;
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    let line = "backend.ai.rewriteResponseModel of Gateway default/gateway: answers tell the model that was asked for";
    ensure!(told.contains(line), "{told}");
    rig.world.stop().await
}
