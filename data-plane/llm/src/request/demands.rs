//! What of a request bears on the format that its provider gets.
//!
//! Must not choose. It is asked only where the answer matters: it costs a pass over the body.

use super::Request;
use crate::{json, preference::Demands};

impl Request {
    /// What a body of Anthropic's messages demands.
    #[must_use]
    pub fn demands(&self) -> Demands {
        let mut demands = Demands::default();
        let text = json::text(&self.body).unwrap_or_default();
        // It has been read before: it is JSON.
        let _ = json::members(text, |key, value| match key.as_ref() {
            "tools" => demands.tools = value.starts_with('[') && !json::is_empty_array(value),
            "thinking" => demands.reasoning = is_thinking(value),
            _ => {}
        });
        demands
    }
}

fn is_thinking(value: &str) -> bool {
    let mut kind = None;
    // Of another kind than an object it says nothing.
    let _ = json::members(value, |key, value| {
        if key == "type" {
            kind = json::string(value);
        }
    });
    kind.is_some_and(|kind| kind != "disabled")
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::format::Format;

    #[track_caller]
    fn check(members: &str, tools: bool, reasoning: bool) {
        let body = format!(r#"{{"model":"gpt-5.4","messages":[]{members}}}"#);
        let request = Request::parse(Format::AnthropicMessages, "/v1/messages", Bytes::from(body));
        let demands = request.expect("valid").demands();
        assert_eq!(demands, Demands { tools, reasoning }, "{members}");
    }

    #[test]
    fn of_messages() {
        check("", false, false);
        check(r#","tools":[]"#, false, false);
        check(r#","tools":null"#, false, false);
        check(r#","tools":[{"name":"a"}]"#, true, false);
        check(r#","thinking":{"type":"disabled"}"#, false, false);
        check(r#","thinking":{"type":"adaptive"}"#, false, true);
        check(r#","thinking":"enabled""#, false, false);
        check(
            r#","tools":[{}],"thinking":{"budget_tokens":2000,"type":"enabled"}"#,
            true,
            true,
        );
    }
}
