//! Chat requests and the Messages requests that they become.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::convert;
use crate::{Cause, Notes, Target, Unconvertible, Vendor};

mod later;

fn target(model: &str) -> Target {
    Target {
        model: model.to_owned(),
        vendor: Vendor::Anthropic,
        ..Target::default()
    }
}

fn run(request: &str, model: &str) -> Result<(String, Notes), Unconvertible> {
    let mut request = serde_json::from_str(request).expect("a chat request");
    let mut notes = Notes::default();
    let converted = convert(&mut request, &target(model), &mut notes)?;
    Ok((serde_json::to_string(&converted).expect("JSON"), notes))
}

const MODEL: &str = "claude-sonnet-4-5-20250929";

/// `members` beside one user message become `expected` beside it.
#[track_caller]
fn check_for(model: &str, members: &str, expected: &Value, dropped: &[&str]) {
    let request =
        format!(r#"{{"model":"m","messages":[{{"role":"user","content":"hi"}}]{members}}}"#);
    let (converted, notes) = run(&request, model).expect("converted");
    let mut converted: Value = serde_json::from_str(&converted).expect("JSON");
    let converted = converted.as_object_mut().expect("an object");
    assert_eq!(converted.remove("model"), Some(json!(model)));
    assert_eq!(
        converted.remove("messages"),
        Some(json!([{"role": "user", "content": [{"type": "text", "text": "hi"}]}]))
    );
    assert_eq!(json!(converted), *expected);
    assert_eq!(notes.dropped, dropped);
}

#[track_caller]
fn check(members: &str, expected: &Value, dropped: &[&str]) {
    check_for(MODEL, members, expected, dropped);
}

/// `messages` become these turns and this system prompt.
#[track_caller]
fn check_messages(messages: &str, expected: &Value, dropped: &[&str]) {
    let (converted, notes) =
        run(&format!(r#"{{"messages":{messages}}}"#), MODEL).expect("converted");
    let mut converted: Value = serde_json::from_str(&converted).expect("JSON");
    converted
        .as_object_mut()
        .expect("an object")
        .remove("model");
    assert_eq!(converted, *expected);
    assert_eq!(notes.dropped, dropped);
}

#[track_caller]
fn check_refused(request: &str, field: &str, cause: Cause) {
    let error = run(request, MODEL).expect_err("refused");
    assert_eq!(
        (error.field.as_ref(), error.cause),
        (field, cause),
        "{error}"
    );
}

#[test]
fn sampling_is_fitted() {
    check(
        r#","max_tokens":5,"max_completion_tokens":7,"temperature":0.70,"top_k":5,"stream":true,"stream_options":{"include_usage":true}"#,
        &json!({"max_tokens": 7, "temperature": 0.7, "top_k": 5, "stream": true}),
        &[],
    );
    check(
        r#","temperature":1.5"#,
        &json!({"temperature": 1}),
        &["temperature"],
    );
    check(
        r#","temperature":0.5,"top_p":0.9"#,
        &json!({"temperature": 0.5}),
        &["top_p"],
    );
    check_for(
        "claude-3-5-haiku-20241022",
        r#","temperature":0.5,"top_p":0.9"#,
        &json!({"temperature": 0.5, "top_p": 0.9}),
        &[],
    );
    check_for(
        "claude-opus-4-7",
        r#","temperature":0.5,"top_p":0.9,"top_k":3"#,
        &json!({}),
        &["temperature", "top_p", "top_k"],
    );
    check_for(
        "deployment-7",
        r#","top_p":0.9"#,
        &json!({"top_p": 0.9}),
        &[],
    );
    let refused =
        |members: &str| format!(r#"{{"messages":[{{"role":"user","content":"hi"}}]{members}}}"#);
    check_refused(
        &refused(r#","temperature":"hot""#),
        "temperature",
        Cause::Invalid,
    );
    check_refused(&refused(r#","n":2"#), "n", Cause::Unsupported);
    check_refused(
        &refused(r#","functions":[]"#),
        "functions",
        Cause::Unsupported,
    );
    check_refused(&refused(r#","stop":7"#), "stop", Cause::Invalid);
    check_refused(
        &refused(r#","reasoning_effort":"vast""#),
        "reasoning_effort",
        Cause::Unsupported,
    );
}

#[test]
fn stop_is_a_list() {
    check(r#","stop":"END""#, &json!({"stop_sequences": ["END"]}), &[]);
    check(
        r#","stop":["a","\n"]"#,
        &json!({"stop_sequences": ["a"]}),
        &["stop"],
    );
    check(r#","stop":[" "]"#, &json!({}), &["stop"]);
    check(r#","stop":null"#, &json!({}), &[]);
}

#[test]
fn what_has_no_counterpart_is_noted() {
    check(
        r#","n":1,"seed":7,"frequency_penalty":0,"presence_penalty":0.5,"logprobs":false,"top_logprobs":2,
            "logit_bias":{},"metadata":{"a":"b"},"store":false,"service_tier":"flex","modalities":["text"],
            "prediction":{},"user":"u","safety_identifier":"s","verbosity":"low""#,
        &json!({"metadata": {"user_id": "u"}}),
        &[
            "seed",
            "presence_penalty",
            "top_logprobs",
            "metadata",
            "service_tier",
            "prediction",
            "verbosity",
            "safety_identifier",
        ],
    );
    check(
        r#","safety_identifier":"s""#,
        &json!({"metadata": {"user_id": "s"}}),
        &[],
    );
}

#[test]
fn thinking_has_a_budget_or_an_effort() {
    let enabled = |budget: u64| json!({"type": "enabled", "budget_tokens": budget});
    for (effort, budget) in [
        ("minimal", 1024),
        ("low", 1024),
        ("medium", 2048),
        ("high", 4096),
        ("xhigh", 8192),
        ("max", 16384),
    ] {
        check(
            &format!(r#","max_tokens":32000,"reasoning_effort":"{effort}""#),
            &json!({"max_tokens": 32000, "thinking": enabled(budget)}),
            &[],
        );
    }
    check(r#","reasoning_effort":"none""#, &json!({}), &[]);
    // Where nobody bounds the answer, its limit grows with the budget.
    check(
        r#","reasoning_effort":"high""#,
        &json!({"thinking": enabled(4096)}),
        &[],
    );
    check(
        r#","thinking_budget_tokens":50000"#,
        &json!({"thinking": enabled(27_904)}),
        &[],
    );
    check(
        r#","max_tokens":2000,"reasoning_effort":"high""#,
        &json!({"max_tokens": 2000, "thinking": enabled(1999)}),
        &[],
    );
    check(
        r#","max_tokens":1024,"reasoning_effort":"high""#,
        &json!({"max_tokens": 1024}),
        &["reasoning_effort"],
    );
    check(
        r#","thinking_budget_tokens":10"#,
        &json!({"thinking": enabled(1024)}),
        &[],
    );
    check(
        r#","reasoning_effort":"low","temperature":0.5,"top_p":0.9,"top_k":5"#,
        &json!({"thinking": enabled(1024)}),
        &["temperature", "top_p", "top_k"],
    );
    check(
        r#","reasoning_effort":"low","temperature":1,"top_p":0.97"#,
        &json!({"thinking": enabled(1024), "top_p": 0.97}),
        &[],
    );
    check(
        r#","thinking":{"type":"enabled","budget_tokens":2000,"display":"omitted"},"reasoning_effort":"low""#,
        &json!({"thinking": {"type": "enabled", "budget_tokens": 2000, "display": "omitted"}}),
        &["reasoning_effort"],
    );
    check(
        r#","thinking":{"type":"adaptive"},"reasoning_effort":"medium""#,
        &json!({"thinking": {"type": "adaptive"}, "output_config": {"effort": "medium"}}),
        &[],
    );
    check(
        r#","thinking":{"type":"disabled"},"temperature":0.5"#,
        &json!({"thinking": {"type": "disabled"}, "temperature": 0.5}),
        &[],
    );
    check_for(
        "claude-3-5-sonnet-20241022",
        r#","reasoning_effort":"low""#,
        &json!({}),
        &["reasoning_effort"],
    );
}

#[test]
fn adaptive_models_are_told_an_effort() {
    for (model, effort, told) in [
        ("claude-opus-4-6", "minimal", "low"),
        ("claude-opus-4-6", "xhigh", "high"),
        ("claude-sonnet-4-6", "max", "max"),
        ("claude-opus-4-7", "xhigh", "xhigh"),
        ("claude-sonnet-5", "medium", "medium"),
    ] {
        check_for(
            model,
            &format!(r#","reasoning_effort":"{effort}""#),
            &json!({"thinking": {"type": "adaptive"}, "output_config": {"effort": told}}),
            &[],
        );
    }
    check_for(
        "claude-opus-4-7",
        r#","thinking_budget_tokens":4000"#,
        &json!({"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}}),
        &[],
    );
    check_for(
        "claude-opus-4-6",
        r#","thinking_budget_tokens":4000"#,
        &json!({"thinking": {"type": "enabled", "budget_tokens": 4000}}),
        &[],
    );
}

const TOOLS: &str = r#","tools":[{"type":"function","function":{"name":"f","description":"","parameters":{"type":"object","properties":{"a":{"type":"integer","maximum":1.50}}}}},{"type":"function","function":{"name":"g"}}]"#;

#[test]
fn tools_keep_their_schemas() {
    let request = format!(r#"{{"messages":[{{"role":"user","content":"hi"}}]{TOOLS}}}"#);
    let (converted, _) = run(&request, MODEL).expect("converted");
    assert!(
        converted.contains(
            r#""tools":[{"name":"f","input_schema":{"type":"object","properties":{"a":{"type":"integer","maximum":1.50}}}},{"name":"g","input_schema":{"type":"object"}}]"#
        ),
        "{converted}"
    );
    // A strict one is held to, and bounds cannot be.
    let strict = request.replace("}},{\"type\"", ",\"strict\":true}},{\"type\"");
    let (converted, notes) = run(&strict, MODEL).expect("converted");
    assert!(
        converted.contains(
            r#""input_schema":{"type":"object","properties":{"a":{"type":"integer","description":"(maximum: 1.50)"}},"additionalProperties":false},"strict":true}"#
        ),
        "{converted}"
    );
    assert_eq!(notes.dropped, ["tools.function.parameters"]);
    let tools = |tools: &str| {
        format!(r#"{{"messages":[{{"role":"user","content":"hi"}}],"tools":{tools}}}"#)
    };
    check_refused(
        &tools(r#"[{"type":"custom","custom":{}}]"#),
        "tools[0].type",
        Cause::Unsupported,
    );
    check_refused(
        &tools(r#"[{"type":"function","function":{"name":"f","parameters":[]}}]"#),
        "tools[0].function.parameters",
        Cause::Invalid,
    );
}

#[test]
fn tool_choice_and_parallel_calls_are_one_member() {
    let check = |members: &str, expected: Option<Value>| {
        let request =
            format!(r#"{{"messages":[{{"role":"user","content":"hi"}}]{TOOLS}{members}}}"#);
        let (converted, notes) = run(&request, MODEL).expect("converted");
        let converted: Value = serde_json::from_str(&converted).expect("JSON");
        assert_eq!(converted.get("tool_choice"), expected.as_ref(), "{members}");
        notes.dropped
    };
    check("", None);
    check(r#","tool_choice":"auto""#, Some(json!({"type": "auto"})));
    check(r#","tool_choice":"required""#, Some(json!({"type": "any"})));
    check(
        r#","tool_choice":"none","parallel_tool_calls":false"#,
        Some(json!({"type": "none"})),
    );
    check(
        r#","tool_choice":{"type":"function","function":{"name":"f"}},"parallel_tool_calls":false"#,
        Some(json!({"type": "tool", "name": "f", "disable_parallel_tool_use": true})),
    );
    check(
        r#","parallel_tool_calls":false"#,
        Some(json!({"type": "auto", "disable_parallel_tool_use": true})),
    );
    check(r#","parallel_tool_calls":true"#, None);
    for choice in [
        r#""required""#,
        r#"{"type":"function","function":{"name":"f"}}"#,
    ] {
        let request = format!(
            r#"{{"messages":[{{"role":"user","content":"hi"}}]{TOOLS},"tool_choice":{choice}}}"#
        );
        let refused = run(&request, "claude-opus-5-5").expect_err("refused");
        assert_eq!(refused.field, "tool_choice");
        assert!(run(&request, "claude-haiku-5-5").is_ok());
    }
    // A call that has to be made leaves no room for thinking.
    let dropped = check(
        r#","tool_choice":"required","reasoning_effort":"low""#,
        Some(json!({"type": "any"})),
    );
    assert_eq!(dropped, ["reasoning_effort"]);
    super::tests::check(
        r#","tool_choice":"required","parallel_tool_calls":false"#,
        &json!({}),
        &["tool_choice"],
    );
    super::tests::check(r#","tool_choice":"auto","tools":[]"#, &json!({}), &[]);
    let refused = |choice: &str| {
        format!(
            r#"{{"messages":[{{"role":"user","content":"hi"}}],"tool_choice":{choice}{TOOLS}}}"#
        )
    };
    check_refused(&refused(r#""some""#), "tool_choice", Cause::Invalid);
    check_refused(
        &refused(r#"{"type":"allowed_tools","allowed_tools":{}}"#),
        "tool_choice.type",
        Cause::Unsupported,
    );
}

#[test]
fn answers_in_json_have_closed_schemas() {
    check(r#","response_format":{"type":"text"}"#, &json!({}), &[]);
    check(
        r#","response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{"type":"object","properties":{"a":{"type":"object"}}}}}"#,
        &json!({"output_config": {"format": {"type": "json_schema", "schema": {
            "type": "object",
            "properties": {"a": {"type": "object", "additionalProperties": false}},
            "additionalProperties": false
        }}}}),
        &[],
    );
    check(
        r#","response_format":{"type":"json_object"}"#,
        &json!({"system": super::JSON_ONLY}),
        &["response_format"],
    );
    let refused = |format: &str| {
        format!(r#"{{"messages":[{{"role":"user","content":"hi"}}],"response_format":{format}}}"#)
    };
    check_refused(&refused("7"), "response_format", Cause::Invalid);
    check_refused(
        &refused(r#"{"type":"grammar"}"#),
        "response_format.type",
        Cause::Unsupported,
    );
    check_refused(
        &refused(r#"{"type":"json_schema","json_schema":{"schema":[]}}"#),
        "response_format.json_schema.schema",
        Cause::Invalid,
    );
}

#[test]
fn system_messages_go_to_the_front() {
    check_messages(
        r#"[{"role":"system","content":"a"},{"role":"developer","content":[{"type":"text","text":"b"},{"type":"text","text":" "}]},
            {"role":"user","content":"hi"},{"role":"system","content":"c\""}]"#,
        &json!({"system": "a\nb\nc\"", "messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}]}),
        &["messages.system_position"],
    );
    check_messages(
        r#"[{"role":"system","content":[{"type":"text","text":"a"},{"type":"text","text":"b","cache_control":{"type":"ephemeral"}}]},
            {"role":"user","content":"hi"}]"#,
        &json!({
            "system": [{"type": "text", "text": "a"}, {"type": "text", "text": "b", "cache_control": {"type": "ephemeral"}}],
            "messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}]
        }),
        &[],
    );
    check_refused(
        r#"{"messages":[{"role":"system","content":"a"}]}"#,
        "messages",
        Cause::Invalid,
    );
    check_refused(r#"{"messages":[]}"#, "messages", Cause::Invalid);
}

#[test]
fn claude_on_vertex_fetches_nothing() {
    let request = |url: &str| {
        let part = format!(r#"{{"type":"image_url","image_url":{{"url":"{url}"}}}}"#);
        format!(r#"{{"messages":[{{"role":"user","content":[{part}]}}]}}"#)
    };
    let on_vertex = Target {
        vendor: Vendor::Vertex,
        ..target(MODEL)
    };
    let run = |request: &str| {
        let mut request = serde_json::from_str(request).expect("a chat request");
        convert(&mut request, &on_vertex, &mut Notes::default()).map(|_| ())
    };
    assert_eq!(run(&request("data:image/png;base64,iVBORw0=")), Ok(()));
    let refused = run(&request("https://a/b.png")).expect_err("refused");
    assert_eq!(
        (&*refused.field, refused.cause),
        ("messages[0].content[0].image_url.url", Cause::Unsupported)
    );
}

#[test]
fn a_model_that_thinks_unasked_is_told_not_to() {
    let none = r#","reasoning_effort":"none""#;
    for (model, expected, dropped) in [
        ("claude-opus-4-8", json!({}), &[][..]),
        (
            "claude-sonnet-5",
            json!({"thinking": {"type": "disabled"}}),
            &[],
        ),
        (
            "claude-sonnet-5-5",
            json!({"thinking": {"type": "between_tools"}}),
            &[],
        ),
        ("claude-opus-5-5", json!({}), &["reasoning_effort"]),
    ] {
        check_for(model, none, &expected, dropped);
    }
    check_for(
        "claude-opus-5",
        r#","thinking_budget_tokens":0"#,
        &json!({"thinking": {"type": "disabled"}}),
        &[],
    );
}

#[test]
fn a_name_of_its_own_is_known_as_the_model_that_it_stands_for() {
    let target = Target {
        known_as: Some("anthropic.claude-opus-4-7".to_owned()),
        ..target("arn:aws:bedrock:us-east-1:1:application-inference-profile/a1b2c3")
    };
    let request = r#"{"messages":[{"role":"user","content":"hi"}],"max_tokens":8000,"temperature":0.2,"reasoning_effort":"high"}"#;
    let mut request = serde_json::from_str(request).expect("a chat request");
    let converted = convert(&mut request, &target, &mut Notes::default()).expect("converted");
    let converted = serde_json::to_value(&converted).expect("JSON");
    assert_eq!(converted["thinking"], json!({"type": "adaptive"}));
    assert_eq!(converted["output_config"], json!({"effort": "high"}));
    assert_eq!(converted.get("temperature"), None);
}

#[test]
fn images_and_documents_are_blocks() {
    check_messages(
        r#"[{"role":"user","name":"ann","content":[
            {"type":"text","text":" \n"},
            {"type":"text","text":"look","cache_control":{"type":"ephemeral"}},
            {"type":"image_url","image_url":{"url":"data:image/jpg;base64,\/9j/","detail":"high"}},
            {"type":"image_url","image_url":{"url":"https://a/b.png?x=1"}},
            {"type":"image_url","image_url":{"url":"https://a/b.pdf"}},
            {"type":"image_url","image_url":{"url":"data:application/pdf;base64,JVBERi0="}},
            {"type":"file","file":{"filename":"r.pdf","file_data":"data:application/pdf;base64,JVBERi0="}},
            {"type":"file","file":{"filename":"x.png","file_data":"iVBORw0="}}]}]"#,
        &json!({"messages": [{"role": "user", "content": [
            {"type": "text", "text": "look", "cache_control": {"type": "ephemeral"}},
            {"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": "/9j/"}},
            {"type": "image", "source": {"type": "url", "url": "https://a/b.png?x=1"}},
            {"type": "document", "source": {"type": "url", "url": "https://a/b.pdf"}},
            {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}},
            {"type": "document", "title": "r.pdf", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0="}}
        ]}]}),
        &["messages.name", "messages.content.image_url.detail"],
    );
    for (part, field) in [
        (r#"{"type":"input_audio","input_audio":{}}"#, "input_audio"),
        (
            r#"{"type":"image_url","image_url":{"url":"gs://a/b"}}"#,
            "image_url.url",
        ),
        (
            r#"{"type":"image_url","image_url":{"url":"data:image/tiff;base64,A"}}"#,
            "image_url.url",
        ),
        (
            r#"{"type":"image_url","image_url":{"url":"data:image/png,A"}}"#,
            "image_url.url",
        ),
        (
            r#"{"type":"file","file":{"file_id":"file-1"}}"#,
            "file.file_id",
        ),
        (r#"{"type":"hologram"}"#, "type"),
    ] {
        check_refused(
            &format!(
                r#"{{"messages":[{{"role":"user","content":"a"}},{{"role":"user","content":[{{"type":"text","text":"x"}},{part}]}}]}}"#
            ),
            &format!("messages[1].content[1].{field}"),
            Cause::Unsupported,
        );
    }
    for (message, field) in [
        (r#"{"role":"user","content":[7]}"#, "messages[0].content[0]"),
        (
            r#"{"role":"user","content":[{"type":"text"}]}"#,
            "messages[0].content[0].text",
        ),
        (r#"{"role":"user","content":7}"#, "messages[0].content"),
        (r#"{"role":"chorus","content":"la"}"#, "messages[0].role"),
        (
            r#"{"role":"tool","content":"la"}"#,
            "messages[0].tool_call_id",
        ),
        (
            r#"{"role":"assistant","tool_calls":[{"function":{"name":"f"}}]}"#,
            "messages[0].tool_calls[0].id",
        ),
        (
            r#"{"role":"assistant","tool_calls":[{"id":"a"}]}"#,
            "messages[0].tool_calls[0].function",
        ),
    ] {
        check_refused(
            &format!(r#"{{"messages":[{message}]}}"#),
            field,
            Cause::Invalid,
        );
    }
}

#[test]
fn calls_and_results_are_blocks_of_two_turns() {
    check_messages(
        r#"[{"role":"user","content":"hi"},
            {"role":"assistant","content":"a","tool_calls":[
                {"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"x\": 1}"}},
                {"id":"call.2__thought__c2ln+/=","type":"function","function":{"name":"g","arguments":""}},
                {"id":"c3","type":"function","function":{"name":"g","arguments":"[1]"}},
                {"id":"c4","type":"function","function":{"name":"g","arguments":"{\"x\""}},
                {"id":"c5","function":{"name":"g"}}]},
            {"role":"tool","tool_call_id":"call_1","content":"one"},
            {"role":"tool","tool_call_id":"call.2__thought__c2ln+/=","content":[{"type":"text","text":"two"},
                {"type":"image_url","image_url":{"url":"data:image/png;base64,AA=="}}]},
            {"role":"user","content":"and"},
            {"role":"tool","tool_call_id":"c3","content":""},
            {"role":"user","content":"so"}]"#,
        &json!({"messages": [
            {"role": "user", "content": [{"type": "text", "text": "hi"}]},
            {"role": "assistant", "content": [
                {"type": "text", "text": "a"},
                {"type": "tool_use", "id": "call_1", "name": "f", "input": {"x": 1}},
                {"type": "tool_use", "id": "call_2", "name": "g", "input": {}},
                {"type": "tool_use", "id": "c3", "name": "g", "input": {"_raw": "[1]"}},
                {"type": "tool_use", "id": "c4", "name": "g", "input": {"_raw": "{\"x\""}},
                {"type": "tool_use", "id": "c5", "name": "g", "input": {}}
            ]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "call_1", "content": "one"},
                {"type": "tool_result", "tool_use_id": "call_2", "content": [
                    {"type": "text", "text": "two"},
                    {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA=="}}
                ]},
                {"type": "tool_result", "tool_use_id": "c3"},
                {"type": "text", "text": "and"},
                {"type": "text", "text": "so"}
            ]}
        ]}),
        &["messages.tool_calls.id.signature"],
    );
    // Numbers are copied as they are written.
    let (converted, _) = run(
        r#"{"messages":[{"role":"assistant","tool_calls":[{"id":"a","function":{"name":"f","arguments":"{\"x\": 1e400}"}}]}]}"#,
        MODEL,
    )
    .expect("converted");
    assert!(converted.contains(r#""input":{"x": 1e400}"#), "{converted}");
}

#[test]
fn reasoning_is_sent_back_where_it_has_its_proof() {
    check_messages(
        r#"[{"role":"user","content":"hi"},
            {"role":"assistant","content":"a","refusal":"no","reasoning_content":"hm","reasoning_signature":"sig"},
            {"role":"assistant","content":[{"type":"refusal","refusal":"b"}],"reasoning_content":"hm"},
            {"role":"assistant","content":"c","reasoning_content":"hm","reasoning_signature":"sig","thinking_blocks":[
                {"type":"thinking","thinking":"x","signature":"s"},{"type":"redacted_thinking","data":"d"},
                {"type":"thinking","thinking":"y"}]},
            {"role":"assistant","content":null,"tool_calls":[]},
            {"role":"function","name":"f","content":"old"}]"#,
        &json!({"messages": [
            {"role": "user", "content": [{"type": "text", "text": "hi"}]},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "hm", "signature": "sig"},
                {"type": "text", "text": "a"},
                {"type": "text", "text": "no"}
            ]},
            {"role": "assistant", "content": [{"type": "text", "text": "b"}]},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "x", "signature": "s"},
                {"type": "redacted_thinking", "data": "d"},
                {"type": "text", "text": "c"}
            ]},
            {"role": "user", "content": [{"type": "text", "text": "old"}]}
        ]}),
        &[
            "messages.reasoning_content",
            "messages.thinking_blocks",
            "messages",
            "messages.name",
        ],
    );
}

/// Anthropic refuses to think on in a turn whose reasoning is missing.
#[test]
fn a_turn_without_its_reasoning_goes_on_without() {
    let request = |reasoning: &str| {
        format!(
            r#"{{"reasoning_effort":"low","messages":[{{"role":"user","content":"hi"}},
            {{"role":"assistant"{reasoning},"tool_calls":[{{"id":"a","function":{{"name":"f"}}}}]}},
            {{"role":"tool","tool_call_id":"a","content":"1"}}]{TOOLS}}}"#
        )
    };
    let proven = request(r#","reasoning_content":"hm","reasoning_signature":"sig""#);
    for (request, model, thinks) in [
        (request(""), MODEL, false),
        (proven, MODEL, true),
        (request(""), "claude-opus-4-6", true),
    ] {
        let (converted, notes) = run(&request, model).expect("converted");
        let converted: Value = serde_json::from_str(&converted).expect("JSON");
        assert_eq!(converted.get("thinking").is_some(), thinks, "{model}");
        assert_eq!(notes.dropped.contains(&"reasoning_effort"), !thinks);
    }
}

#[test]
fn marks_for_the_cache_are_kept() {
    check_messages(
        r#"[{"role":"user","content":"hi","cache_control":{"type":"ephemeral","ttl":"1h"}},
            {"role":"assistant","tool_calls":[{"id":"a","function":{"name":"f"}}],"cache_control":{"type":"ephemeral"}},
            {"role":"tool","tool_call_id":"a","content":"1","cache_control":{"type":"ephemeral"}}]"#,
        &json!({"messages": [
            {"role": "user", "content": [{"type": "text", "text": "hi", "cache_control": {"type": "ephemeral", "ttl": "1h"}}]},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "a", "name": "f", "input": {}, "cache_control": {"type": "ephemeral"}}]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": "1", "cache_control": {"type": "ephemeral"}}]}
        ]}),
        &[],
    );
}

fn any_message() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        r#"{"role":"system","content":"s"}"#,
        r#"{"role":"user","content":"u"}"#,
        r#"{"role":"user","content":" "}"#,
        r#"{"role":"user","content":[{"type":"text","text":"u\ud83d"}]}"#,
        r#"{"role":"assistant","content":"a","reasoning_content":"r","reasoning_signature":"s"}"#,
        r#"{"role":"assistant","tool_calls":[{"id":"a","function":{"name":"f","arguments":"{"}}]}"#,
        r#"{"role":"tool","tool_call_id":"a","content":"t"}"#,
        r#"{"role":"tool","tool_call_id":"b","content":[]}"#,
        r#"{"role":"function","name":"f","content":null}"#,
    ])
    .prop_map(str::to_owned)
}

proptest! {
    #[test]
    fn turns_are_never_empty_and_results_come_first(messages in prop::collection::vec(any_message(), 1..12)) {
        let request = format!(r#"{{"messages":[{}]}}"#, messages.join(","));
        let Ok((converted, _)) = run(&request, MODEL) else {
            return Ok(());
        };
        // Lone surrogates are kept, and serde_json's values cannot hold them.
        let converted: Value = serde_json::from_str(&converted.replace("\\ud83d", "")).expect("JSON");
        let mut was_results = false;
        for turn in converted["messages"].as_array().expect("turns") {
            let blocks = turn["content"].as_array().expect("blocks");
            prop_assert!(!blocks.is_empty());
            let is_result: Vec<bool> = blocks.iter().map(|block| block["type"] == "tool_result").collect();
            prop_assert!(is_result.is_sorted_by(|a, b| a >= b), "{converted}");
            let is_results = is_result.contains(&true);
            prop_assert!(!(was_results && is_results), "in one turn: {converted}");
            was_results = is_results;
        }
    }
}
