//! Tables of requests that are taken and refused.

use serde_json::{Value, json};

use super::parse;
use crate::asked::Asked;
use crate::refusal::Refusal;

fn user(content: &Value) -> Value {
    json!({"model": "m", "messages": [{"role": "user", "content": content}]})
}

fn with(name: &str, value: Value) -> Value {
    let mut body = user(&json!("hi"));
    body[name] = value;
    body
}

#[track_caller]
fn taken(body: &Value) -> Asked {
    parse(body).expect("taken")
}

#[track_caller]
fn check_refused(body: &Value, param: &str, code: &str, message: &str) {
    let refusal = parse(body).expect_err("refused");
    assert_eq!(refusal.status, 400);
    assert_eq!(
        (refusal.param.as_deref(), refusal.code),
        (Some(param), Some(code)),
        "{body}"
    );
    assert!(refusal.message.starts_with(message), "{}", refusal.message);
}

#[test]
fn what_the_answer_needs_is_read() {
    let chat = taken(&json!({
        "model": "m",
        "messages": [
            {"role": "system", "content": "be brief"},
            {"role": "user", "content": "first"},
            {"role": "assistant", "content": null, "tool_calls": [
                {"id": "x", "type": "function", "function": {"name": "f", "arguments": "{}"}},
            ]},
            {"role": "tool", "content": "42", "tool_call_id": "x"},
            {"role": "user", "content": [
                {"type": "text", "text": "two words"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
            ]},
        ],
        "stream": true,
        "stream_options": {"include_usage": true},
        "n": 2,
        "max_tokens": 9,
        "max_completion_tokens": 7,
        "something_new": {"x": 1},
    }));
    assert_eq!(
        chat,
        Asked {
            said: "two words".to_owned(),
            prompt_tokens: 5 * 3 + 2 + 1 + 1 + 2 + 50,
            is_streamed: true,
            includes_usage: true,
            choices: 2,
            token_limit: Some(7),
            ..Asked::new("m")
        }
    );
    let chat = taken(&user(&json!("hi")));
    assert!(!chat.is_streamed && !chat.includes_usage);
    assert_eq!(
        (chat.choices, chat.token_limit, chat.prompt_tokens),
        (1, None, 4)
    );
    assert!(!taken(&with("stream", Value::Null)).is_streamed);
}

#[test]
fn what_is_no_json_object_is_refused() {
    for body in [json!([]), json!(7)] {
        assert_eq!(parse(&body), Err(Refusal::not_json()), "{body}");
    }
}

const MISSING: &str = "missing_required_parameter";
const TYPE: &str = "invalid_type";

#[test]
fn absent_parameters_are_refused_by_name() {
    for (body, param) in [
        (json!({}), "model"),
        (with("model", json!("")), "model"),
        (json!({"model": "m"}), "messages"),
        (with("messages", json!([{}])), "messages[0].role"),
        (
            with("messages", json!([{"role": "user"}])),
            "messages[0].content",
        ),
        (user(&json!([{}])), "messages[0].content[0].type"),
        (
            user(&json!([{"type": "text"}])),
            "messages[0].content[0].text",
        ),
    ] {
        let message = format!("Missing required parameter: '{param}'.");
        check_refused(&body, param, MISSING, &message);
    }
}

#[test]
fn wrong_types_are_refused_by_name() {
    let usage = json!({
        "model": "m",
        "messages": [{"role": "user", "content": "hi"}],
        "stream": true,
        "stream_options": {"include_usage": 1},
    });
    for (body, param, message) in [
        (
            with("model", json!(7)),
            "model",
            "a string, but got an integer",
        ),
        (
            with("messages", json!("hi")),
            "messages",
            "an array of objects, but got a string",
        ),
        (
            with("messages", json!([1])),
            "messages[0]",
            "an object, but got an integer",
        ),
        (
            user(&Value::Null),
            "messages[0].content",
            "one of a string or array of objects, but got null",
        ),
        (
            user(&json!([true])),
            "messages[0].content[0]",
            "an object, but got a boolean",
        ),
        (
            with("stream", json!("yes")),
            "stream",
            "a boolean, but got a string",
        ),
        (
            with("max_tokens", json!(1.5)),
            "max_tokens",
            "an integer, but got a decimal number",
        ),
        (
            with("temperature", json!([])),
            "temperature",
            "a decimal number, but got an array",
        ),
        (
            usage,
            "stream_options.include_usage",
            "a boolean, but got an integer",
        ),
    ] {
        let message = format!("Invalid type for '{param}': expected {message} instead.");
        check_refused(&body, param, TYPE, &message);
    }
}

#[test]
fn wrong_values_are_refused_by_name() {
    let role = json!([{"role": "boss", "content": "x"}]);
    for (body, param, code, message) in [
        (
            with("messages", json!([])),
            "messages",
            "empty_array",
            "Invalid 'messages': empty",
        ),
        (
            with("messages", role),
            "messages[0].role",
            "invalid_value",
            "Invalid value: 'boss'.",
        ),
        (
            with("stream_options", json!({})),
            "stream_options",
            "invalid_value",
            "The 'stream_opt",
        ),
        (
            with("n", json!(0)),
            "n",
            "integer_below_min_value",
            "Invalid 'n': integer below",
        ),
    ] {
        check_refused(&body, param, code, message);
    }
}

#[test]
fn tools_are_read() {
    let tool = |name: &str| json!({"type": "function", "function": {"name": name}});
    let mut body = with("tools", json!([tool("a"), tool("b")]));
    body["tool_choice"] = json!({"type": "function", "function": {"name": "b"}});
    body["parallel_tool_calls"] = json!(false);
    let tools = taken(&body).tools;
    assert_eq!((tools.offered.len(), tools.is_single), (2, true));
    assert_eq!(tools.choice, crate::asked::Choice::Named("b".to_owned()));
    body["tool_choice"]["function"]["name"] = json!("c");
    let path = "tool_choice.function.name";
    check_refused(&body, path, "invalid_value", "Invalid 'tool_choice");
    let body = with("tools", json!([tool("a.b")]));
    let path = "tools[0].function.name";
    check_refused(&body, path, "invalid_value", "Invalid 'tools[0]");
    let body = with("tool_choice", json!("auto"));
    check_refused(
        &body,
        "tool_choice",
        "invalid_value",
        "Invalid 'tool_choice'",
    );
    let orphan = json!([{"role": "tool", "content": "x", "tool_call_id": "y"}]);
    let body = with("messages", orphan);
    let path = "messages[0].tool_call_id";
    check_refused(&body, path, "invalid_value", "Invalid 'messages[0]");
}
