//! Tables of bodies against rules, and properties of every body.

use std::collections::HashMap;

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::Value;

use super::{BodyPolicy, Computed, MemberValue};
use crate::node::BodyError;

fn value(json: &str) -> MemberValue {
    MemberValue::parse(json).expect("JSON")
}

fn pairs(of: &[(&str, &str)]) -> Vec<(String, MemberValue)> {
    of.iter()
        .map(|(key, json)| ((*key).to_owned(), value(json)))
        .collect()
}

/// Rules in a line: `overrides`, `removed`, `defaults`.
fn policy(overrides: &[(&str, &str)], removed: &[&str], defaults: &[(&str, &str)]) -> BodyPolicy {
    BodyPolicy {
        overrides: pairs(overrides),
        removed: removed.iter().map(|key| (*key).to_owned()).collect(),
        defaults: pairs(defaults),
    }
}

fn computed(of: &[(&str, Option<&str>)]) -> Vec<Computed> {
    of.iter()
        .map(|(key, json)| ((*key).to_owned(), json.map(value)))
        .collect()
}

#[track_caller]
fn check(policy: &BodyPolicy, computed: &[Computed], body: &'static str, expected: &str) {
    let body = Bytes::from_static(body.as_bytes());
    let result = policy.apply(&body, computed).expect("an object");
    assert_eq!(result, expected);
    if result == body {
        assert_eq!(result.as_ptr(), body.as_ptr(), "nothing to do is no copy");
    }
}

#[test]
fn overrides_replace_in_place_and_defaults_fill_in() {
    let rules = policy(
        &[("temperature", "0.2"), ("user", "\"op\"")],
        &[],
        &[("max_tokens", "100"), ("seed", "1")],
    );
    check(
        &rules,
        &[],
        r#"{ "model": "gpt-4o", "temperature" : 1e400, "messages": [ {"role":"user","content":"a\ud83d"} ], "seed": 9007199254740993 }"#,
        r#"{ "model": "gpt-4o", "temperature" : 0.2, "messages": [ {"role":"user","content":"a\ud83d"} ], "seed": 9007199254740993,"user":"op","max_tokens":100 }"#,
    );
    check(
        &rules,
        &[],
        "{}",
        r#"{"temperature":0.2,"user":"op","max_tokens":100,"seed":1}"#,
    );
    check(
        &rules,
        &[],
        " {\n} ",
        " {\"temperature\":0.2,\"user\":\"op\",\"max_tokens\":100,\"seed\":1\n} ",
    );
    // A null is there.
    check(
        &policy(&[], &[], &[("stop", "[]")]),
        &[],
        r#"{"stop":null}"#,
        r#"{"stop":null}"#,
    );
    // What is as it should be stays the same buffer.
    check(
        &policy(&[("n", "1")], &["x"], &[("m", "2")]),
        &[],
        r#"{"n":1,"m":0}"#,
        r#"{"n":1,"m":0}"#,
    );
    check(
        &BodyPolicy::default(),
        &[],
        "no JSON at all",
        "no JSON at all",
    );
}

#[test]
fn computed_values_come_after_overrides_and_before_defaults() {
    let rules = policy(
        &[("a", "1"), ("b", "1"), ("c", "1")],
        &[],
        &[("c", "3"), ("d", "3"), ("e", "3")],
    );
    let values = computed(&[
        ("b", Some("2")),
        ("c", None),
        ("d", Some("null")),
        ("e", Some("2")),
        ("f", None),
        ("g", Some("[2]")),
    ]);
    check(
        &rules,
        &values,
        "{}",
        r#"{"a":1,"b":2,"c":3,"d":3,"e":2,"g":[2]}"#,
    );
    check(
        &rules,
        &values,
        r#"{"g":0,"f":0,"e":0,"d":0,"c":0,"b":0,"a":0}"#,
        r#"{"g":[2],"e":2,"d":3,"c":3,"b":2,"a":1}"#,
    );
}

#[test]
fn members_are_taken_out_with_one_comma() {
    for (body, expected) in [
        (r#"{"x":1,"y":2,"z":3}"#, r#"{"z":3}"#),
        (r#"{"z":3,"x":1,"y":2}"#, r#"{"z":3}"#),
        (r#"{"x":1,"z":3,"y":2}"#, r#"{"z":3}"#),
        (r#"{"z":3,"x":1,"w":4,"y":2}"#, r#"{"z":3,"w":4}"#),
        (r#"{ "x" : 1 , "z" : 3 , "y" : [{}] }"#, r#"{ "z" : 3 }"#),
        (r#"{"x":1,"y":2}"#, "{}"),
        (r#"{ "x":1 }"#, "{ }"),
        (r#"{"z":3}"#, r#"{"z":3}"#),
        (r#"{"\u0078":1,"z":","}"#, r#"{"z":","}"#),
    ] {
        let body: &'static str = body;
        check(&policy(&[], &["x", "y"], &[]), &[], body, expected);
    }
    check(
        &policy(&[], &["x"], &[("x", "2"), ("y", "3")]),
        &[],
        r#"{"x":1}"#,
        r#"{"x":2,"y":3}"#,
    );
    check(
        &policy(&[], &["x"], &[("y", "3")]),
        &[],
        r#"{"x":1}"#,
        r#"{"y":3}"#,
    );
}

#[test]
fn a_repeated_member_gets_around_no_rule() {
    check(
        &policy(&[("m", "0")], &[], &[]),
        &[],
        r#"{"m":1,"a":2,"m":3,"\u006d":4}"#,
        r#"{"m":0,"a":2}"#,
    );
    check(
        &policy(&[], &["m"], &[]),
        &[],
        r#"{"m":1,"a":2,"m":3}"#,
        r#"{"a":2}"#,
    );
    check(
        &policy(&[], &[], &[("m", "0")]),
        &[],
        r#"{"m":1,"m":3}"#,
        r#"{"m":1,"m":3}"#,
    );
}

#[test]
fn keys_of_rules_are_written_as_json() {
    check(
        &policy(&[("a\"b", "1")], &[], &[]),
        &[],
        "{}",
        r#"{"a\"b":1}"#,
    );
}

#[test]
fn what_is_no_object_is_refused() {
    let rules = policy(&[("a", "1")], &[], &[]);
    let apply = |body: &'static str| rules.apply(&Bytes::from_static(body.as_bytes()), &[]);
    assert_eq!(apply("[1]").err(), Some(BodyError::NotAnObject));
    assert_eq!(apply("<html>").err(), Some(BodyError::NotJson));
    assert!(MemberValue::parse("text").is_err() && MemberValue::parse("").is_err());
}

/// The rules as maps do them, with the last of repeated members.
fn by_maps(policy: &BodyPolicy, computed: &[Computed], body: &str) -> HashMap<String, Value> {
    let mut map: HashMap<String, Value> = serde_json::from_str(body).expect("an object");
    let read = |value: &MemberValue| serde_json::from_str::<Value>(value.as_json()).expect("JSON");
    for (key, value) in &policy.overrides {
        map.insert(key.clone(), read(value));
    }
    for key in &policy.removed {
        map.remove(key);
    }
    for (key, value) in computed {
        match value.as_ref().map(read) {
            None | Some(Value::Null) => map.remove(key),
            Some(value) => map.insert(key.clone(), value),
        };
    }
    for (key, value) in &policy.defaults {
        map.entry(key.clone()).or_insert_with(|| read(value));
    }
    map
}

fn any_pairs() -> impl Strategy<Value = Vec<(String, MemberValue)>> {
    let json = prop::sample::select(vec!["1", "null", "\"t\"", "{\"a\":[1, 2]}"]).prop_map(value);
    prop::collection::vec(("[a-e]", json), 0..3)
}

fn any_policy() -> impl Strategy<Value = BodyPolicy> {
    (
        any_pairs(),
        prop::collection::vec("[a-e]", 0..2),
        any_pairs(),
    )
        .prop_map(|(overrides, removed, defaults)| BodyPolicy {
            overrides,
            removed,
            defaults,
        })
}

fn any_body() -> impl Strategy<Value = String> {
    let spaces = || prop::sample::select(vec!["", " ", "\n\t"]);
    let json = prop::sample::select(vec![
        "1e400",
        "null",
        "\"}, {\"",
        "[ 1,2 ]",
        "{\"a\" : 1}",
        "9007199254740993.10",
    ]);
    let member = (spaces(), "[a-g]", spaces(), json, spaces()).prop_map(
        |(front, key, middle, json, back)| format!("{front}\"{key}\"{middle}:{middle}{json}{back}"),
    );
    (spaces(), prop::collection::vec(member, 0..6))
        .prop_map(|(space, members)| format!("{space}{{{}}}{space}", members.join(",")))
}

proptest! {
    #[test]
    fn splicing_does_what_maps_do(
        policy in any_policy(),
        values in prop::collection::vec(("[a-e]", prop::option::of(prop::sample::select(vec!["2", "null"]).prop_map(value))), 0..3),
        // A number that no parser holds would stop the comparison, not the code.
        body in any_body().prop_map(|body| body.replace("1e400", "7")),
    ) {
        let before = Bytes::from(body.clone());
        let after = policy.apply(&before, &values).expect("an object");
        let text = std::str::from_utf8(&after).expect("text");
        let read: HashMap<String, Value> = serde_json::from_str(text).expect("an object");
        prop_assert_eq!(read, by_maps(&policy, &values, &body), "{} -> {}", body, text);
    }

    #[test]
    fn what_no_rule_names_keeps_its_bytes_and_order(policy in any_policy(), body in any_body()) {
        let before = Bytes::from(body);
        let after = policy.apply(&before, &[]).expect("an object");
        let named = |key: &str| {
            policy.removed.iter().any(|name| name == key)
                || policy.overrides.iter().chain(&policy.defaults).any(|(name, _)| name == key)
        };
        let rest = |body: &Bytes| {
            let (_, members) = crate::node::Node::body(body).expect("an object");
            let members = members.into_iter().filter(|(key, _)| !named(key));
            members.map(|(key, value)| (key.into_owned(), value.raw().to_owned())).collect::<Vec<_>>()
        };
        prop_assert_eq!(rest(&before), rest(&after));
        let again = policy.apply(&after, &[]).expect("an object");
        prop_assert_eq!(&again, &after);
        if after == before {
            prop_assert_eq!(after.as_ptr(), before.as_ptr());
        }
    }
}
