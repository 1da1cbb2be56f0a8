//! Names of tools and ids of calls that a provider does not take, told to it in a way that it does.
//!
//! Owns where they stand in chat completions and in Responses, one of which every request is on its way (Converse, which is
//! made of Messages, sees to its own). It must not know which may stand. Invariants: a request whose names and ids may stand
//! is not touched; what is neither keeps its bytes.

use serde_json::Value;

use crate::format::Format;
use crate::shape::OneOrMany;
use crate::shape::{chat, responses};
use crate::text::{Json, JsonText};
use crate::tool_names::{IdRule, NO_SIGNATURE, NameRule, ToolNames, split_id};
use crate::{Notes, Target, Vendor, chat_gemini, gemini_chat};

/// Which names a provider takes.
pub(crate) fn rule(provider: Format, vendor: Vendor) -> NameRule {
    match (provider, vendor) {
        (Format::GeminiGenerateContent, _) => NameRule::Google,
        (Format::AnthropicMessages, Vendor::Anthropic | Vendor::Foundry) => NameRule::Anthropic,
        // Others take at most what the formats' owners document, and some no more.
        (
            Format::OpenAiChatCompletions
            | Format::OpenAiResponses
            | Format::AnthropicMessages
            | Format::BedrockConverse,
            _,
        ) => NameRule::Common,
    }
}

/// How names of Mistral's models begin, its own and those that others serve.
const MISTRAL: [&str; 8] = [
    "mistral",
    "ministral",
    "mixtral",
    "codestral",
    "devstral",
    "magistral",
    "pixtral",
    "open-mi",
];

/// What Google's OpenAI surface has beside a call.
#[derive(serde::Serialize)]
struct Extra<'a> {
    google: Google<'a>,
}

#[derive(serde::Serialize)]
struct Google<'a> {
    thought_signature: &'a JsonText<'a>,
}

/// Which ids of calls a provider takes in bodies of its own format, which its clients send.
pub fn own_id_rule(format: Format, target: &Target) -> IdRule {
    match (format, target.vendor) {
        (Format::OpenAiChatCompletions, Vendor::OpenAi) => IdRule::Chat,
        (Format::OpenAiChatCompletions, Vendor::Other) if is_mistral(&target.model) => {
            IdRule::Mistral
        }
        (Format::OpenAiResponses, Vendor::OpenAi) => IdRule::Responses,
        // Others' own may be of another kind.
        (Format::AnthropicMessages, Vendor::Other) => IdRule::Any,
        (Format::AnthropicMessages, _) => IdRule::Anthropic,
        (
            Format::OpenAiChatCompletions
            | Format::OpenAiResponses
            | Format::GeminiGenerateContent
            | Format::BedrockConverse,
            _,
        ) => IdRule::Any,
    }
}

/// Which ids of calls a provider of chat completions takes. Whoever serves a model of Mistral's has its template, which
/// checks them.
pub(crate) fn id_rule(target: &Target) -> IdRule {
    match target.vendor == Vendor::Other && is_mistral(&target.model) {
        true => IdRule::Mistral,
        false => IdRule::Chat,
    }
}

fn is_mistral(model: &str) -> bool {
    let model = model.rsplit('/').next().unwrap_or_default();
    let model = model.to_ascii_lowercase();
    MISTRAL.iter().any(|start| model.starts_with(start))
}

/// Ids of calls and of their results, as the provider takes them. The signatures that ids carry go where Google's OpenAI
/// surface has them, and nowhere else.
pub(crate) fn ids_in_chat(request: &mut chat::Request<'_>, target: &Target, notes: &mut Notes) {
    let rule = id_rule(target);
    let is_google = gemini_chat::is_google(target.vendor);
    let needs_signatures = is_google && chat_gemini::needs_signatures(&target.model);
    for message in &mut request.messages {
        let mut is_first = true;
        for call in message.tool_calls.iter_mut().flatten() {
            let id = call.id.take().map(split_id);
            let (id, signature) = id.map_or((None, None), |(id, signature)| (Some(id), signature));
            call.id = id.map(|id| rule.id(id));
            notes.dropped_if("thought_signature", signature.is_some() && !is_google);
            // Of calls at the same time, Gemini signs the first.
            let signature = match signature {
                None if needs_signatures && is_first => Some(JsonText::plain(NO_SIGNATURE)),
                signature => signature.filter(|_| is_google),
            };
            if let (Some(signature), None) = (&signature, &call.extra_content) {
                call.extra_content = Some(extra_content(signature));
            }
            is_first = false;
        }
        message.tool_call_id = message.tool_call_id.take().map(|id| rule.id(id));
    }
}

/// Google's place for a thought signature on its OpenAI surface.
fn extra_content(signature: &JsonText<'_>) -> Json<'static> {
    Json::of(&Extra {
        google: Google {
            thought_signature: signature,
        },
    })
}

/// Reasoning that only a provider of another format could take back.
pub(crate) fn without_proofs(request: &mut chat::Request<'_>, notes: &mut Notes) {
    for message in &mut request.messages {
        let blocks = message.thinking_blocks.take();
        let signature = message.reasoning_signature.take();
        notes.dropped_if("input.reasoning", blocks.is_some() || signature.is_some());
    }
}

/// Renames what `rule` does not take.
pub(crate) fn in_chat(request: &mut chat::Request<'_>, rule: NameRule) -> ToolNames {
    let declared = request.tools.iter().flatten();
    let declared = declared.filter_map(|tool| Some(&tool.function.as_ref()?.name));
    let calls = request.messages.iter().flat_map(|message| {
        let calls = message.tool_calls.iter().flatten();
        calls.filter_map(|call| Some(&call.function.as_ref()?.name))
    });
    let names = ToolNames::within(rule, declared.chain(calls));
    if names.is_empty() {
        return names;
    }
    for tool in request.tools.iter_mut().flatten() {
        if let Some(function) = &mut tool.function {
            tell(&names, &mut function.name);
        }
    }
    for message in &mut request.messages {
        for call in message.tool_calls.iter_mut().flatten() {
            if let Some(function) = &mut call.function {
                tell(&names, &mut function.name);
            }
        }
        if let ("tool" | "function", Some(name)) = (message.role.as_str(), &mut message.name) {
            tell(&names, name);
        }
    }
    choose(&names, &mut request.tool_choice);
    names
}

/// Renames what `rule` does not take; ids of calls too.
pub(crate) fn in_responses(
    request: &mut responses::Request<'_>,
    rule: NameRule,
    notes: &mut Notes,
) -> ToolNames {
    if let Some(responses::Input(OneOrMany::Many(items))) = &mut request.input {
        for id in items.iter_mut().filter_map(|item| item.call_id.as_mut()) {
            let (own, signature) = split_id(std::mem::replace(id, JsonText::empty()));
            notes.dropped_if("thought_signature", signature.is_some());
            *id = IdRule::Responses.id(own);
        }
    }
    let items = match &request.input {
        Some(responses::Input(OneOrMany::Many(items))) => items.as_slice(),
        Some(responses::Input(OneOrMany::One(_))) | None => &[],
    };
    let declared = request.tools.iter().flatten();
    let declared = declared.filter_map(|tool| tool.name.as_ref());
    let calls = items.iter().filter_map(|item| item.name.as_ref());
    let names = ToolNames::within(rule, declared.chain(calls));
    if names.is_empty() {
        return names;
    }
    let declared = request.tools.iter_mut().flatten();
    for name in declared.filter_map(|tool| tool.name.as_mut()) {
        tell(&names, name);
    }
    if let Some(responses::Input(OneOrMany::Many(items))) = &mut request.input {
        for name in items.iter_mut().filter_map(|item| item.name.as_mut()) {
            tell(&names, name);
        }
    }
    choose(&names, &mut request.tool_choice);
    names
}

fn tell(names: &ToolNames, name: &mut JsonText<'_>) {
    let said = std::mem::replace(name, JsonText::empty());
    *name = names.told(said);
}

/// A choice names tools in members `name`, one of them or a list, and has no other members of that name.
fn choose(names: &ToolNames, choice: &mut Option<Json<'_>>) {
    let Some(Ok(mut value)) = choice
        .as_ref()
        .filter(|choice| choice.is_object())
        .map(Json::read::<Value>)
    else {
        return;
    };
    if tell_within(names, &mut value) {
        *choice = Some(Json::of(&value));
    }
}

fn tell_within(names: &ToolNames, value: &mut Value) -> bool {
    match value {
        Value::Object(members) => {
            let mut is_told = false;
            for (key, member) in members.iter_mut() {
                if key == "name"
                    && let Value::String(said) = member
                {
                    let text = JsonText::plain(said);
                    let told = names.told(text.reborrow()).decode().into_owned();
                    is_told |= told != *said;
                    *said = told;
                } else {
                    is_told |= tell_within(names, member);
                }
            }
            is_told
        }
        Value::Array(elements) => elements.iter_mut().fold(false, |is_told, element| {
            tell_within(names, element) | is_told
        }),
        Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Null => false,
    }
}

#[cfg(test)]
mod tests;
