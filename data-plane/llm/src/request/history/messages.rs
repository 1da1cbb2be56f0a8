//! Anthropic's messages: blocks that another vendor's answer left, and thinking that cannot go on from them.
//!
//! It must not know the other formats. Invariant: a turn that has nothing left is no turn.

use super::rebuild::{Kept, list, object};
use super::{History, is_proven};
use crate::edge::Notes;
use crate::json;
use crate::node::Node;
use crate::tool_names::IdRule;

// === impl History ===

impl History<'_> {
    pub(super) fn messages(&self, body: &str, notes: &mut Notes) -> Option<String> {
        let mut goes_on_unproven = false;
        let settled = object(body, |key, value| match key {
            "messages" => {
                let told = list(value, |message| self.message(message, notes));
                let now = told.as_deref().unwrap_or(value);
                goes_on_unproven = self.rule == IdRule::Anthropic && is_unproven(Node::of(now));
                told.into()
            }
            _ => Kept::Same,
        });
        let now = settled.as_deref().unwrap_or(body);
        if !goes_on_unproven || !has_budget(now) {
            return settled;
        }
        // Anthropic refuses a budget of thinking where the turn whose calls are answered does not begin with its thoughts.
        notes.dropped("thinking");
        object(now, |key, value| match key {
            "thinking" => Kept::Gone,
            // It is refused without thinking.
            "context_management" if value.contains("clear_thinking") => {
                notes.dropped("context_management");
                Kept::Gone
            }
            _ => Kept::Same,
        })
    }

    fn message(&self, message: &str, notes: &mut Notes) -> Kept {
        let mut is_empty = false;
        let told = object(message, |key, value| match key {
            "content" => {
                let told = list(value, |block| self.block(block, notes));
                is_empty = told.as_deref() == Some("[]");
                told.into()
            }
            _ => Kept::Same,
        });
        match is_empty {
            true => Kept::Gone,
            false => told.into(),
        }
    }

    fn block(&self, block: &str, notes: &mut Notes) -> Kept {
        let node = Node::of(block);
        let kind = node.member("type").and_then(Node::string);
        let member = match kind.as_deref() {
            Some("thinking" | "redacted_thinking")
                if is_proven(block) || (self.rule == IdRule::Anthropic && is_bare(node)) =>
            {
                notes.dropped("messages.content.thinking");
                return Kept::Gone;
            }
            Some("tool_use") => "id",
            Some("tool_result") => "tool_use_id",
            Some(_) | None => return Kept::Same,
        };
        object(block, |key, value| match key == member {
            true => self.id(value, notes),
            false => Kept::Same,
        })
        .into()
    }
}

/// Thoughts with an empty signature, which Anthropic refuses.
fn is_bare(block: Node<'_>) -> bool {
    let signature = block.member("signature").and_then(Node::string);
    signature.is_some_and(|own| own.is_empty())
}

/// The last turn answers calls, and the turn with the calls does not begin with thoughts.
fn is_unproven(messages: Node<'_>) -> bool {
    let turns = messages.elements();
    let [.., calls, results] = turns.as_slice() else {
        return false;
    };
    let kinds = |turn: &Node<'_>, role: &str| -> Vec<String> {
        let is_roles = turn.member("role").and_then(Node::string);
        let blocks = turn
            .member("content")
            .filter(|_| is_roles.as_deref() == Some(role));
        let blocks = blocks.map(Node::elements).unwrap_or_default();
        let kinds = blocks.into_iter().map(|block| {
            let kind = block.member("type").and_then(Node::string);
            kind.unwrap_or_default().into_owned()
        });
        kinds.collect()
    };
    let (calls, results) = (kinds(calls, "assistant"), kinds(results, "user"));
    let begins_with_thoughts = calls
        .first()
        .is_some_and(|kind| matches!(kind.as_str(), "thinking" | "redacted_thinking"));
    let has = |kinds: &[String], wanted: &str| kinds.iter().any(|kind| kind == wanted);
    has(&calls, "tool_use") && has(&results, "tool_result") && !begins_with_thoughts
}

fn has_budget(body: &str) -> bool {
    let mut is_enabled = false;
    let _ = json::members(body, |key, value| {
        if key == "thinking" {
            let kind = Node::of(value).member("type").and_then(Node::string);
            is_enabled = kind.as_deref() == Some("enabled");
        }
    });
    is_enabled
}
