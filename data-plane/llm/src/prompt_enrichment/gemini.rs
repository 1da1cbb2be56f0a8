//! Messages in Gemini's generateContent: parts of `systemInstruction`, elements of `contents`.
//!
//! It must not know other formats. Invariant: a member in Google's other spelling (`system_instruction`) is the same member;
//! a list of one that was written without brackets gets them.

use super::{Added, Draft, PromptEnrichment, Speaker, has_block, trailing};
use crate::node::{Member, Node};
use crate::splice_list::add_members;

pub(super) fn enrich(prompt: &PromptEnrichment, draft: &mut Draft<'_>, members: &[Member<'_>]) {
    let system: Added = prompt.written(Speaker::is_system, |message| {
        format!(r#"{{"text":{}}}"#, message.literal().as_json())
    });
    let turns: Added = prompt.written(Speaker::is_turn, |message| {
        let role = match message.speaker {
            Speaker::Assistant => "model",
            Speaker::System | Speaker::User => "user",
        };
        format!(
            r#"{{"role":"{role}","parts":[{{"text":{}}}]}}"#,
            message.literal().as_json()
        )
    });
    let mut has_system = false;
    for (key, value) in members {
        match key.as_ref() {
            "systemInstruction" | "system_instruction" => {
                has_system = true;
                put_system(&system, draft, *value);
            }
            "contents" if value.is_object() => {
                turns
                    .around()
                    .around_value(&mut draft.splice, draft.text, *value, ("", ""));
            }
            "contents" => {
                let elements = value.elements();
                let end = elements.len() - trailing(&elements, calls);
                turns
                    .around()
                    .into_list_at(&mut draft.splice, draft.text, *value, 0, end);
            }
            _ => (),
        }
    }
    if !has_system && !system.is_empty() {
        draft
            .members
            .push(format!("\"systemInstruction\":{}", instruction(&system)));
    }
}

fn put_system(system: &Added, draft: &mut Draft<'_>, value: Node<'_>) {
    let around = system.around();
    if around.is_empty() {
        return;
    }
    if value.is_null() {
        if let Some(range) = value.span(draft.text) {
            draft.splice.replace(range, instruction(system));
        }
        return;
    }
    match value.member("parts") {
        Some(parts) if parts.is_object() => {
            around.around_value(&mut draft.splice, draft.text, parts, ("", ""))
        }
        Some(parts) => around.into_list(&mut draft.splice, draft.text, parts),
        None if value.is_object() => {
            let parts = format!("\"parts\":{}", around.alone());
            add_members(&mut draft.splice, draft.text, value, &parts);
        }
        None => (),
    }
}

fn instruction(system: &Added) -> String {
    format!("{{\"parts\":{}}}", system.around().alone())
}

fn calls(content: Node<'_>) -> bool {
    has_block(content.member("parts"), |part| {
        part.member("functionCall")
            .or_else(|| part.member("function_call"))
            .is_some()
    })
}
