//! Messages in chat completions: elements of `messages`.
//!
//! It must not know other formats. Invariant: an assistant's message that waits for results stays the last one.

use super::{Added, Draft, PromptEnrichment, trailing};
use crate::node::{Member, Node};

pub(super) fn enrich(prompt: &PromptEnrichment, draft: &mut Draft<'_>, members: &[Member<'_>]) {
    let added: Added = prompt.written(
        |_| true,
        |message| {
            format!(
                r#"{{"role":"{}","content":{}}}"#,
                message.speaker.role(),
                message.literal().as_json()
            )
        },
    );
    for (_, list) in members
        .iter()
        .filter(|(key, list)| key == "messages" && list.is_array())
    {
        let elements = list.elements();
        let end = elements.len() - trailing(&elements, calls);
        added
            .around()
            .into_list_at(&mut draft.splice, draft.text, *list, 0, end);
    }
}

fn calls(message: Node<'_>) -> bool {
    message
        .member("tool_calls")
        .is_some_and(|calls| !calls.elements().is_empty())
}
