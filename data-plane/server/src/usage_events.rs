//! Usage records on their way to a collector, as OTLP log events (llm.md 5.4).
//!
//! Owns the bound on what waits, and the count of what is lost. Must not decide what a record says. Invariant: a collector
//! that is slow or away never makes a request wait; each event is sent, or counted as dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dp_policy::usage_record::{Ending, UsageRecord, Value};
use dp_proxy::options::{UsageEvent, UsageEvents};
use opentelemetry::logs::{AnyValue, LogRecord, Logger, LoggerProvider, Severity};
use opentelemetry_otlp::{LogExporter as OtlpExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::logs::{
    BatchConfigBuilder, BatchLogProcessor, LogBatch, LogExporter, SdkLogger, SdkLoggerProvider,
};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

use crate::settings::Telemetry;
use crate::telemetry::{FLUSH, TelemetryError};

/// Name of the event.
const NAME: &str = "tidegate.llm.usage";

/// Events that wait at most.
const CAPACITY: usize = 8192;

/// Events of one export.
const BATCH: usize = 512;

/// How long a collector may take for a batch.
const TIMEOUT: Duration = Duration::from_secs(5);

/// How long after a failed export the next one follows; after the last, the batch is given up.
const PAUSES: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(2)];

/// Counts of events.
#[derive(Clone, Debug, Default)]
pub struct EventMetrics {
    sent: Counter,
    dropped: Family<DroppedLabels, Counter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DroppedLabels {
    reason: &'static str,
}

/// What must be flushed at the end.
#[derive(Debug)]
pub struct Events {
    provider: SdkLoggerProvider,
    waiting: Waiting,
    metrics: EventMetrics,
}

/// How many events wait, or are being sent.
type Waiting = Arc<AtomicUsize>;

/// An exporter that tries again, and counts.
#[derive(Debug)]
struct Counted<E> {
    exporter: E,
    pauses: &'static [Duration],
    waiting: Waiting,
    metrics: EventMetrics,
}

/// Prepares the exporter, if one is configured. Must be called inside a tokio runtime, which carries the exporter's
/// connection.
///
/// # Errors
/// If the exporter refuses the endpoint.
pub fn events(
    settings: &Telemetry,
    service: &str,
    metrics: EventMetrics,
) -> Result<Option<Events>, TelemetryError> {
    let Some(endpoint) = &settings.otlp_logs_endpoint else {
        return Ok(None);
    };
    let exporter = OtlpExporter::builder()
        .with_tonic()
        .with_endpoint(endpoint)
        .with_timeout(TIMEOUT)
        .build()
        .map_err(|source| TelemetryError::LogExporter {
            endpoint: endpoint.clone(),
            source,
        })?;
    let resource = Resource::builder()
        .with_service_name(service.to_owned())
        .build();
    Ok(Some(Events::over(exporter, &PAUSES, resource, metrics)))
}

// === impl EventMetrics ===

impl EventMetrics {
    /// Registers everything.
    pub fn register(registry: &mut Registry) -> EventMetrics {
        let metrics = EventMetrics::default();
        registry.register(
            "tidegate_proxy_usage_events",
            "Usage events that a collector took",
            metrics.sent.clone(),
        );
        registry.register(
            "tidegate_proxy_usage_events_dropped",
            "Usage events that were lost, by why",
            metrics.dropped.clone(),
        );
        // A count that is there says more than one that is not.
        for reason in ["queue_full", "export_failed"] {
            metrics.dropped(reason);
        }
        metrics
    }

    fn dropped(&self, reason: &'static str) -> Counter {
        self.dropped.get_or_create_owned(&DroppedLabels { reason })
    }
}

// === impl Events ===

impl Events {
    fn over<E: LogExporter + 'static>(
        exporter: E,
        pauses: &'static [Duration],
        resource: Resource,
        metrics: EventMetrics,
    ) -> Events {
        let waiting = Waiting::default();
        let exporter = Counted {
            exporter,
            pauses,
            waiting: Arc::clone(&waiting),
            metrics: metrics.clone(),
        };
        // Never full: what would not fit is counted before.
        let config = BatchConfigBuilder::default()
            .with_max_queue_size(CAPACITY + BATCH)
            .with_max_export_batch_size(BATCH)
            .build();
        let processor = BatchLogProcessor::builder(exporter)
            .with_batch_config(config)
            .build();
        let provider = SdkLoggerProvider::builder()
            .with_resource(resource)
            .with_log_processor(processor)
            .build();
        Events {
            provider,
            waiting,
            metrics,
        }
    }

    /// The end at which records go in.
    pub fn sink(&self) -> UsageEvents {
        let logger = self.provider.logger("tidegate-proxy");
        let waiting = Arc::clone(&self.waiting);
        let dropped = self.metrics.dropped("queue_full");
        Box::new(move |event| {
            if waiting.fetch_add(1, Ordering::Relaxed) < CAPACITY {
                emit(&logger, &event);
            } else {
                waiting.fetch_sub(1, Ordering::Relaxed);
                dropped.inc();
            }
        })
    }

    /// Sends what is left. Blocks, at most one second; the runtime must still run.
    pub fn flush(self) {
        if let Err(error) = self.provider.shutdown_with_timeout(FLUSH) {
            tracing::warn!(%error, "the last usage events are lost");
        }
    }
}

// === impl Counted ===

impl<E: LogExporter> LogExporter for Counted<E> {
    async fn export(&self, batch: LogBatch<'_>) -> OTelSdkResult {
        let events: Vec<_> = batch.iter().collect();
        let mut pauses = self.pauses.iter();
        let outcome = loop {
            match (
                self.exporter.export(LogBatch::new(&events)).await,
                pauses.next(),
            ) {
                (Ok(()), _) => break Ok(()),
                (Err(error), None) => break Err(error),
                (Err(error), Some(pause)) => {
                    tracing::debug!(%error, "usage events are sent again");
                    // The thread is the processor's own.
                    std::thread::sleep(*pause);
                }
            }
        };
        let count = events.len();
        self.waiting.fetch_sub(count, Ordering::Relaxed);
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        match &outcome {
            Ok(()) => self.metrics.sent.inc_by(count),
            Err(error) => {
                tracing::warn!(%error, count, "usage events are lost");
                self.metrics.dropped("export_failed").inc_by(count)
            }
        };
        outcome
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

fn emit(logger: &SdkLogger, UsageEvent { record, span }: &UsageEvent<'_>) {
    let mut event = logger.create_log_record();
    event.set_event_name(NAME);
    event.set_timestamp(UNIX_EPOCH + record.at + record.timing.total);
    event.set_observed_timestamp(SystemTime::now());
    event.set_severity_number(match record.ending {
        Ending::Complete => Severity::Info,
        Ending::Failed | Ending::Truncated | Ending::ClientGone | Ending::Refused => Severity::Warn,
    });
    if let Some(span) = span {
        event.set_trace_context(span.trace_id(), span.span_id(), Some(span.trace_flags()));
    }
    event.add_attribute("tidegate.llm.request_id", record.request_id.to_string());
    event.add_attribute("http.route", record.call.route.to_string());
    event.add_attribute("http.response.status_code", i64::from(record.answer.status));
    event.add_attribute("tidegate.llm.duration", record.timing.total.as_secs_f64());
    record.tell(&mut |name, value| event.add_attribute(name, shown(value)));
    tell_budgets(record, &mut event);
    logger.emit(event);
}

fn tell_budgets(record: &UsageRecord, event: &mut impl LogRecord) {
    // What the provider wrote, for whoever finds a count that is not in the fields above.
    if let Some(raw) = &record.usage.raw {
        event.add_attribute("tidegate.llm.usage.raw", raw.to_string());
    }
    if !record.charged.is_empty() {
        let budgets = record
            .charged
            .iter()
            .map(|charged| charged.budget.to_string());
        event.add_attribute("tidegate.llm.budgets", budgets.collect::<AnyValue>());
    }
}

fn shown(value: Value<'_>) -> AnyValue {
    match value {
        Value::Text(text) => text.to_owned().into(),
        Value::Usd(amount) => amount.to_string().into(),
        Value::Count(count) => i64::try_from(count).unwrap_or(i64::MAX).into(),
        Value::Seconds(seconds) => seconds.into(),
        Value::Flag(flag) => flag.into(),
        Value::List(texts) => texts.iter().map(|text| (*text).to_owned()).collect(),
    }
}

#[cfg(test)]
mod tests;
