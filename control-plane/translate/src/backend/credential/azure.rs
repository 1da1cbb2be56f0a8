//! `azure`: whose token of Entra.
//!
//! Owns the names of the keys in a Secret. Must fail closed: where an identity is named, the proxy's own never stands in.

use cp_api::backend::policy::cloud::{AzureAuth, ManagedIdentity};

use super::own_identity::Cloud;
use super::{Fault, Owner, Together};
use crate::lookup::Lookup;
use crate::plan::credential::{AzureIdentity, AzurePlan, Credential};

pub(super) fn resolve(
    lookup: &Lookup<'_>,
    owner: &Owner<'_>,
    azure: &AzureAuth,
) -> Result<Credential, Fault> {
    if azure.secret_ref.is_none() {
        Cloud::Azure.check(owner, "azure", "name an application with secretRef")?;
    }
    let identity = if let Some(reference) = &azure.secret_ref {
        let path = format!("{}.azure.secretRef", owner.path);
        let secret = Together::find(lookup, owner, (&path, reference))?;
        AzureIdentity::ClientSecret {
            client_id: secret.need("clientID")?,
            tenant_id: secret.need("tenantID")?,
            client_secret: secret.need("clientSecret")?,
        }
    } else if let Some(managed) = &azure.managed_identity {
        self::managed(managed)
    } else if azure.workload_identity.is_some() {
        AzureIdentity::Workload
    } else {
        AzureIdentity::Ambient
    };
    Ok(Credential::Azure(Box::new(AzurePlan {
        identity,
        scope: owner.azure_scope.to_owned(),
    })))
}

/// The machine's own where nothing is named.
fn managed(own: &ManagedIdentity) -> AzureIdentity {
    if let Some(id) = &own.client_id {
        AzureIdentity::ClientId(id.clone())
    } else if let Some(id) = &own.object_id {
        AzureIdentity::ObjectId(id.clone())
    } else if let Some(id) = &own.resource_id {
        AzureIdentity::ResourceId(id.clone())
    } else {
        AzureIdentity::System
    }
}
