//! `backend.ai`: what is done to the bodies of requests to models, and who judges them and their answers.
//!
//! Owns nothing but the field's name: an attached policy says what one of a backend's own says.

use cp_api::policy::AgentgatewayPolicy;

use super::Noun;
use crate::backend::ai::body;
use crate::lookup::Lookup;
use crate::plan::PolicyBody;

pub(super) const FIELD: &str = "backend.ai";

pub(super) fn compile(_: &Lookup<'_>, policy: &AgentgatewayPolicy) -> Option<Noun> {
    let ai = policy.spec.backend.as_ref()?.ai.as_ref()?;
    let levels = [(ai, "spec.backend.ai".to_owned())];
    let body = body::resolve(&levels, &policy.metadata.annotations).transpose()?;
    Some((FIELD, body.map(|plan| PolicyBody::Ai(Box::new(plan)))))
}
