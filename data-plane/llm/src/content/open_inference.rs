//! What was asked and answered under the names of OpenInference's semantic conventions: `llm.input_messages.N.message.*`,
//! `llm.output_messages.N.message.*` and `llm.tools.N.tool.*`.
//!
//! ```text
//! Attribute, JSON of OpenTelemetry's schemas --read--> messages, tools --groups--> names and texts, at most MOST of a list
//! ```
//! It must not know formats or bodies: what it reads is what `content` wrote, so that it is bounded, and behind guards, already.
//! Invariant: texts are not longer together than what they are of, and there is a bounded number of them.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::written::Keep;
use super::{Asked, Attribute};
use crate::json;

/// Most attributes of one list, but for the two of instructions.
pub const MOST: usize = 256;

/// Most attributes of one message.
const EACH: usize = 128;

/// Attributes of one list.
#[derive(Default, PartialEq, Eq)]
pub struct Flat {
    /// Name and text of each.
    pub attributes: Vec<(String, String)>,
    /// Something was left out: here, or before.
    pub is_truncated: bool,
}

/// What stands behind the index of a message or a tool.
type Group = Vec<(String, String)>;

/// A message of OpenTelemetry's schemas.
#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    role: Cow<'a, str>,
    #[serde(borrow)]
    parts: Vec<Part<'a>>,
}

/// A part of one; members of all its types.
#[derive(Deserialize)]
struct Part<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    content: Option<Cow<'a, str>>,
    #[serde(borrow)]
    modality: Option<Cow<'a, str>>,
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    arguments: Option<&'a RawValue>,
    #[serde(borrow)]
    response: Option<&'a RawValue>,
}

/// The name of a tool.
#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
}

/// `llm.input_messages`: the instructions, and as many of the last messages as there is room for.
#[must_use]
pub fn input(asked: &Asked) -> Flat {
    let messages: Vec<Message<'_>> = list(asked.messages.as_ref());
    let groups = messages.iter().flat_map(groups).collect();
    let (mut groups, is_cut) = fit(groups, Keep::Last);
    let instructions: Vec<Part<'_>> = list(asked.instructions.as_ref());
    let texts: Vec<&str> = instructions
        .iter()
        .filter_map(|part| part.content.as_deref())
        .collect();
    if !texts.is_empty() {
        groups.insert(0, plain("system", texts.join("\n")));
    }
    let of = [asked.instructions.as_ref(), asked.messages.as_ref()];
    flat("llm.input_messages", groups, is_cut, &of)
}

/// `llm.output_messages`.
#[must_use]
pub fn output(answered: Option<&Attribute>) -> Flat {
    let messages: Vec<Message<'_>> = list(answered);
    let groups = messages.iter().flat_map(groups).collect();
    let (groups, is_cut) = fit(groups, Keep::First);
    flat("llm.output_messages", groups, is_cut, &[answered])
}

/// `llm.tools`.
#[must_use]
pub fn tools(asked: &Asked) -> Flat {
    let tools: Vec<&RawValue> = list(asked.tools.as_ref());
    let groups = tools.iter().map(|tool| {
        let named: Option<Named<'_>> = serde_json::from_str(tool.get()).ok();
        let name = named.and_then(|named| named.name);
        let mut group: Group = name
            .map(|name| entry("tool.name", name))
            .into_iter()
            .collect();
        group.push(entry("tool.json_schema", tool.get()));
        group
    });
    let (groups, is_cut) = fit(groups.collect(), Keep::First);
    flat("llm.tools", groups, is_cut, &[asked.tools.as_ref()])
}

/// What is listed; nothing where that cannot be read.
fn list<'a, T: Deserialize<'a>>(attribute: Option<&'a Attribute>) -> Vec<T> {
    attribute
        .and_then(|attribute| serde_json::from_str(&attribute.json).ok())
        .unwrap_or_default()
}

fn flat(prefix: &str, groups: Vec<Group>, is_cut: bool, of: &[Option<&Attribute>]) -> Flat {
    let mut attributes = Vec::new();
    for (index, group) in groups.into_iter().enumerate() {
        let named = group
            .into_iter()
            .map(|(name, text)| (format!("{prefix}.{index}.{name}"), text));
        attributes.extend(named);
    }
    let mut of = of.iter().flatten();
    Flat {
        attributes,
        is_truncated: is_cut || of.any(|attribute| attribute.is_truncated),
    }
}

/// The groups for which there is room, and whether something had none.
fn fit(mut groups: Vec<Group>, keep: Keep) -> (Vec<Group>, bool) {
    if keep == Keep::Last {
        groups.reverse();
    }
    let all = groups.len();
    let (mut room, mut is_cut) = (MOST, false);
    let kept = groups.into_iter().map_while(|mut group| {
        let own = group.len();
        group.truncate(EACH);
        room = room.checked_sub(group.len())?;
        is_cut |= group.len() < own;
        Some(group)
    });
    let mut kept: Vec<Group> = kept.collect();
    if keep == Keep::Last {
        kept.reverse();
    }
    let is_cut = is_cut || kept.len() < all;
    (kept, is_cut)
}

/// A message, and one for each of its outcomes of tools: there is one id for each.
fn groups(message: &Message<'_>) -> Vec<Group> {
    let mut groups = Vec::new();
    let mut said = Vec::new();
    for part in &message.parts {
        if part.kind != "tool_call_response" {
            said.push(part);
            continue;
        }
        if !said.is_empty() {
            groups.push(spoken(&message.role, &std::mem::take(&mut said)));
        }
        let mut group = plain("tool", text(part.response));
        group.extend(
            part.id
                .as_deref()
                .map(|id| entry("message.tool_call_id", id)),
        );
        groups.push(group);
    }
    if !said.is_empty() || groups.is_empty() {
        groups.push(spoken(&message.role, &said));
    }
    groups
}

/// A message of everything but outcomes.
fn spoken(role: &str, parts: &[&Part<'_>]) -> Group {
    let (calls, rest): (Vec<&Part<'_>>, Vec<&Part<'_>>) =
        parts.iter().partition(|part| part.kind == "tool_call");
    let mut group = vec![entry("message.role", role)];
    match rest.as_slice() {
        [only] if only.kind == "text" => {
            let text = only.content.as_deref().unwrap_or_default();
            group.push(entry("message.content", text));
        }
        several => {
            for (index, part) in several.iter().enumerate() {
                contents(&mut group, index, part);
            }
        }
    }
    for (index, call) in calls.into_iter().enumerate() {
        let at = format!("message.tool_calls.{index}.tool_call");
        let arguments = call.arguments.map(|raw| text(Some(raw)).into());
        for (name, value) in [
            ("id", call.id.clone()),
            ("function.name", call.name.clone()),
            ("function.arguments", arguments),
        ] {
            group.extend(value.map(|value| entry(format!("{at}.{name}"), value)));
        }
    }
    group
}

/// One of several parts, or one that is no text. Of images and the like there is no more than the kind.
fn contents(group: &mut Group, index: usize, part: &Part<'_>) {
    let at = format!("message.contents.{index}.message_content");
    let kind = part.modality.as_ref().unwrap_or(&part.kind);
    group.push(entry(format!("{at}.type"), kind.as_ref()));
    let content = part.content.as_deref();
    if let Some(content) = content.filter(|content| !content.is_empty()) {
        group.push(entry(format!("{at}.text"), content));
    }
}

fn plain(role: &str, content: String) -> Group {
    vec![
        entry("message.role", role),
        entry("message.content", content),
    ]
}

/// A text as it is, and other JSON as it is written.
fn text(raw: Option<&RawValue>) -> String {
    let raw = raw.map(RawValue::get).unwrap_or_default();
    json::string(raw).unwrap_or_else(|| raw.to_owned())
}

fn entry(name: impl Into<String>, text: impl Into<String>) -> (String, String) {
    (name.into(), text.into())
}

/// Prompts are not shown.
impl std::fmt::Debug for Flat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Flat")
            .field("attributes", &self.attributes.len())
            .field("is_truncated", &self.is_truncated)
            .finish()
    }
}

#[cfg(test)]
mod tests;
