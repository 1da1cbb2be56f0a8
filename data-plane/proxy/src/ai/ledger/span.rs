//! The span of an attempt at a provider.
//!
//! Owns what stands in it before the answer is there. Must not make the record. Invariant: where a request is not sampled,
//! nothing of it is read for this.

use std::net::SocketAddr;

use dp_config::ai_backend::AiProvider;
use dp_llm::{parameters, request::Rendered};

use crate::{record::Record, trace::AttemptSpan};

/// Starts the span, where the request has one.
pub(super) fn start(
    record: &Record,
    operation: &str,
    provider: &AiProvider,
    rendered: &Rendered,
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
    let (format, body) = (rendered.plan.provider, &rendered.body);
    parameters::tell(format, body, &mut |name, value| span.tell(name, value));
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
