//! `policies` of an AgentgatewayBackend, as far as they are served.
//!
//! Owns `auth` and `tls`. Every other field lands in `other`, by name: a policy that is not enforced must be
//! refused, never ignored, so nothing here may swallow a field.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::check::Check;
use crate::format;
use crate::secret::SecretBytes;

/// Policies of a backend or a provider.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct BackendPolicies {
    /// TLS towards the backend.
    pub tls: Option<BackendTls>,
    /// Credential towards the backend.
    pub auth: Option<BackendAuth>,
    /// Everything else, by name.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// TLS towards a backend; empty means system roots.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BackendTls {
    /// Server name to ask for and to verify.
    pub sni: Option<String>,
    /// ConfigMap or Secret with `ca.crt` that replaces the system roots.
    pub ca_certificate_refs: Vec<LocalReference>,
    /// Everything else, by name.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// Reference to an object in the same namespace.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct LocalReference {
    /// API group, the core group by default.
    #[serde(default)]
    pub group: String,
    /// Kind.
    #[serde(default)]
    pub kind: String,
    /// Name.
    pub name: String,
    /// Key in the Secret.
    pub key: Option<String>,
}

/// Credential towards a backend.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BackendAuth {
    /// The key itself.
    pub key: Option<SecretBytes>,
    /// Secret that holds the key; `Authorization` is the default key in it.
    pub secret_ref: Option<LocalReference>,
    /// Where the key goes.
    pub location: Option<AuthLocation>,
    /// Everything else, by name.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// Where a key goes in the request.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct AuthLocation {
    /// A header.
    pub header: Option<HeaderLocation>,
    /// Everything else, by name.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

/// A header that carries a key.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct HeaderLocation {
    /// Name.
    pub name: String,
    /// What stands in front of the key.
    #[serde(default)]
    pub prefix: String,
}

// === impl BackendPolicies ===

impl BackendPolicies {
    pub(crate) fn check(&self, check: &mut Check) {
        if let Some(tls) = &self.tls {
            check.field("tls", |check| {
                check.count("caCertificateRefs", tls.ca_certificate_refs.len(), 0, 1);
                if let Some(sni) = &tls.sni {
                    check.that("sni", format::is_precise_hostname(sni), format::SUBDOMAIN);
                }
            });
        }
        if let Some(auth) = &self.auth {
            check.field("auth", |check| auth.check(check));
        }
    }
}

// === impl BackendAuth ===

impl BackendAuth {
    fn check(&self, check: &mut Check) {
        let mut members = vec![
            ("key", self.key.is_some()),
            ("secretRef", self.secret_ref.is_some()),
        ];
        let others = self.other.keys().filter(|name| *name != "credentials");
        members.extend(others.map(|name| (name.as_str(), true)));
        check.at_most_one(&members);
        let length = self.key.as_ref().map_or(1, |key| key.expose().len());
        check.that(
            "key",
            (1..=2_048).contains(&length),
            "must have 1 to 2048 characters",
        );
        if let Some(header) = self
            .location
            .as_ref()
            .and_then(|location| location.header.as_ref())
        {
            check.field("location.header", |check| {
                check.that("name", format::is_header(&header.name), format::HEADER);
                let clean = format::is_header_value(&header.prefix);
                check.that("prefix", clean, "must not contain control characters");
            });
        }
    }
}
