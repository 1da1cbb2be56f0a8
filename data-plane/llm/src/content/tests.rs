//! Requests and answers of every format, and what is left of long ones.

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Answered, Attribute, LIMIT, of_request};
use crate::class::Class;
use crate::format::Format;
use crate::tap::Framing;

const CHAT: Format = Format::OpenAiChatCompletions;
const RESPONSES: Format = Format::OpenAiResponses;
const MESSAGES: Format = Format::AnthropicMessages;
const CONVERSE: Format = Format::BedrockConverse;
const GEMINI: Format = Format::GeminiGenerateContent;

fn value(attribute: Option<Attribute>) -> Value {
    let Some(attribute) = attribute else {
        return Value::Null;
    };
    assert!(!attribute.is_truncated, "{}", attribute.json);
    serde_json::from_str(&attribute.json).expect("valid JSON")
}

/// Instructions, messages and tools.
fn asked(class: Class, body: &Value) -> [Value; 3] {
    let body = Bytes::from(body.to_string());
    let asked = of_request(class, &body);
    [
        value(asked.instructions),
        value(asked.messages),
        value(asked.tools),
    ]
}

#[track_caller]
fn check(format: Format, body: &Value, expected: [Value; 3]) {
    assert_eq!(asked(Class::Chat(format), body), expected);
}

fn text(text: &str) -> Value {
    json!({"type": "text", "content": text})
}

fn weather() -> Value {
    let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    json!([{"type": "function", "name": "weather", "description": "tells it", "parameters": schema}])
}

fn schema() -> Value {
    json!({"type": "object", "properties": {"city": {"type": "string"}}})
}

#[test]
fn chat_completions() {
    let body = json!({
        "model": "m",
        "messages": [
            {"role": "developer", "content": "be brief"},
            {"role": "user", "content": [
                {"type": "text", "text": "what is \"this\"?"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJDRA=="}},
                {"type": "image_url", "image_url": {"url": "https://me:pw@x.test/a/b.png?sig=1"}},
                {"type": "input_audio", "input_audio": {"data": "QUJD", "format": "wav"}},
                {"type": "file", "file": {"file_id": "file-1"}},
            ]},
            {"role": "assistant", "content": null, "reasoning_content": "hm", "tool_calls": [
                {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{\"city\":\"Ulm\"}"}},
                {"id": "call_2", "type": "custom", "custom": {"name": "shell", "input": "ls"}},
            ]},
            {"role": "tool", "tool_call_id": "call_1", "content": "15 °C"},
        ],
        "prediction": {"type": "content", "content": "not asked"},
        "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": {"description": "no"}}},
        "tools": [
            {"type": "function", "function": {"name": "weather", "description": "tells it", "parameters": schema()}},
            {"type": "custom", "custom": {"name": "shell", "description": "runs it"}},
        ],
    });
    let messages = json!([
        {"role": "system", "parts": [text("be brief")]},
        {"role": "user", "parts": [
            text("what is \"this\"?"),
            {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "", "size": 4},
            {"type": "uri", "modality": "image", "uri": "https://x.test"},
            {"type": "blob", "modality": "audio", "mime_type": "audio/wav", "content": "", "size": 3},
            {"type": "file", "modality": "document", "file_id": "file-1"},
        ]},
        {"role": "assistant", "parts": [
            {"type": "reasoning", "content": "hm"},
            {"type": "tool_call", "id": "call_1", "name": "weather", "arguments": {"city": "Ulm"}},
            {"type": "tool_call", "id": "call_2", "name": "shell", "arguments": "ls"},
        ]},
        {"role": "tool", "parts": [
            {"type": "tool_call_response", "id": "call_1", "response": "15 °C"},
        ]},
    ]);
    let mut tools = weather();
    let shell = json!({"type": "custom", "name": "shell", "description": "runs it"});
    tools.as_array_mut().expect("a list").push(shell);
    check(CHAT, &body, [Value::Null, messages, tools]);
}

#[test]
fn responses() {
    let body = json!({
        "instructions": "be brief",
        "prompt": {"id": "p", "variables": {"city": "Ulm"}},
        "input": [
            {"role": "user", "content": [
                {"type": "input_text", "text": "hi"},
                {"type": "input_image", "image_url": "data:image/jpeg;base64,QUJDRA=="},
            ]},
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}], "encrypted_content": "xyz"},
            {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "weather", "arguments": "{\"city\":\"Ulm\"}"},
            {"type": "function_call_output", "call_id": "call_1", "output": "15"},
            {"type": "web_search_call", "id": "ws_1", "action": {"type": "search", "query": "q"}},
            {"type": "mcp_call", "id": "mcp_1", "name": "look", "arguments": "{}", "output": "seen"},
        ],
        "tools": [
            {"type": "function", "name": "weather", "description": "tells it", "parameters": schema()},
            {"type": "mcp", "server_label": "files", "server_url": "https://x", "authorization": "SECRET",
                "headers": {"x-key": "SECRET"}},
            {"type": "web_search"},
        ],
    });
    let messages = json!([
        {"role": "user", "parts": [text("Ulm")]},
        {"role": "user", "parts": [
            text("hi"),
            {"type": "blob", "modality": "image", "mime_type": "image/jpeg", "content": "", "size": 4},
        ]},
        {"role": "assistant", "parts": [{"type": "reasoning", "content": "hm"}]},
        {"role": "assistant", "parts": [
            {"type": "tool_call", "id": "call_1", "name": "weather", "arguments": {"city": "Ulm"}},
        ]},
        {"role": "tool", "parts": [
            {"type": "tool_call_response", "id": "call_1", "response": "15"},
        ]},
        {"role": "assistant", "parts": [
            {"type": "tool_call", "id": "ws_1", "name": "web_search_call",
                "arguments": {"type": "search", "query": "q"}},
        ]},
        {"role": "assistant", "parts": [
            {"type": "tool_call", "id": "mcp_1", "name": "look", "arguments": {}},
            {"type": "tool_call_response", "id": "mcp_1", "response": "seen"},
        ]},
    ]);
    let mut tools = weather();
    let listed = tools.as_array_mut().expect("a list");
    listed.push(json!({"type": "mcp", "name": "files"}));
    listed.push(json!({"type": "web_search", "name": "web_search"}));
    check(
        RESPONSES,
        &body,
        [json!([text("be brief")]), messages, tools],
    );
    let short = json!({"input": "hi"});
    let messages = json!([{"role": "user", "parts": [text("hi")]}]);
    check(RESPONSES, &short, [Value::Null, messages, Value::Null]);
}

#[test]
fn messages() {
    let body = json!({
        "system": [{"type": "text", "text": "be brief", "cache_control": {"type": "ephemeral"}}],
        "messages": [
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "hm", "signature": "xyz"},
                {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Ulm", "days": 2}},
            ]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "toolu_1", "content": [
                    {"type": "text", "text": "15"},
                    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "QUJDRA=="}},
                ]},
                {"type": "document", "title": "t", "source": {"type": "text", "media_type": "text/plain", "data": "doc"}},
                {"type": "web_search_tool_result", "tool_use_id": "srv_1", "content": [
                    {"type": "web_search_result", "title": "found", "url": "https://x", "encrypted_content": "xyz"},
                ]},
            ]},
        ],
        "tools": [
            {"name": "weather", "description": "tells it", "input_schema": schema()},
            {"type": "web_search_20250305", "name": "web_search", "max_uses": 3},
        ],
    });
    let messages = json!([
        {"role": "user", "parts": [text("hi")]},
        {"role": "assistant", "parts": [
            {"type": "reasoning", "content": "hm"},
            {"type": "tool_call", "id": "toolu_1", "name": "weather", "arguments": {"city": "Ulm", "days": 2}},
        ]},
        {"role": "user", "parts": [
            {"type": "tool_call_response", "id": "toolu_1", "response": "15"},
            {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "", "size": 4},
            text("t"),
            text("doc"),
            {"type": "tool_call_response", "id": "srv_1", "response": "found\nhttps://x"},
        ]},
    ]);
    let mut tools = weather();
    let search = json!({"type": "web_search_20250305", "name": "web_search"});
    tools.as_array_mut().expect("a list").push(search);
    check(
        MESSAGES,
        &body,
        [json!([text("be brief")]), messages, tools],
    );
}

#[test]
fn converse() {
    let body = json!({
        "system": [{"text": "be brief"}, {"cachePoint": {"type": "default"}}],
        "messages": [
            {"role": "user", "content": [
                {"text": "hi"},
                {"image": {"format": "png", "source": {"bytes": "QUJDRA=="}}},
                {"video": {"format": "mp4", "source": {"s3Location": {"uri": "s3://bucket/key"}}}},
                {"document": {"name": "d", "format": "txt", "source": {"text": "doc"}}},
            ]},
            {"role": "assistant", "content": [
                {"reasoningContent": {"reasoningText": {"text": "hm", "signature": "xyz"}}},
                {"toolUse": {"toolUseId": "t1", "name": "weather", "input": {"city": "Ulm"}}},
            ]},
            {"role": "user", "content": [
                {"toolResult": {"toolUseId": "t1", "content": [{"json": {"celsius": 15}}], "status": "success"}},
            ]},
        ],
        "toolConfig": {"tools": [
            {"toolSpec": {"name": "weather", "description": "tells it", "inputSchema": {"json": schema()}}},
            {"cachePoint": {"type": "default"}},
        ]},
    });
    let messages = json!([
        {"role": "user", "parts": [
            text("hi"),
            {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "", "size": 4},
            {"type": "uri", "modality": "video", "mime_type": "video/mp4", "uri": "s3://bucket"},
            text("doc"),
        ]},
        {"role": "assistant", "parts": [
            {"type": "reasoning", "content": "hm"},
            {"type": "tool_call", "id": "t1", "name": "weather", "arguments": {"city": "Ulm"}},
        ]},
        {"role": "user", "parts": [
            {"type": "tool_call_response", "id": "t1", "response": [{"json": {"celsius": 15}}]},
        ]},
    ]);
    check(
        CONVERSE,
        &body,
        [json!([text("be brief")]), messages, weather()],
    );
}

#[test]
fn generate_content() {
    let body = json!({
        "systemInstruction": {"parts": [{"text": "be brief"}]},
        "contents": [
            {"role": "user", "parts": [
                {"text": "hi"},
                {"inlineData": {"mimeType": "application/pdf", "data": "QUJDRA=="}},
                {"fileData": {"mimeType": "video/mp4", "fileUri": "gs://bucket/film"}},
            ]},
            {"role": "model", "parts": [
                {"text": "hm", "thought": true},
                {"functionCall": {"name": "weather", "args": {"city": "Ulm"}}, "thoughtSignature": "xyz"},
            ]},
            {"role": "user", "parts": [
                {"functionResponse": {"name": "weather", "response": {"celsius": 15, "sky": "clear"}}},
            ]},
        ],
        "tools": [
            {"functionDeclarations": [
                {"name": "weather", "description": "tells it", "parameters": schema()},
            ]},
            {"googleSearch": {}},
        ],
    });
    let messages = json!([
        {"role": "user", "parts": [
            text("hi"),
            {"type": "blob", "modality": "document", "mime_type": "application/pdf", "content": "", "size": 4},
            {"type": "uri", "modality": "video", "mime_type": "video/mp4", "uri": "gs://bucket"},
        ]},
        {"role": "assistant", "parts": [
            {"type": "reasoning", "content": "hm"},
            {"type": "tool_call", "name": "weather", "arguments": {"city": "Ulm"}},
        ]},
        {"role": "user", "parts": [
            {"type": "tool_call_response", "response": {"celsius": 15, "sky": "clear"}},
        ]},
    ]);
    let mut tools = weather();
    let search = json!({"type": "googleSearch", "name": "googleSearch"});
    tools.as_array_mut().expect("a list").push(search);
    check(GEMINI, &body, [json!([text("be brief")]), messages, tools]);
}

#[test]
fn what_is_no_conversation_has_nothing() {
    let nothing = [Value::Null, Value::Null, Value::Null];
    let body = json!({"prompt": "once", "input": "once"});
    assert_eq!(asked(Class::Embeddings, &body), nothing);
    let completions = asked(Class::LegacyCompletions, &body);
    let messages = json!([{"role": "user", "parts": [text("once")]}]);
    assert_eq!(completions, [Value::Null, messages, Value::Null]);
    let broken = Bytes::from_static(b"{\"messages\":");
    assert_eq!(
        of_request(Class::Chat(CHAT), &broken),
        super::Asked::default()
    );
}

/// The answer in pieces of `size` bytes.
fn answered(format: Format, framing: Framing, body: &str, size: usize) -> Option<Attribute> {
    let mut answered = Answered::new(format, framing);
    for piece in body.as_bytes().chunks(size) {
        answered.push(&Bytes::copy_from_slice(piece));
    }
    answered.finish()
}

fn stream(events: &[Value]) -> String {
    let events = events.iter().map(|event| match event["type"].as_str() {
        Some(name) => format!("event: {name}\ndata: {event}\n\n"),
        None => format!("data: {event}\n\n"),
    });
    events.collect()
}

#[track_caller]
fn hears(format: Format, framing: Framing, body: &str, expected: &Value) {
    for size in [1, 7, 1 << 20] {
        let heard = value(answered(format, framing, body, size));
        assert_eq!(&heard, expected, "in pieces of {size}: {body}");
    }
}

fn call(id: Value) -> Value {
    json!({"type": "tool_call", "id": id, "name": "weather", "arguments": {"city": "Ulm"}})
}

fn said(parts: &[Value], reason: &str) -> Value {
    json!({"role": "assistant", "parts": parts, "finish_reason": reason})
}

#[test]
fn whole_answers() {
    let chat = json!({"id": "1", "object": "chat.completion", "model": "m", "choices": [
        {"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"},
        {"index": 1, "message": {"role": "assistant", "content": null, "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{\"city\":\"Ulm\"}"}},
        ]}, "finish_reason": "tool_calls"},
    ]});
    let expected = json!([
        said(&[text("hi")], "stop"),
        said(&[call(json!("call_1"))], "tool_call")
    ]);
    hears(CHAT, Framing::Buffered, &chat.to_string(), &expected);
    let completions = json!({"choices": [{"index": 0, "text": "hi", "finish_reason": "length"}]});
    let expected = json!([said(&[text("hi")], "length")]);
    hears(CHAT, Framing::Buffered, &completions.to_string(), &expected);
    let messages = json!({"type": "message", "role": "assistant", "content": [
        {"type": "thinking", "thinking": "hm", "signature": "xyz"},
        {"type": "text", "text": "hi"},
        {"type": "tool_use", "id": "t1", "name": "weather", "input": {"city": "Ulm"}},
    ], "stop_reason": "tool_use"});
    let reasoning = json!({"type": "reasoning", "content": "hm"});
    let expected = json!([said(
        &[reasoning, text("hi"), call(json!("t1"))],
        "tool_call"
    )]);
    hears(
        MESSAGES,
        Framing::Buffered,
        &messages.to_string(),
        &expected,
    );
    let responses = json!({"object": "response", "status": "completed", "output": [
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "hi"}]},
        {"type": "function_call", "id": "fc", "call_id": "t1", "name": "weather", "arguments": "{\"city\":\"Ulm\"}"},
    ]});
    let expected = json!([said(&[text("hi"), call(json!("t1"))], "tool_call")]);
    hears(
        RESPONSES,
        Framing::Buffered,
        &responses.to_string(),
        &expected,
    );
    let converse = json!({"output": {"message": {"role": "assistant", "content": [
        {"text": "hi"},
        {"toolUse": {"toolUseId": "t1", "name": "weather", "input": {"city": "Ulm"}}},
    ]}}, "stopReason": "tool_use"});
    hears(
        CONVERSE,
        Framing::Buffered,
        &converse.to_string(),
        &expected,
    );
    // A stream without `alt=sse` is a list.
    let gemini = json!([
        {"candidates": [{"content": {"parts": [{"text": "h"}]}}]},
        {"candidates": [{"content": {"parts": [{"text": "i"}]}, "finishReason": "STOP"}]},
    ]);
    let expected = json!([said(&[text("hi")], "stop")]);
    hears(GEMINI, Framing::Buffered, &gemini.to_string(), &expected);
    let error = json!({"error": {"message": "no", "type": "invalid_request_error"}});
    hears(CHAT, Framing::Buffered, &error.to_string(), &Value::Null);
}

#[test]
fn streamed_answers() {
    let delta = |delta: Value, reason: Value| json!({"id": "1", "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]});
    let begun = [
        delta(json!({"role": "assistant", "content": "he"}), Value::Null),
        delta(json!({"content": "y"}), Value::Null),
        delta(
            json!({"tool_calls": [{"index": 0, "id": "t1", "type": "function",
                "function": {"name": "weather", "arguments": "{\"city\":"}}]}),
            Value::Null,
        ),
        delta(
            json!({"tool_calls": [{"index": 0, "function": {"arguments": "\"Ulm\"}"}}]}),
            Value::Null,
        ),
    ];
    // One that broke off says so.
    let cut = json!([said(&[text("hey"), call(json!("t1"))], "error")]);
    hears(CHAT, Framing::EventStream, &stream(&begun), &cut);
    let mut whole = stream(&begun);
    whole.push_str(&stream(&[delta(json!({}), json!("tool_calls"))]));
    whole.push_str(": a sign of life\n\ndata: [DONE]\n\n");
    let expected = json!([said(&[text("hey"), call(json!("t1"))], "tool_call")]);
    hears(CHAT, Framing::EventStream, &whole, &expected);
    let block = |index: u32, block: Value, deltas: &[Value]| {
        let mut events =
            vec![json!({"type": "content_block_start", "index": index, "content_block": block})];
        for delta in deltas {
            events.push(json!({"type": "content_block_delta", "index": index, "delta": delta}));
        }
        events.push(json!({"type": "content_block_stop", "index": index}));
        events
    };
    let mut events = vec![json!({"type": "message_start", "message": {"id": "1", "content": []}})];
    let deltas = [
        json!({"type": "text_delta", "text": "he"}),
        json!({"type": "text_delta", "text": "y"}),
    ];
    events.extend(block(0, json!({"type": "text", "text": ""}), &deltas));
    let deltas = [
        json!({"type": "input_json_delta", "partial_json": "{\"city\":"}),
        json!({"type": "input_json_delta", "partial_json": "\"Ulm\"}"}),
    ];
    let tool = json!({"type": "tool_use", "id": "t1", "name": "weather", "input": {}});
    events.extend(block(1, tool, &deltas));
    events.push(json!({"type": "message_delta", "delta": {"stop_reason": "tool_use"}}));
    events.push(json!({"type": "message_stop"}));
    hears(MESSAGES, Framing::EventStream, &stream(&events), &expected);
    let gemini = stream(&[
        json!({"candidates": [{"content": {"parts": [{"text": "hey"}]}}]}),
        json!({"candidates": [{"content": {"parts": [
            {"functionCall": {"name": "weather", "args": {"city": "Ulm"}}}]}, "finishReason": "STOP"}]}),
    ]);
    // Gemini names no calls: its reader does.
    let mut heard = value(answered(GEMINI, Framing::EventStream, &gemini, 7));
    let id = heard[0]["parts"][1]["id"].take();
    assert!(id.is_string(), "{id}");
    assert_eq!(
        heard,
        json!([said(&[text("hey"), call(Value::Null)], "tool_call")])
    );
}

fn read(attribute: &Attribute) -> Value {
    assert!(attribute.json.len() <= LIMIT, "{}", attribute.json.len());
    serde_json::from_str(&attribute.json).expect("valid JSON")
}

#[test]
fn of_a_long_conversation_the_end_stays() {
    let long = "x".repeat(LIMIT / 2);
    let turns: Vec<Value> = (0..5)
        .map(|turn| json!({"role": "user", "content": format!("{turn}{long}")}))
        .collect();
    let body = Bytes::from(json!({"messages": turns}).to_string());
    let told = of_request(Class::Chat(CHAT), &body)
        .messages
        .expect("messages");
    assert!(told.is_truncated);
    let told = read(&told);
    let told = told.as_array().expect("a list");
    let begins =
        |at: usize| told[at]["parts"][0]["content"].as_str().expect("a text")[..1].to_owned();
    assert_eq!(
        (told.len(), begins(0), begins(1)),
        (2, "3".into(), "4".into())
    );
    assert_eq!(told[0]["parts"][0]["truncated"], true);
    assert!(told[1]["parts"][0].get("truncated").is_none());
}

#[test]
fn a_tool_without_room_for_its_parameters_has_its_name() {
    let large = json!({"type": "object", "description": "x".repeat(LIMIT)});
    let tools =
        json!({"tools": [{"name": "a", "input_schema": large}, {"name": "b", "input_schema": {}}]});
    let body = Bytes::from(tools.to_string());
    let told = of_request(Class::Chat(MESSAGES), &body)
        .tools
        .expect("tools");
    assert!(told.is_truncated);
    let expected = json!([
        {"type": "function", "name": "a"},
        {"type": "function", "name": "b", "parameters": {}},
    ]);
    assert_eq!(read(&told), expected);
}

#[test]
fn what_is_kept_of_a_stream_does_not_grow_with_it() {
    let event =
        stream(&[json!({"choices": [{"index": 0, "delta": {"content": "x".repeat(1000)}}]})]);
    let event = Bytes::from(event);
    let mut answered = Answered::new(CHAT, Framing::EventStream);
    for _ in 0..1000 {
        answered.push(&event);
        assert!(answered.kept() <= LIMIT);
    }
    let told = answered.finish().expect("an answer");
    assert!(told.is_truncated);
    let told = read(&told);
    let kept = told[0]["parts"][0]["content"]
        .as_str()
        .expect("a text")
        .len();
    assert!(kept > LIMIT - 1000, "{kept}");
}

#[test]
fn json_that_not_every_reader_takes_is_a_text() {
    for arguments in [
        format!("{}{}", "[".repeat(200), "]".repeat(200)),
        r#"{"half":"\ud800"}"#.to_owned(),
        r#"{"far":1e999}"#.to_owned(),
        r#"{"cut":"#.to_owned(),
    ] {
        let call = json!({"function": {"name": "f", "arguments": arguments}});
        let body = json!({"messages": [{"role": "assistant", "tool_calls": [call]}]});
        let [_, messages, _] = asked(Class::Chat(CHAT), &body);
        assert_eq!(messages[0]["parts"][0]["arguments"], arguments);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_told_is_valid_and_bounded(
        texts in proptest::collection::vec((any::<String>(), 0..600_usize, 0..4_usize), 1..8),
    ) {
        let messages: Vec<Value> = texts.iter().map(|(letters, times, kind)| {
            let text = letters.repeat(*times);
            match kind {
                0 => json!({"role": "user", "content": text}),
                1 => json!({"role": "user", "content": [{"type": "text", "text": text}, {"type": "text", "text": letters}]}),
                2 => json!({"role": "assistant", "tool_calls": [{"id": letters, "function": {
                    "name": letters, "arguments": json!({"text": text}).to_string()}}]}),
                _ => json!({"role": "tool", "tool_call_id": letters, "content": text}),
            }
        }).collect();
        let whole: usize = messages.iter().map(|message| message.to_string().len()).sum();
        let (letters, times, _) = &texts[0];
        let tools = json!([{"type": "function", "function": {"name": letters, "description": letters.repeat(*times)}}]);
        let body = Bytes::from(json!({"messages": messages, "tools": tools}).to_string());
        let asked = of_request(Class::Chat(CHAT), &body);
        for attribute in [&asked.messages, &asked.tools].into_iter().flatten() {
            read(attribute);
        }
        let told = asked.messages.expect("messages");
        let listed = read(&told);
        let listed = listed.as_array().expect("a list");
        prop_assert!(told.is_truncated || listed.len() == messages.len());
        prop_assert!(!told.is_truncated || whole > LIMIT / 2);
        let answer = json!({"choices": [{"message": {"content": texts[0].0.repeat(texts[0].1)}}]});
        if let Some(told) = answered(CHAT, Framing::Buffered, &answer.to_string(), 4096) {
            read(&told);
        }
    }
}
