//! Rules in CEL, as `x-kubernetes-validations` holds them.
//!
//! Owns the rules that many types share: how many of some fields may be set. A rule must use only what every
//! served API server knows, and stay linear in a bounded list: a CRD over the cost budget cannot be installed.

use serde_json::{Value, json};

/// A rule and what its breach tells the author.
pub fn rule(cel: impl Into<String>, message: impl Into<String>) -> Value {
    json!({"rule": cel.into(), "message": message.into()})
}

/// Exactly one of the fields is set.
pub fn exactly_one(fields: &[&str]) -> Value {
    counted(fields, "== 1", "must set exactly one of")
}

/// At most one of the fields is set.
pub fn at_most_one(fields: &[&str]) -> Value {
    counted(fields, "<= 1", "may set at most one of")
}

/// At least one of the fields is set.
pub fn at_least_one(fields: &[&str]) -> Value {
    counted(fields, ">= 1", "must set at least one of")
}

/// With `conditional`, none of the fields is set.
pub fn conditional_alone(fields: &[&str]) -> Value {
    rule(
        format!("!has(self.conditional) || {} == 0", count(fields)),
        "conditional excludes every other field",
    )
}

/// A duration that is not shorter than `least`.
pub fn at_least(least: &str) -> Value {
    rule(
        format!("duration(self) >= duration('{least}')"),
        format!("must be at least {least}"),
    )
}

fn counted(fields: &[&str], claim: &str, message: &str) -> Value {
    rule(
        format!("{} {claim}", count(fields)),
        format!("{message} {}", fields.join(", ")),
    )
}

fn count(fields: &[&str]) -> String {
    let set: Vec<String> = fields
        .iter()
        .map(|name| format!("has(self.{name})"))
        .collect();
    format!("[{}].filter(is, is).size()", set.join(", "))
}
