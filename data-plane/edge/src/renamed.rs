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
use crate::tool_names::{IdRule, NameRule, ToolNames};
use crate::{Target, Vendor};

/// Which names a provider takes.
pub(crate) fn rule(provider: Format, vendor: Vendor) -> NameRule {
    match (provider, vendor) {
        (Format::GeminiGenerateContent, _) => NameRule::Google,
        (Format::AnthropicMessages, Vendor::Anthropic) => NameRule::Anthropic,
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

/// Which ids of calls a provider of chat completions takes. Whoever serves a model of Mistral's has its template, which
/// checks them.
pub(crate) fn id_rule(target: &Target) -> IdRule {
    let model = target.model.rsplit('/').next().unwrap_or_default();
    let model = model.to_ascii_lowercase();
    let is_mistral = MISTRAL.iter().any(|start| model.starts_with(start));
    match is_mistral && target.vendor == Vendor::Other {
        true => IdRule::Mistral,
        false => IdRule::Chat,
    }
}

/// Ids of calls and of their results, as `rule` takes them.
pub(crate) fn ids_in_chat(request: &mut chat::Request<'_>, rule: IdRule) {
    for message in &mut request.messages {
        let calls = message.tool_calls.iter_mut().flatten();
        let ids = calls.filter_map(|call| call.id.as_mut());
        for id in ids.chain(&mut message.tool_call_id) {
            let own = std::mem::replace(id, JsonText::empty());
            *id = rule.id(own);
        }
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
pub(crate) fn in_responses(request: &mut responses::Request<'_>, rule: NameRule) -> ToolNames {
    if let Some(responses::Input(OneOrMany::Many(items))) = &mut request.input {
        for id in items.iter_mut().filter_map(|item| item.call_id.as_mut()) {
            let own = std::mem::replace(id, JsonText::empty());
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
