//! What is known of providers of models and of their endpoints now.
//!
//! Owns the reading at each scrape. Invariant: labels are backends, providers and clusters of the configuration.

use std::{collections::BTreeMap, fmt, sync::Arc, time::Instant};

use dp_upstream::provider_group::states::States;
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{MetricType, gauge::ConstGauge},
};

/// Reads what is known of providers.
pub(super) struct LoadCollector {
    pub(super) providers: Arc<States>,
    /// By cluster; of those that have several.
    pub(super) endpoints: Arc<States>,
}

impl Collector for LoadCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let mut in_flight = encoder.encode_descriptor(
            "tidegate_proxy_llm_attempts_in_flight",
            "Attempts at model providers that are under way",
            None,
            MetricType::Gauge,
        )?;
        let providers = self.providers.figures(Instant::now());
        for (backend, provider, figures) in &providers {
            let labels = [("backend", &**backend), ("provider", &**provider)];
            ConstGauge::new(i64::from(figures.in_flight))
                .encode(in_flight.encode_family(&labels)?)?;
        }
        let mut health = encoder.encode_descriptor(
            "tidegate_proxy_llm_entry_health",
            "Model providers: 1 while one gets requests, 0 while it gets none for a while",
            None,
            MetricType::Gauge,
        )?;
        for (backend, provider, figures) in &providers {
            let labels = [("backend", &**backend), ("provider", &**provider)];
            ConstGauge::new(i64::from(figures.evicted_for.is_none()))
                .encode(health.encode_family(&labels)?)?;
        }
        let mut endpoints = encoder.encode_descriptor(
            "tidegate_proxy_llm_endpoints",
            "Endpoints of providers that have several, by whether they get requests",
            None,
            MetricType::Gauge,
        )?;
        let mut counts = BTreeMap::<_, [i64; 2]>::new();
        for (cluster, _, figures) in self.endpoints.figures(Instant::now()) {
            let [well, ejected] = counts.entry(cluster).or_default();
            match figures.evicted_for {
                None => *well += 1,
                Some(_) => *ejected += 1,
            }
        }
        for (cluster, counts) in counts {
            for (state, count) in ["well", "ejected"].into_iter().zip(counts) {
                let labels = [("cluster", &*cluster), ("state", state)];
                ConstGauge::new(count).encode(endpoints.encode_family(&labels)?)?;
            }
        }
        let mut keys = encoder.encode_descriptor(
            "tidegate_proxy_llm_keys_ejected",
            "Keys of providers that have several: 1 while they are not used",
            None,
            MetricType::Gauge,
        )?;
        for own in self.providers.keys(Instant::now()) {
            let labels = [
                ("backend", &*own.backend),
                ("provider", &*own.entry),
                ("key", &*own.name),
            ];
            ConstGauge::new(i64::from(own.figures.evicted_for.is_some()))
                .encode(keys.encode_family(&labels)?)?;
        }
        Ok(())
    }
}

impl fmt::Debug for LoadCollector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LoadCollector")
    }
}
