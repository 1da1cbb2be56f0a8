//! Models that a body names beside `model`: services that stand in front of several vendors ask them where the first fails.
//!
//! It must not know which service does. Invariant: what is no name there is told as it stands, so that no list has it.

use super::Request;
use crate::node::Node;

/// `models` of OpenRouter, `fallbacks` of LiteLLM.
const MEMBERS: [&str; 2] = ["models", "fallbacks"];

// === impl Request ===

impl Request {
    /// Models that the provider may ask in the place of [`Request::model`], by the client's own word.
    #[must_use]
    pub fn further_models(&self) -> Vec<String> {
        let members = Node::body(&self.body).map(|(_, members)| members);
        let members = members.unwrap_or_default().into_iter();
        let lists = members.filter(|(key, value)| {
            let is_empty = value.is_null() || value.raw() == "[]";
            MEMBERS.contains(&key.as_ref()) && !is_empty
        });
        let entries = lists.flat_map(|(_, value)| match value.is_array() {
            true => value.elements(),
            false => vec![value],
        });
        entries.map(name).collect()
    }
}

fn name(entry: Node<'_>) -> String {
    let name = entry.string().map(std::borrow::Cow::into_owned);
    let inner = || Some(entry.member("model")?.string()?.into_owned());
    name.or_else(inner)
        .unwrap_or_else(|| entry.raw().to_owned())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use crate::format::Format;
    use crate::request::Request;

    #[test]
    fn models_beside_the_model_are_told() {
        for (body, expected) in [
            (r#"{"model":"a"}"#, &[][..]),
            (r#"{"model":"a","models":null,"fallbacks":[]}"#, &[]),
            (
                r#"{"models":["b","c\u0064"],"model":"a","models":["e"]}"#,
                &["b", "cd", "e"],
            ),
            (r#"{"models":"b"}"#, &["b"]),
            (r#"{"fallbacks":["b",{"model":"c"}]}"#, &["b", "c"]),
            (r#"{"models":[7,{"id":"b"}]}"#, &["7", r#"{"id":"b"}"#]),
        ] {
            let body = Bytes::from(body);
            let path = "/v1/chat/completions";
            let prompt = Request::parse(Format::OpenAiChatCompletions, path, body);
            assert_eq!(prompt.expect("a prompt").further_models(), expected);
        }
    }
}
