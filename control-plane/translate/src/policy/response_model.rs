//! `backend.ai.rewriteResponseModel` of a TidegatePolicy: which name of the model an answer tells (llm.md R-5).
//!
//! Owns the field's name. It is taken whole: the most specific level decides.

use cp_api::tidegate_policy::TidegatePolicy;
use proto::tidegate::v1 as tidegate;

use super::Noun;
use crate::plan::PolicyBody;

const FIELD: &str = "backend.ai.rewriteResponseModel";

pub(super) fn compile(policy: &TidegatePolicy) -> Option<Noun> {
    let backend = policy.spec.backend.as_ref()?;
    let rewrite = backend.ai.as_ref()?.rewrite_response_model?;
    let body = PolicyBody::AiResponseModel(tidegate::AiResponseModel { rewrite });
    Some((FIELD, Ok(body)))
}
