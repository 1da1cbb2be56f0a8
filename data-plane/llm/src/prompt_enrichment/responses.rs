//! Messages in OpenAI responses: items of `input`.
//!
//! It must not know other formats. Invariant: results of calls that the provider keeps (`previous_response_id`) stay first,
//! calls that wait for results stay last.

use super::{Added, Draft, PromptEnrichment, trailing};
use crate::node::{Member, Node};

pub(super) fn enrich(prompt: &PromptEnrichment, draft: &mut Draft<'_>, members: &[Member<'_>]) {
    let added: Added = prompt.written(
        |_| true,
        |message| {
            let (role, content) = (message.speaker.role(), message.literal());
            format!(
                r#"{{"type":"message","role":"{role}","content":{}}}"#,
                content.as_json()
            )
        },
    );
    let mut is_there = false;
    for (_, input) in members.iter().filter(|(key, _)| key == "input") {
        is_there = true;
        if input.is_array() {
            let elements = input.elements();
            let results = elements.iter().take_while(|item| is_result(**item)).count();
            let end = elements.len() - trailing(&elements, waits);
            added.around().into_list_at(
                &mut draft.splice,
                draft.text,
                *input,
                results,
                end.max(results),
            );
        } else if input.text().is_some() {
            let message = (r#"{"type":"message","role":"user","content":"#, "}");
            added
                .around()
                .around_value(&mut draft.splice, draft.text, *input, message);
        } else if let Some(range) = input.span(draft.text).filter(|_| input.is_null()) {
            draft.splice.replace(range, added.around().alone());
        }
    }
    // A stored prompt or conversation may be all that there is.
    if !is_there && !added.is_empty() {
        draft
            .members
            .push(format!("\"input\":{}", added.around().alone()));
    }
}

fn is_result(item: Node<'_>) -> bool {
    kind(item).is_some_and(|kind| kind.ends_with("_output"))
}

/// Calls that the client answers, and the reasoning that leads to one; hosted tools answer themselves.
fn waits(item: Node<'_>) -> bool {
    const CALLS: [&str; 7] = [
        "function_call",
        "custom_tool_call",
        "computer_call",
        "local_shell_call",
        "shell_call",
        "apply_patch_call",
        "reasoning",
    ];
    kind(item).is_some_and(|kind| CALLS.contains(&kind.as_str()))
}

fn kind(item: Node<'_>) -> Option<String> {
    let kind = item.member("type").and_then(Node::text)?;
    Some(kind.decode().into_owned())
}
