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
        let (mut thinks, mut has_effort) = (None, false);
        let text = json::text(&self.body).unwrap_or_default();
        // It has been read before: it is JSON.
        let _ = json::members(text, |key, value| match key.as_ref() {
            "tools" => demands.tools = value.starts_with('[') && !json::is_empty_array(value),
            "thinking" => thinks = is_thinking(value),
            "output_config" => has_effort = is_effort(value),
            _ => {}
        });
        // An effort alone is passed on, too; what is disabled is not.
        demands.reasoning = thinks.unwrap_or(has_effort);
        demands
    }
}

/// What `thinking` says, if it does.
fn is_thinking(value: &str) -> Option<bool> {
    let kind = member(value, "type")?;
    Some(json::string(kind)? != "disabled")
}

/// `output_config` has an effort.
fn is_effort(value: &str) -> bool {
    member(value, "effort").is_some_and(|effort| effort.starts_with('"'))
}

/// The member with this name; of another kind than an object a value has none.
fn member<'a>(value: &'a str, name: &str) -> Option<&'a str> {
    let mut found = None;
    let _ = json::members(value, |key, value| {
        if key == name {
            found = Some(value);
        }
    });
    found
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
        check(r#","output_config":{"effort":"high"}"#, false, true);
        check(r#","output_config":{"effort":null}"#, false, false);
        check(r#","output_config":{"format":{}}"#, false, false);
        check(
            r#","output_config":{"effort":"high"},"thinking":null"#,
            false,
            true,
        );
        check(
            r#","thinking":{"type":"disabled"},"output_config":{"effort":"high"}"#,
            false,
            false,
        );
        check(
            r#","tools":[{}],"thinking":{"budget_tokens":2000,"type":"enabled"}"#,
            true,
            true,
        );
    }
}
