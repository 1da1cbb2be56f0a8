//! `backend.ai.fallback` of a TidegatePolicy: after which refusals another provider is asked (llm.md 3.5).
//!
//! Owns the field's name. The greatest level that has one has the say, as a whole: a route may want fewer reasons than its
//! Gateway.

use cp_api::tidegate_policy::TidegatePolicy;
use cp_api::tidegate_policy::ai::AiFallbackReason;
use proto::tidegate::v1 as tidegate;

use super::Noun;
use crate::plan::PolicyBody;

pub(super) const FIELD: &str = "backend.ai.fallback";

pub(super) fn compile(policy: &TidegatePolicy) -> Option<Noun> {
    let backend = policy.spec.backend.as_ref()?;
    let own = backend.ai.as_ref()?.fallback.as_ref()?;
    let reasons = own.reasons.iter().map(|reason| match reason {
        AiFallbackReason::ContextWindowExceeded => {
            tidegate::AiFallbackReason::ContextWindowExceeded
        }
        AiFallbackReason::ContentPolicyViolation => {
            tidegate::AiFallbackReason::ContentPolicyViolation
        }
    });
    Some((FIELD, Ok(PolicyBody::AiFallback(reasons.collect()))))
}
