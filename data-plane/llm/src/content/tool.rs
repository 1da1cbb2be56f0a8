//! Definitions of tools, from any format.
//!
//! Owns which members of which format are name, description and parameters; nothing else of a definition is told, for those of
//! servers hold keys. It must not know messages. Invariant: a tool whose parameters have no room has its name all the same.

use std::borrow::Cow;

use super::part::member;
use super::written::{Item, Written};
use crate::node::Node;
use crate::text::JsonText;

/// One tool.
pub(super) struct Tool<'a> {
    kind: Cow<'a, str>,
    name: Cow<'a, str>,
    description: Option<Cow<'a, str>>,
    parameters: Option<&'a str>,
}

/// Longest description that is told, in bytes.
const DESCRIPTION: usize = 4 << 10;

/// The tools of a request: a list, or what holds one.
pub(super) fn read(tools: Node<'_>) -> Vec<Tool<'_>> {
    let listed = match tools.is_object() {
        // Converse's `toolConfig`.
        true => tools
            .member("tools")
            .map(Node::elements)
            .unwrap_or_default(),
        false => tools.elements(),
    };
    listed.into_iter().flat_map(of_entry).collect()
}

fn of_entry(entry: Node<'_>) -> Vec<Tool<'_>> {
    let declared = entry
        .member("functionDeclarations")
        .or_else(|| entry.member("function_declarations"));
    if let Some(declared) = declared {
        return declared.one_or_many().into_iter().map(function).collect();
    }
    if let Some(own) = entry
        .member("toolSpec")
        .or_else(|| entry.member("function"))
    {
        return vec![function(own)];
    }
    let Some(kind) = entry.member("type").and_then(Node::string) else {
        return match entry.member("name") {
            // Of chat completions before there were tools, and Anthropic's.
            Some(_) => vec![function(entry)],
            // A tool of the provider's, by its only member.
            None => {
                let names = entry.members().into_iter().map(|(key, _)| key);
                // Converse's mark for caches is none.
                names.filter(|key| key != "cachePoint").map(bare).collect()
            }
        };
    };
    let own = entry.member("custom").filter(|own| own.is_object());
    let own = own.unwrap_or(entry);
    // Anthropic's word for a function.
    let is_function = kind == "custom" && own.member("input_schema").is_some();
    let kind = if is_function {
        Cow::Borrowed("function")
    } else {
        kind
    };
    let mut tool = function(own);
    let label = || entry.member("server_label").and_then(Node::string);
    if tool.name.is_empty() {
        tool.name = label().unwrap_or_else(|| kind.clone());
    }
    vec![Tool { kind, ..tool }]
}

fn function(own: Node<'_>) -> Tool<'_> {
    let text = |name| own.member(name).and_then(Node::string);
    let parameters = [
        "parameters",
        "input_schema",
        "parametersJsonSchema",
        "parameters_json_schema",
        "inputSchema",
    ];
    let parameters = parameters.into_iter().find_map(|name| own.member(name));
    // Converse has it in a union.
    let parameters = parameters.map(|own| own.member("json").unwrap_or(own));
    Tool {
        kind: Cow::Borrowed("function"),
        name: text("name").unwrap_or_default(),
        description: text("description"),
        parameters: parameters.filter(|own| own.is_object()).map(Node::raw),
    }
}

fn bare(name: Cow<'_, str>) -> Tool<'_> {
    Tool {
        kind: name.clone(),
        name,
        description: None,
        parameters: None,
    }
}

impl Item for Tool<'_> {
    fn write(&self, out: &mut Written) {
        let kind = member("type", Some(&self.kind));
        let mut head = format!(
            "{{{}{}",
            kind.trim_start_matches(','),
            member("name", Some(&self.name))
        );
        if let Some(description) = &self.description {
            let end = description.floor_char_boundary(DESCRIPTION);
            let text = JsonText::plain(description.get(..end).unwrap_or_default());
            head.push_str(",\"description\":");
            head.push_str(text.as_json());
        }
        match self.parameters {
            None => out.whole(&format!("{head}}}")),
            Some(parameters) => out.extended(&head, "parameters", parameters),
        }
    }
}
