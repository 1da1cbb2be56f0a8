//! `policies` of a backend or provider: which are served.
//!
//! Owns the choice between a provider's policy and its backend's, and TLS. Must not ignore a policy: one that
//! is not enforced makes its backend refuse requests, because nobody can tell what it would have prevented.

use std::sync::Arc;

use cp_api::backend::AgentgatewayBackend;
use cp_api::backend::policy::tls::{BackendTls, InsecureSkipVerify};
use cp_api::condition::Reason;
use cp_api::effect::{self, Effects, Loss};
use cp_api::reference::{CaKind, CaRef, SecretRef};

use crate::lookup::Lookup;
use crate::plan::{KeyPair, UpstreamTls, Verification};
use crate::tls;

/// Why TLS cannot be had.
pub(crate) type TlsFault = (Reason, String);

/// An authority, as PEM.
type Bundle = Arc<Vec<u8>>;

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
    let own = tls.mtls_certificate_ref.iter().flatten().next();
    let own = own
        .map(|reference| {
            own_certificate(lookup, namespace, reference).map_err(|message| {
                let at = format!("{path}.tls.mtlsCertificateRef[0]");
                (Reason::InvalidCertificateRef, format!("{at}: {message}"))
            })
        })
        .transpose()?;
    let (certificate, own_ca) = own.unzip();
    let server_name = tls.sni.as_ref().map_or(host, |sni| &sni.0).to_owned();
    Ok(UpstreamTls {
        server_name,
        ca: ca.or(own_ca.flatten()),
        certificate,
        verification: match tls.insecure_skip_verify {
            None => Verification::Whole,
            Some(InsecureSkipVerify::Hostname) => Verification::Chain,
            Some(InsecureSkipVerify::All) => Verification::Nothing,
        },
    })
}

/// What is told of a backend that is believed whoever it is.
pub(super) fn unverified(path: &str, tls: &BackendTls, host: &str) -> Option<String> {
    let what = match tls.insecure_skip_verify? {
        InsecureSkipVerify::All => "its certificate",
        InsecureSkipVerify::Hostname => "the name in its certificate",
    };
    Some(format!(
        "{path}.tls.insecureSkipVerify: {what} is not verified, so whoever answers for {host} may read and change what is sent there"
    ))
}

/// What the proxy shows itself, with the authority that stands beside it.
fn own_certificate(
    lookup: &Lookup<'_>,
    namespace: &str,
    reference: &SecretRef,
) -> Result<(KeyPair, Option<Bundle>), String> {
    let kind = reference.kind.as_deref().unwrap_or("Secret");
    if kind != "Secret" || !reference.group.as_deref().unwrap_or_default().is_empty() {
        return Err(format!("kind {kind} is not supported; refer to a Secret"));
    }
    let name = reference.name.as_str();
    let pair = tls::of_secret(lookup, namespace, name)?;
    let stored = lookup.secret(namespace, name);
    let has_ca = stored.is_some_and(|stored| stored.object.data.contains_key("ca.crt"));
    let ca = CaRef {
        kind: CaKind::Secret,
        name: name.to_owned(),
    };
    let ca = has_ca.then(|| bundle(lookup, namespace, &ca)).transpose()?;
    Ok((pair, ca))
}

fn bundle(lookup: &Lookup<'_>, namespace: &str, reference: &CaRef) -> Result<Bundle, String> {
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
