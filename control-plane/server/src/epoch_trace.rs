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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::{Duration, Instant, SystemTime};

    use cp_translate::{GatewayKey, Profile};
    use opentelemetry::trace::TracerProvider as _;
    use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};

    use super::{EpochTimes, EpochTraces};
    use crate::fleet::{Fleet, Proxy, StreamId};

    fn times() -> EpochTimes {
        EpochTimes {
            event: Instant::now(),
            event_at: SystemTime::now(),
            translate_at: SystemTime::now(),
            translated_at: SystemTime::now(),
            changes: 1,
            reason: "HTTPRoute default/r".to_owned(),
        }
    }

    fn connected(gateway: &GatewayKey) -> Fleet {
        let mut fleet = Fleet::default();
        let proxy = Proxy {
            node_id: "node".to_owned(),
            user_agent: proto::USER_AGENT.to_owned(),
            version: "0.1.0".to_owned(),
            profile: Profile::Tidegate,
            connected_at: SystemTime::UNIX_EPOCH,
            applied: None,
            rejected: None,
            refused: BTreeSet::new(),
        };
        fleet.connected(gateway, StreamId(1), proxy);
        fleet
    }

    #[test]
    fn an_epoch_is_one_trace_that_ends_with_the_last_ack() {
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder()
            .with_simple_exporter(exporter.clone())
            .build();
        let mut traces = EpochTraces::new(Some(provider.tracer("test")));
        let gateway = GatewayKey::new("default", "edge");
        let mut fleet = connected(&gateway);

        let traceparent = traces.begin(&times());
        traces.published(&gateway, fleet.published(&gateway, "a", "x"));
        assert!(
            traces.settle(&fleet, Instant::now()).is_empty(),
            "nothing was applied yet"
        );
        let names = |exporter: &InMemorySpanExporter| -> Vec<String> {
            let spans = exporter.get_finished_spans().expect("spans");
            spans.iter().map(|span| span.name.to_string()).collect()
        };
        assert_eq!(names(&exporter), ["change", "translate"]);

        fleet.applied(&gateway, StreamId(1), "a");
        let later = Instant::now() + Duration::from_secs(1);
        let settled = traces.settle(&fleet, later);
        assert!(settled.iter().all(|took| *took >= Duration::from_secs(1)));
        assert_eq!((settled.len(), traces.settle(&fleet, later).len()), (1, 0));
        assert_eq!(names(&exporter), ["change", "translate", "push", "epoch"]);
        let spans = exporter.get_finished_spans().expect("spans");
        let trace = spans
            .first()
            .expect("a span")
            .span_context
            .trace_id()
            .to_string();
        assert!(
            spans
                .iter()
                .all(|span| span.span_context.trace_id().to_string() == trace)
        );
        assert!(traceparent.contains(&trace), "{traceparent}");
    }

    #[test]
    fn without_a_tracer_only_the_time_is_kept() {
        let mut traces = EpochTraces::new(None);
        assert_eq!(traces.begin(&times()), "");
        // Nothing was published: the epoch is over at once.
        assert_eq!(traces.settle(&Fleet::default(), Instant::now()).len(), 1);
    }
}
