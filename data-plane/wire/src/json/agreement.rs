//! The scan takes what the library takes, value for value.

use proptest::prelude::*;
use serde::de::DeserializeSeed;

use super::{Array, Object, elements, members};

type Members = Vec<(String, String)>;

fn members_of_library(text: &str) -> Option<Members> {
    let mut seen = Vec::new();
    let mut reader = serde_json::Deserializer::from_str(text);
    let visit = |key: std::borrow::Cow<'_, str>, value: &str| {
        seen.push((key.into_owned(), value.to_owned()));
    };
    Object(visit).deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    Some(seen)
}

fn elements_of_library(text: &str) -> Option<Vec<String>> {
    let mut seen = Vec::new();
    let mut reader = serde_json::Deserializer::from_str(text);
    let visit = |value: &str| seen.push(value.to_owned());
    Array(visit).deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    Some(seen)
}

#[track_caller]
fn agree(text: &str) {
    let mut seen = Vec::new();
    let read = members(text, |key, value| {
        seen.push((key.into_owned(), value.to_owned()));
    });
    assert_eq!(
        read.is_ok().then_some(seen),
        members_of_library(text),
        "{text}"
    );
    let mut seen = Vec::new();
    let read = elements(text, |value| seen.push(value.to_owned()));
    assert_eq!(
        read.is_ok().then_some(seen),
        elements_of_library(text),
        "{text}"
    );
}

#[test]
fn at_the_edges_of_the_grammar() {
    let values = [
        "0",
        "-0",
        "01",
        "1.",
        "1.0",
        ".5",
        "1e",
        "1e+",
        "1E-7",
        "1e400",
        "-",
        "+1",
        "0x1",
        "1 2",
        "true",
        "tru",
        "truee",
        "null",
        "nul",
        "NaN",
        "''",
        "\"\"",
        "\"",
        "\"\\\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\ud83d\"",
        "\"\\ud83d\\ude00\"",
        "\"\t\"",
        "\"\u{7f}\"",
        "\"\u{0}\"",
        "\"é\"",
        "[]",
        "[,]",
        "[1,]",
        "[1 2]",
        "[",
        "]",
        "[}",
        "{}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{\"a\":1}}",
        "[[[]]]",
        "[[[]]",
        "{\"a\":[{\"b\":{}}]}",
        "\u{feff}1",
        "/**/1",
        "",
    ];
    for value in values {
        agree(value);
        agree(&format!("[{value}]"));
        agree(&format!("[1 , {value}\n]"));
        agree(&format!("{{\"k\":{value}}}"));
        agree(&format!(" {{ \"k\" : {value} , \"l\" : 2 }} "));
        agree(&format!("{{{value}:1}}"));
        // At every place within a stride.
        for length in 0..70 {
            let text = "x".repeat(length);
            agree(&format!("[\"{text}\",{value}]"));
            agree(&format!("[\"{text}\\n{}", value.replace('"', "")));
        }
    }
}

proptest! {
    #[test]
    fn on_texts_that_are_nearly_json(text in "[\\[\\]{}\",:0-9eE.+tfnrualse\\\\ \u{1}é-]{0,24}") {
        agree(&text);
    }

    #[test]
    fn on_json_with_a_byte_changed(
        values in proptest::collection::vec(any_value(), 0..4),
        place in any::<prop::sample::Index>(),
        other in prop::sample::select(vec!['"', '\\', '{', '}', '[', ']', ',', ':', ' ', '0', 'e', '\n', '\u{1}']),
    ) {
        for whole in [
            serde_json::Value::from(values.clone()),
            serde_json::Value::Object(values.into_iter().enumerate().map(|(at, value)| (format!("k\"{at}"), value)).collect()),
        ] {
            let text = whole.to_string();
            agree(&text);
            let mut changed: Vec<char> = text.chars().collect();
            let at = place.index(changed.len());
            changed[at] = other;
            agree(&changed.into_iter().collect::<String>());
        }
    }
}

fn any_value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(serde_json::Value::from),
        any::<f64>().prop_map(serde_json::Value::from),
        "[ -~é\n\"\\\\]{0,40}".prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            proptest::collection::btree_map("[a-z\"]{0,3}", inner, 0..4)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}
