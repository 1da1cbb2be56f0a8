//! How a provider is authenticated to.
//!
//! Owns the kinds, with the texts of secrets beside the names of their resources. Must not know the wire. Invariant: what
//! cannot be had is a kind of its own.

use std::sync::Arc;

use cp_api::secret::SecretBytes;
use proto::tidegate::v1 as tidegate;

/// The credential of a provider, and further keys.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    pub(crate) main: Credential,
    /// Each in a header of its own.
    pub(crate) further: Vec<KeyPlan>,
}

#[derive(Clone, Debug)]
pub(crate) enum Credential {
    None,
    Key(KeyPlan),
    Aws(Box<AwsPlan>),
    Azure(Box<AzurePlan>),
    Gcp(GcpPlan),
    /// Header and prefix, where a policy gives them.
    Passthrough(Option<(String, String)>),
    /// The provider cannot be built as it is configured.
    Unavailable(String),
    /// The secret is not there, or is not usable; everything else of the provider is as configured.
    Missing(String),
}

/// A key in a header.
#[derive(Clone, Debug)]
pub(crate) struct KeyPlan {
    /// Name of the Secret resource.
    pub(crate) secret: String,
    pub(crate) key: Arc<SecretBytes>,
    /// Where the service takes it where empty.
    pub(crate) header: String,
    pub(crate) prefix: String,
    pub(crate) sources: Vec<tidegate::Source>,
}

/// A signature of AWS.
#[derive(Clone, Debug)]
pub(crate) struct AwsPlan {
    pub(crate) keys: AwsKeys,
    /// The service's where empty.
    pub(crate) region: String,
    pub(crate) service: String,
}

/// Keys to sign for AWS with.
#[expect(
    clippy::large_enum_variant,
    reason = "it lives in a box already, one for each provider"
)]
#[derive(Clone, Debug)]
pub(crate) enum AwsKeys {
    Stored {
        access_key: SecretText,
        secret_key: SecretText,
        session_token: Option<SecretText>,
    },
    /// The proxy's own, or of a role that is assumed with them.
    Ambient(Option<RolePlan>),
}

/// A role of AWS.
#[derive(Clone, Debug)]
pub(crate) struct RolePlan {
    pub(crate) arn: String,
    pub(crate) session_name: String,
    pub(crate) tags: Vec<(String, String)>,
}

/// A token of Entra.
#[derive(Clone, Debug)]
pub(crate) struct AzurePlan {
    pub(crate) identity: AzureIdentity,
    pub(crate) scope: String,
}

#[expect(
    clippy::large_enum_variant,
    reason = "it lives in a box already, one for each provider"
)]
#[derive(Clone, Debug)]
pub(crate) enum AzureIdentity {
    Ambient,
    ClientSecret {
        client_id: SecretText,
        tenant_id: SecretText,
        client_secret: SecretText,
    },
    System,
    ClientId(String),
    ObjectId(String),
    ResourceId(String),
    Workload,
}

/// A token of Google.
#[derive(Clone, Debug)]
pub(crate) struct GcpPlan {
    /// The proxy's own credentials where none.
    pub(crate) key_file: Option<SecretText>,
    /// Of an id token.
    pub(crate) audience: Option<String>,
}

/// A secret text and the name of its resource.
#[derive(Clone, Debug)]
pub(crate) struct SecretText {
    pub(crate) name: String,
    pub(crate) text: Arc<SecretBytes>,
    pub(crate) source: tidegate::Source,
}

// === impl Credentials ===

impl From<Credential> for Credentials {
    fn from(main: Credential) -> Self {
        Self {
            main,
            further: Vec::new(),
        }
    }
}
