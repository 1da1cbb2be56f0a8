//! Logs and traces of this process.
//!
//! Owns the set-up of the log subscriber and of the OTLP exporter. Must not decide what is logged. Without an
//! endpoint no span is recorded.

use std::io::IsTerminal;

use anyhow::{Context, Result};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::WithExportConfig;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use tracing_subscriber::EnvFilter;

use crate::args::LogFormat;

/// What speaks for itself elsewhere: a watch that breaks is one line of ours, not one per attempt. Who asks for these
/// targets by name hears them.
const QUIET: &str = "kube_runtime=off,kube_client=off";

/// Starts logging to standard error.
pub fn start_log(filter: &str, format: LogFormat) -> Result<()> {
    let filter = EnvFilter::try_new(format!("{QUIET},{filter}"))
        .with_context(|| format!("--log {filter:?}: use a level such as info, or target=level"))?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = match format {
        LogFormat::Text => builder
            .with_target(false)
            .with_ansi(std::io::stderr().is_terminal())
            .try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    started.map_err(|error| anyhow::anyhow!("logging cannot start: {error}"))
}

/// A tracer that sends spans to an OTLP/gRPC endpoint, and the provider that flushes them.
pub fn start_traces(endpoint: &str) -> Result<(SdkTracerProvider, SdkTracer)> {
    let exporter = opentelemetry_otlp::SpanExporter::builder()
        .with_tonic()
        .with_endpoint(endpoint)
        .build()
        .with_context(|| format!("--otlp-endpoint {endpoint:?} cannot be used"))?;
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(
            Resource::builder()
                .with_service_name("tidegate-control-plane")
                .build(),
        )
        .build();
    let tracer = provider.tracer("tidegate-control-plane");
    Ok((provider, tracer))
}
