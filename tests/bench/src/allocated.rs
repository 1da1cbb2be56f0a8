//! What the reading and writing of formats takes from the heap, for each event of a stream.
//!
//! Owns the counting allocator of this program. Sockets are left out: it is the relay of `dp-llm`, fed as the proxy feeds it.

use std::alloc::System;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use dp_llm::edge::Target;
use dp_llm::format::Format;
use dp_llm::provider::Service;
use dp_llm::relay::{Plan, Relay, Stamp};
use dp_llm::request::{ClientHeaders, Request};
use dp_llm::tap::{Ending, Framing, Limits};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

use crate::chat::provider::{EVENTS, stream};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Of one pair of formats.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// Bytes of an event.
    pub(crate) input: f64,
    /// Bytes allocated for an event.
    pub(crate) bytes: f64,
    /// Allocations for an event.
    pub(crate) allocations: f64,
}

/// A chat client's stream from either provider.
pub(crate) fn measure() -> Result<Vec<Row>> {
    let prefix = "/v1".to_owned();
    let openai = Service::OpenAi {
        prefix: prefix.clone(),
    };
    let anthropic = Service::Anthropic { prefix };
    Ok(vec![
        one("chat completions", &openai, Format::OpenAiChatCompletions)?,
        one("messages to chat", &anthropic, Format::AnthropicMessages)?,
    ])
}

fn one(name: &'static str, service: &Service, provider: Format) -> Result<Row> {
    let plan = plan(service, provider)?;
    let stamp = Stamp {
        unix_seconds: 1,
        nonce: 1,
    };
    let events: Vec<Bytes> = stream(provider == Format::AnthropicMessages)
        .into_iter()
        .map(Bytes::from)
        .collect();
    let input: usize = events.iter().map(Bytes::len).sum();
    let mut relay = Relay::new(&plan, Framing::EventStream, Limits::default(), stamp);
    let region = Region::new(ALLOCATOR);
    let mut out = 0;
    for event in events {
        out += relay.push(event).len();
    }
    let used = region.change();
    let finish = relay.finish();
    ensure!(
        finish.ending == Ending::Complete && out > 0,
        "{name}: not whole"
    );
    #[allow(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    let each = |count: usize| count as f64 / EVENTS as f64;
    Ok(Row {
        name,
        input: each(input),
        bytes: each(used.bytes_allocated),
        allocations: each(used.allocations + used.reallocations),
    })
}

fn plan(service: &Service, provider: Format) -> Result<Plan> {
    let body = r#"{"model":"m","stream":true,"messages":[{"role":"user","content":"Hi"}]}"#;
    let client = Format::OpenAiChatCompletions;
    let request = Request::parse(client, "/", Bytes::from_static(body.as_bytes()))?;
    let target = Target {
        model: "m".to_owned(),
        vendor: service.vendor(provider),
        max_output_tokens: None,
        guardrail: None,
        appended: 0,
        tagged: Vec::new(),
        known_as: None,
    };
    let rendered = request.render(service, provider, &target, ClientHeaders::default());
    Ok(rendered.context("the request")?.plan)
}
