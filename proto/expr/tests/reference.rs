//! Random expressions: none panics, and what has a value has the one that the `cel` crate computes.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking, and names what it is about"
)]

use std::borrow::Cow;

use expr::{Attribute, AttributeSet, Attributes, Expr};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

struct Body(Json);

impl Attributes for Body {
    fn attribute(&self, attribute: Attribute) -> Option<Cow<'_, Json>> {
        (attribute == Attribute::LlmRequest).then_some(Cow::Borrowed(&self.0))
    }
}

/// Operators and literals, closed. Numbers are of one type: `1 == 1u` is true by the specification, and false there.
fn pure() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        (-20_i64..20).prop_map(|value| value.to_string()),
        "[a-c]{0,3}".prop_map(|text| format!("'{text}'")),
        prop::sample::select(vec![
            "true",
            "false",
            "null",
            "[1, 2]",
            "{'a': 1}",
            "9223372036854775807"
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let operator = prop::sample::select(vec!["+", "-", "*", "/", "%", "==", "!=", "&&", "||"]);
        prop_oneof![
            (inner.clone(), operator, inner.clone())
                .prop_map(|(left, op, right)| format!("({left} {op} {right})")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("({a} == {b} ? {b} : {c})")),
            inner.clone().prop_map(|inner| format!("!({inner})")),
            inner
                .clone()
                .prop_map(|inner| format!("[{inner}, 1].map(x, x)")),
            inner
                .clone()
                .prop_map(|inner| format!("[1, 2, 3].filter(x, x == {inner})")),
            inner
                .clone()
                .prop_map(|inner| format!("[1, 2, 3].exists(x, x == {inner})")),
            inner
                .clone()
                .prop_map(|inner| format!("[1, 2, 3].all(x, x != {inner})")),
            inner.clone().prop_map(|inner| format!("size({inner})")),
            (inner.clone(), inner).prop_map(|(left, right)| format!("({left} in [{right}])")),
        ]
    })
}

/// Words in any order.
fn words() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "llmRequest",
        "llmRequest.messages",
        ".content",
        ".role",
        "[0]",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        "'",
        "\"",
        "'a'",
        "r'\\'",
        "b'\\xff'",
        "\\u00",
        "x",
        ".map(x,",
        ".all(x,",
        ".with(x,",
        ".filter(",
        ".matches(",
        "has(",
        "default(",
        "coalesce(",
        "json(",
        "string(",
        "int(",
        "bytes(",
        ".split(",
        ".replace(",
        ".substring(",
        ".charAt(",
        "-",
        "!",
        "+",
        "*",
        "/",
        "%",
        "?",
        ":",
        ",",
        "&&",
        "||",
        "==",
        "<",
        " in ",
        "1",
        "0x",
        "1u",
        "1.",
        ".5",
        "1e400",
        "-9223372036854775808",
        "null",
        "true",
        "\u{e4}",
        "\n",
        "//",
        "base64.decode(",
        "math.abs(",
        "toJson(",
        "request",
        "request.headers",
        "llm",
        "\0",
    ]);
    prop::collection::vec(word, 0..24).prop_map(|words| words.concat())
}

fn body() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        ".{0,8}".prop_map(Json::from),
    ];
    let any = leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::vec(("[a-z]{1,8}", inner), 0..4)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    });
    (any.clone(), any)
        .prop_map(|(first, second)| json!({"messages": [{"content": first, "role": second}]}))
}

fn reference(text: &str) -> Option<Json> {
    let program = cel::Program::compile(text).ok()?;
    let value = program.execute(&cel::Context::default()).ok()?;
    to_json(&value)
}

fn to_json(value: &cel::Value) -> Option<Json> {
    Some(match value {
        cel::Value::Null => Json::Null,
        cel::Value::Bool(value) => json!(value),
        cel::Value::Int(value) => json!(value),
        cel::Value::UInt(value) => json!(value),
        cel::Value::Float(value) => json!(value),
        cel::Value::String(text) => json!(**text),
        cel::Value::List(items) => {
            let items: Option<Vec<Json>> = items.iter().map(to_json).collect();
            items?.into()
        }
        cel::Value::Map(map) => {
            let entries = map.map.iter();
            let entries: Option<serde_json::Map<String, Json>> = entries
                .map(|(key, value)| Some((key.to_string(), to_json(value)?)))
                .collect();
            entries?.into()
        }
        _ => return None,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500,
        failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_words_end_without_a_panic(text in words(), body in body()) {
        if let Ok(compiled) = Expr::compile(&text, AttributeSet::OF_LLM_ANSWER) {
            let _ = compiled.evaluate(&Body(body));
        }
    }

    #[test]
    fn any_characters_end_without_a_panic(text in "\\PC{0,40}") {
        let _ = Expr::compile(&text, AttributeSet::OF_LLM_ANSWER);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250,
        failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_value_is_the_one_of_the_reference(text in pure()) {
        let ours = Expr::compile(&text, AttributeSet::default()).expect("well formed").evaluate(&());
        if let (Ok(ours), Some(reference)) = (ours, reference(&text)) {
            prop_assert_eq!(ours, reference, "{}", text);
        }
    }
}
