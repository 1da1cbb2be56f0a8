//! The credential of a model provider.
//!
//! Owns the way from `policies.auth` to a key. Must fail closed: a key that cannot be had makes requests be
//! refused, never sent without one. A leading `Bearer ` in the Secret is taken off, because the proxy puts
//! it there.

use std::sync::Arc;

use cp_api::backend::policy::auth::BackendAuth;
use cp_api::format;
use cp_api::reference::SecretKeyRef;
use cp_api::secret::SecretBytes;
use proto::name;
use proto::tidegate::v1 as tidegate;

use crate::backend::ai::provider::KeyPlace;
use crate::lookup::Lookup;
use crate::plan::Credential;

mod aws;

/// The key in a Secret where the reference names none.
const DEFAULT_KEY: &str = "Authorization";
const SCHEME: &str = "Bearer";

/// Whose credential it is.
pub(super) struct Owner<'a> {
    pub(super) namespace: &'a str,
    /// Path of the `auth` field.
    pub(super) path: &'a str,
    /// Name of the resource that carries a key which is written into the backend itself.
    pub(super) inline_name: String,
    /// Where a key goes that no policy gives a place.
    pub(super) key_place: KeyPlace,
    pub(super) source: &'a tidegate::Source,
}

/// What is wrong with a credential.
pub(super) enum Fault {
    /// Tidegate cannot do it.
    Unsupported(String),
    /// A reference does not resolve.
    Unresolved(String),
}

pub(super) fn resolve(
    lookup: &Lookup<'_>,
    owner: &Owner<'_>,
    auth: &BackendAuth,
) -> Result<Credential, Fault> {
    let path = owner.path;
    let location = location(path, auth)?;
    if let Some(aws) = &auth.aws {
        return self::aws::resolve(lookup, owner, aws);
    }
    let (secret, text, source) = match (&auth.key, &auth.secret_ref) {
        (Some(key), _) => (owner.inline_name.clone(), key.clone(), owner.source.clone()),
        (None, Some(reference)) => from_secret(lookup, owner, reference)?,
        (None, None) => return Ok(Credential::None),
    };
    let key = normalised(&text).ok_or_else(|| {
        Fault::Unresolved(format!(
            "{path}: the key is empty or cannot stand in a header"
        ))
    })?;
    let (header, prefix) = location.unwrap_or_else(|| {
        let (header, prefix) = owner.key_place.of(key.expose());
        (header.to_owned(), prefix.to_owned())
    });
    Ok(Credential::Key {
        secret,
        key: Arc::new(key),
        header,
        prefix,
        sources: vec![source],
    })
}

/// Header and prefix, where a policy gives them.
fn location(path: &str, auth: &BackendAuth) -> Result<Option<(String, String)>, Fault> {
    let Some(location) = &auth.location else {
        return Ok(None);
    };
    match &location.header {
        Some(header) => Ok(Some((
            header.name.0.to_ascii_lowercase(),
            header.prefix.clone().unwrap_or_default(),
        ))),
        None => Err(Fault::Unsupported(format!(
            "{path}.location supports header only; use it"
        ))),
    }
}

fn from_secret(
    lookup: &Lookup<'_>,
    owner: &Owner<'_>,
    reference: &SecretKeyRef,
) -> Result<(String, SecretBytes, tidegate::Source), Fault> {
    let (namespace, name) = (owner.namespace, reference.name.as_str());
    let path = format!("{}.secretRef", owner.path);
    let group = reference.group.as_deref().unwrap_or_default();
    let kind = reference.kind.as_deref().unwrap_or_default();
    if !group.is_empty() || !matches!(kind, "" | "Secret") {
        return Err(Fault::Unsupported(format!("{path}.kind must be Secret")));
    }
    let key = reference.key.as_deref().unwrap_or(DEFAULT_KEY);
    let Some(stored) = lookup.secret(namespace, name) else {
        return Err(Fault::Unresolved(format!(
            "{path}: Secret {namespace}/{name} does not exist"
        )));
    };
    let Some(value) = stored.object.data.get(key) else {
        let message = format!(
            "{path}: Secret {namespace}/{name} has no key {key}; add it, or name another with secretRef.key"
        );
        return Err(Fault::Unresolved(message));
    };
    Ok((
        name::credential(namespace, name, key),
        value.clone(),
        (*stored.source).clone(),
    ))
}

/// The bare key: trimmed, without `Bearer `; `None` if nothing usable is left.
fn normalised(secret: &SecretBytes) -> Option<SecretBytes> {
    let text = std::str::from_utf8(secret.expose()).ok()?.trim();
    let bare = match text.split_at_checked(SCHEME.len()) {
        Some((scheme, rest))
            if scheme.eq_ignore_ascii_case(SCHEME)
                && (rest.is_empty() || rest.starts_with(char::is_whitespace)) =>
        {
            rest.trim_start()
        }
        Some(_) | None => text,
    };
    let usable = !bare.is_empty() && format::is_header_value(bare);
    usable.then(|| SecretBytes::new(bare.as_bytes().to_vec()))
}
