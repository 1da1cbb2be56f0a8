//! What a request asks for, whatever its format.
//!
//! It must not know formats. Invariant: the same conversation asks for the same words and the same
//! prompt tokens in every format: each word one token, three for each message, tool result,
//! tool and system prompt, and fifty for each image or document.

use bytes::Bytes;
use serde_json::Value;

use crate::proof::CLAUDE;

/// Tokens of an image or a document, whatever its size.
const ATTACHED: u64 = 50;

/// A request that can be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) model: String,
    /// Text of the last user message; empty if there is none.
    pub(crate) said: String,
    pub(crate) prompt_tokens: u64,
    pub(crate) is_streamed: bool,
    /// The stream ends with token counts.
    pub(crate) includes_usage: bool,
    pub(crate) choices: u64,
    pub(crate) token_limit: Option<u64>,
    pub(crate) tools: Tools,
    /// Reasoning was asked for.
    pub(crate) thinks: bool,
    /// What proves the reasoning of Claude's answer.
    pub(crate) proof: String,
    /// A JSON schema that the answer fits.
    pub(crate) schema: Option<Value>,
    /// The tier of service that it asks for, where it asks for one.
    pub(crate) tier: Option<String>,
    /// The body where parts of it are echoed in the answer, null elsewhere.
    pub(crate) body: Value,
    /// What is streamed, where it is made with the request.
    pub(crate) events: Vec<Value>,
    /// Type and bytes of an answer that is no JSON.
    pub(crate) raw: Option<(&'static str, Bytes)>,
}

/// The tools of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tools {
    pub(crate) offered: Vec<Tool>,
    pub(crate) choice: Choice,
    /// At most one call may be made.
    pub(crate) is_single: bool,
}

/// A tool that may be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tool {
    pub(crate) name: String,
    /// A JSON schema.
    pub(crate) schema: Value,
}

/// Whether tools must be called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Choice {
    #[default]
    Auto,
    Never,
    Any,
    Named(String),
}

impl Asked {
    /// A request for a model, with nothing read yet.
    pub(crate) fn new(model: &str) -> Self {
        Self {
            model: model.to_owned(),
            said: String::new(),
            prompt_tokens: 0,
            is_streamed: false,
            includes_usage: true,
            choices: 1,
            token_limit: None,
            tools: Tools::default(),
            thinks: false,
            proof: CLAUDE.to_owned(),
            schema: None,
            tier: None,
            body: Value::Null,
            events: Vec::new(),
            raw: None,
        }
    }

    /// Notes what the member `name` asks for, unless that leaves the tier open.
    pub(crate) fn note_tier(&mut self, body: &Value, name: &str) {
        let tier = body.get(name).and_then(Value::as_str);
        let tier = tier.filter(|tier| !matches!(*tier, "auto" | "standard_only"));
        self.tier = tier.map(str::to_owned).or(self.tier.take());
    }

    /// Counts an image or a document.
    pub(crate) fn attach(&mut self) {
        self.prompt_tokens += ATTACHED;
    }

    /// Counts one message, tool, tool result or system prompt of this text.
    pub(crate) fn count(&mut self, text: &str) {
        self.prompt_tokens += 3 + tokens(text);
    }
}

/// One token for each word between white space.
pub(crate) fn tokens(text: &str) -> u64 {
    text.split_whitespace().count() as u64
}

impl Tool {
    /// Arguments that satisfy a plain schema: a value for each property.
    pub(crate) fn arguments(&self) -> Value {
        sample(&self.schema, 4)
    }
}

/// A value that satisfies a plain schema.
pub(crate) fn sample_of(schema: &Value) -> Value {
    sample(schema, 4)
}

fn sample(schema: &Value, depth: u8) -> Value {
    let kind = schema.get("type").and_then(|kind| {
        let first = kind.as_array().and_then(|kinds| kinds.first());
        first.unwrap_or(kind).as_str()
    });
    if let Some(first) = schema.get("enum").and_then(|values| values.get(0)) {
        return first.clone();
    }
    match kind.map(str::to_ascii_lowercase).as_deref() {
        Some("string") => Value::from("mock"),
        Some("integer") => Value::from(7),
        Some("number") => Value::from(1.5),
        Some("boolean") => Value::from(true),
        Some("array") => match schema.get("items").filter(|_| depth > 0) {
            Some(items) => Value::from(vec![sample(items, depth - 1)]),
            None => Value::from(Vec::<Value>::new()),
        },
        Some("null") => Value::Null,
        Some("object" | _) | None => {
            let members = schema.get("properties").and_then(Value::as_object);
            let pairs = members.into_iter().flatten().filter(|_| depth > 0);
            let pairs = pairs.map(|(name, schema)| (name.clone(), sample(schema, depth - 1)));
            Value::Object(pairs.collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Tool, tokens};

    #[test]
    fn words_are_tokens() {
        assert_eq!([tokens(""), tokens(" a\n b,c "), tokens("é")], [0, 2, 1]);
    }

    #[test]
    fn arguments_fit_the_schema() {
        let tool = Tool {
            name: "t".to_owned(),
            schema: json!({"type": "object", "properties": {
                "city": {"type": "string"},
                "unit": {"type": "string", "enum": ["c", "f"]},
                "days": {"type": ["integer", "null"]},
                "tags": {"type": "array", "items": {"type": "STRING"}},
                "near": {"type": "object", "properties": {"exact": {"type": "boolean"}}},
            }}),
        };
        let expected = json!({
            "city": "mock", "unit": "c", "days": 7, "tags": ["mock"], "near": {"exact": true},
        });
        assert_eq!(tool.arguments(), expected);
        let bare = Tool {
            name: "t".to_owned(),
            schema: json!({"type": "object"}),
        };
        assert_eq!(bare.arguments(), json!({}));
    }
}
