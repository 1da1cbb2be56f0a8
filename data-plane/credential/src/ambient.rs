//! What the environment says about credentials.
//!
//! Owns the list of variables, which are those of the vendors' own tools, and their values. Must not read the environment:
//! the binary's `args.rs` does. Invariant: values are never printed, as some are secret.

use std::collections::BTreeMap;
use std::fmt;

/// Values of the variables in [`Ambient::VARIABLES`].
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Ambient(BTreeMap<&'static str, String>);

// === impl Ambient ===

impl Ambient {
    /// What is read of the environment.
    pub const VARIABLES: [&'static str; 31] = [
        "HOME",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_PROFILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_CONFIG_FILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_ROLE_ARN",
        "AWS_ROLE_SESSION_NAME",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        "AWS_EC2_METADATA_DISABLED",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_STS",
        "AZURE_TENANT_ID",
        "AZURE_CLIENT_ID",
        "AZURE_CLIENT_SECRET",
        "AZURE_FEDERATED_TOKEN_FILE",
        "AZURE_AUTHORITY_HOST",
        "AZURE_POD_IDENTITY_AUTHORITY_HOST",
        "IDENTITY_ENDPOINT",
        "IDENTITY_HEADER",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "CLOUDSDK_CONFIG",
        "GCE_METADATA_HOST",
    ];

    /// What `read` gives for each variable. An empty value means the same as none: that is how containers unset one.
    pub fn of(read: impl Fn(&'static str) -> Option<String>) -> Self {
        let value = |name| Some((name, read(name).filter(|value| !value.trim().is_empty())?));
        Self(Self::VARIABLES.into_iter().filter_map(value).collect())
    }

    pub(crate) fn get(&self, name: &'static str) -> Option<&str> {
        debug_assert!(Self::VARIABLES.contains(&name), "{name} is never read");
        self.0.get(name).map(String::as_str)
    }

    /// The region that AWS's own tools would use.
    #[must_use]
    pub fn aws_region(&self) -> Option<&str> {
        self.get("AWS_REGION")
            .or_else(|| self.get("AWS_DEFAULT_REGION"))
    }
}

impl fmt::Debug for Ambient {
    /// Names only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
