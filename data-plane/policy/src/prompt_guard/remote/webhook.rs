//! The webhook protocol of kgateway and agentgateway (llm.md G-6).
//!
//! Owns both bodies and the order in which an answer's shapes are tried: mask, reject, pass. Must not take an action
//! with a body that fits neither shape for a pass, nor give masked texts other than one for each message.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Phase, Refusal, Unreadable, Verdict, decode, encode};
use crate::prompt_guard::decision::Names;

const SERVICE: &str = "the guardrail webhook protocol";

/// Path of a call where the guard does not set `:path`.
#[must_use]
pub fn path(phase: Phase) -> &'static str {
    match phase {
        Phase::Request => "/request",
        Phase::Response => "/response",
    }
}

/// A message, or the message of a choice.
#[derive(Clone, Copy, Serialize)]
pub struct Message<'a> {
    /// `user`, `assistant`, `system`, `tool`.
    pub role: &'a str,
    /// Text of the message.
    pub content: &'a str,
}

#[derive(Serialize)]
struct Envelope<T> {
    body: T,
}

#[derive(Serialize)]
struct Messages<'a> {
    messages: &'a [Message<'a>],
}

#[derive(Serialize)]
struct Choices<'a> {
    choices: Vec<Choice<'a>>,
}

#[derive(Serialize)]
struct Choice<'a> {
    message: Message<'a>,
}

#[derive(Deserialize)]
struct Answer {
    action: Action,
}

#[derive(Deserialize)]
struct Action {
    body: Option<Value>,
    status_code: Option<Value>,
}

/// Body of a call.
#[must_use]
pub fn body(phase: Phase, messages: &[Message<'_>]) -> Vec<u8> {
    match phase {
        Phase::Request => encode(&Envelope {
            body: Messages { messages },
        }),
        Phase::Response => {
            let choices = messages.iter().map(|message| Choice { message: *message });
            encode(&Envelope {
                body: Choices {
                    choices: choices.collect(),
                },
            })
        }
    }
}

/// Reads the answer to a call with `sent` messages.
pub fn read(phase: Phase, sent: usize, body: &[u8]) -> Result<Verdict, Unreadable> {
    let Action { body, status_code } = decode::<Answer>(SERVICE, body)?.action;
    let shape = || Unreadable::Shape(SERVICE);
    match body {
        None => Ok(Verdict::Pass),
        Some(Value::String(body)) => {
            let code = status_code.as_ref().and_then(Value::as_u64);
            let status = u16::try_from(code.ok_or_else(shape)?)
                .ok()
                .filter(|status| (200..600).contains(status));
            Ok(Verdict::Reject(Refusal {
                names: Names::one("webhook"),
                status,
                body: Some(body).filter(|body| !body.is_empty()),
            }))
        }
        Some(body) => {
            let texts = texts(phase, &body).ok_or_else(shape)?;
            // By position is the only way to tell which text goes where (llm.md G-3).
            if texts.len() == sent {
                Ok(Verdict::Mask(texts, Names::one("webhook")))
            } else {
                Ok(Verdict::reject(Names::one("webhook-length")))
            }
        }
    }
}

fn texts(phase: Phase, body: &Value) -> Option<Vec<String>> {
    let list = match phase {
        Phase::Request => body.get("messages"),
        Phase::Response => body.get("choices"),
    };
    let content = |item: &Value| {
        let message = match phase {
            Phase::Request => Some(item),
            Phase::Response => item.get("message"),
        };
        Some(message?.get("content")?.as_str()?.to_owned())
    };
    list?.as_array()?.iter().map(content).collect()
}
