//! The running proxy, as the binary sees it.
//!
//! Owns the worker threads and the pointer to the active configuration. Must not know xDS. Invariant: the
//! pointer is written in `Prepared::commit` and nowhere else.

use std::{net::SocketAddr, sync::Arc};

use dp_config::Config;

use crate::{
    options::{DrainTimeouts, Options},
    prepare::{Prepared, Unprepared},
};

/// A running proxy. Dropping it stops its workers.
pub struct Proxy {
    shared: Arc<Shared>,
}

/// What the workers and the handle share.
pub(crate) struct Shared {}

/// A listener that is bound, for status and readiness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenerStatus {
    /// Name of the Listener resource.
    pub name: String,
    /// The address that is really bound.
    pub address: SocketAddr,
    /// Whether connections are TLS.
    pub tls: bool,
    /// Connections open now.
    pub connections: usize,
}

/// Why a proxy could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The system gave no thread.
    #[error("cannot start worker thread {index}")]
    Thread {
        /// Which worker.
        index: usize,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

// === impl Proxy ===

impl Proxy {
    /// Starts the workers; nothing listens until the first commit.
    pub fn start(options: Options<'_>) -> Result<Proxy, StartError> {
        let _ = options;
        Ok(Proxy { shared: Arc::new(Shared {}) })
    }

    /// Binds and loads what `next` needs beyond the active configuration. May block for milliseconds.
    ///
    /// # Errors
    /// Every resource that cannot be prepared; the active configuration is untouched.
    pub fn prepare(&self, next: Arc<Config>) -> Result<Prepared, Vec<Unprepared>> {
        Ok(Prepared { shared: self.shared.clone(), next })
    }

    /// Ends connections gracefully; resolves once none is left, at the latest after `timeouts.max`.
    pub fn drain(&self, timeouts: DrainTimeouts) -> impl Future<Output = ()> + Send + 'static {
        let _ = timeouts;
        async {}
    }

    /// The listeners that are bound now.
    pub fn listeners(&self) -> Vec<ListenerStatus> {
        Vec::new()
    }
}
