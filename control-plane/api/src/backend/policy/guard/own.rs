//! Guards that a TidegatePolicy has and upstream's schema does not.
//!
//! Owns which kinds these are, detectors by their names, and what OpenAI's moderation scores. Must not change what upstream's
//! schemas accept: they are compared with upstream's own. A ready-made detector is one of the proxy's, so a new one there needs its name here.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Guard, RegexAction, guards};
use crate::scalar::Long;
use crate::schema::rule::{at_least_one, rule};

/// The kinds.
const KINDS: &[&str] = &["azureContentSafety", "detect"];
const PROMPT_KINDS: &[&str] = &["azureContentSafety", "openAIModeration", "detect"];

/// What OpenAI's moderation scores.
const CATEGORIES: &str = "harassment harassment/threatening hate hate/threatening illicit illicit/violent self-harm \
                          self-harm/instructions self-harm/intent sexual sexual/minors violence violence/graphic";
const THRESHOLDS: &str = "Scores from which on a text is refused, above 0 and up to 1, by category; what is flagged in \
                          those without one.";
const SCORE: &str = r"^(0\.0{0,3}[1-9][0-9]{0,3}|1(\.0{1,4})?)$";
const OF_PROMPTS: &str =
    "What of the prompt is judged; all but ToolInput and ToolDefinitions where absent.";
const OF_ANSWERS: &str = "What of the answer is judged: Messages, which is all that is said and thought, and the \
                          arguments of ToolCalls; Messages where absent.";

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
    let mut schema = guards(generator, PROMPT_KINDS, &others, &[asks_nobody()]);
    let scopes = "SystemPrompt Messages ToolOutput ToolInput ToolDefinitions";
    set_scope(&mut schema, OF_PROMPTS, scopes);
    let score = json!({"type": "string", "maxLength": 6, "pattern": SCORE});
    let scores = CATEGORIES.split(' ').map(str::to_owned);
    let scores: Map<String, Value> = scores.map(|name| (name, score.clone())).collect();
    let scores = json!({"type": "object", "description": THRESHOLDS, "properties": scores});
    let place = schema.pointer_mut("/items/properties/openAIModeration/properties");
    if let Some(Value::Object(moderation)) = place {
        moderation.insert("thresholds".to_owned(), scores);
    }
    schema
}

fn response_guards(generator: &mut SchemaGenerator) -> Schema {
    let shield = rule(
        "!has(self.azureContentSafety) || !has(self.azureContentSafety.promptShield) \
         || !self.azureContentSafety.promptShield",
        "promptShield is for guards of requests",
    );
    let others = ["response", "scope", "failureMode", "timeout"];
    let mut schema = guards(generator, KINDS, &others, &[shield, asks_nobody()]);
    set_scope(&mut schema, OF_ANSWERS, "Messages ToolCalls");
    schema
}

/// What is about services that give no verdict is nothing that a guard without a service has.
fn asks_nobody() -> Value {
    rule(
        "!has(self.detect) || (!has(self.failureMode) && !has(self.timeout))",
        "failureMode and timeout are about services: detect asks none",
    )
}

/// Other scopes than those of upstream's schema.
fn set_scope(schema: &mut Schema, description: &str, names: &str) {
    if let Some(Value::Object(scope)) = schema.pointer_mut("/items/properties/scope") {
        let known = names
            .split(' ')
            .map(|name| json!({"const": name, "type": "string"}));
        let known: Vec<Value> = known.collect();
        scope.insert("description".to_owned(), json!(description));
        scope.insert("maxItems".to_owned(), json!(known.len()));
        scope.insert("items".to_owned(), json!({"oneOf": known}));
    }
}
