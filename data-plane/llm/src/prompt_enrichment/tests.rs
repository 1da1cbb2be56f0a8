//! Bodies of each format with an operator's messages around the client's.

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::Value;

use super::{PromptEnrichment, PromptMessage, Speaker};
use crate::format::Format;
use crate::node::{BodyError, Node};

fn prompt(prepend: &[(&str, &str)], append: &[(&str, &str)]) -> PromptEnrichment {
    let list = |of: &[(&str, &str)]| {
        let message = |(role, content): &(&str, &str)| PromptMessage {
            speaker: Speaker::parse(role).expect("a role"),
            content: (*content).to_owned(),
        };
        of.iter().map(message).collect()
    };
    PromptEnrichment {
        prepend: list(prepend),
        append: list(append),
    }
}

#[track_caller]
fn check(format: Format, prompt: &PromptEnrichment, body: &str, expected: &str) {
    let before = Bytes::from(body.to_owned());
    let after = prompt.apply(format, &before).expect("an object");
    assert_eq!(after, expected);
    serde_json::from_slice::<Value>(&after).expect("JSON");
}

/// A system text in front and behind, and a turn in front and behind.
fn full() -> PromptEnrichment {
    prompt(
        &[("system", "S1"), ("user", "U1")],
        &[("assistant", "A2"), ("developer", "S\"2")],
    )
}

#[test]
fn chat() {
    let format = Format::OpenAiChatCompletions;
    check(
        format,
        &full(),
        r#"{"model":"gpt-4o", "messages": [ {"content":"hi","role":"user"} ], "seed":9007199254740993}"#,
        r#"{"model":"gpt-4o", "messages": [ {"role":"system","content":"S1"},{"role":"user","content":"U1"},{"content":"hi","role":"user"},{"role":"assistant","content":"A2"},{"role":"system","content":"S\"2"} ], "seed":9007199254740993}"#,
    );
    // Behind the whole group of results.
    check(
        format,
        &prompt(&[], &[("user", "U")]),
        r#"{"messages":[{"role":"assistant","tool_calls":[{"id":"a"},{"id":"b"}]},{"role":"tool","tool_call_id":"a"},{"role":"tool","tool_call_id":"b"}]}"#,
        r#"{"messages":[{"role":"assistant","tool_calls":[{"id":"a"},{"id":"b"}]},{"role":"tool","tool_call_id":"a"},{"role":"tool","tool_call_id":"b"},{"role":"user","content":"U"}]}"#,
    );
    // In front of a call that waits.
    check(
        format,
        &prompt(&[], &[("user", "U")]),
        r#"{"messages":[{"role":"user","content":"x"},{"role":"assistant","tool_calls":[{"id":"a"}]}]}"#,
        r#"{"messages":[{"role":"user","content":"x"},{"role":"user","content":"U"},{"role":"assistant","tool_calls":[{"id":"a"}]}]}"#,
    );
    check(
        format,
        &prompt(&[("user", "U")], &[]),
        r#"{"messages":[]}"#,
        r#"{"messages":[{"role":"user","content":"U"}]}"#,
    );
    for left in [r#"{"messages":"x"}"#, r#"{"model":"m"}"#, "{}"] {
        check(format, &full(), left, left);
    }
}

#[test]
fn responses() {
    let format = Format::OpenAiResponses;
    let around = |inside: &str| {
        let message = |role: &str, text: &str| {
            format!(r#"{{"type":"message","role":"{role}","content":"{text}"}}"#)
        };
        format!(
            r#"[{},{},{inside},{},{}]"#,
            message("system", "S1"),
            message("user", "U1"),
            message("assistant", "A2"),
            message("system", "S\\\"2")
        )
    };
    check(
        format,
        &full(),
        r#"{"input":"h\u0069"}"#,
        &format!(
            r#"{{"input":{}}}"#,
            around(r#"{"type":"message","role":"user","content":"h\u0069"}"#)
        ),
    );
    check(
        format,
        &full(),
        r#"{"input":[{"role":"user","content":"hi"}]}"#,
        &format!(
            r#"{{"input":{}}}"#,
            around(r#"{"role":"user","content":"hi"}"#)
        ),
    );
    let short = prompt(&[("user", "F")], &[("user", "B")]);
    let (front, back) = (
        r#"{"type":"message","role":"user","content":"F"}"#,
        r#"{"type":"message","role":"user","content":"B"}"#,
    );
    // Results of calls that OpenAI keeps stay in front.
    let result = r#"{"type":"function_call_output","call_id":"a","output":"1"}"#;
    check(
        format,
        &short,
        &format!(r#"{{"previous_response_id":"resp_1","input":[{result}]}}"#),
        &format!(r#"{{"previous_response_id":"resp_1","input":[{result},{front},{back}]}}"#),
    );
    let call = r#"{"type":"function_call","call_id":"a","name":"f","arguments":"{}"}"#;
    check(
        format,
        &short,
        &format!(r#"{{"input":[{call}]}}"#),
        &format!(r#"{{"input":[{front},{back},{call}]}}"#),
    );
    check(
        format,
        &short,
        &format!(r#"{{"input":[{call},{result}]}}"#),
        &format!(r#"{{"input":[{front},{call},{result},{back}]}}"#),
    );
    check(
        format,
        &short,
        r#"{"previous_response_id":"resp_1"}"#,
        &format!(r#"{{"previous_response_id":"resp_1","input":[{front},{back}]}}"#),
    );
}

#[test]
fn messages() {
    let format = Format::AnthropicMessages;
    let turns = r#"[{"role":"user","content":"U1"},{"role":"user","content":"hi"},{"role":"assistant","content":"A2"}]"#;
    let (one, two) = (
        r#"{"type":"text","text":"S1"}"#,
        r#"{"type":"text","text":"S\"2"}"#,
    );
    for (system, expected) in [
        (
            r#""b\u0065 kind""#.to_owned(),
            format!(r#"[{one},{{"type":"text","text":"b\u0065 kind"}},{two}]"#),
        ),
        (
            r#"[{"type":"text","text":"k","cache_control":{"type":"ephemeral","ttl":"1h"}}]"#
                .to_owned(),
            format!(
                r#"[{one},{{"type":"text","text":"k","cache_control":{{"type":"ephemeral","ttl":"1h"}}}},{two}]"#
            ),
        ),
        ("[]".to_owned(), format!("[{one},{two}]")),
        ("\" \\n\"".to_owned(), format!("[{one},{two}]")),
        ("null".to_owned(), format!("[{one},{two}]")),
    ] {
        check(
            format,
            &full(),
            &format!(r#"{{"system":{system},"messages":[{{"role":"user","content":"hi"}}]}}"#),
            &format!(r#"{{"system":{expected},"messages":{turns}}}"#),
        );
    }
    check(
        format,
        &full(),
        r#"{"messages":[{"role":"user","content":"hi"}] }"#,
        &format!(r#"{{"messages":{turns},"system":[{one},{two}] }}"#),
    );
    let group = r#"{"role":"assistant","content":[{"type":"text","text":"a"},{"type":"tool_use","id":"t","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t"}]}"#;
    check(
        format,
        &prompt(&[("user", "F")], &[("user", "B")]),
        &format!(r#"{{"messages":[{group}]}}"#),
        &format!(
            r#"{{"messages":[{{"role":"user","content":"F"}},{group},{{"role":"user","content":"B"}}]}}"#
        ),
    );
}

#[test]
fn gemini() {
    let format = Format::GeminiGenerateContent;
    let (one, two) = (r#"{"text":"S1"}"#, r#"{"text":"S\"2"}"#);
    let (front, back) = (
        r#"{"role":"user","parts":[{"text":"U1"}]}"#,
        r#"{"role":"model","parts":[{"text":"A2"}]}"#,
    );
    let client = r#"{"role":"user","parts":[{"text":"hi"}]}"#;
    for (body, expected) in [
        (
            format!(
                r#"{{"contents":[{client}],"systemInstruction":{{"parts":[{{"text":"k"}}]}}}}"#
            ),
            format!(
                r#"{{"contents":[{front},{client},{back}],"systemInstruction":{{"parts":[{one},{{"text":"k"}},{two}]}}}}"#
            ),
        ),
        (
            format!(r#"{{"system_instruction":{{"parts":{{"text":"k"}}}},"contents":{client}}}"#),
            format!(
                r#"{{"system_instruction":{{"parts":[{one},{{"text":"k"}},{two}]}},"contents":[{front},{client},{back}]}}"#
            ),
        ),
        (
            format!(r#"{{"contents":[{client}]}}"#),
            format!(
                r#"{{"contents":[{front},{client},{back}],"systemInstruction":{{"parts":[{one},{two}]}}}}"#
            ),
        ),
        (
            r#"{"systemInstruction":{"role":"user"}}"#.to_owned(),
            format!(r#"{{"systemInstruction":{{"role":"user","parts":[{one},{two}]}}}}"#),
        ),
    ] {
        check(format, &full(), &body, &expected);
    }
}

#[test]
fn converse_keeps_roles_apart() {
    let format = Format::BedrockConverse;
    check(
        format,
        &full(),
        r#"{"messages":[{"role":"user","content":[{"text":"hi"}]}],"system":[{"text":"k"},{"cachePoint":{"type":"default"}}]}"#,
        r#"{"messages":[{"role":"user","content":[{"text":"U1"},{"text":"hi"}]},{"role":"assistant","content":[{"text":"A2"}]}],"system":[{"text":"S1"},{"text":"k"},{"cachePoint":{"type":"default"}},{"text":"S\"2"}]}"#,
    );
    let both = prompt(
        &[("assistant", "a"), ("user", "f")],
        &[("user", "b"), ("user", "c"), ("assistant", "d")],
    );
    check(
        format,
        &both,
        r#"{"messages":[{"role":"user","content":[]}]}"#,
        r#"{"messages":[{"role":"assistant","content":[{"text":"a"}]},{"role":"user","content":[{"text":"f"},{"text":"b"},{"text":"c"}]},{"role":"assistant","content":[{"text":"d"}]}]}"#,
    );
    check(
        format,
        &prompt(&[], &[("user", "b")]),
        r#"{"messages":[{"role":"assistant","content":[{"toolUse":{}}]},{"role":"user","content":[{"toolResult":{}}]}]}"#,
        r#"{"messages":[{"role":"assistant","content":[{"toolUse":{}}]},{"role":"user","content":[{"toolResult":{}},{"text":"b"}]}]}"#,
    );
}

#[test]
fn nothing_to_add_is_the_same_buffer() {
    for format in Format::ALL {
        for body in ["not JSON", r#"{"messages":[]}"#] {
            let body = Bytes::from(body);
            let same = PromptEnrichment::default()
                .apply(format, &body)
                .expect("untouched");
            assert_eq!(same.as_ptr(), body.as_ptr());
        }
        assert_eq!(
            full().apply(format, &Bytes::from_static(b"[]")).err(),
            Some(BodyError::NotAnObject)
        );
    }
}

#[test]
fn prompts_are_not_shown() {
    assert!(!format!("{:?}", prompt(&[("user", "secret")], &[])).contains("secret"));
    assert!(Speaker::parse("Tool").is_err() && Speaker::parse("USER").is_ok());
}

const LISTS: [&str; 3] = ["messages", "contents", "input"];

proptest! {
    #[test]
    fn the_result_is_json_with_the_clients_elements_in_it(
        roles in prop::collection::vec(prop::sample::select(vec!["user", "assistant", "tool"]), 0..4),
        prepend in prop::collection::vec((prop::sample::select(vec!["system", "user", "assistant"]), "\\PC{0,6}"), 0..3),
        append in prop::collection::vec((prop::sample::select(vec!["system", "user", "assistant"]), "\\PC{0,6}"), 0..3),
        format in prop::sample::select(Format::ALL.to_vec()),
    ) {
        let elements: Vec<_> = roles.iter().enumerate()
            .map(|(at, role)| format!(r#"{{ "role":"{role}","n":1e400,"content":[{{"text":"{at}"}}] }}"#))
            .collect();
        let list = elements.join(" , ");
        let body = format!(r#"{{"x":9007199254740993.0, "messages":[{list}],"contents":[{list}],"input":[{list}] }}"#);
        let prepend: Vec<_> = prepend.iter().map(|(role, text)| (*role, text.as_str())).collect();
        let append: Vec<_> = append.iter().map(|(role, text)| (*role, text.as_str())).collect();
        let after = prompt(&prepend, &append).apply(format, &Bytes::from(body.clone())).expect("an object");
        let (_, members) = Node::body(&after).expect("an object");
        let raw = |name: &str| members.iter().find(|(key, _)| key == name).map(|(_, value)| value.raw());
        prop_assert_eq!(raw("x"), Some("9007199254740993.0"));
        if format != Format::BedrockConverse {
            for name in LISTS {
                let whole = members.iter().find(|(key, _)| key == name).expect("there").1;
                let kept: Vec<_> = whole.elements().into_iter().map(Node::raw).filter(|raw| raw.contains("1e400")).collect();
                prop_assert_eq!(&kept, &elements);
            }
        }
    }
}
