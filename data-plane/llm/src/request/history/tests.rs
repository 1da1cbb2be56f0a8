//! What is left of a history of another vendor, and what of it is nobody's business.

use bytes::Bytes;
use serde_json::{Value, json};

use super::super::{ClientHeaders, Rendered, Request};
use crate::edge::Target;
use crate::format::Format;
use crate::provider::Service;

const CHAT: Format = Format::OpenAiChatCompletions;
const RESPONSES: Format = Format::OpenAiResponses;
const MESSAGES: Format = Format::AnthropicMessages;
const GEMINI: Format = Format::GeminiGenerateContent;

fn service(format: Format) -> Service {
    let prefix = "/v1".to_owned();
    if format == MESSAGES {
        return Service::Anthropic { prefix };
    }
    match format == GEMINI {
        true => Service::Gemini,
        false => Service::OpenAi { prefix },
    }
}

fn custom() -> Service {
    Service::Custom {
        prefix: "/v1".to_owned(),
        formats: Vec::new(),
        surfaces: Vec::new(),
    }
}

fn rendered(format: Format, service: &Service, model: &str, body: &str) -> Rendered {
    let target = Target {
        model: model.to_owned(),
        vendor: service.vendor(format),
        ..Target::default()
    };
    let path = match format == GEMINI {
        true => "/v1beta/models/m:generateContent",
        false => "/",
    };
    let request = Request::parse(format, path, Bytes::from(body.to_owned())).expect("a request");
    let rendered = request.render(service, format, &target, ClientHeaders::default());
    rendered.expect("rendered")
}

/// What the format's own vendor gets of a body, and what is noted.
#[track_caller]
fn check(format: Format, body: &Value, expected: &Value, dropped: &[&str]) {
    let rendered = rendered(format, &service(format), "m", &body.to_string());
    let told: Value = serde_json::from_slice(&rendered.body).expect("JSON");
    assert_eq!(told, *expected, "{told:#}");
    assert_eq!(rendered.dropped, dropped);
}

#[track_caller]
fn check_kept(format: Format, service: &Service, body: &str) {
    let rendered = rendered(format, service, "m", body);
    assert_eq!(rendered.body, body);
    assert!(rendered.dropped.is_empty(), "{:?}", rendered.dropped);
}

#[test]
fn chat_completions() {
    let long = format!("call_1__thought__{}", "Q+/=".repeat(30));
    let body = |id: &str, proof: Value| {
        let mut said = json!({"role": "assistant", "content": null, "tool_calls": [
            {"id": id, "type": "function", "function": {"name": "f", "arguments": "{\"n\":1e400}"}}
        ]});
        if let (Value::Object(said), Value::Object(proof)) = (&mut said, proof) {
            said.extend(proof);
        }
        json!({"model": "m", "messages": [{"role": "user", "content": "hi"}, said,
            {"role": "tool", "tool_call_id": id, "content": "1"}]})
    };
    let plain = body("call_1", json!({}));
    check(
        CHAT,
        &body(&long, json!({})),
        &plain,
        &["thought_signature"],
    );
    for proof in [
        json!({"reasoning_content": "hm", "reasoning_signature": "thinking:EqoB"}),
        json!({"reasoning_content": "hm", "reasoning_signature": "gemini:EqoB"}),
        json!({"reasoning_content": "hm", "thinking_blocks": [
            {"type": "thinking", "thinking": "hm", "signature": "responses:rs_1:EqoB"}]}),
        json!({"thinking_blocks": [{"type": "redacted_thinking", "data": "redacted_thinking:x"}]}),
    ] {
        let dropped = ["messages.reasoning_content"];
        check(CHAT, &body("call_1", proof), &plain, &dropped);
    }
    // What a server said of itself is its own.
    let own = json!({"reasoning_content": "hm", "reasoning_signature": "EqoB",
        "thinking_blocks": [{"type": "thinking", "thinking": "hm", "signature": "EqoB"}]});
    check_kept(CHAT, &service(CHAT), &body("call_1", own).to_string());
    let other = custom();
    let of_vllm = body(&format!("chatcmpl-tool-{}", "a".repeat(32)), json!({}));
    check_kept(CHAT, &other, &of_vllm.to_string());
    let mistral = rendered(
        CHAT,
        &other,
        "mistral-large",
        &body("toolu_01", json!({})).to_string(),
    );
    let told: Value = serde_json::from_slice(&mistral.body).expect("JSON");
    for place in ["/messages/1/tool_calls/0/id", "/messages/2/tool_call_id"] {
        let id = told.pointer(place).and_then(Value::as_str);
        assert_eq!(id, Some("10any3y80"), "{told}");
    }
}

#[test]
fn responses() {
    let call =
        |id: &str| json!({"type": "function_call", "call_id": id, "name": "f", "arguments": "{}"});
    let result = |id: &str| json!({"type": "function_call_output", "call_id": id, "output": "1"});
    let reason = |proof: &str| json!({"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": proof});
    let body = |items: Value| json!({"model": "m", "input": items});
    let id = "call_1__thought__Q+/=";
    check(
        RESPONSES,
        &body(json!([
            {"role": "user", "content": "hi"},
            reason("thinking:EqoB"), reason("redacted_thinking:x"), reason("thinking:"), reason("gAAA"),
            call(id), result(id)
        ])),
        &body(
            json!([{"role": "user", "content": "hi"}, reason("gAAA"), call("call_1"), result("call_1")]),
        ),
        &["input.reasoning", "thought_signature"],
    );
    let own = body(json!([reason("gAAA"), call("call_1"), result("call_1")]));
    check_kept(RESPONSES, &service(RESPONSES), &own.to_string());
    let said = body(json!("is thinking:x \"call_id\":\"a thing\" __thought__ ?"));
    check_kept(RESPONSES, &service(RESPONSES), &said.to_string());
}

fn messages(turns: &Value, more: &Value) -> Value {
    let mut body = json!({"model": "m", "max_tokens": 9000, "messages": turns});
    if let (Value::Object(body), Value::Object(more)) = (&mut body, more) {
        body.extend(more.clone());
    }
    body
}

fn turns(id: &str, before: &Value) -> Value {
    let mut said = before.as_array().expect("blocks").clone();
    said.push(json!({"type": "tool_use", "id": id, "name": "f", "input": {}}));
    json!([
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": said},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": id, "content": "1"}]}
    ])
}

#[test]
fn messages_of_anthropic() {
    let thought =
        |signature: &str| json!({"type": "thinking", "thinking": "hm", "signature": signature});
    let foreign = json!([thought("responses:rs_1:gAAA"), thought("gemini:EqoB")]);
    let none = json!({});
    check(
        MESSAGES,
        &messages(&turns("call.1__thought__Q+/=", &foreign), &none),
        &messages(&turns("call_1", &json!([])), &none),
        &["messages.content.thinking", "thought_signature"],
    );
    // Nothing is left of a turn.
    let body = json!([{"role": "user", "content": "hi"},
        {"role": "assistant", "content": [thought("gemini:EqoB")]}, {"role": "user", "content": "so?"}]);
    check(
        MESSAGES,
        &messages(&body, &none),
        &messages(
            &json!([{"role": "user", "content": "hi"}, {"role": "user", "content": "so?"}]),
            &none,
        ),
        &["messages.content.thinking"],
    );
    let own = messages(&turns("toolu_01", &json!([thought("EqoB")])), &none);
    check_kept(MESSAGES, &service(MESSAGES), &own.to_string());
    let other = custom();
    let of_kimi = messages(&turns("functions.f:0", &json!([])), &none);
    check_kept(MESSAGES, &other, &of_kimi.to_string());
}

#[test]
fn thinking_does_not_go_on_from_another_models_call() {
    let budget = json!({"thinking": {"type": "enabled", "budget_tokens": 2000},
        "context_management": {"edits": [{"type": "clear_thinking_20251015"}]}});
    let dropped = ["thinking", "context_management"];
    let turns_of = |id: &str| turns(id, &json!([]));
    let none = json!({});
    // Of OpenAI's call no mark tells, but its id.
    let told = messages(&turns_of("call_1"), &none);
    check(
        MESSAGES,
        &messages(&turns_of("call_1"), &budget),
        &told,
        &dropped,
    );
    let foreign = json!([{"type": "thinking", "thinking": "", "signature": "gemini:EqoB"}]);
    let dropped = [
        "messages.content.thinking",
        "thinking",
        "context_management",
    ];
    check(
        MESSAGES,
        &messages(&turns("call_1", &foreign), &budget),
        &told,
        &dropped,
    );
    let adaptive = json!({"thinking": {"type": "adaptive"}});
    let kept = messages(&turns_of("call_1"), &adaptive);
    check_kept(MESSAGES, &service(MESSAGES), &kept.to_string());
    // Bedrock's ids are its own, and so are its proofs.
    let proven = json!([{"type": "thinking", "thinking": "hm", "signature": "EqoB"}]);
    let kept = messages(&turns("tooluse_01", &proven), &budget);
    check_kept(MESSAGES, &service(MESSAGES), &kept.to_string());
}

#[test]
fn contents_of_gemini() {
    let body = |part: Value| {
        json!({"contents": [{"role": "user", "parts": [{"text": "hi"}]}, {"role": "model", "parts": [part]},
        {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {}}}]}]})
    };
    let call = json!({"functionCall": {"name": "f", "args": {}}});
    let mut signed = call.clone();
    if let Value::Object(signed) = &mut signed {
        let none = json!("skip_thought_signature_validator");
        signed.insert("thoughtSignature".to_owned(), none);
    }
    let text = body(signed.clone()).to_string();
    let level = rendered(GEMINI, &Service::Gemini, "gemini-3-pro", &text);
    assert_eq!(level.body, text);
    check(GEMINI, &body(signed), &body(call), &[]);
}

#[test]
fn what_is_kept_keeps_its_bytes() {
    let body = r#"{ "model":"m", "seed":12345678901234567890, "messages":[ {"role":"user","content":"a\ud83d"},{"role":"assistant", "tool_calls" : [{"id" : "c__thought__x", "type":"function","function":{ "name":"f" , "arguments":"{}"}}]}, {"tool_call_id" : "c__thought__x","role":"tool","content": [ ]}]}"#;
    let told = rendered(CHAT, &service(CHAT), "m", body);
    assert_eq!(
        told.body,
        r#"{"model":"m","seed":12345678901234567890,"messages":[{"role":"user","content":"a\ud83d"},{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{ "name":"f" , "arguments":"{}"}}]},{"tool_call_id":"c","role":"tool","content":[ ]}]}"#
    );
}
