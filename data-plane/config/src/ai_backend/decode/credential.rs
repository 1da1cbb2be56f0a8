//! `tidegate.v1.AiCredential` to [`AiCredential`].
//!
//! Must refuse what it does not know: a kind that is absent, or a source of keys that is, must not end as a request without
//! a credential or with the proxy's own.

use std::sync::Arc;

use ::route::field::{FieldError, Within};
use dp_credential::aws::Role;
use dp_credential::azure::ManagedIdentity;
use dp_credential::gcp::GcpToken;
use http::HeaderName;
use proto::tidegate::v1 as wire;
use proto::tidegate::v1::ai_credential::Kind;
use proto::tidegate::v1::azure_credential::Identity;
use proto::tidegate::v1::azure_managed_identity::Id;
use proto::tidegate::v1::gcp_credential::Source;

use super::super::{
    AiCredential, AwsCredential, AwsKeys, AzureCredential, AzureIdentity, GcpCredential,
    KeyCredential, Passthrough,
};

/// The credential of a provider, and further keys. `region` is the service's own.
pub(super) fn decode(
    message: Option<&wire::AiCredential>,
    region: &str,
) -> Result<(AiCredential, Vec<KeyCredential>), FieldError> {
    let message = message.ok_or_else(|| FieldError::missing("kind"))?;
    let mut further = Vec::with_capacity(message.further.len());
    for (index, message) in message.further.iter().enumerate() {
        let own = key(message).and_then(|own| match own.header {
            // Two keys where the service takes one would be one too many.
            None => Err(FieldError::missing("header")),
            Some(_) => Ok(own),
        });
        further.push(own.within_index("further", index)?);
    }
    let kind = message
        .kind
        .as_ref()
        .ok_or_else(|| FieldError::missing("kind"))?;
    Ok((self::kind(kind, region)?, further))
}

fn kind(kind: &Kind, region: &str) -> Result<AiCredential, FieldError> {
    Ok(match kind {
        Kind::None(_) => AiCredential::None,
        Kind::Unavailable(unavailable) => {
            let reason = unavailable.reason.as_str().into();
            match unavailable.is_missing {
                true => AiCredential::Missing(reason),
                false => AiCredential::Unavailable(reason),
            }
        }
        Kind::Key(message) => AiCredential::Key(key(message).within("key")?),
        Kind::Aws(message) => AiCredential::Aws(aws(message, region).within("aws")?),
        Kind::Azure(message) => AiCredential::Azure(azure(message).within("azure")?),
        Kind::Gcp(message) => AiCredential::Gcp(gcp(message)?),
        Kind::Passthrough(message) => {
            let header = header(&message.header).within("passthrough")?;
            AiCredential::Passthrough(Passthrough {
                place: header.map(|header| (header, message.prefix.as_str().into())),
            })
        }
    })
}

/// A key in a header.
pub(crate) fn key(message: &wire::KeyCredential) -> Result<KeyCredential, FieldError> {
    Ok(KeyCredential {
        secret: need("secret", &message.secret)?,
        header: header(&message.header)?,
        prefix: message.prefix.as_str().into(),
    })
}

fn header(name: &str) -> Result<Option<HeaderName>, FieldError> {
    if name.is_empty() {
        return Ok(None);
    }
    HeaderName::from_bytes(name.as_bytes())
        .map(Some)
        .map_err(|_| FieldError::invalid("header", format!("{name:?} is not the name of a header")))
}

fn aws(message: &wire::AwsCredential, region: &str) -> Result<AwsCredential, FieldError> {
    let or = |own: &str, other: &str| Arc::from(if own.is_empty() { other } else { own });
    let region: Arc<str> = or(&message.region, region);
    let keys = match &message.ambient {
        Some(_) if !(message.access_key.is_empty() && message.secret_key.is_empty()) => {
            let text = "it excludes access_key and secret_key";
            return Err(FieldError::invalid("ambient", text));
        }
        Some(ambient) => {
            let role = ambient.role.as_ref().map(role).transpose();
            AwsKeys::Ambient(role.within("ambient.role")?)
        }
        None => {
            let keys = AwsKeys::Stored {
                access_key: need("access_key", &message.access_key)?,
                secret_key: need("secret_key", &message.secret_key)?,
                session_token: match message.session_token.as_str() {
                    "" => None,
                    name => Some(name.into()),
                },
            };
            // Keys of a Secret know no region, and the proxy's is not theirs.
            need("region", &region)?;
            keys
        }
    };
    Ok(AwsCredential {
        keys,
        region,
        service: or(&message.service, "bedrock"),
    })
}

fn role(message: &wire::AwsRole) -> Result<Role, FieldError> {
    let tags = message.tags.iter();
    need("arn", &message.arn)?;
    Ok(Role {
        arn: message.arn.clone(),
        session_name: match message.session_name.as_str() {
            "" => "tidegate".to_owned(),
            name => name.to_owned(),
        },
        tags: tags
            .map(|tag| (tag.key.clone(), tag.value.clone()))
            .collect(),
    })
}

fn azure(message: &wire::AzureCredential) -> Result<AzureCredential, FieldError> {
    let identity = match &message.identity {
        None => return Err(FieldError::missing("identity")),
        Some(Identity::Ambient(_)) => AzureIdentity::Ambient,
        Some(Identity::Workload(_)) => AzureIdentity::Workload,
        Some(Identity::Managed(managed)) => AzureIdentity::Managed(match &managed.id {
            None => ManagedIdentity::System,
            Some(Id::ClientId(id)) => ManagedIdentity::ClientId(id.clone()),
            Some(Id::ObjectId(id)) => ManagedIdentity::ObjectId(id.clone()),
            Some(Id::ResourceId(id)) => ManagedIdentity::ResourceId(id.clone()),
        }),
        Some(Identity::ClientSecret(own)) => AzureIdentity::ClientSecret {
            client_id: need("client_secret.client_id", &own.client_id)?,
            tenant_id: need("client_secret.tenant_id", &own.tenant_id)?,
            client_secret: need("client_secret.client_secret", &own.client_secret)?,
        },
    };
    Ok(AzureCredential {
        identity,
        scope: need("scope", &message.scope)?,
    })
}

fn gcp(message: &wire::GcpCredential) -> Result<GcpCredential, FieldError> {
    Ok(GcpCredential {
        key_file: match &message.source {
            None => return Err(FieldError::missing("gcp.source")),
            Some(Source::Ambient(_)) => None,
            Some(Source::Credentials(name)) => Some(need("gcp.credentials", name)?),
        },
        token: match message.id_token_audience.as_str() {
            "" => GcpToken::Access,
            audience => GcpToken::Id(audience.to_owned()),
        },
    })
}

fn need(field: &'static str, name: &str) -> Result<Arc<str>, FieldError> {
    match name {
        "" => Err(FieldError::missing(field)),
        name => Ok(name.into()),
    }
}

#[cfg(test)]
mod tests;
