//! `tls` towards a backend.
//!
//! Owns whom the backend must prove to be, and whom the proxy proves to be. Empty means: the roots of the
//! system. A reference that leads nowhere must end in no trust at all.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::reference::{CaRef, SecretRef};
use crate::scalar::{DnsName, KeyExchangeGroup, Short};
use crate::schema::rule::rule;

/// TLS towards a backend.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [
    rule(
        "!has(self.insecureSkipVerify) || self.insecureSkipVerify != 'All' \
         || !has(self.caCertificateRefs)",
        "insecureSkipVerify All excludes caCertificateRefs",
    ),
    rule(
        "!has(self.insecureSkipVerify) || !has(self.verifySubjectAltNames)",
        "insecureSkipVerify excludes verifySubjectAltNames",
    ),
    rule(
        "!has(self.certificateSource) || self.certificateSource != 'SPIFFE' \
         || !(has(self.mtlsCertificateRef) || has(self.caCertificateRefs) \
         || has(self.insecureSkipVerify))",
        "certificateSource SPIFFE excludes mtlsCertificateRef, caCertificateRefs, insecureSkipVerify",
    ),
]))]
pub struct BackendTls {
    /// Where the proxy's certificate and its trust come from.
    pub certificate_source: CertificateSource,
    /// Secret with the proxy's own certificate: `tls.crt`, `tls.key`, and `ca.crt` if it is to be trusted.
    #[schemars(length(max = 1), extend("x-kubernetes-list-type" = "atomic"))]
    pub mtls_certificate_ref: Option<Vec<SecretRef>>,
    /// Authorities that replace the system's.
    #[schemars(length(max = 1), extend("x-kubernetes-list-type" = "atomic"))]
    pub ca_certificate_refs: Option<Vec<CaRef>>,
    /// What is not verified.
    pub insecure_skip_verify: Option<InsecureSkipVerify>,
    /// Server name to ask for and to verify.
    pub sni: Option<DnsName>,
    /// Names of which the certificate must have one.
    #[schemars(length(min = 1, max = 16))]
    pub verify_subject_alt_names: Option<Vec<Short>>,
    /// Application protocols to offer; h2 and http/1.1 where none is given.
    #[schemars(length(min = 1, max = 16), inner(length(min = 1, max = 64)))]
    pub alpn_protocols: Option<Vec<String>>,
    /// Key exchanges to offer.
    #[schemars(length(max = 64))]
    pub key_exchange_groups: Option<Vec<KeyExchangeGroup>>,
}

/// Where a certificate and its trust come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum CertificateSource {
    /// The fields beside it.
    #[default]
    Inline,
    /// SPIFFE.
    #[serde(rename = "SPIFFE")]
    Spiffe,
}

/// What is not verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum InsecureSkipVerify {
    /// Nothing is.
    All,
    /// The name is not.
    Hostname,
}
