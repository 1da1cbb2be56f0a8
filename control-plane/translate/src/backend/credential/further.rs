//! `credentials`: further keys, each in a place of its own.
//!
//! Must refuse two keys for one header: the one that would win is not to be guessed.

use std::collections::BTreeSet;
use std::sync::Arc;

use cp_api::backend::policy::auth::BackendAuth;

use super::{DEFAULT_KEY, Fault, Owner, from_secret, location, normalised};
use crate::lookup::Lookup;
use crate::plan::credential::{Credential, KeyPlan};

pub(super) fn resolve(
    lookup: &Lookup<'_>,
    owner: &Owner<'_>,
    auth: &BackendAuth,
    main: &Credential,
) -> Result<Vec<KeyPlan>, Fault> {
    let mut taken: BTreeSet<String> = taken(main).into_iter().collect();
    let mut keys = Vec::new();
    for (index, own) in auth.credentials.iter().flatten().enumerate() {
        let path = format!("{}.credentials[{index}]", owner.path);
        let (header, prefix) = location(&format!("{path}.location"), &own.location)?;
        if !taken.insert(header.clone()) {
            return Err(Fault::Unsupported(format!(
                "{path}.location.header {header:?} carries another credential already; name another header"
            )));
        }
        let at = format!("{path}.secretRef");
        let (secret, text, source) =
            from_secret(lookup, owner.namespace, (&at, &own.secret_ref), DEFAULT_KEY)?;
        let text = match prefix.is_empty() {
            // As it is: another service's header has its own scheme.
            true => cp_api::secret::SecretBytes::new(text.expose().trim_ascii().to_vec()),
            false => normalised(&text).ok_or_else(|| {
                Fault::Unresolved(format!(
                    "{at}: the key is empty or cannot stand in a header"
                ))
            })?,
        };
        keys.push(KeyPlan {
            secret,
            key: Arc::new(text),
            header,
            prefix,
            sources: vec![source],
        });
    }
    Ok(keys)
}

/// Headers that the credential itself takes.
fn taken(main: &Credential) -> Vec<String> {
    match main {
        Credential::None | Credential::Unavailable(_) | Credential::Missing(_) => Vec::new(),
        Credential::Key(key) if key.header.is_empty() => {
            vec!["authorization".to_owned(), "x-goog-api-key".to_owned()]
        }
        Credential::Key(key) => vec![key.header.clone()],
        Credential::Passthrough(Some((header, _))) => vec![header.clone()],
        Credential::Aws(_)
        | Credential::Azure(_)
        | Credential::Gcp(_)
        | Credential::Passthrough(None) => vec!["authorization".to_owned()],
    }
}
