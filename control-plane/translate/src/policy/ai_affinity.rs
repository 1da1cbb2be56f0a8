//! `backend.ai.affinity` of a TidegatePolicy: which requests go to the same provider (llm.md R-10).
//!
//! Owns the field's name. A key that does not compile makes the policy refuse: requests would lose what providers keep for
//! them, and nobody would see why.

use cp_api::tidegate_policy::TidegatePolicy;
use expr::{AttributeSet, Expr};

use super::Noun;
use crate::plan::PolicyBody;

pub(super) const FIELD: &str = "backend.ai.affinity";

pub(super) fn compile(policy: &TidegatePolicy) -> Option<Noun> {
    let backend = policy.spec.backend.as_ref()?;
    let own = backend.ai.as_ref()?.affinity.as_ref()?;
    let body = match &own.key {
        None => Ok(PolicyBody::AiAffinity(String::new())),
        Some(key) => Expr::compile(&key.0, AttributeSet::OF_LLM_REQUEST)
            .map(|_| PolicyBody::AiAffinity(key.0.clone()))
            .map_err(|error| format!("spec.{FIELD}.key: {error}")),
    };
    Some((FIELD, body))
}
