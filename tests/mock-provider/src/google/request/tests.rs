//! Tables of requests that are taken and refused.

use serde_json::{Value, json};

use super::{parse, parse_count};
use crate::asked::{Asked, Choice};

fn with(name: &str, value: Value) -> Value {
    let mut body = json!({"contents": [{"role": "user", "parts": [{"text": "hi"}]}]});
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

fn content(role: &str, parts: Value) -> Value {
    json!({"role": role, "parts": parts})
}

fn call(name: &str) -> Value {
    json!({"functionCall": {"name": name, "args": {}}})
}

fn response(name: &str) -> Value {
    json!({"functionResponse": {"name": name, "response": {"content": "42"}}})
}

fn functions(parameters: Value) -> Value {
    json!([{"functionDeclarations": [{"name": "f", "parameters": parameters}]}])
}

#[test]
fn what_the_answer_needs_is_read() {
    let mut body = with(
        "contents",
        json!([
            content("user", json!([{"text": "first"}])),
            content("model", json!([call("a"), call("b")])),
            content("user", json!([response("a"), response("b")])),
            content("user", json!([{"text": "go on"}])),
        ]),
    );
    body["system_instruction"] = json!({"parts": [{"text": "be brief"}]});
    body["tools"] = functions(json!({"type": "OBJECT", "properties": {"x": {"type": "STRING"}}}));
    body["toolConfig"] = json!({"functionCallingConfig": {
        "mode": "ANY", "allowedFunctionNames": ["f"],
    }});
    let thinking = json!({"includeThoughts": true, "thinkingBudget": 100});
    body["generationConfig"] = json!({"maxOutputTokens": 9, "thinkingConfig": thinking});
    let asked = taken(&body);
    assert_eq!((asked.said.as_str(), asked.token_limit), ("go on", Some(9)));
    assert_eq!(asked.tools.choice, Choice::Named("f".to_owned()));
    assert!(asked.thinks && asked.is_streamed);
    assert_eq!(asked.prompt_tokens, 7 * 3 + 2 + 1 + 2);
    let counted = parse_count(&json!({"generateContentRequest": body}), "m").expect("taken");
    assert_eq!(counted.prompt_tokens, asked.prompt_tokens);
}

#[test]
fn contents_are_checked_in_turn() {
    let hi = || content("user", json!([{"text": "hi"}]));
    let called = || content("model", json!([call("a")]));
    for (contents, path) in [
        (json!([]), "contents"),
        (
            json!([content("assistant", json!([{"text": "x"}]))]),
            "contents[0].role",
        ),
        (json!([content("user", json!([]))]), "contents[0].parts"),
        (
            json!([content("user", json!([{}]))]),
            "contents[0].parts[0]",
        ),
        (
            json!([content("user", json!([{"type": "text"}]))]),
            "contents[0].parts[0].type",
        ),
        (
            json!([content("user", json!([call("a")]))]),
            "contents[0].parts[0].functionCall",
        ),
        (
            json!([content("user", json!([response("a")]))]),
            "contents[0].parts",
        ),
        (json!([hi(), called(), hi()]), "contents[2].parts"),
        (
            json!([hi(), called(), content("user", json!([response("b")]))]),
            "contents[2].parts",
        ),
        (
            json!([
                hi(),
                called(),
                content("user", json!([response("a"), {"text": "x"}]))
            ]),
            "contents[2].parts",
        ),
        (
            json!([
                hi(),
                content(
                    "model",
                    json!([{"functionCall": {"name": "a", "args": "{}"}}])
                )
            ]),
            "contents[1].parts[0].functionCall.args",
        ),
    ] {
        check_refused(&with("contents", contents), path);
    }
}

#[test]
fn schemas_and_settings_are_checked() {
    let at = "tools[0].functionDeclarations[0].parameters";
    for (schema, path) in [
        (
            json!({"type": "object", "additionalProperties": false}),
            ".additionalProperties",
        ),
        (json!({"$ref": "#/x"}), ".$ref"),
        (json!({"type": ["string", "null"]}), ".type"),
        (json!({"type": "array"}), ".items"),
        (json!({"type": "integer", "enum": [1]}), ".enum[0]"),
        (json!({"type": "object", "required": ["x"]}), ".required[0]"),
        (
            json!({"type": "object", "properties": {"x": {"const": 1}}}),
            ".properties.x.const",
        ),
    ] {
        check_refused(&with("tools", functions(schema)), &format!("{at}{path}"));
    }
    check_refused(&with("messages", json!([])), "messages");
    let config = json!({"max_tokens": 1});
    check_refused(
        &with("generationConfig", config),
        "generationConfig.max_tokens",
    );
    let config = json!({"functionCallingConfig": {"mode": "ANY"}});
    check_refused(
        &with("toolConfig", config),
        "toolConfig.functionCallingConfig",
    );
    let both = json!({"thinkingConfig": {"thinkingLevel": "low", "thinkingBudget": 1}});
    check_refused(
        &with("generationConfig", both),
        "generationConfig.thinkingConfig.thinkingLevel",
    );
}
