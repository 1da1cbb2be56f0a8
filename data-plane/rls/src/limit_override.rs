//! A limit that goes with a descriptor, in place of the service's own.
//!
//! Owns the shape of the value: `{"unit": "minute", "requestsPerUnit": 10}`. Must not guess: a value of another shape is none.

use proto::envoy::extensions::common::ratelimit::v3::rate_limit_descriptor::RateLimitOverride;
use proto::envoy::r#type::v3::RateLimitUnit;
use serde_json::Value as Json;

/// The limit in a value, if it is one.
pub(crate) fn read(value: &Json) -> Option<RateLimitOverride> {
    let requests = value.get("requestsPerUnit")?.as_u64()?;
    Some(RateLimitOverride {
        requests_per_unit: u32::try_from(requests).ok()?,
        unit: unit(value.get("unit")?.as_str()?)?.into(),
    })
}

fn unit(text: &str) -> Option<RateLimitUnit> {
    let text = text.to_ascii_lowercase();
    let unit = match text.strip_suffix('s').unwrap_or(&text) {
        "second" => RateLimitUnit::Second,
        "minute" => RateLimitUnit::Minute,
        "hour" => RateLimitUnit::Hour,
        "day" => RateLimitUnit::Day,
        "month" => RateLimitUnit::Month,
        "year" => RateLimitUnit::Year,
        _ => return None,
    };
    Some(unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_limit_has_a_unit_and_a_number() {
        let read = |value: Json| read(&value).map(|own| (own.unit, own.requests_per_unit));
        let minute = i32::from(RateLimitUnit::Minute);
        for unit in ["minute", "MINUTE", "Minutes"] {
            let found = read(json!({"unit": unit, "requestsPerUnit": 10}));
            assert_eq!(found, Some((minute, 10)), "{unit}");
        }
        assert_eq!(read(json!({"unit": "week", "requestsPerUnit": 1})), None);
        assert_eq!(read(json!({"unit": "day", "requestsPerUnit": -1})), None);
        assert_eq!(read(json!({"unit": "day"})), None);
        let too_many = json!({"unit": "day", "requestsPerUnit": 4_294_967_296_u64});
        assert_eq!(read(too_many), None);
        assert_eq!(read(json!("day")), None);
    }
}
