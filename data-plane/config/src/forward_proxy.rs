//! Dynamic forward proxies: the upstream is the authority of the request.
//!
//! Owns the decoded `tidegate.v1.DynamicForwardProxy`. Must not resolve names: which addresses are refused
//! after resolution is the upstream crate's, which host names may go there regardless is here.

use std::collections::BTreeSet;
use std::sync::Arc;

use ::route::HostPattern;
use ::route::field::{FieldError, Within};

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

/// Decodes a dynamic forward proxy.
pub(crate) fn forward_proxy(
    message: &proto::tidegate::v1::DynamicForwardProxy,
) -> Result<ForwardProxy, FieldError> {
    let mut allowed_hosts = BTreeSet::new();
    for (index, host) in message.allowed_hosts.iter().enumerate() {
        match host.parse::<HostPattern>() {
            Ok(HostPattern::Exact(host)) => {
                allowed_hosts.insert(host.into_string());
            }
            Ok(HostPattern::Wildcard(_) | HostPattern::Any) => {
                let text = "must name one host: a wildcard would let any address in";
                return Err(FieldError::invalid("", text).within_index("allowed_hosts", index));
            }
            Err(error) => {
                let error = FieldError::invalid("", error.to_string());
                return Err(error.within_index("allowed_hosts", index));
            }
        }
    }
    Ok(ForwardProxy {
        name: message.name.as_str().into(),
        allowed_hosts,
    })
}
