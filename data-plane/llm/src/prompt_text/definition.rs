//! What the strings of definitions of tools and of schemas are, by the members that hold them.
//!
//! It must not know formats: their definitions share these words. Invariant: what is not listed here is text, for a model reads it.

use std::ops::Range;

use crate::node::Node;

/// What a string is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A description, or a value of a schema.
    Text,
    /// Names a tool, or a server that has some.
    Name,
    /// Types something or refers to it, or is a secret for a server.
    Structure,
}

/// What the string of a member is, or one in a list there.
pub(super) fn meaning(key: &str) -> Meaning {
    match key {
        "name" | "allowed_tools" | "tool_names" | "server_label" | "mcp_server_name" => {
            Meaning::Name
        }
        "type"
        | "$ref"
        | "$schema"
        | "$id"
        | "required"
        | "format"
        | "role"
        | "id"
        | "cache_control"
        | "server_url"
        | "url"
        | "authorization"
        | "Authorization"
        | "authorization_token" => Meaning::Structure,
        _ => Meaning::Text,
    }
}

/// Where the headers are that open a server to its client, in a tool or in a list of tools.
pub(super) fn headers(node: Node<'_>) -> Vec<Range<usize>> {
    if !node.raw().contains("\"headers\"") {
        return Vec::new();
    }
    let tools = match node.is_array() {
        true => node.elements(),
        false => vec![node],
    };
    let mut headers = Vec::new();
    for tool in tools {
        headers.extend(named(tool, "headers"));
        // Gemini's.
        let servers = named(tool, "mcpServers")
            .into_iter()
            .flat_map(Node::elements);
        let ways = servers.flat_map(|server| named(server, "streamableHttpTransport"));
        headers.extend(ways.flat_map(|way| named(way, "headers")));
    }
    let spans = headers.into_iter();
    spans.filter_map(|own| own.span(node.raw())).collect()
}

/// The values of members of this name.
fn named<'a>(of: Node<'a>, name: &str) -> Vec<Node<'a>> {
    let members = of.members().into_iter();
    let named = members.filter(|(key, _)| key == name);
    named.map(|(_, value)| value).collect()
}
