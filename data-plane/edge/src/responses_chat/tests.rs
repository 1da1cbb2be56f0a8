//! Responses requests as chat completions requests.

use serde_json::{Value, json};

use super::convert;
use crate::shape::responses;
use crate::{Cause, Notes, Target, Unconvertible, Vendor};

fn target(vendor: Vendor) -> Target {
    Target {
        model: "upstream".to_owned(),
        vendor,
        ..Target::default()
    }
}

fn convert_for(request: &Value, vendor: Vendor) -> Result<(Value, Notes), Unconvertible> {
    let text = request.to_string();
    let request: responses::Request<'_> = serde_json::from_str(&text).expect("a request");
    let mut notes = Notes::default();
    let converted = convert(request, &target(vendor), &mut notes)?;
    Ok((serde_json::to_value(&converted).expect("JSON"), notes))
}

#[track_caller]
fn check(request: Value, expected: Value, dropped: &[&str]) {
    let (converted, notes) = convert_for(&request, Vendor::OpenAi).expect("convertible");
    assert_eq!(converted, expected);
    assert_eq!(notes.dropped, dropped);
}

/// Checks the messages made of `input`.
#[track_caller]
fn check_input(input: Value, expected: Value, dropped: &[&str]) {
    let (converted, notes) =
        convert_for(&json!({"input": input}), Vendor::Other).expect("convertible");
    assert_eq!(converted["messages"], expected);
    assert_eq!(notes.dropped, dropped);
}

#[track_caller]
fn check_refused(request: Value, field: &str, cause: Cause) {
    let error = convert_for(&request, Vendor::Other).expect_err("refused");
    assert_eq!(
        (error.field.as_ref(), error.cause),
        (field, cause),
        "{error}"
    );
}

/// What Codex sends (its `ResponsesApiRequest`), shortened.
#[test]
fn a_codex_request() {
    check(
        json!({
            "model": "gpt-5", "instructions": "You are Codex.", "stream": true, "store": false,
            "input": [
                {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "Rules"}]},
                {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "List files"}]},
                {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm"}], "encrypted_content": "gAAA"},
                {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Looking."}]},
                {"type": "function_call", "call_id": "call_1", "name": "shell", "arguments": "{\"cmd\":\"ls\"}"},
                {"type": "function_call", "call_id": "call_2", "name": "shell", "arguments": "{}"},
                {"type": "function_call_output", "call_id": "call_1", "output": "a.rs"},
                {"type": "function_call_output", "call_id": "call_2", "output": [{"type": "input_text", "text": "x"}, {"type": "input_text", "text": "y"}]},
            ],
            "tools": [{"type": "function", "name": "shell", "description": "Runs", "strict": false, "parameters": {"type": "object", "b": 1, "a": 2}}],
            "tool_choice": "auto", "parallel_tool_calls": false, "max_output_tokens": 100,
            "reasoning": {"effort": "high", "summary": "auto"}, "include": ["reasoning.encrypted_content"],
            "prompt_cache_key": "k", "text": {"verbosity": "low"}, "temperature": 0.5,
        }),
        json!({
            "model": "upstream", "stream": true, "stream_options": {"include_usage": true},
            "max_completion_tokens": 100, "temperature": 0.5, "reasoning_effort": "high",
            "parallel_tool_calls": false, "tool_choice": "auto", "prompt_cache_key": "k", "verbosity": "low",
            "messages": [
                {"role": "developer", "content": "You are Codex."},
                {"role": "developer", "content": "Rules"},
                {"role": "user", "content": "List files"},
                {"role": "assistant", "content": "Looking.", "tool_calls": [
                    {"id": "call_1", "type": "function", "function": {"name": "shell", "arguments": "{\"cmd\":\"ls\"}"}},
                    {"id": "call_2", "type": "function", "function": {"name": "shell", "arguments": "{}"}},
                ]},
                {"role": "tool", "content": "a.rs", "tool_call_id": "call_1"},
                {"role": "tool", "content": "x\ny", "tool_call_id": "call_2"},
            ],
            "tools": [{"type": "function", "function": {"name": "shell", "description": "Runs", "strict": false, "parameters": {"type": "object", "b": 1, "a": 2}}}],
        }),
        &["input.reasoning"],
    );
}

/// Responses are strict unless they are told not to be.
#[test]
fn a_closed_schema_is_kept_to() {
    let open = json!({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": false});
    let mut closed = open.clone();
    closed["required"] = json!(["a"]);
    for (schema, strict, expected) in [
        (&closed, Value::Null, json!(true)),
        (&closed, json!(false), json!(false)),
        (&open, Value::Null, Value::Null),
        (&open, json!(true), json!(true)),
    ] {
        let mut function = json!({"name": "f", "parameters": schema});
        let mut tool = json!({"type": "function", "name": "f", "parameters": schema});
        tool["strict"] = strict;
        if !expected.is_null() {
            function["strict"] = expected;
        }
        check(
            json!({"input": "Hi", "tools": [tool]}),
            json!({"model": "upstream", "messages": [{"role": "user", "content": "Hi"}],
                "tools": [{"type": "function", "function": function}]}),
            &[],
        );
    }
    // Not all others can.
    let tool = json!({"type": "function", "name": "f", "parameters": closed});
    let request = json!({"input": "Hi", "tools": [tool]});
    let (converted, notes) = convert_for(&request, Vendor::Other).expect("convertible");
    assert_eq!(converted["tools"][0]["function"]["strict"], Value::Null);
    assert_eq!(notes.dropped, ["tools.strict"]);
}

#[test]
fn a_text_is_a_users_message() {
    check(
        json!({"input": "Hi", "instructions": "", "store": true, "stream": false, "previous_response_id": null}),
        json!({"model": "upstream", "messages": [{"role": "user", "content": "Hi"}], "stream": false}),
        &[],
    );
    check_input(
        json!([{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}, {"role": "system", "content": []}]),
        json!([{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}, {"role": "system", "content": ""}]),
        &[],
    );
}

#[test]
fn images_and_files_are_kept() {
    check_input(
        json!([{"role": "user", "content": [
            {"type": "input_text", "text": "See"},
            {"type": "input_image", "image_url": "data:image/png;base64,AA==", "detail": "low"},
            {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,AA=="},
        ]}]),
        json!([{"role": "user", "content": [
            {"type": "text", "text": "See"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA==", "detail": "low"}},
            {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AA=="}},
        ]}]),
        &[],
    );
}

/// llm.md D-16: images in results survive, behind all results of the turn.
#[test]
fn images_in_results_come_behind_the_results() {
    check_input(
        json!([
            {"type": "function_call", "call_id": "1", "name": "f", "arguments": "{}"},
            {"type": "function_call", "call_id": "2", "name": "f", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "1", "output": [{"type": "input_text", "text": "shot"}, {"type": "input_image", "image_url": "https://e.org/a.png"}]},
            {"type": "function_call_output", "call_id": "2", "output": "ok"},
            {"type": "function_call", "call_id": "3", "name": "f", "arguments": "{}"},
        ]),
        json!([
            {"role": "assistant", "content": null, "tool_calls": [
                {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}},
                {"id": "2", "type": "function", "function": {"name": "f", "arguments": "{}"}},
            ]},
            {"role": "tool", "content": "shot", "tool_call_id": "1"},
            {"role": "tool", "content": "ok", "tool_call_id": "2"},
            {"role": "user", "content": [
                {"type": "text", "text": "[images and files of the tool results above]"},
                {"type": "image_url", "image_url": {"url": "https://e.org/a.png"}},
            ]},
            {"role": "assistant", "content": null, "tool_calls": [
                {"id": "3", "type": "function", "function": {"name": "f", "arguments": "{}"}},
            ]},
        ]),
        &[],
    );
}

/// What `answer::to_responses` put into reasoning items is thinking again.
#[test]
fn thinking_comes_back() {
    let input = json!([
        {"role": "user", "content": "Hi"},
        {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm"}], "encrypted_content": "thinking:EqoB"},
        {"type": "reasoning", "id": "rs_2", "summary": [], "encrypted_content": "redacted_thinking:EmwK"},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "A"}, {"type": "refusal", "refusal": "B"}]},
        {"type": "function_call", "call_id": "1", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "1", "output": ""},
        {"type": "reasoning", "id": "rs_3", "summary": [], "encrypted_content": "thinking:Last"},
        {"role": "user", "content": "And?"},
    ]);
    check_input(
        input.clone(),
        json!([
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "A", "refusal": "B",
             "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
             "thinking_blocks": [
                {"type": "thinking", "thinking": "Hm", "signature": "EqoB"},
                {"type": "redacted_thinking", "data": "EmwK"},
            ]},
            {"role": "tool", "content": "", "tool_call_id": "1"},
            {"role": "user", "content": "And?"},
        ]),
        &["input.reasoning"],
    );
    // OpenAI's chat completions have no place for it.
    let (converted, notes) =
        convert_for(&json!({"input": input}), Vendor::OpenAi).expect("convertible");
    assert_eq!(converted["messages"][1].get("thinking_blocks"), None);
    assert_eq!(notes.dropped, ["input.reasoning"]);
}

#[test]
fn custom_tools_become_functions_of_a_text() {
    let request = json!({
        "input": [
            {"type": "custom_tool_call", "call_id": "1", "name": "apply_patch", "input": "*** \"a\"\n"},
            {"type": "custom_tool_call_output", "call_id": "1", "output": "done"},
        ],
        "tools": [
            {"type": "custom", "name": "apply_patch", "description": "Patches", "format": {"type": "grammar", "syntax": "lark", "definition": "start: /a/\n"}},
            {"type": "custom", "name": "note"},
        ],
        "tool_choice": {"type": "custom", "name": "apply_patch"},
    });
    let text = request.to_string();
    let read: responses::Request<'_> = serde_json::from_str(&text).expect("a request");
    assert_eq!(read.custom_tools(), ["apply_patch", "note"]);
    let (converted, notes) = convert_for(&request, Vendor::Other).expect("convertible");
    let parameters = |description: &str| {
        json!({"type": "object", "properties": {"input": {"type": "string", "description": description}},
               "required": ["input"], "additionalProperties": false})
    };
    let grammar = parameters("The text, in the language of this grammar (lark):\nstart: /a/\n");
    assert_eq!(
        converted["tools"],
        json!([
            {"type": "function", "function": {"name": "apply_patch", "description": "Patches", "parameters": grammar}},
            {"type": "function", "function": {"name": "note", "parameters": parameters("The text.")}},
        ])
    );
    assert_eq!(
        converted["tool_choice"],
        json!({"type": "function", "function": {"name": "apply_patch"}})
    );
    assert_eq!(
        converted["messages"][0]["tool_calls"][0]["function"],
        json!({"name": "apply_patch", "arguments": r#"{"input":"*** \"a\"\n"}"#})
    );
    assert_eq!(converted["messages"][1]["content"], "done");
    assert_eq!(notes.dropped, ["tools.format"]);
}

#[test]
fn choices_of_tools() {
    let choose = |choice: Value| {
        let request = json!({"input": "Hi", "tool_choice": choice, "tools": [{"type": "function", "name": "f", "parameters": null}]});
        convert_for(&request, Vendor::Other).map(|(converted, _)| converted["tool_choice"].clone())
    };
    for word in ["auto", "none", "required"] {
        assert_eq!(choose(json!(word)), Ok(json!(word)));
    }
    assert_eq!(
        choose(
            json!({"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "f"}]})
        ),
        Ok(
            json!({"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [{"type": "function", "function": {"name": "f"}}]}})
        )
    );
    let error = choose(
        json!({"type": "allowed_tools", "mode": "auto", "tools": [{"type": "image_generation"}]}),
    );
    assert_eq!(
        error.map_err(|error| error.field),
        Err("tool_choice.tools[0].type".into())
    );
    let error = choose(json!({"type": "file_search"}));
    assert_eq!(
        error.map_err(|error| error.field),
        Err("tool_choice.type".into())
    );
    // Chat completions refuse a choice among nothing.
    let (converted, _) = convert_for(
        &json!({"input": "Hi", "tools": [], "tool_choice": "auto", "parallel_tool_calls": true}),
        Vendor::Other,
    )
    .expect("convertible");
    assert_eq!(converted.as_object().map(serde_json::Map::len), Some(2));
}

#[test]
fn formats_of_text() {
    let format = |format: Value| {
        let request = json!({"input": "Hi", "text": {"format": format}});
        convert_for(&request, Vendor::Other)
            .map(|(converted, _)| converted["response_format"].clone())
    };
    assert_eq!(format(json!({"type": "text"})), Ok(Value::Null));
    assert_eq!(
        format(json!({"type": "json_object"})),
        Ok(json!({"type": "json_object"}))
    );
    assert_eq!(
        format(
            json!({"type": "json_schema", "name": "n", "strict": true, "schema": {"type": "object"}})
        ),
        Ok(
            json!({"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "object"}, "strict": true}})
        )
    );
    let refused = |value: Value| format(value).map_err(|error| error.field);
    assert_eq!(
        refused(json!({"type": "json_schema", "name": "n"})),
        Err("text.format.schema".into())
    );
    assert_eq!(
        refused(json!({"type": "xml"})),
        Err("text.format.type".into())
    );
}

#[test]
fn servers_of_others_get_what_they_know() {
    let (converted, notes) = convert_for(
        &json!({"input": [{"role": "developer", "content": "Rules"}], "instructions": "Be", "max_output_tokens": 5,
                "service_tier": "auto", "prompt_cache_key": "k", "safety_identifier": "s", "text": {"verbosity": "low"},
                "metadata": {"a": "b"}, "truncation": "auto", "include": ["message.output_text.logprobs"]}),
        Vendor::Other,
    )
    .expect("convertible");
    assert_eq!(
        converted,
        json!({"model": "upstream", "max_tokens": 5, "messages": [{"role": "system", "content": "Be"}, {"role": "system", "content": "Rules"}]})
    );
    assert_eq!(
        notes.dropped,
        [
            "metadata",
            "truncation",
            "include",
            "service_tier",
            "safety_identifier",
            "prompt_cache_key",
            "text.verbosity"
        ]
    );
}

#[test]
fn what_only_openai_can_do_is_refused() {
    for (member, value) in [
        ("previous_response_id", json!("resp_1")),
        ("conversation", json!({"id": "conv_1"})),
        ("background", json!(true)),
        ("prompt", json!({"id": "pmpt_1"})),
        ("moderation", json!({"model": "omni-moderation-latest"})),
    ] {
        let mut request = json!({"input": "Hi"});
        request[member] = value;
        check_refused(request, member, Cause::Unsupported);
    }
    for tool in [
        "web_search",
        "file_search",
        "mcp",
        "code_interpreter",
        "local_shell",
        "namespace",
    ] {
        let request =
            json!({"input": "Hi", "tools": [{"type": "function", "name": "f"}, {"type": tool}]});
        check_refused(request, "tools[1].type", Cause::Unsupported);
    }
}

#[test]
fn items_that_cannot_be_said_are_refused_by_their_place() {
    let one = |item: Value| json!({"input": [{"role": "user", "content": "Hi"}, item]});
    for (item, field, cause) in [
        (json!({"id": "msg_1"}), "input[1]", Cause::Unsupported),
        (
            json!({"type": "item_reference", "id": "msg_1"}),
            "input[1]",
            Cause::Unsupported,
        ),
        (
            json!({"type": "compaction", "encrypted_content": "x"}),
            "input[1].type",
            Cause::Unsupported,
        ),
        (
            json!({"type": "shell_call", "call_id": "1"}),
            "input[1].type",
            Cause::Unsupported,
        ),
        (
            json!({"role": "tool", "content": "x"}),
            "input[1].role",
            Cause::Invalid,
        ),
        (json!({"role": "user"}), "input[1].content", Cause::Invalid),
        (
            json!({"role": "user", "content": 7}),
            "input[1].content",
            Cause::Invalid,
        ),
        (
            json!({"role": "user", "content": [{"type": "input_image", "file_id": "file_1"}]}),
            "input[1].content[0].file_id",
            Cause::Unsupported,
        ),
        (
            json!({"role": "user", "content": [{"type": "input_file", "file_url": "https://e.org/a"}]}),
            "input[1].content[0].file_url",
            Cause::Unsupported,
        ),
        (
            json!({"role": "assistant", "content": [{"type": "input_image", "image_url": "x"}]}),
            "input[1].content[0].type",
            Cause::Unsupported,
        ),
        (
            json!({"type": "function_call", "name": "f", "arguments": "{}"}),
            "input[1].call_id",
            Cause::Invalid,
        ),
        (
            json!({"type": "function_call", "call_id": "1", "name": "f", "arguments": {}}),
            "input[1].arguments",
            Cause::Invalid,
        ),
        (
            json!({"type": "function_call_output", "call_id": "1", "output": [{"type": "input_text"}]}),
            "input[1].output[0].text",
            Cause::Invalid,
        ),
    ] {
        check_refused(one(item), field, cause);
    }
    check_refused(json!({}), "input", Cause::Invalid);
    check_input(
        json!([{"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search"}}]),
        json!([]),
        &["input.web_search_call"],
    );
}
