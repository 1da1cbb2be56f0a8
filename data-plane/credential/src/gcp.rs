//! Tokens of Google: application default credentials, and a credentials file that a Secret holds (llm.md P-21).
//!
//! Owns the order of the steps. Must not know services of Google. Invariant: a file of a Secret, which a tenant wrote,
//! makes the proxy speak to Google and nobody else, and read no file.

use serde_json::Value;

use crate::ambient::Ambient;
use crate::failure::{Chain, Failure, Miss, Outcome};
use crate::grant::Grant;
use crate::port::Port;
use crate::secret_text::SecretText;

mod external;
mod jwt;
mod key_file;
mod metadata;

const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";
const REMEDY: &str = "give the proxy one of them (on GKE: a service account by Workload Identity), \
                      or name a Secret with auth.gcp.secretRef";

/// Whose token is wanted, and which.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GcpSource {
    /// A credentials file; the proxy's own where none.
    pub key_file: Option<SecretText>,
    /// Which token.
    pub token: GcpToken,
}

/// Which token.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum GcpToken {
    /// For Google's own services.
    Access,
    /// For a service behind Google's front door, by its audience.
    Id(String),
}

/// Who wrote a credentials file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trust {
    /// Whoever runs the proxy: it may say where tokens come from.
    Operator,
    /// A tenant.
    Tenant,
}

// === impl GcpSource ===

impl GcpSource {
    pub(crate) async fn grant(
        &self,
        port: &impl Port,
        ambient: &Ambient,
    ) -> Result<Grant, Failure> {
        let mut chain = Chain::new("Google gives no token", REMEDY);
        if let Some(file) = &self.key_file {
            let outcome = self.by_file(port, file.expose(), Trust::Tenant).await;
            return chain.only("credentials of the Secret", outcome);
        }
        let outcome = self.named_file(port, ambient).await;
        if let Some(end) = chain.took("GOOGLE_APPLICATION_CREDENTIALS", outcome) {
            return end;
        }
        let outcome = self.well_known_file(port, ambient).await;
        if let Some(end) = chain.took("file of gcloud", outcome) {
            return end;
        }
        let outcome = metadata::grant(port, ambient, &self.token).await;
        chain.only("metadata server", outcome)
    }

    pub(crate) fn identity(&self) -> String {
        let who = match &self.key_file {
            None => "the proxy's own",
            Some(_) => "that of a Secret",
        };
        match &self.token {
            GcpToken::Access => who.to_owned(),
            GcpToken::Id(audience) => format!("{who}, id token for {audience}"),
        }
    }

    async fn named_file(&self, port: &impl Port, ambient: &Ambient) -> Outcome<Grant> {
        let path = ambient
            .get("GOOGLE_APPLICATION_CREDENTIALS")
            .ok_or_else(|| Miss::absent("it is not set"))?;
        let file = port.read(path).await;
        let file = file.map_err(|why| Miss::failed(format!("{path}: {why}")))?;
        let file = String::from_utf8_lossy(&file);
        self.by_file(port, &file, Trust::Operator).await
    }

    async fn well_known_file(&self, port: &impl Port, ambient: &Ambient) -> Outcome<Grant> {
        let home = ambient
            .get("HOME")
            .map(|home| format!("{home}/.config/gcloud"));
        let dir = ambient
            .get("CLOUDSDK_CONFIG")
            .map(ToOwned::to_owned)
            .or(home);
        let dir = dir.ok_or_else(|| Miss::absent("HOME and CLOUDSDK_CONFIG are not set"))?;
        let path = format!("{dir}/application_default_credentials.json");
        let file = port.read(&path).await;
        let file = file.map_err(|why| Miss::absent(format!("{path}: {why}")))?;
        let file = String::from_utf8_lossy(&file);
        self.by_file(port, &file, Trust::Operator).await
    }

    async fn by_file(&self, port: &impl Port, file: &str, trust: Trust) -> Outcome<Grant> {
        let file: Value = serde_json::from_str(file).map_err(|_| {
            Miss::failed("it is no JSON; it should be a credentials file of Google Cloud")
        })?;
        let kind = file.get("type").and_then(Value::as_str).unwrap_or_default();
        match (kind, trust) {
            ("service_account", _) => {
                key_file::service_account(port, &file, trust, &self.token).await
            }
            ("authorized_user", _) => {
                key_file::authorized_user(port, &file, trust, &self.token).await
            }
            ("external_account", Trust::Operator) => {
                external::grant(port, &file, &self.token).await
            }
            ("external_account", Trust::Tenant) => Err(Miss::failed(
                "type external_account says which files to read and whom to ask, so only the proxy's own \
                 environment may hold it: set GOOGLE_APPLICATION_CREDENTIALS there",
            )),
            (kind, _) => Err(Miss::failed(format!(
                "type {kind:?} is not supported; use service_account, authorized_user or external_account"
            ))),
        }
    }
}

#[cfg(test)]
mod tests;
