//! Files of the proxy's machine that resources name as authorities (`trusted_ca.filename`).
//!
//! Owns which resource names which file, and what the files were found to hold. Must not read one: that is I/O, and
//! the proxy's business ([`crate::Config::with_trusted_files`]). Invariant: a file that was not loaded is no trust at
//! all, so what depends on it fails.

use std::collections::BTreeMap;
use std::sync::Arc;

use proto::type_url::TypeUrl;

use crate::secret::{Pem, SecretKind};
use crate::tls::{Roots, Trust, TrustSource};
use crate::value::Value;

/// Content by path.
pub type Contents = BTreeMap<Arc<str>, Pem>;

/// A file, where a resource names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedFile {
    /// Type of the resource.
    pub type_url: TypeUrl,
    /// Name of the resource.
    pub name: Arc<str>,
    /// Field path inside the resource.
    pub field: String,
    /// Path of the file, as written.
    pub path: Arc<str>,
}

/// Field path and file of everything in a resource that names one.
pub(crate) fn named(value: &Value) -> Vec<(String, Arc<str>)> {
    const CONTEXT: &str = "transport_socket.typed_config.common_tls_context";
    match value {
        Value::Secret(secret) => match &secret.kind {
            SecretKind::Trust(trust) => of_trust(trust)
                .map(|path| ("validation_context.trusted_ca.filename".to_owned(), path))
                .into_iter()
                .collect(),
            SecretKind::Certificate(_) | SecretKind::Generic(_) => Vec::new(),
        },
        Value::Cluster(cluster) => {
            let trust = cluster.tls.as_ref().map(|tls| &tls.trust);
            let found = trust.and_then(of_source);
            found
                .map(|(field, path)| (format!("{CONTEXT}.{field}"), path))
                .into_iter()
                .collect()
        }
        Value::Listener(listener) => {
            let numbered = listener.chains.iter().enumerate();
            numbered
                .map(|(index, chain)| (format!("filter_chains[{index}]"), chain))
                .chain(
                    listener
                        .default_chain
                        .iter()
                        .map(|chain| ("default_filter_chain".to_owned(), chain)),
                )
                .filter_map(|(place, chain)| {
                    let client = chain.tls.as_ref()?.client.as_ref()?;
                    let (field, path) = of_source(&client.trust)?;
                    Some((format!("{place}.{CONTEXT}.{field}"), path))
                })
                .collect()
        }
        Value::Endpoints(_)
        | Value::ForwardProxy(_)
        | Value::PriceCatalog(_)
        | Value::AiBackend(_)
        | Value::ModelRouter(_)
        | Value::Policy(_)
        | Value::PolicySet(_)
        | Value::RouteConfig(_)
        | Value::Host(_)
        | Value::Rule(_) => Vec::new(),
    }
}

fn of_source(source: &TrustSource) -> Option<(&'static str, Arc<str>)> {
    match source {
        TrustSource::Inline(trust) => {
            Some(("validation_context.trusted_ca.filename", of_trust(trust)?))
        }
        TrustSource::Combined { also, .. } => Some((
            "combined_validation_context.default_validation_context.trusted_ca.filename",
            of_trust(also)?,
        )),
        TrustSource::Secret(_) => None,
    }
}

fn of_trust(trust: &Trust) -> Option<Arc<str>> {
    match &trust.roots {
        Roots::File(path) => Some(Arc::clone(path)),
        Roots::System | Roots::Pem(_) => None,
    }
}

#[cfg(test)]
mod tests;
