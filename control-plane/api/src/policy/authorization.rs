//! Authorization by rules in CEL.
//!
//! Owns the rules and what a match of them means. Upstream, a rule that fails to evaluate did not match, so a Deny that
//! fails denies nothing; here it denies.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::scalar::Cel;

/// Rules in CEL.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Authorization {
    /// The rules.
    pub policy: AuthorizationRules,
    /// What a match means.
    #[serde(default)]
    pub action: Action,
}

/// Rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuthorizationRules {
    /// Expressions; each is a rule of its own.
    #[schemars(length(min = 1, max = 256))]
    pub match_expressions: Vec<Cel>,
}

/// What a match means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum Action {
    /// The request is admitted; where there are Allow rules, one must match.
    #[default]
    Allow,
    /// The request is refused.
    Deny,
    /// The request is refused unless every rule matches.
    Require,
}
