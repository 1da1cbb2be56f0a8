//! Conversations that one provider began and another goes on with: what it is sent of them, over the cases of `testdata/turns`.
//!
//! Owns how a client sends back what it got. What is in the files, and how they are blessed, is told in their README.

use std::fs;

use bytes::Bytes;
use dp_llm::edge::Target;
use dp_llm::format::Format;
use dp_llm::preference::{Demands, choose};
use dp_llm::provider::Service;
use dp_llm::relay::Plan;
use dp_llm::request::{ClientHeaders, Rendered, Request};
use dp_llm::tap::Framing;
use serde_json::{Value, json};

use super::cases::{self, Goldens, fed, readable};

const CLIENTS: [(&str, Format); 4] = [
    ("chat", Format::OpenAiChatCompletions),
    ("responses", Format::OpenAiResponses),
    ("messages", Format::AnthropicMessages),
    ("gemini", Format::GeminiGenerateContent),
];

/// Who is asked.
const SIDES: [&str; 6] = [
    "openai",
    "anthropic",
    "bedrock",
    "gemini",
    "mistral",
    "responses",
];

/// What answers are read from, by turns.
const ANSWERS: [&str; 2] = ["reasoning", "tools"];

fn side(name: &str) -> (Service, &'static str) {
    let prefix = "/v1".to_owned();
    let custom = |format| Service::Custom {
        prefix: "/v1".to_owned(),
        formats: vec![(format, None)],
        surfaces: Vec::new(),
    };
    match name {
        "openai" => (Service::OpenAi { prefix }, "gpt-5.4"),
        "anthropic" => (Service::Anthropic { prefix }, "claude-sonnet-4-5"),
        "bedrock" => {
            let region = "eu-west-3".to_owned();
            let model = "anthropic.claude-sonnet-4-5-20250929-v1:0";
            (Service::Bedrock { region }, model)
        }
        "gemini" => (Service::Gemini, "gemini-3-pro"),
        "mistral" => (custom(Format::OpenAiChatCompletions), "mistral-large"),
        _ => (custom(Format::OpenAiResponses), "gpt-5.4"),
    }
}

/// The format in which a side is asked; `None` where it cannot be.
fn format(client: Format, name: &str) -> Option<Format> {
    let (service, model) = side(name);
    let demands = Demands {
        tools: true,
        reasoning: true,
    };
    choose(client, &service, (model, &[]), demands)
}

fn directory(format: Format) -> &'static str {
    match format {
        Format::OpenAiChatCompletions => "chat",
        Format::OpenAiResponses => "responses",
        Format::AnthropicMessages => "messages",
        Format::GeminiGenerateContent => "gemini",
        Format::BedrockConverse => "converse",
    }
}

fn rendered(client: Format, name: &str, format: Format, body: &Value) -> Rendered {
    let (service, model) = side(name);
    let target = Target {
        model: model.to_owned(),
        vendor: service.vendor(format),
        ..Target::default()
    };
    let path = match client {
        Format::GeminiGenerateContent => "/v1beta/models/asked:generateContent",
        _ => "/",
    };
    let request = Request::parse(client, path, Bytes::from(body.to_string())).expect("a request");
    let rendered = request.render(&service, format, &target, ClientHeaders::default());
    let asked = format!("{client:?} at {name}");
    rendered.expect(&asked)
}

/// What a client sends first.
fn begin(client: Format) -> Value {
    let tools = ["get_weather", "get_time"];
    let schema = json!({"type": "object", "properties": {}});
    let user = json!({"role": "user", "content": "Hi"});
    match client {
        Format::OpenAiChatCompletions => json!({"model": "asked", "messages": [user],
            "tools": tools.map(|name| json!({"type": "function", "function": {"name": name, "parameters": schema}}))}),
        Format::OpenAiResponses => json!({"model": "asked", "input": [user],
            "tools": tools.map(|name| json!({"type": "function", "name": name, "parameters": schema}))}),
        Format::AnthropicMessages => {
            json!({"model": "asked", "max_tokens": 9000, "messages": [user],
            "thinking": {"type": "enabled", "budget_tokens": 2000},
            "tools": tools.map(|name| json!({"name": name, "input_schema": schema}))})
        }
        Format::GeminiGenerateContent | Format::BedrockConverse => json!({
            "contents": [{"role": "user", "parts": [{"text": "Hi"}]}],
            "tools": [{"functionDeclarations": tools.map(|name| json!({"name": name, "parameters": schema}))}]}),
    }
}

/// What a client adds to it: the answer as it came, and what comes next.
fn next(client: Format, answer: &Value) -> Vec<Value> {
    let at = |value: &Value, place: &str| value.pointer(place).cloned().unwrap_or_default();
    let list = |value: &Value, place: &str| match at(value, place) {
        Value::Array(list) => list,
        _ => Vec::new(),
    };
    let asked = json!({"role": "user", "content": "And?"});
    let or_asked = |results: Vec<Value>| match results.is_empty() {
        true => vec![asked.clone()],
        false => results,
    };
    match client {
        Format::OpenAiChatCompletions => {
            let message = at(answer, "/choices/0/message");
            let results = list(&message, "/tool_calls").into_iter().map(
                |call| json!({"role": "tool", "tool_call_id": at(&call, "/id"), "content": "12"}),
            );
            let results = or_asked(results.collect());
            [vec![message], results].concat()
        }
        Format::OpenAiResponses => {
            let items = list(answer, "/output");
            let calls = items
                .iter()
                .filter(|item| at(item, "/type") == "function_call");
            let results = calls.map(|call| {
                json!({"type": "function_call_output", "call_id": at(call, "/call_id"), "output": "12"})
            });
            let results = or_asked(results.collect());
            [items, results].concat()
        }
        Format::AnthropicMessages => {
            let blocks = list(answer, "/content");
            let calls = blocks
                .iter()
                .filter(|block| at(block, "/type") == "tool_use");
            let results: Vec<Value> = calls
                .map(|call| json!({"type": "tool_result", "tool_use_id": at(call, "/id"), "content": "12"}))
                .collect();
            let said = json!({"role": "assistant", "content": blocks});
            let next = match results.is_empty() {
                true => asked,
                false => json!({"role": "user", "content": results}),
            };
            vec![said, next]
        }
        Format::GeminiGenerateContent | Format::BedrockConverse => {
            let content = at(answer, "/candidates/0/content");
            let calls = list(&content, "/parts").into_iter();
            let calls = calls.filter_map(|part| part.get("functionCall").cloned());
            let results: Vec<Value> = calls
                .map(|call| json!({"functionResponse": {"name": at(&call, "/name"), "response": {"result": "12"}}}))
                .collect();
            let parts = match results.is_empty() {
                true => vec![json!({"text": "And?"})],
                false => results,
            };
            vec![content, json!({"role": "user", "parts": parts})]
        }
    }
}

/// The conversation that `first` answered in, as its client sends it on.
fn talked(client: Format, first: &str, asked: Format) -> Value {
    let mut body = begin(client);
    for case in ANSWERS {
        let plan: Plan = rendered(client, first, asked, &body).plan;
        let file = cases::root("pairs").join(format!("answers/{}/{case}.json", directory(asked)));
        let input = fs::read(&file).expect("an answer");
        let answer = fed(&plan, Framing::Buffered, &input, &file);
        let answer: Value = serde_json::from_slice(&answer).expect("JSON");
        let turns = ["messages", "input", "contents"];
        let name = turns.into_iter().find(|name| body.get(name).is_some());
        let turns = body
            .get_mut(name.expect("turns"))
            .and_then(Value::as_array_mut);
        turns.expect("a list").extend(next(client, &answer));
    }
    body
}

#[test]
fn what_another_provider_is_sent_of_a_conversation() {
    let root = cases::root("turns");
    let mut goldens = Goldens::default();
    for (client, said) in CLIENTS {
        for first in SIDES {
            let Some(asked) = format(said, first) else {
                continue;
            };
            let body = talked(said, first, asked);
            for name in SIDES {
                let Some(format) = format(said, name) else {
                    continue;
                };
                let sent = rendered(said, name, format, &body);
                let dropped = sent.dropped.iter().map(|field| format!("left out {field}"));
                let remarks: Vec<String> = dropped.collect();
                let file = root.join(client).join(format!("{first}.golden"));
                goldens.put(file, name, &remarks, &readable(&sent.body));
            }
        }
    }
    goldens.finish(&root);
}
