//! Authentication by name and password.
//!
//! Owns where the users are. Must not print them: an entry holds the hash of a password.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::backend::policy::auth::{self, Location};
use crate::reference::SecretKeyRef;
use crate::schema::rule::exactly_one;
use crate::secret::SecretBytes;

/// Authentication by name and password.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [exactly_one(&["users", "secretRef"])]))]
pub struct BasicAuthentication {
    /// How strict it is.
    pub mode: BasicMode,
    /// Realm that clients are told.
    pub realm: Option<String>,
    /// Users, each a line of an htpasswd file.
    #[schemars(with = "Option<Vec<String>>", length(min = 1, max = 256))]
    pub users: Option<Vec<SecretBytes>>,
    /// Secret with an htpasswd file, under `.htaccess` where no key is given.
    pub secret_ref: Option<SecretKeyRef>,
    /// Where the credential is; `Authorization: Basic` where absent.
    #[schemars(schema_with = "auth::source")]
    pub location: Option<Location>,
}

/// How strict it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum BasicMode {
    /// A valid credential is required.
    #[default]
    Strict,
    /// A credential may be absent, and must be valid where there is one.
    Optional,
}
