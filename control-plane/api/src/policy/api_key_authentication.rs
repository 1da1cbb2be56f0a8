//! Authentication by API key.
//!
//! Owns where the keys are. No valid key at all means that every request is refused.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::backend::policy::auth::{self, Location};
use crate::reference::{MatchLabels, SecretRef};
use crate::scalar::AuthenticationMode;
use crate::schema::rule::exactly_one;

/// Authentication by API key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [
    exactly_one(&["secretRef", "secretSelector", "configMapSelector"]),
]))]
pub struct ApiKeyAuthentication {
    /// How strict it is.
    pub mode: AuthenticationMode,
    /// Secret with keys.
    pub secret_ref: Option<SecretRef>,
    /// Secrets with keys, by their labels.
    pub secret_selector: Option<MatchLabels>,
    /// ConfigMaps with hashes of keys, by their labels.
    pub config_map_selector: Option<MatchLabels>,
    /// Where the key is; `Authorization: Bearer` where absent.
    #[schemars(schema_with = "auth::source")]
    pub location: Option<Location>,
}
