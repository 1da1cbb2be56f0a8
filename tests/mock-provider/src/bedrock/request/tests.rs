//! Tables of requests that are taken and refused.

use serde_json::{Value, json};

use super::parse;
use crate::asked::{Asked, Choice};

fn with(name: &str, value: Value) -> Value {
    let mut body = json!({"messages": [{"role": "user", "content": [{"text": "hi"}]}]});
    body[name] = value;
    body
}

#[track_caller]
fn taken(body: &Value) -> Asked {
    parse(body, "m", true).expect("taken")
}

#[track_caller]
fn check_refused(body: &Value, path: &str) {
    let refusal = parse(body, "m", false).expect_err("refused");
    assert_eq!(refusal.param.as_deref(), Some(path), "{}", refusal.message);
    assert!(refusal.message.contains(path), "{}", refusal.message);
}

fn turn(role: &str, content: Value) -> Value {
    json!({"role": role, "content": content})
}

fn call(id: &str) -> Value {
    json!({"toolUse": {"toolUseId": id, "name": "f", "input": {}}})
}

fn result(id: &str) -> Value {
    json!({"toolResult": {"toolUseId": id, "content": [{"text": "42"}]}})
}

fn tool(name: &str) -> Value {
    json!({"toolSpec": {"name": name, "inputSchema": {"json": {"type": "object"}}}})
}

#[test]
fn what_the_answer_needs_is_read() {
    let mut body = with(
        "messages",
        json!([
            turn("user", json!([{"text": "first"}])),
            turn("assistant", json!([call("a"), call("b")])),
            turn("user", json!([result("b"), result("a"), {"text": "go on"}])),
        ]),
    );
    let refusal = parse(&body, "m", false).expect_err("no tools");
    assert!(refusal.message.contains("toolConfig"));
    body["system"] = json!([{"text": "be brief"}, {"cachePoint": {"type": "default"}}]);
    body["toolConfig"] = json!({"tools": [tool("f")], "toolChoice": {"tool": {"name": "f"}}});
    body["inferenceConfig"] = json!({"maxTokens": 9, "temperature": 0.5});
    let asked = taken(&body);
    assert_eq!((asked.said.as_str(), asked.token_limit), ("go on", Some(9)));
    assert_eq!(asked.tools.choice, Choice::Named("f".to_owned()));
    assert_eq!(asked.prompt_tokens, 7 * 3 + 2 + 1 + 2);
    let thinking = json!({"thinking": {"type": "enabled", "budget_tokens": 1024}});
    assert!(taken(&with("additionalModelRequestFields", thinking)).thinks);
}

#[test]
fn messages_are_checked_in_turn() {
    let hi = || turn("user", json!([{"text": "hi"}]));
    for (messages, path) in [
        (json!([]), "messages"),
        (
            json!([turn("assistant", json!([{"text": "x"}]))]),
            "messages.0.role",
        ),
        (json!([hi(), hi()]), "messages.1.role"),
        (
            json!([turn("tool", json!([{"text": "x"}]))]),
            "messages.0.role",
        ),
        (
            json!([turn("user", json!([{"text": " "}]))]),
            "messages.0.content.0.text",
        ),
        (
            json!([turn("user", json!([{"text": "x", "image": {}}]))]),
            "messages.0.content.0",
        ),
        (
            json!([turn("user", json!([{"type": "text"}]))]),
            "messages.0.content.0.type",
        ),
        (
            json!([turn("user", json!([result("a")]))]),
            "messages.0.content",
        ),
        (
            json!([hi(), turn("assistant", json!([call("a")])), hi()]),
            "messages.2.content",
        ),
        (
            json!([
                hi(),
                turn(
                    "assistant",
                    json!([{"toolUse": {
                        "toolUseId": "a", "name": "f", "input": [1],
                    }}])
                )
            ]),
            "messages.1.content.0.toolUse.input",
        ),
        (
            json!([turn(
                "user",
                json!([{"image": {"format": "jpg", "source": {"bytes": ""}}}])
            )]),
            "messages.0.content.0.image.format",
        ),
    ] {
        check_refused(&with("messages", messages), path);
    }
}

#[test]
fn tools_and_settings_are_checked() {
    let long = "x".repeat(65);
    for name in ["a.b", "", long.as_str()] {
        let path = "toolConfig.tools.0.toolSpec.name";
        check_refused(&with("toolConfig", json!({"tools": [tool(name)]})), path);
    }
    let mut described = tool("f");
    described["toolSpec"]["description"] = json!("");
    let config = json!({"tools": [described]});
    check_refused(
        &with("toolConfig", config),
        "toolConfig.tools.0.toolSpec.description",
    );
    check_refused(
        &with("toolConfig", json!({"tools": []})),
        "toolConfig.tools",
    );
    check_refused(&with("max_tokens", json!(1)), "max_tokens");
    let config = json!({"temperature": 1.5});
    check_refused(
        &with("inferenceConfig", config),
        "inferenceConfig.temperature",
    );
    check_refused(&with("system", json!([{"text": ""}])), "system.0.text");
    check_refused(&with("requestMetadata", json!({"a": 1})), "requestMetadata");
}
