//! How the tokens of clouds stand, and how often they were asked for.
//!
//! Owns the reading at each scrape. Invariant: labels are the clouds and closed sets, so nothing that a tenant writes is one.

use std::{fmt, sync::Arc};

use dp_upstream::tokens::{Standing, TokenSources};
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
};

/// Reads what is known of tokens.
pub(super) struct TokenCollector(pub(super) Arc<TokenSources>);

impl Collector for TokenCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let status = self.0.status();
        let fetches = self.0.fetches();
        let mut credentials = encoder.encode_descriptor(
            "tidegate_proxy_credentials",
            "Credentials of clouds by how they stand",
            None,
            MetricType::Gauge,
        )?;
        for (cloud, _) in fetches {
            for standing in Standing::ALL {
                let count = status
                    .iter()
                    .filter(|own| own.cloud == cloud && own.standing == standing)
                    .count();
                let gauge = ConstGauge::new(i64::try_from(count).unwrap_or(i64::MAX));
                let labels = [("cloud", cloud), ("state", standing.as_str())];
                gauge.encode(credentials.encode_family(&labels)?)?;
            }
        }
        let mut asked = encoder.encode_descriptor(
            "tidegate_proxy_credential_fetches",
            "Requests for tokens of clouds, by how they ended",
            None,
            MetricType::Counter,
        )?;
        for (cloud, fetches) in fetches {
            for (outcome, count) in [("granted", fetches.granted), ("failed", fetches.failed)] {
                let labels = [("cloud", cloud), ("outcome", outcome)];
                ConstCounter::new(count).encode(asked.encode_family(&labels)?)?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for TokenCollector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenCollector")
    }
}
