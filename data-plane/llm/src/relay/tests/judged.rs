//! Arguments of calls that a gate judges, of every provider's format and for every client's.

use super::*;
use crate::gate::{Gate, Guard, Hold, Judge, Judged, Passed};

/// Puts `<CITY>` in the place of Paris, or refuses it.
#[derive(Clone, Copy)]
enum Cities {
    Masked,
    Refused,
}

impl Guard for Cities {
    fn judge(&mut self) -> Box<dyn Judge> {
        Box::new(*self)
    }
}

impl Judge for Cities {
    fn push(&mut self, text: &str) -> Passed {
        match self {
            Cities::Refused if text.contains("Paris") => Passed::Refused,
            Cities::Refused | Cities::Masked => Passed::Out {
                text: text.replace("Paris", "<CITY>"),
                bytes: text.len(),
                is_same: !text.contains("Paris"),
            },
        }
    }

    fn flush(&mut self) -> Passed {
        Passed::Hold
    }

    fn finish(&mut self) -> Passed {
        Passed::Hold
    }
}

/// What the client gets of a stream with a call, byte by byte.
fn run(client: Format, provider: Format, cities: Cities, judged: Judged) -> String {
    let plan = plan(client, provider, true);
    let stamp = Stamp {
        unix_seconds: 1,
        nonce: 7,
    };
    let gate = Gate::new(Box::new(cities), Hold::Window, 1 << 20).judging(judged);
    let framing = framing(provider, true);
    let mut relay = Relay::guarded(&plan, framing, Limits::default(), stamp, vec![gate]);
    let mut out = Vec::new();
    for byte in stream(provider) {
        out.extend_from_slice(&relay.push(Bytes::copy_from_slice(&[byte])));
    }
    out.extend_from_slice(&relay.finish().rest);
    String::from_utf8(out).expect("text")
}

#[test]
fn arguments_are_masked_between_all_formats() {
    for provider in [CHAT, RESPONSES, MESSAGES, CONVERSE, GEMINI] {
        for client in CLIENTS {
            let out = run(client, provider, Cities::Masked, Judged::All);
            let what = format!("{provider:?} for {client:?}: {out}");
            assert!(!out.contains("Par") && !out.contains("aris"), "{what}");
            let literal = match client {
                GEMINI => r#""city":"<CITY>""#,
                CHAT | RESPONSES | MESSAGES | CONVERSE => r#"{\"city\":\"<CITY>\"}"#,
            };
            assert!(out.contains(literal), "{what}");
            assert!(out.contains("get_weather"), "{what}");
        }
    }
}

#[test]
fn a_refused_call_does_not_begin() {
    for provider in [CHAT, RESPONSES, MESSAGES, CONVERSE, GEMINI] {
        for client in CLIENTS {
            let out = run(client, provider, Cities::Refused, Judged::Calls);
            let what = format!("{provider:?} for {client:?}: {out}");
            assert!(out.contains("refused by a guard"), "{what}");
            assert!(
                !out.contains("get_weather") && !out.contains("city"),
                "{what}"
            );
            // As it was before anybody asked for more.
            let out = run(client, provider, Cities::Refused, Judged::Texts);
            assert!(
                out.contains("get_weather"),
                "{provider:?} for {client:?}: {out}"
            );
        }
    }
}
