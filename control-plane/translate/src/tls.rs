//! Certificates: of HTTPS listeners, and of proxies towards backends.
//!
//! Owns the way from `certificateRefs` to a key pair that fits together. Must fail closed: whatever is wrong
//! gives a listener whose handshakes fail, never one without TLS. Messages name Secret and key, never content.

use std::sync::Arc;

use cp_api::Kind;
use cp_api::condition::Reason;
use cp_api::gateway::{Gateway, Listener, SecretObjectReference};
use cp_api::secret::{Secret, SecretBytes};
use proto::name;

use crate::lookup::Lookup;
use crate::plan::{Certificate, KeyPair};
use crate::reference::{self, From, To};

mod der;
mod pair;

/// What became of the certificates of a listener.
pub(crate) struct Resolved {
    pub(crate) certificate: Certificate,
    pub(crate) unresolved: Vec<(Reason, String)>,
    /// Why the listener cannot be accepted at all.
    pub(crate) refused: Option<String>,
}

/// Follows the certificate references of a listener.
pub(crate) fn resolve(lookup: &Lookup<'_>, gateway: &Gateway, listener: &Listener) -> Resolved {
    let refuse = |message: String| Resolved {
        certificate: Certificate::Unusable,
        unresolved: Vec::new(),
        refused: Some(message),
    };
    let unchecked = |field: &str| {
        refuse(format!(
            "{field} is not supported yet; handshakes are refused because client certificates would not be checked"
        ))
    };
    let gateway_wide = gateway
        .spec
        .tls
        .as_ref()
        .and_then(|tls| tls.frontend.as_ref());
    if gateway_wide.is_some() {
        return unchecked("spec.tls.frontend");
    }
    let tls = listener.tls.clone().unwrap_or_default();
    if tls.frontend_validation.is_some() {
        return unchecked("tls.frontendValidation");
    }
    if let Some(option) = tls.options.keys().next() {
        // It may ask for more than we do: a TLS version, a cipher.
        return refuse(format!(
            "tls.options: {option:?} is not supported; remove it, handshakes are refused until then"
        ));
    }
    let fail = |reason, message: String| Resolved {
        certificate: Certificate::Unusable,
        unresolved: vec![(reason, message)],
        refused: None,
    };
    let [reference] = tls.certificate_refs.as_slice() else {
        let count = tls.certificate_refs.len();
        let message = format!("tls.certificateRefs must have exactly one item, has {count}");
        return fail(Reason::InvalidCertificateRef, message);
    };
    match key_pair(lookup, &gateway.metadata.namespace, reference) {
        Ok(pair) => Resolved {
            certificate: Certificate::Usable(vec![pair]),
            unresolved: Vec::new(),
            refused: None,
        },
        Err((reason, message)) => fail(reason, format!("tls.certificateRefs[0]: {message}")),
    }
}

fn key_pair(
    lookup: &Lookup<'_>,
    own_namespace: &str,
    reference: &SecretObjectReference,
) -> Result<KeyPair, (Reason, String)> {
    let invalid = |message: String| (Reason::InvalidCertificateRef, message);
    if !reference.group.is_empty() || reference.kind != "Secret" {
        let message = format!(
            "kind {} is not supported; refer to a Secret",
            reference.kind
        );
        return Err(invalid(message));
    }
    let namespace = reference.namespace.as_deref().unwrap_or(own_namespace);
    let from = From {
        kind: Kind::Gateway,
        namespace: own_namespace,
    };
    let to = To {
        group: "",
        kind: "Secret",
        namespace,
        name: &reference.name,
    };
    if !reference::is_permitted(lookup, from, to) {
        return Err((Reason::RefNotPermitted, reference::remedy(from, to)));
    }
    of_secret(lookup, namespace, &reference.name).map_err(invalid)
}

/// The certificate and the key of a Secret.
///
/// # Errors
/// It is not there, or they do not fit together.
pub(crate) fn of_secret(
    lookup: &Lookup<'_>,
    namespace: &str,
    secret: &str,
) -> Result<KeyPair, String> {
    let Some(stored) = lookup.secret(namespace, secret) else {
        return Err(format!("Secret {namespace}/{secret} does not exist"));
    };
    let part = |key: &str| part(&stored.object, key);
    let (chain, key) = (part("tls.crt")?, part("tls.key")?);
    pair::check(chain.expose(), key.expose())
        .map_err(|error| format!("Secret {namespace}/{secret}: {error}"))?;
    Ok(KeyPair {
        name: name::certificate(namespace, secret),
        chain: Arc::new(chain.clone()),
        key: Arc::new(key.clone()),
        source: Arc::clone(&stored.source),
    })
}

fn part<'a>(secret: &'a Secret, key: &str) -> Result<&'a SecretBytes, String> {
    secret.data.get(key).ok_or_else(|| {
        let metadata = &secret.metadata;
        format!(
            "Secret {}/{} has no key {key}",
            metadata.namespace, metadata.name
        )
    })
}
