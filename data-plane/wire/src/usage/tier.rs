//! The tier of service by which a provider says that it served an answer, in one spelling.
//!
//! OpenAI's `service_tier`, Anthropic's `usage.service_tier` and `usage.speed`, Vertex AI's `trafficType`, Bedrock's
//! `serviceTier`, the Gemini API's header. It must not know prices. Invariant: the usual tier has no name, however it is spelt, so that only what may
//! have another price is told apart.

use std::borrow::Cow;

use crate::json;

/// The header of an answer in which the Gemini API tells it (ai.google.dev, "Priority inference").
pub const GEMINI_TIER: &str = "x-gemini-service-tier";

/// Longest name kept, in bytes: names are some words, and what is longer is none.
const LONGEST: usize = 64;

/// Names of the usual tier, and of what a client asks for that leaves it open (`auto`).
const USUAL: [&str; 8] = [
    "",
    "standard",
    "standard_only",
    "default",
    "auto",
    "on_demand",
    "unspecified",
    "traffic_type_unspecified",
];

/// The name in a JSON string, in small letters (`priority`, `flex`, `fast`, `batch`); `None` of the usual tier and of what is
/// no name.
#[must_use]
pub fn tier(raw: &str) -> Option<String> {
    tier_named(&json::string(raw)?)
}

/// The same of the name itself.
#[must_use]
pub fn tier_named(name: &str) -> Option<String> {
    let name = name.trim();
    if name.len() > LONGEST {
        return None;
    }
    let name = match name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => Cow::Owned(name.to_ascii_lowercase()),
        false => Cow::Borrowed(name),
    };
    // Google's: a way of paying in front, or the name of the enumeration.
    let mut prefixes = ["on_demand_", "service_tier_"].into_iter();
    let own = prefixes.find_map(|prefix| name.strip_prefix(prefix));
    let own = own.unwrap_or(&name);
    (!USUAL.contains(&own)).then(|| own.to_owned())
}

/// Those of some tiers that a request names, in whichever vendor's places, each once; none where it asks for the usual one, or for
/// none.
#[must_use]
pub fn asked(body: &[u8], is_known: impl Fn(&str) -> bool) -> Vec<String> {
    let mut asked = Vec::new();
    let Some(text) = json::text(body) else {
        return asked;
    };
    let mut note = |value: &str| {
        let tier = tier(value).filter(|tier| is_known(tier) && !asked.contains(tier));
        asked.extend(tier);
    };
    // What cannot be read asks for nothing.
    let _ = json::members(text, |key, value| match key.as_ref() {
        "service_tier" | "serviceTier" if !value.starts_with('{') => note(value),
        // Converse has an object around each.
        "serviceTier" | "performanceConfig" => {
            let _ = json::members(value, |key, value| {
                if matches!(key.as_ref(), "type" | "latency") {
                    note(value);
                }
            });
        }
        "speed" => note(value),
        _ => (),
    });
    asked
}

#[cfg(test)]
mod tests {
    use super::{asked, tier};

    #[test]
    fn a_request_may_ask_for_one() {
        for (body, expected) in [
            (r#"{"model":"m","service_tier":"flex"}"#, &["flex"][..]),
            (r#"{"service_tier":"auto"}"#, &[]),
            (
                r#"{"service_tier":"standard_only","speed":"fast"}"#,
                &["fast"],
            ),
            (r#"{"serviceTier":"priority","contents":[]}"#, &["priority"]),
            (
                r#"{"serviceTier":{"type":"reserved"},"performanceConfig":{"latency":"optimized"}}"#,
                &["reserved", "optimized"],
            ),
            (r#"{"messages":[{"service_tier":"flex"}]}"#, &[]),
            (r#"{"service_tier":7}"#, &[]),
            (
                r#"{"service_tier":"nobody-knows-this","speed":"fast","speed":"fast"}"#,
                &["fast"],
            ),
            ("[]", &[]),
            ("", &[]),
        ] {
            let known = |tier: &str| tier != "nobody-knows-this";
            assert_eq!(asked(body.as_bytes(), known), expected, "{body}");
        }
    }

    #[test]
    fn only_what_is_not_usual_has_a_name() {
        for (raw, expected) in [
            (r#""priority""#, Some("priority")),
            (r#""flex""#, Some("flex")),
            (r#""Fast""#, Some("fast")),
            (r#""ON_DEMAND_PRIORITY""#, Some("priority")),
            (r#""ON_DEMAND_FLEX""#, Some("flex")),
            (
                r#""PROVISIONED_THROUGHPUT""#,
                Some("provisioned_throughput"),
            ),
            (r#""scale""#, Some("scale")),
            (r#""default""#, None),
            (r#""auto""#, None),
            (r#""standard""#, None),
            (r#""ON_DEMAND""#, None),
            (r#""TRAFFIC_TYPE_UNSPECIFIED""#, None),
            (r#""""#, None),
            ("null", None),
            ("7", None),
            (r#"{"type":"flex"}"#, None),
        ] {
            assert_eq!(tier(raw).as_deref(), expected, "{raw}");
        }
        assert_eq!(tier(&format!("\"{}\"", "x".repeat(65))), None);
    }
}
