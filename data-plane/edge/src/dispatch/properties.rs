//! What holds for every pair of formats (llm.md section 9, property tests): a conversation means the same on the other side and
//! when it comes back, a body is converted alike each time, and whatever a client sends is converted or refused.
//!
//! Owns a conversation, how each format writes it, and how it is read from each. It must not know how anything is converted.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{Asked, convert};
use crate::format::Format;
use crate::{ClientHeaders, Notes, Target, Unconvertible, Vendor};

const CHAT: Format = Format::OpenAiChatCompletions;
const RESPONSES: Format = Format::OpenAiResponses;
const MESSAGES: Format = Format::AnthropicMessages;
const CONVERSE: Format = Format::BedrockConverse;
const GEMINI: Format = Format::GeminiGenerateContent;

const CLIENTS: [Format; 4] = [CHAT, RESPONSES, MESSAGES, GEMINI];
const PROVIDERS: [Format; 5] = [CHAT, RESPONSES, MESSAGES, CONVERSE, GEMINI];

/// A tool that was called, with its arguments and what came of it.
#[derive(Clone, Debug)]
struct Called {
    id: String,
    name: String,
    arguments: Value,
    result: String,
}

/// What a user asks, what a model says to it, what it calls, and what it says in the end.
#[derive(Clone, Debug)]
struct Exchange {
    asked: String,
    said: Option<String>,
    calls: Vec<Called>,
    answered: String,
}

#[derive(Clone, Debug)]
struct Conversation {
    system: String,
    exchanges: Vec<Exchange>,
    last: String,
}

/// What a body says, whatever its format.
#[derive(Clone, Debug, PartialEq)]
enum Fact {
    System(String),
    User(String),
    Assistant(String),
    /// A call: which one, counted from the first, its name and its arguments.
    Call(usize, String, Value),
    /// What came of a call.
    Result(usize, String),
    Tool(String),
}

/// The facts of a body, as they are read.
#[derive(Debug, Default)]
struct Reading {
    facts: Vec<Fact>,
    /// Ids of calls, in order; Google's have none.
    ids: Vec<String>,
    /// Google's calls by name that nothing came of yet.
    open: Vec<(usize, String)>,
}

// === what is generated ===

fn text() -> impl Strategy<Value = String> {
    // Blank texts, which vendors refuse, are another test's.
    "[a-z][a-z \"\\\\\n\u{e9}\u{1F600}<>&]{0,8}[a-z]"
}

fn called() -> impl Strategy<Value = Called> {
    let arguments = prop_oneof![
        Just(json!({})),
        text().prop_map(|text| json!({"k": text})),
        (any::<i64>(), text())
            .prop_map(|(n, text)| json!({"z": n, "a": [text, null, {"b": true}]})),
    ];
    ("[a-z_]{1,8}", arguments, text()).prop_map(|(name, arguments, result)| Called {
        id: String::new(),
        name,
        arguments,
        result,
    })
}

fn conversation() -> impl Strategy<Value = Conversation> {
    let calls = prop::collection::vec(called(), 0..3);
    let exchange = (text(), prop::option::of(text()), calls, text()).prop_map(
        |(asked, said, calls, answered)| Exchange {
            asked,
            said: said.filter(|_| !calls.is_empty()),
            calls,
            answered,
        },
    );
    let exchanges = prop::collection::vec(exchange, 0..3);
    (text(), exchanges, text()).prop_map(|(system, mut exchanges, last)| {
        let calls = exchanges
            .iter_mut()
            .flat_map(|exchange| &mut exchange.calls);
        for (number, call) in calls.enumerate() {
            call.id = format!("call_{number}");
        }
        Conversation {
            system,
            exchanges,
            last,
        }
    })
}

impl Conversation {
    fn names(&self) -> Vec<String> {
        let calls = self.exchanges.iter().flat_map(|exchange| &exchange.calls);
        let mut names: Vec<String> = calls.map(|call| call.name.clone()).collect();
        names.sort();
        names.dedup();
        names
    }

    fn written(&self, format: Format) -> Value {
        let mut body = match format {
            Format::OpenAiChatCompletions => self.as_chat(),
            Format::OpenAiResponses => self.as_responses(),
            Format::AnthropicMessages => self.as_messages(),
            Format::GeminiGenerateContent => self.as_gemini(),
            Format::BedrockConverse => unreachable!("no client speaks it"),
        };
        let schema = json!({"type": "object", "properties": {"k": {"type": "string"}}});
        let tools: Vec<Value> = self
            .names()
            .iter()
            .map(|name| match format {
                Format::OpenAiChatCompletions => {
                    json!({"type": "function", "function": {"name": name, "parameters": schema}})
                }
                Format::OpenAiResponses => {
                    json!({"type": "function", "name": name, "parameters": schema, "strict": false})
                }
                Format::AnthropicMessages => json!({"name": name, "input_schema": schema}),
                Format::GeminiGenerateContent | Format::BedrockConverse => {
                    json!({"name": name, "parameters": schema})
                }
            })
            .collect();
        if !tools.is_empty() {
            body["tools"] = match format == GEMINI {
                true => json!([{"functionDeclarations": tools}]),
                false => json!(tools),
            };
        }
        body
    }

    fn as_chat(&self) -> Value {
        let mut messages = vec![json!({"role": "system", "content": self.system})];
        for exchange in &self.exchanges {
            messages.push(json!({"role": "user", "content": exchange.asked}));
            if !exchange.calls.is_empty() {
                let calls: Vec<Value> = exchange
                    .calls
                    .iter()
                    .map(|call| {
                        let arguments = call.arguments.to_string();
                        json!({"id": call.id, "type": "function",
                            "function": {"name": call.name, "arguments": arguments}})
                    })
                    .collect();
                let said = &exchange.said;
                messages.push(json!({"role": "assistant", "content": said, "tool_calls": calls}));
            }
            messages.extend(exchange.calls.iter().map(
                |call| json!({"role": "tool", "tool_call_id": call.id, "content": call.result}),
            ));
            messages.push(json!({"role": "assistant", "content": exchange.answered}));
        }
        messages.push(json!({"role": "user", "content": self.last}));
        json!({"model": "m", "messages": messages})
    }

    fn as_responses(&self) -> Value {
        let said = |text: &str| json!({"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]});
        let mut input = Vec::new();
        for exchange in &self.exchanges {
            input.push(json!({"role": "user", "content": exchange.asked}));
            input.extend(exchange.said.as_deref().map(said));
            input.extend(exchange.calls.iter().map(|call| {
                let arguments = call.arguments.to_string();
                json!({"type": "function_call", "call_id": call.id, "name": call.name, "arguments": arguments})
            }));
            input.extend(exchange.calls.iter().map(
                |call| json!({"type": "function_call_output", "call_id": call.id, "output": call.result}),
            ));
            input.push(said(&exchange.answered));
        }
        input.push(json!({"role": "user", "content": self.last}));
        json!({"model": "m", "instructions": self.system, "input": input})
    }

    fn as_messages(&self) -> Value {
        let mut messages = Vec::new();
        let text = |text: &str| json!({"type": "text", "text": text});
        for exchange in &self.exchanges {
            messages.push(json!({"role": "user", "content": exchange.asked}));
            if !exchange.calls.is_empty() {
                let mut blocks: Vec<Value> =
                    exchange.said.as_deref().map(text).into_iter().collect();
                blocks.extend(exchange.calls.iter().map(|call| {
                    json!({"type": "tool_use", "id": call.id, "name": call.name, "input": call.arguments})
                }));
                messages.push(json!({"role": "assistant", "content": blocks}));
                let results: Vec<Value> = exchange
                    .calls
                    .iter()
                    .map(|call| json!({"type": "tool_result", "tool_use_id": call.id, "content": call.result}))
                    .collect();
                messages.push(json!({"role": "user", "content": results}));
            }
            messages.push(json!({"role": "assistant", "content": exchange.answered}));
        }
        messages.push(json!({"role": "user", "content": [text(&self.last)]}));
        json!({"model": "m", "max_tokens": 99, "system": self.system, "messages": messages})
    }

    fn as_gemini(&self) -> Value {
        let mut contents = Vec::new();
        let text = |text: &str| json!({"text": text});
        let turn = |role: &str, parts: Vec<Value>| json!({"role": role, "parts": parts});
        for exchange in &self.exchanges {
            contents.push(turn("user", vec![text(&exchange.asked)]));
            if !exchange.calls.is_empty() {
                let mut parts: Vec<Value> =
                    exchange.said.as_deref().map(text).into_iter().collect();
                parts.extend(exchange.calls.iter().map(
                    |call| json!({"functionCall": {"name": call.name, "args": call.arguments}}),
                ));
                contents.push(turn("model", parts));
                let parts = exchange.calls.iter().map(
                    |call| json!({"functionResponse": {"name": call.name, "response": {"content": call.result}}}),
                );
                contents.push(turn("user", parts.collect()));
            }
            contents.push(turn("model", vec![text(&exchange.answered)]));
        }
        contents.push(turn("user", vec![text(&self.last)]));
        json!({"systemInstruction": {"parts": [{"text": self.system}]}, "contents": contents})
    }
}

// === what is read ===

fn string(value: &Value, place: &str) -> String {
    let found = value.pointer(place).and_then(Value::as_str);
    found
        .unwrap_or_else(|| panic!("no {place} in {value}"))
        .to_owned()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    let found = value.get(name).and_then(Value::as_array);
    found.map(Vec::as_slice).unwrap_or_default()
}

/// The texts of a content that is one text or a list of parts.
fn texts(content: Option<&Value>) -> Vec<String> {
    match content {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::String(text)) => vec![text.clone()],
        Some(parts) => parts
            .as_array()
            .unwrap_or_else(|| panic!("{parts}"))
            .iter()
            .map(|part| string(part, "/text"))
            .collect(),
    }
}

impl Reading {
    fn of(format: Format, body: &Value) -> Reading {
        let mut reading = Reading::default();
        match format {
            Format::OpenAiChatCompletions => reading.chat(body),
            Format::OpenAiResponses => reading.responses(body),
            Format::AnthropicMessages => reading.messages(body),
            Format::BedrockConverse => reading.converse(body),
            Format::GeminiGenerateContent => reading.gemini(body),
        }
        assert!(
            reading.open.is_empty(),
            "nothing came of {:?}",
            reading.open
        );
        reading
    }

    fn said(&mut self, role: &str, text: String) {
        self.facts.push(match role {
            "system" | "developer" => Fact::System(text),
            "user" => Fact::User(text),
            "assistant" | "model" => Fact::Assistant(text),
            other => panic!("{other}"),
        });
    }

    fn call(&mut self, id: String, name: String, arguments: Value) {
        assert!(!self.ids.contains(&id), "{id} twice");
        self.facts.push(Fact::Call(self.ids.len(), name, arguments));
        self.ids.push(id);
    }

    fn result(&mut self, id: &str, text: String) {
        let place = self.ids.iter().position(|own| own == id);
        let place = place.unwrap_or_else(|| panic!("a result of {id}, which nobody called"));
        self.facts.push(Fact::Result(place, text));
    }

    fn chat(&mut self, body: &Value) {
        for message in list(body, "messages") {
            let role = string(message, "/role");
            let said = texts(message.get("content"));
            if role == "tool" {
                self.result(&string(message, "/tool_call_id"), said.concat());
                continue;
            }
            for text in said {
                self.said(&role, text);
            }
            for call in list(message, "tool_calls") {
                let arguments = string(call, "/function/arguments");
                let arguments = serde_json::from_str(&arguments).expect("arguments");
                self.call(
                    string(call, "/id"),
                    string(call, "/function/name"),
                    arguments,
                );
            }
        }
        for tool in list(body, "tools") {
            self.facts.push(Fact::Tool(string(tool, "/function/name")));
        }
    }

    fn responses(&mut self, body: &Value) {
        for text in texts(body.get("instructions")) {
            self.said("system", text);
        }
        for item in list(body, "input") {
            match item.get("type").and_then(Value::as_str) {
                Some("function_call") => {
                    let arguments = string(item, "/arguments");
                    let arguments = serde_json::from_str(&arguments).expect("arguments");
                    self.call(string(item, "/call_id"), string(item, "/name"), arguments);
                }
                Some("function_call_output") => {
                    let text = texts(item.get("output")).concat();
                    self.result(&string(item, "/call_id"), text);
                }
                None | Some("message") => {
                    for text in texts(item.get("content")) {
                        self.said(&string(item, "/role"), text);
                    }
                }
                Some(other) => panic!("{other}: {body}"),
            }
        }
        for tool in list(body, "tools") {
            self.facts.push(Fact::Tool(string(tool, "/name")));
        }
    }

    fn messages(&mut self, body: &Value) {
        for text in texts(body.get("system")) {
            self.said("system", text);
        }
        for message in list(body, "messages") {
            let role = string(message, "/role");
            if let Some(Value::String(text)) = message.get("content") {
                self.said(&role, text.clone());
            }
            for block in list(message, "content") {
                match string(block, "/type").as_str() {
                    "text" => self.said(&role, string(block, "/text")),
                    "tool_use" => {
                        let input = block.get("input").expect("an input").clone();
                        self.call(string(block, "/id"), string(block, "/name"), input);
                    }
                    "tool_result" => {
                        let text = texts(block.get("content")).concat();
                        self.result(&string(block, "/tool_use_id"), text);
                    }
                    other => panic!("{other}: {body}"),
                }
            }
        }
        for tool in list(body, "tools") {
            self.facts.push(Fact::Tool(string(tool, "/name")));
        }
    }

    fn converse(&mut self, body: &Value) {
        for text in texts(body.get("system")) {
            self.said("system", text);
        }
        for message in list(body, "messages") {
            let role = string(message, "/role");
            for block in list(message, "content") {
                if let Some(call) = block.get("toolUse") {
                    let input = call.get("input").expect("an input").clone();
                    self.call(string(call, "/toolUseId"), string(call, "/name"), input);
                } else if let Some(result) = block.get("toolResult") {
                    let text = texts(result.get("content")).concat();
                    self.result(&string(result, "/toolUseId"), text);
                } else {
                    self.said(&role, string(block, "/text"));
                }
            }
        }
        for tool in body
            .pointer("/toolConfig/tools")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            self.facts.push(Fact::Tool(string(tool, "/toolSpec/name")));
        }
    }

    fn gemini(&mut self, body: &Value) {
        let system = body.get("systemInstruction");
        for text in texts(system.and_then(|system| system.get("parts"))) {
            self.said("system", text);
        }
        for content in list(body, "contents") {
            let role = string(content, "/role");
            for part in list(content, "parts") {
                if let Some(call) = part.get("functionCall") {
                    let (number, name) = (self.ids.len(), string(call, "/name"));
                    self.open.push((number, name.clone()));
                    let arguments = call.get("args").cloned().unwrap_or_else(|| json!({}));
                    self.call(format!("google_{number}"), name, arguments);
                } else if let Some(result) = part.get("functionResponse") {
                    let name = string(result, "/name");
                    let place = self.open.iter().position(|(_, own)| *own == name);
                    let (number, _) = self.open.remove(place.expect("a call"));
                    let text = string(result, "/response/content");
                    self.facts.push(Fact::Result(number, text));
                } else {
                    self.said(&role, string(part, "/text"));
                }
            }
        }
        for tool in list(body, "tools") {
            for declared in list(tool, "functionDeclarations") {
                self.facts.push(Fact::Tool(string(declared, "/name")));
            }
        }
    }
}

// === what holds ===

fn target(provider: Format) -> Target {
    let (vendor, model) = match provider {
        Format::OpenAiChatCompletions | Format::OpenAiResponses => (Vendor::OpenAi, "gpt-4o"),
        Format::AnthropicMessages => (Vendor::Anthropic, "claude-sonnet-4-5"),
        Format::BedrockConverse => (Vendor::Bedrock, "anthropic.claude-sonnet-4-5-20250929-v1:0"),
        Format::GeminiGenerateContent => (Vendor::Gemini, "gemini-2.5-flash"),
    };
    Target {
        model: model.to_owned(),
        vendor,
        ..Target::default()
    }
}

fn sent(client: Format, provider: Format, body: &str) -> Result<Vec<u8>, Unconvertible> {
    let asked = Asked {
        is_streamed: false,
        headers: ClientHeaders::default(),
        mark: None,
    };
    let target = target(provider);
    let converted = convert(
        (client, provider),
        body,
        asked,
        &target,
        &mut Notes::default(),
    )?;
    Ok(converted.body)
}

fn read(body: &[u8]) -> Value {
    serde_json::from_slice(body).expect("JSON")
}

/// Places of a body, each with what may stand there.
fn places(value: &Value, at: &str, out: &mut Vec<String>) {
    out.push(at.to_owned());
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &format!("{at}/{index}"), out);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                places(member, &format!("{at}/{name}"), out);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What a client of any format may send by mistake.
fn odd() -> impl Strategy<Value = Value> {
    let deep = (0..40).fold(json!("x"), |inside, _| json!([{"content": inside}]));
    prop::sample::select(vec![
        Value::Null,
        json!(true),
        json!(-1),
        json!(1e300),
        json!(""),
        json!("\u{0}\u{feff}"),
        json!("data:image/png;base64,"),
        json!("{\"a\":"),
        json!([]),
        json!([null]),
        json!([[]]),
        Value::Object(Map::new()),
        json!({"type": "text"}),
        json!({"type": "no_such", "text": 1}),
        deep,
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Texts, ids of calls and roles come over, to every provider, and come back.
    #[test]
    fn a_conversation_means_the_same_there_and_back(conversation in conversation()) {
        for client in CLIENTS {
            let before = conversation.written(client);
            let said = Reading::of(client, &before);
            for provider in PROVIDERS.into_iter().filter(|provider| *provider != client) {
                let there = sent(client, provider, &before.to_string());
                let there = read(&there.unwrap_or_else(|error| panic!("{client:?} {provider:?}: {error:?}")));
                let over = Reading::of(provider, &there);
                prop_assert_eq!(&over.facts, &said.facts, "{:?} to {:?}: {}", client, provider, there);
                if client != GEMINI && provider != GEMINI {
                    prop_assert_eq!(&over.ids, &said.ids, "{:?} to {:?}", client, provider);
                }
                if provider == CONVERSE {
                    continue;
                }
                let back = sent(provider, client, &there.to_string());
                let back = read(&back.unwrap_or_else(|error| panic!("{provider:?} {client:?}: {error:?}")));
                let back = Reading::of(client, &back);
                prop_assert_eq!(&back.facts, &said.facts, "{:?} by way of {:?}: {}", client, provider, there);
            }
        }
    }

    /// The same body gives the same bytes: what a provider has in its cache is found again, and an attempt is like the one before.
    #[test]
    fn a_body_is_converted_alike_each_time(conversation in conversation()) {
        for client in CLIENTS {
            let body = conversation.written(client).to_string();
            for provider in PROVIDERS.into_iter().filter(|provider| *provider != client) {
                let [one, other] = [0, 1].map(|_| sent(client, provider, &body).expect("converted"));
                prop_assert_eq!(one, other, "{:?} to {:?}", client, provider);
            }
        }
    }

    /// Whatever stands in the place of something: it is converted to JSON or refused, and nothing panics.
    #[test]
    fn what_is_odd_is_converted_or_refused(
        conversation in conversation(),
        where_ in prop::collection::vec((any::<prop::sample::Index>(), odd(), 0..4_u8), 1..3),
    ) {
        for client in CLIENTS {
            let mut body = conversation.written(client);
            for (index, odd, how) in &where_ {
                let mut all = Vec::new();
                places(&body, "", &mut all);
                let at = index.get(&all).clone();
                let (parent, name) = at.rsplit_once('/').unwrap_or_default();
                match (how, body.pointer_mut(parent)) {
                    // Left out.
                    (0, Some(Value::Object(members))) if !at.is_empty() => {
                        members.remove(name);
                    }
                    // Said twice.
                    (1, Some(Value::Array(items))) if !at.is_empty() => {
                        let again = items.clone();
                        items.extend(again);
                    }
                    _ => *body.pointer_mut(&at).expect("a place") = odd.clone(),
                }
            }
            let body = body.to_string();
            for provider in PROVIDERS.into_iter().filter(|provider| *provider != client) {
                if let Ok(converted) = sent(client, provider, &body) {
                    let converted: Result<Map<String, Value>, _> = serde_json::from_slice(&converted);
                    prop_assert!(converted.is_ok(), "{:?} to {:?}: {}", client, provider, body);
                }
            }
        }
    }
}
