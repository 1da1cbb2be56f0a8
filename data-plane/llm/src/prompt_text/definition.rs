//! What the strings of definitions of tools and of schemas are, by the members that hold them.
//!
//! It must not know formats: their definitions share these words. Invariant: what is not listed here is text, for a model reads it.

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
