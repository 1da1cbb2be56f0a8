//! Guardrails of Bedrock: ApplyGuardrail (llm.md G-8).
//!
//! Owns the body, the path, and which interventions are masks. Must not mask where anything was blocked, nor where
//! there is not one output for each text.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Phase, Unreadable, Verdict, decode, encode, encode_segment};
use crate::prompt_guard::decision::{Names, vendor_name};

const SERVICE: &str = "ApplyGuardrail of Bedrock";

#[derive(Serialize)]
struct Body<'a> {
    source: &'static str,
    content: Vec<Block<'a>>,
}

#[derive(Serialize)]
struct Block<'a> {
    text: Text<'a>,
}

#[derive(Serialize)]
struct Text<'a> {
    text: &'a str,
}

#[derive(Deserialize)]
struct Answer {
    action: Action,
    #[serde(default)]
    outputs: Vec<Output>,
    #[serde(default)]
    assessments: Vec<Value>,
}

#[derive(Deserialize)]
enum Action {
    #[serde(rename = "NONE")]
    None,
    #[serde(rename = "GUARDRAIL_INTERVENED")]
    Intervened,
}

#[derive(Deserialize)]
struct Output {
    text: String,
}

/// Path of a call on `bedrock-runtime.{region}.amazonaws.com`. The id may be an ARN.
#[must_use]
pub fn path(id: &str, version: &str) -> String {
    let mut path = String::from("/guardrail/");
    encode_segment(&mut path, id);
    path.push_str("/version/");
    encode_segment(&mut path, version);
    path.push_str("/apply");
    path
}

/// Body of a call.
#[must_use]
pub fn body(phase: Phase, texts: &[&str]) -> Vec<u8> {
    let blocks = texts.iter().map(|text| Block {
        text: Text { text },
    });
    encode(&Body {
        source: match phase {
            Phase::Request => "INPUT",
            Phase::Response => "OUTPUT",
        },
        content: blocks.collect(),
    })
}

/// Reads the answer to a call with `sent` texts.
pub fn read(sent: usize, body: &[u8]) -> Result<Verdict, Unreadable> {
    let answer: Answer = decode(SERVICE, body)?;
    match answer.action {
        Action::None => return Ok(Verdict::Pass),
        Action::Intervened => {}
    }
    let blocked = policies(&answer.assessments, "BLOCKED");
    if !blocked.is_empty() {
        return Ok(Verdict::reject(blocked));
    }
    let masked = policies(&answer.assessments, "ANONYMIZED");
    if masked.is_empty() {
        return Ok(Verdict::reject(Names::one("intervened")));
    }
    if answer.outputs.len() != sent {
        return Ok(Verdict::reject(masked));
    }
    let texts = answer.outputs.into_iter().map(|output| output.text);
    Ok(Verdict::Mask(texts.collect(), masked))
}

/// Policies of the guardrail with a finding on which `action` was taken.
fn policies(assessments: &[Value], action: &str) -> Names {
    let mut names = Names::default();
    for assessment in assessments.iter().filter_map(Value::as_object) {
        for (policy, findings) in assessment {
            if has_action(findings, action) {
                names.add(&vendor_name(policy));
            }
        }
    }
    names
}

fn has_action(value: &Value, action: &str) -> bool {
    match value {
        Value::Object(fields) => {
            fields.get("action").and_then(Value::as_str) == Some(action)
                || fields.values().any(|field| has_action(field, action))
        }
        Value::Array(items) => items.iter().any(|item| has_action(item, action)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}
