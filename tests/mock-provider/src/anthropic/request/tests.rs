//! Tables of requests that are taken and refused.

use serde_json::{Value, json};

use super::{Purpose, Version, parse};
use crate::asked::{Asked, Choice};

fn with(name: &str, value: Value) -> Value {
    let mut body = json!({
        "model": "m", "max_tokens": 100, "messages": [{"role": "user", "content": "hi"}],
    });
    body[name] = value;
    body
}

fn said(messages: Value) -> Value {
    with("messages", messages)
}

#[track_caller]
fn taken(body: &Value) -> Asked {
    parse(body, Purpose::Answer, Version::First).expect("taken")
}

#[track_caller]
fn check_refused(body: &Value, path: &str) {
    let refusal = parse(body, Purpose::Answer, Version::First).expect_err("refused");
    assert_eq!(refusal.param.as_deref(), Some(path), "{}", refusal.message);
    assert!(refusal.message.starts_with(path), "{}", refusal.message);
}

fn call(id: &str) -> Value {
    json!({"type": "tool_use", "id": id, "name": "f", "input": {}})
}

fn result(id: &str) -> Value {
    json!({"type": "tool_result", "tool_use_id": id, "content": "42"})
}

#[test]
fn what_the_answer_needs_is_read() {
    let mut body = said(json!([
        {"role": "user", "content": "first"},
        {"role": "assistant", "content": [call("a"), call("b")]},
        {"role": "user", "content": [result("a"), result("b"), {"type": "text", "text": "go on"}]},
    ]));
    body["system"] = json!([{"type": "text", "text": "be brief"}]);
    body["stream"] = json!(true);
    body["tools"] = json!([{"name": "f", "input_schema": {"type": "object"}}]);
    body["tool_choice"] = json!({"type": "tool", "name": "f", "disable_parallel_tool_use": true});
    let asked = taken(&body);
    assert!(asked.is_streamed && asked.tools.is_single);
    assert_eq!(
        (asked.said.as_str(), asked.token_limit),
        ("go on", Some(100))
    );
    assert_eq!(asked.tools.choice, Choice::Named("f".to_owned()));
    // The system prompt, three messages, two results and the tool: three each, and five words.
    assert_eq!(asked.prompt_tokens, 7 * 3 + 2 + 1 + 2);
}

#[test]
fn absent_and_unknown_members_are_refused() {
    for (name, path) in [
        ("model", "model"),
        ("max_tokens", "max_tokens"),
        ("messages", "messages"),
    ] {
        check_refused(&with(name, Value::Null), path);
    }
    check_refused(&with("frequency_penalty", json!(1)), "frequency_penalty");
    check_refused(&with("max_tokens", json!(0)), "max_tokens");
    check_refused(&with("temperature", json!(1.5)), "temperature");
    check_refused(&with("stop_sequences", json!([" "])), "stop_sequences.0");
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "hi"}]});
    assert!(parse(&body, Purpose::Count, Version::Second).is_ok());
    assert!(parse(&with("system", json!("s")), Purpose::Count, Version::First).is_err());
}

#[test]
fn messages_are_checked_in_turn() {
    let user = |content: Value| json!({"role": "user", "content": content});
    let assistant = |content: Value| json!({"role": "assistant", "content": content});
    for (messages, path) in [
        (json!([]), "messages"),
        (json!([user(json!(""))]), "messages.0.content"),
        (json!([user(json!([]))]), "messages.0.content"),
        (
            json!([user(json!([{"type": "text", "text": " "}]))]),
            "messages.0.content.0.text",
        ),
        (json!([assistant(json!("x"))]), "messages.0.role"),
        (
            json!([user(json!([result("a")]))]),
            "messages.0.content.0.tool_use_id",
        ),
        (
            json!([user(json!([call("a")]))]),
            "messages.0.content.0.type",
        ),
        (
            json!([user(json!("x")), assistant(json!([call("a")]))]),
            "messages",
        ),
        (
            json!([
                user(json!("x")),
                assistant(json!([call("a"), call("b")])),
                user(json!([result("a")]))
            ]),
            "messages.2",
        ),
        (
            json!([
                user(json!("x")),
                assistant(json!([
                    {"type": "tool_use", "id": "a", "name": "f", "input": "{}"},
                ]))
            ]),
            "messages.1.content.0.input",
        ),
        (
            json!([
                user(json!("x")),
                assistant(json!([{"type": "thinking", "thinking": "x"}]))
            ]),
            "messages.1.content.0.signature",
        ),
        (
            json!([user(json!([{"type": "image", "source": {
                "type": "base64", "media_type": "image/jpg", "data": "",
            }}]))]),
            "messages.0.content.0.source.media_type",
        ),
    ] {
        check_refused(&said(messages), path);
    }
}

#[test]
fn instructions_stand_between_a_user_and_an_assistant() {
    let say = |role: &str| json!({"role": role, "content": "x"});
    let list = |roles: &[&str]| Value::from(roles.iter().map(|role| say(role)).collect::<Vec<_>>());
    let asked = |model: &str, roles: &[&str]| {
        let mut body = said(list(roles));
        body["model"] = json!(model);
        body
    };
    let model = "claude-opus-5-5";
    taken(&asked(
        model,
        &["user", "system", "assistant", "user", "system"],
    ));
    for (roles, path) in [
        (&["system", "user"][..], "messages.0.role"),
        (&["user", "system", "user"], "messages.1.role"),
        (&["user", "system", "system"], "messages.1.role"),
        (&["user", "assistant", "system"], "messages.2.role"),
    ] {
        check_refused(&asked(model, roles), path);
    }
    check_refused(
        &asked("claude-sonnet-5", &["user", "system"]),
        "messages.1.role",
    );
    let image = json!([{"type": "image", "source": {"type": "url", "url": "https://a/b.png"}}]);
    let messages = json!([say("user"), {"role": "system", "content": image}]);
    check_refused(&said(messages), "messages.1.content.0.type");
}

#[test]
fn tools_and_thinking_are_checked() {
    let tool = json!({"name": "f", "input_schema": {"type": "object"}});
    check_refused(
        &with("tools", json!([{"name": "f"}])),
        "tools.0.input_schema",
    );
    check_refused(
        &with("tools", json!([{"name": "a.b", "input_schema": {}}])),
        "tools.0.name",
    );
    check_refused(&with("tools", json!([tool, tool])), "tools.1.name");
    check_refused(&with("tool_choice", json!({"type": "any"})), "tool_choice");
    let thinking = json!({"type": "enabled", "budget_tokens": 1024});
    check_refused(
        &with("thinking", thinking.clone()),
        "thinking.budget_tokens",
    );
    let mut body = with("thinking", thinking);
    body["max_tokens"] = json!(2000);
    assert!(taken(&body).thinks);
    body["top_k"] = json!(5);
    check_refused(&body, "top_k");
    body["top_k"] = Value::Null;
    body["tools"] = json!([tool]);
    body["tool_choice"] = json!({"type": "any"});
    check_refused(&body, "thinking");
}

#[test]
fn the_second_version_takes_less() {
    let document = json!({"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "x"}});
    let cited = json!({"type": "text", "text": "x", "citations": [{"type": "char_location"}]});
    let assistant = json!({"role": "assistant", "content": [document]});
    for (body, path) in [
        (with("temperature", json!(1)), "temperature"),
        (with("top_k", json!(5)), "top_k"),
        (
            said(json!([{"role": "user", "content": [cited]}])),
            "messages.0.content.0.citations",
        ),
        (
            said(json!([{"role": "user", "content": "x"}, assistant])),
            "messages.1.content.0.type",
        ),
    ] {
        assert!(
            parse(&body, Purpose::Answer, Version::First).is_ok(),
            "{body}"
        );
        let refusal = parse(&body, Purpose::Answer, Version::Second).expect_err("refused");
        assert_eq!(refusal.param.as_deref(), Some(path));
    }
}
