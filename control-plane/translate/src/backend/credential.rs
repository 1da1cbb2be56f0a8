//! The credential of a model provider.
//!
//! Owns the way from `policies.auth` to a key or a source of tokens. Must fail closed: a key that cannot be had makes requests be
//! refused, never sent without one. A leading `Bearer ` in the Secret is taken off, because the proxy puts
//! it there.

use std::sync::Arc;

use cp_api::backend::policy::auth::{BackendAuth, Location};
use cp_api::format;
use cp_api::reference::{SecretKeyRef, SecretRef};
use cp_api::secret::{Secret, SecretBytes};
use proto::name;
use proto::tidegate::v1 as tidegate;

use crate::backend::ai::provider::KeyPlace;
use crate::inputs::Stored;
use crate::lookup::Lookup;
use crate::plan::credential::{Credential, Credentials, KeyPlan, SecretText};
use crate::settings::Settings;

mod aws;
mod azure;
mod further;
mod gcp;
mod own_identity;

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
    /// What a token of Entra is for.
    pub(super) azure_scope: &'static str,
    /// What is sent as the provider's host.
    pub(super) authority: &'a str,
    pub(super) source: &'a tidegate::Source,
    pub(super) settings: &'a Settings,
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
) -> Result<Credentials, Fault> {
    let main = main(lookup, owner, auth)?;
    let further = further::resolve(lookup, owner, auth, &main)?;
    Ok(Credentials { main, further })
}

/// Checks that the Secrets which a credential refers to are there, before it is known whose it is; `place` is the namespace and
/// the path of the `auth` field.
///
/// # Errors
/// Which is not.
pub(crate) fn check(
    lookup: &Lookup<'_>,
    (settings, source): (&Settings, &tidegate::Source),
    (namespace, path): (&str, &str),
    auth: &BackendAuth,
) -> Result<(), String> {
    let nobody = Owner {
        namespace,
        path,
        inline_name: String::new(),
        key_place: KeyPlace::Bearer,
        azure_scope: "",
        authority: "",
        source,
        settings,
    };
    match resolve(lookup, &nobody, auth) {
        Err(Fault::Unresolved(message)) => Err(message),
        // What cannot be done depends on the provider, which says so.
        Err(Fault::Unsupported(_)) | Ok(_) => Ok(()),
    }
}

fn main(lookup: &Lookup<'_>, owner: &Owner<'_>, auth: &BackendAuth) -> Result<Credential, Fault> {
    let path = owner.path;
    let location = match &auth.location {
        None => None,
        Some(location) => Some(self::location(&format!("{path}.location"), location)?),
    };
    if let Some(aws) = &auth.aws {
        return self::aws::resolve(lookup, owner, aws);
    }
    if let Some(azure) = &auth.azure {
        return self::azure::resolve(lookup, owner, azure);
    }
    if let Some(gcp) = &auth.gcp {
        return self::gcp::resolve(lookup, owner, gcp);
    }
    if auth.passthrough.is_some() {
        return Ok(Credential::Passthrough(location));
    }
    let (secret, text, source) = match (&auth.key, &auth.secret_ref) {
        (Some(key), _) => (owner.inline_name.clone(), key.clone(), owner.source.clone()),
        (None, Some(reference)) => {
            let path = format!("{path}.secretRef");
            from_secret(lookup, owner.namespace, (&path, reference), DEFAULT_KEY)?
        }
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
    Ok(Credential::Key(KeyPlan {
        secret,
        key: Arc::new(key),
        header,
        prefix,
        sources: vec![source],
    }))
}

/// A key of a pool, by a reference at `path`; it goes where its provider takes it.
///
/// # Errors
/// Why it cannot be had.
pub(crate) fn pooled(
    lookup: &Lookup<'_>,
    namespace: &str,
    (path, reference): (&str, &SecretKeyRef),
) -> Result<KeyPlan, String> {
    let found = from_secret(lookup, namespace, (path, reference), DEFAULT_KEY);
    let (secret, text, source) = found.map_err(|fault| match fault {
        Fault::Unsupported(message) | Fault::Unresolved(message) => message,
    })?;
    let key = normalised(&text)
        .ok_or_else(|| format!("{path}: the key is empty or cannot stand in a header"))?;
    Ok(KeyPlan {
        secret,
        key: Arc::new(key),
        header: String::new(),
        prefix: String::new(),
        sources: vec![source],
    })
}

/// Header and prefix of a place. `path` is the place's own.
fn location(path: &str, location: &Location) -> Result<(String, String), Fault> {
    match &location.header {
        Some(header) => Ok((
            header.name.0.to_ascii_lowercase(),
            header.prefix.clone().unwrap_or_default(),
        )),
        None => Err(Fault::Unsupported(format!(
            "{path} supports header only; use it"
        ))),
    }
}

/// A key of a Secret, by a reference at `path`; `default_key` where that names none.
fn from_secret(
    lookup: &Lookup<'_>,
    namespace: &str,
    (path, reference): (&str, &SecretKeyRef),
    default_key: &str,
) -> Result<(String, SecretBytes, tidegate::Source), Fault> {
    let name = reference.name.as_str();
    only_secrets(path, reference.group.as_deref(), reference.kind.as_deref())?;
    let key = reference.key.as_deref().unwrap_or(default_key);
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

fn only_secrets(path: &str, group: Option<&str>, kind: Option<&str>) -> Result<(), Fault> {
    let is_secret =
        group.unwrap_or_default().is_empty() && matches!(kind.unwrap_or_default(), "" | "Secret");
    match is_secret {
        true => Ok(()),
        false => Err(Fault::Unsupported(format!("{path}.kind must be Secret"))),
    }
}

/// Keys of one Secret that belong together, by a reference at `path`; each has to be a text that can stand in a header.
struct Together<'a> {
    path: &'a str,
    namespace: &'a str,
    secret: &'a str,
    stored: &'a Stored<Secret>,
}

impl<'a> Together<'a> {
    fn find(
        lookup: &'a Lookup<'a>,
        owner: &'a Owner<'a>,
        (path, reference): (&'a str, &'a SecretRef),
    ) -> Result<Self, Fault> {
        let (namespace, secret) = (owner.namespace, reference.name.as_str());
        only_secrets(path, reference.group.as_deref(), reference.kind.as_deref())?;
        let stored = lookup.secret(namespace, secret).ok_or_else(|| {
            Fault::Unresolved(format!(
                "{path}: Secret {namespace}/{secret} does not exist"
            ))
        })?;
        Ok(Self {
            path,
            namespace,
            secret,
            stored,
        })
    }

    fn has(&self, key: &str) -> bool {
        self.stored.object.data.contains_key(key)
    }

    fn need(&self, key: &str) -> Result<SecretText, Fault> {
        let bytes = self.stored.object.data.get(key);
        let bytes = bytes.map(|bytes| bytes.expose().trim_ascii());
        match bytes {
            Some(bytes) if !bytes.is_empty() && bytes.iter().all(u8::is_ascii_graphic) => {
                Ok(SecretText {
                    name: name::credential(self.namespace, self.secret, key),
                    text: Arc::new(SecretBytes::new(bytes.to_vec())),
                    source: (*self.stored.source).clone(),
                })
            }
            Some(_) | None => Err(Fault::Unresolved(format!(
                "{}: Secret {}/{} has no usable {key}; add it",
                self.path, self.namespace, self.secret
            ))),
        }
    }
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
