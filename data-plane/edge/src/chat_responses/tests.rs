//! Chat completions requests as Responses requests.

use serde_json::{Value, json};

use super::convert;
use crate::shape::chat;
use crate::{Cause, Notes, Target, Unconvertible};

fn convert_for(request: &Value, model: &str) -> Result<(Value, Notes), Unconvertible> {
    let text = request.to_string();
    let request: chat::Request<'_> = serde_json::from_str(&text).expect("a request");
    let target = Target {
        model: model.to_owned(),
        ..Target::default()
    };
    let mut notes = Notes::default();
    let converted = convert(request, &target, &mut notes)?;
    Ok((serde_json::to_value(&converted).expect("JSON"), notes))
}

/// OpenAI's guide "Migrate to the Responses API" has the pairs of members.
#[test]
fn a_turn_with_tools() {
    let (converted, notes) = convert_for(
        &json!({
            "model": "m", "stream": true, "stream_options": {"include_usage": true}, "max_tokens": 100, "temperature": 0,
            "messages": [
                {"role": "system", "content": "Be kind"},
                {"role": "user", "name": "Ann", "content": [
                    {"type": "text", "text": "See"},
                    {"type": "image_url", "image_url": {"url": "https://e.org/a.png"}},
                    {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AA=="}},
                ]},
                {"role": "assistant", "content": null, "refusal": null, "tool_calls": [
                    {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{\"a\": 1}"}},
                    {"id": "call_2", "type": "function", "function": {"name": "g", "arguments": ""}},
                ]},
                {"role": "tool", "tool_call_id": "call_1", "content": "one"},
                {"role": "tool", "tool_call_id": "call_2", "content": [{"type": "text", "text": "two"}]},
                {"role": "assistant", "content": "So", "refusal": "no"},
            ],
            "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}, "strict": true}}, {"type": "function", "function": {"name": "g"}}],
            "tool_choice": {"type": "function", "function": {"name": "f"}}, "parallel_tool_calls": false,
            "response_format": {"type": "json_schema", "json_schema": {"name": "n", "strict": true, "schema": {"type": "object"}}},
            "verbosity": "low", "stop": ["x"], "seed": 7, "user": "u",
        }),
        "gpt-4.1",
    )
    .expect("convertible");
    assert_eq!(
        converted,
        json!({
            "model": "gpt-4.1", "stream": true, "store": false, "max_output_tokens": 100, "temperature": 0, "user": "u",
            "input": [
                {"type": "message", "role": "system", "content": [{"type": "input_text", "text": "Be kind"}]},
                {"type": "message", "role": "user", "content": [
                    {"type": "input_text", "text": "See"},
                    {"type": "input_image", "image_url": "https://e.org/a.png", "detail": "auto"},
                    {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,AA=="},
                ]},
                {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{\"a\": 1}", "status": "completed"},
                {"type": "function_call", "call_id": "call_2", "name": "g", "arguments": "{}", "status": "completed"},
                {"type": "function_call_output", "call_id": "call_1", "output": "one", "status": "completed"},
                {"type": "function_call_output", "call_id": "call_2", "output": "two", "status": "completed"},
                {"type": "message", "id": "msg_6", "role": "assistant", "status": "completed", "content": [
                    {"type": "output_text", "text": "So", "annotations": []},
                    {"type": "refusal", "refusal": "no"},
                ]},
            ],
            "tools": [
                {"type": "function", "name": "f", "parameters": {"type": "object"}, "strict": true},
                {"type": "function", "name": "g", "parameters": {"type": "object", "properties": {}}, "strict": false},
            ],
            "tool_choice": {"type": "function", "name": "f"}, "parallel_tool_calls": false,
            "text": {"format": {"type": "json_schema", "name": "n", "strict": true, "schema": {"type": "object"}}, "verbosity": "low"},
        })
    );
    assert_eq!(notes.dropped, ["stop", "seed", "messages.name"]);
}

/// What `answer::to_chat` put beside the message goes back.
#[test]
fn encrypted_reasoning_comes_back() {
    let (converted, notes) = convert_for(
        &json!({"messages": [
            {"role": "assistant", "content": "A", "reasoning_content": "Hm", "reasoning_signature": "responses:rs_1:gAAA"},
            {"role": "assistant", "content": "B", "thinking_blocks": [
                {"type": "thinking", "thinking": "", "signature": "responses:rs_2:gBBB"},
                {"type": "thinking", "thinking": "x", "signature": "EqoB"},
            ]},
            {"role": "assistant", "content": "C", "reasoning_content": "alone"},
        ], "reasoning_effort": "low", "temperature": 1, "store": true}),
        "o3",
    )
    .expect("convertible");
    let kinds: Vec<_> = converted["input"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| item["type"].as_str())
        .collect();
    assert_eq!(
        kinds,
        [
            Some("reasoning"),
            Some("message"),
            Some("reasoning"),
            Some("message"),
            Some("message")
        ]
    );
    assert_eq!(
        converted["input"][0],
        json!({"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm"}], "encrypted_content": "gAAA"})
    );
    assert_eq!(converted["reasoning"], json!({"effort": "low"}));
    assert_eq!(converted["include"], json!(["reasoning.encrypted_content"]));
    assert_eq!(converted["store"], json!(true));
    assert_eq!(
        notes.dropped,
        [
            "messages.thinking_blocks",
            "messages.reasoning_content",
            "temperature"
        ]
    );
}

#[test]
fn thinking_is_an_effort() {
    for (extra, expected) in [
        (
            json!({"thinking": {"type": "enabled", "budget_tokens": 1500}}),
            json!({"effort": "medium", "summary": "auto"}),
        ),
        (
            json!({"thinking_budget_tokens": 20000}),
            json!({"effort": "high", "summary": "auto"}),
        ),
        (json!({"thinking": {"type": "disabled"}}), Value::Null),
        (
            json!({"reasoning_effort": "minimal", "thinking": null}),
            json!({"effort": "minimal"}),
        ),
    ] {
        let mut request = json!({"messages": []});
        for (name, value) in extra.as_object().expect("an object") {
            request[name] = value.clone();
        }
        let (converted, _) = convert_for(&request, "m").expect("convertible");
        assert_eq!(converted["reasoning"], expected, "{extra}");
    }
}

#[test]
fn allowed_tools_are_flat() {
    let request = json!({"messages": [], "tools": [{"type": "function", "function": {"name": "f"}}],
        "tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": {"name": "f"}}]}}});
    let (converted, _) = convert_for(&request, "m").expect("convertible");
    assert_eq!(
        converted["tool_choice"],
        json!({"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "f"}]})
    );
}

#[test]
fn what_cannot_be_said_is_refused_by_its_place() {
    let message =
        |message: Value| json!({"messages": [{"role": "user", "content": "Hi"}, message]});
    for (request, field, cause) in [
        (json!({"n": 2}), "n", Cause::Unsupported),
        (json!({"functions": []}), "functions", Cause::Unsupported),
        (
            json!({"audio": {"voice": "alloy"}}),
            "audio",
            Cause::Unsupported,
        ),
        (
            json!({"tools": [{"type": "custom", "custom": {"name": "c"}}]}),
            "tools[0].type",
            Cause::Unsupported,
        ),
        (
            json!({"tools": [{"type": "function"}]}),
            "tools[0].function",
            Cause::Invalid,
        ),
        (
            message(json!({"role": "function", "content": "x"})),
            "messages[1].role",
            Cause::Unsupported,
        ),
        (
            message(json!({"role": "robot"})),
            "messages[1].role",
            Cause::Invalid,
        ),
        (
            message(json!({"role": "tool", "content": "x"})),
            "messages[1].tool_call_id",
            Cause::Invalid,
        ),
        (
            message(
                json!({"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}),
            ),
            "messages[1].content[0].input_audio",
            Cause::Unsupported,
        ),
        (
            message(json!({"role": "assistant", "tool_calls": [{"type": "custom", "id": "c"}]})),
            "messages[1].tool_calls[0].type",
            Cause::Unsupported,
        ),
        (
            json!({"response_format": {"type": "json_schema"}}),
            "response_format.json_schema.schema",
            Cause::Invalid,
        ),
    ] {
        let error = convert_for(&request, "m").expect_err("refused");
        assert_eq!(
            (error.field.as_ref(), error.cause),
            (field, cause),
            "{error}"
        );
    }
}
