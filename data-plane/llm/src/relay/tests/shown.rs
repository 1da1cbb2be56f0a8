//! Answers that tell the client's name of the model.

use super::*;
use crate::class::Class;

const MINE: &str = "mine \"é\"";
const AS_JSON: &str = "\"mine \\\"é\\\"\"";

fn shown(client: Format, provider: Format, is_streamed: bool) -> Plan {
    plan(client, provider, is_streamed).shown_as(Some(MINE.into()))
}

/// With the provider's name, `m`, replaced.
fn renamed(text: &str) -> String {
    let text = text.replace("\"model\":\"m\"", &format!("\"model\":{AS_JSON}"));
    text.replace(
        "\"modelVersion\":\"m\"",
        &format!("\"modelVersion\":{AS_JSON}"),
    )
}

#[test]
fn nothing_else_of_a_forwarded_answer_changes() {
    for format in CLIENTS {
        let whole = body(format);
        for (is_streamed, input) in [(true, stream(format)), (false, whole.into_bytes())] {
            let what = format!("{format:?} {is_streamed}");
            let framing = framing(format, is_streamed);
            let plan = shown(format, format, is_streamed);
            let text = String::from_utf8(input.clone()).expect("text");
            let expected = renamed(&text);
            assert_ne!(expected, text, "{what}");
            let every_byte: Vec<usize> = (1..input.len()).collect();
            for cuts in [vec![], vec![input.len() / 2], every_byte] {
                let (out, finish) = run(&plan, framing, &input, &cuts);
                assert_eq!(out, expected, "{what}");
                assert_eq!(finish.observed.model.as_deref(), Some("m"), "{what}");
                assert_eq!(finish.ending, Ending::Complete, "{what}");
            }
        }
    }
}

#[test]
fn a_converted_answer_is_written_with_the_name() {
    for (client, provider) in pairs().filter(|(client, provider)| client != provider) {
        for is_streamed in [true, false] {
            let what = format!("{client:?} of {provider:?} {is_streamed}");
            let plan = shown(client, provider, is_streamed);
            let input = match is_streamed {
                true => stream(provider),
                false => body(provider).into_bytes(),
            };
            let (out, finish) = run(&plan, framing(provider, is_streamed), &input, &[]);
            assert!(out.contains(AS_JSON), "{what}: {out}");
            assert!(!out.contains("\"m\""), "{what}: {out}");
            let told = finish.observed.model.as_deref();
            let expected = (provider != CONVERSE).then_some("m");
            assert_eq!(told, expected, "{what}");
        }
    }
}

#[test]
fn what_is_listed_or_kept_in_the_other_form_has_it_too() {
    let plan = shown(GEMINI, GEMINI, true).listed(None);
    let (array, _) = run(&plan, Framing::EventStream, &stream(GEMINI), &[]);
    let elements: Vec<serde_json::Value> = serde_json::from_str(&array).expect("an array");
    assert_eq!(elements.len(), 3);
    assert!(
        elements
            .iter()
            .all(|one| one.get("modelVersion") == Some(&MINE.into()))
    );
    let stamp = Stamp {
        unix_seconds: 1,
        nonce: 7,
    };
    let plan = shown(CHAT, CHAT, false);
    let mut kept = Relay::replayed(
        &plan,
        Framing::EventStream,
        Limits::default(),
        stamp,
        vec![],
    );
    let mut out = kept.push(stream(CHAT).into()).to_vec();
    out.extend_from_slice(&kept.finish().rest);
    let out = String::from_utf8(out).expect("text");
    assert!(out.contains(AS_JSON) && !out.contains("\"m\""), "{out}");
}

/// What a client gets of one document of another class.
fn passed(class: Class, client: Format, framing: Framing, text: &str) -> String {
    let plan = Plan {
        class,
        ..shown(client, client, framing != Framing::Buffered)
    };
    run(&plan, framing, text.as_bytes(), &[]).0
}

#[test]
fn only_the_member_itself_is_replaced() {
    let kept = [
        // Somewhere else, of another kind, or another key.
        r#"{"data":[{"model":"m"}],"usage":{"model":"m"},"model_name":"m"}"#,
        r#"{"object":"model","a":"\"model\":\"m\"","mode":"m","models":"m"}"#,
        r#"{"model":null}"#,
        r#"{"model":{"model":"m"},"x":["model","m"]}"#,
        r#"[{"model":"m"}]"#,
        r#""model""#,
        "no JSON { \"model\"",
        "",
    ];
    for text in kept {
        let out = passed(Class::Embeddings, CHAT, Framing::Buffered, text);
        assert_eq!(out, text);
    }
    for (text, expected) in [
        (
            r#" { "model" : "a\"b\\" , "x" : 1 } "#,
            r#" { "model" : MINE , "x" : 1 } "#,
        ),
        (
            r#"{"x":{"y":[{}]},"model":"a","model":"b"}"#,
            r#"{"x":{"y":[{}]},"model":MINE,"model":MINE}"#,
        ),
        (r#"{"model":""}"#, r#"{"model":MINE}"#),
    ] {
        for class in [Class::Embeddings, Class::Rerank, Class::LegacyCompletions] {
            let out = passed(class, CHAT, Framing::Buffered, text);
            assert_eq!(out, expected.replace("MINE", AS_JSON), "{class:?}");
        }
    }
    // What nobody knows the shape of passes.
    for class in [Class::Detect(CHAT), Class::Detect(CONVERSE)] {
        let text = r#"{"model":"m"}"#;
        assert_eq!(passed(class, CHAT, Framing::Buffered, text), text);
    }
}

#[test]
fn events_are_told_from_other_lines() {
    for (text, expected) in [
        (
            "data:{\"model\":\"a\"}\r\n\r\ndata: {\"model\":\"b\"}\r\rdata: [DONE]\n\n",
            2,
        ),
        ("\u{feff}data: {\"model\":\"a\"}\n\n", 1),
        ("id: 1\ndata: {\ndata: \"model\":\"a\"}\n\n", 1),
        // An event that breaks off says nothing of the next.
        ("data: {\"x\":\"\n\ndata: {\"model\":\"a\"}\n\n", 1),
        ("event: {\"model\":\"a\"}\n: {\"model\":\"a\"}\ndat\n\n", 0),
    ] {
        let out = passed(Class::LegacyCompletions, CHAT, Framing::EventStream, text);
        assert!(out.starts_with(text.get(..3).unwrap_or_default()), "{out}");
        assert_eq!(out.matches(AS_JSON).count(), expected, "{text}: {out}");
    }
}

#[test]
fn what_has_no_name_in_it_is_the_same_buffer() {
    let mut relay = relay(&shown(CHAT, CHAT, false), Framing::Buffered);
    let chunk = Bytes::from_static(b"{\"id\":\"model\",\"choices\":[");
    let address = chunk.as_ptr();
    assert_eq!(relay.push(chunk).as_ptr(), address);
}

proptest! {
    #[test]
    fn however_it_is_cut_the_client_gets_the_same(
        client in 0..CLIENTS.len(),
        is_streamed: bool,
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let client = CLIENTS[client];
        let input = match is_streamed {
            true => stream(client),
            false => body(client).into_bytes(),
        };
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(input.len())).collect();
        cuts.sort_unstable();
        let plan = shown(client, client, is_streamed);
        let framing = framing(client, is_streamed);
        let (out, _) = run(&plan, framing, &input, &cuts);
        prop_assert_eq!(out, renamed(&String::from_utf8_lossy(&input)));
    }
}
