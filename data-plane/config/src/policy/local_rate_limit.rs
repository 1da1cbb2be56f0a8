//! `traffic.rateLimit.local`: limits that each proxy counts by itself.
//!
//! Owns the decoded limits. Must not hold what is counted: an edit must not reset it.

use ::route::field::{FieldError, Within};
use dp_policy::token_bucket::{Floor, TokenBucket, Unit};
use proto::tidegate::v1 as wire;

use super::noun::Noun;
use super::{Attachment, Effective};
use crate::scalar::duration;

/// Limits; a request passes all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalRateLimit {
    /// In the order of the object.
    pub limits: Vec<TokenBucket>,
}

/// Decodes limits.
pub(super) fn decode(message: &wire::LocalRateLimit) -> Result<LocalRateLimit, FieldError> {
    let mut limits = Vec::with_capacity(message.limits.len());
    for (index, own) in message.limits.iter().enumerate() {
        limits.push(limit(own).within_index("limits", index)?);
    }
    if limits.is_empty() {
        return Err(FieldError::missing("limits"));
    }
    Ok(LocalRateLimit { limits })
}

fn limit(message: &wire::LocalLimit) -> Result<TokenBucket, FieldError> {
    use wire::local_limit::Unit as Wire;
    let unit = match Wire::try_from(message.unit) {
        Ok(Wire::Requests) => Unit::Requests,
        Ok(Wire::Tokens) => Unit::Tokens,
        Ok(Wire::Unspecified) => return Err(FieldError::missing("unit")),
        Err(_) => return Err(FieldError::unknown_enum("unit", message.unit)),
    };
    let floor = match (unit, message.allow_debt) {
        (_, false) => Floor::Zero,
        (Unit::Tokens, true) => Floor::Debt,
        // Each is one when it begins: nothing is to be paid back.
        (Unit::Requests, true) => {
            return Err(FieldError::invalid("allow_debt", "it is for tokens"));
        }
    };
    let interval = duration("fill_interval", message.fill_interval.as_ref())?;
    let interval = interval.ok_or_else(|| FieldError::missing("fill_interval"))?;
    TokenBucket::try_new(message.max, message.per_fill, interval)
        .map(|bucket| bucket.counting(unit).down_to(floor))
        .map_err(|error| FieldError::invalid("", error.to_string()))
}

// === impl Noun ===

impl Noun for LocalRateLimit {
    const FIELD: &'static str = "traffic.rateLimit.local";

    fn in_short(&self) -> String {
        let texts: Vec<String> = self.limits.iter().map(ToString::to_string).collect();
        texts.join(", ")
    }
}

// === impl Effective ===

impl<'a> Effective<'a> {
    /// The limits that each proxy counts by itself.
    pub fn local_rate_limit(&self) -> Option<(&'a Attachment, &'a LocalRateLimit)> {
        self.whole()
    }
}

#[cfg(test)]
mod tests {
    use proto::google::protobuf::Duration;

    use super::*;

    fn decoded(unit: wire::local_limit::Unit, allow_debt: bool) -> Result<String, String> {
        let message = wire::LocalRateLimit {
            limits: vec![wire::LocalLimit {
                unit: unit.into(),
                max: 1000,
                per_fill: 1000,
                fill_interval: Some(wire_seconds(60)),
                allow_debt,
            }],
        };
        let limits = decode(&message).map_err(|error| error.to_string())?.limits;
        Ok(limits.iter().map(ToString::to_string).collect())
    }

    fn wire_seconds(seconds: i64) -> Duration {
        Duration { seconds, nanos: 0 }
    }

    #[test]
    fn a_debt_is_one_of_tokens() {
        use wire::local_limit::Unit as Wire;
        let text = "1000 tokens each 60s";
        assert_eq!(decoded(Wire::Tokens, false).as_deref(), Ok(text));
        let in_debt = format!("{text}, paid back where more was taken");
        assert_eq!(decoded(Wire::Tokens, true), Ok(in_debt));
        assert!(decoded(Wire::Requests, false).is_ok());
        let refused = decoded(Wire::Requests, true).expect_err("no limit");
        assert!(refused.contains("limits[0].allow_debt"), "{refused}");
    }
}
