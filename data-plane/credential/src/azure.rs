//! Tokens of Microsoft Entra (llm.md P-20).
//!
//! Owns the order of the steps and the scopes. Must not know services of Azure. Invariant: where an identity is named, no
//! other one is tried.

use crate::ambient::Ambient;
use crate::answer::{json, oauth};
use crate::failure::{Chain, Failure, Miss, Outcome};
use crate::form;
use crate::grant::Grant;
use crate::port::{Port, Target};
use crate::secret_text::SecretText;

mod managed;

pub use managed::ManagedIdentity;

const AUTHORITY: &str = "https://login.microsoftonline.com";
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const REMEDY: &str = "give the proxy one of them (on AKS: a workload identity of its service account), \
                      or name a Secret with auth.azure.secretRef";

/// Whose token is wanted, and what for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AzureSource {
    /// Who.
    pub identity: AzureIdentity,
    /// What for: a resource with `/.default` behind it.
    pub scope: String,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AzureIdentity {
    /// A client secret or a workload identity of the environment, or a managed identity.
    Ambient,
    /// An application with a secret.
    ClientSecret {
        /// Id of the application.
        client_id: SecretText,
        /// Its tenant.
        tenant_id: SecretText,
        /// Its secret.
        client_secret: SecretText,
    },
    /// The workload's own, by the token file of its service account.
    Workload,
    /// One that Azure manages.
    Managed(ManagedIdentity),
}

// === impl AzureSource ===

impl AzureSource {
    pub(crate) async fn grant(
        &self,
        port: &impl Port,
        ambient: &Ambient,
    ) -> Result<Grant, Failure> {
        let mut chain = Chain::new("Entra gives no token", REMEDY);
        match &self.identity {
            AzureIdentity::ClientSecret {
                client_id,
                tenant_id,
                client_secret,
            } => {
                let client = [tenant_id, client_id, client_secret].map(SecretText::expose);
                let outcome = self.with_secret(port, ambient, client).await;
                chain.only("client secret", outcome)
            }
            AzureIdentity::Workload => {
                let outcome = self.workload(port, ambient).await;
                chain.only("workload identity", outcome)
            }
            AzureIdentity::Managed(identity) => {
                let outcome = managed::grant(port, ambient, identity, &self.scope).await;
                chain.only("managed identity", outcome)
            }
            AzureIdentity::Ambient => {
                let outcome = self.environment(port, ambient).await;
                if let Some(end) = chain.took("environment", outcome) {
                    return end;
                }
                let outcome = self.workload(port, ambient).await;
                if let Some(end) = chain.took("workload identity", outcome) {
                    return end;
                }
                // A variable of this name means the identity of all of Microsoft's tools.
                let identity = match ambient.get("AZURE_CLIENT_ID") {
                    None => ManagedIdentity::System,
                    Some(id) => ManagedIdentity::ClientId(id.to_owned()),
                };
                let outcome = managed::grant(port, ambient, &identity, &self.scope).await;
                chain.only("managed identity", outcome)
            }
        }
    }

    pub(crate) fn identity(&self) -> String {
        let who = match &self.identity {
            AzureIdentity::Ambient => "the proxy's own".to_owned(),
            AzureIdentity::ClientSecret { client_id, .. } => {
                // An id of an application is no secret, what somebody put in its place may be.
                let id = client_id.expose();
                let is_id = id
                    .bytes()
                    .all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
                format!("application {}", if is_id { id } else { "with a secret" })
            }
            AzureIdentity::Workload => "the workload's".to_owned(),
            AzureIdentity::Managed(identity) => identity.to_string(),
        };
        format!("{who} for {}", self.scope)
    }

    async fn environment(&self, port: &impl Port, ambient: &Ambient) -> Outcome<Grant> {
        let secret = ambient
            .get("AZURE_CLIENT_SECRET")
            .ok_or_else(|| Miss::absent("AZURE_CLIENT_SECRET is not set"))?;
        let (Some(tenant), Some(client)) = (
            ambient.get("AZURE_TENANT_ID"),
            ambient.get("AZURE_CLIENT_ID"),
        ) else {
            return Err(Miss::failed(
                "AZURE_CLIENT_SECRET is set without AZURE_TENANT_ID or AZURE_CLIENT_ID; set all or none",
            ));
        };
        self.with_secret(port, ambient, [tenant, client, secret])
            .await
    }

    async fn with_secret(
        &self,
        port: &impl Port,
        ambient: &Ambient,
        [tenant, client, secret]: [&str; 3],
    ) -> Outcome<Grant> {
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", client),
            ("client_secret", secret),
            ("scope", &self.scope),
        ];
        asked(port, ambient, tenant, &fields).await
    }

    async fn workload(&self, port: &impl Port, ambient: &Ambient) -> Outcome<Grant> {
        let need = |name| {
            let value = ambient.get(name);
            value.ok_or_else(|| Miss::absent(format!("{name} is not set")))
        };
        let file = need("AZURE_FEDERATED_TOKEN_FILE")?;
        let client = need("AZURE_CLIENT_ID").map_err(Miss::at_end)?;
        let tenant = need("AZURE_TENANT_ID").map_err(Miss::at_end)?;
        let token = port.read(file).await;
        let token = token.map_err(|why| Miss::failed(format!("{file}: {why}")))?;
        let token = String::from_utf8(token)
            .map_err(|_| Miss::failed(format!("{file} does not hold a token")))?;
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", client),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", token.trim()),
            ("scope", &self.scope),
        ];
        asked(port, ambient, tenant, &fields).await
    }
}

async fn asked(
    port: &impl Port,
    ambient: &Ambient,
    tenant: &str,
    fields: &[(&str, &str)],
) -> Outcome<Grant> {
    let is_tenant = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    if tenant.is_empty() || !tenant.bytes().all(is_tenant) {
        return Err(Miss::failed(
            "the tenant id is neither a GUID nor a domain; copy it from the overview of Entra ID",
        ));
    }
    let authority = ambient.get("AZURE_AUTHORITY_HOST").unwrap_or(AUTHORITY);
    // Older tools write the host alone.
    let authority = match authority.contains("://") {
        true => authority.to_owned(),
        false => format!("https://{authority}"),
    };
    let url = format!(
        "{}/{tenant}/oauth2/v2.0/token",
        authority.trim_end_matches('/')
    );
    let target = Target::parse(&url).map_err(Miss::Failed)?;
    let answer = json(port, &form::post(target, fields)).await?;
    oauth(&answer, "access_token", port.now())
}

#[cfg(test)]
mod tests;
