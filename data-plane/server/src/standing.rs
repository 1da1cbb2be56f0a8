//! How the proxy stands: what it serves, whether it is connected, whether it is about to end.
//!
//! Owns the one value that the subscription and the shutdown write and that the admin server reads. Must not
//! be read on the path of a request. The invariant: ready means that a whole configuration is active and
//! that no drain has begun; losing the control plane changes neither.

use std::sync::Arc;

use dp_config::Config;
use tokio::sync::watch;

/// The facts.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// Whether the management server answers.
    pub connected: bool,
    /// Whether the end has begun.
    pub draining: bool,
    /// What is served.
    pub active: Option<Arc<Config>>,
    /// Whether a whole configuration was active once.
    pub is_whole: bool,
    /// Whether what is served was read from the disk, and no control plane confirmed it since.
    pub stale: bool,
    /// The last refusal, in the words of the NACK; absent once a later configuration is active.
    pub rejection: Option<String>,
}

/// Why the proxy is not ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotReady {
    /// The control plane has not been reached yet.
    #[error("no configuration yet: the control plane does not answer")]
    Disconnected,
    /// It has, but nothing could be activated.
    #[error("no configuration yet: connected, and waiting for the first one that can be activated")]
    NoConfig,
    /// The end has begun.
    #[error("draining")]
    Draining,
}

/// The end that writes. Clones write to the same value.
#[derive(Clone, Debug)]
pub struct StandingWriter(Arc<watch::Sender<Standing>>);

// === impl Standing ===

impl Standing {
    /// Whether traffic should be sent here.
    ///
    /// # Errors
    /// Why not.
    pub fn readiness(&self) -> Result<(), NotReady> {
        match (self.draining, self.is_whole, self.connected) {
            (true, _, _) => Err(NotReady::Draining),
            (false, true, _) => Ok(()),
            (false, false, true) => Err(NotReady::NoConfig),
            (false, false, false) => Err(NotReady::Disconnected),
        }
    }
}

// === impl StandingWriter ===

impl StandingWriter {
    /// Nothing served, not connected.
    pub fn new() -> Self {
        StandingWriter(Arc::new(watch::Sender::default()))
    }

    /// The end that reads.
    pub fn subscribe(&self) -> watch::Receiver<Standing> {
        self.0.subscribe()
    }

    /// The connection came or went.
    pub fn connected(&self, connected: bool) {
        self.0.send_if_modified(|standing| {
            std::mem::replace(&mut standing.connected, connected) != connected
        });
    }

    /// Clusters without a listener, say: active, and no reason to send traffic here yet.
    pub fn partial(&self, active: Arc<Config>) {
        self.0
            .send_modify(|standing| standing.active = Some(active));
    }

    /// Another whole configuration is active.
    pub fn active(&self, active: Arc<Config>) {
        self.0.send_modify(|standing| {
            standing.active = Some(active);
            standing.is_whole = true;
            standing.rejection = None;
        });
    }

    /// A whole configuration that was read from the disk is active.
    pub fn restored(&self, active: Arc<Config>) {
        self.active(active);
        self.0.send_modify(|standing| standing.stale = true);
    }

    /// The control plane confirmed what is active.
    pub fn confirmed(&self) {
        self.0.send_modify(|standing| standing.stale = false);
    }

    /// A response or a Commit was refused.
    pub fn rejected(&self, message: String) {
        self.0
            .send_modify(|standing| standing.rejection = Some(message));
    }

    /// The end has begun.
    pub fn draining(&self) {
        self.0.send_modify(|standing| standing.draining = true);
    }
}

impl Default for StandingWriter {
    fn default() -> Self {
        StandingWriter::new()
    }
}

#[cfg(test)]
mod tests {
    use super::{NotReady, StandingWriter};

    #[test]
    fn ready_is_a_whole_configuration_and_no_drain() {
        let writer = StandingWriter::new();
        let reader = writer.subscribe();
        let readiness = || reader.borrow().readiness();
        assert_eq!(readiness(), Err(NotReady::Disconnected));
        writer.connected(true);
        assert_eq!(readiness(), Err(NotReady::NoConfig));
        writer.partial(Default::default());
        assert_eq!(readiness(), Err(NotReady::NoConfig));
        writer.rejected("no".to_owned());
        writer.active(Default::default());
        assert_eq!(readiness(), Ok(()));
        assert_eq!(
            reader.borrow().rejection,
            None,
            "a later configuration ends a refusal"
        );
        writer.connected(false);
        assert_eq!(
            readiness(),
            Ok(()),
            "the last configuration is served without a control plane"
        );
        writer.draining();
        assert_eq!(readiness(), Err(NotReady::Draining));
    }
}
