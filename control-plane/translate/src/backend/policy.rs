//! `policies` of a backend or provider: which are served.
//!
//! Owns the choice between a provider's policy and its backend's, and TLS. Must not ignore a policy: one that
//! is not enforced makes its backend refuse requests, because nobody can tell what it would have prevented.

use std::sync::Arc;

use cp_api::backend::AgentgatewayBackend;
use cp_api::backend::policy::tls::BackendTls;
use cp_api::condition::Reason;
use cp_api::effect::{self, Effects, Loss};
use cp_api::reference::{CaKind, CaRef};

use crate::lookup::Lookup;
use crate::plan::UpstreamTls;

/// Why TLS cannot be had.
pub(crate) type TlsFault = (Reason, String);

/// Fields at or below a path that are set and could have protected something, were they in effect.
pub(super) fn unsupported(path: &str, effects: &Effects) -> Option<String> {
    let fields = effect::below(&effects.missing, path);
    effect::sentence(fields.filter(|field| field.loss == Loss::Protection))
}

/// What is said of a time limit of attempts where only requests to models have attempts.
pub(super) fn timeout_without_model(object: &AgentgatewayBackend) -> Option<String> {
    let http = object.spec.policies.as_ref()?.http.as_ref()?;
    http.request_timeout?;
    Some(
        "spec.policies.http.requestTimeout is in effect for type ai only; use timeouts.backendRequest of the HTTPRoute"
            .to_owned(),
    )
}

/// TLS towards `host`, as a policy asks for it.
pub(crate) fn tls(
    lookup: &Lookup<'_>,
    namespace: &str,
    path: &str,
    (tls, host): (&BackendTls, &str),
) -> Result<UpstreamTls, TlsFault> {
    let ca = tls
        .ca_certificate_refs
        .iter()
        .flatten()
        .next()
        .map(|reference| {
            bundle(lookup, namespace, reference).map_err(|message| {
                (
                    Reason::InvalidCertificateRef,
                    format!("{path}.tls.caCertificateRefs[0]: {message}"),
                )
            })
        })
        .transpose()?;
    let server_name = tls.sni.as_ref().map_or(host, |sni| &sni.0).to_owned();
    Ok(UpstreamTls { server_name, ca })
}

fn bundle(lookup: &Lookup<'_>, namespace: &str, reference: &CaRef) -> Result<Arc<Vec<u8>>, String> {
    let name = &reference.name;
    let bytes = match reference.kind {
        CaKind::ConfigMap => lookup
            .config_map(namespace, name)
            .and_then(|stored| stored.object.data.get("ca.crt"))
            .map(|text| text.as_bytes().to_vec()),
        CaKind::Secret => lookup
            .secret(namespace, name)
            .and_then(|stored| stored.object.data.get("ca.crt"))
            .map(|secret| secret.expose().to_vec()),
    };
    bytes
        .filter(|bytes| {
            bytes
                .windows(27)
                .any(|window| window == b"-----BEGIN CERTIFICATE-----")
        })
        .map(Arc::new)
        .ok_or_else(|| format!("{namespace}/{name} does not exist or has no certificate in ca.crt"))
}
