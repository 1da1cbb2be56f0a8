//! How requests authenticate themselves to a provider.
//!
//! Owns the kinds. Must not hold a key: secrets are names here, and [`AiCredential::source`] puts their content in place.
//! Invariant: what cannot be had is a variant or an error of its own, never an absent credential.

use std::sync::Arc;

use dp_credential::aws::{AwsSource, Role};
use dp_credential::azure::{self, AzureSource, ManagedIdentity};
use dp_credential::gcp::{GcpSource, GcpToken};
use dp_credential::secret_text::SecretText;
use dp_credential::source::Source;
use http::HeaderName;

use crate::Config;

/// How a request authenticates itself to a provider.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AiCredential {
    /// Not at all; a credential that the client sent is removed.
    None,
    /// With a key in a header.
    Key(KeyCredential),
    /// With a signature of AWS.
    Aws(AwsCredential),
    /// With a token of Microsoft Entra.
    Azure(AzureCredential),
    /// With a token of Google.
    Gcp(GcpCredential),
    /// With what the client sent.
    Passthrough(Passthrough),
    /// The credential that was asked for cannot be had: refuse the request.
    Unavailable(Box<str>),
    /// The secret is not there: nothing is sent, and other providers may be asked.
    Missing(Box<str>),
}

/// A key in a header.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyCredential {
    /// Name of the Secret resource; see [`crate::Config::generic_secret`].
    pub secret: Arc<str>,
    /// Header that carries the key; where the service takes it where none.
    pub header: Option<HeaderName>,
    /// What stands in front of the key (`Bearer `). Never doubled where the key begins with it.
    pub prefix: Box<str>,
}

/// A signature of AWS.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AwsCredential {
    /// What signs.
    pub keys: AwsKeys,
    /// Region that is signed for; the one of the proxy's environment where empty.
    pub region: Arc<str>,
    /// Service that is signed for.
    pub service: Arc<str>,
}

/// Keys to sign with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AwsKeys {
    /// Each is the name of a Secret resource.
    Stored {
        /// The id of the key.
        access_key: Arc<str>,
        /// The key.
        secret_key: Arc<str>,
        /// Goes with short-lived keys.
        session_token: Option<Arc<str>>,
    },
    /// The proxy's own, or those of a role that is assumed with them.
    Ambient(Option<Role>),
}

/// A token of Microsoft Entra.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AzureCredential {
    /// Whose.
    pub identity: AzureIdentity,
    /// What for.
    pub scope: Arc<str>,
}

/// Whose token of Entra.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AzureIdentity {
    /// The proxy's own.
    Ambient,
    /// An application's; each is the name of a Secret resource.
    ClientSecret {
        /// Id of the application.
        client_id: Arc<str>,
        /// Its tenant.
        tenant_id: Arc<str>,
        /// Its secret.
        client_secret: Arc<str>,
    },
    /// One that Azure manages.
    Managed(ManagedIdentity),
    /// That of the proxy's service account.
    Workload,
}

/// A token of Google.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GcpCredential {
    /// Name of the Secret resource with a credentials file; the proxy's own credentials where none.
    pub key_file: Option<Arc<str>>,
    /// Which token.
    pub token: GcpToken,
}

/// What the client sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Passthrough {
    /// Header that carries it, and what stands in front of it; where the service takes it where none.
    pub place: Option<(HeaderName, Box<str>)>,
}

/// A Secret resource is not there, or is no text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingSecret(pub Arc<str>);

// === impl AiCredential ===

impl AiCredential {
    /// Where its tokens come from, with the secrets of a configuration; `None` where it needs none.
    pub fn source(&self, config: &Config) -> Option<Result<Source, MissingSecret>> {
        match self {
            Self::None
            | Self::Key(_)
            | Self::Passthrough(_)
            | Self::Unavailable(_)
            | Self::Missing(_) => None,
            Self::Aws(aws) => match &aws.keys {
                AwsKeys::Stored { .. } => None,
                AwsKeys::Ambient(role) => Some(Ok(Source::Aws(AwsSource {
                    role: role.clone(),
                    region: aws.region.to_string(),
                }))),
            },
            Self::Azure(azure) => Some(azure.source(config).map(Source::Azure)),
            Self::Gcp(gcp) => Some(gcp.source(config).map(Source::Gcp)),
        }
    }
}

// === impl AzureCredential ===

impl AzureCredential {
    fn source(&self, config: &Config) -> Result<AzureSource, MissingSecret> {
        let identity = match &self.identity {
            AzureIdentity::Ambient => azure::AzureIdentity::Ambient,
            AzureIdentity::Workload => azure::AzureIdentity::Workload,
            AzureIdentity::Managed(identity) => azure::AzureIdentity::Managed(identity.clone()),
            AzureIdentity::ClientSecret {
                client_id,
                tenant_id,
                client_secret,
            } => azure::AzureIdentity::ClientSecret {
                client_id: text(config, client_id)?,
                tenant_id: text(config, tenant_id)?,
                client_secret: text(config, client_secret)?,
            },
        };
        Ok(AzureSource {
            identity,
            scope: self.scope.to_string(),
        })
    }
}

// === impl GcpCredential ===

impl GcpCredential {
    fn source(&self, config: &Config) -> Result<GcpSource, MissingSecret> {
        let file = self.key_file.as_ref();
        Ok(GcpSource {
            key_file: file.map(|name| text(config, name)).transpose()?,
            token: self.token.clone(),
        })
    }
}

fn text(config: &Config, name: &Arc<str>) -> Result<SecretText, MissingSecret> {
    let secret = config.generic_secret(name);
    secret
        .and_then(|secret| std::str::from_utf8(secret.expose()).ok())
        .map(SecretText::new)
        .ok_or_else(|| MissingSecret(name.clone()))
}
