//! What messages and tools are called, and how many of them there are.

use serde_json::{Value, json};

use super::{Flat, MOST, input, output, tools};
use crate::content::{Asked, Attribute};

fn attribute(value: &Value) -> Option<Attribute> {
    Some(Attribute {
        json: value.to_string(),
        is_truncated: false,
    })
}

fn asked(messages: &Value) -> Asked {
    Asked {
        messages: attribute(messages),
        ..Asked::default()
    }
}

#[track_caller]
fn check(flat: Flat, expected: &[(&str, &str)]) {
    assert!(!flat.is_truncated);
    let told: Vec<(&str, &str)> = flat
        .attributes
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn messages_have_roles_and_contents() {
    let mut asked = asked(&json!([
        {"role": "user", "parts": [{"type": "text", "content": "how is \"it\"\n"}]},
        {"role": "user", "parts": [
            {"type": "text", "content": "see"},
            {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "", "size": 7},
            {"type": "uri", "modality": "audio", "uri": "https://a.test"},
        ]},
        {"role": "assistant", "parts": []},
    ]));
    asked.instructions = attribute(&json!([
        {"type": "text", "content": "be brief"},
        {"type": "text", "content": "be kind"},
    ]));
    check(
        input(&asked),
        &[
            ("llm.input_messages.0.message.role", "system"),
            ("llm.input_messages.0.message.content", "be brief\nbe kind"),
            ("llm.input_messages.1.message.role", "user"),
            ("llm.input_messages.1.message.content", "how is \"it\"\n"),
            ("llm.input_messages.2.message.role", "user"),
            (
                "llm.input_messages.2.message.contents.0.message_content.type",
                "text",
            ),
            (
                "llm.input_messages.2.message.contents.0.message_content.text",
                "see",
            ),
            (
                "llm.input_messages.2.message.contents.1.message_content.type",
                "image",
            ),
            (
                "llm.input_messages.2.message.contents.2.message_content.type",
                "audio",
            ),
            ("llm.input_messages.3.message.role", "assistant"),
        ],
    );
}

#[test]
fn each_outcome_of_a_tool_is_a_message() {
    let asked = asked(&json!([
        {"role": "user", "parts": [
            {"type": "tool_call_response", "id": "c1", "response": "sunny"},
            {"type": "tool_call_response", "response": {"wind": 1e2}},
            {"type": "text", "content": "and now"},
        ]},
    ]));
    check(
        input(&asked),
        &[
            ("llm.input_messages.0.message.role", "tool"),
            ("llm.input_messages.0.message.content", "sunny"),
            ("llm.input_messages.0.message.tool_call_id", "c1"),
            ("llm.input_messages.1.message.role", "tool"),
            ("llm.input_messages.1.message.content", r#"{"wind":100.0}"#),
            ("llm.input_messages.2.message.role", "user"),
            ("llm.input_messages.2.message.content", "and now"),
        ],
    );
}

#[test]
fn answers_have_calls_and_reasoning() {
    let answered = json!([
        {"role": "assistant", "finish_reason": "tool_call", "parts": [
            {"type": "text", "content": "let me see"},
            {"type": "tool_call", "id": "c1", "name": "weather", "arguments": {"city": "Ulm"}},
            {"type": "tool_call", "name": "tide"},
        ]},
        {"role": "assistant", "finish_reason": "stop", "parts": [
            {"type": "reasoning", "content": "hm"},
            {"type": "text", "content": "yes"},
        ]},
    ]);
    let first = "llm.output_messages.0.message";
    let second = "llm.output_messages.1.message";
    let name = |at: &str, rest: &str| format!("{at}.{rest}");
    let expected = [
        (name(first, "role"), "assistant"),
        (name(first, "content"), "let me see"),
        (name(first, "tool_calls.0.tool_call.id"), "c1"),
        (
            name(first, "tool_calls.0.tool_call.function.name"),
            "weather",
        ),
        (
            name(first, "tool_calls.0.tool_call.function.arguments"),
            r#"{"city":"Ulm"}"#,
        ),
        (name(first, "tool_calls.1.tool_call.function.name"), "tide"),
        (name(second, "role"), "assistant"),
        (name(second, "contents.0.message_content.type"), "reasoning"),
        (name(second, "contents.0.message_content.text"), "hm"),
        (name(second, "contents.1.message_content.type"), "text"),
        (name(second, "contents.1.message_content.text"), "yes"),
    ];
    let expected: Vec<(&str, &str)> = expected
        .iter()
        .map(|(name, text)| (name.as_str(), *text))
        .collect();
    check(output(attribute(&answered).as_ref()), &expected);
    check(output(None), &[]);
}

#[test]
fn tools_have_names_and_schemas() {
    let tool = json!({"type": "function", "name": "weather", "parameters": {"type": "object"}});
    let asked = Asked {
        tools: attribute(&json!([tool])),
        ..Asked::default()
    };
    check(
        tools(&asked),
        &[
            ("llm.tools.0.tool.name", "weather"),
            ("llm.tools.0.tool.json_schema", &tool.to_string()),
        ],
    );
}

#[test]
fn of_many_the_last_stay() {
    let many: Vec<Value> = (0..1000)
        .map(|number| json!({"role": "user", "parts": [{"type": "text", "content": number.to_string()}]}))
        .collect();
    let flat = input(&asked(&json!(many)));
    assert!(flat.is_truncated);
    assert_eq!(flat.attributes.len(), MOST);
    let last = flat.attributes.last().expect("some");
    let name = "llm.input_messages.127.message.content";
    assert_eq!(last, &(name.to_owned(), "999".to_owned()));
    // One message of too many parts is there as far as it goes.
    let parts = vec![json!({"type": "text", "content": "x"}); 1000];
    let flat = input(&asked(&json!([{"role": "user", "parts": parts}])));
    assert!(flat.is_truncated);
    assert!(!flat.attributes.is_empty() && flat.attributes.len() <= MOST);
}

#[test]
fn what_was_cut_before_says_so() {
    let mut asked = asked(&json!([]));
    asked.tools = attribute(&json!([]));
    assert!(!input(&asked).is_truncated && !tools(&asked).is_truncated);
    for cut in [&mut asked.messages, &mut asked.tools] {
        cut.as_mut().expect("there").is_truncated = true;
    }
    assert!(input(&asked).is_truncated && tools(&asked).is_truncated);
}
