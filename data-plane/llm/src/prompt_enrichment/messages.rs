//! Messages in Anthropic messages: blocks of `system`, elements of `messages`.
//!
//! It must not know other formats. Invariant: a system prompt that was a text becomes a block with the same text; blocks keep
//! their cache markers.

use super::{Added, Draft, PromptEnrichment, Speaker, has_block, trailing};
use crate::node::{Member, Node};

pub(super) fn enrich(prompt: &PromptEnrichment, draft: &mut Draft<'_>, members: &[Member<'_>]) {
    let system: Added = prompt.written(Speaker::is_system, |message| {
        format!(
            r#"{{"type":"text","text":{}}}"#,
            message.literal().as_json()
        )
    });
    let turns: Added = prompt.written(Speaker::is_turn, |message| {
        format!(
            r#"{{"role":"{}","content":{}}}"#,
            message.speaker.role(),
            message.literal().as_json()
        )
    });
    let mut has_system = false;
    for (key, value) in members {
        match key.as_ref() {
            "system" => {
                has_system = true;
                put_system(&system, draft, *value);
            }
            "messages" if value.is_array() => {
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
            .push(format!("\"system\":{}", system.around().alone()));
    }
}

fn put_system(system: &Added, draft: &mut Draft<'_>, value: Node<'_>) {
    let around = system.around();
    if around.is_empty() {
        return;
    }
    if value.is_array() {
        around.into_list(&mut draft.splice, draft.text, value);
        return;
    }
    // An empty block would be refused.
    let is_blank = value.is_null() || value.text().is_some_and(|text| text.is_blank());
    match value.span(draft.text) {
        Some(range) if is_blank => draft.splice.replace(range, around.alone()),
        _ => around.around_value(
            &mut draft.splice,
            draft.text,
            value,
            (r#"{"type":"text","text":"#, "}"),
        ),
    }
}

fn calls(message: Node<'_>) -> bool {
    has_block(message.member("content"), |block| {
        block
            .member("type")
            .is_some_and(|kind| kind.raw() == "\"tool_use\"")
    })
}
