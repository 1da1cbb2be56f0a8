//! CORS, as the filter of the Gateway API has it.
//!
//! Owns the bounds. Fields that a later version of the filter has are kept, as upstream keeps them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::scalar::HttpHeaderName;
use crate::schema::rule::rule;

/// CORS.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-preserve-unknown-fields" = true))]
pub struct Cors {
    /// Origins that may ask.
    #[schemars(
        length(max = 64),
        extend("x-kubernetes-list-type" = "set", "x-kubernetes-validations" = [alone()]),
    )]
    pub allow_origins: Option<Vec<Origin>>,
    /// Whether credentials may be sent.
    pub allow_credentials: Option<bool>,
    /// Methods that may be used.
    #[schemars(
        length(max = 9),
        extend("x-kubernetes-list-type" = "set", "x-kubernetes-validations" = [alone()]),
    )]
    pub allow_methods: Option<Vec<Method>>,
    /// Headers that may be sent.
    #[schemars(
        length(max = 64),
        extend("x-kubernetes-list-type" = "set", "x-kubernetes-validations" = [alone()]),
    )]
    pub allow_headers: Option<Vec<HttpHeaderName>>,
    /// Headers that scripts may read.
    #[schemars(length(max = 64), extend("x-kubernetes-list-type" = "set"))]
    pub expose_headers: Option<Vec<HttpHeaderName>>,
    /// Seconds for which a preflight may be kept.
    #[schemars(range(min = 1, max = 2_147_483_647))]
    pub max_age: u32,
}

/// An origin, `*` for any, with a wildcard in the first label or for the host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub struct Origin(
    #[schemars(
        length(min = 1, max = 253),
        regex(
            pattern = r"^(\*|https?://((\*\.)?([a-zA-Z0-9-]+\.)*[a-zA-Z0-9-]+|\*)(:[0-9]{1,5})?)$"
        )
    )]
    pub String,
);

/// A method of HTTP, or any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// GET.
    Get,
    /// HEAD.
    Head,
    /// POST.
    Post,
    /// PUT.
    Put,
    /// DELETE.
    Delete,
    /// CONNECT.
    Connect,
    /// OPTIONS.
    Options,
    /// TRACE.
    Trace,
    /// PATCH.
    Patch,
    /// Any.
    #[serde(rename = "*")]
    Any,
}

impl Default for Cors {
    fn default() -> Self {
        Cors {
            allow_origins: None,
            allow_credentials: None,
            allow_methods: None,
            allow_headers: None,
            expose_headers: None,
            max_age: 5,
        }
    }
}

fn alone() -> serde_json::Value {
    rule(
        "!('*' in self) || self.size() == 1",
        "* excludes every other item",
    )
}
