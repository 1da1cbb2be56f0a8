//! A key of a pool, in the place of the provider's own credential.
//!
//! Owns where it goes: where the provider's own key is told to go, else where its service takes it. Must not choose one. Invariant:
//! a provider that has a pool is sent nothing without a key of it.

use std::{borrow::Cow, sync::Arc};

use dp_config::{
    ai_backend::{AiCredential, AiProvider, KeyCredential},
    policy::AiKeys,
};
use dp_llm::format::Format;

use super::{Means, unavailable};
use crate::fault::Fault;

/// The credential of an attempt at a provider that is sent with `key`.
pub(in crate::ai) fn credential<'p>(
    means: Means<'_>,
    provider: &'p AiProvider,
    (pool, key): (Option<&AiKeys>, Option<&Arc<str>>),
    format: Format,
) -> Result<Cow<'p, AiCredential>, Fault> {
    let Some(pool) = pool else {
        return Ok(Cow::Borrowed(&provider.credential));
    };
    if let AiCredential::Missing(reason) = &provider.credential {
        // Nobody knows where the keys go that stand in its place.
        return Err(unavailable(reason));
    }
    let key = key.filter(|key| pool.secrets.contains(key));
    let secret = key.ok_or_else(|| unavailable("no key of the provider was chosen"))?;
    let told = told_place(means, provider, format);
    Ok(Cow::Owned(AiCredential::Key(KeyCredential {
        secret: secret.clone(),
        header: told.and_then(|own| own.header.clone()),
        prefix: told.map(|own| own.prefix.clone()).unwrap_or_default(),
    })))
}

/// The provider's own key, if it goes elsewhere than its service would take it.
fn told_place<'p>(
    means: Means<'_>,
    provider: &'p AiProvider,
    format: Format,
) -> Option<&'p KeyCredential> {
    let AiCredential::Key(own) = &provider.credential else {
        return None;
    };
    let text = means.active.config.generic_secret(&own.secret);
    let text = text.map(|text| text.expose()).unwrap_or_default();
    let usual = provider.endpoint.service().key_place(format, text);
    let header = own.header.as_ref()?;
    ((header.as_str(), &*own.prefix) != usual).then_some(own)
}
