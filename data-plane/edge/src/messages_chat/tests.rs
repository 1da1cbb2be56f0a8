//! Messages requests and the chat completions that they become (llm.md 2.4 "Messages -> Completions").
//!
//! Requests after Anthropic's API reference ("Create a Message", "Tool use", "Vision", "PDF support"); what chat completions
//! take after OpenAI's API reference ("Create chat completion").

use proptest::prelude::*;
use serde_json::{Value, json};

use super::convert;
use crate::shape::messages::{Content, Request};
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
    let text = request.to_string();
    let request: Request<'_> = serde_json::from_str(&text).expect("a request");
    let mut notes = Notes::default();
    let converted = convert(request, target, &mut notes)?;
    let converted = serde_json::to_value(&converted).expect("json");
    Ok((converted, notes.dropped))
}

/// Converts for OpenAI's gpt-4o.
fn openai(request: &Value) -> (Value, Vec<&'static str>) {
    converted(request, &target(Vendor::OpenAi, "gpt-4o")).expect("convertible")
}

/// Converts for a server that speaks OpenAI's format.
fn compatible(request: &Value) -> (Value, Vec<&'static str>) {
    converted(request, &target(Vendor::Other, "qwen3")).expect("convertible")
}

/// The messages that these turns become, without notes.
#[track_caller]
fn check_turns(turns: Value, expected: &Value) {
    let (converted, notes) = openai(&json!({"messages": turns}));
    assert_eq!(&converted["messages"], expected);
    assert_eq!(notes, Vec::<&str>::new());
}

#[track_caller]
fn check_refused(request: &Value, field: &str, cause: Cause) {
    let error = converted(request, &target(Vendor::OpenAi, "gpt-4o")).expect_err("refused");
    assert_eq!((error.field.as_ref(), error.cause), (field, cause));
}

/// As Claude Code writes them (its requests in public issue threads), in short.
#[test]
fn an_agents_request_is_converted() {
    let request = json!({
        "model": "claude-sonnet-4-5", "max_tokens": 32000, "stream": true, "temperature": 1,
        "system": [
            {"type": "text", "text": "You are an agent."},
            {"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}
        ],
        "metadata": {"user_id": "user_1"},
        "thinking": {"type": "enabled", "budget_tokens": 31999},
        "tools": [
            {"name": "Read", "description": "Reads a file", "input_schema":
                {"$schema": "http://json-schema.org/draft-07/schema#", "type": "object",
                 "properties": {"path": {"type": "string"}}, "required": ["path"]}},
            {"type": "web_search_20250305", "name": "web_search", "max_uses": 8}
        ],
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "Read a and b"}]},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "hm", "signature": "sig"},
                {"type": "text", "text": "Reading."},
                {"type": "tool_use", "id": "toolu_1", "name": "Read", "input": {"path": "a"}},
                {"type": "tool_use", "id": "toolu_2", "name": "Read", "input": {"path": "b"}}
            ]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "toolu_1", "content": "A"},
                {"type": "tool_result", "tool_use_id": "toolu_2", "is_error": true,
                 "content": [{"type": "text", "text": "no such file"}]},
                {"type": "text", "text": "Go on.", "cache_control": {"type": "ephemeral"}}
            ]}
        ]
    });
    let (chat, notes) = converted(&request, &target(Vendor::OpenAi, "gpt-5")).expect("convertible");
    assert_eq!(
        chat,
        json!({
            "model": "gpt-5", "max_completion_tokens": 32000, "stream": true,
            "stream_options": {"include_usage": true}, "user": "user_1", "reasoning_effort": "high",
            "tools": [{"type": "function", "function": {"name": "Read", "description": "Reads a file", "parameters":
                {"$schema": "http://json-schema.org/draft-07/schema#", "type": "object",
                 "properties": {"path": {"type": "string"}}, "required": ["path"]}}}],
            "messages": [
                {"role": "system", "content": [
                    {"type": "text", "text": "You are an agent."}, {"type": "text", "text": "Be brief."}]},
                {"role": "user", "content": "Read a and b"},
                {"role": "assistant", "content": "Reading.", "tool_calls": [
                    {"id": "toolu_1", "type": "function", "function": {"name": "Read", "arguments": "{\"path\":\"a\"}"}},
                    {"id": "toolu_2", "type": "function", "function": {"name": "Read", "arguments": "{\"path\":\"b\"}"}}]},
                {"role": "tool", "tool_call_id": "toolu_1", "content": "A"},
                {"role": "tool", "tool_call_id": "toolu_2", "content": "[tool error] no such file"},
                {"role": "user", "content": "Go on."}
            ]
        })
    );
    assert_eq!(notes, ["cache_control", "thinking", "tools"]);
}

#[test]
fn instructions_stay_where_they_are() {
    let request = json!({"system": "a", "messages": [
        {"role": "user", "content": "b"}, {"role": "system", "content": [{"type": "text", "text": "c"}]}]});
    assert_eq!(
        openai(&request).0["messages"],
        json!([{"role": "system", "content": "a"}, {"role": "user", "content": "b"}, {"role": "system", "content": "c"}])
    );
    // A server that is not OpenAI's may take no lists.
    let blocks = json!({"system": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}],
        "messages": [{"role": "user", "content": [{"type": "text", "text": "c"}, {"type": "text", "text": "d"}]}]});
    assert_eq!(
        compatible(&blocks).0["messages"],
        json!([{"role": "system", "content": "a\nb"}, {"role": "user", "content": "c\nd"}])
    );
}

#[test]
fn images_and_documents_become_parts() {
    check_turns(
        json!([{"role": "user", "content": [
            {"type": "text", "text": "What is it?"},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBO/w=="}},
            {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}},
            {"type": "document", "title": "a.pdf", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBE"}},
            {"type": "document", "title": "T", "context": "C", "source": {"type": "text", "media_type": "text/plain", "data": "D"}},
            {"type": "document", "source": {"type": "content", "content": [{"type": "text", "text": "E"}]}}
        ]}]),
        &json!([{"role": "user", "content": [
            {"type": "text", "text": "What is it?"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBO/w=="}},
            {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
            {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBE"}},
            {"type": "text", "text": "T\nC\nD"},
            {"type": "text", "text": "E"}
        ]}]),
    );
}

/// D-16: what a result shows survives; results come first, whatever stands before them.
#[test]
fn images_in_results_follow_as_a_users_message() {
    let image = json!({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA"}});
    check_turns(
        json!([{"role": "user", "content": [
            {"type": "text", "text": "and then"},
            {"type": "tool_result", "tool_use_id": "a", "content": [{"type": "text", "text": "seen"}, image]},
            {"type": "tool_result", "tool_use_id": "b", "is_error": true, "content": [image]},
            {"type": "tool_result", "tool_use_id": "c"},
            {"type": "tool_result", "tool_use_id": "d", "is_error": true, "content": []}
        ]}]),
        &json!([
            {"role": "tool", "tool_call_id": "a", "content": "seen"},
            {"role": "tool", "tool_call_id": "b", "content": "[tool error] The result is in the next message."},
            {"role": "tool", "tool_call_id": "c", "content": ""},
            {"role": "tool", "tool_call_id": "d", "content": "[tool error] "},
            {"role": "user", "content": [
                {"type": "text", "text": "The result of tool call a:"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}},
                {"type": "text", "text": "The result of tool call b:"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}
            ]},
            {"role": "user", "content": "and then"}
        ]),
    );
}

#[test]
fn assistants_turns() {
    check_turns(
        json!([
            {"role": "assistant", "content": [
                {"type": "text", "text": "It is "}, {"type": "text", "text": ""}, {"type": "text", "text": "4."}]},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": "f", "input": {}}]},
            {"role": "assistant", "content": "plain"},
            {"role": "assistant", "content": []}
        ]),
        &json!([
            {"role": "assistant", "content": "It is 4."},
            {"role": "assistant", "tool_calls": [
                {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
            {"role": "assistant", "content": "plain"}
        ]),
    );
    let (chat, notes) = openai(&json!({"messages": [
        {"role": "assistant", "content": [
            {"type": "redacted_thinking", "data": "x"},
            {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "q"}},
            {"type": "web_search_tool_result", "tool_use_id": "s", "content": [{"type": "web_search_result", "url": "u"}]},
            {"type": "text", "text": "so", "citations": [{"type": "web_search_result_location"}]}
        ]},
        {"role": "assistant", "content": [{"type": "thinking", "thinking": "x", "signature": "s"}]}
    ]}));
    assert_eq!(
        chat["messages"],
        json!([{"role": "assistant", "content": "so"}])
    );
    assert_eq!(
        notes,
        [
            "redacted_thinking",
            "server_tool_use",
            "citations",
            "thinking"
        ]
    );
}

#[test]
fn opaque_values_keep_their_bytes() {
    let text = r#"{"messages":[{"role":"user","content":"\ud83d\/"},
        {"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{"z":1.0,"a":12345678901234567890123}}]}],
        "tools":[{"name":"f","input_schema":{"z":1.10,"properties":{"b":{},"a":{}}}}],"temperature":0.10}"#;
    let request: Request<'_> = serde_json::from_str(text).expect("a request");
    let target = target(Vendor::Other, "m");
    let chat = convert(request, &target, &mut Notes::default()).expect("convertible");
    let chat = serde_json::to_string(&chat).expect("json");
    for kept in [
        r#""content":"\ud83d\/""#,
        r#""arguments":"{\"z\":1.0,\"a\":12345678901234567890123}""#,
        r#""parameters":{"z":1.10,"properties":{"b":{},"a":{}}}"#,
        r#""temperature":0.10"#,
    ] {
        assert!(chat.contains(kept), "{kept} in {chat}");
    }
}

#[test]
fn thought_signatures_travel_in_ids() {
    let request = json!({"messages": [
        {"role": "assistant", "content": [{"type": "tool_use", "id": "a__thought__c2ln", "name": "f", "input": {}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a__thought__c2ln", "content": "x"}]}]});
    let (chat, notes) = converted(&request, &target(Vendor::Gemini, "gemini-3-pro")).expect("ok");
    assert_eq!(
        chat["messages"],
        json!([
            {"role": "assistant", "tool_calls": [{"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"},
                "extra_content": {"google": {"thought_signature": "c2ln"}}}]},
            {"role": "tool", "tool_call_id": "a", "content": "x"}
        ])
    );
    assert_eq!(notes, Vec::<&str>::new());
    let (chat, notes) = openai(&request);
    assert_eq!(chat["messages"][1]["tool_call_id"], "a");
    assert_eq!(notes, ["thought_signature"]);
}

#[test]
fn tools_and_choices() {
    let closed = json!({"type": "object", "properties": {}, "additionalProperties": false});
    let tool = json!({"type": "custom", "name": "f", "strict": true, "input_schema": closed});
    for (choice, expected, is_parallel) in [
        (json!({"type": "auto"}), json!("auto"), Value::Null),
        (
            json!({"type": "any", "disable_parallel_tool_use": true}),
            json!("required"),
            json!(false),
        ),
        (
            json!({"type": "none", "disable_parallel_tool_use": false}),
            json!("none"),
            Value::Null,
        ),
        (
            json!({"type": "tool", "name": "f"}),
            json!({"type": "function", "function": {"name": "f"}}),
            Value::Null,
        ),
    ] {
        let (chat, _) = openai(&json!({"messages": [], "tools": [tool], "tool_choice": choice}));
        assert_eq!(chat["tool_choice"], expected);
        assert_eq!(chat["parallel_tool_calls"], is_parallel);
        assert_eq!(
            chat["tools"],
            json!([{"type": "function", "function": {"name": "f", "strict": true, "parameters": closed}}])
        );
    }
    // Anthropic's strict mode has optional properties, OpenAI's refuses them.
    let open = json!({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": false});
    for (schema, strict, expected, dropped) in [
        (open.clone(), true, Value::Null, vec!["tools.strict"]),
        (open, false, json!(false), vec![]),
        (Value::Null, true, Value::Null, vec!["tools.strict"]),
    ] {
        let tool = json!({"name": "f", "strict": strict, "input_schema": schema});
        let (chat, notes) = openai(&json!({"messages": [], "tools": [tool]}));
        assert_eq!(chat["tools"][0]["function"]["strict"], expected);
        assert_eq!(notes, dropped);
    }
    // D-10.
    for schema in [Value::Null, json!({})] {
        let (chat, _) =
            openai(&json!({"messages": [], "tools": [{"name": "f", "input_schema": schema}]}));
        assert_eq!(
            chat["tools"][0]["function"]["parameters"],
            json!({"type": "object", "properties": {}})
        );
    }
    // Nothing to choose from.
    let (chat, notes) = openai(&json!({"messages": [], "tool_choice": {"type": "auto"},
        "tools": [{"type": "bash_20250124", "name": "bash"}]}));
    assert_eq!(
        (&chat["tools"], &chat["tool_choice"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(notes, ["tools"]);
}

/// D-14.
#[test]
fn the_limit_has_the_name_that_the_server_knows() {
    let request = json!({"messages": [], "max_tokens": 5});
    for (vendor, model, name) in [
        (Vendor::OpenAi, "o3", "max_completion_tokens"),
        (Vendor::OpenAi, "gpt-4o", "max_completion_tokens"),
        (Vendor::OpenAi, "my-deployment", "max_completion_tokens"),
        (Vendor::Other, "gpt-4o", "max_tokens"),
        (Vendor::Other, "mistral-large", "max_tokens"),
    ] {
        let (chat, _) = converted(&request, &target(vendor, model)).expect("convertible");
        assert_eq!(chat, json!({"model": model, "messages": [], name: 5}));
    }
}

#[test]
fn sampling_goes_where_it_is_taken() {
    let request = json!({"messages": [], "temperature": 0.5, "top_p": 0.9, "top_k": 5, "stop_sequences": ["a", "b"]});
    let (chat, notes) = compatible(&request);
    assert_eq!(
        chat,
        json!({"model": "qwen3", "messages": [], "temperature": 0.5, "top_p": 0.9, "top_k": 5, "stop": ["a", "b"]})
    );
    assert_eq!(notes, Vec::<&str>::new());
    let (chat, notes) = openai(&request);
    assert_eq!(
        chat,
        json!({"model": "gpt-4o", "messages": [], "temperature": 0.5, "top_p": 0.9, "stop": ["a", "b"]})
    );
    assert_eq!(notes, ["top_k"]);
    let (chat, notes) = converted(&request, &target(Vendor::OpenAi, "o3")).expect("convertible");
    assert_eq!(chat["temperature"], Value::Null);
    assert_eq!(chat["stop"], Value::Null);
    assert_eq!(notes, ["stop_sequences", "temperature", "top_p", "top_k"]);
    // Where it does not think, a later model takes a temperature.
    let mut request = request;
    for (effort, temperature) in [(Value::Null, json!(0.5)), (json!("low"), Value::Null)] {
        request["output_config"] = json!({"effort": effort});
        let (chat, _) =
            converted(&request, &target(Vendor::OpenAi, "gpt-5.2")).expect("convertible");
        assert_eq!(chat["temperature"], temperature);
        assert_eq!(
            (&chat["stop"], &chat["reasoning_effort"]),
            (&Value::Null, &effort)
        );
    }
}

/// T-5, where the provider has chat completions only.
#[test]
fn tools_or_thinking() {
    let tools = json!([{"name": "f"}]);
    let thinking = json!({"type": "enabled", "budget_tokens": 2000});
    for (model, request, effort, dropped) in [
        (
            "gpt-5.4",
            json!({"thinking": thinking, "tools": tools}),
            Value::Null,
            vec!["thinking"],
        ),
        (
            "gpt-5.4",
            json!({"output_config": {"effort": "high"}, "tools": tools}),
            Value::Null,
            vec!["output_config.effort"],
        ),
        (
            "gpt-5.4",
            json!({"output_config": {"effort": "high"}}),
            json!("high"),
            vec![],
        ),
        (
            "gpt-5.2",
            json!({"output_config": {"effort": "high"}, "tools": tools}),
            json!("high"),
            vec![],
        ),
    ] {
        let mut request = request;
        request["messages"] = json!([]);
        let (chat, notes) =
            converted(&request, &target(Vendor::OpenAi, model)).expect("convertible");
        assert_eq!(
            (&chat["reasoning_effort"], notes),
            (&effort, dropped),
            "{request}"
        );
    }
}

#[test]
fn thinking_becomes_an_effort() {
    // Model; request; effort, notes.
    for (model, request, effort, notes) in [
        ("o3", json!({}), Value::Null, vec![]),
        (
            "o3",
            json!({"thinking": {"type": "adaptive"}}),
            json!("high"),
            vec![],
        ),
        (
            "o3",
            json!({"thinking": {"type": "adaptive"}, "output_config": {"effort": "low"}}),
            json!("low"),
            vec![],
        ),
        (
            "o3",
            json!({"thinking": {"type": "enabled", "budget_tokens": 2000}}),
            json!("medium"),
            vec![],
        ),
        (
            "o3",
            json!({"output_config": {"effort": "max"}}),
            json!("high"),
            vec![],
        ),
        (
            "gpt-5.2",
            json!({"output_config": {"effort": "max"}}),
            json!("xhigh"),
            vec![],
        ),
        (
            "o3",
            json!({"thinking": {"type": "disabled"}, "output_config": {"effort": "max"}}),
            json!("low"),
            vec!["output_config.effort"],
        ),
        (
            "gpt-5.2",
            json!({"thinking": {"type": "between_tools"}}),
            json!("none"),
            vec![],
        ),
        (
            "gpt-4o",
            json!({"thinking": {"type": "disabled"}}),
            Value::Null,
            vec![],
        ),
        (
            "gpt-4o",
            json!({"thinking": {"type": "enabled", "budget_tokens": 2000}}),
            Value::Null,
            vec!["thinking"],
        ),
        (
            "gpt-4o",
            json!({"output_config": {"effort": "low"}}),
            Value::Null,
            vec!["output_config.effort"],
        ),
    ] {
        let mut request = request;
        request["messages"] = json!([]);
        let (chat, dropped) =
            converted(&request, &target(Vendor::OpenAi, model)).expect("convertible");
        assert_eq!(
            (&chat["reasoning_effort"], dropped),
            (&effort, notes),
            "{request}"
        );
    }
}

#[test]
fn a_format_becomes_a_response_format() {
    let open = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let mut closed = open.clone();
    closed["required"] = json!(["a"]);
    closed["additionalProperties"] = json!(false);
    for (schema, strict) in [(open, Value::Null), (closed, json!(true))] {
        let (chat, _) = openai(&json!({"messages": [],
            "output_config": {"format": {"type": "json_schema", "schema": schema}}}));
        let format = &chat["response_format"];
        assert_eq!(format["type"], "json_schema");
        assert_eq!(format["json_schema"]["name"], "structured_output");
        assert_eq!(format["json_schema"]["schema"], schema);
        assert_eq!(format["json_schema"]["strict"], strict);
    }
}

#[test]
fn what_has_no_counterpart_is_noted() {
    let long = "u".repeat(65);
    let request = json!({"messages": [], "metadata": {"user_id": long}, "service_tier": "auto",
        "container": "c", "mcp_servers": [], "context_management": {}});
    let (chat, notes) = openai(&request);
    assert_eq!(chat, json!({"model": "gpt-4o", "messages": []}));
    assert_eq!(
        notes,
        [
            "metadata.user_id",
            "service_tier",
            "container",
            "mcp_servers",
            "context_management"
        ]
    );
    assert_eq!(compatible(&request).0["user"], json!(long));
}

/// A line: whose limit, the field, and the request.
const REFUSED: &str = r#"
Invalid messages[0].role {"messages":[{"role":"tool","content":"a"}]}
Invalid messages[0].content {"messages":[{"role":"user","content":7}]}
Unsupported system[0] {"messages":[],"system":[{"type":"image"}]}
Invalid tools[0].input_schema {"messages":[],"tools":[{"name":"f","input_schema":[]}]}
Invalid tool_choice.name {"messages":[],"tool_choice":{"type":"tool"}}
Unsupported tool_choice.name {"messages":[],"tool_choice":{"type":"tool","name":"g"}}
Invalid tool_choice.type {"messages":[],"tool_choice":{"type":"some"}}
Unsupported thinking.type {"messages":[],"thinking":{"type":"deep"}}
Unsupported output_config.format.type {"messages":[],"output_config":{"format":{"type":"grammar"}}}
Invalid output_config.format.schema {"messages":[],"output_config":{"format":{"type":"json_schema"}}}
Invalid output_config.format {"messages":[],"output_config":{"format":"json"}}
"#;

/// The same for a block of a user's turn; the field is the block's.
const REFUSED_OF_USER: &str = r#"
Invalid - "a"
Invalid - {"type":"text","text":7}
Invalid .type {"type":"thinking","thinking":"a"}
Unsupported - {"type":"container_upload","file_id":"f"}
Unsupported - {"type":"search_result","source":"u","title":"t","content":[]}
Invalid .source {"type":"image"}
Unsupported .source {"type":"image","source":{"type":"file","file_id":"f"}}
Invalid .source.media_type {"type":"image","source":{"type":"base64","data":"A"}}
Unsupported .source {"type":"document","source":{"type":"url","url":"u"}}
Invalid .source.content {"type":"document","source":{"type":"content","content":7}}
Invalid .tool_use_id {"type":"tool_result","content":"a"}
Invalid .content[0].source {"type":"tool_result","tool_use_id":"a","content":[{"type":"image"}]}
Invalid .content {"type":"tool_result","tool_use_id":"a","content":7}
"#;

/// The same for a block of an assistant's turn.
const REFUSED_OF_ASSISTANT: &str = r#"
Invalid .id {"type":"tool_use","name":"f"}
Invalid .name {"type":"tool_use","id":"a"}
Unsupported - {"type":"image"}
"#;

#[test]
fn refusals_name_the_field() {
    for (role, lines) in [
        (None, REFUSED),
        (Some("user"), REFUSED_OF_USER),
        (Some("assistant"), REFUSED_OF_ASSISTANT),
    ] {
        for line in lines.trim().lines() {
            let mut words = line.splitn(3, ' ');
            let mut word = || words.next().expect("three words");
            let (cause, field, request) = (word(), word(), word());
            let cause = match cause {
                "Invalid" => Cause::Invalid,
                "Unsupported" => Cause::Unsupported,
                other => panic!("{other}"),
            };
            let request: Value = serde_json::from_str(request).expect("json");
            let Some(role) = role else {
                check_refused(&request, field, cause);
                continue;
            };
            let turn = json!({"role": role, "content": [{"type": "text", "text": "a"}, request]});
            let request = json!({"messages": [{"role": "user", "content": "a"}, turn]});
            let field = field.strip_prefix('-').unwrap_or(field);
            check_refused(&request, &format!("messages[1].content[1]{field}"), cause);
        }
    }
}

/// Content that another converter made, and does not stand in a document, converts the same.
#[test]
fn made_content_converts_like_read_content() {
    let text = json!({"messages": [{"role": "user", "content": [
        {"type": "tool_result", "tool_use_id": "a", "content": [{"type": "text", "text": "x"}]},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA"}}]}]})
    .to_string();
    let target = target(Vendor::OpenAi, "gpt-4o");
    let read: Request<'_> = serde_json::from_str(&text).expect("a request");
    let mut made: Request<'_> = serde_json::from_str(&text).expect("a request");
    for message in &mut made.messages {
        let json = message.content.clone().into_json().into_owned();
        message.content = Content::Read(json);
    }
    let [read, made] = [read, made].map(|request| {
        let chat = convert(request, &target, &mut Notes::default()).expect("convertible");
        serde_json::to_string(&chat).expect("json")
    });
    assert_eq!(read, made);
}

/// JSON of the members that are read, in any place.
fn any_content() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0_u64..3).prop_map(Value::from),
        prop::sample::select(vec!["", "a", "text", "base64", "a__thought__b"])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 32, 4, |inner| {
        let kind = prop::sample::select(vec![
            "text",
            "image",
            "document",
            "tool_use",
            "tool_result",
            "thinking",
            "web_search_tool_result",
            "other",
        ]);
        let key = prop::sample::select(vec![
            "text",
            "source",
            "data",
            "url",
            "media_type",
            "id",
            "name",
            "input",
            "tool_use_id",
            "content",
            "is_error",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            (kind, prop::collection::vec((key, inner), 0..5)).prop_map(|(kind, members)| {
                let mut block: serde_json::Map<_, _> = members
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect();
                block.insert("type".to_owned(), Value::from(kind));
                Value::from(block)
            }),
        ]
    })
}

proptest! {
    #[test]
    fn any_content_is_converted_or_refused(
        content in prop::collection::vec(any_content(), 0..4),
        role in prop::sample::select(vec!["user", "assistant", "system"]),
    ) {
        let request = json!({"messages": [{"role": role, "content": content}], "system": content});
        // Only that it does neither panic nor blame another field.
        if let Err(error) = converted(&request, &target(Vendor::OpenAi, "gpt-4o")) {
            prop_assert!(error.field.starts_with("messages[0].content") || error.field.starts_with("system"));
        }
    }
}
