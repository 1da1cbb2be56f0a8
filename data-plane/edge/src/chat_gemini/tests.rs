//! Requests after OpenAI's guides ("Text generation", "Images and vision", "Function calling", "Structured outputs"); what is
//! expected after Google's ("Function calling", "Thinking", "Thought signatures", "Structured output").

use proptest::prelude::*;
use serde_json::{Value, json};

use super::convert;
use crate::shape::{chat, gemini};
use crate::{Cause, Notes, Target, Unconvertible, Vendor, gemini_chat};

fn target(model: &str) -> Target {
    Target {
        model: model.to_owned(),
        vendor: Vendor::Gemini,
        ..Target::default()
    }
}

fn converted(
    request: &Value,
    target: &Target,
) -> Result<(Value, Vec<&'static str>), Unconvertible> {
    let request = request.to_string();
    let request: chat::Request<'_> = serde_json::from_str(&request).expect("a request");
    let mut notes = Notes::default();
    let converted = convert(request, target, &mut notes)?;
    let converted = serde_json::to_value(&converted).expect("JSON");
    Ok((converted, notes.dropped))
}

#[track_caller]
fn check(request: Value, expected: Value) {
    check_for(&target("gemini-2.5-pro"), request, expected, &[]);
}

#[track_caller]
fn check_for(target: &Target, request: Value, expected: Value, dropped: &[&str]) {
    let (converted, notes) = converted(&request, target).expect("converts");
    assert_eq!(converted, expected);
    assert_eq!(notes, dropped);
}

/// Checks one member of the result of a request that says hi.
#[track_caller]
fn check_member(model: &str, with: Value, pointer: &str, expected: Value) {
    let mut request = json!({"messages": [{"role": "user", "content": "hi"}]});
    for (key, value) in with.as_object().expect("members") {
        request[key] = value.clone();
    }
    let (converted, _) = converted(&request, &target(model)).expect("converts");
    let found = converted.pointer(pointer).cloned().unwrap_or(Value::Null);
    assert_eq!(found, expected, "{request}");
}

#[track_caller]
fn check_refused(request: Value, field: &str, cause: Cause) {
    let error = converted(&request, &target("gemini-2.5-pro")).expect_err("refused");
    assert_eq!(
        (error.field.as_ref(), error.cause),
        (field, cause),
        "{error}"
    );
}

/// Checks the turns that messages become.
#[track_caller]
fn check_contents(model: &str, messages: Value, expected: Value) {
    let (converted, _) =
        converted(&json!({ "messages": messages }), &target(model)).expect("converts");
    assert_eq!(converted["contents"], expected);
}

#[test]
fn a_system_message_that_moves_is_noted() {
    let said = |role: &str| json!({"role": role, "content": role});
    for (roles, dropped) in [
        (&["system", "developer", "user"][..], &[][..]),
        (&["user", "system", "user"], &["messages.system_position"]),
        (
            &["user", "assistant", "system"],
            &["messages.system_position"],
        ),
    ] {
        let messages: Vec<Value> = roles.iter().map(|role| said(role)).collect();
        let request = json!({ "messages": messages });
        let (_, notes) = converted(&request, &target("gemini-2.5-pro")).expect("converts");
        assert_eq!(notes, dropped, "{roles:?}");
    }
}

fn user(content: Value) -> Value {
    json!([{"role": "user", "content": content}])
}

fn call(id: &str, name: &str, arguments: &str) -> Value {
    json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}})
}

#[test]
fn a_conversation() {
    check(
        json!({
            "model": "asked",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "developer", "content": [{"type": "text", "text": "Be kind."}, {"type": "text", "text": ""}]},
                {"role": "user", "content": "Hi"},
                {"role": "user", "content": [{"type": "text", "text": "there"}]},
                {"role": "assistant", "content": "Hello!"},
                {"role": "assistant", "content": null, "refusal": "No."},
                {"role": "user", "content": "Why?"},
            ],
            "temperature": 0.50, "top_p": 0.9, "top_k": 40, "max_tokens": 5, "max_completion_tokens": 100,
            "stop": ["a", "b"], "n": 2, "seed": 7, "frequency_penalty": 0.1, "presence_penalty": 0.2,
            "stream": true, "stream_options": {"include_usage": true},
            "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
        }),
        json!({
            "contents": [
                {"role": "user", "parts": [{"text": "Hi"}, {"text": "there"}]},
                {"role": "model", "parts": [{"text": "Hello!"}, {"text": "No."}]},
                {"role": "user", "parts": [{"text": "Why?"}]},
            ],
            "systemInstruction": {"parts": [{"text": "Be brief."}, {"text": "Be kind."}]},
            "generationConfig": {
                "temperature": 0.50, "topP": 0.9, "topK": 40, "maxOutputTokens": 100, "stopSequences": ["a", "b"],
                "candidateCount": 2, "seed": 7, "frequencyPenalty": 0.1, "presencePenalty": 0.2,
            },
            "safetySettings": [{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE"}],
        }),
    );
    check(
        json!({"messages": [{"role": "system", "content": "Be brief."}]}),
        json!({
            "contents": [{"role": "user", "parts": [{"text": " "}]}],
            "systemInstruction": {"parts": [{"text": "Be brief."}]},
        }),
    );
    check_member(
        "gemini-2.5-pro",
        json!({"stop": "x"}),
        "/generationConfig/stopSequences",
        json!(["x"]),
    );
    check_member(
        "gemini-2.5-pro",
        json!({"stop": null, "n": 1}),
        "/generationConfig",
        Value::Null,
    );
}

#[test]
fn results_of_calls_are_a_turn_of_their_own_in_the_order_of_the_calls() {
    check_contents(
        "gemini-2.5-pro",
        json!([
            {"role": "user", "content": "Weather?"},
            {"role": "assistant", "content": "Looking.", "tool_calls": [call("a", "weather", "{\"city\":\"Paris\"}"), call("b", "time", "")]},
            {"role": "tool", "tool_call_id": "b", "content": "noon"},
            {"role": "user", "content": "and?"},
            {"role": "tool", "tool_call_id": "a", "content": [{"type": "text", "text": "sun"}, {"type": "text", "text": "ny"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,QQ=="}}]},
            {"role": "assistant", "content": null, "tool_calls": [call("c", "time", "[1]")]},
            {"role": "tool", "tool_call_id": "c", "content": "{\"t\":1}"},
        ]),
        json!([
            {"role": "user", "parts": [{"text": "Weather?"}]},
            {"role": "model", "parts": [
                {"text": "Looking."},
                {"functionCall": {"name": "weather", "args": {"city": "Paris"}}},
                {"functionCall": {"name": "time", "args": {}}},
            ]},
            {"role": "user", "parts": [
                {"functionResponse": {"name": "weather", "response": {"content": "sunny"}}},
                {"functionResponse": {"name": "time", "response": {"content": "noon"}}},
            ]},
            {"role": "user", "parts": [{"text": "and?"}, {"inlineData": {"mimeType": "image/png", "data": "QQ=="}}]},
            {"role": "model", "parts": [{"functionCall": {"name": "time", "args": {"_raw": "[1]"}}}]},
            {"role": "user", "parts": [{"functionResponse": {"name": "time", "response": {"content": "{\"t\":1}"}}}]},
        ]),
    );
    check_refused(
        json!({"messages": [{"role": "user", "content": "a"}, {"role": "tool", "tool_call_id": "x", "content": "b"}]}),
        "messages[1].tool_call_id",
        Cause::Invalid,
    );
    check_refused(
        json!({"messages": [{"role": "tool", "content": "b"}]}),
        "messages[0].tool_call_id",
        Cause::Invalid,
    );
}

#[test]
fn thought_signatures_come_back() {
    let history = |calls: Value, id: &str| {
        json!([
            {"role": "user", "content": "a"},
            {"role": "assistant", "content": "", "tool_calls": calls},
            {"role": "tool", "tool_call_id": id, "content": "r"},
        ])
    };
    let expected = |signature: Option<&str>| {
        let mut call = json!({"functionCall": {"name": "f", "args": {}}});
        if let Some(signature) = signature {
            call["thoughtSignature"] = json!(signature);
        }
        json!([
            {"role": "user", "parts": [{"text": "a"}]},
            {"role": "model", "parts": [call]},
            {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {"content": "r"}}}]},
        ])
    };
    let id = "call_1__thought__Q+/=__thought__";
    check_contents(
        "gemini-3-pro-preview",
        history(json!([call(id, "f", "{}")]), id),
        expected(Some("Q+/=__thought__")),
    );
    // A client may cut the id in the call, or in the result.
    check_contents(
        "gemini-2.5-pro",
        history(json!([call("call_1__thought__QQ==", "f", "{}")]), "call_1"),
        expected(Some("QQ==")),
    );
    let mut extra = call("c", "f", "{}");
    extra["extra_content"] = json!({"google": {"thought_signature": "RR=="}});
    check_contents(
        "gemini-3-pro-preview",
        history(json!([extra]), "c"),
        expected(Some("RR==")),
    );
    // Gemini 3 insists on one, others do not.
    check_contents(
        "models/gemini-3-pro-preview",
        history(json!([call("c", "f", "{}")]), "c"),
        expected(Some("skip_thought_signature_validator")),
    );
    check_contents(
        "gemini-2.5-pro",
        history(json!([call("c", "f", "{}")]), "c"),
        expected(None),
    );
    // Of parallel calls the first is signed.
    let (parallel, _) = converted(
        &json!({"messages": [{"role": "assistant", "tool_calls": [call("a__thought__QQ==", "f", "{}"), call("b", "g", "{}")]}]}),
        &target("gemini-3-flash"),
    )
    .expect("converts");
    assert_eq!(
        parallel["contents"][0]["parts"],
        json!([
            {"functionCall": {"name": "f", "args": {}}, "thoughtSignature": "QQ=="},
            {"functionCall": {"name": "g", "args": {}}},
        ])
    );
}

#[test]
fn media() {
    let image = |url: &str| json!([{"type": "image_url", "image_url": {"url": url}}]);
    let part = |part: Value| json!([{"role": "user", "parts": [part, {"text": " "}]}]);
    for (content, expected) in [
        (
            image("data:image/jpg;base64,QQ=="),
            json!({"inlineData": {"mimeType": "image/jpeg", "data": "QQ=="}}),
        ),
        (
            image("data:application/pdf;name=a;base64,QQ=="),
            json!({"inlineData": {"mimeType": "application/pdf", "data": "QQ=="}}),
        ),
        (
            image("gs://bucket/a.PNG"),
            json!({"fileData": {"mimeType": "image/png", "fileUri": "gs://bucket/a.PNG"}}),
        ),
        (
            json!([{"type": "image_url", "image_url": {"url": "gs://bucket/a", "mime_type": "image/webp"}}]),
            json!({"fileData": {"mimeType": "image/webp", "fileUri": "gs://bucket/a"}}),
        ),
        (
            image("https://www.youtube.com/watch?v=9hE5-98ZeCg"),
            json!({"fileData": {"fileUri": "https://www.youtube.com/watch?v=9hE5-98ZeCg"}}),
        ),
        (
            image("https://generativelanguage.googleapis.com/v1beta/files/abc"),
            json!({"fileData": {"fileUri": "https://generativelanguage.googleapis.com/v1beta/files/abc"}}),
        ),
        (
            json!([{"type": "input_audio", "input_audio": {"data": "QQ==", "format": "wav"}}]),
            json!({"inlineData": {"mimeType": "audio/wav", "data": "QQ=="}}),
        ),
        (
            json!([{"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,QQ=="}}]),
            json!({"inlineData": {"mimeType": "application/pdf", "data": "QQ=="}}),
        ),
        (
            json!([{"type": "file", "file": {"filename": "a.pdf", "file_data": "QQ=="}}]),
            json!({"inlineData": {"mimeType": "application/pdf", "data": "QQ=="}}),
        ),
        (
            json!([{"type": "file", "file": {"file_id": "gs://b/a.pdf"}}]),
            json!({"fileData": {"mimeType": "application/pdf", "fileUri": "gs://b/a.pdf"}}),
        ),
    ] {
        check_contents("gemini-2.5-pro", user(content), part(expected));
    }
}

#[test]
fn media_that_gemini_does_not_take() {
    let image = |url: &str| json!([{"type": "image_url", "image_url": {"url": url}}]);
    for (content, field, cause) in [
        (
            image("https://example.com/a"),
            "messages[0].content[0].image_url.url",
            Cause::Unsupported,
        ),
        (
            image("gs://bucket/a"),
            "messages[0].content[0].image_url.url",
            Cause::Invalid,
        ),
        (
            image("data:image/png,abc"),
            "messages[0].content[0].image_url.url",
            Cause::Invalid,
        ),
        (
            image("data:"),
            "messages[0].content[0].image_url.url",
            Cause::Invalid,
        ),
        (
            json!([{"type": "file", "file": {"file_id": "file-123"}}]),
            "messages[0].content[0].file.file_id",
            Cause::Unsupported,
        ),
        (
            json!([{"type": "file", "file": {}}]),
            "messages[0].content[0].file",
            Cause::Invalid,
        ),
        (
            json!([{"type": "text"}]),
            "messages[0].content[0]",
            Cause::Invalid,
        ),
        (
            json!([{"type": "hologram"}]),
            "messages[0].content[0].type",
            Cause::Unsupported,
        ),
        (json!(7), "messages[0].content", Cause::Invalid),
    ] {
        check_refused(json!({ "messages": user(content) }), field, cause);
    }
    let vertex = Target {
        vendor: Vendor::Vertex,
        ..target("gemini-2.5-pro")
    };
    let video = json!({"messages": user(image("https://www.youtube.com/watch?v=1"))});
    assert!(converted(&video, &vertex).is_err());
}

/// Both services fetch what everybody may read.
#[test]
fn public_addresses_are_told_with_their_media_type() {
    for vendor in [Vendor::Gemini, Vendor::Vertex] {
        let target = Target {
            vendor,
            ..target("gemini-2.5-pro")
        };
        let content = json!([{"type": "image_url", "image_url": {"url": "https://a.test/b.png"}}]);
        let request = json!({"messages": user(content)});
        let converted = converted(&request, &target).expect("converted");
        let part = converted.0.pointer("/contents/0/parts/0").expect("a part");
        let expected =
            json!({"fileData": {"mimeType": "image/png", "fileUri": "https://a.test/b.png"}});
        assert_eq!(*part, expected);
    }
}

#[test]
fn tools_and_their_choice() {
    let tool = |name: &str| {
        json!({"type": "function", "function": {"name": name, "description": "d", "strict": false,
            "parameters": {"type": "object", "properties": {"a": {"type": ["string", "null"]}}, "required": ["a"], "additionalProperties": false}}})
    };
    let declared = |name: &str| json!({"name": name, "description": "d", "parameters": {"type": "object", "properties": {"a": {"type": "string", "nullable": true}}, "required": ["a"]}});
    let bare = json!({"type": "function", "function": {"name": "g", "description": ""}});
    check_member(
        "gemini-2.5-pro",
        json!({"tools": [tool("f"), bare]}),
        "/tools",
        json!([{"functionDeclarations": [declared("f"), {"name": "g"}]}]),
    );
    for (choice, expected) in [
        (json!("auto"), json!({"mode": "AUTO"})),
        (json!("none"), json!({"mode": "NONE"})),
        (json!("required"), json!({"mode": "ANY"})),
        (
            json!({"type": "function", "function": {"name": "f"}}),
            json!({"mode": "ANY", "allowedFunctionNames": ["f"]}),
        ),
        (
            json!({"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [{"type": "function", "function": {"name": "f"}}]}}),
            json!({"mode": "ANY", "allowedFunctionNames": ["f"]}),
        ),
    ] {
        let with = json!({"tools": [tool("f")], "tool_choice": choice});
        check_member(
            "gemini-2.5-pro",
            with,
            "/toolConfig/functionCallingConfig",
            expected,
        );
        check_member(
            "gemini-2.5-pro",
            json!({ "tool_choice": choice }),
            "/toolConfig",
            Value::Null,
        );
    }
    let allowed = json!({"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [{"type": "function", "function": {"name": "f"}}]}});
    check_member(
        "gemini-2.5-pro",
        json!({"tools": [tool("f"), tool("g")], "tool_choice": allowed}),
        "/tools",
        json!([{"functionDeclarations": [declared("f")]}]),
    );
}

/// A map has no place in Gemini's own schemas: without another place the model could only call with nothing.
#[test]
fn schemas_that_gemini_cannot_say_go_where_json_schema_is_taken() {
    let map = json!({"type": "object", "additionalProperties": {"type": "string"}});
    let deep = json!({"type": "object", "properties": {"a": map, "n": {"type": "integer", "enum": [1, 2]}}});
    for (model, schema, expected, dropped) in [
        (
            "gemini-2.5-flash",
            &map,
            json!({"name": "f", "parametersJsonSchema": map}),
            vec![],
        ),
        (
            "gemini-3-pro-preview",
            &deep,
            json!({"name": "f", "parametersJsonSchema": deep}),
            vec![],
        ),
        (
            "gemini-2.0-flash",
            &map,
            json!({"name": "f"}),
            vec!["tools.function.parameters"],
        ),
        (
            "gemini-2.0-flash",
            &deep,
            json!({"name": "f", "parameters": {"type": "object",
                "properties": {"a": {"type": "object"}, "n": {"type": "integer"}}}}),
            vec!["tools.function.parameters"],
        ),
    ] {
        let request = json!({"messages": [{"role": "user", "content": "hi"}],
            "tools": [{"type": "function", "function": {"name": "f", "parameters": schema}}]});
        let (body, notes) = converted(&request, &target(model)).expect("converts");
        assert_eq!(
            body["tools"][0]["functionDeclarations"][0], expected,
            "{model}"
        );
        assert_eq!(notes, dropped, "{model}");
    }
}

#[test]
fn what_gemini_does_not_take_is_refused() {
    let tool = json!({"type": "function", "function": {"name": "f"}});
    let said = |more: Value| {
        let mut request = json!({"messages": user(json!("hi"))});
        for (key, value) in more.as_object().expect("members") {
            request[key] = value.clone();
        }
        request
    };
    check_refused(
        said(json!({"tools": [{"type": "custom", "custom": {"name": "x"}}]})),
        "tools[0]",
        Cause::Unsupported,
    );
    check_refused(
        said(json!({"tools": [{"type": "function"}]})),
        "tools[0].function",
        Cause::Invalid,
    );
    check_refused(
        said(json!({"tools": [{"type": "function", "function": {"name": "f", "parameters": 7}}]})),
        "tools[0].function.parameters",
        Cause::Invalid,
    );
    check_refused(
        said(json!({"tools": [tool], "tool_choice": "maybe"})),
        "tool_choice",
        Cause::Unsupported,
    );
    check_refused(
        said(json!({"functions": []})),
        "functions",
        Cause::Unsupported,
    );
    check_refused(
        said(json!({"modalities": ["text", "audio"]})),
        "modalities",
        Cause::Unsupported,
    );
    check_refused(said(json!({"stop": 7})), "stop", Cause::Invalid);
    check_refused(
        said(json!({"response_format": {"type": "json_schema"}})),
        "response_format.json_schema",
        Cause::Invalid,
    );
    check_refused(
        said(json!({"response_format": {"type": "grammar"}})),
        "response_format.type",
        Cause::Unsupported,
    );
}

#[test]
fn forms_of_the_answer() {
    let schema =
        json!({"type": "object", "properties": {"a": {"const": 1}}, "additionalProperties": false});
    let format = json!({"response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": schema, "strict": true}}});
    let at = "/generationConfig";
    check_member(
        "gemini-2.5-flash",
        format.clone(),
        at,
        json!({"responseMimeType": "application/json", "responseJsonSchema": schema}),
    );
    check_member(
        "gemini-2.0-flash",
        format,
        at,
        json!({"responseMimeType": "application/json", "responseSchema": {"type": "object", "properties": {"a": {"type": "integer"}}}}),
    );
    check_member(
        "gemini-2.5-flash",
        json!({"response_format": {"type": "json_object"}}),
        at,
        json!({"responseMimeType": "application/json"}),
    );
    check_member(
        "gemini-2.5-flash",
        json!({"response_format": {"type": "text"}}),
        at,
        Value::Null,
    );
}

#[test]
fn reasoning_by_model() {
    let at = "/generationConfig/thinkingConfig";
    let budget = |n: i64| json!({"includeThoughts": true, "thinkingBudget": n});
    let level = |name: &str| json!({"includeThoughts": true, "thinkingLevel": name});
    for (model, effort, expected) in [
        ("gemini-2.5-pro", "low", budget(1024)),
        ("gemini-2.5-pro", "minimal", budget(1024)),
        ("google/gemini-2.5-pro", "medium", budget(8192)),
        ("gemini-2.5-pro", "high", budget(24576)),
        ("gemini-2.5-pro", "xhigh", budget(24576)),
        ("gemini-2.5-pro", "max", budget(24576)),
        ("gemini-2.5-flash", "none", json!({"thinkingBudget": 0})),
        ("gemini-flash-latest", "low", budget(1024)),
        ("gemini-3-pro-preview", "minimal", level("low")),
        ("gemini-3-pro-preview", "medium", level("high")),
        ("gemini-3.1-pro-preview", "medium", level("medium")),
        ("gemini-3-pro-preview", "max", level("high")),
        ("gemini-3-flash-preview", "minimal", level("minimal")),
        (
            "gemini-3-flash-preview",
            "none",
            json!({"thinkingLevel": "minimal"}),
        ),
        (
            "publishers/google/models/gemini-3.5-flash",
            "xhigh",
            level("high"),
        ),
        ("gemini-10-flash", "low", level("low")),
        ("gemini-2.0-flash", "low", Value::Null),
        ("gemini-1.5-pro", "low", Value::Null),
        ("gemma-3-27b-it", "low", Value::Null),
    ] {
        check_member(model, json!({ "reasoning_effort": effort }), at, expected);
    }
    check_member(
        "gemini-2.5-pro",
        json!({"thinking_budget_tokens": 77, "reasoning_effort": "low"}),
        at,
        budget(77),
    );
    check_member(
        "gemini-3-pro-preview",
        json!({"thinking": {"type": "enabled", "budget_tokens": 1024}}),
        at,
        level("low"),
    );
    check_member(
        "gemini-2.5-flash",
        json!({"thinking": {"type": "disabled"}}),
        at,
        json!({"thinkingBudget": 0}),
    );
    check_member(
        "gemini-2.5-flash",
        json!({"thinking": {"type": "adaptive"}}),
        at,
        Value::Null,
    );
    check_member(
        "gemini-2.5-pro",
        json!({"thinking_config": {"thinkingBudget": -1}, "reasoning_effort": "low"}),
        at,
        json!({"thinkingBudget": -1}),
    );
    check_for(
        &target("gemini-2.0-flash"),
        json!({"messages": user(json!("a")), "reasoning_effort": "low"}),
        json!({"contents": [{"role": "user", "parts": [{"text": "a"}]}]}),
        &["reasoning_effort"],
    );
}

/// Google: "thinking cannot be turned off" for the large models.
#[test]
fn models_that_always_think_are_not_told_otherwise_and_that_is_counted() {
    for (members, field) in [
        (json!({"reasoning_effort": "none"}), "reasoning_effort"),
        (
            json!({"thinking_budget_tokens": 0}),
            "thinking_budget_tokens",
        ),
        (json!({"thinking": {"type": "disabled"}}), "thinking"),
    ] {
        for model in ["gemini-2.5-pro", "gemini-3-pro-preview"] {
            let mut request = json!({"messages": user(json!("a"))});
            let all = request.as_object_mut().expect("an object");
            all.extend(members.as_object().expect("members").clone());
            let contents = json!([{"role": "user", "parts": [{"text": "a"}]}]);
            let expected = json!({ "contents": contents });
            check_for(&target(model), request, expected, &[field]);
        }
    }
}

#[test]
fn what_has_no_counterpart_is_noted() {
    let contents = json!([{"role": "user", "parts": [{"text": "a"}]}, {"role": "model", "parts": [{"text": "b"}]}]);
    check_for(
        &target("gemini-2.5-pro"),
        json!({
            "messages": [
                {"role": "user", "name": "Bob", "content": [{"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}]},
                {"role": "assistant", "content": "b", "reasoning_content": "h", "reasoning_signature": "s", "thinking_blocks": []},
            ],
            "parallel_tool_calls": false, "user": "u", "logprobs": true, "logit_bias": {}, "metadata": {}, "store": false,
            "service_tier": "auto", "prediction": {}, "web_search_options": {}, "labels": {"a": "b"}, "verbosity": "low",
        }),
        json!({ "contents": contents }),
        &[
            "parallel_tool_calls",
            "user",
            "logprobs",
            "logit_bias",
            "metadata",
            "prediction",
            "web_search_options",
            "verbosity",
            "messages.name",
            "messages.content.cache_control",
            "messages.reasoning_content",
            "messages.reasoning_signature",
            "messages.thinking_blocks",
            "service_tier",
            "labels",
        ],
    );
    let vertex = Target {
        vendor: Vendor::Vertex,
        ..target("gemini-2.5-pro")
    };
    check_for(
        &vertex,
        json!({"messages": user(json!("a")), "labels": {"team": "x"}}),
        json!({"contents": [{"role": "user", "parts": [{"text": "a"}]}], "labels": {"team": "x"}}),
        &[],
    );
}

#[test]
fn tiers_of_service_that_both_name_alike_are_asked_for() {
    let contents = json!([{"role": "user", "parts": [{"text": "a"}]}]);
    for (tier, is_kept) in [("flex", true), ("priority", true), ("default", false)] {
        let request = json!({"messages": user(json!("a")), "service_tier": tier});
        let (expected, dropped): (_, &[&str]) = match is_kept {
            true => (json!({"contents": contents, "serviceTier": tier}), &[]),
            false => (json!({"contents": contents}), &["service_tier"]),
        };
        check_for(&target("gemini-3-flash"), request, expected, dropped);
    }
    for vendor in [Vendor::Vertex, Vendor::Other] {
        let elsewhere = Target {
            vendor,
            ..target("gemini-2.5-pro")
        };
        check_for(
            &elsewhere,
            json!({"messages": user(json!("a")), "service_tier": "flex"}),
            json!({ "contents": contents }),
            &["service_tier"],
        );
    }
}

#[test]
fn cached_content_stands_alone() {
    check_for(
        &target("gemini-2.5-pro"),
        json!({
            "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "a"}],
            "tools": [{"type": "function", "function": {"name": "f"}}], "tool_choice": "auto",
            "cached_content": "cachedContents/1",
        }),
        json!({"contents": [{"role": "user", "parts": [{"text": "a"}]}], "cachedContent": "cachedContents/1"}),
        &["messages.system", "tools"],
    );
}

#[test]
fn legacy_and_unknown_roles_are_refused() {
    check_refused(
        json!({"messages": [{"role": "function", "name": "f", "content": "x"}]}),
        "messages[0].role",
        Cause::Unsupported,
    );
    check_refused(
        json!({"messages": [{"role": "robot", "content": "x"}]}),
        "messages[0].role",
        Cause::Invalid,
    );
    check_refused(
        json!({"messages": [{"role": "assistant", "function_call": {"name": "f", "arguments": ""}}]}),
        "messages[0].function_call",
        Cause::Unsupported,
    );
    check_refused(
        json!({"messages": [{"role": "assistant", "tool_calls": [{"id": "a", "type": "custom"}]}]}),
        "messages[0].tool_calls[0].type",
        Cause::Unsupported,
    );
    check_refused(
        json!({"messages": [{"role": "system", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,QQ=="}}]}]}),
        "messages[0].content",
        Cause::Unsupported,
    );
}

#[test]
fn text_is_copied_as_it_is_written() {
    let request = r#"{"messages":[{"role":"user","content":[{"type":"text","text":"\ud83d\u0041"}]}],"temperature":1.0e0}"#;
    let request: chat::Request<'_> = serde_json::from_str(request).expect("a request");
    let converted =
        convert(request, &target("gemini-2.5-pro"), &mut Notes::default()).expect("converts");
    let json = serde_json::to_string(&converted).expect("JSON");
    assert_eq!(
        json,
        r#"{"contents":[{"role":"user","parts":[{"text":"\ud83d\u0041"}]}],"generationConfig":{"temperature":1.0e0}}"#
    );
}

#[test]
fn content_that_was_made_here_converts_too() {
    let request = chat::Request {
        messages: vec![chat::Message {
            role: "user".to_owned(),
            content: Some(crate::text::Json::of(&json!([
                {"type": "text", "text": "a"},
                {"type": "image_url", "image_url": {"url": "gs://b/a.png"}},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,QQ=="}},
            ]))),
            ..chat::Message::default()
        }],
        ..chat::Request::default()
    };
    let converted =
        convert(request, &target("gemini-2.5-pro"), &mut Notes::default()).expect("converts");
    assert_eq!(
        serde_json::to_value(&converted).expect("JSON")["contents"][0]["parts"],
        json!([
            {"text": "a"},
            {"fileData": {"mimeType": "image/png", "fileUri": "gs://b/a.png"}},
            {"inlineData": {"mimeType": "image/png", "data": "QQ=="}},
        ])
    );
}

// === properties ===

/// A turn of a tidy conversation: what the user says, what the model says, and how many calls it makes.
fn turn() -> impl Strategy<Value = (String, String, usize)> {
    ("[a-z\"\\\\]{1,4}", "[a-z]{1,4}", 0..3_usize)
}

fn conversation(turns: &[(String, String, usize)]) -> Value {
    let mut messages = vec![json!({"role": "system", "content": "s"})];
    let mut count = 0;
    for (said, answered, calls) in turns {
        messages.push(json!({"role": "user", "content": said}));
        let mut message = json!({"role": "assistant", "content": answered});
        let ids: Vec<String> = (count..count + calls)
            .map(|n| format!("call_{n}"))
            .collect();
        count += calls;
        if !ids.is_empty() {
            let calls: Vec<Value> = ids.iter().map(|id| call(id, "f", "{\"a\":1}")).collect();
            message["tool_calls"] = json!(calls);
        }
        messages.push(message);
        for id in ids {
            messages
                .push(json!({"role": "tool", "tool_call_id": id, "content": format!("of {id}")}));
        }
    }
    json!({"model": "m", "messages": messages})
}

proptest! {
    #[test]
    fn there_and_back_nothing_is_lost(turns in proptest::collection::vec(turn(), 1..4)) {
        let before = conversation(&turns);
        let target = target("gemini-2.5-pro");
        let (there, _) = converted(&before, &target).expect("converts");
        let there = there.to_string();
        let there: gemini::Request<'_> = serde_json::from_str(&there).expect("a request");
        let back = gemini_chat::convert(there, false, &Target { model: "m".to_owned(), ..target }, &mut Notes::default());
        let back = serde_json::to_value(back.expect("converts")).expect("JSON");
        prop_assert_eq!(back, before);
    }

    #[test]
    fn any_messages_are_survived(
        roles in proptest::collection::vec((0..6_usize, 0..6_usize), 0..6),
        model in prop_oneof![Just("gemini-3-pro"), Just("gemini-2.5-flash"), Just("")],
    ) {
        let names = ["system", "user", "assistant", "tool", "function", "x"];
        let contents = [json!(null), json!(""), json!("a"), json!([]), json!([{"type": "text", "text": ""}]), json!({})];
        let messages: Vec<Value> = roles
            .into_iter()
            .map(|(role, content)| json!({
                "role": names[role], "content": contents[content], "tool_call_id": "a",
                "tool_calls": if role == 2 { json!([call("a", "f", "{")]) } else { json!(null) },
            }))
            .collect();
        if let Ok((converted, _)) = converted(&json!({ "messages": messages }), &target(model)) {
            let contents = converted["contents"].as_array().expect("contents");
            prop_assert!(!contents.is_empty());
            for content in contents {
                let parts = content["parts"].as_array().expect("parts");
                prop_assert!(!parts.is_empty());
                let responses = parts.iter().filter(|part| part.get("functionResponse").is_some()).count();
                prop_assert!(responses == 0 || responses == parts.len());
            }
        }
    }
}
