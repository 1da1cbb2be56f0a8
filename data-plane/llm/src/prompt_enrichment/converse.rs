//! Messages in Bedrock's Converse: blocks of `system`, blocks or elements of `messages`.
//!
//! It must not know other formats. Invariant: roles alternate, which Bedrock demands, wherever the client's did: a message
//! of the speaker next to it becomes a block of that one's, and messages of one speaker in a row become one.

use super::{Added, Draft, PromptEnrichment, PromptMessage, Speaker, has_block, trailing};
use crate::node::{Member, Node};
use crate::splice_list::Around;

pub(super) fn enrich(prompt: &PromptEnrichment, draft: &mut Draft<'_>, members: &[Member<'_>]) {
    let system: Added = prompt.written(Speaker::is_system, block);
    let mut has_system = false;
    for (key, value) in members {
        match key.as_ref() {
            "system" if value.is_null() => {
                has_system = true;
                if let Some(range) = value.span(draft.text).filter(|_| !system.is_empty()) {
                    draft.splice.replace(range, system.around().alone());
                }
            }
            "system" => {
                has_system = true;
                system
                    .around()
                    .into_list(&mut draft.splice, draft.text, *value);
            }
            "messages" if value.is_array() => put_turns(prompt, draft, *value),
            _ => (),
        }
    }
    if !has_system && !system.is_empty() {
        draft
            .members
            .push(format!("\"system\":{}", system.around().alone()));
    }
}

fn put_turns(prompt: &PromptEnrichment, draft: &mut Draft<'_>, list: Node<'_>) {
    let elements = list.elements();
    let end = elements.len() - trailing(&elements, calls);
    let (mut front, mut back) = (runs(&prompt.prepend), runs(&prompt.append));
    let last = end.checked_sub(1).and_then(|at| elements.get(at));
    let first_content = front
        .last()
        .and_then(|(speaker, _)| blocks_of(elements.first(), *speaker));
    let last_content = back
        .first()
        .and_then(|(speaker, _)| blocks_of(last, *speaker));
    let in_first = first_content
        .and_then(|_| front.pop())
        .map(|(_, blocks)| blocks)
        .unwrap_or_default();
    let in_last = match last_content {
        Some(_) => back.remove(0).1,
        None => String::new(),
    };
    match (first_content, last_content) {
        (Some(one), Some(other)) if one.span(draft.text) == other.span(draft.text) => {
            Around {
                front: &in_first,
                back: &in_last,
            }
            .into_list(&mut draft.splice, draft.text, one);
        }
        (one, other) => {
            for (content, front, back) in
                [(one, in_first.as_str(), ""), (other, "", in_last.as_str())]
            {
                if let Some(content) = content {
                    Around { front, back }.into_list(&mut draft.splice, draft.text, content);
                }
            }
        }
    }
    let (front, back) = (turns(&front), turns(&back));
    Around {
        front: &front,
        back: &back,
    }
    .into_list_at(&mut draft.splice, draft.text, list, 0, end);
}

/// Messages of one speaker in a row as one list of blocks.
fn runs(messages: &[PromptMessage]) -> Vec<(Speaker, String)> {
    let turns: Vec<_> = messages
        .iter()
        .filter(|message| message.speaker.is_turn())
        .collect();
    turns
        .chunk_by(|one, other| one.speaker == other.speaker)
        .filter_map(|run| {
            let blocks: Vec<_> = run.iter().map(|message| block(message)).collect();
            Some((run.first()?.speaker, blocks.join(",")))
        })
        .collect()
}

fn turns(runs: &[(Speaker, String)]) -> String {
    let turn = |(speaker, blocks): &(Speaker, String)| {
        format!(r#"{{"role":"{}","content":[{blocks}]}}"#, speaker.role())
    };
    runs.iter().map(turn).collect::<Vec<_>>().join(",")
}

fn block(message: &PromptMessage) -> String {
    format!(r#"{{"text":{}}}"#, message.literal().as_json())
}

/// The list of blocks of a message of this speaker.
fn blocks_of<'a>(message: Option<&Node<'a>>, speaker: Speaker) -> Option<Node<'a>> {
    let role = message?.member("role").and_then(Node::text)?;
    let content = message?
        .member("content")
        .filter(|content| content.is_array());
    content.filter(|_| role.decode() == speaker.role())
}

fn calls(message: Node<'_>) -> bool {
    has_block(message.member("content"), |block| {
        block.member("toolUse").is_some()
    })
}
