//! `status` of the custom resources.
//!
//! Owns its schema, which must hold what the status writer writes. Nothing reads a status to decide anything.

use schemars::JsonSchema;

/// `status` with conditions of the object itself.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct ObjectStatus {
    /// Conditions of the object.
    #[schemars(
        length(max = 8),
        extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["type"]),
    )]
    conditions: Option<Vec<StatusCondition>>,
}

/// `status` with conditions per Gateway that a policy reaches.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct PolicyStatus {
    /// Conditions per Gateway.
    #[schemars(length(max = 16), extend("x-kubernetes-list-type" = "atomic"))]
    ancestors: Vec<AncestorStatus>,
}

/// `status` with conditions per parent.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub struct ModelStatus {
    /// Conditions per parent.
    #[schemars(length(max = 16), extend("x-kubernetes-list-type" = "atomic"))]
    parents: Option<Vec<ParentStatus>>,
}

/// `status` that is never written.
#[derive(JsonSchema)]
pub struct NoStatus {}

/// Conditions at one Gateway.
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used")]
struct AncestorStatus {
    /// The Gateway.
    ancestor_ref: crate::model::ModelParent,
    /// The controller that says so.
    controller_name: ControllerName,
    /// What it says.
    #[schemars(
        length(min = 1, max = 8),
        extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["type"]),
    )]
    conditions: Vec<StatusCondition>,
}

/// Conditions at one parent.
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used")]
struct ParentStatus {
    /// The parent.
    parent_ref: crate::model::ModelParent,
    /// The controller that says so.
    controller_name: ControllerName,
    /// What it says.
    #[schemars(
        length(min = 1, max = 8),
        extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["type"]),
    )]
    conditions: Vec<StatusCondition>,
}

/// A controller: a domain and a path.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct ControllerName(
    #[schemars(
        length(min = 1, max = 253),
        regex(
            pattern = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9\/\-._~%!$&'()*+,;=:]+$"
        )
    )]
    String,
);

/// A condition.
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its schema is used")]
struct StatusCondition {
    /// Its type.
    #[serde(rename = "type")]
    #[schemars(
        length(max = 316),
        regex(
            pattern = r"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$"
        )
    )]
    kind: String,
    /// Whether it holds.
    #[schemars(extend("enum" = ["True", "False", "Unknown"]))]
    status: String,
    /// Generation that it is about.
    #[schemars(range(min = 0))]
    observed_generation: Option<i64>,
    /// When its status last changed.
    #[schemars(extend("format" = "date-time"))]
    last_transition_time: String,
    /// Why, in one word.
    #[schemars(
        length(min = 1, max = 1_024),
        regex(pattern = "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$")
    )]
    reason: String,
    /// Why, for people.
    #[schemars(length(max = 32_768))]
    message: String,
}
