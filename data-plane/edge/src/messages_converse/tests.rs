//! Messages requests as Converse requests.

use proptest::prelude::{Just, Strategy, prop, prop_assert, prop_assert_eq, prop_oneof, proptest};
use serde_json::{Value, json};

use super::{Extras, convert};
use crate::shape::{converse, messages};
use crate::text::JsonText;
use crate::{Cause, Notes, Target};

const CLAUDE: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
const NOVA_2: &str = "global.amazon.nova-2-lite-v1:0";
const LLAMA: &str = "us.meta.llama4-scout-17b-instruct-v1:0";

struct Converted {
    body: Value,
    dropped: Vec<&'static str>,
}

fn try_convert(
    model: &str,
    request: &str,
    extras: Extras<'_>,
) -> Result<Converted, (String, Cause)> {
    let request: messages::Request<'_> = serde_json::from_str(request).expect("a request");
    let target = Target {
        model: model.to_owned(),
        ..Target::default()
    };
    let mut notes = Notes::default();
    let (converted, _) = convert(&request, &target, extras, &mut notes)
        .map_err(|error| (error.field.into_owned(), error.cause))?;
    Ok(Converted {
        body: serde_json::to_value(&converted).expect("json"),
        dropped: notes.dropped,
    })
}

#[track_caller]
fn check(model: &str, request: Value, expected: Value, dropped: &[&str]) {
    let converted = try_convert(model, &request.to_string(), Extras::default()).expect("converted");
    assert_eq!(converted.body, expected);
    assert_eq!(converted.dropped, dropped);
}

/// Only the turns.
#[track_caller]
fn check_turns(turns: Value, expected: Value, dropped: &[&str]) {
    let request = json!({"messages": turns}).to_string();
    let converted = try_convert(CLAUDE, &request, Extras::default()).expect("converted");
    assert_eq!(converted.body["messages"], expected);
    assert_eq!(converted.dropped, dropped);
}

#[track_caller]
fn refused(request: Value, field: &str, cause: Cause) {
    let Err(error) = try_convert(CLAUDE, &request.to_string(), Extras::default()) else {
        panic!("{request} is converted");
    };
    assert_eq!(error, (field.to_owned(), cause));
}

fn hi() -> Value {
    json!([{"role": "user", "content": "hi"}])
}

/// After AWS's reference "Converse", examples of requests.
#[test]
fn a_request() {
    check(
        CLAUDE,
        json!({
            "model": "claude", "max_tokens": 100, "stream": true,
            "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral", "ttl": "1h"}}, {"type": "text", "text": " "}],
            "messages": [{"role": "user", "content": "hi"}],
            "stop_sequences": ["END", ""],
            "temperature": 0.5, "top_k": 5,
            "metadata": {"user_id": "u"},
            "service_tier": "auto",
        }),
        json!({
            "system": [{"text": "Be brief."}, {"cachePoint": {"type": "default", "ttl": "1h"}}],
            "messages": [{"role": "user", "content": [{"text": "hi"}]}],
            "inferenceConfig": {"maxTokens": 100, "temperature": 0.5, "stopSequences": ["END"]},
            "additionalModelRequestFields": {"top_k": 5, "metadata": {"user_id": "u"}},
            "additionalModelResponseFieldPaths": ["/stop_sequence"],
        }),
        &["stop_sequences"],
    );
    check(
        LLAMA,
        json!({"messages": hi(), "system": "Be brief.", "top_p": 1}),
        json!({
            "system": [{"text": "Be brief."}],
            "messages": [{"role": "user", "content": [{"text": "hi"}]}],
            "inferenceConfig": {"topP": 1},
        }),
        &[],
    );
}

/// After Anthropic's guide "Tool use" and AWS's "Call a tool with the Converse API".
#[test]
fn tools() {
    check(
        CLAUDE,
        json!({
            "messages": [
                {"role": "user", "content": "Weather?"},
                {"role": "assistant", "content": [
                    {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
                    {"type": "redacted_thinking", "data": "AAEC"},
                    {"type": "text", "text": ""},
                    {"type": "tool_use", "id": "toolu_1", "name": "srv.weather", "input": {"city": "Rome"}},
                    {"type": "tool_use", "id": "call/2", "name": "time"},
                ]},
                {"role": "user", "content": [
                    {"type": "tool_result", "tool_use_id": "toolu_1", "content": "21", "is_error": false},
                    {"type": "tool_result", "tool_use_id": "call/2", "is_error": true, "content": [
                        {"type": "text", "text": "no"},
                        {"type": "image", "source": {"type": "base64", "media_type": "image/jpg", "data": "/9j/"}, "cache_control": {"type": "ephemeral"}},
                    ]},
                    {"type": "tool_result", "tool_use_id": "toolu_3"},
                    {"type": "text", "text": "So?"},
                ]},
            ],
            "tools": [
                {"name": "srv.weather", "description": "", "input_schema": {"type": "object"}, "strict": true},
                {"type": "custom", "name": "time", "description": "Time.", "input_schema": {"type": "object", "z": 1, "a": 2}, "cache_control": {"type": "ephemeral"}},
                {"type": "web_search_20250305", "name": "web_search"},
            ],
            "tool_choice": {"type": "tool", "name": "srv.weather", "disable_parallel_tool_use": true},
        }),
        json!({
            "messages": [
                {"role": "user", "content": [{"text": "Weather?"}]},
                {"role": "assistant", "content": [
                    {"reasoningContent": {"reasoningText": {"text": "Hm.", "signature": "c2ln"}}},
                    {"reasoningContent": {"redactedContent": "AAEC"}},
                    {"toolUse": {"toolUseId": "toolu_1", "name": "srv_weather", "input": {"city": "Rome"}}},
                    {"toolUse": {"toolUseId": "call_2_0691b8", "name": "time", "input": {}}},
                ]},
                {"role": "user", "content": [
                    {"toolResult": {"toolUseId": "toolu_1", "content": [{"text": "21"}], "status": "success"}},
                    {"toolResult": {"toolUseId": "call_2_0691b8", "status": "error", "content": [
                        {"text": "no"},
                        {"image": {"format": "jpeg", "source": {"bytes": "/9j/"}}},
                    ]}},
                    {"cachePoint": {"type": "default"}},
                    {"toolResult": {"toolUseId": "toolu_3", "content": [{"text": "(empty)"}]}},
                    {"text": "So?"},
                ]},
            ],
            "toolConfig": {
                "tools": [
                    {"toolSpec": {"name": "srv_weather", "inputSchema": {"json": {"type": "object"}}, "strict": true}},
                    {"toolSpec": {"name": "time", "description": "Time.", "inputSchema": {"json": {"type": "object", "z": 1, "a": 2}}}},
                    {"cachePoint": {"type": "default"}},
                ],
                "toolChoice": {"tool": {"name": "srv_weather"}},
            },
        }),
        &["tools", "tool_choice.disable_parallel_tool_use"],
    );
}

#[test]
fn choices() {
    let with = |choice: Value, turns: Value| {
        let tools = json!([{"name": "a"}]);
        let request = json!({"messages": turns, "tools": tools, "tool_choice": choice}).to_string();
        let converted = try_convert(CLAUDE, &request, Extras::default()).expect("converted");
        (converted.body["toolConfig"].clone(), converted.dropped)
    };
    let tools = json!([{"toolSpec": {"name": "a", "inputSchema": {"json": {"type": "object"}}}}]);
    let chosen = |choice: Value| (json!({"tools": tools, "toolChoice": choice}), vec![]);
    assert_eq!(
        with(json!({"type": "auto"}), hi()),
        chosen(json!({"auto": {}}))
    );
    assert_eq!(
        with(json!({"type": "any"}), hi()),
        chosen(json!({"any": {}}))
    );
    assert_eq!(with(Value::Null, hi()), (json!({"tools": tools}), vec![]));
    // Without a choice there are no tools, unless turns cannot do without.
    assert_eq!(with(json!({"type": "none"}), hi()), (Value::Null, vec![]));
    let called = json!([
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": [{"type": "tool_use", "id": "1", "name": "a", "input": {}}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1", "content": "ok"}]},
    ]);
    assert_eq!(
        with(json!({"type": "none"}), called.clone()),
        (json!({"tools": tools}), vec!["tool_choice"])
    );
    let request = json!({"messages": called}).to_string();
    let converted = try_convert(CLAUDE, &request, Extras::default()).expect("converted");
    assert_eq!(
        converted.body["toolConfig"]["tools"][0]["toolSpec"]["name"],
        "no_tool"
    );
    assert_eq!(converted.dropped, Vec::<&str>::new());
}

#[test]
fn turns_alternate_and_begin_with_the_users() {
    check_turns(
        json!([
            {"role": "assistant", "content": "Hello."},
            {"role": "user", "content": [{"type": "text", "text": "a"}]},
            {"role": "assistant", "content": " \n"},
            {"role": "user", "content": "b"},
            {"role": "system", "content": "From now on."},
            {"role": "user", "content": "c"},
            {"role": "assistant", "content": [{"type": "thinking", "thinking": "x", "signature": ""}]},
        ]),
        json!([
            {"role": "user", "content": [{"text": "."}]},
            {"role": "assistant", "content": [{"text": "Hello."}]},
            {"role": "user", "content": [{"text": "a"}, {"text": "b"}, {"text": "c"}]},
        ]),
        &["messages.role", "messages.content.thinking"],
    );
    refused(
        json!({"messages": [{"role": "user", "content": ""}]}),
        "messages",
        Cause::Invalid,
    );
    refused(json!({"messages": []}), "messages", Cause::Invalid);
}

#[test]
fn documents() {
    check_turns(
        json!([{"role": "user", "content": [
            {"type": "document", "title": "a_b.pdf", "context": "c", "citations": {"enabled": true},
             "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}},
            {"type": "document", "title": "a_b.pdf", "citations": {"enabled": false},
             "source": {"type": "text", "media_type": "text/plain", "data": "\u{e9}\n"}},
            {"type": "document", "title": null, "source": {"type": "content", "content": [{"type": "text", "text": "part"}]}},
            {"type": "document", "source": {"type": "content", "content": "whole"}},
        ]}]),
        json!([{"role": "user", "content": [
            {"document": {"format": "pdf", "name": "a-b-pdf", "source": {"bytes": "JVBERi0="}, "context": "c", "citations": {"enabled": true}}},
            {"document": {"format": "txt", "name": "a-b-pdf [2]", "source": {"bytes": "w6kK"}}},
            {"document": {"name": "document", "source": {"content": [{"text": "part"}]}}},
            {"document": {"name": "document [2]", "source": {"content": [{"text": "whole"}]}}},
            {"text": "."},
        ]}]),
        &[],
    );
}

#[test]
fn images_that_bedrock_does_not_take_are_refused() {
    let image = |source: Value| json!({"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "image", "source": source}]}]});
    let field = |member: &str| format!("messages[0].content[1].{member}");
    for (source, member, cause) in [
        (
            json!({"type": "url", "url": "https://a/b.png"}),
            "source",
            Cause::Unsupported,
        ),
        (
            json!({"type": "file", "file_id": "file_1"}),
            "source",
            Cause::Unsupported,
        ),
        (
            json!({"type": "base64", "media_type": "image/tiff", "data": "AA=="}),
            "source.media_type",
            Cause::Unsupported,
        ),
        (
            json!({"type": "base64", "media_type": "image/png", "data": ""}),
            "source.data",
            Cause::Invalid,
        ),
    ] {
        refused(image(source), &field(member), cause);
    }
}

#[test]
fn blocks_that_bedrock_has_not_are_refused() {
    let said = |role: &str, block: Value| json!({"messages": [{"role": role, "content": [block]}]});
    for (role, block, member, cause) in [
        (
            "user",
            json!({"type": "search_result", "source": "https://a", "title": "b", "content": []}),
            ".type",
            Cause::Unsupported,
        ),
        (
            "user",
            json!({"type": "container_upload", "file_id": "x"}),
            ".type",
            Cause::Unsupported,
        ),
        (
            "user",
            json!({"type": "tool_use", "id": "x", "name": "a", "input": {}}),
            ".type",
            Cause::Unsupported,
        ),
        (
            "assistant",
            json!({"type": "tool_use", "id": "x", "name": "a", "input": [1]}),
            ".input",
            Cause::Invalid,
        ),
        (
            "user",
            json!({"type": "tool_result", "content": "x"}),
            ".tool_use_id",
            Cause::Invalid,
        ),
        (
            "user",
            json!({"type": "tool_result", "tool_use_id": "x", "content": [{"type": "image", "source": {"type": "url"}}]}),
            ".content[0].source",
            Cause::Unsupported,
        ),
        ("user", json!({"type": "text"}), ".text", Cause::Invalid),
        ("user", json!(7), "", Cause::Invalid),
    ] {
        refused(
            said(role, block),
            &format!("messages[0].content[0]{member}"),
            cause,
        );
    }
    refused(
        said("robot", json!({"type": "text", "text": "a"})),
        "messages[0].role",
        Cause::Unsupported,
    );
}

#[test]
fn members_that_bedrock_has_not_are_refused() {
    for (member, value, field, cause) in [
        (
            "mcp_servers",
            json!([{"name": "a"}]),
            "mcp_servers",
            Cause::Unsupported,
        ),
        ("max_tokens", json!(0), "max_tokens", Cause::Invalid),
        (
            "tools",
            json!([{"name": "a", "input_schema": 7}]),
            "tools[0].input_schema",
            Cause::Invalid,
        ),
        (
            "tool_choice",
            json!({"type": "tool", "name": "a"}),
            "tool_choice.name",
            Cause::Unsupported,
        ),
        (
            "output_config",
            json!({"format": {"type": "grammar"}}),
            "output_config.format.type",
            Cause::Unsupported,
        ),
        (
            "output_config",
            json!({"format": {"type": "json_schema", "schema": 1}}),
            "output_config.format.schema",
            Cause::Invalid,
        ),
        (
            "system",
            json!([{"type": "image"}]),
            "system[0].type",
            Cause::Unsupported,
        ),
    ] {
        let mut request = json!({"messages": hi()});
        request[member] = value;
        refused(request, field, cause);
    }
}

/// The model's own fields, the parameters, how the answer is made, and what was dropped.
type Fields = (Value, Value, Value, Vec<&'static str>);

fn fields(model: &str, rest: Value) -> Fields {
    let mut request = json!({"messages": hi(), "max_tokens": 9000});
    for (name, value) in rest.as_object().expect("members") {
        request[name] = value.clone();
    }
    let converted = try_convert(model, &request.to_string(), Extras::default()).expect("converted");
    let body = converted.body;
    (
        body["additionalModelRequestFields"].clone(),
        body["inferenceConfig"].clone(),
        body["outputConfig"].clone(),
        converted.dropped,
    )
}

fn budget(tokens: u64) -> Value {
    json!({"type": "enabled", "budget_tokens": tokens})
}

/// Claude's own members.
#[test]
fn claude_thinks() {
    assert_eq!(
        fields(
            CLAUDE,
            json!({"thinking": budget(2048), "temperature": 0.5, "top_p": 0.9, "top_k": 5, "output_config": {"effort": "max"}})
        ),
        (
            json!({"thinking": budget(2048)}),
            json!({"maxTokens": 9000}),
            json!({"effort": "max"}),
            vec!["temperature", "top_p", "top_k"],
        )
    );
    assert_eq!(
        fields(
            CLAUDE,
            json!({"thinking": {"type": "adaptive", "display": "summarized"}, "temperature": 1, "top_p": 0.95})
        ),
        (
            json!({"thinking": {"type": "adaptive", "display": "summarized"}}),
            json!({"maxTokens": 9000, "topP": 0.95}),
            Value::Null,
            vec![],
        )
    );
}

/// Each family's own members.
#[test]
fn others_think() {
    let nova = |effort: &str| json!({"reasoningConfig": {"type": "enabled", "maxReasoningEffort": effort}});
    assert_eq!(
        fields(
            NOVA_2,
            json!({"thinking": budget(2048), "temperature": 0.5})
        ),
        (
            nova("medium"),
            json!({"maxTokens": 9000, "temperature": 0.5}),
            Value::Null,
            vec![]
        )
    );
    assert_eq!(
        fields(
            NOVA_2,
            json!({"thinking": {"type": "adaptive"}, "temperature": 0.5, "top_k": 4})
        ),
        (
            nova("high"),
            Value::Null,
            Value::Null,
            vec!["max_tokens", "temperature", "top_k"]
        )
    );
    assert_eq!(
        fields(
            NOVA_2,
            json!({"top_k": 4, "thinking": {"type": "disabled"}, "output_config": {"effort": "low"}})
        ),
        (
            json!({"inferenceConfig": {"topK": 4}}),
            json!({"maxTokens": 9000}),
            Value::Null,
            vec!["output_config.effort"],
        )
    );
    assert_eq!(
        fields("us.amazon.nova-pro-v1:0", json!({"thinking": budget(1024)})).3,
        ["thinking"]
    );
    assert_eq!(
        fields("openai.gpt-oss-20b-1:0", json!({"thinking": budget(1024)})).0,
        json!({"reasoning_effort": "low"})
    );
    assert_eq!(
        fields("deepseek.v3-v1:0", json!({"thinking": budget(9000)})).0,
        json!({"reasoning_config": "high"})
    );
}

#[test]
fn failed_results_are_marked_where_there_is_no_status() {
    let request = json!({"messages": [
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1", "content": "no", "is_error": true, "cache_control": {"type": "ephemeral"}}]},
    ]});
    let converted = try_convert(LLAMA, &request.to_string(), Extras::default()).expect("converted");
    assert_eq!(
        converted.body["messages"][0]["content"],
        json!([{"toolResult": {"toolUseId": "1", "content": [{"text": "[tool error]"}, {"text": "no"}]}}])
    );
    assert_eq!(converted.dropped, ["cache_control"]);
}

#[test]
fn structured_answers() {
    let request = r#"{"messages":[{"role":"user","content":"hi"}],
        "output_config":{"format":{"type":"json_schema","schema":{"type":"object","b":1e400,"a":1}}}}"#;
    let converted = try_convert(CLAUDE, request, Extras::default()).expect("converted");
    assert_eq!(
        converted.body["outputConfig"],
        json!({"textFormat": {"type": "json_schema", "structure": {"jsonSchema": {"schema": r#"{"type":"object","b":1e400,"a":1}"#}}}})
    );
}

#[test]
fn at_most_four_cache_points() {
    let marked =
        |text: &str| json!({"type": "text", "text": text, "cache_control": {"type": "ephemeral"}});
    let request = json!({
        "system": [marked("s")],
        "messages": [{"role": "user", "content": [marked("a"), marked("b"), marked("c"), marked("d")]}],
        "tools": [{"name": "t", "cache_control": {"type": "ephemeral"}}],
    });
    let converted =
        try_convert(CLAUDE, &request.to_string(), Extras::default()).expect("converted");
    let body = converted.body.to_string();
    assert_eq!(body.matches("cachePoint").count(), 4);
    assert_eq!(
        converted.body["messages"][0]["content"]
            .as_array()
            .map(Vec::len),
        Some(7)
    );
    assert_eq!(converted.dropped, ["cache_control"]);
    // Nova keeps them for five minutes, and not behind tools.
    let request = json!({
        "messages": [{"role": "user", "content": [{"type": "text", "text": "a", "cache_control": {"type": "ephemeral", "ttl": "1h"}}]}],
        "tools": [{"name": "t", "cache_control": {"type": "ephemeral"}}],
    });
    let converted =
        try_convert(NOVA_2, &request.to_string(), Extras::default()).expect("converted");
    assert_eq!(
        converted.body["messages"][0]["content"][1],
        json!({"cachePoint": {"type": "default"}})
    );
    assert_eq!(converted.dropped, ["cache_control.ttl", "cache_control"]);
    // A marker with nothing before it marks nothing.
    let request = json!({"messages": [{"role": "user", "content": [marked(" "), {"type": "text", "text": "a"}]}]});
    let converted =
        try_convert(CLAUDE, &request.to_string(), Extras::default()).expect("converted");
    assert_eq!(
        converted.body["messages"][0]["content"],
        json!([{"text": "a"}])
    );
}

#[test]
fn what_comes_beside_the_body() {
    let guardrail = converse::GuardrailConfig {
        guardrail_identifier: "gr1".to_owned(),
        guardrail_version: "DRAFT".to_owned(),
        trace: "enabled",
    };
    let extras = Extras {
        anthropic_beta: &["claude-code-20250219", " interleaved-thinking-2025-05-14"],
        metadata: Some(r#"{"team":"a","n":7,"x":true}"#),
        guardrail: Some(&guardrail),
    };
    let request = json!({"messages": hi()}).to_string();
    let converted = try_convert(CLAUDE, &request, extras).expect("converted");
    assert_eq!(
        converted.body,
        json!({
            "messages": [{"role": "user", "content": [{"text": "hi"}]}],
            "guardrailConfig": {"guardrailIdentifier": "gr1", "guardrailVersion": "DRAFT", "trace": "enabled"},
            "additionalModelRequestFields": {"anthropic_beta": ["interleaved-thinking-2025-05-14"]},
            "requestMetadata": {"team": "a", "n": "7", "x": "true"},
        })
    );
    assert_eq!(converted.dropped, ["anthropic-beta"]);
    for metadata in ["", "[]", r#"{"a":{}}"#, r#"{"a":null}"#] {
        let extras = Extras {
            metadata: Some(metadata),
            ..Extras::default()
        };
        let error = try_convert(CLAUDE, &request, extras).err();
        assert_eq!(
            error,
            Some(("x-bedrock-metadata".to_owned(), Cause::Invalid))
        );
    }
}

#[test]
fn text_and_arguments_keep_their_bytes() {
    let request = r#"{"messages":[{"role":"user","content":"\ud83d"},
        {"role":"assistant","content":[{"type":"tool_use","id":"1","name":"a","input":{"b":1e400, "a":0.10}}]}]}"#;
    let request: messages::Request<'_> = serde_json::from_str(request).expect("a request");
    let mut notes = Notes::default();
    let (converted, names) =
        convert(&request, &Target::default(), Extras::default(), &mut notes).expect("converted");
    let body = serde_json::to_string(&converted).expect("json");
    assert!(body.contains(r#"{"text":"\ud83d"}"#) && body.contains(r#"{"b":1e400, "a":0.10}"#));
    assert!(names.restore(&JsonText::plain("a")).is_none());
}

fn block() -> impl Strategy<Value = Value> {
    let marker = json!({"type": "ephemeral"});
    let blank = prop::sample::select(vec!["", " ", "a", "b\n"]);
    prop_oneof![
        blank.clone().prop_map(|text| json!({"type": "text", "text": text})),
        blank.clone().prop_map(move |text| json!({"type": "text", "text": text, "cache_control": marker})),
        blank.prop_map(|signature| json!({"type": "thinking", "thinking": "t", "signature": signature})),
        "[a./é]{1,3}|[a-z]{65}".prop_map(|name| json!({"type": "tool_use", "id": name, "name": name, "input": {}})),
        "[a./]{1,3}".prop_map(|id| json!({"type": "tool_result", "tool_use_id": id, "content": [{"type": "text", "text": ""}]})),
        Just(json!({"type": "document", "source": {"type": "text", "data": "d"}})),
    ]
}

proptest! {
    #[test]
    fn turns_are_as_bedrock_wants_them(
        turns in prop::collection::vec((0..3_u8, prop::collection::vec(block(), 0..4)), 1..6),
    ) {
        let turns: Vec<_> = turns
            .into_iter()
            .map(|(role, blocks)| {
                let role = ["user", "assistant", "system"][usize::from(role)];
                let fits = |block: &Value| match block["type"].as_str() {
                    Some("thinking" | "tool_use") => role == "assistant",
                    Some("tool_result" | "document") => role == "user",
                    _ => true,
                };
                let blocks: Vec<_> = blocks.into_iter().filter(fits).collect();
                json!({"role": role, "content": blocks})
            })
            .collect();
        let request = json!({"messages": turns}).to_string();
        let converted = match try_convert(CLAUDE, &request, Extras::default()) {
            Ok(converted) => converted.body,
            Err(error) => {
                prop_assert_eq!(error, ("messages".to_owned(), Cause::Invalid));
                return Ok(());
            }
        };
        let turns = converted["messages"].as_array().expect("turns");
        let mut has_calls = false;
        for (index, turn) in turns.iter().enumerate() {
            prop_assert_eq!(&turn["role"], ["user", "assistant"][index % 2]);
            let blocks = turn["content"].as_array().expect("blocks");
            prop_assert!(!blocks.is_empty() && blocks[0].get("cachePoint").is_none());
            let has = |name: &str| blocks.iter().any(|block| block.get(name).is_some());
            prop_assert!(!has("document") || has("text"));
            has_calls |= has("toolUse") || has("toolResult");
            for block in blocks {
                prop_assert!(block["text"].as_str().is_none_or(|text| !text.trim().is_empty()));
            }
        }
        prop_assert_eq!(has_calls, converted.get("toolConfig").is_some());
        prop_assert!(converted.to_string().matches("cachePoint").count() <= 4);
    }
}
