//! Requests after Google's guides ("Text generation", "Function calling", "Image understanding", "Structured output",
//! "Thinking"); what is expected after OpenAI's API reference.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::convert;
use crate::shape::gemini;
use crate::{Cause, Notes, Target, Unconvertible, Vendor};

fn target(vendor: Vendor, model: &str) -> Target {
    Target {
        model: model.to_owned(),
        vendor,
        ..Target::default()
    }
}

fn converted(
    request: &Value,
    target: &Target,
) -> Result<(Value, Vec<&'static str>), Unconvertible> {
    let request = request.to_string();
    let request: gemini::Request<'_> = serde_json::from_str(&request).expect("a request");
    let mut notes = Notes::default();
    let converted = convert(request, false, target, &mut notes)?;
    Ok((
        serde_json::to_value(&converted).expect("JSON"),
        notes.dropped,
    ))
}

#[track_caller]
fn check(request: Value, expected: Value, dropped: &[&str]) {
    let (converted, notes) = converted(&request, &target(Vendor::Other, "m")).expect("converts");
    assert_eq!(converted, expected);
    assert_eq!(notes, dropped);
}

#[track_caller]
fn check_messages(contents: Value, expected: Value) {
    let (converted, _) = converted(
        &json!({ "contents": contents }),
        &target(Vendor::Other, "m"),
    )
    .expect("converts");
    assert_eq!(converted["messages"], expected);
}

/// Checks one member of the result of a request that says hi.
#[track_caller]
fn check_member(target: &Target, with: Value, member: &str, expected: Value) {
    let mut request = json!({"contents": [{"parts": [{"text": "hi"}]}]});
    for (key, value) in with.as_object().expect("members") {
        request[key] = value.clone();
    }
    let (converted, _) = converted(&request, target).expect("converts");
    let found = converted.get(member).cloned().unwrap_or(Value::Null);
    assert_eq!(found, expected, "{request}");
}

#[track_caller]
fn check_refused(request: Value, field: &str, cause: Cause) {
    let error = converted(&request, &target(Vendor::OpenAi, "gpt-4o")).expect_err("refused");
    assert_eq!(
        (error.field.as_ref(), error.cause),
        (field, cause),
        "{error}"
    );
}

#[test]
fn a_conversation() {
    check(
        json!({
            "system_instruction": {"parts": [{"text": "You are a cat."}, {"text": "Your name is Neko."}]},
            "contents": [
                {"parts": [{"text": "Hello"}]},
                {"role": "model", "parts": [{"text": "Mi"}, {"text": "au", "thoughtSignature": "QQ=="}, {"text": "hm", "thought": true}, {"text": ""}]},
                {"role": "user", "parts": [{"text": "a"}, {"text": "b"}]},
                {"role": "user", "parts": []},
            ],
            "generationConfig": {
                "temperature": 1.0, "topP": 0.8, "topK": 10, "maxOutputTokens": 800, "stopSequences": ["Title"],
                "candidateCount": 1, "seed": 5, "presencePenalty": 0.1, "frequencyPenalty": 0.2,
            },
            "safetySettings": [],
        }),
        json!({
            "model": "m",
            "messages": [
                {"role": "system", "content": "You are a cat.\nYour name is Neko."},
                {"role": "user", "content": "Hello"},
                {"role": "assistant", "content": "Miau"},
                {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
            ],
            "max_tokens": 800, "temperature": 1.0, "top_p": 0.8, "top_k": 10, "stop": ["Title"], "seed": 5,
            "frequency_penalty": 0.2, "presence_penalty": 0.1,
        }),
        &[
            "safetySettings",
            "contents.parts.thoughtSignature",
            "contents.parts.thought",
        ],
    );
}

#[test]
fn a_stream_asks_for_usage() {
    let request: gemini::Request<'_> =
        serde_json::from_str(r#"{"contents":[{"parts":[{"text":"a"}]}]}"#).expect("a request");
    let converted = convert(
        request,
        true,
        &target(Vendor::OpenAi, "gpt-4o"),
        &mut Notes::default(),
    )
    .expect("converts");
    assert_eq!(
        serde_json::to_string(&converted).expect("JSON"),
        r#"{"model":"gpt-4o","messages":[{"role":"user","content":"a"}],"stream":true,"stream_options":{"include_usage":true}}"#
    );
}

#[test]
fn calls_get_ids_and_results_find_them() {
    let tool_call = |id: &str, name: &str, arguments: &str| json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}});
    check_messages(
        json!([
            {"role": "user", "parts": [{"text": "Turn this place into a party!"}]},
            {"role": "model", "parts": [
                {"functionCall": {"name": "ball", "args": {"power": true, "n": 1.50}}},
                {"functionCall": {"name": "music"}},
                {"functionCall": {"name": "ball", "args": {}}},
                {"functionCall": {"id": "given", "name": "music", "args": {}}},
            ]},
            {"role": "user", "parts": [
                {"functionResponse": {"id": "given", "name": "music", "response": {"a": 1}}},
                {"text": "more"},
                {"functionResponse": {"name": "ball", "response": {"result": "first"}}},
                {"functionResponse": {"name": "music", "response": null}},
                {"functionResponse": {"name": "ball", "response": {"output": "x", "error": "y"}}},
            ]},
            {"role": "model", "parts": [{"functionCall": {"name": "ball"}}]},
            {"role": "function", "parts": [{"functionResponse": {"name": "ball", "response": {"output": "late"},
                "parts": [{"inlineData": {"mimeType": "image/png", "data": "QQ=="}}]}}]},
        ]),
        json!([
            {"role": "user", "content": "Turn this place into a party!"},
            {"role": "assistant", "tool_calls": [
                tool_call("call_0", "ball", "{\"power\":true,\"n\":1.5}"), tool_call("call_1", "music", "{}"),
                tool_call("call_2", "ball", "{}"), tool_call("given", "music", "{}"),
            ]},
            {"role": "tool", "tool_call_id": "given", "content": "{\"a\":1}"},
            {"role": "tool", "tool_call_id": "call_0", "content": "first"},
            {"role": "tool", "tool_call_id": "call_1", "content": ""},
            {"role": "tool", "tool_call_id": "call_2", "content": "{\"output\":\"x\",\"error\":\"y\"}"},
            {"role": "user", "content": "more"},
            {"role": "assistant", "tool_calls": [tool_call("call_4", "ball", "{}")]},
            {"role": "tool", "tool_call_id": "call_4", "content": "late"},
            {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,QQ=="}}]},
        ]),
    );
    check_refused(
        json!({"contents": [{"parts": [{"text": "a"}, {"functionResponse": {"name": "f", "response": {}}}]}]}),
        "contents[0].parts[1].functionResponse",
        Cause::Invalid,
    );
}

#[test]
fn signatures_go_to_google_only() {
    let request = json!({"contents": [{"role": "model", "parts": [{"functionCall": {"name": "f"}, "thoughtSignature": "QQ=="}]}]});
    let (google, notes) =
        converted(&request, &target(Vendor::Gemini, "gemini-3-pro")).expect("converts");
    assert_eq!(
        google["messages"][0]["tool_calls"][0]["extra_content"],
        json!({"google": {"thought_signature": "QQ=="}})
    );
    assert!(notes.is_empty());
    let (other, notes) = converted(&request, &target(Vendor::OpenAi, "gpt-5")).expect("converts");
    assert!(
        other["messages"][0]["tool_calls"][0]
            .get("extra_content")
            .is_none()
    );
    assert_eq!(notes, ["contents.parts.thoughtSignature"]);
}

#[test]
fn media() {
    let blob = |mime_type: &str| json!({"inline_data": {"mime_type": mime_type, "data": "QQ=="}});
    for (part, expected) in [
        (
            blob("image/jpeg"),
            json!({"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,QQ=="}}),
        ),
        (
            blob("audio/mpeg"),
            json!({"type": "input_audio", "input_audio": {"data": "QQ==", "format": "mp3"}}),
        ),
        (
            blob("audio/wav;rate=16000"),
            json!({"type": "input_audio", "input_audio": {"data": "QQ==", "format": "wav"}}),
        ),
        (
            blob("application/pdf"),
            json!({"type": "file", "file": {"filename": "file.pdf", "file_data": "data:application/pdf;base64,QQ=="}}),
        ),
        (
            json!({"inlineData": {"mimeType": "application/pdf", "data": "QQ==", "displayName": "a.pdf"}}),
            json!({"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,QQ=="}}),
        ),
        (
            json!({"fileData": {"mimeType": "image/png", "fileUri": "https://example.com/a"}}),
            json!({"type": "image_url", "image_url": {"url": "https://example.com/a"}}),
        ),
        (
            json!({"fileData": {"fileUri": "https://example.com/a.JPG?x=1"}}),
            json!({"type": "image_url", "image_url": {"url": "https://example.com/a.JPG?x=1"}}),
        ),
    ] {
        check_messages(
            json!([{"parts": [part]}]),
            json!([{"role": "user", "content": [expected]}]),
        );
    }
    let uri = |uri: &str| json!({"fileData": {"mimeType": "image/png", "fileUri": uri}});
    for (part, field) in [
        (
            blob("video/mp4"),
            "contents[0].parts[0].inlineData.mimeType",
        ),
        (
            blob("audio/flac"),
            "contents[0].parts[0].inlineData.mimeType",
        ),
        (uri("gs://b/a.png"), "contents[0].parts[0].fileData.fileUri"),
        (
            uri("https://generativelanguage.googleapis.com/v1beta/files/a"),
            "contents[0].parts[0].fileData.fileUri",
        ),
        (
            json!({"fileData": {"fileUri": "https://youtu.be/a"}}),
            "contents[0].parts[0].fileData.fileUri",
        ),
        (
            json!({"executableCode": {"code": "x"}}),
            "contents[0].parts[0]",
        ),
        (json!({}), "contents[0].parts[0]"),
    ] {
        check_refused(
            json!({"contents": [{"parts": [part]}]}),
            field,
            Cause::Unsupported,
        );
    }
    check_refused(
        json!({"contents": [{"role": "model", "parts": [blob("image/png")]}]}),
        "contents[0].parts[0]",
        Cause::Unsupported,
    );
}

#[test]
fn tools_and_their_choice() {
    let other = target(Vendor::Other, "m");
    let tools = json!([
        {"functionDeclarations": [
            {"name": "f", "description": "d", "parameters": {"type": "OBJECT", "properties": {"a": {"type": "STRING"}}}},
            {"name": "g", "parametersJsonSchema": {"type": "object", "properties": {"b": {"const": 1.50}}}, "response": {}},
            {"name": "h"},
        ]},
        {"google_search": {}},
    ]);
    let function = |name: &str| json!({"type": "function", "function": {"name": name}});
    let f = json!({"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "object", "properties": {"a": {"type": "string"}}}}});
    let g = json!({"type": "function", "function": {"name": "g", "parameters": {"type": "object", "properties": {"b": {"const": 1.50}}}}});
    check_member(
        &other,
        json!({ "tools": tools }),
        "tools",
        json!([f, g, function("h")]),
    );
    let (_, notes) = converted(
        &json!({"contents": [{"parts": [{"text": "a"}]}], "tools": tools}),
        &other,
    )
    .expect("converts");
    assert_eq!(
        notes,
        ["tools.functionDeclarations.response", "tools.googleSearch"]
    );
    let with = |mode: &str, allowed: Value| json!({"tools": tools, "toolConfig": {"functionCallingConfig": {"mode": mode, "allowedFunctionNames": allowed}}});
    for (mode, allowed, choice, left) in [
        ("AUTO", json!([]), json!("auto"), 3),
        ("NONE", json!([]), json!("none"), 3),
        ("ANY", json!([]), json!("required"), 3),
        ("any", json!(["f"]), function("f"), 3),
        ("ANY", json!(["f", "h"]), json!("required"), 2),
        ("VALIDATED", json!(["f"]), json!("auto"), 1),
        ("MODE_UNSPECIFIED", json!([]), Value::Null, 3),
    ] {
        check_member(&other, with(mode, allowed.clone()), "tool_choice", choice);
        let mut request = with(mode, allowed);
        request["contents"] = json!([{"parts": [{"text": "a"}]}]);
        let (converted, _) = converted(&request, &other).expect("converts");
        assert_eq!(
            converted["tools"].as_array().map(Vec::len),
            Some(left),
            "{mode}"
        );
    }
    check_member(
        &other,
        json!({"toolConfig": {"functionCallingConfig": {"mode": "ANY"}}}),
        "tool_choice",
        Value::Null,
    );
    let mut wrong = with("SOMETIMES", json!([]));
    wrong["contents"] = json!([{"parts": [{"text": "a"}]}]);
    check_refused(
        wrong,
        "toolConfig.functionCallingConfig.mode",
        Cause::Invalid,
    );
    check_refused(
        json!({"contents": [{"parts": [{"text": "a"}]}], "tools": [{"functionDeclarations": [{"name": "f", "parameters": 7}]}]}),
        "tools[0].functionDeclarations[0].parameters",
        Cause::Invalid,
    );
}

#[test]
fn forms_of_the_answer() {
    let other = target(Vendor::Other, "m");
    let format = |schema: Value| json!({"type": "json_schema", "json_schema": {"name": "structured_output", "schema": schema}});
    for (config, expected) in [
        (json!({"responseMimeType": "text/plain"}), Value::Null),
        (
            json!({"response_mime_type": "application/json"}),
            json!({"type": "json_object"}),
        ),
        (
            json!({"responseMimeType": "application/json", "responseSchema": {"type": "ARRAY", "items": {"type": "STRING"}}}),
            format(json!({"type": "array", "items": {"type": "string"}})),
        ),
        (
            json!({"responseMimeType": "application/json", "responseJsonSchema": {"const": 1}}),
            format(json!({"const": 1})),
        ),
    ] {
        check_member(
            &other,
            json!({ "generationConfig": config }),
            "response_format",
            expected,
        );
    }
    let said = json!([{"parts": [{"text": "a"}]}]);
    check_refused(
        json!({"contents": said, "generationConfig": {"responseMimeType": "text/x.enum"}}),
        "generationConfig.responseMimeType",
        Cause::Unsupported,
    );
    check_refused(
        json!({"contents": said, "generationConfig": {"responseModalities": ["TEXT", "IMAGE"]}}),
        "generationConfig.responseModalities",
        Cause::Unsupported,
    );
    check_refused(
        json!({"contents": said, "cachedContent": "cachedContents/1"}),
        "cachedContent",
        Cause::Unsupported,
    );
    check_refused(json!({"contents": []}), "contents", Cause::Invalid);
    check_refused(
        json!({"contents": [{"role": "robot", "parts": []}]}),
        "contents[0].role",
        Cause::Invalid,
    );
    check_refused(
        json!({"contents": said, "systemInstruction": {"parts": [{"inlineData": {"mimeType": "image/png", "data": "QQ=="}}]}}),
        "systemInstruction.parts[0]",
        Cause::Unsupported,
    );
}

#[test]
fn names_of_limits_by_vendor() {
    let with = json!({"generationConfig": {"maxOutputTokens": 5, "topK": 3, "candidateCount": 2}});
    let openai = target(Vendor::OpenAi, "gpt-4o");
    check_member(&openai, with.clone(), "max_completion_tokens", json!(5));
    check_member(&openai, with.clone(), "max_tokens", Value::Null);
    check_member(&openai, with.clone(), "top_k", Value::Null);
    check_member(&openai, with, "n", json!(2));
}

#[test]
fn reasoning_by_model() {
    for (vendor, model, config, expected) in [
        (
            Vendor::OpenAi,
            "gpt-5",
            json!({"thinkingLevel": "HIGH"}),
            json!("high"),
        ),
        (
            Vendor::OpenAi,
            "gpt-5",
            json!({"thinking_level": "low", "include_thoughts": true}),
            json!("low"),
        ),
        (
            Vendor::OpenAi,
            "gpt-5",
            json!({"thinkingBudget": 0}),
            json!("minimal"),
        ),
        (
            Vendor::OpenAi,
            "gpt-5.1",
            json!({"thinkingBudget": 0}),
            json!("none"),
        ),
        (
            Vendor::OpenAi,
            "o3",
            json!({"thinkingLevel": "minimal"}),
            json!("low"),
        ),
        (
            Vendor::OpenAi,
            "o4-mini",
            json!({"thinkingBudget": 2000}),
            json!("medium"),
        ),
        (
            Vendor::OpenAi,
            "o3",
            json!({"thinkingBudget": 24576}),
            json!("high"),
        ),
        (
            Vendor::OpenAi,
            "o3",
            json!({"thinkingBudget": -1}),
            Value::Null,
        ),
        (Vendor::OpenAi, "o3", json!({}), Value::Null),
        (
            Vendor::OpenAi,
            "gpt-4o",
            json!({"thinkingLevel": "high"}),
            Value::Null,
        ),
        (
            Vendor::OpenAi,
            "gpt-5-chat-latest",
            json!({"thinkingLevel": "high"}),
            Value::Null,
        ),
        (
            Vendor::Other,
            "gpt-oss-120b",
            json!({"thinkingBudget": 1024}),
            json!("low"),
        ),
    ] {
        let with = json!({"generationConfig": {"thinkingConfig": config}});
        check_member(&target(vendor, model), with, "reasoning_effort", expected);
    }
}

/// What any client of Gemini sends, and OpenAI's models refuse.
#[test]
fn reasoning_models_are_not_sent_what_they_refuse() {
    let config = json!({"temperature": 0.2, "topP": 0.9, "stopSequences": ["x"], "frequencyPenalty": 0.5,
        "presencePenalty": 0.0, "maxOutputTokens": 9, "thinkingConfig": {"thinkingBudget": 2000}});
    let tools = json!([{"functionDeclarations": [{"name": "f"}]}]);
    let all = ["temperature", "topP", "frequencyPenalty", "stopSequences"];
    for (model, has_tools, effort, dropped) in [
        ("o3", false, json!("medium"), all.to_vec()),
        ("gpt-5", true, json!("medium"), all.to_vec()),
        ("gpt-5.1", false, json!("medium"), all.to_vec()),
        (
            "gpt-5.4",
            true,
            Value::Null,
            vec!["thinkingConfig", "frequencyPenalty", "stopSequences"],
        ),
        ("gpt-6", false, json!("medium"), all.to_vec()),
        ("gpt-4o", false, Value::Null, vec!["thinkingConfig"]),
    ] {
        let mut request =
            json!({"contents": [{"parts": [{"text": "hi"}]}], "generationConfig": config});
        if has_tools {
            request["tools"] = tools.clone();
        }
        let (chat, notes) = converted(&request, &target(Vendor::OpenAi, model)).expect("converts");
        let notes: Vec<_> = notes
            .iter()
            .filter_map(|field| field.strip_prefix("generationConfig."))
            .collect();
        assert_eq!(
            (&chat["reasoning_effort"], &notes),
            (&effort, &dropped),
            "{model}"
        );
        let has = |field: &str| chat.get(field).is_some();
        assert_eq!(
            has("temperature"),
            !notes.contains(&"temperature"),
            "{model}"
        );
        assert_eq!(has("top_p"), !notes.contains(&"topP"), "{model}");
        assert_eq!(has("stop"), !notes.contains(&"stopSequences"), "{model}");
        assert_eq!(has("presence_penalty"), model == "gpt-4o", "{model}");
    }
}

proptest! {
    #[test]
    fn any_contents_are_survived(parts in proptest::collection::vec((0..3_usize, 0..6_usize), 0..8)) {
        let roles = ["user", "model", "function"];
        let kinds = [
            json!({"text": "a"}),
            json!({"text": ""}),
            json!({"functionCall": {"name": "f", "args": {"a": 1}}}),
            json!({"functionResponse": {"name": "f", "response": {"a": 1}}}),
            json!({"inlineData": {"mimeType": "image/png", "data": ""}}),
            json!({"thought": true, "text": "b"}),
        ];
        let contents: Vec<Value> = parts
            .into_iter()
            .map(|(role, kind)| json!({"role": roles[role], "parts": [kinds[kind]]}))
            .collect();
        let request = json!({ "contents": contents });
        let Ok((converted, _)) = converted(&request, &target(Vendor::Other, "m")) else {
            return Ok(());
        };
        // Each result has a call in front of it, and no call two.
        let mut open = Vec::new();
        for message in converted["messages"].as_array().expect("messages") {
            for call in message["tool_calls"].as_array().into_iter().flatten() {
                prop_assert!(!open.contains(&call["id"]));
                open.push(call["id"].clone());
            }
            if message["role"] == "tool" {
                let at = open.iter().position(|id| *id == message["tool_call_id"]);
                prop_assert!(at.is_some());
                open.remove(at.expect("found"));
            }
        }
    }
}
