//! What an attempt says by its begin, before anything is sent.
//!
//! Owns what is counted of a choice: evicted providers, full ones, and those that are on trial. Must not choose.

use dp_upstream::provider_group::{
    attempts::{Attempt, Attempts},
    pick::NoEntry,
};

use super::Call;
use crate::{
    exchange::Exchange,
    fault::{Fault, Kind},
    metrics::Overflow,
};

// === impl Call ===

impl Call<'_> {
    /// Begins an attempt at whatever provider is best for it now.
    ///
    /// # Errors
    /// No provider may be asked.
    pub(super) fn begin(
        &self,
        exchange: &Exchange<'_>,
        attempts: &mut Attempts,
        random: u64,
    ) -> Result<Attempt, Fault> {
        let (metrics, backend) = (&exchange.client.worker.metrics, &self.backend.name);
        let attempt = self.start(exchange, attempts, random).map_err(|error| {
            match error {
                NoEntry::Busy => metrics.overflow(backend, Overflow::Refused),
                NoEntry::Drained => {}
            }
            Fault::caused(Kind::NoProvider, error)
        })?;
        if attempt.is_panic {
            metrics.panic_pick(backend);
        }
        if attempt.is_spilled {
            metrics.overflow(backend, Overflow::Elsewhere);
        }
        if attempt.is_probe() {
            metrics.probe(backend, &attempt.entry.name);
        }
        Ok(attempt)
    }
}
