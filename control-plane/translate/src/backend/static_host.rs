//! AgentgatewayBackend of type `static`: one host and port.
//!
//! Owns its transport and the authority it is asked with. A host name is sent as the authority (spec D11); an
//! address is not, the client's authority stays.

use std::net::IpAddr;

use cp_api::backend::AgentgatewayBackend;
use cp_api::backend::static_host::StaticBackend;

use crate::backend::{Served, Verdict, policy};
use crate::lookup::Lookup;
use crate::plan::{Host, Upstream, UpstreamProtocol};

pub(super) fn resolve(
    lookup: &Lookup<'_>,
    object: &AgentgatewayBackend,
    host: &StaticBackend,
) -> Served {
    let (Some(name), Some(port)) = (&host.host, host.port) else {
        return Served::refused("spec.static.unixPath is not supported yet; use host and port");
    };
    let policies = object.spec.policies.as_ref();
    if let Some(message) = policy::unsupported("spec.policies", &object.effects) {
        return Served::refused(message);
    }
    if policies.is_some_and(|policies| policies.auth.is_some()) {
        return Served::refused("spec.policies.auth is not supported for static backends yet");
    }
    if let Some(message) = policy::timeout_without_model(object) {
        return Served::refused(message);
    }
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let tls = policies
        .and_then(|policies| policies.tls.as_ref())
        .map(|tls| {
            policy::tls(
                lookup,
                &object.metadata.namespace,
                "spec.policies",
                (tls, &name),
            )
        });
    let tls = match tls.transpose() {
        Ok(tls) => tls,
        Err((reason, message)) => return Served::failed(reason, message),
    };
    let written = policies.and_then(|policies| policies.tls.as_ref());
    let doubtful = written.and_then(|tls| policy::unverified("spec.policies", tls, &name));
    let is_name = name.parse::<IpAddr>().is_err();
    let authority = is_name.then(|| authority(&name, port, tls.is_some()));
    let protocol = UpstreamProtocol::Http1;
    let upstream = Upstream::Host(Host {
        host: name,
        port,
        tls,
        protocol,
    });
    let verdict = Verdict {
        doubtful: doubtful.into_iter().collect(),
        ..Verdict::default()
    };
    Served {
        host: authority,
        verdict,
        ..Served::whole(upstream)
    }
}

/// `host`, with the port unless it is the default of the scheme.
pub(super) fn authority(host: &str, port: u16, is_tls: bool) -> String {
    let host = if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    };
    match (port, is_tls) {
        (443, true) | (80, false) => host,
        (port, _) => format!("{host}:{port}"),
    }
}
