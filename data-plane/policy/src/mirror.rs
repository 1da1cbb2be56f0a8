//! Sending a copy of a request elsewhere.
//!
//! Owns who gets a copy and how often. Must not wait for or look at the mirror's answer, and must not draw
//! random numbers: they are arguments.

use http::uri::Authority;
use proto::envoy::config::route::v3::route_action::RequestMirrorPolicy;
use proto::envoy::r#type::v3::fractional_percent::DenominatorType;
use route::field::{FieldError, refuse_set};
use std::sync::Arc;

/// One mirror of a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirror {
    /// Cluster that gets the copies.
    pub cluster: Arc<str>,
    /// Authority of the copies; `None` for the request's.
    pub authority: Option<Authority>,
    /// Whether `-shadow` is appended to the authority, as Envoy does unless told otherwise.
    pub shadow_suffix: bool,
    /// Copies per million requests.
    parts_per_million: u32,
}

const MILLION: u32 = 1_000_000;

impl Mirror {
    /// Decodes a mirror policy.
    pub fn decode(policy: &RequestMirrorPolicy) -> Result<Self, FieldError> {
        refuse_set(&[
            ("cluster_header", !policy.cluster_header.is_empty()),
            (
                "request_headers_mutations",
                !policy.request_headers_mutations.is_empty(),
            ),
        ])?;
        if policy.cluster.is_empty() {
            return Err(FieldError::missing("cluster"));
        }
        let authority = match policy.host_rewrite_literal.as_str() {
            "" => None,
            literal => Some(literal.parse::<Authority>().map_err(|_| {
                FieldError::invalid(
                    "host_rewrite_literal",
                    format!("{literal:?} is not an authority"),
                )
            })?),
        };
        Ok(Self {
            cluster: policy.cluster.as_str().into(),
            authority,
            shadow_suffix: !policy.disable_shadow_host_suffix_append,
            parts_per_million: parts_per_million(policy)?,
        })
    }

    /// Whether this request is copied, given a uniformly distributed random number.
    pub fn selects(&self, random: u32) -> bool {
        // A modulus would prefer small remainders; scaling does not.
        let scaled = (u64::from(random) * u64::from(MILLION)) >> 32;
        scaled < u64::from(self.parts_per_million)
    }
}

fn parts_per_million(policy: &RequestMirrorPolicy) -> Result<u32, FieldError> {
    let Some(fraction) = &policy.runtime_fraction else {
        return Ok(MILLION);
    };
    // Envoy: a runtime fraction without default is 0; the key itself names a runtime we do not have.
    let Some(percent) = &fraction.default_value else {
        return Ok(0);
    };
    let denominator = DenominatorType::try_from(percent.denominator).map_err(|_| {
        FieldError::unknown_enum(
            "runtime_fraction.default_value.denominator",
            percent.denominator,
        )
    })?;
    let factor = match denominator {
        DenominatorType::Hundred => 10_000,
        DenominatorType::TenThousand => 100,
        DenominatorType::Million => 1,
    };
    Ok(percent.numerator.saturating_mul(factor).min(MILLION))
}

#[cfg(test)]
mod tests {
    use super::Mirror;
    use proto::envoy::config::core::v3::RuntimeFractionalPercent;
    use proto::envoy::config::route::v3::route_action::RequestMirrorPolicy;
    use proto::envoy::r#type::v3::FractionalPercent;
    use proto::envoy::r#type::v3::fractional_percent::DenominatorType;

    fn policy(fraction: Option<(u32, DenominatorType)>) -> RequestMirrorPolicy {
        let runtime_fraction = fraction.map(|(numerator, denominator)| RuntimeFractionalPercent {
            default_value: Some(FractionalPercent {
                numerator,
                denominator: denominator.into(),
            }),
            runtime_key: String::new(),
        });
        RequestMirrorPolicy {
            cluster: "c".to_owned(),
            runtime_fraction,
            ..Default::default()
        }
    }

    /// Share of 1,024 evenly spread draws that is copied, in percent.
    fn share(policy: &RequestMirrorPolicy) -> u32 {
        let mirror = Mirror::decode(policy).expect("valid");
        let draws = (0..1024_u32).map(|step| step << 22);
        let copied = draws.filter(|draw| mirror.selects(*draw)).count();
        u32::try_from(copied * 100 / 1024).expect("small")
    }

    #[test]
    fn fractions() {
        assert_eq!(share(&policy(None)), 100);
        assert_eq!(share(&policy(Some((0, DenominatorType::Hundred)))), 0);
        assert_eq!(share(&policy(Some((50, DenominatorType::Hundred)))), 50);
        assert_eq!(
            share(&policy(Some((2_500, DenominatorType::TenThousand)))),
            25
        );
        assert_eq!(
            share(&policy(Some((4_000_000, DenominatorType::Million)))),
            100
        );
    }

    #[test]
    fn refusals() {
        let path = |policy: RequestMirrorPolicy| Mirror::decode(&policy).expect_err("refused").path;
        assert_eq!(path(RequestMirrorPolicy::default()), "cluster");
        let header = "x".to_owned();
        assert_eq!(
            path(RequestMirrorPolicy {
                cluster_header: header,
                ..policy(None)
            }),
            "cluster_header"
        );
    }
}
