//! `traffic.rateLimit.global`: limits that a service counts.
//!
//! Owns the decoding, and the compiled expressions. Must not ask the service. Invariant: an expression that does not compile
//! refuses the resource.

use std::fmt;

use ::route::field::{FieldError, Within};
use dp_policy::token_bucket::Unit;
use dp_rls::limit::{Descriptor, Limits};
use expr::{AttributeSet, Expr};
use proto::tidegate::v1 as wire;

use super::noun::Noun;
use super::{Attachment, Effective, rate_limit_service};

/// Limits, as operators read them.
struct InShort<'a>(&'a Limits);

/// Decodes limits.
pub(super) fn decode(message: &wire::GlobalRateLimit) -> Result<Limits, FieldError> {
    let service = message.service.as_ref();
    let service = service.ok_or_else(|| FieldError::missing("service"))?;
    let mut descriptors = Vec::with_capacity(message.descriptors.len());
    for (index, own) in message.descriptors.iter().enumerate() {
        descriptors.push(descriptor(own).within_index("descriptors", index)?);
    }
    if descriptors.is_empty() {
        return Err(FieldError::missing("descriptors"));
    }
    Ok(Limits {
        service: rate_limit_service::decode(service).within("service")?,
        descriptors,
    })
}

fn descriptor(message: &wire::GlobalDescriptor) -> Result<Descriptor, FieldError> {
    use wire::global_descriptor::Unit as Wire;
    let mut entries = Vec::with_capacity(message.entries.len());
    for (index, own) in message.entries.iter().enumerate() {
        let entry = entry(own).within_index("entries", index)?;
        entries.push(entry);
    }
    if entries.is_empty() {
        return Err(FieldError::missing("entries"));
    }
    let (unit, of_cost) = match Wire::try_from(message.unit) {
        Ok(Wire::Requests) => (Unit::Requests, AttributeSet::OF_LLM_REQUEST),
        Ok(Wire::Tokens) => (Unit::Tokens, AttributeSet::OF_LLM_ANSWER),
        Ok(Wire::Unspecified) => return Err(FieldError::missing("unit")),
        Err(_) => return Err(FieldError::unknown_enum("unit", message.unit)),
    };
    Ok(Descriptor {
        entries,
        unit,
        cost: expression("cost", &message.cost, of_cost)?,
        limit: expression(
            "limit_override",
            &message.limit_override,
            AttributeSet::OF_LLM_REQUEST,
        )?,
    })
}

fn entry(message: &wire::GlobalEntry) -> Result<(Box<str>, Expr), FieldError> {
    if message.name.is_empty() {
        return Err(FieldError::missing("name"));
    }
    let value = expression(
        "expression",
        &message.expression,
        AttributeSet::OF_LLM_REQUEST,
    )?;
    let value = value.ok_or_else(|| FieldError::missing("expression"))?;
    Ok((message.name.as_str().into(), value))
}

fn expression(
    field: &'static str,
    text: &str,
    offered: AttributeSet,
) -> Result<Option<Expr>, FieldError> {
    if text.is_empty() {
        return Ok(None);
    }
    Expr::compile(text, offered)
        .map(Some)
        .map_err(|error| FieldError::invalid(field, error.to_string()))
}

// === impl Noun ===

impl Noun for Limits {
    const FIELD: &'static str = "traffic.rateLimit.global";

    fn in_short(&self) -> String {
        InShort(self).to_string()
    }
}

// === impl Effective ===

impl<'a> Effective<'a> {
    /// The limits that a service counts.
    pub fn global_rate_limit(&self) -> Option<(&'a Attachment, &'a Limits)> {
        self.whole()
    }
}

impl fmt::Display for InShort<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Limits {
            service,
            descriptors,
        } = self.0;
        for (index, descriptor) in descriptors.iter().enumerate() {
            let unit = match descriptor.unit {
                Unit::Requests => "requests",
                Unit::Tokens => "tokens",
            };
            let names: Vec<&str> = descriptor.entries.iter().map(|(name, _)| &**name).collect();
            let comma = if index > 0 { ", " } else { "" };
            write!(f, "{comma}{unit} by {}", names.join(" and "))?;
        }
        let open = if service.fail_open {
            ", fails open"
        } else {
            ""
        };
        let (authority, domain) = (&service.authority, &service.domain);
        write!(f, "; counted by {authority}, domain {domain}{open}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(entry: &str, cost: &str, unit: i32) -> wire::GlobalRateLimit {
        wire::GlobalRateLimit {
            service: Some(wire::RateLimitService {
                cluster: "policy/agentgateway/shop/all/traffic.rateLimit.global/url/a/1".to_owned(),
                authority: "a:1".to_owned(),
                domain: "shop".to_owned(),
                fail_open: false,
                timeout: None,
            }),
            descriptors: vec![wire::GlobalDescriptor {
                entries: vec![wire::GlobalEntry {
                    name: "team".to_owned(),
                    expression: entry.to_owned(),
                }],
                unit,
                cost: cost.to_owned(),
                limit_override: String::new(),
            }],
        }
    }

    #[test]
    fn limits_are_told_in_short() {
        let limits = decode(&message("request.headers['x-team']", "", 2)).unwrap();
        let text = InShort(&limits).to_string();
        assert_eq!(text, "tokens by team; counted by a:1, domain shop");
    }

    #[test]
    fn what_does_not_compile_is_named() {
        let wrong = |message: wire::GlobalRateLimit| decode(&message).unwrap_err().to_string();
        let cases = [
            (wrong(message("1 +", "", 1)), "expression"),
            (wrong(message("", "", 1)), "expression"),
            (wrong(message("'a'", "llm.outputTokens", 1)), "cost"),
            (wrong(message("'a'", "", 0)), "unit"),
            (wrong(message("'a'", "", 9)), "unit"),
            (wrong(wire::GlobalRateLimit::default()), "service"),
        ];
        for (text, field) in cases {
            assert!(text.contains(field), "{text}");
        }
    }
}
