//! Messages and their parts, before they are written.
//!
//! Names after the JSON schemas of `gen_ai.input.messages` and `gen_ai.output.messages`. It must not know formats. Invariant: a
//! part that is cut stays a part of its kind, and says so in `truncated`.

use std::borrow::Cow;

use super::media::Summary;
use super::written::{Item, Value, Written};
use crate::observed::FinishReason;
use crate::prompt_text::Scope;
use crate::text::JsonText;

/// One message.
pub(super) struct Message<'a> {
    pub(super) scope: Scope,
    pub(super) parts: Vec<Part<'a>>,
    /// Of an answer, why it ended.
    pub(super) finish: Option<&'static str>,
}

/// A part of a message.
pub(super) enum Part<'a> {
    Text(Cow<'a, str>),
    Reasoning(Cow<'a, str>),
    Call {
        id: Option<Cow<'a, str>>,
        name: Cow<'a, str>,
        arguments: Option<Value<'a>>,
    },
    Outcome {
        id: Option<Cow<'a, str>>,
        response: Value<'a>,
    },
    Medium(Summary<'a>),
}

/// Why an answer ended, in the words of the schema where it has one.
pub(super) fn finish(reason: Option<FinishReason>) -> &'static str {
    match reason {
        Some(FinishReason::Stop | FinishReason::StopSequence) => "stop",
        Some(FinishReason::Length | FinishReason::ContextWindow) => "length",
        Some(FinishReason::ToolCalls | FinishReason::FunctionCall) => "tool_call",
        Some(FinishReason::ContentFilter) => "content_filter",
        Some(reason @ (FinishReason::PauseTurn | FinishReason::Other)) => reason.as_str(),
        // It did not come to its end.
        None => "error",
    }
}

/// The role of whoever says something.
fn role(scope: Scope) -> &'static str {
    match scope {
        Scope::SystemPrompt => "system",
        Scope::User | Scope::ToolDefinition => "user",
        Scope::Assistant | Scope::ToolInput => "assistant",
        Scope::ToolOutput => "tool",
    }
}

/// A member that is a short text; names and ids are cut where they are not.
pub(super) fn member(name: &str, value: Option<&str>) -> String {
    match value {
        None => String::new(),
        Some(value) => {
            let value = crate::observed::bounded(value.to_owned());
            format!(",\"{name}\":{}", JsonText::plain(&value).as_json())
        }
    }
}

impl Item for Message<'_> {
    fn write(&self, out: &mut Written) {
        let head = format!("{{\"role\":\"{}\",\"parts\":[", role(self.scope));
        let tail = match self.finish {
            None => "]}".to_owned(),
            Some(reason) => format!("],\"finish_reason\":\"{reason}\"}}"),
        };
        out.around(&head, &tail, |out| out.each(&self.parts));
    }
}

impl Item for Part<'_> {
    fn write(&self, out: &mut Written) {
        match self {
            Part::Text(text) => {
                out.valued(
                    "{\"type\":\"text\",\"content\":",
                    &Value::Text(text.as_ref().into()),
                );
            }
            Part::Reasoning(text) => {
                let value = Value::Text(text.as_ref().into());
                out.valued("{\"type\":\"reasoning\",\"content\":", &value);
            }
            Part::Call {
                id,
                name,
                arguments,
            } => {
                let head = format!(
                    "{{\"type\":\"tool_call\"{}{}",
                    member("id", id.as_deref()),
                    member("name", Some(name))
                );
                match arguments {
                    None => out.whole(&format!("{head}}}")),
                    Some(arguments) => out.valued(&format!("{head},\"arguments\":"), arguments),
                }
            }
            Part::Outcome { id, response } => {
                let id = member("id", id.as_deref());
                let head = format!("{{\"type\":\"tool_call_response\"{id},\"response\":");
                out.valued(&head, response);
            }
            Part::Medium(summary) => out.whole(&summary.json()),
        }
    }
}
