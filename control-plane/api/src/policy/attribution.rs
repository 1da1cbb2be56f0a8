//! Attribution: whose requests to models are, for records and metrics.
//!
//! Owns the shape and the bounds. Must not judge names of labels, nor whether what an expression reads can be trusted.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scalar::Cel;
use crate::schema::rule::at_least_one;

/// Whose requests to models are. An expression that has no value, or an empty one, leaves it open.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [
    at_least_one(&["user", "team", "key", "metricLabels"]),
]))]
pub struct Attribution {
    /// The user, in place of the header `x-user-id` and what bodies say.
    pub user: Option<Cel>,
    /// The team or tenant.
    pub team: Option<Cel>,
    /// The id of the API key; never the key itself.
    pub key: Option<Cel>,
    /// Labels of the metrics of tokens, cost and requests, by their names. Each proxy tells a thousand combinations of
    /// values apart; all others are `_other`.
    #[schemars(extend("minProperties" = 1, "maxProperties" = 4))]
    pub metric_labels: Option<BTreeMap<String, Cel>>,
}
