//! Credentials of clouds: `aws`, `azure`, `gcp`.
//!
//! Owns their fields. Nothing set means the ambient credentials of the proxy; a reference that leads nowhere
//! must never fall back to them.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::reference::{SecretKeyRef, SecretRef};
use crate::scalar::{Cel, Short};
use crate::schema::rule::{at_most_one, rule};

/// Signs requests for AWS.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [at_most_one(&["secretRef", "assumeRole"])]))]
pub struct AwsAuth {
    /// Secret with `accessKey`, `secretKey` and, for short-lived ones, `sessionToken`.
    pub secret_ref: Option<SecretRef>,
    /// Role that is assumed first.
    pub assume_role: Option<AssumeRole>,
    /// Service that is signed for.
    pub service_name: Option<Short>,
    /// Region that is signed for.
    pub region: Option<Short>,
}

/// Role that is assumed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-kubernetes-validations" = [
    at_most_one(&["sessionName", "sessionNameExpression"]),
]))]
pub struct AssumeRole {
    /// ARN of the role.
    #[schemars(
        length(min = 1),
        regex(pattern = "^arn:aws[a-z-]*:iam::[0-9]{12}:role/.+$")
    )]
    pub role_arn: String,
    /// Name of the session.
    #[schemars(regex(pattern = r"^[\w+=,.@-]{2,64}$"))]
    pub session_name: Option<String>,
    /// Name of the session, from the request.
    pub session_name_expression: Option<Cel>,
    /// Tags of the session.
    #[schemars(
        length(max = 50),
        extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["key"]),
    )]
    pub tags: Option<Vec<SessionTag>>,
}

/// Tag of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(extend("x-kubernetes-validations" = [
    rule("has(self.value) != has(self.expression)", "must set exactly one of value, expression"),
]))]
pub struct SessionTag {
    /// Its key.
    #[schemars(length(min = 1, max = 128))]
    pub key: String,
    /// Its value.
    #[schemars(length(max = 256))]
    pub value: Option<String>,
    /// Its value, from the request.
    pub expression: Option<Cel>,
}

/// A token of Azure.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [
    at_most_one(&["secretRef", "managedIdentity", "workloadIdentity"]),
]))]
pub struct AzureAuth {
    /// Secret with `clientID`, `tenantID` and `clientSecret`.
    pub secret_ref: Option<SecretRef>,
    /// An identity that Azure manages.
    pub managed_identity: Option<ManagedIdentity>,
    /// The identity of the workload.
    pub workload_identity: Option<WorkloadIdentity>,
}

/// An identity that Azure manages; the system's own where no field is set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [
    at_most_one(&["clientId", "objectId", "resourceId"]),
]))]
pub struct ManagedIdentity {
    /// By client id.
    pub client_id: Option<String>,
    /// By object id.
    pub object_id: Option<String>,
    /// By resource id.
    pub resource_id: Option<String>,
}

/// Has no fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct WorkloadIdentity {}

/// A token of Google Cloud.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [rule(
    "!has(self.audience) || (has(self.type) && self.type == 'IdToken')",
    "audience needs type IdToken",
)]))]
pub struct GcpAuth {
    /// Kind of token; AccessToken where none is given.
    #[serde(rename = "type")]
    pub kind: Option<GcpToken>,
    /// Secret with `credentials.json`.
    pub secret_ref: Option<SecretKeyRef>,
    /// Audience of an id token.
    pub audience: Option<Short>,
}

/// A kind of token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum GcpToken {
    /// An access token.
    AccessToken,
    /// An id token.
    IdToken,
}
