//! Where requests have texts, format by format.
//!
//! It must not know parts: that is the walk's. Invariant: each repetition of a member is read.

use bytes::Bytes;

use super::outline::Kind;
use super::walk::{Extent, Of, Walk, kind, scope};
use super::{PromptText, Scope, media, unknown};
use crate::format::Format;
use crate::node::{BodyError, Member, Node};

pub(super) fn read(
    format: Format,
    body: &Bytes,
    extent: Extent,
) -> Result<PromptText<'_>, BodyError> {
    let (mut walk, members) = Walk::new(body, extent)?;
    for (key, value) in &members {
        match format {
            Format::OpenAiChatCompletions => chat(&mut walk, key, *value),
            Format::OpenAiResponses => responses(&mut walk, key, *value),
            Format::AnthropicMessages => messages(&mut walk, key, *value),
            Format::GeminiGenerateContent => match key.as_ref() {
                // A count of tokens may have the whole request in it.
                "generateContentRequest" | "generate_content_request" => {
                    for (key, value) in value.members() {
                        gemini(&mut walk, &key, value);
                    }
                }
                key => gemini(&mut walk, key, *value),
            },
            Format::BedrockConverse => converse(&mut walk, key, *value),
        }
    }
    Ok(walk.finish())
}

fn chat<'a>(walk: &mut Walk<'a>, key: &str, value: Node<'a>) {
    match key {
        "messages" => {
            for message in value.elements() {
                let members = message.members();
                let scope = scope(&members);
                walk.message(scope, |walk| match scope == Scope::ToolOutput {
                    true => walk.within(Kind::Outcome, message, |walk| {
                        chat_message(walk, &members, scope);
                    }),
                    false => chat_message(walk, &members, scope),
                });
            }
        }
        "prediction" => {
            for (_, content) in value
                .members()
                .into_iter()
                .filter(|(key, _)| key == "content")
            {
                walk.content(Of::said(Scope::Assistant), content);
            }
        }
        "tools" | "functions" => walk.tools(value),
        "response_format" => walk.definitions(value),
        key => walk.unknown(Of::said(Scope::User), unknown::CHAT, (key, value)),
    }
}

/// A message of chat completions, of a request or of an answer.
pub(super) fn chat_message<'a>(walk: &mut Walk<'a>, members: &[Member<'a>], scope: Scope) {
    for (key, value) in members {
        match key.as_ref() {
            "content" | "refusal" => walk.content(Of::said(scope), *value),
            "reasoning_content" | "reasoning" => walk.content(Of::thought(scope), *value),
            "tool_calls" => {
                for call in value.elements() {
                    chat_call(walk, call);
                }
            }
            "function_call" => walk.within(Kind::Call, *value, |walk| called(walk, *value)),
            "audio" => {
                for (_, transcript) in value
                    .members()
                    .into_iter()
                    .filter(|(key, _)| key == "transcript")
                {
                    walk.text(Of::said(scope), transcript);
                }
            }
            // Said again, piece by piece, in other servers' ways.
            key @ ("reasoning_details" | "thinking_blocks") => {
                walk.unknown(Of::thought(scope), &[], (key, *value));
            }
            key => walk.unknown(Of::said(scope), unknown::CHAT_MESSAGE, (key, *value)),
        }
    }
}

fn chat_call<'a>(walk: &mut Walk<'a>, call: Node<'a>) {
    walk.within(Kind::Call, call, |walk| {
        for (key, value) in call.members() {
            match key.as_ref() {
                "function" | "custom" => called(walk, value),
                _ => (),
            }
        }
    });
}

fn called<'a>(walk: &mut Walk<'a>, function: Node<'a>) {
    for (key, value) in function.members() {
        match key.as_ref() {
            "arguments" => walk.encoded_arguments(value),
            "input" => walk.text(Of::said(Scope::ToolInput), value),
            _ => (),
        }
    }
}

fn responses<'a>(walk: &mut Walk<'a>, key: &str, value: Node<'a>) {
    match key {
        "instructions" => walk.within(Kind::Instructions, value, |walk| {
            items(walk, value, Scope::SystemPrompt);
        }),
        "input" => items(walk, value, Scope::User),
        // What is put in a template that the provider keeps.
        "prompt" => {
            for (_, variables) in value
                .members()
                .into_iter()
                .filter(|(key, _)| key == "variables")
            {
                walk.strings(Of::said(Scope::User), variables);
            }
        }
        "tools" => walk.tools(value),
        "text" => walk.definitions(value),
        key => walk.unknown(Of::said(Scope::User), unknown::RESPONSES, (key, value)),
    }
}

/// A text, or items. `scope` is that of a text, and of a message that has no role.
pub(super) fn items<'a>(walk: &mut Walk<'a>, value: Node<'a>, scope: Scope) {
    if value.string().is_some() {
        walk.message(scope, |walk| walk.text(Of::said(scope), value));
        return;
    }
    for item in value.elements() {
        let members = item.members();
        let kind = kind(&members);
        let of = match members.iter().any(|(key, _)| key == "role") {
            true => Of::said(self::scope(&members)),
            false if kind == "reasoning" => Of::thought(Scope::Assistant),
            false => Of::said(scope),
        };
        let is_call = kind.ends_with("_call");
        let whose = match kind.as_str() {
            _ if is_call => Scope::Assistant,
            kind if kind.ends_with("_output") => Scope::ToolOutput,
            _ => of.scope,
        };
        walk.message(whose, |walk| match (item.is_object(), is_call) {
            (true, true) => {
                walk.within(Kind::Call, item, |walk| read_item(walk, item, &members, of));
            }
            (true, false) => read_item(walk, item, &members, of),
            (false, _) => walk.text(of, item),
        });
    }
}

fn read_item<'a>(walk: &mut Walk<'a>, item: Node<'a>, members: &[Member<'a>], of: Of) {
    for (key, value) in members {
        match key.as_ref() {
            "content" => walk.content(of, *value),
            "summary" => walk.content(Of::thought(Scope::Assistant), *value),
            "arguments" => walk.encoded_arguments(*value),
            "input" | "code" => walk.text(Of::said(Scope::ToolInput), *value),
            "action" | "operation" | "queries" => walk.arguments(*value),
            "output" => walk.within(Kind::Outcome, item, |walk| item_output(walk, *value)),
            "outputs" | "results" | "error" => {
                walk.within(Kind::Outcome, item, |walk| walk.hosted_result(*value));
            }
            key => walk.unknown(of, unknown::ITEM, (key, *value)),
        }
    }
}

/// The output of a tool: a text, parts, or what a hosted tool has there.
fn item_output<'a>(walk: &mut Walk<'a>, value: Node<'a>) {
    let of = Of::said(Scope::ToolOutput);
    let has_parts = |part: &Node<'_>| {
        let members = part.members();
        members.iter().any(|(key, _)| key == "text") || kind(&members).starts_with("input_")
    };
    match value.string().is_some() || value.elements().iter().all(has_parts) && value.is_array() {
        true => walk.content(of, value),
        false => walk.hosted_result(value),
    }
}

fn messages<'a>(walk: &mut Walk<'a>, key: &str, value: Node<'a>) {
    match key {
        "system" => walk.within(Kind::Instructions, value, |walk| {
            walk.content(Of::said(Scope::SystemPrompt), value);
        }),
        "messages" => {
            for message in value.elements() {
                let members = message.members();
                let scope = scope(&members);
                walk.message(scope, |walk| messages_content(walk, &members, scope));
            }
        }
        "tools" => walk.tools(value),
        "output_config" | "output_format" | "mcp_servers" => walk.definitions(value),
        key => walk.unknown(Of::said(Scope::User), unknown::MESSAGES, (key, value)),
    }
}

fn messages_content<'a>(walk: &mut Walk<'a>, members: &[Member<'a>], scope: Scope) {
    for (key, value) in members {
        match key.as_ref() {
            "content" => walk.content(Of::said(scope), *value),
            key => walk.unknown(Of::said(scope), unknown::MESSAGE, (key, *value)),
        }
    }
}

fn gemini<'a>(walk: &mut Walk<'a>, key: &str, value: Node<'a>) {
    match key {
        "systemInstruction" | "system_instruction" => {
            walk.within(Kind::Instructions, value, |walk| {
                gemini_content(walk, &value.members(), Scope::SystemPrompt);
            });
        }
        "contents" => {
            for content in value.one_or_many() {
                let members = content.members();
                let scope = scope(&members);
                walk.message(scope, |walk| gemini_content(walk, &members, scope));
            }
        }
        "tools" => walk.tools(value),
        "generationConfig" | "generation_config" => {
            for (key, schema) in value.members() {
                match key.as_ref() {
                    "responseSchema"
                    | "response_schema"
                    | "responseJsonSchema"
                    | "response_json_schema" => {
                        walk.definitions(schema);
                    }
                    _ => (),
                }
            }
        }
        key => walk.unknown(Of::said(Scope::User), unknown::GEMINI, (key, value)),
    }
}

/// The parts of a content, of a request or of an answer.
pub(super) fn gemini_content<'a>(walk: &mut Walk<'a>, members: &[Member<'a>], scope: Scope) {
    // Google calls the role of results `function`; each part says what it is anyway.
    let scope = if scope == Scope::ToolOutput {
        Scope::User
    } else {
        scope
    };
    for (_, parts) in members.iter().filter(|(key, _)| key == "parts") {
        for part in parts.one_or_many() {
            gemini_part(walk, part, scope);
        }
    }
}

fn gemini_part<'a>(walk: &mut Walk<'a>, part: Node<'a>, scope: Scope) {
    let members = part.members();
    let is_thought = members
        .iter()
        .any(|(key, value)| key == "thought" && value.raw() == "true");
    let of = match is_thought {
        true => Of::thought(scope),
        false => Of::said(scope),
    };
    let mut is_text = false;
    for (key, value) in members {
        match key.as_ref() {
            "text" if value.string().is_some() => {
                is_text = true;
                walk.part(of, value, part);
            }
            "functionCall" | "function_call" => walk.within(Kind::Call, value, |walk| {
                inside(walk, value, &["args"], Walk::arguments);
            }),
            "functionResponse" | "function_response" => outcome(walk, value, "response"),
            "inlineData" | "inline_data" | "fileData" | "file_data" => {
                walk.medium(media::of_blob(value), value);
            }
            "executableCode" | "executable_code" => walk.within(Kind::Call, value, |walk| {
                inside(walk, value, &["code"], Walk::arguments);
            }),
            "codeExecutionResult" | "code_execution_result" => outcome(walk, value, "output"),
            _ => (),
        }
    }
    if !is_text {
        walk.break_run();
    }
}

/// What a tool gave, in the member `name`.
fn outcome<'a>(walk: &mut Walk<'a>, object: Node<'a>, name: &str) {
    walk.within(Kind::Outcome, object, |walk| {
        inside(walk, object, &[name], |walk, value| {
            walk.strings(Of::said(Scope::ToolOutput), value);
        });
    });
}

fn converse<'a>(walk: &mut Walk<'a>, key: &str, value: Node<'a>) {
    match key {
        "system" => walk.within(Kind::Instructions, value, |walk| {
            converse_content(walk, value, Scope::SystemPrompt);
        }),
        "messages" => {
            for message in value.elements() {
                let members = message.members();
                let scope = scope(&members);
                walk.message(scope, |walk| converse_message(walk, &members, scope));
            }
        }
        "promptVariables" => walk.strings(Of::said(Scope::User), value),
        "toolConfig" => walk.tools(value),
        "outputConfig" => walk.definitions(value),
        key => walk.unknown(Of::said(Scope::User), unknown::CONVERSE, (key, value)),
    }
}

/// A message of Converse, of a request or of an answer.
pub(super) fn converse_message<'a>(walk: &mut Walk<'a>, members: &[Member<'a>], scope: Scope) {
    for (_, content) in members.iter().filter(|(key, _)| key == "content") {
        converse_content(walk, *content, scope);
    }
}

fn converse_content<'a>(walk: &mut Walk<'a>, content: Node<'a>, scope: Scope) {
    let of = Of::said(scope);
    for block in content.elements() {
        let mut is_text = false;
        for (key, value) in block.members() {
            if let Some(medium) = media::of_block(&key) {
                walk.medium(medium, value);
            }
            match key.as_ref() {
                "text" => {
                    is_text = true;
                    walk.part(of, value, block);
                }
                "toolUse" => walk.within(Kind::Call, value, |walk| {
                    inside(walk, value, &["input"], Walk::arguments);
                }),
                "toolResult" => walk.within(Kind::Outcome, value, |walk| {
                    inside(walk, value, &["content"], |walk, value| {
                        for part in value.elements() {
                            converse_result(walk, part);
                        }
                    });
                }),
                "reasoningContent" => {
                    inside(walk, value, &["reasoningText"], |walk, value| {
                        inside(walk, value, &["text"], |walk, value| {
                            walk.text(Of::thought(scope), value)
                        });
                    });
                }
                "guardContent" | "document" | "searchResult" | "citationsContent" => {
                    converse_document(walk, value, of)
                }
                _ => (),
            }
        }
        if !is_text {
            walk.break_run();
        }
    }
}

fn converse_result<'a>(walk: &mut Walk<'a>, part: Node<'a>) {
    let of = Of::said(Scope::ToolOutput);
    let mut is_text = false;
    for (key, value) in part.members() {
        if let Some(medium) = media::of_block(&key) {
            walk.medium(medium, value);
        }
        match key.as_ref() {
            "text" => {
                is_text = true;
                walk.part(of, value, part);
            }
            "json" | "searchResult" => walk.strings(of, value),
            "document" => {
                for (key, value) in value.members() {
                    match key.as_ref() {
                        "source" => converse_source(walk, value, of),
                        _ => walk.strings(of, value),
                    }
                }
            }
            _ => (),
        }
    }
    if !is_text {
        walk.break_run();
    }
}

/// A block that is more than a text, without the bytes of media.
fn converse_document<'a>(walk: &mut Walk<'a>, block: Node<'a>, of: Of) {
    for (key, value) in block.members() {
        match key.as_ref() {
            "text" | "content" | "context" | "title" => walk.strings(of, value),
            "source" => converse_source(walk, value, of),
            _ => (),
        }
    }
}

/// What a document is made of, where that is text.
fn converse_source<'a>(walk: &mut Walk<'a>, source: Node<'a>, of: Of) {
    inside(walk, source, &["text", "content"], |walk, value| {
        walk.strings(of, value)
    });
}

/// Reads some members of an object.
fn inside<'a>(
    walk: &mut Walk<'a>,
    object: Node<'a>,
    names: &[&str],
    mut read: impl FnMut(&mut Walk<'a>, Node<'a>),
) {
    for (_, value) in object
        .members()
        .into_iter()
        .filter(|(key, _)| names.contains(&key.as_ref()))
    {
        read(walk, value);
    }
}
