//! Sums of the gateway's metrics.
//!
//! Owns the reading of series. Must not know what they mean.

use anyhow::{Context, Result};
use tests::world::World;

/// Where the Gateway of these tests is told apart.
const GATEWAY: &str = "default.gateway";

/// `/metrics` at one moment.
pub(crate) struct Metrics(String);

// === impl Metrics ===

impl Metrics {
    pub(crate) async fn scrape(world: &World) -> Result<Metrics> {
        Ok(Metrics(world.proxy_metrics(GATEWAY).await?))
    }

    /// As it was printed.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// The sum of the series called `name` that have these labels; 0 without any.
    pub(crate) fn sum(&self, name: &str, labels: &[(&str, &str)]) -> Result<u64> {
        let mut sum = 0;
        for (line, value) in self.values(name, labels) {
            let count = value.trim_end_matches(".0").parse::<u64>();
            sum += count.with_context(|| line.to_owned())?;
        }
        Ok(sum)
    }

    /// The same of what is no whole number.
    pub(crate) fn amount(&self, name: &str, labels: &[(&str, &str)]) -> Result<f64> {
        let mut sum = 0.0;
        for (line, value) in self.values(name, labels) {
            let amount = value.parse::<f64>();
            sum += amount.with_context(|| line.to_owned())?;
        }
        Ok(sum)
    }

    /// Lines and values of the series called `name` that have these labels.
    fn values<'a>(
        &'a self,
        name: &'a str,
        labels: &[(&str, &str)],
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        let labels: Vec<String> = labels
            .iter()
            .map(|(label, value)| format!("{label}=\"{value}\""))
            .collect();
        self.0.lines().filter_map(move |line| {
            let (series, value) = line.rsplit_once(' ')?;
            let (found, pairs) = series.split_once('{')?;
            let pairs: Vec<&str> = pairs.trim_end_matches('}').split(',').collect();
            let has = |label: &String| pairs.contains(&label.as_str());
            (found == name && labels.iter().all(has)).then_some((line, value))
        })
    }
}
