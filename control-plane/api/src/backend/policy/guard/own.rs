//! Guards that a TidegatePolicy has and upstream's schema does not.
//!
//! Owns which kinds these are, and detectors by their names. Must not change what upstream's schemas accept: they are compared
//! with upstream's own. A ready-made detector is one of the proxy's, so a new one there needs its name here.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Guard, RegexAction, guards};
use crate::scalar::Long;
use crate::schema::rule::{at_least_one, rule};

/// The kinds.
const KINDS: &[&str] = &["azureContentSafety", "detect"];

/// Guards that a TidegatePolicy has beside those of upstream's schema.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-kubernetes-validations" = [at_least_one(&["request", "response"])]))]
pub struct OwnGuards {
    /// Guards of prompts, in order.
    #[schemars(schema_with = "request_guards", length(min = 1, max = 8))]
    pub request: Option<Vec<Guard>>,
    /// Guards of answers, in order.
    #[schemars(schema_with = "response_guards", length(min = 1, max = 8))]
    pub response: Option<Vec<Guard>>,
}

/// Ready-made detectors, and patterns with names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("x-kubernetes-validations" = [at_least_one(&["detectors", "patterns"])]))]
pub struct Detect {
    /// Ready-made detectors.
    #[schemars(length(min = 1, max = 21), extend("x-kubernetes-list-type" = "set"))]
    pub detectors: Option<Vec<Detector>>,
    /// Patterns of one's own.
    #[schemars(
        length(min = 1, max = 256),
        extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["name"]),
    )]
    pub patterns: Option<Vec<NamedPattern>>,
    /// What happens to a match.
    pub action: RegexAction,
}

/// A pattern with a name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct NamedPattern {
    /// What logs call it; in angle brackets, what stands in the place of a match that is masked.
    pub name: PatternName,
    /// A regular expression without look-around and back-references.
    pub pattern: Long,
}

/// The name of a pattern.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct PatternName(
    #[schemars(
        length(min = 1, max = 63),
        regex(pattern = "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
    )]
    pub String,
);

/// A ready-made detector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum Detector {
    /// Social security numbers of the United States.
    Ssn,
    /// Numbers of payment cards.
    CreditCard,
    /// Telephone numbers.
    PhoneNumber,
    /// Mail addresses.
    Email,
    /// Social insurance numbers of Canada.
    CaSin,
    /// Addresses of IPv4.
    Ipv4,
    /// Addresses of IPv6.
    Ipv6,
    /// International bank account numbers.
    Iban,
    /// National insurance numbers of the United Kingdom.
    UkNino,
    /// Aadhaar numbers of India.
    Aadhaar,
    /// Resident registration numbers of Korea.
    KrRrn,
    /// Uniform resource locators.
    Url,
    /// JSON web tokens.
    Jwt,
    /// Private keys in PEM.
    PrivateKey,
    /// Access key ids of AWS.
    AwsAccessKey,
    /// Tokens of GitHub.
    GithubToken,
    /// Tokens of GitLab.
    GitlabToken,
    /// Tokens of Slack.
    SlackToken,
    /// Keys of OpenAI.
    OpenAiKey,
    /// Keys of Anthropic.
    AnthropicKey,
    /// Keys of Google's APIs.
    GoogleKey,
}

fn request_guards(generator: &mut SchemaGenerator) -> Schema {
    let others = ["response", "scope", "failureMode", "timeout"];
    let mut schema = guards(generator, KINDS, &others, &[asks_nobody()]);
    widen_scope(&mut schema);
    schema
}

fn response_guards(generator: &mut SchemaGenerator) -> Schema {
    let shield = rule(
        "!has(self.azureContentSafety) || !has(self.azureContentSafety.promptShield) \
         || !self.azureContentSafety.promptShield",
        "promptShield is for guards of requests",
    );
    let others = ["response", "failureMode", "timeout"];
    guards(generator, KINDS, &others, &[shield, asks_nobody()])
}

/// What is about services that give no verdict is nothing that a guard without a service has.
fn asks_nobody() -> Value {
    rule(
        "!has(self.detect) || (!has(self.failureMode) && !has(self.timeout))",
        "failureMode and timeout need azureContentSafety: detect asks no service",
    )
}

/// Adds the scope that upstream's schema does not have.
fn widen_scope(schema: &mut Schema) {
    let scope = schema.pointer_mut("/items/properties/scope");
    let Some(Value::Object(scope)) = scope else {
        return;
    };
    scope.insert("maxItems".to_owned(), json!(5));
    let items = scope.get_mut("items");
    if let Some(Value::Array(known)) = items.and_then(|items| items.get_mut("oneOf")) {
        known.push(json!({"type": "string", "const": "ToolDefinitions"}));
    }
}
