//! Answers of each provider's format for each client's, cut anywhere, broken off, and failing inside.

use bytes::Bytes;
use proptest::prelude::*;

mod heard;
mod held;
mod judged;
mod listed;
mod query;
mod shown;

use super::{Broken, Names, Plan, Relay, Stamp};
use crate::format::Format;
use crate::observed::FinishReason;
use crate::request::UsageChunk;
use crate::tap::{Ending, Finish, Framing, Limits, Truncation};
use crate::text::JsonText;
use crate::tool_names::ToolNames;

const CHAT: Format = Format::OpenAiChatCompletions;
const RESPONSES: Format = Format::OpenAiResponses;
const MESSAGES: Format = Format::AnthropicMessages;
const CONVERSE: Format = Format::BedrockConverse;
const GEMINI: Format = Format::GeminiGenerateContent;
/// Those that clients speak.
const CLIENTS: [Format; 4] = [CHAT, RESPONSES, MESSAGES, GEMINI];

fn plan(client: Format, provider: Format, is_streamed: bool) -> Plan {
    Plan {
        class: crate::class::Class::Chat(client),
        client,
        provider,
        is_streamed,
        usage_chunk: UsageChunk::Forward,
        model: "asked".to_owned(),
        names: Names::default(),
        converted: None,
        is_listed: false,
        shown_model: None,
    }
}

fn framing(provider: Format, is_streamed: bool) -> Framing {
    match (provider, is_streamed) {
        (_, false) => Framing::Buffered,
        (CONVERSE, true) => Framing::AwsEventStream,
        (_, true) => Framing::EventStream,
    }
}

fn relay(plan: &Plan, framing: Framing) -> Relay {
    let stamp = Stamp {
        unix_seconds: 1_700_000_000,
        nonce: 7,
    };
    Relay::new(plan, framing, Limits::default(), stamp)
}

/// What the client gets of `input`, cut at `cuts`.
fn run(plan: &Plan, framing: Framing, input: &[u8], cuts: &[usize]) -> (String, Finish) {
    let mut relay = relay(plan, framing);
    let mut out = Vec::new();
    let mut from = 0;
    for cut in cuts.iter().copied().chain([input.len()]) {
        out.extend_from_slice(&relay.push(Bytes::copy_from_slice(&input[from..cut])));
        from = cut;
    }
    let finish = relay.finish();
    out.extend_from_slice(&finish.rest);
    // What is forwarded may be cut within a character.
    (String::from_utf8_lossy(&out).into_owned(), finish)
}

/// One message of an AWS event stream.
fn frame(kind: &str, name: &str, payload: &str) -> Vec<u8> {
    let of_name = if kind == "event" {
        ":event-type"
    } else {
        ":exception-type"
    };
    let mut headers = Vec::new();
    for (key, value) in [
        (of_name, name),
        (":content-type", "application/json"),
        (":message-type", kind),
    ] {
        headers.push(u8::try_from(key.len()).expect("short"));
        headers.extend_from_slice(key.as_bytes());
        headers.push(7);
        headers.extend_from_slice(&u16::try_from(value.len()).expect("short").to_be_bytes());
        headers.extend_from_slice(value.as_bytes());
    }
    let total = u32::try_from(16 + headers.len() + payload.len()).expect("short");
    let mut out = total.to_be_bytes().to_vec();
    out.extend_from_slice(&u32::try_from(headers.len()).expect("short").to_be_bytes());
    out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
    out.extend_from_slice(&headers);
    out.extend_from_slice(payload.as_bytes());
    out.extend_from_slice(&crc32fast::hash(&out).to_be_bytes());
    out
}

/// "Hi é" and a call of `get_weather` with `{"city":"Paris"}`, as each provider streams it: 12 tokens in of which 4 from the
/// cache (Anthropic and Bedrock count them apart), 9 out.
fn stream(provider: Format) -> Vec<u8> {
    match provider {
        CHAT => concat!(
            "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n",
            "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi \"},\"finish_reason\":null}]}\r\n\r\n",
            ": keep-alive\n\n",
            "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"é\"},\"finish_reason\":null}]}\n\n",
            "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":\"get_weather\",\"arguments\":\"\"}}]},\"finish_reason\":null}]}\n\n",
            "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"city\\\":\"}}]},\"finish_reason\":null}]}\n\n",
            "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"\\\"Paris\\\"}\"}}]},\"finish_reason\":null}]}\n\n",
            "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\n",
            "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":9,\"total_tokens\":21,\"prompt_tokens_details\":{\"cached_tokens\":4}}}\n\n",
            "data: [DONE]\n\n",
        )
        .into(),
        MESSAGES => concat!(
            "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":8,\"cache_read_input_tokens\":4,\"cache_creation_input_tokens\":0,\"output_tokens\":1}}}\n\n",
            "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n",
            "event: ping\ndata: {\"type\":\"ping\"}\n\n",
            "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hi \"}}\n\n",
            "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"é\"}}\n\n",
            "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n",
            "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"tool_use\",\"id\":\"call_1\",\"name\":\"get_weather\",\"input\":{}}}\n\n",
            "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\\\"city\\\":\"}}\n\n",
            "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"\\\"Paris\\\"}\"}}\n\n",
            "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":1}\n\n",
            "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"tool_use\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":9}}\n\n",
            "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
        )
        .into(),
        CONVERSE => [
            frame("event", "messageStart", r#"{"role":"assistant"}"#),
            frame("event", "contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"text":"Hi "}}"#),
            frame("event", "contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"text":"é"}}"#),
            frame("event", "contentBlockStop", r#"{"contentBlockIndex":0}"#),
            frame("event", "contentBlockStart", r#"{"contentBlockIndex":1,"start":{"toolUse":{"toolUseId":"call_1","name":"get_weather"}}}"#),
            frame("event", "contentBlockDelta", r#"{"contentBlockIndex":1,"delta":{"toolUse":{"input":"{\"city\":"}}}"#),
            frame("event", "contentBlockDelta", r#"{"contentBlockIndex":1,"delta":{"toolUse":{"input":"\"Paris\"}"}}}"#),
            frame("event", "contentBlockStop", r#"{"contentBlockIndex":1}"#),
            frame("event", "messageStop", r#"{"stopReason":"tool_use"}"#),
            frame("event", "metadata", r#"{"usage":{"inputTokens":8,"outputTokens":9,"totalTokens":17,"cacheReadInputTokens":4,"cacheWriteInputTokens":0},"metrics":{"latencyMs":5}}"#),
        ]
        .concat(),
        GEMINI => concat!(
            "data: {\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"Hi \"}]},\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":12,\"totalTokenCount\":12},\"modelVersion\":\"m\",\"responseId\":\"r1\"}\r\n\r\n",
            "data: {\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"é\"}]},\"index\":0}],\"modelVersion\":\"m\",\"responseId\":\"r1\"}\r\n\r\n",
            "data: {\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"functionCall\":{\"name\":\"get_weather\",\"args\":{\"city\":\"Paris\"}}}]},\"finishReason\":\"STOP\",\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":12,\"cachedContentTokenCount\":4,\"candidatesTokenCount\":9,\"totalTokenCount\":21},\"modelVersion\":\"m\",\"responseId\":\"r1\"}\r\n\r\n",
        )
        .into(),
        RESPONSES => {
            // Ours, made of another's: the vendor's own order of events is tested in `answer`.
            let plan = plan(RESPONSES, CHAT, true);
            run(&plan, Framing::EventStream, &stream(CHAT), &[]).0.into()
        }
    }
}

/// The same answer in one piece.
fn body(provider: Format) -> String {
    match provider {
        CHAT => r#"{"id":"c1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hi é","tool_calls":[{"id":"call_1","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Paris\"}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":12,"completion_tokens":9,"total_tokens":21,"prompt_tokens_details":{"cached_tokens":4}}}"#.into(),
        MESSAGES => r#"{"id":"msg_1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"Hi é"},{"type":"tool_use","id":"call_1","name":"get_weather","input":{"city":"Paris"}}],"stop_reason":"tool_use","stop_sequence":null,"usage":{"input_tokens":8,"cache_read_input_tokens":4,"output_tokens":9}}"#.into(),
        CONVERSE => r#"{"output":{"message":{"role":"assistant","content":[{"text":"Hi é"},{"toolUse":{"toolUseId":"call_1","name":"get_weather","input":{"city":"Paris"}}}]}},"stopReason":"tool_use","usage":{"inputTokens":8,"outputTokens":9,"totalTokens":17,"cacheReadInputTokens":4},"metrics":{"latencyMs":5}}"#.into(),
        GEMINI => r#"{"candidates":[{"content":{"role":"model","parts":[{"text":"Hi é"},{"functionCall":{"name":"get_weather","args":{"city":"Paris"}}}]},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":12,"cachedContentTokenCount":4,"candidatesTokenCount":9,"totalTokenCount":21},"modelVersion":"m","responseId":"r1"}"#.into(),
        RESPONSES => {
            let plan = plan(RESPONSES, CHAT, false);
            run(&plan, Framing::Buffered, body(CHAT).as_bytes(), &[]).0
        }
    }
}

fn pairs() -> impl Iterator<Item = (Format, Format)> {
    CLIENTS.into_iter().flat_map(|client| {
        Format::ALL
            .into_iter()
            .map(move |provider| (client, provider))
    })
}

#[track_caller]
fn check_facts(finish: &Finish, what: &str) {
    let observed = &finish.observed;
    assert_eq!(finish.ending, Ending::Complete, "{what}");
    assert_eq!(observed.error, None, "{what}");
    assert!(observed.has_content, "{what}");
    let usage = observed
        .usage
        .as_ref()
        .unwrap_or_else(|| panic!("usage: {what}"));
    assert_eq!((usage.input, usage.output), (Some(12), Some(9)), "{what}");
    assert_eq!(usage.cache_read, Some(4), "{what}");
    assert_eq!(
        observed.finish_reason,
        Some(FinishReason::ToolCalls),
        "{what}"
    );
}

/// What must be found in the answer of each client's format, streamed or not.
fn marks(client: Format) -> [&'static str; 3] {
    match client {
        CHAT => [
            "\"tool_calls\"",
            "\"prompt_tokens\":12",
            "\"cached_tokens\":4",
        ],
        RESPONSES => [
            "\"function_call\"",
            "\"input_tokens\":12",
            "\"cached_tokens\":4",
        ],
        // Without what came from the cache.
        MESSAGES => [
            "\"tool_use\"",
            "\"input_tokens\":8",
            "\"cache_read_input_tokens\":4",
        ],
        GEMINI => [
            "\"functionCall\"",
            "\"promptTokenCount\":12",
            "\"cachedContentTokenCount\":4",
        ],
        CONVERSE => unreachable!("no client of ours"),
    }
}

#[test]
fn every_pair_streams_the_same_answer() {
    for (client, provider) in pairs() {
        let what = format!("{client:?} of {provider:?}");
        let plan = plan(client, provider, true);
        let (out, finish) = run(&plan, framing(provider, true), &stream(provider), &[]);
        check_facts(&finish, &what);
        for mark in marks(client) {
            assert!(out.contains(mark), "{what}: no {mark} in {out}");
        }
        assert!(
            out.contains("get_weather") && out.contains("Paris"),
            "{what}: {out}"
        );
        assert_eq!(out.contains("[DONE]"), client == CHAT, "{what}: {out}");
        assert_eq!(out.contains("message_stop"), client == MESSAGES, "{what}");
        assert_eq!(
            out.contains("response.completed"),
            client == RESPONSES,
            "{what}"
        );
    }
}

#[test]
fn every_pair_answers_in_one_piece() {
    for (client, provider) in pairs() {
        let what = format!("{client:?} of {provider:?}");
        let plan = plan(client, provider, false);
        let (out, finish) = run(&plan, Framing::Buffered, body(provider).as_bytes(), &[]);
        check_facts(&finish, &what);
        serde_json::from_str::<serde_json::Value>(&out).expect("JSON");
        for mark in marks(client) {
            assert!(out.contains(mark), "{what}: no {mark} in {out}");
        }
        assert!(
            out.contains("Hi é") && out.contains("Paris"),
            "{what}: {out}"
        );
    }
}

#[test]
fn a_client_gets_the_names_of_tools_that_it_said() {
    for (client, provider) in pairs().filter(|(client, provider)| client != provider) {
        let what = format!("{client:?} of {provider:?}");
        let tools = ToolNames::new([&JsonText::plain("get/weather")]);
        let names = || Names {
            tools: tools.clone(),
            custom_tools: Vec::new(),
        };
        let streamed = Plan {
            names: names(),
            ..plan(client, provider, true)
        };
        let (out, finish) = run(&streamed, framing(provider, true), &stream(provider), &[]);
        check_facts(&finish, &what);
        assert!(out.contains("get/weather"), "{what}: {out}");
        assert!(!out.contains("get_weather"), "{what}: {out}");
        let whole = Plan {
            names: names(),
            ..plan(client, provider, false)
        };
        let (out, finish) = run(&whole, Framing::Buffered, body(provider).as_bytes(), &[]);
        check_facts(&finish, &what);
        assert!(out.contains("get/weather"), "{what}: {out}");
        assert!(!out.contains("get_weather"), "{what}: {out}");
    }
}

#[test]
fn a_body_becomes_a_stream_and_a_stream_a_body() {
    for (client, provider) in pairs() {
        let what = format!("{client:?} of {provider:?}");
        // The server ignored that a stream was asked for (llm.md E-4).
        let streamed = plan(client, provider, true);
        let (out, finish) = run(&streamed, Framing::Buffered, body(provider).as_bytes(), &[]);
        check_facts(&finish, &what);
        assert!(out.contains("data: "), "{what}: {out}");
        if client != provider {
            let buffered = plan(client, provider, false);
            let framing = framing(provider, true);
            let (out, finish) = run(&buffered, framing, &stream(provider), &[]);
            check_facts(&finish, &what);
            serde_json::from_str::<serde_json::Value>(&out).expect("JSON");
        }
    }
}

/// What was kept of a provider is given in the form that is asked for, whichever it had.
#[test]
fn what_was_kept_is_given_in_either_form() {
    let stamp = Stamp {
        unix_seconds: 1,
        nonce: 7,
    };
    let forms = [(false, false), (false, true), (true, false), (true, true)];
    for ((client, provider), (was_streamed, is_streamed)) in
        pairs().flat_map(|pair| forms.map(|form| (pair, form)))
    {
        let what = format!("{client:?} of {provider:?}: {was_streamed} {is_streamed}");
        let kept = match was_streamed {
            true => stream(provider),
            false => body(provider).into_bytes(),
        };
        let (plan, framing) = (
            plan(client, provider, is_streamed),
            framing(provider, was_streamed),
        );
        let mut relay = Relay::replayed(&plan, framing, Limits::default(), stamp, Vec::new());
        let mut out = relay.push(kept.clone().into()).to_vec();
        let finish = relay.finish();
        out.extend_from_slice(&finish.rest);
        check_facts(&finish, &what);
        let is_as_it_was = client == provider && was_streamed == is_streamed;
        assert_eq!(
            plan.content_type_of_kept(framing).is_none(),
            is_as_it_was,
            "{what}"
        );
        if is_as_it_was {
            assert_eq!(out, kept, "{what}");
            continue;
        }
        let out = String::from_utf8(out).expect("text");
        assert_eq!(out.contains("data: "), is_streamed, "{what}: {out}");
        if !is_streamed {
            serde_json::from_str::<serde_json::Value>(&out).expect("JSON");
        }
        for mark in marks(client) {
            assert!(out.contains(mark), "{what}: no {mark} in {out}");
        }
    }
}

#[test]
fn cut_at_every_byte_the_client_gets_the_same() {
    for (client, provider) in pairs() {
        let plan = plan(client, provider, true);
        let (framing, input) = (framing(provider, true), stream(provider));
        let (whole, finish) = run(&plan, framing, &input, &[]);
        for at in 0..input.len() {
            let (cut, same) = run(&plan, framing, &input, &[at]);
            assert_eq!(cut, whole, "{client:?} of {provider:?} at {at}");
            assert_eq!(same.observed, finish.observed);
        }
        let each: Vec<usize> = (1..input.len()).collect();
        assert_eq!(run(&plan, framing, &input, &each).0, whole);
    }
}

#[test]
fn a_stream_that_ends_early_is_never_whole() {
    for (client, provider) in pairs() {
        let plan = plan(client, provider, true);
        let (framing, input) = (framing(provider, true), stream(provider));
        // Gemini's stream, and OpenAI's for other clients, is whole with its finish reason: only before that it is cut.
        let last = match provider {
            GEMINI => input.len() / 2,
            CHAT => input.len() * 3 / 4,
            RESPONSES | MESSAGES | CONVERSE => input.len() - 4,
        };
        for end in (0..last).step_by(13) {
            let (out, finish) = run(&plan, framing, &input[..end], &[]);
            let what = format!("{client:?} of {provider:?} to {end}: {out}");
            assert!(matches!(finish.ending, Ending::Truncated(_)), "{what}");
            // What is forwarded ends where the input does, also within its last event.
            let whole_events = out.rsplit_once("\n\n").map_or("", |(events, _)| events);
            for end in ["[DONE]", "\"message_stop\"", "response.completed"] {
                assert!(!whole_events.contains(end), "{what}");
            }
            // Told in the client's dialect, or left to be broken off.
            let is_told = out.contains("error");
            let is_mid_event = client == provider
                && (finish.rest.is_empty()
                    || finish.ending == Ending::Truncated(Truncation::MidEvent));
            assert!(is_told || is_mid_event, "{what}");
        }
    }
}

#[test]
fn nothing_of_another_format_follows_the_last_event() {
    for (format, last) in [(MESSAGES, "\"message_stop\"}\n\n"), (RESPONSES, "}\n\n")] {
        let plan = plan(format, format, true);
        let input = [&stream(format)[..], b"data: [DONE]\n\n"].concat();
        for at in 0..input.len() {
            let (out, finish) = run(&plan, framing(format, true), &input, &[at]);
            assert!(out.ends_with(last), "{format:?} cut at {at}: {out}");
            assert!(!out.contains("[DONE]"), "{format:?} cut at {at}: {out}");
            assert_eq!(finish.ending, Ending::Complete, "{format:?} cut at {at}");
        }
    }
}

#[test]
fn a_stream_that_falls_silent_ends_in_a_timeout() {
    for (client, provider) in pairs() {
        let input = stream(provider);
        let half = &input[..input.len() / 2];
        // What is forwarded can be told of between two events only.
        let end = half.windows(2).rposition(|two| two == b"\n\n");
        let sent = &half[..end.map_or(half.len(), |end| end + 2)];
        let mut relay = relay(&plan(client, provider, true), framing(provider, true));
        relay.push(Bytes::copy_from_slice(sent));
        let (told, _) = relay.broken(Broken::Silent);
        let told = String::from_utf8_lossy(&told).into_owned();
        let expected = match client {
            GEMINI => "DEADLINE_EXCEEDED",
            MESSAGES => "timeout_error",
            CHAT | RESPONSES | CONVERSE => "upstream_timeout",
        };
        let what = format!("{client:?} of {provider:?}: {told}");
        assert!(
            told.contains(expected) && told.contains("fell silent"),
            "{what}"
        );
    }
}

#[test]
fn what_a_provider_tells_of_its_failure_reaches_the_client() {
    let messages = b"event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n".to_vec();
    let converse = frame(
        "exception",
        "throttlingException",
        r#"{"message":"slow down"}"#,
    );
    let chat = b"data: {\"error\":{\"message\":\"slow down\",\"type\":\"server_error\",\"code\":null}}\n\n".to_vec();
    let gemini = b"data: {\"error\":{\"code\":503,\"message\":\"slow down\",\"status\":\"UNAVAILABLE\"}}\n\n".to_vec();
    for client in CLIENTS {
        for (provider, input) in [
            (MESSAGES, &messages),
            (CONVERSE, &converse),
            (CHAT, &chat),
            (GEMINI, &gemini),
        ] {
            let plan = plan(client, provider, true);
            let (out, finish) = run(&plan, framing(provider, true), input, &[]);
            let what = format!("{client:?} of {provider:?}: {out}");
            assert_eq!(finish.ending, Ending::Failed, "{what}");
            assert!(!finish.observed.has_content, "{what}");
            assert!(
                out.contains("slow down") || out.contains("Overloaded"),
                "{what}"
            );
            assert!(
                !out.contains("[DONE]") && !out.contains("message_stop"),
                "{what}"
            );
        }
    }
}

#[test]
fn an_event_that_cannot_be_read_is_not_left_out() {
    for client in [MESSAGES, RESPONSES, GEMINI] {
        let plan = plan(client, CHAT, true);
        let input = String::from_utf8(stream(CHAT)).expect("text");
        let broken = input.replacen("{\"content\":\"\u{e9}\"}", "{\"content\":oops}", 1);
        assert_ne!(broken, input);
        let (out, finish) = run(&plan, Framing::EventStream, broken.as_bytes(), &[]);
        assert_eq!(finish.ending, Ending::Failed, "{client:?}: {out}");
        assert!(out.contains("cannot be read"), "{client:?}: {out}");
    }
}

/// Some servers send one in silence.
#[test]
fn an_event_without_data_says_nothing() {
    for client in [MESSAGES, RESPONSES, GEMINI] {
        let plan = plan(client, CHAT, true);
        let input = String::from_utf8(stream(CHAT)).expect("text");
        let (expected, _) = run(&plan, Framing::EventStream, input.as_bytes(), &[]);
        let between = "\n\nevent: ping\ndata:\n\ndata: \n\n";
        let lively = input.replacen("\n\n", between, 2);
        assert_ne!(lively, input);
        let (out, finish) = run(&plan, Framing::EventStream, lively.as_bytes(), &[]);
        assert_eq!(
            (finish.ending, out),
            (Ending::Complete, expected),
            "{client:?}"
        );
    }
}

proptest! {
    #[test]
    fn garbage_is_never_whole_and_never_a_panic(
        input in proptest::collection::vec(any::<u8>(), 0..400),
        client in 0usize..4,
        provider in 0usize..5,
        is_streamed: bool,
    ) {
        let (client, provider) = (CLIENTS[client], Format::ALL[provider]);
        let plan = plan(client, provider, is_streamed);
        let framing = framing(provider, is_streamed);
        let mut relay = relay(&plan, framing);
        let _ = relay.push(Bytes::from(input));
        let finish = relay.finish();
        if is_streamed {
            prop_assert_ne!(finish.ending, Ending::Complete);
        }
    }
}

/// What keeps a client's stream alive is read over: it says nothing in its format.
#[test]
fn signs_of_life_are_for_converted_streams() {
    let sign = |client, provider, is_streamed| {
        let plan = plan(client, provider, is_streamed);
        plan.keep_alive(framing(provider, is_streamed))
    };
    for provider in [CHAT, RESPONSES, CONVERSE, GEMINI] {
        let ping = sign(MESSAGES, provider, true).expect("a sign");
        let (kind, data) = ping.split_once('\n').expect("two lines");
        assert_eq!(kind, "event: ping");
        assert_eq!(data, "data: {\"type\": \"ping\"}\n\n");
        assert_eq!(sign(MESSAGES, provider, false), None);
    }
    for client in [CHAT, RESPONSES] {
        assert_eq!(sign(client, CONVERSE, true), Some(": ping\n\n"));
    }
    // Nothing goes between the bytes of what passes, and Google's clients know no sign.
    for client in CLIENTS {
        assert_eq!(sign(client, client, true), None);
        assert_eq!(sign(GEMINI, client, true), None);
    }
}
