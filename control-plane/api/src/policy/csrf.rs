//! Defence against requests forged across sites.
//!
//! Owns the origins that are trusted besides the request's own.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scalar::Short;

/// Defence against requests forged across sites.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Csrf {
    /// Origins that are trusted besides the request's own.
    #[schemars(length(min = 1, max = 16))]
    pub additional_origins: Option<Vec<Short>>,
}
