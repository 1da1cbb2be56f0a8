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
