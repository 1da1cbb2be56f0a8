//! Which converters lead from a client's format to a provider's.
//!
//! Owns the table of pairs, compositions included. It must not know what a converter does. Invariant: every pair has an arm,
//! so a new format makes the compiler ask for each of its own.

use serde::{Deserialize, Serialize};

use super::messages_converse::Extras;
use super::{
    Guardrail, Notes, Target, Unconvertible, chat_gemini, chat_messages, chat_responses,
    gemini_chat, messages_chat, messages_converse, messages_responses, own_reasoning, renamed,
    responses_chat, unlisted,
};
use crate::ClientHeaders;
use crate::format::Format;
use crate::json::Lifted;
use crate::shape::{chat, converse, gemini, messages, responses};
use crate::tool_names::ToolNames;

mod long;

/// A body for a provider.
#[derive(Debug)]
pub struct Converted {
    /// Its bytes.
    pub body: Vec<u8>,
    /// Names that the provider could not take as they were.
    pub tool_names: ToolNames,
    /// Tools of a Responses client that take a text instead of arguments.
    pub custom_tools: Vec<String>,
}

/// What is asked besides the body: formats whose URL says the rest.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The answer is to come as a stream.
    pub is_streamed: bool,
    /// What of the head goes into the body.
    pub headers: ClientHeaders<'a>,
    /// Marks what a provider may cache, in a body of Anthropic's messages, where another format follows on it.
    pub mark: Option<&'a dyn Fn(Vec<u8>) -> Vec<u8>>,
}

/// Bytes that a format may add to any body.
const ROOM: usize = 256;

/// A request on the way between two formats.
enum Stage<'a> {
    Chat(Box<chat::Request<'a>>),
    Messages(Box<messages::Request<'a>>),
}

/// Converts a client's body. The two formats differ.
pub fn convert(
    (client, provider): (Format, Format),
    body: &str,
    asked: Asked<'_>,
    target: &Target,
    notes: &mut Notes,
) -> Result<Converted, Unconvertible> {
    let lifted = long::lift(client, body);
    let (rest, long) = match &lifted {
        Some(Lifted { rest, values }) => (rest.as_str(), values.as_slice()),
        None => (body, &[][..]),
    };
    unlisted::look(client, rest, notes)?;
    let mut custom_tools = Vec::new();
    let stage = match client {
        Format::OpenAiChatCompletions => {
            let mut request: Box<chat::Request<'_>> = Box::new(read_rest(rest, body)?);
            long::put_in_chat(&mut request, long);
            asked_something(request.messages.len())?;
            Stage::Chat(request)
        }
        Format::AnthropicMessages => {
            let mut request: Box<messages::Request<'_>> = Box::new(read_rest(rest, body)?);
            long::put_in_messages(&mut request, long);
            asked_something(request.messages.len())?;
            Stage::Messages(request)
        }
        Format::OpenAiResponses => {
            let request: responses::Request<'_> = read(body)?;
            custom_tools = request.custom_tools();
            Stage::Chat(Box::new(responses_chat::convert(request, target, notes)?))
        }
        Format::GeminiGenerateContent => {
            let request: gemini::Request<'_> = read(body)?;
            Stage::Chat(Box::new(gemini_chat::convert(
                request,
                asked.is_streamed,
                target,
                notes,
            )?))
        }
        Format::BedrockConverse => {
            return Err(Unconvertible::unsupported(
                "",
                "Converse requests can only be sent on to Bedrock",
            ));
        }
    };
    // Formats differ in names and brackets; a body that has to grow is copied.
    let room = body
        .len()
        .saturating_add(body.len() / 4)
        .saturating_add(ROOM);
    let converted = match provider {
        Format::OpenAiChatCompletions => stage.for_chat(target, notes, room),
        Format::OpenAiResponses => stage.for_responses(target, notes, room),
        Format::AnthropicMessages => stage.for_messages(target, notes, room),
        Format::BedrockConverse => stage.for_converse(asked, target, notes, room),
        Format::GeminiGenerateContent => stage.for_gemini(target, notes, room),
    };
    Ok(Converted {
        custom_tools,
        ..converted?
    })
}

// === impl Stage ===

impl<'a> Stage<'a> {
    fn into_chat(
        self,
        target: &Target,
        notes: &mut Notes,
    ) -> Result<chat::Request<'a>, Unconvertible> {
        match self {
            Self::Chat(request) => Ok(*request),
            Self::Messages(request) => messages_chat::convert(*request, target, notes),
        }
    }

    fn in_messages(
        &mut self,
        target: &Target,
        notes: &mut Notes,
    ) -> Result<messages::Request<'_>, Unconvertible> {
        match self {
            Self::Chat(request) => chat_messages::convert(request, target, notes),
            Self::Messages(request) => Ok(std::mem::take(request)),
        }
    }

    fn for_chat(
        self,
        target: &Target,
        notes: &mut Notes,
        room: usize,
    ) -> Result<Converted, Unconvertible> {
        let is_of_messages = matches!(self, Self::Messages(_));
        let mut request = self.into_chat(target, notes)?;
        if is_of_messages {
            messages_chat::for_server(&mut request, target, notes);
        }
        let rule = renamed::rule(Format::OpenAiChatCompletions, target.vendor);
        let tool_names = renamed::in_chat(&mut request, rule);
        renamed::ids_in_chat(&mut request, target, notes);
        renamed::without_proofs(&mut request, notes);
        own_reasoning::complete(&mut request, target);
        written(&request, tool_names, room)
    }

    fn for_responses(
        self,
        target: &Target,
        notes: &mut Notes,
        room: usize,
    ) -> Result<Converted, Unconvertible> {
        let mut request = match self {
            Self::Chat(request) => chat_responses::convert(*request, target, notes)?,
            Self::Messages(request) => messages_responses::convert(*request, target, notes)?,
        };
        let rule = renamed::rule(Format::OpenAiResponses, target.vendor);
        let tool_names = renamed::in_responses(&mut request, rule, notes);
        written(&request, tool_names, room)
    }

    fn for_messages(
        mut self,
        target: &Target,
        notes: &mut Notes,
        room: usize,
    ) -> Result<Converted, Unconvertible> {
        let rule = renamed::rule(Format::AnthropicMessages, target.vendor);
        let tool_names = match &mut self {
            Self::Chat(request) => renamed::in_chat(request, rule),
            // The format of the client is the provider's: its names are its own.
            Self::Messages(_) => ToolNames::default(),
        };
        let mut request = self.in_messages(target, notes)?;
        if request.max_tokens.is_none() {
            let most = target.max_output_tokens;
            let most = most.unwrap_or_else(|| chat_messages::unasked_limit(&request));
            request.max_tokens = Some(most);
        }
        written(&request, tool_names, room)
    }

    fn for_converse(
        mut self,
        asked: Asked<'_>,
        target: &Target,
        notes: &mut Notes,
        room: usize,
    ) -> Result<Converted, Unconvertible> {
        let mut request = self.in_messages(target, notes)?;
        messages_converse::settle_thinking(&mut request, target, notes)?;
        let marked = match asked.mark {
            Some(mark) => Some(mark(written(&request, ToolNames::default(), room)?.body)),
            None => None,
        };
        let request = match &marked {
            Some(body) => read(std::str::from_utf8(body).unwrap_or_default())?,
            None => request,
        };
        let guardrail = target.guardrail.as_ref().map(guardrail);
        let extras = Extras {
            anthropic_beta: asked.headers.anthropic_beta,
            metadata: asked.headers.bedrock_metadata,
            guardrail: guardrail.as_ref(),
        };
        let (request, tool_names) = messages_converse::convert(&request, target, extras, notes)?;
        written(&request, tool_names, room)
    }

    fn for_gemini(
        self,
        target: &Target,
        notes: &mut Notes,
        room: usize,
    ) -> Result<Converted, Unconvertible> {
        let mut request = self.into_chat(target, notes)?;
        let rule = renamed::rule(Format::GeminiGenerateContent, target.vendor);
        let tool_names = renamed::in_chat(&mut request, rule);
        let request = chat_gemini::convert(request, target, notes)?;
        written(&request, tool_names, room)
    }
}

/// A provider of another format might answer a request that its own would refuse.
fn asked_something(messages: usize) -> Result<(), Unconvertible> {
    match messages {
        0 => Err(Unconvertible::invalid("messages", "at least one is needed")),
        _ => Ok(()),
    }
}

/// Reads a body without its long values. What is wrong in it is told by its place in the whole.
fn read_rest<'a, T: Deserialize<'a>>(rest: &'a str, body: &'a str) -> Result<T, Unconvertible> {
    serde_json::from_str(rest).or_else(|_| read(body))
}

fn read<'a, T: Deserialize<'a>>(body: &'a str) -> Result<T, Unconvertible> {
    serde_json::from_str(body).map_err(|error| {
        let message = format!(
            "the body is not what its format asks for: {}",
            without_value(&error)
        );
        Unconvertible::invalid("", message)
    })
}

/// What serde says but for the value that it met, which may be of a prompt and goes to logs with the error.
fn without_value(error: &serde_json::Error) -> String {
    let text = error.to_string();
    if let Some((_, expected)) = text.rsplit_once(", expected ") {
        return format!("expected {expected}");
    }
    // Fields of the format.
    let is_of_format = ["missing field `", "duplicate field `"]
        .iter()
        .any(|start| text.starts_with(start));
    match is_of_format {
        true => text,
        false => format!("line {} column {}", error.line(), error.column()),
    }
}

fn written<T: Serialize>(
    request: &T,
    tool_names: ToolNames,
    room: usize,
) -> Result<Converted, Unconvertible> {
    let mut body = Vec::with_capacity(room);
    serde_json::to_writer(&mut body, request).map_err(|error| {
        let message = format!("the request cannot be written for the provider: {error}");
        Unconvertible::unsupported("", message)
    })?;
    Ok(Converted {
        body,
        tool_names,
        custom_tools: Vec::new(),
    })
}

fn guardrail(own: &Guardrail) -> converse::GuardrailConfig {
    converse::GuardrailConfig {
        guardrail_identifier: own.identifier.clone(),
        guardrail_version: own.version.clone(),
        trace: "enabled",
    }
}

#[cfg(test)]
mod pitfalls;
#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::without_value;

    #[derive(Debug, Deserialize)]
    enum Role {
        #[serde(rename = "user")]
        User,
    }

    #[derive(Debug, Deserialize)]
    #[allow(dead_code, reason = "only its errors are looked at")]
    struct Body {
        role: Role,
        count: u64,
    }

    #[track_caller]
    fn check(body: &str, expected: &str) {
        let error = serde_json::from_str::<Body>(body).expect_err("refused");
        assert_eq!(without_value(&error), expected, "{error}");
    }

    #[test]
    fn no_value_of_the_body_is_told() {
        check(
            r#"{"role":"a secret"}"#,
            "expected `user` at line 1 column 18",
        );
        check(
            r#"{"role":"user","count":"a secret, expected by nobody"}"#,
            "expected u64 at line 1 column 53",
        );
        check(
            r#"{"role":"user"}"#,
            "missing field `count` at line 1 column 15",
        );
        check(r#"{"role":"user","count":1"#, "line 1 column 24");
    }
}
