//! Identities that Azure manages: of virtual machines, and of App Service and what is built on it.
//!
//! Owns the two endpoints. Must not choose an identity. Invariant: an identity without a name is the machine's own, and
//! only where that was meant (llm.md P-20).

use std::fmt;

use crate::ambient::Ambient;
use crate::answer::{json, oauth};
use crate::failure::{Miss, Outcome};
use crate::form::encoded;
use crate::grant::Grant;
use crate::port::{Port, Request, Target};

const MACHINE: &str = "http://169.254.169.254";

/// Which identity.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ManagedIdentity {
    /// The machine's own.
    System,
    /// By the id of its client.
    ClientId(String),
    /// By the id of its principal.
    ObjectId(String),
    /// By the id of its resource.
    ResourceId(String),
}

pub(super) async fn grant(
    port: &impl Port,
    ambient: &Ambient,
    identity: &ManagedIdentity,
    scope: &str,
) -> Outcome<Grant> {
    let resource = scope.strip_suffix("/.default").unwrap_or(scope);
    let request = match (
        ambient.get("IDENTITY_ENDPOINT"),
        ambient.get("IDENTITY_HEADER"),
    ) {
        (Some(url), Some(secret)) => {
            let separator = if url.contains('?') { '&' } else { '?' };
            let name = match identity {
                ManagedIdentity::System => None,
                ManagedIdentity::ClientId(id) => Some(("client_id", id)),
                ManagedIdentity::ObjectId(id) => Some(("principal_id", id)),
                ManagedIdentity::ResourceId(id) => Some(("mi_res_id", id)),
            };
            let query = query("2019-08-01", resource, name);
            let url = format!("{url}{separator}{query}");
            Request::get(Target::parse(&url).map_err(Miss::Failed)?)
                .with("x-identity-header", secret)
        }
        (Some(_), None) => {
            return Err(Miss::failed(
                "IDENTITY_ENDPOINT is set without IDENTITY_HEADER, as on Azure Arc, which is not supported",
            ));
        }
        (None, _) => {
            let base = ambient.get("AZURE_POD_IDENTITY_AUTHORITY_HOST");
            let base = base.unwrap_or(MACHINE).trim_end_matches('/');
            let name = match identity {
                ManagedIdentity::System => None,
                ManagedIdentity::ClientId(id) => Some(("client_id", id)),
                ManagedIdentity::ObjectId(id) => Some(("object_id", id)),
                ManagedIdentity::ResourceId(id) => Some(("msi_res_id", id)),
            };
            let query = query("2018-02-01", resource, name);
            let url = format!("{base}/metadata/identity/oauth2/token?{query}");
            Request::get(Target::parse(&url).map_err(Miss::Failed)?).with("metadata", "true")
        }
    };
    let answer = json(port, &request).await?;
    oauth(&answer, "access_token", port.now())
}

fn query(version: &str, resource: &str, name: Option<(&str, &String)>) -> String {
    let mut fields = vec![("api-version", version), ("resource", resource)];
    fields.extend(name.map(|(name, id)| (name, id.as_str())));
    encoded(&fields)
}

// === impl ManagedIdentity ===

impl fmt::Display for ManagedIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.write_str("the machine's managed identity"),
            Self::ClientId(id) => write!(f, "the managed identity with client id {id}"),
            Self::ObjectId(id) => write!(f, "the managed identity with object id {id}"),
            Self::ResourceId(id) => write!(f, "the managed identity {id}"),
        }
    }
}
