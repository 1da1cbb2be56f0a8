//! Messages requests as Responses requests.

use serde_json::{Value, json};

use super::convert;
use crate::shape::messages;
use crate::{Cause, Notes, Target, Unconvertible, Vendor};

fn convert_for(request: &Value, model: &str) -> Result<(Value, Notes), Unconvertible> {
    let text = request.to_string();
    let request: messages::Request<'_> = serde_json::from_str(&text).expect("a request");
    let target = Target {
        model: model.to_owned(),
        ..Target::default()
    };
    let mut notes = Notes::default();
    let converted = convert(request, &target, &mut notes)?;
    Ok((serde_json::to_value(&converted).expect("JSON"), notes))
}

#[track_caller]
fn check(model: &str, request: Value, expected: Value, dropped: &[&str]) {
    let (converted, notes) = convert_for(&request, model).expect("convertible");
    assert_eq!(converted, expected);
    assert_eq!(notes.dropped, dropped);
}

/// Checks the items made of `messages`.
#[track_caller]
fn check_items(messages: Value, expected: Value, dropped: &[&str]) {
    let (converted, notes) = convert_for(&json!({"messages": messages}), "m").expect("convertible");
    assert_eq!(converted["input"], expected);
    assert_eq!(notes.dropped, dropped);
}

/// Anthropic's words that not all of OpenAI's models know, and its strict mode.
#[test]
fn efforts_and_strict_schemas_that_the_model_takes() {
    let open = json!({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": false});
    let mut closed = open.clone();
    closed["required"] = json!(["a"]);
    for (model, vendor, asked, effort) in [
        ("gpt-5", Vendor::OpenAi, "max", "high"),
        ("gpt-5.4", Vendor::OpenAi, "max", "xhigh"),
        ("gpt-5.4", Vendor::OpenAi, "medium", "medium"),
        ("m", Vendor::Other, "xhigh", "high"),
    ] {
        for (schema, strict) in [(&open, false), (&closed, true)] {
            let request = json!({"messages": [], "output_config": {"effort": asked},
                "tools": [{"name": "f", "strict": true, "input_schema": schema}]});
            let text = request.to_string();
            let request: messages::Request<'_> = serde_json::from_str(&text).expect("a request");
            let target = Target {
                model: model.to_owned(),
                vendor,
                ..Target::default()
            };
            let mut notes = Notes::default();
            let converted = convert(request, &target, &mut notes).expect("convertible");
            let converted = serde_json::to_value(&converted).expect("JSON");
            assert_eq!(converted["reasoning"]["effort"], effort, "{model}");
            assert_eq!(converted["tools"][0]["strict"], strict);
            assert_eq!(notes.dropped.contains(&"tools.strict"), !strict);
        }
    }
}

/// Anthropic's guides "Tool use" and "Extended thinking", as Claude Code puts them together.
#[test]
fn a_turn_with_tools_and_reasoning() {
    check(
        "gpt-5.2",
        json!({
            "model": "claude", "max_tokens": 32000, "stream": true, "temperature": 1,
            "system": [{"type": "text", "text": "You are"}, {"type": "text", "text": "helpful", "cache_control": {"type": "ephemeral"}}],
            "messages": [
                {"role": "user", "content": "What's the weather in SF?"},
                {"role": "assistant", "content": [
                    {"type": "thinking", "thinking": "Weather", "signature": "responses:rs_1:gAAA"},
                    {"type": "text", "text": "I'll check."},
                    {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"location": "SF", "n": 1}},
                    {"type": "tool_use", "id": "toolu_2", "name": "now", "input": {}},
                ]},
                {"role": "user", "content": [
                    {"type": "tool_result", "tool_use_id": "toolu_1", "content": "15 degrees"},
                    {"type": "tool_result", "tool_use_id": "toolu_2", "is_error": true, "content": [{"type": "text", "text": "no clock"}]},
                    {"type": "text", "text": "Go on"},
                ]},
            ],
            "tools": [{"name": "get_weather", "description": "d", "input_schema": {"type": "object", "b": 1, "a": 2}}, {"type": "web_search_20250305", "name": "web_search"}],
            "tool_choice": {"type": "auto", "disable_parallel_tool_use": true},
            "thinking": {"type": "enabled", "budget_tokens": 31999},
            "stop_sequences": ["x"], "metadata": {"user_id": "u"},
        }),
        json!({
            "model": "gpt-5.2", "instructions": "You are\nhelpful", "stream": true, "store": false, "max_output_tokens": 32000,
            "user": "u", "include": ["reasoning.encrypted_content"], "reasoning": {"effort": "high", "summary": "auto"},
            "tool_choice": "auto", "parallel_tool_calls": false,
            "tools": [{"type": "function", "name": "get_weather", "description": "d", "parameters": {"type": "object", "b": 1, "a": 2}, "strict": false}],
            "input": [
                {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "What's the weather in SF?"}]},
                {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Weather"}], "encrypted_content": "gAAA"},
                {"type": "message", "id": "msg_2", "role": "assistant", "status": "completed", "content": [{"type": "output_text", "text": "I'll check.", "annotations": []}]},
                {"type": "function_call", "call_id": "toolu_1", "name": "get_weather", "arguments": "{\"location\":\"SF\",\"n\":1}", "status": "completed"},
                {"type": "function_call", "call_id": "toolu_2", "name": "now", "arguments": "{}", "status": "completed"},
                {"type": "function_call_output", "call_id": "toolu_1", "output": "15 degrees", "status": "completed"},
                {"type": "function_call_output", "call_id": "toolu_2", "output": "[tool error] no clock", "status": "completed"},
                {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Go on"}]},
            ],
        }),
        &[
            "stop_sequences",
            "cache_control",
            "temperature",
            "tools.type",
        ],
    );
}

#[test]
fn images_and_documents() {
    check_items(
        json!([{"role": "user", "content": [
            {"type": "text", "text": "See"},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA=="}},
            {"type": "image", "source": {"type": "url", "url": "https://e.org/a.png"}},
            {"type": "document", "title": "T.pdf", "source": {"type": "base64", "media_type": "application/pdf", "data": "BB=="}},
            {"type": "document", "source": {"type": "url", "url": "https://e.org/a.pdf"}},
            {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "words"}},
            {"type": "tool_result", "tool_use_id": "t", "is_error": true, "content": [
                {"type": "text", "text": "shot"},
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "CC=="}},
            ]},
            {"type": "tool_result", "tool_use_id": "u"},
        ]}]),
        json!([
            {"type": "message", "role": "user", "content": [
                {"type": "input_text", "text": "See"},
                {"type": "input_image", "image_url": "data:image/png;base64,AA==", "detail": "auto"},
                {"type": "input_image", "image_url": "https://e.org/a.png", "detail": "auto"},
                {"type": "input_file", "filename": "T.pdf", "file_data": "data:application/pdf;base64,BB=="},
                {"type": "input_file", "file_url": "https://e.org/a.pdf"},
                {"type": "input_text", "text": "words"},
            ]},
            {"type": "function_call_output", "call_id": "t", "status": "completed", "output": [
                {"type": "input_text", "text": "[tool error] "},
                {"type": "input_text", "text": "shot"},
                {"type": "input_image", "image_url": "data:image/png;base64,CC==", "detail": "auto"},
            ]},
            {"type": "function_call_output", "call_id": "u", "status": "completed", "output": ""},
        ]),
        &[],
    );
}

#[test]
fn reasoning_of_others_is_left_out() {
    check_items(
        json!([{"role": "assistant", "content": [
            {"type": "thinking", "thinking": "Hm", "signature": "EqoB"},
            {"type": "redacted_thinking", "data": "EmwK"},
            {"type": "thinking", "thinking": "", "signature": "responses::gAAA"},
            {"type": "text", "text": ""},
        ]}]),
        json!([{"type": "reasoning", "summary": [], "encrypted_content": "gAAA"}]),
        &[
            "messages.content.thinking",
            "messages.content.redacted_thinking",
        ],
    );
}

#[test]
fn breakpoints_are_kept_where_the_model_takes_them() {
    let request = json!({
        "system": [{"type": "text", "text": "a"}, {"type": "text", "text": "b", "cache_control": {"type": "ephemeral"}}],
        "messages": [{"role": "user", "content": [{"type": "text", "text": "c", "cache_control": {"type": "ephemeral"}}]}],
    });
    let (converted, notes) = convert_for(&request, "gpt-5.6").expect("convertible");
    assert_eq!(
        converted["input"],
        json!([
            {"type": "message", "role": "system", "content": [
                {"type": "input_text", "text": "a"},
                {"type": "input_text", "text": "b", "prompt_cache_breakpoint": {"mode": "explicit"}},
            ]},
            {"type": "message", "role": "user", "content": [
                {"type": "input_text", "text": "c", "prompt_cache_breakpoint": {"mode": "explicit"}},
            ]},
        ])
    );
    assert_eq!(converted.get("instructions"), None);
    assert!(notes.dropped.is_empty());
}

#[test]
fn how_much_is_reasoned() {
    for (model, thinking, effort, expected) in [
        (
            "gpt-5",
            json!({"type": "enabled", "budget_tokens": 1024}),
            Value::Null,
            json!({"effort": "low", "summary": "auto"}),
        ),
        (
            "gpt-5",
            json!({"type": "enabled", "budget_tokens": 2000}),
            Value::Null,
            json!({"effort": "medium", "summary": "auto"}),
        ),
        (
            "gpt-5",
            json!({"type": "adaptive", "display": "omitted"}),
            Value::Null,
            json!({"effort": "high"}),
        ),
        (
            "gpt-5",
            json!({"type": "adaptive"}),
            json!("low"),
            json!({"effort": "low", "summary": "auto"}),
        ),
        (
            "gpt-5",
            json!({"type": "disabled"}),
            json!("low"),
            json!({"effort": "low"}),
        ),
        ("gpt-5", Value::Null, Value::Null, Value::Null),
        (
            "mine",
            json!({"type": "adaptive"}),
            Value::Null,
            json!({"effort": "high", "summary": "auto"}),
        ),
        (
            "gpt-4o",
            json!({"type": "adaptive"}),
            json!("low"),
            Value::Null,
        ),
    ] {
        let request =
            json!({"messages": [], "thinking": thinking, "output_config": {"effort": effort}});
        let (converted, notes) = convert_for(&request, model).expect("convertible");
        assert_eq!(converted["reasoning"], expected, "{request}");
        let is_encrypted = converted.get("include").is_some();
        assert_eq!(is_encrypted, model != "gpt-4o", "{request}");
        assert_eq!(notes.dropped.is_empty(), model != "gpt-4o");
    }
    let (converted, _) =
        convert_for(&json!({"messages": [], "temperature": 0.2}), "mine").expect("convertible");
    assert_eq!(converted.get("include"), None);
    assert_eq!(converted["temperature"], json!(0.2));
}

#[test]
fn formats_choices_and_limits() {
    let (converted, notes) = convert_for(
        &json!({"messages": [], "max_tokens": 1, "tools": [{"name": "f"}], "tool_choice": {"type": "tool", "name": "f"},
                "metadata": {"user_id": "u".repeat(65)}, "top_k": 4,
                "output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}}),
        "m",
    )
    .expect("convertible");
    assert_eq!(converted["max_output_tokens"], json!(16));
    assert_eq!(
        converted["tool_choice"],
        json!({"type": "function", "name": "f"})
    );
    assert_eq!(
        converted["tools"][0]["parameters"],
        json!({"type": "object", "properties": {}})
    );
    assert_eq!(
        converted["text"],
        json!({"format": {"type": "json_schema", "name": "structured_output", "schema": {"type": "object"}}})
    );
    assert_eq!(notes.dropped, ["top_k", "max_tokens", "metadata.user_id"]);
}

#[test]
fn what_cannot_be_said_is_refused_by_its_place() {
    let block = |role: &str, block: Value| json!({"messages": [{"role": role, "content": [{"type": "text", "text": "a"}, block]}]});
    for (request, field, cause) in [
        (
            block(
                "user",
                json!({"type": "image", "source": {"type": "file", "file_id": "f"}}),
            ),
            "messages[0].content[1].source.type",
            Cause::Unsupported,
        ),
        (
            block("user", json!({"type": "image"})),
            "messages[0].content[1].source",
            Cause::Invalid,
        ),
        (
            block("assistant", json!({"type": "container_upload"})),
            "messages[0].content[1].type",
            Cause::Unsupported,
        ),
        (
            block("user", json!({"type": "tool_use"})),
            "messages[0].content[1].type",
            Cause::Unsupported,
        ),
        (
            block("user", json!({"type": "tool_result"})),
            "messages[0].content[1].tool_use_id",
            Cause::Invalid,
        ),
        (
            block(
                "user",
                json!({"type": "tool_result", "tool_use_id": "t", "content": [{"type": "search_result"}]}),
            ),
            "messages[0].content[1].content[0].type",
            Cause::Unsupported,
        ),
        (
            block("user", json!(7)),
            "messages[0].content[1]",
            Cause::Invalid,
        ),
        (
            json!({"messages": [{"role": "tool", "content": "x"}]}),
            "messages[0].role",
            Cause::Invalid,
        ),
        (
            json!({"messages": [], "system": 7}),
            "system",
            Cause::Invalid,
        ),
        (
            json!({"messages": [], "tools": [{"name": "f"}], "tool_choice": {"type": "some"}}),
            "tool_choice.type",
            Cause::Invalid,
        ),
        (
            json!({"messages": [], "output_config": {"format": {"type": "regex"}}}),
            "output_config.format.type",
            Cause::Unsupported,
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
