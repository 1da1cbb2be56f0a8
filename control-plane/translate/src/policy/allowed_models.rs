//! `backend.ai.allowedModels` of a TidegatePolicy: which models may be asked for (llm.md 4.4).
//!
//! Owns the field's name. Levels add up, and each has to allow: who may edit a route cannot widen what its Gateway allows. A
//! condition that does not compile makes the policy refuse.

use cp_api::tidegate_policy::TidegatePolicy;
use cp_api::tidegate_policy::ai::AllowedModels;
use expr::{AttributeSet, Expr};
use proto::tidegate::v1 as tidegate;

use super::Noun;
use crate::plan::PolicyBody;

pub(super) const FIELD: &str = "backend.ai.allowedModels";

pub(super) fn compile(policy: &TidegatePolicy) -> Option<Noun> {
    let backend = policy.spec.backend.as_ref()?;
    let own = backend.ai.as_ref()?.allowed_models.as_ref()?;
    let entries: Result<Vec<_>, String> = own.iter().enumerate().map(entry).collect();
    let body = entries.map(|entries| tidegate::AiAllowedModels { entries });
    Some((FIELD, body.map(PolicyBody::AiAllowedModels)))
}

fn entry((index, own): (usize, &AllowedModels)) -> Result<tidegate::AllowedModels, String> {
    if let Some(when) = &own.when {
        Expr::compile(&when.0, AttributeSet::OF_LLM_REQUEST)
            .map_err(|error| format!("spec.{FIELD}[{index}].when: {error}"))?;
    }
    Ok(tidegate::AllowedModels {
        names: own.names.iter().map(|name| name.0.clone()).collect(),
        when: own
            .when
            .as_ref()
            .map(|when| when.0.clone())
            .unwrap_or_default(),
    })
}
