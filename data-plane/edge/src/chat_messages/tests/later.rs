//! Where system messages go that come behind the first turn.

use serde_json::{Value, json};

use super::{run, target};
use crate::chat_messages::convert;
use crate::{Notes, Target, Vendor};

/// What `messages` become, as `role: texts` of each turn behind the system prompt, and what is noted.
fn outline(
    vendor: Vendor,
    model: &str,
    messages: &[(&str, &str)],
) -> (Vec<String>, Vec<&'static str>) {
    let messages: Vec<Value> = messages
        .iter()
        .map(|(role, text)| match *role {
            "tool" => json!({"role": role, "tool_call_id": "a", "content": text}),
            "call" => json!({"role": "assistant", "tool_calls": [
                {"id": "a", "type": "function", "function": {"name": text, "arguments": "{}"}}
            ]}),
            _ => json!({"role": role, "content": text}),
        })
        .collect();
    let request = json!({"messages": messages}).to_string();
    let mut request = serde_json::from_str(&request).expect("a chat request");
    let mut notes = Notes::default();
    let target = Target {
        vendor,
        ..target(model)
    };
    let converted = convert(&mut request, &target, &mut notes).expect("converted");
    let converted = json!(converted);
    let mut outline = vec![format!(
        "front: {}",
        converted["system"].as_str().unwrap_or_default()
    )];
    for turn in converted["messages"].as_array().expect("a list") {
        let blocks = turn["content"].as_array().expect("a list").iter();
        let said = blocks.map(|block| {
            ["text", "name", "content"]
                .iter()
                .find_map(|key| block[key].as_str())
        });
        let said: Option<Vec<&str>> = said.collect();
        let role = turn["role"].as_str().expect("a text");
        outline.push(format!("{role}: {}", said.expect("texts").join("+")));
    }
    (outline, notes.dropped)
}

#[test]
fn later_instructions_stay_where_the_model_takes_them_there() {
    for (vendor, model, expected, noted) in [
        (Vendor::Anthropic, "claude-opus-5-5", "system: b", None),
        (
            Vendor::Anthropic,
            "claude-opus-4-8-20260528",
            "system: b",
            None,
        ),
        (
            Vendor::Vertex,
            "claude-sonnet-5-5@20261001",
            "system: b",
            None,
        ),
        (
            Vendor::Anthropic,
            "claude-sonnet-5",
            "front: a\nb",
            Some("messages.system_position"),
        ),
        (
            Vendor::Anthropic,
            "claude-mythos-preview",
            "front: a\nb",
            Some("messages.system_position"),
        ),
        (
            Vendor::Anthropic,
            "somebody's",
            "front: a\nb",
            Some("messages.system_position"),
        ),
        (
            Vendor::Foundry,
            "claude-opus-4-8",
            "front: a\nb",
            Some("messages.system_position"),
        ),
        // What is in front of its thoughts may not change.
        (
            Vendor::Foundry,
            "claude-opus-5-5",
            "user: b",
            Some("messages.role"),
        ),
        (
            Vendor::Bedrock,
            "anthropic.claude-fable-5-1-v1:0",
            "user: b",
            Some("messages.role"),
        ),
        (
            Vendor::Bedrock,
            "anthropic.claude-sonnet-5-5-v1:0",
            "front: a\nb",
            Some("messages.system_position"),
        ),
    ] {
        let messages = [("system", "a"), ("user", "q"), ("developer", "b")];
        let (outline, dropped) = outline(vendor, model, &messages);
        assert!(
            outline.iter().any(|turn| turn == expected),
            "{model}: {outline:?}"
        );
        assert_eq!(dropped, noted.into_iter().collect::<Vec<_>>(), "{model}");
    }
}

/// What messages become, and what is noted of it.
type Case = (
    &'static [(&'static str, &'static str)],
    &'static [&'static str],
    Option<&'static str>,
);

const BETWEEN: [Case; 5] = [
    (
        &[
            ("user", "q"),
            ("system", "a"),
            ("developer", "b"),
            ("assistant", "r"),
            ("user", "s"),
        ],
        &[
            "front: ",
            "user: q",
            "system: a+b",
            "assistant: r",
            "user: s",
        ],
        None,
    ),
    (
        &[
            ("user", "q"),
            ("assistant", "r"),
            ("system", "a"),
            ("user", "s"),
            ("system", "b"),
        ],
        &[
            "front: ",
            "user: q",
            "assistant: r",
            "user: s",
            "system: a+b",
        ],
        Some("messages.system_position"),
    ),
    (
        &[
            ("user", "q"),
            ("call", "f"),
            ("system", "a"),
            ("tool", "t"),
            ("assistant", "r"),
        ],
        &[
            "front: ",
            "user: q",
            "assistant: f",
            "user: t",
            "system: a",
            "assistant: r",
        ],
        Some("messages.system_position"),
    ),
    (
        &[("user", "q"), ("assistant", "r"), ("system", "a")],
        &["front: ", "user: q", "assistant: r", "user: a"],
        Some("messages.role"),
    ),
    (
        &[
            ("assistant", "r"),
            ("system", "a"),
            ("assistant", "s"),
            ("user", "q"),
        ],
        &[
            "front: ",
            "assistant: r",
            "user: a",
            "assistant: s",
            "user: q",
        ],
        Some("messages.role"),
    ),
];

#[test]
fn later_instructions_stand_between_a_user_and_an_assistant() {
    for (messages, expected, noted) in BETWEEN {
        let (outline, dropped) = outline(Vendor::Anthropic, "claude-opus-5-5", messages);
        assert_eq!(outline, expected);
        assert_eq!(
            dropped,
            noted.into_iter().collect::<Vec<_>>(),
            "{expected:?}"
        );
    }
}

#[test]
fn where_thoughts_are_bound_a_longer_conversation_begins_as_the_shorter_did() {
    let all = [
        ("system", "a"),
        ("user", "q"),
        ("system", "b"),
        ("assistant", "r"),
        ("system", "c"),
        ("user", "s"),
        ("user", "t"),
        ("call", "f"),
        ("tool", "u"),
        ("system", "d"),
        ("assistant", "v"),
        ("system", "e"),
        ("assistant", "w"),
        ("user", "x"),
    ];
    for (vendor, model) in [
        (Vendor::Anthropic, "claude-opus-5-5"),
        (Vendor::Foundry, "claude-opus-5-5"),
        (Vendor::Bedrock, "anthropic.claude-fable-5-1-v1:0"),
    ] {
        let (whole, _) = outline(vendor, model, &all);
        let ends = all
            .iter()
            .enumerate()
            .filter(|(_, (role, _))| matches!(*role, "assistant" | "call"));
        for (end, _) in ends {
            let (asked, _) = outline(vendor, model, &all[..end]);
            assert!(whole.starts_with(&asked), "{model}: {asked:?} {whole:?}");
        }
    }
}

#[test]
fn what_an_operator_appends_stays_in_front() {
    let request = |messages: Value| json!({"messages": messages}).to_string();
    let said = |role: &str, text: &str| json!({"role": role, "content": text});
    let appended = said("system", "always");
    let convert_with = |mut messages: Vec<Value>| {
        messages.push(appended.clone());
        let target = Target {
            appended: 1,
            ..target("claude-opus-5-5")
        };
        let request = request(messages.into());
        let mut request = serde_json::from_str(&request).expect("a chat request");
        json!(convert(&mut request, &target, &mut Notes::default()).expect("converted"))
    };
    let short = convert_with(vec![said("user", "q"), said("system", "b")]);
    let long = convert_with(vec![
        said("user", "q"),
        said("system", "b"),
        said("assistant", "r"),
        said("user", "s"),
    ]);
    assert_eq!(short["system"], "always");
    assert_eq!(long["system"], "always");
    let (short, long) = (&short["messages"], &long["messages"]);
    let (short, long) = (
        short.as_array().expect("a list"),
        long.as_array().expect("a list"),
    );
    assert_eq!(short.len(), 2);
    assert!(long.starts_with(short), "{long:?}");
}

#[test]
fn calls_are_found_in_front_of_later_instructions() {
    let request = |end: &str| {
        format!(
            r#"{{"reasoning_effort":"high","max_tokens":9000,"messages":[{{"role":"user","content":"q"}},
                {{"role":"assistant","tool_calls":[{{"id":"a","type":"function","function":{{"name":"f","arguments":"{{}}"}}}}]}},
                {{"role":"tool","tool_call_id":"a","content":"1"}}{end}]}}"#
        )
    };
    let thinking = |end: &str| {
        let (converted, notes) = run(&request(end), "claude-opus-4-8").expect("converted");
        let converted: Value = serde_json::from_str(&converted).expect("JSON");
        (converted["thinking"].clone(), notes.dropped)
    };
    assert_eq!(
        thinking(r#",{"role":"system","content":"b"}"#),
        thinking("")
    );
}
