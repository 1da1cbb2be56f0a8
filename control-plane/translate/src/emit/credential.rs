//! Credentials of providers on the wire.
//!
//! Owns the messages; secrets are names in them. A credential that cannot be had is said so, never left out.

use proto::tidegate::v1 as tidegate;
use proto::tidegate::v1::ai_credential::Kind;
use proto::tidegate::v1::azure_credential::Identity;
use proto::tidegate::v1::azure_managed_identity::Id;
use proto::tidegate::v1::gcp_credential::Source;

use crate::plan::credential::{
    AwsKeys, AwsPlan, AzureIdentity, AzurePlan, Credential, Credentials, GcpPlan, KeyPlan, RolePlan,
};

pub(super) fn message(plan: &Credentials) -> tidegate::AiCredential {
    let kind = match &plan.main {
        Credential::None => Kind::None(tidegate::NoCredential {}),
        Credential::Key(own) => Kind::Key(key(own)),
        Credential::Aws(own) => Kind::Aws(aws(own)),
        Credential::Azure(own) => Kind::Azure(azure(own)),
        Credential::Gcp(own) => Kind::Gcp(gcp(own)),
        Credential::Passthrough(place) => {
            let (header, prefix) = place.clone().unwrap_or_default();
            Kind::Passthrough(tidegate::PassthroughCredential { header, prefix })
        }
        Credential::Unavailable(reason) => Kind::Unavailable(tidegate::CredentialUnavailable {
            reason: reason.clone(),
            is_missing: false,
        }),
        Credential::Missing(reason) => Kind::Unavailable(tidegate::CredentialUnavailable {
            reason: reason.clone(),
            is_missing: true,
        }),
    };
    tidegate::AiCredential {
        kind: Some(kind),
        further: plan.further.iter().map(key).collect(),
    }
}

pub(super) fn key(plan: &KeyPlan) -> tidegate::KeyCredential {
    tidegate::KeyCredential {
        secret: plan.secret.clone(),
        header: plan.header.clone(),
        prefix: plan.prefix.clone(),
    }
}

fn aws(plan: &AwsPlan) -> tidegate::AwsCredential {
    let (region, service) = (plan.region.clone(), plan.service.clone());
    match &plan.keys {
        AwsKeys::Stored {
            access_key,
            secret_key,
            session_token,
        } => tidegate::AwsCredential {
            access_key: access_key.name.clone(),
            secret_key: secret_key.name.clone(),
            session_token: match session_token {
                Some(token) => token.name.clone(),
                None => String::new(),
            },
            region,
            service,
            ambient: None,
        },
        AwsKeys::Ambient(own) => tidegate::AwsCredential {
            region,
            service,
            ambient: Some(tidegate::AwsAmbient {
                role: own.as_ref().map(role),
            }),
            ..tidegate::AwsCredential::default()
        },
    }
}

fn role(plan: &RolePlan) -> tidegate::AwsRole {
    let tag = |(key, value): &(String, String)| tidegate::AwsSessionTag {
        key: key.clone(),
        value: value.clone(),
    };
    tidegate::AwsRole {
        arn: plan.arn.clone(),
        session_name: plan.session_name.clone(),
        tags: plan.tags.iter().map(tag).collect(),
    }
}

fn azure(plan: &AzurePlan) -> tidegate::AzureCredential {
    let managed = |id| Identity::Managed(tidegate::AzureManagedIdentity { id });
    let identity = match &plan.identity {
        AzureIdentity::Ambient => Identity::Ambient(tidegate::AzureAmbient {}),
        AzureIdentity::Workload => Identity::Workload(tidegate::AzureWorkloadIdentity {}),
        AzureIdentity::System => managed(None),
        AzureIdentity::ClientId(id) => managed(Some(Id::ClientId(id.clone()))),
        AzureIdentity::ObjectId(id) => managed(Some(Id::ObjectId(id.clone()))),
        AzureIdentity::ResourceId(id) => managed(Some(Id::ResourceId(id.clone()))),
        AzureIdentity::ClientSecret {
            client_id,
            tenant_id,
            client_secret,
        } => Identity::ClientSecret(tidegate::AzureClientSecret {
            client_id: client_id.name.clone(),
            tenant_id: tenant_id.name.clone(),
            client_secret: client_secret.name.clone(),
        }),
    };
    tidegate::AzureCredential {
        identity: Some(identity),
        scope: plan.scope.clone(),
    }
}

fn gcp(plan: &GcpPlan) -> tidegate::GcpCredential {
    tidegate::GcpCredential {
        source: Some(match &plan.key_file {
            None => Source::Ambient(tidegate::GcpAmbient {}),
            Some(file) => Source::Credentials(file.name.clone()),
        }),
        id_token_audience: plan.audience.clone().unwrap_or_default(),
    }
}
