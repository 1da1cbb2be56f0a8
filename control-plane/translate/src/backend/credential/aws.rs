//! `aws`: keys to sign with.
//!
//! Owns the names of the keys in a Secret. Must fail closed: a Secret that lacks a key makes requests be refused; it must
//! never fall back to what the proxy finds in its own environment.

use std::sync::Arc;

use cp_api::backend::policy::cloud::AwsAuth;
use cp_api::secret::SecretBytes;
use proto::name;

use super::{Fault, Owner};
use crate::lookup::Lookup;
use crate::plan::{AwsPlan, Credential, SecretText};

pub(super) fn resolve(
    lookup: &Lookup<'_>,
    owner: &Owner<'_>,
    aws: &AwsAuth,
) -> Result<Credential, Fault> {
    let path = format!("{}.aws", owner.path);
    if aws.assume_role.is_some() {
        let message = format!("{path}.assumeRole is not supported yet; use secretRef");
        return Err(Fault::Unsupported(message));
    }
    let Some(reference) = &aws.secret_ref else {
        let message = format!(
            "{path} without secretRef (the proxy's own credentials) is not supported yet; name a Secret with accessKey and secretKey"
        );
        return Err(Fault::Unsupported(message));
    };
    let (namespace, secret) = (owner.namespace, reference.name.as_str());
    let Some(stored) = lookup.secret(namespace, secret) else {
        return Err(Fault::Unresolved(format!(
            "{path}.secretRef: Secret {namespace}/{secret} does not exist"
        )));
    };
    let find = |key: &str| {
        let bytes = stored.object.data.get(key)?.expose().trim_ascii();
        let is_text = !bytes.is_empty() && bytes.iter().all(u8::is_ascii_graphic);
        is_text.then(|| SecretText {
            name: name::credential(namespace, secret, key),
            text: Arc::new(SecretBytes::new(bytes.to_vec())),
        })
    };
    let need = |key: &str| {
        find(key).ok_or_else(|| {
            Fault::Unresolved(format!(
                "{path}.secretRef: Secret {namespace}/{secret} has no usable {key}; add it"
            ))
        })
    };
    Ok(Credential::Aws(Box::new(AwsPlan {
        access_key: need("accessKey")?,
        secret_key: need("secretKey")?,
        session_token: match stored.object.data.contains_key("sessionToken") {
            true => Some(need("sessionToken")?),
            false => None,
        },
        region: text(aws.region.as_ref()),
        service: text(aws.service_name.as_ref()),
        sources: vec![(*stored.source).clone()],
    })))
}

fn text(short: Option<&cp_api::scalar::Short>) -> String {
    short.map(|short| short.0.clone()).unwrap_or_default()
}
