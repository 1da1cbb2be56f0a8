//! Where budgets are counted: the memory of this proxy, and each shared store that a configuration names.
//!
//! Owns the stores over every change of configuration. Must not know what is counted. Invariant: a store stays as long as
//! the Secret with its address says the same, so that no commit loses what was leased.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use dp_config::Config;
use dp_policy::{
    budget::Memory,
    concurrency::{Counted, InFlight},
};
use dp_upstream::shared_counts::{OpenError, SharedCounts, Standing};

/// Counters of this proxy: budgets times keys. Where there is no room, a budget fails closed.
const CAPACITY: usize = 100_000;

/// The stores.
pub(crate) struct Stores {
    pub(super) memory: Arc<Memory>,
    pub(super) in_flight: InFlight,
    /// Streams among them.
    pub(super) streams: InFlight,
    /// By the name of the Secret with their address.
    shared: Mutex<HashMap<Arc<str>, Known>>,
}

struct Known {
    /// The address that it was opened with.
    address: dp_config::secret::Opaque,
    counts: Option<Arc<SharedCounts>>,
}

// === impl Stores ===

impl Stores {
    /// Nothing counted yet.
    pub(crate) fn new() -> Stores {
        Stores {
            memory: Arc::new(Memory::new(CAPACITY)),
            in_flight: InFlight::new(Counted::Requests),
            streams: InFlight::new(Counted::Streams),
            shared: Mutex::default(),
        }
    }

    /// The store whose address is in a Secret; `None` where it cannot be had, so that its budgets do as in an outage.
    pub(super) fn open(&self, config: &Config, secret: &Arc<str>) -> Option<Arc<SharedCounts>> {
        let address = config.generic_secret(secret)?;
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = shared.get(secret)
            && known.address.expose() == address.expose()
        {
            return known.counts.clone();
        }
        let opened = std::str::from_utf8(address.expose())
            .map_err(|_| OpenError::Address)
            .and_then(SharedCounts::open);
        let counts = match opened {
            Ok(counts) => Some(Arc::new(counts)),
            Err(error) => {
                tracing::error!(%secret, %error, "the store of shared budgets cannot be used");
                None
            }
        };
        let known = Known {
            address: address.clone(),
            counts: counts.clone(),
        };
        if let Some(before) = shared.insert(secret.clone(), known) {
            // It gives back its leases, for which no request shall wait.
            let _ = std::thread::Builder::new()
                .name("shared-counts-end".to_owned())
                .spawn(move || drop(before));
        }
        counts
    }

    /// How the stores stand that are open, by the names of their Secrets.
    pub(crate) fn standings(&self) -> Vec<(Arc<str>, Standing)> {
        let shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let open = shared.iter().filter_map(|(secret, known)| {
            let counts = known.counts.as_ref()?;
            Some((secret.clone(), counts.standing()))
        });
        let mut open: Vec<_> = open.collect();
        open.sort_by(|(one, _), (other, _)| one.cmp(other));
        open
    }
}

impl fmt::Debug for Stores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stores").finish_non_exhaustive()
    }
}
