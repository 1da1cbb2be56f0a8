//! Texts and numbers with bounds that many fields share.
//!
//! Owns one type per format, so that a format is stated once. Must not parse expressions: an expression is a
//! text of bounded length here, and who compiles it reports what is wrong with it.

use std::borrow::Cow;

use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::schema::rule::rule;

/// An expression in CEL.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Cel(#[schemars(length(min = 1, max = 16_384))] pub String);

/// The name of an HTTP header.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub struct HttpHeaderName(
    #[schemars(
        length(min = 1, max = 256),
        regex(pattern = r"^[A-Za-z0-9!#$%&'*+\-.^_\x60|~]+$")
    )]
    pub String,
);

/// The name of an HTTP header or pseudo-header.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(extend("x-kubernetes-validations" = [rule(
    "!self.startsWith(':') || self in [':authority', ':method', ':path', ':scheme', ':status']",
    "must be a header, or one of :authority, :method, :path, :scheme, :status",
)]))]
pub struct HeaderName(
    #[schemars(
        length(min = 1, max = 256),
        regex(pattern = r"^:?[A-Za-z0-9!#$%&'*+\-.^_\x60|~]+$")
    )]
    pub String,
);

/// A name in DNS: labels joined by dots.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
pub struct DnsName(
    #[schemars(
        length(min = 1, max = 253),
        regex(pattern = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")
    )]
    pub String,
);

/// A text of at most 256 characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
pub struct Short(#[schemars(length(min = 1, max = 256))] pub String);

/// A text of at most 1024 characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
pub struct Long(#[schemars(length(min = 1, max = 1_024))] pub String);

/// An `http` or `https` URL without user, query or fragment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Url(
    #[schemars(
        length(min = 1, max = 1_024),
        regex(pattern = r"^https?://[^/?#@]+(/[^?#]*)?$")
    )]
    pub String,
);

/// A number of bytes, as a number or a Kubernetes quantity such as `2Mi`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ByteSize(pub IntOrString);

/// What happens where an outside service does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum FailureMode {
    /// The request is refused.
    FailClosed,
    /// The request goes on.
    FailOpen,
}

/// How a client must prove who it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum AuthenticationMode {
    /// A valid credential is required.
    #[default]
    Strict,
    /// A credential may be absent, and must be valid where there is one.
    Optional,
    /// A request is never refused; a valid credential is noted.
    Permissive,
}

/// A key exchange of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum KeyExchangeGroup {
    /// X25519.
    X25519,
    /// P-256.
    #[serde(rename = "P-256")]
    P256,
    /// P-384.
    #[serde(rename = "P-384")]
    P384,
    /// X25519 with ML-KEM-768.
    #[serde(rename = "X25519_MLKEM768")]
    X25519MlKem768,
}

// === impl ByteSize ===

impl ByteSize {
    /// The number of bytes; `None` where it is none or does not fit.
    #[must_use]
    pub fn bytes(&self) -> Option<u64> {
        match &self.0 {
            IntOrString::Int(bytes) => u64::try_from(*bytes).ok(),
            IntOrString::String(text) => crate::quantity::whole(text),
        }
    }
}

impl JsonSchema for ByteSize {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "ByteSize".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "x-kubernetes-int-or-string": true,
            "anyOf": [{"type": "integer"}, {"type": "string"}],
            "minLength": 1,
            "maxLength": 32,
            "pattern": r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(([KMGTPE]i)|[numkMGTPE]|[eE](\+?0*([0-9]|1[0-8])|-0*[0-9]))?$",
            // Of the bounds, those of numbers hold for integers only and those of texts for texts only.
            "minimum": 1,
            "maximum": 4_294_967_295_u32,
        })
    }
}
