//! Spans of Commits, as an exporter gets them.

use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use opentelemetry::global::BoxedTracer;
use opentelemetry::trace::{SpanId, Status, TracerProvider};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use proto::provenance;
use proto::tidegate::v1::CommitOrigin;
use proto::type_url::TypeUrl;
use xds::client::{Received, Update};

use super::{ApplySpan, ApplyTraces, Steps};
use crate::metrics::Outcome;

/// The trace and the span of the control plane's epoch.
pub(crate) const EPOCH: (&str, &str) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");

/// An exporter that keeps spans, and traces that end in it.
pub(crate) struct Recorder {
    exporter: InMemorySpanExporter,
    pub(crate) traces: ApplyTraces,
}

impl Recorder {
    pub(crate) fn new() -> Self {
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder()
            .with_simple_exporter(exporter.clone())
            .build();
        let tracer = BoxedTracer::new(Box::new(provider.tracer("test")));
        let traces = ApplyTraces::new(Some(Arc::new(tracer)));
        Recorder { exporter, traces }
    }

    pub(crate) fn spans(&self) -> Vec<SpanData> {
        self.exporter.get_finished_spans().expect("spans")
    }

    fn begin(&self, traceparent: &str) -> ApplySpan {
        let update = commit(TypeUrl::Commit, traceparent);
        self.traces.begin(&update).expect("a span")
    }
}

/// The traceparent of the epoch.
pub(crate) fn traceparent() -> String {
    format!("00-{}-{}-01", EPOCH.0, EPOCH.1)
}

/// The value of an attribute.
pub(crate) fn attribute(span: &SpanData, key: &str) -> String {
    let found = span.attributes.iter().find(|at| at.key.as_str() == key);
    found.map(|at| at.value.to_string()).unwrap_or_default()
}

fn commit(type_url: TypeUrl, traceparent: &str) -> Update {
    let origin = CommitOrigin {
        traceparent: traceparent.to_owned(),
        ..Default::default()
    };
    Update {
        type_url,
        resources: vec![Received {
            name: "commit/ns/gw".to_owned(),
            version: "c0ffee".to_owned(),
            message: Bytes::new(),
            metadata: Some(provenance::metadata(&origin)),
        }],
        removed: Vec::new(),
        nonce: "1".to_owned(),
        system_version: String::new(),
    }
}

#[test]
fn what_is_applied_is_a_child_of_the_epoch_with_its_steps() {
    let recorder = Recorder::new();
    let now = SystemTime::now();
    let steps = Steps {
        staged: now,
        prepared: now,
    };
    recorder.begin(&traceparent()).applied(Some(steps));
    let spans = recorder.spans();
    let names: Vec<&str> = spans.iter().map(|span| &*span.name).collect();
    assert_eq!(names, ["stage", "prepare", "swap", "apply"]);
    let apply = spans.last().expect("apply");
    assert_eq!(apply.parent_span_id.to_string(), EPOCH.1);
    assert!(apply.parent_span_is_remote);
    assert_eq!(attribute(apply, "tidegate.commit"), "c0ffee");
    assert_eq!(attribute(apply, "tidegate.result"), "applied");
    let own: SpanId = apply.span_context.span_id();
    for span in &spans {
        assert_eq!(span.span_context.trace_id().to_string(), EPOCH.0);
        assert!(span.name == "apply" || span.parent_span_id == own);
    }
}

#[test]
fn what_is_refused_says_why_and_what_is_served_already_says_so() {
    let recorder = Recorder::new();
    recorder
        .begin(&traceparent())
        .refused(Outcome::Rejected, "routes: bad".to_owned());
    recorder
        .begin(&traceparent())
        .refused(Outcome::Mismatch, "digest".to_owned());
    recorder.begin(&traceparent()).applied(None);
    let spans = recorder.spans();
    let results: Vec<String> = spans
        .iter()
        .map(|span| attribute(span, "tidegate.result"))
        .collect();
    assert_eq!(results, ["rejected", "mismatch", "unchanged"]);
    let refused = spans.first().expect("a span");
    assert_eq!(refused.status, Status::error("routes: bad"));
}

#[test]
fn nothing_is_recorded_without_a_sampled_trace_or_without_a_tracer() {
    let recorder = Recorder::new();
    let unsampled = format!("00-{}-{}-00", EPOCH.0, EPOCH.1);
    for traceparent in ["", "00-zz-1-01", &unsampled] {
        let update = commit(TypeUrl::Commit, traceparent);
        assert!(recorder.traces.begin(&update).is_none(), "{traceparent:?}");
    }
    let other_type = commit(TypeUrl::Cluster, &traceparent());
    assert!(recorder.traces.begin(&other_type).is_none());
    let untraced = ApplyTraces::default();
    let update = commit(TypeUrl::Commit, &traceparent());
    assert!(untraced.begin(&update).is_none());
    assert!(recorder.spans().is_empty());
}
