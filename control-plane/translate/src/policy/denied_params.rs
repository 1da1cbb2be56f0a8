//! `backend.ai.deniedParams` of a TidegatePolicy: members of a client's body that refuse the request (llm.md 4.4).
//!
//! Owns the field's name. Levels add up: who may edit a route cannot allow what its Gateway denies.

use cp_api::tidegate_policy::TidegatePolicy;
use proto::tidegate::v1 as tidegate;

use super::Noun;
use crate::plan::PolicyBody;

pub(super) const FIELD: &str = "backend.ai.deniedParams";

pub(super) fn compile(policy: &TidegatePolicy) -> Option<Noun> {
    let backend = policy.spec.backend.as_ref()?;
    let own = backend.ai.as_ref()?.denied_params.as_ref()?;
    let names = own.iter().map(|name| name.0.clone()).collect();
    let body = PolicyBody::AiDeniedParams(tidegate::AiDeniedParams { names });
    Some((FIELD, Ok(body)))
}
