//! The proxy's own log, and where traces go.
//!
//! Owns the subscriber, the level that can be changed while running, and the OTLP exporter. Must not know what
//! is logged. The invariant: nothing here can stop the proxy: a collector that is away costs spans, never
//! requests.

use std::sync::Arc;
use std::time::Duration;

use dp_proxy::options::{TraceNames, Tracer};
use opentelemetry::global::BoxedTracer;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, SdkTracerProvider};
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, reload};

use crate::args::LogFormat;
use crate::settings::Telemetry;

/// How long the last spans may take to leave.
pub(crate) const FLUSH: Duration = Duration::from_secs(1);

/// How much is sent and kept where spans tell prompts and answers.
struct Large {
    /// Spans of one export: collectors take 4 MiB.
    batch: usize,
    /// Spans that wait for an export: 64 MiB at most.
    queue: usize,
    /// Attributes of one span, where messages are attributes of their own.
    attributes: Option<u32>,
}

/// The level of the log, for as long as the process lives.
#[derive(Clone, Debug)]
pub struct LogLevel(reload::Handle<EnvFilter, Registry>);

/// What must be flushed at the end.
#[derive(Debug)]
pub struct Traces {
    provider: SdkTracerProvider,
    sample_ratio: f64,
    tells_content: bool,
    names: TraceNames,
}

/// Why there is no log or no trace.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The level does not parse.
    #[error("--log: {text:?} is no level and no list of directives")]
    Level {
        /// What was written.
        text: String,
        /// What is wrong.
        #[source]
        source: ParseError,
    },
    /// There is a subscriber already, or it went away.
    #[error("the log cannot be set up")]
    Log(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The exporter of events refuses its settings.
    #[error("--otlp-logs-endpoint: usage events cannot be exported to {endpoint:?}")]
    LogExporter {
        /// The collector.
        endpoint: String,
        /// What is wrong.
        #[source]
        source: ExporterBuildError,
    },
    /// The exporter refuses its settings.
    #[error("--otlp-endpoint: traces cannot be exported to {endpoint:?}")]
    Exporter {
        /// The collector.
        endpoint: String,
        /// What is wrong.
        #[source]
        source: ExporterBuildError,
    },
}

/// Starts the log on standard error.
///
/// # Errors
/// If the level does not parse, or if the process logs already.
pub fn log(settings: &Telemetry) -> Result<LogLevel, TelemetryError> {
    let (filter, handle) = reload::Layer::new(filter(&settings.log)?);
    let layer = match settings.log_format {
        LogFormat::Text => tracing_subscriber::fmt::layer()
            .with_writer(std::io::stderr)
            .with_ansi(false)
            .boxed(),
        LogFormat::Json => tracing_subscriber::fmt::layer()
            .with_writer(std::io::stderr)
            .json()
            .boxed(),
    };
    tracing_subscriber::registry()
        .with(layer.with_filter(filter))
        .try_init()
        .map_err(|error| TelemetryError::Log(error.into()))?;
    Ok(LogLevel(handle))
}

/// Prepares the exporter, if one is configured. Must be called inside a tokio runtime, which carries the
/// exporter's connection.
///
/// # Errors
/// If the exporter refuses the endpoint.
pub fn traces(settings: &Telemetry, service: &str) -> Result<Option<Traces>, TelemetryError> {
    let Some(endpoint) = &settings.otlp_endpoint else {
        return Ok(None);
    };
    let exporter = SpanExporter::builder()
        .with_tonic()
        .with_endpoint(endpoint)
        .build()
        .map_err(|source| TelemetryError::Exporter {
            endpoint: endpoint.clone(),
            source,
        })?;
    let resource = Resource::builder()
        .with_service_name(service.to_owned())
        .build();
    let mut batches = BatchConfigBuilder::default();
    let mut provider = SdkTracerProvider::builder();
    if settings.trace_content {
        let large = Large::of(settings.trace_names);
        batches = batches
            .with_max_queue_size(large.queue)
            .with_max_export_batch_size(large.batch);
        if let Some(attributes) = large.attributes {
            provider = provider.with_max_attributes_per_span(attributes);
        }
        tracing::warn!(
            endpoint,
            "--trace-content: spans of requests to models tell prompts and answers"
        );
    }
    let processor = BatchSpanProcessor::builder(exporter)
        .with_batch_config(batches.build())
        .build();
    let provider = provider
        .with_span_processor(processor)
        .with_resource(resource)
        .build();
    Ok(Some(Traces {
        provider,
        sample_ratio: settings.trace_ratio,
        tells_content: settings.trace_content,
        names: settings.trace_names,
    }))
}

// === impl Large ===

impl Large {
    fn of(names: TraceNames) -> Self {
        match names {
            // Up to 128 KiB of content each.
            TraceNames::GenAi => Large {
                batch: 24,
                queue: 512,
                attributes: None,
            },
            // Up to 256 KiB: messages are there as one text, too. Lists of `dp_llm::content::open_inference::MOST`, and the rest.
            TraceNames::OpenInference => Large {
                batch: 12,
                queue: 256,
                attributes: Some(1024),
            },
        }
    }
}

// === impl LogLevel ===

impl LogLevel {
    /// The directives in force.
    pub fn get(&self) -> String {
        self.0.with_current(ToString::to_string).unwrap_or_default()
    }

    /// Puts others in force.
    ///
    /// # Errors
    /// If they do not parse; the old ones stay.
    pub fn set(&self, directives: &str) -> Result<(), TelemetryError> {
        let filter = filter(directives)?;
        self.0
            .reload(filter)
            .map_err(|error| TelemetryError::Log(error.into()))
    }

    /// A level that changes nothing visible, for tests that have no subscriber.
    #[cfg(test)]
    pub(crate) fn detached() -> (Self, impl Sized) {
        let (layer, handle) = reload::Layer::new(EnvFilter::new("info"));
        (LogLevel(handle), layer)
    }
}

// === impl Traces ===

impl Traces {
    /// The tracer for requests.
    pub fn tracer(&self) -> Tracer {
        let tracer = self.provider.tracer("tidegate-proxy");
        Tracer {
            tracer: Arc::new(BoxedTracer::new(Box::new(tracer))),
            sample_ratio: self.sample_ratio,
            tells_content: self.tells_content,
            names: self.names,
        }
    }

    /// Sends what is left. Blocks, at most one second; the runtime must still run.
    pub fn flush(self) {
        if let Err(error) = self.provider.shutdown_with_timeout(FLUSH) {
            tracing::warn!(%error, "the last spans are lost");
        }
    }
}

fn filter(directives: &str) -> Result<EnvFilter, TelemetryError> {
    EnvFilter::builder()
        .parse(directives)
        .map_err(|source| TelemetryError::Level {
            text: directives.to_owned(),
            source,
        })
}

#[cfg(test)]
mod tests;
