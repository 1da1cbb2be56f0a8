//! Names that a provider does not take, through every pair of formats (rules after the vendors' references, see
//! [`NameRule`](crate::tool_names::NameRule)).

use serde_json::{Value, json};

use crate::dispatch::{Asked, Converted, convert};
use crate::format::Format;
use crate::text::JsonText;
use crate::{ClientHeaders, Notes, Target, Vendor};

const CHAT: Format = Format::OpenAiChatCompletions;
const RESPONSES: Format = Format::OpenAiResponses;
const MESSAGES: Format = Format::AnthropicMessages;
const CONVERSE: Format = Format::BedrockConverse;
const GEMINI: Format = Format::GeminiGenerateContent;

/// Two tools, of which `name` was called, answered, and is to be called again.
fn request(client: Format, name: &str) -> Value {
    let schema = json!({"type": "object", "properties": {"name": {"type": "string"}}});
    match client {
        Format::OpenAiChatCompletions => json!({
            "model": "m",
            "messages": [
                {"role": "user", "content": "hi"},
                {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function",
                    "function": {"name": name, "arguments": "{\"name\":1}"}}]},
                {"role": "tool", "tool_call_id": "c1", "content": "done"}
            ],
            "tools": [
                {"type": "function", "function": {"name": "plain", "parameters": schema}},
                {"type": "function", "function": {"name": name, "parameters": schema}}
            ],
            "tool_choice": {"type": "function", "function": {"name": name}}
        }),
        Format::OpenAiResponses => json!({
            "model": "m",
            "input": [
                {"role": "user", "content": "hi"},
                {"type": "function_call", "call_id": "c1", "name": name, "arguments": "{\"name\":1}"},
                {"type": "function_call_output", "call_id": "c1", "output": "done"}
            ],
            "tools": [
                {"type": "function", "name": "plain", "parameters": schema},
                {"type": "function", "name": name, "parameters": schema}
            ],
            "tool_choice": {"type": "function", "name": name}
        }),
        Format::AnthropicMessages => json!({
            "model": "m", "max_tokens": 9,
            "messages": [
                {"role": "user", "content": "hi"},
                {"role": "assistant", "content": [{"type": "tool_use", "id": "c1", "name": name, "input": {"name": 1}}]},
                {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "c1", "content": "done"}]}
            ],
            "tools": [
                {"name": "plain", "input_schema": schema},
                {"name": name, "input_schema": schema}
            ],
            "tool_choice": {"type": "tool", "name": name}
        }),
        Format::GeminiGenerateContent => json!({
            "contents": [
                {"role": "user", "parts": [{"text": "hi"}]},
                {"role": "model", "parts": [{"functionCall": {"name": name, "args": {"name": 1}}}]},
                {"role": "user", "parts": [{"functionResponse": {"name": name, "response": {"result": "done"}}}]}
            ],
            "tools": [{"functionDeclarations": [{"name": "plain"}, {"name": name}]}],
            "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": [name]}}
        }),
        Format::BedrockConverse => json!({}),
    }
}

fn converted(formats: (Format, Format), vendor: Vendor, body: &str) -> Converted {
    let target = Target {
        model: "m".to_owned(),
        vendor,
        ..Target::default()
    };
    let asked = Asked {
        is_streamed: false,
        headers: ClientHeaders::default(),
        mark: None,
    };
    convert(formats, body, asked, &target, &mut Notes::default()).expect("converted")
}

/// The places of a body in which a name of a tool stands.
fn names(provider: Format, body: &Value) -> Vec<&str> {
    let places: &[&str] = match provider {
        Format::OpenAiChatCompletions => &[
            "/tools/0/function/name",
            "/tools/1/function/name",
            "/messages/1/tool_calls/0/function/name",
            "/tool_choice/function/name",
        ],
        Format::OpenAiResponses => &[
            "/tools/0/name",
            "/tools/1/name",
            "/input/1/name",
            "/tool_choice/name",
        ],
        Format::AnthropicMessages => &[
            "/tools/0/name",
            "/tools/1/name",
            "/messages/1/content/0/name",
            "/tool_choice/name",
        ],
        Format::BedrockConverse => &[
            "/toolConfig/tools/0/toolSpec/name",
            "/toolConfig/tools/1/toolSpec/name",
            "/messages/1/content/0/toolUse/name",
            "/toolConfig/toolChoice/tool/name",
        ],
        Format::GeminiGenerateContent => &[
            "/tools/0/functionDeclarations/0/name",
            "/tools/0/functionDeclarations/1/name",
            "/contents/1/parts/0/functionCall/name",
            "/toolConfig/functionCallingConfig/allowedFunctionNames/0",
        ],
    };
    let text = |place: &&str| body.pointer(place).and_then(Value::as_str);
    places
        .iter()
        .map(|place| text(place).unwrap_or(place))
        .collect()
}

#[track_caller]
fn check(formats: (Format, Format), vendor: Vendor, said: &str, told: &str) {
    let body = request(formats.0, said).to_string();
    let converted = converted(formats, vendor, &body);
    let written: Value = serde_json::from_slice(&converted.body).expect("json");
    let found = names(formats.1, &written);
    assert_eq!(found, ["plain", told, told, told], "{formats:?}: {written}");
    let back = JsonText::plain(told);
    let restored = converted.tool_names.restore(&back);
    let restored = restored.unwrap_or(back.reborrow());
    assert_eq!(restored.decode(), said, "{formats:?}");
}

#[test]
fn names_are_told_as_each_provider_takes_them() {
    let long = format!("mcp__a__{}", "x".repeat(60));
    let short = format!("mcp__a__{}_ddd907", "x".repeat(49));
    for client in [CHAT, RESPONSES, MESSAGES, GEMINI] {
        for provider in [CHAT, RESPONSES, MESSAGES, CONVERSE, GEMINI] {
            if client == provider {
                continue;
            }
            let formats = (client, provider);
            check(formats, Vendor::Other, "a-B_9", "a-B_9");
            check(formats, Vendor::Other, "fs/read", "fs_read");
            check(formats, Vendor::Other, &long, &short);
            let dotted = if provider == GEMINI {
                "fs.read"
            } else {
                "fs_read"
            };
            check(formats, Vendor::Other, "fs.read", dotted);
            let digit = if provider == GEMINI { "_2nd" } else { "2nd" };
            check(formats, Vendor::Other, "2nd", digit);
        }
    }
    check((CHAT, MESSAGES), Vendor::Anthropic, &long, &long);
    check((CHAT, MESSAGES), Vendor::Anthropic, "fs.read", "fs_read");
}

#[test]
fn what_is_no_name_keeps_its_bytes() {
    let body = request(CHAT, "fs.read").to_string();
    let body = body.replace(r#"{\"name\":1}"#, r#"{\"name\":1e400}"#);
    let converted = converted((CHAT, RESPONSES), Vendor::OpenAi, &body);
    let text = String::from_utf8(converted.body).expect("utf-8");
    assert!(text.contains(r#""arguments":"{\"name\":1e400}""#), "{text}");
    assert!(
        text.contains(r#""properties":{"name":{"type":"string"}}"#),
        "{text}"
    );
}

#[test]
fn a_list_of_allowed_tools_is_told_too() {
    let mut body = request(RESPONSES, "fs.read");
    let allowed = json!({"type": "allowed_tools", "mode": "auto", "tools": [
        {"type": "function", "name": "plain"}, {"type": "function", "name": "fs.read"}]});
    body.as_object_mut()
        .expect("object")
        .insert("tool_choice".to_owned(), allowed);
    let converted = converted((RESPONSES, CHAT), Vendor::OpenAi, &body.to_string());
    let text = String::from_utf8(converted.body).expect("utf-8");
    assert!(!text.contains("fs.read"), "{text}");
}

/// The ids of a call and of its result, with this one in place of `c1`.
#[track_caller]
fn check_ids(provider: Format, model: &str, id: &str, told: &str) {
    let body = request(MESSAGES, "f").to_string().replace("c1", id);
    let target = Target {
        model: model.to_owned(),
        ..Target::default()
    };
    let asked = Asked {
        is_streamed: false,
        headers: ClientHeaders::default(),
        mark: None,
    };
    let formats = (MESSAGES, provider);
    let converted = convert(formats, &body, asked, &target, &mut Notes::default());
    let body = converted.expect("converted").body;
    let body: Value = serde_json::from_slice(&body).expect("json");
    let (call, result) = if provider == CHAT {
        ("/messages/1/tool_calls/0/id", "/messages/2/tool_call_id")
    } else {
        ("/input/1/call_id", "/input/2/call_id")
    };
    for place in [call, result] {
        let found = body.pointer(place).and_then(Value::as_str);
        assert_eq!(found, Some(told), "{model}: {body}");
    }
}

#[test]
fn ids_of_calls_are_told_as_each_provider_takes_them() {
    let long = "a".repeat(65);
    let to = |length: usize| format!("{}_3faf5d", "a".repeat(length - 7));
    check_ids(CHAT, "qwen3", "toolu_01", "toolu_01");
    check_ids(CHAT, "qwen3", &long, &to(40));
    check_ids(RESPONSES, "gpt-5", &long, &to(64));
    for model in [
        "mistral-large",
        "mistralai/Ministral-8B",
        "open-mixtral-8x7b",
    ] {
        check_ids(CHAT, model, "abcdefgh1", "abcdefgh1");
        check_ids(CHAT, model, "toolu_01", "10any3y80");
    }
    check_ids(CHAT, "gpt-mistral", "toolu_01", "toolu_01");
}

/// A body with a thought of another vendor's and two calls, of which the ids carry what Gemini signed.
fn signed(client: Format, is_signed: bool) -> Value {
    let id = |name: &str| match is_signed && name == "c1" {
        true => format!("{name}__thought__Q+/="),
        false => name.to_owned(),
    };
    let (first, second) = (id("c1"), id("c2"));
    if client == MESSAGES {
        return json!({"model": "m", "max_tokens": 9, "messages": [
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "hm", "signature": "gemini:EqoB"},
                {"type": "tool_use", "id": first, "name": "f", "input": {}},
                {"type": "tool_use", "id": second, "name": "f", "input": {}}]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": first, "content": "1"},
                {"type": "tool_result", "tool_use_id": second, "content": "2"}]}]});
    }
    json!({"model": "m", "input": [
            {"role": "user", "content": "hi"},
            {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "thinking:EqoB"},
            {"type": "function_call", "call_id": first, "name": "f", "arguments": "{}"},
            {"type": "function_call", "call_id": second, "name": "f", "arguments": "{}"},
            {"type": "function_call_output", "call_id": first, "output": "1"},
            {"type": "function_call_output", "call_id": second, "output": "2"}]})
}

/// The calls and results of chat completions, and what is noted.
#[track_caller]
fn check_signed(
    client: Format,
    is_signed: bool,
    target: &Target,
    expected: &Value,
) -> Vec<&'static str> {
    let asked = Asked {
        is_streamed: false,
        headers: ClientHeaders::default(),
        mark: None,
    };
    let mut notes = Notes::default();
    let body = signed(client, is_signed).to_string();
    let converted = convert((client, CHAT), &body, asked, target, &mut notes);
    let body = converted.expect("converted").body;
    let body: Value = serde_json::from_slice(&body).expect("json");
    let said = body.pointer("/messages/1").expect("a message");
    assert_eq!(said.get("thinking_blocks"), None, "{body}");
    let extra = |at: usize| {
        said.pointer(&format!(
            "/tool_calls/{at}/extra_content/google/thought_signature"
        ))
    };
    assert_eq!(json!([extra(0), extra(1)]), *expected, "{body}");
    for (place, id) in [
        ("/messages/1/tool_calls/0/id", "c1"),
        ("/messages/1/tool_calls/1/id", "c2"),
        ("/messages/2/tool_call_id", "c1"),
        ("/messages/3/tool_call_id", "c2"),
    ] {
        assert_eq!(
            body.pointer(place).and_then(Value::as_str),
            Some(id),
            "{body}"
        );
    }
    notes.dropped
}

#[test]
fn thought_signatures_go_to_googles_openai_surface() {
    let target = |vendor, model: &str| Target {
        model: model.to_owned(),
        vendor,
        ..Target::default()
    };
    let none = json!("skip_thought_signature_validator");
    for client in [MESSAGES, RESPONSES] {
        for vendor in [Vendor::Gemini, Vendor::Vertex] {
            let level = target(vendor, "google/gemini-3-pro");
            check_signed(client, true, &level, &json!(["Q+/=", null]));
            check_signed(client, false, &level, &json!([none, null]));
            let budget = target(vendor, "gemini-2.5-flash");
            check_signed(client, true, &budget, &json!(["Q+/=", null]));
            check_signed(client, false, &budget, &json!([null, null]));
        }
        for vendor in [Vendor::OpenAi, Vendor::Other] {
            let other = target(vendor, "gemini-3-pro");
            let dropped = check_signed(client, true, &other, &json!([null, null]));
            assert!(dropped.contains(&"thought_signature"), "{dropped:?}");
        }
    }
    let dropped = check_signed(
        RESPONSES,
        false,
        &target(Vendor::Other, "m"),
        &json!([null, null]),
    );
    assert_eq!(dropped, ["input.reasoning"]);
}
