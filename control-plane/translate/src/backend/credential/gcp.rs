//! `gcp`: whose token of Google, and which.
//!
//! Owns the default key of the Secret and the default audience. Must fail closed: a Secret that is named and missing makes
//! requests be refused.

use std::sync::Arc;

use cp_api::backend::policy::cloud::{GcpAuth, GcpToken};

use super::own_identity::Cloud;
use super::{Fault, Owner, from_secret};
use crate::lookup::Lookup;
use crate::plan::credential::{Credential, GcpPlan, SecretText};

const DEFAULT_KEY: &str = "credentials.json";

pub(super) fn resolve(
    lookup: &Lookup<'_>,
    owner: &Owner<'_>,
    gcp: &GcpAuth,
) -> Result<Credential, Fault> {
    let key_file = match &gcp.secret_ref {
        None => None,
        Some(reference) => {
            let path = format!("{}.gcp.secretRef", owner.path);
            let (name, text, source) =
                from_secret(lookup, owner.namespace, (&path, reference), DEFAULT_KEY)?;
            Some(SecretText {
                name,
                text: Arc::new(text),
                source,
            })
        }
    };
    let audience = match gcp.kind {
        None | Some(GcpToken::AccessToken) => None,
        Some(GcpToken::IdToken) => Some(match &gcp.audience {
            Some(audience) => audience.0.clone(),
            None => format!("https://{}", owner.authority),
        }),
    };
    // A token whose only audience is the host that gets it is of no use to anybody else.
    let is_for_host = audience.as_ref() == Some(&format!("https://{}", owner.authority));
    if gcp.secret_ref.is_none() && !is_for_host {
        Cloud::Gcp.check(owner, "gcp", "name a service account's key with secretRef")?;
    }
    Ok(Credential::Gcp(GcpPlan { key_file, audience }))
}
