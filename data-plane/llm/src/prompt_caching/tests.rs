//! Markers in requests, with and without the client's own.

use bytes::Bytes;
use proptest::prelude::*;

use super::places::places;
use super::{MarkerPlace, PromptCaching};
use crate::shape::messages::Request;

const ALL: PromptCaching = PromptCaching {
    system: true,
    messages: true,
    tools: true,
    min_tokens: 0,
    message_offset: 0,
    key: None,
};

const SYSTEM: &str = r#""system":"be kind to users""#;
const TOOLS: &str =
    r#""tools":[{"name":"f","input_schema":{}},{"name":"g","input_schema":{"type":"object"} }]"#;
const TURNS: &str = r#""messages":[{"role":"user","content":"first turn"},{"role":"assistant","content":[{"type":"text","text":"ok"},{"type":"thinking","thinking":"hm","signature":"s"}]},{"role":"user","content":"second turn"}]"#;

fn body(members: &[&str]) -> String {
    format!("{{{}}}", members.join(","))
}

fn places_of(body: &str, caching: &PromptCaching) -> Vec<MarkerPlace> {
    let request: Request<'_> = serde_json::from_str(body).expect("a request");
    places(&request, caching)
}

#[test]
fn each_section_gets_one() {
    let all = body(&[SYSTEM, TOOLS, TURNS]);
    let turn = MarkerPlace::Message {
        message: 1,
        block: Some(0),
    };
    assert_eq!(
        places_of(&all, &ALL),
        [MarkerPlace::Tools, MarkerPlace::System, turn]
    );
    let without = |change: fn(&mut PromptCaching)| {
        let mut caching = ALL;
        change(&mut caching);
        places_of(&all, &caching)
    };
    assert_eq!(
        without(|caching| caching.tools = false),
        [MarkerPlace::System, turn]
    );
    assert_eq!(
        without(|caching| caching.system = false),
        [MarkerPlace::Tools, turn]
    );
    assert_eq!(
        without(|caching| caching.messages = false),
        [MarkerPlace::Tools, MarkerPlace::System]
    );
    let first = MarkerPlace::Message {
        message: 0,
        block: None,
    };
    assert_eq!(
        without(|caching| caching.message_offset = 1),
        [MarkerPlace::Tools, MarkerPlace::System, first]
    );
    assert_eq!(
        without(|caching| caching.message_offset = 9),
        [MarkerPlace::Tools, MarkerPlace::System, first]
    );
    assert!(without(|caching| caching.min_tokens = 1024).is_empty());
    for nothing in [
        r#""messages":[{"role":"user","content":"x"}]"#,
        r#""system":"","messages":[]"#,
        r#""tools":[],"messages":[]"#,
    ] {
        assert_eq!(places_of(&body(&[nothing]), &ALL), []);
    }
}

#[test]
fn what_is_cached_is_counted_from_the_beginning() {
    let long = "word ".repeat(500);
    let texts = format!(
        r#"{{"system":"short one here","messages":[{{"role":"user","content":"{long}"}},{{"role":"assistant","content":"{long}"}},{{"role":"user","content":"x"}}]}}"#
    );
    let caching = |min_tokens| PromptCaching { min_tokens, ..ALL };
    let turn = MarkerPlace::Message {
        message: 1,
        block: None,
    };
    assert_eq!(places_of(&texts, &caching(3)), [MarkerPlace::System, turn]);
    assert_eq!(places_of(&texts, &caching(1200)), [turn]);
    assert_eq!(places_of(&texts, &caching(1400)), []);
    // No spaces, but no few tokens.
    let korean = "\u{ac00}".repeat(2000);
    assert_eq!(
        places_of(
            &format!(r#"{{"system":"{korean}","messages":[]}}"#),
            &caching(1024)
        ),
        [MarkerPlace::System]
    );
}

#[test]
fn the_clients_markers_are_respected() {
    let block = |ttl: &str| {
        format!(r#"{{"type":"text","text":"a","cache_control":{{"type":"ephemeral"{ttl}}}}}"#)
    };
    let with_turn = |blocks: &str| {
        body(&[
            SYSTEM,
            TOOLS,
            &format!(
                r#""messages":[{{"role":"user","content":"x"}},{{"role":"assistant","content":"y"}},{{"role":"user","content":[{blocks}]}}]"#
            ),
        ])
    };
    // The section that has one is left alone, also where it is inside of a result.
    assert_eq!(
        places_of(&with_turn(&block("")), &ALL),
        [MarkerPlace::Tools, MarkerPlace::System]
    );
    let result = format!(
        r#"{{"type":"tool_result","tool_use_id":"t","content":[{}]}}"#,
        block("")
    );
    assert_eq!(
        places_of(&with_turn(&result), &ALL),
        [MarkerPlace::Tools, MarkerPlace::System]
    );
    // Four in all.
    let three = [block(""), block(""), block("")].join(",");
    assert_eq!(places_of(&with_turn(&three), &ALL), [MarkerPlace::Tools]);
    let four = format!("{three},{}", block(""));
    assert_eq!(places_of(&with_turn(&four), &ALL), []);
    // One that lives longer must not come behind ours.
    assert_eq!(places_of(&with_turn(&block(r#","ttl":"1h""#)), &ALL), []);
    assert_eq!(
        places_of(
            &with_turn(r#"{"type":"text","text":"a","cache_control":null}"#),
            &ALL
        )
        .len(),
        3
    );
}

#[test]
fn markers_are_spliced_in() {
    let marked = ALL.mark(&Bytes::from(body(&[SYSTEM, TOOLS, TURNS])));
    let control = r#""cache_control":{"type":"ephemeral"}"#;
    let expected = body(&[
        &format!(r#""system":[{{"type":"text","text":"be kind to users",{control}}}]"#),
        &format!(
            r#""tools":[{{"name":"f","input_schema":{{}}}},{{"name":"g","input_schema":{{"type":"object"}},{control} }}]"#
        ),
        &TURNS.replace(r#""text":"ok""#, &format!(r#""text":"ok",{control}"#)),
    ]);
    assert_eq!(marked, expected);
    // What is marked is the client's from then on.
    assert_eq!(ALL.mark(&marked).as_ptr(), marked.as_ptr());
    let null = Bytes::from_static(
        br#"{"system":[{"type":"text","text":"a b c d","cache_control":null}],"messages":[]}"#,
    );
    assert_eq!(
        ALL.mark(&null),
        r#"{"system":[{"type":"text","text":"a b c d","cache_control":{"type":"ephemeral"}}],"messages":[]}"#
    );
}

#[test]
fn what_cannot_be_marked_is_the_same_buffer() {
    for left in [
        "no JSON".to_owned(),
        "[]".to_owned(),
        r#"{"messages":"x"}"#.to_owned(),
        body(&[
            r#""cache_control":{"type":"ephemeral"}"#,
            SYSTEM,
            TOOLS,
            TURNS,
        ]),
        // Which of the two would count is not known.
        body(&[SYSTEM, SYSTEM, TURNS]),
    ] {
        let before = Bytes::from(left);
        assert_eq!(ALL.mark(&before).as_ptr(), before.as_ptr());
    }
    let before = Bytes::from(body(&[SYSTEM, TURNS]));
    assert_eq!(
        PromptCaching::default().mark(&before).as_ptr(),
        before.as_ptr()
    );
}

#[test]
fn models_on_bedrock() {
    let tools = |model: &str| ALL.on_bedrock(model).map(|caching| caching.tools);
    for model in [
        "anthropic.claude-3-5-sonnet-20241022-v2:0",
        "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
        "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc",
        "arn:aws:bedrock:us-east-1:123456789012:inference-profile/eu.anthropic.claude-opus-4-1-20250805-v1:0",
    ] {
        assert_eq!(tools(model), Some(true), "{model}");
    }
    assert_eq!(tools("us.amazon.nova-pro-v1:0"), Some(false));
    for model in [
        "anthropic.claude-v2:1",
        "anthropic.claude-instant-v1",
        "meta.llama3-70b-instruct-v1:0",
        "amazon.titan-text",
    ] {
        assert_eq!(tools(model), None, "{model}");
    }
}

fn any_block() -> impl Strategy<Value = String> {
    let own = prop::sample::select(vec![
        "",
        r#","cache_control":{"type":"ephemeral"}"#,
        r#","cache_control":null"#,
    ]);
    let block = prop::sample::select(vec![
        r#"{"type":"text","text":"a b""#,
        r#"{"type":"text","text":" ""#,
        r#"{"type":"tool_use","id":"t","name":"f","input":{"n":1e400}"#,
        r#"{"type":"thinking","thinking":"t","signature":"s""#,
    ]);
    (block, own).prop_map(|(block, own)| format!("{block}{own}}}"))
}

proptest! {
    #[test]
    fn there_are_never_more_than_four(
        turns in prop::collection::vec(prop::collection::vec(any_block(), 0..3), 0..4),
        system in prop::collection::vec(any_block(), 0..3),
        offset in 0_usize..3,
    ) {
        let turns: Vec<_> = turns.iter().map(|blocks| format!(r#"{{"role":"user","content":[{}]}}"#, blocks.join(","))).collect();
        let text = format!(r#"{{"system":[{}],{TOOLS},"messages":[{}],"x":1e400}}"#, system.join(","), turns.join(","));
        let own = text.matches("ephemeral").count();
        let before = Bytes::from(text.clone());
        let caching = PromptCaching { message_offset: offset, ..ALL };
        let after = caching.mark(&before);
        let after_text = std::str::from_utf8(&after).expect("text").to_owned();
        let now = after_text.matches("ephemeral").count();
        prop_assert!(now <= own.max(4), "{after_text}");
        prop_assert!(serde_json::from_str::<&serde_json::value::RawValue>(&after_text).is_ok());
        let bare = |text: &str| text.replace(r#","cache_control":{"type":"ephemeral"}"#, "").replace(r#","cache_control":null"#, "");
        prop_assert_eq!(bare(&text), bare(&after_text));
        prop_assert_eq!(caching.mark(&after).len(), after.len());
    }
}
