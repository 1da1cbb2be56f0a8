//! One OpenTelemetry trace per epoch: change, translate, push, last ACK.
//!
//! Owns the spans of the epochs that are still on their way to the proxies, and the time since their first event.
//! Must not influence what is published: without a tracer only the time is kept. An epoch that a later one
//! overtakes ends with it. Only what proxies applied has taken a time: an epoch that published nothing has none, and one
//! that no proxy is there for waits for a proxy or for the next publication.

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime};

use cp_translate::GatewayKey;
use opentelemetry::trace::{Span, SpanBuilder, SpanContext, SpanKind, TraceContextExt, Tracer};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{SdkTracer, Span as SdkSpan};

use crate::fleet::{Fleet, Publication};

/// Epochs on their way; of more than that the oldest are given up.
const LIMIT: usize = 512;

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
    /// Whether every proxy of some Gateway applied what it published.
    is_applied: bool,
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
            is_applied: false,
            spans,
        });
        let excess = self.open.len().saturating_sub(LIMIT);
        self.open.drain(..excess);
        traceparent.unwrap_or_default()
    }

    /// The newest epoch published this to a Gateway.
    pub fn published(&mut self, gateway: &GatewayKey, publication: Publication) {
        if let Some(open) = self.open.last_mut() {
            open.waits.insert(gateway.clone(), publication);
        }
    }

    /// Nothing is waited for where a Gateway is gone.
    pub fn retain(&mut self, exists: impl Fn(&GatewayKey) -> bool) {
        for open in &mut self.open {
            open.waits.retain(|gateway, _| exists(gateway));
        }
    }

    /// Ends the epochs that nothing is on its way of; returns how long each that was applied took since its first event.
    pub fn settle(&mut self, fleet: &Fleet, now: Instant) -> Vec<Duration> {
        let mut settled = Vec::new();
        self.open.retain_mut(|open| {
            let mut is_awaited = false;
            open.waits.retain(|gateway, publication| {
                let progress = fleet.progress(gateway, *publication);
                if progress.is_complete() {
                    open.is_applied = true;
                    return false;
                }
                is_awaited |= progress.total > 0;
                // Without a proxy it waits for one, until it is not what a proxy would be sent.
                progress.total > 0 || fleet.latest(gateway) == *publication
            });
            // Gateways without a proxy do not hold up what the others have done.
            if is_awaited || !(open.is_applied || open.waits.is_empty()) {
                return true;
            }
            if open.is_applied {
                settled.push(now.saturating_duration_since(open.event));
            }
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
        connect(&mut fleet, gateway);
        fleet
    }

    fn connect(fleet: &mut Fleet, gateway: &GatewayKey) {
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
        let gateway = GatewayKey::new("default", "edge");
        let mut fleet = connected(&gateway);
        traces.published(&gateway, fleet.published(&gateway, "a", "x"));
        fleet.applied(&gateway, StreamId(1), "a");
        assert_eq!(traces.settle(&fleet, Instant::now()).len(), 1);
    }

    #[test]
    fn what_published_nothing_has_taken_no_time() {
        let mut traces = EpochTraces::new(None);
        traces.begin(&times());
        assert_eq!(traces.settle(&Fleet::default(), Instant::now()).len(), 0);
        assert!(traces.open.is_empty(), "it is over");
    }

    #[test]
    fn without_a_proxy_an_epoch_waits_for_one() {
        let mut traces = EpochTraces::new(None);
        let gateway = GatewayKey::new("default", "edge");
        let mut fleet = Fleet::default();
        traces.begin(&times());
        traces.published(&gateway, fleet.published(&gateway, "a", "x"));
        assert_eq!(traces.settle(&fleet, Instant::now()).len(), 0);
        connect(&mut fleet, &gateway);
        assert_eq!(traces.settle(&fleet, Instant::now()).len(), 0);
        fleet.applied(&gateway, StreamId(1), "a");
        assert_eq!(traces.settle(&fleet, Instant::now()).len(), 1);
        assert!(traces.open.is_empty());
    }

    #[test]
    fn what_is_overtaken_without_a_proxy_is_not_counted() {
        let mut traces = EpochTraces::new(None);
        let gateway = GatewayKey::new("default", "edge");
        let mut fleet = Fleet::default();
        for commit in ["a", "b", "c"] {
            traces.begin(&times());
            traces.published(&gateway, fleet.published(&gateway, commit, "x"));
            assert_eq!(traces.settle(&fleet, Instant::now()).len(), 0);
            assert_eq!(traces.open.len(), 1, "only the newest waits");
        }
        // Its proxy left before it applied anything, and the Gateway goes.
        connect(&mut fleet, &gateway);
        fleet.disconnected(&gateway, StreamId(1));
        assert_eq!(traces.settle(&fleet, Instant::now()).len(), 0);
        traces.retain(|_| false);
        assert_eq!(traces.settle(&fleet, Instant::now()).len(), 0);
        assert!(traces.open.is_empty());
    }

    #[test]
    fn a_gateway_without_a_proxy_does_not_hold_up_the_others() {
        let mut traces = EpochTraces::new(None);
        let (edge, idle) = (
            GatewayKey::new("default", "edge"),
            GatewayKey::new("default", "idle"),
        );
        let mut fleet = connected(&edge);
        traces.begin(&times());
        traces.published(&edge, fleet.published(&edge, "a", "x"));
        traces.published(&idle, fleet.published(&idle, "b", "y"));
        assert_eq!(traces.settle(&fleet, Instant::now()).len(), 0);
        fleet.applied(&edge, StreamId(1), "a");
        assert_eq!(traces.settle(&fleet, Instant::now()).len(), 1);
        assert!(traces.open.is_empty());
    }

    #[test]
    fn epochs_that_no_proxy_answers_do_not_pile_up() {
        let mut traces = EpochTraces::new(None);
        let gateway = GatewayKey::new("default", "edge");
        let mut fleet = connected(&gateway);
        for number in 0..super::LIMIT + 3 {
            traces.begin(&times());
            traces.published(&gateway, fleet.published(&gateway, &number.to_string(), ""));
        }
        traces.settle(&fleet, Instant::now());
        assert_eq!(traces.open.len(), super::LIMIT);
    }
}
