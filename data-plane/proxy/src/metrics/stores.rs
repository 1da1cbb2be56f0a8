//! How the stores of shared budgets stand.
//!
//! Owns the reading at each scrape. Must not keep the stores: they give back what they hold when the proxy ends. Invariant:
//! labels are names of Secrets of the configuration, never what is in them.

use std::{fmt, sync::Weak};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
};

use crate::budget::Stores;

/// Reads how stores stand; those that a request has needed so far.
pub(super) struct StoreCollector(pub(super) Weak<Stores>);

impl Collector for StoreCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let stores = self.0.upgrade().map(|stores| stores.standings());
        let stores = stores.unwrap_or_default();
        let mut up = encoder.encode_descriptor(
            "tidegate_proxy_llm_budget_store_up",
            "Stores of shared budgets: 1 where the last order was answered",
            None,
            MetricType::Gauge,
        )?;
        for (store, standing) in &stores {
            let labels = [("store", &**store)];
            ConstGauge::new(i64::from(standing.is_up)).encode(up.encode_family(&labels)?)?;
        }
        let mut waiting = encoder.encode_descriptor(
            "tidegate_proxy_llm_budget_store_orders_waiting",
            "Orders that a store of shared budgets has not answered yet",
            None,
            MetricType::Gauge,
        )?;
        for (store, standing) in &stores {
            let labels = [("store", &**store)];
            let count = i64::try_from(standing.waiting).unwrap_or(i64::MAX);
            ConstGauge::new(count).encode(waiting.encode_family(&labels)?)?;
        }
        let mut lost = encoder.encode_descriptor(
            "tidegate_proxy_llm_budget_store_orders_lost",
            "Orders that a store of shared budgets never answered: what they told is not counted",
            None,
            MetricType::Counter,
        )?;
        for (store, standing) in &stores {
            let labels = [("store", &**store)];
            ConstCounter::new(standing.lost).encode(lost.encode_family(&labels)?)?;
        }
        Ok(())
    }
}

impl fmt::Debug for StoreCollector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreCollector")
    }
}
