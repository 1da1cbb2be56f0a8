//! AgentgatewayBackend of type `dynamicForwardProxy`: the upstream is the authority of the request.
//!
//! Owns the list of names that may resolve to addresses which are refused otherwise. The proxy refuses after
//! resolution; nothing here may widen what it allows.

use cp_api::backend::{ALLOWED_HOSTS, AgentgatewayBackend};
use cp_api::format;

use crate::backend::{Served, Verdict};
use crate::plan::Upstream;

pub(super) fn resolve(object: &AgentgatewayBackend) -> Served {
    if object.spec.policies.is_some() {
        return Served::refused("spec.policies is not supported for dynamicForwardProxy yet");
    }
    let written = object
        .metadata
        .annotation(ALLOWED_HOSTS)
        .unwrap_or_default();
    let mut allowed_hosts = Vec::new();
    let mut broken = Vec::new();
    for host in written
        .split(',')
        .map(str::trim)
        .filter(|host| !host.is_empty())
    {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        if format::is_subdomain(&host) {
            allowed_hosts.push(host);
        } else {
            broken.push(format!(
                "annotation {ALLOWED_HOSTS}: {host:?} is no host name; left out"
            ));
        }
    }
    allowed_hosts.sort();
    allowed_hosts.dedup();
    let verdict = Verdict {
        broken,
        ..Verdict::default()
    };
    Served {
        verdict,
        ..Served::whole(Upstream::Dynamic { allowed_hosts })
    }
}
