//! A collector of traces and log events: OTLP over gRPC, as exporters speak it.
//!
//! Owns an upstream that answers every export with success, the bytes that came, and their decoding. Must not
//! know what a span or an event should say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response};
use http_body_util::{BodyExt, Full};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tests::manual::{Call, Manual};
use tokio::task::JoinSet;

const TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
const LOGS: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
/// The five bytes that stand before a gRPC message: not compressed, and its length.
const PREFIX: usize = 5;

/// A running collector; it ends when dropped.
pub(crate) struct Collector {
    port: u16,
    exports: Exports,
    _task: JoinSet<()>,
}

/// Path and message of each.
type Exports = Arc<Mutex<Vec<Result<(String, Bytes)>>>>;

/// A span as a test reads it: ids in hexadecimal, values as text.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) service: String,
    pub(crate) name: String,
    pub(crate) trace: String,
    pub(crate) id: String,
    /// Empty for a root.
    pub(crate) parent: String,
    pub(crate) kind: i32,
    pub(crate) is_error: bool,
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) attributes: BTreeMap<String, String>,
    /// The attributes of each of its events, in order, with `event.name` among them.
    pub(crate) events: Vec<BTreeMap<String, String>>,
}

// === impl Collector ===

impl Collector {
    pub(crate) async fn start() -> Result<Collector> {
        let mut server = Manual::start().await?;
        let port = server.port();
        let exports = Exports::default();
        let kept = Arc::clone(&exports);
        let mut task = JoinSet::new();
        task.spawn(async move {
            while let Some(call) = server.next().await {
                let export = take(call).await;
                lock(&kept).push(export);
            }
        });
        Ok(Collector {
            port,
            exports,
            _task: task,
        })
    }

    /// What exporters are told.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The message of every export so far.
    pub(crate) fn bytes(&self) -> Result<Vec<Bytes>> {
        let all = self.exports()?.into_iter();
        Ok(all.map(|(_, bytes)| bytes).collect())
    }

    fn exports(&self) -> Result<Vec<(String, Bytes)>> {
        let exports = lock(&self.exports);
        let messages = exports.iter().map(|export| match export {
            Ok(export) => Ok(export.clone()),
            Err(error) => Err(anyhow::anyhow!("an export: {error:#}")),
        });
        messages.collect()
    }

    /// What went to this path.
    fn of(&self, path: &str) -> Result<Vec<Bytes>> {
        let mut exports = self.exports()?;
        exports.retain(|(of, _)| of == path);
        Ok(exports.into_iter().map(|(_, bytes)| bytes).collect())
    }

    /// The attributes of every log event so far; `event.name`, `trace.id` and `span.id` are among them.
    pub(crate) fn events(&self) -> Result<Vec<BTreeMap<String, String>>> {
        let mut events = Vec::new();
        for bytes in self.of(LOGS)? {
            let export = ExportLogsServiceRequest::decode(bytes)?;
            let groups = export.resource_logs.into_iter();
            let records = groups
                .flat_map(|group| group.scope_logs)
                .flat_map(|scope| scope.log_records);
            events.extend(records.map(|record| {
                let mut event = texts(record.attributes);
                event.insert("event.name".to_owned(), record.event_name);
                event.insert("trace.id".to_owned(), hex(&record.trace_id));
                event.insert("span.id".to_owned(), hex(&record.span_id));
                event
            }));
        }
        Ok(events)
    }

    /// Every span so far.
    pub(crate) fn spans(&self) -> Result<Vec<Seen>> {
        let mut spans = Vec::new();
        for bytes in self.of(TRACES)? {
            let export = ExportTraceServiceRequest::decode(bytes)?;
            for group in export.resource_spans {
                let resource = group.resource.context("spans of nobody")?;
                let mut resource = texts(resource.attributes);
                let service = resource.remove("service.name").unwrap_or_default();
                let of_group = group.scope_spans.into_iter().flat_map(|scope| scope.spans);
                for span in of_group {
                    check_once(&span)?;
                    spans.push(seen(&service, span));
                }
            }
        }
        Ok(spans)
    }
}

/// Reads one export and answers it.
async fn take(mut call: Call) -> Result<(String, Bytes)> {
    let path = call.head.uri.path().to_owned();
    ensure!(path == TRACES || path == LOGS, "{path} was asked");
    let mut message = (&mut call.body).collect().await?.to_bytes();
    ensure!(message.len() >= PREFIX, "a frame of {}", message.len());
    let prefix = message.split_to(PREFIX);
    let length = u32::try_from(message.len())?.to_be_bytes();
    ensure!(
        prefix.first() == Some(&0) && prefix.ends_with(&length),
        "a frame with the prefix {prefix:?}"
    );
    let status = HeaderMap::from_iter([(
        http::HeaderName::from_static("grpc-status"),
        HeaderValue::from_static("0"),
    )]);
    let empty = Full::new(Bytes::from_static(&[0; PREFIX]));
    let response = Response::builder()
        .header("content-type", "application/grpc")
        .body(empty.with_trailers(async move { Some(Ok(status)) }))?;
    drop(call.answer(response)?);
    Ok((path, message))
}

fn lock(exports: &Exports) -> std::sync::MutexGuard<'_, Vec<Result<(String, Bytes)>>> {
    exports.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keys of attributes are unique (OpenTelemetry's common specification, "Attribute Collections").
fn check_once(span: &Span) -> Result<()> {
    let mut keys = BTreeSet::new();
    for attribute in &span.attributes {
        let key = &attribute.key;
        ensure!(keys.insert(key), "{}: {key} is told twice", span.name);
    }
    Ok(())
}

fn seen(service: &str, span: Span) -> Seen {
    Seen {
        service: service.to_owned(),
        name: span.name,
        trace: hex(&span.trace_id),
        id: hex(&span.span_id),
        parent: hex(&span.parent_span_id),
        kind: span.kind,
        is_error: span.status.is_some_and(|status| status.code == 2),
        start: span.start_time_unix_nano,
        end: span.end_time_unix_nano,
        attributes: texts(span.attributes),
        events: span
            .events
            .into_iter()
            .map(|event| {
                let mut told = texts(event.attributes);
                told.insert("event.name".to_owned(), event.name);
                told
            })
            .collect(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn texts(attributes: Vec<KeyValue>) -> BTreeMap<String, String> {
    let text = |value: Option<AnyValue>| match value.and_then(|value| value.value) {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        Some(Value::BoolValue(flag)) => flag.to_string(),
        Some(Value::DoubleValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    };
    let pairs = attributes.into_iter();
    pairs.map(|pair| (pair.key, text(pair.value))).collect()
}
