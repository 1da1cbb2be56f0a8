//! What a proxy is started with.
//!
//! Owns the settings that do not come with a configuration: workers, access log, tracer, metrics.
//! Must not know flags or the environment; the binary validates those and fills this in.
//! Invariant: everything here stays as it is for the life of the proxy.

use std::{sync::Arc, time::Duration};

use dp_credential::ambient::Ambient;
use dp_policy::usage_record::UsageRecord;
use dp_upstream::resolve::Resolver;
use opentelemetry::{global::BoxedTracer, trace::SpanContext};
use prometheus_client::registry::Registry;

/// Settings of one proxy for its whole life.
pub struct Options<'a> {
    /// Worker threads, each with its own runtime and connection pools; 0 counts as 1.
    pub workers: usize,
    /// Where the access log goes; `None` for no access log.
    pub access_log: Option<AccessLog>,
    /// Where the proxy registers its metrics, all named `tidegate_proxy_*` or `gen_ai_*`.
    pub registry: &'a mut Registry,
    /// Traces requests where set.
    pub tracer: Option<Tracer>,
    /// Where usage records of requests to models go; `None` where nobody takes them.
    pub usage_events: Option<UsageEvents>,
    /// Added to every listener port before it is bound; for ports below 1024 without rights.
    pub port_offset: u16,
    /// Names to addresses; `None` for what the system is configured with.
    pub resolver: Option<Resolver>,
    /// What the environment says about credentials of clouds.
    pub ambient: Ambient,
}

/// The access log: one line for each request, written when its last byte has gone.
pub struct AccessLog {
    /// Text or JSON.
    pub format: AccessLogFormat,
    /// Where lines go; it is written on a thread of its own and may block.
    pub sink: Box<dyn std::io::Write + Send>,
}

/// How an access log line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessLogFormat {
    /// `key=value` pairs after time, method, path and status.
    Text,
    /// One JSON object a line.
    Json,
}

/// Makes a span for each sampled request.
#[derive(Clone)]
pub struct Tracer {
    /// The configured exporter's tracer.
    pub tracer: Arc<BoxedTracer>,
    /// Share of requests without a `traceparent` that are sampled, 0.0 to 1.0; a client's decision in
    /// `traceparent` stands.
    pub sample_ratio: f64,
    /// Whether spans of attempts at models tell what was asked and answered.
    pub tells_content: bool,
    /// Whose names spans of requests to models have.
    pub names: TraceNames,
}

/// Conventions for spans of requests to models.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TraceNames {
    /// OpenTelemetry's for GenAI.
    #[default]
    GenAi,
    /// OpenInference's beside them on attempts at models; for prompts and answers in their place.
    OpenInference,
}

/// Takes usage records; must not wait.
pub type UsageEvents = Box<dyn Fn(UsageEvent<'_>) + Send + Sync>;

/// A usage record that is told.
#[derive(Clone, Copy, Debug)]
pub struct UsageEvent<'a> {
    /// What is told.
    pub record: &'a UsageRecord,
    /// The span of its request, if that is traced.
    pub span: Option<&'a SpanContext>,
}

/// How long a drain lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DrainTimeouts {
    /// New connections are still accepted at least this long, with keep-alive off.
    pub min: Duration,
    /// What is still open then is closed.
    pub max: Duration,
}

// === impl Options ===

impl<'a> Options<'a> {
    /// One worker, no access log, no tracer.
    pub fn new(registry: &'a mut Registry) -> Options<'a> {
        Options {
            workers: 1,
            access_log: None,
            registry,
            tracer: None,
            usage_events: None,
            port_offset: 0,
            resolver: None,
            ambient: Ambient::default(),
        }
    }
}
