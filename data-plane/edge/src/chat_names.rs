//! Names of tools that the provider would refuse, in a request for chat completions (llm.md 2.11, 18).
//!
//! Owns the places of names. It must not know what names may be: the table does. Invariants: a request whose names may all
//! stand is not touched; a name that is changed is changed wherever it stands.

use serde_json::Value;

use crate::shape::chat::{Request, Tool};
use crate::text::{Json, JsonText};
use crate::tool_names::{Rule, ToolNames};

/// Changes names that `rule` does not let stand; gives what has to be restored in the answer.
pub(crate) fn tell(request: &mut Request<'_>, rule: Rule) -> ToolNames {
    let choice = request.tool_choice.as_ref();
    let mut choice: Option<Value> = choice
        .filter(|choice| choice.is_object())
        .and_then(|choice| choice.read().ok());
    let mut chosen = Vec::new();
    if let Some(choice) = &mut choice {
        functions(choice, &mut |name| chosen.push(JsonText::plain(name)));
    }
    let declared = request.tools.iter().flatten();
    let declared = declared.filter_map(|tool: &Tool<'_>| Some(&tool.function.as_ref()?.name));
    let calls = request.messages.iter();
    let calls = calls.flat_map(|message| message.tool_calls.iter().flatten());
    let called = calls.filter_map(|call| Some(&call.function.as_ref()?.name));
    let names = ToolNames::under(rule, declared.chain(called).chain(&chosen));
    if names.is_empty() {
        return names;
    }
    let change = |name: &mut JsonText<'_>| {
        *name = names.told(std::mem::replace(name, JsonText::empty()));
    };
    for function in request
        .tools
        .iter_mut()
        .flatten()
        .filter_map(|tool| tool.function.as_mut())
    {
        change(&mut function.name);
    }
    for message in &mut request.messages {
        for call in message.tool_calls.iter_mut().flatten() {
            if let Some(function) = &mut call.function {
                change(&mut function.name);
            }
        }
        // Some clients name the tool beside its result.
        if let (true, Some(name)) = (message.role == "tool", &mut message.name) {
            change(name);
        }
    }
    if let Some(mut choice) = choice {
        functions(&mut choice, &mut |name| {
            *name = names.told(JsonText::plain(name)).decode().into_owned();
        });
        request.tool_choice = Some(Json::of(&choice));
    }
    names
}

/// Each name of a function in a choice of tools, however deep.
fn functions(value: &mut Value, visit: &mut dyn FnMut(&mut String)) {
    match value {
        Value::Object(members) => {
            for (key, value) in members.iter_mut() {
                match (key.as_str(), value.get_mut("name")) {
                    ("function", Some(Value::String(name))) => visit(name),
                    (_, Some(_) | None) => functions(value, visit),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| functions(item, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::shape::chat::Request;
    use crate::text::JsonText;
    use crate::tool_names::{Rule, ToolNames};

    fn told(body: &str, rule: Rule) -> (String, ToolNames) {
        let mut request: Request<'_> = serde_json::from_str(body).expect("a request");
        let names = super::tell(&mut request, rule);
        (serde_json::to_string(&request).expect("JSON"), names)
    }

    #[test]
    fn names_are_changed_wherever_they_stand_and_nothing_else_is() {
        let body = r#"{"model":"m","messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"fs.read","arguments":"{\"n\":1.50}"}}]},{"role":"tool","content":"fs.read","name":"fs.read","tool_call_id":"a"}],"tools":[{"type":"function","function":{"name":"fs.read","parameters":{"z":1e400,"a":12345678901234567890}}}],"tool_choice":{"type":"function","function":{"name":"fs.read"}}}"#;
        let (sent, names) = told(body, Rule::Common);
        let expected = body.replace(r#""name":"fs.read""#, r#""name":"fs_read""#);
        assert_eq!(sent, expected);
        let restored = names
            .restore(&JsonText::plain("fs_read"))
            .map(|name| name.decode().into_owned());
        assert_eq!(restored.as_deref(), Some("fs.read"));
    }

    #[test]
    fn google_wants_a_letter_in_front() {
        let body = r#"{"model":"m","messages":[],"tools":[{"type":"function","function":{"name":"7zip"}}]}"#;
        let (sent, names) = told(body, Rule::Letter);
        assert!(sent.contains(r#""name":"_zip""#), "{sent}");
        assert!(!names.is_empty());
        let (same, names) = told(body, Rule::Common);
        assert_eq!(same, body);
        assert!(names.is_empty());
    }
}
