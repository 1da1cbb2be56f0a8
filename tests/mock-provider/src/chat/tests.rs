//! Tables of requests that are taken and refused.

use serde_json::{Value, json};

use super::{Chat, tokens};

fn user(content: &Value) -> Value {
    json!({"model": "m", "messages": [{"role": "user", "content": content}]})
}

fn with(name: &str, value: Value) -> Value {
    let mut body = user(&json!("hi"));
    body[name] = value;
    body
}

#[track_caller]
fn taken(body: &Value) -> Chat {
    Chat::parse(body.to_string().as_bytes()).expect("taken")
}

#[track_caller]
fn check_refused(body: &Value, param: &str, code: &str, message: &str) {
    let refusal = Chat::parse(body.to_string().as_bytes()).expect_err("refused");
    assert_eq!(refusal.status, 400);
    assert_eq!(
        (refusal.param.as_deref(), refusal.code),
        (Some(param), Some(code)),
        "{body}"
    );
    assert!(refusal.message.starts_with(message), "{}", refusal.message);
}

#[test]
fn what_the_answer_needs_is_read() {
    let chat = taken(&json!({
        "model": "m",
        "messages": [
            {"role": "system", "content": "be brief"},
            {"role": "user", "content": "first"},
            {"role": "assistant", "content": null, "tool_calls": []},
            {"role": "tool", "content": "42", "tool_call_id": "x"},
            {"role": "user", "content": [
                {"type": "text", "text": "two words"},
                {"type": "image_url", "image_url": {"url": "data:,"}},
            ]},
        ],
        "stream": true,
        "stream_options": {"include_usage": true},
        "n": 2,
        "max_tokens": 9,
        "max_completion_tokens": 7,
        "something_new": {"x": 1},
    }));
    assert_eq!(
        chat,
        Chat {
            model: "m".to_owned(),
            said: "two words".to_owned(),
            prompt_tokens: 5 * 3 + 2 + 1 + 1 + 2,
            is_streamed: true,
            includes_usage: true,
            choices: 2,
            token_limit: Some(7),
        }
    );
    let chat = taken(&user(&json!("hi")));
    assert!(!chat.is_streamed && !chat.includes_usage);
    assert_eq!(
        (chat.choices, chat.token_limit, chat.prompt_tokens),
        (1, None, 4)
    );
    assert_eq!(taken(&with("stream", Value::Null)).is_streamed, false);
}

#[test]
fn what_is_no_json_object_is_refused() {
    for body in ["", "{", "[]", "7"] {
        let refusal = Chat::parse(body.as_bytes()).expect_err("refused");
        assert!(refusal.message.starts_with("We could not parse"), "{body}");
        assert_eq!((refusal.status.as_u16(), refusal.param), (400, None));
    }
}

#[test]
fn wrong_parameters_are_refused_by_name() {
    let missing = "missing_required_parameter";
    check_refused(
        &json!({}),
        "model",
        missing,
        "Missing required parameter: 'model'.",
    );
    check_refused(&with("model", json!("")), "model", missing, "Missing");
    check_refused(
        &with("model", json!(7)),
        "model",
        "invalid_type",
        "Invalid type for 'model': expected a string, but got an integer instead.",
    );
    check_refused(&json!({"model": "m"}), "messages", missing, "Missing");
    check_refused(
        &with("messages", json!("hi")),
        "messages",
        "invalid_type",
        "Invalid type",
    );
    check_refused(
        &with("messages", json!([])),
        "messages",
        "empty_array",
        "Invalid 'messages'",
    );
    check_refused(
        &with("messages", json!([1])),
        "messages[0]",
        "invalid_type",
        "Invalid type",
    );
    check_refused(
        &with("messages", json!([{}])),
        "messages[0].role",
        missing,
        "Missing",
    );
    check_refused(
        &with("messages", json!([{"role": "boss", "content": "x"}])),
        "messages[0].role",
        "invalid_value",
        "Invalid value: 'boss'.",
    );
    check_refused(
        &with("messages", json!([{"role": "user"}])),
        "messages[0].content",
        missing,
        "Missing",
    );
    check_refused(
        &user(&Value::Null),
        "messages[0].content",
        "invalid_type",
        "Invalid type",
    );
    check_refused(
        &user(&json!([1])),
        "messages[0].content[0]",
        "invalid_type",
        "Invalid type",
    );
    check_refused(
        &user(&json!([{}])),
        "messages[0].content[0].type",
        missing,
        "Missing",
    );
    check_refused(
        &user(&json!([{"type": "text"}])),
        "messages[0].content[0].text",
        missing,
        "M",
    );
    check_refused(
        &with("stream", json!("yes")),
        "stream",
        "invalid_type",
        "Invalid type",
    );
    check_refused(
        &with("stream_options", json!({})),
        "stream_options",
        "invalid_value",
        "The 's",
    );
    check_refused(
        &with("n", json!(0)),
        "n",
        "integer_below_min_value",
        "Invalid 'n'",
    );
    check_refused(
        &with("max_tokens", json!(1.5)),
        "max_tokens",
        "invalid_type",
        "Invalid type for 'max_tokens': expected an integer, but got a decimal number",
    );
    check_refused(
        &with("temperature", json!("1")),
        "temperature",
        "invalid_type",
        "Invalid type",
    );
    let mut body = with("stream", json!(true));
    body["stream_options"] = json!({"include_usage": 1});
    check_refused(
        &body,
        "stream_options.include_usage",
        "invalid_type",
        "Invalid type",
    );
}

#[test]
fn words_are_tokens() {
    assert_eq!([tokens(""), tokens(" a\n b,c "), tokens("é")], [0, 2, 1]);
}
