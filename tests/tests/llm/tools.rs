//! Names of tools that a provider does not take: it is told others, and the client gets its own back.
//!
//! Must not know how names are told, only that the mocks take them as strictly as their vendors do.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::client::Client;

use super::ask::{Answer, Format, Question};
use super::rig::{KINDS, Kind, Rig};

const SAID: &str = "hello tide";

/// The question with two tools, of which the one of this name is to be called.
fn body(question: &Question<'_>, name: &str) -> Value {
    let path = json!({"type": "string"});
    with_path(question, name, &path)
}

/// The same, with the schema of the tools' only parameter, `path`.
pub(super) fn with_path(question: &Question<'_>, name: &str, path: &Value) -> Value {
    let schema = json!({"type": "object", "properties": {"path": path}});
    let (tools, choice) = match question.format {
        Format::Chat => (
            json!([
                {"type": "function", "function": {"name": "plain", "parameters": schema}},
                {"type": "function", "function": {"name": name, "parameters": schema}},
            ]),
            json!({"type": "function", "function": {"name": name}}),
        ),
        Format::Responses => (
            json!([
                {"type": "function", "name": "plain", "parameters": schema},
                {"type": "function", "name": name, "parameters": schema},
            ]),
            json!({"type": "function", "name": name}),
        ),
        Format::Messages => (
            json!([
                {"name": "plain", "input_schema": schema},
                {"name": name, "input_schema": schema},
            ]),
            json!({"type": "tool", "name": name}),
        ),
        Format::Gemini => (
            json!([{"functionDeclarations": [
                {"name": "plain", "parameters": schema},
                {"name": name, "parameters": schema},
            ]}]),
            json!({"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": [name]}}),
        ),
    };
    let mut body = question.body();
    if let Some(members) = body.as_object_mut() {
        let chosen = match question.format {
            Format::Chat | Format::Responses | Format::Messages => "tool_choice",
            Format::Gemini => "toolConfig",
        };
        members.insert("tools".to_owned(), tools);
        members.insert(chosen.to_owned(), choice);
    }
    body
}

async fn check(rig: &Rig, kind: &Kind, format: Format, answer: Answer, name: &str) -> Result<()> {
    let question = Question {
        format,
        answer,
        model: kind.model,
        said: SAID,
    };
    let body = body(&question, name).to_string();
    let request = question.with_body(kind.name, &body)?;
    let reply = Client::http1(rig.port).send(request).await?;
    let text = reply.text();
    ensure!(reply.status == 200, "{}: {text}", reply.status);
    let literal = json!(name).to_string();
    ensure!(text.contains(&literal), "no {literal} in {text}");
    let told = rig.mock(kind)?.last_body().await?.to_string();
    ensure!(!told.contains(&literal), "the provider got {literal}");
    ensure!(told.contains("\"plain\""), "the provider got {told}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_gets_the_names_of_tools_that_it_said() -> Result<()> {
    let rig = Rig::start().await?;
    let long = format!("mcp__files__{}", "x".repeat(120));
    let mut failures = Vec::new();
    for kind in &KINDS {
        for format in Format::ALL {
            if kind.own.contains(&format) || !kind.serves(format) {
                continue;
            }
            for answer in Answer::ALL {
                for name in ["files/read all", &long] {
                    let checked = check(&rig, kind, format, answer, name).await;
                    if let Err(error) = checked.with_context(|| name.to_owned()) {
                        failures.push(format!("{format:?} at {}: {error:#}", kind.name));
                    }
                }
            }
        }
    }
    ensure!(failures.is_empty(), "{}", failures.join("\n"));
    rig.world.stop().await
}
