//! The span of an attempt at a provider.
//!
//! Owns what stands in it of the request and, where that is wanted, what was asked and answered. Must not make the record.
//! Invariants: where a request is not sampled, nothing of it is read for this; what was asked is told as guards let it pass,
//! and what was answered as the client gets it.

use std::net::SocketAddr;

use bytes::Bytes;
use dp_config::ai_backend::AiProvider;
use dp_llm::{
    content::{self, Answered},
    parameters,
    request::{Rendered, Request as Prompt},
    tap::Framing,
};
use dp_policy::usage_record::UsageRecord;
use http::{HeaderMap, header::CONTENT_TYPE};

use super::{Attempt, Ledger, named::format_of};
use crate::{record::Record, trace::AttemptSpan};

/// Starts the span, where the request has one. `prompt` is what guards let pass of the client's request.
pub(super) fn start(
    record: &Record,
    operation: &str,
    provider: &AiProvider,
    (prompt, rendered): (&Prompt, &Rendered),
) -> Option<AttemptSpan> {
    let request = record.span.as_deref()?;
    let tracer = record.worker().shared.tracer.as_ref()?;
    let sent = &rendered.plan.model;
    let number = record.upstream.attempts.saturating_add(1);
    let mut span = AttemptSpan::start(tracer, request, format!("{operation} {sent}"), number);
    span.note("gen_ai.operation.name", operation);
    span.note("gen_ai.provider.name", &provider.telemetry_name);
    span.note("gen_ai.request.model", sent);
    span.note("tidegate.llm.provider", &provider.name);
    let plan = &rendered.plan;
    let formats = [
        ("tidegate.llm.client_format", plan.client),
        ("tidegate.llm.upstream_format", plan.provider),
    ];
    let is_of_several = format_of(prompt.class()).is_some();
    for (name, format) in formats.iter().filter(|_| is_of_several) {
        span.note(name, format.as_str());
    }
    if let Some(group) = record.llm.group {
        span.count("tidegate.llm.priority", group);
    }
    span.about(operation, &provider.telemetry_name, sent);
    let (format, body) = (plan.provider, &rendered.body);
    parameters::tell(format, body, &mut |name, value| span.parameter(name, value));
    if span.tells_content() {
        span.asked(content::of_request(prompt.class(), prompt.body()));
    }
    Some(span)
}

/// Notes where an attempt leads, where it has a span.
pub(in crate::ai) fn note_server(record: &mut Record, host: Option<&str>, address: SocketAddr) {
    let ledger = record.llm.ledger.as_mut();
    let span = ledger.and_then(|ledger| ledger.attempt.as_mut()?.span.as_mut());
    if let Some(span) = span {
        span.server(host, address);
    }
}

/// What gathers the answer with these headers for the span; `None` where nobody wants to know it.
pub(in crate::ai) fn listen(record: &Record, headers: &HeaderMap) -> Option<Box<Answered>> {
    let attempt = record.llm.ledger.as_ref()?.attempt.as_ref()?;
    let is_told = attempt.span.as_ref()?.tells_content();
    let (client, _) = record.llm.edge.filter(|_| is_told)?;
    let content_type = headers.get(CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let framing = Framing::from_content_type(content_type);
    Some(Box::new(Answered::new(client, framing)))
}

/// The client gets this whole answer.
pub(in crate::ai) fn hear(record: &mut Record, headers: &HeaderMap, bytes: &Bytes) {
    let Some(mut answered) = listen(record, headers) else {
        return;
    };
    answered.push(bytes);
    if let Some(ledger) = &mut record.llm.ledger {
        ledger.answered(Some(answered));
    }
}

/// Ends the span of the attempt whose answer was the request's.
pub(super) fn end(attempt: Attempt, usage: &UsageRecord) {
    let Some(mut span) = attempt.span else {
        return;
    };
    let answered = attempt.answered.and_then(|answered| answered.finish());
    span.answered(answered);
    span.end(Some(usage), usage.answer.error.as_deref());
}

// === impl Ledger ===

impl Ledger {
    /// What the client got, where it was gathered.
    pub(crate) fn answered(&mut self, answered: Option<Box<Answered>>) {
        if let Some(attempt) = &mut self.attempt {
            attempt.answered = answered;
        }
    }
}
