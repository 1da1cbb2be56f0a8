//! How many requests are under way at each provider of models.
//!
//! Owns the reading at each scrape. Invariant: labels are backends and providers of the configuration.

use std::{fmt, sync::Arc, time::Instant};

use dp_upstream::provider_group::states::States;
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{MetricType, gauge::ConstGauge},
};

/// Reads what is known of providers.
pub(super) struct LoadCollector(pub(super) Arc<States>);

impl Collector for LoadCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let mut in_flight = encoder.encode_descriptor(
            "tidegate_proxy_llm_attempts_in_flight",
            "Attempts at model providers that are under way",
            None,
            MetricType::Gauge,
        )?;
        for (backend, provider, figures) in self.0.figures(Instant::now()) {
            let labels = [("backend", &*backend), ("provider", &*provider)];
            ConstGauge::new(i64::from(figures.in_flight))
                .encode(in_flight.encode_family(&labels)?)?;
        }
        Ok(())
    }
}

impl fmt::Debug for LoadCollector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LoadCollector")
    }
}
