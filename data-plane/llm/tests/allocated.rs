//! A stream that only passes through takes no more from the heap for being longer (llm.md 5).
//!
//! Owns the counting allocator of this program, which therefore has one test. Sockets are left out: it is the relay, fed as
//! the proxy feeds it.

use std::alloc::System;

use bytes::Bytes;
use dp_llm::edge::Target;
use dp_llm::format::Format;
use dp_llm::provider::Service;
use dp_llm::relay::{Plan, Relay, Stamp};
use dp_llm::request::{ClientHeaders, Request};
use dp_llm::tap::{Ending, Framing, Limits};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// A stream in the format of client and provider: what begins it, what may be there any number of times, and what ends it.
struct Stream {
    format: Format,
    service: Service,
    path: &'static str,
    request: &'static str,
    framing: Framing,
    first: &'static str,
    /// Pieces of a text, of a thought and of a call's arguments.
    pieces: String,
    last: &'static str,
    /// How much of it only the gateway asked for.
    for_us: usize,
}

fn chat() -> Stream {
    Stream {
        format: Format::OpenAiChatCompletions,
        service: Service::OpenAi {
                prefix: "/v1".to_owned(),
            },
        path: "/v1/chat/completions",
        request: r#"{"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":"Hi"}]}"#,
        framing: Framing::EventStream,
        first: "data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n",
        pieces: [
            r#"{"content":"some words"}"#,
            r#"{"reasoning_content":"some \"thoughts\", too"}"#,
            r#"{"tool_calls":[{"index":0,"function":{"arguments":"some more"}}]}"#,
        ]
        .map(|delta| {
            format!("data: {{\"id\":\"c\",\"model\":\"m\",\"choices\":[{{\"index\":0,\"delta\":{delta}}}]}}\n\n")
        })
        .concat(),
        last: "data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n\
            data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2,\"total_tokens\":3}}\n\n\
            data: [DONE]\n\n",
        for_us: 0,
    }
}

/// Of a client that asked for no counts: these are taken out.
fn uncounted() -> Stream {
    let counted = chat();
    let counts = counted.last.split_inclusive("\n\n").nth(1);
    Stream {
        request: r#"{"model":"m","stream":true,"messages":[{"role":"user","content":"Hi"}]}"#,
        for_us: counts.map_or(0, str::len),
        ..counted
    }
}

fn messages() -> Stream {
    Stream {
        format: Format::AnthropicMessages,
        service: Service::Anthropic {
            prefix: "/v1".to_owned(),
        },
        path: "/v1/messages",
        request: r#"{"model":"m","stream":true,"max_tokens":9,"messages":[{"role":"user","content":"Hi"}]}"#,
        framing: Framing::EventStream,
        first: "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[],\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}}\n\n\
            event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n\
            event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\"}}\n\n\
            event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":2,\"content_block\":{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{}}}\n\n",
        pieces: [
            r#""index":0,"delta":{"type":"text_delta","text":"some words"}"#,
            r#""index":1,"delta":{"type":"thinking_delta","thinking":"some \"thoughts\", too"}"#,
            r#""index":2,"delta":{"type":"input_json_delta","partial_json":"some more"}"#,
        ]
        .map(|rest| {
            format!(
                "event: content_block_delta\ndata: {{\"type\":\"content_block_delta\",{rest}}}\n\n"
            )
        })
        .concat(),
        last: "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n\
            event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":2}}\n\n\
            event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
        for_us: 0,
    }
}

fn responses() -> Stream {
    Stream {
        format: Format::OpenAiResponses,
        service: Service::OpenAi {
                prefix: "/v1".to_owned(),
            },
        path: "/v1/responses",
        request: r#"{"model":"m","stream":true,"input":"Hi"}"#,
        framing: Framing::EventStream,
        first: "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"r\",\"model\":\"m\",\"status\":\"in_progress\",\"output\":[]}}\n\n",
        pieces: [
            ("output_text", r#""content_index":0,"delta":"some words""#),
            ("reasoning_summary_text", r#""summary_index":0,"delta":"some \"thoughts\", too""#),
            ("function_call_arguments", r#""delta":"some more""#),
        ]
        .map(|(kind, rest)| {
            format!("event: response.{kind}.delta\ndata: {{\"type\":\"response.{kind}.delta\",\"sequence_number\":1,\"item_id\":\"i\",\"output_index\":0,{rest}}}\n\n")
        })
        .concat(),
        last: "event: response.completed\ndata: {\"type\":\"response.completed\",\"sequence_number\":2,\"response\":{\"id\":\"r\",\"model\":\"m\",\"status\":\"completed\",\"output\":[],\"usage\":{\"input_tokens\":1,\"output_tokens\":2,\"total_tokens\":3}}}\n\n",
        for_us: 0,
    }
}

fn gemini() -> Stream {
    Stream {
        format: Format::GeminiGenerateContent,
        service: Service::Gemini,
        path: "/v1beta/models/m:streamGenerateContent",
        request: r#"{"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}"#,
        framing: Framing::EventStream,
        first: "",
        pieces: [
            r#"{"text":"some words"}"#,
            r#"{"text":"some \"thoughts\", too","thought":true}"#,
        ]
        .map(|part| {
            format!("data: {{\"candidates\":[{{\"index\":0,\"content\":{{\"role\":\"model\",\"parts\":[{part}]}}}}],\"usageMetadata\":{{\"promptTokenCount\":1,\"candidatesTokenCount\":1,\"totalTokenCount\":2}},\"modelVersion\":\"m\"}}\r\n\r\n")
        })
        .concat(),
        last: "data: {\"candidates\":[{\"index\":0,\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\".\"}]},\"finishReason\":\"STOP\"}],\"modelVersion\":\"m\",\"usageMetadata\":{\"promptTokenCount\":1,\"candidatesTokenCount\":2,\"totalTokenCount\":3}}\r\n\r\n",
        for_us: 0,
    }
}

/// A message in each line: the type of its event, and its payload.
fn converse() -> Stream {
    Stream {
        format: Format::BedrockConverse,
        service: Service::Bedrock {
            region: "us-east-1".to_owned(),
        },
        path: "/model/m/converse-stream",
        request: r#"{"messages":[{"role":"user","content":[{"text":"Hi"}]}]}"#,
        framing: Framing::AwsEventStream,
        first: "messageStart {\"role\":\"assistant\"}\n\
            contentBlockStart {\"contentBlockIndex\":2,\"start\":{\"toolUse\":{\"toolUseId\":\"t\",\"name\":\"f\"}}}\n",
        pieces: [
            r#""contentBlockIndex":0,"delta":{"text":"some words"}"#,
            r#""contentBlockIndex":1,"delta":{"reasoningContent":{"text":"some \"thoughts\", too"}}"#,
            r#""contentBlockIndex":2,"delta":{"toolUse":{"input":"some more"}}"#,
        ]
        .map(|rest| format!("contentBlockDelta {{{rest}}}\n"))
        .concat(),
        last: "contentBlockStop {\"contentBlockIndex\":0}\n\
            messageStop {\"stopReason\":\"end_turn\"}\n\
            metadata {\"usage\":{\"inputTokens\":1,\"outputTokens\":2,\"totalTokens\":3},\"metrics\":{\"latencyMs\":1}}\n",
        for_us: 0,
    }
}

/// A message as AWS frames it.
fn framed(line: &str) -> Option<Vec<u8>> {
    let (event, payload) = line.split_once(' ')?;
    let mut headers = Vec::new();
    for (name, value) in [(":event-type", event), (":message-type", "event")] {
        headers.push(u8::try_from(name.len()).ok()?);
        headers.extend(name.bytes());
        headers.push(7);
        headers.extend(u16::try_from(value.len()).ok()?.to_be_bytes());
        headers.extend(value.bytes());
    }
    let length = |number: usize| Some(u32::try_from(number).ok()?.to_be_bytes());
    let mut framed = length(headers.len() + payload.len() + 16)?.to_vec();
    framed.extend(length(headers.len())?);
    framed.extend(crc32fast::hash(&framed).to_be_bytes());
    framed.extend([&headers, payload.as_bytes()].concat());
    framed.extend(crc32fast::hash(&framed).to_be_bytes());
    Some(framed)
}

impl Stream {
    fn plan(&self) -> Option<Plan> {
        let body = Bytes::from_static(self.request.as_bytes());
        let request = Request::parse(self.format, self.path, body).ok()?;
        let target = Target {
            model: "m".to_owned(),
            vendor: self.service.vendor(self.format),
            max_output_tokens: None,
            guardrail: None,
            appended: 0,
            tagged: Vec::new(),
            known_as: None,
        };
        let headers = ClientHeaders::default();
        let rendered = request.render(&self.service, self.format, &target, headers);
        Some(rendered.ok()?.plan)
    }

    /// As it comes over the wire.
    fn bytes(&self, text: &str) -> Option<Vec<u8>> {
        match self.framing {
            Framing::AwsEventStream => {
                let frames: Option<Vec<_>> = text.lines().map(framed).collect();
                Some(frames?.concat())
            }
            Framing::EventStream | Framing::Buffered => Some(text.as_bytes().to_vec()),
        }
    }

    /// Allocations, and bytes, for so many pieces of each kind in chunks of `size`.
    fn taken(&self, count: usize, size: usize) -> Option<(usize, usize)> {
        let whole = [self.first, &self.pieces.repeat(count), self.last].concat();
        let whole = Bytes::from(self.bytes(&whole)?);
        let stamp = Stamp {
            unix_seconds: 1,
            nonce: 1,
        };
        let mut relay = Relay::new(&self.plan()?, self.framing, Limits::default(), stamp);
        let region = Region::new(ALLOCATOR);
        let mut out = 0;
        let mut rest = whole.clone();
        while !rest.is_empty() {
            let chunk = rest.split_to(size.min(rest.len()));
            out += relay.push(chunk).len();
        }
        let used = region.change();
        let finish = relay.finish();
        assert_eq!(finish.ending, Ending::Complete, "{:?}", self.format);
        assert_eq!(
            out,
            whole.len() - self.for_us,
            "{:?}: what came is what left",
            self.format
        );
        Some((used.allocations + used.reallocations, used.bytes_allocated))
    }
}

#[test]
fn a_longer_stream_takes_no_more() {
    for stream in [
        chat(),
        uncounted(),
        messages(),
        responses(),
        gemini(),
        converse(),
    ] {
        let each = stream.bytes(&stream.pieces).expect("short").len();
        // Some events in a chunk, many in one, and events that are cut.
        for size in [each, 16 << 10, each / 3 + 1] {
            if stream.for_us > 0 && size > 1 << 10 {
                // Put together anew where it begins within an event, in a buffer that is not kept for a silence.
                continue;
            }
            let taken = |count| stream.taken(count, size).expect("readable");
            let (short, long) = (taken(500), taken(5_000));
            // More places to cut an event at may make the buffer for the rest of one larger, twice at most.
            assert!(
                long.0 <= short.0 + 2 && long.1 <= short.1 + 2 * each,
                "{:?} in chunks of {size}: {short:?} for 500, {long:?} for 5,000",
                stream.format
            );
        }
    }
}
