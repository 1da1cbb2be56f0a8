//! One OpenTelemetry trace per epoch: change, translate, push, last ACK.
//!
//! Owns the spans of the epochs that are still on their way to the proxies, and the time since their first event.
//! Must not influence what is published: without a tracer only the time is kept. An epoch that a later one
//! overtakes ends with it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime};

use cp_translate::GatewayKey;
use opentelemetry::trace::{Span, SpanBuilder, SpanContext, SpanKind, TraceContextExt, Tracer};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{SdkTracer, Span as SdkSpan};

use crate::fleet::{Fleet, Publication};

/// The epochs that are not applied everywhere yet.
#[derive(Debug)]
pub struct EpochTraces {
    tracer: Option<SdkTracer>,
    open: Vec<Open>,
}

/// What an epoch was made of, in wall-clock moments for the spans.
#[derive(Clone, Debug)]
pub struct EpochTimes {
    /// When its first event arrived.
    pub event: Instant,
    /// The same moment on the wall clock.
    pub event_at: SystemTime,
    /// When translation began.
    pub translate_at: SystemTime,
    /// When translation ended.
    pub translated_at: SystemTime,
    /// Events in it.
    pub changes: usize,
    /// What caused it, for humans.
    pub reason: String,
}

#[derive(Debug)]
struct Open {
    event: Instant,
    waits: BTreeMap<GatewayKey, Publication>,
    spans: Option<Spans>,
}

#[derive(Debug)]
struct Spans {
    epoch: Context,
    push: SdkSpan,
}

impl EpochTraces {
    /// Keeps times, and spans if there is a tracer.
    pub fn new(tracer: Option<SdkTracer>) -> Self {
        EpochTraces {
            tracer,
            open: Vec::new(),
        }
    }

    /// Begins an epoch's trace; returns the W3C traceparent that commits carry, empty without a tracer.
    pub fn begin(&mut self, times: &EpochTimes) -> String {
        let spans = self
            .tracer
            .as_ref()
            .map(|tracer| begin_spans(tracer, times));
        let traceparent = spans
            .as_ref()
            .map(|spans| traceparent(spans.epoch.span().span_context()));
        self.open.push(Open {
            event: times.event,
            waits: BTreeMap::new(),
            spans,
        });
        traceparent.unwrap_or_default()
    }

    /// The newest epoch published this to a Gateway.
    pub fn published(&mut self, gateway: &GatewayKey, publication: Publication) {
        if let Some(open) = self.open.last_mut() {
            open.waits.insert(gateway.clone(), publication);
        }
    }

    /// Ends the epochs whose last ACK has come; returns how long each took since its first event.
    pub fn settle(&mut self, fleet: &Fleet, now: Instant) -> Vec<Duration> {
        let mut settled = Vec::new();
        self.open.retain_mut(|open| {
            open.waits.retain(|gateway, publication| {
                let progress = fleet.progress(gateway, *publication);
                progress.total > 0 && !progress.is_complete()
            });
            if !open.waits.is_empty() {
                return true;
            }
            settled.push(now.saturating_duration_since(open.event));
            if let Some(spans) = &mut open.spans {
                spans.push.end();
                spans.epoch.span().end();
            }
            false
        });
        settled
    }
}

fn begin_spans(tracer: &SdkTracer, times: &EpochTimes) -> Spans {
    let epoch = SpanBuilder::from_name("epoch")
        .with_kind(SpanKind::Internal)
        .with_start_time(times.event_at)
        .with_attributes([KeyValue::new("tidegate.reason", times.reason.clone())]);
    let epoch = Context::new().with_span(tracer.build_with_context(epoch, &Context::new()));
    let child =
        |name: &'static str, start: SystemTime| SpanBuilder::from_name(name).with_start_time(start);
    let mut change = tracer.build_with_context(
        child("change", times.event_at)
            .with_attributes([KeyValue::new("tidegate.changes", times.changes.to_string())]),
        &epoch,
    );
    change.end_with_timestamp(times.translate_at);
    let mut translate = tracer.build_with_context(child("translate", times.translate_at), &epoch);
    translate.end_with_timestamp(times.translated_at);
    let push = tracer.build_with_context(child("push", times.translated_at), &epoch);
    Spans { epoch, push }
}

fn traceparent(context: &SpanContext) -> String {
    format!(
        "00-{}-{}-{:02x}",
        context.trace_id(),
        context.span_id(),
        context.trace_flags().to_u8()
    )
}
