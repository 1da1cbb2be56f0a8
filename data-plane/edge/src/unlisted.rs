//! Members of a client's request that no converter reads.
//!
//! The types of a format drop what they do not list while they are read, so what is lost is looked for here: in the request,
//! in what it says of the answer, and in each of its tools; turns are not looked through. It must not know what listed members become. Invariants: nothing is lost without being counted;
//! what protects somebody is refused, so that a provider may be asked that has it.

use std::sync::LazyLock;

use serde::Deserialize;
use serde::de::value::Error;
use serde::de::{Deserializer, Error as _, Visitor};

use super::{Notes, Unconvertible};
use crate::format::Format;
use crate::json;
use crate::shape::{chat, gemini, messages, responses};

/// Members that only the client's own vendor can keep to, and why there is no going on without them.
const REFUSED: [(&str, &str); 4] = [
    (
        "moderation",
        "this model's provider moderates nothing on its own; leave it out, or guard the route",
    ),
    (
        "inference_geo",
        "this model's provider is not told where to compute; leave it out, or route to one of that region",
    ),
    (
        "modelArmorConfig",
        "this model's provider has no Model Armor; leave it out, or guard the route",
    ),
    (
        "model_armor_config",
        "this model's provider has no Model Armor; leave it out, or guard the route",
    ),
];

/// Members with a name of their own in the metric; others are `other`.
const NAMED: [&str; 6] = [
    "cache_control",
    "prompt_cache_options",
    "prompt_cache_retention",
    "speed",
    "defer_loading",
    "allowed_callers",
];

/// What says nothing that a provider of another format is not told anyway.
const SAID_ELSEWHERE: [&str; 3] = ["model", "stream", "anthropic_version"];

/// Names of the members of a format's requests and tools, by their types.
struct Listed {
    request: &'static [&'static str],
    tool: &'static [&'static str],
    /// Of a tool's function, and its place in the tool.
    function: Option<(&'static [&'static str], [&'static str; 2])>,
    /// Of objects in the request, by their names.
    inside: Vec<(&'static str, &'static [&'static str])>,
}

/// A format that only looks at which members a type has.
struct Names<'n>(&'n mut &'static [&'static str]);

static CHAT: LazyLock<Listed> = LazyLock::new(|| Listed {
    request: names::<chat::Request<'static>>(),
    tool: names::<chat::Tool<'static>>(),
    function: Some((names::<chat::Function<'static>>(), ["function", "function"])),
    inside: Vec::new(),
});

static RESPONSES: LazyLock<Listed> = LazyLock::new(|| Listed {
    request: names::<responses::Request<'static>>(),
    tool: names::<responses::Tool<'static>>(),
    function: None,
    inside: vec![
        ("reasoning", names::<responses::Reasoning<'static>>()),
        ("text", names::<responses::TextConfig<'static>>()),
    ],
});

static MESSAGES: LazyLock<Listed> = LazyLock::new(|| Listed {
    request: names::<messages::Request<'static>>(),
    tool: names::<messages::Tool<'static>>(),
    function: None,
    inside: vec![
        ("output_config", names::<messages::OutputConfig<'static>>()),
        ("thinking", names::<messages::Thinking<'static>>()),
        ("tool_choice", names::<messages::ToolChoice<'static>>()),
        ("metadata", names::<messages::Metadata<'static>>()),
    ],
});

static GEMINI: LazyLock<Listed> = LazyLock::new(|| Listed {
    request: names::<gemini::Request<'static>>(),
    tool: names::<gemini::Tool<'static>>(),
    function: Some((
        names::<gemini::FunctionDeclaration<'static>>(),
        ["functionDeclarations", "function_declarations"],
    )),
    inside: {
        let config = names::<gemini::GenerationConfig<'static>>();
        let of_tools = names::<gemini::ToolConfig<'static>>();
        vec![
            ("generationConfig", config),
            ("generation_config", config),
            ("toolConfig", of_tools),
            ("tool_config", of_tools),
        ]
    },
});

/// Looks through a body of `client`'s format that is converted.
pub(super) fn look(client: Format, body: &str, notes: &mut Notes) -> Result<(), Unconvertible> {
    let listed = match client {
        Format::OpenAiChatCompletions => &CHAT,
        Format::OpenAiResponses => &RESPONSES,
        Format::AnthropicMessages => &MESSAGES,
        Format::GeminiGenerateContent => &GEMINI,
        // Passes as it is.
        Format::BedrockConverse => return Ok(()),
    };
    let mut refused = None;
    // What cannot be read is told by who reads it.
    let _ = json::members(body, |key, value| {
        if key == "tools" {
            each(value, |tool| listed.look_at_tool(tool, notes));
        } else if let Some((_, names)) = listed.inside.iter().find(|(name, _)| key == *name) {
            look_at(names, value, notes);
        } else if is_lost(listed.request, &key, value) {
            let found = REFUSED.into_iter().find(|(name, _)| key == *name);
            match found.filter(|_| !is_harmless(&key, value)) {
                Some(found) => refused = Some(found),
                None => note(&key, notes),
            }
        }
    });
    match refused {
        Some((field, why)) => Err(Unconvertible::unsupported(field, why)),
        None => Ok(()),
    }
}

// === impl Listed ===

impl Listed {
    fn look_at_tool(&self, tool: &str, notes: &mut Notes) {
        // As above.
        let _ = json::members(tool, |key, value| {
            match self.function.filter(|(_, places)| places.contains(&&*key)) {
                Some((listed, _)) => each(value, |function| look_at(listed, function, notes)),
                None => lost(self.tool, &key, value, notes),
            }
        });
    }
}

/// Each of a list, or the one that stands for a list.
fn each<'a>(value: &'a str, mut visit: impl FnMut(&'a str)) {
    match value.starts_with('[') {
        true => {
            // As above.
            let _ = json::elements(value, visit);
        }
        false => visit(value),
    }
}

/// What cannot be read is told by who reads it.
fn look_at(listed: &[&str], object: &str, notes: &mut Notes) {
    let _ = json::members(object, |key, value| lost(listed, &key, value, notes));
}

fn lost(listed: &[&str], key: &str, value: &str, notes: &mut Notes) {
    if is_lost(listed, key, value) {
        note(key, notes);
    }
}

fn is_lost(listed: &[&str], key: &str, value: &str) -> bool {
    !listed.contains(&key) && !SAID_ELSEWHERE.contains(&key) && value != "null"
}

fn note(key: &str, notes: &mut Notes) {
    let named = NAMED.into_iter().find(|name| *name == key);
    notes.dropped(named.unwrap_or("other"));
}

/// Asks for nothing that somebody would miss.
fn is_harmless(key: &str, value: &str) -> bool {
    match key {
        // Anywhere.
        "inference_geo" => value == "\"global\"",
        _ => value == "{}",
    }
}

/// The members of a type, by all their names.
fn names<T: Deserialize<'static>>() -> &'static [&'static str] {
    let mut names: &'static [&'static str] = &[];
    // It never reads anything: that it fails is the way out.
    let _ = T::deserialize(Names(&mut names));
    names
}

// === impl Names ===

impl<'de> Deserializer<'de> for Names<'_> {
    type Error = Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, Error> {
        *self.0 = fields;
        Err(Error::custom("the names are known"))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Error> {
        Err(Error::custom("it is no type with members"))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{CHAT, GEMINI, MESSAGES, RESPONSES, look};
    use crate::format::Format;
    use crate::{Cause, Notes};

    const CLIENTS: [Format; 4] = [
        Format::OpenAiChatCompletions,
        Format::OpenAiResponses,
        Format::AnthropicMessages,
        Format::GeminiGenerateContent,
    ];

    #[track_caller]
    fn check(client: Format, body: Value, expected: &[&str]) {
        let mut notes = Notes::default();
        look(client, &body.to_string(), &mut notes).expect("taken");
        assert_eq!(notes.dropped, expected, "{body}");
    }

    #[test]
    fn the_types_tell_what_is_listed() {
        for (listed, member, of_tool) in [
            (&CHAT, "prompt_cache_key", "cache_control"),
            (&RESPONSES, "previous_response_id", "strict"),
            (&MESSAGES, "context_management", "input_schema"),
            (&GEMINI, "generation_config", "google_search"),
        ] {
            assert!(listed.request.contains(&member), "{member}");
            assert!(listed.tool.contains(&of_tool), "{of_tool}");
            let function = listed.function.map(|(names, _)| names.contains(&"name"));
            assert_ne!(function, Some(false), "{member}");
        }
    }

    #[test]
    fn what_nobody_reads_is_counted() {
        let chat = CLIENTS[0];
        check(
            chat,
            json!({"model": "m", "messages": [{"x": 1}], "stream": true, "min_p": null, "metadata": {"x": 1}}),
            &[],
        );
        check(chat, json!({"min_p": 0.1, "guided_json": {}}), &["other"]);
        check(
            chat,
            json!({"prompt_cache_options": {}, "prompt_cache_retention": "24h", "reasoning": {}}),
            &["prompt_cache_options", "prompt_cache_retention", "other"],
        );
        check(
            chat,
            json!({"tools": [{"type": "function", "function": {"name": "f", "x": 1}}]}),
            &["other"],
        );
        check(
            CLIENTS[1],
            json!({"input": "Hi", "tools": [{"type": "function", "name": "f", "parameters": {"x": 1}}]}),
            &[],
        );
        check(
            CLIENTS[2],
            json!({"speed": "fast", "cache_control": {}, "anthropic_version": "x",
                "tools": [{"name": "f", "input_schema": {}, "defer_loading": true, "allowed_callers": []}]}),
            &["speed", "cache_control", "defer_loading", "allowed_callers"],
        );
        check(
            CLIENTS[3],
            json!({"contents": [], "model": "models/m", "generation_config": {"top_p": 1}, "serviceTier": "flex",
                "tools": {"function_declarations": [{"name": "f", "parametersJsonSchema": {}}], "mcpServers": []}}),
            &["other"],
        );
        check(
            CLIENTS[3],
            json!({"generationConfig": {"topP": 1, "routingConfig": {}}}),
            &["other"],
        );
        check(
            CLIENTS[2],
            json!({"thinking": {"type": "adaptive", "display": "omitted"}, "output_config": {"task_budget": {}}}),
            &["other"],
        );
        check(
            CLIENTS[1],
            json!({"reasoning": {"effort": "low", "summary": "auto"}, "text": {"verbosity": "low"}}),
            &[],
        );
        // Who reads it says that it is broken.
        for client in CLIENTS {
            check(client, json!(["moderation"]), &[]);
            check(client, json!({"tools": 7}), &[]);
        }
    }

    #[test]
    fn what_protects_is_refused() {
        for (client, field, value, is_refused) in [
            (
                CLIENTS[0],
                "moderation",
                json!({"model": "omni-moderation-latest"}),
                true,
            ),
            (CLIENTS[0], "moderation", json!(null), false),
            (CLIENTS[2], "inference_geo", json!("us"), true),
            (CLIENTS[2], "inference_geo", json!("global"), false),
            (
                CLIENTS[3],
                "modelArmorConfig",
                json!({"promptTemplateName": "t"}),
                true,
            ),
            (
                CLIENTS[3],
                "model_armor_config",
                json!({"promptTemplateName": "t"}),
                true,
            ),
            (CLIENTS[3], "modelArmorConfig", json!({}), false),
        ] {
            let body = json!({ field: value }).to_string();
            let looked = look(client, &body, &mut Notes::default());
            let error = looked
                .err()
                .map(|error| (error.field.into_owned(), error.cause));
            let expected = is_refused.then(|| (field.to_owned(), Cause::Unsupported));
            assert_eq!(error, expected, "{body}");
        }
    }
}
