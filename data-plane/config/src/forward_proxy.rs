//! Dynamic forward proxies: the upstream is the authority of the request.
//!
//! Owns the decoded `tidegate.v1.DynamicForwardProxy`. Must not resolve names: which addresses are refused
//! after resolution is the upstream crate's, which host names may go there regardless is here.

use std::collections::BTreeSet;
use std::sync::Arc;

/// One dynamic forward proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForwardProxy {
    /// Resource name.
    pub name: Arc<str>,
    /// Exact host names, lower case, that may resolve to an address that is refused otherwise.
    pub allowed_hosts: BTreeSet<String>,
}

impl ForwardProxy {
    /// Whether a host in normal form may resolve to any address.
    pub fn is_allowed(&self, host: &str) -> bool {
        self.allowed_hosts.contains(host)
    }
}
