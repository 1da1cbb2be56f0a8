//! Providers that never stop: what is kept of their answers stays bounded, and their clients are told.

use super::*;
use crate::answer::held::LIMIT;
use crate::gate::tests::Still;
use crate::gate::{Gate, Guard, Hold, Judge, Passed};

/// An answer without end: the events in front, and those that come again and again.
struct Endless {
    provider: Format,
    first: &'static str,
    again: fn(usize) -> String,
}

const CALL: &str = "data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"t\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"\"}}]}}]}\n\n";
const NAMELESS: &str = "data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\"}}]}}]}\n\n";
const BEGUN: &str = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"model\":\"m\",\"usage\":{}}}\n\n";

fn text(bytes: usize) -> String {
    let said = "x".repeat(bytes);
    format!(
        "data: {{\"id\":\"c\",\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{said}\"}}}}]}}\n\n"
    )
}

fn thinking(bytes: usize) -> String {
    let said = "x".repeat(bytes);
    format!(
        "event: content_block_start\ndata: {{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{{\"type\":\"thinking\",\"thinking\":\"{said}\",\"signature\":\"s\"}}}}\n\n\
         event: content_block_stop\ndata: {{\"type\":\"content_block_stop\",\"index\":0}}\n\n"
    )
}

fn arguments(bytes: usize) -> String {
    let said = "x".repeat(bytes);
    format!(
        "data: {{\"id\":\"c\",\"choices\":[{{\"index\":0,\"delta\":{{\"tool_calls\":[{{\"index\":0,\"function\":{{\"arguments\":\"{said}\"}}}}]}}}}]}}\n\n"
    )
}

/// Calls, each of its own and with nothing in it.
fn call(number: usize) -> String {
    format!(
        "data: {{\"id\":\"c\",\"choices\":[{{\"index\":0,\"delta\":{{\"tool_calls\":[{{\"index\":{number},\"id\":\"t{number}\",\"function\":{{\"name\":\"f\",\"arguments\":\"\"}}}}]}}}}]}}\n\n"
    )
}

fn choice(number: usize) -> String {
    format!(
        "data: {{\"id\":\"c\",\"choices\":[{{\"index\":{number},\"delta\":{{\"content\":\"x\"}}}}]}}\n\n"
    )
}

const TEXTS: Endless = Endless {
    provider: CHAT,
    first: "",
    again: text,
};
const BEHIND_A_CALL: Endless = Endless {
    provider: CHAT,
    first: CALL,
    again: text,
};
const ARGUMENTS: Endless = Endless {
    provider: CHAT,
    first: CALL,
    again: arguments,
};
const NAMELESS_ARGUMENTS: Endless = Endless {
    provider: CHAT,
    first: NAMELESS,
    again: arguments,
};
const THOUGHTS: Endless = Endless {
    provider: MESSAGES,
    first: BEGUN,
    again: thinking,
};
const CALLS: Endless = Endless {
    provider: CHAT,
    first: "",
    again: call,
};
const CHOICES: Endless = Endless {
    provider: CHAT,
    first: "",
    again: choice,
};

/// Bytes of input until the relay has had enough, and what the client got.
fn fed(
    client: Format,
    is_streamed: bool,
    endless: &Endless,
    sizes: &[usize],
) -> (usize, String, Finish) {
    let plan = plan(client, endless.provider, is_streamed);
    let mut relay = relay(&plan, Framing::EventStream);
    let mut out = relay
        .push(Bytes::from_static(endless.first.as_bytes()))
        .to_vec();
    let mut came = 0;
    for size in sizes.iter().copied().cycle() {
        let event = Bytes::from((endless.again)(size));
        came += event.len();
        let told = relay.push(event);
        // A stream's text is not gathered here.
        out = if relay.is_full() || out.len() < 1 << 16 {
            [out, told.to_vec()].concat()
        } else {
            out
        };
        if relay.is_full() {
            break;
        }
        assert!(
            came < 4 * LIMIT,
            "{client:?}, streamed: {is_streamed}: nothing stops it"
        );
    }
    let finish = relay.finish();
    out.extend_from_slice(&finish.rest);
    (came, String::from_utf8(out).expect("text"), finish)
}

#[track_caller]
fn check(client: Format, is_streamed: bool, endless: &Endless, sizes: &[usize]) {
    let (_, out, finish) = fed(client, is_streamed, endless, sizes);
    assert_eq!(finish.ending, Ending::Failed, "{client:?}");
    let told = finish.observed.error.expect("a failure").message;
    assert!(
        told.contains("more at once than the gateway holds"),
        "{told}"
    );
    let last = out
        .rsplit("\n\n")
        .find(|event| !event.is_empty())
        .unwrap_or_default();
    assert!(
        last.contains("more at once than the gateway holds"),
        "{client:?}: {last}"
    );
    for mark in [
        "[DONE]",
        "message_stop",
        "response.completed",
        "\"finishReason\"",
    ] {
        assert!(!last.contains(mark), "{client:?}: {last}");
    }
}

/// Clients of another format than OpenAI's providers: what is forwarded is not held.
const CONVERTED: [Format; 3] = [RESPONSES, MESSAGES, GEMINI];
const PIECES: [usize; 3] = [60_000, 1, 4_000];

#[test]
fn a_stream_without_end_ends_where_it_is_more_than_is_held() {
    check(RESPONSES, true, &TEXTS, &PIECES);
    check(RESPONSES, true, &ARGUMENTS, &PIECES);
    check(MESSAGES, true, &BEHIND_A_CALL, &PIECES);
    check(MESSAGES, true, &ARGUMENTS, &PIECES);
    check(GEMINI, true, &ARGUMENTS, &PIECES);
    for client in CONVERTED {
        check(client, false, &NAMELESS_ARGUMENTS, &PIECES);
    }
}

#[test]
fn a_stream_without_end_makes_no_body() {
    for client in CONVERTED {
        check(client, false, &TEXTS, &PIECES);
        check(client, false, &ARGUMENTS, &PIECES);
    }
    for client in [CHAT, RESPONSES, GEMINI] {
        check(client, false, &THOUGHTS, &[50_000]);
    }
}

/// Each costs memory that is not in its text. Where a format has one answer, it is the reader that counts the others.
#[test]
fn things_without_text_count_too() {
    for endless in [CALLS, CHOICES] {
        for client in CONVERTED {
            let many: Vec<usize> = (0..2 * LIMIT / 1024).collect();
            for is_streamed in [true, false] {
                check(client, is_streamed, &endless, &many);
            }
        }
    }
}

#[test]
fn what_is_only_passed_on_goes_on() {
    for client in [CHAT, MESSAGES, GEMINI] {
        let plan = plan(client, CHAT, true);
        let mut relay = relay(&plan, Framing::EventStream);
        for _ in 0..400 {
            relay.push(Bytes::from(text(60_000)));
            assert!(!relay.is_full(), "{client:?}");
        }
    }
}

/// The client has all of it, and the provider did nothing wrong.
#[test]
fn what_passes_and_is_too_long_to_be_read_is_whole() {
    for format in [MESSAGES, GEMINI] {
        let plan = plan(format, format, false);
        let mut relay = relay(&plan, Framing::Buffered);
        let body = Bytes::from(vec![b' '; LIMIT + 1]);
        assert_eq!(relay.push(body.clone()).len(), body.len(), "{format:?}");
        assert!(!relay.is_full() && !relay.has_failed(), "{format:?}");
        let finish = relay.finish();
        assert_eq!(finish.ending, Ending::Complete, "{format:?}");
        assert_eq!(finish.observed.error, None, "{format:?}");
    }
    let plan = plan(MESSAGES, MESSAGES, true);
    let mut relay = relay(&plan, Framing::EventStream);
    let said = "x".repeat(LIMIT + 1);
    let long = format!("event: content_block_delta\ndata: {{\"x\":\"{said}\"}}\n\n");
    let end = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
    for part in [BEGUN, &long, end] {
        let out = relay.push(Bytes::from(part.to_owned()));
        assert_eq!(out.len(), part.len());
        assert!(!relay.is_full() && !relay.has_failed());
    }
    let finish = relay.finish();
    assert_eq!(finish.ending, Ending::Complete);
    assert_eq!(finish.observed.unreadable, 1);
}

/// Lets everything go.
struct Open;

impl Guard for Open {
    fn judge(&mut self) -> Box<dyn Judge> {
        Box::new(Open)
    }
}

impl Judge for Open {
    fn push(&mut self, text: &str) -> Passed {
        Passed::Out {
            text: text.replace("12", "<N>"),
            bytes: text.len(),
            is_same: !text.contains("12"),
        }
    }

    fn flush(&mut self) -> Passed {
        Passed::Hold
    }

    fn finish(&mut self) -> Passed {
        Passed::Hold
    }
}

#[test]
fn nothing_passes_a_guard_in_members_that_say_it_again() {
    let plan = plan(CHAT, CHAT, true);
    let gate = Gate::new(Box::new(Open), Hold::Window, LIMIT);
    let stamp = Stamp {
        unix_seconds: 1,
        nonce: 7,
    };
    let gates = vec![gate];
    let mut relay = Relay::guarded(&plan, Framing::EventStream, Limits::default(), stamp, gates);
    let mut out = Vec::new();
    for delta in [
        r#"{"reasoning":"b 12","reasoning_details":[{"type":"reasoning.text","text":"b 12"}]}"#,
        r#"{"thinking_blocks":[{"type":"thinking","thinking":"c 12","signature":"s"}],"reasoning_content":"c 12"}"#,
        r#"{"reasoning_details":[{"type":"reasoning.text","text":"d 12"}]}"#,
        r#"{"content":"e 12","provider_specific_fields":{"again":"e 12"}}"#,
    ] {
        let event =
            format!("data: {{\"id\":\"c\",\"choices\":[{{\"index\":0,\"delta\":{delta}}}]}}\n\n");
        out.extend_from_slice(&relay.push(Bytes::from(event)));
    }
    let end = "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    out.extend_from_slice(&relay.push(Bytes::from(end)));
    out.extend_from_slice(&relay.finish().rest);
    let out = String::from_utf8(out).expect("text");
    assert!(!out.contains("12"), "{out}");
    for said in ["b <N>", "c <N>", "e <N>"] {
        assert!(out.contains(said), "{said}: {out}");
    }
}

#[test]
fn what_waits_for_a_guard_is_bounded_in_number() {
    let plan = plan(CHAT, CHAT, true);
    let gate = Gate::new(Box::new(Still), Hold::Whole, LIMIT);
    let stamp = Stamp {
        unix_seconds: 1,
        nonce: 7,
    };
    let mut relay = Relay::guarded(
        &plan,
        Framing::EventStream,
        Limits::default(),
        stamp,
        vec![gate],
    );
    let usage = "data: {\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}\n\n";
    let usages = Bytes::from(usage.repeat(64));
    let mut pushed = 0;
    while !relay.is_full() {
        relay.push(usages.clone());
        pushed += 64;
        assert!(pushed < 2 * LIMIT / 64, "nothing stops it");
    }
    assert_eq!(relay.finish().ending, Ending::Failed);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn however_it_comes_no_more_is_read_than_is_held(sizes in proptest::collection::vec(2_000_usize..400_000, 1..6), client in 0_usize..3) {
        let client = CONVERTED[client];
        let most = sizes.iter().copied().max().unwrap_or_default() + 1024;
        let (came, _, finish) = fed(client, false, &TEXTS, &sizes);
        prop_assert_eq!(finish.ending, Ending::Failed);
        // An event has a frame around its text.
        prop_assert!(came <= LIMIT + LIMIT / 16 + most, "{} bytes", came);
        prop_assert!(came + most >= LIMIT, "{} bytes", came);
    }
}
