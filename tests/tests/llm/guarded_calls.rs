//! Arguments of calls of tools in answers: guards of answers judge them where their scope says so.
//!
//! The guards are those of the page about detectors, with others in their place. Must not be lenient: arguments that were
//! masked are JSON all the same.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::client::Reply;

use super::ask::{Answer, Format, Question};
use super::guarded::Guarded;
use super::page;
use super::told::{At, Told};
use super::tools::with_path;

const PAGE: &str = "docs/guide/llm-detectors.md";
/// What the model calls the tool with.
const SECRET: &str = "AKIAIOSFODNN7EXAMPLE";
const MASK: &str = "<AWS_ACCESS_KEY>";

/// The page, with one guard of answers.
async fn up(action: &str, scope: Option<Value>) -> Result<Guarded> {
    let detect = json!({"detectors": ["AwsAccessKey"], "action": action});
    let guard = match scope {
        Some(scope) => json!({"detect": detect, "scope": scope}),
        None => json!({"detect": detect}),
    };
    let guards = json!({"response": [guard]});
    Guarded::up(PAGE, &[], |document| {
        if document.at("/kind") == "TidegatePolicy" {
            page::put(document, "/spec/backend/ai", "promptGuard", guards.clone());
        }
        Ok(())
    })
    .await
}

/// Has the model call a tool with the secret.
async fn ask(all: &Guarded, format: Format, answer: Answer) -> Result<Reply> {
    let question = Question {
        format,
        answer,
        model: "gpt-4o-mini",
        said: "look it up",
    };
    let path = json!({"type": "string", "enum": [SECRET]});
    let body = with_path(&question, "look_up", &path);
    all.post(&question.path(), &body).await
}

/// What the only call of an answer was told to be called with.
fn arguments(format: Format, answer: Answer, text: &str) -> Result<Value> {
    let events: Vec<Value> = match answer {
        Answer::Collected => vec![serde_json::from_str(text)?],
        Answer::Streamed => text
            .lines()
            .filter_map(|line| line.strip_prefix("data:"))
            .filter_map(|data| serde_json::from_str(data).ok())
            .collect(),
    };
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut told = String::new();
    for event in &events {
        match (format, answer) {
            (Format::Chat, _) => {
                let said = match answer {
                    Answer::Collected => event.at("/choices/0/message/tool_calls"),
                    Answer::Streamed => event.at("/choices/0/delta/tool_calls"),
                };
                let parts = list(said).into_iter();
                told.extend(parts.map(|call| word(call.at("/function/arguments"))));
            }
            (Format::Responses, Answer::Collected) => {
                let items = list(event.at("/output")).into_iter();
                told.extend(items.map(|item| word(item.at("/arguments"))));
            }
            (Format::Responses, Answer::Streamed) => {
                if event.at("/type") == "response.function_call_arguments.delta" {
                    told.push_str(&word(event.at("/delta")));
                }
            }
            (Format::Messages, Answer::Streamed) => {
                told.push_str(&word(event.at("/delta/partial_json")));
            }
            (Format::Messages, Answer::Collected) => {
                for block in list(event.at("/content")) {
                    if block.at("/input").is_object() {
                        told.push_str(&block.at("/input").to_string());
                    }
                }
            }
            (Format::Gemini, _) => {
                for part in list(event.at("/candidates/0/content/parts")) {
                    if part.at("/functionCall/args").is_object() {
                        told.push_str(&part.at("/functionCall/args").to_string());
                    }
                }
            }
        }
    }
    serde_json::from_str(&told).with_context(|| format!("{told:?} in {text}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn arguments_are_masked() -> Result<()> {
    let all = up("Mask", Some(json!(["Messages", "ToolCalls"]))).await?;
    for format in Format::ALL {
        for answer in Answer::ALL {
            let what = format!("{format:?} {answer:?}");
            let reply = ask(&all, format, answer).await?;
            let text = reply.text();
            let told = Told::read(format, answer, &reply)?;
            ensure!(told.is_whole(), "{what}: {text}");
            let arguments = arguments(format, answer, &text).context(what.clone())?;
            ensure!(arguments == json!({"path": MASK}), "{what}: {arguments}");
            // Responses says again what the client said of its tools.
            let is_told_again = (format, answer) == (Format::Responses, Answer::Collected);
            ensure!(is_told_again || !text.contains("AKIA"), "{what}: {text}");
            ensure!(text.contains("look_up"), "{what}: {text}");
        }
    }
    let metrics = all.world.proxy_metrics("default.gateway").await?;
    let sample =
        r#"phase="response",guard="default/secrets response[0]",kind="regex",action="mask"} 8"#;
    ensure!(metrics.contains(sample), "{metrics}");
    all.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_with_what_is_refused_does_not_arrive() -> Result<()> {
    let all = up("Reject", Some(json!(["ToolCalls"]))).await?;
    for format in Format::ALL {
        for answer in Answer::ALL {
            let what = format!("{format:?} {answer:?}");
            let reply = ask(&all, format, answer).await?;
            let text = reply.text();
            match answer {
                Answer::Collected => {
                    ensure!(reply.status == 403, "{what}: {} {text}", reply.status);
                    ensure!(text.contains("was refused by a guard"), "{what}: {text}");
                }
                Answer::Streamed => {
                    let told = Told::read(format, answer, &reply)?;
                    ensure!(told.error.is_some(), "{what}: {text}");
                    ensure!(!told.is_whole(), "{what}: {text}");
                }
            }
            for word in ["AKIA", "look_up"] {
                ensure!(!text.contains(word), "{what}: {word} in {text}");
            }
            // What is said is not what this guard is about.
            let reply = all.ask(format, answer, SECRET).await?;
            let told = Told::read(format, answer, &reply)?;
            ensure!(told.text.contains(SECRET), "{what}: {told:?}");
        }
    }
    let log = all.world.log();
    let found = "default/secrets response[0] reject: awsAccessKey";
    ensure!(log.contains(found), "{log}");
    all.world.stop().await
}

#[tokio::test(flavor = "multi_thread")]
async fn arguments_pass_where_nobody_asks() -> Result<()> {
    let all = up("Reject", None).await?;
    for format in Format::ALL {
        for answer in Answer::ALL {
            let what = format!("{format:?} {answer:?}");
            let reply = ask(&all, format, answer).await?;
            let text = reply.text();
            ensure!(reply.status == 200, "{what}: {text}");
            let arguments = arguments(format, answer, &text).context(what.clone())?;
            ensure!(arguments == json!({"path": SECRET}), "{what}: {arguments}");
        }
    }
    all.world.stop().await
}
