//! `aws`: what signs, and for what.
//!
//! Owns the names of the keys in a Secret. Must fail closed: a Secret that lacks a key makes requests be refused; it must
//! never fall back to what the proxy finds in its own environment.

use std::collections::BTreeSet;

use cp_api::backend::policy::cloud::{AssumeRole, AwsAuth};

use super::own_identity::Cloud;
use super::{Fault, Owner, Together};
use crate::lookup::Lookup;
use crate::plan::credential::{AwsKeys, AwsPlan, Credential, RolePlan};

pub(super) fn resolve(
    lookup: &Lookup<'_>,
    owner: &Owner<'_>,
    aws: &AwsAuth,
) -> Result<Credential, Fault> {
    if aws.secret_ref.is_none() {
        Cloud::Aws.check(owner, "aws", "name keys with secretRef")?;
    }
    let path = format!("{}.aws", owner.path);
    let keys = match (&aws.secret_ref, &aws.assume_role) {
        (Some(reference), _) => {
            let path = format!("{path}.secretRef");
            let secret = Together::find(lookup, owner, (&path, reference))?;
            AwsKeys::Stored {
                access_key: secret.need("accessKey")?,
                secret_key: secret.need("secretKey")?,
                session_token: match secret.has("sessionToken") {
                    true => Some(secret.need("sessionToken")?),
                    false => None,
                },
            }
        }
        (None, Some(role)) => AwsKeys::Ambient(Some(self::role(&path, role)?)),
        (None, None) => AwsKeys::Ambient(None),
    };
    Ok(Credential::Aws(Box::new(AwsPlan {
        keys,
        region: text(aws.region.as_ref()),
        service: text(aws.service_name.as_ref()),
    })))
}

fn role(path: &str, role: &AssumeRole) -> Result<RolePlan, Fault> {
    let path = format!("{path}.assumeRole");
    let unsupported = |field: &str| {
        Fault::Unsupported(format!(
            "{path}.{field} is not supported yet; write a fixed text"
        ))
    };
    if role.session_name_expression.is_some() {
        return Err(unsupported("sessionNameExpression"));
    }
    let mut keys = BTreeSet::new();
    let mut tags = Vec::new();
    for (index, tag) in role.tags.iter().flatten().enumerate() {
        let value = tag.value.clone();
        let value = value.ok_or_else(|| unsupported(&format!("tags[{index}].expression")))?;
        // AWS tells keys apart without regard to case.
        if !keys.insert(tag.key.to_lowercase()) {
            return Err(Fault::Unsupported(format!(
                "{path}.tags[{index}].key {:?} stands there twice; remove one",
                tag.key
            )));
        }
        tags.push((tag.key.clone(), value));
    }
    Ok(RolePlan {
        arn: role.role_arn.clone(),
        session_name: role.session_name.clone().unwrap_or_default(),
        tags,
    })
}

fn text(short: Option<&cp_api::scalar::Short>) -> String {
    short.map(|short| short.0.clone()).unwrap_or_default()
}
