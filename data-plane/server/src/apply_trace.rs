//! The proxy's part of the trace of an epoch: the span `apply`, and in it `stage`, `prepare` and `swap`.
//!
//! Owns the spans of one Commit, below the traceparent that the control plane sends beside it. Must not
//! influence what is applied. The invariant: without a tracer, or without the traceparent of a sampled trace,
//! nothing is recorded: a Commit begins no trace of its own.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

use opentelemetry::global::BoxedTracer;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{Span, SpanBuilder, SpanKind, Status, TraceContextExt, Tracer};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use proto::provenance;
use proto::tidegate::v1::CommitOrigin;
use proto::type_url::TypeUrl;
use xds::client::Update;

use crate::metrics::Outcome;

/// Where the spans of Commits go.
#[derive(Clone, Default)]
pub struct ApplyTraces(Option<Arc<BoxedTracer>>);

/// The open span of one Commit.
pub(crate) struct ApplySpan {
    tracer: Arc<BoxedTracer>,
    apply: Context,
    began: SystemTime,
}

/// When the steps before the swap ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Steps {
    /// Digests verified, everything decoded and compiled.
    pub(crate) staged: SystemTime,
    /// Sockets bound, certificates loaded.
    pub(crate) prepared: SystemTime,
}

// === impl ApplyTraces ===

impl ApplyTraces {
    /// Spans of this tracer; none without one.
    pub fn new(tracer: Option<Arc<BoxedTracer>>) -> Self {
        ApplyTraces(tracer)
    }

    /// Begins the span of an update that is a Commit whose trace is sampled.
    pub(crate) fn begin(&self, update: &Update) -> Option<ApplySpan> {
        let tracer = self.0.as_ref()?;
        let commit = update
            .resources
            .first()
            .filter(|_| update.type_url == TypeUrl::Commit)?;
        let origin: CommitOrigin = provenance::read(commit.metadata.as_ref())?;
        let carrier = HashMap::from([("traceparent".to_owned(), origin.traceparent)]);
        let parent = TraceContextPropagator::new().extract_with_context(&Context::new(), &carrier);
        if !parent.span().span_context().is_sampled() {
            return None;
        }
        let began = SystemTime::now();
        let builder = SpanBuilder::from_name("apply")
            .with_kind(SpanKind::Internal)
            .with_start_time(began)
            .with_attributes([KeyValue::new("tidegate.commit", commit.version.clone())]);
        let span = tracer.build_with_context(builder, &parent);
        Some(ApplySpan {
            tracer: Arc::clone(tracer),
            apply: Context::new().with_span(span),
            began,
        })
    }
}

// === impl ApplySpan ===

impl ApplySpan {
    /// The Commit is what is served: by a swap after these steps, or because it was before.
    pub(crate) fn applied(self, steps: Option<Steps>) {
        let now = SystemTime::now();
        let Some(steps) = steps else {
            return self.end("unchanged", now);
        };
        let [staged, prepared] = [steps.staged, steps.prepared];
        for (name, from, to) in [
            ("stage", self.began, staged),
            ("prepare", staged, prepared),
            ("swap", prepared, now),
        ] {
            let builder = SpanBuilder::from_name(name).with_start_time(from);
            let mut span = self.tracer.build_with_context(builder, &self.apply);
            span.end_with_timestamp(to);
        }
        self.end("applied", now);
    }

    /// The Commit was refused in these words.
    pub(crate) fn refused(self, outcome: Outcome, message: String) {
        self.apply.span().set_status(Status::error(message));
        let result = match outcome {
            Outcome::Mismatch => "mismatch",
            Outcome::Accepted | Outcome::Rejected => "rejected",
        };
        self.end(result, SystemTime::now());
    }

    fn end(self, result: &'static str, at: SystemTime) {
        let span = self.apply.span();
        span.set_attribute(KeyValue::new("tidegate.result", result));
        span.end_with_timestamp(at);
    }
}

#[cfg(test)]
pub(crate) mod tests;
