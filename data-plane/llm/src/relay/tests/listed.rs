//! Streams of Gemini's clients that did not ask for events.

use serde_json::Value;

use super::*;

fn listed(provider: Format) -> Plan {
    plan(GEMINI, provider, true).listed(Some("key=k"))
}

fn elements(text: &str) -> Vec<Value> {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn events_become_elements() {
    for provider in Format::ALL {
        let input = stream(provider);
        let framing = framing(provider, true);
        let (events, _) = run(&plan(GEMINI, provider, true), framing, &input, &[]);
        let expected: Vec<Value> = events
            .lines()
            .filter_map(|line| line.strip_prefix("data:"))
            .map(|data| serde_json::from_str(data).expect("JSON"))
            .collect();
        for cuts in [vec![], vec![input.len() / 3], (1..input.len()).collect()] {
            let (array, finish) = run(&listed(provider), framing, &input, &cuts);
            assert_eq!(elements(&array), expected, "{provider:?}");
            assert_eq!(finish.ending, Ending::Complete, "{provider:?}");
        }
    }
}

#[test]
fn an_array_that_is_cut_says_so_in_its_last_element() {
    let input = stream(CHAT);
    let half = input.len() / 2;
    let (array, finish) = run(&listed(CHAT), Framing::EventStream, &input[..half], &[]);
    assert!(matches!(finish.ending, Ending::Truncated(_)));
    let last = elements(&array).pop().expect("an element");
    assert!(last.get("error").is_some(), "{last}");
    let mut relay = relay(&listed(CHAT), Framing::EventStream);
    let began = relay.push(Bytes::copy_from_slice(&input[..half]));
    let (told, _) = relay.broken(Broken::Silent);
    let array = String::from_utf8([began, told].concat()).expect("text");
    let last = elements(&array).pop().expect("an element");
    assert!(last.get("error").is_some(), "{last}");
}

#[test]
fn only_who_asks_for_events_gets_them() {
    for (query, expected) in [
        (None, true),
        (Some("key=k"), true),
        (Some("alt=json"), true),
        (Some("key=k&alt=sse"), false),
        (Some("%24alt=sse"), true),
        (Some("alt=SSE"), false),
    ] {
        let plan = plan(GEMINI, GEMINI, true).listed(query);
        let kind = plan.content_type(Framing::EventStream);
        assert_eq!(kind == Some("application/json"), expected, "{query:?}");
    }
    for plan in [plan(CHAT, GEMINI, true), plan(GEMINI, CHAT, false)] {
        let listed = plan.clone().listed(None);
        assert_eq!(
            listed.content_type(Framing::EventStream),
            plan.content_type(Framing::EventStream)
        );
    }
}
