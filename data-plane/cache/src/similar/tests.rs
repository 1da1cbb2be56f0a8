//! What is compared, and what comparing takes.

use dp_llm::class::Class;
use dp_llm::format::Format;

use super::*;
use crate::key::Parts;

fn question(format: Format, body: &str) -> Option<(String, String)> {
    let body = Bytes::from(body.to_owned());
    let found = Question::of(Class::Chat(format), &body)?;
    let rest = String::from_utf8(found.rest.to_vec()).expect("text");
    Some((found.text, rest))
}

#[test]
fn the_last_text_of_the_user_is_the_question() {
    let texts = |text: &str, rest: &str| Some((text.to_owned(), rest.to_owned()));
    let chat = Format::OpenAiChatCompletions;
    assert_eq!(
        question(
            chat,
            r#"{"messages":[{"role":"system","content":"s"},{"role":"user","content":"why?"}]}"#
        ),
        texts(
            "why?",
            r#"{"messages":[{"role":"system","content":"s"},{"role":"user","content":"-"}]}"#
        )
    );
    assert_eq!(
        question(
            Format::GeminiGenerateContent,
            r#"{"contents":[{"role":"user","parts":[{"text":"a"}]}],"systemInstruction":{"parts":[{"text":"s"}]}}"#
        ),
        texts(
            "a",
            r#"{"contents":[{"role":"user","parts":[{"text":"-"}]}],"systemInstruction":{"parts":[{"text":"s"}]}}"#
        )
    );
    assert_eq!(
        question(Format::OpenAiResponses, r#"{"input":"a"}"#),
        texts("a", r#"{"input":"-"}"#)
    );
    assert_eq!(
        question(
            Format::AnthropicMessages,
            r#"{"messages":[{"role":"user","content":"a"}]}"#
        ),
        texts("a", r#"{"messages":[{"role":"user","content":"-"}]}"#)
    );
}

#[test]
fn what_is_not_the_users_last_word_is_not_compared() {
    for body in [
        r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}"#,
        r#"{"messages":[{"role":"system","content":"a"}]}"#,
        r#"{"messages":[{"role":"user","content":"a"},{"role":"tool","tool_call_id":"1","content":"b"}]}"#,
        r#"{"messages":[{"role":"user","content":" "}]}"#,
        r#"{"messages":[]}"#,
        "no",
    ] {
        assert_eq!(
            question(Format::OpenAiChatCompletions, body),
            None,
            "{body}"
        );
    }
    let long = "a".repeat(TEXT_LIMIT + 1);
    let body = format!(r#"{{"messages":[{{"role":"user","content":"{long}"}}]}}"#);
    assert_eq!(question(Format::OpenAiChatCompletions, &body), None);
}

fn direction(vector: &[f32]) -> Direction {
    Direction::of(vector).expect("a direction")
}

#[test]
fn cosines() {
    let cosine = |one: &[f32], other: &[f32]| direction(one).cosine(&direction(other));
    let near = |found: Option<f32>, expected: f32| (found.unwrap() - expected).abs() < 1e-6;
    assert!(near(cosine(&[1.0, 0.0], &[3.0, 0.0]), 1.0));
    assert!(near(cosine(&[1.0, 0.0], &[0.0, 2.0]), 0.0));
    assert!(near(cosine(&[1.0, 0.0], &[-1.0, 0.0]), -1.0));
    assert!(near(cosine(&[1.0, 1.0], &[1.0, 0.0]), 0.5_f32.sqrt()));
    assert_eq!(cosine(&[1.0], &[1.0, 0.0]), None);
    for none in [&[][..], &[0.0, 0.0], &[f32::NAN], &[f32::INFINITY, 1.0]] {
        assert_eq!(Direction::of(none), None);
    }
}

fn key(name: &str) -> Key {
    Parts::of(name).finish()
}

#[test]
fn what_comparing_takes_is_bounded() {
    let mut directions = Directions::default();
    let one = direction(&[1.0, 0.0]);
    let bytes = one.bytes();
    let room = (2, bytes * 3);
    let names = |directions: &Directions, partition: &str| -> Vec<Key> {
        let own = directions.of(&key(partition));
        own.into_iter().map(|(entry, _)| entry).collect()
    };
    for name in ["1", "2", "3"] {
        directions.add(key("a"), (key(name), one.clone()), room);
    }
    assert_eq!(names(&directions, "a"), [key("2"), key("3")]);
    // The same again takes no more.
    directions.add(key("a"), (key("2"), one.clone()), room);
    assert_eq!(names(&directions, "a"), [key("3"), key("2")]);
    assert_eq!(directions.bytes(), bytes * 2);
    // The oldest of all go first.
    directions.add(key("b"), (key("4"), one.clone()), room);
    directions.add(key("b"), (key("5"), one.clone()), room);
    assert_eq!(names(&directions, "a"), [key("2")]);
    assert_eq!(names(&directions, "b"), [key("4"), key("5")]);
    assert_eq!(directions.bytes(), bytes * 3);
    directions.add(key("c"), (key("6"), one), (1, 0));
    assert_eq!(directions.bytes(), 0);
    assert!(directions.partitions.is_empty() && directions.order.is_empty());
}
