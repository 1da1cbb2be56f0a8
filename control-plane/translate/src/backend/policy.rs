//! `policies` of a backend or provider: which are served.
//!
//! Owns the choice between a provider's policy and its backend's, and TLS. Must not ignore a policy: one that
//! is not enforced makes its backend refuse requests, because nobody can tell what it would have prevented.

use std::sync::Arc;

use cp_api::backend::policy::{BackendPolicies, BackendTls, LocalReference};
use cp_api::condition::Reason;

use crate::lookup::Lookup;
use crate::plan::UpstreamTls;

/// Why TLS cannot be had.
pub(super) type TlsFault = (Reason, String);

/// Names of policies that are not served, with their path.
pub(super) fn unsupported(path: &str, policies: Option<&BackendPolicies>) -> Option<String> {
    let names: Vec<String> = policies?
        .other
        .keys()
        .map(|name| format!("{path}.{name}"))
        .collect();
    (!names.is_empty()).then(|| format!("{} is not supported yet; remove it", names.join(", ")))
}

/// TLS towards `host`, as a policy asks for it.
pub(super) fn tls(
    lookup: &Lookup<'_>,
    namespace: &str,
    path: &str,
    (tls, host): (&BackendTls, &str),
) -> Result<UpstreamTls, TlsFault> {
    if let Some(name) = tls.other.keys().next() {
        let message = format!("{path}.tls.{name} is not supported yet; remove it");
        return Err((Reason::NotSupported, message));
    }
    let ca = tls
        .ca_certificate_refs
        .first()
        .map(|reference| {
            bundle(lookup, namespace, reference).map_err(|message| {
                (
                    Reason::InvalidCertificateRef,
                    format!("{path}.tls.caCertificateRefs[0]: {message}"),
                )
            })
        })
        .transpose()?;
    let server_name = tls.sni.clone().unwrap_or_else(|| host.to_owned());
    Ok(UpstreamTls { server_name, ca })
}

fn bundle(
    lookup: &Lookup<'_>,
    namespace: &str,
    reference: &LocalReference,
) -> Result<Arc<Vec<u8>>, String> {
    let name = &reference.name;
    let bytes = match reference.kind.as_str() {
        "" | "ConfigMap" => lookup
            .config_map(namespace, name)
            .and_then(|stored| stored.object.data.get("ca.crt"))
            .map(|text| text.as_bytes().to_vec()),
        "Secret" => lookup
            .secret(namespace, name)
            .and_then(|stored| stored.object.data.get("ca.crt"))
            .map(|secret| secret.expose().to_vec()),
        other => {
            return Err(format!(
                "kind {other} is not supported; use ConfigMap or Secret"
            ));
        }
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
